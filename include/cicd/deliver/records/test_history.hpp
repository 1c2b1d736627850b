// What is known of single tests: how the last runs of each ended, and with which inputs. Pure but for
// `test_index`, a SQLite file outside the build tree that may be lost at any time and is then made anew.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cicd/base/json.hpp>
#include <cicd/run/event.hpp>

namespace cicd {

/// As many runs are remembered of each test.
inline constexpr std::size_t most_test_runs = 20;
/// As many tests are remembered of each build tree.
inline constexpr std::size_t most_known_tests = 50'000;

struct test_run {
  bool failed = false;
  std::string key;  ///< the first 16 digits of the step's key; equal: with the same inputs
  std::chrono::milliseconds duration{};
  bool operator==(const test_run&) const = default;
};

struct test_history {
  std::string step;            ///< `orders/test`
  std::string test;            ///< `OrdersTest.closes`
  std::vector<test_run> runs;  ///< newest first
  std::chrono::system_clock::time_point last{};

  std::size_t failures() const;
  /// It failed and passed with the same inputs.
  bool is_flaky() const;
  /// The median of what it took when it passed, or of all where it never did.
  std::chrono::milliseconds duration() const;
};

/// By what a test is known: its suite and name. Empty where it has none, or a longer one than is kept.
std::string name_of(const test_case& test);
/// The runs that the test cases of a step are, each with its name: two where one passed after it had failed.
std::vector<std::pair<std::string, test_run>> runs_of(const std::vector<test_case>& tests,
                                                      std::string_view key);
/// What is told of a test that fails now with this key: `failed in 3 of the last 20 runs, also with the same
/// inputs: flaky`. `before` null: it is not known.
std::string known_of(const test_history* before, std::string_view key);

/// Runs as one text, and back; what cannot be read is left out.
std::string text_of(const std::vector<test_run>& runs);
std::vector<test_run> test_runs_from(std::string_view text);

/// Flaky ones first, then by failures, then the slowest.
void sort_by_trouble(std::vector<test_history>& tests);
json json_of(const test_history& of);

class test_index {
 public:
  /// Nothing where it cannot be used. A damaged file is replaced by an empty one.
  static std::optional<test_index> open(const std::string& file);
  test_index(test_index&&) noexcept;
  test_index& operator=(test_index&&) noexcept;
  ~test_index();

  struct step_runs {
    std::string step;
    std::vector<std::pair<std::string, test_run>> runs;
  };
  /// Adds runs; all or none. False where it cannot be written. Tests that did not run for 90 days are
  /// forgotten.
  bool add(const std::string& build_root,
           const std::vector<step_runs>& all,
           std::chrono::system_clock::time_point now);
  /// Those of a step, or of all where it is empty.
  std::vector<test_history> tests(const std::string& build_root, std::string_view step);
  std::optional<test_history> test(const std::string& build_root,
                                   std::string_view step,
                                   std::string_view name);

 private:
  struct state;
  explicit test_index(std::unique_ptr<state> state);
  std::unique_ptr<state> state_;
};

}  // namespace cicd
