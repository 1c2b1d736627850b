// Runs a step's command as a child process: its output line by line into its log and as events, its time
// limit, its end. Knows nothing of caches, locks or other steps.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cicd/base/secret_finder.hpp>
#include <cicd/run/runner.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

struct process_runner_options {
  const surroundings* around = nullptr;
  std::chrono::milliseconds timeout{3'600'000};  ///< where the step declares none
  std::chrono::milliseconds grace{10'000};
  /// What is masked in all that a step prints, asked for each piece; may be none.
  std::function<std::shared_ptr<const secret_finder>()> secrets{};
  /// Told of the end of a step with SECRET_OUTPUT_VALUES, before anything that it printed goes on, which it
  /// does where all its secrets are known then; may be none.
  std::function<bool(const task&)> learn{};
};

/// Splits what arrives into lines; a line longer than 64 KiB comes in pieces, so that any output is survived
/// with bounded memory.
class line_splitter {
 public:
  explicit line_splitter(std::function<void(std::string_view line)> each) : each_(std::move(each)) {}
  void feed(std::string_view bytes);
  /// The last line, where it has no end.
  void finish();

 private:
  std::function<void(std::string_view)> each_;
  std::string begun_;
};

/// One stream of a step: nothing of it goes on that was not masked.
class masked_lines {
 public:
  explicit masked_lines(std::function<void(std::string_view line)> each) : lines_(std::move(each)) {}
  void feed(std::string_view bytes, const secret_finder& secrets) {
    lines_.feed(masked_.feed(bytes, secrets));
  }
  void finish(const secret_finder& secrets) {
    lines_.feed(masked_.finish(secrets));
    lines_.finish();
  }

 private:
  masking_stream masked_;
  line_splitter lines_;
};

/// What is printed while it is not known yet what to mask in it, up to a size.
struct held_output {
  static constexpr std::size_t most = 32U << 20U;
  std::vector<std::pair<output_stream, std::string>> pieces{};
  std::size_t bytes = 0;

  void add(output_stream from, std::string_view some) {
    bytes += some.size();
    if (!is_cut()) pieces.emplace_back(from, some);
  }
  bool is_cut() const { return bytes > most; }
};

class process_runner : public runner {
 public:
  process_runner(event_loop& loop, process_port& processes, say_event say, process_runner_options options);
  ~process_runner() override;
  void start(const task& work, std::function<void(outcome)> done) override;
  void stop(manner how) override;
  /// Ends one step alone, as its time limit would; it counts as failed.
  void end_step(const std::string& id);

 private:
  struct running;
  std::shared_ptr<const secret_finder> secrets() const;
  void ended(const std::shared_ptr<running>& one, const ending& how);
  void limit(const std::shared_ptr<running>& one);
  /// TERM, then KILL after the step's GRACE.
  void end_kindly(const std::shared_ptr<running>& one);

  event_loop& loop_;
  process_port& processes_;
  say_event say_;
  process_runner_options options_;
  std::vector<std::shared_ptr<running>> running_;
};

/// The environment of a step: the variables that are always passed, those of PASS_ENV, then ENV, then what
/// its tools are `told`; in the last two `late` is replaced.
std::vector<std::string> environment_for(const observed_step& seen,
                                         const surroundings& around,
                                         const placeholder_values& late = {},
                                         const std::vector<std::pair<std::string, std::string>>& told = {});

/// A line as the log keeps it: `| text` of stdout, `! text` of stderr.
std::string log_line(output_stream stream, std::string_view line);

}  // namespace cicd
