// Settings where they are used: `{setting.<name>}` in the values of options, replaced by what it stands for.
// It does not know where the value comes from.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <cicd/declare/check/overrides.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/declare/parse/parser.hpp>
#include <cicd/declare/placeholders.hpp>

namespace cicd::declaring {

/// Whether settings are replaced in an option's values.
inline bool takes_settings(const option& of) {
  return std::ranges::find(of.placeholders, "setting.name") != of.placeholders.end();
}

/// The settings that a text names, in order of appearance.
std::vector<std::string> settings_named_in(std::string_view text);

template <typename V, typename... Any>
inline constexpr bool is_any_of = (std::is_same_v<V, Any> || ...);

/// The types of values that a setting may stand in.
template <typename V>
inline constexpr bool holds_text =
    is_any_of<V, text, assignment, annotation, label, host_name, relative_path, settable_name>;

/// `visit(value, option, at)` of each value in which settings are replaced; `at` is its place in its list.
template <typename T, typename Visit>
void each_value_with_settings(T& of, Visit&& visit) {
  std::size_t index = 0;
  each_field(const_cast<std::remove_const_t<T>&>(of), [&]<typename V>(std::string_view, V& field) {
    const option& described = options_of<std::remove_const_t<T>>()[index++];
    if (!takes_settings(described)) return;
    if constexpr (is_list<V>) {
      if constexpr (holds_text<typename V::value_type>)
        for (std::size_t at = 0; at < field.size(); ++at) visit(field[at], described, at);
    } else if constexpr (holds_text<V>) {
      if (field != V{}) visit(field, described, std::size_t{0});
    }
  });
}

/// The value with what its settings stand for; nothing where that is not of the option's form.
template <typename V>
std::optional<V> with_settings(const V& value, const option& of, const placeholder_values& values) {
  if constexpr (std::is_same_v<V, text>)
    if (value.empty()) return value;  // an argument of a program
  const std::string word = word_of(value);
  if (word.find(setting_prefix) == word.npos) return value;
  return value_from<V>(with_placeholders(word, values), of);
}

/// All values of a workload with what settings stand for in a place. They were checked.
template <typename T>
T with_settings(T of, const placeholder_values& values) {
  if (values.empty()) return of;
  each_value_with_settings(of, [&]<typename V>(V& value, const option& described, std::size_t) {
    if (auto made = with_settings(value, described, values)) value = *std::move(made);
  });
  return of;
}

/// As `all_merged_in` of overrides.hpp, with what settings stand for there.
template <typename T>
std::vector<T> all_as_in(const pipeline& declared, std::string_view environment, std::string_view copy) {
  std::vector<T> all = all_merged_in(declared.*kind<T>.list, environment, copy);
  const placeholder_values values = settings_in(declared, environment, copy);
  for (T& each : all) each = with_settings(std::move(each), values);
  return all;
}

}  // namespace cicd::declaring
