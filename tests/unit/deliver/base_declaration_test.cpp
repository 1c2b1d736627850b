// What a base branch says of a pull request's preview: one declaration beside another.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/text.hpp>
#include <cicd/deliver/policy/base_declaration.hpp>
#include <cicd/deliver/policy/gate.hpp>

#include "../declare/written.hpp"

namespace {

using namespace cicd;

constexpr std::string_view declared =
    "add_pipeline(orders IMAGE registry.example.com/orders)\n"
    "pipeline_step(orders build COMMAND cp in.txt out.txt OUTPUTS out.txt STAGE build)\n"
    "pipeline_image(orders BASE scratch FILES out.txt=/app/out.txt ENTRYPOINT /app/out.txt)\n"
    "pipeline_service(orders api PORT 8080)\n"
    "pipeline_environment(orders stage ON branch main VIA gitops REPOSITORY /srv/manifests.git)\n"
    "pipeline_preview(orders IN stage HOST orders.{slug}.example.com)\n";

struct two {
  model_or_errors base, head;

  explicit two(std::string of_head, std::string of_base = std::string(declared))
      : base(tests::model_from(of_base)), head(tests::model_from(of_head)) {
    for (const model_or_errors* each : {&base, &head})
      EXPECT_TRUE(each->errors.empty()) << text_of(each->errors.front());
  }
  base_branch branch() const { return {"main", std::string(40, 'b'), &base.model, &head.model}; }
  const declared_pipeline& pipeline() const { return head.model.pipelines.front(); }
  base_declaration of(std::string_view place = "stage") const {
    return base_declaration_of(branch(), pipeline(), environment_in(pipeline(), place));
  }
  std::vector<std::string> options() const {
    std::vector<std::string> all;
    for (const declared_difference& each : of().differs) all.push_back(each.option);
    return all;
  }
};

std::string with(std::string_view from, std::string_view to) {
  return replaced_all(std::string(declared), from, to);
}

TEST(a_base_declaration, has_nothing_against_what_goes_where_it_goes_there) {
  const two same(with("PORT 8080", "PORT 9090"));
  EXPECT_EQ(same.of().lacks, "");
  EXPECT_TRUE(same.of().differs.empty());
}

TEST(a_base_declaration, names_each_option_by_which_a_preview_would_go_elsewhere) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {with("/srv/manifests.git", "/srv/others.git"), "REPOSITORY"},
      {with("/srv/manifests.git", "/srv/manifests.git BRANCH prod"), "BRANCH"},
      {with("/srv/manifests.git", "/srv/manifests.git AUTHOR \"Mallory <m@example.com>\""), "AUTHOR"},
      {with("/srv/manifests.git", "/srv/manifests.git ALLOW_DIRTY"), "ALLOW_DIRTY"},
      {with("HOST orders.{slug}.example.com", "HOST {slug}.shop.example.com"), "HOST"},
      {with("{slug}.example.com", "{slug}.example.com PATH prod/orders"), "PATH"},
      {with("IMAGE registry.example.com/orders", "IMAGE registry.example.com/others"), "IMAGE"}};
  for (const auto& [head, option] : cases)
    EXPECT_EQ(two(head).options(), std::vector<std::string>{option}) << head;
  const two unbound(std::string(declared),
                    with("add_pipeline(orders", "add_pipeline(orders PIPELINE_REF main"));
  EXPECT_EQ(unbound.options(), std::vector<std::string>{"PIPELINE_REF"});
}

TEST(a_base_declaration, says_what_is_not_declared_there) {
  const std::string preview = "pipeline_preview(orders IN stage HOST orders.{slug}.example.com)\n";
  EXPECT_EQ(two(std::string(declared), with(preview, "")).of().lacks, "pipeline_preview(orders IN stage …)");
  EXPECT_EQ(two(replaced_all(std::string(declared), "orders", "others")).of().lacks, "add_pipeline(others)");
  const two nothing(std::string(declared), with(preview, ""));
  EXPECT_EQ(base_declaration_of(nothing.branch(), nothing.pipeline(), nullptr).lacks,
            "pipeline_preview(orders …)");
  EXPECT_EQ(base_declaration_of({"main", "", nullptr, nullptr}, nothing.pipeline(), nullptr).lacks,
            "add_pipeline(orders)");
}

