// The options that make it up, and the digest. See own_configuration.hpp.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/declare/options/fields.hpp>
#include <cicd/declare/values/value_traits.hpp>
#include <cicd/deliver/policy/own_configuration.hpp>

namespace cicd {

bool is_of_configuration(std::string_view key) {
  static constexpr std::string_view all[] = {
      "write",      "namespace", "create_namespace", "context", "eks",       "manifests", "manifests_from",
      "parameters", "images_in", "stage_name",       "region",  "code_only", "package"};
  return std::ranges::find(all, key) != std::end(all);
}

digest own_configuration_of(const environment& place) {
  std::string words;
  environment own = place;
  each_field(own, [&](std::string_view key, const auto& value) {
    if (!is_of_configuration(key)) return;
    if constexpr (std::is_same_v<decltype(value), const bool&>)
      if (value) words += fmt::format("{}\n", key);
    for (const std::string& each : declaring::values_of(value))
      words += fmt::format("{} {}:{}\n", key, each.size(), each);
  });
  // Where a part's record lies is part of it: at another place it has none yet.
  for (const environment& part : place.parts)
    words += fmt::format("part {} {} {}:{} {}:{} {}\n", part.name.view(), part.via.view(),
                         part.state.view().size(), part.state.view(), part.bucket.view().size(),
                         part.bucket.view(), oci_text(own_configuration_of(part)));
  return sha256(words);
}

bool has_configuration(const deployment_record& there, const digest& wanted) {
  return !there.configuration || there.configuration == wanted;
}

}  // namespace cicd
