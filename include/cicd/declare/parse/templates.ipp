// Reads templates and expands them into calls.
#pragma once

#include <cicd/declare/parse/templates.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/declare/options/fields.hpp>
#include <cicd/declare/placeholders.hpp>

namespace cicd::declaring {
namespace {

error wrong_template(std::string_view name, std::string what, std::optional<std::string> value = {}) {
  return {.kind = exit_class::usage,
          .subject = fmt::format("template {}", name),
          .what = std::move(what),
          .value = std::move(value),
          .notes = {}};
}

/// An object's members are all known ones.
status check_members(const json& object,
                     std::string_view name,
                     std::string_view what,
                     const std::vector<std::string>& known) {
  if (!object.is_object()) return wrong_template(name, fmt::format("{} is not an object", what));
  for (const auto& [key, member] : object.members())
    if (std::find(known.begin(), known.end(), key) == known.end())
      return wrong_template(name, fmt::format("{} has an unknown member", what), key)
          .with("allowed", joined(known, ", "))
          .with("did you mean", nearest(key, known).value_or(""));
  return {};
}

bool is_list_of_texts(const json& value) {
  return value.is_array()
         && std::all_of(value.elements().begin(), value.elements().end(),
                        [](const json& element) { return element.is_string(); });
}

status add_calls(const json& calls, const std::string& file, pipeline_template& to) {
  std::vector<std::string> functions;
  for (const declaring_function& each : declaring_functions())
    if (each.name != "add_pipeline") functions.emplace_back(each.name);
  std::map<std::string, int> counts;
  for (const json& each : calls.elements()) {
    std::vector<std::string> words = each.texts();
    if (!is_list_of_texts(each) || words.size() < 2 || words[1] != "{pipeline}")
      return wrong_template(to.name, "a call is not [<function>, \"{pipeline}\", …]", compact(each));
    if (std::find(functions.begin(), functions.end(), words[0]) == functions.end())
      return wrong_template(to.name, "no function that a template may call", words[0])
          .with("allowed", joined(functions, ", "))
          .with("did you mean", nearest(words[0], functions).value_or(""));
    origin where{.list_file = file, .function = words[0], .which = ++counts[words[0]]};
    words.erase(words.begin());
    to.calls.push_back({std::move(where), std::move(words)});
  }
  return {};
}

status read_severities(const json& severities, template_scanner& to, const std::string& name) {
  for (const auto& [placeholder, words] : severities.members()) {
    for (const char* severity : {"low", "medium", "high"}) {
      if (!words[severity].is_string())
        return wrong_template(name, fmt::format("scanner {}: severities need low, medium and high", to.name),
                              placeholder);
      to.severities[placeholder][severity] = words[severity].text();
    }
  }
  return {};
}

status add_scanner(const std::string& called,
                   const json& data,
                   const std::string& file,
                   pipeline_template& to) {
  status fine = check_members(data, to.name, fmt::format("scanner {}", called),
                              {"description", "default", "step", "severities"});
  if (!fine) return fine;
  if (!is_list_of_texts(data["step"]) || data["step"].elements().empty())
    return wrong_template(to.name, fmt::format("scanner {}: step is not a list of strings", called));
  template_scanner made{.name = called,
                        .description = data["description"].text(),
                        .by_default = data["default"].boolean(),
                        .step = data["step"].texts(),
                        .severities = {},
                        .file = file};
  fine = read_severities(data["severities"], made, to.name);
  if (!fine) return fine;
  const auto same = std::find_if(to.scanners.begin(), to.scanners.end(),
                                 [&](const template_scanner& each) { return each.name == called; });
  if (same != to.scanners.end())
    *same = std::move(made);
  else
    to.scanners.push_back(std::move(made));
  return {};
}

/// Adds what one template.json says over what those under it said.
status add_own(const json& data, const std::string& name, pipeline_template& to) {
  to.name = name;
  to.description = data["description"].text();
  const std::string file = name + "/template.json";
  if (!data["calls"].is_null() && !data["calls"].is_array())
    return wrong_template(name, "calls is not a list");
  status fine = add_calls(data["calls"], file, to);
  for (const auto& [called, scanner] : data["scanners"].members())
    if (fine) fine = add_scanner(called, scanner, file, to);
  return fine;
}

/// The JSON of one template, its outermost members checked.
result<json> template_json(const std::string& name, const template_source& source) {
  const result<std::optional<std::string>> text =
      source.read ? source.read(name) : result<std::optional<std::string>>(std::nullopt);
  if (!text) return text.error();
  if (!*text) {
    const std::vector<std::string> names = source.names ? source.names() : std::vector<std::string>();
    return error{.kind = exit_class::usage,
                 .subject = {},
                 .what = "there is no such template",
                 .value = name,
                 .notes = {}}
        .with("allowed", names.empty() ? "nothing: no template was found" : joined(names, ", "))
        .with("did you mean", nearest(name, names).value_or(""))
        .with("try", "set CICD_TEMPLATE_PATH to the folder of your own templates");
  }
  result<json> data = parse_json(**text);
  if (!data) return wrong_template(name, "template.json: " + data.error().what, data.error().value);
  status fine =
      check_members(*data, name, "template.json", {"schema", "description", "extends", "scanners", "calls"});
  if (!fine) return std::move(fine).error();
  if ((*data)["schema"].integer() != template_schema)
    return wrong_template(name, "template.json has an unknown schema", compact((*data)["schema"]))
        .with("allowed", fmt::format("\"schema\": {}", template_schema));
  return data;
}

std::vector<std::string> with_pipeline(const std::vector<std::string>& words, std::string_view pipeline) {
  std::vector<std::string> replaced;
  replaced.reserve(words.size());
  const placeholder_values values{{"pipeline", std::string(pipeline)}};
  for (const std::string& word : words) replaced.push_back(with_placeholders(word, values));
  return replaced;
}

call scanner_call(const template_scanner& of,
                  std::string_view pipeline,
                  const std::string& directory,
                  const std::string& fail_on) {
  placeholder_values values;
  for (const auto& [placeholder, words] : of.severities) values[placeholder] = words.at(fail_on);
  call made{.where = {.list_file = of.file, .function = "scanner " + of.name, .which = 0},
            .directory = directory,
            .arguments = {std::string(pipeline), of.name}};
  for (const std::string& word : with_pipeline(of.step, pipeline))
    made.arguments.push_back(with_placeholders(word, values));
  return made;
}

}  // namespace

const template_scanner* pipeline_template::scanner(std::string_view called) const {
  const auto found = std::find_if(scanners.begin(), scanners.end(),
                                  [&](const template_scanner& each) { return each.name == called; });
  return found == scanners.end() ? nullptr : &*found;
}

std::vector<std::string> pipeline_template::scanner_names() const {
  std::vector<std::string> names;
  for (const template_scanner& each : scanners) names.push_back(each.name);
  return names;
}

result<pipeline_template> template_named(std::string_view name, const template_source& source) {
  std::vector<std::pair<std::string, json>> chain;
  for (std::string next(name); !next.empty();) {
    for (const auto& [seen, data] : chain)
      if (seen == next) return wrong_template(name, "the template extends itself", next);
    result<json> data = template_json(next, source);
    if (!data && chain.empty()) return std::move(data).error();
    if (!data) return std::move(data).error().with("extended by", chain.back().first);
    std::string under = (*data)["extends"].text();
    chain.emplace_back(std::move(next), *std::move(data));
    next = std::move(under);
  }
  pipeline_template made;
  for (auto each = chain.rbegin(); each != chain.rend(); ++each)
    if (status fine = add_own(each->second, each->first, made); !fine) return std::move(fine).error();
  for (auto each = std::next(chain.begin()); each != chain.end(); ++each) made.extends.push_back(each->first);
  return made;
}

std::vector<call> expanded(const pipeline_template& of,
                           std::string_view pipeline,
                           const std::string& directory,
                           const std::vector<std::string>& scanners,
                           const std::string& fail_on) {
  std::vector<call> calls;
  for (const template_call& each : of.calls)
    calls.push_back(
        {.where = each.where, .directory = directory, .arguments = with_pipeline(each.arguments, pipeline)});
  for (const std::string& name : scanners)
    if (const template_scanner* scanner = of.scanner(name))
      calls.push_back(scanner_call(*scanner, pipeline, directory, fail_on));
  return calls;
}

}  // namespace cicd::declaring
