// The paths of a build tree and of the shared folders.
#pragma once

#include <cicd/base/text.hpp>
#include <cicd/run/workspace.hpp>

namespace cicd {

std::string flat_name(std::string step) {
  return replaced_all(std::move(step), "/", ".");
}

std::string workspace::memory(const std::string& step, const std::string& kind) const {
  return of_domain() + "/steps/" + flat_name(step) + "." + kind;
}

std::string workspace::junit(const std::string& step) const {
  return own() + "/junit/" + flat_name(step) + ".xml";
}

}  // namespace cicd
