// What the gate is told of releases: the tag of a commit, BRANCHES and VERSIONS, FROM, the marks of
// artifacts.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/artifacts.hpp>
#include <cicd/deliver/change_gate.hpp>
#include <cicd/deliver/policy/approval.hpp>
#include <cicd/deliver/policy/declared_question.hpp>
#include <cicd/deliver/policy/remote_place.hpp>
#include <cicd/deliver/publish.hpp>
#include <cicd/deliver/source_clone.hpp>
#include <cicd/deliver/ways.hpp>

namespace cicd {

namespace deliver_change_gate_release {
namespace {

bool is_one_of(const std::vector<std::string>& patterns, const std::string& branch) {
  return std::ranges::any_of(patterns,
                             [&](const std::string& pattern) { return ref_matches(pattern, branch); });
}

/// Where there is no artifact yet, what was approved of that version; empty: nothing.
std::string approved_as(const std::vector<deployment_approval>& all, const gate_state& of) {
  const auto found = std::ranges::find_if(all, [&](const deployment_approval& each) {
    return each.version == of.version && each.expires > of.now;
  });
  return found == all.end() ? std::string() : found->digest;
}

}  // namespace
}  // namespace deliver_change_gate_release

std::string change_gate::tag_of(const declared_pipeline& pipeline, const environment& place) {
  using namespace deliver_change_gate_release;
  if (!place.pin.empty() && !pins_commit(place)) return place.pin.str();
  if (place.on.kind != ref_kind::tag) return {};
  if (const hand_promotion* promoted = options_.promoted_of(pipeline);
      promoted != nullptr && !promoted->tag.empty())
    return promoted->tag;
  const std::string named = options_.event.kind == ref_kind::tag ? options_.event.name
                            : event_.kind == event_kind::tag     ? event_.tag
                                                                 : std::string();
  std::vector<std::string> tags = source_.git_of(pipeline).tags;
  const bool is_here = std::ranges::find(tags, named) != tags.end();
  const bool is_of_event = is_on_tag_of_event(pipeline);
  if (!named.empty() && !is_here && is_of_event) tags.push_back(named);
  return released_tag(tags, is_here || is_of_event ? named : std::string(), place.on,
                      versions_of(pipeline.declared));
}

/// Whether the CI system says that this very commit has the tag: a clone without tags does not.
bool change_gate::is_on_tag_of_event(const declared_pipeline& pipeline) {
  const std::optional<std::string>& commit = source_.git_of(pipeline).commit;
  return event_.kind == event_kind::tag && event_.is_consistent() && commit && event_.commit == *commit;
}

/// The embedded default is judged by the branches that are here.
void change_gate::add_local_branches(gate_question& to) {
  using namespace deliver_change_gate_release;
  source_facts& own = to.sources.front();
  if (!own.git.commit) return;
  const std::vector<std::string> branches = branches_with(own.folder, *own.git.commit, around_);
  const bool is_on_one = std::ranges::any_of(
      branches, [&](const std::string& branch) { return is_one_of(to.released.branches, branch); });
  own.released = remote_place{};
  own.released->where = is_on_one ? remote_place::answer::on_it : remote_place::answer::not_on_it;
}

result<remote_place> change_gate::release_place_of(const source_facts& source, const gate_question& of) {
  const std::string key = "release\n" + source.folder + '\0' + source.git.commit.value_or("")
                          + joined(of.released.branches, "\n");
  {
    const std::lock_guard hold(mutex_);
    if (const auto known = remote_places_.find(key); known != remote_places_.end()) return known->second;
  }
  result<remote_place> there =
      place_on_branches(source, of.released.branches, of.event, around_, &options_.cancelled);
  if (!there) {
    there.error().subject = of.subject;
    return there;
  }
  const std::lock_guard hold(mutex_);
  return remote_places_.try_emplace(key, *std::move(there)).first->second;
}

result<published_images> change_gate::images_published(const declared_pipeline& pipeline,
                                                       const std::string& commit) {
  if (!pipeline.has_artifacts() || commit.empty()) return published_images();
  const result<artifact_store> store = artifacts_of(pipeline, where_, around_, options_.cancelled);
  if (!store) return store.error();
  const result<std::optional<stored_artifact>> there = store->read(commit);
  if (!there) return there.error();
  return *there ? (*there)->record.images : published_images();
}

/// What an environment keeps of its past; asked once, when the step is planned: what is decided later may be
/// decided under the lock of the place that keeps it.
result<std::vector<deployment_record>> change_gate::past_of(const graph_step& step) {
  {
    const std::lock_guard hold(mutex_);
    if (const auto known = past_.find(step.id); known != past_.end()) return known->second;
  }
  constexpr std::size_t most = 200;
  result<std::vector<deployment_record>> past =
      ways_.of(*step.place()).history_of(*step.pipeline, *step.place(), most);
  if (!past) return past;
  const std::lock_guard hold(mutex_);
  return past_.try_emplace(step.id, *std::move(past)).first->second;
}

/// A tag that was of another commit at any time, as far back as the environment's history goes.
status change_gate::add_tagged(const graph_step& step, const gate_question& of, gate_state& to) {
  if (of.released.tag.empty()) return {};
  const result<std::vector<deployment_record>> past = past_of(step);
  if (!past) return past.error();
  const std::string commit = source_.git_of(*step.pipeline).commit.value_or("");
  const auto moved = std::ranges::find_if(*past, [&](const deployment_record& each) {
    return each.tag == of.released.tag && each.commit != commit;
  });
  if (moved != past->end()) to.tagged = *moved;
  return {};
}

void change_gate::will_take(const graph_step& step, published_images images) {
  const std::lock_guard hold(mutex_);
  taken_.insert_or_assign(step.id, std::move(images));
}

std::optional<published_images> change_gate::taken_by(const graph_step& step) {
  const std::lock_guard hold(mutex_);
  const auto taken = taken_.find(step.id);
  return taken == taken_.end() ? std::nullopt : std::optional(taken->second);
}

succession change_gate::succession_of_commit(const declared_pipeline& pipeline,
                                             const std::string& commit,
                                             const deployment_record& there) {
  succession newer;
  newer.there = there;
  if (there.commit.empty() || commit.empty() || there.commit == commit) return newer;
  const std::optional<bool> is_older = is_ancestor(pipeline.repository(), commit, there.commit, around_);
  if (!is_older)
    newer.mine = source_.git_of(pipeline).commit == commit
                     ? source_.commit_date(pipeline)
                     : committed_at(pipeline.repository(), commit, around_);
  if (is_older == true)
    newer.is = succession::order::older;
  else if (newer.mine && there.committed && *newer.mine < *there.committed)
    newer.is = succession::order::older_by_date;
  return newer;
}

status change_gate::may_be_tagged(const declared_pipeline& pipeline,
                                  const environment& place,
                                  const std::string& tag,
                                  const std::string& commit) {
  result<deployed_release> there = ways_.of(place).look(pipeline, place, &options_.cancelled);
  if (!there) return std::move(there).error();
  result<std::optional<gate_refusal>> refused =
      refusal_of_release(pipeline, place, tag, commit, *std::move(there));
  if (!refused) return std::move(refused).error();
  // What goes by without anything else done to the tag: time, and an approval that comes after it.
  const auto passes = [](gate_rule rule) {
    return rule == gate_rule::soak || rule == gate_rule::window || rule == gate_rule::approval;
  };
  if (!*refused || passes((*refused)->rule)) return {};
  return std::move((*refused)->why);
}

result<std::optional<gate_refusal>> change_gate::refusal_of_release(const declared_pipeline& pipeline,
                                                                    const environment& place,
                                                                    const std::string& tag,
                                                                    const std::string& commit,
                                                                    deployed_release there) {
  const result<release_facts> facts = facts_of_release(pipeline, place, tag, commit, std::move(there), {});
  if (!facts) return facts.error();
  return cicd::refusal_of(facts->asked, facts->state);
}

result<change_gate::release_facts> change_gate::facts_of_release(const declared_pipeline& pipeline,
                                                                 const environment& place,
                                                                 const std::string& tag,
                                                                 const std::string& commit,
                                                                 deployed_release there,
                                                                 const release_look& look) {
  gate_question of = question_of(change::deploy, pipeline, &place);
  of.subject = of.pipeline + ".deploy-" + of.environment;
  of.rehearses = of.takes_dirty = true;  // CI deploys it, from a checkout of its own
  of.is_by_hand = of.is_by_hand || look.is_by_hand;
  of.released = release_rules_of(pipeline, place, tag);
  source_facts own;
  own.folder = pipeline.repository();
  own.is_elsewhere = pipeline.is_elsewhere();
  own.code = code_url_of(pipeline);
  own.git = source_.git_of(pipeline);
  own.git.commit = commit;
  own.git.tags.clear();
  if (!tag.empty()) own.git.tags.push_back(tag);
  of.sources.push_back(std::move(own));
  if (!of.released.branches.empty() && of.is_outside) {
    result<remote_place> there = release_place_of(of.sources.front(), of);
    if (!there) return std::move(there).error();
    of.sources.front().released = *std::move(there);
  } else if (!of.released.branches.empty()) {
    add_local_branches(of);
  }
  gate_state state;
  state.now = time_.now();
  state.hold = std::move(there.state.hold);
  state.reverted = std::move(there.reverted);
  state.version = tag.empty() ? commit.substr(0, 7) : tag;
  if (there.record) state.newer = succession_of_commit(pipeline, commit, *there.record);
  state.commit = commit;
  state.announced = there.state.announced;
  of.approval = place.approval;
  if (of.approval == approval_rule::other) of.author = author_of(pipeline.repository(), commit, around_);
  of.approve_words = fmt::format("cicd approve {} {}", of.pipeline, of.environment);
  if (source_.git_of(pipeline).commit != commit)
    of.approve_words += tag.empty() ? " --commit " + commit.substr(0, 12) : " --version " + shell_quoted(tag);
  of.read_words = notes_words(pipeline, place, tag.empty() ? commit.substr(0, 12) : tag);
  state.approvals = std::move(there.state.approvals);
  state.remembered = std::move(there.state.gates);
  if (status known = add_weakened(pipeline, place, state); !known) return std::move(known).error();
  if (of.approval != approval_rule::none) {
    result<std::optional<stored_artifact>> artifact = std::optional<stored_artifact>();
    if (pipeline.has_artifacts() && (never_builds(place) || pipeline.is_elsewhere())) {
      const result<artifact_store> store = artifacts_of(pipeline, where_, around_, options_.cancelled);
      if (!store) return store.error();
      artifact = store->read(commit);
      if (!artifact) return std::move(artifact).error();
    }
    state.approves_artifact = artifact->has_value();
    state.approval_digest = *artifact ? hex(approval_digest((*artifact)->record, of.environment, {}))
                                      : deliver_change_gate_release::approved_as(state.approvals, state);
  }
  // What is refused by what is known here needs no question to a registry or an environment.
  if (!cicd::may_begin(of)) return release_facts{std::move(of), std::move(state)};
  if (status known = add_mark(pipeline, of, state); !known) return std::move(known).error();
  if (status known = add_waits(pipeline, place, commit, std::nullopt, of, look.records, state); !known)
    return std::move(known).error();
  return release_facts{std::move(of), std::move(state)};
}

result<std::optional<artifact_mark>> change_gate::mark_of(const declared_pipeline& pipeline,
                                                          const std::string& commit) {
  if (!pipeline.has_artifacts() || commit.empty()) return std::optional<artifact_mark>();
  const result<artifact_store> store = artifacts_of(pipeline, where_, around_, options_.cancelled);
  if (!store) return store.error();
  result<std::optional<artifact_mark>> mark = store->mark_of(commit);
  if (!mark || is_yanked(*mark)) return mark;
  // Its images may be those of another commit.
  const result<std::optional<stored_artifact>> own = store->read(commit);
  if (!own) return own.error();
  if (!*own) return mark;
  result<std::optional<artifact_mark>> other = std::optional<artifact_mark>();
  if (!(*own)->record.images_of.empty()) other = store->mark_of((*own)->record.images_of);
  if (other && !is_yanked(*other)) {
    result<std::optional<artifact_mark>> of_images = store->mark_of_images((*own)->record);
    if (!of_images || *of_images) other = std::move(of_images);
  }
  return !other || *other ? std::move(other) : std::move(mark);
}

/// Whether the artifact of what would run was yanked: its registry is asked.
status change_gate::add_mark(const declared_pipeline& pipeline, const gate_question& of, gate_state& to) {
  if (!is_asked(of.what, gate_rule::yanked) || !pipeline.has_artifacts()) return {};
  if (status may = cicd::may_begin(of); !may) return may;
  result<std::optional<artifact_mark>> mark =
      mark_of(pipeline, to.commit.empty() ? source_.git_of(pipeline).commit.value_or("") : to.commit);
  if (!mark) return std::move(mark).error();
  to.mark = *std::move(mark);
  return {};
}

}  // namespace cicd
