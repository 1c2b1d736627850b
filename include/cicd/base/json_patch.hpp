// JSON patches (RFC 6902) on JSON values. Pure; it does not know what the values mean.
#pragma once

#include <cicd/base/json.hpp>

namespace cicd {

/// The value after the operations add, remove, replace, move, copy and test, in their order. The error (class
/// `usage`) names the operation that cannot be done.
result<json> json_patch(json object, const json& operations);

/// By value: objects without order, numbers whether written as whole or not (RFC 6902, 4.6).
bool same_value(const json& one, const json& other);

}  // namespace cicd
