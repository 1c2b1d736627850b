// Who passed a CI system's own gate before the job that runs here: some systems say it by a variable, some
// when they are asked. It does not know what was approved.
#pragma once

#include <string>

#include <cicd/base/error.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// The person, as the system names one. `gate` is the environment or the job that waited, `folder` a clone
/// that the system made. Of GitHub Actions its API is asked, with GITHUB_TOKEN (`actions: read`): each who
/// approved, with `, ` between them, since it does not say who was the last. Of GitLab it is who started the
/// manual job of that name, as the server says that the clone came from: the user who starts a job may set
/// its variables, so that these prove nothing. Of Buildkite it is who unblocked the block before the step of
/// that key, of Drone who promoted a build to that target. Class `policy` where the gate was not passed or a
/// review rejected it, or the system does not say by whom; `remote` where it does not answer.
result<std::string> who_passed_gate(const std::string& gate,
                                    const std::string& folder,
                                    const surroundings& around,
                                    const cancellation* cancelled);

/// Of `APPROVAL other`, where a CI system names persons by logins, which are no names of git: whether the
/// person, or each of several as above, is neither the author nor the committer, by what that system says of
/// the commit. Class `policy` where one of them is, or where it does not know the author; done where no
/// system is asked.
status check_other_login(const std::string& person,
                         const std::string& commit,
                         const std::string& folder,
                         const surroundings& around,
                         const cancellation* cancelled);

}  // namespace cicd
