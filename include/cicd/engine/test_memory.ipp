// The index is opened when the first step with tests has ended.
#pragma once

#include <cicd/engine/test_memory.hpp>

#include <cicd/system/files.hpp>

namespace cicd {

std::string tests_file(const workspace& where) {
  return where.state + "/tests.sqlite";
}

test_index* test_memory::index() {
  if (!is_asked_) index_ = test_index::open(tests_file(where_));
  is_asked_ = true;
  return index_ ? &*index_ : nullptr;
}

void test_memory::hear(step_ended& end, const std::string& step) {
  const bool has_run = end.outcome == step_outcome::ran || end.outcome == step_outcome::failed
                       || end.outcome == step_outcome::timed_out;
  if (!has_run || end.tests.empty() || end.key.empty() || index() == nullptr) return;
  constexpr std::size_t most_told = 50;
  std::size_t told = 0;
  for (test_case& each : end.tests) {
    const bool failed = each.how == test_case::state::failed || each.how == test_case::state::error;
    const std::string name = name_of(each);
    if (!failed || name.empty() || told++ >= most_told) continue;
    const auto before = index_->test(where_.build_root, step, name);
    each.history = known_of(before ? &*before : nullptr, end.key);
  }
  if (where_.domain.empty()) ran_.push_back({step, runs_of(end.tests, end.key)});
}

void test_memory::save(std::chrono::system_clock::time_point now) {
  if (ran_.empty() || index() == nullptr) return;
  (void)index_->add(where_.build_root, ran_, now);
  ran_.clear();
}

}  // namespace cicd
