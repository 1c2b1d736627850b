// What the commit that is checked out holds at places of our own: a file of it there is its author's word,
// and a link of it leads where its author likes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

struct tracked_path {
  std::string place;  ///< which of those that were asked for
  std::string path;   ///< absolute: at or below the place, or a link on the way to it
};

/// The first path that git tracks at or below one of the places (absolute), or a link on the way to one; as
/// they are written, and as the links lead that are there. Of the repository that a place lies in and of
/// those around it, once each; asks no git of what lies in none.
result<std::optional<tracked_path>> tracked_at(const std::vector<std::string>& places,
                                               const surroundings& around);

}  // namespace cicd
