// A JSON value of our own: reading and writing without a Boost type in any signature.
// Objects keep the order of their members, so that what we write is deterministic.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <cicd/base/error.hpp>

namespace cicd {

/// One JSON value. Numbers are `std::int64_t` where they are whole and fit, else `double`.
class json {
 public:
  using array = std::vector<json>;
  using object = std::vector<std::pair<std::string, json>>;

  json() = default;
  json(std::nullptr_t) {}
  json(bool value) : held_(value) {}
  json(int value) : held_(std::int64_t{value}) {}
  json(std::int64_t value) : held_(value) {}
  json(std::uint64_t value) : held_(static_cast<std::int64_t>(value)) {}
  json(double value) : held_(value) {}
  json(const char* value) : held_(std::string(value)) {}
  json(std::string_view value) : held_(std::string(value)) {}
  json(std::string value) : held_(std::move(value)) {}
  json(array value) : held_(std::move(value)) {}
  json(object value) : held_(std::move(value)) {}

  bool is_null() const { return held_.index() == 0; }
  bool is_object() const { return std::holds_alternative<object>(held_); }
  bool is_array() const { return std::holds_alternative<array>(held_); }
  bool is_string() const { return std::holds_alternative<std::string>(held_); }
  bool is_boolean() const { return std::holds_alternative<bool>(held_); }
  bool is_integer() const { return std::holds_alternative<std::int64_t>(held_); }

  /// The member `key`, or a null value when there is none or this is no object.
  const json& operator[](std::string_view key) const;
  /// Adds or replaces a member; a null value becomes an object first.
  json& set(std::string key, json value);
  /// Appends an element; a null value becomes an array first.
  json& push(json value);

  /// The value as that type, or `otherwise` when it is of another.
  std::string text(std::string_view otherwise = {}) const;
  std::int64_t integer(std::int64_t otherwise = 0) const;
  double number(double otherwise = 0) const;
  bool boolean(bool otherwise = false) const;
  const array& elements() const;           ///< empty when this is no array
  const object& members() const;           ///< empty when this is no object
  std::vector<std::string> texts() const;  ///< the elements that are strings

  bool operator==(const json&) const = default;

  using variant = std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, array, object>;
  /// The value in the one type that it has.
  const variant& held() const { return held_; }

 private:
  variant held_;
};

namespace detail {
inline void add_members(json::object&) {}
template <typename Key, typename Value, typename... Rest>
void add_members(json::object& to, Key&& key, Value&& value, Rest&&... rest) {
  to.emplace_back(std::string(key), json(std::forward<Value>(value)));
  add_members(to, std::forward<Rest>(rest)...);
}
}  // namespace detail

/// An object with these members, in this order: `members_of("kind", "Service", "spec", spec)`.
template <typename... Parts>
json members_of(Parts&&... parts) {
  static_assert(sizeof...(Parts) % 2 == 0, "a key and a value each");
  json::object members;
  members.reserve(sizeof...(Parts) / 2);
  detail::add_members(members, std::forward<Parts>(parts)...);
  return json(std::move(members));
}

/// An array of these elements.
template <typename... Elements>
json list_of(Elements&&... elements) {
  json::array list;
  list.reserve(sizeof...(Elements));
  (list.emplace_back(std::forward<Elements>(elements)), ...);
  return json(std::move(list));
}

/// A JSON array of strings.
json json_texts(const std::vector<std::string>& values);

/// Reads one document of at most 128 levels. The error (class `corrupt`) says at which byte.
result<json> parse_json(std::string_view text);
/// On one line, without a newline at the end. Invalid UTF-8 in strings becomes U+FFFD.
std::string compact(const json& value);
/// For people: two spaces a level, a newline at the end.
std::string pretty(const json& value);
/// Appends `text` as a JSON string, quotes included.
void append_json_string(std::string& to, std::string_view text);

}  // namespace cicd
