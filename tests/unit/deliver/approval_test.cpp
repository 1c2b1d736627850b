// Approvals: for one artifact, or for exactly these images and objects, for a while, and used up by success.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/cluster/approval.hpp>
#include <cicd/deliver/policy/approval.hpp>
#include <cicd/deliver/policy/approver.hpp>

#include "acting.hpp"

namespace cicd {
namespace {

using kubernetes::fake_cluster;
using testing::HasSubstr;

class approvals : public testing::Test {
 protected:
  void SetUp() override {
    declared.declared.name = "orders";
    place.name = "prod";
    place.approval = approval_rule::required;
    step.id = "orders/deploy-prod";
    step.pipeline = &declared;
    step.work = deploy_step{&place};
    record.pipeline = "orders";
    record.environment = "prod";
    record.images["image"].manifest = sha256("one");
    plan.place = {"orders", "prod", "orders"};
    plan.objects.push_back({planned_object::what::change,
                            {"Deployment", "orders", "api"},
                            fake_cluster::object("Deployment", "api"),
                            {},
                            {},
                            false,
                            {}});
    now = *utc_from("2026-11-21T08:00:00Z");
  }

  /// An approval of the plan as it is, given an hour ago.
  void approve_it() {
    plan.before.approvals = {{"ada", "looked at it", hex(approval_digest(plan, record)),
                              now - std::chrono::hours(1), now + std::chrono::hours(23)}};
  }
  status checked() const {
    gate_question of;
    of.subject = step.id;
    of.environment = "prod";
    of.approval = approval_rule_of(step);
    of.author = "Grace <grace@example.com>";
    of.approve_words = approve_words(step, 0);
    of.read_words = "cicd notes orders prod --to v1";
    const gate_state state{.version = record.version,
                           .approvals = plan.before.approvals,
                           .approval_digest = hex(approval_digest(plan, record)),
                           .now = now};
    approver = approver_of(of, state);
    const result<permit> may_it = may(of, state);
    return may_it ? status() : status(may_it.error());
  }

  declared_pipeline declared;
  environment place;
  graph_step step;
  cluster_plan plan;
  deployment_record record;
  std::chrono::system_clock::time_point now;
  mutable std::string approver;  ///< of what was checked last
};

TEST_F(approvals, are_asked_for_only_where_they_are_required) {
  place.approval = approval_rule::none;
  EXPECT_TRUE(checked());
}

TEST_F(approvals, that_are_missing_are_a_matter_of_policy_and_the_way_is_named) {
  const status refused = checked();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, exit_class::policy);
  EXPECT_THAT(
      text_of(refused.error()),
      HasSubstr(
          "cicd approve orders prod --reason '…', by a user who has read cicd notes orders prod --to v1"));
}

TEST_F(approvals, of_these_images_and_objects_hold) {
  approve_it();
  EXPECT_TRUE(checked());
}

TEST_F(approvals, that_count_say_whose_they_are) {
  EXPECT_FALSE(checked());
  EXPECT_EQ(approver, "");
  approve_it();
  deployment_approval other = plan.before.approvals.front();
  other.who = "grace";
  other.expires = now;
  plan.before.approvals.insert(plan.before.approvals.begin(), other);
  EXPECT_TRUE(checked());
  EXPECT_EQ(approver, "ada");
  place.approval = approval_rule::none;
  EXPECT_TRUE(checked());
  EXPECT_EQ(approver, "") << "nobody was asked";
}

TEST_F(approvals, hold_for_a_day_and_then_say_when_they_ended) {
  approve_it();
  now = plan.before.approvals.front().expires - std::chrono::seconds(1);
  EXPECT_TRUE(checked());
  now += std::chrono::seconds(1);
  const status refused = checked();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, exit_class::policy);
  EXPECT_THAT(text_of(refused.error()), HasSubstr("an approval by ada that expired at 2026-11-22T07:00:00Z"));
}

TEST_F(approvals, of_another_image_do_not_hold) {
  approve_it();
  record.images["image"].manifest = sha256("other");
  const status refused = checked();
  ASSERT_FALSE(refused);
  EXPECT_THAT(text_of(refused.error()), HasSubstr("for other images or objects"));
}

