// Events as lines of events.ndjson: one object each, members in a fixed order, empty ones left out, so that a
// run's file is small and two runs can be compared. It knows the format (docs/contracts/events.md) and not
// who reads it.
#pragma once

#include <cicd/run/event.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>

#include <utility>

namespace cicd {

std::string_view word_for(step_outcome outcome) {
  switch (outcome) {
    case step_outcome::ran: return "ran";
    case step_outcome::reused: return "reused";
    case step_outcome::up_to_date: return "up-to-date";
    case step_outcome::failed: return "failed";
    case step_outcome::timed_out: return "timed-out";
    case step_outcome::interrupted: return "interrupted";
    case step_outcome::not_run: return "not-run";
  }
  return "unknown";
}

std::string_view word_for(deployed_by how) {
  switch (how) {
    case deployed_by::deploy: return "deploy";
    case deployed_by::rollback: return "rollback";
    case deployed_by::share: return "share";
  }
  return "unknown";
}

namespace run_event {
namespace {

/// Bytes of one text in an event: a test's details can be megabytes, and a reader holds a whole line.
constexpr std::size_t longest_text = 64U << 10U;

std::string capped(const std::string& text) {
  if (text.size() <= longest_text) return text;
  return text.substr(0, longest_text) + "… (" + std::to_string(text.size() - longest_text) + " more bytes)";
}

void set_text(json& to, const char* key, const std::string& text) {
  if (!text.empty()) to.set(key, capped(text));
}

json notes_json(const std::vector<note>& notes) {
  json list = json::array{};
  for (const note& line : notes) list.push(json::object{{"label", line.label}, {"text", capped(line.text)}});
  return list;
}

json failure_json(const error& failure) {
  json shown;
  shown.set("class", word_for(failure.kind));
  set_text(shown, "subject", failure.subject);
  shown.set("what", capped(failure.what));
  if (failure.value) shown.set("value", capped(*failure.value));
  if (!failure.notes.empty()) shown.set("notes", notes_json(failure.notes));
  return shown;
}

/// Nothing where no process was started nor tried.
json ending_json(const ending& how) {
  json shown;
  switch (how.kind) {
    case ending::how::exited: return shown.set("exited", how.number);
    case ending::how::signalled: return shown.set("signalled", how.number);
    case ending::how::not_started: break;
  }
  if (how.number == 0 && how.text.empty()) return shown;
  shown.set("not_started", how.number);
  set_text(shown, "text", how.text);
  return shown;
}

std::string_view state_word(test_case::state how) {
  switch (how) {
    case test_case::state::passed: return "passed";
    case test_case::state::failed: return "failed";
    case test_case::state::error: return "error";
    case test_case::state::skipped: return "skipped";
  }
  return "unknown";
}

json test_json(const test_case& test) {
  json shown;
  set_text(shown, "suite", test.suite);
  shown.set("name", capped(test.name));
  set_text(shown, "file", test.file);
  shown.set("state", state_word(test.how));
  shown.set("duration_ms", test.duration.count());
  set_text(shown, "message", test.message);
  set_text(shown, "details", test.details);
  if (test.flaky) shown.set("flaky", true);
  set_text(shown, "history", test.history);
  return shown;
}

json tests_json(const std::vector<test_case>& tests) {
  json list = json::array{};
  for (const test_case& test : tests) list.push(test_json(test));
  return list;
}

json deployment_json(const deployment_facts& of) {
  json shown;
  shown.set("id", of.id).set("generation", of.generation).set("version", of.version);
  set_text(shown, "commit", of.commit);
  shown.set("who", of.who).set("when", utc_text(of.when));
  json images;
  for (const auto& [name, digest] : of.images) images.set(name, digest);
  if (!of.images.empty()) shown.set("images", std::move(images));
  return shown;
}

/// Adds the members of one kind of event to the line that is begun.
struct member_writer {
  json& to;

