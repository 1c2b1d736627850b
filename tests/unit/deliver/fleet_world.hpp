// A small world of environments, for the properties of fleet_actions: what is built, yanked, held and
// deployed in it is known, it is observed as the loop observes a real one, and an action can be applied to
// it.
#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <cicd/deliver/policy/deploy_window.hpp>
#include <cicd/deliver/policy/fleet_actions.hpp>

namespace cicd::fleet_world {

using moment = std::chrono::system_clock::time_point;

/// A commit of a branch; commits are numbers, a higher one is newer.
struct commit {
  bool is_built = true, is_yanked = false;
};

struct place {
  std::string name;
  std::vector<std::size_t> from{};  ///< places before it; none: it follows the branch
  std::chrono::milliseconds soak{};
  environment windows{};  ///< WINDOW and TIME_ZONE
  bool is_held = false, is_reachable = true;
  /// What was deployed there, the newest last; `lost`: nobody knows any more.
  struct deployment {
    std::size_t commit;
    moment when;
  };
  std::vector<deployment> past{};
  bool is_lost = false;

  std::optional<std::size_t> there() const {
    return past.empty() || is_lost ? std::nullopt : std::optional(past.back().commit);
  }
};

/// One pipeline: a place comes FROM places before it in the list only.
struct world {
  std::string name = "orders";
  std::vector<commit> commits;
  std::vector<place> places;

  /// The longest way from the branch.
  std::size_t depth() const {
    std::vector<std::size_t> of(places.size(), 1);
    for (std::size_t at = 0; at < places.size(); ++at)
      for (const std::size_t from : places[at].from) of[at] = std::max(of[at], of[from] + 1);
    return of.empty() ? 0 : *std::ranges::max_element(of);
  }
};

inline std::string id_of(std::size_t commit) {
  std::string digits = std::to_string(commit + 1);
  return std::string(40 - digits.size(), 'a') + digits;
}

/// Of all the time in which it was what the place has.
inline std::chrono::milliseconds soaked(const place& in, std::size_t commit, moment now) {
  std::chrono::milliseconds all{};
  for (std::size_t at = 0; at < in.past.size(); ++at)
    if (in.past[at].commit == commit)
      all += std::chrono::duration_cast<std::chrono::milliseconds>(
          (at + 1 < in.past.size() ? in.past[at + 1].when : now) - in.past[at].when);
  return all;
}

inline bool had(const place& in, std::size_t commit) {
  return !in.is_lost && std::ranges::any_of(in.past, [&](const auto& each) { return each.commit == commit; });
}

inline earlier_place seen_in(const place& in, std::size_t commit, moment now) {
  earlier_place seen;
  seen.name = seen.where = in.name;
  seen.was_reached = seen.was_healthy = had(in, commit);
  if (!seen.was_reached) return seen;
  seen.soaked = soaked(in, commit, now);
  const auto first = std::ranges::find(in.past, commit, &place::deployment::commit);
  seen.since = first->when;
  if (in.past.back().commit != commit) seen.replaced = in.past.back().when;
  return seen;
}

inline fleet_candidate candidate_of(const world& of, const place& in, std::size_t commit, moment now) {
  fleet_candidate made;
  made.commit = id_of(commit);
  made.reasons = {"it is newer"};
  made.is_built = of.commits[commit].is_built;
  made.asked.subject = of.name + ".deploy-" + in.name;
  made.asked.pipeline = of.name;
  made.asked.environment = in.name;
  made.asked.is_by_hand = made.asked.rehearses = made.asked.takes_dirty = true;
  made.asked.soak = in.soak;
  source_facts own;
  own.git.repository = true;
  own.git.commit = made.commit;
  made.asked.sources.push_back(std::move(own));
  made.facts.now = now;
  made.facts.version = made.facts.commit = made.commit;
  if (in.is_held) made.facts.hold = deployment_hold{"ada", "no", "", now};
  if (of.commits[commit].is_yanked) {
    made.facts.mark.emplace();
    made.facts.mark->commit = made.commit;
  }
  for (const std::size_t from : in.from) made.facts.from.push_back(seen_in(of.places[from], commit, now));
  if (const auto closed = closed_window_of(in.windows, now); closed && *closed) made.facts.closed = **closed;
  return made;
}

/// The newest first.
inline std::vector<std::size_t> newer_than_there(const world& of, const place& in) {
  std::set<std::size_t, std::greater<>> all;
  if (in.from.empty())
    for (std::size_t at = 0; at < of.commits.size(); ++at) all.insert(at);
  for (const std::size_t from : in.from)
    if (!of.places[from].is_lost)
      for (const auto& each : of.places[from].past) all.insert(each.commit);
  std::vector<std::size_t> newer;
  for (const std::size_t each : all)
    if (!in.there() || each > *in.there()) newer.push_back(each);
  return newer;
}

inline std::vector<fleet_target> observed(const world& of, moment now) {
  std::vector<fleet_target> seen;
  for (const place& each : of.places) {
    fleet_target made{.pipeline = of.name, .environment = each.name};
    if (each.there()) made.runs = id_of(*each.there()).substr(0, 7);
    if (!each.is_reachable) made.unknown = error{exit_class::remote, {}, "no answer", {}, {}};
    // Of one that could not be read whole, what was read before is there.
    for (const std::size_t commit : newer_than_there(of, each))
      made.candidates.push_back(candidate_of(of, each, commit, now));
    made.times = deploy_times_of(each.windows, now);
    seen.push_back(std::move(made));
  }
  return seen;
}

inline std::vector<fleet_action> actions_in(const world& of, moment now) {
  return actions_for(observed(of, now), now);
}

/// Only a deploy changes anything.
inline void apply(const fleet_action& what, world& to, moment now) {
  if (what.is != fleet_step::deploy) return;
  const auto in = std::ranges::find(to.places, what.environment, &place::name);
  for (std::size_t at = 0; at < to.commits.size(); ++at)
    if (id_of(at) == what.commit) {
      if (in->is_lost) in->past.clear();
      in->is_lost = false;
      in->past.push_back({at, now});
    }
}

/// Passes until nothing may go any more; how many deployed something.
inline std::size_t settle(world& of, moment now) {
  for (std::size_t passes = 0;; ++passes) {
    const std::vector<fleet_action> actions = actions_in(of, now);
    if (std::ranges::none_of(actions, [](const auto& each) { return each.is == fleet_step::deploy; }))
      return passes;
    if (passes > 100) return passes;
    for (const fleet_action& each : actions) apply(each, of, now);
  }
}

/// What each place has.
inline std::vector<std::optional<std::size_t>> there_in(const world& of) {
  std::vector<std::optional<std::size_t>> all;
  for (const place& each : of.places) all.push_back(each.there());
  return all;
}

}  // namespace cicd::fleet_world
