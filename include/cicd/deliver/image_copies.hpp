// The copies of images that an environment has in a registry of its own (IMAGES_IN): where they are, and that
// they are there before anything refers to them. It does not know how an environment is changed.
#pragma once

#include <string>
#include <vector>

#include <cicd/deliver/policy/gate.hpp>
#include <cicd/deliver/records/record.hpp>
#include <cicd/deliver/way.hpp>

namespace cicd {

/// Where the environment takes the images of `repository` from: the same, or its copy below IMAGES_IN.
std::string repository_in(const environment& place, const std::string& repository);

/// Copies the images of what is deployed that are not there yet, each with its tag. Done twice it transfers
/// nothing; killed anywhere the next one goes on. Class `conflict` where a tag is another image's there.
status copy_images(const permit& allowed,
                   const way_context& in,
                   const deploy_request& of,
                   const deployment_record& record,
                   const say_line& say);

/// For a plan: those that would be copied, a line each. A registry that does not answer is an error.
result<std::vector<std::string>> copy_lines(const way_context& in,
                                            const deploy_request& of,
                                            const deployment_record& record);

}  // namespace cicd
