// JSON patches (RFC 6902) and pointers (RFC 6901) on JSON values. Pure; it does not know what the values
// mean.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/json.hpp>

namespace cicd {

/// The value after the operations add, remove, replace, move, copy and test, in their order. The error (class
/// `usage`) names the operation that cannot be done.
result<json> json_patch(json object, const json& operations);

/// By value: objects without order, numbers whether written as whole or not (RFC 6902, 4.6).
bool same_value(const json& one, const json& other);

/// The parts of a pointer: `~1` is a slash, `~0` a tilde. Nothing where it is none.
std::optional<std::vector<std::string>> json_pointer_from(std::string_view text);
/// What the parts of a pointer lead to; null where that is not there.
const json* json_at(const json& value, std::span<const std::string> path);

}  // namespace cicd
