// The pages of `cicd explain`, and that docs/reference.md is what the comments give.
#include <cicd/declare/explain/explain.hpp>
#include <cicd/declare/options/fields.hpp>

#include <gtest/gtest.h>

#include <algorithm>

#include "written.hpp"

namespace {

std::string page(std::string_view subject, std::string_view lines = {}) {
  const auto made = cicd::tests::model_from(lines);
  const auto text = cicd::explanation(subject, &made.model, cicd::tests::own_templates());
  return text ? *text : cicd::text_of(text.error());
}

TEST(the_page_of_an_option, says_what_it_does_what_is_allowed_and_the_default) {
  EXPECT_EQ(
      page("service.replicas"),
      "service.replicas, REPLICAS of pipeline_service()\n\n"
      "  How many pods: a number, or a range between which an autoscaler decides by the use of CPU.\n\n"
      "  allowed  a whole number from 0 to 1000, or a range such as 4..20 whose lower end is at least 1\n"
      "  default  1\n"
      "  example  REPLICAS 4..20\n"
      "  refused  REPLICAS 20..4\n");
}

TEST(the_page_of_a_function, lists_all_of_its_options_a_line_each) {
  const std::string text = page("pipeline_environment");
  EXPECT_EQ(text, page("environment"));
  for (const auto keyword : {"ON", "VIA", "CONTEXT", "EKS", "MANIFESTS", "VERIFY", "ALLOW_DIRTY"})
    EXPECT_NE(text.find("\n  " + std::string(keyword) + " "), std::string::npos) << keyword;
}

TEST(the_page_of_an_option, says_what_is_allowed_where_a_program_or_one_of_few_words_is) {
  EXPECT_NE(
      page("HEALTH").find("allowed       argocd <url>, cluster <context>, command <words> or committed"),
      std::string::npos)
      << page("HEALTH");
  for (const char* option : {"GATE", "VERIFY"})
    EXPECT_NE(page(option).find("allowed       a program on PATH, or ./<file> below the source folder"),
              std::string::npos)
        << page(option);
}

constexpr std::string_view lines =
    "add_pipeline(orders TEMPLATE java-maven FAIL_ON high)\npipeline_environment(orders stage VIA "
    "gitops)\npipeline_environment(orders prod VIA gitops)\n"
    "pipeline_service(orders api PORT 80 REPLICAS 4)\npipeline_service(orders api IN stage REPLICAS "
    "2)\npipeline_step(orders lint COMMAND x \\ENVS CHECK)";

TEST(the_index, lists_all_that_can_be_asked) {
  const auto made = cicd::tests::model_from(lines);
  const std::string text = cicd::explanation_index(&made.model, cicd::tests::own_templates());
  for (const auto each : {"add_pipeline", "pipeline_canary", "{slug}", "labels", "java-maven", "orders.api",
                          "stage, prod", "such as orders.deploy-stage"})
    EXPECT_NE(text.find(each), std::string::npos) << each << text;
  EXPECT_NE(cicd::explanation_index(nullptr, cicd::tests::own_templates()).find("In a build tree also"),
            std::string::npos);
}

TEST(a_keyword, is_answered_with_each_option_of_that_name) {
  const std::string text = page("HOST");
  EXPECT_EQ(page("replicas"), page("REPLICAS"));
  EXPECT_NE(text.find("service.host, HOST of pipeline_service()"), std::string::npos) << text;
  EXPECT_NE(text.find("preview.host, HOST of pipeline_preview()"), std::string::npos) << text;
  EXPECT_NE(page("approval").find("environment.approval, "), std::string::npos);
  EXPECT_NE(page("REPLICAS").find("service.replicas"), std::string::npos);
}

TEST(options_of_one_keyword_with_the_same_words, share_a_page) {
  const std::string text = page("CPU_LIMIT");
  EXPECT_NE(text.find("service.cpu_limit, cron_job.cpu_limit"), std::string::npos) << text;
}

TEST(a_placeholder, is_answered_with_what_it_stands_for_and_where_it_is_replaced) {
  const std::string text = page("{slug}");
  EXPECT_EQ(text, page("slug"));
  EXPECT_NE(text.find("{slug}, a placeholder"), std::string::npos);
  EXPECT_NE(text.find("service.host"), std::string::npos) << text;
}

TEST(a_label, is_answered_with_where_its_value_comes_from) {
  EXPECT_NE(page("protected_branch").find("`true` where the environment follows"), std::string::npos);
  EXPECT_NE(page("app.kubernetes.io/name").find("`<pipeline>-<service>`"), std::string::npos);
  EXPECT_NE(page("labels").find("commit_id"), std::string::npos);
}

TEST(an_environment, is_answered_with_its_values_their_source_and_the_defaults) {
  const std::string text = page("prod", lines);
  EXPECT_NE(text.find("orders.environment.prod\n\n  VIA gitops\n      CMakeLists.txt, 2nd call of "
                      "pipeline_environment()\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("by default:\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  BRANCH "), std::string::npos) << text;
}

TEST(a_declared_thing, is_found_without_its_kind) {
  const std::string whole = page("orders.service.api", lines);
  EXPECT_EQ(page("orders.api", lines), whole);
  EXPECT_EQ(page("orders/api", lines), whole);
  EXPECT_EQ(page("api", lines), whole);
  EXPECT_EQ(page("orders.api.replicas", lines), page("orders.service.api.replicas", lines));
  EXPECT_EQ(page("orders.stage", lines), page("orders.environment.stage", lines));
}

TEST(a_variable, is_answered_with_where_it_is_given) {
  const std::string text = page("DD_VERSION",
                                "add_pipeline(o TEMPLATE java-maven)\npipeline_service(o api PORT 80 ENV A=b "
                                "DD_VERSION={commit_short})");
  EXPECT_NE(text.find("DD_VERSION, declared in\n\n  o.service.api.env\n      ENV DD_VERSION={commit_short}\n"
                      "      CMakeLists.txt, 1st call of pipeline_service()\n"),
            std::string::npos)
      << text;
}

TEST(a_target, is_answered_with_what_it_does) {
  for (const char* name : {"orders.deploy-prod", "deploy-stage", "orders/deploy-prod"})
    EXPECT_NE(page(name, lines).find(", a target\n"), std::string::npos) << name;
}

TEST(a_word_that_is_only_in_the_texts, is_answered_with_the_options_that_mention_it) {
  const std::string text = page("ingress");
  EXPECT_NE(text.find("service.ingress_class"), std::string::npos) << text;
  EXPECT_NE(text.find("service.host"), std::string::npos) << text;
}

TEST(the_page_of_a_declared_value, shows_it_in_each_environment_and_where_it_comes_from) {
  EXPECT_EQ(page("orders.service.api.replicas", lines),
            "orders.service.api.replicas\n\n"
            "in stage:\n  REPLICAS 2\n      CMakeLists.txt, 2nd call of pipeline_service()\n"
            "in prod:\n  REPLICAS 4\n      CMakeLists.txt, 1st call of pipeline_service()\n");
  EXPECT_EQ(page("orders.fail_on", lines),
            "orders.fail_on\n\n  FAIL_ON high\n      CMakeLists.txt, 1st call of add_pipeline()\n");
  EXPECT_TRUE(
      page("orders.scan", lines).starts_with("orders.scan\n\n  not given; default: its default ones\n"));
  EXPECT_NE(page("orders.step.build", lines).find("java-maven/template.json:"), std::string::npos);
}

TEST(the_page_of_a_template, is_what_it_expands_to_in_cmake) {
  const std::string text = page("java-maven");
  EXPECT_NE(text.find("  pipeline_step({pipeline} build\n    DESCRIPTION \"compiles {pipeline} and packages "
                      "it, without its "
                      "tests\"\n    STAGE build\n"
                      "    COMMAND mvn -B package -Dmaven.test.skip=true\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("  spotbugs (by default): "), std::string::npos);
}

TEST(an_unknown_subject, is_refused_with_the_nearest) {
  const std::string text = page("orders.service.api.replica", lines);
  EXPECT_NE(text.find("unknown subject: 'orders.service.api.replica'"), std::string::npos) << text;
  EXPECT_NE(text.find("did you mean: orders.service.api.replicas"), std::string::npos);
}

TEST(a_declared_value, is_printed_as_it_can_be_written) {
  EXPECT_EQ(page("orders.step.lint.command", lines),
            "orders.step.lint.command\n\n  COMMAND x \"\\\\ENVS\"\n      CMakeLists.txt, 1st call of "
            "pipeline_step()\n");
  for (const cicd::field_doc& doc : cicd::field_docs()) {
    if (!doc.key.starts_with("step.") || doc.key == "step.name") continue;
    const bool runs = doc.key == "step.command" || doc.key == "step.shell";
    const std::string call =
        "pipeline_secret(npm-token PASS_ENV NPM_TOKEN)\npipeline_secret(release-key FILE /run/key)\n"
        "add_pipeline(o TEMPLATE java-maven)\npipeline_step(o "
        "own "
        + std::string(runs ? "" : "COMMAND x ") + std::string(doc.example)
        + (doc.key == "step.as_file" ? " SECRETS npm-token)" : ")");
    const std::string text = page("o.step.own." + std::string(doc.key.substr(5)), call);
    EXPECT_NE(text.find("\n\n  " + std::string(doc.example) + "\n"), std::string::npos) << text;
  }
}

TEST(every_subject, has_a_page) {
  const auto made = cicd::tests::model_from(lines);
  const auto all = cicd::subjects(&made.model, cicd::tests::own_templates());
  EXPECT_GT(all.size(), 100u);
  for (const std::string& each : all)
    EXPECT_TRUE(cicd::explanation(each, &made.model, cicd::tests::own_templates())) << each;
}

TEST(the_reference_page, is_what_the_comments_give) {
  EXPECT_EQ(cicd::tests::file_text(cicd::tests::source_root() / "docs/reference.md"),
            cicd::reference_markdown())
      << "write it anew: cicd reference > docs/reference.md";
}

}  // namespace
