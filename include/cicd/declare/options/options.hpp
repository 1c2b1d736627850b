// The options of each kind as data, derived from `each_field`: keyword, how many values, what is allowed.
// The parser, explain and the reference share it; the words are in fields_docs_*.inc.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <cicd/base/text.hpp>
#include <cicd/declare/options/fields.hpp>
#include <cicd/declare/options/kinds.hpp>
#include <cicd/declare/values/value_traits.hpp>

namespace cicd::declaring {

/// How many values a keyword takes.
enum class arity { flag, one, two, many };

/// One option of a kind, at its place in `each_field`.
struct option {
  std::string_view key;  ///< `time_zone`
  std::string keyword;   ///< `TIME_ZONE`
  arity takes = arity::one;
  std::string_view allowed;                     ///< the form of each value
  std::vector<std::string_view> choices;        ///< when only these words are allowed
  std::vector<std::string_view> placeholders;   ///< those that are replaced in its values
  bool (*accepts)(std::string_view) = nullptr;  ///< a rule of this option beside that of its type
  std::string (*guess)(std::string_view) =
      nullptr;                  ///< what is meant by a wrong value, where the type cannot tell
  bool is_unique = false;       ///< a list that names nothing twice, although its values have no name
  bool is_secret = false;       ///< a wrong value may be a secret's, and is not shown
  bool may_hold_empty = false;  ///< an empty value may follow one that is not, as an argument of a program
  bool starts_program = false;  ///< its values are a program and its arguments, which no shell reads
  bool merges = false;          ///< a list whose values IN an environment replace only those of their name
  std::string_view pattern{};   ///< a regular expression that each good value matches; empty: none is known
};

template <typename V>
constexpr arity arity_of() {
  if constexpr (std::is_same_v<V, bool>)
    return arity::flag;
  else if constexpr (std::is_same_v<V, trigger>)
    return arity::two;
  else if constexpr (is_list<V>)
    return arity::many;
  else
    return arity::one;
}

/// The name of a kind, as in `service.replicas`.
template <typename T>
constexpr std::string_view kind_of() {
  if constexpr (std::is_same_v<T, pipeline>)
    return "pipeline";
  else if constexpr (std::is_same_v<T, pipelines>)
    return "pipelines";
  else if constexpr (std::is_same_v<T, ci_export>)
    return "ci_export";
  else
    return kind<T>.name;
}

/// Rules that belong to one option rather than to its type.
option specialised(std::string_view kind, option of);

template <typename T>
std::vector<option> made_options() {
  std::vector<option> options;
  T value{};
  each_field(value, [&]<typename V>(std::string_view key, const V&) {
    options.push_back(specialised(kind_of<T>(), {.key = key,
                                                 .keyword = upper(key),
                                                 .takes = arity_of<V>(),
                                                 .allowed = allowed_of<V>(),
                                                 .choices = choices_for<V>(),
                                                 .placeholders = {},
                                                 .accepts = nullptr,
                                                 .guess = nullptr,
                                                 .is_unique = false,
                                                 .is_secret = false,
                                                 .may_hold_empty = false,
                                                 .starts_program = false,
                                                 .merges = merges_in_lists<V>,
                                                 .pattern = pattern_of<V>()}));
  });
  return options;
}

/// The options of a kind, in the order of `each_field`; `name` is among them, although it is given by its
/// place.
template <typename T>
const std::vector<option>& options_of() {
  static const std::vector<option> made = made_options<T>();
  return made;
}
/// The same by the kind's name; empty for an unknown one.
const std::vector<option>& options_of(std::string_view kind);

/// Whether a login that is sent to this URL could be read on the way: over http, and not to this machine.
bool goes_unencrypted(std::string_view url);

/// Every placeholder that there is, and what it stands for.
struct placeholder_doc {
  std::string_view name;
  std::string_view text;
};
const std::vector<placeholder_doc>& placeholder_docs();

}  // namespace cicd::declaring
