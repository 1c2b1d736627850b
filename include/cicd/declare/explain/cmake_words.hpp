// Values as the words of a CMake call: the way back from what the parser read. For explain and for tests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/options/options.hpp>

namespace cicd::declaring {

/// The word as it is written in a CMakeLists.txt: quoted where it must be.
std::string cmake_quoted(std::string_view word);
/// Words as arguments in one line; a value that could be taken for a keyword of `options` gets its backslash.
std::string cmake_words(const std::vector<std::string>& values, const std::vector<option>& options);
/// A whole call, each keyword on a line of its own; `arguments` are as recorded.
std::string cmake_call_text(std::string_view function,
                            const std::vector<std::string>& arguments,
                            const std::vector<option>& options);

/// A length of time in the largest unit that is exact: `15m`, `90s`.
std::string duration_text(duration of);

inline std::string word_of(const std::string& value) {
  return value;
}
template <typename V>
requires std::is_enum_v<V> std::string word_of(V value) {
  return std::string(choices_of(&value).words[static_cast<std::size_t>(value) - 1]);
}
inline std::string word_of(deploy_way value) {
  return std::string(value.view());
}
std::string word_of(const duration& value);
std::string word_of(const port_number& value);
std::string word_of(const retry_count& value);
std::string word_of(const replica_range& value);
std::string word_of(const user_id& value);
std::string word_of(const assignment& value);
std::string word_of(const label& value);
std::string word_of(const file_mapping& value);
std::string word_of(const secret_reference& value);
std::string word_of(const annotation& value);
std::string word_of(const named_port& value);
std::string word_of(const mount& value);
std::string word_of(const patience& value);
template <typename Rule>
std::string word_of(const detail::literal<Rule>& value) {
  return value.str();
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
