// What keeps the secret of a step out of everything else, each as a run uses it: without the one call that a
// test is about, that test fails.
#include "project_fixture.hpp"

#include <unistd.h>

#include <gmock/gmock.h>

namespace {

using namespace cicd;
using testing::HasSubstr;
using testing::Not;

const std::string canary = "c4nary-of-the-mine";

/// The secret comes from a variable that each step would see otherwise.
struct secrets_of_a_project : project_fixture {
  secrets_of_a_project() {
    further_variables["HTTPS_PROXY"] = canary;
    write("in.txt", "one");
  }
  pipeline orders_with_secret() const {
    return {.name = "orders",
            .steps = {{.name = "build",
                       .command = {"true", "build"},
                       .inputs = {"*.c"},
                       .outputs = {"orders"},
                       .reports = {"report.xml"},
                       .secrets = {secret_use{"canary"}}},
                      {.name = "other", .command = {"true", "other"}, .inputs = {"in.txt"}}},
            .secrets = {{.name = "canary", .pass_env = "HTTPS_PROXY"}}};
  }
  pipeline orders_with_image() const {
    pipeline one = orders_with_secret();
    one.images = {{.name = "image",
                   .base = "scratch",
                   .files = {file_mapping{"config.txt", "/app/config.txt"}},
                   .entrypoint = {"/app/orders"},
                   .user = 10001}};
    return one;
  }
  /// All events of the run as they are recorded, and its errors.
  std::string said_by(const pipeline& declared, const std::vector<std::string>& targets, exit_class how) {
    or_errors<project> of = made({declared});
    EXPECT_TRUE(of) << text_of_all(of.errors);
    if (!of) return {};
    std::string said;
    const run_listener all{.hear = [&](const event& happened) { said += ndjson_of(happened) + "\n"; }};
    const run_outcome outcome = of->run({.targets = targets, .allow_dirty = {"publish"}}, {all});
    EXPECT_EQ(outcome.kind, how) << said << text_of_all(outcome.errors);
    EXPECT_THAT(record(outcome.id), Not(HasSubstr(canary)));
    return said + text_of_all(outcome.errors);
  }
};

TEST_F(secrets_of_a_project, are_in_no_variable_of_a_step_that_does_not_name_them) {
  said_by(orders_with_secret(), {"orders/build", "orders/other"}, exit_class::done);
  EXPECT_THAT(plays.environments["true build"], testing::Contains("CANARY=" + canary));
  EXPECT_THAT(plays.environments["true other"], testing::Each(Not(HasSubstr(canary))));
}

TEST_F(secrets_of_a_project, are_masked_in_the_reports_of_a_step_that_fails) {
  plays.parts["true build"] = {{{"report.xml", "<testsuite name='s'><testcase name='c'><failure>got " + canary
                                                   + "</failure></testcase></testsuite>"}},
                               1};
  const std::string said = said_by(orders_with_secret(), {"orders/build"}, exit_class::step_failed);
  EXPECT_THAT(said, HasSubstr("got ***"));
  EXPECT_THAT(said, Not(HasSubstr(canary)));
}

TEST_F(secrets_of_a_project, fail_a_step_that_leaves_them_in_an_output_or_a_report) {
  plays.parts["true build"].writes = {{"orders", "token=" + canary}};
  EXPECT_THAT(said_by(orders_with_secret(), {"orders/build"}, exit_class::step_failed),
              HasSubstr("a secret stands in an output, which is not kept"));
  plays.parts["true build"].writes = {
      {"orders", "a program"},
      {"report.xml", "<testsuite name='s'><testcase name='" + canary + "'/></testsuite>"}};
  const std::string said = said_by(orders_with_secret(), {"orders/build"}, exit_class::step_failed);
  EXPECT_THAT(said, HasSubstr("a secret stands in a report, which is not kept"));
  EXPECT_THAT(said, Not(HasSubstr(canary)));
}

TEST_F(secrets_of_a_project, are_in_no_image_that_is_built) {
  write("config.txt", "token: " + canary);
  pipeline by_file = orders_with_image();
  by_file.images.front().after = {"build"};
  EXPECT_THAT(said_by(by_file, {"orders/build", "orders/image"}, exit_class::step_failed),
              HasSubstr("a secret stands in the image"));
  write("config.txt", "nothing");
  pipeline by_variable = by_file;
  by_variable.images.front().env = {assignment{"TOKEN", canary}};
  write("main.c", "int main() { return 1; }");
  EXPECT_THAT(said_by(by_variable, {"orders/build", "orders/image"}, exit_class::step_failed),
              HasSubstr("its ENV, LABELS or command"));
}

TEST_F(secrets_of_a_project, are_in_no_image_of_an_earlier_run_that_is_published) {
  write("config.txt", "token: " + canary);
  pipeline tested = orders_with_image();
  tested.steps.front().name = "test";
  said_by(tested, {"orders/image"}, exit_class::done);
  EXPECT_TRUE(plays.started.empty());
  EXPECT_THAT(said_by(tested, {"orders/publish"}, exit_class::step_failed),
              HasSubstr("a secret stands in the image of orders/image, which is not published"));
  EXPECT_FALSE(exists(folder + "/build/registry/orders"));
}

TEST_F(secrets_of_a_project, are_given_to_no_step_of_a_fork) {
  write("event.json",
        R"({"repository":{"full_name":"us/orders"},"pull_request":{"head":{"ref":"f","repo":)"
        R"({"full_name":"them/orders"}},"base":{"ref":"main","repo":{"full_name":"us/orders"}}}})");
  further_variables.insert({{"CI", "true"},
                            {"GITHUB_ACTIONS", "true"},
                            {"GITHUB_EVENT_NAME", "pull_request"},
                            {"GITHUB_EVENT_PATH", folder + "/source/event.json"},
                            {"GITHUB_REPOSITORY", "us/orders"},
                            {"GITHUB_SERVER_URL", "https://git.example.com"},
                            {"GITHUB_REF", "refs/pull/1/merge"},
                            {"GITHUB_HEAD_REF", "f"},
                            {"GITHUB_BASE_REF", "main"}});
  EXPECT_THAT(said_by(orders_with_secret(), {"orders/build"}, exit_class::policy),
              HasSubstr("a pull request from a fork never gets a secret"));
  EXPECT_TRUE(plays.started.empty());
  said_by(orders_with_secret(), {"orders/other"}, exit_class::done);
}

TEST_F(secrets_of_a_project, that_a_killed_run_left_in_memory_are_removed_by_the_next) {
  std::string memory = "/dev/shm/cicd-test-XXXXXX";
  ASSERT_NE(::mkdtemp(memory.data()), nullptr);
  const std::string left = memory + "/cicd-secrets-" + std::to_string(::geteuid()) + "/run-0";
  ASSERT_TRUE(make_folder(left));
  further_variables["XDG_RUNTIME_DIR"] = memory;
  said_by(orders_with_secret(), {"orders/other"}, exit_class::done);
  EXPECT_FALSE(exists(left));
  EXPECT_TRUE(remove_tree(memory));
}

}  // namespace
