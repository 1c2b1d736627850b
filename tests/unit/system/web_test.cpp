// Asking by URL: TLS with certificates good and bad, proxies, redirects, limits, each against a server here.
#include <cicd/system/web.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/base/utc.hpp>

#include "../../support/fake_tls.hpp"
#include "support.hpp"

namespace cicd {
namespace {

using namespace std::chrono_literals;
using test::answer;
using test::by_tls;
using test::certificate;
using test::fake_http_server;
using test::fake_reply;
using test::fake_request;
using test::fake_tunnel;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using then = fake_reply::then;
using variables = std::map<std::string, std::string, std::less<>>;
constexpr auto loopback = fake_http_server::family::loopback;

struct web_client_test : testing::Test {
  /// Those by which our own CA, or what is named, is believed and nothing else.
  surroundings around(variables more = {}) const {
    variables all{{"SSL_CERT_FILE", folder / "ca.pem"}, {"SSL_CERT_DIR", folder / "empty"}};
    more.merge(all);
    return surroundings(more);
  }
  result<http_response> get(const std::string& url, variables more = {}) const {
    web_client client(around(std::move(more)));
    return client.send({.url = url});
  }
  std::string failure(const std::string& url, variables more = {}) const {
    const auto got = get(url, std::move(more));
    if (got) return "it went well";
    EXPECT_EQ(got.error().kind, exit_class::remote);
    return text_of(got.error());
  }
  certificate server_certificate(const test::certificate_wish& wish = {}) const { return {authority, wish}; }

  web_client_test() { system_test::put(folder / "ca.pem", authority.pem()); }

