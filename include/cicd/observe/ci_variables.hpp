// Reading a CI system's variables, and what all of them have in common: refs, repositories with several URLs,
// people. For the readers of `ci_event` only, one `ci_<system>.ipp` each.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/observe/ci_event.hpp>

namespace cicd::observing {

/// `Name <address>`, made visible; what is empty is left out.
std::string as_person(std::string_view name, std::string_view address);

/// The variables, and which of them were set and asked for. A value is trimmed; unset and empty are the same.
class ci_variables {
 public:
  explicit ci_variables(const surroundings& around) : around_(around) {}

  std::string operator[](std::string_view name);
  /// The first of them that is set.
  std::string first_of(std::initializer_list<std::string_view> names);
  /// Who is named by these variables; this is no part of `known_by`.
  std::string person(std::string_view name, std::string_view address = {}) const;
  /// `A, B`: those that were read and are set, in that order.
  std::string known_by() const;

 private:
  const surroundings& around_;
  std::vector<std::string> read_;
};

/// Fills in all but `system` and `known_by`.
using ci_reader = void (*)(ci_variables& variables, ci_event& to);

void read_azure(ci_variables& variables, ci_event& to);
void read_bitbucket(ci_variables& variables, ci_event& to);
void read_buildkite(ci_variables& variables, ci_event& to);
void read_circle(ci_variables& variables, ci_event& to);
void read_drone(ci_variables& variables, ci_event& to);
void read_github(ci_variables& variables, ci_event& to);
void read_gitlab(ci_variables& variables, ci_event& to);
void read_jenkins(ci_variables& variables, ci_event& to);
void read_travis(ci_variables& variables, ci_event& to);
void read_woodpecker(ci_variables& variables, ci_event& to);

/// `main` of `refs/heads/main` and of `main`; nothing of any other ref.
std::string branch_in(std::string_view ref);
/// `v1` of `refs/tags/v1`; nothing of anything else.
std::string tag_in(std::string_view ref);
/// Whether a code host keeps proposed changes under it: `refs/pull/1/merge`, `pull/1`,
/// `refs/merge-requests/1/head`.
bool is_request_ref(std::string_view ref);
/// `1` of these, the change's number of Gerrit's `refs/changes/34/1234/5`; nothing of any other ref.
std::string request_in(std::string_view ref);

/// `git.example.com/us/orders` of each of its URLs: `git@host:us/orders.git`, `https://host/us/orders`.
std::string repository_in(std::string url);

/// A pull request from `theirs` to `ours`: a fork where they differ or one is not known. `variable` says
/// whose.
void compare_repositories(const std::string& theirs,
                          const std::string& ours,
                          std::string_view variable,
                          ci_event& to);
/// It is a pull request, and nothing says whose.
void cannot_be_told(std::string_view variable, ci_event& to);

/// The event of a branch or, where there is a tag, of that tag. What is kept under a code host's own refs is
/// what these stand for: a pull request of unknown origin, GitHub's merge queue.
void take_ref(event_kind of_branch, const std::string& branch, const std::string& tag, ci_event& to);
void take_queue(const std::string& base, const std::string& source, ci_event& to);

/// Says so where the variable that tells what happened has no value.
void require(std::string_view name, const std::string& value, ci_event& to);

}  // namespace cicd::observing
