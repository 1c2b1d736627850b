// The deployment record: what is written is read back, and nothing else is taken for one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/deliver/records/record.hpp>
#include <cicd/deliver/records/untrusted.hpp>

namespace {

using namespace cicd;
using testing::HasSubstr;
using testing::Not;

deployment_record a_record() {
  deployment_record record{
      .pipeline = "orders",
      .environment = "stage",
      .generation = 7,
      .id = "20261121T031800.123Z-4711",
      .commit = std::string(40, 'a'),
      .committed = std::chrono::system_clock::time_point(std::chrono::seconds(1795229400)),
      .branch = "feature/é \"x\"",
      .version = "1a2b3c4",
      .dirty = true,
      .who = "Jane Doe <jane@example.com>",
      .when = std::chrono::system_clock::time_point(std::chrono::milliseconds(1795230000123)),
      .images = {},
      .manifests = sha256("manifests"),
      .outcome = "deployed"};
  record.images["image"] = {"services/orders:1a2b3c4@" + oci_text(sha256("image")), "1a2b3c4",
                            sha256("image"), std::string(40, 'b'), "main"};
  return record;
}

TEST(deployment_record, is_read_back_as_it_was_written) {
  const deployment_record written = a_record();
  for (const std::string& text : {pretty(json_of(written)), compact(json_of(written))}) {
    const auto read = record_from(text, "record.json");
    ASSERT_TRUE(read) << text_of(read.error());
    EXPECT_EQ(compact(json_of(*read)), compact(json_of(written)));
    EXPECT_EQ(read->when, written.when);
    EXPECT_EQ(read->committed, written.committed);
    EXPECT_EQ(read->images, written.images);
  }
}

TEST(deployment_record, has_a_golden_form) {
  deployment_record record = a_record();
  record.branch = "main";
  EXPECT_EQ(
      compact(json_of(record)),
      R"({"schema":2,"pipeline":"orders","environment":"stage","generation":7,"id":"20261121T031800.123Z-4711",)"
      R"("commit":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","committed":"2026-11-21T02:50:00Z","branch":"main","version":"1a2b3c4","dirty":true,)"
      R"("who":"Jane Doe <jane@example.com>","when":"2026-11-21T03:00:00.123Z","images":{"image":{)"
      R"("reference":"services/orders:1a2b3c4@sha256:6105d6cc76af400325e94d588ce511be5bfdbb73b437dc51eca43917d7a43e3d",)"
      R"("tag":"1a2b3c4","manifest":"sha256:6105d6cc76af400325e94d588ce511be5bfdbb73b437dc51eca43917d7a43e3d",)"
      R"("built_from":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","built_branch":"main"}},)"
      R"("manifests":"sha256:c7af7c7a948db8800f71f26f3c90280cf09dfc3141b72318c5ff31ffc9470a59","outcome":"deployed",)"
      R"("digest":"sha256:bbd08234922d8aa41c32757cac7e52e410a0204330dd1cc98a6d9bbcf1a750f0"})");
}

TEST(deployment_record, of_schema_1_is_read_and_has_neither_tag_nor_artifact) {
  const auto read = record_from(
      R"({"schema":1,"pipeline":"orders","environment":"stage","generation":7,"id":"20261121T031800.123Z-4711",)"
      R"("commit":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","committed":"2026-11-21T02:50:00Z","branch":"main","version":"1a2b3c4","dirty":true,)"
      R"("who":"Jane Doe <jane@example.com>","when":"2026-11-21T03:00:00.123Z","images":{"image":{)"
      R"("reference":"services/orders:1a2b3c4@sha256:6105d6cc76af400325e94d588ce511be5bfdbb73b437dc51eca43917d7a43e3d",)"
      R"("tag":"1a2b3c4","manifest":"sha256:6105d6cc76af400325e94d588ce511be5bfdbb73b437dc51eca43917d7a43e3d",)"
      R"("built_from":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","built_branch":"main"}},)"
      R"("manifests":"sha256:c7af7c7a948db8800f71f26f3c90280cf09dfc3141b72318c5ff31ffc9470a59","outcome":"deployed",)"
      R"("digest":"sha256:6a6057b364dc01e3b702abe0d9ec2d49075e4182230ede4b017d920f090d31ec"})",
      "record.json");
  ASSERT_TRUE(read) << text_of(read.error());
  EXPECT_EQ(read->version, "1a2b3c4");
  EXPECT_EQ(read->tag, "");
  EXPECT_FALSE(read->artifact);
}