TEST(a_base_declaration, has_its_stricter_rules_taken) {
  const std::string rules =
      replaced_all(with("/srv/manifests.git", "/srv/manifests.git PROTECTED VERIFY_SIGNATURE key k.pub"),
                   "{slug}.example.com", "{slug}.example.com APPROVAL other");
  const two dropped(std::string(declared), rules);
  gate_question of;
  of.what = change::preview;
  of.pipeline = "orders";
  of.environment = "stage";
  take_rules(of, dropped.branch());
  EXPECT_EQ(of.approval, approval_rule::other);
  EXPECT_TRUE(of.is_protected);
  EXPECT_NE(of.signer, "");
  // What the pull request asks besides stays.
  const two added(rules, std::string(declared));
  take_rules(of, added.branch());
  EXPECT_EQ(of.approval, approval_rule::other);
  EXPECT_TRUE(of.is_protected);
}

TEST(a_base_declaration, is_no_laxer_than_that_of_the_default_branch) {
  const std::string rules = with("{slug}.example.com", "{slug}.example.com APPROVAL required");
  const two lax((std::string(declared))), strict(std::string(declared), rules);
  const base_branch standard = strict.branch();
  base_branch base = lax.branch();
  base.name = "mine";
  base.standard = &standard;
  gate_question of;
  of.what = change::preview;
  of.pipeline = "orders";
  for (const char* const place : {"stage", "another"}) {
    of.environment = place;
    of.approval = approval_rule::none;
    take_rules(of, base);
    EXPECT_EQ(of.approval, approval_rule::required) << place;
  }
  const environment* const stage = environment_in(lax.pipeline(), "stage");
  EXPECT_TRUE(base_declaration_of(base, lax.pipeline(), stage).differs.empty());
  // Where it goes is declared alike in both; what the default branch has not, the base has to say.
  const two elsewhere(std::string(declared), with("/srv/manifests.git", "/srv/others.git"));
  const base_branch other = elsewhere.branch();
  base.standard = &other;
  const base_declaration refused = base_declaration_of(base, lax.pipeline(), stage);
  ASSERT_EQ(refused.differs.size(), 1U);
  EXPECT_EQ(refused.differs.front().option, "REPOSITORY");
  EXPECT_EQ(refused.branch, "main");
  const two nothing(std::string(declared), replaced_all(std::string(declared), "orders", "others"));
  const base_branch none = nothing.branch();
  base.standard = &none;
  EXPECT_EQ(base_declaration_of(base, lax.pipeline(), stage).lacks, "");
  const two all(std::string(declared), with("add_pipeline(orders", "add_pipeline(orders APPROVAL_TO_BUILD"));
  const base_branch asks = all.branch();
  base.standard = &asks;
  EXPECT_TRUE(builds_with_approval(base, lax.pipeline(), nullptr));
}

TEST(a_base_declaration, says_whether_a_build_needs_an_approval) {
  const std::string all = with("add_pipeline(orders", "add_pipeline(orders APPROVAL_TO_BUILD");
  const std::string preview = with("{slug}.example.com", "{slug}.example.com APPROVAL_TO_BUILD");
  const two dropped(std::string(declared), all), of_preview(std::string(declared), preview),
      renamed(replaced_all(std::string(declared), "orders", "others"), all), none((std::string(declared)));
  const environment* const stage = environment_in(of_preview.pipeline(), "stage");
  EXPECT_TRUE(builds_with_approval(dropped.branch(), dropped.pipeline(), nullptr));
  EXPECT_TRUE(builds_with_approval(renamed.branch(), renamed.pipeline(), nullptr));
  EXPECT_TRUE(builds_with_approval(of_preview.branch(), of_preview.pipeline(), stage));
  EXPECT_FALSE(builds_with_approval(of_preview.branch(), of_preview.pipeline(), nullptr));
  EXPECT_FALSE(builds_with_approval(none.branch(), none.pipeline(), stage));
}

}  // namespace
