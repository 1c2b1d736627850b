// The rules of the gate, one function for each: success, or the refusal in words. Which change is asked
// which, and in which order, is the table in gate.ipp. Of no use outside of the gate.
#pragma once

#include <string>

#include <cicd/deliver/policy/gate.hpp>

namespace cicd::gate_rules {

// --- Who asks ---
status judge_fork(const gate_question& of);
/// Whether the base branch has a say in a change of a pull request, so that it has to be asked.
bool is_asked_of_base(const gate_question& of);
status judge_proposal(const gate_question& of);
status judge_protection(const gate_question& of);

// --- What is checked out ---
status judge_dirty(const gate_question& of);
status judge_ref(const gate_question& of);
status judge_remote_ref(const gate_question& of);
status judge_declaration(const gate_question& of);

// --- What is released ---
status judge_pin(const gate_question& of, const gate_state& state);
status judge_branches(const gate_question& of);
status judge_version(const gate_question& of);
status judge_moved_tag(const gate_question& of, const gate_state& state);
status judge_from(const gate_question& of, const gate_state& state);
status judge_soak(const gate_question& of, const gate_state& state);
status judge_window(const gate_question& of, const gate_state& state);
status judge_await(const gate_question& of, const gate_state& state);
status judge_upstream(const gate_question& of, const gate_state& state);
status judge_signature(const gate_question& of, const gate_state& state);
status judge_program(const gate_question& of, const gate_state& state);

// --- What is there ---
status judge_yanked(const gate_question& of, const gate_state& state);
status judge_succession(const gate_question& of, const gate_state& state);
status judge_weakened(const gate_question& of, const gate_state& state);
status judge_hold(const gate_question& of, const gate_state& state);
status judge_approval(const gate_question& of, const gate_state& state);
std::string approver_in(const gate_question& of, const gate_state& state);

// --- The table ---
/// Whether the rule is asked of a change outside, or of one within the build tree, which fewer rules concern.
bool is_asked(change what, gate_rule rule, bool is_outside);
/// `push, tag`: the events of a CI system on which a PROTECTED environment is changed so.
std::string events_text(change what, bool is_by_hand = false);

// --- Words ---
/// Class `policy`, about the subject of the question.
error refusal(const gate_question& of, std::string what, std::string value);
/// The same of class `conflict`.
error conflict(const gate_question& of, std::string what, std::string value);
/// The same of class `usage`: this clone cannot tell.
error not_known(const gate_question& of, const source_facts& source, std::string what, std::string help);
/// `14:32 UTC`, of another day than `now` `14:32 UTC on 2026-11-30`; rounded up to a minute.
std::string clock_text(std::chrono::system_clock::time_point at, std::chrono::system_clock::time_point now);
/// When a refusal of that rule ends by itself.
std::optional<std::chrono::system_clock::time_point> end_of(gate_rule rule,
                                                            const gate_question& of,
                                                            const gate_state& state);
/// The seven digits of what is checked out.
std::string commit_here(const gate_question& of);

}  // namespace cicd::gate_rules
