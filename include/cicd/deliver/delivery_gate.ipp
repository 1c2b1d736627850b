// What the gate is told: facts of the declaration, of git, of the CI system and of the environment, each
// asked once and only where a rule needs it.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/branch/branch.hpp>
#include <cicd/deliver/cluster/approval.hpp>
#include <cicd/deliver/delivery.hpp>
#include <cicd/deliver/policy/remote_place.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace release_delivery_gate {
namespace {

change change_of(const graph_step& step) {
  if (step.kind == step_kind::publish) return change::publish;
  if (step.branch_copy != nullptr) return change::preview;
  return step.branch_share != nullptr ? change::canary : change::deploy;
}

bool wants_approval(const graph_step& step) {
  if (step.branch_copy != nullptr) return step.branch_copy->approval == approval_rule::required;
  return step.place != nullptr && step.place->approval == approval_rule::required;
}

/// Whether another run deployed between this run's plan and its lock.
bool has_moved(const cluster_plan& now, const cluster_plan& planned) {
  const auto generation = [](const cluster_plan& of) {
    return of.before.record ? of.before.record->generation : 0;
  };
  return now.cluster == planned.cluster && now.place.text() == planned.place.text()
         && generation(now) != generation(planned);
}

/// The first file that does not hold what CMake read when it configured.
std::optional<error> change_since_configure(const std::vector<configured_file>& files) {
  for (const configured_file& each : files) {
    const result<std::optional<std::string>> text = read_file_if_there(each.path);
    if (text && *text && sha256(**text) == each.content) continue;
    error changed{exit_class::usage, {}, "the declaration has changed since CMake configured", each.path, {}};
    if (!text) return std::move(changed).with("caused by", text.error().what);
    return *text ? std::move(changed)
                 : std::move(changed).with("caused by", "the file is not there any more");
  }
  return std::nullopt;
}

}  // namespace
}  // namespace release_delivery_gate

/// Names what is changed; nothing is asked yet.
gate_question delivery::question_of(change what,
                                    const declared_pipeline& pipeline,
                                    const environment* place) const {
  gate_question of;
  of.what = what;
  of.pipeline = pipeline.declared.name.str();
  of.subject = of.pipeline + "/" + (place == nullptr ? "publish" : place->name.str());
  of.rehearses = options_.rehearses;
  of.event = event_;
  if (place == nullptr) {
    of.is_outside = std::ranges::any_of(pipeline.declared.images, [&](const image& each) {
      return !is_embedded(repository_of(pipeline, each));
    });
    of.takes_dirty = options_.allow_dirty.contains("publish");
    for (const environment& each : pipeline.declared.environments)
      of.takes_dirty = of.takes_dirty || each.allow_dirty || options_.allow_dirty.contains(each.name.view());
    return of;
  }
  of.environment = place->name.str();
  of.is_outside = !is_embedded_place(*place);
  of.is_protected = place->is_protected;
  of.takes_dirty = place->allow_dirty || options_.allow_dirty.contains(place->name.view());
  of.follows = place->on;
  return of;
}

gate_question delivery::question_of(const graph_step& step) const {
  using namespace release_delivery_gate;
  gate_question of = question_of(change_of(step), *step.pipeline, step.place);
  of.subject = step.id;
  of.wants_approval = wants_approval(step);
  if (step.place != nullptr) of.approve_words = approve_words(step, options_.canary_percent);
  return of;
}

/// What is declared must come from the files that are checked out, whose commit is recorded. Asked of the
/// files once in a run: what is declared was read then, too.
status delivery::check_configured(const declared_pipeline& pipeline, const std::string& subject) {
  {
    const std::lock_guard hold(mutex_);
    if (is_configured_ || !pipeline.configured_from) return {};
  }
  if (auto changed = release_delivery_gate::change_since_configure(*pipeline.configured_from)) {
    changed->subject = subject;
    return std::move(*changed).with("try", "cmake " + shell_quoted(where_.build_root));
  }
  const std::lock_guard hold(mutex_);
  is_configured_ = true;
  return {};
}

