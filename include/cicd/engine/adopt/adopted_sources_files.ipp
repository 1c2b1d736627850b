// Where files of an adoption cannot be written: what is there, and what another of them is.
#pragma once

#include <cicd/engine/adopt/adopted_sources.hpp>

#include <algorithm>
#include <set>
#include <span>

#include <fmt/format.h>

#include <cicd/base/unicode.hpp>
#include <cicd/engine/adopt/repository.hpp>
#include <cicd/system/files.hpp>

namespace cicd::source_files {

namespace engine_adopt_adopted_sources_files {
namespace {

/// What is where the file would be, or where one of its folders would be made: never a folder itself.
std::optional<std::string> first_in_the_way(const std::string& root, const std::string& path) {
  for (auto slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1)) {
    const std::string part = path.substr(0, slash), whole = root + "/" + part;
    if (link_target(whole) || (exists(whole) && !is_folder(whole))) return part;
  }
  const bool is_there = exists(root + "/" + path) || link_target(root + "/" + path);
  return is_there ? std::optional(path) : std::nullopt;
}

}  // namespace
}  // namespace engine_adopt_adopted_sources_files

void add_new(std::vector<unread_part>& to, const std::vector<unread_part>& all) {
  for (const unread_part& each : all)
    if (std::ranges::none_of(
            to, [&](const unread_part& one) { return one.where == each.where && one.what == each.what; }))
      to.push_back(each);
}

void add_service(adopted_sources& to, adopted_service one) {
  const auto same = std::ranges::find_if(to.services, [&](const adopted_service& each) {
    return each.folder == one.folder && each.declaration == one.declaration;
  });
  if (same == to.services.end()) return to.services.push_back(std::move(one));
  std::string& text = same->files.front().text;
  // Less what a list file begins with, up to the first empty line.
  const std::string& added = one.files.front().text;
  text += "\n" + added.substr(added.find("\n\n") + 2);
  same->name += ", " + one.name;
  text.replace(
      0, text.find('\n'),
      fmt::format("# The pipelines of {}, read from the sources by `cicd adopt --sources`.", same->name));
  same->why += ", " + one.why;
  for (declaring::service_file& each : std::span(one.files).subspan(1))
    if (std::ranges::find(same->files, each.path, &declaring::service_file::path) == same->files.end())
      same->files.push_back(std::move(each));
  same->lines.insert(same->lines.end(), one.lines.begin(), one.lines.end());
  add_new(same->unread, one.unread);
}

errors in_the_way(const source_request& request, const adopted_sources& of) {
  error no{
      exit_class::conflict, "adopt", "files are there already, and nothing is overwritten", request.root, {}};
  std::set<std::string> found;
  for (const adopted_service& service : of.services)
    for (const auto& each : service.files)
      if (const auto path = engine_adopt_adopted_sources_files::first_in_the_way(
              request.root, path_in(service.folder, each.path)))
        if (found.insert(*path).second) no.notes.push_back({"in the way", displayable(*path)});
  return no.notes.empty() ? errors() : errors{std::move(no)};
}

errors colliding(const source_request& request, const adopted_sources& of) {
  errors found;
  for (const adopted_service& service : of.services)
    for (const auto& each : service.files) {
      const bool is_other = &each != &service.files.front();
      const bool is_one = each.path == service.declaration || is_below(each.path, service.declaration)
                          || is_below(service.declaration, each.path);
      if (is_other && is_one && found.empty())
        found.push_back(error{exit_class::usage,
                              "adopt",
                              "--out: a further file that is written has this path",
                              request.declaration.empty() ? service.declaration : request.declaration,
                              {}}
                            .with("written", displayable(path_in(service.folder, each.path)))
                            .with("allowed", "a file that nothing else is, or is below")
                            .with("try", "--out pipeline.cmake"));
    }
  return found;
}

}  // namespace cicd::source_files
