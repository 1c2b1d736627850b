// Rendezvous hashing with bounded loads: each test has an order of preference among the shards that depends
// on its name alone, and goes to the first that has room.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <numeric>
#include <tuple>

#include <cicd/base/digest.hpp>
#include <cicd/plan/shards.hpp>

namespace cicd {

namespace plan_shards {
namespace {

/// How much fuller than the mean a shard may be.
constexpr double room = 1.1;

struct weighted {
  const std::string* name = nullptr;
  std::uint64_t weight = 0, hash = 0;
};

std::uint64_t hash_of(std::string_view name) {
  const std::string digits = hex(sha256(name)).substr(0, 16);
  return std::stoull(digits, nullptr, 16);
}

/// Mixes well (the finaliser of splitmix64).
std::uint64_t score_of(std::uint64_t hash, unsigned shard) {
  std::uint64_t mixed = hash + (shard + 1) * 0x9e3779b97f4a7c15U;
  mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
  return mixed ^ (mixed >> 31U);
}

/// What is not known takes as long as the middle one of those that are.
std::vector<weighted> weights_of(const std::vector<timed_test>& tests) {
  std::vector<std::uint64_t> known;
  std::vector<weighted> all;
  for (const timed_test& each : tests) {
    const auto length =
        static_cast<std::uint64_t>(std::clamp<std::int64_t>(each.time.count(), 0, 86'400'000));
    all.push_back({&each.name, length == 0 ? 0 : std::bit_ceil(length), hash_of(each.name)});
    if (length != 0) known.push_back(all.back().weight);
  }
  std::ranges::sort(known);
  const std::uint64_t other = known.empty() ? 1 : known[known.size() / 2];
  for (weighted& each : all)
    if (each.weight == 0) each.weight = other;
  std::ranges::sort(all, [](const weighted& one, const weighted& two) {
    return std::tuple(two.weight, one.hash, *one.name) < std::tuple(one.weight, two.hash, *two.name);
  });
  return all;
}

}  // namespace
}  // namespace plan_shards

std::vector<std::vector<std::string>> shards_of(const std::vector<timed_test>& tests, unsigned count) {
  using namespace plan_shards;
  std::vector<std::vector<std::string>> shards(count);
  const std::vector<weighted> all = weights_of(tests);
  if (all.empty() || count == 0) return shards;
  const auto total =
      std::accumulate(all.begin(), all.end(), std::uint64_t{0},
                      [](std::uint64_t sum, const weighted& each) { return sum + each.weight; });
  const double most =
      std::max(room * static_cast<double>(total) / count, static_cast<double>(all.front().weight));
  std::vector<std::uint64_t> loads(count, 0);
  std::vector<unsigned> order(count);
  for (const weighted& each : all) {
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, std::greater<>(), [&](unsigned shard) { return score_of(each.hash, shard); });
    const auto fits = std::ranges::find_if(
        order, [&](unsigned shard) { return static_cast<double>(loads[shard] + each.weight) <= most; });
    const auto least = std::ranges::min_element(order, {}, [&](unsigned shard) { return loads[shard]; });
    const unsigned to = fits != order.end() ? *fits : *least;
    loads[to] += each.weight;
    shards[to].push_back(*each.name);
  }
  for (std::vector<std::string>& each : shards) std::ranges::sort(each);
  return shards;
}

}  // namespace cicd
