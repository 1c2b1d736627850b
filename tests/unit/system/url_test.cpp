// URLs, and which proxy is asked for them.
#include <cicd/system/url.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cicd {
namespace {

using testing::HasSubstr;
using variables = std::map<std::string, std::string, std::less<>>;

TEST(percent_encoded, is_all_but_what_means_itself) {
  EXPECT_EQ(percent_encoded("a-Z.0_~/é+ @", "/"), "a-Z.0_~/%C3%A9%2B%20%40");
}

TEST(url, is_read_into_its_parts) {
  const auto full = url::from("HTTPS://Al%40l:p%3Aw@Example.com:8443/a/b?c=d&e#part");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->scheme, "https");
  EXPECT_EQ(full->login, "Al@l:p:w");
  EXPECT_EQ(full->host, "example.com");
  EXPECT_EQ(full->port, 8443);
  EXPECT_EQ(full->target, "/a/b?c=d&e");
  EXPECT_EQ(url::from("http://host")->port, 80);
  EXPECT_EQ(url::from("https://host:")->port, 443);
  EXPECT_EQ(url::from("https://host?x")->target, "/?x");
  EXPECT_EQ(url::from("https://[2001:DB8::1]:90/")->host, "2001:db8::1");
  EXPECT_EQ(url::from("https://[0:0::DB8:0:1]/")->text(), "https://[::db8:0:1]/");
  EXPECT_EQ(url::from("https://h/100%zz")->target, "/100%zz");
}

TEST(url, is_refused_where_it_is_none) {
  for (const char* bad : {"",
                          "host",
                          "ftp://host/",
                          "http:/host",
                          "https://",
                          "https://ho st/",
                          "https://host:0/",
                          "https://host:65536/",
                          "https://host:99999999999/",
                          "https://[::1]:4294967739/",
                          "https://host:12x/",
                          "https://host:-1/",
                          "https://[::1",
                          "https://[::1]x/",
                          "https://[nothing]/",
                          "https://h\\x/",
                          "https://h/\r\nX: y",
                          "https://h\xc3\xb6st/",
                          "https://a b@host/",
                          "https://ho%73t/"}) {
    const auto got = url::from(bad);
    ASSERT_FALSE(got) << bad;
    EXPECT_EQ(got.error().kind, exit_class::usage);
    EXPECT_EQ(got.error().what, "no URL of http or https");
  }
  EXPECT_EQ(url::from("ftp://me:secret@host/").error().value, "ftp://***@host/");
  EXPECT_EQ(url::from("https://me:se\"cret@host/").error().value, "https://***@host/");
}

TEST(url, shows_no_login_and_no_query) {
  EXPECT_EQ(url::from("https://me:secret@host/path?token=x")->text(), "https://host/path");
  EXPECT_EQ(url::from("https://host:443/")->text(), "https://host/");
  EXPECT_EQ(url::from("http://host:443/")->text(), "http://host:443/");
  EXPECT_EQ(url::from("https://[::1]:8443/a")->text(), "https://[::1]:8443/a");
}

TEST(url, says_where_a_reference_leads) {
  const auto from = url::from("https://host:8443/a/b?c");
  const auto to = [&](const char* reference) {
    const auto got = from->resolved(reference);
    return got ? got->scheme + " " + got->host + " " + std::to_string(got->port) + " " + got->target : "none";
  };
  EXPECT_EQ(to("http://other/x"), "http other 80 /x");
  EXPECT_EQ(to("//other/x"), "https other 443 /x");
  EXPECT_EQ(to("/x?y#z"), "https host 8443 /x?y");
  EXPECT_EQ(to("x"), "https host 8443 /a/x");
  EXPECT_EQ(to("?x"), "https host 8443 /a/b?x");
  EXPECT_EQ(to("#x"), "https host 8443 /a/b?c");
  EXPECT_EQ(to("x/y:z"), "https host 8443 /a/x/y:z");
  EXPECT_EQ(to("file:///etc/passwd"), "none");
  EXPECT_EQ(to("javascript:1"), "none");
  EXPECT_EQ(to("/a b"), "none");
}

/// `host:port` of the proxy, or `direct`.
std::string way(const char* to, variables set) {
  const auto got = proxy_for(*url::from(to), surroundings(std::move(set)));
  if (!got) return got.error().what;
  return *got ? (*got)->host + ":" + std::to_string((*got)->port) : "direct";
}

