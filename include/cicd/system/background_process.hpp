// A program that runs beside us, as long as its object lives: it is ended with it, and with us, however we
// end. It does not know what the program is for.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include <cicd/base/error.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// Started, it runs in a process group of its own. When we are killed, the group is killed by a shell that
/// notices.
class companion {
 public:
  /// Class `usage` where the program is not there or cannot be started.
  static result<std::unique_ptr<companion>> start(const command& what);
  companion(const companion&) = delete;
  companion& operator=(const companion&) = delete;
  /// Kills it and all that it started, and waits for that.
  ~companion();

  enum class waited : std::uint8_t { said, ended, too_long, cancelled };
  /// Waits until its standard output holds `text`.
  waited wait_until_it_says(std::string_view text,
                            std::chrono::milliseconds limit,
                            const cancellation* cancelled = nullptr);
  /// All that was read of its standard output so far.
  const std::string& said() const;
  /// Whether it has started other programs that still run.
  bool has_children() const;
  /// The end of what it has printed on its standard error so far, at most 64 KiB.
  std::string complaints() const;

 private:
  struct inside;
  explicit companion(std::unique_ptr<inside> of);
  std::unique_ptr<inside> inside_;
};

}  // namespace cicd
