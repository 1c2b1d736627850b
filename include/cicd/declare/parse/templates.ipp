// Reads templates and expands them into calls.
#pragma once

#include <cicd/declare/parse/templates.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <tuple>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/declare/options/fields.hpp>
#include <cicd/declare/options/options.hpp>
#include <cicd/declare/parse/json_calls.hpp>
#include <cicd/declare/placeholders.hpp>

namespace cicd::declaring {
namespace {

/// Reads one template.json over what those under it said, and gathers what is wrong with it.
class template_reader {
 public:
  using path = json_calls::path;

  template_reader(
      std::string name, std::string text, const std::string& folder, pipeline_template& to, errors& found)
      : name_(std::move(name)),
        folder_(folder),
        to_(to),
        in_({.subject = fmt::format("template {}", name_),
             .name = "template.json",
             .shown = (folder.empty() ? name_ : folder) + "/template.json",
             .caller = "a template"},
            std::move(text),
            found) {}

  /// The JSON with its outermost members checked; nothing where they are wrong.
  std::optional<json> document() {
    std::optional<json> data = in_.document();
    if (!data) return std::nullopt;
    schema_ = (*data)["schema"].integer();
    if (schema_ < 1 || schema_ > template_schema) return wrong_schema((*data)["schema"]), std::nullopt;
    std::vector<std::string> known{"$schema", "schema", "description", "extends", "scanners", "calls"};
    if (schema_ > 1) known.insert(known.end(), {"version", "parameters", "needs", "adopts"});
    if (!in_.check_members(*data, {}, "template.json", known)) return std::nullopt;
    return data;
  }

  /// Adds what the document says over what those under it said.
  void add_own(const json& data) {
    to_.name = name_;
    to_.description = text_in(data, "description", schema_ > 1);
    read_version(data);
    for (const auto& [called, parameter] : members_in(data, "parameters")) add_parameter(called, parameter);
    for (const auto& [tool, need] : members_in(data, "needs")) add_need(tool, need);
    add_calls(data["calls"]);
    for (const auto& [called, scanner] : members_in(data, "scanners")) add_scanner(called, scanner);
    read_adoption(data["adopts"]);
    for (const char* member : {"scanners", "adopts"})
      if (to_.of_environment && !data[member].is_null())
        wrong({member}, {.what = fmt::format("a template of an environment has no {}", member)});
  }

  void wrong(path at, remark about) { in_.wrong(std::move(at), std::move(about)); }

 private:
  void wrong_schema(const json& given) {
    wrong({"schema"},
          {.what = given.is_null() ? "template.json has no schema" : "template.json has an unknown schema",
           .value = given.is_null() ? std::nullopt : std::optional(compact(given)),
           .allowed = fmt::format("\"schema\": 1 to {}", template_schema),
           .help = schema_ > template_schema ? "a newer cicd, for which the template was written" : ""});
  }

  std::string text_in(const json& of, const std::string& member, bool needed, path at = {}) {
    const json& value = of[member];
    at.push_back(member);
    const std::string name = joined(at, ".");
    if (value.is_null() && needed)
      wrong(std::move(at), {.what = fmt::format("{} is missing", name), .allowed = "a string"});
    else if (!value.is_null() && !value.is_string())
      wrong(std::move(at), {.what = fmt::format("{} is not a string", name), .value = compact(value)});
    return value.text();
  }
  const json::object& members_in(const json& of, const std::string& member) {
    if (!of[member].is_null() && !of[member].is_object())
      wrong({member}, {.what = fmt::format("{} is not an object", member)});
    return of[member].members();
  }
  static bool is_version(std::string_view text) {
    return !text.empty() && text.front() != '.' && text.back() != '.' && text.find("..") == text.npos
           && text.find_first_not_of("0123456789.") == text.npos && text.size() <= 40;
  }

  void read_version(const json& data) {
    to_.version = text_in(data, "version", schema_ > 1);
    if (data["version"].is_string() && !is_version(to_.version))
      wrong({"version"}, {.what = "version is not a version",
                          .value = to_.version,
                          .allowed = "numbers joined by '.', such as 1.4"});
  }

  void read_adoption(const json& data) {
    to_.adopts.reset();
    if (data.is_null()) return;
    to_.adopts = adoption_in(data, [this](path at, remark about) { wrong(std::move(at), std::move(about)); });
    const std::vector<std::string> names = to_.parameter_names();
    const auto check = [&](path at, const char* what, const std::string& name) {
      if (to_.parameter(name) == nullptr)
        wrong(std::move(at), {.what = fmt::format("{} names no parameter of the template", what),
                              .value = name,
                              .allowed = joined(names, ", "),
                              .did_you_mean = nearest(name, names).value_or("")});
    };
    for (const auto& [name, rules] : to_.adopts->set) check({"adopts", "set", name}, "adopts.set", name);
    if (const std::string& part = to_.adopts->parts.parameter; !part.empty())
      check({"adopts", "parts"}, "adopts.parts", part);
  }

