// What editors read: snippets of VS Code, and the documentation comments from which language servers of CMake
// complete functions and keywords.
#pragma once

#include <cicd/declare/explain/explain.hpp>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/explain/pages.hpp>
#include <cicd/declare/explain/text_page.hpp>
#include <cicd/declare/options/options.hpp>

namespace cicd {

namespace declare_explain_explain_editor {
namespace {

using namespace declaring;

/// A text within a snippet, where `$` and `}` have a meaning.
std::string plain(std::string_view text) {
  std::string all;
  for (const char c : text) {
    if (c == '$' || c == '}' || c == '\\') all.push_back('\\');
    all.push_back(c);
  }
  return all;
}

json snippet(std::string_view scope,
             std::string_view prefix,
             const std::vector<std::string>& body,
             std::string_view text) {
  return members_of("scope", scope, "prefix", prefix, "body", json_texts(body), "description", text);
}

/// `${1:pipeline} ${2:service}` of `<pipeline> <service>`; what may be left out is.
std::string names_of(const declaring_function& of) {
  std::string names;
  int at = 0;
  for (const std::string& word : split(of.signature, ' '))
    if (word.starts_with('<'))
      names += fmt::format("{}${{{}:{}}}", names.empty() ? "" : " ", ++at,
                           plain(word.substr(1, word.find('>') - 1)));
  return names;
}

/// One of few words is chosen, other values begin as in the example.
std::string value_of(const option& of, const field_doc& doc) {
  if (of.takes == arity::flag) return {};
  if (!of.choices.empty() && of.takes == arity::one) {
    std::vector<std::string> words(of.choices.begin(), of.choices.end());
    return fmt::format(" ${{1|{}|}}", joined(words, ","));
  }
  std::string_view example = doc.example;
  example.remove_prefix(std::min(example.size(), of.keyword.size() + 1));
  return fmt::format(" ${{1:{}}}", plain(example));
}

/// Whether a C++ file gives one of these, by itself or as a part of a pipeline.
bool is_struct(std::string_view kind_name) {
  bool found = kind_name == "pipeline";
  each_kind([&]<typename T>() { found = found || kind<T>.name == kind_name; });
  return found;
}

void add_function(json& to, const declaring_function& of) {
  to.set(std::string(of.name),
         snippet("cmake", of.name, {fmt::format("{}({}$0)", of.name, names_of(of))}, of.summary));
  if (!is_struct(of.kind)) return;
  const bool is_named = !options_of(of.kind).empty() && options_of(of.kind).front().key == "name";
  const std::string body =
      is_named ? fmt::format("{}{{.name = \"${{1:name}}\"$0}}", of.kind) : fmt::format("{}{{$0}}", of.kind);
  to.set(fmt::format("cicd::{}", of.kind), snippet("cpp", of.kind, {body}, of.summary));
}

/// Those that share their words are one: `CPU_LIMIT` of a service and of a cron job.
struct shared_option {
  const option* of;
  const field_doc* doc;
  std::vector<std::string> functions;
};

std::vector<shared_option> all_options() {
  std::vector<shared_option> all;
  for (const declaring_function& function : declaring_functions())
    for (const option& each : options_of(function.kind)) {
      const field_doc* doc = find_field_doc(fmt::format("{}.{}", function.kind, each.key));
      if (doc == nullptr || each.key == "name" || function.keywords.empty()) continue;
      const std::string name = fmt::format("{}()", function.name);
      const auto same = std::ranges::find_if(all, [&](const shared_option& other) {
        return other.of->keyword == each.keyword && other.doc->text == doc->text;
      });
      if (same != all.end())
        same->functions.push_back(name);
      else
        all.push_back({&each, doc, {name}});
    }
  return all;
}

/// A bracket comment that no text ends.
std::string comment_of(std::string_view name, std::string_view text) {
  return fmt::format("#[==[.rst:\n.. command:: {}\n\n  {}\n#]==]\n", name, wrapped(text, 2));
}

}  // namespace
}  // namespace declare_explain_explain_editor

json editor_snippets() {
  using namespace declare_explain_explain_editor;
  json all(json::object{});
  for (const declaring_function& each : declaring_functions()) add_function(all, each);
  all.set("cicd::declare",
          snippet("cpp", "declare",
                  {"#include <cicd/pipeline.hpp>", "", "using namespace cicd;", "", "pipeline declare() {",
                   "  return {.name = \"${1:orders}\",", "          .base_template = \"${2:go}\",$0};", "}"},
                  "A C++ file that declares a pipeline, for add_pipeline(… SOURCE)."));
  for (const shared_option& each : all_options())
    all.set(fmt::format("{} of {}", each.of->keyword, joined(each.functions, ", ")),
            snippet("cmake", each.of->keyword, {each.of->keyword + value_of(*each.of, *each.doc)},
                    each.doc->text));
  return all;
}

std::string cmake_comments() {
  using namespace declare_explain_explain_editor;
  std::string text =
      "# Written by cicd reference --cmake-comments. CMake never includes this file: from its comments\n"
      "# language servers complete the functions and their keywords.\n";
  for (const declaring_function& each : declaring_functions())
    text +=
        "\n"
        + comment_of(
            each.name,
            fmt::format(
                "{}({} …): {}{}", each.name, each.signature, each.summary,
                each.keywords.empty()
                    ? std::string()
                    : " Keywords: "
                          + joined(std::vector<std::string>(each.keywords.begin(), each.keywords.end()), ", ")
                          + "."));
  for (const shared_option& each : all_options())
    text += "\n"
            + comment_of(each.of->keyword,
                         fmt::format("Of {}: {} Allowed: {}. Example: {}", joined(each.functions, ", "),
                                     each.doc->text, each.of->allowed, each.doc->example));
  return text;
}

}  // namespace cicd
