// A port of this machine's loopback address that leads into the network of another process, such as a
// container's. It does not know what is sent.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <cicd/base/error.hpp>

namespace cicd {

/// Listens on 127.0.0.1, at `port` or, where that is 0, at a free one, which `say` is told once; then joins
/// the network (and, not as root, the user namespace) of `process`, and brings each connection to `to` there.
/// A connection that no program takes there is closed. Runs until it is killed; called by a process that has
/// one thread. Class `usage` where the port is taken, `conflict` where the process is gone or is not ours.
status forward_port(int process,
                    std::uint16_t to,
                    std::uint16_t port,
                    const std::function<void(std::uint16_t port)>& say);

/// Whether something listens on that port in the network of the process.
bool listens_in(int process, std::uint16_t port);

}  // namespace cicd
