// Keys and their explanation: what changes a key, what does not, and how it is said.
#include <gtest/gtest.h>

#include <cicd/plan/key.hpp>

namespace {

using namespace cicd;

struct key_fixture : testing::Test {
  step declared{.name = "build", .command = {"mvn", "package"}, .outputs = {"target/*.jar"}};
  graph_step about{.id = "orders/build", .pipeline = nullptr, .work = command_step{&declared}};
  observed_step seen;

  void SetUp() override {
    seen.inputs = {{"pom.xml", 0100644, sha256("pom")}, {"run.sh", 0100755, sha256("run")}};
    seen.tools = {{"java", "/usr/bin/java", "17.0.14", sha256("jdk 14")}};
    seen.variables = {{"JAVA_HOME", "/opt/jdk"}};
    seen.words = {"mvn", "package"};
  }
  digest key() const { return key_of(about, seen, {}); }
  std::vector<std::string> reasons_since(const key_parts& before) const {
    return reasons_between(before, parts_of(about, seen, {}));
  }
};

TEST_F(key_fixture, the_same_facts_give_the_same_key) {
  const digest before = key();
  seen.tools[0].path = "/somewhere/else/java";
  EXPECT_EQ(key(), before) << "where a tool lies is no part of it";
}

TEST_F(key_fixture, every_fact_is_part_of_the_key) {
  const digest before = key();
  const auto differs = [&](auto change) {
    const observed_step kept = seen;
    change();
    const bool other = key() != before;
    seen = kept;
    return other;
  };
  EXPECT_TRUE(differs([&] { seen.inputs[0].content = sha256("other"); }));
  EXPECT_TRUE(differs([&] { seen.inputs[1].mode = 0100644; }));
  EXPECT_TRUE(differs([&] { seen.inputs[0].path = "pom2.xml"; }));
  EXPECT_TRUE(differs([&] { seen.inputs.pop_back(); }));
  EXPECT_TRUE(differs([&] { seen.tools[0].identity = sha256("jdk 15"); }));
  EXPECT_TRUE(differs([&] { seen.variables[0].second = "/opt/other"; }));
  EXPECT_TRUE(differs([&] { seen.settings = {{"Maven's settings", "x"}}; }));
  EXPECT_TRUE(differs([&] { seen.words = {"mvn", "verify"}; }));
  EXPECT_TRUE(differs([&] { seen.words = {"mvnpackage", ""}; }));
  EXPECT_TRUE(differs([&] { seen.assignments = {{"A", "b"}}; }));
  EXPECT_NE(key_of(about, seen, std::vector<upstream_result>{{"orders/gen", sha256("x")}}), before);
}

TEST_F(key_fixture, a_secret_is_part_of_it_by_its_name_its_variable_and_its_version_alone) {
  declared_pipeline orders;
  orders.declared.secrets = {{.name = "npm-token", .pass_env = "NPM_TOKEN", .version = "1"}};
  about.pipeline = &orders;
  const digest without = key();
  declared.secrets = {{"npm-token"}};
  const digest one = key();
  const key_parts before = parts_of(about, seen, {});
  EXPECT_NE(one, without);
  orders.declared.secrets[0].pass_env = "OTHER";
  EXPECT_EQ(key(), one) << "where it comes from changes no result";
  declared.as_file = true;
  EXPECT_NE(key(), one);
  declared.as_file = false;
  orders.declared.secrets[0].version = "2";
  EXPECT_NE(key(), one);
  EXPECT_EQ(reasons_since(before), std::vector<std::string>{"the secret npm-token changed from 1 to 2"});
}

TEST_F(key_fixture, parts_that_run_together_are_told_apart) {
  seen.variables = {{"A", "bc"}};
  const digest one = key();
  seen.variables = {{"Ab", "c"}};
  EXPECT_NE(key(), one);
}

TEST_F(key_fixture, a_tool_s_new_version_is_said_with_both_versions) {
  const key_parts before = parts_of(about, seen, {});
  seen.tools[0] = {"java", "/usr/bin/java", "17.0.15", sha256("jdk 15")};
  EXPECT_EQ(reasons_since(before), std::vector<std::string>{"the JDK changed from 17.0.14 to 17.0.15"});
}

TEST_F(key_fixture, three_causes_are_named_and_the_rest_counted) {
  const key_parts before = parts_of(about, seen, {});
  for (int number = 0; number < 6; ++number)
    seen.inputs.push_back({"new" + std::to_string(number), 0100644, sha256("n")});
  const std::vector<std::string> reasons = reasons_since(before);
  ASSERT_EQ(reasons.size(), 4U);
  EXPECT_EQ(reasons[0], "new0 is new");
  EXPECT_EQ(reasons[3], "and 3 more");
}

TEST_F(key_fixture, a_removed_file_and_a_changed_command_are_said) {
  const key_parts before = parts_of(about, seen, {});
  seen.inputs.erase(seen.inputs.begin());
  seen.words = {"mvn", "verify"};
  EXPECT_EQ(reasons_since(before), (std::vector<std::string>{"pom.xml is gone", "the command changed"}));
}

TEST_F(key_fixture, no_value_of_a_variable_or_word_of_the_command_is_in_the_text_of_its_parts) {
  seen.variables = {{"TOKEN", "hunter2-variable"}};
  seen.assignments = {{"OTHER", "hunter2-assignment"}};
  seen.settings = {{"Maven's settings", "hunter2-settings"}};
  seen.words = {"mvn", "--password=hunter2-word"};
  const std::string kept = text_of(parts_of(about, seen, {}));
  EXPECT_NE(kept.find("TOKEN"), std::string::npos);
  EXPECT_EQ(kept.find("hunter2"), std::string::npos);
  declared.shell = text("echo hunter2-shell");
  EXPECT_EQ(text_of(parts_of(about, seen, {})).find("hunter2"), std::string::npos);
}

TEST_F(key_fixture, equal_values_of_two_variables_are_not_seen_to_be_equal) {
  seen.variables = {{"A", "same"}, {"B", "same"}};
  key_parts parts = parts_of(about, seen, {});
  std::erase_if(parts, [](const key_part& part) { return part.kind != "variable"; });
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_NE(parts[0].value, parts[1].value);
}

TEST_F(key_fixture, parts_of_an_earlier_format_explain_nothing) {
  EXPECT_TRUE(key_parts_from(std::string_view("variable\0TOKEN\0hunter2\0\0", 24)).empty());
}

TEST_F(key_fixture, parts_come_back_from_their_text) {
  const key_parts parts = parts_of(about, seen, {});
  EXPECT_EQ(key_parts_from(text_of(parts)), parts);
  EXPECT_TRUE(key_parts_from(text_of(parts).substr(0, 20)).empty()) << "half a file explains nothing";
  EXPECT_TRUE(key_parts_from("").empty());
}

}  // namespace
