// Reads and compares; see table.hpp.
#include "table.hpp"

#include <gtest/gtest.h>

#include <cicd/base/json_patch.hpp>
#include <cicd/base/text.hpp>
#include <cicd/system/files.hpp>

namespace tables {

namespace {

using namespace cicd;

bool has(const json& of, std::string_view key) {
  for (const auto& [name, value] : of.members())
    if (name == key) return true;
  return false;
}

/// What is wrong with the case itself; empty where it is well formed.
std::string flaw_in(const json& of) {
  if (!of.is_object() || !has(of, "in") || !has(of, "is")) return "a case has `in` and `is`";
  for (const auto& [name, value] : of.members())
    if (name != "in" && name != "is" && name != "table" && name != "why") return "no case has `" + name + "`";
  if (has(of, "table") != has(of, "why")) return "`table` and `why` come together";
  if (has(of, "why") && of["why"].text().size() < 10) return "`why` is a reason";
  if (has(of, "table") && same_value(of["table"], of["is"])) return "`table` says the same as `is`";
  return {};
}

}  // namespace

void agrees_in(const std::string& name,
               const std::string& text,
               const std::function<json(const json& in)>& answer) {
  std::size_t line = 0, asked = 0;
  for (std::size_t at = 0; at < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string one = text.substr(at, end - at);
    at = end + 1;
    if (trimmed(one).empty() || one.starts_with('#')) continue;
    const std::string place = name + ":" + std::to_string(line + 1);
    const auto of = parse_json(one);
    const std::string flaw = of ? flaw_in(*of) : of.error().what;
    EXPECT_EQ(flaw, "") << place << ": " << one;
    if (!flaw.empty()) continue;
    ++asked;
    const json given = answer((*of)["in"]);
    EXPECT_TRUE(same_value(given, (*of)["is"])) << place << ": of " << compact((*of)["in"]) << "\n  here "
                                                << compact(given) << "\n  not  " << compact((*of)["is"]);
  }
  EXPECT_GT(asked, 0U) << name << " has no case";
}

void agrees(const std::string& name, const std::function<json(const json& in)>& answer) {
  const auto text = read_file(CICD_SOURCE_ROOT "/tests/unit/tables/" + name + ".ndjson");
  ASSERT_TRUE(text) << text_of(text.error());
  agrees_in(name, *text, answer);
}

}  // namespace tables
