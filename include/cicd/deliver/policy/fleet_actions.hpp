// What one pass over the environments of many pipelines does: a pure function of what was observed. It does
// not know how anything is observed or deployed, and keeps nothing from one pass to the next.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <cicd/deliver/policy/gate.hpp>

namespace cicd {

/// A commit that an environment could take, with what the gate is told of it.
struct fleet_candidate {
  std::string commit;                  ///< 40 digits
  std::string tag{};                   ///< by which; empty: by none
  std::string branch{};                ///< that it is of; empty: not known, or of no importance
  std::vector<std::string> reasons{};  ///< why it is one: `main is at 5d6e7f8`, `stage has 5d6e7f8`
  bool is_built = true;                ///< its artifact is there
  std::string missing{};               ///< what it lacks, where a job elsewhere builds it
  std::string proposed{};              ///< the open pull request that deploys it, or its branch
  std::string failed{};                ///< how its last deploy there failed; empty: it did not
  /// When that is tried again by itself; nothing: never.
  std::optional<std::chrono::system_clock::time_point> tried_again{};
  gate_question asked{};  ///< unlike what is rehearsed, GATE is no part of it
  gate_state facts{};     ///< as they were at `facts.now`

  /// As a person knows it: the tag, else the first digits of the commit.
  std::string version() const { return tag.empty() ? commit.substr(0, 7) : tag; }
};

/// A time at which a WINDOW is open, or two that meet.
struct open_time {
  std::chrono::system_clock::time_point from{}, until{};
};
/// WINDOW, for two weeks from the observation on.
struct deploy_times {
  std::string windows{};          ///< `Mon-Fri 09:00-16:00, America/Sao_Paulo`
  std::vector<open_time> open{};  ///< in their order
};

/// An environment of a pipeline, as it was observed.
struct fleet_target {
  std::string pipeline, environment;
  std::string runs{};                         ///< what is there, as a person knows it; empty: nothing is
  std::vector<fleet_candidate> candidates{};  ///< newer than what is there, the newest first
  std::string older{};                        ///< that some of them were not looked at; empty: all were
  /// Where a candidate waits for a time; nothing where no WINDOW is declared, or none waits.
  std::optional<deploy_times> times{};
  std::string left{};              ///< why the loop never moves it; empty: it does
  std::string deploying{};         ///< who deploys there now, and since when; empty: no deploy is known
  std::optional<error> unknown{};  ///< what could not be read
};

enum class fleet_step : std::uint8_t {
  deploy,   ///< the artifact goes there now
  wait,     ///< for a time, or for a cause that may come
  refuse,   ///< what is newer there may not go, for good
  nothing,  ///< what is there is the newest
  unknown   ///< something could not be read, so that nothing is changed
};
/// `deploy`, as it is printed.
std::string_view word_of(fleet_step step);

/// What is done with one target.
struct fleet_action {
  fleet_step is = fleet_step::nothing;
  std::string pipeline, environment;
  std::string runs{};                  ///< what is there
  std::string commit{}, tag{};         ///< of what is deployed, waits or is refused
  std::string branch{};                ///< that it is of
  std::vector<std::string> reasons{};  ///< all that lead to it
  std::string rule{};  ///< that waits or refuses, `SOAK`; or `artifact`, `pull request`, `failed deploy`,
                       ///< `deploy under way`
  std::optional<error> why{};  ///< of wait, refuse and unknown
  /// Of wait: when it ends by itself, where that is known.
  std::optional<std::chrono::system_clock::time_point> until{};
  bool needs_person = false;  ///< of wait: for an approval, or for a job elsewhere that failed
  announcement announced{};   ///< what was told of the environment

  std::string target() const { return pipeline + "/" + environment; }
  std::string version() const { return tag.empty() ? commit.substr(0, 7) : tag; }
};

/// One action for each target, in their order. The newest candidate that the gate lets in is deployed; where
/// none is, the action is that of the candidate whose waiting ends first, else of the newest.
std::vector<fleet_action> actions_for(const std::vector<fleet_target>& observed,
                                      std::chrono::system_clock::time_point now);

/// Whether it would be deployed then.
bool may_go(const fleet_candidate& what, std::chrono::system_clock::time_point now);

/// What the gate is told at another time than that of the observation: what soaks is older by then, a window
/// opens or is closed.
gate_state facts_at(gate_state facts,
                    const std::optional<deploy_times>& times,
                    std::chrono::system_clock::time_point now);

/// When a candidate that waits may go, if nothing else happens; nothing where that is not known.
std::optional<std::chrono::system_clock::time_point> end_of_waiting(
    const fleet_candidate& what,
    const std::optional<deploy_times>& times,
    std::chrono::system_clock::time_point now);

}  // namespace cicd
