// The parameters of a template: their types, and the values that are given for them. It does not know who
// gives them: a declaration (`SET`), or the command line of `cicd new`.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/base/json.hpp>

namespace cicd::declaring {

enum class parameter_type { text, integer, choice, boolean };

/// A parameter of a template; it is `{name}` in calls and `@@name@@` in the skeleton. Its value is a word.
struct template_parameter {
  std::string name;
  parameter_type type = parameter_type::text;
  std::string words;                           ///< what it is for
  std::optional<std::string> default_value{};  ///< nothing: it has to be given
  std::vector<std::string> allowed{};          ///< of a choice: the words
  std::string form = "line";                   ///< of a text: the name of its form
  long least = 0, most = 2'147'483'647;        ///< of an integer
  std::string declared_at{};                   ///< `<file>:<line>`

  /// `text`, `integer`, `choice` or `boolean`.
  std::string_view type_name() const;
  /// What a value may be, in words.
  std::string allowed_text() const;
  bool accepts(std::string_view value) const;
  /// The good value that was most likely meant; empty where nothing is near.
  std::string guess(std::string_view value) const;
};

/// The least and the most of `1..64`; nothing of what is no range.
std::optional<std::pair<long, long>> range_in(std::string_view text);

/// The names of the forms that a text may have.
std::vector<std::string> text_forms();

/// A value for each parameter.
using parameter_values = std::map<std::string, std::string, std::less<>>;

/// What is wrong with a value that was given, without where it was given; nothing where it is good.
struct wrong_parameter {
  std::string what;
  std::optional<std::string> value{};
  std::string allowed{}, did_you_mean{};
};
/// `known` are the names that may be given.
std::optional<wrong_parameter> wrong_value_of(const std::vector<template_parameter>& of,
                                              std::string_view name,
                                              std::string_view value);

/// The given values over the defaults; a parameter that has neither is left out.
parameter_values values_over_defaults(const std::vector<template_parameter>& of,
                                      const parameter_values& given);
/// Those that have no value.
std::vector<std::string> without_value(const std::vector<template_parameter>& of,
                                       const parameter_values& given);

}  // namespace cicd::declaring
