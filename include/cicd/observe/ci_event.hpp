// What set this run off, as the CI system says it in its own variables: a push to a branch, a tag, a pull
// request with base and source, a merge queue, a schedule, a start by hand. This is the one place that reads
// those variables; it knows no environment and does not judge who may deploy what.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/system/environment.hpp>

namespace cicd {

/// What happened. Everything that is no push, tag, pull request, queue or schedule (a button, an API, a
/// comment) is `by_hand`, and so is a laptop.
enum class event_kind : std::uint8_t { by_hand, push, tag, pull_request, merge_queue, schedule };

/// `pull request`, for messages.
std::string_view text_of(event_kind kind);

/// One event. All texts are as the CI system gave them and need `displayable` where they are shown, but for
/// `fork`, `contradictions` and `known_by`, which are made for messages.
struct ci_event {
  event_kind kind = event_kind::by_hand;
  std::string system;  ///< `GitHub Actions`; empty where no CI system was recognised (`CI=true` is none)
  /// Of a push, a schedule, or by hand in CI: the branch. Of a pull request or a merge queue: its base, never
  /// the source's. Empty where it is not said.
  std::string branch;
  std::string tag;            ///< of a tag event; also of what runs by hand or by schedule at a tag
  std::string source_branch;  ///< of a pull request or a merge queue, where it is said
  std::string
      request;         ///< of a proposed change: its number or id where the system keeps it, where it is said
  std::string actor;   ///< who set it off, `Name <address>` or a login, made for messages; else empty
  std::string commit;  ///< what the system says is built; empty where it does not say
  /// URL (or path) of the base repository by the system's own variable; empty where there is none. GitLab's
  /// bears a credential: shown with `shown_url` only.
  std::string repository;
  /// Set: counts as a fork; who it comes from and how we know: `a-user/orders (CIRCLE_PR_USERNAME)`. In a
  /// pull request whatever cannot be told apart counts as one.
  std::optional<std::string> fork;
  std::vector<std::string> contradictions;  ///< sentences: variables that do not fit together, or are missing
  std::string known_by;  ///< the variables it was read from: `GITHUB_EVENT_NAME, GITHUB_REF`

  /// Whether a CI system was recognised and all that it says fits together.
  bool is_consistent() const { return !system.empty() && contradictions.empty(); }
  /// Whether it is a request that a change be taken in: such code is on no branch of ours yet.
  bool is_proposed() const { return kind == event_kind::pull_request || kind == event_kind::merge_queue; }
};

/// Pure but for the event file that a variable names (a regular file of bounded size). Where several systems'
/// variables are set at once the safest reading counts, and that is a contradiction.
ci_event ci_event_of(const surroundings& around);

/// The same without what a CI system says of itself and of its event; `CI` stays, unless it is a system's
/// mark.
surroundings without_ci_system(const surroundings& around);

/// The page of this run at the CI system, by the system's own variable; empty where there is none.
std::string ci_run_link(const surroundings& around);

/// What all jobs of one CI run have in common and no other run has, by the system's own variable; empty where
/// there is none.
std::string ci_run_id(const surroundings& around);

}  // namespace cicd
