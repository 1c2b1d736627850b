// The HTTP client against a server that answers well and ill.
#include <cicd/system/http.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "../../support/fake_http_server.hpp"

namespace cicd {
namespace {

using namespace std::chrono_literals;
using test::answer;
using test::fake_http_server;
using test::fake_reply;
using test::fake_request;
using test::http_text;
using testing::ElementsAre;
using testing::HasSubstr;
using then = fake_reply::then;

http_request get(const std::string& target, std::chrono::milliseconds limit = 20s) {
  http_request request;
  request.target = target;
  request.limit = limit;
  return request;
}

/// What came of one request to a server that answers like that.
result<http_response> came_of(fake_reply reply, std::chrono::milliseconds limit = 20s) {
  const fake_http_server server([&](const fake_request&) { return reply; });
  http_client client(server.where());
  return client.send(get("/", limit));
}

std::string failure_of(fake_reply reply, std::chrono::milliseconds limit = 20s) {
  const auto got = came_of(std::move(reply), limit);
  if (got) return "it went well";
  EXPECT_EQ(got.error().kind, exit_class::remote);
  return got.error().what;
}

std::string chunk(const std::string& text) {
  char size[32];
  std::snprintf(size, sizeof size, "%zx\r\n", text.size());
  return size + text + "\r\n";
}
const std::string chunked_head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST(http_client, sends_method_target_headers_and_body) {
  std::string head, body;
  const fake_http_server server([&](const fake_request& request) {
    head = request.head;
    body = request.body;
    return answer(201, "made");
  });
  http_client client(server.where());
  http_request request{
      .method = "PATCH", .target = "/a?b=c", .headers = {{"Content-Type", "x/y"}}, .body = "{}"};
  const auto got = client.send(request);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->status, 201);
  EXPECT_EQ(got->body, "made");
  EXPECT_THAT(head, testing::StartsWith("PATCH /a?b=c HTTP/1.1\r\nHost: localhost\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nContent-Type: x/y\r\n"));
  EXPECT_EQ(body, "{}");
}

TEST(http_client, speaks_to_a_host_and_a_port_too) {
  const fake_http_server server([](const fake_request&) { return answer(200, "here"); },
                                fake_http_server::family::loopback);
  http_client client(server.where());
  const auto got = client.send(get("/"));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->body, "here");
}

TEST(http_client, keeps_its_connection) {
  const fake_http_server server([](const fake_request&) { return answer(200, "x"); });
  http_client client(server.where());
  for (int count = 0; count < 5; ++count) ASSERT_TRUE(client.send(get("/")));
  EXPECT_EQ(server.connections(), 1);
}

TEST(http_client, notices_that_a_kept_connection_was_closed) {
  const fake_http_server server([](const fake_request&) {
    return fake_reply{http_text(200, "x"), then::close};
  });
  http_client client(server.where());
  for (int count = 0; count < 5; ++count) {
    const auto got = client.send(get("/"));
    ASSERT_TRUE(got) << got.error().what;
    while (server.closed() < server.connections()) std::this_thread::yield();
  }
  EXPECT_EQ(server.connections(), 5);
}

TEST(http_client, reads_chunks_and_a_body_that_ends_with_the_connection) {
  EXPECT_EQ(came_of({chunked_head + chunk("one") + chunk("two") + "0\r\n\r\n"})->body, "onetwo");
  EXPECT_EQ(came_of({"HTTP/1.1 200 OK\r\n\r\nuntil the end", then::close})->body, "until the end");
}

TEST(http_client, reads_how_long_to_wait) {
  EXPECT_EQ(came_of(answer(429, "", "Retry-After: 7\r\n"))->retry_after, 7s);
  EXPECT_EQ(came_of(answer(429, "", "Retry-After: soon\r\n"))->retry_after, 0s);
  EXPECT_EQ(came_of(answer(429, "", "Retry-After: -1\r\n"))->retry_after, 0s);
  EXPECT_EQ(came_of(answer(429, "", "Retry-After: 99999999999\r\n"))->retry_after, 24h);
  EXPECT_EQ(came_of(answer(429, "", "Retry-After: -99999999999\r\n"))->retry_after, 0s);
}

