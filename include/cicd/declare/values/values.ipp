// Values of two parts read and written, and what was most likely meant by a wrong text.
#pragma once

#include <cicd/declare/values/values.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include <cicd/base/text.hpp>
#include <cicd/declare/values/environment_choice.hpp>

namespace cicd {

namespace declare_values_values {
namespace {

/// What a letter of Latin writing beyond ASCII is where there is only ASCII, or nothing.
std::string_view in_ascii(std::string_view letter) {
  struct spelling {
    std::string_view letters, ascii;
  };
  static constexpr spelling all[] = {
      {"äÄæÆ", "ae"},        {"öÖøØœŒ", "oe"},    {"üÜ", "ue"},          {"ß", "ss"},
      {"àáâãåÀÁÂÃÅąĄ", "a"}, {"çÇćĆčČ", "c"},     {"èéêëÈÉÊËęĘěĚ", "e"}, {"ìíîïÌÍÎÏ", "i"},
      {"ñÑńŃňŇ", "n"},       {"òóôõÒÓÔÕőŐ", "o"}, {"ùúûÙÚÛűŰůŮ", "u"},   {"ýÿÝ", "y"},
      {"šŠśŚ", "s"},         {"žŽźŹżŻ", "z"},     {"łŁ", "l"},           {"řŘ", "r"}};
  for (const spelling& each : all)
    for (std::size_t at = 0; at + 2 <= each.letters.size(); at += 2)
      if (letter.starts_with(each.letters.substr(at, 2))) return each.ascii;
  return {};
}

/// Letters of other alphabets as they are written in ASCII; each run of what `keeps` does not want becomes
/// `other`.
template <typename Keeps>
std::string with_others_as(std::string_view text, char other, Keeps keeps) {
  std::string made;
  bool in_run = false;
  while (!text.empty()) {
    const std::string_view ascii = in_ascii(text);
    if (!ascii.empty() && keeps('a')) {
      made += ascii;
      in_run = false;
      text.remove_prefix(2);
      continue;
    }
    const char c = text.front();
    text.remove_prefix(1);
    if (keeps(c))
      made += c;
    else if (!in_run)
      made += other;
    in_run = !keeps(c);
  }
  return made;
}

std::string without_ends(std::string text, std::string_view ends) {
  const auto first = text.find_first_not_of(ends);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(ends) + 1 - first);
}

std::string meant_toggle(std::string_view text) {
  const std::string word = lower(text);
  for (const std::string_view yes : {"yes", "true", "1", "on"})
    if (word == yes) return "on";
  for (const std::string_view no : {"no", "false", "0", "off", "none"})
    if (word == no) return "off";
  return {};
}

}  // namespace
}  // namespace declare_values_values

