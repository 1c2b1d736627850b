// Signature Version 4, on the examples that AWS publishes for S3.
#include <cicd/system/aws.hpp>

#include <filesystem>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/base/utc.hpp>

#include "support.hpp"

namespace {

using namespace cicd;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const aws_credentials published{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", {}};
const aws_service bucket{"s3", "us-east-1", "https://examplebucket.s3.amazonaws.com"};
/// 24 May 2013, midnight.
const std::chrono::system_clock::time_point day{std::chrono::seconds(1369353600)};

std::string authorization_of(const web_request& request) {
  for (const auto& [name, value] : request.headers)
    if (name == "authorization") return value;
  return {};
}

TEST(aws, a_request_is_signed_as_published) {
  const web_request read =
      signed_request({.path = "/test.txt", .headers = {{"Range", "bytes=0-9"}}}, bucket, published, day);
  EXPECT_EQ(authorization_of(read),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  const web_request lifecycle = signed_request({.query = {{"lifecycle", ""}}}, bucket, published, day);
  EXPECT_THAT(authorization_of(lifecycle),
              HasSubstr("fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
  const web_request list =
      signed_request({.query = {{"prefix", "J"}, {"max-keys", "2"}}}, bucket, published, day);
  EXPECT_THAT(authorization_of(list),
              HasSubstr("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
  EXPECT_EQ(list.url, "https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J");
}

TEST(aws, a_path_and_a_query_are_encoded_once) {
  const web_request made =
      signed_request({.path = "/a b/ü$", .query = {{"prefix", "a/b+c"}}}, bucket, published, day);
  EXPECT_EQ(made.url, "https://examplebucket.s3.amazonaws.com/a%20b/%C3%BC%24?prefix=a%2Fb%2Bc");
}

TEST(aws, a_token_is_signed_and_no_secret_is_sent) {
  const web_request made = signed_request({}, bucket, {"key", "hidden", "token"}, day);
  EXPECT_THAT(authorization_of(made), HasSubstr("x-amz-security-token"));
  for (const auto& [name, value] : made.headers) EXPECT_EQ(value.find("hidden"), value.npos) << name;
}

TEST(aws, a_service_is_asked_where_the_environment_says) {
  const surroundings none{{}};
  EXPECT_EQ(aws_service_of("lambda", "eu-west-1", none).endpoint, "https://lambda.eu-west-1.amazonaws.com");
  EXPECT_EQ(aws_service_of("s3", "cn-north-1", none, "b.s3").endpoint,
            "https://b.s3.cn-north-1.amazonaws.com.cn");
  const surroundings all{
      {{"AWS_ENDPOINT_URL", "http://127.0.0.1:5000/"}, {"AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:6000"}}};
  EXPECT_EQ(aws_service_of("s3", "eu-west-1", all, "b.s3").endpoint, "http://127.0.0.1:5000");
  EXPECT_EQ(aws_service_of("lambda", "eu-west-1", all).endpoint, "http://127.0.0.1:6000");
  EXPECT_TRUE(has_aws_endpoint("s3", all));
  EXPECT_FALSE(has_aws_endpoint("s3", none));
}

TEST(aws, credentials_are_those_of_the_environment) {
  const auto found = aws_credentials_of(
      surroundings{{{"AWS_ACCESS_KEY_ID", "a"}, {"AWS_SECRET_ACCESS_KEY", "b"}, {"AWS_SESSION_TOKEN", "c"}}},
      nullptr);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->key_id + found->secret + found->token, "abc");
  const auto none = aws_credentials_of(surroundings{{{"PATH", "/nowhere"}, {"HOME", "/nowhere"}}}, nullptr);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, exit_class::usage);
  EXPECT_EQ(aws_region_of(surroundings{{{"AWS_DEFAULT_REGION", "eu-west-1"}}}), "eu-west-1");
}

/// Plays `aws`: a line for each time that it was asked, and credentials named after AWS_CONFIG_FILE.
class exported_credentials : public testing::Test {
 protected:
  const system_test::temporary_folder folder;

  std::string asked(const std::string& expiration, const std::string& config) {
    system_test::put(
        folder / "aws",
        fmt::format("#!/bin/sh\necho x >> {}\n"
                    "echo '{{\"AccessKeyId\": \"'$AWS_CONFIG_FILE'\", \"SecretAccessKey\": \"b\"{}}}'\n",
                    folder / "asked", expiration.empty() ? "" : ", \"Expiration\": \"" + expiration + "\""));
    std::filesystem::permissions(folder / "aws", std::filesystem::perms::owner_all);
    const auto found = aws_credentials_of(surroundings{{{"PATH", folder.path() + ":/usr/bin:/bin"},
                                                        {"HOME", folder.path()},
                                                        {"AWS_CONFIG_FILE", config}}},
                                          nullptr);
    EXPECT_TRUE(found) << text_of(found.error());
    return found ? found->key_id : std::string();
  }
  std::size_t times() const { return system_test::get(folder / "asked").size() / 2; }
};

TEST_F(exported_credentials, are_kept_and_never_past_their_expiration) {
  const auto now = std::chrono::system_clock::now();
  std::size_t before = 0;
  for (const auto& [expiration, more] : {std::pair<std::string, std::size_t>{"", 1},
                                         {utc_text(now + std::chrono::hours(1)), 1},
                                         {utc_text(now + std::chrono::seconds(30)), 2},
                                         {utc_text(now - std::chrono::hours(1)), 2},
                                         {"soon", 2},
                                         {"2199-01-01T00:00:00+00:00", 1}}) {
    const std::string config = "/config" + expiration;
    EXPECT_EQ(asked(expiration, config), config);
    EXPECT_EQ(asked(expiration, config), config);
    EXPECT_EQ(times() - before, more) << expiration;
    before = times();
  }
}

TEST_F(exported_credentials, are_those_of_the_files_and_the_profile_that_the_environment_names) {
  EXPECT_EQ(asked("", "/one"), "/one");
  EXPECT_EQ(asked("", "/two"), "/two");
  EXPECT_EQ(asked("", "/one"), "/one");
  EXPECT_EQ(times(), 2U);
}

TEST(aws, answers_in_xml_are_read_by_their_elements) {
  const std::string answer = "<R><Key>a&amp;b</Key><Key>c&lt;</Key><Next/></R>";
  EXPECT_THAT(xml_texts_in(answer, "Key"), ElementsAre("a&b", "c<"));
  EXPECT_EQ(xml_text_in("<Message><![CDATA[a & b]]></Message>", "Message"), "a & b");
  EXPECT_THAT(xml_text_in(answer, "Code"), IsEmpty());
  EXPECT_THAT(xml_texts_in("<Key>cut", "Key"), IsEmpty());
}

}  // namespace
