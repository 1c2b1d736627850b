// What one service prints, on its way into its log: masked, no more than a bounded size, and kept back while
// a step runs whose secrets are not known yet.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/secret_finder.hpp>
#include <cicd/run/process_runner.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// Of a log its beginning is kept and, from where that ends, as much of its end.
inline constexpr std::size_t largest_log_beginning = 8U << 20U;
inline constexpr std::size_t largest_log_end = 1U << 20U;

class service_log {
 public:
  /// `secrets` is asked for each piece.
  service_log(std::string path, std::function<std::shared_ptr<const secret_finder>()> secrets);
  service_log(const service_log&) = delete;
  service_log& operator=(const service_log&) = delete;

  void take(output_stream from, std::string_view bytes);
  /// The service ended: the rest is written.
  void finish();
  /// From now on nothing is written, until `release` says whether what came, and what comes, may be shown.
  void hold();
  void release(bool is_shown);
  /// Masked, for a person.
  const std::vector<std::string>& last_lines() const { return last_lines_; }

 private:
  void add(output_stream from, std::string_view line);
  void write();
  void write_finished();

  std::string path_;
  std::function<std::shared_ptr<const secret_finder>()> secrets_;
  masked_lines out_, err_;
  std::optional<append_file> file_;
  std::string unwritten_;
  std::size_t written_ = 0, end_size_ = 0, left_out_ = 0;
  std::deque<std::string> end_;  ///< lines behind the beginning
  held_output held_;
  std::vector<std::string> last_lines_;
  bool is_held_ = false, is_withheld_ = false, is_finished_ = false;
};

}  // namespace cicd
