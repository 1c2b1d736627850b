// The options of each kind as data, derived from `each_field`: keyword, how many values, what is allowed.
// The parser, explain and the reference share it; the words are in field_docs.ipp.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <cicd/base/text.hpp>
#include <cicd/declare/options/choices.hpp>
#include <cicd/declare/options/fields.hpp>

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
  bool may_hold_empty = false;  ///< an empty value may follow one that is not, as an argument of a program
  bool merges = false;          ///< a list whose values IN an environment replace only those of their name
};

template <typename T>
inline constexpr bool is_list = false;
template <typename T>
inline constexpr bool is_list<std::vector<T>> = true;

/// What a value that is no literal of its own may be: words for a message.
constexpr std::string_view allowed_form(const bool*) {
  return "no value";
}
constexpr std::string_view allowed_form(const assignment*) {
  return "NAME=value, NAME of letters, digits and '_'";
}
constexpr std::string_view allowed_form(const label*) {
  return "key=value, the key in lower case";
}
constexpr std::string_view allowed_form(const file_mapping*) {
  return "<from>=<to>: a relative path, and an absolute path without '..' in the image";
}
constexpr std::string_view allowed_form(const secret_reference*) {
  return "NAME=<secret>/<key>";
}
constexpr std::string_view allowed_form(const trigger*) {
  return "branch <pattern> or tag <pattern>";
}
constexpr std::string_view allowed_form(const annotation*) {
  return "key=value, the key such as team or example.com/team";
}
constexpr std::string_view allowed_form(const named_port*) {
  return "name=port: at most 15 lower-case letters, digits and single '-', a letter among them, and 1 to "
         "65535";
}
constexpr std::string_view allowed_form(const mount*) {
  return "<source>=<absolute path>, the source empty, empty:<size>, config:<ConfigMap>, secret:<Secret>, "
         "claim:<PersistentVolumeClaim> or, with STATEFUL, storage:<name>:<size>";
}
constexpr std::string_view allowed_form(const patience*) {
  return "cause=duration; causes are crash-loop, image-pull, oom, unschedulable, probe, config, quota, "
         "volume "
         "and progress";
}
template <typename V>
requires std::is_enum_v<V>
constexpr std::string_view allowed_form(const V* of) {
  return choices_of(of).phrase;
}
template <typename V>
requires requires {
  V::allowed();
}
constexpr std::string_view allowed_form(const V*) {
  return V::allowed();
}
template <typename V>
constexpr std::string_view allowed_form(const std::vector<V>*) {
  return allowed_form(static_cast<const V*>(nullptr));
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

/// Whether a value in a list is told apart by its name or key.
template <typename V>
constexpr bool has_identity = requires(V value) {
  value.name;
}
|| requires(V value) {
  value.key;
};
template <typename V>
inline constexpr bool merges_in_lists = false;
template <typename V>
inline constexpr bool merges_in_lists<std::vector<V>> = has_identity<V>;

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
constexpr std::string_view kind_of(const pipeline*) {
  return "pipeline";
}
constexpr std::string_view kind_of(const step*) {
  return "step";
}
constexpr std::string_view kind_of(const image*) {
  return "image";
}
constexpr std::string_view kind_of(const service*) {
  return "service";
}
constexpr std::string_view kind_of(const cron_job*) {
  return "cron_job";
}
constexpr std::string_view kind_of(const container*) {
  return "container";
}
constexpr std::string_view kind_of(const environment*) {
  return "environment";
}
constexpr std::string_view kind_of(const preview*) {
  return "preview";
}
constexpr std::string_view kind_of(const canary*) {
  return "canary";
}

/// Whether a kind has a name of its own; others are told apart by the environment that they are IN.
template <typename T>
inline constexpr bool is_named = requires(T value) {
  value.name;
};

/// Rules that belong to one option rather than to its type.
option specialised(std::string_view kind, option of);

template <typename T>
std::vector<option> made_options() {
  std::vector<option> options;
  T value{};
  each_field(value, [&]<typename V>(std::string_view key, const V& field) {
    options.push_back(specialised(kind_of(&value), {.key = key,
                                                    .keyword = upper(key),
                                                    .takes = arity_of<V>(),
                                                    .allowed = allowed_form(&field),
                                                    .choices = choices_for<V>(),
                                                    .placeholders = {},
                                                    .accepts = nullptr,
                                                    .may_hold_empty = false,
                                                    .merges = merges_in_lists<V>}));
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

/// The causes that PATIENCE knows.
const std::vector<std::string>& patience_causes();

/// Every placeholder that there is, and what it stands for.
struct placeholder_doc {
  std::string_view name;
  std::string_view text;
};
const std::vector<placeholder_doc>& placeholder_docs();

}  // namespace cicd::declaring
