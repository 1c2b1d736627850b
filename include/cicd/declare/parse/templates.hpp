// A pipeline template as data: `templates/<name>/template.json`, with what it extends before its own.
// Its calls are those that a person could write; expanding it gives calls, which the one parser reads.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/declare/parse/recorded_call.hpp>

namespace cicd::declaring {

inline constexpr int template_schema = 1;

/// A scanner that a template offers: a step of STAGE scan.
struct template_scanner {
  std::string name;
  std::string description;
  bool by_default = false;
  std::vector<std::string> step;  ///< arguments of pipeline_step() after the names
  /// Placeholder → severity of FAIL_ON → the scanner's own word for it.
  std::map<std::string, std::map<std::string, std::string>> severities;
  std::string file;  ///< the template.json that holds it
};

/// One call as it stands in a template: the function and its arguments, `{pipeline}` first.
struct template_call {
  origin where;
  std::vector<std::string> arguments;
};

struct pipeline_template {
  std::string name;
  std::string description;
  std::vector<std::string> extends;  ///< the templates under it, nearest first
  std::vector<template_call> calls;  ///< those of the templates under it first
  std::vector<template_scanner> scanners;

  const template_scanner* scanner(std::string_view called) const;
  std::vector<std::string> scanner_names() const;
};

/// The template of that name. Class `usage`: unknown (with the nearest), no JSON, an unknown member,
/// extending itself.
result<pipeline_template> template_named(std::string_view name, const template_source& source);

/// The calls that the template stands for in `pipeline`, with these scanners and the severity that fails
/// them.
std::vector<call> expanded(const pipeline_template& of,
                           std::string_view pipeline,
                           const std::string& directory,
                           const std::vector<std::string>& scanners,
                           const std::string& fail_on);

}  // namespace cicd::declaring