  void add_parameter(const std::string& called, const json& data) {
    const path at{"parameters", called};
    const std::string what = fmt::format("parameter {}", called);
    if (!is_parameter_name(called))
      return wrong(
          at, {.what = "this can be no parameter's name",
               .value = called,
               .allowed =
                   "lower-case letters and '_', and no placeholder's name, such as pipeline, host or name"});
    if (!in_.check_members(data, at, what, {"type", "words", "default", "allowed"})) return;
    template_parameter made{.name = called,
                            .words = text_in(data, "words", true, at),
                            .declared_at = fmt::format("{}:{}", in_.file().shown, in_.line_of(at))};
    if (!read_type(text_in(data, "type", true, at), at, made) || !read_allowed(data["allowed"], at, made))
      return;
    if (!read_default(data["default"], at, made)) return;
    std::erase_if(to_.parameters, [&](const template_parameter& each) { return each.name == called; });
    to_.parameters.push_back(std::move(made));
  }

  static bool is_parameter_name(std::string_view text) {
    const bool is_word = !text.empty() && text.size() <= 40
                         && std::ranges::all_of(text, [](char c) { return detail::is_lower(c) || c == '_'; });
    return is_word && text.front() != '_' && text.back() != '_' && !is_placeholder_of_calls(text)
           && text != "name" && !text.starts_with("name_");
  }
  static bool is_placeholder_of_calls(std::string_view name) {
    return name.find('.') != name.npos
           || std::ranges::find(placeholder_docs(), name, &placeholder_doc::name) != placeholder_docs().end();
  }

  bool read_type(const std::string& word, path at, template_parameter& to) {
    const std::vector<std::string> words{"text", "integer", "choice", "boolean"};
    const auto found = std::ranges::find(words, word);
    if (found == words.end()) {
      at.push_back("type");
      if (!word.empty())
        wrong(std::move(at), {.what = fmt::format("parameter {} has an unknown type", to.name),
                              .value = word,
                              .allowed = joined(words, ", "),
                              .did_you_mean = nearest(word, words).value_or("")});
      return false;
    }
    to.type = static_cast<parameter_type>(found - words.begin());
    return true;
  }

  /// A choice's words, a text's form, an integer's range `1..65535`.
  bool read_allowed(const json& data, path at, template_parameter& to) {
    at.push_back("allowed");
    const auto refuse = [&](std::string allowed) {
      return wrong(at, {.what = fmt::format("allowed of the {} {} cannot be read", to.type_name(), to.name),
                        .value = data.is_null() ? std::nullopt : std::optional(compact(data)),
                        .allowed = std::move(allowed),
                        .did_you_mean = nearest(data.text(), text_forms()).value_or("")}),
             false;
    };
    if (to.type == parameter_type::choice) {
      to.allowed = data.texts();
      const bool has_empty = std::ranges::find(to.allowed, "") != to.allowed.end();
      return (is_list_of_texts(data) && !to.allowed.empty() && !has_empty) || refuse("a list of words");
    }
    if (data.is_null()) return true;
    if (to.type == parameter_type::text) {
      const std::vector<std::string> forms = text_forms();
      to.form = data.text();
      return std::ranges::find(forms, to.form) != forms.end() || refuse(joined(forms, ", "));
    }
    if (to.type == parameter_type::boolean) return refuse("nothing: a boolean is true or false");
    const auto range = range_in(data.text());
    if (!range) return refuse("a range such as \"1..65535\"");
    std::tie(to.least, to.most) = *range;
    return true;
  }

  bool read_default(const json& data, path at, template_parameter& to) {
    if (data.is_null()) return true;
    at.push_back("default");
    const bool fits = to.type == parameter_type::integer   ? data.is_integer()
                      : to.type == parameter_type::boolean ? data.is_boolean()
                                                           : data.is_string();
    const std::string value = data.is_string() ? data.text() : compact(data);
    if (!fits || !to.accepts(value))
      return wrong(std::move(at),
                   {.what = fmt::format("the default of {} is not {} {}", to.name,
                                        to.type == parameter_type::integer ? "an" : "a", to.type_name()),
                    .value = compact(data),
                    .allowed = to.allowed_text(),
                    .did_you_mean = to.guess(value)}),
             false;
    to.default_value = value;
    return true;
  }

