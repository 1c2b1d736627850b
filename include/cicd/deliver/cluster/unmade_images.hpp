// Images that are yet to be made, in what a plan shows of objects before anything is built.
#pragma once

#include <string>

#include <cicd/deliver/cluster/plan.hpp>

namespace cicd {

/// Of an image that is yet to be made; as in a reference.
std::string unmade_digest();
/// In what would change and in the object itself the image is shown as not made yet.
void leave_images_open(planned_object& one);

}  // namespace cicd
