// JSON patches (RFC 6902) with JSON pointers (RFC 6901), on values that cannot be changed in place: each
// operation rebuilds what lies on its path.
#pragma once

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include <cicd/base/json_patch.hpp>
#include <cicd/base/unicode.hpp>

namespace cicd {
namespace base_json_patch {

inline bool is_number(const json& value) {
  return value.is_integer() || std::holds_alternative<double>(value.held());
}

inline bool same_members(const json::object& one, const json::object& other) {
  return one.size() == other.size() && std::ranges::all_of(one, [&](const auto& member) {
           const auto found = std::ranges::find(other, member.first, &json::object::value_type::first);
           return found != other.end() && same_value(member.second, found->second);
         });
}

}  // namespace base_json_patch

bool same_value(const json& one, const json& other) {
  if (one.is_object() && other.is_object())
    return base_json_patch::same_members(one.members(), other.members());
  if (one.is_array() && other.is_array())
    return std::ranges::equal(one.elements(), other.elements(), same_value);
  if (base_json_patch::is_number(one) && base_json_patch::is_number(other)
      && one.is_integer() != other.is_integer())
    return one.number() == other.number();
  return one == other;
}

namespace base_json_patch {

using pointer = std::vector<std::string>;

/// Digits without a leading zero; `-` is the place after the last where that may be.
inline std::optional<std::size_t> index_from(std::string_view text, std::size_t size) {
  if (text == "-") return size;
  std::size_t index = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (text.empty() || failure != std::errc() || end != text.data() + text.size()) return {};
  if (text.size() > 1 && text.front() == '0') return {};
  return index;
}

}  // namespace base_json_patch

std::optional<std::vector<std::string>> json_pointer_from(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '/') {
      parts.emplace_back();
      continue;
    }
    if (parts.empty()) return {};
    if (text[at] != '~') {
      parts.back().push_back(text[at]);
      continue;
    }
    if (++at == text.size() || (text[at] != '0' && text[at] != '1')) return {};
    parts.back().push_back(text[at] == '0' ? '~' : '/');
  }
  return parts;
}

const json* json_at(const json& value, std::span<const std::string> path) {
  const json* at = &value;
  for (const std::string& part : path) {
    if (at->is_array()) {
      const auto index = base_json_patch::index_from(part, at->elements().size());
      if (!index || *index >= at->elements().size()) return nullptr;
      at = &at->elements()[*index];
      continue;
    }
    const json* member = nullptr;
    for (const auto& [key, held] : at->members())
      if (key == part) member = &held;
    if (member == nullptr) return nullptr;
    at = member;
  }
  return at;
}

namespace base_json_patch {

enum class change { add, replace, remove };

/// The elements or members with the change at `part`; nothing where that is not there.
inline std::optional<json> changed_here(const json& value,
                                        const std::string& part,
                                        change how,
                                        const json& to) {
  if (value.is_array()) {
    json::array all = value.elements();
    const auto index = index_from(part, all.size());
    if (!index || *index > all.size() || (how != change::add && *index == all.size())) return {};
    const auto at = all.begin() + static_cast<std::ptrdiff_t>(*index);
    if (how == change::add)
      all.insert(at, to);
    else if (how == change::remove)
      all.erase(at);
    else
      *at = to;
    return json(std::move(all));
  }
  if (!value.is_object()) return {};
  if (how == change::remove) {
    json::object kept;
    for (const auto& member : value.members())
      if (member.first != part) kept.push_back(member);
    if (kept.size() == value.members().size()) return {};
    return json(std::move(kept));
  }
  if (how == change::replace && json_at(value, pointer{part}) == nullptr) return {};
  json whole = value;
  whole.set(part, to);
  return whole;
}

inline std::optional<json> changed(
    const json& value, const pointer& path, std::size_t depth, change how, const json& to) {
  if (path.empty()) return how == change::remove ? json() : to;
  if (depth + 1 == path.size()) return changed_here(value, path[depth], how, to);
  const json* inner = json_at(value, pointer{path[depth]});
  if (inner == nullptr) return {};
  std::optional<json> rebuilt = changed(*inner, path, depth + 1, how, to);
  if (!rebuilt) return {};
  return changed_here(value, path[depth], change::replace, *rebuilt);
}

inline error failed(std::size_t number, const json& operation, std::string what) {
  return {.kind = exit_class::usage,
          .subject = {},
          .what = fmt::format("operation {} of the JSON patch, {} {}: {}", number + 1,
                              displayable(operation["op"].text("without op")),
                              displayable(operation["path"].text("without a path")), what),
          .value = {},
          .notes = {}};
}

inline std::optional<json> applied(const json& object,
                                   const std::string& op,
                                   const json& operation,
                                   const pointer& path) {
  if (op == "add" || op == "replace")
    return changed(object, path, 0, op == "add" ? change::add : change::replace, operation["value"]);
  if (op == "remove") return changed(object, path, 0, change::remove, {});
  if (op == "test") {
    const json* found = json_at(object, path);
    return found != nullptr && same_value(*found, operation["value"]) ? std::optional(object) : std::nullopt;
  }
  const auto from =
      operation["from"].is_string() ? json_pointer_from(operation["from"].text()) : std::nullopt;
  const json* found = from ? json_at(object, *from) : nullptr;
  if (found == nullptr) return {};
  if (op == "move" && *from == path) return object;
  const json moved = *found;
  if (op == "copy") return changed(object, path, 0, change::add, moved);
  const std::optional<json> rest = changed(object, *from, 0, change::remove, {});
  return rest ? changed(*rest, path, 0, change::add, moved) : std::nullopt;
}

inline bool is_operation(std::string_view op) {
  return op == "add" || op == "remove" || op == "replace" || op == "move" || op == "copy" || op == "test";
}

/// The member that the operation lacks; empty where it has all.
inline std::string_view missing_in(const json& operation, std::string_view op) {
  const std::string_view wanted = op == "copy" || op == "move" ? "from" : op == "remove" ? "" : "value";
  const auto has = [&](std::string_view name) {
    return std::ranges::find(operation.members(), name, &json::object::value_type::first)
           != operation.members().end();
  };
  return wanted.empty() || has(wanted) ? std::string_view() : wanted;
}

}  // namespace base_json_patch

result<json> json_patch(json object, const json& operations) {
  std::size_t number = 0;
  for (const json& operation : operations.elements()) {
    using namespace base_json_patch;
    const std::string op = operation["op"].text();
    if (!is_operation(op))
      return failed(number, operation, "op is one of add, remove, replace, move, copy, test");
    const auto path =
        operation["path"].is_string() ? json_pointer_from(operation["path"].text()) : std::nullopt;
    if (!path)
      return failed(number, operation,
                    "a path is empty or begins with '/', and '~' stands before 0 or 1 only");
    if (const std::string_view missing = missing_in(operation, op); !missing.empty())
      return failed(number, operation, fmt::format("the member '{}' is missing", missing));
    std::optional<json> after = applied(object, op, operation, *path);
    if (!after && op == "test") return failed(number, operation, "the value there is another");
    if (!after) return failed(number, operation, "there is nothing at that place");
    object = std::move(*after);
    ++number;
  }
  return object;
}

}  // namespace cicd
