// Which shares can be had with whole pods.
#include <gtest/gtest.h>

#include <cicd/deliver/branch/canary_share.hpp>

namespace cicd {
namespace {

canary_question asked(int production, int percent, int allowed = 50) {
  return {production, percent, allowed};
}

std::string refusal(const canary_question& of) {
  const auto share = share_for(of, "orders/canary-prod");
  EXPECT_FALSE(share);
  return share ? share->text() : text_of(share.error());
}

TEST(canary_shares, of_ten_pods_are_one_of_eleven_beside_them) {
  const auto share = share_for(asked(10, 10), "orders/canary-prod");
  ASSERT_TRUE(share);
  EXPECT_EQ(share->text(), "1 of 11 pods, 9.1%");
}

TEST(canary_shares, are_never_larger_than_asked_for_and_never_smaller_than_need_be) {
  for (int production = 1; production <= 200; ++production)
    for (int percent = 1; percent <= 50; ++percent) {
      const int pods = canary_pods(asked(production, percent));
      const auto fits = [&](int some) { return some * 100 <= percent * (production + some); };
      EXPECT_TRUE(fits(pods)) << production << " pods, " << percent << "%";
      EXPECT_FALSE(fits(pods + 1)) << production << " pods, " << percent << "%";
    }
}

TEST(canary_shares, that_cannot_be_name_the_nearest_and_what_it_takes) {
  const std::string said = refusal(asked(3, 10, 10));
  EXPECT_NE(said.find("with 3 ready pods the canary cannot be so small: '10%'"), said.npos) << said;
  EXPECT_NE(said.find("1 of 4 pods, 25%"), said.npos) << said;
  EXPECT_NE(said.find("raise SHARE to 25%, or have 9 ready pods"), said.npos) << said;
}

TEST(canary_shares, that_are_allowed_are_offered_by_option) {
  EXPECT_NE(refusal(asked(3, 10)).find("--share 25%, or have 9 ready pods"), std::string::npos);
}

TEST(canary_shares, with_as_many_pods_as_the_refusal_says_can_be_had) {
  for (int percent = 1; percent < 50; ++percent) {
    const std::string said = refusal(asked(1, percent));
    const auto at = said.find("or have ");
    ASSERT_NE(at, said.npos) << said;
    const int pods = std::stoi(said.substr(at + 8));
    EXPECT_GE(canary_pods(asked(pods, percent)), 1) << said;
    EXPECT_EQ(canary_pods(asked(pods - 1, percent)), 0) << said;
  }
}

TEST(canary_shares, beyond_what_is_declared_are_refused) {
  const std::string said = refusal(asked(10, 25, 10));
  EXPECT_NE(said.find("more is asked for than SHARE allows: '25%'"), said.npos) << said;
  EXPECT_NE(said.find("1% to 10%"), said.npos) << said;
}

TEST(canary_shares, of_a_service_without_ready_pods_would_be_everything) {
  EXPECT_NE(refusal(asked(0, 10)).find("no ready pod"), std::string::npos);
}

TEST(canary_shares, are_rounded_to_tenths_for_a_person) {
  EXPECT_EQ(percent_text(1, 11), "9.1%");
  EXPECT_EQ(percent_text(1, 3), "33.3%");
  EXPECT_EQ(percent_text(2, 3), "66.7%");
  EXPECT_EQ(percent_text(1, 2), "50%");
  EXPECT_EQ(percent_text(0, 0), "0%");
}

}  // namespace
}  // namespace cicd
