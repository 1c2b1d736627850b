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

constexpr std::size_t most_candidates = 20, most_records = 50;

std::string short_of(const std::string& commit) {
  return commit.substr(0, 7);
}

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
        sources_(of, with, around, cancelled) {}

  std::vector<fleet_target> targets() && {
    for (std::size_t at = 0; at < targets_.size(); ++at) where_is_[{&pipeline(at), &place(at)}] = at;
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
    result<std::vector<fleet_candidate>> found = candidates(at);
    if (!found) return std::move(found).error();
    if (found->size() > most_candidates) found->resize(most_candidates);
    add_unfinished(at, *found);
    add_configured(at, *found);
    if (found->empty()) return {};
    const auto proposal =
        with_.way_of(place(at)).proposal_in(pipeline(at), place(at), there.record, &cancelled_);
    if (!proposal) return proposal.error();
    for (fleet_candidate& each : *found) {
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

  result<std::vector<fleet_candidate>> candidates(std::size_t at) {
    const environment& of = place(at);
    if (!of.pin.empty()) return by_pin(at);
    if (of.on.kind == ref_kind::none) return by_from(at);
    const result<source_refs>& refs = sources_.refs_of(at);
    if (!refs) return refs.error();
    return of.on.kind == ref_kind::tag ? by_tags(at, *refs) : by_branches(at, *refs);
  }

  /// The one that PIN names, also where it is older than the one that is there. A tag is the remote's.
  result<std::vector<fleet_candidate>> by_pin(std::size_t at) const {
    const std::string pin = place(at).pin.str();
    const bool is_commit = pins_commit(place(at));
    const result<source_refs>& refs = sources_.refs_of(at);
    if (!refs) return refs.error();
    const auto tag = refs->tags.find(pin);
    if (!is_commit && tag == refs->tags.end()) return no_such_tag(at, *refs);
    const std::string commit = is_commit ? pin : tag->second;
    if (commit == commit_there(at)) return std::vector<fleet_candidate>{};
    return std::vector<fleet_candidate>{
        {.commit = commit, .tag = is_commit ? std::string() : pin, .reasons = {"PIN " + displayable(pin)}}};
  }

  error no_such_tag(std::size_t at, const source_refs& refs) const {
    std::vector<std::string> names;
    for (const auto& [name, commit] : refs.tags) names.push_back(name);
    return with_origin(error{exit_class::usage,
                             targets_[at].pipeline + "/" + targets_[at].environment,
                             "PIN: the repository of the sources has no such tag",
                             displayable(place(at).pin.view()),
                             {}}
                           .with("did you mean", nearest(place(at).pin.view(), names).value_or(""))
                           .with("allowed", "a tag that was pushed, or the 40 digits of a commit"),
                       pipeline(at), "environment." + place(at).name.str() + ".pin");
  }

  std::string commit_there(std::size_t at) const {
    return there_[at]->record ? there_[at]->record->commit : std::string();
  }

  error not_here(std::size_t at, const std::string& what, const std::string& commit) const {
    return {exit_class::usage,
            pipeline(at).declared.name.str() + "/" + place(at).name.str(),
            "a commit of the remote repository is not in this clone",
            fmt::format("{}: {}", displayable(what), short_of(commit)),
            {{"try", "git fetch --tags"}}};
  }

  bool is_here(std::size_t at, const std::string& commit) const {
    return !first_parents(pipeline(at).repository(), commit, 1, around_).empty();
  }

  /// Higher than the one that is there, the highest first; without an order the newest commits first.
  result<std::vector<fleet_candidate>> by_tags(std::size_t at, const source_refs& refs) {
    const trigger& on = place(at).on;
    const tag_order order = tag_order::of(on.pattern, versions_of(pipeline(at).declared));
    const std::string here = there_[at]->record ? there_[at]->record->tag : std::string();
    std::vector<fleet_candidate> found;
    for (const auto& [tag, commit] : refs.tags) {
      if (!ref_matches(on.pattern.view(), tag) || tag == here) continue;
      const auto compared = order.compare(tag, here);
      if (compared ? *compared < 0 : commit == commit_there(at)) continue;
      found.push_back({.commit = commit, .tag = tag, .reasons = {fmt::format("tag {}", displayable(tag))}});
    }
    if (order.rule == version_rule::none) {
      if (status sorted = sort_by_age(at, found); !sorted) return std::move(sorted).error();
    } else {
      std::ranges::stable_sort(found, [&](const fleet_candidate& one, const fleet_candidate& other) {
        const auto compared = order.compare(one.tag, other.tag);
        return compared ? *compared > 0 : order.has(one.tag) && !order.has(other.tag);
      });
    }
    if (found.size() > most_candidates) found.resize(most_candidates);
    std::erase_if(found, [&](const fleet_candidate& each) {
      return !order.compare(each.tag, here) && is_no_newer(at, each.commit);
    });
    return found;
  }

  /// Tags that this clone lacks come first: they may be the newest.
  status sort_by_age(std::size_t at, std::vector<fleet_candidate>& tags) const {
    const auto layout = observing::git_layout_of(pipeline(at).repository());
    if (!layout || tags.size() < 2) return {};
    commit_graph::request what;
    what.with_tags = true;
    const result<commit_graph> graph = commit_graph::read(layout->top, what, around_);
    if (!graph) return graph.error();
    std::map<std::string, std::size_t> age;
    for (const commit_graph::tag& each : graph->tags()) age.emplace(each.name, age.size() + 1);
    const auto age_of = [&](const fleet_candidate& each) {
      const auto known = age.find(each.tag);
      return known == age.end() ? 0U : known->second;
    };
    std::ranges::stable_sort(tags,
                             [&](const auto& one, const auto& other) { return age_of(one) < age_of(other); });
    return {};
  }

  /// What is there, or older than it: by history, and where the two have parted by their dates.
  bool is_no_newer(std::size_t at, const std::string& commit) const {
    const auto& record = there_[at]->record;
    if (!record || record->commit.empty()) return false;
    const std::string& folder = pipeline(at).repository();
    if (record->commit == commit || is_ancestor(folder, commit, record->commit, around_) == true) return true;
    if (is_ancestor(folder, record->commit, commit, around_) == true) return false;
    const auto when = committed_at(folder, commit, around_);
    return record->committed && when && *when < *record->committed;
  }

  using moment = std::chrono::system_clock::time_point;

  /// No commit of a line is older than one before it: a machine's clock may have been wrong.
  static std::vector<moment> dates_of(const std::vector<past_commit>& newest_first) {
    std::vector<moment> dates(newest_first.size());
    moment latest = moment::min();
    for (std::size_t at = newest_first.size(); at-- > 0;)
      dates[at] = latest = std::max(latest, newest_first[at].when);
    return dates;
  }

  /// The commits of the branches back to the one that is there, the newest first.
  result<std::vector<fleet_candidate>> by_branches(std::size_t at, const source_refs& refs) {
    const auto& record = there_[at]->record;
    std::vector<std::pair<moment, fleet_candidate>> found;
    for (const auto& [branch, tip] : refs.branches) {
      if (!ref_matches(place(at).on.pattern.view(), branch) || tip == commit_there(at)) continue;
      const std::vector<past_commit> past =
          first_parents(pipeline(at).repository(), tip, most_candidates, around_);
      if (past.empty()) return not_here(at, "branch " + branch, tip);
      // What comes after a commit is newer, whatever the dates say; these count where histories have parted.
      const bool goes_on = record && !record->commit.empty()
                           && is_ancestor(pipeline(at).repository(), record->commit, tip, around_) == true;
      const auto newest_first = dates_of(past);
      for (std::size_t which = 0; which < past.size(); ++which) {
        const past_commit& each = past[which];
        const bool is_before = !goes_on && record && record->committed && each.when < *record->committed;
        if (each.id == commit_there(at) || is_before) break;
        const std::string how = each.id == tip ? "is at" : "has";
        found.emplace_back(
            newest_first[which],
            fleet_candidate{.commit = each.id,
                            .branch = branch,
                            .reasons = {fmt::format("{} {} {}", displayable(branch), how, each.short_id())}});
      }
    }
    std::ranges::stable_sort(found,
                             [](const auto& one, const auto& other) { return one.first > other.first; });
    std::vector<fleet_candidate> candidates;
    for (auto& [when, each] : found)
      if (std::ranges::find(candidates, each.commit, &fleet_candidate::commit) == candidates.end())
        candidates.push_back(std::move(each));
    return candidates;
  }

  /// The environments that it comes FROM.
  std::vector<const environment*> places_before(std::size_t at) const {
    std::vector<const environment*> all;
    for (const environment& each : pipeline(at).declared.environments)
      if (std::ranges::any_of(place(at).from, [&](const environment_choice& choice) {
            return std::ranges::find(choice.any, each.name) != choice.any.end();
          }))
        all.push_back(&each);
    return all;
  }

  /// What is there, as this look saw it; nothing where it is no target, or could not be read.
  const deployed_release* seen_in(std::size_t at, const environment& of) const {
    const auto found = where_is_.find({&pipeline(at), &of});
    return found != where_is_.end() && there_[found->second] ? &*there_[found->second] : nullptr;
  }

  /// Where each of them has what is there their histories, which it takes long to read, have nothing newer.
  bool are_all_as_here(std::size_t at, const std::vector<const environment*>& before) const {
    const std::string here = commit_there(at);
    return std::ranges::all_of(before, [&](const environment* each) {
      const deployed_release* there = seen_in(at, *each);
      return there != nullptr && (!there->record || there->record->commit == here);
    });
  }

  /// What was deployed to the environments that it comes FROM, since what is there.
  result<std::vector<fleet_candidate>> by_from(std::size_t at) {
    const std::vector<const environment*> before = places_before(at);
    if (are_all_as_here(at, before)) return std::vector<fleet_candidate>{};
    std::vector<std::pair<const environment*, deployment_record>> past;
    for (const environment* each : before) {
      const auto records = history_in(at, *each);
      if (!records) return records.error();
      for (const deployment_record& record : *records) past.emplace_back(each, record);
    }
    std::ranges::stable_sort(
        past, [](const auto& one, const auto& other) { return one.second.when > other.second.when; });
    std::vector<fleet_candidate> found;
    for (const auto& [from, record] : past) {
      if (record.commit.empty() || record.dirty) continue;
      if (record.commit == commit_there(at)) break;
      if (is_no_newer(at, record.commit)) continue;
      if (std::ranges::find(found, record.commit, &fleet_candidate::commit) != found.end()) continue;
      found.push_back({.commit = record.commit,
                       .reasons = {fmt::format("{} has {}", from->name.view(), short_of(record.commit))}});
    }
    return found;
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
          fmt::format("its services are declared otherwise than in {}", short_of(record->commit)));
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

  /// What was deployed to an environment before, asked once.
  result<std::vector<deployment_record>> history_in(std::size_t at, const environment& of) {
    const std::pair key(&pipeline(at), &of);
    {
      const std::lock_guard hold(mutex_);
      if (const auto known = histories_.find(key); known != histories_.end()) return known->second;
    }
    auto past = with_.way_of(of).history_of(pipeline(at), of, most_records);
    const std::lock_guard hold(mutex_);
    return histories_.try_emplace(key, std::move(past)).first->second;
  }

  /// Where a rollback took it away before it could come here; empty: nowhere.
  result<std::string> put_back_in(std::size_t at, const std::string& commit) {
    for (const environment* each : places_before(at)) {
      const auto past = history_in(at, *each);
      if (!past) return past.error();
      if (was_put_back(*past, commit)) return each->name.str();
    }
    return std::string();
  }

  // --- What the gate is told ---

  status add_facts(std::size_t at, fleet_candidate& to) {
    if (!is_here(at, to.commit)) return not_here(at, to.reasons.front(), to.commit);
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
    if (!is_here(at, to.commit)) return not_here(at, to.reasons.front(), to.commit);
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
  std::map<std::pair<const declared_pipeline*, const environment*>, std::size_t> where_is_;  ///< its index
  fleet_sources sources_;
  std::mutex mutex_;  ///< never held while anybody is asked
  std::map<std::pair<const declared_pipeline*, const environment*>, result<std::vector<deployment_record>>>
      histories_;
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
