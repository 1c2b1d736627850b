// Rehearsing a git event: which deploys it sets off, and whether what is checked out stands for it. It plans
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

}  // namespace cicd
