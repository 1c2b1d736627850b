// One request and its answer: connect (through a proxy's tunnel, with TLS where it is wanted), write, read,
// within the time that it has. It does not know what the answer means.
#pragma once

#include <cicd/system/http.hpp>

#include <sys/un.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cicd/base/unicode.hpp>
#include <cicd/system/http_connection.ipp>
#include <cicd/system/http_message.ipp>

namespace cicd::system_http {

namespace {

using steady_timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                                asio::wait_traits<std::chrono::steady_clock>,
                                                loop_executor>;

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

/// What a message names: a URL without its query, which may hold a token.
std::string shown_target(const http_request& request, const http_address& to) {
  const std::string origin = to.origin();
  return origin.empty() ? request.target : origin + request.target.substr(0, request.target.find('?'));
}

/// Its operations keep it alive; `done` is called once, unless it was given up.
class exchange : public std::enable_shared_from_this<exchange> {
 public:
  using done_call = std::function<void(result<http_response>)>;

  exchange(engine& on, http_request request, done_call done, std::function<void(std::string_view)> line = {})
      : on_(on),
        kept_(std::in_place, on),
        request_(std::move(request)),
        done_(std::move(done)),
        reader_(request_, std::move(line), [this] { return !over_; }),
        resolver_(on.context()),
        limit_(on.context()),
        stage_limit_(on.context()) {}

  void begin() {
    limit_.expires_after(request_.limit);
    limit_.async_wait([self = shared_from_this()](const error_code& problem) {
      if (!problem && !self->over_) self->fail("no answer within " + human_duration(self->request_.limit));
    });
    if ((connection_ = on_.kept()) != nullptr) return write();
    connection_ = std::make_unique<connection>(on_.context());
    begin_stage("no connection within ");
    on_.where().socket.empty() ? resolve() : connect_to_socket();
  }

  void give_up() {
    if (std::exchange(over_, true)) return;
    kept_.reset();
    close();
  }

 private:
  const http_address& where() const { return on_.where(); }

  /// A part of the way to a connection, which has a time limit of its own.
  void begin_stage(const char* late) {
    ++stage_;
    if (request_.connect_limit.count() == 0) return;
    stage_limit_.expires_after(request_.connect_limit);
    stage_limit_.async_wait([self = shared_from_this(), stage = stage_, late](const error_code& problem) {
      if (problem || self->over_ || self->stage_ != stage) return;
      self->fail(late + human_duration(self->request_.connect_limit));
    });
  }

  void connect_to_socket() {
    const std::string& path = where().socket;
    if (path.size() >= sizeof(sockaddr_un::sun_path)) {
      return asio::post(on_.context(), [self = shared_from_this()] {
        self->fail(fmt::format("a path of a socket has at most {} bytes", sizeof(sockaddr_un::sun_path) - 1));
      });
    }
    connect({asio::local::stream_protocol::endpoint(path)});
  }

  void resolve() {
    const std::string& host = where().proxy ? where().proxy->host : where().host;
    const int port = where().proxy ? where().proxy->port : where().port;
    resolver_.async_resolve(
        host, std::to_string(port),
        [self = shared_from_this(), host](const error_code& problem, const auto& found) {
          if (self->over_) return;
          if (problem) {
            return self->fail((self->where().proxy ? "the proxy's host is not found: " : "host not found: ")
                              + problem.message());
          }
          std::vector<asio::generic::stream_protocol::endpoint> ends;
          for (const auto& each : found) ends.emplace_back(each.endpoint());
          self->connect(std::move(ends));
        });
  }

  /// The first that takes it.
  void connect(std::vector<asio::generic::stream_protocol::endpoint> to) {
    to_ = std::move(to);
    asio::async_connect(connection_->socket(), to_,
                        [self = shared_from_this()](const error_code& problem, const auto&) {
                          if (self->over_) return;
                          if (problem) return self->fail("no connection: " + problem.message());
                          self->connected();
                        });
  }

  void connected() {
    if (!where().tls) return write();
    where().proxy ? ask_for_tunnel() : encrypt();
  }

