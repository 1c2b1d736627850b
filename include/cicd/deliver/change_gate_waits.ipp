// What the gate is told of what a release waits for: where it comes FROM and since when it is healthy there,
// WINDOW, the program of GATE, and what a newer declaration asks for.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/declare/health.hpp>
#include <cicd/deliver/asked_program.hpp>
#include <cicd/deliver/change_gate.hpp>
#include <cicd/deliver/fleet_records.hpp>
#include <cicd/deliver/policy/deploy_window.hpp>
#include <cicd/deliver/policy/own_configuration.hpp>
#include <cicd/deliver/signing.hpp>
#include <cicd/deliver/ways.hpp>

namespace cicd {

namespace deliver_change_gate_waits {
namespace {

using moment = std::chrono::system_clock::time_point;

/// A commit that changes nothing of the images is where they are. `taken`: those that the environment takes.
bool has_or_is(const deployment_record& of, const std::string& commit, const published_images& taken) {
  if (of.commit == commit && !commit.empty()) return true;
  return !taken.empty() && has_images_of(of, taken);
}

/// Since when the commits are healthy by what was seen of them: nothing where the last of it is that they are
/// not.
std::optional<moment> healthy_since(const std::vector<seen_health>& seen,
                                    const std::vector<std::string>& commits) {
  std::vector<seen_health> own;
  for (const seen_health& each : seen)
    if (std::ranges::find(commits, each.commit) != commits.end()) own.push_back(each);
  std::ranges::sort(own, {}, &seen_health::since);
  std::optional<moment> since;
  for (const seen_health& each : own) {
    if (!each.is_healthy) since.reset();
    if (each.is_healthy && !since) since = each.since;
  }
  return since;
}

/// The same by the records: a deployment that came to a good end is one that was seen to be healthy.
std::optional<moment> healthy_since(const std::vector<deployment_record>& newest_first,
                                    const std::function<bool(const deployment_record&)>& is_it) {
  std::optional<moment> since;
  for (const deployment_record& each : newest_first) {
    if (!is_it(each)) continue;
    if (each.outcome == "failed") break;
    if (came_to_a_good_end(each)) since = each.when;
  }
  return since;
}

/// `VERIFY failed`; empty where it came to a good end.
std::string how_it_failed(const deployment_record& of, const environment& place) {
  if (came_to_a_good_end(of)) return {};
  if (of.outcome == "verifying") return "VERIFY has not come to an end";
  if (of.outcome == "deploying" || of.outcome == "interrupted") return "the deploy has not come to an end";
  return place.via != deploy_way::kubectl && !place.verify.empty() ? "VERIFY failed" : "the deploy failed";
}

/// How it was deployed otherwise than it is declared now; empty: it was not.
std::string configuration_difference(const deployment_record& of, const environment& place) {
  if (of.configuration == own_configuration_of(place)) return {};
  return fmt::format(
      "{}: {} of {} was deployed {}", place.name.view(), of.version, utc_text(of.when),
      of.configuration ? "before its declaration changed" : "before the configuration was recorded");
}

/// `stage: v1.2.0 of 2026-11-20T08:00:00Z: VERIFY failed`
std::string line_of(const deployment_record& of, const environment& place) {
  const std::string failed = how_it_failed(of, place);
  return fmt::format("{}: {} of {}{}{}", place.name.view(), of.version, utc_text(of.when),
                     failed.empty() ? "" : ": ", failed);
}

}  // namespace
}  // namespace deliver_change_gate_waits

// --- FROM and SOAK ---

/// Asked once in a run.
result<health_answer> change_gate::health_of_place(const declared_pipeline& pipeline,
                                                   const environment& place,
                                                   const deployment_record& there) {
  const std::string key = pipeline.declared.name.str() + "/" + place.name.str();
  {
    const std::lock_guard hold(mutex_);
    if (const auto known = health_.find(key); known != health_.end()) return known->second;
  }
  result<health_answer> answer = [&]() -> result<health_answer> {
    if (place.token)
      if (status may = may_have_secrets(pipeline, key); !may) return std::move(may).error();
    return ask_health(in_, ways_.of(place), pipeline, place, there);
  }();
  const std::lock_guard hold(mutex_);
  return health_.try_emplace(key, std::move(answer)).first->second;
}

void change_gate::keep_health(const declared_pipeline& pipeline,
                              const environment& place,
                              const seen_health& seen) {
  const std::lock_guard hold(mutex_);
  unwritten_.push_back({&pipeline, &place, seen});
}

void change_gate::add_kept_health(const declared_pipeline& pipeline,
                                  const environment& place,
                                  std::vector<seen_health>& to) {
  const std::lock_guard hold(mutex_);
  for (const unwritten_health& each : unwritten_)
    if (each.pipeline->declared.name == pipeline.declared.name && each.place->name == place.name)
      note_health(to, each.seen);
}

status change_gate::write_seen_health() {
  std::vector<unwritten_health> all;
  {
    const std::lock_guard hold(mutex_);
    all.swap(unwritten_);
  }
  status first;
  for (const unwritten_health& each : all)
    if (status written = write_health(each); !written && first) first = std::move(written);
  return first;
}

/// Remembers it where the environment's state is.
status change_gate::write_health(const unwritten_health& what) {
  return write_state(*what.pipeline, *what.place, &options_.cancelled,
                     [&](environment_state& to) { return note_health(to.health, what.seen); });
}

/// What another wrote at the same moment is read again.
status change_gate::write_state(const declared_pipeline& pipeline,
                                const environment& place,
                                const cancellation* cancelled,
                                const std::function<bool(environment_state&)>& with) {
  constexpr int most_tries = 5;
  gate_question of = question_of(change::observe, pipeline, &place);
  const result<permit> allowed = may(of, {});
  if (!allowed) return allowed.error();
  for (const open_home& open : ways_.of(place).homes_of(pipeline, place, cancelled)) {
    const result<std::unique_ptr<environment_home>> home = open();
    if (!home) return home.error();
    status written;
    for (int tries = 0; tries < most_tries; ++tries) {
      const result<seen_environment> now = (*home)->read();
      if (!now) return now.error();
      environment_state to = now->state;
      if (!with(to)) break;
      written = (*home)->write(*allowed, *now, std::move(to),
                               {who(pipeline.source_directory, around_), time_.now()});
      if (written || written.error().kind != exit_class::conflict) break;
    }
    if (!written) return written;
  }
  return {};
}

/// Also in a run that was interrupted: what it told is to be found by the next.
result<announcement> change_gate::announced_of(const declared_pipeline& pipeline, const environment& place) {
  for (const open_home& open : ways_.of(place).homes_of(pipeline, place, nullptr)) {
    const result<std::unique_ptr<environment_home>> home = open();
    if (!home) return home.error();
    const result<seen_environment> now = (*home)->read();
    if (!now) return now.error();
    return now->state.announced;
  }
  return announcement();
}

status change_gate::write_announced(const declared_pipeline& pipeline,
                                    const environment& place,
                                    const announcement& of) {
  return write_state(pipeline, place, nullptr, [&](environment_state& to) {
    if (to.announced == of) return false;
    to.announced = of;
    return true;
  });
}

/// What is remembered, and where that is not enough, what is seen now.
status change_gate::add_seen_health(const declared_pipeline& pipeline,
                                    const environment& place,
                                    const wanted_artifact& wanted,
                                    const std::vector<deployment_record>& past,
                                    place_facts& to) {
  using namespace deliver_change_gate_waits;
  const published_images taken = images_taken(wanted.images, place);
  const auto is_it = [&](const deployment_record& each) { return has_or_is(each, wanted.commit, taken); };
  std::vector<std::string> commits;
  for (const deployment_record& each : past)
    if (is_it(each)) commits.push_back(each.commit);
  const health_source source = health_source_of(place);
  std::optional<moment> since;
  std::vector<seen_health> seen;
  if (source != health_source::committed && source != health_source::none) {
    const result<deployed_release> there = ways_.of(place).look(pipeline, place, &options_.cancelled);
    if (!there) return there.error();
    seen = there->state.health;
    add_kept_health(pipeline, place, seen);
    since = healthy_since(seen, commits);
  }
  const bool is_remembered = std::ranges::any_of(seen, [&](const seen_health& each) {
    return std::ranges::find(commits, each.commit) != commits.end();
  });
  const bool knows_itself = source == health_source::committed || source == health_source::rollout;
  if (knows_itself && !is_remembered) since = healthy_since(past, is_it);
  std::string wrong_clock;
  if (since && *since > time_.now())
    wrong_clock = fmt::format(
        "{}: it was seen to be healthy at {}, which is in the future: that clock is "
        "wrong, and it counts from now",
        place.name.view(), utc_text(*since));
  const bool is_there = is_it(past.front()) && came_to_a_good_end(past.front());
  const bool asks =
      source == health_source::argocd || source == health_source::cluster || source == health_source::command;
  if (asks && is_there && (!since || wanted.soaks)) {
    const result<health_answer> answer = health_of_place(pipeline, place, past.front());
    if (!answer && !since) {
      to.unknown = answer.error();
    } else if (answer) {
      to.says = place.name.str() + ": " + answer->says;
      if (answer->is != health_answer::state::not_yet && !answer->commit.empty()) {
        const seen_health now{answer->commit, answer->is == health_answer::state::healthy, time_.now(),
                              answer->says};
        const bool is_new = note_health(seen, now);
        if (is_new && wanted.records) keep_health(pipeline, place, now);
        since = healthy_since(seen, commits);
      }
    }
  }
  to.was_healthy = since.has_value();
  if (to.was_healthy) to.says = wrong_clock;
  if (to.says.empty() && !to.was_healthy)
    to.says = place.name.str()
              + (is_there ? ": it was not seen to be healthy"
                          : ": it was replaced before it was seen to be healthy");
  to.soaked = soaked_in(spans_of(past, is_it), since, time_.now());
  return {};
}

result<change_gate::place_facts> change_gate::facts_in(const declared_pipeline& pipeline,
                                                       const environment& place,
                                                       const wanted_artifact& wanted) {
  using namespace deliver_change_gate_waits;
  constexpr std::size_t most = 200;
  const result<std::vector<deployment_record>> past = ways_.of(place).history_of(pipeline, place, most);
  if (!past) return past.error();
  const published_images taken = images_taken(wanted.images, place);
  const auto is_it = [&](const deployment_record& each) { return has_or_is(each, wanted.commit, taken); };
  place_facts facts;
  facts.line = past->empty() ? place.name.str() + ": never deployed" : line_of(past->front(), place);
  facts.was_reached = std::ranges::any_of(
      *past, [&](const deployment_record& each) { return is_it(each) && came_to_a_good_end(each); });
  const auto last = std::ranges::find_if(*past, is_it);
  if (!facts.was_reached && last != past->end()) facts.failed = line_of(*last, place);
  if (wanted.same_config && last != past->end()) {
    facts.configuration = configuration_difference(*last, place);
    facts.is_unrecorded = !last->configuration;
  }
  if (facts.was_reached)
    if (status known = add_seen_health(pipeline, place, wanted, *past, facts); !known)
      return std::move(known).error();
  return facts;
}

/// Of those of one choice the one that had it healthy for the longest time counts.
result<earlier_place> change_gate::earlier_place_of(const environment_choice& choice,
                                                    const declared_pipeline& pipeline,
                                                    const wanted_artifact& wanted) {
  earlier_place found;
  found.name = choice.text();
  std::optional<soaked_time> best;
  bool has_configuration = false;
  for (const environment& place : pipeline.declared.environments) {
    if (std::ranges::find(choice.any, place.name) == choice.any.end()) continue;
    result<place_facts> facts = facts_in(pipeline, place, wanted);
    if (!facts) return std::move(facts).error();
    found.there.push_back(std::move(facts->line));
    if (facts->was_reached && !found.was_reached) found.says = facts->says;
    if (found.failed.empty()) found.failed = std::move(facts->failed);
    found.was_reached = found.was_reached || facts->was_reached;
    found.was_healthy = found.was_healthy || facts->was_healthy;
    if (facts->unknown && !found.unknown) found.unknown = std::move(facts->unknown);
    if (facts->was_healthy && facts->configuration.empty()) has_configuration = true;
    if (facts->was_healthy && found.configuration.empty()) {
      found.configuration = facts->configuration;
      found.is_unrecorded = facts->is_unrecorded;
    }
    if (!facts->was_healthy || (best && facts->soaked.time <= best->time)) continue;
    best = facts->soaked;
    found.says = facts->says;
    found.where = place.name.str();
    found.soaked = best->time;
    found.since = best->since;
    found.replaced = best->replaced;
  }
  if (has_configuration) found.configuration.clear();
  return found;
}

status change_gate::add_from(const declared_pipeline& pipeline,
                             const environment& place,
                             const std::string& commit,
                             const std::optional<published_images>& taken,
                             bool records,
                             gate_state& to) {
  if (place.from.empty()) return {};
  result<published_images> images =
      taken ? result<published_images>(*taken) : images_published(pipeline, commit);
  if (!images) return std::move(images).error();
  const wanted_artifact wanted{commit, *std::move(images), static_cast<bool>(place.soak), place.same_config,
                               records};
  for (const environment_choice& each : place.from) {
    result<earlier_place> there = earlier_place_of(each, pipeline, wanted);
    if (!there) return std::move(there).error();
    to.from.push_back(*std::move(there));
  }
  return {};
}

// --- What the newest declaration asks for ---

/// The commit that the declaration lies in, as it is checked out; of another repository than the sources that
/// one's.
declared_at change_gate::declaration_of(const declared_pipeline& pipeline, const environment& place) {
  const git_state& own = source_.git_of(pipeline);
  key_digests keys = digests_of_keys(pipeline, place);
  for (const std::string& file : pipeline.declared_in) {
    const std::string folder = file.substr(0, file.rfind('/'));
    const git_state git = git_state_of(folder, around_);
    if (git.commit && (git.top != own.top || !source_.is_checked_out(pipeline)))
      return {place, *git.commit, committed_at(folder, *git.commit, around_), std::move(keys)};
  }
  return {place, own.commit.value_or(""), source_.commit_date(pipeline), std::move(keys)};
}

/// Whether it comes after the newest that was deployed: what is beside it in the history does not.
bool change_gate::is_newer(const declared_pipeline& pipeline,
                           const declared_at& mine,
                           const declared_gates& newest) {
  if (mine.commit.empty() || newest.commit.empty()) return true;
  if (mine.commit == newest.commit) return false;
  const std::string folder = pipeline.declared_in.empty() ? pipeline.source_directory
                                                          : pipeline.declared_in.front().substr(
                                                              0, pipeline.declared_in.front().rfind('/'));
  if (const std::optional<bool> known = is_ancestor(folder, newest.commit, mine.commit, around_))
    return *known;
  return !mine.committed || !newest.committed || *mine.committed > *newest.committed;
}

/// Only a newer declaration may ask for less, and only as it was committed.
status change_gate::add_weakened(const declared_pipeline& pipeline,
                                 const environment& place,
                                 gate_state& to) {
  if (!to.remembered) return {};
  to.weakened = weakened_in(place, *to.remembered, digests_of_keys(pipeline, place));
  if (to.weakened.empty()) return {};
  const declared_at mine = declaration_of(pipeline, place);
  const result<bool> dirty = source_.is_dirty_or_declared_so(pipeline);
  if (!dirty) return dirty.error();
  if (*dirty)
    to.weakened_by = "this checkout has uncommitted changes";
  else if (mine.commit == to.remembered->commit)
    to.weakened_by = "this build tree declares it with other values";
  else if (is_newer(pipeline, mine, *to.remembered))
    to.weakened.clear();
  else
    to.weakened_by = "this checkout is older";
  return {};
}

std::optional<declared_gates> change_gate::gates_after(const graph_step& part,
                                                       const std::optional<declared_gates>& before) {
  const graph_step& step = part.whole();
  if (step.place() == nullptr || step.is_of_branch()) return before;
  const environment& place = *step.place();
  // Without any there is nothing to ask git for.
  if (!before && !gates_of({place, {}, {}}, before)) return std::nullopt;
  const declared_at mine = declaration_of(*step.pipeline, place);
  if (before && !is_newer(*step.pipeline, mine, *before)) return before;
  const result<bool> dirty = source_.is_dirty_or_declared_so(*step.pipeline);
  return dirty && !*dirty ? gates_of(mine, before) : before;
}

// --- WINDOW and GATE ---

/// In the source folder, once in a run; what was refused before needs no answer.
program_answer change_gate::ask_program(const graph_step& step, const gate_question& of) {
  if (std::optional<program_answer> known = program_answer_of(step)) return *std::move(known);
  constexpr std::chrono::minutes limit{5};
  program_end end = ask({of.program, step.pipeline->source_directory, limit, {}, options_.masked}, around_,
                        options_.cancelled);
  program_answer answer{end.is == program_end::state::yes, std::move(end.how), std::move(end.last_lines),
                        end.is_missing};
  const std::lock_guard hold(mutex_);
  return programs_.try_emplace(step.id, std::move(answer)).first->second;
}

std::optional<program_answer> change_gate::program_answer_of(const graph_step& step) {
  const std::lock_guard hold(mutex_);
  const auto found = programs_.find(step.id);
  return found == programs_.end() ? std::nullopt : std::optional(found->second);
}

/// FROM, SOAK and WINDOW, where nothing before them refuses, then AWAIT and UPSTREAM.
status change_gate::add_waits(const declared_pipeline& pipeline,
                              const environment& place,
                              const std::string& commit,
                              const std::optional<published_images>& taken,
                              const gate_question& of,
                              bool records,
                              gate_state& to) {
  if (of.hotfix.empty() && !refusal_before(gate_rule::from, of, to)) {
    if (status known = add_from(pipeline, place, commit, taken, records, to); !known) return known;
    result<std::optional<closed_window>> closed = closed_window_of(place, to.now);
    if (!closed) return std::move(closed).error();
    to.closed = *std::move(closed);
  }
  return add_elsewhere(pipeline, place, commit, of, to);
}

/// The same of a step, and GATE where nothing before it refuses.
status change_gate::add_waits(const graph_step& step, const gate_question& of, gate_state& to) {
  const environment& place = *step.place();
  if (status known = add_weakened(*step.pipeline, place, to); !known) return known;
  const std::string commit = source_.git_of(*step.pipeline).commit.value_or("");
  if (status known = add_waits(*step.pipeline, place, commit, taken_by(step), of, !of.rehearses, to); !known)
    return known;
  if (status known = add_signatures(*step.pipeline, place, of, to); !known) return known;
  const bool asks = !of.program.empty() && of.hotfix.empty() && (!options_.rehearses || options_.ask_gates);
  if (!asks || refusal_before(gate_rule::program, of, to)) return {};
  to.program = ask_program(step, of);
  if (options_.cancelled.cancelled())
    return error{exit_class::interrupted, step.id, "interrupted during GATE", {}, {}};
  if (to.program->is_missing)
    return no_such_program(step.id, *step.pipeline, "environment." + place.name.str() + ".gate", of.program,
                           to.program->how);
  return {};
}

/// Who may act is no matter of what is changed: it is asked of each change that is begun, and of none that is
/// finished.
status change_gate::check_may_act(const graph_step& step) const {
  status acts = options_.may_act && !options_.rehearses ? options_.may_act() : status();
  if (acts) return acts;
  error why = std::move(acts).error();
  why.subject = step.id;
  return why;
}

status change_gate::may_go_on(const graph_step& part) {
  const graph_step& step = part.whole();
  if (status acts = check_may_act(step); !acts) return acts;
  gate_question of = question_of(step);
  if (status known = add_sources(step, of); !known) return known;
  if (status known = add_remotes(of); !known) return known;
  return cicd::may_begin(of);
}

/// What was shown and saved is what is deployed, and nothing else.
status change_gate::check_saved_plan(const graph_step& step, const std::string& approval) const {
  const auto& all = options_.saved_plans;
  const auto saved = all.find(step.id + "@");
  if (saved != all.end() && saved->second == approval) return {};
  if (saved == all.end()) {
    // Of each cluster its way compares what it writes.
    const auto of_cluster = all.lower_bound(step.id + "@");
    const bool is_of_cluster = of_cluster != all.end() && of_cluster->first.starts_with(step.id + "@");
    if (all.empty() || step.kind() != step_kind::deploy || is_of_cluster) return {};
    return error{exit_class::policy,
                 step.id,
                 step.part_of == nullptr ? "the saved plan says nothing of this environment"
                                         : "the saved plan says nothing of this part",
                 step.place()->name.str(),
                 {{"try", "make the plan again, look at it, and deploy that one"}}};
  }
  return error{exit_class::policy,
               step.id,
               saved->second.empty() ? "the saved plan has nothing to deploy, and now there is something"
                                     : "what would be deployed is no longer what the saved plan was made of",
               approval.substr(0, 12),
               {{"try", "make the plan again, look at it, and deploy that one"}}};
}

}  // namespace cicd
