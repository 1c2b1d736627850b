// Asks side by side, and puts together what each target could take. See fleet.hpp.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <set>

#include <fmt/format.h>

#include <cicd/base/glob.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/artifacts.hpp>
#include <cicd/deliver/fleet.hpp>
#include <cicd/deliver/fleet_candidates.hpp>
#include <cicd/deliver/fleet_records.hpp>
#include <cicd/deliver/fleet_sources.hpp>
#include <cicd/deliver/policy/declared_question.hpp>
#include <cicd/deliver/policy/deploy_window.hpp>
#include <cicd/deliver/policy/own_configuration.hpp>
#include <cicd/deliver/policy/remote_place.hpp>
#include <cicd/deliver/policy/soak.hpp>
#include <cicd/deliver/source_clone.hpp>
#include <cicd/observe/commit_graph.hpp>
#include <cicd/observe/git_commits.hpp>
#include <cicd/observe/git_program.hpp>
#include <cicd/system/in_parallel.hpp>

namespace cicd {

namespace deliver_fleet {
namespace {

class observer {
 public:
  observer(const fleet_question& of,
           delivery& with,
           const workspace& where,
           const surroundings& around,
           const clock& time,
           const cancellation& cancelled)
      : of_(of),
        with_(with),
        where_(where),
        around_(around),
        time_(time),
        cancelled_(cancelled),
        targets_(of.places.size()),
        there_(of.places.size()),
        sources_(of, with, around, cancelled),
        candidates_(of, with, around, sources_, there_) {}

  std::vector<fleet_target> targets() && {
    if (sources_.has_clones()) sources_.ask();  // before what asks a clone of them
    (void)in_parallel(2, 2, [&](std::size_t which) -> status {
      if (which == 0) look_at_places();
      if (which == 1 && !sources_.has_clones()) sources_.ask();
      return {};
    });
    (void)in_parallel(fleet_sources::asked_at_once, targets_.size(), [&](std::size_t at) -> status {
      if (status known = complete(at); !known) targets_[at].unknown = std::move(known).error();
      return {};  // what fails is said of its target, and ends no other
    });
    return std::move(targets_);
  }

 private:
  const declared_pipeline& pipeline(std::size_t at) const { return of_.places[at].pipeline; }
  const environment& place(std::size_t at) const { return of_.places[at].place; }

  void look_at_places() {
    std::map<const way*, std::vector<std::size_t>> by_way;
    for (std::size_t at = 0; at < targets_.size(); ++at) {
      targets_[at].pipeline = pipeline(at).declared.name.str();
      targets_[at].environment = place(at).name.str();
      by_way[&with_.way_of(place(at))].push_back(at);
    }
    std::vector<std::pair<const way*, std::vector<std::size_t>>> all(by_way.begin(), by_way.end());
    (void)in_parallel(fleet_sources::asked_at_once, all.size(), [&](std::size_t which) -> status {
      const auto& [way, members] = all[which];
      std::vector<deploy_place> places;
      for (const std::size_t at : members) places.push_back(of_.places[at]);
      auto seen = way->look_at_all(places, &cancelled_);
      for (std::size_t at = 0; at < members.size(); ++at) {
        if (!seen[at])
          targets_[members[at]].unknown = std::move(seen[at]).error();
        else
          there_[members[at]] = *std::move(seen[at]);
      }
      return {};
    });
  }

  // --- What could come ---

