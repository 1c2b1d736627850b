// `cicd explain`: pages of plain text about functions, options, templates and declared values.
#pragma once

#include <cicd/declare/explain/explain.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <cicd/declare/explain/cmake_words.hpp>
#include <cicd/declare/explain/declared_values.hpp>
#include <cicd/declare/explain/text_page.hpp>
#include <cicd/declare/parse/templates.hpp>

namespace cicd {

namespace declare_explain_explain {
namespace {

using declaring::aligned_lines;
using declaring::option;
using declaring::options_of;
using declaring::wrapped;

std::string first_sentence(std::string_view text) {
  const auto end = text.find(". ");
  return std::string(text.substr(0, end == text.npos ? text.size() - (text.ends_with('.') ? 1 : 0) : end));
}

/// A comment's words: what the option does, and its default apart.
struct parted_doc {
  std::string text;
  std::string default_value;
};

parted_doc parted(std::string_view text) {
  constexpr std::string_view mark = "Default";
  const auto at = text.find(mark);
  if (at == text.npos) return {std::string(text), {}};
  auto end = text.find(". ", at);
  if (end == text.npos) end = text.size() - (text.ends_with('.') ? 1 : 0);
  std::string_view value = text.substr(at + mark.size(), end - at - mark.size());
  if (value.starts_with(':')) value.remove_prefix(1);
  const std::string rest = std::string(trimmed(text.substr(0, at)))
                           + (end + 2 < text.size() ? " " + std::string(text.substr(end + 2)) : "");
  return {rest, std::string(trimmed(value))};
}

std::string placeholder_list(const option& of) {
  std::string list;
  for (const std::string_view name : of.placeholders)
    list.append(list.empty() ? "" : ", ").append(fmt::format("{{{}}}", name));
  return list;
}

const declaring_function* function_named(std::string_view subject) {
  for (const declaring_function& each : declaring_functions())
    if (each.name == subject || each.kind == subject) return &each;
  return nullptr;
}

const declaring_function& function_of_kind(std::string_view kind) {
  return *function_named(kind);
}

std::string function_page(const declaring_function& of) {
  aligned_lines lines;
  for (const option& each : options_of(of.kind)) {
    if (each.key == "name") continue;
    const field_doc* doc = find_field_doc(fmt::format("{}.{}", of.kind, each.key));
    lines.add(each.keyword, doc ? first_sentence(doc->text) : std::string());
  }
  const std::string head = fmt::format("{}({} …)\n\n  {}\n", of.name, of.signature, wrapped(of.summary, 2));
  if (of.keywords.empty()) return head + "\n  More: cicd explain pipeline.labels\n";
  return fmt::format("{}\n{}\n  More on one of them: cicd explain {}.{}\n", head, lines.text(), of.kind,
                     lower(of.keywords.front()));
}

std::string option_page(std::string_view key, const option& of) {
  const std::string kind(key.substr(0, key.find('.')));
  const field_doc& doc = *find_field_doc(key);
  const parted_doc words = parted(doc.text);
  const declaring_function& function = function_of_kind(kind);
  const bool named = of.key == "name";
  aligned_lines lines;
  lines.add("allowed", std::string(of.allowed));
  lines.add("default", words.default_value);
  lines.add("placeholders", placeholder_list(of));
  lines.add("example", std::string(doc.example));
  lines.add("refused", std::string(doc.wrong));
  return fmt::format("{}, {} of {}()\n\n  {}\n\n{}", key, named ? "the name" : of.keyword, function.name,
                     wrapped(words.text, 2), lines.text());
}

const option* option_named(std::string_view key) {
  const auto dot = key.find('.');
  if (dot == key.npos || !find_field_doc(key)) return nullptr;
  for (const option& each : options_of(key.substr(0, dot)))
    if (each.key == key.substr(dot + 1)) return &each;
  return nullptr;
}

std::string placeholders_page() {
  aligned_lines lines;
  for (const auto& each : declaring::placeholder_docs())
    lines.add(fmt::format("{{{}}}", each.name), std::string(each.text));
  aligned_lines places;
  for (const declaring_function& function : declaring_functions())
    for (const option& each : options_of(function.kind))
      places.add(fmt::format("{}.{}", function.kind, each.key), placeholder_list(each));
  return fmt::format(
      "Placeholders\n\n  A name in braces, not after $ or %, stands for a value:\n\n{}\n  They are replaced "
      "in:\n\n{}",
      lines.text(), places.text());
}

std::string indented(std::string_view text) {
  std::string lines;
  for (const std::string& line : split(text, '\n'))
    if (!line.empty()) lines.append("  ").append(line).append("\n");
  return lines;
}

std::string template_page(const declaring::pipeline_template& of) {
  std::string page = fmt::format("{}, a template\n\n  {}\n", of.name, wrapped(of.description, 2));
  if (!of.extends.empty()) page += fmt::format("\n  It extends {}.\n", joined(of.extends, ", "));
  page += "\nIt stands for these calls:\n";
  for (const auto& each : of.calls)
    page += "\n"
            + indented(declaring::cmake_call_text(each.where.function, each.arguments,
                                                  options_of(function_named(each.where.function)->kind)));
  if (!of.scanners.empty()) page += "\nScanners, chosen by SCAN:\n";
  for (const auto& each : of.scanners) {
    std::vector<std::string> words{"{pipeline}", each.name};
    words.insert(words.end(), each.step.begin(), each.step.end());
    const std::string title =
        fmt::format("{}{}: {}", each.name, each.by_default ? " (by default)" : "", each.description);
    page += fmt::format("\n  {}\n\n", wrapped(title, 2));
    page += indented(declaring::cmake_call_text("pipeline_step", words, options_of("step")));
  }
  return page;
}

}  // namespace
}  // namespace declare_explain_explain

std::vector<std::string> subjects(const model* declared, const template_source& templates) {
  std::vector<std::string> all;
  for (const declaring_function& each : declaring_functions())
    all.insert(all.end(), {std::string(each.name), std::string(each.kind)});
  for (const field_doc& each : field_docs()) all.emplace_back(each.key);
  all.emplace_back("placeholders");
  if (templates.names)
    for (std::string& each : templates.names()) all.push_back(std::move(each));
  for (auto& [name, subject] : declaring::declared_subjects(declared)) all.push_back(std::move(name));
  return all;
}

result<std::string> explanation(std::string_view subject,
                                const model* declared,
                                const template_source& templates) {
  using namespace declare_explain_explain;
  if (const declaring_function* function = function_named(subject)) return function_page(*function);
  if (const option* option = option_named(subject)) return option_page(subject, *option);
  if (subject == "placeholders") return placeholders_page();
  for (const auto& [name, each] : declaring::declared_subjects(declared))
    if (name == subject) return declaring::declared_page(subject, each, declared->tree.source_root);
  const auto text = templates.read ? templates.read(std::string(subject))
                                   : result<std::optional<std::string>>(std::nullopt);
  if (!text || *text) {
    result<declaring::pipeline_template> found = declaring::template_named(subject, templates);
    if (!found) return std::move(found).error();
    return template_page(*found);
  }
  const std::vector<std::string> known = subjects(declared, templates);
  return error{.kind = exit_class::usage,
               .subject = "explain",
               .what = "nothing of that name is known",
               .value = std::string(subject),
               .notes = {}}
      .with("did you mean", nearest(subject, known).value_or(""))
      .with("try", "cicd explain add_pipeline");
}

}  // namespace cicd
