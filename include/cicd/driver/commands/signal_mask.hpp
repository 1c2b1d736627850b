// The signals that end a process, kept from a thread for a while: one that comes meanwhile is heard by who
// waits for it next. It does not know what is done about it.
#pragma once

#include <csignal>
#include <initializer_list>

#include <pthread.h>

namespace cicd {

class signal_mask {
 public:
  /// `SIG_BLOCK` or `SIG_UNBLOCK`, until the end of the object.
  explicit signal_mask(int how) {
    sigset_t all;
    sigemptyset(&all);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&all, signal);
    pthread_sigmask(how, &all, &before_);
  }
  ~signal_mask() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  signal_mask(const signal_mask&) = delete;
  signal_mask& operator=(const signal_mask&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace cicd
