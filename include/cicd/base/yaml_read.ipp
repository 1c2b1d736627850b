// YAML documents by libyaml's events. Aliases are copies, counted, so that no small text becomes a large
// value. Specification: YAML 1.1, types; what plain scalars are follows what kubectl takes them for.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
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

/// What a plain scalar is read as.
enum class scalar_kind { text, nothing, boolean, whole, wide, real };
struct read_scalar {
  scalar_kind kind = scalar_kind::text;  ///< `wide`: a whole number from 2^63 on
  json value{};
};

constexpr std::string_view decimal = "0123456789";

inline std::string without_underscores(std::string_view text) {
  std::string plain;
  std::copy_if(text.begin(), text.end(), std::back_inserter(plain), [](char c) { return c != '_'; });
  return plain;
}

/// Digits of a whole number with `base`, without sign and prefix; nothing beyond 64 bits.
inline std::optional<read_scalar> whole_number(std::string_view digits, int base, bool negative) {
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  if (failure != std::errc() || end != digits.data() + digits.size()) return {};
  constexpr std::uint64_t half = std::uint64_t{1} << 63;
  if (number <= half - (negative ? 0 : 1))
    return read_scalar{scalar_kind::whole, static_cast<std::int64_t>(negative ? 0 - number : number)};
  if (negative) return {};
  return read_scalar{scalar_kind::wide, static_cast<double>(number)};
}

/// `12`, `-0x1f`, `0B1`, `0o17`, `017`.
inline std::optional<read_scalar> integer_from(std::string_view digits) {
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.empty() || decimal.find(digits.front()) == decimal.npos) return {};
  int base = 10;
  for (const auto& [letter, of] : {std::pair{'x', 16}, {'b', 2}, {'o', 8}})
    if (digits.size() > 1 && digits.front() == '0' && (digits[1] | 0x20) == letter) {
      digits.remove_prefix(2);
      base = of;
    }
  if (base == 10 && digits.size() > 1 && digits.front() == '0') base = 8;
  return whole_number(digits, base, negative);
}

/// Takes the digits at the front off; whether there was one.
inline bool take_digits(std::string_view& text) {
  const std::size_t size = std::min(text.find_first_not_of(decimal), text.size());
  text.remove_prefix(size);
  return size != 0;
}

/// `1.5`, `.5`, `1.`, `1e3`, `08`; none that is larger than a double can be.
inline std::optional<read_scalar> real_from(const std::string& text) {
  std::string_view rest = text;
  if (rest.starts_with('-') || rest.starts_with('+')) rest.remove_prefix(1);
  const bool before = take_digits(rest);
  bool after = false;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    after = take_digits(rest);
  }
  if (!before && !after) return {};
  if (rest.starts_with('e') || rest.starts_with('E')) {
    rest.remove_prefix(1);
    if (rest.starts_with('-') || rest.starts_with('+')) rest.remove_prefix(1);
    if (!take_digits(rest)) return {};
  }
  if (!rest.empty()) return {};
  const double number = std::strtod(text.c_str(), nullptr);
  if (!std::isfinite(number)) return {};
  constexpr double exact = 1e15;
  if (std::abs(number) < exact && std::trunc(number) == number)
    return read_scalar{scalar_kind::real, static_cast<std::int64_t>(number)};
  return read_scalar{scalar_kind::real, number};
}

/// Underscores stand between two digits.
inline bool separates_digits(std::string_view text) {
  for (std::size_t at = text.find('_'); at != text.npos; at = text.find('_', at + 1))
    if (at == 0 || at + 1 == text.size() || decimal.find(text[at - 1]) == decimal.npos
        || decimal.find(text[at + 1]) == decimal.npos)
      return false;
  return true;
}

/// A number may have `_` anywhere but in front; one that begins with a dot, between digits only.
inline std::optional<read_scalar> number_from(std::string_view text) {
  if (text.empty() || std::string_view("+-.0123456789").find(text.front()) == std::string_view::npos)
    return {};
  if (text.front() == '.' && !separates_digits(text)) return {};
  const std::string plain = without_underscores(text);
  if (auto number = integer_from(plain)) return number;
  return real_from(plain);
}

