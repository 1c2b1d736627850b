// One thread that polls its sockets. A client that is slow, silent or sends too much is dropped and keeps no
// other from an answer. See page_server.hpp.
#pragma once

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cicd/system/clock.hpp>
#include <cicd/system/file_descriptor.hpp>
#include <cicd/system/page_server.hpp>

namespace cicd {

namespace system_page_server {
namespace {

using system_descriptor::descriptor;

constexpr std::size_t most_bytes = 8192, most_connections = 32;
constexpr std::chrono::milliseconds most_time{5000};

struct socket_address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

std::optional<socket_address> address_from(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == text.npos) return std::nullopt;
  std::string host = text.substr(0, colon);
  const std::string port = text.substr(colon + 1);
  if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != port.npos
      || std::stoi(port) > 65535)
    return std::nullopt;
  if (host == "localhost") host = "127.0.0.1";
  socket_address made;
  auto* four = reinterpret_cast<sockaddr_in*>(&made.storage);
  if (inet_pton(AF_INET, host.c_str(), &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(static_cast<std::uint16_t>(std::stoi(port)));
    made.size = sizeof(sockaddr_in);
    return made;
  }
  if (!host.starts_with('[') || !host.ends_with(']')) return std::nullopt;
  auto* six = reinterpret_cast<sockaddr_in6*>(&made.storage);
  if (inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &six->sin6_addr) != 1) return std::nullopt;
  six->sin6_family = AF_INET6;
  six->sin6_port = htons(static_cast<std::uint16_t>(std::stoi(port)));
  made.size = sizeof(sockaddr_in6);
  return made;
}

const char* words_for(int status) {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 503: return "Service Unavailable";
    default: return "Error";
  }
}

std::string response_text(const page& of, bool with_body) {
  std::string text = fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n"
      "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
      of.status, words_for(of.status), of.content_type, of.body.size());
  return with_body ? text + of.body : text;
}

/// What a request is answered; it has come to its empty line.
std::string answer_to(const std::string& request, const page_server::page_of& pages) {
  const std::string line = request.substr(0, request.find("\r\n"));
  const auto first = line.find(' '), last = line.rfind(' ');
  if (first == line.npos || last == first || !line.substr(last + 1).starts_with("HTTP/1."))
    return response_text({400, "text/plain", "this is not a request of HTTP/1.1\n"}, true);
  const std::string method = line.substr(0, first);
  if (method != "GET" && method != "HEAD")
    return response_text({405, "text/plain", "allowed: GET, HEAD\n"}, true);
  const std::string target = line.substr(first + 1, last - first - 1);
  return response_text(pages(target.substr(0, target.find('?'))), method == "GET");
}

