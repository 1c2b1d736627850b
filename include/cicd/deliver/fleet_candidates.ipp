// Refs and records as candidates, the newest first. See fleet_candidates.hpp.
#pragma once

#include <cicd/deliver/fleet_candidates.hpp>

#include <algorithm>
#include <chrono>
#include <set>

#include <fmt/format.h>

#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/policy/declared_question.hpp>
#include <cicd/observe/commit_graph.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/observe/git_commits.hpp>
#include <cicd/observe/git_program.hpp>

namespace cicd {

namespace deliver_fleet_candidates {
namespace {

using moment = std::chrono::system_clock::time_point;

/// No commit of a line is older than one before it: a machine's clock may have been wrong.
std::vector<moment> dates_of(const std::vector<past_commit>& newest_first) {
  std::vector<moment> dates(newest_first.size());
  moment latest = moment::min();
  for (std::size_t at = newest_first.size(); at-- > 0;)
    dates[at] = latest = std::max(latest, newest_first[at].when);
  return dates;
}

bool has(const std::vector<fleet_candidate>& all, const std::string& commit) {
  return std::ranges::find(all, commit, &fleet_candidate::commit) != all.end();
}

/// What `git rev-list` lists; nothing where it lacks one of the commits.
std::optional<std::set<std::string>> listed(const std::string& folder,
                                            std::vector<std::string> words,
                                            const std::vector<fleet_candidate>& of,
                                            const surroundings& around) {
  words.insert(words.begin(), "rev-list");
  for (const fleet_candidate& each : of) words.push_back(each.commit);
  const captured printed = observing::ask_git(folder, std::move(words), around);
  if (!printed.end.good()) return std::nullopt;
  const std::vector<std::string> lines = split(printed.out, '\n');
  return std::set<std::string>(lines.begin(), lines.end());
}

}  // namespace
}  // namespace deliver_fleet_candidates

fleet_candidates::fleet_candidates(const fleet_question& of,
                                   delivery& with,
                                   const surroundings& around,
                                   const fleet_sources& sources,
                                   const seen_there& there)
    : of_(of), with_(with), around_(around), sources_(sources), there_(there) {
  for (std::size_t at = 0; at < of_.places.size(); ++at) where_is_[{&pipeline(at), &place(at)}] = at;
}

result<fleet_candidates::found> fleet_candidates::of(std::size_t at) {
  const environment& of = place(at);
  result<found> all = [&]() -> result<found> {
    if (!of.pin.empty()) return by_pin(at);
    if (of.on.kind == ref_kind::none) return by_from(at);
    const result<source_refs>& refs = sources_.refs_of(at);
    if (!refs) return refs.error();
    return of.on.kind == ref_kind::tag ? by_tags(at, *refs) : by_branches(at, *refs);
  }();
  if (all && all->newest_first.size() > most) {
    all->newest_first.resize(most);
    all->is_cut = true;
  }
  return all;
}

std::string fleet_candidates::commit_there(std::size_t at) const {
  return there_[at]->record ? there_[at]->record->commit : std::string();
}

error fleet_candidates::not_here(std::size_t at, const std::string& what, const std::string& commit) const {
  return {exit_class::usage,
          pipeline(at).declared.name.str() + "/" + place(at).name.str(),
          "a commit of the remote repository is not in this clone",
          fmt::format("{}: {}", displayable(what), commit.substr(0, 7)),
          {{"try", "git fetch --tags"}}};
}

status fleet_candidates::check_here(std::size_t at,
                                    const std::string& what,
                                    const std::string& commit) const {
  if (!first_parents(pipeline(at).repository(), commit, 1, around_).empty()) return {};
  return not_here(at, what, commit);
}

/// The one that PIN names, also where it is older than the one that is there. A tag is the remote's.
result<fleet_candidates::found> fleet_candidates::by_pin(std::size_t at) const {
  const std::string pin = place(at).pin.str();
  const bool is_commit = pins_commit(place(at));
  const result<source_refs>& refs = sources_.refs_of(at);
  if (!refs) return refs.error();
  const auto tag = refs->tags.find(pin);
  if (!is_commit && tag == refs->tags.end()) return no_such_tag(at, *refs);
  const std::string commit = is_commit ? pin : tag->second;
  if (commit == commit_there(at)) return found{};
  return found{
      {{.commit = commit, .tag = is_commit ? std::string() : pin, .reasons = {"PIN " + displayable(pin)}}}};
}

error fleet_candidates::no_such_tag(std::size_t at, const source_refs& refs) const {
  std::vector<std::string> names;
  for (const auto& [name, commit] : refs.tags) names.push_back(name);
  return with_origin(error{exit_class::usage,
                           pipeline(at).declared.name.str() + "/" + place(at).name.str(),
                           "PIN: the repository of the sources has no such tag",
                           displayable(place(at).pin.view()),
                           {}}
                         .with("did you mean", nearest(place(at).pin.view(), names).value_or(""))
                         .with("allowed", "a tag that was pushed, or the 40 digits of a commit"),
                     pipeline(at), "environment." + place(at).name.str() + ".pin");
}

/// Higher than the one that is there, the highest first; without an order the newest commits first.
result<fleet_candidates::found> fleet_candidates::by_tags(std::size_t at, const source_refs& refs) const {
  const trigger& on = place(at).on;
  const tag_order order = tag_order::of(on.pattern, versions_of(pipeline(at).declared));
  const std::string here = there_[at]->record ? there_[at]->record->tag : std::string();
  found all;
  std::vector<fleet_candidate>& tags = all.newest_first;
  for (const auto& [tag, commit] : refs.tags) {
    if (!ref_matches(on.pattern.view(), tag) || tag == here) continue;
    const auto compared = order.compare(tag, here);
    if (compared ? *compared < 0 : commit == commit_there(at)) continue;
    tags.push_back({.commit = commit, .tag = tag, .reasons = {fmt::format("tag {}", displayable(tag))}});
  }
  if (order.rule == version_rule::none) {
    if (status sorted = sort_by_age(at, tags); !sorted) return std::move(sorted).error();
  } else {
    std::ranges::stable_sort(tags, [&](const fleet_candidate& one, const fleet_candidate& other) {
      const auto compared = order.compare(one.tag, other.tag);
      return compared ? *compared > 0 : order.has(one.tag) && !order.has(other.tag);
    });
  }
  all.is_cut = tags.size() > most;
  if (all.is_cut) tags.resize(most);
  std::erase_if(tags, [&](const fleet_candidate& each) {
    return !order.compare(each.tag, here) && is_no_newer(at, each.commit);
  });
  return all;
}

/// Tags that this clone lacks come first: they may be the newest.
status fleet_candidates::sort_by_age(std::size_t at, std::vector<fleet_candidate>& tags) const {
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
bool fleet_candidates::is_no_newer(std::size_t at, const std::string& commit) const {
  const auto& record = there_[at]->record;
  if (!record || record->commit.empty()) return false;
  const std::string& folder = pipeline(at).repository();
  if (record->commit == commit || is_ancestor(folder, commit, record->commit, around_) == true) return true;
  if (is_ancestor(folder, record->commit, commit, around_) == true) return false;
  const auto when = committed_at(folder, commit, around_);
  return record->committed && when && *when < *record->committed;
}

/// Takes away what is no newer; git is asked twice for all of them where it has them.
void fleet_candidates::leave_newer(std::size_t at, std::vector<fleet_candidate>& of) const {
  using deliver_fleet_candidates::listed;
  const auto& record = there_[at]->record;
  if (!record || record->commit.empty() || of.empty()) return;
  const std::string& folder = pipeline(at).repository();
  const std::string before = "^" + record->commit;
  const auto not_older = listed(folder, {before}, of, around_);
  const auto on_top = not_older ? listed(folder, {"--ancestry-path", before}, of, around_) : std::nullopt;
  std::erase_if(of, [&](const fleet_candidate& each) {
    if (on_top && !not_older->contains(each.commit)) return true;
    return !(on_top && on_top->contains(each.commit)) && is_no_newer(at, each.commit);
  });
}

/// The commits of the branches back to the one that is there, the newest first.
result<fleet_candidates::found> fleet_candidates::by_branches(std::size_t at, const source_refs& refs) const {
  using namespace deliver_fleet_candidates;
  const auto& record = there_[at]->record;
  std::vector<std::pair<moment, fleet_candidate>> dated;
  for (const auto& [branch, tip] : refs.branches) {
    if (!ref_matches(place(at).on.pattern.view(), branch) || tip == commit_there(at)) continue;
    const std::vector<past_commit> past = first_parents(pipeline(at).repository(), tip, most + 1, around_);
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
      dated.emplace_back(
          newest_first[which],
          fleet_candidate{.commit = each.id,
                          .branch = branch,
                          .reasons = {fmt::format("{} {} {}", displayable(branch), how, each.short_id())}});
    }
  }
  std::ranges::stable_sort(dated, [](const auto& one, const auto& other) { return one.first > other.first; });
  found all;
  for (auto& [when, each] : dated)
    if (!has(all.newest_first, each.commit)) all.newest_first.push_back(std::move(each));
  return all;
}

std::vector<const environment*> fleet_candidates::places_before(std::size_t at) const {
  std::vector<const environment*> all;
  for (const environment& each : pipeline(at).declared.environments)
    if (std::ranges::any_of(place(at).from, [&](const environment_choice& choice) {
          return std::ranges::find(choice.any, each.name) != choice.any.end();
        }))
      all.push_back(&each);
  return all;
}

/// What is there, as this look saw it; nothing where it is no target, or could not be read.
const deployed_release* fleet_candidates::seen_in(std::size_t at, const environment& of) const {
  const auto known = where_is_.find({&pipeline(at), &of});
  return known != where_is_.end() && there_[known->second] ? &*there_[known->second] : nullptr;
}

/// Where each of them has what is there their histories, which it takes long to read, have nothing newer.
bool fleet_candidates::are_all_as_here(std::size_t at, const std::vector<const environment*>& before) const {
  const std::string here = commit_there(at);
  return std::ranges::all_of(before, [&](const environment* each) {
    const deployed_release* there = seen_in(at, *each);
    return there != nullptr && (!there->record || there->record->commit == here);
  });
}

/// What was deployed to the environments that it comes FROM, since what is there.
result<fleet_candidates::found> fleet_candidates::by_from(std::size_t at) {
  using deliver_fleet_candidates::has;
  const std::vector<const environment*> before = places_before(at);
  if (are_all_as_here(at, before)) return found{};
  found all;
  std::vector<std::pair<const environment*, deployment_record>> past;
  for (const environment* each : before) {
    const auto records = history_in(at, *each);
    if (!records) return records.error();
    // A cluster keeps ten.
    all.is_cut |= records->size() == most_records || (!records->empty() && records->back().generation > 1);
    for (const deployment_record& record : *records) past.emplace_back(each, record);
  }
  std::ranges::stable_sort(
      past, [](const auto& one, const auto& other) { return one.second.when > other.second.when; });
  for (const auto& [from, record] : past) {
    if (record.commit.empty() || record.dirty) continue;
    if (record.commit == commit_there(at)) {
      all.is_cut = false;
      break;
    }
    if (!has(all.newest_first, record.commit))
      all.newest_first.push_back(
          {.commit = record.commit,
           .reasons = {fmt::format("{} has {}", from->name.view(), record.commit.substr(0, 7))}});
  }
  leave_newer(at, all.newest_first);
  return all;
}

result<std::vector<deployment_record>> fleet_candidates::history_in(std::size_t at, const environment& of) {
  const place_key key(&pipeline(at), &of);
  {
    const std::lock_guard hold(mutex_);
    if (const auto known = histories_.find(key); known != histories_.end()) return known->second;
  }
  auto past = with_.way_of(of).history_of(pipeline(at), of, most_records);
  const std::lock_guard hold(mutex_);
  return histories_.try_emplace(key, std::move(past)).first->second;
}

}  // namespace cicd
