// The members of what is observed of a fleet, each named once for writing and for reading. Of a record and of
// git only what a decision looks at. Of no use outside of fleet_observation.ipp.
#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>
#include <vector>

#include <cicd/deliver/policy/fleet_actions.hpp>

namespace cicd::observed {

/// `T` is `X`, or a constant one.
template <typename T, typename X>
concept is = std::same_as<std::remove_const_t<T>, X>;

/// The words of an enumeration, in the order of its values.
template <typename Enum>
const std::vector<std::string_view>& words_of();

template <is<fleet_target> T>
void each_member(T& of, auto&& visit) {
  visit("pipeline", of.pipeline);
  visit("environment", of.environment);
  visit("runs", of.runs);
  visit("left", of.left);
  visit("unknown", of.unknown);
  visit("windows", of.times);
  visit("candidates", of.candidates);
}
template <is<deploy_times> T>
void each_member(T& of, auto&& visit) {
  visit("words", of.windows);
  visit("open", of.open);
}
template <is<open_time> T>
void each_member(T& of, auto&& visit) {
  visit("from", of.from);
  visit("until", of.until);
}
template <is<fleet_candidate> T>
void each_member(T& of, auto&& visit) {
  visit("commit", of.commit);
  visit("tag", of.tag);
  visit("branch", of.branch);
  visit("reasons", of.reasons);
  visit("built", of.is_built);
  visit("missing", of.missing);
  visit("proposed", of.proposed);
  visit("failed", of.failed);
  visit("tried_again", of.tried_again);
  visit("asked", of.asked);
  visit("facts", of.facts);
}

// --- What the gate is asked. Who asks is no part of it: that is judged when it is deployed. ---
template <is<gate_question> T>
void each_member(T& of, auto&& visit) {
  visit("subject", of.subject);
  visit("pipeline", of.pipeline);
  visit("environment", of.environment);
  visit("outside", of.is_outside);
  visit("takes_dirty", of.takes_dirty);
  visit("approval", of.approval);
  visit("author", of.author);
  visit("by_hand", of.is_by_hand);
  visit("rehearses", of.rehearses);
  visit("follows", of.follows);
  visit("released", of.released);
  visit("pin", of.pin);
  visit("soak_ms", of.soak);
  visit("awaits", of.awaits);
  visit("upstream", of.upstream);
  visit("gate", of.program);
  visit("sources", of.sources);
  visit("approve_words", of.approve_words);
  visit("read_words", of.read_words);
}
template <is<trigger> T>
void each_member(T& of, auto&& visit) {
  visit("kind", of.kind);
  visit("pattern", of.pattern);
}
template <is<release_rules> T>
void each_member(T& of, auto&& visit) {
  visit("branches", of.branches);
  visit("order", of.order);
  visit("tag", of.tag);
}
template <is<tag_order> T>
void each_member(T& of, auto&& visit) {
  visit("pattern", of.pattern);
  visit("rule", of.rule);
}
template <is<pinned_artifact> T>
void each_member(T& of, auto&& visit) {
  visit("word", of.word);
  visit("commit", of.commit);
  visit("declared_at", of.declared_at);
}
template <is<source_facts> T>
void each_member(T& of, auto&& visit) {
  visit("declaration", of.is_declaration);
  visit("folder", of.folder);
  visit("git", of.git);
  visit("dirty", of.is_dirty);
  visit("on_local_branch", of.is_on_local_branch);
  visit("released", of.released);
}
template <is<git_state> T>
void each_member(T& of, auto&& visit) {
  visit("repository", of.repository);
  visit("commit", of.commit);
  visit("branch", of.branch);
  visit("tags", of.tags);
  visit("shallow", of.shallow);
  visit("unknown", of.unknown);
}
template <is<remote_place> T>
void each_member(T& of, auto&& visit) {
  visit("where", of.where);
  visit("url", of.url);
  visit("branch", of.branch);
  visit("remote", of.remote);
}

// --- What it is told ---
template <is<gate_state> T>
void each_member(T& of, auto&& visit) {
  visit("now", of.now);
  visit("version", of.version);
  visit("commit", of.commit);
  visit("hold", of.hold);
  visit("put_back_by_hand", of.reverted);
  visit("mark", of.mark);
  visit("newer", of.newer);
  visit("weakened", of.weakened);
  visit("weakened_by", of.weakened_by);
  visit("tagged", of.tagged);
  visit("from", of.from);
  visit("closed", of.closed);
  visit("awaited", of.awaited);
  visit("upstream", of.upstream);
  visit("program", of.program);
  visit("approvals", of.approvals);
  visit("approval_digest", of.approval_digest);
  visit("approves_artifact", of.approves_artifact);
}
template <is<deployment_hold> T>
void each_member(T& of, auto&& visit) {
  visit("who", of.who);
  visit("reason", of.reason);
  visit("version", of.version);
  visit("when", of.when);
  visit("everywhere", of.everywhere);
}
template <is<hand_revert> T>
void each_member(T& of, auto&& visit) {
  visit("commit", of.commit);
  visit("who", of.who);
  visit("when", of.when);
  visit("left", of.left);
}
template <is<artifact_mark> T>
void each_member(T& of, auto&& visit) {
  visit("mark", of.is);
  visit("pipeline", of.pipeline);
  visit("commit", of.commit);
  visit("who", of.who);
  visit("reason", of.reason);
  visit("when", of.when);
}
template <is<succession> T>
void each_member(T& of, auto&& visit) {
  visit("order", of.is);
  visit("there", of.there);
  visit("mine", of.mine);
}
template <is<deployment_record> T>
void each_member(T& of, auto&& visit) {
  visit("commit", of.commit);
  visit("committed", of.committed);
  visit("tag", of.tag);
  visit("version", of.version);
  visit("who", of.who);
  visit("when", of.when);
  visit("outcome", of.outcome);
}
template <is<weakened_gate> T>
void each_member(T& of, auto&& visit) {
  visit("words", of.words);
  visit("here", of.here);
  visit("since", of.since);
}
template <is<earlier_place> T>
void each_member(T& of, auto&& visit) {
  visit("name", of.name);
  visit("reached", of.was_reached);
  visit("there", of.there);
  visit("failed", of.failed);
  visit("healthy", of.was_healthy);
  visit("says", of.says);
  visit("unknown", of.unknown);
  visit("configuration", of.configuration);
  visit("unrecorded", of.is_unrecorded);
  visit("where", of.where);
  visit("soaked_ms", of.soaked);
  visit("since", of.since);
  visit("replaced", of.replaced);
}
template <is<closed_window> T>
void each_member(T& of, auto&& visit) {
  visit("windows", of.windows);
  visit("opens_text", of.opens_text);
  visit("opens", of.opens);
}
template <is<awaited_image> T>
void each_member(T& of, auto&& visit) {
  visit("repository", of.repository);
  visit("tags", of.tags);
  visit("digest", of.manifest);
}
template <is<upstream_build> T>
void each_member(T& of, auto&& visit) {
  visit("state", of.is);
  visit("number", of.number);
  visit("link", of.link);
  visit("says", of.says);
}
template <is<program_answer> T>
void each_member(T& of, auto&& visit) {
  visit("passed", of.passed);
  visit("how", of.how);
  visit("last_lines", of.last_lines);
  visit("missing", of.is_missing);
}
template <is<deployment_approval> T>
void each_member(T& of, auto&& visit) {
  visit("who", of.who);
  visit("reason", of.reason);
  visit("digest", of.digest);
  visit("when", of.when);
  visit("expires", of.expires);
  visit("step", of.step);
  visit("version", of.version);
  visit("persons", of.persons);
}
template <is<error> T>
void each_member(T& of, auto&& visit) {
  visit("class", of.kind);
  visit("subject", of.subject);
  visit("text", of.what);
  visit("value", of.value);
  visit("notes", of.notes);
}
template <is<note> T>
void each_member(T& of, auto&& visit) {
  visit("label", of.label);
  visit("text", of.text);
}

}  // namespace cicd::observed
