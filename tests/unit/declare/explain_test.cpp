// The pages of `cicd explain`, and that docs/reference.md is what the comments give.
#include <cicd/base/json.hpp>
#include <cicd/declare/explain/explain.hpp>
#include <cicd/declare/explain/man_text.hpp>
#include <cicd/declare/options/fields.hpp>
#include <cicd/declare/targets.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "fields_calls.hpp"
#include "written.hpp"

namespace {

std::string page(std::string_view subject, std::string_view lines = {}) {
  const auto made = cicd::tests::model_from(lines);
  const auto from = cicd::tests::own_templates();
  const auto found = cicd::explanations(subject, &made.model, from);
  if (!found) return cicd::text_of(found.error());
  const auto pages = found->empty() ? cicd::mentions_of(subject) : *found;
  std::string text;
  for (const cicd::explained& each : pages) text += (text.empty() ? "" : "\n") + each.text;
  return pages.empty() ? cicd::text_of(cicd::unknown_subject(subject, cicd::subjects(&made.model, from)))
                       : text;
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
    if (doc.key == "step.run" || doc.key == "step.values") continue;  // of C++ files alone
    const bool runs = doc.key == "step.command" || doc.key == "step.shell";
    const std::string own = call_of_step(doc.key, std::string(doc.example));
    const std::string call =
        "pipeline_secret(npm-token PASS_ENV NPM_TOKEN)\npipeline_secret(release-key FILE /run/key)\n"
        "add_pipeline(orders TEMPLATE java-maven)\n"
        "pipeline_backing_service(orders postgres COMMAND x READY postgres)\n"
        + (own.empty() ? "pipeline_step(orders own " + std::string(runs ? "" : "COMMAND x ")
                             + std::string(doc.example) + ")"
                       : own);
    const std::string text = page("orders.step.own." + std::string(doc.key.substr(5)), call);
    EXPECT_NE(text.find("\n\n  " + std::string(doc.example) + "\n"), std::string::npos) << text;
  }
}

TEST(every_subject, has_a_page_and_data_that_say_what_it_is) {
  const auto made = cicd::tests::model_from(lines);
  const auto from = cicd::tests::own_templates();
  const auto all = cicd::subjects(&made.model, from);
  EXPECT_GT(all.size(), 100u);
  std::set<std::string> targets;
  for (const cicd::target& each : cicd::targets_of(made.model)) targets.insert(each.name);
  for (const std::string& each : all) {
    const auto found = cicd::explanations(each, &made.model, from);
    ASSERT_TRUE(found) << each;
    EXPECT_TRUE(!found->empty() || targets.contains(each)) << each;
    for (const cicd::explained& one : *found) {
      EXPECT_FALSE(one.text.empty()) << each;
      EXPECT_FALSE(one.data["kind"].text().empty() || one.data["name"].text().empty()) << each;
    }
  }
}

cicd::json data(std::string_view subject) {
  const auto made = cicd::tests::model_from(lines);
  const auto found = cicd::explanations(subject, &made.model, cicd::tests::own_templates());
  return found && found->size() == 1 ? found->front().data : cicd::json();
}

TEST(the_data_of_a_page, is_what_its_text_says) {
  const auto given = data("orders.service.api.replicas")["given"].elements();
  ASSERT_EQ(given.size(), 2u);
  EXPECT_EQ(given[0]["in"].text() + " " + given[1]["in"].text(), "stage prod");
  EXPECT_EQ(given[0]["values"].texts(), std::vector<std::string>{"2"});
  EXPECT_EQ(given[1]["values"].texts(), std::vector<std::string>{"4"});
  EXPECT_EQ(given[0]["declared_at"].text(), "CMakeLists.txt, 2nd call of pipeline_service()");
  EXPECT_EQ(data("orders.scan")["default"].text(), "its default ones");
  const cicd::json option = data("service.replicas");
  EXPECT_EQ(option["example"].text(), "REPLICAS 4..20");
  EXPECT_EQ(option["default"].text(), "1");
  EXPECT_EQ(data("orders")["declared"]["environment"].texts(), (std::vector<std::string>{"stage", "prod"}));
  const cicd::json of = data("java-maven");
  EXPECT_EQ(of["kind"].text(), "template");
  EXPECT_FALSE(of["parameters"].elements().empty());
  EXPECT_FALSE(of["needs"].elements().empty());
}

TEST(a_service, is_answered_with_the_defaults_of_what_no_environment_gives) {
  const std::string text = page("orders.api", lines);
  EXPECT_NE(text.find("by default:\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("  REPLICAS  1"), std::string::npos) << text;
}

TEST(the_snippets, are_of_each_function_and_option_and_end_no_placeholder_early) {
  const cicd::json all = cicd::editor_snippets();
  for (const auto& each : cicd::declaring_functions()) EXPECT_TRUE(all[each.name].is_object()) << each.name;
  EXPECT_EQ(all["REPLICAS of pipeline_service()"]["body"].texts(),
            std::vector<std::string>{"REPLICAS ${1:4..20}"});
  EXPECT_EQ(all["VIA of pipeline_environment()"]["prefix"].text(), "VIA");
  EXPECT_EQ(all["APPROVAL of pipeline_environment(), pipeline_preview()"]["body"].texts(),
            std::vector<std::string>{"APPROVAL ${1|required,other|}"});
  EXPECT_EQ(all["HOST of pipeline_preview()"]["body"].texts(),
            std::vector<std::string>{"HOST ${1:orders.{slug\\}.example.com}"});
  EXPECT_EQ(all["cicd::environment"]["body"].texts(),
            std::vector<std::string>{"environment{.name = \"${1:name}\"$0}"});
}

TEST(a_man_page, holds_no_request_that_a_text_makes) {
  using cicd::declaring::man_escaped;
  EXPECT_EQ(man_escaped(".so x\n'b \\ -- …"), "\\&.so x\n\\(aqb \\e \\-\\- \\[u2026]");
  const std::string page = cicd::declaration_man_page("cicd 1");
  for (const auto& each : cicd::declaring_functions())
    EXPECT_NE(page.find(".SH " + std::string(each.name) + "\n"), std::string::npos) << each.name;
}

TEST(the_schema_of_calls, knows_no_option_that_only_a_C_file_or_a_list_file_may_give) {
  const auto schema = cicd::parse_json(cicd::calls_schema());
  ASSERT_TRUE(schema) << schema.error().what;
  for (const auto& [kind, words] : {std::pair("step", std::vector<std::string>{"VALUES", "RUN"}),
                                    std::pair("pipeline", std::vector<std::string>{"SOURCE", "INCLUDES"})}) {
    const cicd::json& defined = (*schema)["$defs"];
    for (const cicd::json& each : defined[std::string("keywords-of-") + kind]["anyOf"].elements())
      EXPECT_EQ(std::ranges::count(words, each["const"].text()), 0) << kind;
    const auto& either = defined[std::string("words-of-") + kind]["anyOf"].elements();
    ASSERT_EQ(either.size(), 2u);
    const std::vector<std::string> known = either[0]["enum"].texts(),
                                   refused = either[1]["not"]["anyOf"].elements().back()["enum"].texts();
    EXPECT_TRUE(std::ranges::is_permutation(refused, words)) << kind;
    for (const std::string& each : words) EXPECT_EQ(std::ranges::count(known, each), 0) << each;
  }
}

TEST(the_reference_page, is_what_the_comments_give) {
  EXPECT_EQ(cicd::tests::file_text(cicd::tests::source_root() / "docs/reference.md"),
            cicd::reference_markdown())
      << "write it anew: cicd reference > docs/reference.md";
}

}  // namespace
