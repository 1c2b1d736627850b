// Reads calls out of JSON, for a template and for a pipeline.
#pragma once

#include <cicd/declare/parse/json_calls.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <cicd/base/json_place.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/declare/options/fields.hpp>
#include <cicd/declare/placeholders.hpp>

namespace cicd::declaring {

namespace declare_parse_json_calls {
namespace {

constexpr std::string_view pipeline_word = "{pipeline}";

}  // namespace
}  // namespace declare_parse_json_calls

std::vector<std::string> functions_of(const calls_file& of) {
  std::vector<std::string> names;
  for (const declaring_function& each : declaring_functions())
    if ((!each.name.starts_with("add_") && each.kind != "ci_export")
        || (of.adds_pipeline && each.kind == "pipeline"))
      names.emplace_back(each.name);
  return names;
}

bool is_list_of_texts(const json& value) {
  return value.is_array() && std::ranges::all_of(value.elements(), &json::is_string);
}

json_calls::json_calls(calls_file of, std::string text, errors& found)
    : of_(std::move(of)), text_(std::move(text)), found_(found) {}

int json_calls::line_of(const path& at) const {
  return line_in_json(text_, at);
}

void json_calls::wrong(path at, remark about) {
  wrong_at(line_of(at), std::move(about));
}

void json_calls::wrong_at(int line, remark about) {
  found_.push_back(error{exit_class::usage, of_.subject, std::move(about.what), std::move(about.value), {}}
                       .with("declared at", fmt::format("{}:{}", of_.shown, line))
                       .with("did you mean", std::move(about.did_you_mean))
                       .with("allowed", std::move(about.allowed))
                       .with("try", std::move(about.help)));
}

std::optional<json> json_calls::document() {
  if (const std::string valid = valid_utf8(text_); valid != text_) {
    const auto at = static_cast<std::size_t>(std::ranges::mismatch(text_, valid).in1 - text_.begin());
    wrong_at(line_of_byte(text_, at),
             {.what = fmt::format("{} is not in UTF-8 from byte {} on", of_.name, at),
              .value = displayable(text_.substr(at, 1))});
    return std::nullopt;
  }
  result<json> data = parse_json(text_);
  if (!data) {
    const auto line = std::ranges::find(data.error().notes, "line", &note::label);
    return wrong_at(line == data.error().notes.end() ? 1 : std::stoi(line->text),
                    {.what = of_.name + ": " + data.error().what, .value = data.error().value}),
           std::nullopt;
  }
  if (!data->is_object()) return wrong({}, {.what = of_.name + " is not an object"}), std::nullopt;
  if (const auto twice = repeated_member_in(text_))
    return wrong_at(twice->line, {.what = of_.name + ": the member is given twice", .value = twice->name}),
           std::nullopt;
  return std::move(*data);
}

bool json_calls::check_members(const json& object,
                               path at,
                               std::string_view what,
                               const std::vector<std::string>& known) {
  if (!object.is_object())
    return wrong(std::move(at), {.what = fmt::format("{} is not an object", what)}), false;
  bool good = true;
  for (const auto& [key, member] : object.members()) {
    if (std::ranges::find(known, key) != known.end()) continue;
    good = false;
    path below = at;
    below.push_back(key);
    wrong(std::move(below), {.what = fmt::format("{} has an unknown member", what),
                             .value = key,
                             .allowed = joined(known, ", "),
                             .did_you_mean = nearest(key, known).value_or("")});
  }
  return good;
}

std::vector<json_calls::read_call> json_calls::calls_in(const json& calls) {
  std::vector<read_call> read;
  if (!calls.is_null() && !calls.is_array()) return wrong({"calls"}, {.what = "calls is not a list"}), read;
  const std::vector<int> lines = lines_of_elements(text_, path{"calls"});
  for (std::size_t at = 0; at < calls.elements().size(); ++at)
    add_call(calls.elements()[at], {.words = {}, .line = lines.at(at), .at = {"calls", std::to_string(at)}},
             read);
  return read;
}

void json_calls::add_call(const json& data, read_call at, std::vector<read_call>& to) {
  using declare_parse_json_calls::pipeline_word;
  at.words = data.texts();
  if (!is_list_of_texts(data) || at.words.size() < 2)
    return wrong_at(at.line, {.what = "a call is not [<function>, \"{pipeline}\", …]",
                              .value = cut_to(compact(data), 100),
                              .allowed = "a list of strings"});
  const std::vector<std::string> functions = functions_of(of_);
  if (std::ranges::find(functions, at.words[0]) == functions.end())
    return wrong_at(at.line, {.what = fmt::format("no function that {} may call", of_.caller),
                              .value = at.words[0],
                              .allowed = joined(functions, ", "),
                              .did_you_mean = nearest(at.words[0], functions).value_or("")});
  if (at.words[1] != pipeline_word)
    return wrong_at(at.line, {.what = fmt::format("a call of {} is of another pipeline", at.words[0]),
                              .value = at.words[1],
                              .allowed = std::string(pipeline_word),
                              .did_you_mean = std::string(pipeline_word)});
  to.push_back(std::move(at));
}

or_errors<std::vector<call>> calls_of_json(const pipeline_json& of, std::string text) {
  or_errors<std::vector<call>> read;
  json_calls reader({.subject = of.pipeline,
                     .name = of.shown.substr(of.shown.rfind('/') + 1),
                     .shown = of.shown,
                     .caller = "a pipeline.json",
                     .adds_pipeline = true},
                    std::move(text), read.errors);
  const std::optional<json> data = reader.document();
  if (!data || !reader.check_members(*data, {}, reader.file().name, {"$schema", "schema", "calls"}))
    return read;
  if ((*data)["schema"].integer() != template_schema)
    reader.wrong({"schema"}, {.what = reader.file().name + " has an unknown schema",
                              .value = compact((*data)["schema"]),
                              .allowed = fmt::format("\"schema\": {}", template_schema)});
  const auto call_at = [&](int line, std::string function, std::vector<std::string> arguments) {
    return call{.where = {.list_file = of.file,
                          .function = std::move(function),
                          .which = 0,
                          .lines = {{of.file, line}}},
                .directory = of.directory,
                .arguments = std::move(arguments)};
  };
  std::vector<call> calls;
  for (const json_calls::read_call& each : reader.calls_in((*data)["calls"])) {
    calls.push_back(call_at(each.line, each.words[0], {}));
    for (std::size_t word = 1; word < each.words.size(); ++word)
      calls.back().arguments.push_back(with_placeholders(each.words[word], {{"pipeline", of.pipeline}}));
  }
  const auto adds = [](const call& each) { return each.where.function == "add_pipeline"; };
  if (std::ranges::none_of(calls, adds))
    calls.insert(calls.begin(), call_at(1, "add_pipeline", {of.pipeline}));
  if (read.errors.empty()) read.made = std::move(calls);
  return read;
}

}  // namespace cicd::declaring
