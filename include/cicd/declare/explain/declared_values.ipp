// Declared values for `cicd explain`.
#pragma once

#include <cicd/declare/explain/declared_values.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include <cicd/base/text.hpp>
#include <cicd/declare/check/overrides.hpp>
#include <cicd/declare/explain/cmake_words.hpp>
#include <cicd/declare/explain/pages.hpp>
#include <cicd/declare/explain/text_page.hpp>
#include <cicd/declare/shards.hpp>

namespace cicd::declaring {
namespace {

/// All that is declared of a kind: of environments each with its parts behind it.
template <typename T>
std::vector<const T*> all_declared(const pipeline& in) {
  if constexpr (std::is_same_v<T, environment>) {
    return all_environments(in);
  } else {
    std::vector<const T*> all;
    for (const T& each : in.*kind<T>.list) all.push_back(&each);
    return all;
  }
}

std::string origin_text(const declared_pipeline& in, const std::string& path, std::string_view source_root) {
  const auto found = in.origins.find(path);
  return found == in.origins.end() ? std::string() : found->second.text(source_root);
}

/// A value that is given, and where.
struct given_value {
  std::string keyword, words;       ///< `REPLICAS`, `REPLICAS 2`
  std::vector<std::string> values;  ///< as they were read
  std::string origin, over;         ///< `over`: where the list is given that it adds to
};

/// What is given somewhere: everywhere, or in an environment or a copy of a branch.
struct place_values {
  std::string place;  ///< empty: everywhere
  std::vector<given_value> given;
};

/// A declared thing, or one of its options.
struct declared_view {
  std::string title;
  const declared_subject& subject;
  std::vector<place_values> places{};
  std::vector<std::pair<std::string, std::string>> defaults{};            ///< of what is given in no place
  std::vector<std::pair<std::string, std::vector<std::string>>> parts{};  ///< of a pipeline, by kind
  std::string
      instead_of{};  ///< of a notifier: where that of the build tree is declared, whose place it takes

