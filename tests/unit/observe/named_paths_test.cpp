// Which paths a build tool's file may name.
#include <cicd/observe/named_paths.hpp>

#include <gmock/gmock.h>

namespace {

using cicd::paths_named_in;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(paths_named_in, are_the_texts_and_attributes_of_markup_and_not_its_names) {
  EXPECT_THAT(
      paths_named_in("<?xml version=\"1.0\"?>\n<build><!-- a/comment --><directory> config </directory>"
                     "<import file='x/y.xml'/><list>one,two/</list><![CDATA[raw/z]]></build>"),
      ElementsAre("1.0", "config", "one", "raw/z", "two", "x/y.xml"));
}

TEST(paths_named_in, leave_out_a_leading_variable_and_end_at_a_later_one) {
  EXPECT_THAT(
      paths_named_in("<a>${project.basedir}/config/x.xml</a><b>conf/${name}.xml</b><c>${x}</c><d>./e/</d>"),
      ElementsAre("conf", "config/x.xml", "e"));
}

TEST(paths_named_in, are_the_words_of_other_text) {
  EXPECT_THAT(
      paths_named_in("-Dcheckstyle.config=config/x.xml -T 1C\n--settings \"ci/settings.xml\""),
      ElementsAre("--settings", "-Dcheckstyle.config", "-T", "1C", "ci/settings.xml", "config/x.xml"));
}

TEST(paths_named_in, lead_nowhere_out) {
  EXPECT_THAT(paths_named_in("<a>/etc/passwd</a><b>../x</b><c>a/../../x</c><d>a//b</d><e>.</e>"), IsEmpty());
}

TEST(paths_named_in, survive_any_text) {
  for (const char* odd : {"", "<", "<!--", "<![CDATA[", "<a b=\"", "${", "<a>${</a>", "}/", "=,"})
    (void)paths_named_in(odd);
}

}  // namespace