  status complete(std::size_t at) {
    fleet_target& to = targets_[at];
    if (to.unknown) return {};
    const deployed_release& there = *there_[at];
    if (there.record) to.runs = runs_text(*there.record);
    if (there.under_way) to.deploying = deploying_text(*there.under_way);
    if (!pipeline(at).has_artifacts()) {
      to.left = "the pipeline has no image, no zip and no files, so that there is no artifact to take";
      return {};
    }
    if (pipeline(at).is_elsewhere())
      if (const result<source_refs>& refs = sources_.refs_of(at); !refs) return refs.error();
    result<fleet_candidates::found> all = candidates_.of(at);
    if (!all) return std::move(all).error();
    std::vector<fleet_candidate>& found = all->newest_first;
    if (all->is_cut && !found.empty())
      to.older = fmt::format("the {} newest are looked at, and there are older ones", found.size());
    add_unfinished(at, found);
    add_configured(at, found);
    if (found.empty()) return {};
    const auto proposal =
        with_.way_of(place(at)).proposal_in(pipeline(at), place(at), there.record, &cancelled_);
    if (!proposal) return proposal.error();
    for (fleet_candidate& each : found) {
      if (*proposal && (*proposal)->record.commit == each.commit)
        each.proposed = (*proposal)->link.empty() ? (*proposal)->branch : (*proposal)->link;
      result<std::optional<stored_artifact>> artifact = artifact_of(at, each.commit);
      if (!artifact) return artifact.error();
      each.is_built = artifact->has_value();
      if (!each.is_built)
        if (status known = add_built(at, each, *artifact); !known) return known;
      const result<bool> news = add_news(at, *artifact, each);
      if (!news) return news.error();
      if (!*news) break;  // what is older than what is there in effect is not wanted either
      if (status known = add_facts(at, each); !known) return known;
      to.candidates.push_back(std::move(each));
      if (may_go(to.candidates.back(), time_.now())) return {};
    }
    if (!to.candidates.empty()) to.times = deploy_times_of(place(at), time_.now());
    return {};
  }

  /// What is there, where its deploy failed or was interrupted.
  void add_unfinished(std::size_t at, std::vector<fleet_candidate>& to) const {
    const auto& record = there_[at]->record;
    if (!record || record->commit.empty() || record->dirty || came_to_a_good_end(*record)) return;
    to.push_back(
        {.commit = record->commit, .tag = record->tag, .reasons = {"its deploy has not come to an end"}});
    if (record->outcome == "failed") to.back().failed = "the deploy, or what VERIFY looks at";
  }

  /// The environment declares what is deployed there otherwise than it was.
  bool is_configured_anew(std::size_t at) const {
    const auto& record = there_[at]->record;
    return record && !has_configuration(*record, own_configuration_of(place(at)));
  }

  std::string configured_anew(std::size_t at) const {
    return fmt::format("{} is declared otherwise than it was deployed", place(at).name.view());
  }

  /// What is there, to be deployed as it is declared now.
  void add_configured(std::size_t at, std::vector<fleet_candidate>& to) const {
    const auto& record = there_[at]->record;
    if (!is_configured_anew(at) || record->commit.empty() || record->dirty || !came_to_a_good_end(*record))
      return;
    if (place(at).pin.empty() || to.empty())  // a PIN has no other
      to.push_back({.commit = record->commit,
                    .tag = record->tag,
                    .branch = record->branch,
                    .reasons = {configured_anew(at)}});
  }

  /// What changes beside the commit, as reasons. False: nothing does, so that it is there in effect.
  result<bool> add_news(std::size_t at, const std::optional<stored_artifact>& artifact, fleet_candidate& to) {
    const auto& record = there_[at]->record;
    if (!record || !artifact || record->dirty || !came_to_a_good_end(*record)) return true;
    const bool is_configured = is_configured_anew(at);
    if (to.commit == record->commit) return is_configured || to.tag != record->tag;
    if (is_configured) to.reasons.push_back(configured_anew(at));
    const result<std::optional<stored_artifact>> there = artifact_of(at, record->commit);
    if (!there) return there.error();
    const bool is_declared_anew = *there && (*there)->record.bundle != artifact->record.bundle;
    if (is_declared_anew)
      to.reasons.push_back(
          fmt::format("its services are declared otherwise than in {}", record->commit.substr(0, 7)));
    return is_configured || is_declared_anew || !*there || to.tag != record->tag
           || !has_images_of(*record, images_taken(artifact->record.images, place(at)));
  }