  /// What holds where the option is not given; empty of a whole thing.
  std::string otherwise() const {
    return subject.key.empty() ? std::string() : default_of(subject.kind + '.' + subject.key);
  }
};

/// Every option that is given in `of`, or only the one that is asked for; `origin_of` gives where the option
/// of a key comes from, and what it is laid over.
template <typename T, typename OriginOf>
std::vector<given_value> given_in(const T& of, const declared_subject& subject, OriginOf origin_of) {
  std::vector<given_value> all;
  std::size_t index = 0;
  each_field(const_cast<T&>(of), [&](std::string_view name, const auto& field) {
    const option& described = options_of<T>()[index++];
    if (name == "name" || (!subject.key.empty() && subject.key != name) || !is_given(field)) return;
    given_value one{
        .keyword = described.keyword, .words = {}, .values = values_of(field), .origin = {}, .over = {}};
    const std::string words = cmake_words(one.values, options_of<T>());
    one.words = words.empty() ? one.keyword : one.keyword + " " + shown_url(words);
    for (std::string& each : one.values) each = shown_url(each);
    std::tie(one.origin, one.over) = origin_of(described);
    all.push_back(std::move(one));
  });
  return all;
}

std::string path_of(const declared_subject& subject, const option& of) {
  declared_subject at = subject;
  at.key = of.key;
  return at.path();
}

/// Adds what holds where no place gives a value.
template <typename T>
void add_defaults(declared_view& to) {
  if (!to.subject.key.empty()) return;
  for (const option& each : options_of<T>()) {
    const bool is_given = std::ranges::any_of(to.places, [&](const place_values& place) {
      return std::ranges::find(place.given, each.keyword, &given_value::keyword) != place.given.end();
    });
    std::string holds = default_of(fmt::format("{}.{}", to.subject.kind, each.key));
    if (!is_given && !holds.empty()) to.defaults.emplace_back(each.keyword, std::move(holds));
  }
}

template <typename T>
void add_values(const T& of, declared_view& to, std::string_view source_root) {
  to.places.push_back({{}, given_in(of, to.subject, [&](const option& each) {
                         return std::pair(origin_text(*to.subject.in, path_of(to.subject, each), source_root),
                                          std::string());
                       })});
  add_defaults<T>(to);
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
place_values values_in(const T& of,
                       const declared_subject& subject,
                       const std::string& place,
                       std::string_view source_root) {
  return {place, given_in(of, subject, [&](const option& each) {
            const std::string path = path_of(subject, each);
            std::string there = origin_text(*subject.in, path + "@" + place, source_root);
            std::string everywhere = origin_text(*subject.in, path, source_root);
            const bool merged = each.merges && !there.empty() && !everywhere.empty();
            if (merged) return std::pair(std::move(there), std::move(everywhere));
            return std::pair(there.empty() ? std::move(everywhere) : std::move(there), std::string());
          })};
}

/// The values of what has pods in each environment, and in the copies of branches where a call names them.
template <typename T>
void add_workload(declared_view& to, std::string_view source_root) {
  const pipeline& declared = to.subject.in->declared;
  const auto in = [&](std::string_view environment, std::string_view copy) {
    return merged_in(declared.*kind<T>.list, to.subject.name, environment, copy);
  };
  if (declared.environments.empty()) return add_values(in("", ""), to, source_root);
  for (const environment* each : all_environments(declared))
    to.places.push_back(values_in(in(each->name.view(), ""), to.subject, each->name.str(), source_root));
  for (const char* copy : {"preview", "canary"})
    if (differs_in(to.subject, copy))
      to.places.push_back(values_in(in("", copy), to.subject, copy, source_root));
  add_defaults<T>(to);
}

/// What a setting may be, and which value it has in each environment and in the copies that a call names.
void add_setting(declared_view& to, std::string_view source_root) {
  const pipeline& declared = to.subject.in->declared;
  const std::string given = "-D" + declared.name.str() + "." + to.subject.name + " of this build tree";
  const auto origin_in = [&](const std::string& path) {
    std::string found = origin_text(*to.subject.in, path, source_root);
    return std::pair(std::move(found), std::string());
  };
  const setting base = merged_in(declared.settings, to.subject.name, "", "");
  to.places.push_back({{}, given_in(base, to.subject, [&](const option& each) {
                         return each.key == "value" ? std::pair(given, std::string())
                                                    : origin_in(path_of(to.subject, each));
                       })});
  const auto add_place = [&](const std::string& place, const std::string& whole, const setting& there) {
    const std::string start = to.subject.kind + "." + to.subject.name + ".";
    std::string own = start + "value@" + place;
    if (!to.subject.in->origins.contains(own)) own = start + "value@" + whole;
    const bool is_own = to.subject.in->origins.contains(own);
    const setting shown{.name = there.name, .value = there.value ? there.value : there.default_value};
    to.places.push_back({place, given_in(shown, to.subject, [&](const option&) {
                           if (!is_own && base.value) return std::pair(given, std::string());
                           return origin_in(is_own ? own : start + "default");
                         })});
  };
  if (!to.subject.key.empty() && to.subject.key != "value") return;
  for (const environment* each : all_environments(declared))
    add_place(each->name.str(), each->of.str(),
              each->of ? merged_in(declared.settings, to.subject.name, each->of.view(), each->name.view())
                       : merged_in(declared.settings, to.subject.name, each->name.view(), ""));
  for (const char* copy : {"preview", "canary"})
    if (differs_in(to.subject, copy))
      add_place(copy, copy, merged_in(declared.settings, to.subject.name, "", copy));
}

/// What a pipeline declares, by kind.
void add_parts(declared_view& to) {
  each_kind([&]<typename T>() {
    std::vector<std::string> names;
    for (const T* each : all_declared<T>(to.subject.in->declared))
      if (std::string name = name_of(*each); names.empty() || names.back() != name)
        names.push_back(std::move(name));
    if (!names.empty()) to.parts.emplace_back(kind<T>.name, std::move(names));
  });
}

declared_view view_of(std::string_view title, const declared_subject& subject, std::string_view source_root) {
  declared_view view{.title = std::string(title), .subject = subject};
  const pipeline& declared = subject.in->declared;
  if (subject.kind == "pipeline") {
    add_values(declared, view, source_root);
    if (subject.key.empty()) add_parts(view);
  }
  if (subject.kind == "notifier")
    view.instead_of = origin_text(*subject.in, "notifier." + subject.name + ".instead_of", source_root);
  each_kind([&]<typename T>() {
    if (subject.kind != kind<T>.name) return;
    const std::vector<const T*> parts = all_declared<T>(declared);
    const auto found = std::ranges::find(parts, subject.name, [](const T* each) { return name_of(*each); });
    if constexpr (has_pods<T>)
      add_workload<T>(view, source_root);
    else if constexpr (std::is_same_v<T, setting>)
      add_setting(view, source_root);
    else if constexpr (std::is_same_v<T, step>) {
      if (found != parts.end()) add_values(as_declared(**found, declared.steps), view, source_root);
    } else if (found != parts.end())
      add_values(**found, view, source_root);
  });
  return view;
}

std::string over_text(const given_value& of) {
  return of.over.empty() ? std::string() : "; over " + of.over;
}

std::string text_of(const place_values& of, const declared_view& in) {
  std::string text = of.place.empty() ? std::string() : fmt::format("in {}:\n", of.place);
  for (const given_value& each : of.given)
    text += fmt::format("  {}\n{}", wrapped(each.words, 6),
                        each.origin.empty() ? "" : fmt::format("      {}{}\n", each.origin, over_text(each)));
  if (!of.given.empty()) return text;
  const std::string otherwise = in.otherwise();
  return text
         + (otherwise.empty() ? "  not given\n"
                              : fmt::format("  not given; default: {}\n", wrapped(otherwise, 6)));
}

std::string text_of(const declared_view& of) {
  std::string text = of.title + "\n\n";
  for (const place_values& each : of.places) text += text_of(each, of);
  if (!of.instead_of.empty())
    text +=
        fmt::format("  in place of the build tree's notifier of this destination\n      {}\n", of.instead_of);
  aligned_lines defaults, parts;
  for (const auto& [keyword, value] : of.defaults) defaults.add(keyword, value);
  for (const auto& [kind, names] : of.parts) parts.add(kind, joined(names, ", "));
  if (!of.defaults.empty()) text += "\nby default:\n" + defaults.text();
  if (!of.parts.empty()) text += "\ndeclared:\n" + parts.text();
  return text;
}

json data_of(const given_value& of, const std::string& place) {
  json made = members_of("option", of.keyword, "values", json_texts(of.values), "declared_at", of.origin);
  if (!place.empty()) made.set("in", place);
  if (!of.over.empty()) made.set("over", of.over);
  return made;
}

json data_of(const declared_view& of) {
  json given(json::array{}), defaults(json::array{}), parts(json::object{});
  for (const place_values& place : of.places)
    for (const given_value& each : place.given) given.push(data_of(each, place.place));
  for (const auto& [keyword, value] : of.defaults)
    defaults.push(members_of("option", keyword, "value", value));
  for (const auto& [kind, names] : of.parts) parts.set(kind, json_texts(names));
  json made = members_of("kind", "declared", "name", of.title, "of", of.subject.kind, "given",
                         std::move(given), "defaults", std::move(defaults));
  if (!of.subject.key.empty()) made.set("default", of.otherwise());
  if (!of.instead_of.empty()) made.set("instead_of", of.instead_of);
  if (!of.parts.empty()) made.set("declared", std::move(parts));
  return made;
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
    for (const T* each : all_declared<T>(in.declared))
      if (const std::string name = name_of(*each); name != last) add(std::string(kind<T>.name), last = name);
  });
}

/// Where a name stands in a declared list.
struct name_use {
  std::string path, place, words, origin;  ///< `orders.service.api.env`, `stage` or empty, `ENV A=b`
};

/// Adds where `name` stands in the lists of one declared thing: as it is, or before a `=`.
template <typename T>
void add_uses(std::vector<name_use>& to,
              std::string_view name,
              const T& of,
              const declared_subject& at,
              const std::string& place,
              std::string_view source_root) {
  std::size_t index = 0;
  each_field(const_cast<T&>(of), [&]<typename V>(std::string_view, const V& field) {
    const option& described = options_of<T>()[index++];
    if constexpr (is_list<V>)
      for (const std::string& value : values_of(field)) {
        if (described.key == "in" || value.substr(0, value.find('=')) != name) continue;
        const std::string path = path_of(at, described);
        to.push_back({at.in->declared.name.str() + "." + path, place,
                      described.keyword + " " + cmake_words({value}, options_of<T>()),
                      origin_text(*at.in, place.empty() ? path : path + "@" + place, source_root)});
      }
  });
}

std::vector<name_use> uses_of(std::string_view name, const model& declared) {
  std::vector<name_use> uses;
  const std::string& root = declared.tree.source_root;
  for (const declared_pipeline& in : declared.pipelines) {
    add_uses(uses, name, in.declared, {&in, "pipeline", in.declared.name.str(), {}}, {}, root);
    each_kind([&]<typename T>() {
      for (const T* each : all_declared<T>(in.declared)) {
        const declared_subject at{&in, std::string(kind<T>.name), name_of(*each), {}};
        std::vector<std::string> places{""};
        if constexpr (has_places<T>)
          if (!each->in.empty()) places = values_of(each->in);
        for (const std::string& place : places) add_uses(uses, name, *each, at, place, root);
      }
    });
  }
  return uses;
}

}  // namespace

std::vector<explained> variable_pages(std::string_view name, const model& declared) {
  const std::vector<name_use> uses = uses_of(name, declared);
  if (uses.empty()) return {};
  std::string text;
  json all(json::array{});
  for (const name_use& each : uses) {
    text += fmt::format("  {}{}\n      {}\n      {}\n", each.path,
                        each.place.empty() ? std::string() : " in " + each.place, wrapped(each.words, 6),
                        each.origin);
    json one = members_of("at", each.path, "words", each.words, "declared_at", each.origin);
    if (!each.place.empty()) one.set("in", each.place);
    all.push(std::move(one));
  }
  return {{fmt::format("{}, declared in\n\n{}", name, text),
           members_of("kind", "variable", "name", name, "uses", std::move(all))}};
}

explained declared_page(std::string_view title,
                        const declared_subject& subject,
                        std::string_view source_root) {
  const declared_view view = view_of(title, subject, source_root);
  return {text_of(view), data_of(view)};
}

std::vector<std::pair<std::string, declared_subject>> declared_subjects(const model* declared) {
  std::vector<std::pair<std::string, declared_subject>> all;
  if (declared)
    for (const declared_pipeline& each : declared->pipelines) add_declared(each, all);
  return all;
}

}  // namespace cicd::declaring
