// Which tests run in which part of a step that is split. Pure.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace cicd {

struct timed_test {
  std::string name;
  std::chrono::milliseconds time{};  ///< 0: not known
};

/// The tests of each of `count` shards, sorted: each test is in exactly one. By names and times alone, so
/// that the same tests give the same shards on any machine; times count in steps of a factor of two, and a
/// test that comes, goes or takes longer moves few others. No shard takes much longer than another, as far as
/// the tests let it.
std::vector<std::vector<std::string>> shards_of(const std::vector<timed_test>& tests, unsigned count);

}  // namespace cicd