/// What is checked out, as far as the rules of this change ask for it.
status delivery::add_sources(const declared_pipeline& pipeline, gate_question& to) {
  // Who asks is judged before git is asked anything in a folder that is theirs.
  if (status may = cicd::may_begin(to); !may) return may;
  if (status same = check_configured(pipeline, to.subject); !same) return same;
  source_facts own;
  own.folder = pipeline.source_directory;
  own.git = source_of(pipeline).git;
  if (to.is_outside && !to.takes_dirty && is_asked(to.what, gate_rule::dirty)) {
    const result<bool> dirty = is_dirty(pipeline);
    if (!dirty) return dirty.error();
    own.is_dirty = *dirty;
  }
  if (!to.is_outside && to.follows.kind == ref_kind::branch && is_asked(to.what, gate_rule::ref)
      && own.git.commit)
    own.is_on_local_branch = std::ranges::any_of(
        branches_with(own.folder, *own.git.commit, around_),
        [&](const std::string& branch) { return ref_matches(to.follows.pattern.view(), branch); });
  to.sources.push_back(std::move(own));
  return add_declarations(pipeline, to);
}

/// Another repository is looked at as a whole below the declaring file; of that of the sources only the file
/// itself, since the rest of it may be other services.
result<bool> delivery::is_declaration_dirty(const declared_pipeline& pipeline,
                                            const std::string& file,
                                            const git_state& git) {
  const git_state& own = source_of(pipeline).git;
  if (!git.repository || file.starts_with(pipeline.source_directory + "/")) return false;
  const std::string folder = file.substr(0, file.rfind('/'));
  const bool is_elsewhere = !own.repository || own.top != git.top;
  const result<std::vector<std::string>> changes =
      changes_in(folder, around_, is_elsewhere ? "." : file.substr(folder.size() + 1));
  if (!changes) return changes.error();
  return !changes->empty();
}

/// The files that declare the pipeline, where they may say something that the sources' own repository does
/// not.
status delivery::add_declarations(const declared_pipeline& pipeline, gate_question& to) {
  if (!to.is_outside) return {};
  const std::string follows = pipeline.declared.pipeline_ref.str();
  const bool asks_dirty = !to.takes_dirty && is_asked(to.what, gate_rule::dirty);
  for (const std::string& file : pipeline.declared_in) {
    source_facts facts;
    facts.is_declaration = true;
    facts.folder = file.substr(0, file.rfind('/'));
    facts.git = git_state_of(facts.folder, around_);
    facts.follows = follows;
    if (asks_dirty) {
      const result<bool> dirty = is_declaration_dirty(pipeline, file, facts.git);
      if (!dirty) return dirty.error();
      facts.is_dirty = *dirty;
    }
    if (facts.is_dirty || !follows.empty()) to.sources.push_back(std::move(facts));
  }
  return {};
}

/// Where a source's commit is on its remote; asked once in a run.
result<remote_place> delivery::place_of(const source_facts& source,
                                        const std::string& pattern,
                                        const gate_question& of,
                                        const cancellation* cancelled) {
  const std::string key = (source.is_declaration ? "declaration" : "") + source.folder + '\0' + pattern;
  {
    const std::lock_guard hold(mutex_);
    if (const auto known = remote_places_.find(key); known != remote_places_.end()) return known->second;
  }
  result<remote_place> there = place_on_remote(source, pattern, of.event, around_, cancelled);
  if (!there) {
    there.error().subject = of.subject;
    return there;
  }
  const std::lock_guard hold(mutex_);
  return remote_places_.try_emplace(key, *std::move(there)).first->second;
}

/// Asks the remote repositories.
status delivery::add_remotes(gate_question& to, const cancellation* cancelled) {
  if (to.rehearses || !to.is_outside) return {};
  for (source_facts& each : to.sources) {
    const bool is_asked_of =
        is_asked(to.what, each.is_declaration ? gate_rule::declaration : gate_rule::remote_ref);
    const std::string pattern = each.is_declaration                   ? each.follows
                                : to.follows.kind == ref_kind::branch ? to.follows.pattern.str()
                                                                      : std::string();
    if (!is_asked_of || pattern.empty() || !each.git.repository || !each.git.commit) continue;
    result<remote_place> there = place_of(each, pattern, to, cancelled);
    if (!there) return std::move(there).error();
    each.remote = *std::move(there);
  }
  return {};
}

