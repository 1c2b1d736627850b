// The skeleton of a template: the files of a new service, with `@@name@@` for the service's name, for names
// made of it and for parameters (docs/contracts/template.md). It does not know where a service is put.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/or_errors.hpp>
#include <cicd/declare/options/options.hpp>
#include <cicd/declare/parse/templates.hpp>

namespace cicd::declaring {

/// A file of a new service.
struct service_file {
  std::string path;
  std::string text;
  bool is_executable = false;

  bool operator==(const service_file&) const = default;
};

/// A file of a skeleton as it stands in the template.
struct skeleton_file {
  std::string shown;  ///< its path, for messages
  std::string path;   ///< below `service/`, with placeholders
  std::string text;
  bool is_executable = false;
  std::string parameter, value;  ///< it belongs to services with this value only; empty: to all
};

struct template_skeleton {
  std::vector<skeleton_file>
      files;  ///< those of the templates under it first; a later one replaces an earlier
  std::set<std::string, std::less<>> used{};  ///< the parameters that it uses
};

/// The skeleton, which may have no file, or all that is wrong with it, with files and lines.
or_errors<template_skeleton> read_skeleton(const pipeline_template& of, const template_source& source);

/// The files of the service `name`, sorted by path; an error where a path leads out or is git's.
or_errors<std::vector<service_file>> rendered(const template_skeleton& of,
                                              const pipeline_template& from,
                                              std::string_view name,
                                              const parameter_values& values);

/// All that is wrong with a template: its template.json, its skeleton, parameters that nothing uses, and what
/// its calls declare.
errors check_template(const std::string& name, const template_source& source);

/// What stands for `@@…@@` in the skeleton of a service beside parameters: `name`, `name_snake`, …, each with
/// words.
std::vector<placeholder_doc> skeleton_placeholders();

}  // namespace cicd::declaring