  void ask_for_tunnel() {
    bytes_ = tunnel_text(where());
    connection_->write(asio::buffer(bytes_), [self = shared_from_this()](const error_code&, std::size_t) {
      if (!self->over_) self->read_of_tunnel();
    });
  }

  void read_of_tunnel() {
    connection_->read(asio::buffer(piece_),
                      [self = shared_from_this()](const error_code& problem, std::size_t count) {
                        if (!self->over_) self->take_of_tunnel(problem, count);
                      });
  }

  void take_of_tunnel(const error_code& problem, std::size_t count) {
    received_.append(piece_.data(), count);
    const error_code wrong = problem ? tunnel_.end() : tunnel_.read(received_);
    if (wrong) return fail("no answer of the proxy: " + words_for_answer(wrong, request_));
    if (!tunnel_.is_done()) return read_of_tunnel();
    const int status = tunnel_.finished().status;
    if (status / 100 != 2) return fail_of_tunnel(status);
    if (!received_.empty()) return fail("the proxy sent more than its answer");
    encrypt();
  }

  void fail_of_tunnel(int status) {
    if (status != 407) return fail(fmt::format("the proxy makes no connection to it: status {}", status));
    fail("the proxy asks for a name and password",
         {{"try", "HTTPS_PROXY=http://<name>:<password>@"
                      + authority_of(where().proxy->host, where().proxy->port)}});
  }

  void encrypt() {
    begin_stage("no TLS handshake within ");
    const auto by = on_.tls();
    if (!by) {
      return asio::post(on_.context(), [self = shared_from_this(), why = by.error()] {
        if (!self->over_) self->conclude_with(why);
      });
    }
    connection_->encrypt(**by, where().host, [self = shared_from_this()](const error_code& problem) {
      if (self->over_) return;
      if (!problem) return self->write();
      tls_words words = words_for(self->connection_->problem(), problem);
      self->fail(std::move(words.what), std::move(words.notes));
    });
  }

  /// A server may answer, and close, before it has read all: the answer says more than the broken pipe.
  void write() {
    ++stage_;
    stage_limit_.cancel();
    bytes_ = request_text(request_, where());
    connection_->write(asio::buffer(bytes_),
                       [self = shared_from_this()](const error_code& problem, std::size_t) {
                         if (self->over_) return;
                         self->write_problem_ = problem;
                         self->read();
                       });
  }

  void read() {
    connection_->read(asio::buffer(piece_),
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
                                 : words_for_answer(wrong, request_));
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

  void fail(std::string why, std::vector<note> notes = {}) {
    error failure{.kind = exit_class::remote,
                  .subject = {},
                  .what = std::move(why),
                  .value = {},
                  .notes = {{"asked", displayable(request_.method + " " + shown_target(request_, where()))}}};
    if (where().proxy) {
      failure.notes.push_back(
          {"by the proxy", displayable(authority_of(where().proxy->host, where().proxy->port))});
    }
    failure.notes.insert(failure.notes.end(), notes.begin(), notes.end());
    conclude_with(std::move(failure));
  }

  void conclude_with(error failure) {
    over_ = true;
    conclude(std::move(failure));
  }

  void conclude(result<http_response> with) {
    close();
    kept_.reset();
    if (const done_call done = std::move(done_)) done(std::move(with));
  }

  void close() {
    if (connection_) connection_->close();
    resolver_.cancel();
    limit_.cancel();
    stage_limit_.cancel();
  }

  engine& on_;
  std::optional<interest> kept_;
  http_request request_;
  std::string bytes_;
  done_call done_;
  final_answer_reader reader_;
  const http_request asked_of_proxy_{.method = "CONNECT", .target = {}};
  final_answer_reader tunnel_{asked_of_proxy_, nullptr, [] { return true; }};
  std::unique_ptr<connection> connection_;
  asio::ip::basic_resolver<asio::ip::tcp, loop_executor> resolver_;
  std::vector<asio::generic::stream_protocol::endpoint> to_;
  steady_timer limit_, stage_limit_;
  int stage_ = 0;
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

}  // namespace

}  // namespace cicd::system_http
