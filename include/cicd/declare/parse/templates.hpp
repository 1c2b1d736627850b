// A pipeline template as data: `templates/<name>/template.json`, with what it extends before its own
// (docs/contracts/template.md). Its calls are those that a person could write; expanding it gives calls,
// which the one parser reads. It does not know its skeleton, which is read for a new service alone.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/base/or_errors.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/declare/parse/diagnostics.hpp>
#include <cicd/declare/parse/json_calls.hpp>
#include <cicd/declare/parse/recorded_call.hpp>
#include <cicd/declare/parse/template_adoption.hpp>
#include <cicd/declare/parse/template_parameters.hpp>

namespace cicd::declaring {

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
  std::string from;    ///< the template that has it, of a template and those under it
  std::string folder;  ///< of that one, which `{template}` stands for
};

/// A tool that the steps of a template start.
struct template_need {
  std::string tool;
  std::vector<std::string> ask;  ///< the command that prints its version
  std::string oldest;            ///< `3.6`; empty: any
  std::string package;           ///< of Debian; empty: none is known
  std::string unless;            ///< a file in the sources that takes its place, such as a wrapper
};

struct pipeline_template {
  std::string name;
  std::string description;
  std::string version;               ///< `1.4`; empty with schema 1
  std::vector<std::string> extends;  ///< the templates under it, nearest first
  std::vector<template_call> calls;  ///< those of the templates under it first
  std::vector<template_scanner> scanners;
  std::vector<template_parameter> parameters;
  std::vector<template_need> needs;
  std::set<std::string, std::less<>> used{};  ///< the parameters that its calls and scanners use
  std::optional<template_adoption> adopts{};  ///< its own alone, not of the templates under it
  bool of_environment = false;  ///< whether an environment takes it: its calls declare `{environment}`

  const template_scanner* scanner(std::string_view called) const;
  std::vector<std::string> scanner_names() const;
  const template_parameter* parameter(std::string_view called) const;
  std::vector<std::string> parameter_names() const;
};

/// The template, or all that is wrong with it, each with its file and line. Class `usage`: unknown (with the
/// nearest), no JSON, an unknown member, a value of another type, a placeholder that is no parameter,
/// extending itself.
or_errors<pipeline_template> read_template(std::string_view name, const template_source& source);
/// The same with the first error alone.
result<pipeline_template> template_named(std::string_view name, const template_source& source);

/// The calls that the template stands for in `pipeline`, with these scanners, the severity that fails them,
/// and a value for each parameter. `values` of one of an environment has its name as `environment`.
std::vector<call> expanded(const pipeline_template& of,
                           std::string_view pipeline,
                           const std::string& directory,
                           const std::vector<std::string>& scanners,
                           const std::string& fail_on,
                           const parameter_values& values);

/// What is wrong with a call that names the template: of a pipeline where it is one of an environment, the
/// other way round, or within a template of an environment, which `extends` others.
remark template_of_other_kind(const pipeline_template& of);
remark template_in_template(const pipeline_template& of);
/// What is wrong with a file that the call has in its template's folder, the word `at`; nothing where it is
/// none, or is there and, as the program of an option, can be executed. `files` gives those of a template.
std::optional<remark> wrong_file_of(
    const template_call& of,
    const call& as,
    std::size_t at,
    const std::function<std::span<const template_file>(const std::string&)>& files_of);

/// `3.10` after `3.9`: whether a version is older than another, number by number.
bool is_older(std::string_view version, std::string_view than);

}  // namespace cicd::declaring
