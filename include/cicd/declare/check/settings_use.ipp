// Where settings are used: the values are put there, and what is unknown or has no value is told. See
// settings.hpp.
#pragma once

#include <cicd/declare/check/checks.hpp>
#include <cicd/declare/check/setting_values.hpp>
#include <cicd/declare/check/settings.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace cicd::declaring {

namespace declare_check_settings_use {
namespace {

using declared_setting = declaration<setting>;

/// Puts values where settings are used, and knows which are.
class use_of_settings {
 public:
  use_of_settings(draft& in, const build_tree& given, findings& found)
      : in_(in), given_(given), found_(found), declared_(in.settings) {
    for (setting& each : declared_)
      if (each.in.empty()) each.value = {};
  }

  void put_everywhere() {
    each_kind([&]<typename T>() {
      if constexpr (!has_places<T> && !std::is_same_v<T, environment> && !std::is_same_v<T, preview>)
        for (auto& each : in_.all<T>().items()) put(each, "", values_of_settings(in_.settings, "", ""));
    });
    for (auto& each : in_.all<environment>().items())
      if (each.value.of)
        put_own(each, each.value.of.view(), each.name);
      else
        put_own(each, each.name, "");
    for (auto& each : in_.all<preview>().items()) put_own(each, each.value.in.view(), "preview");
    each_kind([&]<typename T>() {
      if constexpr (runs_in_places<T>) {
        for (const auto& each : in_.all<T>().items()) check_in_places(each);
        for (const auto& each : in_.all<T>().overrides) check_in_places(each);
      }
    });
    for (const annotation& each : in_.own.value.labels)
      for (const std::string& name : settings_named_in(each.value)) check_in_all(name, place_of_labels());
    warn_of_unused();
  }

 private:
  /// `own`: where they are that have the values, of which a build tree decides nothing.
  template <typename T>
  void put(declaration<T>& of,
           std::string_view environment,
           const placeholder_values& values,
           std::string_view own = {}) {
    each_value_with_settings(of.value, [&]<typename V>(V& value, const option& described, std::size_t at) {
      const place where = word_at(of, described.key, at);
      if (!own.empty() && !are_declared(word_of(value), where, described, values, own)) return;
      if (!are_known(word_of(value), where, environment, values)) return;
      std::optional<V> made = with_settings(value, described, values);
      if (!made) {
        const std::string word = with_placeholders(word_of(value), values);
        found_.add(where, wrong_value(described, word, suggestion_for<V>(word, described)));
      } else {
        value = *std::move(made);
      }
    });
  }

  /// Where an environment or a preview is does not depend on what a build tree was given: commands that build
  /// nothing act there too.
  template <typename T>
  void put_own(declaration<T>& of, std::string_view environment, std::string_view copy) {
    put(of, environment, values_of_settings(declared_, environment, copy), copy.empty() ? environment : copy);
  }

  bool are_declared(const std::string& word,
                    const place& where,
                    const option& described,
                    const placeholder_values& values,
                    std::string_view own) {
    bool are = true;
    for (const std::string& name : settings_named_in(word)) {
      if (in_.all<setting>().find(name) == nullptr || values.contains(std::string(setting_prefix) + name))
        continue;
      used_.insert(name);
      are = false;
      found_.add(where,
                 {.what = fmt::format("{}: the setting {} has no declared value here, and what a build "
                                      "tree is given does not decide where {} is",
                                      described.keyword, name, is_copy(own) ? "a preview" : "an environment"),
                  .value = "{" + std::string(setting_prefix) + name + "}",
                  .help = fmt::format("pipeline_setting({} {} IN {} VALUE …), or DEFAULT", in_.own.name, name,
                                      own)});
    }
    return are;
  }

  template <typename T>
  void check_in_places(const declaration<T>& of) {
    each_value_with_settings(of.value,
                             [&]<typename V>(const V& value, const option& described, std::size_t at) {
                               for (const std::string& name : settings_named_in(word_of(value)))
                                 check_in_all(name, word_at(of, described.key, at));
                             });
  }

  /// What runs in each environment has a value there.
  void check_in_all(const std::string& name, const place& where) {
    for (const auto& each : in_.all<environment>().items())
      if (!is_known(name, where, each.name, values_of_settings(in_.settings, each.name, ""))) return;
    if (in_.all<environment>().items().empty() && in_.all<setting>().find(name) == nullptr)
      is_known(name, where, "", {});
    used_.insert(name);
  }

  bool are_known(const std::string& word,
                 const place& where,
                 std::string_view environment,
                 const placeholder_values& values) {
    return std::ranges::all_of(settings_named_in(word), [&](const std::string& name) {
      return is_known(name, where, environment, values);
    });
  }

  /// Whether it is declared and has a value there; else that is told.
  bool is_known(const std::string& name,
                const place& where,
                std::string_view environment,
                const placeholder_values& values) {
    used_.insert(name);
    if (values.contains(std::string(setting_prefix) + name)) return true;
    const declared_setting* of = in_.all<setting>().find(name);
    if (of == nullptr) {
      remark said = unknown_reference({}, "setting", name, in_.all<setting>().names());
      said.help = fmt::format("pipeline_setting({} {} …)", in_.own.name, name);
      found_.add(where, std::move(said));
    } else if (!of->site->unclear) {
      found_.add(of->start(),
                 {.what = environment.empty() ? "the setting has no value"
                                              : fmt::format("the setting has no value in {}", environment),
                  .value = name,
                  .help = option_of_cmake(in_, name)
                          + (environment.empty()
                                 ? "=<value>, or DEFAULT"
                                 : fmt::format("=<value>, DEFAULT, or IN {} VALUE …", environment))});
    }
    return false;
  }

  void warn_of_unused() {
    if (in_.without_template || !found_.empty()) return;
    for (const declared_setting& each : in_.all<setting>().items())
      if (!used_.contains(each.name) && !is_in_a_test(each.name))
        found_.warn(each.start(),
                    {.what = "the setting is used nowhere",
                     .value = each.name,
                     .allowed = "{" + std::string(setting_prefix) + each.name + "} in " + "ENV or COMMAND"});
  }

  bool is_in_a_test(const std::string& name) const {
    return std::ranges::find(given_.settings_of_tests, in_.own.name + "." + name)
           != given_.settings_of_tests.end();
  }

  place place_of_labels() const {
    return in_.own.at("labels") || in_.label_calls.empty() ? in_.own.near("labels")
                                                           : place{in_.label_calls.front(), 0};
  }

  draft& in_;
  const build_tree& given_;
  findings& found_;
  std::vector<setting> declared_;  ///< without what the build tree was given
  std::set<std::string, std::less<>> used_;
};

}  // namespace
}  // namespace declare_check_settings_use

std::vector<std::string> settings_named_in(std::string_view text) {
  std::vector<std::string> names;
  if (text.find(setting_prefix) == text.npos) return names;
  for (const std::string& each : placeholders_in(text))
    if (const auto name = setting_named_by(each)) names.emplace_back(*name);
  return names;
}

void put_settings(draft& of, const build_tree& given, findings& found) {
  declare_check_settings_use::use_of_settings(of, given, found).put_everywhere();
}

}  // namespace cicd::declaring
