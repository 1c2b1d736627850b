// What the parser, messages, explain and the reference ask of every type of a value, so that a new type is
// one struct. A type says it beside its value:
//   allowed()    its form, in words for a message
//   pattern()    a regular expression that every good value matches, for docs/schema; it may be left out
//   parse(word)  the value, or nothing; a literal and a number have `accepts` and `from` in its place
//   text()       the word of a CMake call that gives this value; a literal has `str`
//   guess(word)  the good value that was most likely meant, empty where nothing is near; it may be left out
// Where it is the value of one option and not of a list, it converts to `bool`: whether it is given.
// An enumeration has `choices_of` beside it.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <cicd/declare/values/choice_words.hpp>
#include <cicd/declare/values/values.hpp>

namespace cicd::declaring {

template <typename T>
inline constexpr bool is_list = false;
template <typename T>
inline constexpr bool is_list<std::vector<T>> = true;

/// Whether a value has two parts in one word, which a generator expression may bring whole.
template <typename V>
inline constexpr bool has_parts = requires(std::string_view word) {
  V::parse(word);
};

template <typename V>
concept named_value = requires(V value) {
  value.name.view();
};
template <typename V>
concept keyed_value = requires(V value) {
  value.key.view();
};
/// Whether values IN an environment replace those of their name or key alone.
template <typename V>
inline constexpr bool merges_in_lists = false;
template <typename V>
inline constexpr bool merges_in_lists<std::vector<V>> = named_value<V> || keyed_value<V>;

/// What may stand only once in a list; empty for values that may be repeated.
template <typename V>
std::string_view identity_of(const V& value) {
  if constexpr (named_value<V>)
    return value.name.view();
  else if constexpr (keyed_value<V>)
    return value.key.view();
  else if constexpr (requires { value.identity(); })
    return value.identity();
  else if constexpr (
      std::is_same_v<
          V,
          dns_label> || std::is_same_v<V, step_reference> || std::is_same_v<V, service_reference> || std::is_same_v<V, variable_name> || std::is_same_v<V, value_name>)
    return value.view();
  else
    return {};
}

/// The form of a value in words.
template <typename V>
constexpr std::string_view allowed_of() {
  if constexpr (std::is_same_v<V, bool>)
    return "no value";
  else if constexpr (is_list<V>)
    return allowed_of<typename V::value_type>();
  else if constexpr (std::is_enum_v<V>)
    return choices_of(static_cast<const V*>(nullptr)).phrase;
  else
    return V::allowed();
}

/// The regular expression of a value; empty for a type that has none.
template <typename V>
constexpr std::string_view pattern_of() {
  if constexpr (is_list<V>)
    return pattern_of<typename V::value_type>();
  else if constexpr (std::is_same_v<V, trigger>)
    return "^(branch|tag)$";  // its first word
  else if constexpr (requires { V::pattern(); })
    return V::pattern();
  else
    return {};
}

/// The words of an enumeration or of a list; none for any other type.
template <typename V>
std::vector<std::string_view> choices_for() {
  if constexpr (requires { V::words(); }) return V::words();
  std::vector<std::string_view> words;
  if constexpr (std::is_enum_v<V>)
    for (const std::string_view word : choices_of(static_cast<const V*>(nullptr)).words)
      if (!word.empty()) words.push_back(word);
  return words;
}

/// The value that a word stands for, if it is of the form of its type.
template <typename V>
std::optional<V> parsed(std::string_view word) {
  if constexpr (std::is_enum_v<V>) {
    const std::vector<std::string_view> words = choices_for<V>();
    const auto found = std::find(words.begin(), words.end(), word);
    if (found == words.end()) return {};
    return static_cast<V>(found - words.begin() + 1);
  } else if constexpr (has_parts<V>) {
    return V::parse(word);
  } else {
    if (!V::accepts(word)) return {};
    return V::from(word);
  }
}

/// Whether an enumeration has more to guess by than the nearest of its words.
template <typename V>
bool has_own_guess() {
  if constexpr (std::is_enum_v<V>)
    return choices_of(static_cast<const V*>(nullptr)).guess != nullptr;
  else
    return false;
}

/// The good value that was most likely meant by a wrong word; empty where nothing is near, or only what is
/// not good.
template <typename V>
std::string guessed(std::string_view word) {
  std::string made;
  if constexpr (std::is_enum_v<V>) {
    if (has_own_guess<V>()) made = choices_of(static_cast<const V*>(nullptr)).guess(word);
  } else if constexpr (requires { V::guess(word); }) {
    made = V::guess(word);
    if constexpr (requires { V::accepts(made); })
      if (!V::accepts(made)) return {};
  }
  return made == word ? std::string() : made;
}

inline const std::string& word_of(const std::string& value) {
  return value;
}
/// The word of a CMake call that gives the value.
template <typename V>
std::string word_of(const V& value) {
  if constexpr (std::is_enum_v<V>)
    return std::string(choices_of(&value).words[static_cast<std::size_t>(value) - 1]);
  else if constexpr (requires { value.text(); })
    return value.text();
  else
    return std::string(value.view());
}

/// The values of a field as words; none where it is not given. A flag that is set has its keyword alone.
inline std::vector<std::string> values_of(const trigger& field) {
  if (field.kind == ref_kind::none) return {};
  return {field.kind == ref_kind::branch ? "branch" : "tag", field.pattern.str()};
}
inline std::vector<std::string> values_of(bool) {
  return {};
}
template <typename V>
std::vector<std::string> values_of(const std::vector<V>& field) {
  std::vector<std::string> values;
  for (const V& each : field) values.push_back(word_of(each));
  return values;
}
template <typename V>
std::vector<std::string> values_of(const V& field) {
  if (field == V{}) return {};
  return {word_of(field)};
}

/// Whether a field holds anything but its default.
template <typename V>
bool is_given(const V& field) {
  if constexpr (std::is_same_v<V, bool>)
    return field;
  else
    return !values_of(field).empty();
}

}  // namespace cicd::declaring
