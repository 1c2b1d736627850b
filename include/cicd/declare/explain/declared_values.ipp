// Declared values for `cicd explain`.
#pragma once

#include <cicd/declare/explain/declared_values.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <cicd/declare/check/overrides.hpp>
#include <cicd/declare/explain/cmake_words.hpp>
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

template <typename T>
std::string values_page(const T& of, const declared_subject& subject, std::string_view source_root) {
  std::string page;
  each_given(of, subject.key, [&](const option& given, const std::string& words) {
    declared_subject at = subject;
    at.key = given.key;
    page +=
        fmt::format("  {}\n      {}\n", wrapped(words, 6), origin_text(*subject.in, at.path(), source_root));
  });
  return page.empty() ? "  not given\n" : page;
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
  return fmt::format("in {}:\n{}", place, lines.empty() ? "  not given\n" : lines);
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

}  // namespace

std::string declared_page(std::string_view title,
                          const declared_subject& subject,
                          std::string_view source_root) {
  const pipeline& declared = subject.in->declared;
  std::string page = fmt::format("{}\n\n", title);
  if (subject.kind == "pipeline") return page + values_page(declared, subject, source_root);
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
