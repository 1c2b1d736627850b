// The HTTP client on sockets of Boost.Asio. Calls that are waited for and streams that are called back have a
// loop each, so that a callback of a stream may make a call.
#pragma once

#include <cicd/system/http.hpp>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cerrno>
#include <optional>

#include <cicd/base/unicode.hpp>
#include <cicd/system/http_message.ipp>

namespace cicd {

namespace system_http {
namespace {

namespace asio = boost::asio;
using stream_socket = asio::generic::stream_protocol::socket;

error cancelled_error() {
  return {.kind = exit_class::interrupted, .subject = {}, .what = "cancelled", .value = {}, .notes = {}};
}

}  // namespace

/// A loop with its idle connections.
class engine {
 public:
  engine(http_address where, const cancellation* cancelled)
      : where_(std::move(where)), cancelled_(cancelled), wake_(context_) {
    if (cancelled_ == nullptr) return;
    const int copy = dup(cancelled_->descriptor());
    if (copy < 0) return;
    wake_.assign(copy);
    wake_.async_wait(asio::posix::stream_descriptor::wait_read, [](const error_code&) {});
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

  void keep(stream_socket connection) {
    if (idle_.size() < most_idle) idle_.push_back(std::move(connection));
  }

  /// A connection that was kept and that the server has not closed since.
  std::optional<stream_socket> kept() {
    while (!idle_.empty()) {
      stream_socket connection = std::move(idle_.back());
      idle_.pop_back();
      char byte = 0;
      const ssize_t got = recv(connection.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
      if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return connection;
    }
    return std::nullopt;
  }

  std::size_t pending() const { return pending_; }
  void add_pending(bool more) { more ? ++pending_ : --pending_; }

 private:
  static constexpr std::size_t most_idle = 16;

  const http_address where_;
  const cancellation* cancelled_;
  std::size_t pending_ = 0;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> kept_open_{context_.get_executor()};
  asio::posix::stream_descriptor wake_;
  std::vector<stream_socket> idle_;
};

namespace {

/// One thing that keeps the loop going, as long as it lives.
class interest {
 public:
  explicit interest(engine& of) : of_(of) { of_.add_pending(true); }
  interest(const interest&) = delete;
  interest& operator=(const interest&) = delete;
  ~interest() { of_.add_pending(false); }

 private:
  engine& of_;
};

/// One request and its answer. Its operations keep it alive; `done` is called once, unless it was given up.
class exchange : public std::enable_shared_from_this<exchange> {
 public:
  using done_call = std::function<void(result<http_response>)>;

  exchange(engine& on, http_request request, done_call done, std::function<void(std::string_view)> line = {})
      : on_(on),
        kept_(std::in_place, on),
        request_(std::move(request)),
        bytes_(request_text(request_, on.where())),
        done_(std::move(done)),
        reader_(std::move(line), [this] { return !over_; }),
        connection_(on.context()),
        resolver_(on.context()),
        limit_(on.context()) {}

  void begin() {
    limit_.expires_after(request_.limit);
    limit_.async_wait([self = shared_from_this()](const error_code& problem) {
      if (!problem && !self->over_) self->fail(self->too_late());
    });
    if (auto kept = on_.kept()) {
      connection_ = std::move(*kept);
      return write();
    }
    on_.where().socket.empty() ? resolve() : connect_to_socket();
  }

  void give_up() {
    if (std::exchange(over_, true)) return;
    kept_.reset();
    close();
  }

 private:
  void connect_to_socket() {
    const std::string& path = on_.where().socket;
    if (path.size() >= sizeof(sockaddr_un::sun_path)) {
      return asio::post(on_.context(), [self = shared_from_this()] {
        self->fail(fmt::format("a path of a socket has at most {} bytes", sizeof(sockaddr_un::sun_path) - 1));
      });
    }
    connect(asio::local::stream_protocol::endpoint(path));
  }

  void resolve() {
    resolver_.async_resolve(on_.where().host, std::to_string(on_.where().port),
                            [self = shared_from_this()](const error_code& problem, const auto& found) {
                              if (self->over_) return;
                              if (problem) return self->fail("host not found: " + problem.message());
                              self->connect(found.begin()->endpoint());
                            });
  }

  void connect(const asio::generic::stream_protocol::endpoint& to) {
    connection_.async_connect(to, [self = shared_from_this()](const error_code& problem) {
      if (self->over_) return;
      if (problem) return self->fail("no connection: " + problem.message());
      self->write();
    });
  }

  /// A server may answer, and close, before it has read all: the answer says more than the broken pipe.
  void write() {
    asio::async_write(connection_, asio::buffer(bytes_),
                      [self = shared_from_this()](const error_code& problem, std::size_t) {
                        if (self->over_) return;
                        self->write_problem_ = problem;
                        self->read();
                      });
  }

  void read() {
    connection_.async_read_some(asio::buffer(piece_),
                                [self = shared_from_this()](const error_code& problem, std::size_t count) {
                                  if (!self->over_) self->take(problem, count);
                                });
  }

  void take(const error_code& problem, std::size_t count) {
    if (problem && problem != asio::error::eof) return fail("the connection broke: " + problem.message());
    received_.append(piece_.data(), count);
    const error_code wrong = problem ? reader_.end() : reader_.read(received_);
    if (over_) return;
    if (wrong) {
      return fail(write_problem_ ? "the connection broke: " + write_problem_.message()
                                 : words_for_answer(wrong));
    }
    if (reader_.is_done()) return finish(!problem);
    if (reader_.streams()) limit_.cancel();
    read();
  }

  void finish(bool open) {
    http_response answer = reader_.finished();
    if (std::exchange(over_, true)) return;
    if (open && reader_.keep_alive() && received_.empty() && !write_problem_)
      on_.keep(std::move(connection_));
    conclude(std::move(answer));
  }

  void fail(std::string why) {
    over_ = true;
    conclude(error{.kind = exit_class::remote,
                   .subject = {},
                   .what = std::move(why),
                   .value = {},
                   .notes = {{"asked", displayable(request_.method + " " + request_.target)}}});
  }

  void conclude(result<http_response> with) {
    close();
    kept_.reset();
    if (const done_call done = std::move(done_)) done(std::move(with));
  }

  void close() {
    error_code ignored;
    connection_.close(ignored);
    resolver_.cancel();
    limit_.cancel();
  }

  std::string too_late() const { return "no answer within " + human_duration(request_.limit); }

  engine& on_;
  std::optional<interest> kept_;
  http_request request_;
  std::string bytes_;
  done_call done_;
  answer_reader reader_;
  stream_socket connection_;
  asio::ip::tcp::resolver resolver_;
  asio::steady_timer limit_;
  std::array<char, 64U << 10U> piece_;
  std::string received_;
  error_code write_problem_;
  bool over_ = false;
};

/// What a caller holds: with it `of` is given up, unless it is over or went with its loop.
template <typename T>
std::shared_ptr<void> handle_of(const std::shared_ptr<T>& of) {
  const auto end = [weak = std::weak_ptr(of)](const void*) {
    if (const auto still = weak.lock()) still->give_up();
  };
  return {static_cast<void*>(of.get()), end};
}

std::shared_ptr<void> begun(engine& on,
                            http_request request,
                            exchange::done_call done,
                            std::function<void(std::string_view)> line = {}) {
  const auto made = std::make_shared<exchange>(on, std::move(request), std::move(done), std::move(line));
  made->begin();
  return handle_of(made);
}

struct timer {
  explicit timer(engine& on) : waiting(on.context()), kept(std::in_place, on) {}
  asio::steady_timer waiting;
  std::optional<interest> kept;

  void give_up() {
    kept.reset();
    waiting.cancel();
  }
};

/// Many requests, a few at a time.
class batch {
 public:
  batch(engine& on, const std::vector<http_request>& requests)
      : on_(on), requests_(requests), answers_(requests.size(), cancelled_error()), open_(requests.size()) {}

  std::vector<result<http_response>> answers(std::size_t at_once) {
    for (std::size_t count = 0; count < std::max<std::size_t>(at_once, 1); ++count) next();
    (void)on_.drive_until([this] { return answered_ == requests_.size(); });
    open_.clear();
    return std::move(answers_);
  }

 private:
  void next() {
    if (begun_ == requests_.size()) return;
    const std::size_t which = begun_++;
    open_[which] = begun(on_, requests_[which], [this, which](result<http_response> answer) {
      answers_[which] = std::move(answer);
      ++answered_;
      next();
    });
  }

  engine& on_;
  const std::vector<http_request>& requests_;
  std::vector<result<http_response>> answers_;
  std::vector<std::shared_ptr<void>> open_;
  std::size_t begun_ = 0;
  std::size_t answered_ = 0;
};

}  // namespace
}  // namespace system_http

struct http_client::inside {
  inside(const http_address& where, const cancellation* cancelled)
      : calls(where, cancelled), streams(where, cancelled) {}
  system_http::engine calls, streams;
  bool stopped = false;
};

http_client::http_client(http_address where, const cancellation* cancelled)
    : inside_(std::make_unique<inside>(where, cancelled)) {}

http_client::~http_client() = default;

result<http_response> http_client::send(const http_request& request) {
  return std::move(send_all({request}, 1).front());
}

std::vector<result<http_response>> http_client::send_all(const std::vector<http_request>& requests,
                                                         std::size_t at_once) {
  return system_http::batch(inside_->calls, requests).answers(at_once);
}

std::shared_ptr<void> http_client::open(stream what) {
  return system_http::begun(inside_->streams, std::move(what.request), std::move(what.ended),
                            std::move(what.line));
}

void http_client::post(http_request request, std::function<void(result<http_response>)> done) {
  std::make_shared<system_http::exchange>(inside_->streams, std::move(request), std::move(done))->begin();
}

std::shared_ptr<void> http_client::after(std::chrono::milliseconds delay, std::function<void()> callback) {
  auto timer = std::make_shared<system_http::timer>(inside_->streams);
  timer->waiting.expires_after(delay);
  timer->waiting.async_wait([timer, call = std::move(callback)](const system_http::error_code& problem) {
    if (problem || !timer->kept) return;
    timer->kept.reset();
    call();
  });
  return system_http::handle_of(timer);
}

status http_client::run() {
  inside_->stopped = false;
  return inside_->streams.drive_until([this] { return inside_->stopped || inside_->streams.pending() == 0; });
}

void http_client::stop() {
  inside_->stopped = true;
}

}  // namespace cicd