  result<std::optional<stored_artifact>> artifact_of(std::size_t at, const std::string& commit) const {
    const result<artifact_store> store = artifacts_of(pipeline(at), where_, around_, cancelled_);
    if (!store) return store.error();
    return store->read(commit);
  }

  /// Empty: it did not fail there. A rollout that was rolled back is no more than seen to be unhealthy.
  std::string how_it_failed(std::size_t at, const std::string& commit) const {
    std::string how;
    for (const seen_health& each : there_[at]->state.health)
      if (each.commit == commit)
        how = each.is_healthy ? "" : each.says.empty() ? "it was not healthy" : each.says;
    return how;
  }

  /// What failed there before it was recorded, as it is declared now.
  void add_unrecorded(std::size_t at, fleet_candidate& to) const {
    const std::optional<unrecorded_failure>& failed = there_[at]->state.announced.unrecorded;
    if (!failed || failed->commit != to.commit
        || failed->configuration != hex(own_configuration_of(place(at))))
      return;
    to.failed = failed->says;
    to.tried_again = failed->when + pause_after(failed->times);
  }

  /// Where a rollback took it away before it could come here; empty: nowhere.
  result<std::string> put_back_in(std::size_t at, const std::string& commit) {
    for (const environment* each : candidates_.places_before(at)) {
      const auto past = candidates_.history_in(at, *each);
      if (!past) return past.error();
      if (was_put_back(*past, commit)) return each->name.str();
    }
    return std::string();
  }

  // --- What the gate is told ---

  status add_facts(std::size_t at, fleet_candidate& to) {
    if (status here = candidates_.check_here(at, to.reasons.front(), to.commit); !here) return here;
    if (!to.is_built) return {};
    if (to.failed.empty()) to.failed = how_it_failed(at, to.commit);
    if (to.failed.empty()) add_unrecorded(at, to);
    const result<std::string> put_back = put_back_in(at, to.commit);
    if (!put_back) return put_back.error();
    if (!put_back->empty()) to.failed = "a rollback took it away from " + *put_back;
    auto facts = with_.gate().facts_of_release(pipeline(at), place(at), to.tag, to.commit, *there_[at],
                                               {.is_by_hand = true, .records = of_.records});
    if (!facts) return std::move(facts).error();
    to.asked = std::move(facts->asked);
    to.facts = std::move(facts->state);
    add_reasons_elsewhere(to);
    return {};
  }

  /// What a job elsewhere made of it, as the artifact that it is to become.
  status add_built(std::size_t at, fleet_candidate& to, std::optional<stored_artifact>& artifact) {
    if (!pipeline(at).is_elsewhere() || pipeline(at).is_declared_elsewhere()) return {};
    if (status here = candidates_.check_here(at, to.reasons.front(), to.commit); !here) return here;
    result<built_elsewhere> built = with_.what_was_built(pipeline(at), to.commit);
    if (!built) return std::move(built).error();
    to.is_built = built->made.has_value();
    to.missing = displayable(built->missing);
    to.reasons.insert(to.reasons.end(), built->reasons.begin(), built->reasons.end());
    artifact = std::move(built->made);
    return {};
  }

  const fleet_question& of_;
  delivery& with_;
  const workspace& where_;
  const surroundings& around_;
  const clock& time_;
  const cancellation& cancelled_;
  std::vector<fleet_target> targets_;
  std::vector<std::optional<deployed_release>> there_;  ///< nothing: it could not be read
  fleet_sources sources_;
  fleet_candidates candidates_;
};

}  // namespace
}  // namespace deliver_fleet

std::vector<fleet_target> observe_fleet(const fleet_question& of,
                                        delivery& with,
                                        const workspace& where,
                                        const surroundings& around,
                                        const clock& time,
                                        const cancellation& cancelled) {
  return deliver_fleet::observer(of, with, where, around, time, cancelled).targets();
}

}  // namespace cicd