  const system_test::temporary_folder folder;
  const certificate authority;
};

std::string at(const fake_http_server& server,
               const std::string& host = "127.0.0.1",
               const char* scheme = "https") {
  return std::string(scheme) + "://" + host + ":" + std::to_string(server.where().port);
}
fake_reply here(const fake_request&) {
  return answer(200, "here");
}
fake_reply moved(const std::string& to, int status = 302) {
  return answer(status, "", "Location: " + to + "\r\n");
}

TEST_F(web_client_test, believes_a_server_whose_issuer_is_in_the_file_by_address_and_by_name) {
  const fake_http_server server(here, loopback, by_tls(server_certificate()));
  for (const char* host : {"127.0.0.1", "localhost"}) {
    const auto got = get(at(server, host) + "/a?b");
    ASSERT_TRUE(got) << text_of(got.error());
    EXPECT_EQ(got->body, "here");
  }
  EXPECT_THAT(server.asked(), ElementsAre("GET /a?b", "GET /a?b"));
}

TEST_F(web_client_test, believes_an_issuer_in_the_folder) {
  const fake_http_server server(here, loopback, by_tls(server_certificate()));
  const certificate other("another CA");
  system_test::put(folder / "other.pem", other.pem());
  std::filesystem::create_directory(folder / "issuers");
  system_test::put(folder / "issuers/" + authority.hashed_name(), authority.pem());
  EXPECT_TRUE(
      get(at(server), {{"SSL_CERT_FILE", folder / "other.pem"}, {"SSL_CERT_DIR", folder / "issuers"}}));
}

TEST_F(web_client_test, keeps_its_connection) {
  const fake_http_server server(here, loopback, by_tls(server_certificate()));
  web_client client(around());
  for (int count = 0; count < 3; ++count) ASSERT_TRUE(client.send({.url = at(server)}));
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(web_client_test, says_that_the_issuer_is_unknown) {
  const fake_http_server server(here, loopback, by_tls(server_certificate()));
  const certificate other("another CA");
  system_test::put(folder / "other.pem", other.pem());
  const std::string text = failure(at(server) + "/a?token=x", {{"SSL_CERT_FILE", folder / "other.pem"}});
  EXPECT_THAT(text, HasSubstr("the issuer of its certificate is not trusted here"));
  EXPECT_THAT(text, HasSubstr("GET " + at(server) + "/a\n"));
  EXPECT_THAT(text, HasSubstr("CN=own CA\n"));
  EXPECT_THAT(text, HasSubstr("set SSL_CERT_FILE to a file with the issuer's certificate (PEM)"));
  EXPECT_TRUE(server.asked().empty());
}

TEST_F(web_client_test, says_which_names_a_certificate_is_for) {
  const fake_http_server server(
      here, loopback, by_tls(server_certificate({.names = "DNS:a.test,DNS:*.b.test,IP:10.0.0.1,IP:::1"})));
  for (const char* host : {"127.0.0.1", "localhost"}) {
    const std::string text = failure(at(server, host));
    EXPECT_THAT(text, HasSubstr("its certificate is for other names"));
    EXPECT_THAT(text, HasSubstr("allowed: a.test, *.b.test, 10.0.0.1, ::1\n"));
  }
  EXPECT_TRUE(server.asked().empty());
}

TEST_F(web_client_test, says_since_when_a_certificate_is_expired_and_from_when_it_is_valid) {
  const fake_http_server old(here, loopback,
                             by_tls(server_certificate({.from_seconds = -7200, .until_seconds = -3600})));
  const std::string hour_ago = utc_text(std::chrono::system_clock::now() - 1h).substr(0, 11);
  EXPECT_THAT(failure(at(old)), HasSubstr("its certificate expired at " + hour_ago));
  const fake_http_server young(here, loopback,
                               by_tls(server_certificate({.from_seconds = 3600, .until_seconds = 7200})));
  EXPECT_THAT(failure(at(young)), HasSubstr("its certificate is not valid before "));
}

TEST_F(web_client_test, says_that_there_is_no_tls) {
  const fake_http_server server(here, loopback, [](int connection) {
    auto plain = std::make_unique<test::channel>(connection);
    plain->give("HTTP/1.1 400 Bad Request\r\n\r\n", 28);
    return plain;
  });
  EXPECT_THAT(failure(at(server)), HasSubstr("it does not answer in TLS"));
  EXPECT_THAT(failure(at(server)), HasSubstr("try:   http:// instead of https://"));
}

TEST_F(web_client_test, refuses_a_file_of_certificates_that_cannot_be_read) {
  const fake_http_server server(here, loopback, by_tls(server_certificate()));
  const auto got = get(at(server), {{"SSL_CERT_FILE", "/nowhere.pem"}});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, exit_class::usage);
  EXPECT_THAT(text_of(got.error()),
              HasSubstr("SSL_CERT_FILE names no file that certificates can be read from: '/nowhere.pem'"));
  EXPECT_TRUE(get(at(server, "127.0.0.1", "http"), {{"SSL_CERT_FILE", "/nowhere.pem"}}).error().kind
              == exit_class::remote)
      << "it is read where TLS is used only";
}

TEST_F(web_client_test, waits_no_longer_than_it_was_told) {
  const fake_http_server silent(here, loopback);
  web_client client(around());
  const auto no_handshake = client.send({.url = at(silent), .connect_limit = 500ms});
  EXPECT_EQ(no_handshake.error().what, "no TLS handshake within 500 ms");
  const fake_http_server slow(
      [](const fake_request&) {
        return fake_reply{"HTTP/1.1 200 OK\r\n", then::hang};
      },
      loopback, by_tls(server_certificate()));
  EXPECT_EQ(client.send({.url = at(slow), .limit = 1s}).error().what.substr(0, 16), "no answer within");
}

TEST_F(web_client_test, takes_no_more_than_it_was_told) {
  const fake_http_server server([](const fake_request&) { return answer(200, std::string(2'000, 'x')); },
                                loopback, by_tls(server_certificate()));
  web_client client(around());
  EXPECT_EQ(client.send({.url = at(server), .most_bytes = 1'999}).error().what,
            "the answer is longer than 2.0 kB");
  EXPECT_TRUE(client.send({.url = at(server), .most_bytes = 2'000}));
}

TEST_F(web_client_test, says_that_an_answer_was_cut_off_where_no_end_was_said) {
  const fake_http_server server(
      [](const fake_request&) {
        return fake_reply{"HTTP/1.1 200 OK\r\n\r\nhal", then::reset};
      },
      loopback, by_tls(server_certificate()));
  EXPECT_FALSE(get(at(server)));
}

TEST_F(web_client_test, knows_that_a_head_has_no_body) {
  const fake_http_server server(
      [](const fake_request&) { return fake_reply{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"}; },
      loopback, by_tls(server_certificate()));
  web_client client(around());
  EXPECT_TRUE(client.send({.method = "HEAD", .url = at(server), .limit = 5s}));
}

TEST_F(web_client_test, asks_a_proxy_for_a_tunnel_unless_no_proxy_names_the_host) {
  fake_tunnel tunnel(server_certificate());
  const fake_http_server proxy(here, loopback, tunnel.opener());
  const fake_http_server server([](const fake_request&) { return answer(200, "direct"); }, loopback,
                                by_tls(server_certificate()));
  const std::string by = "http://me:secret@127.0.0.1:" + std::to_string(proxy.where().port);
  EXPECT_EQ(get("https://service.test/x", {{"https_proxy", by}})->body, "here");
  ASSERT_EQ(tunnel.heads().size(), 1U);
  EXPECT_THAT(tunnel.heads()[0],
              HasSubstr("CONNECT service.test:443 HTTP/1.1\r\nHost: service.test:443\r\n"));
  EXPECT_THAT(tunnel.heads()[0], HasSubstr("Proxy-Authorization: Basic bWU6c2VjcmV0\r\n"));
  EXPECT_THAT(proxy.asked(), ElementsAre("GET /x"));
  // An address of this machine that is not its loopback's.
  EXPECT_EQ(get(at(server, "0.0.0.0"), {{"HTTPS_PROXY", by}})->body, "here");
  EXPECT_EQ(get(at(server, "0.0.0.0"), {{"HTTPS_PROXY", by}, {"NO_PROXY", "0.0.0.0"}})->body, "direct");
  EXPECT_EQ(tunnel.heads().size(), 2U);
}

TEST_F(web_client_test, checks_the_server_behind_a_proxy_and_says_which_proxy_it_was) {
  fake_tunnel tunnel(server_certificate({.names = "DNS:other.test"}));
  const fake_http_server proxy(here, loopback, tunnel.opener());
  const std::string host = "127.0.0.1:" + std::to_string(proxy.where().port);
  const std::string text = failure("https://service.test/", {{"HTTPS_PROXY", "http://me:secret@" + host}});
  EXPECT_THAT(text, HasSubstr("its certificate is for other names"));
  EXPECT_THAT(text, HasSubstr("by the proxy: " + host + "\n"));
  EXPECT_THAT(text, Not(HasSubstr("secret")));
}

TEST_F(web_client_test, says_that_a_proxy_refuses) {
  for (const auto& [said, words] :
       {std::pair("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n",
                  "the proxy makes no connection to it: status 403"),
        std::pair("HTTP/1.1 407 Who\r\n\r\n", "the proxy asks for a name and password"),
        std::pair("HTTP/1.1 200 Yes\r\n\r\nmore", "the proxy sent more than its answer"),
        std::pair("SSH-2.0-x\r\n\r\n", "no answer of the proxy: the answer is not HTTP")}) {
    fake_tunnel tunnel(server_certificate(), said);
    const fake_http_server proxy(here, loopback, tunnel.opener());
    EXPECT_THAT(failure("https://service.test/",
                        {{"HTTPS_PROXY", "127.0.0.1:" + std::to_string(proxy.where().port)}}),
                HasSubstr(words));
  }
}

TEST_F(web_client_test, asks_a_proxy_for_the_whole_url_without_tls) {
  std::string head;
  const fake_http_server proxy(
      [&](const fake_request& request) {
        head = request.head;
        return answer(200, "by proxy");
      },
      loopback);
  const std::string by = "http://me:secret@127.0.0.1:" + std::to_string(proxy.where().port);
  EXPECT_EQ(get("http://service.test:81/x?y", {{"HTTP_PROXY", by}})->body, "by proxy");
  EXPECT_THAT(proxy.asked(), ElementsAre("GET http://service.test:81/x?y"));
  EXPECT_THAT(head, HasSubstr("Host: service.test:81\r\n"));
  EXPECT_THAT(head, HasSubstr("Proxy-Authorization: Basic bWU6c2VjcmV0"));
}

const std::vector<std::pair<std::string, std::string>> secrets{{"Authorization", "Bearer t0ken"},
                                                               {"Cookie", "t0ken"},
                                                               {"PRIVATE-TOKEN", "t0ken"},
                                                               {"Accept", "text/plain"}};

TEST_F(web_client_test, follows_a_redirect_of_the_same_server_with_all_headers) {
  std::string head;
  const fake_http_server server(
      [&](const fake_request& request) {
        head = request.head;
        return request.target == "/a/from" ? moved("to?x") : answer(200, "there");
      },
      loopback, by_tls(server_certificate()));
  web_client client(around());
  EXPECT_EQ(client.send({.url = at(server) + "/a/from", .headers = secrets})->body, "there");
  EXPECT_THAT(server.asked(), ElementsAre("GET /a/from", "GET /a/to?x"));
  EXPECT_THAT(head, HasSubstr("Authorization: Bearer t0ken\r\n"));
}

TEST_F(web_client_test, tells_no_other_server_a_token) {
  std::string head;
  const fake_http_server other(
      [&](const fake_request& request) {
        head = request.head;
        return answer(200, "there");
      },
      loopback, by_tls(server_certificate()));
  std::string to = at(other);
  const fake_http_server server([&](const fake_request&) { return moved(to, 307); }, loopback,
                                by_tls(server_certificate()));
  web_client client(around());
  EXPECT_EQ(client.send({.url = at(server), .headers = secrets})->body, "there");
  EXPECT_THAT(head, HasSubstr("Accept: text/plain"));
  EXPECT_THAT(head, Not(HasSubstr("t0ken")));
  // Nor the same one by another name.
  const fake_http_server renamed(
      [&](const fake_request& request) {
        head = request.head;
        return request.target == "/end" ? answer(200, "end") : moved(to);
      },
      loopback, by_tls(server_certificate()));
  to = at(renamed, "localhost") + "/end";
  EXPECT_EQ(client.send({.url = at(renamed), .headers = secrets})->body, "end");
  EXPECT_THAT(head, Not(HasSubstr("t0ken")));
}

TEST_F(web_client_test, goes_from_http_to_https_and_never_back) {
  const fake_http_server safe(
      [](const fake_request& request) {
        return request.target == "/back" ? moved("http://127.0.0.1:1/x?token=t0ken") : answer(200, "safe");
      },
      loopback, by_tls(server_certificate()));
  const fake_http_server plain([&](const fake_request&) { return moved(at(safe), 301); }, loopback);
  EXPECT_EQ(get(at(plain, "127.0.0.1", "http"))->body, "safe");
  const std::string text = failure(at(safe) + "/back");
  EXPECT_THAT(text,
              HasSubstr("it redirects from https to http, which is not followed: 'http://127.0.0.1:1/x'"));
  EXPECT_THAT(text, HasSubstr("asked: GET " + at(safe) + "/back\n"));
}

TEST_F(web_client_test, ends_a_loop_of_redirects) {
  const fake_http_server server([](const fake_request& request) { return moved(request.target + "x"); },
                                loopback, by_tls(server_certificate()));
  EXPECT_THAT(failure(at(server) + "/"), HasSubstr("it redirects more than 5 times"));
  EXPECT_EQ(server.asked().size(), 6U);
}

TEST_F(web_client_test, redirects_no_other_method_and_no_answer_without_a_place) {
  const fake_http_server server(
      [](const fake_request& request) {
        return request.method == "POST" ? moved("/x") : answer(302, "nowhere");
      },
      loopback, by_tls(server_certificate()));
  web_client client(around());
  EXPECT_EQ(client.send({.method = "POST", .url = at(server), .body = "{}"})->location, "/x");
  EXPECT_EQ(client.send({.url = at(server)})->status, 302);
}

TEST_F(web_client_test, shows_no_query_of_where_it_is_redirected_and_gives_no_body_to_another_server) {
  std::string body = "none";
  const fake_http_server other(
      [&](const fake_request& request) {
        body = request.body;
        return moved("https://service.test/?signature=t0ken");
      },
      loopback, by_tls(server_certificate()));
  const fake_http_server server([&](const fake_request&) { return moved(at(other)); }, loopback,
                                by_tls(server_certificate()));
  web_client client(around());
  const auto got = client.send({.url = at(server), .body = "t0ken", .most_redirects = 1});
  ASSERT_FALSE(got);
  EXPECT_THAT(text_of(got.error()), HasSubstr("it redirects more than 1 times: 'https://service.test/'"));
  EXPECT_EQ(body, "");
}

TEST_F(web_client_test, knows_a_server_by_its_name_with_the_dot_of_the_root) {
  fake_tunnel tunnel(server_certificate({.names = "DNS:service.test"}));
  const fake_http_server proxy(here, loopback, tunnel.opener());
  const auto got =
      get("https://service.test./", {{"HTTPS_PROXY", "127.0.0.1:" + std::to_string(proxy.where().port)}});
  ASSERT_TRUE(got) << text_of(got.error());
}

TEST_F(web_client_test, reads_past_what_a_proxy_says_before_it_answers) {
  fake_tunnel tunnel(server_certificate({.names = "DNS:service.test"}),
                     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 Yes\r\n\r\n");
  const fake_http_server proxy(here, loopback, tunnel.opener());
  EXPECT_TRUE(
      get("https://service.test/", {{"HTTPS_PROXY", "127.0.0.1:" + std::to_string(proxy.where().port)}}));
}

TEST_F(web_client_test, refuses_a_redirect_to_what_is_no_url) {
  const fake_http_server server([](const fake_request&) { return moved("file:///etc/passwd"); }, loopback,
                                by_tls(server_certificate()));
  EXPECT_THAT(failure(at(server)),
              HasSubstr("it redirects to a URL that is not http or https: 'file:///etc/passwd'"));
}

TEST_F(web_client_test, refuses_what_would_write_a_header_of_its_own_and_a_login_in_a_url) {
  web_client client(around());
  const auto header = client.send({.url = "https://service.test/", .headers = {{"X", "a\r\nY: b"}}});
  EXPECT_EQ(header.error().kind, exit_class::usage);
  const auto login = client.send({.url = "https://me:secret@service.test/"});
  EXPECT_EQ(login.error().kind, exit_class::usage);
  EXPECT_THAT(text_of(login.error()), Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace cicd
