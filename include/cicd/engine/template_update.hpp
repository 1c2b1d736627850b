// A service follows a newer version of its template: each file is merged three ways, from what the template
// gave, what it gives now, and what the service made of it. It does not commit.
#pragma once

#include <string>
#include <vector>

#include <cicd/base/or_errors.hpp>
#include <cicd/engine/new_service.hpp>

namespace cicd {

enum class merged_file {
  added,     ///< the template has it since
  updated,   ///< the service had not changed it
  merged,    ///< both changed it, in different places
  conflict,  ///< both changed it in one place: git's markers are in it
  removed,   ///< the template lost it, the service had not changed it
  kept,      ///< the template lost it, the service had changed it; or the service has a link or folder there
  deleted    ///< the service deleted it: it is not brought back
};
std::string_view word_for(merged_file how);

struct file_change {
  std::string path;
  merged_file how = merged_file::updated;
  std::string text{};  ///< to be written, as git stores it
  bool is_executable = false;
};

struct template_update {
  std::string folder;  ///< of the service, absolute
  service_record before, after;
  std::vector<file_change> changes;  ///< none: the service is up to date

  bool has_conflict() const;
};

/// What an update of the service that `folder` lies in would do. Class `policy` where the service has
/// uncommitted changes, `usage` where no template made it, the template is not found, is older, or needs a
/// parameter.
or_errors<template_update> plan_update(const std::string& folder,
                                       const std::vector<std::string>& set,
                                       const template_source& templates,
                                       const surroundings& around);

/// Writes the files as git checks them out, the record last.
status apply_update(const template_update& of, const surroundings& around);

}  // namespace cicd