TEST_F(approvals, that_do_not_count_are_told_by_that_of_the_version_else_by_the_newest) {
  const auto given = [&](const char* who, const char* version, int hours_ago) {
    deployment_approval made{who, "read it", hex(sha256(version)), now - std::chrono::hours(hours_ago),
                             now + std::chrono::hours(1)};
    made.version = version;
    return made;
  };
  plan.before.approvals = {given("ada", "v1", 3), given("grace", "v2", 2), given("alan", "v3", 1)};
  EXPECT_THAT(text_of(checked().error()), HasSubstr("an approval by alan"));
  record.version = "v2";
  EXPECT_THAT(text_of(checked().error()), HasSubstr("an approval by grace"));
}

TEST_F(approvals, of_another_manifest_do_not_hold) {
  approve_it();
  json spec(json::object{});
  spec.set("replicas", 3);
  plan.objects.front().wanted.set("spec", std::move(spec));
  EXPECT_FALSE(checked());
}

TEST_F(approvals, of_a_deploy_do_not_hold_for_a_branchs_copy) {
  approve_it();
  plan.place.branch_key = "fix-1a2b3c4d";
  EXPECT_FALSE(checked());
}

TEST_F(approvals, name_the_command_that_gives_exactly_them) {
  const canary declared{.in = dns_label("prod"), .service = dns_label("api")};
  step.work = deploy_step{&place, &declared};
  declared_pipeline of;
  of.declared.name = "orders";
  of.declared.canaries = {declared};
  step.pipeline = &of;
  EXPECT_EQ(approve_words(step, 0), "cicd approve orders prod --canary");
  EXPECT_EQ(approve_words(step, 25), "cicd approve orders prod --canary --share 25%");
  EXPECT_EQ(approve_words(step, 0, {"helm", "kubectl edit"}),
            "cicd approve orders prod --take-over helm --take-over 'kubectl edit' --canary");
  of.declared.canaries.push_back({.in = dns_label("prod"), .service = dns_label("web")});
  EXPECT_EQ(approve_words(step, 25), "cicd approve orders prod --canary --service api --share 25%");
}

TEST_F(approvals, are_written_down_although_the_namespace_is_yet_to_be_made) {
  auto server = std::make_shared<fake_cluster::server>();
  fake_cluster with(server);
  plan.objects.push_back({planned_object::what::add,
                          {"Namespace", "", "orders"},
                          fake_cluster::object("Namespace", "orders"),
                          {},
                          {},
                          false,
                          {}});
  const status made = make_planned_namespace(allowed(change::approve), with, plan.place, plan);
  ASSERT_TRUE(made) << text_of(made.error());
  EXPECT_TRUE(with.get({"Namespace", "", "orders"}));
}

TEST_F(approvals, of_the_author_do_not_hold_where_another_person_is_to_approve) {
  approve_it();
  place.approval = approval_rule::other;
  EXPECT_TRUE(checked());
  plan.before.approvals.front().persons = {"Grace <grace@example.com>"};
  const status refused = checked();
  ASSERT_FALSE(refused);
  EXPECT_THAT(text_of(refused.error()), HasSubstr("an approval by ada, who is the author of the commit"));
  EXPECT_THAT(text_of(refused.error()), HasSubstr("by another person than Grace <grace@example.com>"));
}

TEST_F(approvals, of_a_canary_are_asked_for_where_it_says_so_or_its_environment_does) {
  canary declared{.in = dns_label("prod"), .service = dns_label("api")};
  step.work = deploy_step{&place, &declared};
  EXPECT_EQ(approval_rule_of(step), approval_rule::required);
  declared.approval = approval_rule::other;
  EXPECT_EQ(approval_rule_of(step), approval_rule::other);
  place.approval = declared.approval = approval_rule::none;
  EXPECT_EQ(approval_rule_of(step), approval_rule::none);
}

TEST(an_approver, is_the_author_by_any_name_that_both_have) {
  const std::string author = "Ada Lovelace <Ada@example.com>";
  for (const char* same : {"ada@example.com", "Ada Lovelace <x@y.z>", "ada", "ADA",
                           "arn:aws:sts::123456789012:assumed-role/deploy/ada@example.com",
                           "1234+ada@users.noreply.github.com", "corp/ada"})
    EXPECT_TRUE(is_same_person(same, author)) << same;
  for (const char* other : {"grace@example.com", "Grace <grace@example.com>", "kubernetes-admin", "ada2", ""})
    EXPECT_FALSE(is_same_person(other, author)) << other;
}

