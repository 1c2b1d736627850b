// Watching a rollout: watches and timers around the pure view. Nothing is decided here.
#pragma once

#include <cicd/kubernetes/rollout/rollout.hpp>

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/kubernetes/rollout/patience.hpp>
#include <cicd/kubernetes/rollout/rollout_events.hpp>
#include <cicd/system/clock.hpp>

namespace cicd::kubernetes {
namespace kubernetes_rollout_rollout {
namespace {

using moment = std::chrono::milliseconds;

constexpr int log_lines = 10;
/// Watches that no step needs are closed when so many have gathered, since the loop has to pause for it.
constexpr std::size_t most_idle = 16;

bool is_for_want_of_rights(const error& why) {
  return why.what.find("no right") != std::string::npos || why.what.find("forbid") != std::string::npos;
}

class watching {
 public:
  watching(cluster& with, const std::vector<json>& objects, const rollout_options& options)
      : with_(with),
        objects_(objects),
        options_(options),
        view_(objects),
        events_(objects, [this](wanted_watch what) { return open(std::move(what)); }) {}

  result<rollout_result> to_end() {
    for (wanted_watch& each : watches_for(objects_)) watches_.push_back(open(std::move(each)));
    look();
    while (!over_) {
      if (status driven = with_.run(); !driven) return std::move(driven).error();
      stopping_ = false;
      if (failure_) return std::move(*failure_);
      at_rest();
    }
    return std::move(result_);
  }

 private:
  moment now() const { return clock() - started_; }

  moment clock() const { return options_.now ? options_.now() : system_clock_port().elapsed(); }

  void stop() {
    if (!stopping_) with_.stop();
    stopping_ = true;
  }

  /// What may not be done from within a callback: closing watches and timers, reading logs.
  void at_rest() {
    old_timers_.clear();
    events_.close_idle();
    say_symptoms(to_say(now()));
    if (over_)
      conclude();
    else
      look();
  }

  std::shared_ptr<void> open(wanted_watch what) {
    cluster::watch_request request{what.kind, what.namespace_name, what.labels, what.fields, {}, {}};
    request.changed = [this, kind = what.kind](const std::string& type, const json& object) {
      if (!object.is_object() || (kind == "Event" && !events_.concerns(object))) return;
      view_.take(type, with_kind(object, kind), now());
      look();
    };
    request.refused = [this, what](const api_failure& why) { refused(what, why); };
    return with_.watch(std::move(request));
  }

  /// The elements of a list do not say their kind.
  static json with_kind(const json& object, const std::string& kind) {
    if (object["kind"].is_string()) return object;
    json named = object;
    named.set("kind", kind);
    return named;
  }

  void refused(const wanted_watch& what, const api_failure& why) {
    const std::string words = displayable(why.message);
    if (what.kind == "Event") return poorer("events could not be read: " + words);
    if (what.kind == "Pod")
      return poorer("pods could not be read, so that a failure is not explained: " + words);
    if (what.kind == "ReplicaSet") {
      view_.replica_sets_unreadable();
      return poorer("ReplicaSets could not be read, so new pods are known by their age: " + words);
    }
    const object_key key{what.kind, what.namespace_name, ""};
    failure_ = error_of(why, "", key, fmt::format("watch {}s", what.kind));
    stop();
  }

  void poorer(std::string sentence) {
    if (std::ranges::find(result_.poorer, sentence) == result_.poorer.end())
      result_.poorer.push_back(std::move(sentence));
  }

  /// After every change, and when a timer is over.
  void look() {
    if (over_ || failure_) return;
    const moment at = now();
    say_lines();
    std::optional<moment> next = events_.follow(view_, at);
    rollout_verdict verdict = verdict_of(view_, at, options_);
    if (const auto done = done_at(at)) {
      if (*done <= at) return end(true, {});
      next = std::min(next.value_or(*done), *done);
    }
    if (!verdict.why.empty()) return end(false, std::move(verdict.why));
    if (verdict.next) next = std::min(next.value_or(*verdict.next), *verdict.next);
    if (!to_say(at).empty() || events_.idle() >= most_idle) stop();
    if (next) wake_at(*next, at);
  }

  void end(bool ready, std::vector<symptom> why) {
    over_ = true;
    result_.ready = ready;
    why_ = std::move(why);
    stop();
  }

  void wake_at(moment when, moment at) {
    if (timer_ && waking_ > at && waking_ <= when) return;
    if (timer_) old_timers_.push_back(std::move(timer_));
    waking_ = when;
    timer_ = with_.after(when - at + moment{1}, [this] { look(); });
  }

