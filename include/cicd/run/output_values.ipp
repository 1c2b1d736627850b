// The file of values: a flat JSON object, of which the members that are declared count.
#pragma once

#include <cicd/run/output_values.hpp>

#include <algorithm>
#include <cmath>
#include <variant>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/system/own_file.hpp>

namespace cicd {

namespace run_output_values {
namespace {

error wrong(const step& of, std::string what, std::string value) {
  return error{exit_class::step_failed, {}, std::move(what), std::move(value), {}}.with("file",
                                                                                        values_path(of));
}

std::string names_of(const json& all) {
  std::vector<std::string> names;
  for (const auto& [name, value] : all.members()) names.push_back(name);
  constexpr std::size_t most = 20;
  if (names.size() > most) names.resize(most);
  return joined(names, ", ");
}

/// The value as a text; an error that does not hold it.
result<std::string> text_of_value(const step& of, const std::string& name, const json& all) {
  const auto found = std::ranges::find(all.members(), name, &json::object::value_type::first);
  if (found == all.members().end())
    return wrong(of, "it succeeded, but did not leave this value", name).with("found", names_of(all));
  const json& value = found->second;
  if (!value.is_string() && !value.is_boolean() && !value.is_integer()
      && !std::holds_alternative<double>(value.held()))
    return wrong(of, "a value that it left is null, a list or an object", name)
        .with("allowed", "a text, a number, true or false");
  // Beyond it not every whole number is one of ours, and it would change on its way.
  constexpr double most_exact = 9007199254740992.0;
  if (const double* number = std::get_if<double>(&value.held()); number && std::abs(*number) >= most_exact)
    return wrong(of, "a value that it left is a number that is too large to be passed on exactly", name)
        .with("try", "write it as a text: in quotes");
  std::string text = value.is_string() ? value.text() : compact(value);
  if (text.size() > largest_value)
    return wrong(of, fmt::format("a value that it left has more than {} bytes", largest_value), name);
  if (text.find('\0') != text.npos) return wrong(of, "a value that it left holds a NUL byte", name);
  return text;
}

result<json> object_in(const step& of, const std::string& folder) {
  const result<std::string> text = read_below(folder, values_path(of), {.limit = largest_values_file});
  if (!text) {
    error why = text.error();
    why.kind = exit_class::step_failed;
    return std::move(why).with("caused by", "it succeeded, but its OUTPUT_VALUES cannot be read");
  }
  result<json> all = parse_json(*text);
  // The parser's own words may show a piece of it.
  if (!all || !all->is_object())
    return wrong(of, "what it left as values is not a JSON object", values_path(of))
        .with("allowed", R"(one object, such as {"host": "db.example.com", "port": 5432})");
  return all;
}

}  // namespace
}  // namespace run_output_values

std::string values_path(const step& of) {
  return of.output_values_in ? of.output_values_in.str() : std::string("outputs.json");
}

result<left_values> read_values(const step& of, const std::string& folder) {
  using namespace run_output_values;
  const result<json> all = object_in(of, folder);
  if (!all) return all.error();
  left_values left;
  for (const value_name& name : of.output_values) {
    result<std::string> text = text_of_value(of, name.str(), *all);
    if (!text) return std::move(text).error();
    left.plain.emplace(name.str(), *std::move(text));
  }
  for (const value_name& name : of.secret_output_values) {
    result<std::string> text = text_of_value(of, name.str(), *all);
    if (!text) return std::move(text).error();
    left.secret.emplace_back(name.str(), secret_value(*std::move(text)));
  }
  return left;
}

found_secrets find_secrets(const step& of, const std::string& folder) {
  using namespace run_output_values;
  const result<json> all = object_in(of, folder);
  found_secrets found;
  if (!all) return found;
  found.is_whole = true;
  for (const value_name& name : of.secret_output_values) {
    result<std::string> text = text_of_value(of, name.str(), *all);
    found.is_whole = found.is_whole && text;
    if (text) found.all.emplace_back(name.str(), secret_value(*std::move(text)));
  }
  if (found.is_whole) return found;
  for (const json::object::value_type& each : all->members())
    if (each.second.is_string() && std::ranges::none_of(of.output_values, [&](const value_name& plain) {
          return plain.view() == each.first;
        }))
      found.all.emplace_back(each.first, secret_value(each.second.text()));
  return found;
}

json json_of_values(const std::map<std::string, std::string>& values) {
  json all{json::object{}};
  for (const auto& [name, value] : values) all.set(name, value);
  return all;
}

std::map<std::string, std::string> values_from(const json& of) {
  std::map<std::string, std::string> values;
  for (const auto& [name, value] : of.members())
    if (value.is_string() && value_name::accepts(name)) values.emplace(name, value.text());
  return values;
}

}  // namespace cicd
