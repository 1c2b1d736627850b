// What the program of VERIFY is given.
#include <cicd/deliver/verify.hpp>

#include <gmock/gmock.h>

#include <cicd/base/text.hpp>

namespace {

using namespace cicd;

TEST(verify, has_no_variable_that_a_secret_comes_from) {
  declared_pipeline pipeline;
  pipeline.source_directory = "/";
  environment place;
  place.verify = {"env"};
  wanted_release of;
  of.pipeline = &pipeline;
  of.where = &place;
  surroundings around(
      std::map<std::string, std::string, std::less<>>{{"PATH", "/usr/bin:/bin"}, {"TOKEN", "canary"}});
  around.keep_from_commands({"TOKEN"});
  std::vector<std::string> said;
  EXPECT_TRUE(run_verify("orders/deploy-stage", of, around, cancellation(), {},
                         [&](const std::string& line) { said.push_back(line); }));
  EXPECT_THAT(said, testing::ElementsAre("verify: env", "  PATH=/usr/bin:/bin"));
}

TEST(verify, is_masked_before_it_is_cut_into_lines) {
  declared_pipeline pipeline;
  pipeline.source_directory = "/";
  environment place;
  place.verify = {"printf", "%s", "k7\nQx\nend"};
  wanted_release of;
  of.pipeline = &pipeline;
  of.where = &place;
  const surroundings around(std::map<std::string, std::string, std::less<>>{{"PATH", "/usr/bin:/bin"}});
  std::vector<std::string> said;
  EXPECT_TRUE(run_verify(
      "orders/deploy-stage", of, around, cancellation(),
      [](const std::string& text) { return replaced_all(text, "k7\nQx", "***"); },
      [&](const std::string& line) { said.push_back(line); }));
  EXPECT_THAT(std::vector(said.begin() + 1, said.end()), testing::ElementsAre("  ***", "  end"));
}

}  // namespace
