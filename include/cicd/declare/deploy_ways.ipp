// Questions to the list of ways.
#pragma once

#include <cicd/declare/deploy_ways.hpp>

#include <algorithm>

namespace cicd {

deploy_way deploy_way::from(std::string_view word, detail::by_checked) {
  for (const way_traits& each : deploy_ways())
    if (each.way.view() == word) return each.way;
  return {};
}

bool deploy_way::accepts(std::string_view word) {
  return from(word) != none;
}

std::vector<std::string_view> deploy_way::words() {
  std::vector<std::string_view> words;
  for (const way_traits& each : deploy_ways()) words.push_back(each.way.view());
  return words;
}

std::string_view deploy_way::allowed() {
  static const std::string phrase = [] {
    std::string text;
    const std::vector<std::string_view> all = words();
    for (std::size_t at = 0; at < all.size(); ++at)
      text.append(at == 0 ? "" : at + 1 == all.size() ? " or " : ", ").append(all[at]);
    return text;
  }();
  return phrase;
}

bool can(deploy_way via, way_feature what) {
  const auto ways = deploy_ways();
  const auto found =
      std::find_if(ways.begin(), ways.end(), [&](const way_traits& each) { return each.way == via; });
  return found != ways.end() && found->capabilities.has(what);
}

std::string ways_with(way_feature what) {
  std::string words;
  for (const way_traits& each : deploy_ways())
    if (each.capabilities.has(what)) words.append(words.empty() ? "" : " or ").append(each.way.view());
  return words;
}

}  // namespace cicd
