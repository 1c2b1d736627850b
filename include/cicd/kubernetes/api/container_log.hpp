// A container's log from its first line to its last, each once, however often the connection breaks. It does
// not know what becomes of the lines.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <cicd/kubernetes/api/cluster.hpp>

namespace cicd::kubernetes {

/// Driven by the cluster's `run`. Follows while the container runs; what was read is held against the log's
/// end once the container has ended, and read again where a line is missing.
class container_log {
 public:
  struct source {
    std::string namespace_name, pod, container;
  };
  /// `complete` is called once, when there can be no further line.
  container_log(cluster& with,
                source of,
                std::function<void(std::string_view line)> line,
                std::function<void()> complete);
  container_log(const container_log&) = delete;
  container_log& operator=(const container_log&) = delete;

  /// The container runs or has run.
  void follow();
  /// The container has ended: its log grows no more.
  void container_ended();
  /// Nothing more can be read: the pod is gone.
  void give_up();
  bool is_complete() const { return complete_; }

 private:
  void take(std::string_view line);
  void stream_ended();
  void soon(std::chrono::milliseconds delay, void (container_log::*what)());
  void compare_end();
  void finish();

  static constexpr int compared_lines = 20;
  static constexpr int most_readings = 5;

  cluster& with_;
  source of_;
  std::function<void(std::string_view)> line_;
  std::function<void()> complete_call_;
  std::shared_ptr<void> stream_, timer_;
  std::deque<std::string> last_;  ///< lines, as many as are compared
  std::size_t given_ = 0, known_ = 0;
  int readings_ = 0;
  bool following_ = false, ended_ = false, began_after_end_ = false, complete_ = false;
};

}  // namespace cicd::kubernetes
