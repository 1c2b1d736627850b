// Settings: what one may be, which value it has where, and where it is replaced.
#include <cicd/declare/check/setting_values.hpp>
#include <cicd/declare/check/settings.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "written.hpp"

namespace {

using namespace cicd;
using namespace cicd::tests;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string calls =
    "add_pipeline(web)\n"
    "pipeline_step(web build COMMAND ./build {setting.region} ENV R={setting.region} OUTPUTS h.zip STAGE "
    "build)\n"
    "pipeline_step(web docs COMMAND ./docs)\n"
    "pipeline_image(web FILES h.zip=/h.zip BASE scratch LABELS region={setting.region})\n"
    "pipeline_function(web hook ZIP h.zip CONFIG serverless.yml)\n"
    "pipeline_service(web api PORT 80 HOST api.{setting.region}.example.com ENV R={setting.region})\n"
    "pipeline_service(web api IN stage ENV S=stage-{setting.region})\n"
    "pipeline_environment(web stage VIA gitops PATH at/{setting.region})\n"
    "pipeline_environment(web prod VIA gitops)\n"
    "pipeline_environment(web prod-hooks OF prod VIA serverless REGION {setting.region} STAGE_NAME "
    "s-{setting.region})\n"
    "pipeline_preview(web IN stage HOST {slug}.{setting.region}.example.com)\n"
    "pipeline_setting(web region ALLOWED us-east-1 sa-east-1 eu-west-1 DEFAULT us-east-1)\n"
    "pipeline_setting(web region IN prod VALUE sa-east-1)\n"
    "pipeline_setting(web region IN preview VALUE eu-west-1)\n";

model_or_errors read_with(const std::string& lines,
                          std::map<std::string, std::string> given,
                          bool other = false) {
  recorded_calls all = written(lines);
  all.tree.settings = std::move(given);
  all.tree.is_of_another_commit = other;
  return model_of(all, own_templates());
}

declared_pipeline web_with(std::map<std::string, std::string> given = {}) {
  model_or_errors read = read_with(calls, std::move(given));
  EXPECT_TRUE(read.errors.empty()) << (read.errors.empty() ? "" : text_of(read.errors.front()));
  return read.model.pipelines.at(0);
}

std::string told(const errors& all) {
  std::string text;
  for (const error& each : all) text += text_of(each);
  return text;
}

std::string errors_given(const std::string& setting, const std::string& value) {
  return told(
      read_with("add_pipeline(web)\npipeline_step(web build COMMAND x {setting.s})\npipeline_setting(web s "
                    + setting + ")\n",
                {{"web.s", value}})
          .errors);
}

TEST(a_setting, is_replaced_where_its_value_is_the_same_everywhere) {
  const pipeline web = web_with().declared;
  EXPECT_EQ(web.steps[0].command[1].view(), "us-east-1");
  EXPECT_EQ(web.steps[0].env[0].value, "us-east-1");
  EXPECT_EQ(web.images[0].labels[0].value, "us-east-1");
  EXPECT_EQ(web.environments[0].path.view(), "at/us-east-1");
  EXPECT_EQ(web.previews[0].host.view(), "{slug}.eu-west-1.example.com");
}

TEST(a_setting, has_another_value_in_an_environment_its_parts_and_its_copies) {
  const pipeline web = web_with().declared;
  EXPECT_EQ(service_in(web, "api", "stage").env[0].value, "us-east-1");
  EXPECT_EQ(service_in(web, "api", "stage").env[1].value, "stage-us-east-1");
  EXPECT_EQ(service_in(web, "api", "prod").host[0].view(), "api.sa-east-1.example.com");
  EXPECT_EQ(service_in(web, "api", "stage", "preview").env[0].value, "eu-west-1");
  EXPECT_EQ(settings_in(web, "prod-hooks").at("setting.region"), "sa-east-1");
  EXPECT_EQ(web.environments[1].parts[0].region.view(), "sa-east-1");
  EXPECT_EQ(web.environments[1].parts[0].stage_name.view(), "s-sa-east-1");
}

TEST(a_setting, that_a_build_tree_is_given_holds_where_no_environment_has_its_own) {
  const declared_pipeline web = web_with({{"web.region", "eu-west-1"}});
  EXPECT_EQ(web.declared.steps[0].command[1].view(), "eu-west-1");
  EXPECT_EQ(service_in(web.declared, "api", "stage").env[0].value, "eu-west-1");
  EXPECT_EQ(service_in(web.declared, "api", "prod").env[0].value, "sa-east-1");
  EXPECT_EQ(web.declared.environments[0].path.view(), "at/us-east-1");  // no build tree moves it
  EXPECT_EQ(web.departures, (std::vector<setting_departure>{{"region", "eu-west-1", "us-east-1"}}));
  EXPECT_TRUE(web_with({{"web.region", "us-east-1"}}).departures.empty());
}

TEST(a_setting, has_a_type) {
  EXPECT_EQ(errors_given("ALLOWED 1..64 DEFAULT 4", "64"), "");
  EXPECT_THAT(errors_given("ALLOWED 1..64 DEFAULT 4", "65"),
              testing::AllOf(HasSubstr("-Dweb.s has a wrong value: '65'"), HasSubstr("-Dweb.s=64"),
                             HasSubstr("from 1 to 64"), HasSubstr("cmake -Uweb.s")));
  EXPECT_EQ(errors_given("ALLOWED -5..5 DEFAULT 0", "-5"), "");
  EXPECT_THAT(errors_given("ALLOWED 1..64 DEFAULT 4", "4.5"), HasSubstr("has a wrong value"));
  EXPECT_EQ(errors_given("ALLOWED boolean DEFAULT false", "ON"), "");
  EXPECT_THAT(errors_given("ALLOWED boolean DEFAULT false", "maybe"), HasSubstr("true, false"));
  EXPECT_EQ(errors_given("ALLOWED path DEFAULT a/b", "c"), "");
  EXPECT_THAT(errors_given("ALLOWED path DEFAULT a/b", "../c"), HasSubstr("has a wrong value"));
  EXPECT_EQ(errors_given("DEFAULT a", "two words"), "");
  for (const char* value : {"", "a$b", "{slug}", "a\nb", "secret:x"})
    EXPECT_THAT(errors_given("DEFAULT a", value), HasSubstr("web/s: ")) << value;
  EXPECT_THAT(errors_given("ALLOWED host DEFAULT a.example.com", "{slug}.example.com"),
              HasSubstr("has a wrong value"));
}

TEST(a_setting, without_a_default_is_given_or_has_a_value_wherever_it_is_used) {
  const std::string start = "add_pipeline(web)\npipeline_setting(web s ALLOWED a b)\n";
  const std::string step = start + "pipeline_step(web build COMMAND x {setting.s} STAGE build)\n";
  EXPECT_THAT(told(read_with(step, {}).errors), HasSubstr("-Dweb.s=<value>, or DEFAULT"));
  const model_or_errors given = read_with(step, {{"web.s", "b"}});
  EXPECT_TRUE(given.errors.empty());
  EXPECT_TRUE(given.model.pipelines[0].departures.empty());  // the declaration says no other
  const std::string workload = start
                               + "pipeline_step(web build COMMAND x STAGE build)\npipeline_image(web FILES x=/x)\n"
                                 "pipeline_environment(web stage VIA gitops)\npipeline_environment(web prod VIA gitops)\n"
                                 "pipeline_service(web api PORT 80 ENV S={setting.s})\npipeline_setting(web s IN prod VALUE a)\n";
  EXPECT_THAT(told(read_with(workload, {}).errors), HasSubstr("the setting has no value in stage: 's'"));
  EXPECT_EQ(told(read_with(workload + "pipeline_setting(web s IN stage VALUE b)\n", {}).errors), "");
}

TEST(a_setting, that_a_test_alone_uses_is_used) {
  const auto warnings_with = [](std::vector<std::string> of_tests) {
    recorded_calls all = written(
        "add_pipeline(web)\npipeline_step(web build COMMAND x STAGE build)\npipeline_setting(web s DEFAULT "
        "a)\npipeline_setting(web t DEFAULT a)\n");
    all.tree.settings_of_tests = std::move(of_tests);
    return told(model_of(all, own_templates()).warnings);
  };
  EXPECT_THAT(warnings_with({"web.s"}), AllOf(Not(HasSubstr("'s'")), HasSubstr("nowhere: 't'")));
  EXPECT_THAT(warnings_with({"other.s"}), HasSubstr("nowhere: 's'"));
}

TEST(a_setting, of_another_commit_is_passed_over_where_that_does_not_know_it) {
  const std::string lines =
      "add_pipeline(web)\npipeline_step(web build COMMAND x {setting.s})\npipeline_setting(web s ALLOWED a b "
      "DEFAULT a)\n";
  const std::map<std::string, std::string> given{{"web.s", "c"}, {"web.t", "x"}};
  EXPECT_EQ(read_with(lines, given).errors.size(), 2U);
  const model_or_errors read = read_with(lines, given, true);
  EXPECT_EQ(told(read.errors), "");
  EXPECT_EQ(read.model.pipelines[0].declared.steps[0].command[1].view(), "a");
}

TEST(a_setting, may_stand_in_every_option_that_says_so) {
  declaring::each_kind([&]<typename T>() {
    T value{};
    std::size_t index = 0;
    each_field(value, [&]<typename V>(std::string_view key, const V&) {
      if (!declaring::takes_settings(declaring::options_of<T>()[index++])) return;
      bool holds = declaring::holds_text<V>;
      if constexpr (declaring::is_list<V>) holds = declaring::holds_text<typename V::value_type>;
      EXPECT_TRUE(holds) << declaring::kind<T>.name << '.' << key;
    });
  });
}

TEST(a_setting, stands_in_a_name_as_a_letter_does) {
  const std::string most(62, 'a'), region = "{setting.region}";
  for (const std::string& good : {std::string("s"), region, "s-" + region, region + "-s", most + region})
    EXPECT_TRUE(settable_name::accepts(good)) << good;
  for (const std::string& bad : {std::string(), "-" + region, region + "-", most + "a" + region,
                                 std::string("{setting.}"), std::string("{setting.Region}"),
                                 std::string("{setting.region"), std::string("{region}"), region + "_"})
    EXPECT_FALSE(settable_name::accepts(bad)) << bad;
}

TEST(a_setting, is_a_placeholder_of_its_own) {
  EXPECT_EQ(with_placeholders("{setting.log-level} {setting.port}", {{"setting.log-level", "3"}}),
            "3 {setting.port}");
  EXPECT_FALSE(is_part_of_service("setting.port"));
  EXPECT_EQ(declaring::settings_named_in("{setting.a}{pipeline}{setting.b} ${setting.c}"),
            (std::vector<std::string>{"a", "b"}));
}

}  // namespace
