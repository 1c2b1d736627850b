// docs/schema/pipeline.schema.json: the calls of a template.json and a pipeline.json as JSON Schema, from the
// table of options. A call is a flat list, so that a rule says what some word of it has to be: what the
// schema refuses, the parser refuses as well, and the parser refuses more.
#pragma once

#include <cicd/declare/explain/explain.hpp>

#include <fmt/format.h>

#include <regex>
#include <set>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/declare/options/options.hpp>
#include <cicd/declare/parse/json_calls.hpp>
#include <cicd/declare/parse/template_parameters.hpp>

namespace cicd {

namespace declare_explain_explain_schema {
namespace {

using declaring::option;

json reference_to(std::string_view name) {
  return members_of("$ref", fmt::format("#/$defs/{}", name));
}
json string_like(std::string_view pattern) {
  return members_of("type", "string", "pattern", pattern);
}
json list_like(json items) {
  return members_of("type", "array", "items", std::move(items), "minItems", 1);
}
/// What no pattern of a type knows: a word that is escaped, or that holds a placeholder. The second word of
/// each call, which is one, is no value.
constexpr std::string_view free_name = R"(^\\|\{[a-z_.]+\})";
constexpr std::string_view free_value = R"(^\\|^(?!\{pipeline\}$).*\{[a-z_.]+\})";

json or_free(json value, std::string_view which) {
  return members_of("anyOf", list_of(std::move(value), reference_to(which)));
}

/// The words in capitals that are one letter away from the keyword, which the parser takes for it.
std::string words_near(std::string_view keyword) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at < keyword.size(); ++at) {
    const std::string before(keyword.substr(0, at)), after(keyword.substr(at + 1));
    all.push_back(before + "[A-Z_]?" + after);
    all.push_back(before + keyword[at] + "[A-Z_]" + after);
    if (!after.empty()) all.push_back(before + after[0] + keyword[at] + after.substr(1));
  }
  return fmt::format("^(?!_)({})$", joined(all, "|"));
}
/// In shorter words a letter more or less is another word.
bool may_be_misspelt(std::string_view keyword) {
  return keyword.size() > 3;
}
std::string near_name(std::string_view keyword) {
  return fmt::format("near-{}", keyword);
}

/// What one value at least has to be; nothing where any text may be, or where a name would do as well.
json value_of(const option& of) {
  if (!of.choices.empty())
    return or_free(members_of("enum", json_texts({of.choices.begin(), of.choices.end()})), "free-value");
  if (of.pattern.empty() || std::regex_search("pipeline-step", std::regex(std::string(of.pattern))))
    return {};
  return or_free(string_like(of.pattern), "free-value");
}

/// A file names no further one, and what a function is given is said where the function is, in C++.
bool is_refused(std::string_view kind, std::string_view key) {
  if (kind == "pipeline") return key == "source" || key == "includes";
  return kind == "step" && (key == "run" || key == "values");
}

/// The options of a call in a file.
std::vector<option> options_in(std::string_view kind) {
  std::vector<option> options = declaring::options_of(kind);
  std::erase_if(options,
                [&](const option& each) { return each.key == "name" || is_refused(kind, each.key); });
  return options;
}

std::vector<std::string> refused_keywords(std::string_view kind) {
  std::vector<std::string> all;
  for (const option& each : declaring::options_of(kind))
    if (is_refused(kind, each.key)) all.push_back(std::string(each.keyword));
  return all;
}

json keywords_of(std::string_view kind) {
  json words(json::array{});
  for (const option& each : options_in(kind)) {
    const field_doc* doc = find_field_doc(fmt::format("{}.{}", kind, each.key));
    words.push(members_of("const", each.keyword, "description", doc ? doc->text : std::string_view()));
  }
  return members_of("anyOf", std::move(words));
}

/// A keyword, or a value that is none nearly.
json words_of(std::string_view kind) {
  json near(json::array{});
  std::vector<std::string> keywords;
  for (const option& each : options_in(kind)) {
    keywords.push_back(each.keyword);
    if (may_be_misspelt(each.keyword)) near.push(reference_to(near_name(each.keyword)));
  }
  if (const std::vector<std::string> refused = refused_keywords(kind); !refused.empty())
    near.push(members_of("enum", json_texts(refused)));
  return members_of("anyOf", list_of(members_of("enum", json_texts(keywords)),
                                     members_of("not", members_of("anyOf", std::move(near)))));
}

/// What a keyword says of the call that it stands in.
json rules_of(std::string_view kind) {
  json rules(json::array{});
  for (const option& each : options_in(kind)) {
    const json keyword = members_of("const", each.keyword);
    rules.push(members_of("contains", keyword, "minContains", 0, "maxContains", 1));
    if (json value = value_of(each); !value.is_null())
      rules.push(members_of("if", members_of("contains", keyword), "then",
                            members_of("contains", std::move(value))));
  }
  return rules;
}

/// The kind whose keywords a function takes: a scan is a step.
std::string_view kind_of(const declaring_function& of) {
  return of.kind == "scan" ? "step" : of.kind;
}

json call_of(const declaring_function& of) {
  if (of.kind == "label")
    return members_of("description", of.summary, "prefixItems", list_of(true, true), "items",
                      string_like("="), "minItems", 3);
  const bool is_named = of.kind != "pipeline" && declaring::options_of(kind_of(of)).front().key == "name";
  const bool may_lack_name = is_named && of.signature.ends_with(']');
  json names = list_of(true, true);
  const json keyword = reference_to(fmt::format("keywords-of-{}", kind_of(of)));
  const json name =
      is_named ? or_free(string_like(declaring::options_of(kind_of(of)).front().pattern), "free-name")
               : json();
  if (may_lack_name)
    names.push(members_of("anyOf", list_of(keyword, name)));
  else if (is_named)
    names.push(name);
  if (!may_lack_name) names.push(keyword);
  return members_of("description", of.summary, "prefixItems", std::move(names), "items",
                    reference_to(fmt::format("words-of-{}", kind_of(of))), "minItems",
                    is_named && !may_lack_name ? 3 : 2, "allOf", rules_of(kind_of(of)));
}

json calls_of(bool adds_pipeline) {
  return members_of(
      "type", "array", "items",
      members_of("allOf",
                 list_of(reference_to("call"),
                         members_of("prefixItems",
                                    list_of(members_of("enum", json_texts(declaring::functions_of(
                                                                   {.subject = {},
                                                                    .name = {},
                                                                    .shown = {},
                                                                    .caller = {},
                                                                    .adds_pipeline = adds_pipeline}))))))));
}

json object_of(json properties, const std::vector<std::string>& required = {}) {
  return members_of("type", "object", "properties", std::move(properties), "required", json_texts(required),
                    "additionalProperties", false);
}
json map_of(json values) {
  return members_of("type", "object", "additionalProperties", std::move(values));
}

json parameter() {
  json of_choice = members_of("properties", members_of("type", members_of("const", "choice")));
  json list = members_of("required", list_of("allowed"), "properties",
                         members_of("allowed", list_like(string_like("."))));
  json of_text = members_of("properties", members_of("type", members_of("const", "text")));
  json form = members_of("properties",
                         members_of("allowed", members_of("enum", json_texts(declaring::text_forms()))));
  json made =
      object_of(members_of("type", members_of("enum", list_of("text", "integer", "choice", "boolean")),
                           "words", members_of("type", "string"), "default", true, "allowed", true),
                {"type", "words"});
  made.set("allOf", list_of(members_of("if", std::move(of_choice), "then", std::move(list)),
                            members_of("if", std::move(of_text), "then", std::move(form))));
  return made;
}

json one_or_list(const json& of) {
  return members_of("anyOf", list_of(of, list_like(of)));
}

/// `adopts`: which projects a template fits.
json adoption() {
  const json text = string_like(".");
  const json rule =
      members_of("anyOf", list_of(text, object_of(members_of("key", text, "file", text, "like", text, "path",
                                                             text, "value", text))));
  const json rules = one_or_list(rule), texts = map_of(members_of("type", "string"));
  return object_of(members_of("file", one_or_list(text), "with", one_or_list(text), "without", texts, "name",
                              rules, "port", rules, "set", map_of(rules), "needs", texts, "brings",
                              one_or_list(text), "texts", map_of(one_or_list(members_of("type", "string"))),
                              "declaration", text, "yields", members_of("type", "boolean"), "parts",
                              object_of(members_of("key", text, "parameter", text, "services",
                                                   one_or_list(text), "above", text),
                                        {"key", "parameter"})),
                   {"file"});
}

json template_members() {
  const json text = members_of("type", "string"), version = string_like("^[0-9]+([.][0-9]+)*$");
  const json need = object_of(members_of("ask", list_like(text), "oldest", version, "package", text, "unless",
                                         string_like(declaring::pattern_of<relative_path>())));
  const json words = map_of(members_of("type", "object", "required", list_of("low", "medium", "high")));
  const json scanner =
      object_of(members_of("description", text, "default", members_of("type", "boolean"), "step",
                           list_like(reference_to("words-of-step")), "severities", words),
                {"step"});
  json made = object_of(members_of(
      "$schema", text, "schema", members_of("enum", list_of(1, declaring::template_schema)), "version",
      version, "description", text, "extends", text, "parameters", map_of(parameter()), "needs", map_of(need),
      "adopts", adoption(), "calls", calls_of(false), "scanners", map_of(scanner)));
  const json newest =
      members_of("properties", members_of("schema", members_of("const", declaring::template_schema)));
  made.set("if", newest);
  made.set("then", members_of("required", list_of("description", "version")));
  made.set("else", members_of("properties", members_of("version", false, "parameters", false, "needs", false,
                                                       "adopts", false)));
  return made;
}

json definitions() {
  json all;
  all.set("template.json", template_members());
  all.set("pipeline.json",
          object_of(members_of("$schema", members_of("type", "string"), "schema",
                               members_of("const", declaring::template_schema), "calls", calls_of(true))));
  json by_function(json::array{});
  std::set<std::string> keywords;
  for (const declaring_function& each : declaring_functions()) {
    if (each.kind == "pipelines" || each.kind == "ci_export") continue;
    by_function.push(members_of("if", members_of("prefixItems", list_of(members_of("const", each.name))),
                                "then", reference_to(each.name)));
    all.set(std::string(each.name), call_of(each));
    if (each.kind == "label" || each.kind == "scan") continue;
    all.set(fmt::format("keywords-of-{}", each.kind), keywords_of(each.kind));
    all.set(fmt::format("words-of-{}", each.kind), words_of(each.kind));
    for (const option& of : options_in(each.kind))
      if (may_be_misspelt(of.keyword)) keywords.insert(of.keyword);
  }
  all.set("call",
          members_of("type", "array", "items", members_of("type", "string"), "minItems", 2, "prefixItems",
                     list_of(members_of("type", "string"), members_of("const", "{pipeline}")), "allOf",
                     std::move(by_function)));
  all.set("free-name", string_like(free_name));
  all.set("free-value", string_like(free_value));
  for (const std::string& each : keywords) all.set(near_name(each), members_of("pattern", words_near(each)));
  return all;
}

}  // namespace
}  // namespace declare_explain_explain_schema

std::string calls_schema() {
  using namespace declare_explain_explain_schema;
  json is_template = list_of(members_of("properties", members_of("schema", members_of("const", 1))));
  for (const char* each : {"description", "version", "extends", "parameters", "needs", "adopts", "scanners"})
    is_template.push(members_of("required", list_of(each)));
  const json head =
      members_of("$schema", "https://json-schema.org/draft/2020-12/schema", "title",
                 "template.json and pipeline.json of cicd", "$comment",
                 "Written by `cicd reference --schema`; a test compares.", "type", "object", "required",
                 list_of("schema"), "if", members_of("anyOf", std::move(is_template)), "then",
                 reference_to("template.json"), "else", reference_to("pipeline.json"));
  // A line for each definition, so that a change of one is read as one.
  std::string lines;
  const json all = definitions();
  for (const auto& [name, definition] : all.members())
    lines += fmt::format("{}\n\"{}\": {}", lines.empty() ? "" : ",", name, compact(definition));
  const std::string text = compact(head);
  return fmt::format("{},\n\"$defs\": {{{}\n}}}}\n", text.substr(0, text.size() - 1), lines);
}

}  // namespace cicd
