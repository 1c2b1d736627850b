// Which value a setting has, what is wrong with it, and where it goes. See settings.hpp.
#pragma once

#include <cicd/declare/check/checks.hpp>
#include <cicd/declare/check/setting_values.hpp>
#include <cicd/declare/check/settings.hpp>
#include <cicd/declare/parse/template_parameters.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace cicd::declaring {

namespace declare_check_settings {
namespace {

using declared_setting = declaration<setting>;

/// A word of a text without a form is judged by this one.
template_parameter line_of_text() {
  return {.name = {}, .type = parameter_type::text, .words = {}};
}

/// What its values may be; nothing where ALLOWED says what is no type.
std::optional<template_parameter> type_of(const setting& of) {
  template_parameter made = line_of_text();
  made.name = of.name.str();
  for (const text& each : of.allowed) made.allowed.push_back(each.str());
  if (made.allowed.empty()) return made;
  if (made.allowed.size() > 1) {
    made.type = parameter_type::choice;
    return made;
  }
  const std::string& word = made.allowed.front();
  if (const auto range = range_in(word)) {
    made.type = parameter_type::integer;
    std::tie(made.least, made.most) = *range;
  } else if (word == "boolean") {
    made.type = parameter_type::boolean;
  } else if (std::vector<std::string> forms = text_forms(); std::ranges::find(forms, word) != forms.end()) {
    made.form = word;
  } else {
    return std::nullopt;
  }
  return made;
}

/// All of one setting: its call, those IN environments, and what it may be.
class one_setting {
 public:
  one_setting(declared_setting& of, draft& in, findings& found)
      : of_(of), in_(in), found_(found), type_(type_of(of.value)) {}

  void check() {
    if (of_.at("value") && !of_.at("in"))
      found_.add(of_.at("value"),
                 {.what = "VALUE without IN",
                  .value = of_.value.value.str(),
                  .help = "DEFAULT gives the value of all environments, IN <environment> VALUE "
                          "that of one"});
    check_is_no_secret();
    check_type();
    check_value(of_, "default", of_.value.default_value);
    of_.value.value = {};
  }

  /// What the build tree was given.
  void give(const std::string& text, bool is_of_another_commit) {
    if (!type_) return;
    std::string value = text;
    if (type_->type == parameter_type::boolean && !type_->accepts(value)) value = type_->guess(value);
    if (!is_value(value)) {
      if (!is_of_another_commit) refuse_given(text);
      return;
    }
    of_.value.value = text::from(value);
    const std::string declared = of_.value.default_value.str();
    if (!declared.empty() && declared != value) in_.departures.push_back({of_.name, value, declared});
  }

  /// A call that gives it a value IN environments.
  void check_over(const declared_setting& over) {
    for (const option& each : options_of<setting>())
      if (over.at(each.key) && each.key != "name" && each.key != "in" && each.key != "value")
        found_.add(over.at(each.key),
                   meaningless_option(each.keyword, "beside IN", "the call without IN has it"));
    if (!over.at("value") && !over.site->unclear)
      found_.add(over.start(), missing_option("VALUE", "IN <environment> VALUE <value>", ""));
    check_value(over, "value", over.value.value);
  }

 private:
  remark no_secret(std::string value) const {
    return {
        .what =
            "a setting is read by all who see the declaration, its steps or its objects, and holds no secret",
        .value = std::move(value),
        .help = "pipeline_secret() with SECRETS of a step, or SECRET_ENV of a service"};
  }

  void check_is_no_secret() {
    std::string name = of_.name;
    std::ranges::replace(name, '-', '_');
    if (type_ && type_->type == parameter_type::text && names_a_secret(name))
      found_.add(of_.near("name"), no_secret(of_.name));
  }

  void check_type() {
    const bool is_choice = of_.value.allowed.size() > 1;
    std::set<std::string> seen;
    for (std::size_t at = 0; at < of_.value.allowed.size() && is_choice; ++at) {
      const std::string word = of_.value.allowed[at].str();
      const place where = word_at(of_, "allowed", at);
      if (secret_named_in(word))
        found_.add(where, no_secret(word));
      else if (!line_of_text().accepts(word))
        found_.add(
            where,
            {.what = "ALLOWED has a wrong word", .value = word, .allowed = line_of_text().allowed_text()});
      else if (!seen.insert(word).second)
        found_.add(where, repeated_value(options_of<setting>()[2], word));
    }
    if (type_) return;
    std::vector<std::string> words = text_forms();
    words.emplace_back("boolean");
    const std::string word = of_.value.allowed.front().str();
    found_.add(of_.at("allowed"),
               {.what = "ALLOWED has one word, which is not a type",
                .value = word,
                .allowed = "two words or more, <least>..<most>, " + joined(words, ", "),
                .did_you_mean = nearest(word, words).value_or(""),
                .help = word.find("..") == word.npos ? "" : "the least number comes first"});
  }

  void check_value(const declared_setting& of, std::string_view key, text value) {
    if (!of.at(key) || value.empty()) return;
    const std::string word = value.str();
    if (secret_named_in(word))
      found_.add(word_at(of, key, 0), no_secret(word));
    else if (type_ && !is_value(word))
      found_.add(word_at(of, key, 0), {.what = upper(key) + " has a wrong value",
                                       .value = word,
                                       .allowed = type_->allowed_text(),
                                       .did_you_mean = type_->guess(word)});
  }

