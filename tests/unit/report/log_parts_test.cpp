// A log that folds: one part for each step, whole, and what is said meanwhile.
#include <gmock/gmock.h>

#include <string>

#include <cicd/report/console.hpp>
#include <cicd/report/log_parts.hpp>

namespace cicd {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

struct stage {
  explicit stage(std::string system, verbosity how_much = verbosity::normal)
      : shown({[this](std::string_view bytes) { out += bytes; },
               [this](std::string_view bytes) { err += bytes; }, [] { return terminal_abilities{}; }},
              {.how_much = how_much,
               .source_folders = {},
               .commands = {},
               .here = {},
               .exists = {},
               .ci_system = std::move(system)}) {}
  void at(int elapsed, event_body body) {
    shown.hear({.when = std::chrono::system_clock::time_point(milliseconds(elapsed)),
                .elapsed = milliseconds(elapsed),
                .body = std::move(body)});
  }
  void begin(const std::string& step, int elapsed) {
    at(elapsed, step_started{.step = step, .reasons = {"a changed"}, .expected = {}});
  }
  void end(const std::string& step, step_outcome how, int elapsed) {
    at(elapsed, step_ended{.step = step,
                           .outcome = how,
                           .duration = milliseconds(1000),
                           .how = {},
                           .log = {},
                           .summary = {},
                           .failure = {},
                           .tests = {}});
  }
  std::string taken() { return std::exchange(out, {}); }

  std::string out, err;
  console shown;
};

TEST(log_parts, hold_what_a_step_prints_back_until_it_ends) {
  stage on("GitHub Actions");
  on.begin("a/x", 0);
  on.begin("a/y", 10);
  EXPECT_EQ(on.taken(), "a/x started: a changed\na/y started: a changed\n");
  on.at(20, step_output{"a/x", output_stream::out, "one"});
  on.at(30, step_output{"a/y", output_stream::err, "two"});
  on.at(40, step_message{"a/x", "--- half way"});
  EXPECT_EQ(on.taken(), "");
  on.end("a/x", step_outcome::ran, 1000);
  EXPECT_EQ(on.taken(), "::group::✓ a/x  1.0 s  a changed\n| one\n  --- half way\n::endgroup::\n");
  on.end("a/y", step_outcome::failed, 1100);
  EXPECT_EQ(on.taken(), "✗ a/y failed after 1.0 s\n! two\n");
}

TEST(log_parts, are_one_line_of_a_step_that_said_nothing) {
  stage on("Azure Pipelines");
  on.begin("a/x", 0);
  on.taken();
  on.end("a/x", step_outcome::reused, 1000);
  EXPECT_EQ(on.taken(), "↺ a/x  reused\n");
}

TEST(log_parts, say_what_runs_once_a_minute) {
  stage on("Buildkite");
  on.begin("a/x", 0);
  on.taken();
  EXPECT_TRUE(on.shown.wants_ticks());
  on.shown.tick(milliseconds(59'000));
  EXPECT_EQ(on.taken(), "");
  on.shown.tick(milliseconds(61'000));
  EXPECT_EQ(on.taken(), "~~~ still running: a/x (1m 01s)\n");
  on.shown.tick(milliseconds(62'000));
  EXPECT_EQ(on.taken(), "");
  stage plain("Drone");
  plain.begin("a/x", 0);
  EXPECT_FALSE(plain.shown.wants_ticks());
}

TEST(log_parts, of_steps_without_an_end_are_written_with_the_run) {
  stage on("GitLab CI");
  on.begin("a/x", 0);
  on.at(1, step_output{"a/x", output_stream::out, "one"});
  on.taken();
  on.at(2, run_ended{.outcome = exit_class::interrupted, .duration = {}, .failure = {}, .summary = {}});
  EXPECT_THAT(on.out, HasSubstr("| one\n"));
  EXPECT_THAT(on.out, Not(HasSubstr("collapsed")));
  EXPECT_EQ(on.err, "");
}

TEST(log_parts, are_not_made_where_only_failures_are_wanted) {
  stage on("GitHub Actions", verbosity::quiet);
  on.begin("a/x", 0);
  on.at(1, step_output{"a/x", output_stream::out, "one"});
  on.end("a/x", step_outcome::ran, 1000);
  EXPECT_EQ(on.out, "");
}

TEST(log_parts, are_bounded) {
  log_parts parts("GitHub Actions");
  const std::string line(1000, 'x');
  std::size_t written = 0, pieces = 0;
  for (int at = 0; at < 5000; ++at) {
    const std::string text = parts.add("a/x", line, {});
    written += text.size();
    pieces += text.empty() ? 0 : 1;
    ASSERT_LE(text.size(), log_parts::most_kept + 2'000);
  }
  EXPECT_EQ(pieces, 4U);
  written += parts.close("a/x", {.title = "t"}).size();
  EXPECT_GT(written, 5'000'000U);
}

}  // namespace
}  // namespace cicd