namespace detail {

std::string dns_label_rule::guess(std::string_view text) {
  const std::string made = declare_values_values::with_others_as(lower(text), '-', is_alnum_lower);
  return declare_values_values::without_ends(made.substr(0, 63), "-");
}

std::string cluster_name_rule::guess(std::string_view text) {
  const auto keeps = [](char c) { return is_alnum_lower(c) || c == '.'; };
  return declare_values_values::without_ends(declare_values_values::with_others_as(lower(text), '-', keeps),
                                             "-.");
}

std::string service_reference_rule::guess(std::string_view text) {
  return step_reference_rule::guess(text);
}
std::string step_reference_rule::guess(std::string_view text) {
  const auto separator = text.find_first_of("/.:");
  const std::string first = dns_label_rule::guess(text.substr(0, separator));
  return separator == text.npos ? first : first + "/" + dns_label_rule::guess(text.substr(separator + 1));
}

std::string host_name_rule::guess(std::string_view text) {
  text = text.substr(text.find("://") == text.npos ? 0 : text.find("://") + 3);
  text = text.substr(0, text.find_first_of("/:"));
  const std::string_view wildcard = text.starts_with("*.") ? "*." : "";
  text.remove_prefix(wildcard.size());
  const auto keeps = [](char c) { return is_alnum_lower(c) || c == '.' || c == '{' || c == '}'; };
  return std::string(wildcard)
         + declare_values_values::without_ends(declare_values_values::with_others_as(lower(text), '-', keeps),
                                               "-.");
}

std::string image_repository_rule::guess(std::string_view text) {
  text = text.substr(0, text.find('@'));
  const auto colon = text.rfind(':');
  if (colon != text.npos && text.find('/', colon) == text.npos) text = text.substr(0, colon);
  return lower(text);
}

/// `aarch64` and `arm64/v8` are one, and so are `x86_64` and `amd64`.
std::string platform_rule::guess(std::string_view text) {
  const std::string small = lower(text);
  const std::string_view architecture =
      std::string_view(small).substr(small.rfind("linux/") == small.npos ? 0 : small.rfind("linux/") + 6);
  if (architecture == "aarch64" || architecture == "arm64/v8") return "linux/arm64";
  if (architecture == "x86_64" || architecture == "x64") return "linux/amd64";
  if (architecture == "arm" || architecture == "armv7") return "linux/arm/v7";
  return "linux/" + std::string(architecture);
}

std::string tagged_reference_of(std::string_view text) {
  const std::string_view repository = repository_in(text.substr(0, text.find('@')));
  if (repository.empty() || (text.find('@') != text.npos && !is_pinned_reference(text))) return {};
  const auto slash = repository.find('/');
  std::string whole(text);
  if (text.find('@') == text.npos && repository.size() == text.size()) whole += ":latest";
  if (slash != repository.npos && image_repository_rule::looks_like_host(repository.substr(0, slash)))
    return whole;
  return (slash == repository.npos ? "docker.io/library/" : "docker.io/") + whole;
}

std::string variable_rule::guess(std::string_view text) {
  return declare_values_values::with_others_as(
      text, '_', [](char c) { return is_digit(c) || is_lower(c) || is_upper(c); });
}

std::string value_rule::guess(std::string_view text) {
  return declare_values_values::with_others_as(
      text, '_', [](char c) { return is_digit(c) || is_lower(c) || is_upper(c) || c == '-'; });
}

std::string url_path_rule::guess(std::string_view text) {
  return "/" + std::string(text);
}

std::string quantity_rule::guess(std::string_view text) {
  const auto end = text.find_first_not_of("0123456789.");
  if (end == text.npos || end == 0) return {};
  std::string_view unit = text.substr(end);
  if (lower(unit) == "mb" && unit != "MB") return std::string(text.substr(0, end)).append("Mi");
  if (unit.size() > 1 && (unit.ends_with('B') || unit.ends_with('b'))) unit.remove_suffix(1);
  for (const std::string_view known : {"m", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti"})
    if (known == unit) return std::string(text.substr(0, end)).append(known);
  for (const std::string_view known : {"k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti"})
    if (lower(known) == lower(unit)) return std::string(text.substr(0, end)).append(known);
  return unit.size() < 2 ? std::string() : guess(text.substr(0, text.size() - 1));
}

std::string quantity_rule::size_meant_by(std::string_view text, std::string_view usual) {
  const auto end = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string number(text.substr(0, end)), unit = lower(text.substr(end));
  if (end == 0) return {};
  if (unit.empty()) return fmt::format("{}{}", number, number.find('.') == number.npos ? usual : "Gi");
  if (unit == "m" || unit == "k") return number + "Mi";
  return guess(text);
}

/// A regular expression's way of saying the same is read, too.
std::string ref_pattern_rule::guess(std::string_view text) {
  for (const std::string_view prefix : {"refs/heads/", "refs/tags/", "refs/remotes/origin/"})
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  if (text.size() > 2 && text.starts_with('/') && text.ends_with('/')) text = text.substr(1, text.size() - 2);
  if (text.starts_with('^') || text.ends_with('$') || text.find(".*") != text.npos) {
    if (text.starts_with('^')) text.remove_prefix(1);
    if (text.ends_with('$')) text.remove_suffix(1);
    return replaced_all(replaced_all(std::string(text), ".*", "*"), "\\", "");
  }
  return declare_values_values::with_others_as(
      text, '-', [](char c) { return static_cast<unsigned char>(c) > ' ' && c != 0x7f; });
}

std::string named_secret_rule::guess(std::string_view text) {
  const auto colon = text.find_first_of(":/");
  return "secret:" + dns_label_rule::guess(colon == text.npos ? text : text.substr(colon + 1));
}

std::string label_key_rule::guess(std::string_view text) {
  return lower(text);
}

std::string guess_with_name(std::string_view text) {
  return at_equals(text, [](std::string_view name, std::string_view rest) {
    const std::string made = variable_rule::guess(name);
    return variable_rule::accepts(made) ? made + "=" + std::string(rest) : std::string();
  });
}

}  // namespace detail

std::optional<assignment> assignment::parse(std::string_view word) {
  return detail::at_equals(word,
                           [](std::string_view name, std::string_view value) -> std::optional<assignment> {
                             if (!variable_name::accepts(name) || value.find('\0') != value.npos) return {};
                             return assignment{variable_name::from(name), std::string(value)};
                           });
}
std::string assignment::guess(std::string_view word) {
  return detail::guess_with_name(word);
}
std::string assignment::text() const {
  return name.str() + "=" + value;
}

std::optional<label> label::parse(std::string_view word) {
  return detail::at_equals(word, [](std::string_view key, std::string_view value) -> std::optional<label> {
    if (!label_key::accepts(key)) return {};
    return label{label_key::from(key), std::string(value)};
  });
}
std::string label::guess(std::string_view word) {
  return detail::at_equals(word, [](std::string_view key, std::string_view value) {
    return label_key::accepts(lower(key)) ? lower(key) + "=" + std::string(value) : std::string();
  });
}
std::string label::text() const {
  return key.str() + "=" + value;
}

std::optional<file_mapping> file_mapping::parse(std::string_view word) {
  return detail::at_equals(word,
                           [](std::string_view from, std::string_view to) -> std::optional<file_mapping> {
                             if (!relative_path::accepts(from) || !detail::is_image_path(to)) return {};
                             return file_mapping{relative_path::from(from), std::string(to)};
                           });
}
std::string file_mapping::text() const {
  return from.str() + "=" + to;
}

std::optional<secret_use> secret_use::parse(std::string_view word) {
  const auto equals = word.find('=');
  const std::string_view name = equals == word.npos ? word : word.substr(equals + 1);
  const std::string_view variable = equals == word.npos ? std::string_view() : word.substr(0, equals);
  if (!dns_label::accepts(name) || (equals != word.npos && !variable_name::accepts(variable))) return {};
  return secret_use{dns_label::from(name), variable_name::from(variable)};
}
std::string secret_use::guess(std::string_view word) {
  const auto equals = word.find('=');
  const std::string made = equals == word.npos ? dns_label::guess(word)
                                               : variable_name::guess(word.substr(0, equals)) + "="
                                                     + dns_label::guess(word.substr(equals + 1));
  return parse(made) ? made : std::string();
}
std::string secret_use::text() const {
  return variable ? variable.str() + "=" + secret.str() : secret.str();
}
std::string secret_use::variable_for(bool as_file) const {
  if (variable) return variable.str();
  const std::string made = upper(replaced_all(secret.str(), "-", "_"));
  return (detail::is_digit(made.front()) ? "_" : "") + made + (as_file ? "_FILE" : "");
}

std::optional<environment_choice> environment_choice::parse(std::string_view word) {
  environment_choice choice;
  for (const std::string& each : split(word, '|')) {
    if (!dns_label::accepts(each)) return std::nullopt;
    choice.any.push_back(dns_label::from(each));
  }
  return choice;
}
std::string environment_choice::guess(std::string_view word) {
  std::vector<std::string> names;
  for (const std::string& each : split(word, '|'))
    names.push_back(dns_label::accepts(each) ? each : dns_label::guess(each));
  const std::string made = joined(names, "|");
  return parse(made) ? made : std::string();
}
std::string environment_choice::text() const {
  std::vector<std::string> names;
  for (const dns_label& each : any) names.push_back(each.str());
  return joined(names, "|");
}

declaring::choice_words choices_of(const toggle*) {
  return {"on or off", {"on", "off"}, declare_values_values::meant_toggle};
}

std::string trigger::guess(std::string_view words) {
  const std::vector<std::string> kinds{"branch", "tag"};
  const auto space = words.find(' ');
  const auto kind = nearest(words.substr(0, space), kinds);
  if (!kind) return {};
  if (space == words.npos) return *kind + " <pattern>";
  const std::string_view pattern = words.substr(space + 1);
  const std::string made = ref_pattern::accepts(pattern) ? std::string(pattern) : ref_pattern::guess(pattern);
  return ref_pattern::accepts(made) ? fmt::format("{} {}", *kind, made) : std::string();
}

}  // namespace cicd
