// Names, labels, references and amounts as those read them who have the last word: Kubernetes' apimachinery
// and the registries. The cases are those that their own tests look at; where a rule here is another, a case
// says so and why.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <cicd/declare/values/cluster_values.hpp>

namespace {

const std::string a63(63, 'a'), a253(253, 'a');

template <typename Rule>
void expect_forms(Rule rule, const std::vector<std::string>& good, const std::vector<std::string>& bad) {
  for (const std::string& each : good) EXPECT_TRUE(rule(each)) << each;
  for (const std::string& each : bad) EXPECT_FALSE(rule(each)) << each;
}

TEST(names_of_objects, are_subdomains_as_kubernetes_reads_them) {
  expect_forms(
      cicd::cluster_name::accepts,
      {"a", "ab", "a1", "a-1", "a--1--2--b", "0", "012", "1-a", "a.a", "a-1.a", "0.1", "a.b.c.d.e",
       "1.2.3.4.5", a253, a63 + "b.c"},
      {"",    "A",   "aBc",   "1-A", "-",   "a-",  "-a",  "_",   "a_b", ".",   "a.",   ".a",   "a..b",    " ",
       "a b", "A.a", "a.B.c", "a@b", "a,b", "a;b", "a:b", "a%b", "a?b", "a$b", "a-.b", "a.-b", a253 + "a"});
}

TEST(names_of_labels, are_qualified_names_as_kubernetes_reads_them) {
  expect_forms(cicd::meta_key::accepts,
               {"simple", "now-with-dashes", "1-starts-with-num", "1234", "simple/simple",
                "now-with.dashes-and.dots/simple", "1-num.2-num/3-num", "1.2.3.4/5678", "Uppercase_Is_OK_123",
                "example.com/Uppercase_Is_OK_123", "requests.storage-foo", a63, a253 + "/" + a63},
               {"nospecialchars%^=@", "cantendwithadash-", "-cantstartwithadash-", "only/one/slash",
                "Example.com/abc", "example_com/abc", "example.com/", "/simple", a63 + "a", a253 + "a/abc"});
}

TEST(values_of_labels, are_words_as_kubernetes_reads_them) {
  expect_forms(cicd::detail::is_label_word,
               {"simple", "now-with-dashes", "1-starts-with-num", "end-1", "1234", a63, "v1.2_3"},
               {"nospecialchars%^=@", "Tama-nui-te-rā.is.Māori.sun", "\\backslashes\\are\\bad", "-a", "a-",
                ".a", "a.", "a b", a63 + "a"});
}

TEST(keys_of_secrets, are_those_that_kubernetes_takes) {
  expect_forms(cicd::detail::is_config_key,
               {"a", "good-good", "still.good", ".so.is.this", "THIS_IS_GOOD", "so_is_this_17", a253},
               {"", ".", "..", "..bad", "b*d", "bad!&bad", "a/b", a253 + "a"});
}

TEST(names_of_ports, are_those_that_kubernetes_takes) {
  const auto is_name = [](const std::string& name) {
    return cicd::named_port::parse(name + "=80").has_value();
  };
  expect_forms(is_name, {"telnet", "re-mail-ck", "pop3", "a", "a-1", "1-a", "a-1-b-2-c", "1-a-2-b-3"},
               {"longerthan15characters", "", std::string(16, 'a'), "12345", "1-2-3-4", "-begin", "end-",
                "two--hyphens", "whois++"});
}

/// Parts of a host are at most 63 long, which DNS asks for and Kubernetes leaves to it; an address is none.
TEST(hosts, are_subdomains_perhaps_of_a_wildcard) {
  const auto is_host = [](const std::string& host) {
    return cicd::host_name::accepts(host) && cicd::detail::is_dns_name(host);
  };
  expect_forms(
      is_host,
      {"a.com", "k8s.io", "hyphens-are-good.k8s.io", a63 + ".k8s.io", "*.example.com", "*.foo.bar.com"},
      {".", "...", ".io", ".com", "Dev.k8s.io", "*.*.bar.com", "*.foo.*.com", "*bar.com", "f*.bar.com", "*",
       "underscores_are_bad.k8s.io", "foo@bar.example.com", "http://foo.example.com", a63 + "a.k8s.io",
       "10.0.0.1"});
}

TEST(amounts, are_quantities_as_kubernetes_reads_them) {
  const auto amount = cicd::detail::quantity_rule::amount_in;
  struct reading {
    const char* text;
    double amount;
  };
  for (const reading& each : {reading{"0", 0},
                              {"0.", 0},
                              {".0", 0},
                              {"00012", 12},
                              {"1.5", 1.5},
                              {".5", 0.5},
                              {"100m", 0.1},
                              {"1u", 1e-6},
                              {"1n", 1e-9},
                              {"1k", 1e3},
                              {"1M", 1e6},
                              {"1G", 1e9},
                              {"1T", 1e12},
                              {"1P", 1e15},
                              {"1E", 1e18},
                              {"1Ki", 1024},
                              {"1Mi", 1048576},
                              {"1.5Gi", 1610612736},
                              {"1Ti", 1099511627776.},
                              {"1Pi", 1125899906842624.},
                              {"1e3", 1e3},
                              {"1E3", 1e3},
                              {"1.5e3", 1500},
                              {"1e-3", 0.001},
                              {"1e+3", 1000},
                              {"0.1Mi", 104857.6}})
    EXPECT_NEAR(amount(each.text), each.amount, each.amount * 1e-9) << each.text;
  for (const char* bad : {"", "1.1.M", "1+1.0M", "0.1mi", "0.1am", "aoeu", ".5i", "1i", "-3.01i", "1KI",
                          "1Mib", "1 Gi", "1e", "1e3Ki", ".", "Gi", "1GB"})
    EXPECT_LT(amount(bad), 0) << bad;
  // Less than nothing is never requested.
  EXPECT_LT(amount("-1"), 0);
  EXPECT_LT(amount("+1"), 0);
}

const std::string hexadecimal = "1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a";

TEST(repositories, are_those_that_registries_take) {
  expect_forms(cicd::image_repository::accepts,
               {"docker/docker",
                "debian",
                "docker.io/library/debian",
                "127.0.0.1:5000/docker/docker",
                "192.168.0.1:8/debian",
                "thisisthesongthatneverendsitgoesonandonandonthisisthesongthatnev",
                "[fc00::1]:5000/docker",
                "[fc00:1:2:3:4:5:6:7]:5000/library/debian",
                "docker.io/" + hexadecimal,
                "docker-rules/docker",
                "docker---rules/docker",
                "d/docker",
                "dock__er/docker",
                "test.com/foo",
                "test_com/foo",
                "test-com:8080/foo",
                "xn--n3h.com:18080/foo",
                "a/a/a/a",
                "foo_bar",
                "foo_bar.com",
                "foo.com/foo_bar",
                "do__cker/docker",
                "b.gcr.io/test.example.com/my-app",
                "example.com/some_separator__underscore/myimage",
                "registry.io/foo/project--id.module--name.ver---sion--name",
                "Asdf.com/foo/bar",
                "localhost/orders",
                "localhost:8080/bar"},
               {"",
                "https://github.com/docker/docker",
                "docker/Docker",
                "-docker",
                "-docker/docker",
                "-docker.io/docker/docker",
                "docker///docker",
                "docker.io/docker/Docker",
                "[fc00::1]",
                "[fc00::1]:5000",
                "fc00::1:5000/debian",
                "[fe80::1%eth0]:5000/debian",
                "[2001:db8:3:4::192.0.2.33]:5000/debian",
                hexadecimal,
                "docker-/docker",
                "____/____",
                "_docker/_docker",
                "dock..er/docker",
                "dock_.er/docker",
                "dock-.er/docker",
                "docker/",
                "a/b___c",
                "foo_bar.com:8080/app",
                "foo_bar.com:8080",
                "foo.com:http/bar",
                "a^a",
                "aa/asdf$$^/aa",
                "a//a/a",
                "foo.com/a-/a/a",
                "foo/-bar",
                "docker_/docker_",
                "example.com/__underscore/myimage",
                "example.com/.dots/myimage",
                "registry.example.com/a..b/orders",
                "docker./docker",
                ".docker/docker",
                "do__cker:8080/docker",
                "Foo/FarB",
                "ab.-com/x",
                "a/../b",
                "../a",
                "a b",
                "--option",
                "a:tag",
                "h.example/a:tag",
                "a@sha256:0",
                "h.example:123456/a",
                "a/b\n",
                "a/$(x)",
                "registry.example.com/",
                std::string(256, 'a')});
  // Docker takes capitals for a host; here a host has a '.', a port, or is localhost.
  EXPECT_FALSE(cicd::image_repository::accepts("Docker/docker"));
}

TEST(references, name_a_repository_perhaps_a_tag_and_the_digest) {
  const std::string digest = "@sha256:be178c0543eb17f5f3043021c9e5fcf30285e557a4fc309cce97ff9ca6182912";
  expect_forms(cicd::detail::is_pinned_reference,
               {"registry.com:8080/myapp" + digest, "registry.com:8080/myapp:tag2" + digest,
                "localhost:8080/name" + digest, "localhost:8080" + digest, "busybox:latest" + digest},
               {"registry.com:8080/myapp:tag", "registry.com:8080/myapp@sha256:badbadbadbad",
                "registry.com:8080/myapp@bad", "bad_hostname.com:8080/myapp:tag" + digest,
                "localhost:http/name" + digest, "{registry}/myapp" + digest,
                "registry.com:8080/myapp:invalid~tag" + digest, digest, "myapp" + digest + "0"});
  expect_forms(cicd::detail::is_image_tag, {"v1.2.3", "_", "A-b.c", "0", std::string(128, 'a')},
               {"", "-v1", ".v1", "a/b", "a:b", "a b", "a@b", "ü", std::string(129, 'a')});
}

}  // namespace