class polled_server : public page_server {
 public:
  polled_server(descriptor listens, descriptor wake, std::string address, page_of pages)
      : listens_(std::move(listens)),
        wake_(std::move(wake)),
        address_(std::move(address)),
        pages_(std::move(pages)) {
    // Signals are for the threads that wait for them.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { serve(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  polled_server(const polled_server&) = delete;
  polled_server& operator=(const polled_server&) = delete;
  ~polled_server() override {
    const std::uint64_t one = 1;
    over_ = true;
    (void)!::write(wake_.number(), &one, sizeof one);
    thread_.join();
  }
  std::string address() const override { return address_; }

 private:
  struct connection {
    descriptor socket;
    std::chrono::milliseconds until{};
    std::string request{}, answer{};
    std::size_t sent = 0;
    bool is_over = false;
  };

  void serve() {
    while (!over_) {
      std::vector<pollfd> asked{{wake_.number(), POLLIN, 0}};
      // Where no more files can be open, who waits to be accepted would be there again at once.
      const bool accepts = connections_.size() < most_connections && !is_short_;
      asked.push_back({listens_.number(), static_cast<short>(accepts ? POLLIN : 0), 0});
      for (const connection& each : connections_)
        asked.push_back(
            {each.socket.number(), static_cast<short>(each.answer.empty() ? POLLIN : POLLOUT), 0});
      if (::poll(asked.data(), asked.size(), connections_.empty() && accepts ? -1 : 250) < 0
          && errno != EINTR)
        return;
      is_short_ = false;
      for (std::size_t at = 0; at < connections_.size(); ++at)
        if (asked[at + 2].revents != 0) go_on(connections_[at]);
      const auto now = system_clock_port().elapsed();
      std::erase_if(connections_, [&](const connection& each) { return each.is_over || each.until < now; });
      if ((asked[1].revents & POLLIN) != 0) accept_one();
    }
  }

  void accept_one() {
    descriptor made(::accept4(listens_.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    is_short_ = made.number() < 0 && errno != EAGAIN && errno != EINTR && errno != ECONNABORTED;
    if (made.number() >= 0)
      connections_.push_back({std::move(made), system_clock_port().elapsed() + most_time});
  }

  void go_on(connection& with) {
    if (with.answer.empty()) {
      char bytes[2048];
      const ssize_t count = ::recv(with.socket.number(), bytes, sizeof bytes, 0);
      if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
      if (count <= 0) {
        with.is_over = true;
        return;
      }
      with.request.append(bytes, static_cast<std::size_t>(count));
      if (with.request.find("\r\n\r\n") != with.request.npos)
        with.answer = answer_to(with.request, pages_);
      else
        with.is_over = with.request.size() > most_bytes;
      return;
    }
    const ssize_t count = ::send(with.socket.number(), with.answer.data() + with.sent,
                                 with.answer.size() - with.sent, MSG_NOSIGNAL);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    with.sent += count > 0 ? static_cast<std::size_t>(count) : 0;
    with.is_over = count <= 0 || with.sent == with.answer.size();
    if (with.is_over) ::shutdown(with.socket.number(), SHUT_WR);
  }

  descriptor listens_, wake_;
  std::string address_;
  page_of pages_;
  std::vector<connection> connections_;
  bool is_short_ = false;  ///< of what an open connection needs
  std::atomic<bool> over_{false};
  std::thread thread_;
};

error not_there(const std::string& address, int why) {
  return {exit_class::remote,
          {},
          "it cannot be listened at this address",
          address,
          {{"caused by", std::strerror(why)},
           {"allowed", "an address of this machine with a free port, such as 127.0.0.1:0"}}};
}

}  // namespace
}  // namespace system_page_server

result<std::unique_ptr<page_server>> page_server::start(const std::string& address, page_of pages) {
  using namespace system_page_server;
  std::optional<socket_address> at = address_from(address);
  if (!at)
    return error{exit_class::usage,
                 {},
                 "this is not an address to listen at",
                 address,
                 {{"allowed", "an IP address and a port, such as 127.0.0.1:9090 or [::1]:9090"}}};
  descriptor listens(::socket(at->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int yes = 1;
  if (listens.number() < 0) return not_there(address, errno);
  (void)::setsockopt(listens.number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (::bind(listens.number(), at->get(), at->size) != 0 || ::listen(listens.number(), 16) != 0)
    return not_there(address, errno);
  at->size = sizeof at->storage;
  (void)::getsockname(listens.number(), at->get(), &at->size);
  const int port =
      ntohs(at->storage.ss_family == AF_INET ? reinterpret_cast<sockaddr_in*>(&at->storage)->sin_port
                                             : reinterpret_cast<sockaddr_in6*>(&at->storage)->sin6_port);
  descriptor wake(::eventfd(0, EFD_CLOEXEC));
  if (wake.number() < 0) return not_there(address, errno);
  return std::unique_ptr<page_server>(
      new polled_server(std::move(listens), std::move(wake),
                        fmt::format("{}:{}", address.substr(0, address.rfind(':')), port), std::move(pages)));
}

}  // namespace cicd
