// Which SNAPSHOTs a project leads to.
#include <cicd/observe/maven_snapshots.hpp>

#include <gmock/gmock.h>

#include "scratch.hpp"

namespace {

using namespace cicd;
using namespace observe_test;
using observing::coordinates_in;
using observing::maven_coordinate;
using testing::ElementsAre;
using testing::IsEmpty;
using strings = std::vector<std::string>;

TEST(coordinates_in, are_parents_dependencies_plugins_and_extensions_with_properties_replaced) {
  const auto all = coordinates_in(R"(<?xml version="1.0"?><project xmlns="x">
    <parent><groupId>com.shop</groupId><artifactId>parent</artifactId><version>3-SNAPSHOT</version></parent>
    <artifactId>orders</artifactId><properties><lib.version>1.0${end}</lib.version><end>-SNAPSHOT</end></properties>
    <!-- <dependency><groupId>a</groupId><artifactId>comment</artifactId></dependency> -->
    <dependencies><dependency><groupId>${project.groupId}</groupId><artifactId>lib</artifactId><version>${lib.version}</version>
      <exclusions><exclusion><groupId>b</groupId><artifactId>out</artifactId></exclusion></exclusions></dependency>
      <dependency><groupId>com.shop</groupId><artifactId>managed</artifactId><version>${of.parent}</version></dependency></dependencies>
    <build><plugins><plugin><artifactId>maven-jar-plugin</artifactId><version>3.4.2</version></plugin></plugins></build></project>)");
  EXPECT_THAT(all, ElementsAre(maven_coordinate{"com.shop", "lib", "1.0-SNAPSHOT"},
                               maven_coordinate{"com.shop", "managed", ""},
                               maven_coordinate{"com.shop", "parent", "3-SNAPSHOT"},
                               maven_coordinate{"org.apache.maven.plugins", "maven-jar-plugin", "3.4.2"}));
}

TEST(coordinates_in, survive_any_text) {
  for (const char* odd :
       {"", "<", "</a>", "<a", "<a></b></a></a>", "<version>x</version>", "<a><version>${</version></a>",
        "<p><properties><x>${x}</x></properties><d><artifactId>${x}</artifactId></d></p>"})
    (void)coordinates_in(odd);
}

class local_repository : public scratch {
 public:
  local_repository() {
    write("pom.xml", pom("lib", "1.0-SNAPSHOT"));
    install("lib", "1.0-SNAPSHOT", "one", pom("deep", "2.0-SNAPSHOT"));
    install("deep", "2.0-SNAPSHOT", "one");
    install("other", "1.0-SNAPSHOT", "one");
  }
  static std::string pom(const std::string& artifact, const std::string& version) {
    return "<project><dependencies><dependency><groupId>com.shop</groupId><artifactId>" + artifact
           + "</artifactId><version>" + version + "</version></dependency></dependencies></project>";
  }
  void install(const std::string& artifact,
               const std::string& version,
               std::string_view jar,
               const std::string& pom = "<x/>",
               const std::string& repository = "home/.m2/repository") const {
    const std::string folder = path() + "/" + repository + "/com/shop/" + artifact + "/" + version + "/";
    EXPECT_TRUE(write_file(folder + artifact + "-" + version + ".jar", jar, durability::fast));
    EXPECT_TRUE(write_file(folder + artifact + "-" + version + ".pom", pom, durability::fast));
    EXPECT_TRUE(write_file(folder + "maven-metadata-local.xml", jar, durability::fast));
  }
  std::vector<std::pair<std::string, std::string>> found(std::map<std::string, std::string> more = {}) const {
    file_index index(this->index(), around());
    return observing::maven_snapshots_of(tree(), observing::maven_repository(tree(), around(std::move(more))),
                                         index);
  }
  strings names() const {
    strings all;
    for (const auto& [name, text] : found()) all.push_back(name);
    return all;
  }
};

TEST(maven_snapshots, are_those_of_the_project_and_of_what_they_depend_on) {
  const local_repository here;
  EXPECT_EQ(here.names(), (strings{"deep:2.0-SNAPSHOT", "lib:1.0-SNAPSHOT"}));
}

TEST(maven_snapshots, change_with_their_files_and_with_nothing_else) {
  const local_repository here;
  const auto before = here.found();
  EXPECT_EQ(before, here.found());
  here.install("other", "1.0-SNAPSHOT", "two");
  EXPECT_EQ(before, here.found());
  here.install("deep", "2.0-SNAPSHOT", "two, other");
  EXPECT_NE(before[0].second, here.found()[0].second);
  EXPECT_EQ(before[1].second, here.found()[1].second);
}

TEST(maven_snapshots, whose_version_stands_elsewhere_are_all_that_are_there) {
  const local_repository here;
  here.write("pom.xml", local_repository::pom("lib", "${of.parent}"));
  here.install("lib", "3.0-SNAPSHOT", "one");
  EXPECT_EQ(here.names(), (strings{"deep:2.0-SNAPSHOT", "lib:1.0-SNAPSHOT", "lib:3.0-SNAPSHOT"}));
}

TEST(maven_snapshots, are_found_by_what_the_parents_of_a_module_say_and_by_group_where_a_name_is_not_known) {
  const local_repository here;
  const auto used = [&](const std::string& group, const std::string& artifact) {
    here.write(
        "orders/pom.xml",
        "<project><parent><groupId>shop</groupId><artifactId>top</artifactId><version>1</version></parent>"
        "<dependencies><dependency><groupId>"
            + group + "</groupId><artifactId>" + artifact
            + "</artifactId><version>1.0-SNAPSHOT</version></dependency></dependencies></project>");
    return here.names();
  };
  here.write("pom.xml",
             "<project><modules><module>orders</module></modules>"
             "<properties><the.group>com.shop</the.group></properties></project>");
  EXPECT_EQ(used("${the.group}", "other"), strings{"other:1.0-SNAPSHOT"});
  EXPECT_EQ(used("com.shop", "${nowhere}"),
            (strings{"deep:2.0-SNAPSHOT", "lib:1.0-SNAPSHOT", "other:1.0-SNAPSHOT"}));
}

TEST(maven_snapshots, that_are_not_there_are_never_the_same) {
  const local_repository here;
  here.write("pom.xml", local_repository::pom("gone", "1-SNAPSHOT"));
  ASSERT_EQ(here.names(), strings{"gone:1-SNAPSHOT"});
  EXPECT_NE(here.found()[0].second, here.found()[0].second);
  here.write("pom.xml", local_repository::pom("gone", "1"));
  EXPECT_THAT(here.names(), IsEmpty());
}

TEST(maven_snapshots, lie_where_Maven_is_told_that_they_do) {
  const local_repository here;
  here.install("lib", "1.0-SNAPSHOT", "elsewhere", "<x/>", "m2");
  const std::string named = "-Dmaven.repo.local=" + here.path() + "/m2";
  ASSERT_EQ(here.found({{"MAVEN_ARGS", "-T 1 " + named}}).size(), 1u);
  here.write(".mvn/maven.config", named + "\n");
  EXPECT_EQ(here.found().size(), 1u);
  EXPECT_TRUE(remove_tree(here.at(".mvn")));
  EXPECT_TRUE(write_file(here.path() + "/home/.m2/settings.xml",
                         "<settings><localRepository>" + here.path() + "/m2</localRepository></settings>",
                         durability::fast));
  EXPECT_EQ(here.found().size(), 1u);
}

TEST(maven_snapshots, need_a_pom) {
  const local_repository here;
  EXPECT_TRUE(remove_tree(here.at("pom.xml")));
  EXPECT_THAT(here.names(), IsEmpty());
}

}  // namespace
