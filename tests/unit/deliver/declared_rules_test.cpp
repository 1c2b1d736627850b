// The rules of a change in words: each that the gate asks, and none that it does not.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include <cicd/deliver/policy/declared_rules.hpp>
#include <cicd/deliver/policy/gate_rules.hpp>

#include "../declare/written.hpp"

namespace {

using namespace cicd;

constexpr std::string_view all_declared =
    "add_pipeline(orders TEMPLATE java-maven PIPELINE_REF main)\n"
    "pipeline_release(orders BRANCHES main release/* VERSIONS semantic)\n"
    "pipeline_environment(orders stage ON branch main VIA kubectl)\n"
    "pipeline_environment(orders prod ON tag v* VIA kubectl FROM stage SOAK 2h WINDOW \"Mon-Fri "
    "09:00-16:00\" "
    "TIME_ZONE America/Sao_Paulo AWAIT registry.example.com/ui UPSTREAM jenkins "
    "https://ci.example.com/job/orders/ "
    "VERIFY_SIGNATURE key keys/release.pub keys/next.pub "
    "GATE ./slo.sh prod APPROVAL other PROTECTED)\n"
    "pipeline_environment(orders eu PIN v1.4.2 FROM prod SAME_CONFIG VIA kubectl)\n";

struct declared {
  model_or_errors made = tests::model_from(all_declared);

  const declared_pipeline& pipeline() const { return made.model.pipelines.front(); }
  const environment& place(std::string_view name) const {
    return *std::ranges::find(pipeline().declared.environments, name,
                              [](const environment& each) { return each.name.view(); });
  }
  std::vector<declared_rule> rules(change what, std::string_view name, bool is_outside = true) const {
    const environment& at = place(name);
    return rules_of({what, pipeline(), &at, is_outside, at.approval, "cicd approve orders prod"});
  }
  std::string asks(gate_rule rule, std::string_view name) const {
    for (const declared_rule& each : rules(change::deploy, name))
      if (each.rule == rule) return each.asks;
    return {};
  }
};

TEST(rules_in_words, are_those_that_the_gate_asks_of_each_change) {
  const declared of;
  ASSERT_TRUE(of.made.errors.empty()) << text_of(of.made.errors.front());
  for (const change what : all_changes)
    for (const bool is_outside : {true, false}) {
      std::set<gate_rule> told, asked;
      for (const char* name : {"stage", "prod", "eu"})
        for (const declared_rule& each : of.rules(what, name, is_outside)) told.insert(each.rule);
      for (const gate_rule rule : all_rules)
        if (gate_rules::is_asked(what, rule, is_outside)) asked.insert(rule);
      EXPECT_EQ(told, asked) << static_cast<int>(what) << is_outside;
    }
}

TEST(rules_in_words, say_what_is_declared) {
  const declared of;
  EXPECT_EQ(of.asks(gate_rule::pin, "eu"), "it is the artifact of PIN v1.4.2");
  EXPECT_EQ(of.asks(gate_rule::from, "eu"),
            "the commit was deployed and healthy in prod, as it is declared there now");
  EXPECT_EQ(of.asks(gate_rule::ref, "prod"), "it is deployed from tag v*");
  EXPECT_EQ(of.asks(gate_rule::branches, "prod"), "the commit is on main or release/*");
  EXPECT_EQ(of.asks(gate_rule::version, "prod"), "the tag is a version (semantic)");
  EXPECT_EQ(of.asks(gate_rule::from, "prod"), "the commit was deployed and healthy in stage");
  EXPECT_EQ(of.asks(gate_rule::soak, "prod"), "it was healthy there for 2h");
  EXPECT_EQ(of.asks(gate_rule::window, "prod"), "it is Mon-Fri 09:00-16:00, America/Sao_Paulo");
  EXPECT_EQ(of.asks(gate_rule::await, "prod"), "images of the commit are there: registry.example.com/ui");
  EXPECT_EQ(of.asks(gate_rule::upstream, "prod"),
            "its build is good: jenkins https://ci.example.com/job/orders");
  EXPECT_EQ(of.asks(gate_rule::signature, "prod"),
            "its images, and their provenance, are signed by keys/release.pub or keys/next.pub");
  EXPECT_EQ(of.asks(gate_rule::program, "prod"), "./slo.sh prod ends with 0");
  EXPECT_EQ(of.asks(gate_rule::protection, "prod"), "it runs in CI, on: push, tag");
  EXPECT_EQ(of.asks(gate_rule::approval, "prod"),
            "another user than the author approved it: cicd approve orders prod --reason …");
  EXPECT_EQ(of.asks(gate_rule::remote_ref, "stage"), "the commit is on main of the remote repository");
}

TEST(rules_in_words, leave_out_what_is_not_declared) {
  const declared of;
  for (const gate_rule rule :
       {gate_rule::branches, gate_rule::version, gate_rule::from, gate_rule::soak, gate_rule::window,
        gate_rule::await, gate_rule::upstream, gate_rule::program, gate_rule::signature,
        gate_rule::protection, gate_rule::approval, gate_rule::moved_tag})
    EXPECT_EQ(of.asks(rule, "stage"), "") << word_of(rule);
}

}  // namespace
