// What the usual files say of a registry: whether it can be asked without skopeo.
#include <cicd/image/manifest_api.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace cicd;

const std::string host = "registry.example.com:5000";

std::string block(const std::string& lines) {
  return "unqualified-search-registries = [\"docker.io\"]\n# a comment\n[[registry]]\n" + lines + "\n[[registry]]\nlocation = "
         "\"other.example.com\"\nblocked = true\n";
}

TEST(manifest_api, speaks_as_registries_conf_says) {
  EXPECT_EQ(scheme_of(host, ""), registry_scheme::https);
  EXPECT_EQ(scheme_of(host, block("location = \"" + host + "\"\ninsecure = true")), registry_scheme::http);
  EXPECT_EQ(scheme_of(host, block("location = \"" + host + "\"\ninsecure = false")), registry_scheme::https);
  EXPECT_EQ(scheme_of(host, block("location = \"elsewhere.example.com\"\ninsecure = true")),
            registry_scheme::https);
}

TEST(manifest_api, leaves_to_skopeo_what_is_more_than_plain) {
  for (const std::string& lines :
       {"location = \"" + host + "\"\nblocked = true", "blocked = true\nlocation = \"" + host + "\"",
        "prefix = \"" + host + "/a\"\nlocation = \"b.example.com\"",
        "location = \"" + host + "/a\"\ninsecure = true",
        "location = \"" + host + "\"\n[[registry.mirror]]\nlocation = \"" + host + "\"",
        std::string("credential-helpers = [\"ecr-login\"]")})
    EXPECT_EQ(scheme_of(host, block(lines)), registry_scheme::by_skopeo) << lines;
}

TEST(manifest_api, takes_a_login_that_stands_in_the_file_and_no_other) {
  EXPECT_EQ(login_of(host, "{}"), "");
  EXPECT_EQ(login_of(host, R"({"auths":{"other.example.com":{"auth":"YTpi"}}})"), "");
  EXPECT_EQ(login_of(host, R"({"auths":{")" + host + R"(":{"auth":"YTpi"}}})"), "Basic YTpi");
  for (const std::string& text :
       {R"({"auths":{")" + host + R"(/a":{"auth":"YTpi"}}})",
        R"({"auths":{"https://)" + host + R"(":{"auth":"YTpi"}}})",
        R"({"auths":{")" + host + R"(":{"identitytoken":"t"}}})", R"({"auths":{")" + host + R"(":{}}})",
        std::string(R"({"credsStore":"desktop"})"), std::string(R"({"credHelpers":{"a":"ecr-login"}})"),
        std::string("no")})
    EXPECT_EQ(login_of(host, text), std::nullopt) << text;
}

}  // namespace
