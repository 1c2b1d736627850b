// The one parser of all declaring functions: words of a call → the fields of its struct, driven by
// `each_field`. It judges each call alone; what calls say of each other is checked in checks.hpp.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include <cicd/declare/options/options.hpp>
#include <cicd/declare/parse/messages.hpp>

namespace cicd::declaring {

/// How an argument reads that was a generator expression, while its text is not known yet.
inline constexpr std::string_view unknown_yet = "{genex}";
/// No kind has more options.
inline constexpr std::size_t most_options = 64;

/// What one call, or several that add up, declare, with the place of each option that was given.
template <typename T>
struct declaration {
  T value{};
  const call_site* site = nullptr;
  std::string pipeline{};  ///< the first word, right or wrong
  std::string name{};      ///< the name's word, right or wrong
  std::array<place, most_options> given{};

  /// Where the option is given; no place when it is not.
  place at(std::string_view key) const {
    const std::vector<option>& options = options_of<T>();
    for (std::size_t index = 0; index < options.size(); ++index)
      if (options[index].key == key) return given[index];
    return {};
  }
  place start() const { return {site, 0}; }
  /// Says where it is given.
  void give(std::string_view key, const place& where) {
    const std::vector<option>& options = options_of<T>();
    for (std::size_t index = 0; index < options.size(); ++index)
      if (options[index].key == key) given[index] = where;
  }
  /// Where the option is given, or else the call itself.
  place near(std::string_view key) const { return at(key) ? at(key) : start(); }
};

/// The words behind one keyword.
struct option_words {
  place at;
  std::vector<std::string_view> values;
};

/// What is allowed for an option whose values are known by name, such as TEMPLATE; empty for others.
std::string names_for(const option& of, const call_site& site);
/// The words of a call from `first` on, by option. What cannot be told apart is reported and left out.
std::vector<option_words> words_by_option(call_site& site,
                                          std::size_t first,
                                          const std::vector<option>& options,
                                          findings& found);
/// The word that is read as this value: with a leading backslash where it is a keyword or so near one that it
/// could be meant as one, and where a backslash of its own would be taken off.
std::string escaped(const std::string& value, const std::vector<option>& options);
/// Reports placeholders that are not replaced there.
void check_placeholders(const option& of, const place& where, std::string_view text, findings& found);

/// A word as a value of that type and option, if it is of their form.
template <typename V>
std::optional<V> value_from(std::string_view word, const option& of) {
  const auto& choices = of.choices;
  if (of.accepts && !of.accepts(word)) return {};
  if (!choices.empty() && std::find(choices.begin(), choices.end(), word) == choices.end()) return {};
  return parsed<V>(word);
}

/// The nearest good value of that type and option; empty when nothing is near.
template <typename V>
std::string suggestion_for(std::string_view word, const option& of) {
  if (!of.choices.empty() && !has_own_guess<V>())
    return nearest(word, std::vector<std::string>(of.choices.begin(), of.choices.end())).value_or("");
  std::string made = of.guess != nullptr ? of.guess(word) : std::string();
  if (made.empty() || !value_from<V>(made, of)) made = guessed<V>(word);
  return of.accepts && !of.accepts(made) ? std::string() : made;
}

/// The names in `A=1;B=2`, of capitals as variables have them; one where the rest is no such list.
std::vector<std::string> variables_in(std::string_view word);
/// Whether the list begins with a `=`: then it stands for a template's list instead of adding to it.
inline bool replaces_list(const option& of, const std::vector<std::string_view>& words) {
  return of.takes == arity::many && !of.may_hold_empty && words.size() > 1 && words.front() == "=";
}

/// Reads the words of one option into its field.
class value_reader {
 public:
  value_reader(const option& of, const option_words& words, findings& found)
      : of_(of), words_(words), found_(found) {}

  void read(bool& field) { field = true; }

