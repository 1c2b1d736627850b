// A process that passes connections on, and a look at who listens.
#pragma once

#include <cicd/system/port_forward.hpp>

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/system/connections.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

status forward_port(int process,
                    std::uint16_t to,
                    std::uint16_t port,
                    const std::function<void(std::uint16_t port)>& say) {
  const system_descriptor::descriptor on = system_connections::listening_on(port);
  if (!on)
    return error{exit_class::usage,
                 {},
                 fmt::format("nothing can listen on this port of 127.0.0.1: {}", strerrordesc_np(errno)),
                 std::to_string(port),
                 {}};
  if (status entered = system_connections::enter_network_of(process); !entered) return entered;
  sockaddr_in at{};
  socklen_t size = sizeof at;
  ::getsockname(on.number(), reinterpret_cast<sockaddr*>(&at), &size);
  say(ntohs(at.sin_port));
  system_connections::pass_on(on, to);
  return {};
}

/// The kernel's tables: `sl local_address rem_address st …`, the port in hexadecimal behind a colon, 0A for
/// one that listens.
bool listens_in(int process, std::uint16_t port) {
  const std::string wanted = fmt::format(":{:04X}", port);
  for (const char* table : {"tcp", "tcp6"}) {
    const auto text = read_file_if_there(fmt::format("/proc/{}/net/{}", process, table));
    if (!text || !*text) continue;
    for (const std::string& line : split(**text, '\n')) {
      std::vector<std::string> words;
      for (std::string& each : split(line, ' '))
        if (!each.empty()) words.push_back(std::move(each));
      if (words.size() > 3 && words[1].ends_with(wanted) && words[3] == "0A") return true;
    }
  }
  return false;
}

}  // namespace cicd
