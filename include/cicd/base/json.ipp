// JSON values: access, writing, and reading by Boost.JSON, whose bodies are compiled here and nowhere else.
// Writing is our own, since the order of members and the treatment of invalid UTF-8 are promises.
#include <cicd/base/json.hpp>

#include <boost/json/src.hpp>
#include <fmt/core.h>

#include <cmath>

#include <cicd/base/text.hpp>

namespace cicd {

namespace base_json {
namespace {

constexpr std::size_t deepest = 32;

json converted(const boost::json::value& from) {
  switch (from.kind()) {
    case boost::json::kind::null: return {};
    case boost::json::kind::bool_: return from.get_bool();
    case boost::json::kind::int64: return std::int64_t{from.get_int64()};
    case boost::json::kind::uint64: return static_cast<double>(from.get_uint64());
    case boost::json::kind::double_: return from.get_double();
    case boost::json::kind::string: return std::string_view(from.get_string().data(), from.get_string().size());
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
        members.emplace_back(std::string(member.key().data(), member.key().size()), converted(member.value()));
      return members;
    }
  }
  return {};
}

error unreadable(std::string_view text, std::size_t at, const boost::system::error_code& why) {
  error failure{.kind = exit_class::corrupt,
                .what = fmt::format("no JSON at byte {}: {}", at, why.message()),
                .value = cut_to(text.substr(std::min(at, text.size()), 80), 40)};
  if (why == boost::json::error::too_deep)
    return std::move(failure).with("allowed", fmt::format("at most {} levels", deepest));
  return failure;
}

/// Where and how deep the writer is; `pretty` decides whether line ends are written at all.
class writer {
 public:
  writer(std::string& to, bool pretty) : to_(to), pretty_(pretty) {}

  void write(const json& value) {
    if (value.is_object()) return write_object(value.members());
    if (value.is_array()) return write_array(value.elements());
    if (value.is_string()) return append_json_string(to_, value.string_view());
    to_.append(scalar(value));
  }

 private:
  void write_object(const json::object& members) {
    to_.push_back('{');
    ++level_;
    for (const auto& [key, member] : members) {
      begin_element(&members.front().first == &key);
      append_json_string(to_, key);
      to_.append(pretty_ ? ": " : ":");
      write(member);
    }
    end_elements(members.empty(), '}');
  }

  void write_array(const json::array& elements) {
    to_.push_back('[');
    ++level_;
    for (const json& element : elements) {
      begin_element(&element == &elements.front());
      write(element);
    }
    end_elements(elements.empty(), ']');
  }

  void begin_element(bool first) {
    if (!first) to_.push_back(',');
    if (pretty_) to_.append("\n").append(2 * level_, ' ');
  }

  void end_elements(bool none, char closing) {
    --level_;
    if (pretty_ && !none) to_.append("\n").append(2 * level_, ' ');
    to_.push_back(closing);
  }

  static std::string scalar(const json& value);

  std::string& to_;
  bool pretty_;
  std::size_t level_ = 0;
};

}  // namespace
}  // namespace base_json