  void add_need(const std::string& tool, const json& data) {
    const path at{"needs", tool};
    if (!in_.check_members(data, at, fmt::format("need {}", tool), {"ask", "oldest", "package", "unless"}))
      return;
    template_need made{.tool = tool,
                       .ask = data["ask"].texts(),
                       .oldest = text_in(data, "oldest", false, at),
                       .package = text_in(data, "package", false, at),
                       .unless = text_in(data, "unless", false, at)};
    if (tool.empty() || tool.find_first_of("/ \t\n") != tool.npos)
      wrong(
          at,
          {.what = "this can be no tool's name", .value = tool, .allowed = "the name of a program on PATH"});
    if (!data["ask"].is_null() && (!is_list_of_texts(data["ask"]) || made.ask.empty()))
      wrong({"needs", tool, "ask"},
            {.what = fmt::format("ask of {} is not a list of words", tool), .value = compact(data["ask"])});
    if (!made.oldest.empty() && !is_version(made.oldest))
      wrong({"needs", tool, "oldest"}, {.what = fmt::format("oldest of {} is not a version", tool),
                                        .value = made.oldest,
                                        .allowed = "numbers joined by '.', such as 3.6"});
    if (!made.unless.empty() && !relative_path::accepts(made.unless))
      wrong({"needs", tool, "unless"}, {.what = fmt::format("unless of {} is not a path", tool),
                                        .value = made.unless,
                                        .allowed = std::string(relative_path::allowed())});
    if (made.ask.empty()) made.ask = {tool, "--version"};
    std::erase_if(to_.needs, [&](const template_need& each) { return each.tool == tool; });
    to_.needs.push_back(std::move(made));
  }

  void add_calls(const json& calls) {
    std::map<std::string, int> counts;
    for (json_calls::read_call& each : in_.calls_in(calls)) {
      const bool of_environment = each.words.size() > 2 && each.words[0] == kind<environment>.function
                                  && each.words[2] == "{environment}";
      if (!to_.calls.empty() && of_environment != to_.of_environment) {
        wrong(each.at, {.what = "a template is of a pipeline or of an environment, and its calls are of both",
                        .value = each.words[0],
                        .allowed = allowed_of_environment});
        continue;
      }
      to_.of_environment = of_environment;
      check_placeholders(each.words, each.at, {});
      origin where{
          .list_file = name_ + "/template.json", .function = each.words[0], .which = ++counts[each.words[0]]};
      where.lines.push_back({where.list_file, each.line});
      each.words.erase(each.words.begin());
      to_.calls.push_back({std::move(where), std::move(each.words), name_, folder_});
    }
  }

  /// With schema 2 each placeholder is one of cicd or a parameter; `more` are those of a scanner.
  void check_placeholders(const std::vector<std::string>& words,
                          const path& at,
                          const std::vector<std::string>& more) {
    for (std::size_t word = 0; word < words.size(); ++word)
      for (const std::string& name : placeholders_in(words[word])) {
        if (name == "template" && !to_.of_environment) wrong_folder(at, word);
        if (is_placeholder_of_calls(name) || std::ranges::find(more, name) != more.end()) continue;
        if (const template_parameter* of = to_.parameter(name)) {
          to_.used.insert(name);
          if (word > 0 && words[word - 1] == "SHELL" && of->type == parameter_type::text)
            wrong_in_shell(name, at, word);
        } else if (schema_ > 1) {
          wrong_placeholder(name, at, word);
        }
      }
  }
  /// Texts from outside are no part of a shell's line.
  void wrong_in_shell(const std::string& name, path at, std::size_t word) {
    at.push_back(std::to_string(word));
    wrong(std::move(at),
          {.what = "a text is put into a line of a shell",
           .value = "{" + name + "}",
           .help = fmt::format("ENV {}={{{}}}, and \"${}\" in SHELL", upper(name), name, upper(name))});
  }
  /// A step finds what a skeleton or the service itself brings, which its key is of.
  void wrong_folder(path at, std::size_t word) {
    at.push_back(std::to_string(word));
    wrong(std::move(at), {.what = "the folder of a template is for environments alone",
                          .value = "{template}",
                          .allowed = allowed_of_environment,
                          .help = "a file of service/, the skeleton"});
  }
  void wrong_placeholder(const std::string& name, path at, std::size_t word) {
    at.push_back(std::to_string(word));
    const std::vector<std::string> names = to_.parameter_names();
    wrong(std::move(at),
          {.what = "a placeholder that is not a parameter of the template",
           .value = "{" + name + "}",
           .allowed = names.empty() ? "the placeholders of `cicd explain placeholders`: it has no parameters"
                                    : joined(names, ", ") + ", and those of `cicd explain placeholders`",
           .did_you_mean = nearest(name, names).value_or("")});
  }

