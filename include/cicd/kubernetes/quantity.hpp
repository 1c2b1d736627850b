// Amounts of a resource as numbers, to be compared and added. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <cicd/base/json.hpp>

namespace cicd::kubernetes {

/// What a quantity such as `500m`, `1Gi` or `1e3` stands for; nothing where it is none.
std::optional<double> amount_of(std::string_view quantity);
/// The same of a value of an object, which may be a number.
std::optional<double> amount_in(const json& value);

/// `4`, `400m` or `1.5Gi`, for a person; `resource` is `cpu`, `memory` or another.
std::string amount_text(double amount, std::string_view resource);

}  // namespace cicd::kubernetes
