// Signals that cancel what is asked of other programs, where no event loop hears them.
#pragma once

#include <cicd/system/process.hpp>

namespace cicd {

/// The last of SIGINT, SIGTERM and SIGHUP that this process heard, by whatever hears them; 0: none.
int last_signal();
/// For what hears them; a handler may call it.
void note_signal(int signal);

/// While it lives, SIGINT, SIGTERM and SIGHUP do not end this process but cancel `cancelled()`, which the
/// programs that are run meanwhile hear. One at a time.
class signals_cancel {
 public:
  signals_cancel();
  ~signals_cancel();
  signals_cancel(const signals_cancel&) = delete;
  signals_cancel& operator=(const signals_cancel&) = delete;

  const cancellation& cancelled() const;
  /// The signal that came; 0: none.
  int signal() const;
};

}  // namespace cicd
