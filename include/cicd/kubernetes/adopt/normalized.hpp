// What a user must have declared for an object to be as it is: without what the server keeps for itself, what
// it fills in, and what tools leave behind. And the patch that makes one object of another. Pure.
#pragma once

#include <optional>
#include <string_view>

#include <cicd/base/json.hpp>

namespace cicd::kubernetes {

/// The object without status, identity, allocated addresses, defaults of the API server and bookkeeping of
/// tools. Two objects whose declared parts are equal run alike.
json declared_part_of(const json& object);

/// The strategic merge patch that turns `from` into `to`; nothing where they are equal. Labels and
/// annotations that only `from` has stay, and those of both keep the value of `from`.
std::optional<json> patch_between(const json& from, const json& to);

/// Whether a label or annotation is a tool's own note (helm, kubectl, the deployment controller), of no use
/// to others.
bool is_bookkeeping(std::string_view key, std::string_view value);

}  // namespace cicd::kubernetes
