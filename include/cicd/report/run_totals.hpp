// What became of the steps of one run, counted, and the sentence that closes the run. It knows no terminal.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <cicd/run/event.hpp>

namespace cicd {

class tally {
 public:
  void add(const step_ended& end);
  /// Whether no step did anything and none was to.
  bool nothing_done() const;

  /// `orders.image: nothing to do, 4 steps up to date (12 ms)`
  std::string idle_sentence(const std::string& target, std::chrono::milliseconds duration) const;
  /// `orders.image done in 41.2 s: 3 steps ran, 1 reused, 2 up to date`
  std::string sentence(const std::string& target, const run_ended& end) const;
  /// `not run: orders/image, orders/publish, since orders/test failed`; empty when every step had its turn.
  std::string not_run_sentence() const;

 private:
  std::size_t count(step_outcome outcome) const;
  std::string counts() const;

  std::map<step_outcome, std::vector<std::string>> steps_;
};

}  // namespace cicd
