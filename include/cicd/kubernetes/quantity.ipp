// Quantities as k8s.io/apimachinery/pkg/api/resource has them.
#pragma once

#include <fmt/format.h>

#include <cicd/declare/values/values.hpp>
#include <cicd/kubernetes/quantity.hpp>

namespace cicd::kubernetes {

std::optional<double> amount_of(std::string_view quantity) {
  const double amount = cicd::detail::quantity_rule::amount_in(quantity);
  return amount < 0 ? std::nullopt : std::optional(amount);
}

std::optional<double> amount_in(const json& value) {
  if (value.is_null()) return std::nullopt;
  return amount_of(std::string_view(value.is_string() ? value.text() : compact(value)));
}

std::string amount_text(double amount, std::string_view resource) {
  const auto rounded = [](double number) { return fmt::format("{:.4g}", number); };
  if (resource != "memory" && resource != "ephemeral-storage" && resource != "storage")
    return amount < 1 && resource == "cpu" ? rounded(amount * 1000) + "m" : rounded(amount);
  for (const char* unit : {"Gi", "Mi", "Ki"})
    if (const double one = *amount_of(std::string("1") + unit); amount >= one)
      return rounded(amount / one) + unit;
  return rounded(amount);
}

}  // namespace cicd::kubernetes