TEST(http_client, reads_past_what_only_says_that_an_answer_will_come) {
  const std::string interim =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nWarning: 299 - \"x\"\r\n\r\n";
  const auto got = came_of({interim + http_text(200, "here")});
  ASSERT_TRUE(got) << got.error().what;
  EXPECT_EQ(got->status, 200);
  EXPECT_EQ(got->body, "here");
  EXPECT_TRUE(got->warnings.empty());
  EXPECT_EQ(failure_of({interim, then::close}), "the connection was closed before an answer came");
  EXPECT_EQ(came_of({"HTTP/1.1 101 Other\r\n\r\n"})->status, 101);
}

TEST(http_client, keeps_every_warning) {
  EXPECT_EQ(came_of(answer(200, "", "Warning: 299 - \"a\"\r\nwarning: 299 - \"b\"\r\n"))->warnings,
            (std::vector<std::string>{"299 - \"a\"", "299 - \"b\""}));
}

TEST(http_client, says_that_nobody_listens) {
  http_client missing({.socket = "/nowhere/at/all", .host = {}, .port = 0});
  EXPECT_THAT(missing.send(get("/")).error().what, HasSubstr("no connection: No such file"));
  http_client longer({.socket = "/" + std::string(200, 'x'), .host = {}, .port = 0});
  EXPECT_EQ(longer.send(get("/")).error().what, "a path of a socket has at most 107 bytes");
}

