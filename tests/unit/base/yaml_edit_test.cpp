// One scalar in place of another: what stays, what is quoted, what is refused and where.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/base/yaml_edit.hpp>

namespace {

using namespace cicd;
using testing::HasSubstr;

std::string with(const std::string& text, const std::string& path, const std::string& value) {
  const auto done = yaml_with(text, "values.yaml", yaml_path_from(path), value);
  return done ? *done : text_of(done.error());
}

TEST(yaml_with, leaves_every_other_byte_as_it_is) {
  const std::string text =
      "# Values of orders.\r\n"
      "---\r\n"
      "zeta:   1   # first\r\n"
      "\r\n"
      "image:      # of the service\r\n"
      "    repository: \"registry/ördërs\"   # ö\r\n"
      "    tag:   v1.0.0      # {\"$imagepolicy\": \"flux-system:orders:tag\"}\r\n"
      "alpha: [ 1,2 ,  3 ]\r\n";
  std::string wanted = text;
  wanted.replace(wanted.find("v1.0.0"), 6, "v1.1.0");
  EXPECT_EQ(with(text, "image.tag", "v1.1.0"), wanted);
  EXPECT_EQ(with(wanted, "image.tag", "v1.1.0"), wanted);
  EXPECT_EQ(with("\xef\xbb\xbf"
                 "a: b",
                 "a", "c"),
            "\xef\xbb\xbf"
            "a: c");
}

TEST(yaml_with, keeps_the_quotes_that_are_there_and_adds_those_that_are_needed) {
  EXPECT_EQ(with("t: 'a'\n", "t", "it's"), "t: 'it''s'\n");
  EXPECT_EQ(with("t: \"a\" # c\n", "t", "b\"c"), "t: \"b\\\"c\" # c\n");
  EXPECT_EQ(with("t: v1\n", "t", "1b40f7d"), "t: 1b40f7d\n");
  EXPECT_EQ(with("t: v1\n", "t", "sha256:0a"), "t: sha256:0a\n");
  for (const char* text : {"1.10", "1234567", "12e5678", "true", "on", "null", "2026-11-29", "12:30", "0x1f",
                           "a: b", "", "#x", "*a", "- x", "a,b", "1_000", "~"})
    EXPECT_EQ(with("t: v1\n", "t", text), "t: \"" + std::string(text) + "\"\n") << text;
  EXPECT_EQ(with("t: 1.10\n", "t", "1.10"), "t: \"1.10\"\n");
}

TEST(yaml_with, leaves_what_others_take_by_an_anchor_of_what_it_lies_in) {
  for (const char* text : {"a: &i\n  t: x\nb: *i\n", "a: &i\n  t: x\nb:\n  <<: *i\n",
                           "a: &i {t: x}\nb: [*i]\n", "a: {t: &i x}\nb: *i\n"})
    EXPECT_THAT(with(text, "a.t", "w"), HasSubstr("other values of this file take this one by an alias"))
        << text;
  EXPECT_THAT(with("l:\n- &o\n  name: o\n  t: x\n- <<: *o\n  name: c\n", "l[o].t", "w"),
              HasSubstr("anchor: &o"));
  EXPECT_EQ(with("a: &i\n  t: x\nb: 1\n", "a.t", "w"), "a: &i\n  t: w\nb: 1\n");
  EXPECT_EQ(with("d: &i\n  t: z\na:\n  <<: *i\n  t: x\n", "a.t", "w"),
            "d: &i\n  t: z\na:\n  <<: *i\n  t: w\n");
}

TEST(yaml_with, tells_what_a_list_has) {
  EXPECT_THAT(with("l: []\n", "l[o].t", "w"), HasSubstr("there: an empty list"));
  EXPECT_THAT(with("l:\n- t: x\n- name: p\n  t: z\n", "l[orders].t", "w"), HasSubstr("p, a number below 2"));
}

TEST(yaml_with, leaves_a_value_with_a_tag_of_its_own) {
  for (const char* tag : {"!!int", "!vault", "!!float", "!<tag:example.com,2026:x>"})
    EXPECT_THAT(with("a: 1\nt: " + std::string(tag) + " 5\n", "t", "5"),
                testing::AllOf(HasSubstr("values.yaml:2: a value with a tag of its own is not replaced"),
                               HasSubstr(tag[1] == '<' ? "tag:example.com,2026:x" : tag)));
  EXPECT_EQ(with("t: !!str x\n", "t", "5"), "t: !!str \"5\"\n");
  EXPECT_EQ(with("t: ! x\n", "t", "w"), "t: ! w\n");
}

TEST(yaml_with, goes_into_lists_by_name_and_number_and_into_flow_style) {
  const std::string text =
      "images:\n- name: billing\n  newTag: a\n- newTag: b # o\n  name: orders\n  newName: r/orders\nlist: "
      "[x, {k: v}]\n";
  EXPECT_EQ(with(text, "images[orders].newTag", "c").find("newTag: c # o"), text.find("newTag: b # o"));
  EXPECT_THAT(with(text, "images[0].newTag", "c"), HasSubstr("billing\n  newTag: c\n"));
  EXPECT_THAT(with(text, "list[1].k", "w"), HasSubstr("[x, {k: w}]"));
  EXPECT_THAT(with(text, "list[0]", "y, z"), HasSubstr("[\"y, z\", {k: v}]"));
  EXPECT_EQ(with("{\"image\":{\"tag\":\"a\"}}", "image.tag", "b"), "{\"image\":{\"tag\":\"b\"}}");
  EXPECT_EQ(with("a.b:\n  c/d: x\n", "a\\.b.c/d", "z"), "a.b:\n  c/d: z\n");
  EXPECT_EQ(with("- t: x\n", "[0].t", "z"), "- t: z\n");
}

TEST(yaml_with, fills_a_value_that_is_empty) {
  EXPECT_EQ(with("image:\n  tag:\n  x: 1\n", "image.tag", "v1"), "image:\n  tag: v1\n  x: 1\n");
  EXPECT_EQ(with("tag:   # later\n", "tag", "v1"), "tag: v1   # later\n");
  EXPECT_EQ(with("tag:", "tag", "v1"), "tag: v1");
  EXPECT_THAT(with("{tag}\n", "tag", "v1"),
              HasSubstr("values.yaml:1: there is no value that could be replaced"));
}

TEST(yaml_with, tells_what_is_not_there_and_what_is_nearest) {
  const std::string text = "image:\n  tag: a\n  pullPolicy: b\nreplicas: 2\nhosts:\n- a\n";
  EXPECT_THAT(with(text, "image.tga", "x"),
              testing::AllOf(HasSubstr("values.yaml:2: there is no 'tga' in 'image': 'image.tga'"),
                             HasSubstr("did you mean: tag"), HasSubstr("allowed:      tag, pullPolicy")));
  EXPECT_THAT(with(text, "imgae.tag", "x"), HasSubstr("there is no 'imgae' in this file"));
  EXPECT_THAT(with(text, "image", "x"), HasSubstr("values.yaml:2: this is a mapping, and not one value"));
  EXPECT_THAT(with(text, "hosts", "x"), HasSubstr("this is a list, and not one value"));
  EXPECT_THAT(with(text, "hosts.a", "x"), HasSubstr("'hosts' is a list, and has no keys"));
  EXPECT_THAT(with(text, "hosts[3]", "x"), HasSubstr("there is no element '3' in 'hosts'"));
  EXPECT_THAT(with(text, "replicas.x", "x"),
              HasSubstr("values.yaml:4: 'replicas' is one value, and has no keys"));
  EXPECT_THAT(with(text, "replicas[0]", "x"), HasSubstr("'replicas' is not a list"));
  EXPECT_THAT(with("a: [b\n", "a", "x"), HasSubstr("values.yaml:"));
  EXPECT_THAT(with("", "a", "x"), HasSubstr("this file has no YAML in it"));
}

TEST(yaml_with, refuses_what_could_be_meant_twice) {
  EXPECT_THAT(with("a: 1\na: 2\n", "a", "x"), HasSubstr("values.yaml:2: this key is there twice"));
  EXPECT_THAT(with("a: 1\n---\na: 2\n", "a", "x"),
              HasSubstr("values.yaml:3: this is in two documents of the file"));
  EXPECT_EQ(with("b: 1\n---\na: v2\n", "a", "x"), "b: 1\n---\na: x\n");
  EXPECT_THAT(with("l:\n- name: a\n- name: a\n", "l[a].x", "x"), HasSubstr("two elements of the name 'a'"));
}

TEST(yaml_with, does_not_change_what_an_alias_takes) {
  EXPECT_THAT(with("a: &t v1\nb: *t\n", "b", "x"), HasSubstr("values.yaml:2: this is an alias"));
  EXPECT_THAT(with("a: &t v1\nb: *t\n", "a", "x"),
              HasSubstr("values.yaml:1: other values of this file take this one"));
  EXPECT_EQ(with("a: &t v1\nb: 2\n", "a", "x"), "a: &t x\nb: 2\n");
  EXPECT_EQ(with("a: !!str &t 'v1'\n", "a", "x"), "a: !!str &t 'x'\n");
  EXPECT_THAT(with("d: &d\n  tag: v1\nb:\n  <<: *d\n  x: 1\n", "b.tag", "x"),
              HasSubstr("'<<' brings those of others"));
  EXPECT_THAT(with("a: |\n  v1\n", "a", "x"), HasSubstr("a text of several lines is not replaced"));
}

TEST(yaml_path_from, takes_what_is_a_path_only) {
  for (const char* text : {"", ".", "a.", ".a", "a..b", "a[", "a[]", "a]b[", "a[0]b"})
    EXPECT_TRUE(yaml_path_from(text).empty()) << text;
  EXPECT_EQ(yaml_path_from("a[b.c][0].d"),
            (std::vector<yaml_step>{{"a", false}, {"b.c", true}, {"0", true}, {"d", false}}));
}

}  // namespace
