// Events to rows, one for each place; rows to notices.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/notify/notice.hpp>

namespace cicd {

namespace deliver_notify_notice_board {
namespace {

std::string short_of(const std::string& commit) {
  return commit.substr(0, 7);
}

/// `orders/deploy-prod`: the pipeline and the environment; empty for another step.
std::optional<changed_place> place_of_deploy(const std::string& step) {
  constexpr std::string_view word = "/deploy-";
  const auto at = step.find(word);
  if (at == step.npos) return {};
  return changed_place{step.substr(0, at), step.substr(at + word.size()), {}};
}

std::string pipeline_of(const std::string& step) {
  return step.substr(0, step.find('/'));
}

/// A step of a pipeline that is no publish and no deploy.
bool is_of_build(const std::string& step) {
  return !place_of_deploy(step) && !step.ends_with("/publish") && step.find('/') != step.npos;
}

std::string with_reason(std::string text, const std::string& reason) {
  return reason.empty() ? text : text + ": " + reason;
}

/// How a release is, as it is remembered. What waits for an approval is told also after it waited for another
/// cause.
std::string remembered(const service_notice& of) {
  const bool is_other = of.is == release_stage::waiting && !of.rule.empty() && of.rule != "approval";
  return std::string(word_for(of.is)) + (is_other ? ": " + of.rule : "");
}

/// The command among what helps that gives an approval.
std::string command_in(const error& of) {
  for (const note& each : of.notes)
    if (each.text.starts_with("cicd approve ")) return each.text.substr(0, each.text.find(", by a user"));
  return {};
}

std::string failed_tests_of(const step_ended& of) {
  constexpr std::size_t most = 5;
  std::vector<std::string> names;
  std::size_t more = 0;
  for (const test_case& each : of.tests) {
    if (each.how != test_case::state::failed && each.how != test_case::state::error) continue;
    if (names.size() < most)
      names.push_back((each.suite.empty() ? "" : each.suite + " ") + each.name);
    else
      ++more;
  }
  if (names.empty()) return {};
  return "\n" + joined(names, "\n") + (more == 0 ? "" : fmt::format("\nand {} more", more));
}

std::string failure_of(const step_ended& of) {
  if (of.failure) return words_of_failure(*of.failure) + failed_tests_of(of);
  std::string how = of.outcome == step_outcome::timed_out ? "it took too long" : meaning_of(of.how);
  if (how.empty()) how = fmt::format("exit status {}", of.how.shell_status());
  return how + failed_tests_of(of);
}

}  // namespace
}  // namespace deliver_notify_notice_board

notice_board::row& notice_board::row_at(const changed_place& at, const std::string& subject) {
  for (row& each : rows_)
    if (each.told.at.text() == at.text() && each.told.subject == subject) return each;
  row& made = rows_.emplace_back();
  made.told.at = at;
  made.told.subject = subject;
  if (!at.branch_key.empty() || at.environment.empty()) {
    made.keeps = false;
    made.before.emplace();
  }
  return made;
}

/// Takes over what was told of the same release.
void notice_board::recall(row& of) {
  const announcement& before = *of.before;
  service_notice& told = of.told;
  if (told.is == release_stage::cron_failed || told.is == release_stage::cron_recovered) {
    const bool was_told = std::ranges::find(before.failing_cron, told.subject) != before.failing_cron.end();
    of.is_known = was_told == (told.is == release_stage::cron_failed);
    return;
  }
  const bool is_of_release = !told.version.empty();
  if (told.is == release_stage::none)
    for (const release_stage each :
         {release_stage::deployed, release_stage::proposed, release_stage::waiting, release_stage::refused,
          release_stage::failed, release_stage::rolled_back, release_stage::approved})
      if (before.is.substr(0, before.is.find(':')) == word_for(each)) told.release_is = each;
  if (told.version.empty()) told.version = before.version;
  if (told.version != before.version) {
    if (told.is == release_stage::rolled_back) return;
  } else {
    if (told.commit.empty()) told.commit = before.commit;
    if (told.before.empty()) told.before = before.before, told.before_commit = before.before_commit;
    if (told.who.empty()) told.who = before.who;
    const bool is_tried_again = told.is == release_stage::failed && before.unrecorded
                                && before.unrecorded->commit == told.commit
                                && before.unrecorded->says == told.why;
    of.is_known =
        is_of_release && before.is == deliver_notify_notice_board::remembered(told)
        && (told.is == release_stage::waiting || told.is == release_stage::refused || is_tried_again);
  }
  if (told.is == release_stage::deployed && before.failing) {
    told.has_recovered = true;
    of.told.kinds.insert(notice_kind::recovery);
  }
}

bool notice_board::is_new(const row& of) {
  return of.before && !of.is_known && !of.told.kinds.empty();
}

/// A message that an earlier run began is one of this service alone.
std::string notice_board::key_of(const row& of) {
  const service_notice& told = of.told;
  const bool goes_on = !of.before->messages.empty() && of.before->version == told.version;
  if (goes_on && of.before->is_shared) return "shared\n" + of.before->messages.front().id;
  // Of many environments that are held at once.
  if (told.is == release_stage::none && !goes_on && of.keeps)
    return told.at.environment + "\nhold\n" + (told.held.empty() ? joined(told.notes, "\n") : told.held);
  if (goes_on || !of.keeps || !told.subject.empty() || told.version.empty())
    return told.at.text() + "\n" + told.subject + "\n" + told.version;
  return told.at.environment + "\n" + told.version;
}

/// One event's part of the rows.
struct notice_board::writer {
  notice_board& to;

