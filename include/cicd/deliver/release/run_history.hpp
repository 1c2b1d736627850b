// What a run did until its images were published: the steps of a pipeline and its tests, as it is kept with
// the artifact of the commit. It may be lost at any time, and is read as what others wrote.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/base/json.hpp>
#include <cicd/deliver/records/test_history.hpp>
#include <cicd/run/event.hpp>

namespace cicd {

/// As many bytes are kept of a run.
inline constexpr std::size_t largest_run_history = 1'000'000;

struct run_history {
  struct step {
    std::string id, outcome;
    std::chrono::milliseconds duration{};
    std::vector<std::string> reasons{};
  };
  struct test {
    std::string step, name;
    test_run run;
  };
  std::string pipeline, commit, run, who;
  std::chrono::system_clock::time_point started{};
  std::vector<step> steps{};
  std::vector<test> tests{};  ///< failed ones first, then the slowest
  std::int64_t left_out = 0;  ///< so many tests were the least of all, and did not fit
};

json json_of(const run_history& of);
/// At most `most` bytes: tests are left out from the end on, and counted; where that is not enough, reasons.
std::string fitted_text(run_history of, std::size_t most = largest_run_history);
/// Class `corrupt`, with `where` it is, of anything else. Names are cut to what is shown, numbers to what can
/// be.
result<run_history> run_history_from(std::string_view text, const std::string& where);

/// Gathers the steps of a run as they end. Any thread may ask.
class history_gatherer {
 public:
  /// `tests_of` is by what the tests of a step are known.
  void hear(const event& happened, const std::string& tests_of);
  run_history of(const std::string& pipeline, const std::string& commit) const;

 private:
  mutable std::mutex mutex_;
  run_history all_;
  std::map<std::string, std::vector<std::string>> reasons_;
};

}  // namespace cicd
