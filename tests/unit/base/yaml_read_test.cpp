// YAML as kubectl reads it: what plain scalars are, anchors, merges, several documents, and where an error
// is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>

#include <cicd/base/yaml.hpp>

namespace {

using namespace cicd;
using testing::HasSubstr;

std::string read(std::string_view text) {
  const auto documents = yaml_documents(text, "k8s/queue.yaml");
  if (!documents) return text_of(documents.error());
  std::string all;
  for (const json& each : *documents) all += compact(each) + '\n';
  return all;
}

TEST(yaml_documents, several_documents_and_no_empty_ones) {
  EXPECT_EQ(read("---\na: 1\n---\n---\n# only words\n---\nb: [x, {y: z}]\n...\n"),
            "{\"a\":1}\n{\"b\":[\"x\",{\"true\":\"z\"}]}\n");
  EXPECT_EQ(read(""), "");
}

TEST(yaml_documents, plain_scalars_are_what_kubectl_takes_them_for) {
  for (const auto& [plain, value] : std::initializer_list<std::pair<std::string, std::string>>{
           {"yes", "true"},
           {"On", "true"},
           {"n", "false"},
           {"~", "null"},
           {"Null", "null"},
           {"010", "8"},
           {"0x1F", "31"},
           {"0b11", "3"},
           {"0o17", "15"},
           {"1_000", "1000"},
           {"-7", "-7"},
           {"+7", "7"},
           {"1e3", "1000"},
           {".5", "0.5"},
           {"1.", "1"},
           {"08", "8"},
           {"1.2.3", "\"1.2.3\""},
           {"2026-11-21", "\"2026-11-21\""},
           {"12:30", "\"12:30\""},
           {"yEs", "\"yEs\""},
           {"0x", "\"0x\""},
           {"1e", "\"1e\""},
           {"-", "\"-\""},
           {"nope", "\"nope\""},
           {"9223372036854775807", "9223372036854775807"},
           {"-9223372036854775808", "-9223372036854775808"}})
    EXPECT_EQ(read("a: " + (plain == "-" ? "'-'" : plain)), "{\"a\":" + value + "}\n") << plain;
}

TEST(yaml_documents, quoted_and_block_scalars_are_texts) {
  EXPECT_EQ(read("a: 'yes'\nb: \"010\"\nc: |\n  one\n  two\nd: >-\n  one\n  two\ne: !!str 12\n"),
            "{\"a\":\"yes\",\"b\":\"010\",\"c\":\"one\\ntwo\\n\",\"d\":\"one two\",\"e\":\"12\"}\n");
}

TEST(yaml_documents, anchors_and_merges) {
  EXPECT_EQ(read("base: &b {x: 1, y: &t two}\nother:\n  <<: *b\n  x: 3\nlist: [*t, *t]\n"),
            "{\"base\":{\"x\":1,\"true\":\"two\"},\"other\":{\"x\":3,\"true\":\"two\"},\"list\":[\"two\","
            "\"two\"]}\n");
}

TEST(yaml_documents, a_json_file_with_tabs_is_read_too) {
  EXPECT_EQ(read("{\n\t\"a\": [1, \"yes\"]\n}\n"), "{\"a\":[1,\"yes\"]}\n");
}

TEST(yaml_documents, what_is_wrong_is_named_with_its_line) {
  EXPECT_THAT(read("a: 1\nb: [1, 2\nc: 3\n"), HasSubstr("k8s/queue.yaml:3"));
  EXPECT_THAT(read("a: 1\nb: 2\na: 3\n"), HasSubstr("k8s/queue.yaml:3: the key is there twice: a"));
  EXPECT_THAT(read("a: *nowhere\n"), HasSubstr("k8s/queue.yaml:1: there is no anchor &nowhere"));
  EXPECT_THAT(read("a: !!python/object x\n"),
              HasSubstr("the tag tag:yaml.org,2002:python/object is not known"));
  EXPECT_THAT(read("a: \"\xff\"\n"), HasSubstr("k8s/queue.yaml:1"));
  EXPECT_THAT(read("\ta: 1\n"), HasSubstr("k8s/queue.yaml:1"));
}

TEST(yaml_documents, aliases_of_aliases_are_no_bomb) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 9; ++j) bomb += before + ", ";
    bomb += "]\n";
  }
  EXPECT_THAT(read(bomb), HasSubstr("aliases make more than 200000 values"));
}

TEST(yaml_documents, anchors_around_anchors_are_no_bomb) {
  std::string bomb;
  for (int level = 0; level < 50; ++level) bomb += "&a" + std::to_string(level) + " [";
  for (int element = 0; element < 10'000; ++element) bomb += "x, ";
  EXPECT_THAT(read(bomb + std::string(50, ']')),
              HasSubstr("anchors and aliases make more than 200000 values"));
}

TEST(yaml_documents, many_aliases_of_one_long_value_are_no_bomb) {
  std::string text = "a: &long [";
  for (int element = 0; element < 1'000; ++element) text += "x, ";
  text += "]\n";
  for (int alias = 0; alias < 300; ++alias) text += "b" + std::to_string(alias) + ": *long\n";
  EXPECT_THAT(read(text), HasSubstr("anchors and aliases make more than 200000 values"));
}

TEST(yaml_documents, of_more_values_than_anybody_means_are_refused_without_anchors_too) {
  std::string text = "a: [";
  for (int element = 0; element < 200'001; ++element) text += "x, ";
  EXPECT_THAT(read(text + "]"), HasSubstr("more than 200000 values"));
}

TEST(yaml_documents, keys_that_are_lists_or_mappings_are_refused) {
  EXPECT_THAT(read("a: 1\n? [b]\n: 2\n"), HasSubstr("k8s/queue.yaml:2: a key is not a plain value"));
  EXPECT_THAT(read("? {? {? {a: 1} : 2} : 3}\n: 4\n"), HasSubstr("a key is not a plain value"));
}

/// Looking through all keys for each one takes minutes of a processor for so many.
TEST(yaml_documents, many_keys_take_time_in_proportion) {
  std::string text;
  for (int key = 0; key < 90'000; ++key) text += "  key-of-some-length-" + std::to_string(key) + ": 1\n";
  const std::clock_t begun = std::clock();
  const auto whole = yaml_documents("a:\n" + text, "many.yaml");
  ASSERT_TRUE(whole) << text_of(whole.error());
  EXPECT_EQ((*whole)[0]["a"].members().size(), 90'000U);
  EXPECT_LT(static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC, 20);
  EXPECT_THAT(read("a:\n" + text + "  key-of-some-length-0: 2\n"),
              HasSubstr("k8s/queue.yaml:90002: the key is there twice"));
}

TEST(yaml_documents, is_not_deeper_than_anybody_means) {
  EXPECT_THAT(read(std::string(5000, '[') + std::string(5000, ']')), HasSubstr("more than 100 levels"));
}

}  // namespace
