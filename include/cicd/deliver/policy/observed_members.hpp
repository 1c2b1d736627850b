// The members of what is observed of a fleet, each named once for writing and for reading. Of a record and of
// git only what a decision looks at. Of no use outside of fleet_observation.ipp.
#pragma once

#include <string_view>
#include <type_traits>
#include <vector>

#include <cicd/deliver/policy/fleet_actions.hpp>

namespace cicd::observed {

/// The words of an enumeration, in the order of its values.
template <typename Enum>
const std::vector<std::string_view>& words_of();

/// Tells `to` the members of a `T`, a name before each; of no other type is anything observed.
template <typename T>
inline constexpr auto members = nullptr;

template <>
inline constexpr auto members<fleet_target> = [](auto& of, auto&& to) {
  to("pipeline", of.pipeline, "environment", of.environment, "runs", of.runs, "left", of.left, "deploying",
     of.deploying, "unknown", of.unknown, "windows", of.times, "candidates", of.candidates, "older",
     of.older);
};
template <>
inline constexpr auto members<deploy_times> =
    [](auto& of, auto&& to) { to("words", of.windows, "open", of.open); };
template <>
inline constexpr auto members<open_time> =
    [](auto& of, auto&& to) { to("from", of.from, "until", of.until); };
template <>
inline constexpr auto members<fleet_candidate> = [](auto& of, auto&& to) {
  to("commit", of.commit, "tag", of.tag, "branch", of.branch, "reasons", of.reasons, "built", of.is_built,
     "missing", of.missing, "proposed", of.proposed, "failed", of.failed, "tried_again", of.tried_again,
     "asked", of.asked, "facts", of.facts);
};

// --- What the gate is asked. Who asks is no part of it: that is judged when it is deployed. ---
template <>
inline constexpr auto members<gate_question> = [](auto& of, auto&& to) {
  to("subject", of.subject, "pipeline", of.pipeline, "environment", of.environment, "outside", of.is_outside,
     "takes_dirty", of.takes_dirty, "approval", of.approval, "author", of.author, "by_hand", of.is_by_hand,
     "rehearses", of.rehearses, "follows", of.follows, "released", of.released, "pin", of.pin, "soak_ms",
     of.soak, "awaits", of.awaits, "upstream", of.upstream, "gate", of.program, "sources", of.sources,
     "approve_words", of.approve_words, "read_words", of.read_words);
};
template <>
inline constexpr auto members<trigger> =
    [](auto& of, auto&& to) { to("kind", of.kind, "pattern", of.pattern); };
template <>
inline constexpr auto members<release_rules> =
    [](auto& of, auto&& to) { to("branches", of.branches, "order", of.order, "tag", of.tag); };
template <>
inline constexpr auto members<tag_order> =
    [](auto& of, auto&& to) { to("pattern", of.pattern, "rule", of.rule); };
template <>
inline constexpr auto members<pinned_artifact> =
    [](auto& of, auto&& to) { to("word", of.word, "commit", of.commit, "declared_at", of.declared_at); };
template <>
inline constexpr auto members<source_facts> = [](auto& of, auto&& to) {
  to("declaration", of.is_declaration, "folder", of.folder, "git", of.git, "dirty", of.is_dirty, "departures",
     of.departures, "on_local_branch", of.is_on_local_branch, "released", of.released);
};
template <>
inline constexpr auto members<setting_departure> =
    [](auto& of, auto&& to) { to("name", of.name, "value", of.value, "declared", of.declared); };
template <>
inline constexpr auto members<git_state> = [](auto& of, auto&& to) {
  to("repository", of.repository, "commit", of.commit, "branch", of.branch, "tags", of.tags, "shallow",
     of.shallow, "unknown", of.unknown);
};
template <>
inline constexpr auto members<remote_place> = [](auto& of, auto&& to) {
  to("where", of.where, "url", of.url, "branch", of.branch, "remote", of.remote);
};

// --- What it is told ---
template <>
inline constexpr auto members<gate_state> = [](auto& of, auto&& to) {
  to("now", of.now, "version", of.version, "commit", of.commit, "hold", of.hold, "put_back_by_hand",
     of.reverted, "mark", of.mark, "newer", of.newer, "weakened", of.weakened, "weakened_by", of.weakened_by,
     "tagged", of.tagged, "from", of.from, "closed", of.closed, "awaited", of.awaited, "upstream",
     of.upstream, "program", of.program, "approvals", of.approvals, "approval_digest", of.approval_digest,
     "approves_artifact", of.approves_artifact);
};
template <>
inline constexpr auto members<deployment_hold> = [](auto& of, auto&& to) {
  to("who", of.who, "reason", of.reason, "version", of.version, "when", of.when, "everywhere", of.everywhere);
};
template <>
inline constexpr auto members<hand_revert> =
    [](auto& of, auto&& to) { to("commit", of.commit, "who", of.who, "when", of.when, "left", of.left); };
template <>
inline constexpr auto members<artifact_mark> = [](auto& of, auto&& to) {
  to("mark", of.is, "pipeline", of.pipeline, "commit", of.commit, "who", of.who, "reason", of.reason, "when",
     of.when);
};
template <>
inline constexpr auto members<succession> =
    [](auto& of, auto&& to) { to("order", of.is, "there", of.there, "mine", of.mine); };
template <>
inline constexpr auto members<deployment_record> = [](auto& of, auto&& to) {
  to("commit", of.commit, "committed", of.committed, "tag", of.tag, "version", of.version, "who", of.who,
     "when", of.when, "outcome", of.outcome);
};
template <>
inline constexpr auto members<weakened_gate> =
    [](auto& of, auto&& to) { to("words", of.words, "here", of.here, "since", of.since); };
template <>
inline constexpr auto members<earlier_place> = [](auto& of, auto&& to) {
  to("name", of.name, "reached", of.was_reached, "there", of.there, "failed", of.failed, "healthy",
     of.was_healthy, "says", of.says, "unknown", of.unknown, "configuration", of.configuration, "unrecorded",
     of.is_unrecorded, "where", of.where, "soaked_ms", of.soaked, "since", of.since, "replaced", of.replaced);
};
template <>
inline constexpr auto members<closed_window> =
    [](auto& of, auto&& to) { to("windows", of.windows, "opens_text", of.opens_text, "opens", of.opens); };
template <>
inline constexpr auto members<awaited_image> =
    [](auto& of, auto&& to) { to("repository", of.repository, "tags", of.tags, "digest", of.manifest); };
template <>
inline constexpr auto members<upstream_build> =
    [](auto& of, auto&& to) { to("state", of.is, "number", of.number, "link", of.link, "says", of.says); };
template <>
inline constexpr auto members<program_answer> = [](auto& of, auto&& to) {
  to("passed", of.passed, "how", of.how, "last_lines", of.last_lines, "missing", of.is_missing);
};
template <>
inline constexpr auto members<deployment_approval> = [](auto& of, auto&& to) {
  to("who", of.who, "reason", of.reason, "digest", of.digest, "when", of.when, "expires", of.expires, "step",
     of.step, "version", of.version, "persons", of.persons);
};
template <>
inline constexpr auto members<error> = [](auto& of, auto&& to) {
  to("class", of.kind, "subject", of.subject, "text", of.what, "value", of.value, "notes", of.notes);
};
template <>
inline constexpr auto members<note> = [](auto& of, auto&& to) { to("label", of.label, "text", of.text); };

template <typename T>
concept has_members = !std::is_null_pointer_v<std::remove_const_t<decltype(members<T>)>>;

void visit_pairs(auto&& visit, const char* name, auto& member, auto&... others) {
  visit(name, member);
  if constexpr (sizeof...(others) > 0) visit_pairs(visit, others...);
}

/// Calls `visit` with the name of each member and the member, in their order.
template <typename T>
requires has_members<std::remove_const_t<T>>
void each_member(T& of, auto&& visit) {
  members<std::remove_const_t<T>>(of, [&](auto&... all) { visit_pairs(visit, all...); });
}

}  // namespace cicd::observed
