// One HTTP/1.1 request as bytes, and an answer out of bytes that arrive in pieces: its head, then either a
// body of bounded size or, of a stream, its lines. Boost.Beast's parser is compiled here; sockets are
// elsewhere.
#pragma once

#include <cicd/system/http.hpp>

#include <fmt/format.h>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/optional.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

#include <cicd/base/text.hpp>

namespace cicd::system_http {

namespace {

namespace beast = boost::beast;
using boost::system::error_code;

constexpr std::size_t longest_line = 64U << 20U;
constexpr std::uint32_t longest_head = 64U << 10U;
constexpr int longest_wait = 86'400;

/// `host:port`, an address of IPv6 in brackets.
std::string authority_of(const std::string& host, int port) {
  return host.find(':') == host.npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
}

std::string login_line(const http_proxy& proxy) {
  return proxy.login.empty() ? std::string()
                             : fmt::format("Proxy-Authorization: Basic {}\r\n", base64(proxy.login));
}

/// What asks a proxy for a connection to `to` (RFC 9110, section 9.3.6).
std::string tunnel_text(const http_address& to) {
  const std::string server = authority_of(to.host, to.port);
  return fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\nUser-Agent: cicd\r\n{1}\r\n", server,
                     login_line(*to.proxy));
}

/// The API server's proxy answers to local names only. A proxy is asked for the whole URL, unless it only
/// carries TLS.
std::string request_text(const http_request& request, const http_address& to) {
  const std::string origin = to.origin();
  const std::string host = origin.empty() ? "localhost" : origin.substr(origin.find("//") + 2);
  const bool by_proxy = to.proxy && !to.tls;
  std::string text = fmt::format("{} {}{} HTTP/1.1\r\nHost: {}\r\nUser-Agent: cicd\r\n", request.method,
                                 by_proxy ? origin : std::string(), request.target, host);
  if (by_proxy) text += login_line(*to.proxy);
  for (const auto& [name, value] : request.headers) text += fmt::format("{}: {}\r\n", name, value);
  if (!request.body.empty() || (request.method != "GET" && request.method != "DELETE"))
    text += fmt::format("Content-Length: {}\r\n", request.body.size());
  text += "\r\n";
  text += request.body;
  return text;
}

/// Cuts a stream of bytes into lines; a line that is longer than allowed ends it.
class line_cutter {
 public:
  using taker = std::function<void(std::string_view)>;

  /// False when a line is too long. `wanted` is asked before each line.
  template <typename Wanted>
  bool take(std::string_view bytes, const taker& line, Wanted wanted) {
    for (std::size_t end = bytes.find('\n'); end != bytes.npos && wanted(); end = bytes.find('\n')) {
      give(bytes.substr(0, end), line);
      bytes.remove_prefix(end + 1);
    }
    if (begun_.size() + bytes.size() > longest_line) return false;
    begun_ += bytes;
    return true;
  }

  /// What stands after the last line's end.
  void finish(const taker& line) {
    if (!begun_.empty()) give({}, line);
  }

 private:
  void give(std::string_view rest, const taker& line) {
    if (begun_.empty()) return line(rest);
    std::string whole = std::move(begun_);
    begun_.clear();
    whole += rest;
    line(whole);
  }

  std::string begun_;
};

/// Reads one answer. What it is to do with the body is known once the head is there.
class answer_reader final : public beast::http::basic_parser<false> {
 public:
  /// With `line` it is a stream; `wanted` says whether it is still listened to.
  answer_reader(const http_request& request,
                std::function<void(std::string_view)> line,
                std::function<bool()> wanted)
      : line_(std::move(line)), wanted_(std::move(wanted)), most_bytes_(request.most_bytes) {
    skip(request.method == "HEAD" || request.method == "CONNECT");
    eager(true);
    header_limit(longest_head);
    body_limit(boost::none);
  }

  /// Takes what it can from the start of `bytes`.
  error_code read(std::string& bytes) {
    error_code problem;
    while (!bytes.empty() && !is_done() && !problem) {
      const std::size_t taken = put(boost::asio::buffer(bytes), problem);
      bytes.erase(0, taken);
    }
    return problem == beast::http::error::need_more ? error_code{} : problem;
  }

