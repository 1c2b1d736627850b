// The pages of `cicd explain`: each as text and as data, from the same tables.
#pragma once

#include <cicd/declare/explain/pages.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include <cicd/base/text.hpp>
#include <cicd/declare/explain/declared_values.hpp>
#include <cicd/declare/explain/text_page.hpp>
#include <cicd/declare/targets.hpp>

namespace cicd::declaring {

std::string first_sentence(std::string_view text) {
  const auto end = text.find(". ");
  return std::string(text.substr(0, end == text.npos ? text.size() - (text.ends_with('.') ? 1 : 0) : end));
}

namespace {

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

/// `{slug}`, each.
std::vector<std::string> placeholders_of(const option& of) {
  std::vector<std::string> all;
  for (const std::string_view name : of.placeholders) all.push_back(fmt::format("{{{}}}", name));
  return all;
}

std::string placeholder_list(const option& of) {
  return joined(placeholders_of(of), ", ");
}

/// The options in which it is replaced.
std::vector<std::string> places_of(const placeholder_doc& of) {
  std::vector<std::string> places;
  for (const declaring_function& function : declaring_functions())
    for (const option& each : options_of(function.kind))
      if (std::ranges::find(each.placeholders, of.name) != each.placeholders.end())
        places.push_back(fmt::format("{}.{}", function.kind, each.key));
  return places;
}

json data_of(const placeholder_doc& of) {
  return members_of("kind", "placeholder", "name", fmt::format("{{{}}}", of.name), "text", of.text,
                    "replaced_in", json_texts(places_of(of)));
}

json data_of(const label_doc& of) {
  return members_of("kind", "label", "name", of.key, "text", of.text);
}

/// An option in a list of some.
json data_of(std::string_view key, std::string_view keyword, const field_doc& doc) {
  return members_of("name", key, "keyword", keyword, "text", parted(doc.text).text);
}

std::string upper_first(std::string_view text) {
  std::string all(text);
  if (!all.empty()) all[0] = upper(all.substr(0, 1))[0];
  return all;
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

explained function_page(const declaring_function& of) {
  aligned_lines lines;
  json options(json::array{});
  for (const option& each : options_of(of.kind)) {
    if (each.key == "name") continue;
    const std::string key = fmt::format("{}.{}", of.kind, each.key);
    const field_doc* doc = find_field_doc(key);
    if (doc == nullptr) continue;
    lines.add(each.keyword, first_sentence(doc->text));
    options.push(data_of(key, each.keyword, *doc));
  }
  json data = members_of("kind", "function", "name", of.name, "signature", of.signature, "text", of.summary,
                         "options", std::move(options));
  const std::string head =
      fmt::format("{}({} …), a function\n\n  {}\n", of.name, of.signature, wrapped(of.summary, 2));
  if (of.kind == "scan") return {head + "\n  More: cicd explain pipeline_step\n", std::move(data)};
  if (of.keywords.empty()) return {head + "\n  More: cicd explain pipeline.labels\n", std::move(data)};
  return {fmt::format("{}\n{}\n  More on one of them: cicd explain {}.{}\n", head, lines.text(), of.kind,
                      lower(of.keywords.front())),
          std::move(data)};
}

explained option_page(const std::vector<std::string>& keys) {
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
  json data = members_of("kind", "option", "name", keys.front(), "names", json_texts(keys), "keyword",
                         of.keyword, "functions", json_texts(functions), "text", words.text, "allowed",
                         of.allowed, "default", words.default_value, "placeholders",
                         json_texts(placeholders_of(of)), "example", doc.example, "refused", doc.wrong);
  return {fmt::format("{}\n\n  {}\n\n{}", wrapped(title, 2), wrapped(words.text, 2), lines.text()),
          std::move(data)};
}

std::string default_of(std::string_view key) {
  const field_doc* doc = find_field_doc(key);
  return doc == nullptr ? std::string() : parted(doc->text).default_value;
}

explained placeholders_page() {
  aligned_lines lines, places;
  json all(json::array{});
  for (const auto& each : placeholder_docs()) {
    lines.add(fmt::format("{{{}}}", each.name), std::string(each.text));
    all.push(data_of(each));
  }
  for (const declaring_function& function : declaring_functions())
    for (const option& each : options_of(function.kind))
      places.add(fmt::format("{}.{}", function.kind, each.key), placeholder_list(each));
  return {fmt::format(
              "Placeholders\n\n  A name in braces, not after $ or %, stands for a value:\n\n{}\n  They are "
              "replaced in:\n\n{}",
              lines.text(), places.text()),
          members_of("kind", "placeholders", "name", "placeholders", "placeholders", std::move(all))};
}

explained placeholder_page(const placeholder_doc& of) {
  aligned_lines lines;
  lines.add("replaced in", joined(places_of(of), ", "));
  lines.add("all of them", "cicd explain placeholders");
  return {fmt::format("{{{}}}, a placeholder\n\n  {}\n\n{}", of.name, wrapped(upper_first(of.text), 2),
                      lines.text()),
          data_of(of)};
}

explained labels_page() {
  aligned_lines lines;
  json all(json::array{});
  for (const label_doc& each : label_docs()) {
    lines.add(std::string(each.key), std::string(each.text));
    all.push(data_of(each));
  }
  return {fmt::format(
              "Labels\n\n  On every object that is deployed, and on its pods. A fact that is not known gives "
              "no label.\n\n{}\n  More labels: cicd explain pipeline_label\n",
              lines.text()),
          members_of("kind", "labels", "name", "labels", "labels", std::move(all))};
}

explained label_page(const label_doc& of) {
  return {
      fmt::format("{}, a label of deployed objects and pods\n\n  {}.\n\n  Find them: kubectl get pods -l {}\n"
                  "  All of them: cicd explain labels\n",
                  of.key, wrapped(upper_first(of.text), 2), of.key),
      data_of(of)};
}

explained mentions_page(std::string_view word) {
  const std::string asked = replaced_all(lower(word), "-", "_");
  std::vector<std::pair<std::string, const field_doc*>> named, told;
  for (const declaring_function& function : declaring_functions())
    for (const option& each : options_of(function.kind)) {
      const std::string key = fmt::format("{}.{}", function.kind, each.key);
      const field_doc* doc = find_field_doc(key);
      if (doc == nullptr || each.key == "name") continue;
      if (each.key.find(asked) != each.key.npos)
        named.emplace_back(key, doc);
      else if (mentions(doc->text, word))
        told.emplace_back(key, doc);
    }
  aligned_lines lines;
  json options(json::array{});
  for (const auto* list : {&named, &told})
    for (const auto& [key, doc] : *list) {
      lines.add(key, first_sentence(doc->text));
      options.push(data_of(key, upper(key.substr(key.find('.') + 1)), *doc));
    }
  const std::string found = lines.text();
  if (found.empty()) return {};
  return {fmt::format("Options that mention '{}'\n\n{}", word, found),
          members_of("kind", "mentions", "name", word, "options", std::move(options))};
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