  /// What it stands for is not looked through again.
  bool is_value(const std::string& word) const {
    return type_->accepts(word) && word.find_first_of("{}") == word.npos && !secret_named_in(word);
  }

  void refuse_given(const std::string& value) {
    if (secret_named_in(value)) return found_.add(of_.start(), no_secret(value));
    const std::string meant = type_->guess(value), option = option_of_cmake(in_, of_.name);
    found_.add(of_.start(), {.what = option + " has a wrong value",
                             .value = value,
                             .allowed = type_->allowed_text(),
                             .did_you_mean = meant.empty() ? "" : option + "=" + meant,
                             .help = fmt::format("cmake -U{}.{} <build folder>, which gives it no value",
                                                 in_.own.name, of_.name)});
  }

  declared_setting& of_;
  draft& in_;
  findings& found_;
  const std::optional<template_parameter> type_;
};

/// Places that a call with IN may name.
struct places_of_settings {
  draft& in;
  bool find(std::string_view name) { return is_copy(name) || in.all<environment>().find(name) != nullptr; }
  std::vector<std::string> names() const { return in.all<environment>().names(); }
};

void check_over(const declared_setting& of, draft& in, findings& found) {
  places_of_settings places{in};
  check_references(of.value.in, of.near("in"), "IN", "environment", places, found);
  declared_setting* base = in.all<setting>().find(of.name);
  if (base == nullptr) {
    std::vector<std::string> names = in.all<setting>().names();
    remark said = unknown_reference({}, "setting", of.name, names);
    said.help =
        fmt::format("pipeline_setting({} {} …) without IN, which says what it may be", in.own.name, of.name);
    return found.add(of.near("name"), std::move(said));
  }
  one_setting(*base, in, found).check_over(of);
  for (const declared_setting& other : in.all<setting>().overrides) {
    if (&other == &of) return;
    for (const dns_label& place : of.value.in)
      if (other.name == of.name && holds_in(other.value, place.view()))
        found.add(of.near("in"), given_twice("value IN this environment", of.name + " IN " + place.str(),
                                             found.text_of(other.site->from->where)));
  }
}

}  // namespace
}  // namespace declare_check_settings

std::string option_of_cmake(const draft& in, std::string_view name) {
  return fmt::format("-D{}.{}", in.own.name, name);
}

placeholder_values values_of_settings(const std::vector<setting>& all,
                                      std::string_view environment,
                                      std::string_view copy) {
  placeholder_values values;
  for (const setting& each : all) {
    std::string name = std::string(setting_prefix) + each.name.str();
    if (values.contains(name)) continue;
    const setting there = merged_in(all, each.name.view(), environment, copy);
    const text value = there.value ? there.value : there.default_value;
    if (value) values.emplace(std::move(name), value.str());
  }
  return values;
}

void apply_settings(draft& of, const build_tree& given, findings& found) {
  using namespace declare_check_settings;
  auto& all = of.all<setting>();
  for (declared_setting& each : all.items()) {
    one_setting one(each, of, found);
    one.check();
    if (const auto value = given.settings.find(of.own.name + "." + each.name); value != given.settings.end())
      one.give(value->second, given.is_of_another_commit);
  }
  for (const declared_setting& each : all.overrides) check_over(each, of, found);
  for (const declared_setting& each : all.items()) {
    of.settings.push_back(each.value);
    for (const declared_setting& over : all.overrides)
      if (over.name == each.name) of.settings.push_back(over.value);
  }
  if (of.all<backing_service>().find("setting") != nullptr && !all.items().empty())
    found.add(of.all<backing_service>().find("setting")->near("name"), reserved_name("setting"));
  put_settings(of, given, found);
}

void check_given_settings(const std::deque<draft>& all, const build_tree& given, findings& found) {
  if (given.is_of_another_commit) return;
  std::vector<std::string> pipelines;
  for (const draft& each : all) pipelines.push_back(each.own.name);
  for (const auto& [name, value] : given.settings) {
    const auto dot = name.find('.');
    const std::string pipeline = name.substr(0, dot), setting_name = name.substr(dot + 1);
    const auto of = std::ranges::find(all, pipeline, [](const draft& each) { return each.own.name; });
    std::vector<std::string> known;
    for (const draft& each : all)
      for (const std::string& one : each.all<setting>().names())
        if (of == all.end() || &each == &*of) known.push_back(each.own.name + "." + one);
    if (std::ranges::find(known, name) != known.end()) continue;
    const auto near = nearest(name, known);
    const bool is_meant = of != all.end() || near || nearest(pipeline, pipelines);
    remark said{
        .what = of != all.end() ? "-D: the pipeline has no such setting" : "-D: there is no such setting",
        .value = name,
        .allowed = known.empty() ? "none: no setting is declared" : joined(known, ", "),
        .did_you_mean = near.value_or(""),
        .help = "cmake -U" + name + " <build folder>, which removes it"};
    if (is_meant)
      found.add(of != all.end() ? of->own.start() : place{}, std::move(said));
    else
      found.warn({}, std::move(said));
  }
}

}  // namespace cicd::declaring

namespace cicd {

placeholder_values settings_in(const pipeline& declared,
                               std::string_view environment,
                               std::string_view copy) {
  for (const cicd::environment& whole : declared.environments)
    for (const cicd::environment& part : whole.parts)
      if (part.name.view() == environment)
        return declaring::values_of_settings(declared.settings, whole.name.view(), environment);
  return declaring::values_of_settings(declared.settings, environment, copy);
}

}  // namespace cicd
