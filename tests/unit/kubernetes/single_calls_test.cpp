// What kubectl prints of a call that failed.
#include <cicd/kubernetes/api/single_calls.hpp>

#include <gtest/gtest.h>

namespace cicd::kubernetes {
namespace {

TEST(failure_in, is_what_the_server_refused) {
  const auto refused = failure_in(
      "W1130 07:00:24.351351       1 x.go:1] a warning\n"
      "Error from server (Forbidden): leases.coordination.k8s.io \"x\" is forbidden: no (really): no\n");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, 403);
  EXPECT_EQ(refused->reason, "Forbidden");
  EXPECT_EQ(refused->message, "leases.coordination.k8s.io \"x\" is forbidden: no (really): no");
}

TEST(failure_in, knows_the_codes_of_the_reasons) {
  for (const auto& [reason, code] : {std::pair<const char*, int>("NotFound", 404),
                                     {"Conflict", 409},
                                     {"AlreadyExists", 409},
                                     {"TooManyRequests", 429},
                                     {"Unheard", 500}}) {
    const auto refused = failure_in(std::string("Error from server (") + reason + "): words");
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->code, code) << reason;
  }
}

TEST(failure_in, is_none_where_no_server_answered) {
  EXPECT_FALSE(
      failure_in("Unable to connect to the server: dial tcp: lookup api on 10.0.0.1:53: no such host"));
  EXPECT_FALSE(failure_in("error: context \"x\" does not exist"));
  EXPECT_FALSE(failure_in(""));
}

}  // namespace
}  // namespace cicd::kubernetes
