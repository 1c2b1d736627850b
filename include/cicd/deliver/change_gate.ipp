// The facts that the rules of the gate ask for.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/artifacts.hpp>
#include <cicd/deliver/change_gate.hpp>
#include <cicd/deliver/policy/action.hpp>
#include <cicd/deliver/policy/approval.hpp>
#include <cicd/deliver/policy/declared_question.hpp>
#include <cicd/deliver/policy/declared_rules.hpp>
#include <cicd/deliver/policy/remote_place.hpp>
#include <cicd/deliver/publish.hpp>
#include <cicd/deliver/source_clone.hpp>
#include <cicd/deliver/ways.hpp>
#include <cicd/observe/configured_files.hpp>
#include <cicd/observe/git_commits.hpp>
#include <cicd/run/workspace.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace deliver_change_gate {
namespace {

/// The command that approves exactly what this run would deploy, also where it is not what is checked out.
std::string words_to_approve(const graph_step& step, int percent, const delivery_options& options) {
  std::string words = approve_words(step, percent, options.take_over);
  const hand_promotion* what = options.promoted_of(*step.pipeline);
  if (what == nullptr) return words;
  return words
         + (what->tag.empty() ? " --commit " + what->commit.substr(0, 12)
                              : " --version " + shell_quoted(what->tag));
}

/// What shows what would be approved. What is promoted is the artifact of a commit, and a plan shows what is
/// checked out.
std::string words_to_read(const graph_step& step, const std::string& tag, const std::string& commit) {
  if (!step.promotes()) return "cicd plan " + flat_name(step.id);
  return notes_words(*step.pipeline, *step.place(), tag.empty() ? commit.substr(0, 12) : tag);
}

}  // namespace
}  // namespace deliver_change_gate

change_gate::change_gate(const way_context& in, const way_set& ways)
    : where_(in.where),
      in_(in),
      around_(in.around),
      time_(in.time),
      options_(in.options),
      source_(in.source),
      ways_(ways),
      event_(options_.event.kind == ref_kind::none || !options_.rehearses ? ci_event_of(around_)
                                                                          : ci_event{}) {}

/// Names what is changed; nothing is asked yet.
gate_question change_gate::question_of(change what,
                                       const declared_pipeline& pipeline,
                                       const environment* place) const {
  gate_question of = cicd::question_of(what, pipeline, place);
  of.rehearses = options_.rehearses;
  of.rehearses_event = options_.rehearses_event;
  of.is_preview_by_gate = is_preview_by_gate_;
  of.ends_preview_of = ends_preview_of_;
  of.event = event_;
  if (const hand_promotion* promoted = options_.promoted_of(pipeline)) {
    of.is_by_hand = true;
    of.hotfix = promoted->hotfix;
  }
  if (place != nullptr) {
    if (!of.pin.word.empty() && !of.pin.commit)
      of.pin.commit = commit_of_tag(pipeline.repository(), of.pin.word, around_);
    of.is_outside = !ways_.of(*place).is_embedded(*place);
    of.takes_dirty = of.takes_dirty || options_.allow_dirty.contains(place->name.view());
    return of;
  }
  of.is_outside = !outside_repositories(pipeline).empty();
  of.takes_dirty = options_.allow_dirty.contains("publish");
  for (const environment& each : pipeline.declared.environments)
    of.takes_dirty = of.takes_dirty || each.allow_dirty || options_.allow_dirty.contains(each.name.view());
  return of;
}

gate_question change_gate::question_of(const graph_step& step) const {
  using namespace deliver_change_gate;
  gate_question of = question_of(change_of(step), *step.pipeline, step.place());
  of.subject = step.id;
  of.approval = approval_rule_of(step);
  if (step.place() == nullptr) return of;
  of.approve_words = words_to_approve(step, options_.canary_percent, options_);
  const hand_promotion* promoted = options_.promoted_of(*step.pipeline);
  of.read_words = words_to_read(step, promoted == nullptr ? std::string() : promoted->tag,
                                source_.git_of(*step.pipeline).commit.value_or(""));
  return of;
}