TEST(http_client, says_how_an_answer_went_wrong) {
  EXPECT_EQ(failure_of({"", then::close}), "the connection was closed before an answer came");
  EXPECT_EQ(failure_of({"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", then::close}),
            "the answer broke off before its end");
  EXPECT_EQ(failure_of({chunked_head + "5\r\nab", then::close}), "the answer broke off before its end");
  EXPECT_THAT(failure_of({"SSH-2.0-OpenSSH\r\n", then::close}), HasSubstr("the answer is not HTTP: "));
  EXPECT_THAT(failure_of({chunked_head + "zz\r\nab", then::close}), HasSubstr("the answer is not HTTP: "));
  EXPECT_THAT(failure_of({"HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'), then::close}),
              HasSubstr("the head of the answer is longer than"));
}

TEST(http_client, names_what_was_asked_when_it_went_wrong) {
  const auto got = came_of({"", then::close});
  ASSERT_FALSE(got);
  ASSERT_EQ(got.error().notes.size(), 1U);
  EXPECT_EQ(got.error().notes.front().text, "GET /");
}

TEST(http_client, says_that_the_connection_was_reset) {
  const fake_http_server server(
      [](const fake_request&) {
        return fake_reply{"HTTP/1.1 200 OK\r\n", then::reset};
      },
      fake_http_server::family::loopback);
  http_client client(server.where());
  const auto got = client.send(get("/"));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, exit_class::remote);
  EXPECT_THAT(got.error().what, HasSubstr("the connection broke"));
}

TEST(http_client, does_not_wait_longer_than_it_was_told) {
  EXPECT_EQ(failure_of({"", then::hang}, 60ms), "no answer within 60 ms");
  EXPECT_EQ(failure_of({"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal", then::hang}, 60ms),
            "no answer within 60 ms");
}

TEST(http_client, gives_the_answer_of_a_server_that_does_not_read_on) {
  const fake_http_server server([](const fake_request&) {
    return fake_reply{http_text(413, "too large"), then::close};
  });
  http_client client(server.where());
  http_request request = get("/");
  request.method = "POST";
  request.headers = {{"Content-Length", "0"}};
  request.body = std::string(20U << 20U, 'x');
  const auto got = client.send(request);
  ASSERT_TRUE(got) << got.error().what;
  EXPECT_EQ(got->status, 413);
}

TEST(http_client, sends_many_a_few_at_a_time_and_keeps_their_order) {
  const fake_http_server server([](const fake_request& request) { return answer(200, request.target); });
  http_client client(server.where());
  std::vector<http_request> requests;
  for (int each = 0; each < 100; ++each) requests.push_back(get("/" + std::to_string(each)));
  const auto got = client.send_all(requests, 8);
  ASSERT_EQ(got.size(), 100U);
  for (std::size_t each = 0; each < got.size(); ++each) {
    ASSERT_TRUE(got[each]);
    EXPECT_EQ(got[each]->body, "/" + std::to_string(each));
  }
  EXPECT_LE(server.connections(), 8);
  EXPECT_LE(server.most_at_once(), 8);
}

TEST(http_client, fails_only_the_request_that_failed) {
  const fake_http_server server([](const fake_request& request) {
    return request.target == "/bad" ? fake_reply{"", then::close} : answer(200, "good");
  });
  http_client client(server.where());
  const auto got = client.send_all({get("/1"), get("/bad"), get("/2")}, 2);
  EXPECT_TRUE(got[0]);
  EXPECT_FALSE(got[1]);
  EXPECT_TRUE(got[2]);
  EXPECT_TRUE(client.send_all({}).empty());
}

TEST(http_client, is_ended_by_a_cancellation_from_another_thread) {
  cancellation cancel;
  const fake_http_server server([&](const fake_request& request) {
    if (request.target == "/2") cancel.cancel();
    return request.target == "/1" ? answer(200, "") : fake_reply{"", then::hang};
  });
  http_client client(server.where(), &cancel);
  const auto got = client.send_all({get("/1"), get("/2"), get("/3")}, 1);
  EXPECT_TRUE(got[0]);
  for (const std::size_t each : {1U, 2U}) {
    ASSERT_FALSE(got[each]);
    EXPECT_EQ(got[each].error().kind, exit_class::interrupted);
  }
  EXPECT_EQ(client.send(get("/4")).error().kind, exit_class::interrupted);
}

/// The lines and the end of one stream.
struct streamed {
  std::vector<std::string> lines;
  std::optional<result<http_response>> ended;

  http_client::stream of(http_request request) {
    return {.request = std::move(request),
            .line = [this](std::string_view line) { lines.emplace_back(line); },
            .ended = [this](result<http_response> how) { ended.emplace(std::move(how)); }};
  }
};

streamed stream_of(fake_reply reply) {
  const fake_http_server server([&](const fake_request&) { return reply; });
  http_client client(server.where());
  streamed got;
  const auto handle = client.open(got.of(get("/")));
  EXPECT_TRUE(client.run());
  return got;
}

TEST(http_stream, gives_lines_however_they_were_cut) {
  const streamed got =
      stream_of({chunked_head + chunk("on") + chunk("e\n\ntw") + chunk("o\nrest") + "0\r\n\r\n"});
  EXPECT_THAT(got.lines, ElementsAre("one", "", "two", "rest"));
  ASSERT_TRUE(got.ended && *got.ended);
  EXPECT_EQ((**got.ended).status, 200);
}

TEST(http_stream, gives_no_half_line_of_a_stream_that_broke) {
  const streamed got = stream_of({chunked_head + chunk("one\ntw"), then::close});
  EXPECT_THAT(got.lines, ElementsAre("one"));
  ASSERT_TRUE(got.ended);
  EXPECT_FALSE(*got.ended);
}

TEST(http_stream, gives_the_body_of_a_refusal_whole) {
  const streamed got = stream_of(answer(403, "no\nrights\n"));
  EXPECT_TRUE(got.lines.empty());
  ASSERT_TRUE(got.ended && *got.ended);
  EXPECT_EQ((**got.ended).body, "no\nrights\n");
}

TEST(http_stream, takes_a_line_of_many_megabytes_but_not_any) {
  const std::string large(5U << 20U, 'x');
  EXPECT_EQ(stream_of({chunked_head + chunk(large + "\n") + "0\r\n\r\n"}).lines.at(0).size(), large.size());
  const streamed endless = stream_of({chunked_head + chunk(std::string(70U << 20U, 'x')), then::hang});
  ASSERT_TRUE(endless.ended);
  ASSERT_FALSE(*endless.ended);
  EXPECT_EQ(endless.ended->error().what, "a line of the answer is longer than 67.1 MB");
}

TEST(http_stream, ends_with_its_handle_also_from_within) {
  const fake_http_server server([](const fake_request&) {
    return fake_reply{chunked_head + chunk("one\ntwo\nthree\n"), then::hang};
  });
  http_client client(server.where());
  std::vector<std::string> lines;
  std::shared_ptr<void> handle;
  handle = client.open(
      {.request = get("/"),
       .line =
           [&](std::string_view line) {
             lines.emplace_back(line);
             handle.reset();
           },
       .ended = [](const result<http_response>&) { ADD_FAILURE() << "nobody listens any more"; }});
  EXPECT_TRUE(client.run());
  EXPECT_THAT(lines, ElementsAre("one"));
}

TEST(http_stream, lets_a_callback_make_a_call) {
  const fake_http_server server([](const fake_request& request) {
    if (request.target == "/call") return answer(200, "called");
    return fake_reply{chunked_head + chunk("line\n") + "0\r\n\r\n"};
  });
  http_client client(server.where());
  std::string answered;
  const auto handle =
      client.open({.request = get("/stream"),
                   .line = [&](std::string_view) { answered = client.send(get("/call"))->body; },
                   .ended = [](const result<http_response>&) {}});
  EXPECT_TRUE(client.run());
  EXPECT_EQ(answered, "called");
}

TEST(http_stream, many_run_beside_posts_and_timers_until_stopped) {
  const fake_http_server server([](const fake_request& request) {
    if (request.target == "/post") return answer(200, "posted");
    return fake_reply{chunked_head + chunk(request.target + "\n"), then::hang};
  });
  http_client client(server.where());
  streamed one, two;
  const auto first = client.open(one.of(get("/one")));
  const auto second = client.open(two.of(get("/two")));
  std::string posted;
  client.post(get("/post"), [&](const result<http_response>& got) { posted = got->body; });
  const auto dropped = [&] { return client.after(0ms, [] { ADD_FAILURE() << "it was dropped"; }); }();
  std::shared_ptr<void> tick;
  const std::function<void()> look = [&] {
    if (!posted.empty() && !one.lines.empty() && !two.lines.empty()) return client.stop();
    tick = client.after(1ms, look);
  };
  {
    const auto gone = client.after(0ms, [] { ADD_FAILURE() << "its handle is gone"; });
  }
  const_cast<std::shared_ptr<void>&>(dropped).reset();
  look();
  EXPECT_TRUE(client.run());
  EXPECT_THAT(one.lines, ElementsAre("/one"));
  EXPECT_THAT(two.lines, ElementsAre("/two"));
  EXPECT_EQ(posted, "posted");
}

TEST(http_stream, is_ended_by_a_cancellation) {
  cancellation cancel;
  const fake_http_server server([&](const fake_request&) {
    cancel.cancel();
    return fake_reply{chunked_head, then::hang};
  });
  http_client client(server.where(), &cancel);
  streamed got;
  const auto handle = client.open(got.of(get("/")));
  const status ran = client.run();
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().kind, exit_class::interrupted);
}

