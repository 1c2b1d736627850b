// What is asked of each table. The cases, and where we differ by choice, are in the data.
#include "table.hpp"

#include <gtest/gtest.h>

#include <cicd/base/glob.hpp>
#include <cicd/base/json_patch.hpp>
#include <cicd/base/yaml.hpp>
#include <cicd/declare/values/schedule.hpp>
#include <cicd/kubernetes/render/patches.hpp>
#include <cicd/report/junit.hpp>

namespace {

using namespace cicd;

json refused() {
  return members_of("refused", true);
}

/// What is wrong, without which operation it is.
json refused(const error& why) {
  const std::size_t colon = why.what.starts_with("operation ") ? why.what.find(": ") : std::string::npos;
  return members_of("refused", colon == std::string::npos ? why.what : why.what.substr(colon + 2));
}

TEST(tables, of_yaml_as_kubectl_reads_it) {
  tables::agrees("yaml", [](const json& in) {
    const auto documents = yaml_documents(in.text(), "x.yaml");
    return documents && documents->size() == 1 ? documents->front() : refused();
  });
}

TEST(tables, of_json_texts) {
  tables::agrees("json", [](const json& in) {
    const result<json> read = parse_json(in.text());
    return read ? *read : refused();
  });
}

TEST(tables, of_json_patches) {
  tables::agrees("json_patches", [](const json& in) {
    const result<json> after = json_patch(in["document"], in["operations"]);
    return after ? *after : refused(after.error());
  });
}

TEST(tables, of_strategic_merges) {
  tables::agrees("strategic_merges", [](const json& in) {
    const result<json> after = kubernetes::strategic_merge(in["object"], in["patch"]);
    return after ? *after : refused(after.error());
  });
}

TEST(tables, of_patterns) {
  tables::agrees("patterns", [](const json& in) {
    return glob_matches(in.elements()[0].text(), in.elements()[1].text());
  });
}

TEST(tables, of_quantities) {
  tables::agrees("quantities", [](const json& in) { return quantity::accepts(in.text()); });
}

json numbers_in(std::uint64_t bits) {
  json all{json::array{}};
  for (int number = 0; number < 64; ++number)
    if ((bits >> number & 1U) != 0) all.push(number);
  return all;
}

TEST(tables, of_cron_schedules) {
  tables::agrees("schedules", [](const json& in) {
    if (!cron_schedule::accepts(in.text())) return refused();
    const cron_times at = times_of(cron_schedule::from(in.text()));
    return members_of("minutes", numbers_in(at.minutes), "hours", numbers_in(at.hours), "days",
                      numbers_in(at.days), "months", numbers_in(at.months), "weekdays",
                      numbers_in(at.weekdays), "any_day", at.any_day, "any_weekday", at.any_weekday);
  });
}

/// The text in another encoding, which the case names.
std::string encoded(const std::string& text, std::string_view name) {
  std::string bytes;
  const auto unit = [&](std::uint32_t value) {
    const char high = static_cast<char>(value >> 8U), low = static_cast<char>(value & 0xffU);
    bytes += name == "utf16be" ? std::string{high, low} : std::string{low, high};
  };
  if (name == "utf16le" || name == "utf16be") unit(0xfeff);
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    std::uint32_t point = size == 1 ? lead : lead & (0x7fU >> size);
    for (std::size_t more = 1; more < size; ++more)
      point = point << 6U | (static_cast<unsigned char>(text[at + more]) & 0x3fU);
    at += size;
    if (name == "latin1")
      bytes += static_cast<char>(point);
    else if (point < 0x10000)
      unit(point);
    else
      unit(0xd800 + ((point - 0x10000) >> 10U)), unit(0xdc00 + ((point - 0x10000) & 0x3ffU));
  }
  return bytes;
}

std::string_view word_for(test_case::state how) {
  switch (how) {
    case test_case::state::passed: return "passed";
    case test_case::state::failed: return "failed";
    case test_case::state::error: return "error";
    case test_case::state::skipped: return "skipped";
  }
  return "";
}

TEST(tables, of_junit_files) {
  tables::agrees("junit", [](const json& in) {
    const auto cases = read_junit(
        in.is_object() ? encoded(in.members().front().second.text(), in.members().front().first) : in.text());
    if (!cases) return refused();
    json all{json::array{}};
    for (const test_case& each : *cases) all.push(list_of(each.suite, each.name, word_for(each.how)));
    return all;
  });
}

}  // namespace
