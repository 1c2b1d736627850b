// The tags of an XML text, and what stands between them.
#include <cicd/base/xml_tags.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> tags_of(std::string_view text) {
  std::vector<std::string> all;
  cicd::xml_tags tags(text);
  while (const auto tag = tags.next())
    all.push_back(tag->text + (tag->closes ? "</" : "<") + std::string(tag->name)
                  + (tag->is_empty ? "/>" : ">"));
  return all;
}

TEST(tags_of_xml, are_no_comments_and_no_quoted_text) {
  EXPECT_THAT(tags_of("<?xml version='1.0'?><!DOCTYPE a><a b='1 > 0'><!-- \"<c> --><!-- --><d/></a>"),
              ElementsAre("<a>", "<d/>", "</a>"));
  for (const char* cut : {"", "a", "<a", "<a b='>", "<!-- <a>", "<![CDATA[<a>"})
    EXPECT_THAT(tags_of(cut), IsEmpty()) << cut;
}

TEST(tags_of_xml, have_the_text_before_them_without_comments) {
  EXPECT_THAT(tags_of("<a> <!-- x -->1.<!-- y -->0\n</a>"), ElementsAre("<a>", "1.0</a>"));
  EXPECT_THAT(tags_of("<a>&lt;<![CDATA[<b>&lt;]]></a>"), ElementsAre("<a>", "<<b>&lt;</a>"));
}

TEST(text_of_xml, has_what_its_entities_stand_for) {
  EXPECT_EQ(cicd::xml_text("a &lt;&apos;&#39;&#x41;&#10;&amp;lt; b"), "a <''A &lt; b");
  for (const char* kept : {"&", "&&", "&auml;", "&#228;", "&#x;", "&#3x;", "&;", "a & b"})
    EXPECT_EQ(cicd::xml_text(kept), kept);
}

TEST(a_tag_of_xml, has_attributes) {
  const auto tag = cicd::xml_tags("<a one=\"1\" two = '&quot;2&quot;'/>").next();
  ASSERT_TRUE(tag);
  EXPECT_EQ(tag->at("one"), "1");
  EXPECT_EQ(tag->at("two"), "\"2\"");
  EXPECT_EQ(tag->at("three"), "");
}

}  // namespace
