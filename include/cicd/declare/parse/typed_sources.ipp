// The calls that name files, read by the one parser.
#pragma once

#include <cicd/declare/parse/typed_sources.hpp>

#include <algorithm>
#include <deque>
#include <map>

#include <cicd/declare/parse/parser.hpp>

namespace cicd {

namespace declare_parse_typed_sources {
namespace {

using declaring::call_site;
using declaring::declaration;
using declaring::findings;
using declaring::place;

std::string absolute(const std::string& path, const call& of) {
  return path.starts_with('/') ? path : of.directory + '/' + path;
}

/// The word behind SOURCE.
std::string named_in(const call& of) {
  const auto at = std::ranges::find(of.arguments, "SOURCE");
  return at == of.arguments.end() || at + 1 == of.arguments.end() ? std::string() : absolute(*(at + 1), of);
}

/// What is only known when the build system is made comes too late for a compiler.
template <typename T>
void check_known(const declaration<T>& of, findings& found) {
  for (const declaring::option& each : declaring::options_of<T>()) {
    if (each.key != "source" && each.key != "includes") continue;
    const place at = of.at(each.key);
    if (!at) continue;
    for (std::size_t word = at.word + 1; word < at.site->from->arguments.size(); ++word)
      if (at.site->from->arguments[word] == declaring::unknown_yet)
        found.add({at.site, word}, declaring::generator_expression(each));
  }
}

template <typename T>
typed_source source_from(const declaration<T>& read, findings& found) {
  check_known(read, found);
  const call& from = *read.site->from;
  typed_source made{.from = &from,
                    .subject = read.site->subject,
                    .pipeline = read.name,
                    .file = absolute(read.value.source.str(), from),
                    .is_json = declaring::is_pipeline_json(read.value.source)};
  for (const text& each : read.value.includes) made.includes.push_back(absolute(each.str(), from));
  return made;
}

}  // namespace
}  // namespace declare_parse_typed_sources

bool has_source(const call& of) {
  if (of.number == 0) return false;
  return of.where.function == "add_pipelines"
         || (of.where.function == "add_pipeline"
             && std::ranges::find(of.arguments, "SOURCE") != of.arguments.end());
}

or_errors<std::vector<typed_source>> typed_sources_of(const recorded_calls& calls) {
  using namespace declare_parse_typed_sources;
  findings found(calls.tree.source_root, calls.tree.build_root);
  std::deque<call_site> sites;
  std::vector<typed_source> all;
  std::map<std::string, const call*> by_file;
  for (const call& each : calls.calls) {
    if (!has_source(each)) continue;
    call_site& site = sites.emplace_back(call_site{.from = &each, .order = sites.size(), .subject = {}});
    if (each.where.function == "add_pipelines") {
      all.push_back(source_from(declaring::read_pipelines(site, found), found));
    } else {
      const declaration<pipeline> read = declaring::read_pipeline(site, found);
      declaring::check_source(read, found);
      all.push_back(source_from(read, found));
    }
    if (const auto [first, is_new] = by_file.emplace(all.back().file, &each); !is_new)
      found.add({&site, 0},
                declaring::given_twice("SOURCE", all.back().file, found.text_of(first->second->where)));
  }
  or_errors<std::vector<typed_source>> made{.errors = found.errors_in_order()};
  if (made.errors.empty()) made.made = std::move(all);
  return made;
}

recorded_calls with_typed_calls(recorded_calls calls, const recorded_calls& typed) {
  std::map<std::string, std::vector<call>> by_file;
  for (const call& each : typed.calls) by_file[each.where.list_file].push_back(each);
  std::vector<call> all;
  for (call& each : calls.calls) {
    if (!has_source(each)) {
      all.push_back(std::move(each));
      continue;
    }
    for (call& one : by_file[declare_parse_typed_sources::named_in(each)]) all.push_back(std::move(one));
  }
  calls.calls = std::move(all);
  if (calls.tree.files && typed.tree.files) {
    std::vector<configured_file> files = *calls.tree.files;
    files.insert(files.end(), typed.tree.files->begin(), typed.tree.files->end());
    calls.tree.files = std::make_shared<const std::vector<configured_file>>(std::move(files));
    calls.tree.cpp_files = *typed.tree.files;
  }
  calls.tree.programs = typed.tree.programs;
  return calls;
}

}  // namespace cicd
