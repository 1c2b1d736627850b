// Connections that are brought from a port of the loopback address into the network of another process: a
// socket belongs to the network that its maker was in. Private to this room; it does not know what is sent.
#pragma once

#include <cstdint>

#include <cicd/base/error.hpp>
#include <cicd/system/file_descriptor.hpp>

namespace cicd::system_connections {

/// Listens on a port of 127.0.0.1, of 0 on a free one; none, and `errno`, where it cannot.
system_descriptor::descriptor listening_on(std::uint16_t port);

/// This thread's sockets are made in the network of the process from now on; not as root, its user namespace
/// is joined too. Class `conflict` where the process is gone or is not ours.
status enter_network_of(int process);

/// Brings each connection that comes to `at` to that port of the loopback address of this thread's network,
/// and closes one that no process accepts there, until `ended` is readable; without it for ever.
void pass_on(const system_descriptor::descriptor& at,
             std::uint16_t to,
             const system_descriptor::descriptor& ended = {});

}  // namespace cicd::system_connections
