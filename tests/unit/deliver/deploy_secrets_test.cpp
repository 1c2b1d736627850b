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
  const std::string begin = "-----BEGIN OPENSSH PRIVATE KEY-----\n", end = "-----END OPENSSH PRIVATE KEY-----";
  EXPECT_EQ(said_of(begin + "b3Bl\n" + end), "");
  EXPECT_EQ(said_of(begin + "b3Bl\n" + end + "\n"), "");
  for (const auto& [key, why] :
       std::vector<std::pair<std::string, std::string>>{{"", "it is empty"},
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

}  // namespace