  void say_lines() {
    const std::vector<std::string> lines = view_.lines();
    said_lines_.resize(lines.size());
    for (std::size_t each = 0; each < lines.size(); ++each) {
      if (said_lines_[each] == lines[each]) continue;
      said_lines_[each] = lines[each];
      if (options_.say) options_.say(lines[each]);
    }
  }

  /// When all have been ready for long enough, as far as is known.
  std::optional<moment> done_at(moment at) {
    if (!view_.ready(at)) {
      ready_since_.reset();
      return std::nullopt;
    }
    if (!ready_since_) ready_since_ = at;
    return *ready_since_ + options_.ready_for;
  }

  using said = std::pair<symptom::key, moment>;

  std::vector<symptom> to_say(moment at) const {
    std::vector<symptom> found;
    for (symptom& each : view_.symptoms())
      if (at - each.since >= settling && !said_.contains({each.id, each.since}))
        found.push_back(std::move(each));
    return found;
  }

  void say_symptoms(const std::vector<symptom>& those) {
    for (const symptom& each : those) {
      if (!said_.insert({each.id, each.since}).second) continue;
      if (each.extended) {
        if (options_.say)
          options_.say(each.what.about.object + ": a scale-up was triggered; its patience begins anew");
        continue;
      }
      const diagnosis about = with_log(each);
      if (options_.symptom) options_.symptom(about);
    }
  }

  /// Nodes are asked for once, when a pod finds no room; where they may not be read less is said.
  const json& nodes() {
    if (!nodes_) nodes_ = with_.list("Node", "", "").object;
    return *nodes_;
  }

  diagnosis with_log(const symptom& of) {
    finding what = of.what;
    if (!what.asked.empty()) add_node_sizes(what, nodes());
    diagnosis about = std::move(what.about);
    if (of.what.log == wanted_log::none || about.pod.empty()) return about;
    if (about.log = read_log(about, of.what.log == wanted_log::died_before); about.log.empty())
      about.log = logs_[of.id];
    logs_[of.id] = about.log;
    return about;
  }

  std::vector<std::string> read_log(const diagnosis& of, bool previous) {
    result<std::string> text = with_.log(of.namespace_name, of.pod, of.container, previous, log_lines);
    if (!text) {
      if (is_for_want_of_rights(text.error())) poorer("logs could not be read: " + text.error().what);
      return {};
    }
    std::vector<std::string> lines;
    for (const std::string& each : split(*text, '\n'))
      if (!trimmed(each).empty()) lines.push_back(displayable(each));
    if (lines.size() > log_lines) lines.erase(lines.begin(), lines.end() - log_lines);
    return lines;
  }

  void conclude() {
    say_symptoms(why_);
    for (const symptom& each : why_) {
      diagnosis about = with_log(each);
      about.starting = false;
      result_.why.push_back(std::move(about));
    }
  }

  cluster& with_;
  const std::vector<json>& objects_;
  const rollout_options& options_;
  rollout_view view_;
  rollout_events events_;
  const moment started_ = clock();
  std::vector<std::shared_ptr<void>> watches_, old_timers_;
  std::shared_ptr<void> timer_;
  moment waking_{0};
  std::vector<std::string> said_lines_;
  std::set<said> said_;
  std::map<symptom::key, std::vector<std::string>> logs_;
  std::optional<moment> ready_since_;
  std::optional<json> nodes_;
  std::vector<symptom> why_;
  std::optional<error> failure_;
  rollout_result result_;
  bool over_ = false, stopping_ = false;
};

}  // namespace
}  // namespace kubernetes_rollout_rollout

result<rollout_result> watch_rollout(cluster& with,
                                     const std::vector<json>& objects,
                                     const rollout_options& options) {
  if (options.ready_for.count() == 0 && rollout_view(objects).ready(std::chrono::milliseconds{0})) {
    if (options.say)
      for (const std::string& line : rollout_view(objects).lines()) options.say(line);
    return rollout_result{true, {}, {}};
  }
  return kubernetes_rollout_rollout::watching(with, objects, options).to_end();
}

error error_of(const rollout_result& failed, const std::string& subject) {
  error told{exit_class::step_failed, subject, "the rollout did not get ready", std::nullopt, {}};
  if (!failed.why.empty()) {
    const diagnosis& first = failed.why.front();
    told.what = fmt::format("{} cannot get ready: {}", first.object,
                            first.likely.empty() ? first.state : first.likely);
    for (note& each : notes_of(first))
      if (each.label != "likely cause" || first.likely.empty()) told.notes.push_back(std::move(each));
    for (std::size_t other = 1; other < failed.why.size(); ++other)
      told.notes.push_back(
          {"also", fmt::format("{}: {}", failed.why[other].object, summary_of(failed.why[other]))});
  }
  for (const std::string& each : failed.poorer) told.notes.push_back({"not read", each});
  return told;
}

}  // namespace cicd::kubernetes
