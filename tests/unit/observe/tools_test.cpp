// Tools by what they are, not by where they lie; and Maven's settings without a secret.
#include <cicd/observe/tools.hpp>

#include <gmock/gmock.h>

#include <functional>

#include "scratch.hpp"

namespace {

using namespace cicd;
using namespace observe_test;
using testing::HasSubstr;
using testing::Not;

class tool_box : public scratch {
 public:
  void program(const std::string& relative, std::string_view text = "#!/bin/sh\n") const {
    write(relative, text);
    ::chmod(at(relative).c_str(), 0755);
  }
  void jdk(const std::string& home, const std::string& version) const {
    program(home + "/bin/java", "the launcher of " + home);
    program(home + "/bin/javac", "the compiler");
    write(home + "/release", "IMPLEMENTOR=\"Debian\"\nJAVA_RUNTIME_VERSION=\"" + version
                                 + "+6\"\nJAVA_VERSION=\"" + version + "\"\n");
  }
  void maven(const std::string& home, const std::string& version) const {
    program(home + "/bin/mvn");
    write(home + "/lib/maven-core-" + version + ".jar", "core");
    write(home + "/lib/guava.jar", "guava");
  }
  result<tool_identity> identity(std::string_view name, std::map<std::string, std::string> more = {}) const {
    file_index index(this->index(), around());
    more.emplace("PATH", at("bin"));
    return identity_of(name, tree(), around(std::move(more)), index);
  }
};

TEST(identity_of, is_the_same_for_the_same_jdk_elsewhere) {
  const tool_box here;
  here.jdk("one", "17.0.14");
  here.jdk("two", "17.0.14");
  here.jdk("newer", "17.0.15");
  const auto one = here.identity("java", {{"JAVA_HOME", here.at("one")}});
  const auto two = here.identity("java", {{"JAVA_HOME", here.at("two")}});
  const auto newer = here.identity("java", {{"JAVA_HOME", here.at("newer")}});
  ASSERT_TRUE(one && two && newer);
  EXPECT_EQ("java", one->name);
  EXPECT_EQ(here.at("one/bin/java"), one->path);
  EXPECT_EQ("17.0.14", one->version);
  EXPECT_EQ(one->identity, two->identity);
  EXPECT_EQ("17.0.15", newer->version);
  EXPECT_NE(one->identity, newer->identity);
}

TEST(identity_of, follows_links_to_the_jdk) {
  const tool_box here;
  here.jdk("jvm/17", "17.0.15");
  ASSERT_TRUE(make_folder(here.at("bin")));
  ASSERT_EQ(0, ::symlink(here.at("jvm/17/bin/java").c_str(), here.at("alternative").c_str()));
  ASSERT_EQ(0, ::symlink("../alternative", here.at("bin/java").c_str()));
  const auto java = here.identity("java");
  ASSERT_TRUE(java);
  EXPECT_EQ(here.at("bin/java"), java->path);
  EXPECT_EQ("17.0.15", java->version);
}

TEST(identity_of, tells_mavens_apart_by_their_jars) {
  const tool_box here;
  here.maven("one", "3.8.7");
  here.maven("two", "3.8.7");
  here.maven("newer", "3.9.1");
  here.maven("rebuilt", "3.8.7");
  here.write("rebuilt/lib/guava.jar", "guava, patched");
  const auto of = [&](const std::string& home) {
    return here.identity("mvn", {{"MAVEN_HOME", here.at(home)}});
  };
  ASSERT_TRUE(of("one"));
  EXPECT_EQ("3.8.7", of("one")->version);
  EXPECT_EQ(of("one")->identity, of("two")->identity);
  EXPECT_EQ("3.9.1", of("newer")->version);
  EXPECT_NE(of("one")->identity, of("newer")->identity);
  EXPECT_NE(of("one")->identity, of("rebuilt")->identity);
}

TEST(identity_of, is_the_content_of_any_other_program) {
  const tool_box here;
  here.program("bin/tool", "#!/bin/sh\necho 1\n");
  const auto tool = here.identity("tool");
  ASSERT_TRUE(tool);
  EXPECT_EQ(sha256("#!/bin/sh\necho 1\n"), tool->identity);
  EXPECT_EQ("", tool->version);
  here.program("bin/tool", "#!/bin/sh\necho 2\n");
  EXPECT_EQ(sha256("#!/bin/sh\necho 2\n"), here.identity("tool")->identity);
}

TEST(identity_of, finds_a_wrapper_below_the_folder) {
  const tool_box here;
  here.program("mvnw", "#!/bin/sh\n");
  const auto tool = here.identity("./mvnw");
  ASSERT_TRUE(tool);
  EXPECT_EQ(here.at("mvnw"), tool->path);
  const auto missing = here.identity("./gradlew");
  ASSERT_FALSE(missing);
  EXPECT_THAT(text_of(missing.error()),
              HasSubstr("there is no such program, or it may not be executed: './gradlew'"));
}

TEST(identity_of, says_how_to_install_what_is_missing) {
  const tool_box here;
  const auto missing = here.identity("mvn");
  ASSERT_FALSE(missing);
  EXPECT_EQ(exit_class::usage, missing.error().kind);
  const auto text = text_of(missing.error());
  EXPECT_THAT(text, HasSubstr("not installed: 'mvn'"));
  EXPECT_THAT(text, HasSubstr(install_hint("mvn")));
}

class maven_settings : public testing::Test {
 public:
  std::string of(std::string_view user) const {
    EXPECT_TRUE(write_file(here_.path() + "/home/.m2/settings.xml", user, durability::fast));
    here_.maven("maven", "3.8.7");
    return started_as("mvn");
  }
  /// What is read when Maven is started so.
  std::string started_as(const std::string& name,
                         const surroundings* around = nullptr,
                         const std::string& source = "none",
                         bool in_source = false) const {
    file_index index(here_.index(), here_.around());
    const auto read =
        read_elsewhere_by(name, {here_.at(source), in_source, name == "mvn" ? here_.at("maven/bin/mvn") : ""},
                          around == nullptr ? here_.around() : *around, index);
    EXPECT_TRUE(read);
    return read && !read->empty() ? read->front().second : "";
  }
  const tool_box& here() const { return here_; }

