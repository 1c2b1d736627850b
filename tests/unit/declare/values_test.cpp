// The strong types asked at run time, and the store behind them.
#include <cicd/declare/values/cluster_values.hpp>

#include <gtest/gtest.h>

#include <initializer_list>
#include <utility>

#include <thread>

namespace {

TEST(interned_text, is_one_copy_for_equal_texts_on_every_thread) {
  std::vector<std::vector<const char*>> seen(4);
  std::vector<std::thread> threads;
  for (auto& mine : seen)
    threads.emplace_back([&mine] {
      for (int at = 0; at < 500; ++at) mine.push_back(cicd::interned("text " + std::to_string(at)).data());
    });
  for (std::thread& thread : threads) thread.join();
  for (const auto& other : seen) EXPECT_EQ(other, seen[0]);
  EXPECT_EQ(cicd::interned("text 7"), "text 7");
}

template <typename V>
void expect_forms(std::initializer_list<const char*> good, std::initializer_list<const char*> bad) {
  for (const char* text : good) EXPECT_TRUE(V::accepts(text)) << text;
  for (const char* text : bad) EXPECT_FALSE(V::accepts(text)) << text;
}

TEST(strong_types, accept_their_form_and_no_other) {
  expect_forms<cicd::dns_label>({"a", "a-b", "1"}, {"", "-a", "a-", "A", "a.b", "a_b"});
  EXPECT_TRUE(cicd::dns_label::accepts(std::string(63, 'a')));
  EXPECT_FALSE(cicd::dns_label::accepts(std::string(64, 'a')));
  expect_forms<cicd::host_name>(
      {"a.b", "{slug}.example.com", "a", "*.a.b", "1.2.3"},
      {"", ".a", "a.", "a..b", "A.b", "a_b", "{a", "a}", "*", "*.", "*a.b", "a.*.b", "*.*.b", "10.0.0.1"});
  expect_forms<cicd::image_repository>({"a/b", "r.example.com:5000/a", "localhost/a"},
                                       {"", "a:1", "A", "a/", "/a", "a@sha256:0", "r:x/a"});
  expect_forms<cicd::platform_name>(
      {"linux/amd64", "linux/arm64", "linux/arm/v7"},
      {"", "amd64", "linux/", "linux/x86_64", "linux/arm64/v8", "windows/amd64"});
  for (const auto& [said, meant] :
       std::initializer_list<std::pair<const char*, const char*>>{{"arm64", "linux/arm64"},
                                                                  {"aarch64", "linux/arm64"},
                                                                  {"Linux/x86_64", "linux/amd64"},
                                                                  {"arm", "linux/arm/v7"}})
    EXPECT_EQ(cicd::platform_name::guess(said), meant);
  expect_forms<cicd::relative_path>({"a", "a/b", "..a", "."}, {"", "/a", "..", "a/..", "../a", "a\nb"});
  expect_forms<cicd::variable_name>({"A", "_a1"}, {"", "1A", "A-B", "A B"});
  expect_forms<cicd::url_path>({"/", "/a?b=c"}, {"", "a", "/a b"});
  expect_forms<cicd::quantity>({"1", "500m", "1.5Gi", "1."}, {"", "m", "1GB", ".", "-1", "1 Gi"});
  expect_forms<cicd::ref_pattern>({"main", "v*", "release/1.x", "münchen/straße"},
                                  {"", "a b", "/a", "a/", "-a", "a..b", "a?b", "a^b", "refs/heads/main"});
  expect_forms<cicd::duration>({"90s", "1h30m", "1ms", "30d"}, {"", "15", "s", "0s", "1.5h", "31d", "soon"});
  expect_forms<cicd::port_number>({"1", "65535"}, {"", "0", "65536", "080", "-1", "x"});
  expect_forms<cicd::retry_count>({"0", "20"}, {"", "21", "-1", "x"});
  expect_forms<cicd::replica_range>({"0", "1000", "4..20"},
                                    {"", "1001", "20..4", "4..4", "0..4", "4..", "..4"});
  expect_forms<cicd::user_id>({"1", "4294967294"}, {"", "0", "root", "4294967295", "99999999999"});
}

TEST(types_of_workloads, accept_their_form_and_no_other) {
  expect_forms<cicd::meta_key>({"team", "Team_1", "example.com/a.b-c"},
                               {"", "-a", "a-", "a b", "/a", "a/", "A.com/a", "a/b/c"});
  EXPECT_FALSE(cicd::meta_key::accepts(std::string(64, 'a')));
  expect_forms<cicd::amount>({"0", "1", "25%"}, {"", "%", "-1", "1.5", "25%%", "some"});
  expect_forms<cicd::share>({"1%", "50%"}, {"", "0%", "51%", "10", "100%", "x%"});
  expect_forms<cicd::cron_schedule>(
      {"* * * * *", "*/15 0-5,7 1 jan-mar mon,wed", "@daily", "0 0 ? * SUN", "5/10 * * * *"},
      {"", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 7",
       "5-1 * * * *", "*/0 * * * *", "@every 5m", "* * * * m", "   ", "* * * *  "});
  expect_forms<cicd::time_zone_name>({"UTC", "America/Sao_Paulo", "Etc/GMT+3"},
                                     {"", "Local", "/UTC", "UTC/", "a//b", "Sao Paulo", "../UTC"});
  expect_forms<cicd::toleration>({"a", "a=b", "a:NoExecute", "x.com/a=b:NoSchedule"},
                                 {"", "a:Never", "=b", "a=b/c", ":NoSchedule"});
  expect_forms<cicd::env_source>({"config/a", "secret/a-b", "config/a.b"},
                                 {"", "a", "config/", "config/A", "config/a..b", "map/a"});
  expect_forms<cicd::mount_source>(
      {"empty", "empty:1Gi", "config:a", "secret:a", "claim:a", "storage:data:10Gi"},
      {"", "empty:", "empty:1GB", "empty:10m", "config:", "claim", "storage:data", "storage:1Gi",
       "storage:data:10", "host:/a"});
  expect_forms<cicd::role_arn>(
      {"arn:aws:iam::1:role/a", "arn:aws-cn:iam::1:role/p/a"},
      {"", "orders", "arn:aws:iam::1:role/", "arn:aws:s3:::a", "arn:aws:iam::1:role/a b"});
  expect_forms<cicd::eks_cluster>({"us-east-1/orders", "eu-west-1/My_Cluster"},
                                  {"", "orders", "us-east-1/", "/orders", "US/a", "us-east-1/-a"});
  expect_forms<cicd::object_name>(
      {"Namespace/a", "CustomResourceDefinition/a.example.com"},
      {"", "a", "namespace/a", "Namespace/", "/a", "Name space/a", "Namespace/A"});
}

TEST(strong_types, hold_what_they_were_made_from) {
  EXPECT_EQ(cicd::duration::from("1h30m").milliseconds(), 5'400'000);
  EXPECT_EQ(cicd::port_number::from("8080").number(), 8080);
  EXPECT_EQ(cicd::replica_range::from("4..20").least(), 4);
  EXPECT_EQ(cicd::replica_range::from("4..20").most(), 20);
  EXPECT_FALSE(cicd::replica_range::from("20..4"));
  EXPECT_EQ(cicd::dns_label::from("api").view(), "api");
  EXPECT_TRUE(cicd::dns_label::from("Api").empty());
  EXPECT_EQ(cicd::retry_count().number(), 0);
  EXPECT_FALSE(cicd::retry_count());
  EXPECT_TRUE(cicd::retry_count::from("0"));
}

}  // namespace
