// SHA-256 against the examples of FIPS 180-4, whole and in parts, and its two spellings.
#include <cicd/base/digest.hpp>

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace {

constexpr std::string_view of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::string_view of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(sha256_of, gives_the_digests_of_the_standard) {
  EXPECT_EQ(hex(cicd::sha256("")), of_nothing);
  EXPECT_EQ(hex(cicd::sha256("abc")), of_abc);
  EXPECT_EQ(hex(cicd::sha256(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(sha256_of_a_stream, is_that_of_the_parts_together_and_begins_anew_after_finish) {
  cicd::sha256_stream stream;
  stream.update("a");
  stream.update("");
  stream.update("bc");
  EXPECT_EQ(hex(stream.finish()), of_abc);
  EXPECT_EQ(hex(stream.finish()), of_nothing);
  stream.update("abc");
  cicd::sha256_stream moved = std::move(stream);
  EXPECT_EQ(hex(moved.finish()), of_abc);
}

TEST(sha256_of, is_right_on_many_threads_at_once) {
  std::vector<int> right(8, 0);
  std::vector<std::thread> threads;
  for (int& count : right)
    threads.emplace_back([&count] {
      for (int turn = 0; turn < 200; ++turn) count += hex(cicd::sha256("abc")) == of_abc;
    });
  for (std::thread& thread : threads) thread.join();
  for (const int count : right) EXPECT_EQ(count, 200);
}

TEST(digest_texts, are_read_back_in_either_spelling) {
  const cicd::digest value = cicd::sha256("abc");
  EXPECT_EQ(oci_text(value), "sha256:" + std::string(of_abc));
  EXPECT_EQ(cicd::digest_from(hex(value)), value);
  EXPECT_EQ(cicd::digest_from(oci_text(value)), value);
}

TEST(digest_texts, of_any_other_form_are_refused) {
  const std::string good(of_abc);
  EXPECT_FALSE(cicd::digest_from(""));
  EXPECT_FALSE(cicd::digest_from("sha256:"));
  EXPECT_FALSE(cicd::digest_from(good.substr(1)));
  EXPECT_FALSE(cicd::digest_from(good + "0"));
  EXPECT_FALSE(cicd::digest_from("sha512:" + good));
  EXPECT_FALSE(cicd::digest_from("B" + good.substr(1)));
  EXPECT_FALSE(cicd::digest_from("g" + good.substr(1)));
}

TEST(a_digest, that_is_all_zero_means_none) {
  EXPECT_FALSE(cicd::digest{});
  EXPECT_TRUE(cicd::sha256(""));
}

}  // namespace
