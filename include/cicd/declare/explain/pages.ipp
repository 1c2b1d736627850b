// The pages of `cicd explain` as plain text.
#pragma once

#include <cicd/declare/explain/pages.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include <cicd/base/text.hpp>
#include <cicd/declare/explain/cmake_words.hpp>
#include <cicd/declare/explain/declared_values.hpp>
#include <cicd/declare/explain/text_page.hpp>

namespace cicd::declaring {
namespace {

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

std::string upper_first(std::string_view text) {
  std::string all(text);
  if (!all.empty()) all[0] = upper(all.substr(0, 1))[0];
  return all;
}

std::string indented(std::string_view text) {
  std::string lines;
  for (const std::string& line : split(text, '\n'))
    if (!line.empty()) lines.append("  ").append(line).append("\n");
  return lines;
}

/// Whether the text has it as a word, in any case; a plural counts.
bool mentions(std::string_view text, std::string_view word) {
  const std::string in = lower(text), what = lower(word);
  const auto is_part = [](char c) { return detail::is_alnum_lower(c) || c == '_'; };
  for (auto at = in.find(what); at != in.npos; at = in.find(what, at + 1)) {
    auto end = at + what.size();
    if (end < in.size() && in[end] == 's') ++end;
    if ((at == 0 || !is_part(in[at - 1])) && (end >= in.size() || !is_part(in[end]))) return true;
  }
  return false;
}

/// A target that shows what targets are: a deploy, where there is one.
std::string target_to_show(const model& of) {
  const std::vector<target> all = targets_of(of);
  const auto deploy = std::ranges::find_if(
      all, [](const target& each) { return each.stage == "deploy" && !each.plans_only; });
  return deploy != all.end() ? deploy->name : all.empty() ? std::string() : all.front().name;
}

/// What a build tree declares, and how each is asked for.
std::string declared_index(const model& of) {
  std::map<std::string, std::vector<std::string>> parts;  // of each pipeline, without their kinds
  std::vector<std::string> environments;
  const auto add_new = [](std::vector<std::string>& to, std::string name) {
    if (std::ranges::find(to, name) == to.end()) to.push_back(std::move(name));
  };
  for (const auto& [path, each] : declared_subjects(&of))
    if (each.key.empty() && each.kind == "environment")
      add_new(environments, each.name);
    else if (each.key.empty() && each.kind != "pipeline")
      add_new(parts[each.in->declared.name.str()], each.in->declared.name.str() + '.' + each.name);
  aligned_lines lines;
  for (const declared_pipeline& each : of.pipelines) {
    const std::string name = each.declared.name.str();
    lines.add(name, of.pipelines.size() > 10 ? "a pipeline" : joined(parts[name], ", "));
  }
  lines.add("environments", joined(environments, ", "));
  lines.add("targets", "such as " + target_to_show(of) + ": what it does, and what it would do now");
  return lines.text();
}

}  // namespace

const declaring_function* function_named(std::string_view subject) {
  for (const declaring_function& each : declaring_functions())
    if (each.name == subject || each.kind == subject) return &each;
  return nullptr;
}

const option* option_named(std::string_view key) {
  const auto dot = key.find('.');
  if (dot == key.npos || !find_field_doc(key)) return nullptr;
  for (const option& each : options_of(key.substr(0, dot)))
    if (each.key == key.substr(dot + 1)) return &each;
  return nullptr;
}

std::string function_page(const declaring_function& of) {
  aligned_lines lines;
  for (const option& each : options_of(of.kind)) {
    if (each.key == "name") continue;
    const field_doc* doc = find_field_doc(fmt::format("{}.{}", of.kind, each.key));
    lines.add(each.keyword, doc ? first_sentence(doc->text) : std::string());
  }
  const std::string head =
      fmt::format("{}({} …), a function\n\n  {}\n", of.name, of.signature, wrapped(of.summary, 2));
  if (of.keywords.empty()) return head + "\n  More: cicd explain pipeline.labels\n";
  return fmt::format("{}\n{}\n  More on one of them: cicd explain {}.{}\n", head, lines.text(), of.kind,
                     lower(of.keywords.front()));
}

std::string option_page(const std::vector<std::string>& keys) {
  const option& of = *option_named(keys.front());
  const field_doc& doc = *find_field_doc(keys.front());
  const parted_doc words = parted(doc.text);
  std::vector<std::string> functions;
  for (const std::string& key : keys)
    functions.push_back(fmt::format("{}()", function_named(key.substr(0, key.find('.')))->name));
  aligned_lines lines;
  lines.add("allowed", std::string(of.allowed));
  lines.add("default", words.default_value);
  lines.add("placeholders", placeholder_list(of));
  lines.add("example", std::string(doc.example));
  lines.add("refused", std::string(doc.wrong));
  const std::string title = fmt::format("{}, {} of {}", joined(keys, ", "),
                                        of.key == "name" ? "the name" : of.keyword, joined(functions, ", "));
  return fmt::format("{}\n\n  {}\n\n{}", wrapped(title, 2), wrapped(words.text, 2), lines.text());
}

std::string default_of(std::string_view key) {
  const field_doc* doc = find_field_doc(key);
  return doc == nullptr ? std::string() : parted(doc->text).default_value;
}

std::string placeholders_page() {
  aligned_lines lines;
  for (const auto& each : placeholder_docs())
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

std::string placeholder_page(const placeholder_doc& of) {
  std::vector<std::string> places;
  for (const declaring_function& function : declaring_functions())
    for (const option& each : options_of(function.kind))
      if (std::ranges::find(each.placeholders, of.name) != each.placeholders.end())
        places.push_back(fmt::format("{}.{}", function.kind, each.key));
  aligned_lines lines;
  lines.add("replaced in", joined(places, ", "));
  lines.add("all of them", "cicd explain placeholders");
  return fmt::format("{{{}}}, a placeholder\n\n  {}\n\n{}", of.name, wrapped(upper_first(of.text), 2),
                     lines.text());
}

std::string labels_page() {
  aligned_lines lines;
  for (const label_doc& each : label_docs()) lines.add(std::string(each.key), std::string(each.text));
  return fmt::format(
      "Labels\n\n  On every object that is deployed, and on its pods. A fact that is not known gives no "
      "label.\n\n{}\n"
      "  More labels: cicd explain pipeline_label\n",
      lines.text());
}

std::string label_page(const label_doc& of) {
  return fmt::format(
      "{}, a label of deployed objects and pods\n\n  {}.\n\n  Find them: kubectl get pods -l {}\n  All of "
      "them: cicd "
      "explain labels\n",
      of.key, wrapped(upper_first(of.text), 2), of.key);
}

std::string target_page(const target& of) {
  aligned_lines lines;
  lines.add("ends with", joined(of.steps, ", "));
  lines.add("does", of.command.empty() ? std::string() : "cicd " + joined(of.command, " "));
  lines.add("needs targets", joined(of.depends, ", "));
  lines.add("is a test", of.test ? "ctest -R '^" + of.name + "$'" : std::string());
  return fmt::format("{}, a target\n\n  {}.\n\n{}", of.name, wrapped(upper_first(of.description), 2),
                     lines.text());
}

std::string mentions_page(std::string_view word) {
  const std::string asked = replaced_all(lower(word), "-", "_");
  std::vector<std::pair<std::string, std::string>> named, told;
  for (const declaring_function& function : declaring_functions())
    for (const option& each : options_of(function.kind)) {
      const std::string key = fmt::format("{}.{}", function.kind, each.key);
      const field_doc* doc = find_field_doc(key);
      if (doc == nullptr || each.key == "name") continue;
      if (each.key.find(asked) != each.key.npos)
        named.emplace_back(key, first_sentence(doc->text));
      else if (mentions(doc->text, word))
        told.emplace_back(key, first_sentence(doc->text));
    }
  aligned_lines lines;
  for (const auto* list : {&named, &told})
    for (const auto& [key, text] : *list) lines.add(key, text);
  const std::string found = lines.text();
  return found.empty() ? found : fmt::format("Options that mention '{}'\n\n{}", word, found);
}

std::vector<std::string> keys_of_keyword(std::string_view keyword) {
  const std::string asked = replaced_all(upper(keyword), "-", "_");
  std::vector<std::string> keys;
  for (const declaring_function& function : declaring_functions())
    for (const option& each : options_of(function.kind))
      if (each.keyword == asked && each.key != "name")
        keys.push_back(fmt::format("{}.{}", function.kind, each.key));
  return keys;
}

namespace {

/// What `SET` and `cicd new --set` take.
std::string parameters_text(const pipeline_template& of) {
  if (of.parameters.empty()) return {};
  std::string text = "\nParameters, given by SET <parameter>=<value> or cicd new --set:\n";
  for (const template_parameter& each : of.parameters) {
    aligned_lines lines;
    lines.add("allowed", each.allowed_text());
    lines.add("default", each.default_value.value_or("none: it has to be given"));
    if (!of.used.contains(each.name)) lines.add("used by", "cicd new alone");
    text += fmt::format("\n  {}\n\n{}",
                        wrapped(fmt::format("{}, {}: {}", each.name, each.type_name(), each.words), 2),
                        lines.text());
  }
  return text;
}

std::string needs_text(const pipeline_template& of) {
  if (of.needs.empty()) return {};
  aligned_lines lines;
  for (const template_need& each : of.needs)
    lines.add(each.tool,
              fmt::format("{}{}{}", each.oldest.empty() ? "any version" : each.oldest + " or later",
                          each.package.empty() ? "" : ", of the Debian package " + each.package,
                          each.unless.empty() ? "" : "; not with " + each.unless));
  return "\nIt needs these tools:\n\n" + lines.text();
}

}  // namespace

std::string template_page(const pipeline_template& of) {
  std::string page = fmt::format("{}, a template\n\n  {}\n", of.name, wrapped(of.description, 2));
  if (!of.extends.empty()) page += fmt::format("\n  It extends {}.\n", joined(of.extends, ", "));
  page += parameters_text(of) + needs_text(of);
  page += "\nIt stands for these calls:\n";
  for (const auto& each : of.calls)
    page += "\n"
            + indented(cmake_call_text(each.where.function, each.arguments,
                                       options_of(function_named(each.where.function)->kind)));
  if (!of.scanners.empty()) page += "\nScanners, chosen by SCAN:\n";
  for (const auto& each : of.scanners) {
    std::vector<std::string> words{"{pipeline}", each.name};
    words.insert(words.end(), each.step.begin(), each.step.end());
    const std::string title =
        fmt::format("{}{}: {}", each.name, each.by_default ? " (by default)" : "", each.description);
    page += fmt::format("\n  {}\n\n", wrapped(title, 2));
    page += indented(cmake_call_text("pipeline_step", words, options_of("step")));
  }
  return page;
}

std::string index_page(const model* declared, const template_source& templates) {
  std::string page =
      "What can be asked: cicd explain <subject>\n\nFunctions, and their options as pipeline_service, "
      "service.replicas or "
      "REPLICAS\n\n";
  aligned_lines functions;
  for (const declaring_function& each : declaring_functions())
    functions.add(std::string(each.name), first_sentence(each.summary));
  page += functions.text();
  aligned_lines more;
  std::vector<std::string> placeholders;
  for (const placeholder_doc& each : placeholder_docs())
    placeholders.push_back(fmt::format("{{{}}}", each.name));
  more.add("placeholders", joined(placeholders, " "));
  more.add("labels", "what the labels of deployed objects say, such as commit_id or app.kubernetes.io/name");
  if (templates.names) more.add("templates", joined(templates.names(), ", "));
  more.add("commands", "such as deploy or rollback, as cicd <command> --help");
  page += "\nMore\n\n" + more.text();
  if (declared == nullptr)
    return page + "\nIn a build tree also its pipelines, environments, values, steps and targets.\n";
  return page + "\nIn this build tree\n\n" + declared_index(*declared);
}

}  // namespace cicd::declaring
