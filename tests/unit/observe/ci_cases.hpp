// Environments that CI systems set, and what was read from one as a line of text: shared by the tests of the
// systems.
#pragma once

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/observe/ci_event.hpp>

namespace cicd::ci_cases {

using variables = std::map<std::string, std::string, std::less<>>;

/// `GitHub Actions: pull request into main from fix at b9173d9 of https://…; fork: …; but …`.
inline std::string told(const ci_event& of) {
  std::string text = fmt::format("{}: {}", of.system, text_of(of.kind));
  const auto add = [&](const char* word, const std::string& value) {
    if (!value.empty()) text += fmt::format(" {} {}", word, value);
  };
  add(of.is_proposed() ? "into" : "on", of.branch);
  add("tag", of.tag);
  add("from", of.source_branch);
  add("at", of.commit.substr(0, 7));
  add("of", of.repository);
  if (of.fork) text += "; fork: " + *of.fork;
  if (!of.contradictions.empty()) text += "; but " + joined(of.contradictions, ", ");
  return text;
}

inline std::string told_of(variables given) {
  return told(ci_event_of(surroundings(std::move(given))));
}

/// One environment: what it adds to the one that all cases of a table have, and what it means.
struct recorded {
  const char* what;
  variables given;
  const char* meaning;
};

inline void expect_each(const variables& common, const std::vector<recorded>& cases) {
  for (const recorded& each : cases) {
    variables all = each.given;
    all.insert(common.begin(), common.end());
    EXPECT_EQ(told_of(all), each.meaning) << each.what;
    EXPECT_EQ(ci_event_of(without_ci_system(surroundings(all))).system, "") << each.what;
  }
}

}  // namespace cicd::ci_cases