status change_gate::may_build(const declared_pipeline& pipeline) {
  gate_question of = question_of(change::build, pipeline, nullptr);
  of.subject = of.pipeline;
  of.approval = approval_rule::required;
  of.approve_words = fmt::format("cicd approve {} --build", of.pipeline);
  of.read_words = "git show " + source_.git_of(pipeline).commit.value_or("HEAD").substr(0, 12);
  source_facts own;
  own.folder = pipeline.repository();
  own.git = source_.git_of(pipeline);
  const std::string commit = own.git.commit.value_or("");
  of.sources.push_back(std::move(own));
  gate_state state;
  state.now = time_.now();
  const result<bool> dirty = source_.is_dirty(pipeline);
  if (!dirty) return dirty.error();
  if (!commit.empty() && !*dirty) {
    const result<artifact_store> store = artifacts_of(pipeline, where_, around_, options_.cancelled);
    if (!store) return store.error();
    const result<std::optional<artifact_mark>> said = store->build_approval_of(commit);
    if (!said) return said.error();
    state.approval_digest = commit;
    if (const std::optional<artifact_mark>& mark = *said; mark && mark->is == artifact_mark::kind::approved)
      state.approvals = {{.who = mark->who,
                          .reason = mark->reason,
                          .digest = commit,
                          .when = mark->when,
                          .expires = mark->expires}};
  }
  const result<permit> leave = may(of, state);
  if (leave) return {};
  if (commit.empty() || !*dirty) return leave.error();
  error refused = leave.error();
  return std::move(refused).with("caused by",
                                 "the tree has uncommitted changes, and an approval is of a commit");
}

/// What is declared must come from the files that are checked out, whose commit is recorded. Asked of the
/// files once in a run: what is declared was read then, too.
status change_gate::check_configured(const declared_pipeline& pipeline, const std::string& subject) {
  {
    const std::lock_guard hold(mutex_);
    if (is_configured_ || !pipeline.configured_from) return {};
  }
  if (auto changed = change_since_configure(*pipeline.configured_from)) {
    changed->subject = subject;
    return std::move(*changed).with("try", "cmake " + shell_quoted(where_.build_root));
  }
  const std::lock_guard hold(mutex_);
  is_configured_ = true;
  return {};
}

/// What is checked out, as far as the rules of this change ask for it.
status change_gate::add_sources(const declared_pipeline& pipeline, gate_question& to) {
  // Who asks is judged before git is asked anything in a folder that is theirs.
  if (status may = cicd::may_begin(to); !may) return may;
  if (status same = check_configured(pipeline, to.subject); !same) return same;
  result<source_facts> own = facts_of(pipeline, to);
  if (!own) return std::move(own).error();
  to.sources.push_back(*std::move(own));
  if (status known = add_declarations(pipeline, to); !known) return known;
  return add_base(pipeline, to);
}

result<source_facts> change_gate::facts_of(const declared_pipeline& pipeline, const gate_question& asked) {
  source_facts facts;
  facts.folder = pipeline.repository();
  facts.is_elsewhere = pipeline.is_elsewhere();
  facts.code = code_url_of(pipeline);
  facts.git = source_.git_of(pipeline);
  if (asked.is_outside && !asked.takes_dirty && is_asked(asked.what, gate_rule::dirty)) {
    const result<bool> dirty = source_.is_dirty(pipeline);
    if (!dirty) return dirty.error();
    facts.is_dirty = *dirty;
    facts.departures = pipeline.departures;
  }
  if (!asked.is_outside && asked.follows.kind == ref_kind::branch && is_asked(asked.what, gate_rule::ref)
      && facts.git.commit)
    facts.is_on_local_branch = std::ranges::any_of(
        branches_with(facts.folder, *facts.git.commit, around_),
        [&](const std::string& branch) { return ref_matches(asked.follows.pattern.view(), branch); });
  return facts;
}