  void read(trigger& field) {
    const std::string text = joined_words();
    if (words_.values.size() == 2 && ref_pattern::accepts(words_.values[1])) {
      field.pattern = ref_pattern::from(words_.values[1]);
      if (words_.values[0] == "branch") field.kind = ref_kind::branch;
      if (words_.values[0] == "tag") field.kind = ref_kind::tag;
    }
    if (field.kind == ref_kind::none) report(0, wrong_value(of_, text, trigger::guess(text)));
  }

  template <typename V>
  void read(std::vector<V>& field) {
    if (refuses_absolute<V>()) return;
    warn_of_list_in_quotes<V>();
    std::unordered_set<std::string> seen;  // an identity may lie in a value that is moved
    field.reserve(words_.values.size());
    for (std::size_t at = replaces_list(of_, words_.values) ? 1 : 0; at < words_.values.size(); ++at) {
      if (words_.values[at].empty() && at > 0 && of_.may_hold_empty) {
        if constexpr (std::is_same_v<V, text>) field.emplace_back();
        continue;
      }
      auto value = one<V>(at);
      if (!value) continue;
      const std::string_view identity = of_.is_unique ? words_.values[at] : identity_of(*value);
      if (!identity.empty() && !seen.emplace(identity).second)
        report(at, repeated_value(of_, words_.values[at]));
      field.push_back(std::move(*value));
    }
  }

  template <typename V>
  void read(V& field) {
    if (refuses_absolute<V>()) return;
    if (auto value = one<V>(0)) field = std::move(*value);
  }

 private:
  template <typename V>
  std::optional<V> one(std::size_t at) {
    const std::string_view text = words_.values[at];
    if (text.empty()) return report(at, empty_value(of_)), std::nullopt;
    auto value = value_from<V>(text, of_);
    if (text == unknown_yet)
      return value || has_parts<V> ? value : (report(at, generator_expression(of_)), std::nullopt);
    if (!value) return report(at, wrong<V>(text)), std::nullopt;
    check_placeholders(of_, place_of(at), text, found_);
    return value;
  }

  template <typename V>
  remark wrong(std::string_view text) const {
    remark said = wrong_value(of_, text, suggestion_for<V>(text, of_));
    if constexpr (requires { V::advice(text); }) said.help = V::advice(text);
    if (std::string names = names_for(of_, *words_.at.site); !names.empty()) said.allowed = std::move(names);
    return said;
  }

  /// Paths as CMake's own commands take them, all reported as one.
  template <typename V>
  bool refuses_absolute() {
    if constexpr (!std::is_same_v<V, relative_path> && !std::is_same_v<V, path_pattern>) return false;
    std::size_t count = 0, first = 0;
    for (std::size_t at = words_.values.size(); at-- > 0;)
      if (words_.values[at].starts_with('/')) first = at, ++count;
    if (count == 0) return false;
    report(first, absolute_paths(of_, words_.values[first], count,
                                 found_.relative_to_call(words_.values[first], *words_.at.site)));
    return true;
  }

  /// `ENV "${variables}"` gives one value that holds all.
  template <typename V>
  void warn_of_list_in_quotes() {
    if constexpr (std::is_same_v<V, assignment>)
      for (std::size_t at = 0; at < words_.values.size(); ++at)
        if (const std::vector<std::string> names = variables_in(words_.values[at]); names.size() > 1)
          found_.warn(place_of(at), list_in_quotes(of_, names));
  }

  std::string joined_words() const {
    return joined(std::vector<std::string>(words_.values.begin(), words_.values.end()), " ");
  }
  place place_of(std::size_t at) const { return {words_.at.site, words_.at.word + 1 + at}; }
  void report(std::size_t at, remark about) { found_.add(place_of(at), std::move(about)); }

