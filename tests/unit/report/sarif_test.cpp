// What scanners found, with the places where it is.
#include <cicd/report/sarif.hpp>

#include <gtest/gtest.h>

#include <algorithm>

#include <cicd/base/json.hpp>

namespace cicd {
namespace {

constexpr std::string_view spotbugs = R"({"version": "2.1.0", "runs": [{
  "tool": {"driver": {"name": "SpotBugs", "rules": [{"id": "EI", "defaultConfiguration": {"level": "note"},
    "messageStrings": {"default": {"text": "May expose {0}"}}}]}},
  "originalUriBaseIds": {"8": {"uri": "file:///step/src/main/java/"}},
  "results": [
    {"ruleId": "EI", "ruleIndex": 0, "level": "note", "message": {"id": "default", "text": "May\nexpose it"},
     "locations": [{"physicalLocation": {"artifactLocation": {"uri": "shop/Owner.java", "uriBaseId": "8"}, "region": {"startLine": 94}}}]},
    {"ruleId": "NP", "level": "error", "message": {"text": "null"},
     "locations": [{"physicalLocation": {"artifactLocation": {"uri": "shop/Pet%20Shop.java"}, "region": {"startLine": 3}}}]},
    {"ruleId": "EI", "ruleIndex": 0, "message": {"id": "default"},
     "locations": [{"physicalLocation": {"artifactLocation": {"uri": "gone/Gone.java"}}}]},
    {"ruleId": "S", "suppressions": [{"kind": "inSource"}], "message": {"text": "hidden"}}]}]})";

sarif_places places() {
  return {.folder = "/step",
          .source = "/home/me/shop",
          .prefix = "services/shop/",
          .exists = [](const std::string& path) {
            return path == "/home/me/shop/src/main/java/shop/Owner.java"
                   || path == "/home/me/shop/src/main/java/shop/Pet Shop.java";
          }};
}

TEST(read_sarif, finds_the_files_below_the_source_folder_and_puts_errors_first) {
  const auto read = read_sarif(spotbugs, places());
  ASSERT_TRUE(read);
  ASSERT_EQ(read->findings.size(), 3u);
  EXPECT_EQ(
      findings_text(read->findings),
      "src/main/java/shop/Pet Shop.java:3  NP  null\nsrc/main/java/shop/Owner.java:94  EI  May expose it\n"
      "gone/Gone.java  EI  May expose {0}");
}

TEST(read_sarif, gives_paths_from_the_root_of_the_repository) {
  const auto read = read_sarif(spotbugs, places());
  ASSERT_TRUE(read);
  const auto document = parse_json(read->text);
  ASSERT_TRUE(document);
  const auto& results = (*document)["runs"].elements()[0]["results"].elements();
  const auto at = [&](std::size_t which) {
    return compact(results[which]["locations"].elements()[0]["physicalLocation"]["artifactLocation"]);
  };
  EXPECT_EQ(at(0), R"({"uri":"services/shop/src/main/java/shop/Owner.java"})");
  EXPECT_EQ(at(1), R"({"uri":"services/shop/src/main/java/shop/Pet%20Shop.java"})");
  EXPECT_EQ(at(2), R"({"uri":"gone/Gone.java"})");
}

TEST(findings_text, shows_ten_and_counts_all) {
  const std::string text = findings_text(std::vector<scan_finding>(12, {"note", "R", "m", "a", 1}));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 10);
  EXPECT_TRUE(text.ends_with("\nand 2 more"));
}

TEST(read_sarif, refuses_other_documents_and_survives_odd_ones) {
  for (const char* odd : {"", "{}", "[]", R"({"runs": 1})"}) EXPECT_FALSE(read_sarif(odd, places())) << odd;
  for (const char* odd :
       {R"({"runs": []})", R"({"runs": [1, {"results": [1, {"locations": [1]}, {"ruleIndex": 99}]}]})"})
    EXPECT_TRUE(read_sarif(odd, places())) << odd;
}

}  // namespace
}  // namespace cicd