/// Those of a step, and of the other pipelines whose outputs may be in what it delivers. In one repository
/// all have one commit, and only what is changed differs.
status change_gate::add_sources(const graph_step& step, gate_question& to) {
  if (status own = add_sources(*step.pipeline, to); !own) return own;
  if (to.what == change::deploy && step.place() != nullptr)
    to.released = release_rules_of(*step.pipeline, *step.place(), tag_of(*step.pipeline, *step.place()));
  if (!to.is_outside && !to.released.branches.empty()) add_local_branches(to);
  const std::string top = to.sources.front().git.top;
  for (const declared_pipeline* each : step.others) {
    result<source_facts> facts = facts_of(*each, to);
    if (!facts) return std::move(facts).error();
    const bool is_elsewhere = !facts->git.repository || facts->git.top != top;
    if (is_elsewhere || facts->is_dirty) to.sources.push_back(*std::move(facts));
    if (status declared = add_declarations(*each, to); !declared) return declared;
  }
  return {};
}

/// The files that declare the pipeline, where they may say something that the sources' own repository does
/// not.
status change_gate::add_declarations(const declared_pipeline& pipeline, gate_question& to) {
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
      const result<bool> dirty = source_.is_declaration_dirty(pipeline, file, facts.git);
      if (!dirty) return dirty.error();
      facts.is_dirty = *dirty;
    }
    if (facts.is_dirty || !follows.empty()) to.sources.push_back(std::move(facts));
  }
  return {};
}

/// Where a source's commit is on its remote; asked once in a run.
result<remote_place> change_gate::place_of(const source_facts& source,
                                           const std::string& pattern,
                                           const gate_question& of) {
  const std::string key = (source.is_declaration ? "declaration" : "") + source.folder + '\0' + pattern;
  {
    const std::lock_guard hold(mutex_);
    if (const auto known = remote_places_.find(key); known != remote_places_.end()) return known->second;
  }
  result<remote_place> there = place_on_remote(source, pattern, of.event, around_, &options_.cancelled);
  if (!there) {
    there.error().subject = of.subject;
    return there;
  }
  const std::lock_guard hold(mutex_);
  return remote_places_.try_emplace(key, *std::move(there)).first->second;
}

/// Asks the remote repositories.
status change_gate::add_remotes(gate_question& to) {
  if (to.rehearses || !to.is_outside) return {};
  for (source_facts& each : to.sources) {
    if (to.released.branches.empty() || each.is_declaration || !each.git.commit) continue;
    result<remote_place> there = release_place_of(each, to);
    if (!there) return std::move(there).error();
    each.released = *std::move(there);
  }
  for (source_facts& each : to.sources) {
    const bool is_asked_of =
        is_asked(to.what, each.is_declaration ? gate_rule::declaration : gate_rule::remote_ref);
    const std::string pattern = each.is_declaration                   ? each.follows
                                : to.follows.kind == ref_kind::branch ? to.follows.pattern.str()
                                                                      : std::string();
    if (!is_asked_of || pattern.empty() || !each.git.repository || !each.git.commit) continue;
    result<remote_place> there = place_of(each, pattern, to);
    if (!there) return std::move(there).error();
    each.remote = *std::move(there);
  }
  return {};
}

status change_gate::may_begin(const graph_step& part) {
  const graph_step& step = part.whole();
  if (is_pure(step.kind())) return {};
  gate_question of = question_of(step);
  if (status known = add_sources(step, of); !known) return known;
  return cicd::may_begin(of);
}

status change_gate::may_begin(change what, const declared_pipeline& pipeline, const environment& place) {
  gate_question of = question_of(what, pipeline, &place);
  if (status known = add_sources(pipeline, of); !known) return known;
  return cicd::may_begin(of);
}

result<permit> change_gate::may_change(change what,
                                       const declared_pipeline& pipeline,
                                       const environment& place,
                                       gate_state state) {
  gate_question of = question_of(what, pipeline, &place);
  if (status known = add_sources(pipeline, of); !known) return std::move(known).error();
  if (status known = add_mark(pipeline, of, state); !known) return std::move(known).error();
  state.now = time_.now();
  if (status known = add_signatures(pipeline, place, of, state); !known) return std::move(known).error();
  return may(of, state);
}

result<permit> change_gate::may_change(change what, const declared_pipeline& pipeline) {
  gate_question of = question_of(what, pipeline, nullptr);
  of.subject = of.pipeline;
  if (status known = add_sources(pipeline, of); !known) return std::move(known).error();
  return may(of, {});
}

