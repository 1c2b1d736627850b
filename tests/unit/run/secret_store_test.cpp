// Secrets of a run: fetched once, refused where they cannot be masked, handed over as files that do not stay.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include <cicd/run/masked_event.hpp>
#include <cicd/run/secret_folder.hpp>
#include <cicd/run/secret_store.hpp>
#include <cicd/system/files.hpp>

namespace {

using namespace cicd;
namespace fs = std::filesystem;

secret declared(const char* name) {
  return {.name = dns_label::from(name), .pass_env = variable_name::from("TOKEN")};
}

TEST(secret_store, asks_for_each_once_however_many_steps_want_it) {
  std::atomic<int> asked = 0;
  secret_store store([&](const secret& of, const std::string&, const cancellation&) -> result<secret_value> {
    ++asked;
    return secret_value("value-of-" + of.name.str());
  });
  std::vector<std::thread> steps;
  for (int at = 0; at < 8; ++at)
    steps.emplace_back([&, at] { (void)store.value_of(declared(at % 2 ? "one" : "two"), "/", {}); });
  for (std::thread& each : steps) each.join();
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(store.newly_fetched().size(), 2U);
  EXPECT_TRUE(store.newly_fetched().empty());
  EXPECT_EQ(store.finder()->masked("a value-of-one b value-of-two"), "a *** b ***");
}

TEST(secret_store, refuses_what_cannot_be_masked_and_tells_the_ci_system_before_anybody_has_it) {
  std::string value = "abc\n";
  int told = 0;
  secret_store store(
      [&](const secret&, const std::string&, const cancellation&) { return result(secret_value(value)); },
      [&](const secret_value&) { ++told; });
  const auto refused = store.value_of(declared("one"), "/", {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, exit_class::usage);
  EXPECT_EQ(refused.error().value, "one");
  EXPECT_EQ(told, 0);
  value = "abcd\n";
  EXPECT_TRUE(store.value_of(declared("one"), "/", {}));
  EXPECT_EQ(told, 1);
}

TEST(secret_store, lets_no_one_wait_for_the_secret_of_another) {
  std::promise<void> other;
  secret_store store([&](const secret& of, const std::string&, const cancellation&) -> result<secret_value> {
    if (of.name.view() == "slow") other.get_future().wait_for(std::chrono::seconds(20));
    return secret_value("value-of-" + of.name.str());
  });
  const auto begun = std::chrono::steady_clock::now();
  std::thread slow([&] { (void)store.value_of(declared("slow"), "/", {}); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_TRUE(store.value_of(declared("one"), "/", {}));
  other.set_value();
  slow.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(15));
}

struct declared_sources : testing::Test {
  std::string root = (fs::temp_directory_path() / "cicd-secret-XXXXXX").string();
  void SetUp() override { ASSERT_NE(mkdtemp(root.data()), nullptr); }
  void TearDown() override { fs::remove_all(root); }
  result<secret_value> value_of(const secret& of) {
    const surroundings around(
        {{"HOME", root}, {"PATH", root + ":/usr/bin:/bin"}, {"TOKEN", "from-variable"}});
    return declared_source(around)(of, root, {});
  }
  void program(const std::string& name, const std::string& text) {
    std::ofstream(root + "/" + name) << "#!/bin/sh\n" << text;
    fs::permissions(root + "/" + name, fs::perms::owner_all);
  }
};

TEST_F(declared_sources, give_every_byte_of_a_variable_a_file_and_a_program) {
  std::ofstream(root + "/token") << "from-file\n";
  program("fetch", "printf 'from-%s\\n\\n' \"$1\"");
  EXPECT_EQ(value_of(declared("one"))->revealed(), "from-variable");
  EXPECT_EQ(value_of({.name = "one", .file = "~/token"})->revealed(), "from-file\n");
  EXPECT_EQ(value_of({.name = "one", .command = {"fetch", "program"}})->revealed(), "from-program\n\n");
}

TEST_F(declared_sources, ask_aws_for_the_version_that_is_named) {
  program("aws", R"(case "$*" in
*'get-secret-value --output json --secret-id ci/npm --version-id v1') ;;
*) exit 9 ;;
esac
printf '%s' '{"SecretString": "line \"one\"\nline two"}'
)");
  const auto value = value_of({.name = "one", .aws = "ci/npm", .version = "v1"});
  ASSERT_TRUE(value) << text_of(value.error());
  EXPECT_EQ(value->revealed(), "line \"one\"\nline two");
  program("aws", R"(echo '{"SecretBinary": "AAAA"}')");
  EXPECT_EQ(value_of({.name = "one", .aws = "ci/npm"}).error().kind, exit_class::remote);
}

TEST_F(declared_sources, name_what_is_missing_and_show_nothing_that_a_program_printed) {
  EXPECT_EQ(value_of({.name = "one", .pass_env = "OTHER"}).error().value, "OTHER");
  EXPECT_EQ(value_of({.name = "one", .file = "/nowhere/token"}).error().kind, exit_class::usage);
  EXPECT_EQ(value_of({.name = "one", .command = {"no-such-program"}}).error().kind, exit_class::usage);
  program("fetch", "echo half-a-secret; echo denied >&2; exit 3");
  const error failed = value_of({.name = "one", .command = {"fetch"}}).error();
  EXPECT_EQ(failed.kind, exit_class::remote);
  EXPECT_THAT(text_of(failed), testing::HasSubstr("denied"));
  EXPECT_THAT(text_of(failed), testing::Not(testing::HasSubstr("half-a-secret")));
}

TEST_F(declared_sources, mask_in_a_complaint_what_may_be_a_secret) {
  surroundings around(
      {{"PATH", root + ":/usr/bin:/bin"}, {"TOKEN", "other-secret"}, {"NEVER_ASKED", "not-fetched-yet"}});
  around.keep_from_commands({"NEVER_ASKED"});
  const secret_source source = declared_source(around);
  EXPECT_TRUE(source({.name = "two", .pass_env = "TOKEN"}, root, {}));
  program("fetch",
          "echo half-a-secret; echo abcd; { echo half-a-secret abcd $TOKEN; printf %s $NEVER_ASKED | base64; "
          "echo denied; } >&2; exit 3");
  const error failed = source({.name = "one", .command = {"fetch"}}, root, {}).error();
  EXPECT_THAT(text_of(failed), testing::HasSubstr("*** *** *** / *** / denied"));
}

TEST_F(declared_sources, say_what_one_word_for_a_whole_line_should_be) {
  const error failed = value_of({.name = "one", .command = {"vault kv get x"}}).error();
  EXPECT_THAT(text_of(failed), testing::HasSubstr("one word per argument: vault kv get x"));
}

struct files_in_memory : testing::Test {
  std::string place = "/dev/shm/cicd-test-XXXXXX";
  void SetUp() override { ASSERT_NE(mkdtemp(place.data()), nullptr); }
  void TearDown() override { fs::remove_all(place); }
  static unsigned mode_of(const std::string& path) {
    struct stat now {};
    return stat(path.c_str(), &now) == 0 ? now.st_mode & 0777U : 0;
  }
};

TEST_F(files_in_memory, are_for_their_user_alone_and_go_with_the_step_and_the_run) {
  std::string other;
  {
    secret_folder folder({place}, "run-1");
    const auto path = folder.write("app/one", "TOKEN_FILE", secret_value("abc\n"));
    ASSERT_TRUE(path);
    EXPECT_EQ(mode_of(*path), 0600U);
    EXPECT_EQ(mode_of(fs::path(*path).parent_path()), 0700U);
    EXPECT_EQ(*read_file(*path), "abc\n");
    other = *folder.write("app/two", "TOKEN_FILE", secret_value("def"));
    folder.remove("app/one");
    EXPECT_FALSE(exists(*path));
    EXPECT_TRUE(exists(other));
  }
  EXPECT_FALSE(exists(fs::path(other).parent_path().parent_path()));
}

TEST_F(files_in_memory, that_a_killed_run_left_are_swept_and_those_of_one_that_runs_stay) {
  secret_folder running({place}, "run-1");
  const std::string used = *running.write("app/one", "TOKEN_FILE", secret_value("abcd"));
  const std::string left = (fs::path(used).parent_path().parent_path().parent_path() / "run-0").string();
  fs::create_directories(left + "/app.one");
  secret_folder next({place}, "run-2");
  next.sweep();
  EXPECT_FALSE(exists(left));
  EXPECT_TRUE(exists(used));
}

TEST_F(files_in_memory, are_never_on_a_disk_nor_in_a_folder_of_others) {
  secret_folder on_disk({CICD_SOURCE_ROOT}, "run-1");
  const auto refused = on_disk.write("app/one", "TOKEN_FILE", secret_value("abcd"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, exit_class::usage);
  const std::string users = place + "/cicd-secrets-" + std::to_string(geteuid());
  fs::create_directory(users);
  fs::permissions(users, fs::perms::all);
  secret_folder open_to_all({place}, "run-1");
  EXPECT_FALSE(open_to_all.write("app/one", "TOKEN_FILE", secret_value("abcd")));
}

TEST(masked_events, hold_no_secret_in_any_text) {
  const secret_finder finder({secret_value("canary-1")});
  const std::string said = "a canary-1 b";
  const error why{exit_class::usage, said, said, said, {{"try", said}}};
  const test_case failed{.suite = said, .name = said, .file = said, .message = said, .details = said};
  const changed_place at{"app", "stage", "here"};
  step_ended end;
  end.step = "app/one";
  end.how.text = said;
  end.summary = said;
  end.failure = why;
  end.tests = {failed};
  const std::vector<event_body> all{step_started{"app/one", {said}, {}, 1},
                                    step_output{"app/one", output_stream::out, said},
                                    step_message{"app/one", said},
                                    step_warning{"app/one", said},
                                    end,
                                    run_ended{exit_class::usage, {}, why, {{"image", said}}},
                                    deployed{at, {}, said},
                                    held{at, "ada", said, said, {}},
                                    approval_started{at, "app/one", {said}},
                                    branch_over{at, "preview", said},
                                    removed{at, "preview", {said}, {said}},
                                    remove_failed{at, "preview", why},
                                    rollback_failed{at, {}, why},
                                    job_started{at, "job", said},
                                    job_ended{at, "job", said, false, 1, said, said}};
  for (const event_body& each : all) {
    const std::string line = ndjson_of({{}, {}, masked(each, finder)});
    EXPECT_THAT(line, testing::Not(testing::HasSubstr("canary-1")));
  }
  const auto ended = std::get<step_ended>(masked(all[4], finder));
  for (const std::string& text :
       {ended.tests[0].suite, ended.tests[0].name, ended.tests[0].file, ended.tests[0].message,
        ended.tests[0].details, ended.failure->what, *ended.failure->value, ended.how.text})
    EXPECT_EQ(text, "a *** b");
}

TEST(masked_events, hold_no_half_of_a_secret_that_was_cut_with_its_text) {
  const secret_finder finder({secret_value("canary-1")});
  const auto shown = [&](const std::string& text) {
    return std::get<step_message>(masked(step_message{"app/one", text}, finder)).text;
  };
  EXPECT_EQ(shown("a canary…"), "a ***…");
  EXPECT_EQ(shown("a canar\xef\xbf\xbd… / b Y2FuY…"), "a ***… / b ***…");
  EXPECT_EQ(shown("a can… canary-1… canary…b"), "a can… ***… ***…b");
  EXPECT_EQ(shown("a canary"), "a canary");
}

}  // namespace