TEST(an_approval_of_an_artifact,
     is_of_its_commit_images_bundle_and_environment_and_not_of_when_it_was_written) {
  artifact_record record;
  record.pipeline = "orders";
  record.commit = std::string(40, 'a');
  record.images["image"] = {"orders", sha256("one")};
  record.bundle = sha256("bundle");
  const digest before = approval_digest(record, "prod", {});
  artifact_record again = record;
  again.run = "another";
  again.who = "grace";
  EXPECT_EQ(approval_digest(again, "prod", {}), before);
  EXPECT_NE(approval_digest(record, "stage", {}), before);
  EXPECT_NE(approval_digest(record, "prod", {"helm"}), before);
  again = record;
  again.commit = std::string(40, 'b');
  EXPECT_NE(approval_digest(again, "prod", {}), before);
  again = record;
  again.bundle = sha256("other");
  EXPECT_NE(approval_digest(again, "prod", {}), before);
  again = record;
  again.images["image"].manifest = sha256("two");
  EXPECT_NE(approval_digest(again, "prod", {}), before);
}

TEST(an_approval_of_files, of_a_branchs_copy_holds_whatever_its_end_is_and_of_nothing_else) {
  const auto digest_with = [](const std::string& end, const std::string& more = "1") {
    return approval_digest(deployment_record{},
                           {{"api.yaml", "metadata:\n  annotations:\n    cicd.dev/expires: \"" + end
                                             + "\"\nspec: {replicas: " + more + "}\n"}});
  };
  const digest shown = digest_with("2026-12-07T19:00:00Z");
  EXPECT_EQ(digest_with("2026-12-08T02:00:00Z"), shown);
  EXPECT_NE(digest_with("2026-12-07T19:00:00Z", "2"), shown);
  EXPECT_NE(digest_with("never, by another"), shown);
  EXPECT_EQ(without_end_of_copy(R"({"cicd.dev/expires":"2026-12-07T19:00:00Z","b":1})"),
            R"({"cicd.dev/expires":"","b":1})");
  EXPECT_EQ(without_end_of_copy("cicd.dev/expires"), "cicd.dev/expires");
}

TEST_F(approvals, of_another_environment_do_not_hold) {
  approve_it();
  record.environment = "stage";
  EXPECT_FALSE(checked());
}

/// A step whose plan is known for both clusters of its environment.
class approving : public acting {
 protected:
  status approved_all(std::string reason = "looked at it") {
    request.reason = std::move(reason);
    return approve(request, plans, on);
  }

  approval_request request{
      .step = "orders/deploy-prod", .reason = {}, .make_images = "cmake --build b --target orders.image"};
  std::vector<approvable> plans{{std::string(64, 'a'), "v2", {"+ ConfigMap a"}, {}},
                                {std::string(64, 'b'), "v2", {"+ ConfigMap a"}, {}}};
};

TEST_F(approving, tells_what_is_agreed_to_and_then_that_it_was_for_each_cluster) {
  ASSERT_TRUE(approved_all());
  EXPECT_EQ(names(), (texts{"approval_started", "approved", "approval_started", "approved"}));
  EXPECT_EQ(heard<approval_started>()->plan, texts{"+ ConfigMap a"});
  EXPECT_EQ(heard<approved>()->step, "orders/deploy-prod");
  EXPECT_EQ(heard<approved>()->digest, plans.front().digest);
  EXPECT_EQ(utc_text(heard<approved>()->expires), "2026-11-22T08:00:00Z");
  for (const std::size_t cluster : {0U, 1U}) {
    ASSERT_EQ(state(cluster).approvals.size(), 1U);
    EXPECT_EQ(state(cluster).approvals.front().digest, plans.at(cluster).digest);
    EXPECT_EQ(state(cluster).approvals.front().version, "v2");
  }
}

TEST_F(approving, twice_by_one_person_is_one_approval_with_the_later_reason) {
  ASSERT_TRUE(approved_all());
  ASSERT_TRUE(approved_all("looked again"));
  ASSERT_EQ(state().approvals.size(), 1U);
  EXPECT_EQ(state().approvals.front().reason, "looked again");
}