  /// Nothing more will come.
  error_code end() {
    error_code problem;
    if (got_some()) {
      put_eof(problem);
    } else {
      problem = beast::http::error::end_of_stream;
    }
    return problem;
  }

  bool streams() const { return line_ && answer_.status == 200; }
  /// It was no answer yet: one follows it (RFC 9110, section 15.2). 101 is the last one.
  bool is_interim() const { return is_done() && answer_.status / 100 == 1 && answer_.status != 101; }
  http_response finished() {
    if (streams()) lines_.finish(line_);
    return std::move(answer_);
  }

 private:
  using view = beast::string_view;
  static std::string_view plain(view of) { return {of.data(), of.size()}; }

  void on_request_impl(beast::http::verb, view, view, int, error_code&) override {}
  void on_response_impl(int code, view, int, error_code&) override { answer_.status = code; }
  void on_field_impl(beast::http::field name, view, view value, error_code&) override {
    if (name == beast::http::field::warning) answer_.warnings.emplace_back(plain(value));
    if (name == beast::http::field::location) answer_.location = plain(value);
    if (name != beast::http::field::retry_after) return;
    int seconds = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (read.ec == std::errc::result_out_of_range && !value.starts_with('-')) seconds = longest_wait;
    answer_.retry_after = std::chrono::seconds(std::clamp(seconds, 0, longest_wait));
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(view body, error_code& problem) override {
    take(plain(body), problem);
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, view body, error_code& problem) override {
    take(plain(body), problem);
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  void take(std::string_view bytes, error_code& problem) {
    if (streams()) {
      if (!lines_.take(bytes, line_, wanted_)) problem = beast::http::error::buffer_overflow;
    } else if (answer_.body.size() + bytes.size() > most_bytes_) {
      problem = beast::http::error::body_limit;
    } else {
      answer_.body += bytes;
    }
  }

  std::function<void(std::string_view)> line_;
  std::function<bool()> wanted_;
  const std::size_t most_bytes_;
  line_cutter lines_;
  http_response answer_;
};

/// Reads the answer, past those that only say that it will come.
class final_answer_reader {
 public:
  /// `request` outlives it.
  final_answer_reader(const http_request& request,
                      std::function<void(std::string_view)> line,
                      std::function<bool()> wanted)
      : request_(request), line_(std::move(line)), wanted_(std::move(wanted)) {
    begin();
  }

  error_code read(std::string& bytes) {
    error_code problem = reader_->read(bytes);
    while (!problem && reader_->is_interim()) {
      begin();
      problem = reader_->read(bytes);
    }
    return problem;
  }
  error_code end() { return reader_->end(); }
  bool is_done() const { return reader_->is_done(); }
  bool keep_alive() const { return reader_->keep_alive(); }
  bool streams() const { return reader_->streams(); }
  http_response finished() { return reader_->finished(); }

 private:
  void begin() { reader_.emplace(request_, line_, wanted_); }

  const http_request& request_;
  const std::function<void(std::string_view)> line_;
  const std::function<bool()> wanted_;
  std::optional<answer_reader> reader_;
};

/// What went wrong with the answer itself.
std::string words_for_answer(const error_code& problem, const http_request& request) {
  namespace http = beast::http;
  if (problem == http::error::end_of_stream) return "the connection was closed before an answer came";
  if (problem == http::error::partial_message) return "the answer broke off before its end";
  if (problem == http::error::buffer_overflow)
    return fmt::format("a line of the answer is longer than {}", human_size(longest_line));
  if (problem == http::error::body_limit)
    return fmt::format("the answer is longer than {}", human_size(request.most_bytes));
  if (problem == http::error::header_limit)
    return fmt::format("the head of the answer is longer than {}", human_size(longest_head));
  return fmt::format("the answer is not HTTP: {}", problem.message());
}

}  // namespace

}  // namespace cicd::system_http

namespace cicd {

std::string http_address::origin() const {
  if (!socket.empty()) return {};
  const std::string server = system_http::authority_of(host, port);
  const std::string_view usual = tls ? ":443" : ":80";
  return (tls ? "https://" : "http://")
         + (server.ends_with(usual) ? server.substr(0, server.size() - usual.size()) : server);
}

}  // namespace cicd
