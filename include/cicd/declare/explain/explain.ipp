// `cicd explain`: which pages a word means.
#pragma once

#include <cicd/declare/explain/explain.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <cicd/base/text.hpp>
#include <cicd/declare/explain/declared_values.hpp>
#include <cicd/declare/explain/pages.hpp>
#include <cicd/declare/parse/templates.hpp>
#include <cicd/declare/placeholders.hpp>
#include <cicd/declare/targets.hpp>

namespace cicd {

namespace declare_explain_explain {
namespace {

using namespace declaring;
using pages = std::vector<explained>;

/// Options of one keyword, those that share their words on one page.
void add_options(pages& to, std::string_view subject) {
  std::vector<std::vector<std::string>> groups;
  for (const std::string& key : keys_of_keyword(subject)) {
    const auto same = std::ranges::find_if(groups, [&](const auto& group) {
      return find_field_doc(group.front())->text == find_field_doc(key)->text;
    });
    if (same == groups.end())
      groups.push_back({key});
    else
      same->push_back(key);
  }
  for (const auto& group : groups) to.push_back(option_page(group));
}

void add_placeholder(pages& to, std::string_view subject) {
  if (subject.size() > 2 && subject.front() == '{' && subject.back() == '}')
    subject = subject.substr(1, subject.size() - 2);
  for (const placeholder_doc& each : placeholder_docs())
    if (each.name == subject || (each.name == "setting.name" && setting_named_by(subject)))
      to.push_back(placeholder_page(each));
}

void add_label(pages& to, std::string_view subject) {
  if (subject == "labels") to.push_back(labels_page());
  for (const label_doc& each : label_docs())
    if (each.key == subject) to.push_back(label_page(each));
}

/// Whether the asked words stand in the path in their order, the last of them last: `orders.api` of
/// `orders.service.api`.
bool leads_to(const std::vector<std::string>& asked, const std::vector<std::string>& path) {
  if (asked.empty() || asked.back() != path.back()) return false;
  std::size_t at = 0;
  for (const std::string& each : path)
    if (at < asked.size() && asked[at] == each) ++at;
  return at == asked.size();
}

/// Declared things and values: by their whole name, else by one that leaves words out, but not that of the
/// part whose value it is: `replicas` is a keyword.
void add_declared(pages& to, std::string_view subject, const model& declared) {
  const auto all = declared_subjects(&declared);
  const auto page = [&](const auto& of) {
    return declared_page(of.first, of.second, declared.tree.source_root);
  };
  const std::string asked = replaced_all(std::string(subject), "/", ".");
  const auto exact = std::ranges::find(all, asked, [](const auto& each) { return each.first; });
  if (exact != all.end()) return to.push_back(page(*exact));
  const std::vector<std::string> words = split(asked, '.');
  pages found;
  std::vector<std::string> names;
  for (const auto& each : all) {
    const bool is_value = !each.second.key.empty();
    if (is_value && (words.size() < 2 || std::ranges::find(words, each.second.name) == words.end())) continue;
    if (!leads_to(words, split(each.first, '.'))) continue;
    found.push_back(page(each));
    names.push_back(each.first);
  }
  if (found.size() <= 6)
    to.insert(to.end(), found.begin(), found.end());
  else
    to.push_back({fmt::format("{} is the name of several\n\n  {}\n", subject, joined(names, "\n  ")),
                  members_of("kind", "several", "name", subject, "names", json_texts(names))});
}

/// Every page that the word means; an exact function, option or template stands alone.
result<pages> pages_of(std::string_view subject, const model* declared, const template_source& templates) {
  if (const declaring_function* function = function_named(subject)) return pages{function_page(*function)};
  if (option_named(subject) != nullptr) return pages{option_page({std::string(subject)})};
  if (subject == "placeholders") return pages{placeholders_page()};
  pages found;
  add_options(found, subject);
  add_placeholder(found, subject);
  add_label(found, subject);
  if (declared != nullptr) {
    add_declared(found, subject, *declared);
    for (explained& each : variable_pages(subject, *declared)) found.push_back(std::move(each));
  }
  const auto text = templates.read ? templates.read(std::string(subject))
                                   : result<std::optional<std::string>>(std::nullopt);
  if (!text || *text) {
    result<pipeline_template> of = template_named(subject, templates);
    if (!of) return std::move(of).error();
    found.push_back(template_page(*of));
  }
  return found;
}

}  // namespace
}  // namespace declare_explain_explain

std::vector<std::string> subjects(const model* declared, const template_source& templates) {
  std::vector<std::string> all{"placeholders", "labels"};
  const auto add = [&](std::string name) {
    if (std::ranges::find(all, name) == all.end()) all.push_back(std::move(name));
  };
  for (const declaring_function& each : declaring_functions()) {
    all.insert(all.end(), {std::string(each.name), std::string(each.kind)});
    for (const std::string_view keyword : each.keywords) add(std::string(keyword));
  }
  for (const field_doc& each : field_docs()) all.emplace_back(each.key);
  for (const auto& each : declaring::placeholder_docs()) all.push_back(fmt::format("{{{}}}", each.name));
  for (const auto& each : declaring::label_docs()) add(std::string(each.key));
  if (templates.names)
    for (std::string& each : templates.names()) all.push_back(std::move(each));
  for (auto& [name, subject] : declaring::declared_subjects(declared)) all.push_back(std::move(name));
  if (declared != nullptr) {
    for (const target& each : targets_of(*declared)) add(each.name);
    for (const declared_pipeline& each : declared->pipelines)
      for (const environment& place : each.declared.environments) add(place.name.str());
  }
  return all;
}

std::string explanation_index(const model* declared, const template_source& templates) {
  return declaring::index_page(declared, templates);
}

result<std::vector<explained>> explanations(std::string_view subject,
                                            const model* declared,
                                            const template_source& templates) {
  return declare_explain_explain::pages_of(subject, declared, templates);
}

std::vector<explained> mentions_of(std::string_view word) {
  explained page = declaring::mentions_page(word);
  if (page.text.empty()) return {};
  return {std::move(page)};
}

error unknown_subject(std::string_view subject, const std::vector<std::string>& known) {
  return error{.kind = exit_class::usage,
               .subject = "explain",
               .what = "unknown subject",
               .value = std::string(subject),
               .notes = {}}
      .with("did you mean", nearest(subject, known).value_or(""))
      .with("try", "cicd explain, which lists what can be asked");
}

}  // namespace cicd
