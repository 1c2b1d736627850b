// serverless.yml: what its functions are called, where their handlers are, and how their code gets into it.
#include <cicd/deliver/serverless/config.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace cicd;
using testing::HasSubstr;

const std::string config = R"(# of the team
service: orders
provider:
  name: aws
  runtime: nodejs20.x
functions:
  webhook:
    handler: src/webhook.main  # of orders
    events:
      - httpApi: '*'
  refunds:
    name: refunds-${sls:stage}
    handler: refunds.handler
    runtime: python3.12
resources:
  Resources:
    Table:
      Type: AWS::DynamoDB::Table
      Properties:
        TableName: !Sub "${AWS::StackName}-orders"
        Other: !Ref Thing
)";

serverless_config good(const std::string& text) {
  auto made = serverless_config_from(text, "serverless.yml");
  EXPECT_TRUE(made) << text_of(made.error());
  return made ? *made : serverless_config{};
}

TEST(a_serverless_config, names_functions_by_service_and_stage_or_as_they_say) {
  const serverless_config made = good(config);
  EXPECT_EQ(*lambda_name_of(made, "webhook", "prod", "f"), "orders-prod-webhook");
  EXPECT_EQ(*lambda_name_of(made, "refunds", "prod", "f"), "refunds-prod");
  const auto unknown =
      lambda_name_of(good("service: a\nfunctions:\n  f:\n    name: ${ssm:/x}\n"), "f", "prod", "f");
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().what, HasSubstr("depends on a variable"));
}

TEST(a_serverless_config, of_ruby_has_a_class_before_the_method) {
  const auto made = *serverless_config_from(
      "service: a\nprovider: {runtime: ruby3.3}\nfunctions:\n  f:\n    handler: "
      "source.Orders::Handler.process\n",
      "f");
  EXPECT_TRUE(check_handlers_in(made, {"f"}, {"source.rb"}, "f"));
  EXPECT_FALSE(check_handlers_in(made, {"f"}, {"other.rb"}, "f"));
}

TEST(a_serverless_config, has_the_functions_and_the_zip_has_their_handlers) {
  const serverless_config made = good(config);
  EXPECT_TRUE(check_functions_in(made, {"webhook", "refunds"}, "f"));
  const status near = check_functions_in(made, {"webhok"}, "f");
  ASSERT_FALSE(near);
  EXPECT_THAT(text_of(near.error()), HasSubstr("did you mean: webhook"));
  EXPECT_TRUE(check_handlers_in(made, {"webhook"}, {"src/webhook.mjs"}, "f"));
  EXPECT_TRUE(check_handlers_in(made, {"refunds"}, {"refunds.py"}, "f"));
  const status missing = check_handlers_in(made, {"webhook"}, {"src/webhok.js"}, "f");
  ASSERT_FALSE(missing);
  EXPECT_THAT(text_of(missing.error()), HasSubstr("did you mean: src/webhok.js"));
}

TEST(a_serverless_config, that_is_none_is_refused) {
  for (const char* text : {"", "a: b", "functions: {f: {handler: x}}", "service: a\nfunctions: []", "a: [b"})
    EXPECT_FALSE(serverless_config_from(text, "f")) << text;
}

TEST(the_code_of_functions, is_added_and_every_other_byte_stays) {
  const auto made = with_artifacts(config, {{"webhook", "webhook-1.zip"}, {"refunds", "refunds-2.zip"}}, "f");
  ASSERT_TRUE(made) << text_of(made.error());
  std::string wanted = config;
  const auto add = [&](const std::string& behind, const std::string& line) {
    wanted.insert(wanted.find(behind) + behind.size(), line);
  };
  add("  webhook:\n", "    package: { individually: true, artifact: webhook-1.zip }\n");
  add("  refunds:\n", "    package: { individually: true, artifact: refunds-2.zip }\n");
  EXPECT_EQ(*made, wanted);
  EXPECT_TRUE(good(*made).functions.at("webhook").has_package);
}

TEST(the_code_of_functions, is_refused_where_it_has_no_place) {
  for (const char* text :
       {"service: a\nfunctions: { f: { handler: x } }\n", "service: a\nfunctions:\n  f: { handler: x }\n",
        "service: a\nfunctions:\n  g:\n    handler: x\n", "service: a\nfunctions:\n  f:\n", "service: a\n",
        ""}) {
    const auto made = with_artifacts(text, {{"f", "f.zip"}}, "f");
    ASSERT_FALSE(made) << text;
    EXPECT_THAT(made.error().what, HasSubstr("not written as a block")) << text;
  }
  const auto own = with_artifacts("service: a\nfunctions:\n  f:\n    handler: x\n    package:\n      a: b\n",
                                  {{"f", "f.zip"}}, "f");
  ASSERT_FALSE(own);
  EXPECT_THAT(own.error().what, HasSubstr("a `package` of its own"));
}

}  // namespace