TEST(deployment_record, keeps_the_values_of_settings) {
  deployment_record record = a_record();
  record.settings = {{"region", "sa-east-1"}, {"workers", "8"}};
  const std::string text = compact(json_of(record));
  EXPECT_THAT(text, HasSubstr(R"("outcome":"deployed","settings":{"region":"sa-east-1","workers":"8"},)"));
  EXPECT_EQ(record_from(text, "x")->settings, record.settings);
}

TEST(deployment_record, keeps_the_tag_and_the_artifact_that_it_was_deployed_for) {
  deployment_record record = a_record();
  record.tag = "v1.5.0";
  record.artifact = sha256("artifact");
  const auto read = record_from(compact(json_of(record)), "record.json");
  ASSERT_TRUE(read) << text_of(read.error());
  EXPECT_EQ(read->tag, "v1.5.0");
  EXPECT_EQ(read->artifact, sha256("artifact"));
}

TEST(deployment_record, says_where_it_comes_from_where_that_is_known) {
  deployment_record record = a_record();
  EXPECT_EQ(compact(json_of(record)).find("source"), std::string::npos);
  record.source = {"git.example.com/shop/orders", "", "services/api"};
  const auto read = record_from(compact(json_of(record)), "record.json");
  ASSERT_TRUE(read) << text_of(read.error());
  EXPECT_EQ(read->source, record.source);
}

void expect_corrupt(const std::string& text, const std::string& cause) {
  const auto read = record_from(text, "stage/orders.json");
  ASSERT_FALSE(read) << text;
  EXPECT_EQ(read.error().kind, exit_class::corrupt);
  EXPECT_THAT(text_of(read.error()), HasSubstr("stage/orders.json"));
  EXPECT_THAT(text_of(read.error()), HasSubstr(cause));
}

TEST(deployment_record, every_part_of_one_is_corrupt) {
  const std::string whole = compact(json_of(a_record()));
  expect_corrupt("", "zero bytes");
  for (std::size_t size = 1; size < whole.size(); ++size)
    ASSERT_FALSE(record_from(whole.substr(0, size), "x")) << size;
}

TEST(deployment_record, every_flipped_byte_is_corrupt) {
  const std::string whole = compact(json_of(a_record()));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    ASSERT_FALSE(record_from(flipped, "x")) << flipped;
  }
}

TEST(deployment_record, a_newer_schema_is_left_alone) {
  json document = json_of(a_record());
  document.set("schema", 3);
  expect_corrupt(compact(document), "written by a newer cicd");
  expect_corrupt(compact(document), "try:       update cicd");
}

TEST(a_document_that_cannot_be_trusted, is_put_back_by_an_older_one_unless_it_is_of_a_newer_cicd) {
  json document = json_of(a_record());
  document.set("schema", 99);
  const auto newer = record_from(compact(document), "x"), broken = record_from("{", "x");
  ASSERT_FALSE(newer || broken);
  EXPECT_THAT(text_of(with_repair(newer.error(), "git clone")), Not(HasSubstr("git clone")));
  EXPECT_THAT(text_of(with_repair(broken.error(), "git clone")), HasSubstr("try:       git clone"));
}

TEST(deployment_record, something_else_is_no_record) {
  expect_corrupt("[]", "not a JSON object");
  expect_corrupt("{}", "no member 'schema'");
  expect_corrupt(R"({"schema":1})", "no member 'digest'");
  expect_corrupt("<<<<<<< HEAD\n", "");
}

TEST(digest_of_manifests, tells_names_and_contents_apart) {
  const digest one = digest_of_manifests({{"a", "bc"}}), two = digest_of_manifests({{"ab", "c"}}),
               three = digest_of_manifests({{"a", "bc"}, {"b", ""}});
  EXPECT_NE(one, two);
  EXPECT_NE(one, three);
  EXPECT_EQ(one, digest_of_manifests({{"a", "bc"}}));
}

}  // namespace