  void add_scanner(const std::string& called, const json& data) {
    const path at{"scanners", called};
    if (!in_.check_members(data, at, fmt::format("scanner {}", called),
                           {"description", "default", "step", "severities"}))
      return;
    if (!is_list_of_texts(data["step"]) || data["step"].elements().empty())
      return wrong({"scanners", called, "step"},
                   {.what = fmt::format("scanner {}: step is not a list of strings", called)});
    template_scanner made{.name = called,
                          .description = data["description"].text(),
                          .by_default = data["default"].boolean(),
                          .step = data["step"].texts(),
                          .severities = {},
                          .file = name_ + "/template.json"};
    std::vector<std::string> names;
    for (const auto& [placeholder, words] : data["severities"].members()) {
      names.push_back(placeholder);
      for (const char* severity : {"low", "medium", "high"}) {
        if (!words[severity].is_string())
          return wrong({"scanners", called, "severities", placeholder},
                       {.what = fmt::format("scanner {}: severities need low, medium and high", called),
                        .value = placeholder});
        made.severities[placeholder][severity] = words[severity].text();
      }
    }
    check_placeholders(made.step, {"scanners", called, "step"}, names);
    const auto same = std::ranges::find(to_.scanners, called, &template_scanner::name);
    if (same != to_.scanners.end())
      *same = std::move(made);
    else
      to_.scanners.push_back(std::move(made));
  }

  static constexpr const char* allowed_of_environment =
      "of an environment: [\"pipeline_environment\", \"{pipeline}\", \"{environment}\", …]";

  std::string name_, folder_;
  pipeline_template& to_;
  json_calls in_;
  std::int64_t schema_ = 0;
};

error no_such_template(const std::string& name, const template_source& source) {
  const std::vector<std::string> names = source.names ? source.names() : std::vector<std::string>();
  return error{.kind = exit_class::usage,
               .subject = {},
               .what = "there is no such template",
               .value = name,
               .notes = {}}
      .with("did you mean", nearest(name, names).value_or(""))
      .with("allowed", names.empty() ? "nothing: no template was found" : joined(names, ", "))
      .with("try", "set CICD_TEMPLATE_PATH to the folder of your own templates");
}

/// A template and those under it, the nearest first, each with its document.
struct template_chain {
  struct link {
    std::string name;
    std::shared_ptr<template_reader> reader;
    json document;
  };
  std::vector<link> links;

  /// Adds the template of that name; gives the name of the one that it extends.
  std::string add(const std::string& name,
                  const template_source& source,
                  pipeline_template& to,
                  errors& found) {
    result<std::optional<std::string>> text =
        source.read ? source.read(name) : result<std::optional<std::string>>(std::nullopt);
    const auto say = [&](error failure) {
      if (!links.empty()) failure.notes.push_back({"extended by", links.back().name});
      found.push_back(std::move(failure));
      return std::string();
    };
    if (!text) return say(std::move(text).error());
    if (!*text) return say(no_such_template(name, source));
    auto reader = std::make_shared<template_reader>(
        name, **text, source.folder ? source.folder(name) : std::string(), to, found);
    std::optional<json> document = reader->document();
    if (!document) return {};
    const std::string under = (*document)["extends"].text();
    if (!(*document)["extends"].is_null() && under.empty())
      reader->wrong({"extends"}, {.what = "extends is not the name of a template",
                                  .value = compact((*document)["extends"])});
    links.push_back({name, std::move(reader), std::move(*document)});
    if (std::ranges::find(links, under, &link::name) == links.end()) return under;
    links.back().reader->wrong({"extends"}, {.what = "the template extends itself", .value = under});
    return {};
  }
};

}  // namespace

or_errors<pipeline_template> read_template(std::string_view name, const template_source& source) {
  or_errors<pipeline_template> read;
  pipeline_template made;
  template_chain chain;
  for (std::string next(name); !next.empty();) next = chain.add(next, source, made, read.errors);
  if (!read.errors.empty()) return read;
  for (auto each = chain.links.rbegin(); each != chain.links.rend(); ++each)
    each->reader->add_own(each->document);
  for (std::size_t at = 1; at < chain.links.size(); ++at) made.extends.push_back(chain.links[at].name);
  if (read.errors.empty()) read.made = std::move(made);
  return read;
}

result<pipeline_template> template_named(std::string_view name, const template_source& source) {
  or_errors<pipeline_template> read = read_template(name, source);
  if (!read) return std::move(read.errors.front());
  return std::move(*read.made);
}

}  // namespace cicd::declaring