status delivery::may_begin(const graph_step& step) {
  if (is_pure(step.kind)) return {};
  gate_question of = question_of(step);
  if (status known = add_sources(*step.pipeline, of); !known) return known;
  return cicd::may_begin(of);
}

status delivery::may_begin(change what, const declared_pipeline& pipeline, const environment& place) {
  gate_question of = question_of(what, pipeline, &place);
  if (status known = add_sources(pipeline, of); !known) return known;
  return cicd::may_begin(of);
}

result<permit> delivery::may_change(change what,
                                    const declared_pipeline& pipeline,
                                    const environment& place,
                                    gate_state state) {
  gate_question of = question_of(what, pipeline, &place);
  if (status known = add_sources(pipeline, of); !known) return std::move(known).error();
  state.now = time_.now();
  return may(of, state);
}

result<permit> delivery::may_change(change what, const graph_step& step, int percent, gate_state state) {
  gate_question of = question_of(step);
  of.what = what;
  of.approve_words = approve_words(step, percent);
  if (status known = add_sources(*step.pipeline, of); !known) return std::move(known).error();
  state.now = time_.now();
  return may(of, state);
}

/// In a plan a refusal is one of the things to know.
std::string delivery::refusal_text(const error& refused) {
  return "would be refused: " + refused.what
         + (refused.value ? ": '" + displayable(*refused.value) + "'" : "");
}

/// What would change something is asked by the remote, too, before it is begun.
status delivery::may_go_on(const graph_step& step, const cancellation* cancelled) {
  gate_question of = question_of(step);
  if (status known = add_sources(*step.pipeline, of); !known) return known;
  if (status known = add_remotes(of, cancelled); !known) return known;
  return cicd::may_begin(of);
}

/// What is published on the way to a deploy is part of it: where that cannot be, nothing is published either.
status delivery::may_publish_for_deploys(const declared_pipeline& pipeline, const cancellation* cancelled) {
  for (const graph_step* each : deploys_)
    if (each->pipeline == &pipeline)
      if (status may = may_go_on(*each, cancelled); !may) return may;
  return {};
}

succession delivery::succession_of(const graph_step& step, const std::optional<deployment_record>& there) {
  succession newer;
  const git_state& git = source_of(*step.pipeline).git;
  if (step.is_of_branch() || !there || there->commit.empty() || !git.commit || there->commit == *git.commit)
    return newer;
  newer.there = *there;
  const std::optional<bool> is_older =
      is_ancestor(step.pipeline->source_directory, *git.commit, there->commit, around_);
  if (!is_older) newer.mine = commit_date(*step.pipeline);
  if (is_older == true)
    newer.is = succession::order::older;
  else if (newer.mine && there->committed && *newer.mine < *there->committed)
    newer.is = succession::order::older_by_date;
  return newer;
}

/// The same where a run saw another state before: what came since must be known here, or nobody can say which
/// is newer.
succession delivery::succession_of(const graph_step& step, const cluster_plan& plan) {
  succession newer = succession_of(step, plan.before.record);
  const auto& planned = last_plans(step.id);
  const bool came = std::ranges::any_of(
      planned, [&](const planned_wave& each) { return release_delivery_gate::has_moved(plan, each.plan); });
  if (!came || newer.there.commit.empty()) return newer;
  const std::string& own = source_of(*step.pipeline).git.commit.value_or("");
  if (!is_ancestor(step.pipeline->source_directory, own, newer.there.commit, around_))
    newer.is = succession::order::unknown_meanwhile;
  return newer;
}

result<permit> delivery::may_write(const graph_step& step, gate_state state, const cancellation* cancelled) {
  gate_question of = question_of(step);
  if (status known = add_sources(*step.pipeline, of); !known) return std::move(known).error();
  if (status known = add_remotes(of, cancelled); !known) return std::move(known).error();
  state.now = time_.now();
  return may(of, state);
}

}  // namespace cicd
