// A file's path without its ending, with dots, is what the names of its tests begin with, or a part of it is.
#pragma once

#include <algorithm>

#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/declare/shards.hpp>
#include <cicd/engine/shard_tests.hpp>
#include <cicd/engine/test_memory.hpp>
#include <cicd/run/runner.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace engine_shard_tests {
namespace {

/// `src.test.java.dev.shop.OrdersTest`
std::string dotted(const std::string& path) {
  const auto slash = path.rfind('/'), dot = path.rfind('.');
  const bool has_ending = dot != path.npos && (slash == path.npos || dot > slash + 1);
  return replaced_all(path.substr(0, has_ending ? dot : path.size()), "/", ".");
}

bool is_in(const std::vector<path_pattern>& patterns, const std::string& path) {
  bool is = false;
  for (const path_pattern& each : patterns) {
    if (each.view().starts_with('!'))
      is = is && !glob_matches(each.view().substr(1), path);
    else
      is = is || glob_matches(each.view(), path);
  }
  return is;
}

}  // namespace
}  // namespace engine_shard_tests

std::vector<timed_test> tests_to_split(const step& of,
                                       const file_set& inputs,
                                       const std::vector<test_history>& known) {
  using namespace engine_shard_tests;
  std::vector<timed_test> tests;
  constexpr std::size_t no_one = ~std::size_t{0};
  std::map<std::string, std::size_t, std::less<>> by_end;  ///< each end of a dotted path: whose it is
  const std::string below = of.shard_below ? of.shard_below.str() + "/" : std::string();
  for (const observed_file& file : inputs) {
    if (!is_in(of.shard_by, file.path)) continue;
    const std::string whole = dotted(file.path);
    for (std::string_view rest = whole; !rest.empty();) {
      const auto [end, is_new] = by_end.try_emplace(std::string(rest), tests.size());
      if (!is_new) end->second = no_one;
      const auto dot = rest.find('.');
      rest.remove_prefix(dot == rest.npos ? rest.size() : dot + 1);
    }
    tests.push_back({file.path.starts_with(below) ? file.path.substr(below.size()) : file.path, {}});
  }
  for (const test_history& each : known)
    for (std::string name = each.test; !name.empty();) {
      const auto found = by_end.find(name);
      if (found != by_end.end()) {
        if (found->second != no_one)
          tests[found->second].time += std::max(each.duration(), std::chrono::milliseconds(1));
        break;
      }
      const auto dot = name.rfind('.');
      name.resize(dot == name.npos ? 0 : dot);
    }
  return tests;
}

namespace engine_shard_tests {
namespace {

/// Without them all tests count alike.
std::vector<test_history> known_tests(const workspace& where, const std::string& id) {
  if (!exists(tests_file(where))) return {};
  std::optional<test_index> index = test_index::open(tests_file(where));
  return index ? index->tests(where.build_root, id) : std::vector<test_history>();
}

/// A line that says of which inputs, and one for each shard: no name holds a ',' or a line end.
std::string text_of_split(const std::string& of, const std::vector<std::vector<std::string>>& shards) {
  std::string text = of;
  for (const std::vector<std::string>& each : shards) text += "\n" + joined(each, ",");
  return text;
}

std::optional<std::vector<std::vector<std::string>>> kept_split(const std::string& file,
                                                                const std::string& of,
                                                                unsigned count) {
  const auto text = read_file_if_there(file);
  if (!text || !*text) return std::nullopt;
  const std::vector<std::string> lines = split(**text, '\n');
  if (lines.size() != count + std::size_t{1} || lines.front() != of) return std::nullopt;
  std::vector<std::vector<std::string>> shards;
  for (std::size_t at = 1; at < lines.size(); ++at)
    shards.push_back(lines[at].empty() ? std::vector<std::string>() : split(lines[at], ','));
  return shards;
}

/// Whether each test is in exactly one, and nothing else in any.
bool have_just(const std::vector<std::vector<std::string>>& shards, const std::vector<timed_test>& tests) {
  std::vector<std::string> in_shards, all;
  for (const std::vector<std::string>& each : shards)
    in_shards.insert(in_shards.end(), each.begin(), each.end());
  for (const timed_test& each : tests) all.push_back(each.name);
  std::ranges::sort(in_shards);
  std::ranges::sort(all);
  return in_shards == all;
}

/// What is wrong with the tests that are to be split.
std::optional<error> wrong_with(const std::vector<timed_test>& tests,
                                const graph_step& about,
                                const std::string& id) {
  std::optional<error> wrong;
  if (tests.empty())
    wrong = error{exit_class::usage,
                  id,
                  "no file among the inputs matches SHARD_BY",
                  about.command()->shard_by.front().str(),
                  {}};
  for (const timed_test& each : tests)
    if (each.name.find_first_of("\n,") != each.name.npos)
      wrong = error{
          exit_class::usage,
          id,
          "the name of a file of SHARD_BY holds a ',' or a line end",
          each.name,
          {}}.with("try", "name the file otherwise");
  if (wrong) wrong = with_origin(*std::move(wrong), *about.pipeline, "step." + about.name());
  return wrong;
}

}  // namespace
}  // namespace engine_shard_tests

shard_parts::split shard_parts::split_of(const std::string& id,
                                         const step& declared,
                                         const file_set& inputs,
                                         const std::vector<timed_test>& tests) const {
  using namespace engine_shard_tests;
  const auto count = static_cast<unsigned>(declared.shards.number());
  // One that is ALWAYS runs anyway.
  if (declared.always || !whole_.contains(id)) return shards_of(tests, count);
  const std::string file = where_.memory(id, "shards"), of = hex(digest_of(inputs));
  if (auto kept = kept_split(file, of, count); kept && have_just(*kept, tests)) return *std::move(kept);
  split made = shards_of(tests, count);
  if (remembers_) (void)write_file(file, text_of_split(of, made), durability::fast);
  return made;
}

std::optional<error> shard_parts::take(const graph_step& about,
                                       observed_step& seen,
                                       placeholder_values& values) {
  using namespace engine_shard_tests;
  const step& declared = *about.command();
  const auto count = static_cast<unsigned>(declared.shards.number());
  values["shard"] = std::to_string(declared.shard);
  values["shards"] = std::to_string(count);
  seen.settings.emplace_back("the shard", values["shard"] + " of " + values["shards"]);
  if (declared.shard_by.empty()) return std::nullopt;
  const std::string id = without_shard(about.id, declared);
  std::optional<error> wrong;
  const auto [known, added] = parts_.try_emplace(id);
  if (added) {
    const std::vector<timed_test> tests = tests_to_split(declared, seen.inputs, known_tests(where_, id));
    wrong = wrong_with(tests, about, id);
    known->second = wrong ? split(count) : split_of(id, declared, seen.inputs, tests);
  }
  seen.tests = known->second[declared.shard - 1];
  seen.settings.emplace_back("the tests of the shard, by recorded times", joined(*seen.tests, "\n"));
  values["shard.tests"] = joined(*seen.tests, ",");
  values["shard.file"] = shard_file;
  return wrong;
}

std::vector<std::string> words_of_command(const step& declared,
                                          const observed_step& seen,
                                          const placeholder_values& values) {
  std::vector<std::string> words;
  for (const text& word : declared.command) {
    if (word.view() != "{shard.tests}" || !seen.tests) {
      words.push_back(with_placeholders(word.view(), values));
      continue;
    }
    // No name is taken for an option.
    for (const std::string& test : *seen.tests) words.push_back(test.starts_with('-') ? "./" + test : test);
  }
  return words;
}

}  // namespace cicd
