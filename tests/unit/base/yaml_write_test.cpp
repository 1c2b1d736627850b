// The YAML writer: what is quoted, what is not, and the shape of blocks. That other programs read it back as
// it was is shown by the suite tests/kubernetes.
#include <gtest/gtest.h>

#include <cicd/base/yaml.hpp>

namespace {

using namespace cicd;

TEST(yaml_text, texts_that_could_be_something_else_are_quoted) {
  for (const char* text :
       {"no", "On",         "YES",      "true", "False", "null", "Null", "~",    "y",   "N",
        "1",  "1e3",        "0x1",      "0o7",  "1_000", ".5",   ".inf", ".NaN", "+1",  "-1",
        "-",  "2026-11-21", "12:30:00", "1:2",  "=",     "<<",   "",     " a",   "a ",  "a: b",
        "a:", "a #b",       "#a",       "&a",   "*a",    "!a",   "|",    ">",    "%a",  "@a",
        "`a", "{a}",        "[a]",      "a,b",  "? a",   "- a",  "a'b",  "---",  "...", "25%"})
    EXPECT_EQ(yaml_text(json(text)), '"' + std::string(text) + "\"\n") << text;
}

TEST(yaml_text, ordinary_texts_are_bare) {
  for (const char* text : {"orders-api", "apps/v1", "a:b", "services/orders:1a2b3c4@sha256:abc", "/health",
                           "nope", "onto", "truely", "A_b.c", "https://orders.example.com/x"})
    EXPECT_EQ(yaml_text(json(text)), std::string(text) + '\n');
}

TEST(yaml_text, what_cannot_be_seen_is_escaped) {
  EXPECT_EQ(yaml_text(json("a\nb\t\"\\\r")), "\"a\\nb\\t\\\"\\\\\\r\"\n");
  EXPECT_EQ(yaml_text(json(std::string("\0\x1b\x7f", 3))), "\"\\x00\\x1b\\x7f\"\n");
  EXPECT_EQ(yaml_text(json("\u202e\u2028\ufeff\u0085")), "\"\\u202e\\u2028\\ufeff\\x85\"\n");
  EXPECT_EQ(yaml_text(json("日本 é \U0001f600")), "\"日本 é \U0001f600\"\n");
  EXPECT_EQ(yaml_text(json("\xff")), "\"\ufffd\"\n");
}

TEST(yaml_text, numbers_and_words_are_written_as_such) {
  EXPECT_EQ(yaml_text(json(true)), "true\n");
  EXPECT_EQ(yaml_text(json()), "null\n");
  EXPECT_EQ(yaml_text(json(std::int64_t{-5})), "-5\n");
  EXPECT_EQ(yaml_text(json(2.5)), "2.5\n");
  EXPECT_EQ(yaml_text(json(1e20)), "1.0e+20\n");
}

TEST(yaml_text, blocks_nest_as_in_kubernetes_own_output) {
  const auto value = parse_json(R"({"a":{"b":[1,{"c":2,"d":[]},["x","y"]],"e":{}},"no":"f"})");
  ASSERT_TRUE(value);
  EXPECT_EQ(yaml_text(*value),
            "a:\n  b:\n  - 1\n  - c: 2\n    d: []\n  - - x\n    - \"y\"\n  e: {}\n\"no\": f\n");
}

}  // namespace