 private:
  tool_box here_;
};

std::string settings_with(const std::string& password, const std::string& mirror) {
  return "<?xml version=\"1.0\"?>\n<!-- " + password
         + " -->\n<settings xmlns=\"x\">\n <servers><server><id>s</id><username>" + password
         + "</username><password>" + password + "</password><privateKey>" + password
         + "</privateKey><configuration><servers/>" + password
         + "</configuration></server></servers>\n <proxies><proxy><host>proxy</host><password>" + password
         + "</password><username>" + password + "</username></proxy></proxies>\n <mirrors><mirror><url>"
         + mirror + "</url></mirror></mirrors>\n <profiles><profile><properties>" + "<gpg.passphrase>"
         + password + "</gpg.passphrase><my:passphrase a=\"1\" >" + password
         + "</my:passphrase></properties></profile></profiles></settings>\n";
}

TEST_F(maven_settings, hold_no_secret) {
  EXPECT_THAT(of(settings_with("canary", "http://m")), Not(HasSubstr("canary")));
}

TEST_F(maven_settings, do_not_change_with_a_password_and_do_with_a_mirror) {
  EXPECT_EQ(of(settings_with("one", "http://m")), of(settings_with("two and longer", "http://m")));
  EXPECT_NE(of(settings_with("one", "http://m")), of(settings_with("one", "http://other")));
  EXPECT_THAT(of(settings_with("one", "http://m")), HasSubstr("<url>http://m</url>"));
  EXPECT_THAT(of(settings_with("one", "http://m")), HasSubstr("<host>proxy</host>"));
}

TEST_F(maven_settings, do_not_change_with_comments_and_white_space) {
  EXPECT_EQ(of("<settings><offline>true</offline></settings>"),
            of("<?xml version=\"1.0\"?>\n<settings>\n  <!-- a <password> --> <offline> "
               "true\n</offline>\n</settings>\n"));
}

TEST_F(maven_settings, keep_secrets_out_of_odd_text_too) {
  for (const auto* odd :
       {"<settings><password>canary", "<password>canary</other>", "<PASSWORD>canary</PASSWORD>",
        "<password\n>canary</password>", "<servers><servers></servers>canary</servers>",
        "<password><![CDATA[</password>canary]]></password>",
        "<password><!-- </password> -->canary</password>", "<servers>canary<",
        "<x><password/><password>canary</password>", "<password a='>'>canary</password>",
        "<password>canary</PASSWORD>", "<servers a=\"/>\">canary</servers>"}) {
    EXPECT_THAT(of(odd), Not(HasSubstr("canary"))) << odd;
  }
}

TEST_F(maven_settings, keep_logins_in_addresses_out) {
  const auto text = of("<mirror><url>http://joe:canary@host/path@2</url></mirror>");
  EXPECT_THAT(text, HasSubstr("<url>http://host/path@2</url>"));
}

TEST_F(maven_settings, hold_the_options_of_a_folder_above) {
  here().write("parent/.mvn/jvm.config", "-Dpassword=canary");
  here().write("parent/own/.mvn/x", "");
  ASSERT_TRUE(make_folder(here().at("parent/sub/project")));
  const auto of = [&](const std::string& project) { return started_as("mvnw", nullptr, project, true); };
  EXPECT_EQ("", started_as("mvnw", nullptr, "parent/sub/project")) << "its own folder lies below nothing";
  EXPECT_EQ(".mvn/jvm.config " + hex(sha256("-Dpassword=canary")) + "\n", of("parent/sub/project"));
  EXPECT_EQ("", of("parent/own"));
}

TEST_F(maven_settings, survive_any_bytes) {
  for (const auto* odd :
       {"", "<", ">", "<!--", "<![CDATA[", "</", "<>", "< >", "<?", "\xff\xfe<\x01", "a<b", "&undefined;"})
    of(odd);
  const std::string text = settings_with("canary", "http://m");
  for (std::size_t size = 0; size < text.size(); size += 11)
    EXPECT_THAT(of(text.substr(0, size)), Not(HasSubstr("canary"))) << size;
}

TEST_F(maven_settings, hold_the_global_ones_and_are_empty_without_any) {
  EXPECT_EQ("", started_as("mvn"));
  here().maven("maven", "3.8.7");
  here().write("maven/conf/settings.xml", "<settings><mirrors>m</mirrors></settings>");
  EXPECT_THAT(started_as("mvn"), HasSubstr("<mirrors>m</mirrors>"));
}

TEST_F(maven_settings, are_those_of_every_way_to_start_it) {
  EXPECT_TRUE(
      write_file(here().path() + "/home/.m2/settings.xml", "<offline>true</offline>", durability::fast));
  for (const char* name : {"mvn", "mvnw", "./mvnw", "/opt/maven/bin/mvn", "mvnd"})
    EXPECT_THAT(started_as(name), HasSubstr("<offline>true")) << name;
  EXPECT_EQ("", started_as("gradle"));
}

TEST_F(maven_settings, are_the_account_s_where_HOME_is_another_and_hold_toolchains_and_start_files) {
  const std::string account = here().path() + "/account";
  const surroundings around = surroundings({{"HOME", here().path() + "/home"}}).of_account(account);
  const std::string before = started_as("mvnw", &around);
  for (const char* name : {"/.m2/settings.xml", "/.m2/toolchains.xml", "/.m2/extensions.xml", "/.mavenrc"})
    for (const std::string& home : {account, here().path() + "/home"}) {
      EXPECT_TRUE(write_file(home + name, "<id>1</id>", durability::fast));
      const std::string first = started_as("mvnw", &around);
      EXPECT_NE(before, first) << home << name;
      EXPECT_TRUE(write_file(home + name, "<id>2</id>", durability::fast));
      EXPECT_NE(first, started_as("mvnw", &around)) << home << name;
      EXPECT_TRUE(remove_tree(home + name));
    }
}

}  // namespace
