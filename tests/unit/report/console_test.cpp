// What a person sees of a run: on a terminal after each frame, in a log, at the end; and what every kind of
// output does to it.
#include <cicd/base/unicode.hpp>
#include <cicd/report/console.hpp>

#include <gtest/gtest.h>

#include "golden.hpp"
#include "screen.hpp"

namespace cicd {
namespace {

using std::chrono::milliseconds;

/// A console with a screen, or two strings, behind it.
struct stage {
  explicit stage(terminal_abilities can, console_options options = {})
      : abilities(can),
        seen(can.width, can.height),
        shown(console_sinks{[this](std::string_view bytes) { out += bytes, ++writes, can_draw(bytes); },
                            [this](std::string_view bytes) { err += bytes; }, [this] { return abilities; }},
              std::move(options)) {}

  void can_draw(std::string_view bytes) {
    if (abilities.live) seen.write(bytes);
  }
  void at(int elapsed, event_body body) {
    shown.hear({.when = {}, .elapsed = milliseconds(elapsed), .body = std::move(body)});
  }
  void tick(int elapsed) { shown.tick(milliseconds(elapsed)); }

  terminal_abilities abilities;
  screen seen;
  std::string out, err;
  int writes = 0;
  console shown;
};

run_started orders_run() {
  return {.id = "1",
          .folder = "/b/.cicd/runs/1",
          .target = "orders.image",
          .commit = {},
          .branch = {},
          .who = {},
          .steps = {"orders/build", "orders/test", "orders/scan", "orders/image"}};
}
step_started started(std::string step,
                     std::vector<std::string> reasons,
                     std::optional<milliseconds> expected = {}) {
  return {.step = std::move(step), .reasons = std::move(reasons), .expected = expected, .attempt = 1};
}
step_ended ended(std::string step, step_outcome outcome, int duration, std::string summary = {}) {
  return {.step = std::move(step),
          .outcome = outcome,
          .duration = milliseconds(duration),
          .how = {},
          .log = {},
          .summary = std::move(summary),
          .failure = {},
          .tests = {}};
}
step_ended failed_test() {
  step_ended end = ended("orders/test", step_outcome::failed, 12'400);
  end.how = {.kind = ending::how::exited, .number = 1, .text = {}};
  end.log = "/home/me/shop/build/.cicd/runs/1/orders.test.log";
  end.tests = {{.suite = "shop.MoneyTest",
                .name = "adds",
                .file = {},
                .how = test_case::state::passed,
                .duration = {},
                .message = {},
                .details = {}},
               {.suite = "shop.OrdersTest",
                .name = "closesStaleOrders",
                .file = "/b/.cicd/steps/orders.test/src/test/java/shop/OrdersTest.java",
                .how = test_case::state::failed,
                .duration = {},
                .message = "expected: <3> but was: <2>",
                .details = "org.opentest4j.AssertionFailedError: expected: <3> but was: <2>\n\tat "
                           "shop.OrdersTest.closesStaleOrders(OrdersTest.java:41)\n"}};
  return end;
}
run_ended run_end(exit_class outcome, int duration, std::vector<note> summary = {}) {
  return {
      .outcome = outcome, .duration = milliseconds(duration), .failure = {}, .summary = std::move(summary)};
}
console_options options_of(verbosity how_much = verbosity::normal) {
  return {.how_much = how_much,
          .source_folders = {{"/b/.cicd/steps/orders.test", "/home/me/shop"}},
          .commands = {{"orders/test", "cmake --build build --target orders.test"}},
          .here = "/home/me/shop",
          .exists = {}};
}

TEST(a_plain_log, leaves_out_a_tools_progress_and_empty_lines_of_standard_error) {
  stage on({});
  on.at(1, started("s", {}));
  on.at(2, step_output{"s", output_stream::out,
                       "[INFO] Downloading from central: https://repo.example.com/a.pom"});
  on.at(3, step_output{"s", output_stream::err, ""});
  on.at(4, step_output{"s", output_stream::err, "warning"});
  EXPECT_EQ(on.out, "[s] started\n[s] ! warning\n");
  console_options all;
  all.how_much = verbosity::verbose;
  stage whole({}, std::move(all));
  whole.at(2, step_output{"s", output_stream::out, "Progress (1): 4/7 kB"});
  EXPECT_EQ(whole.out, "[s] | Progress (1): 4/7 kB\n");
}

TEST(a_plain_log, shows_paths_from_where_the_command_was_given) {
  console_options options;
  options.here = "/home/me/shop";
  stage on({}, std::move(options));
  on.at(1, started("s", {"/home/me/shop/build/registry/app is not there yet"}));
  on.at(2, ended("s", step_outcome::ran, 5, "/home/me/shop/build/registry/app:1"));
  EXPECT_EQ(on.out,
            "[s] started: build/registry/app is not there yet\n[s] done in 5 ms: build/registry/app:1\n");
}

/// A run that builds, tests side by side with a scan, and makes an image; `after` is called after each event
/// and tick.
void play_success(
    stage& on, const std::function<void(const std::string&)>& after = [](const std::string&) {}) {
  on.at(0, orders_run());
  on.at(1, started("orders/build", {"src/main/java/…/Orders.java changed"}, milliseconds(29'000)));
  on.at(2, step_output{"orders/build", output_stream::out, "[INFO] Compiling 12 source files"});
  on.at(3, step_output{"orders/build", output_stream::err, "warning: deprecated"});
  on.tick(12'300);
  after("building");
  on.at(29'100, ended("orders/build", step_outcome::ran, 29'100));
  on.at(29'101, started("orders/test", {"orders/build gave another jar"}, milliseconds(45'000)));
  on.at(29'102, step_waiting{"orders/scan", "another run (process 4711 of ana)"});
  on.tick(41'400);
  after("testing");
  on.at(41'500, started("orders/scan", {"never ran"}));
  on.at(41'501, step_message{"orders/scan", "3 of 12 classes"});
  on.at(52'000, ended("orders/test", step_outcome::ran, 22'899, "31 tests"));
  on.at(52'100, ended("orders/scan", step_outcome::reused, 0));
  on.tick(52'200);
  on.at(52'300, ended("orders/image", step_outcome::ran, 1'204, "sha256:0a1b2c3d, 2 of 3 layers reused"));
  on.at(53'400,
        run_end(exit_class::done, 53'400,
                {{"image", "/home/me/shop/build/orders.oci"}, {"log", "/home/me/shop/build/.cicd/runs/1"}}));
  after("done");
}

void play_failure(stage& on) {
  on.at(0, orders_run());
  on.at(1, ended("orders/build", step_outcome::up_to_date, 0));
  on.at(2, started("orders/test", {"src/test/java/shop/OrdersTest.java changed"}));
  on.at(3, step_output{"orders/test", output_stream::out, "[ERROR] Tests run: 2, Failures: 1"});
  on.tick(4'000);
  on.at(12'402, failed_test());
  on.at(12'403, ended("orders/image", step_outcome::not_run, 0));
  on.at(12'404, run_end(exit_class::step_failed, 12'404, {{"log", "/home/me/shop/build/.cicd/runs/1"}}));
}

std::string frames_of(terminal_abilities can, console_options options) {
  stage on(can, std::move(options));
  std::string all;
  play_success(on, [&](const std::string& name) { all += "=== " + name + "\n" + on.seen.text(); });
  EXPECT_TRUE(on.seen.cursor_is_visible());
  EXPECT_EQ(on.seen.cursor_column(), 0U);
  return all;
}

TEST(console_live, shows_running_steps_below_finished_ones_at_every_width) {
  for (const std::size_t width : {40U, 80U, 200U})
    expect_golden("live-" + std::to_string(width),
                  frames_of({.live = true, .colour = false, .utf8 = true, .width = width}, options_of()));
}

TEST(console_live, falls_back_to_ascii_where_the_locale_has_no_utf8) {
  const std::string text = frames_of({.live = true, .colour = true, .utf8 = false}, options_of());
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; }));
  expect_golden("live-ascii", text);
}

TEST(console_live, colours_change_nothing_but_colours) {
  EXPECT_EQ(frames_of({.live = true, .colour = true}, options_of()),
            frames_of({.live = true, .colour = false}, options_of()));
  stage plain({.live = true, .colour = false}), coloured({.live = true, .colour = true});
  play_success(plain), play_success(coloured);
  EXPECT_EQ(plain.seen.colour_changes(), 0U);
  EXPECT_GT(coloured.seen.colour_changes(), 10U);
}

TEST(console_live, shows_every_line_of_output_above_the_live_lines_when_verbose) {
  expect_golden("live-verbose", frames_of({.live = true}, options_of(verbosity::verbose)));
}

TEST(console_live, ends_a_failure_with_one_block) {
  for (const std::size_t width : {40U, 80U, 200U}) {
    stage on({.live = true, .width = width}, options_of());
    play_failure(on);
    expect_golden("live-failure-" + std::to_string(width), on.seen.text());
    EXPECT_EQ(on.err, "");
  }
}

TEST(console_live, never_draws_more_lines_than_the_screen_can_reach) {
  stage on({.live = true, .width = 60, .height = 6});
  for (int at = 0; at < 16; ++at) on.at(at, started("step" + std::to_string(at), {"never ran"}));
  for (int at = 0; at < 20; ++at) on.tick(1'000 + at * 100);
  const std::string text = on.seen.text();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 5) << text;
  EXPECT_NE(text.find("… and 12 more"), std::string::npos) << text;
}

TEST(console_live, no_line_reaches_the_last_column_however_wide_its_text) {
  stage on({.live = true, .width = 30});
  on.at(0, started("orders/build-with-a-very-long-name-indeed", {std::string(500, 'x')}));
  on.at(1, step_message{"orders/build-with-a-very-long-name-indeed", "日本語日本語日本語日本語日本語日本語"});
  on.tick(500), on.tick(600);
  for (const std::string& line : split(on.seen.text(), '\n')) EXPECT_LT(columns(line), 30U) << line;
  EXPECT_EQ(split(on.seen.text(), '\n').size(), 2U) << on.seen.text();
}

TEST(console_live, a_message_of_several_lines_stays_above_while_the_step_goes_on) {
  stage on({.live = true});
  on.at(0, started("orders/deploy-stage", {"never deployed"}));
  on.at(1, step_message{"orders/deploy-stage", "orders-api 1/3 updated"});
  on.at(500, step_message{"orders/deploy-stage",
                          "Deployment orders-api does not get ready\n  cause:  crash-loop\n"});
  on.tick(1'000);
  const auto lines = split(on.seen.text(), '\n');
  ASSERT_GE(lines.size(), 3U) << on.seen.text();
  EXPECT_EQ(lines[0], "! orders/deploy-stage: Deployment orders-api does not get ready");
  EXPECT_EQ(lines[1], "  cause:  crash-loop");
  EXPECT_NE(lines[2].find("orders-api 1/3 updated"), std::string::npos) << on.seen.text();
}

TEST(console_log, a_message_of_several_lines_is_logged_line_by_line) {
  stage on({.live = false});
  on.at(0, started("orders/deploy-stage", {}));
  on.out.clear();
  on.at(1, step_message{"orders/deploy-stage", "it does not get ready\n  cause:  crash-loop\n"});
  EXPECT_EQ(on.out,
            "[orders/deploy-stage] it does not get ready\n[orders/deploy-stage]   cause:  crash-loop\n");
}

TEST(console_live, an_effect_that_is_being_planned_is_shown_until_it_is_known_what_comes_of_it) {
  stage on({.live = true, .colour = false, .utf8 = true, .width = 80, .height = 10});
  on.at(0, orders_run());
  on.at(0, step_planning{"orders/publish"});
  on.tick(2'000);
  EXPECT_EQ(on.seen.text(), "⠙ orders/publish  2.0 s     comparing with what is there\n");
  on.at(2'100, ended("orders/publish", step_outcome::up_to_date, 2'100));
  on.tick(2'300);
  EXPECT_EQ(on.seen.text(), "");
}

TEST(console_log, the_planning_of_an_effect_is_no_line) {
  stage on({.live = false, .colour = false, .utf8 = true, .width = 80, .height = 10});
  on.at(0, orders_run());
  on.at(1, step_planning{"orders/publish"});
  on.at(2, ended("orders/publish", step_outcome::up_to_date, 1));
  EXPECT_EQ(on.out, "");
}

TEST(console_live, a_frame_is_one_write_and_a_frame_without_change_is_none) {
  stage on({.live = true});
  on.at(0, started("orders/build", {}));
  on.tick(1'000);
  const int before = on.writes;
  on.tick(1'100);
  EXPECT_EQ(on.writes, before + 1);
  stage idle({.live = true});
  idle.tick(100), idle.tick(200);
  EXPECT_EQ(idle.writes, 0);
}

TEST(console_live, many_events_at_once_are_few_frames) {
  stage on({.live = true});
  for (int at = 0; at < 5'000; ++at) {
    on.at(at / 50, started("s" + std::to_string(at), {"never ran"}));
    on.at(at / 50, ended("s" + std::to_string(at), step_outcome::ran, 1));
  }
  on.at(100, run_end(exit_class::done, 100));
  EXPECT_LT(on.writes, 20);
  EXPECT_NE(on.seen.text().find("5000 steps ran"), std::string::npos);
}

TEST(console_live, leaves_a_clean_screen_when_it_ends_in_the_middle) {
  screen seen(80, 24);
  {
    console shown({[&](std::string_view bytes) { seen.write(bytes); }, [](std::string_view) {},
                   [] { return terminal_abilities{.live = true}; }},
                  {});
    shown.hear({.when = {}, .elapsed = {}, .body = started("orders/build", {"never ran"})});
    shown.tick(milliseconds(500));
    EXPECT_NE(seen.text(), "");
  }
  EXPECT_EQ(seen.text(), "");
  EXPECT_TRUE(seen.cursor_is_visible());
}

TEST(console_live, a_window_that_became_narrower_is_drawn_over_whole) {
  stage on({.live = true, .width = 80});
  on.at(0, started("orders/build", {std::string(60, 'x')}));
  on.tick(500);
  on.abilities.width = 40;
  on.out.clear();
  on.tick(600);
  EXPECT_NE(on.out.find("\x1b[2A"), std::string::npos) << "79 columns take two rows of 40";
}

TEST(console_live, wants_ticks_while_something_moves) {
  stage on({.live = true});
  EXPECT_FALSE(on.shown.wants_ticks());
  on.at(0, started("orders/build", {}));
  EXPECT_TRUE(on.shown.wants_ticks());
  on.at(200, ended("orders/build", step_outcome::ran, 200));
  EXPECT_FALSE(on.shown.wants_ticks());
  stage log({.live = false});
  log.at(0, started("orders/build", {}));
  EXPECT_FALSE(log.shown.wants_ticks());
}

TEST(console_end, a_run_with_nothing_to_do_is_one_line) {
  for (const bool live : {true, false}) {
    stage on({.live = live}, options_of());
    on.at(0, orders_run());
    for (const char* step : {"orders/build", "orders/test", "orders/scan", "orders/image"})
      on.at(5, ended(step, step_outcome::up_to_date, 0));
    on.at(12, run_end(exit_class::done, 12, {{"image", "/b/orders.oci"}}));
    EXPECT_EQ(live ? on.seen.text() : on.out, "orders.image: nothing to do, 4 steps up to date (12 ms)\n");
    EXPECT_EQ(on.err, "");
  }
}

TEST(console_end, a_label_is_not_repeated) {
  stage on({.live = false}, options_of());
  on.at(0, ended("orders/build", step_outcome::ran, 1));
  on.at(1,
        run_end(exit_class::done, 1, {{"log", "a"}, {"try next", "b"}, {"try next", "/home/me/shop/c\nd"}}));
  EXPECT_TRUE(on.out.ends_with("  log       a\n  try next  b\n            c\n            d\n")) << on.out;
}

TEST(console_end, a_failure_of_the_run_itself_is_said_once) {
  stage on({.live = false}, options_of());
  const error failure{.kind = exit_class::cannot_save,
                      .subject = {},
                      .what = "cannot write the record",
                      .value = {},
                      .notes = {}};
  on.at(0, orders_run());
  on.at(10, run_ended{.outcome = exit_class::cannot_save,
                      .duration = milliseconds(10),
                      .failure = failure,
                      .summary = {}});
  EXPECT_EQ(on.err, "cicd: error: cannot write the record\n");
  EXPECT_EQ(on.out, "\n✗ orders.image failed after 10 ms\n");
}

TEST(console_end, a_failure_that_a_step_has_told_is_not_told_again) {
  stage on({.live = false}, options_of());
  step_ended end = failed_test();
  end.failure = error{.kind = exit_class::step_failed,
                      .subject = "orders/test",
                      .what = "its report is missing",
                      .value = {},
                      .notes = {}};
  on.at(0, orders_run());
  on.at(1, end);
  on.at(2, run_ended{.outcome = exit_class::step_failed,
                     .duration = milliseconds(2),
                     .failure = end.failure,
                     .summary = {}});
  EXPECT_EQ(on.err.find("its report is missing"), on.err.rfind("its report is missing")) << on.err;
  EXPECT_NE(on.err.find("its report is missing"), std::string::npos) << on.err;
}

TEST(console_end, of_many_failures_five_are_whole_and_the_rest_is_counted) {
  stage on({.live = false});
  for (int at = 0; at < 8; ++at) on.at(at, ended("s" + std::to_string(at), step_outcome::failed, 1));
  on.at(9, run_end(exit_class::step_failed, 9));
  EXPECT_NE(on.err.find("s4 failed"), std::string::npos);
  EXPECT_EQ(on.err.find("s5 failed"), std::string::npos);
  EXPECT_NE(on.err.find("… 3 more steps failed"), std::string::npos) << on.err;
}

TEST(console_log, is_plain_prefixed_lines) {
  stage on({.live = false, .colour = false, .width = 40}, options_of());
  play_success(on);
  expect_golden("log", on.out);
  EXPECT_EQ(on.err, "");
}

TEST(console_log, puts_the_failure_on_standard_error) {
  stage on({.live = false}, options_of());
  play_failure(on);
  expect_golden("log-failure-out", on.out);
  expect_golden("log-failure-err", on.err);
}

TEST(console_log, has_colours_where_they_are_forced) {
  stage on({.live = false, .colour = true}, options_of());
  play_failure(on);
  expect_golden("log-colour", with_visible_escapes(on.out + on.err));
}

TEST(console_log, is_silent_about_success_and_whole_about_failure_when_quiet) {
  stage good({.live = false}, options_of(verbosity::quiet)),
      bad({.live = false}, options_of(verbosity::quiet));
  play_success(good), play_failure(bad);
  EXPECT_EQ(good.out + good.err, "");
  EXPECT_EQ(bad.out, "");
  EXPECT_NE(bad.err.find("expected: <3> but was: <2>"), std::string::npos);
}

TEST(console_log, makes_foreign_bytes_harmless) {
  stage on({.live = false});
  for (const char* line : {"\x1b[31mred\x1b[0m", "\x1b]0;title\a", "::error file=a::b", "##[group]x",
                           "##vso[task.setvariable]x", "10%\r20%\r", "\xff\xfe", "\xe2\x80\xae reversed"})
    on.at(0, step_output{"s", output_stream::out, line});
  expect_golden("log-hostile", on.out);
}

TEST(console_log, survives_every_byte_and_lines_of_any_length) {
  stage on({.live = false}), live({.live = true});
  std::string all;
  for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
  for (stage* each : {&on, &live}) {
    each->at(0, step_output{"s", output_stream::out, all});
    for (int at = 0; at < 50; ++at)
      each->at(at, step_output{"s", output_stream::err, std::string(64 << 10, 'x')});
    each->at(300, ended("s", step_outcome::failed, 300));
    each->at(301, run_end(exit_class::step_failed, 301));
  }
  EXPECT_EQ(on.out, valid_utf8(on.out));
  EXPECT_EQ(on.out.find('\x1b'), std::string::npos);
  EXPECT_LT(live.out.size(), 40U * 1'000U) << "of long lines only a part is kept";
}

TEST(console_log, says_that_a_step_is_tried_again) {
  stage on({.live = false});
  on.at(0, step_started{.step = "s", .reasons = {}, .expected = {}, .attempt = 2});
  EXPECT_EQ(on.out, "[s] started again (attempt 2)\n");
}

}  // namespace
}  // namespace cicd