inline read_scalar plain_value(std::string_view text) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return {scalar_kind::nothing, nullptr};
  if (is_one_of(text, {"true", "True", "TRUE", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON"}))
    return {scalar_kind::boolean, true};
  if (is_one_of(text, {"false", "False", "FALSE", "n", "N", "no", "No", "NO", "off", "Off", "OFF"}))
    return {scalar_kind::boolean, false};
  if (is_one_of(text, {".nan", ".NaN", ".NAN"})) return {scalar_kind::real, std::nan("")};
  if (is_one_of(text, {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"}))
    return {scalar_kind::real, infinity};
  if (is_one_of(text, {"-.inf", "-.Inf", "-.INF"})) return {scalar_kind::real, -infinity};
  if (auto number = number_from(text)) return *std::move(number);
  return {scalar_kind::text, text};
}

/// The text of a number that is a key: the shortest that a float of 32 bits has, with an exponent from 1e+06
/// on and below 0.0001.
inline std::string key_text(double number) {
  const float narrow = static_cast<float>(number);
  if (std::isnan(narrow)) return ".nan";
  if (std::isinf(narrow)) return narrow < 0 ? "-.inf" : ".inf";
  std::array<char, 64> text{};
  const auto written = [&](std::chars_format form) {
    const auto end = std::to_chars(text.data(), text.data() + text.size(), narrow, form);
    return std::string(text.data(), end.ptr);
  };
  const std::string scientific = written(std::chars_format::scientific);
  const int exponent = std::atoi(scientific.c_str() + scientific.find('e') + 1);
  return exponent < -4 || exponent >= 6 ? scientific : written(std::chars_format::fixed);
}

/// `2001-12-14…`
inline bool is_date(std::string_view text) {
  return text.size() > 4 && text.substr(0, 5).find_first_not_of(decimal) == 4 && text[4] == '-';
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
  reader(std::string_view text, std::string_view file, bool takes_tags = true)
      : file_(file), takes_tags_(takes_tags) {
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
    const std::string problem = parser_.problem == nullptr ? "is not YAML" : parser_.problem;
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
        if (!is_taken(event.data.sequence_start.tag, "tag:yaml.org,2002:seq", line)) return {};
        const std::string anchor = text_of(event.data.sequence_start.anchor);
        return anchored(anchor, sequence(level));
      }
      case YAML_MAPPING_START_EVENT: {
        if (!is_taken(event.data.mapping_start.tag, "tag:yaml.org,2002:map", line)) return {};
        const std::string anchor = text_of(event.data.mapping_start.anchor);
        return anchored(anchor, mapping(level));
      }
      default: return refuse(line, "a value is missing"), std::nullopt;
    }
  }

  bool is_taken(const yaml_char_t* tag, std::string_view usual, std::size_t line) {
    const std::string text = text_of(tag);
    if (takes_tags_ || text.empty() || text == "!" || text == usual) return true;
    refuse(line, "the tag " + displayable(text) + " would be lost");
    return false;
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

  /// What a scalar is by its tag, or by its form where it has none.
  std::optional<read_scalar> typed(const yaml_event_t& event) {
    const auto& held = event.data.scalar;
    const std::string_view text(reinterpret_cast<const char*>(held.value), held.length);
    const std::string tag = text_of(held.tag);
    constexpr std::string_view known = "tag:yaml.org,2002:";
    if (tag.empty() && held.style == YAML_PLAIN_SCALAR_STYLE) return plain_value(text);
    const std::string name = tag.starts_with(known) ? tag.substr(known.size()) : std::string();
    const bool is_text = tag.empty() || tag == "!" || name == "str" || (name == "timestamp" && is_date(text));
    if (is_text) return read_scalar{scalar_kind::text, text};
    if (name == "binary") {
      if (auto bytes = bytes_of_base64(text)) return read_scalar{scalar_kind::text, valid_utf8(*bytes)};
      return not_of(event, "base64"), std::nullopt;
    }
    read_scalar value = plain_value(text);
    const bool is_whole = value.kind == scalar_kind::whole || value.kind == scalar_kind::wide;
    if (name == "float" && value.kind == scalar_kind::whole) value = {scalar_kind::real, value.value};
    const bool fits = (name == "int" && is_whole) || (name == "float" && value.kind == scalar_kind::real)
                      || (name == "bool" && value.kind == scalar_kind::boolean)
                      || (name == "null" && value.kind == scalar_kind::nothing);
    if (fits) return value;
    if (is_one_of(name, {"int", "float", "bool", "null", "timestamp"}))
      return not_of(event, "!!" + name), std::nullopt;
    return refuse(event.start_mark.line, "the tag " + tag + " is not known"), std::nullopt;
  }

  void not_of(const yaml_event_t& event, const std::string& what) {
    refuse(event.start_mark.line,
           "this is not " + what + ": " + displayable(cut_to(text_of(event.data.scalar.value), 80)));
  }

  std::optional<json> scalar(const yaml_event_t& event) {
    std::optional<read_scalar> read = typed(event);
    if (!read) return {};
    if (read->kind == scalar_kind::real && !std::isfinite(read->value.number()))
      return not_of(event, "a number that JSON has"), std::nullopt;
    return std::move(read->value);
  }

  /// A key as JSON has it.
  std::optional<std::string> key_of(const yaml_event_t& event, int level) {
    const std::size_t line = event.start_mark.line;
    if (event.type == YAML_SCALAR_EVENT && event.data.scalar.anchor == nullptr) {
      const std::optional<read_scalar> read = typed(event);
      if (!read) return {};
      if (++values_ > most_values)
        return refuse(line, fmt::format("more than {} values", most_values)), std::nullopt;
      if (read->kind == scalar_kind::real) return key_text(read->value.number());
      if (read->kind == scalar_kind::wide || read->kind == scalar_kind::nothing)
        return not_of(event, "a key; a text, a number of 64 bits, true or false is one"), std::nullopt;
      return read->kind == scalar_kind::text ? read->value.text() : compact(read->value);
    }
    const std::optional<json> key = value_of(event, level);
    if (!key) return {};
    if (key->is_object() || key->is_array() || key->is_null())
      return refuse(line, "a key is not a plain value"), std::nullopt;
    if (const auto* number = std::get_if<double>(&key->held())) return key_text(*number);
    return key->is_string() ? key->text() : compact(*key);
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
      std::optional<std::string> key = key_of(next.event, level + 1);
      if (!key) return {};
      std::optional<json> value = node(level + 1);
      if (!value) return {};
      if (is_merge) {
        merged.push_back(std::move(*value));
      } else if (!made.add(*key, std::move(*value))) {
        return refuse(line, "the key is there twice: " + displayable(*key)), std::nullopt;
      }
    }
    for (const json& each : merged) made.merge(each);
    return json(std::move(made.members));
  }

  std::string file_;
  bool takes_tags_;
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

result<std::vector<json>> untagged_yaml_documents(std::string_view text, std::string_view file) {
  return base_yaml_read::reader(text, file, false).documents();
}

}  // namespace cicd