TEST(http_stream, limits_the_wait_for_its_head_only) {
  const fake_http_server server([](const fake_request& request) {
    return fake_reply{request.target == "/silent" ? "" : chunked_head + chunk("x\n"), then::hang};
  });
  http_client client(server.where());
  streamed silent, slow;
  const auto first = client.open(silent.of(get("/silent", 40ms)));
  const auto second = client.open(slow.of(get("/slow", 40ms)));
  const auto end = client.after(200ms, [&] { client.stop(); });
  EXPECT_TRUE(client.run());
  ASSERT_TRUE(silent.ended);
  EXPECT_FALSE(*silent.ended);
  EXPECT_FALSE(slow.ended);
  EXPECT_THAT(slow.lines, ElementsAre("x"));
}

TEST(http_stream, handles_may_outlive_their_client) {
  std::shared_ptr<void> stream, timer;
  const fake_http_server server([](const fake_request&) { return fake_reply{"", then::hang}; });
  streamed got;
  {
    http_client client(server.where());
    stream = client.open(got.of(get("/")));
    timer = client.after(1h, [] {});
    const auto end = client.after(1ms, [&] { client.stop(); });
    EXPECT_TRUE(client.run());
  }
  stream.reset();
  timer.reset();
  EXPECT_FALSE(got.ended);
}

}  // namespace
}  // namespace cicd
