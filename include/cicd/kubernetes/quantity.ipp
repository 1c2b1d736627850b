// Quantities as k8s.io/apimachinery/pkg/api/resource has them.
#pragma once

#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include <cicd/kubernetes/quantity.hpp>

namespace cicd::kubernetes {
namespace kubernetes_quantity {

inline constexpr std::array<std::pair<std::string_view, double>, 16> units{
    {{"", 1},
     {"n", 1e-9},
     {"u", 1e-6},
     {"m", 1e-3},
     {"k", 1e3},
     {"M", 1e6},
     {"G", 1e9},
     {"T", 1e12},
     {"P", 1e15},
     {"E", 1e18},
     {"Ki", 1024.},
     {"Mi", 1024. * 1024},
     {"Gi", 1024. * 1024 * 1024},
     {"Ti", 1024. * 1024 * 1024 * 1024},
     {"Pi", 1024. * 1024 * 1024 * 1024 * 1024},
     {"Ei", 1024. * 1024 * 1024 * 1024 * 1024 * 1024}}};

}  // namespace kubernetes_quantity

std::optional<double> amount_of(std::string_view quantity) {
  double number = 0;
  const char* end = quantity.data() + quantity.size();
  const auto read = std::from_chars(quantity.data(), end, number);
  if (read.ec != std::errc{}) return std::nullopt;
  const std::string_view unit(read.ptr, static_cast<std::size_t>(end - read.ptr));
  for (const auto& [name, times] : kubernetes_quantity::units)
    if (name == unit) return number * times;
  return std::nullopt;
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