TEST_F(approving, of_two_versions_keeps_both) {
  ASSERT_TRUE(approved_all());
  plans.front().digest = std::string(64, 'c');
  ASSERT_TRUE(approved_all());
  EXPECT_EQ(state().approvals.size(), 2U);
}

TEST_F(approving, keeps_a_hold_that_is_there) {
  fake_cluster with(servers.front());
  cluster_state before;
  before.hold = deployment_hold{"ada", "frozen", {}, time.now()};
  ASSERT_TRUE(write_cluster_state(with, place, before));
  ASSERT_TRUE(approved_all());
  EXPECT_TRUE(state().hold);
}

TEST_F(approving, that_the_gate_refuses_tells_and_writes_nothing) {
  shut = true;
  const status refused = approved_all();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, exit_class::policy);
  EXPECT_TRUE(told.empty());
  EXPECT_TRUE(state().approvals.empty());
}

TEST_F(approving, of_what_is_not_known_yet_says_what_makes_its_images) {
  plans.clear();
  const status refused = approved_all();
  ASSERT_FALSE(refused);
  EXPECT_THAT(text_of(refused.error()),
              HasSubstr("try: cmake --build b --target orders.image, then approve"));
  EXPECT_TRUE(told.empty());
}

TEST_F(approving, that_fails_in_the_second_cluster_has_told_the_first_only) {
  break_cluster(1, "create ConfigMap cicd.orders.prod");
  EXPECT_FALSE(approved_all());
  EXPECT_EQ(names(), (texts{"approval_started", "approved", "approval_started"}));
  EXPECT_TRUE(state(1).approvals.empty());
}

TEST_F(approving, is_refused_to_the_author_where_another_person_is_to_approve) {
  request.rule = approval_rule::other;
  request.author = "Ada <ada@example.com>";
  const status refused = approved_all();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, exit_class::policy);
  EXPECT_THAT(text_of(refused.error()), HasSubstr("the author of the commit cannot approve it"));
  EXPECT_TRUE(state().approvals.empty());
  request.author = "Grace <grace@example.com>";
  EXPECT_TRUE(approved_all());
}

TEST_F(approving, is_refused_where_another_person_is_to_approve_and_ci_or_the_commit_names_none) {
  request.rule = approval_rule::other;
  request.author = "Grace <grace@example.com>";
  request.nameless_system = "GitLab CI";
  EXPECT_THAT(text_of(approved_all().error()), HasSubstr("GitLab CI names no person"));
  request.nameless_system.clear();
  request.author.clear();
  EXPECT_THAT(text_of(approved_all().error()), HasSubstr("the author of the commit is not known"));
  EXPECT_TRUE(state().approvals.empty());
}

TEST_F(approving, is_taken_back_in_each_cluster_and_told) {
  ASSERT_TRUE(approved_all());
  told.clear();
  ASSERT_TRUE(withdraw_approvals({}, on));
  EXPECT_EQ(names(), (texts{"approval_withdrawn", "approval_withdrawn"}));
  EXPECT_EQ(heard<approval_withdrawn>()->version, "v2");
  for (const std::size_t cluster : {0U, 1U}) EXPECT_TRUE(state(cluster).approvals.empty());
}

TEST_F(approving, is_taken_back_alone_where_its_id_is_given) {
  ASSERT_TRUE(approved_all());
  const std::string kept = short_approval(state(0).approvals.front());
  ASSERT_TRUE(withdraw_approvals(short_approval(state(1).approvals.front()), on));
  EXPECT_EQ(state(0).approvals.size(), 1U);
  EXPECT_TRUE(state(1).approvals.empty());
  const status none = withdraw_approvals("no such id", on);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, exit_class::usage);
  EXPECT_THAT(text_of(none.error()), HasSubstr("allowed: " + kept));
}

TEST_F(approving, that_is_refused_to_be_taken_back_stays) {
  ASSERT_TRUE(approved_all());
  shut = true;
  EXPECT_FALSE(withdraw_approvals({}, on));
  EXPECT_EQ(state().approvals.size(), 1U);
}

}  // namespace
}  // namespace cicd
