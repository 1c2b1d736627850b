// A git event: which deploys it sets off, and whether what is checked out stands for it. It plans and runs
// nothing.
#pragma once

#include <string>
#include <vector>

#include <cicd/deliver/delivery.hpp>
#include <cicd/engine/session.hpp>

namespace cicd {

/// The deploys that the event sets off; class `usage` where no environment follows such a branch or tag.
result<std::vector<std::string>> targets_of_event(const session& of, const git_event& event);

/// A tag stands for one commit. What is checked out is planned: where that is another one, it is an error,
/// where the tag is yet to come, a warning.
status check_rehearsal(const session& of, const git_event& event, errors& warnings);

/// Of a rehearsed pull request, as `rehearsed_request` has it. Class `usage` where this clone does not have
/// its base; what is checked out is planned: where that is not its source, a warning.
status check_rehearsed_request(const session& of, errors& warnings);

/// Whether the event may be run here. Class `usage` where its branch or tag is not here, or is another commit
/// than what is checked out; `policy` where the CI system says that something else happened.
status check_event(const session& of, const git_event& event);
/// Whether a branch or a tag can have this name (git check-ref-format --branch).
bool is_name_of_event(const std::string& name);
/// The surroundings of a job for a pull request, `[fork:]<source>..<base>`: what a CI system would say of it,
/// and nothing that one says here. Class `usage` where it is of another form.
result<surroundings> rehearsed_request(const std::string& text, const surroundings& around);
/// What the CI system says that happened. Class `usage` where it is neither a push to a branch nor a tag.
result<git_event> event_of_ci(const surroundings& around);

}  // namespace cicd
