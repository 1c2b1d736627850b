// Whose results a run's are. What a pull request or a fork builds may have read anything, and its steps may
// have written anything: it is remembered and kept apart, and nothing but the same change reads it. The
// domain is where an entry lies, so that no entry can say that it belongs elsewhere.
//
// It separates what runs of the driver hand on to each other. It is no wall against a step that writes into
// the folders of the user it runs as: for that, runs of strangers need another user, machine or container.
#pragma once

#include <cstdint>
#include <string>

#include <cicd/observe/ci_event.hpp>
#include <cicd/run/workspace.hpp>

namespace cicd {

/// Empty (trusted) for a push, a tag, a merge queue (what is in it was approved), a schedule and by hand,
/// unless it counts as a fork; else a name for this change: the same for each run of one pull request,
/// another one for each repository, owner, source branch and number. A change that has neither number nor
/// source branch has one for each commit.
std::string domain_of(const ci_event& event);

/// Removes from the build tree what domains left that have not been used for two weeks.
void forget_old_domains(const workspace& where, std::int64_t now_seconds);

}  // namespace cicd
