// JSON values: access, writing, and reading by Boost.JSON, whose bodies are compiled here and nowhere else.
// Writing is our own, since the order of members and the treatment of invalid UTF-8 are promises.
#pragma once

#include <cicd/base/json.hpp>

#include <fmt/format.h>
#include <boost/json/src.hpp>

#include <algorithm>
#include <cmath>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>

namespace cicd {

namespace base_json {
namespace {

constexpr std::size_t deepest = 128;

json converted(const boost::json::value& from) {
  switch (from.kind()) {
    case boost::json::kind::null: return {};
    case boost::json::kind::bool_: return from.get_bool();
    case boost::json::kind::int64: return std::int64_t{from.get_int64()};
    case boost::json::kind::uint64: return static_cast<double>(from.get_uint64());
    case boost::json::kind::double_: return from.get_double();
    case boost::json::kind::string:
      return std::string_view(from.get_string().data(), from.get_string().size());
    case boost::json::kind::array: {
      json::array elements;
      elements.reserve(from.get_array().size());
      for (const auto& element : from.get_array()) elements.push_back(converted(element));
      return elements;
    }
    case boost::json::kind::object: {
      json::object members;
      members.reserve(from.get_object().size());
      for (const auto& member : from.get_object())
        members.emplace_back(std::string(member.key().data(), member.key().size()),
                             converted(member.value()));
      return members;
    }
  }
  return {};
}

error unreadable(std::string_view text, std::size_t at, const boost::system::error_code& why) {
  at = std::min(at, text.size());
  error failure{.kind = exit_class::corrupt,
                .subject = {},
                .what = fmt::format("no JSON from byte {} on ({})", at, why.message()),
                .value = cut_to(valid_utf8(text.substr(at, 80)), 40),
                .notes = {}};
  if (text.find('\n') != text.npos)
    failure.notes.push_back(
        {"line",
         std::to_string(1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'))});
  if (why == boost::json::error::too_deep)
    return std::move(failure).with("allowed", fmt::format("at most {} levels", deepest));
  return failure;
}

/// Appends values to a text; `level` is how deep the one being written lies.
class writer {
 public:
  writer(std::string& to, bool in_lines) : to_(to), in_lines_(in_lines) {}

  void operator()(std::nullptr_t) { to_.append("null"); }
  void operator()(bool value) { to_.append(value ? "true" : "false"); }
  void operator()(std::int64_t value) { fmt::format_to(std::back_inserter(to_), "{}", value); }
  void operator()(const std::string& value) { append_json_string(to_, value); }

  /// The shortest text that reads as the same number, and never as a whole one.
  void operator()(double value) {
    if (!std::isfinite(value)) return (*this)(nullptr);
    const std::string text = fmt::format("{}", value);
    to_.append(text);
    if (text.find_first_of(".e") == text.npos) to_.append(".0");
  }

  void operator()(const json::object& members) {
    open('{');
    for (const auto& member : members) {
      separate(&member == &members.front());
      append_json_string(to_, member.first);
      to_.append(in_lines_ ? ": " : ":");
      std::visit(*this, member.second.held());
    }
    close('}', members.empty());
  }

  void operator()(const json::array& elements) {
    open('[');
    for (const json& element : elements) {
      separate(&element == &elements.front());
      std::visit(*this, element.held());
    }
    close(']', elements.empty());
  }

 private:
  void open(char bracket) {
    to_.push_back(bracket);
    ++level_;
  }

  void separate(bool first) {
    if (!first) to_.push_back(',');
    if (in_lines_) to_.append("\n").append(2 * level_, ' ');
  }

  void close(char bracket, bool empty) {
    --level_;
    if (in_lines_ && !empty) to_.append("\n").append(2 * level_, ' ');
    to_.push_back(bracket);
  }

  std::string& to_;
  bool in_lines_;
  std::size_t level_ = 0;
};

const json none;

template <typename T>
const T* held_in(const json& value) {
  return std::get_if<T>(&value.held());
}

}  // namespace
}  // namespace base_json

const json& json::operator[](std::string_view key) const {
  for (const auto& [name, member] : members())
    if (name == key) return member;
  return base_json::none;
}

json& json::set(std::string key, json value) {
  if (!is_object()) held_ = object{};
  object& members = std::get<object>(held_);
  for (auto& [name, member] : members)
    if (name == key) {
      member = std::move(value);
      return *this;
    }
  members.emplace_back(std::move(key), std::move(value));
  return *this;
}

json& json::push(json value) {
  if (!is_array()) held_ = array{};
  std::get<array>(held_).push_back(std::move(value));
  return *this;
}

std::string json::text(std::string_view otherwise) const {
  const auto* held = base_json::held_in<std::string>(*this);
  return held ? *held : std::string(otherwise);
}

std::int64_t json::integer(std::int64_t otherwise) const {
  const auto* held = base_json::held_in<std::int64_t>(*this);
  return held ? *held : otherwise;
}

double json::number(double otherwise) const {
  if (const auto* held = base_json::held_in<double>(*this)) return *held;
  const auto* whole = base_json::held_in<std::int64_t>(*this);
  return whole ? static_cast<double>(*whole) : otherwise;
}

bool json::boolean(bool otherwise) const {
  const auto* held = base_json::held_in<bool>(*this);
  return held ? *held : otherwise;
}

const json::array& json::elements() const {
  static const array none;
  const auto* held = base_json::held_in<array>(*this);
  return held ? *held : none;
}

const json::object& json::members() const {
  static const object none;
  const auto* held = base_json::held_in<object>(*this);
  return held ? *held : none;
}

std::vector<std::string> json::texts() const {
  std::vector<std::string> values;
  for (const json& element : elements())
    if (element.is_string()) values.push_back(element.text());
  return values;
}

json json_texts(const std::vector<std::string>& values) {
  json::array elements;
  elements.reserve(values.size());
  for (const std::string& value : values) elements.emplace_back(value);
  return elements;
}

result<json> parse_json(std::string_view text) {
  unsigned char first_block[4096];
  boost::json::monotonic_resource memory(first_block);
  boost::json::parser parser({}, {.max_depth = base_json::deepest});
  parser.reset(&memory);
  boost::system::error_code why;
  const std::size_t taken = parser.write(text.data(), text.size(), why);
  if (why) return base_json::unreadable(text, taken, why);
  return base_json::converted(parser.release());
}

std::string compact(const json& value) {
  std::string text;
  std::visit(base_json::writer(text, false), value.held());
  return text;
}

std::string pretty(const json& value) {
  std::string text;
  std::visit(base_json::writer(text, true), value.held());
  return text + "\n";
}

void append_json_string(std::string& to, std::string_view text) {
  const auto is_plain = [](unsigned char c) { return c >= 0x20 && c < 0x80 && c != '"' && c != '\\'; };
  const auto plain_end = std::find_if_not(text.begin(), text.end(), is_plain);
  to.push_back('"');
  to.append(text.begin(), plain_end);
  for (const char c : valid_utf8(text.substr(static_cast<std::size_t>(plain_end - text.begin()))))
    switch (c) {
      case '"': to.append("\\\""); break;
      case '\\': to.append("\\\\"); break;
      case '\b': to.append("\\b"); break;
      case '\f': to.append("\\f"); break;
      case '\n': to.append("\\n"); break;
      case '\r': to.append("\\r"); break;
      case '\t': to.append("\\t"); break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20)
          to.push_back(c);
        else
          fmt::format_to(std::back_inserter(to), "\\u{:04x}", c);
    }
  to.push_back('"');
}

}  // namespace cicd
