// YAML documents by libyaml's events. Aliases are copies, counted, so that no small text becomes a large
// value. Specification: YAML 1.1, types; what plain scalars are follows what kubectl takes them for.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <unordered_set>

#include <fmt/format.h>
#include <yaml.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/yaml.hpp>

namespace cicd {
namespace base_yaml_read {

inline constexpr std::size_t most_values = 200'000;
inline constexpr int most_levels = 100;

inline bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// Digits of a whole number with `base`, without sign and prefix.
inline std::optional<json> whole_number(std::string_view digits, int base, bool negative) {
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  if (digits.empty() || end != digits.data() + digits.size()) return {};
  constexpr std::uint64_t half = std::uint64_t{1} << 63;
  if (failure != std::errc() || number > half - (negative ? 0 : 1)) {
    double large = 0;
    if (base != 10) return {};
    std::from_chars(digits.data(), digits.data() + digits.size(), large);
    return json(negative ? -large : large);
  }
  return json(static_cast<std::int64_t>(negative ? 0 - number : number));
}

/// `12`, `-0x1f`, `0b1`, `0o17`, `017`, with `_` between digits.
inline std::optional<json> integer_from(std::string_view text) {
  std::string plain;
  std::copy_if(text.begin(), text.end(), std::back_inserter(plain), [](char c) { return c != '_'; });
  std::string_view digits = plain;
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.empty() || digits.front() < '0' || digits.front() > '9') return {};
  int base = 10;
  for (const auto& [prefix, of] : {std::pair{"0x", 16}, {"0b", 2}, {"0o", 8}})
    if (digits.starts_with(prefix)) {
      digits.remove_prefix(2);
      base = of;
    }
  if (base == 10 && digits.size() > 1 && digits.front() == '0') base = 8;
  return whole_number(digits, base, negative);
}

/// `1.5`, `.5`, `1.`, `1e3`, without `_`.
inline std::optional<json> real_from(std::string_view text) {
  std::string_view rest = text;
  if (rest.starts_with('-') || rest.starts_with('+')) rest.remove_prefix(1);
  std::size_t digits = 0, at = 0;
  const auto skip = [&] {
    while (at < rest.size() && rest[at] >= '0' && rest[at] <= '9') ++at, ++digits;
  };
  skip();
  if (at < rest.size() && rest[at] == '.') ++at, skip();
  if (digits == 0) return {};
  if (at < rest.size() && (rest[at] == 'e' || rest[at] == 'E')) {
    ++at;
    if (at < rest.size() && (rest[at] == '-' || rest[at] == '+')) ++at;
    digits = 0;
    skip();
    if (digits == 0) return {};
  }
  if (at != rest.size()) return {};
  double number = 0;
  std::from_chars(rest.data(), rest.data() + rest.size(), number);
  return json(text.starts_with('-') ? -number : number);
}

/// What a plain scalar is; a text where it is nothing else.
inline json plain_value(std::string_view text) {
  if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return nullptr;
  if (is_one_of(text, {"true", "True", "TRUE", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON"})) return true;
  if (is_one_of(text, {"false", "False", "FALSE", "n", "N", "no", "No", "NO", "off", "Off", "OFF"}))
    return false;
  if (auto number = integer_from(text)) return std::move(*number);
  if (auto number = real_from(text)) return std::move(*number);
  return text;
}

/// A key as JSON has it.
inline std::string key_text(const json& key) {
  return key.is_string() ? key.text() : compact(key);
}

struct event_holder {
  yaml_event_t event{};
  event_holder() = default;
  event_holder(const event_holder&) = delete;
  event_holder& operator=(const event_holder&) = delete;
  ~event_holder() { yaml_event_delete(&event); }
};

/// An object to which members are added, however many there are.
struct growing_object {
  json::object members;
  std::unordered_set<std::string> keys;

  /// Whether there was none of that key.
  bool add(std::string key, json value) {
    if (!keys.insert(key).second) return false;
    members.emplace_back(std::move(key), std::move(value));
    return true;
  }

  /// What is there already stays.
  void merge(const json& from) {
    for (const json& each : from.elements()) merge(each);
    for (const auto& [key, value] : from.members()) add(key, value);
  }
};

class reader {
 public:
  reader(std::string_view text, std::string_view file) : file_(file) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
  }
  reader(const reader&) = delete;
  reader& operator=(const reader&) = delete;
  ~reader() { yaml_parser_delete(&parser_); }

  result<std::vector<json>> documents() {
    std::vector<json> all;
    while (true) {
      event_holder next;
      if (!read(next)) return std::move(*failure_);
      if (next.event.type == YAML_STREAM_END_EVENT) return all;
      if (next.event.type != YAML_DOCUMENT_START_EVENT) continue;
      anchors_.clear();
      std::optional<json> value = node(0);
      if (!value) return std::move(*failure_);
      if (!value->is_null()) all.push_back(std::move(*value));
    }
  }

 private:
  bool read(event_holder& next) {
    if (yaml_parser_parse(&parser_, &next.event) != 0) return true;
    const std::string problem = parser_.problem == nullptr ? "is no YAML" : parser_.problem;
    const std::size_t line =
        parser_.error == YAML_READER_ERROR ? parser_.mark.line : parser_.problem_mark.line;
    refuse(line, problem);
    return false;
  }

  void refuse(std::size_t line, std::string what) {
    failure_ = error{.kind = exit_class::usage,
                     .subject = fmt::format("{}:{}", file_, line + 1),
                     .what = std::move(what),
                     .value = {},
                     .notes = {}};
  }

  /// The next value; nothing where it could not be read.
  std::optional<json> node(int level) {
    event_holder next;
    if (!read(next)) return {};
    return value_of(next.event, level);
  }

  std::optional<json> value_of(const yaml_event_t& event, int level) {
    const std::size_t line = event.start_mark.line;
    if (++values_ > most_values)
      return refuse(line, fmt::format("more than {} values", most_values)), std::nullopt;
    if (level > most_levels)
      return refuse(line, fmt::format("more than {} levels", most_levels)), std::nullopt;
    switch (event.type) {
      case YAML_ALIAS_EVENT: return alias(event);
      case YAML_SCALAR_EVENT: return anchored(event.data.scalar.anchor, scalar(event));
      case YAML_SEQUENCE_START_EVENT: {
        const std::string anchor = text_of(event.data.sequence_start.anchor);
        return anchored(anchor, sequence(level));
      }
      case YAML_MAPPING_START_EVENT: {
        const std::string anchor = text_of(event.data.mapping_start.anchor);
        return anchored(anchor, mapping(level));
      }
      default: return refuse(line, "a value is missing"), std::nullopt;
    }
  }

  static std::string text_of(const yaml_char_t* text) {
    return text == nullptr ? std::string() : reinterpret_cast<const char*>(text);
  }

  std::optional<json> anchored(const yaml_char_t* anchor, std::optional<json> value) {
    return anchored(text_of(anchor), std::move(value));
  }
  /// A value with an anchor is held twice, and those around it that have one hold it again.
  std::optional<json> anchored(const std::string& anchor, std::optional<json> value) {
    if (!value || anchor.empty()) return value;
    if (!count(size_of(*value), parser_.mark.line)) return {};
    anchors_[anchor] = *value;
    return value;
  }

  /// Whether so many more values are within the limit.
  bool count(std::size_t more, std::size_t line) {
    values_ += more;
    if (values_ <= most_values) return true;
    refuse(line, fmt::format("anchors and aliases make more than {} values", most_values));
    return false;
  }

  static std::size_t size_of(const json& value) {
    std::size_t size = 1;
    for (const json& each : value.elements()) size += size_of(each);
    for (const auto& [key, each] : value.members()) size += size_of(each);
    return size;
  }

  std::optional<json> alias(const yaml_event_t& event) {
    const auto found = anchors_.find(text_of(event.data.alias.anchor));
    if (found == anchors_.end())
      return refuse(event.start_mark.line, "there is no anchor &" + text_of(event.data.alias.anchor)),
             std::nullopt;
    if (!count(size_of(found->second), event.start_mark.line)) return {};
    return found->second;
  }

  std::optional<json> scalar(const yaml_event_t& event) {
    const auto& held = event.data.scalar;
    const std::string_view text(reinterpret_cast<const char*>(held.value), held.length);
    const std::string tag = text_of(held.tag);
    if (tag.empty()) return held.style == YAML_PLAIN_SCALAR_STYLE ? plain_value(text) : json(text);
    if (is_one_of(tag, {"!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:binary"})) return json(text);
    if (is_one_of(tag, {"tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool",
                        "tag:yaml.org,2002:null"}))
      return plain_value(text);
    return refuse(event.start_mark.line, "the tag " + tag + " is not known"), std::nullopt;
  }

  std::optional<json> sequence(int level) {
    json::array elements;
    while (true) {
      event_holder next;
      if (!read(next)) return {};
      if (next.event.type == YAML_SEQUENCE_END_EVENT) return json(std::move(elements));
      std::optional<json> element = value_of(next.event, level + 1);
      if (!element) return {};
      elements.push_back(std::move(*element));
    }
  }

  std::optional<json> mapping(int level) {
    growing_object made;
    std::vector<json> merged;
    while (true) {
      event_holder next;
      if (!read(next)) return {};
      if (next.event.type == YAML_MAPPING_END_EVENT) break;
      const std::size_t line = next.event.start_mark.line;
      const bool is_merge = next.event.type == YAML_SCALAR_EVENT
                            && next.event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE
                            && text_of(next.event.data.scalar.value) == "<<";
      std::optional<json> key = value_of(next.event, level + 1);
      if (!key) return {};
      if (key->is_object() || key->is_array()) return refuse(line, "a key is no plain value"), std::nullopt;
      std::optional<json> value = node(level + 1);
      if (!value) return {};
      if (is_merge) {
        merged.push_back(std::move(*value));
      } else if (!made.add(key_text(*key), std::move(*value))) {
        return refuse(line, "the key is there twice: " + displayable(key_text(*key))), std::nullopt;
      }
    }
    for (const json& each : merged) made.merge(each);
    return json(std::move(made.members));
  }

  std::string file_;
  yaml_parser_t parser_{};
  std::map<std::string, json> anchors_;
  std::size_t values_ = 0;
  std::optional<error> failure_;
};

}  // namespace base_yaml_read

result<std::vector<json>> yaml_documents(std::string_view text, std::string_view file) {
  const std::string_view begins = trimmed(text);
  if (begins.starts_with('{'))
    if (result<json> whole = parse_json(begins)) return std::vector<json>{std::move(*whole)};
  return base_yaml_read::reader(text, file).documents();
}

}  // namespace cicd
