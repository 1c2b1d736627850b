// `cicd.lock` as a text, and what it says of a reference.
#include <cicd/image/base_lock.hpp>

#include <gtest/gtest.h>

#include <cicd/declare/values/image_reference.hpp>

namespace cicd {
namespace {

const std::string reference = "docker.io/library/x:17";

base_lock lock_of_one() {
  base_lock lock;
  lock.bases[reference] = {sha256("index"),
                           {{"linux/amd64", sha256("a")}, {"linux/arm64", sha256("b")}},
                           "2026-11-30T10:00:00Z",
                           "Jane"};
  return lock;
}

TEST(base_lock, is_read_as_it_was_written) {
  const auto read = base_lock_from(text_of(lock_of_one()), "cicd.lock");
  ASSERT_TRUE(read) << text_of(read.error());
  EXPECT_EQ(read->bases, lock_of_one().bases);
  EXPECT_EQ(text_of(*read), text_of(lock_of_one()));
}

TEST(base_lock, gives_the_image_of_the_platform_or_says_what_helps) {
  EXPECT_EQ(*locked_image(lock_of_one(), reference, "linux/arm64", "l"), sha256("b"));
  const auto no_platform = locked_image(lock_of_one(), reference, "linux/s390x", "l");
  EXPECT_EQ(no_platform.error().kind, exit_class::usage);
  EXPECT_NE(text_of(no_platform.error()).find("linux/amd64, linux/arm64"), std::string::npos);
  const auto unknown = locked_image(lock_of_one(), "docker.io/library/x:18", "linux/amd64", "l");
  EXPECT_NE(text_of(unknown.error()).find("cicd update"), std::string::npos);
  EXPECT_NE(text_of(unknown.error()).find("did you mean: docker.io/library/x:17"), std::string::npos);
}

TEST(base_lock, what_is_wrong_in_it_is_refused) {
  for (const char* wrong :
       {"", "[]", "{", R"({"schema": 2, "bases": {}})", R"({"schema": 1, "bases": {"x": {}}})",
        R"({"schema": 1, "bases": {"r.example.com/x:1": {"digest": "sha256:12"}}})"}) {
    const auto read = base_lock_from(wrong, "cicd.lock");
    ASSERT_FALSE(read) << wrong;
    EXPECT_EQ(read.error().kind, exit_class::usage) << wrong;
  }
}

TEST(tagged_reference, is_what_docker_would_fetch) {
  for (const auto& [given, whole] :
       {std::pair("x", "docker.io/library/x:latest"), std::pair("x:17", "docker.io/library/x:17"),
        std::pair("acme/x", "docker.io/acme/x:latest"), std::pair("localhost/x:1", "localhost/x:1"),
        std::pair("r.example.com:5000/a/b", "r.example.com:5000/a/b:latest"), std::pair("X", ""),
        std::pair("a:b:c", "")})
    EXPECT_EQ(detail::tagged_reference_of(given), whole) << given;
  EXPECT_FALSE(detail::is_tagged_reference("x:17"));
  EXPECT_FALSE(detail::is_tagged_reference("docker.io/library/x"));
  EXPECT_TRUE(detail::is_tagged_reference("docker.io/library/x:17"));
}

}  // namespace
}  // namespace cicd