result<permit> change_gate::may_change(change what, const graph_step& step, int percent, gate_state state) {
  gate_question of = question_of(step);
  of.what = what;
  of.approve_words = deliver_change_gate::words_to_approve(step, percent, options_);
  if (status known = add_sources(step, of); !known) return std::move(known).error();
  if (of.approval == approval_rule::other) of.author = source_.author(*step.pipeline);
  if (status known = add_mark(*step.pipeline, of, state); !known) return std::move(known).error();
  state.now = time_.now();
  return may(of, state);
}

std::string refusal_text(const error& refused) {
  return "would be refused: " + refused.what
         + (refused.value ? ": '" + displayable(*refused.value) + "'" : "");
}

status change_gate::may_publish_for_deploys(const declared_pipeline& pipeline) {
  for (const graph_step* each : deploys_)
    if (each->pipeline == &pipeline)
      if (status may = may_go_on(*each); !may) return may;
  return {};
}

succession change_gate::succession_of(const graph_step& step, const std::optional<deployment_record>& there) {
  if (step.is_of_branch() || !there) return {};
  return succession_of_commit(*step.pipeline, source_.git_of(*step.pipeline).commit.value_or(""), *there);
}

result<permit> change_gate::may_change_sources(change what, const declared_pipeline& pipeline) {
  gate_question of;
  of.what = what;
  of.pipeline = of.subject = pipeline.declared.name.str();
  of.event = event_;
  return may(of, {});
}

/// What the rules ask of a step, of git, the registry and the remotes.
status change_gate::add_facts(const graph_step& step, gate_question& of, gate_state& state) {
  if (status known = add_sources(step, of); !known) return known;
  if (status known = add_mark(*step.pipeline, of, state); !known) return known;
  if (status known = add_remotes(of); !known) return known;
  state.now = time_.now();
  if (of.approval == approval_rule::other) of.author = source_.author(*step.pipeline);
  if (step.place() == nullptr || of.what != change::deploy) return {};
  return add_tagged(step, of, state);
}

/// GATE and VERIFY_SIGNATURE, which only a deploy itself asks, are no part of it.
status change_gate::check_not_refused(const graph_step& step, gate_state state, bool comes_after) {
  gate_question of = question_of(step);
  of.signer.clear();
  if (status known = add_facts(step, of, state); !known) return known;
  if (step.place() != nullptr && of.what == change::deploy) {
    if (status known = add_weakened(*step.pipeline, *step.place(), state); !known) return known;
    const std::string commit = source_.git_of(*step.pipeline).commit.value_or("");
    status known = comes_after ? status()
                               : add_waits(*step.pipeline, *step.place(), commit, taken_by(step), of,
                                           !of.rehearses, state);
    if (!known) return known;
  }
  const std::optional<gate_refusal> refused = cicd::refusal_of(of, state);
  return refused && !refused->waits ? status(refused->why) : status();
}

void change_gate::has_begun(const graph_step& step) {
  const std::lock_guard hold(mutex_);
  begun_.insert(step.id);
}

/// A part is asked as the environment: once something of it is there, whether it may be finished.
result<permit> change_gate::may_write(const graph_step& part, gate_state state) {
  const graph_step& step = part.whole();
  bool is_begun = false;
  if (part.part_of != nullptr) {
    const std::lock_guard hold(mutex_);
    is_begun = begun_.contains(step.id);
  }
  if (is_begun) return may_finish(step, std::move(state));
  if (status acts = check_may_act(step); !acts) return std::move(acts).error();
  if (status same = check_saved_plan(part, state.approval_digest); !same) return std::move(same).error();
  gate_question of = question_of(step);
  if (status known = add_facts(step, of, state); !known) return std::move(known).error();
  if (step.place() != nullptr && of.what == change::deploy) {
    if (!step.place()->gate.empty()) {
      deployment_record about;
      about.version = state.version;
      about.tag = of.released.tag;
      about.commit = source_.git_of(*step.pipeline).commit.value_or("");
      about.branch = source_.git_of(*step.pipeline).built_branch.value_or("");
      of.program = words_with_release(step.place()->gate, *step.pipeline, *step.place(), about);
    }
    if (status known = add_waits(step, of, state); !known) return std::move(known).error();
    // GATE may have taken its time.
    if (status acts = check_may_act(step); !acts) return std::move(acts).error();
  }
  return decided(step, of, std::move(state));
}

