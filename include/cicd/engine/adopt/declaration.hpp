// The declaration of an adopted service as text: the calls that a new service of its template has, with what
// was read in the place of the skeleton's own service. Pure, but for the template's files.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <cicd/base/or_errors.hpp>
#include <cicd/engine/adopt/adopted_sources.hpp>
#include <cicd/engine/adopt/projects.hpp>
#include <cicd/kubernetes/adopt/adopt.hpp>

namespace cicd::source_files {

/// All that is known of a service.
struct known_service {
  project of;
  fitting_template by;
  found_value name;
  std::optional<found_value> port{};  ///< nothing: it listens on none, or `runs` says it
  declaring::parameter_values set{};
  std::vector<std::pair<std::string, std::string>> set_from{};  ///< parameter → where its value comes from
  dockerfile container{};
  /// Whether its image is what the Dockerfile says, so that nothing of that is said a second time.
  bool is_of_dockerfile() const { return name_of(by.file) == "Dockerfile"; }
  std::optional<kubernetes::adoption> runs{};  ///< of manifests
  bool has_service = false;                    ///< none is to be added to those
  std::string branch = "main";
  std::string declaration{};  ///< empty: the template's
  std::vector<unread_part> unread{};
};

/// Class `usage` where the template's skeleton cannot be read.
or_errors<adopted_service> declared(const known_service& of,
                                    repository& in,
                                    const template_source& templates);

}  // namespace cicd::source_files
