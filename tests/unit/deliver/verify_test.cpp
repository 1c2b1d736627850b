// What the program of VERIFY is given.
#include <cicd/deliver/verify.hpp>

#include <gmock/gmock.h>

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
  EXPECT_TRUE(run_verify("orders/deploy-stage", of, around, cancellation(),
                         [&](const std::string& line) { said.push_back(line); }));
  EXPECT_THAT(said, testing::ElementsAre("verify: env", "  PATH=/usr/bin:/bin"));
}

}  // namespace
