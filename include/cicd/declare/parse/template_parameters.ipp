// Values of parameters, judged by the same forms as the values of options.
#pragma once

#include <cicd/declare/parse/template_parameters.hpp>

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/values/values.hpp>

namespace cicd::declaring {

namespace declare_parse_template_parameters {
namespace {

/// Safe in a string of every language: no quote, no backslash, nothing that a markup language or a quoted
/// string of a shell expands.
bool is_line(std::string_view text) {
  constexpr std::string_view refused = "\"'\\`$<>&{}@%";
  return !text.empty() && text.size() <= 200 && std::ranges::none_of(text, [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < ' ' || byte == 0x7f || refused.find(c) != refused.npos;
  });
}

/// `com.example.shop`: names of lower-case letters, digits and `_`, with a letter first.
bool is_package(std::string_view text) {
  const std::vector<std::string> parts = split(text, '.');
  return !parts.empty() && text.size() <= 200 && !text.starts_with('.') && !text.ends_with('.')
         && std::ranges::all_of(parts, [](const std::string& part) {
              return !part.empty() && detail::is_lower(part.front()) && std::ranges::all_of(part, [](char c) {
                return detail::is_alnum_lower(c) || c == '_';
              });
            });
}

std::string package_guess(std::string_view text) {
  std::string made;
  for (const char c : lower(text)) {
    if (detail::is_alnum_lower(c) || c == '.' || c == '_') made += c;
    if (c == '-' || c == '/' || c == ' ') made += c == '/' ? '.' : '_';
  }
  return is_package(made) ? made : std::string();
}

std::string no_guess(std::string_view) {
  return {};
}

struct text_form {
  std::string_view name;
  std::string_view allowed;
  bool (*accepts)(std::string_view);
  std::string (*guess)(std::string_view);
};

template <typename T>
std::string guess_of(std::string_view text) {
  if constexpr (requires { T::guess(text); })
    return T::guess(text);
  else
    return {};
}
template <typename T>
constexpr text_form form_of(std::string_view name) {
  return {name, T::allowed(), [](std::string_view text) { return T::accepts(text); }, guess_of<T>};
}

constexpr std::array forms{
    text_form{"line", "one line of at most 200 characters without \" ' \\ ` $ < > & { } @ %", is_line,
              no_guess},
    form_of<dns_label>("name"),
    text_form{"package",
              "names of lower-case letters, digits and '_', joined by '.', each with a letter first",
              is_package, package_guess},
    form_of<host_name>("host"),
    form_of<relative_path>("path"),
    form_of<image_repository>("repository")};

const text_form& form_named(std::string_view name) {
  const auto found = std::ranges::find(forms, name, &text_form::name);
  return found == forms.end() ? forms.front() : *found;
}

std::optional<long> number_in(std::string_view text) {
  long number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace
}  // namespace declare_parse_template_parameters

std::string_view template_parameter::type_name() const {
  switch (type) {
    case parameter_type::integer: return "integer";
    case parameter_type::choice: return "choice";
    case parameter_type::boolean: return "boolean";
    case parameter_type::text: break;
  }
  return "text";
}

std::string template_parameter::allowed_text() const {
  switch (type) {
    case parameter_type::integer: return fmt::format("a whole number from {} to {}", least, most);
    case parameter_type::choice: return joined(allowed, ", ");
    case parameter_type::boolean: return "true, false";
    case parameter_type::text: break;
  }
  return std::string(declare_parse_template_parameters::form_named(form).allowed);
}

bool template_parameter::accepts(std::string_view value) const {
  using namespace declare_parse_template_parameters;
  switch (type) {
    case parameter_type::integer: {
      const std::optional<long> number = number_in(value);
      return number && *number >= least && *number <= most && std::to_string(*number) == value;
    }
    case parameter_type::choice: return std::ranges::find(allowed, value) != allowed.end();
    case parameter_type::boolean: return value == "true" || value == "false";
    case parameter_type::text: break;
  }
  return form_named(form).accepts(value);
}

std::string template_parameter::guess(std::string_view value) const {
  using namespace declare_parse_template_parameters;
  std::string made;
  const std::string word = lower(value);
  if (type == parameter_type::choice) made = nearest(value, allowed).value_or("");
  if (type == parameter_type::text) made = form_named(form).guess(value);
  if (type == parameter_type::boolean)
    made = word == "on" || word == "yes" || word == "1" || word == "true"    ? "true"
           : word == "off" || word == "no" || word == "0" || word == "false" ? "false"
                                                                             : "";
  if (const std::optional<long> number = number_in(value); number && type == parameter_type::integer)
    made = std::to_string(std::clamp(*number, least, most));
  return accepts(made) ? made : std::string();
}

std::optional<std::pair<long, long>> range_in(std::string_view text) {
  using declare_parse_template_parameters::number_in;
  const auto dots = text.find("..");
  if (dots == text.npos) return std::nullopt;
  const auto least = number_in(text.substr(0, dots)), most = number_in(text.substr(dots + 2));
  if (!least || !most || *least > *most) return std::nullopt;
  return std::pair(*least, *most);
}

std::vector<std::string> text_forms() {
  std::vector<std::string> names;
  for (const auto& each : declare_parse_template_parameters::forms) names.emplace_back(each.name);
  return names;
}

std::optional<wrong_parameter> wrong_value_of(const std::vector<template_parameter>& of,
                                              std::string_view name,
                                              std::string_view value) {
  const auto found = std::ranges::find(of, name, &template_parameter::name);
  if (found == of.end()) {
    std::vector<std::string> names;
    for (const template_parameter& each : of) names.push_back(each.name);
    return wrong_parameter{.what = "the template has no such parameter",
                           .value = std::string(name),
                           .allowed = names.empty() ? "nothing: it has no parameters" : joined(names, ", "),
                           .did_you_mean = nearest(name, names).value_or("")};
  }
  if (found->accepts(value)) return std::nullopt;
  const std::string meant = found->guess(value);
  return wrong_parameter{
      .what = fmt::format("the parameter {} is {} {}", name,
                          found->type == parameter_type::integer ? "an" : "a", found->type_name()),
      .value = std::string(value),
      .allowed = found->allowed_text(),
      .did_you_mean = meant.empty() ? std::string() : fmt::format("{}={}", name, meant)};
}

parameter_values values_over_defaults(const std::vector<template_parameter>& of,
                                      const parameter_values& given) {
  parameter_values values;
  for (const template_parameter& each : of)
    if (const auto found = given.find(each.name); found != given.end())
      values[each.name] = found->second;
    else if (each.default_value)
      values[each.name] = *each.default_value;
  return values;
}

std::vector<std::string> without_value(const std::vector<template_parameter>& of,
                                       const parameter_values& given) {
  std::vector<std::string> names;
  for (const template_parameter& each : of)
    if (!each.default_value && !given.contains(each.name)) names.push_back(each.name);
  return names;
}

}  // namespace cicd::declaring
