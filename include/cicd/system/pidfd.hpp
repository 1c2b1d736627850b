// Linux' descriptors of processes. By system call: the C library's header lacks `extern "C"` before
// glibc 2.37.
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <cicd/system/file_descriptor.hpp>

namespace cicd::system_pidfd {

/// Readable once the process has ended; close-on-exec. `errno` where it is none.
inline system_descriptor::descriptor open_process(int id) {
  return system_descriptor::descriptor(static_cast<int>(syscall(SYS_pidfd_open, id, 0)));
}

inline void send_signal(const system_descriptor::descriptor& process, int signal) {
  syscall(SYS_pidfd_send_signal, process.number(), signal, nullptr, 0);
}

}  // namespace cicd::system_pidfd
