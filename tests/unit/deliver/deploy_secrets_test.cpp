// What is said of a key that cannot sign, before ssh-keygen sees it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/deliver/gitops/deploy_secrets.hpp>

namespace {

using namespace cicd;
using testing::HasSubstr;

std::string said_of(const std::string& key) {
  const status fine = check_private_key(key, "sign");
  return fine ? "" : text_of(fine.error());
}

TEST(check_private_key, names_the_secret_and_what_is_wrong_with_it) {
  const std::string begin = "-----BEGIN OPENSSH PRIVATE KEY-----\n",
                    end = "-----END OPENSSH PRIVATE KEY-----";
  EXPECT_EQ(said_of(begin + "b3Bl\n" + end), "");
  EXPECT_EQ(said_of(begin + "b3Bl\n" + end + "\n"), "");
  for (const auto& [key, why] : std::vector<std::pair<std::string, std::string>>{
           {"", "it is empty"},
           {" \n", "it is empty"},
           {begin + "b3Bl\r\n" + end, "CR LF"},
           {begin + "b3Bl\n", "it is cut off"},
           {begin, "it is one line"},
           {begin + "b3Bl\n-----END OPENSSH", "it is cut off"},
           {"ssh-ed25519 AAAA", "it is a public key"},
           {"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nx", "BEGIN"},
           {"x\n" + begin + end, "it does not begin"}}) {
    EXPECT_THAT(said_of(key), HasSubstr(why)) << key;
    EXPECT_THAT(said_of(key), HasSubstr("'sign'"));
  }
}

struct a_token : testing::Test {
  declared_pipeline pipeline;
  const cancellation never{};

  a_token() { pipeline.declared.secrets.push_back({.name = "argo", .pass_env = "TOKEN"}); }
  result<secret_value> of(std::string value) const {
    const surroundings around({{"TOKEN", std::move(value)}});
    return token_of(pipeline, "secret:argo", declared_source(around), never);
  }
};

TEST_F(a_token, is_one_line_that_a_header_can_hold) {
  EXPECT_EQ(*of(" t0ken\n"), secret_value("t0ken"));
  for (const std::string wrong : {"t0ken\nX-Evil: 1", "t0 ken", "t\xc3\xb6ken"}) {
    const auto refused = of(wrong);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_THAT(text_of(refused.error()), HasSubstr("line ends, blanks or bytes that are not ASCII: 'argo'"));
  }
  const auto other = token_of(pipeline, "secret:argos", {}, never);
  ASSERT_FALSE(other);
  EXPECT_THAT(text_of(other.error()), HasSubstr("there is no such secret: 'argos'"));
}

TEST_F(a_token, is_masked_by_the_store_that_gave_it) {
  const surroundings around(std::map<std::string, std::string, std::less<>>{{"TOKEN", "t0ken\n"}});
  secret_store store(declared_source(around));
  const auto given = token_of(
      pipeline, "secret:argo",
      [&](const secret& each, const std::string& folder, const cancellation& cancelled) {
        return store.value_of(each, folder, cancelled);
      },
      never);
  EXPECT_EQ(*given, secret_value("t0ken"));
  EXPECT_EQ(store.finder()->masked("Bearer t0ken"), "Bearer ***");
}

}  // namespace