result<permit> change_gate::may_finish(const graph_step& part, gate_state state) {
  const graph_step& step = part.whole();
  gate_question of = question_of(step);
  of.soak = {};
  of.awaits.clear();
  of.upstream.clear();
  if (status known = add_sources(step, of); !known) return std::move(known).error();
  of.approval = approval_rule::none;  // which it was let in by
  if (!state.images) of.signer.clear();
  if (status known = add_mark(*step.pipeline, of, state); !known) return std::move(known).error();
  if (status known = add_remotes(of); !known) return std::move(known).error();
  state.now = time_.now();
  return decided(step, of, std::move(state));
}

result<permit> change_gate::decided(const graph_step& step, const gate_question& of, gate_state state) {
  if (step.place() != nullptr && !state.verified)
    if (status known = add_signatures(*step.pipeline, *step.place(), of, state); !known)
      return std::move(known).error();
  std::optional<gate_refusal> refused = cicd::refusal_of(of, state);
  keep_decision(step, of, state, refused);
  if (!refused) return may(of, state);
  if (options_.rehearses)
    keep_refusal(step, refused->why, refused->waits ? std::optional(refused->rule) : std::nullopt);
  return std::move(refused->why);
}

void change_gate::keep_decision(const graph_step& step,
                                const gate_question& of,
                                const gate_state& state,
                                const std::optional<gate_refusal>& refused) {
  if (of.what != change::deploy || options_.rehearses) return;
  deploy_decision made{
      .refused = refused, .announced = state.announced, .approved_by = approver_of(of, state)};
  made.to.id = options_.run_id;
  made.to.version = of.released.tag.empty() ? state.version : of.released.tag;
  made.to.commit = state.commit.empty() ? source_.git_of(*step.pipeline).commit.value_or("") : state.commit;
  if (!step.pipeline->declared.notifiers.empty()) made.to.who = who(step.pipeline->source_directory, around_);
  if (!state.newer.there.id.empty()) made.before = cicd::facts_of(state.newer.there);
  const std::lock_guard hold(mutex_);
  if (!refused && begun_.contains(step.id)) return;  // what was there before is what it began with
  decisions_.insert_or_assign(step.id, std::move(made));
}

std::optional<deploy_decision> change_gate::decision_of(const std::string& step) {
  const std::lock_guard hold(mutex_);
  const auto found = decisions_.find(step);
  return found == decisions_.end() ? std::nullopt : std::optional(found->second);
}

std::map<std::string, deploy_decision> change_gate::refused_deploys() {
  const std::lock_guard hold(mutex_);
  std::map<std::string, deploy_decision> refused;
  for (const auto& each : decisions_)
    if (each.second.refused) refused.insert(each);
  return refused;
}

void change_gate::keep_refusal(const graph_step& step, const error& refused, std::optional<gate_rule> waits) {
  const std::lock_guard hold(mutex_);
  refused_.insert_or_assign(step.id, plan_refusal{refused, waits});
}

bool change_gate::is_waiting_in_plan(const graph_step& step, gate_rule rule) {
  const std::lock_guard hold(mutex_);
  const auto found = refused_.find(step.id);
  return found != refused_.end() && found->second.waits == rule;
}

bool change_gate::is_refused_in_plan(const graph_step& step) {
  const std::lock_guard hold(mutex_);
  const auto found = refused_.find(step.id);
  return found != refused_.end() && !found->second.waits;
}

std::optional<error> change_gate::refused_in_plan(const graph_step& step) {
  const std::lock_guard hold(mutex_);
  const auto found = refused_.find(step.id);
  return found == refused_.end() ? std::nullopt : std::optional(found->second.why);
}

/// What is built is of the commit that was checked out when the run began, and so is what was asked of it.
status change_gate::check_unchanged(const graph_step& step) {
  const gate_question of = question_of(step);
  if (!of.is_outside) return {};
  for (const declared_pipeline* each : step.others)
    if (status same = source_.check_unchanged(*each, step.id, of.takes_dirty); !same) return same;
  return source_.check_unchanged(*step.pipeline, step.id, of.takes_dirty);
}

}  // namespace cicd