  const option& of_;
  const option_words& words_;
  findings& found_;
};

/// Reads the name into the struct's first field; `word` is its place in the call. A kind without names takes
/// none.
template <typename T>
void read_name(declaration<T>& to, std::size_t word, findings& found) {
  if constexpr (is_named<T>) {
    const option& of = options_of<T>().front();
    const place where{to.site, word};
    to.given[0] = where;
    if (to.name.empty())
      return found.add(where,
                       remark{.what = "its name is empty", .value = "", .allowed = std::string(of.allowed)});
    to.value.name = dns_label::from(to.name);
    if (!to.value.name) found.add(where, wrong_value(of, to.name, suggestion_for<dns_label>(to.name, of)));
  }
}

/// The declaration that a call makes; `site.subject` is filled in. `first` is the first word after the names.
template <typename T>
declaration<T> read_options(call_site& site, declaration<T> to, std::size_t first, findings& found) {
  const std::vector<option_words> words = words_by_option(site, first, options_of<T>(), found);
  std::size_t index = 0;
  each_field(to.value, [&](std::string_view key, auto& field) {
    const std::size_t at = index++;
    if (key == "name" || !words[at].at) return;
    to.given[at] = words[at].at;
    value_reader(options_of<T>()[at], words[at], found).read(field);
  });
  return to;
}

bool is_keyword(std::string_view word, const std::vector<option>& options);
/// Whether a declaring function has it.
bool is_keyword_of_any(std::string_view word);
/// The function that declares that kind.
const declaring_function& function_for(std::string_view kind);

/// Reads a whole call; reports what is wrong in it.
declaration<pipeline> read_pipeline(call_site& site, findings& found);
/// Whether SOURCE names calls in JSON, and no C++ file.
bool is_pipeline_json(const relative_path& source);
/// What add_pipeline() says of the file that declares its pipeline, and nothing beside it.
void check_source(const declaration<pipeline>& of, findings& found);
/// Reads a call of add_pipelines(), which has no names.
declaration<pipelines> read_pipelines(call_site& site, findings& found);
/// Reads a call of pipeline_ci(), which has no names.
declaration<ci_export> read_ci_export(call_site& site, findings& found);
/// The names come first, each where no keyword stands; an image's may be left out, and some kinds have none.
template <typename T>
declaration<T> read_part(call_site& site, findings& found) {
  const std::vector<std::string>& words = site.from->arguments;
  declaration<T> read{.site = &site};
  site.subject = site.from->where.function + "()";
  constexpr std::size_t most_names = is_named<T> ? 2 : 1;
  constexpr std::size_t least_names = !is_named<T> && may_be_of_tree<T>                                ? 0
                                      : is_named<T> && !std::is_same_v<T, image> && !may_be_of_tree<T> ? 2
                                                                                                       : 1;
  std::size_t names = 0;
  while (names < most_names && names < words.size() && !is_keyword(words[names], options_of<T>())
         && !(may_be_of_tree<T> && names == 1 && is_keyword_of_any(words[names])))
    ++names;
  if (names > 0) site.subject = read.pipeline = words[0];
  if (names < least_names) {
    found.add({&site, 0}, missing_name(function_for(kind<T>.name)));
    return read_options(site, std::move(read), names, found);
  }
  if constexpr (may_be_of_tree<T> && is_named<T>)
    if (names == 1) {
      read.name = std::exchange(read.pipeline, {});
      read_name(read, 0, found);
      return read_options(site, std::move(read), names, found);
    }
  if constexpr (is_named<T>) {
    read.name = names == 2 ? words[1] : "image";
    site.subject = read.pipeline + "/" + read.name;
    read_name(read, 1, found);
    return read_options(site, std::move(read), names, found);
  } else {
    if (names > 0) site.subject += "/" + std::string(kind<T>.name);
    read = read_options(site, std::move(read), names, found);
    read.name = name_of(read.value);
    return read;
  }
}

/// Reads a call of pipeline_label(): a declaration of a pipeline that holds its LABELS alone.
declaration<pipeline> read_labels(call_site& site, findings& found);

}  // namespace cicd::declaring