TEST(proxy_for, takes_the_variable_of_the_scheme_in_either_case) {
  EXPECT_EQ(way("https://host/", {{"HTTPS_PROXY", "http://proxy:3128"}}), "proxy:3128");
  EXPECT_EQ(way("https://host/", {{"https_proxy", "http://proxy:3128/"}}), "proxy:3128");
  EXPECT_EQ(way("https://host/", {{"HTTPS_PROXY", "one:1"}, {"https_proxy", "two:2"}}), "one:1");
  EXPECT_EQ(way("https://host/", {{"HTTPS_PROXY", ""}, {"https_proxy", "two:2"}}), "two:2");
  EXPECT_EQ(way("https://host/", {{"HTTP_PROXY", "http://proxy:3128"}}), "direct");
  EXPECT_EQ(way("http://host/", {{"HTTP_PROXY", "proxy"}}), "proxy:80");
  EXPECT_EQ(way("http://host/", {{"http_proxy", "[::1]:8080"}}), "::1:8080");
  EXPECT_EQ(way("http://host/", {{"HTTPS_PROXY", "http://proxy:3128"}}), "direct");
}

TEST(proxy_for, leaves_out_what_no_proxy_names) {
  const auto excepted = [](const char* to, const char* list, const char* name = "NO_PROXY") {
    return way(to, {{"HTTPS_PROXY", "proxy:1"}, {name, list}}) == "direct";
  };
  EXPECT_TRUE(excepted("https://host/", "*"));
  EXPECT_TRUE(excepted("https://host/", "other, HOST"));
  EXPECT_TRUE(excepted("https://host/", "host", "no_proxy"));
  EXPECT_FALSE(excepted("https://host/", "ost"));
  EXPECT_FALSE(excepted("https://host/", ""));
  for (const char* domain : {"example.com", ".example.com", "*.example.com"}) {
    EXPECT_TRUE(excepted("https://a.example.com/", domain)) << domain;
    EXPECT_FALSE(excepted("https://anexample.com/", domain)) << domain;
  }
  EXPECT_TRUE(excepted("https://host:8443/", "host:8443"));
  EXPECT_FALSE(excepted("https://host/", "host:8443"));
  EXPECT_TRUE(excepted("https://10.1.2.3/", "10.0.0.0/8"));
  EXPECT_FALSE(excepted("https://11.1.2.3/", "10.0.0.0/8"));
  EXPECT_FALSE(excepted("https://10.1.2.3/", "10.0.0.0/99"));
  EXPECT_TRUE(excepted("https://[2001:db8::7]/", "2001:db8::/32"));
  EXPECT_TRUE(excepted("https://[2001:db8::7]/", "2001:db8::7"));
  EXPECT_FALSE(excepted("https://[2001:db9::7]/", "2001:db8::/32"));
  EXPECT_TRUE(excepted("https://[2001:db8::7]/", "2001:DB8:0::7"));
  EXPECT_TRUE(excepted("https://[2001:db8:0::7]/", "[2001:db8::0:7]:443"));
  EXPECT_TRUE(excepted("https://host.example.com./", "example.com"));
  EXPECT_TRUE(excepted("https://example.com/", "example.com."));
  EXPECT_FALSE(excepted("https://host/", "host:99999999999"));
}

TEST(proxy_for, never_has_this_machine_asked_by_a_proxy) {
  for (const char* own : {"https://localhost:5000/", "https://127.0.0.1/", "https://127.9.9.9/",
                          "https://[::1]/", "https://[0::1]/", "https://localhost./"})
    EXPECT_EQ(way(own, {{"HTTPS_PROXY", "proxy:1"}}), "direct") << own;
}

TEST(proxy_for, keeps_the_login_and_shows_it_in_no_message) {
  const auto good = proxy_for(*url::from("https://host/"),
                              surroundings(variables{{"HTTPS_PROXY", "http://me:se%40cret@proxy:1"}}));
  ASSERT_TRUE(good && *good);
  EXPECT_EQ((*good)->login, "me:se@cret");
  for (const char* bad : {"https://me:secret@proxy:1", "socks5://me:secret@proxy:1", "me:secret@pr oxy:1",
                          "http://me:s/secret@proxy:1", "http://me:1/secret@proxy:1", "me:s\"secret@proxy:1",
                          "me:se secret@proxy:1", "//me:secret@proxy:1", "me:secret@proxy:99999999999"}) {
    const auto got = proxy_for(*url::from("https://host/"), surroundings(variables{{"HTTPS_PROXY", bad}}));
    ASSERT_FALSE(got) << bad;
    EXPECT_EQ(got.error().kind, exit_class::usage);
    EXPECT_EQ(got.error().what, "HTTPS_PROXY holds no address of a proxy");
    EXPECT_THAT(text_of(got.error()), testing::Not(HasSubstr("secret")));
    EXPECT_THAT(text_of(got.error()), HasSubstr("allowed"));
  }
}

}  // namespace
}  // namespace cicd
