// The folders that a run takes for its own: that what lies there is not of the commit that it builds.
#pragma once

#include <cicd/base/error.hpp>
#include <cicd/engine/session.hpp>

namespace cicd {

/// Class `policy` where the commit holds files, or a link on the way, in the folders of the cache, of the
/// index of runs or of the steps; of a pull request and a fork in those of the build tree, too. What lies
/// there is believed, removed and written without a question.
status check_own_places(const session& of);

}  // namespace cicd
