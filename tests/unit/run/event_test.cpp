// The lines of events.ndjson: one of each kind as it is documented, and texts of any bytes and length.
#include <cicd/base/utc.hpp>
#include <cicd/run/event.hpp>

#include <gtest/gtest.h>

#include <set>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>

namespace cicd {
namespace {

using std::chrono::milliseconds;

std::string line_of(event_body body) {
  const auto when =
      std::chrono::system_clock::time_point(std::chrono::seconds(1'795'000'000)) + milliseconds(123);
  return ndjson_of({.when = when, .elapsed = milliseconds(1'500), .body = std::move(body)});
}
const std::string head = R"({"when":"2026-11-18T11:06:40.123Z","elapsed_ms":1500,)";

TEST(ndjson_of, writes_what_is_decided_of_a_deploy_and_of_an_artifact) {
  deploy_refused refused;
  refused.at = {"orders", "prod", {}};
  refused.to.version = "v2";
  refused.rule = "SOAK";
  refused.waits = true;
  refused.until = std::chrono::system_clock::time_point(std::chrono::seconds(1'795'000'000));
  refused.failure = error{exit_class::policy, {}, "soaks", {}, {}};
  refused.announced.version = "v2";
  EXPECT_EQ(
      line_of(refused),
      head
          + R"("event":"deploy_refused","pipeline":"orders","environment":"prod","to":{"id":"","generation":0,"version":"v2","who":"","when":"1970-01-01T00:00:00Z"},"rule":"SOAK","waits":true,"until":"2026-11-18T11:06:40Z","failure":{"class":"policy","what":"soaks"}})");
  EXPECT_EQ(
      line_of(yanked{"orders", "v2", "8f3c", "Ada", "slow", false, {"prod"}, {"stage"}}),
      head
          + R"("event":"yanked","pipeline":"orders","version":"v2","commit":"8f3c","who":"Ada","reason":"slow","runs_in":["prod"],"may_run_in":["stage"]})");
  EXPECT_EQ(
      line_of(cron_failed{{"orders", "prod", "kind"}, "clean", "team-orders", "exit status 3"}),
      head
          + R"("event":"cron_failed","pipeline":"orders","environment":"prod","cluster":"kind","cron_job":"clean","why":"exit status 3","owner":"team-orders"})");
}

TEST(ndjson_of, writes_each_event_as_documented) {
  EXPECT_EQ(
      line_of(run_started{.id = "r1",
                          .folder = "/r",
                          .target = "orders.image",
                          .commit = {},
                          .branch = "main",
                          .who = "ana",
                          .steps = {"orders/build"}}),
      head
          + R"("event":"run_started","schema":1,"id":"r1","folder":"/r","target":"orders.image","branch":"main","who":"ana","steps":["orders/build"]})");
  EXPECT_EQ(
      line_of(
          step_started{.step = "a/b", .reasons = {"never ran"}, .expected = milliseconds(9), .attempt = 2}),
      head + R"("event":"step_started","step":"a/b","reasons":["never ran"],"expected_ms":9,"attempt":2})");
  EXPECT_EQ(line_of(step_waiting{"a/b", "ana"}),
            head + R"("event":"step_waiting","step":"a/b","for_whom":"ana"})");
  EXPECT_EQ(line_of(step_output{"a/b", output_stream::err, "x"}),
            head + R"("event":"step_output","step":"a/b","stream":"err","line":"x"})");
  EXPECT_EQ(line_of(step_message{"a/b", "x"}), head + R"("event":"step_message","step":"a/b","text":"x"})");
}

TEST(ndjson_of, writes_what_is_done_to_an_environment) {
  const auto when = *utc_from("2026-11-21T08:00:00Z");
  const changed_place at{"orders", "prod", "east"};
  const deployment_facts record{"r1", "v1", "abc", "ana", 7, when};
  const std::string place = R"("pipeline":"orders","environment":"prod","cluster":"east",)";
  const std::string shown =
      R"({"id":"r1","generation":7,"version":"v1","commit":"abc","who":"ana","when":"2026-11-21T08:00:00Z"})";
  EXPECT_EQ(line_of(rollback_started{at, record}),
            head + R"("event":"rollback_started",)" + place + R"("to":)" + shown + "}");
  EXPECT_EQ(line_of(rollback_failed{at, record, error{exit_class::remote, {}, "no answer", {}, {}}}),
            head + R"("event":"rollback_failed",)" + place + R"("to":)" + shown
                + R"(,"failure":{"class":"remote","what":"no answer"}})");
  EXPECT_EQ(line_of(deployed{{"orders", "stage", {}}, record, {}, deployed_by::deploy}),
            head + R"("event":"deployed","pipeline":"orders","environment":"stage","record":)" + shown
                + R"(,"how":"deploy"})");
  EXPECT_EQ(line_of(deployed{at, record, "broken", deployed_by::rollback}),
            head + R"("event":"deployed",)" + place + R"("record":)" + shown
                + R"(,"how":"rollback","reason":"broken"})");
  EXPECT_EQ(line_of(held{at, "ana", "frozen", "v2", when}),
            head + R"("event":"held",)" + place
                + R"("who":"ana","since":"2026-11-21T08:00:00Z","version":"v2","reason":"frozen"})");
  EXPECT_EQ(line_of(released{at, "ana"}), head + R"("event":"released",)" + place + R"("who":"ana"})");
  EXPECT_EQ(line_of(released{at, "ana", "the hold"}),
            head + R"("event":"released",)" + place + R"("who":"ana","ended":"the hold"})");
  EXPECT_EQ(
      line_of(proposed{at, record, "http://forge/1"}),
      head + R"("event":"proposed",)" + place + R"("record":)" + shown + R"(,"link":"http://forge/1"})");
  EXPECT_EQ(
      line_of(approval_started{at, "orders/deploy-prod", {"+ a"}}),
      head + R"("event":"approval_started",)" + place + R"("step":"orders/deploy-prod","plan":["+ a"]})");
  EXPECT_EQ(
      line_of(approved{at, "orders/deploy-prod", "v2", "ana", "read", "d1", when}),
      head + R"("event":"approved",)" + place
          + R"("step":"orders/deploy-prod","version":"v2","who":"ana","reason":"read","digest":"d1","expires":"2026-11-21T08:00:00Z"})");
}

TEST(ndjson_of, writes_what_is_done_to_a_branchs_copy) {
  const changed_place at{"orders", "prod", "east", "fix", "fix-1a2b"};
  const std::string place =
      R"("pipeline":"orders","environment":"prod","cluster":"east","branch":"fix","branch_key":"fix-1a2b",)";
  EXPECT_EQ(at.text(), "orders/prod/fix-1a2b");
  EXPECT_EQ(line_of(branch_over{at, "preview", "its branch is gone"}),
            head + R"("event":"branch_over",)" + place + R"("kind":"preview","why":"its branch is gone"})");
  EXPECT_EQ(line_of(removed{at, "preview", {"Service a"}, {"b stays"}}),
            head + R"("event":"removed",)" + place
                + R"("kind":"preview","objects":["Service a"],"kept":["b stays"]})");
  EXPECT_EQ(line_of(remove_failed{at, "canary", error{exit_class::remote, {}, "no answer", {}, {}}}),
            head + R"("event":"remove_failed",)" + place
                + R"("kind":"canary","failure":{"class":"remote","what":"no answer"}})");
  EXPECT_EQ(line_of(step_warning{"orders/prod", "x"}),
            head + R"("event":"step_warning","step":"orders/prod","text":"x"})");
}

TEST(ndjson_of, writes_what_is_done_to_jobs) {
  const changed_place at{"orders", "prod", "east"};
  const std::string place = R"("pipeline":"orders","environment":"prod","cluster":"east",)";
  EXPECT_EQ(line_of(job_started{at, "j1", "task 'a'"}),
            head + R"("event":"job_started",)" + place + R"("job":"j1","what":"task 'a'"})");
  EXPECT_EQ(line_of(job_ended{at, "j1", "task 'a'", false, 3, "exit status 3"}),
            head + R"("event":"job_ended",)" + place
                + R"("job":"j1","what":"task 'a'","good":false,"status":3,"meaning":"exit status 3"})");
  EXPECT_EQ(
      line_of(cron_suspended{at, "clean", "ana", "closed"}),
      head + R"("event":"cron_suspended",)" + place + R"("cron_job":"clean","who":"ana","reason":"closed"})");
  EXPECT_EQ(line_of(cron_resumed{at, "clean", "ana", 2}),
            head + R"("event":"cron_resumed",)" + place + R"("cron_job":"clean","who":"ana","missed":2})");
}

TEST(ndjson_of, writes_how_a_step_ended) {
  step_ended end{.step = "a/b",
                 .outcome = step_outcome::failed,
                 .duration = milliseconds(7),
                 .how = {.kind = ending::how::exited, .number = 1, .text = {}},
                 .log = "/l",
                 .summary = "s",
                 .failure = error{.kind = exit_class::conflict,
                                  .subject = "a/b",
                                  .what = "w",
                                  .value = "",
                                  .notes = {{"try", "t"}}},
                 .tests = {{.suite = "S",
                            .name = "n",
                            .file = "f",
                            .how = test_case::state::error,
                            .duration = milliseconds(1),
                            .message = "m",
                            .details = "d"}}};
  EXPECT_EQ(
      line_of(end),
      head
          + R"("event":"step_ended","step":"a/b","outcome":"failed","duration_ms":7,"ending":{"exited":1},"log":"/l","summary":"s",)"
            R"("failure":{"class":"conflict","subject":"a/b","what":"w","value":"","notes":[{"label":"try","text":"t"}]},)"
            R"("tests":[{"suite":"S","name":"n","file":"f","state":"error","duration_ms":1,"message":"m","details":"d"}]})");
  end = {.step = "a/b",
         .outcome = step_outcome::reused,
         .duration = {},
         .how = {},
         .log = {},
         .summary = {},
         .failure = {},
         .tests = {}};
  EXPECT_EQ(line_of(end), head + R"("event":"step_ended","step":"a/b","outcome":"reused","duration_ms":0})")
      << "no process, no ending";
  end.how = {.kind = ending::how::signalled, .number = 9, .text = {}};
  EXPECT_NE(line_of(end).find(R"("ending":{"signalled":9})"), std::string::npos);
  end.how = {.kind = ending::how::not_started, .number = 2, .text = "no such file"};
  EXPECT_NE(line_of(end).find(R"("ending":{"not_started":2,"text":"no such file"})"), std::string::npos);
}

TEST(ndjson_of, writes_how_the_run_ended) {
  EXPECT_EQ(
      line_of(run_ended{.outcome = exit_class::remote,
                        .duration = milliseconds(7),
                        .failure = {},
                        .summary = {{"image", "/i"}}}),
      head
          + R"("event":"run_ended","outcome":"remote","exit_status":6,"duration_ms":7,"summary":[{"label":"image","text":"/i"}]})");
}

TEST(ndjson_of, is_one_line_of_valid_json_for_every_byte) {
  std::string all;
  for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
  const std::string line = line_of(step_output{all, output_stream::out, all});
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(line, valid_utf8(line));
  const auto read = parse_json(line);
  ASSERT_TRUE(read);
  EXPECT_EQ((*read)["line"].text(), valid_utf8(all));
}

TEST(ndjson_of, cuts_texts_that_have_no_end) {
  const std::string line = line_of(step_output{"a/b", output_stream::out, std::string(1U << 20U, 'x')});
  EXPECT_LT(line.size(), 66'000U);
  EXPECT_NE(line.find("983040 more bytes"), std::string::npos);
}

TEST(word_for, tells_all_outcomes_apart) {
  std::set<std::string_view> words;
  for (int at = 0; at <= static_cast<int>(step_outcome::not_run); ++at)
    words.insert(word_for(static_cast<step_outcome>(at)));
  EXPECT_EQ(words.size(), 7U);
}

}  // namespace
}  // namespace cicd