  json& begin(const char* name, const changed_place& at) const {
    to.set("event", name).set("pipeline", at.pipeline).set("environment", at.environment);
    set_text(to, "cluster", at.cluster);
    set_text(to, "branch", at.branch);
    set_text(to, "branch_key", at.branch_key);
    return to;
  }

  void operator()(const run_started& run) const {
    to.set("event", "run_started").set("schema", 1).set("id", run.id);
    set_text(to, "folder", run.folder);
    set_text(to, "target", run.target);
    set_text(to, "commit", run.commit);
    set_text(to, "branch", run.branch);
    set_text(to, "who", run.who);
    to.set("steps", json_texts(run.steps));
    set_text(to, "change", run.change);
  }
  void operator()(const step_planning& step) const {
    to.set("event", "step_planning").set("step", step.step);
  }
  void operator()(const step_started& step) const {
    to.set("event", "step_started").set("step", step.step).set("reasons", json_texts(step.reasons));
    if (step.expected) to.set("expected_ms", step.expected->count());
    to.set("attempt", step.attempt);
  }
  void operator()(const step_waiting& step) const {
    to.set("event", "step_waiting").set("step", step.step).set("for_whom", step.for_whom);
  }
  void operator()(const step_output& step) const {
    to.set("event", "step_output").set("step", step.step);
    to.set("stream", step.stream == output_stream::out ? "out" : "err").set("line", capped(step.line));
  }
  void operator()(const step_message& step) const {
    to.set("event", "step_message").set("step", step.step).set("text", capped(step.text));
  }
  void operator()(const service_event& of) const {
    constexpr const char* names[] = {"service_started", "service_ready", "service_ended"};
    to.set("event", names[of.what]).set("service", of.service);
    set_text(to, "step", of.step);
    set_text(to, "log", of.log);
    if (of.what != service_event::started) to.set("duration_ms", of.duration.count());
    if (of.what != service_event::ended) return;
    if (json how = ending_json(of.how); !how.is_null()) to.set("ending", std::move(how));
  }
  void operator()(const step_ended& step) const {
    to.set("event", "step_ended").set("step", step.step).set("outcome", word_for(step.outcome));
    to.set("duration_ms", step.duration.count());
    if (json how = ending_json(step.how); !how.is_null()) to.set("ending", std::move(how));
    set_text(to, "log", step.log);
    set_text(to, "summary", step.summary);
    if (step.failure) to.set("failure", failure_json(*step.failure));
    if (!step.tests.empty()) to.set("tests", tests_json(step.tests));
  }
  void operator()(const run_ended& run) const {
    to.set("event", "run_ended").set("outcome", word_for(run.outcome));
    to.set("exit_status", static_cast<int>(run.outcome)).set("duration_ms", run.duration.count());
    if (run.failure) to.set("failure", failure_json(*run.failure));
    if (!run.summary.empty()) to.set("summary", notes_json(run.summary));
  }
  void operator()(const rollback_started& one) const {
    begin("rollback_started", one.at).set("to", deployment_json(one.to));
  }
  void operator()(const rollback_failed& one) const {
    begin("rollback_failed", one.at)
        .set("to", deployment_json(one.to))
        .set("failure", failure_json(one.failure));
  }
  void operator()(const deployed& one) const {
    begin("deployed", one.at).set("record", deployment_json(one.record)).set("how", word_for(one.how));
    set_text(to, "reason", one.reason);
    set_text(to, "share", one.share);
  }
  void operator()(const held& one) const {
    begin("held", one.at).set("who", one.who).set("since", utc_text(one.since));
    set_text(to, "version", one.version);
    set_text(to, "reason", one.reason);
  }
  void operator()(const released& one) const {
    begin("released", one.at).set("who", one.who);
    set_text(to, "ended", one.ended);
  }
  void operator()(const proposed& one) const {
    begin("proposed", one.at).set("record", deployment_json(one.record)).set("link", one.link);
  }
  void operator()(const approval_started& one) const {
    begin("approval_started", one.at).set("step", one.step).set("plan", json_texts(one.plan));
  }
  void operator()(const approved& one) const {
    begin("approved", one.at).set("step", one.step).set("version", one.version).set("who", one.who);
    set_text(to, "reason", one.reason);
    to.set("digest", one.digest).set("expires", utc_text(one.expires));
  }
  void operator()(const approval_withdrawn& one) const {
    begin("approval_withdrawn", one.at).set("step", one.step).set("version", one.version).set("who", one.who);
    to.set("by", one.by).set("digest", one.digest);
  }
  void operator()(const step_warning& step) const {
    to.set("event", "step_warning").set("step", step.step).set("text", capped(step.text));
  }
  void operator()(const branch_over& one) const {
    begin("branch_over", one.at).set("kind", one.kind).set("why", one.why);
  }
  void operator()(const removed& one) const {
    begin("removed", one.at).set("kind", one.kind).set("objects", json_texts(one.objects));
    if (!one.kept.empty()) to.set("kept", json_texts(one.kept));
  }
  void operator()(const remove_failed& one) const {
    begin("remove_failed", one.at).set("kind", one.kind).set("failure", failure_json(one.failure));
  }
  void operator()(const job_started& one) const {
    begin("job_started", one.at).set("job", one.job).set("what", capped(one.what));
  }
  void operator()(const job_ended& one) const {
    begin("job_ended", one.at).set("job", one.job).set("what", capped(one.what)).set("good", one.good);
    to.set("status", one.status);
    set_text(to, "meaning", one.meaning);
    set_text(to, "why", one.why);
  }
  void operator()(const cron_suspended& one) const {
    begin("cron_suspended", one.at).set("cron_job", one.cron_job).set("who", one.who);
    set_text(to, "reason", one.reason);
  }
  void operator()(const deploy_started& one) const {
    begin("deploy_started", one.at).set("to", deployment_json(one.to));
    if (one.before) to.set("before", deployment_json(*one.before));
    set_text(to, "approved_by", one.approved_by);
  }
  void operator()(const deploy_refused& one) const {
    begin("deploy_refused", one.at).set("to", deployment_json(one.to));
    if (one.before) to.set("before", deployment_json(*one.before));
    to.set("rule", one.rule).set("waits", one.waits);
    if (one.until) to.set("until", utc_text(*one.until));
    to.set("failure", failure_json(one.failure));
  }
  void operator()(const yanked& one) const {
    to.set("event", one.is_lifted ? "yank_lifted" : "yanked").set("pipeline", one.pipeline);
    to.set("version", one.version).set("commit", one.commit).set("who", one.who);
    set_text(to, "reason", one.reason);
    if (!one.runs_in.empty()) to.set("runs_in", json_texts(one.runs_in));
    if (!one.may_run_in.empty()) to.set("may_run_in", json_texts(one.may_run_in));
  }
  void operator()(const cron_failed& one) const {
    begin("cron_failed", one.at).set("cron_job", one.cron_job).set("why", capped(one.why));
    set_text(to, "owner", one.owner);
  }
  void operator()(const cron_succeeded& one) const {
    begin("cron_succeeded", one.at).set("cron_job", one.cron_job);
    set_text(to, "owner", one.owner);
  }
  void operator()(const cron_resumed& one) const {
    begin("cron_resumed", one.at).set("cron_job", one.cron_job).set("who", one.who);
    to.set("missed", static_cast<std::int64_t>(one.missed));
  }
};

}  // namespace
}  // namespace run_event

std::string ndjson_of(const event& happened) {
  json line;
  line.set("when", utc_text_with_milliseconds(happened.when));
  line.set("elapsed_ms", static_cast<std::int64_t>(happened.elapsed.count()));
  std::visit(run_event::member_writer{line}, happened.body);
  return compact(line);
}

}  // namespace cicd
