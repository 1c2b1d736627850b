// The strong types asked at run time, and the store behind them.
#include <cicd/declare/types.hpp>

#include <gtest/gtest.h>

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
  expect_forms<cicd::host_name>({"a.b", "{slug}.example.com", "a"},
                                {"", ".a", "a.", "a..b", "A.b", "a_b", "{a", "a}"});
  expect_forms<cicd::image_repository>({"a/b", "r.example.com:5000/a", "localhost/a"},
                                       {"", "a:1", "A", "a/", "/a", "a@sha256:0", "r:x/a"});
  expect_forms<cicd::relative_path>({"a", "a/b", "..a", "."}, {"", "/a", "..", "a/..", "../a", "a\nb"});
  expect_forms<cicd::variable_name>({"A", "_a1"}, {"", "1A", "A-B", "A B"});
  expect_forms<cicd::url_path>({"/", "/a?b=c"}, {"", "a", "/a b"});
  expect_forms<cicd::quantity>({"1", "500m", "1.5Gi"}, {"", "m", "1GB", "1.", "-1", "1 Gi"});
  expect_forms<cicd::ref_pattern>({"main", "v*", "release/1.x"},
                                  {"", "a b", "/a", "a/", "-a", "a..b", "a?b", "a^b"});
  expect_forms<cicd::duration>({"90s", "1h30m", "1ms", "30d"}, {"", "15", "s", "0s", "1.5h", "31d", "soon"});
  expect_forms<cicd::port_number>({"1", "65535"}, {"", "0", "65536", "080", "-1", "x"});
  expect_forms<cicd::retry_count>({"0", "20"}, {"", "21", "-1", "x"});
  expect_forms<cicd::replica_range>({"0", "1000", "4..20"},
                                    {"", "1001", "20..4", "4..4", "0..4", "4..", "..4"});
  expect_forms<cicd::user_id>({"1", "4294967294"}, {"", "0", "root", "4294967295", "99999999999"});
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
