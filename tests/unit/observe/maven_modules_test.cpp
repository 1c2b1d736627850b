// The modules of a Maven project, and the files of one of them.
#include <cicd/observe/maven_modules.hpp>

#include <gmock/gmock.h>

#include "scratch.hpp"

namespace {

using namespace cicd;
using namespace observe_test;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::string pom(const std::string& artifact, const std::string& more) {
  return "<project><parent><groupId>shop</groupId><artifactId>top</artifactId><version>1</version></parent>"
         "<artifactId>"
         + artifact + "</artifactId>" + more + "</project>";
}
std::string uses(const std::string& artifact) {
  return "<dependency><groupId>shop</groupId><artifactId>" + artifact + "</artifactId></dependency>";
}

class modules : public scratch {
 public:
  modules() {
    write("pom.xml", "<project><groupId>shop</groupId><artifactId>top</artifactId><version>1</version><packaging>pom</packaging>"
                     "<properties><top.b>from-${top.end}</top.b><top.end>top</top.end></properties><modules><module>libs</module><module>orders</module></modules>"
                     "<profiles><profile><modules><module>extra/pom.xml</module></modules></profile></profiles>"
                     "<dependencyManagement><dependencies>" + uses("a") + uses("b") + "</dependencies></dependencyManagement>"
                     "<build><plugins><plugin><artifactId>x</artifactId><configuration><file>config/rules.xml</file>"
                     "<out>target/x</out></configuration></plugin></plugins></build></project>");
    write("config/rules.xml", "x");
    write("libs/pom.xml",
          pom("libs", "<packaging>pom</packaging><modules><module>a</module><module>b</module></modules>"));
    write("libs/a/pom.xml", pom("a", ""));
    write("libs/b/pom.xml", pom("b", ""));
    write("orders/pom.xml", pom("orders", "<dependencies>" + uses("a") + "</dependencies>"));
    write("extra/pom.xml", pom("extra", ""));
  }
};

TEST(modules_of_maven, are_those_of_all_lists_also_of_profiles) {
  const modules here;
  std::vector<std::string> files;
  for (const auto& each : observing::maven_modules_of(here.tree())) files.push_back(each.file);
  EXPECT_THAT(files, UnorderedElementsAre("pom.xml", "libs/pom.xml", "libs/a/pom.xml", "libs/b/pom.xml",
                                          "orders/pom.xml", "extra/pom.xml"));
}

TEST(inputs_of_a_module, are_all_poms_and_the_files_of_what_it_needs) {
  const modules here;
  const auto of = observing::inputs_of_module(here.tree(), "orders");
  EXPECT_TRUE(of.is_known && of.is_listed);
  EXPECT_THAT(of.patterns, UnorderedElementsAre("pom.xml", "libs/pom.xml", "libs/a/pom.xml", "libs/b/pom.xml",
                                                "orders/pom.xml", "extra/pom.xml", "orders/", "libs/a/",
                                                "config/rules.xml"));
  EXPECT_THAT(of.exclude, UnorderedElementsAre("orders/target/", "libs/a/target/"));
}

TEST(inputs_of_a_module,
     know_the_properties_of_parents_in_names_of_artifacts_and_take_more_where_one_is_not_known) {
  const modules here;
  const auto needs_b = [&](const std::string& name, const std::string& used) {
    here.write(
        "libs/pom.xml",
        pom("libs", "<packaging>pom</packaging><modules><module>a</module><module>b</module></modules>"));
    here.write("libs/b/pom.xml",
               "<project><parent><groupId>shop</groupId><artifactId>libs</artifactId>"
               "<version>1</version></parent><artifactId>"
                   + name + "</artifactId></project>");
    here.write("orders/pom.xml",
               pom("orders", "<dependencies>" + uses("a") + uses(used) + "</dependencies>"));
    const auto patterns = observing::inputs_of_module(here.tree(), "orders").patterns;
    return std::ranges::find(patterns, "libs/b/") != patterns.end();
  };
  EXPECT_FALSE(needs_b("b", "c"));
  EXPECT_FALSE(needs_b("${top.b}", "c")) << "top says what it is";
  EXPECT_TRUE(needs_b("${top.b}", "from-top"));
  EXPECT_TRUE(needs_b("from-top", "${top.b}"));
  EXPECT_TRUE(needs_b("${nowhere}", "c"));
  EXPECT_TRUE(needs_b("b", "${nowhere}"));
}

TEST(inputs_of_a_module, that_no_list_has_are_its_own_and_its_parents) {
  const scratch here;
  here.write(
      "parent/pom.xml",
      "<project><groupId>shop</groupId><artifactId>top</artifactId><packaging>pom</packaging></project>");
  here.write("services/orders/pom.xml",
             "<project><parent><groupId>shop</groupId><artifactId>top</artifactId><relativePath>../../parent/"
             "pom.xml</relativePath>"
             "</parent><artifactId>orders</artifactId></project>");
  const auto of = observing::inputs_of_module(here.tree(), "services/orders");
  EXPECT_TRUE(of.is_known);
  EXPECT_FALSE(of.is_listed);
  EXPECT_THAT(of.patterns,
              UnorderedElementsAre("parent/pom.xml", "services/orders/pom.xml", "services/orders/"));
  EXPECT_FALSE(observing::inputs_of_module(here.tree(), "services/billing").is_known);
}

TEST(modules_of_maven, lead_neither_out_nor_in_circles) {
  const scratch here;
  here.write(
      "pom.xml",
      "<project><modules><module>../out</module><module>.</module><module>a</module></modules></project>");
  here.write("a/pom.xml", "<project><modules><module>..</module></modules></project>");
  EXPECT_EQ(observing::maven_modules_of(here.tree()).size(), 2U);
}

TEST(a_project_of_maven, has_its_parent_above_unless_it_says_that_it_is_in_a_repository) {
  EXPECT_EQ(observing::project_in(pom("a", "")).parent, "../pom.xml");
  EXPECT_EQ(
      observing::project_in("<project><parent><artifactId>p</artifactId><relativePath/></parent></project>")
          .parent,
      "");
  EXPECT_EQ(observing::project_in("<project><artifactId>a</artifactId></project>").parent, "");
  EXPECT_EQ(observing::project_in("<project/>").packaging, "jar");
}

}  // namespace
