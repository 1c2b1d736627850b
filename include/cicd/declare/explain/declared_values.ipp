// Declared values for `cicd explain`.
#pragma once

#include <cicd/declare/explain/declared_values.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <cicd/base/text.hpp>
#include <cicd/declare/check/overrides.hpp>
#include <cicd/declare/explain/cmake_words.hpp>
#include <cicd/declare/explain/pages.hpp>
#include <cicd/declare/explain/text_page.hpp>

namespace cicd::declaring {
namespace {

std::string origin_text(const declared_pipeline& in, const std::string& path, std::string_view source_root) {
  const auto found = in.origins.find(path);
  return found == in.origins.end() ? std::string() : found->second.text(source_root);
}

/// Every option that is given in `of`, or only the one called `key`, as `KEYWORD values`.
template <typename T, typename Take>
void each_given(const T& of, std::string_view key, Take take) {
  std::size_t index = 0;
  each_field(const_cast<T&>(of), [&](std::string_view name, const auto& field) {
    const option& described = options_of<T>()[index++];
    if (name == "name" || (!key.empty() && key != name) || !is_given(field)) return;
    const std::string values = cmake_words(values_of(field), options_of<T>());
    take(described, values.empty() ? described.keyword : described.keyword + " " + shown_url(values));
  });
}

std::string not_given(const declared_subject& subject) {
  const std::string otherwise =
      subject.key.empty() ? std::string() : default_of(subject.kind + '.' + subject.key);
  return otherwise.empty() ? "  not given\n"
                           : fmt::format("  not given; default: {}\n", wrapped(otherwise, 6));
}

/// What holds where `of` gives no value.
template <typename T>
std::string defaults_of(const T& of, const declared_subject& subject) {
  aligned_lines lines;
  std::size_t index = 0;
  each_field(const_cast<T&>(of), [&](std::string_view, const auto& field) {
    const option& described = options_of<T>()[index++];
    if (!is_given(field))
      lines.add(described.keyword, default_of(fmt::format("{}.{}", subject.kind, described.key)));
  });
  return lines.text().empty() ? std::string() : "\nby default:\n" + lines.text();
}

template <typename T>
std::string values_page(const T& of, const declared_subject& subject, std::string_view source_root) {
  std::string page;
  each_given(of, subject.key, [&](const option& given, const std::string& words) {
    declared_subject at = subject;
    at.key = given.key;
    page +=
        fmt::format("  {}\n      {}\n", wrapped(words, 6), origin_text(*subject.in, at.path(), source_root));
  });
  if (page.empty()) page = not_given(subject);
  return subject.key.empty() ? page + defaults_of(of, subject) : page;
}

/// Whether a call gives the subject other values IN the copies of branches that are called so.
bool differs_in(const declared_subject& subject, std::string_view copy) {
  const std::string start = subject.kind + '.' + subject.name + '.';
  return std::ranges::any_of(subject.in->origins, [&](const auto& each) {
    return each.first.starts_with(start) && each.first.ends_with("@" + std::string(copy));
  });
}

/// One place's values: those given there, and those that hold everywhere.
template <typename T>
std::string page_in(const T& of,
                    const declared_subject& subject,
                    const std::string& place,
                    std::string_view source_root) {
  std::string lines;
  each_given(of, subject.key, [&](const option& given, const std::string& words) {
    declared_subject at = subject;
    at.key = given.key;
    const std::string there = origin_text(*subject.in, at.path() + "@" + place, source_root);
    const std::string everywhere = origin_text(*subject.in, at.path(), source_root);
    const bool merged = given.merges && !there.empty() && !everywhere.empty();
    lines += fmt::format("  {}\n      {}{}\n", wrapped(words, 6), there.empty() ? everywhere : there,
                         merged ? "; over " + everywhere : "");
  });
  return fmt::format("in {}:\n{}", place, lines.empty() ? not_given(subject) : lines);
}

/// The values of what has pods in each environment, and in the copies of branches where a call names them.
template <typename T>
std::string workload_page(const declared_subject& subject, std::string_view source_root) {
  const pipeline& declared = subject.in->declared;
  const auto in = [&](std::string_view environment, std::string_view copy) {
    return merged_in(declared.*kind<T>.list, subject.name, environment, copy);
  };
  if (declared.environments.empty()) return values_page(in("", ""), subject, source_root);
  std::string page;
  for (const environment& each : declared.environments)
    page += page_in(in(each.name.view(), ""), subject, each.name.str(), source_root);
  for (const char* copy : {"preview", "canary"})
    if (differs_in(subject, copy)) page += page_in(in("", copy), subject, copy, source_root);
  return page;
}

template <typename T>
std::string part_page(const std::vector<T>& parts,
                      const declared_subject& subject,
                      std::string_view source_root) {
  const auto found =
      std::find_if(parts.begin(), parts.end(), [&](const T& each) { return name_of(each) == subject.name; });
  return found == parts.end() ? std::string() : values_page(*found, subject, source_root);
}

/// All declared subjects of one pipeline with their texts.
void add_declared(const declared_pipeline& in, std::vector<std::pair<std::string, declared_subject>>& to) {
  const std::string pipeline = in.declared.name.str();
  const auto add = [&](const std::string& kind, const std::string& name) {
    const std::string start = kind == "pipeline" ? pipeline : fmt::format("{}.{}.{}", pipeline, kind, name);
    to.emplace_back(start, declared_subject{&in, kind, name, {}});
    for (const option& each : options_of(kind))
      if (each.key != "name" && (each.key != "in" || kind == "preview" || kind == "canary"))
        to.emplace_back(fmt::format("{}.{}", start, each.key),
                        declared_subject{&in, kind, name, std::string(each.key)});
  };
  add("pipeline", pipeline);
  each_kind([&]<typename T>() {
    std::string last;
    for (const T& each : in.declared.*kind<T>.list)
      if (const std::string name = name_of(each); name != last) add(std::string(kind<T>.name), last = name);
  });
}

/// What a pipeline declares, by kind.
std::string parts_page(const declared_pipeline& of) {
  aligned_lines lines;
  each_kind([&]<typename T>() {
    std::vector<std::string> names;
    for (const T& each : of.declared.*kind<T>.list)
      if (std::string name = name_of(each); names.empty() || names.back() != name)
        names.push_back(std::move(name));
    lines.add(std::string(kind<T>.name), joined(names, ", "));
  });
  return lines.text().empty() ? std::string() : "\ndeclared:\n" + lines.text();
}

/// Adds where `name` stands in the lists of one declared thing: as it is, or before a `=`.
template <typename T>
void add_uses(std::string& to,
              std::string_view name,
              const T& of,
              declared_subject at,
              std::string_view place,
              std::string_view source_root) {
  std::size_t index = 0;
  each_field(const_cast<T&>(of), [&]<typename V>(std::string_view, const V& field) {
    const option& described = options_of<T>()[index++];
    if constexpr (is_list<V>)
      for (const std::string& value : values_of(field)) {
        if (described.key == "in" || value.substr(0, value.find('=')) != name) continue;
        at.key = described.key;
        const std::string origin = origin_text(
            *at.in, at.path() + (place.empty() ? std::string() : fmt::format("@{}", place)), source_root);
        to += fmt::format("  {}.{}{}\n      {} {}\n      {}\n", at.in->declared.name.view(), at.path(),
                          place.empty() ? std::string() : fmt::format(" in {}", place), described.keyword,
                          wrapped(cmake_words({value}, options_of<T>()), 6), origin);
      }
  });
}

}  // namespace

std::vector<std::string> variable_pages(std::string_view name, const model& declared) {
  std::string uses;
  for (const declared_pipeline& in : declared.pipelines) {
    add_uses(uses, name, in.declared, {&in, "pipeline", in.declared.name.str(), {}}, {},
             declared.tree.source_root);
    each_kind([&]<typename T>() {
      for (const T& each : in.declared.*kind<T>.list) {
        const declared_subject at{&in, std::string(kind<T>.name), name_of(each), {}};
        std::vector<std::string> places{""};
        if constexpr (has_places<T>)
          if (!each.in.empty()) places = values_of(each.in);
        for (const std::string& place : places)
          add_uses(uses, name, each, at, place, declared.tree.source_root);
      }
    });
  }
  if (uses.empty()) return {};
  return {fmt::format("{}, declared in\n\n{}", name, uses)};
}

std::string declared_page(std::string_view title,
                          const declared_subject& subject,
                          std::string_view source_root) {
  const pipeline& declared = subject.in->declared;
  std::string page = fmt::format("{}\n\n", title);
  if (subject.kind == "pipeline")
    return page + values_page(declared, subject, source_root)
           + (subject.key.empty() ? parts_page(*subject.in) : std::string());
  each_kind([&]<typename T>() {
    if (subject.kind != kind<T>.name) return;
    if constexpr (has_pods<T>)
      page += workload_page<T>(subject, source_root);
    else
      page += part_page(declared.*kind<T>.list, subject, source_root);
  });
  return page;
}

std::vector<std::pair<std::string, declared_subject>> declared_subjects(const model* declared) {
  std::vector<std::pair<std::string, declared_subject>> all;
  if (declared)
    for (const declared_pipeline& each : declared->pipelines) add_declared(each, all);
  return all;
}

}  // namespace cicd::declaring
