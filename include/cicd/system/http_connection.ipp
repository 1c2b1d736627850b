// One connection, plain or with TLS on it, and the loop that keeps idle ones. It moves bytes and does not
// know what they say.
#pragma once

#include <cicd/system/http.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cerrno>
#include <memory>
#include <optional>

#include <cicd/system/http_tls.ipp>

namespace cicd::system_http {

namespace {

// Bound to the loop's own executor: Asio's default, any executor, takes as long to compile as all the rest.
using loop_executor = asio::io_context::executor_type;
using stream_socket = asio::basic_stream_socket<asio::generic::stream_protocol, loop_executor>;

error cancelled_error() {
  return {.kind = exit_class::interrupted, .subject = {}, .what = "cancelled", .value = {}, .notes = {}};
}

}  // namespace

class connection {
 public:
  using moved = std::function<void(const error_code&, std::size_t)>;

  explicit connection(asio::io_context& on) : socket_(on) {}

  stream_socket& socket() { return socket_; }
  const certificate_problem& problem() const { return problem_; }

  /// From here on all is encrypted, once `done` was called without an error.
  template <typename Done>
  void encrypt(asio::ssl::context& by, const std::string& host, Done done) {
    tls_.emplace(socket_, by);
    expect_host(*tls_, host, problem_);
    tls_->async_handshake(asio::ssl::stream_base::client, std::move(done));
  }
  void write(asio::const_buffer bytes, moved done) {
    tls_ ? asio::async_write(*tls_, bytes, std::move(done))
         : asio::async_write(socket_, bytes, std::move(done));
  }
  void read(asio::mutable_buffer to, moved done) {
    tls_ ? tls_->async_read_some(to, std::move(done)) : socket_.async_read_some(to, std::move(done));
  }
  void close() {
    error_code ignored;
    socket_.close(ignored);
  }
  /// Open, and nothing has come that was not asked for.
  bool is_quiet() {
    char byte = 0;
    const ssize_t got = recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }

 private:
  stream_socket socket_;
  certificate_problem problem_;
  std::optional<asio::ssl::stream<stream_socket&>> tls_;
};

/// A loop with its idle connections.
class engine {
 public:
  engine(http_address where, const cancellation* cancelled)
      : where_(std::move(where)), cancelled_(cancelled), wake_(context_) {
    if (cancelled_ == nullptr) return;
    const int copy = dup(cancelled_->descriptor());
    if (copy < 0) return;
    wake_.assign(copy);
    wake_.async_wait(asio::posix::descriptor_base::wait_read, [](const error_code&) {});
  }

  asio::io_context& context() { return context_; }
  const http_address& where() const { return where_; }

  template <typename Done>
  status drive_until(Done done) {
    while (!done()) {
      if (cancelled_ != nullptr && cancelled_->cancelled()) return cancelled_error();
      context_.run_one();
    }
    return {};
  }

  void keep(std::unique_ptr<connection> one) {
    if (idle_.size() < most_idle) idle_.push_back(std::move(one));
  }

  /// A connection that was kept and that the server has not closed since, or null.
  std::unique_ptr<connection> kept() {
    while (!idle_.empty()) {
      std::unique_ptr<connection> last = std::move(idle_.back());
      idle_.pop_back();
      if (last->is_quiet()) return last;
    }
    return nullptr;
  }

  /// What connections with TLS are made by; the bundle of certificates is read at the first call.
  result<std::shared_ptr<asio::ssl::context>> tls() {
    if (tls_) return tls_;
    auto made = context_for(*where_.tls);
    if (made) tls_ = *made;
    return made;
  }

  std::size_t pending() const { return pending_; }
  void add_pending(bool more) { more ? ++pending_ : --pending_; }

 private:
  static constexpr std::size_t most_idle = 16;

  const http_address where_;
  const cancellation* cancelled_;
  std::size_t pending_ = 0;
  std::shared_ptr<asio::ssl::context> tls_;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> kept_open_{context_.get_executor()};
  asio::posix::basic_stream_descriptor<loop_executor> wake_;
  std::vector<std::unique_ptr<connection>> idle_;
};

}  // namespace cicd::system_http