  row& at(const changed_place& place, notice_kind kind, std::string reply) const {
    row& of = to.row_at(place);
    const bool is_branch = !place.branch_key.empty();
    if (!is_branch || kind == notice_kind::canary || kind == notice_kind::preview) of.told.kinds.insert(kind);
    of.replies.push_back(std::move(reply));
    return of;
  }
  static notice_kind kind_of_branch(const std::string& kind) {
    return kind == "canary" ? notice_kind::canary : notice_kind::preview;
  }
  void set(row& of, const deployment_facts& record) const {
    of.told.version = record.version;
    if (!record.commit.empty()) of.told.commit = record.commit;
    if (!record.who.empty()) of.told.who = record.who;
  }
  void set_before(row& of, const std::optional<deployment_facts>& before) const {
    if (!before) return;
    of.told.before = before->version;
    of.told.before_commit = before->commit;
  }
  void remember(row& of, const announcement& before) const {
    of.before = before;
    recall(of);
  }

  void operator()(const run_ended&) const {
    to.is_ended_ = true;
    for (auto& [pipeline, build] : to.builds_) build.is_over = true;
  }
  void operator()(const deploy_started& one) const {
    row& of = at(one.at, notice_kind::success,
                 "deploying " + one.to.version + (one.before ? ", after " + one.before->version : ""));
    set(of, one.to);
    set_before(of, one.before);
    of.told.is = release_stage::deploying;
    of.told.why.clear();
    of.told.command.clear();
    remember(of, one.announced);
  }
  void operator()(const deploy_refused& one) const {
    to.refused_.insert(one.at.pipeline + "/deploy-" + one.at.environment);
    row& of = at(one.at, one.waits ? notice_kind::waiting : notice_kind::failure,
                 fmt::format("{} {}: {}", one.to.version, one.waits ? "waits" : "is refused",
                             words_of_failure(one.failure)));
    set(of, one.to);
    set_before(of, one.before);
    of.told.is = one.waits ? release_stage::waiting : release_stage::refused;
    of.told.rule = one.rule;
    of.told.why = words_of_failure(one.failure);
    if (one.until) of.told.why += "\nuntil: " + utc_text(*one.until);
    of.told.command = deliver_notify_notice_board::command_in(one.failure);
    remember(of, one.announced);
  }
  void operator()(const rollback_failed& one) const {
    const std::string why =
        fmt::format("the rollback to {} failed: {}", one.to.version, words_of_failure(one.failure));
    row& of = at(one.at, notice_kind::failure, why);
    of.told.kinds.insert(notice_kind::rollback);
    of.told.is = release_stage::failed;
    of.told.why = why;
  }
  void operator()(const deployed& one) const {
    using deliver_notify_notice_board::with_reason;
    if (one.how == deployed_by::rollback) {
      row& of =
          at(one.at, notice_kind::rollback,
             with_reason(fmt::format("back at {}, by {}", one.record.version, one.record.who), one.reason));
      of.told.is = release_stage::rolled_back;
      of.told.now_runs = one.record.version;
      of.told.who = one.record.who;
      of.told.why = one.reason;
      return;
    }
    const bool is_share = one.how == deployed_by::share || !one.share.empty();
    const notice_kind kind = one.at.branch_key.empty() ? notice_kind::success
                             : is_share                ? notice_kind::canary
                                                       : notice_kind::preview;
    row& of = at(one.at, kind,
                 with_reason(fmt::format("{} is deployed{}{}", one.record.version,
                                         one.at.cluster.empty() ? "" : " to " + one.at.cluster,
                                         one.share.empty() ? "" : " with " + one.share),
                             one.reason));
    set(of, one.record);
    of.told.is = release_stage::deployed;
    of.told.share = one.share;
    of.told.why = one.reason;
    if (of.before) recall(of);
  }
  void operator()(const proposed& one) const {
    row& of = at(one.at, notice_kind::waiting, one.record.version + " is proposed: " + one.link);
    set(of, one.record);
    of.told.is = release_stage::proposed;
    of.told.link = one.link;
    if (of.before) recall(of);
  }
  void operator()(const held& one) const {
    const std::string what = one.version.empty() ? "deploys are" : "deploys of " + one.version + " are";
    row& of = at(one.at, notice_kind::hold,
                 deliver_notify_notice_board::with_reason(what + " on hold, by " + one.who, one.reason));
    of.told.held = deliver_notify_notice_board::with_reason(
        (one.version.empty() ? "" : "version " + one.version + ", ") + "by " + one.who, one.reason);
  }
  void operator()(const released& one) const {
    if (one.ended.empty()) return;
    row& of = at(one.at, notice_kind::hold, "released by " + one.who + ": " + one.ended);
    of.told.held.clear();
    of.told.notes.push_back("released by " + one.who);
  }
  void operator()(const approved& one) const {
    const std::string text = deliver_notify_notice_board::with_reason("approved by " + one.who, one.reason);
    row& of = at(one.at, notice_kind::approval, one.version + " " + text);
    of.told.notes.push_back(text + ", until " + utc_text(one.expires));
    // Of a branch's copy: of the environment's own release it says nothing.
    if (deliver_notify_notice_board::place_of_deploy(one.step).value_or(one.at).text() != one.at.text()) {
      of.keeps = false;
      of.before.emplace();
    }
    of.told.is = release_stage::approved;
    of.told.version = one.version;
    of.told.command.clear();
  }
  void operator()(const approval_withdrawn& one) const {
    const std::string text =
        fmt::format("the approval of {} by {} was withdrawn by {}", one.version, one.by, one.who);
    row& of = at(one.at, notice_kind::approval, text);
    of.told.notes.push_back(text);
    of.told.version = one.version;
    of.told.is = release_stage::waiting;
  }
  void operator()(const removed& one) const {
    row& of = at(one.at, kind_of_branch(one.kind), "the " + one.kind + " ended");
    of.told.is = release_stage::removed;
    for (const std::string& each : one.kept) of.told.notes.push_back(each);
  }
  void operator()(const branch_over& one) const {
    row& of = at(one.at, kind_of_branch(one.kind), one.why);
    of.told.why = one.why;
  }
  void operator()(const remove_failed& one) const {
    row& of = at(one.at, kind_of_branch(one.kind), words_of_failure(one.failure));
    of.told.is = release_stage::failed;
    of.told.why = words_of_failure(one.failure);
  }
  void operator()(const yanked& one) const {
    row& of = at({one.pipeline, {}, {}}, notice_kind::yank,
                 deliver_notify_notice_board::with_reason(
                     (one.is_lifted ? "allowed again by " : "yanked by ") + one.who, one.reason));
    of.told.is = one.is_lifted ? release_stage::yank_lifted : release_stage::yanked;
    of.told.version = one.version;
    of.told.commit = one.commit;
    of.told.who = one.who;
    of.told.why = one.reason;
    for (const std::string& each : one.runs_in) of.told.notes.push_back("it still runs in " + each);
    for (const std::string& each : one.may_run_in)
      of.told.notes.push_back("its deploy came to no good end, so that it may run in " + each);
  }
  void operator()(const cron_failed& one) const {
    row& of = to.row_at(one.at, one.cron_job);
    of.told.kinds.insert(notice_kind::cron_failure);
    of.told.is = release_stage::cron_failed;
    of.told.why = one.why;
    if (!one.owner.empty()) of.told.notes.push_back("owner: " + one.owner);
  }
  void operator()(const cron_succeeded& one) const {
    row& of = to.row_at(one.at, one.cron_job);
    of.told.kinds = {notice_kind::recovery};
    of.told.is = release_stage::cron_recovered;
    if (!one.owner.empty()) of.told.notes.push_back("owner: " + one.owner);
  }
  void operator()(const step_started& one) const {
    if (deliver_notify_notice_board::is_of_build(one.step))
      to.builds_.try_emplace(deliver_notify_notice_board::pipeline_of(one.step));
  }
  void operator()(const step_message& one) const { progress(one.step, one.text); }
  void operator()(const step_warning& one) const { progress(one.step, "warning: " + one.text); }
  /// Of a step that deploys, or of an action: whose progress bears the place's name.
  void progress(const std::string& step, const std::string& text) const {
    const auto place = deliver_notify_notice_board::place_of_deploy(step);
    for (row& each : to.rows_) {
      const bool is_it = place ? each.told.at.text() == place->text() : each.told.at.text() == step;
      if (is_it && each.told.is == release_stage::deploying) each.replies.emplace_back(trimmed(text));
    }
  }
  void operator()(const step_ended& one) const {
    using namespace deliver_notify_notice_board;
    const bool is_bad = one.outcome == step_outcome::failed || one.outcome == step_outcome::timed_out;
    if (is_bad) to.failures_.emplace(one.step, failure_of(one));
    if (is_bad && is_of_build(one.step)) {
      build_state& build = to.builds_[pipeline_of(one.step)];
      build.is_good = false;
      if (build.says.empty()) build.says = one.step + " failed";
    }
    const auto place = place_of_deploy(one.step);
    if (!place || to.refused_.contains(one.step)) return;
    if (is_bad) return failed(*place, failure_of(one), true);
    if (one.outcome == step_outcome::interrupted) {
      for (row& each : to.rows_)
        if (each.told.at.text() == place->text() && each.told.is == release_stage::deploying)
          return failed(*place, "it was interrupted", true);
    }
    if (one.outcome == step_outcome::not_run && !to.failures_.empty()) {
      const auto own = std::ranges::find_if(
          to.failures_, [&](const auto& each) { return pipeline_of(each.first) == place->pipeline; });
      const auto& [step, why] = own == to.failures_.end() ? *to.failures_.begin() : *own;
      failed(*place, step + " failed: " + why, false);
    }
  }
  void failed(const changed_place& place, const std::string& why, bool has_begun) const {
    row& of = at(place, notice_kind::failure, (has_begun ? "failed: " : "not deployed: ") + why);
    of.told.is = release_stage::failed;
    of.told.has_recovered = false;
    of.told.kinds.erase(notice_kind::recovery);
    of.told.why = why;
    if (of.told.commit.empty() && to.commit_of_) of.told.commit = to.commit_of_(place.pipeline);
    if (of.told.version.empty()) of.told.version = deliver_notify_notice_board::short_of(of.told.commit);
  }
  template <typename Other>
  void operator()(const Other&) const {}
};

bool notice_board::hear(const event& happened) {
  std::visit(writer{*this}, happened.body);
  return !empty() && !std::holds_alternative<step_output>(happened.body)
         && !std::holds_alternative<step_waiting>(happened.body)
         && !std::holds_alternative<step_planning>(happened.body);
}

std::vector<changed_place> notice_board::without_memory() const {
  std::vector<changed_place> places;
  for (const row& each : rows_)
    if (!each.before && std::ranges::none_of(places, [&](const changed_place& one) {
          return one.text() == each.told.at.text();
        }))
      places.push_back(each.told.at);
  return places;
}

void notice_board::remember(const changed_place& at, const announcement& before) {
  for (row& each : rows_) {
    if (each.before || each.told.at.text() != at.text()) continue;
    each.before = before;
    recall(each);
  }
}

std::vector<notice> notice_board::notices() const {
  std::vector<notice> all;
  std::map<std::string, std::size_t> places;
  for (const row& each : rows_) {
    if (!is_new(each)) continue;
    const std::string key = key_of(each);
    const auto [place, is_first] = places.emplace(key, all.size());
    if (is_first) all.push_back({.key = key, .is_over = true});
    notice* const found = &all[place->second];
    found->services.push_back(each.told);
    for (const std::string& one : each.replies) found->replies.push_back({each.told.at.pipeline, one});
    found->is_over &= is_ended_ || each.told.is != release_stage::deploying;
    if (each.before->version != each.told.version || !each.told.subject.empty()) continue;
    found->messages = each.before->messages;
    found->is_shared_elsewhere = each.before->is_shared;
  }
  return all;
}

/// A failure is remembered also where no destination is told of it: one may be of the recovery.
std::vector<notice_board::memory> notice_board::memories(const told_services& to) const {
  std::vector<memory> all;
  std::map<std::string, std::size_t> places;
  for (const row& each : rows_) {
    if (!each.keeps || !is_new(each)) continue;
    const service_notice& told = each.told;
    const std::string name = told.name();
    const bool is_refusal = told.is == release_stage::waiting || told.is == release_stage::refused;
    const bool is_said = to.told.contains(name) || !(is_refusal || to.wanted.contains(name));
    // Several cron jobs of one environment have one memory.
    const auto [place, is_first] = places.emplace(told.at.text(), all.size());
    if (is_first) all.push_back({told.at, *each.before, *each.before, {}});
    memory& made = all[place->second];
    made.key = key_of(each);
    announcement& now = made.now;
    if (told.is == release_stage::cron_failed) {
      if (is_said) now.failing_cron.push_back(told.subject);
    } else if (told.is == release_stage::cron_recovered) {
      if (is_said) std::erase(now.failing_cron, told.subject);
    } else {
      if (now.version != told.version) now.messages.clear(), now.is_shared = false, now.is.clear();
      now.version = told.version;
      now.commit = told.commit;
      now.who = told.who;
      now.before = told.before;
      now.before_commit = told.before_commit;
      if (!is_said) continue;
      if (told.is != release_stage::none) now.is = deliver_notify_notice_board::remembered(told);
      if (told.is == release_stage::failed) now.failing = true;
      if (told.is == release_stage::deployed) now.failing = false, now.unrecorded.reset();
    }
  }
  return all;
}

}  // namespace cicd
