// What a person does to previews and canaries: told as it happens, never past the gate.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/deliver/branch/canary.hpp>
#include <cicd/deliver/branch/places.hpp>
#include <cicd/deliver/branch/sweep.hpp>
#include <cicd/deliver/branch_copy.hpp>

#include "acting.hpp"

namespace cicd {
namespace {

using testing::HasSubstr;

/// What the remote answers when it is asked for its branches.
std::function<result<std::set<std::string>>()> branches_are(std::string branch) {
  return [branch] { return std::set<std::string>{branch}; };
}

/// `prod` has a preview of the branch `fix` in each cluster.
class branch_actions : public acting {
 protected:
  void SetUp() override {
    for (const std::size_t cluster : {0U, 1U}) add(cluster, "preview", "fix");
    forget_writes();
  }
  cluster_place place_of_branch(const std::string& kind, const std::string& branch) const {
    cluster_place made = place;
    made.branch_key = kind == "canary" ? canary_key_of(branch, "api") : branch_key_of(branch);
    return made;
  }
  void add(std::size_t cluster, const std::string& kind, const std::string& branch) {
    fake_cluster with(servers.at(cluster));
    const cluster_place in = place_of_branch(kind, branch);
    json config = fake_cluster::object("ConfigMap", kind + "-" + branch);
    json metadata = config["metadata"], labels(json::object{});
    labels.set("cicd.dev/pipeline", "orders").set("cicd.dev/environment", "prod");
    labels.set("cicd.dev/branch", branch_key_of(branch)).set("cicd.dev/track", kind);
    metadata.set("labels", std::move(labels));
    config.set("metadata", std::move(metadata));
    with.create(config);
    cluster_state state;
    state.facts = {{branch_fact::kind, kind},
                   {branch_fact::branch, branch},
                   {branch_fact::home, "orders"},
                   {branch_fact::service, "api"},
                   {branch_fact::expires, "2026-11-25T10:00:00Z"}};
    state.inventory = {fake_cluster::key_of(config)};
    ASSERT_TRUE(write_cluster_state(with, in, state));
  }
  bool has(std::size_t cluster, const std::string& name) const {
    return servers.at(cluster)->objects.contains({"ConfigMap", "orders", name});
  }
};

TEST_F(branch_actions, remove_the_branchs_preview_in_each_cluster_and_tell_it) {
  add(0, "preview", "other");
  const auto seen = remove_preview({"fix"}, on);
  ASSERT_TRUE(seen) << text_of(seen.error());
  EXPECT_TRUE(seen->found);
  EXPECT_THAT(seen->branches, testing::UnorderedElementsAre("fix", "other", "fix"));
  EXPECT_EQ(names(), (texts{"removed", "removed"}));
  EXPECT_EQ(heard<removed>()->at.text(), "orders/prod/" + branch_key_of("fix"));
  EXPECT_EQ(heard<removed>()->objects, texts{"ConfigMap preview-fix"});
  EXPECT_FALSE(has(0, "preview-fix") || has(1, "preview-fix"));
  EXPECT_TRUE(has(0, "preview-other"));
}

TEST_F(branch_actions, of_a_branch_without_preview_tell_nothing_and_give_those_that_have_one) {
  const auto seen = remove_preview({"fxi"}, on);
  ASSERT_TRUE(seen);
  EXPECT_FALSE(seen->found);
  EXPECT_EQ(seen->branches, (texts{"fix", "fix"}));
  EXPECT_TRUE(told.empty());
}

TEST_F(branch_actions, that_the_gate_refuses_remove_and_tell_nothing) {
  shut = true;
  EXPECT_EQ(remove_preview({"fix"}, on).error().kind, exit_class::policy);
  EXPECT_EQ(sweep_branches({branches_are("main")}, on).error().kind, exit_class::policy);
  EXPECT_EQ(names(), texts{"branch_over"}) << "which is no change";
  EXPECT_TRUE(has(0, "preview-fix"));
  EXPECT_TRUE(servers.front()->writes.empty());
}

TEST_F(branch_actions, that_the_gate_refuses_beforehand_contact_no_cluster) {
  shut_at_once = true;
  EXPECT_FALSE(remove_preview({"fix"}, on));
  EXPECT_FALSE(sweep_branches({branches_are("main")}, on));
  EXPECT_FALSE(end_canary({}, nullptr, on));
  EXPECT_EQ(asked, std::vector(3, change::branch_end));
  EXPECT_EQ(opened, 0U);
}

TEST_F(branch_actions, that_fail_in_the_first_cluster_leave_the_second) {
  break_cluster(0, "remove ConfigMap preview-fix");
  EXPECT_FALSE(remove_preview({"fix"}, on));
  EXPECT_TRUE(told.empty());
  EXPECT_TRUE(has(1, "preview-fix"));
}

TEST_F(branch_actions, sweep_what_is_over_and_say_why) {
  const auto swept = sweep_branches({branches_are("main")}, on);
  ASSERT_TRUE(swept) << text_of(swept.error());
  EXPECT_EQ(swept->over, 2U);
  EXPECT_EQ(names(), (texts{"branch_over", "removed", "branch_over", "removed"}));
  EXPECT_EQ(heard<branch_over>()->why, "its branch is gone");
}

TEST_F(branch_actions, sweep_nothing_more_where_the_branches_cannot_be_read) {
  const auto swept = sweep_branches({[]() -> result<std::set<std::string>> {
                                      return error{exit_class::remote, {}, "no answer", {}, {}};
                                    }},
                                    on);
  ASSERT_FALSE(swept);
  EXPECT_EQ(swept.error().kind, exit_class::remote);
  EXPECT_TRUE(has(0, "preview-fix"));
  EXPECT_TRUE(told.empty());
}

TEST_F(branch_actions, only_said_sweep_nothing_without_the_gate) {
  shut = shut_at_once = true;
  const auto swept = sweep_branches({branches_are("main"), true}, on);
  ASSERT_TRUE(swept);
  EXPECT_EQ(names(), (texts{"branch_over", "branch_over"}));
  EXPECT_TRUE(has(0, "preview-fix"));
}

TEST_F(branch_actions, sweep_the_rest_where_one_cannot_be_removed) {
  break_cluster(0, "remove ConfigMap preview-fix");
  const auto swept = sweep_branches({branches_are("main")}, on);
  ASSERT_TRUE(swept);
  EXPECT_EQ(swept->failed, exit_class::remote);
  EXPECT_EQ(names(), (texts{"branch_over", "remove_failed", "branch_over", "removed"}));
  EXPECT_THAT(text_of(heard<remove_failed>()->failure), HasSubstr("remove ConfigMap preview-fix"));
  EXPECT_FALSE(has(1, "preview-fix"));
}

TEST_F(branch_actions, end_a_canary_where_it_runs_although_it_is_over_elsewhere) {
  add(1, "canary", "fix");
  ASSERT_TRUE(end_canary({}, nullptr, on));
  EXPECT_EQ(names(), texts{"removed"});
  EXPECT_EQ(heard<removed>()->kind, "canary");
  EXPECT_FALSE(has(1, "canary-fix"));
  EXPECT_TRUE(has(1, "preview-fix"));
}

TEST_F(branch_actions, end_no_canary_where_none_runs) {
  const status none = end_canary({}, nullptr, on);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, exit_class::usage);
  EXPECT_THAT(text_of(none.error()), HasSubstr("no canary runs here"));
  EXPECT_TRUE(told.empty());
}

TEST_F(branch_actions, end_only_the_canary_that_is_meant) {
  add(0, "canary", "fix");
  add(0, "canary", "other");
  const status unclear = end_canary({}, nullptr, on);
  ASSERT_FALSE(unclear);
  EXPECT_THAT(text_of(unclear.error()), HasSubstr("not clear which canary"));
  EXPECT_TRUE(told.empty());
  ASSERT_TRUE(end_canary({.service = {}, .branch = "other"}, nullptr, on));
  EXPECT_TRUE(has(0, "canary-fix"));
  EXPECT_FALSE(has(0, "canary-other"));
}

/// A service `api` that may have a canary, whose branch `fix` has one of 1 beside 9 pods.
class sharing : public branch_actions {
 protected:
  void SetUp() override {
    service api;
    api.name = dns_label("api");
    api.port = port_number(8080);
    api.ready = url_path("/health");
    canary part;
    part.in = dns_label("prod");
    part.service = dns_label("api");
    part.share = share("50%");
    pipeline.declared.services = {api};
    pipeline.declared.environments = {prod};
    pipeline.declared.canaries = {part};
    declared.pipelines = {pipeline};
    on.pipeline = &declared.pipelines.front();
    on.place = &on.pipeline->declared.environments.front();
    servers.front()->objects[{"Deployment", "orders", "orders-api"}] = *parse_json(
        R"({"kind":"Deployment","metadata":{"name":"orders-api","namespace":"orders","generation":1},)"
        R"("spec":{"template":{"metadata":{"labels":{"app":"orders-api","cicd.dev/workload":"orders.api",)"
        R"("cicd.dev/track":"stable","cicd.dev/traffic":"orders.api"}}}},"status":{"observedGeneration":1,)"
        R"("replicas":9,"updatedReplicas":9,"readyReplicas":9}})");
    add(0, "canary", "fix");
    fake_cluster with(servers.front());
    deployment_record record;
    record.pipeline = "orders";
    record.environment = "prod";
    record.version = "v2";
    record.generation = 1;
    record.outcome = "deployed";
    ASSERT_TRUE(keep_deployment(with, place_of_branch("canary", "fix"),
                                {record, {with.get({"ConfigMap", "orders", "canary-fix"}).object}}));
    forget_writes();
    ports.declared = &declared;
    ports.may = [this](const graph_step& step, int percent, const gate_state& state) {
      asked_of = step.id + " " + std::to_string(percent);
      return on.may(change::canary_share, state);
    };
  }
  result<deployed> set(int percent) { return set_canary_share({{}, percent}, on, ports); }

  model declared;
  canary_ports ports;
  std::string asked_of;
};

TEST_F(sharing, is_told_as_a_deployment_with_the_share_that_was_had) {
  const auto done = set(25);
  ASSERT_TRUE(done) << text_of(done.error());
  EXPECT_THAT(asked_of, HasSubstr(" 25"));
  EXPECT_EQ(names().back(), "deployed");
  const deployed& told_of = *heard<deployed>();
  EXPECT_EQ(told_of.how, deployed_by::share);
  EXPECT_EQ(told_of.share, "3 of 12 pods, 25%");
  EXPECT_EQ(told_of.at.branch, "fix");
  EXPECT_EQ(told_of.record.version, "v2");
  fake_cluster with(servers.front());
  EXPECT_EQ(read_cluster_state(with, place_of_branch("canary", "fix"))->facts.at(branch_fact::share),
            "3 of 12 pods, 25%");
}

TEST_F(sharing, that_the_gate_refuses_tells_no_deployment_and_writes_nothing) {
  shut = true;
  const auto refused = set(25);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, exit_class::policy);
  EXPECT_EQ(heard<deployed>(), nullptr);
  EXPECT_TRUE(writes().empty());
}

TEST_F(sharing, that_cannot_be_had_is_refused_before_anything_is_told) {
  const auto refused = set(1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, exit_class::usage);
  EXPECT_TRUE(told.empty());
}

TEST_F(sharing, that_the_cluster_refuses_tells_no_deployment) {
  break_cluster(0, "write ConfigMap " + place_of_branch("canary", "fix").state_name());
  EXPECT_FALSE(set(25));
  EXPECT_EQ(heard<deployed>(), nullptr);
}

// --- Copies in no cluster ---

/// A place with a preview of `fix` and one of `late`, whose time is over; one of them may refuse its end.
struct kept_copies : copies_home {
  std::string refuses, by;
  std::vector<std::string> ended;
  int times_read = 0;

  std::string name() const override { return "manifests.git (previews)"; }
  result<std::vector<known_place>> all() override {
    ++times_read;
    std::vector<known_place> found;
    for (const char* branch : {"fix", "late"}) {
      known_place one;
      one.place = {"orders", "prod", "orders", branch_key_of(branch)};
      const bool is_late = std::string(branch) == "late";
      one.state.facts = {{branch_fact::kind, "preview"},
                         {branch_fact::branch, branch},
                         {branch_fact::expires, is_late ? "2026-11-20T10:00:00Z" : "2026-11-25T10:00:00Z"}};
      found.push_back(one);
    }
    return found;
  }
  std::vector<result<branch_end>> end(const permit&,
                                      const std::vector<known_place>& which,
                                      const changed_by& who) override {
    std::vector<result<branch_end>> ends;
    by = who.who;
    for (const known_place& each : which) {
      if (fact_of(each, branch_fact::branch) == refuses) {
        ends.push_back(error{exit_class::conflict, {}, "files of others", {}, {}});
        continue;
      }
      ended.push_back(fact_of(each, branch_fact::branch));
      ends.push_back(branch_end{{"Service orders"}, {}});
    }
    return ends;
  }
};

class kept_branch_actions : public acting {
 protected:
  kept_branch_actions() {
    on.clusters = 0;
    on.copies = copies;
  }
  std::shared_ptr<kept_copies> copies = std::make_shared<kept_copies>();
};

TEST_F(kept_branch_actions, remove_the_branchs_preview_and_tell_it) {
  const auto seen = remove_preview({"fix"}, on);
  ASSERT_TRUE(seen) << text_of(seen.error());
  EXPECT_TRUE(seen->found);
  EXPECT_EQ(seen->branches, (texts{"fix", "late"}));
  EXPECT_EQ(copies->ended, texts{"fix"});
  EXPECT_EQ(copies->by, "Ada");
  EXPECT_EQ(heard<removed>()->at.cluster, "manifests.git (previews)");
  EXPECT_EQ(heard<removed>()->at.branch, "fix");
  EXPECT_EQ(heard<removed>()->objects, texts{"Service orders"});
}

TEST_F(kept_branch_actions, cannot_remove_what_only_the_agent_can) {
  EXPECT_EQ(remove_preview({"fix", true}, on).error().kind, exit_class::usage);
  EXPECT_EQ(remove_preview({""}, on).error().kind, exit_class::usage);
  EXPECT_TRUE(copies->ended.empty());
}

TEST_F(kept_branch_actions, that_the_gate_refuses_end_nothing) {
  shut = true;
  EXPECT_EQ(remove_preview({"fix"}, on).error().kind, exit_class::policy);
  EXPECT_EQ(sweep_branches({branches_are("main")}, on).error().kind, exit_class::policy);
  EXPECT_TRUE(copies->ended.empty());
}

TEST_F(kept_branch_actions, sweep_at_once_what_is_over_and_tell_what_stays) {
  copies->refuses = "fix";
  const auto swept = sweep_branches({branches_are("late")}, on);
  ASSERT_TRUE(swept) << text_of(swept.error());
  EXPECT_EQ(swept->over, 2U);
  EXPECT_EQ(swept->failed, exit_class::conflict);
  EXPECT_EQ(names(), (texts{"branch_over", "branch_over", "remove_failed", "removed"}));
  EXPECT_EQ(copies->ended, texts{"late"});
}

TEST_F(kept_branch_actions, sweep_by_branches_that_are_read_after_the_copies) {
  const auto swept = sweep_branches({[&]() -> result<std::set<std::string>> {
                                      EXPECT_EQ(copies->times_read, 1)
                                          << "a copy made before this has its branch in the answer";
                                      return std::set<std::string>{"fix", "late"};
                                    }},
                                    on);
  ASSERT_TRUE(swept) << text_of(swept.error());
  EXPECT_EQ(copies->times_read, 1);
}

TEST_F(kept_branch_actions, only_said_sweep_nothing_without_the_gate) {
  shut = shut_at_once = true;
  const auto swept = sweep_branches({branches_are("fix"), true}, on);
  ASSERT_TRUE(swept);
  EXPECT_EQ(names(), texts{"branch_over"});
  EXPECT_TRUE(copies->ended.empty());
}

TEST(a_folder_of_a_copy, has_files_of_others_where_they_bear_no_label_of_it) {
  const std::string own = "kind: Service\nmetadata: {name: a, labels: {cicd.dev/branch: fix-1}}\n";
  const std::string another = "kind: Service\nmetadata: {name: a, labels: {cicd.dev/branch: fix-2}}\n";
  const auto others = files_of_others({{"a.yaml", own},
                                       {"b.yaml", another},
                                       {"c.md", "text"},
                                       {"d.yaml", own + "---\n" + own},
                                       {"e.yaml", "a: ["}},
                                      "fix-1");
  std::vector<std::string> names;
  for (const auto& [file, content] : others) names.push_back(file);
  EXPECT_EQ(names, (std::vector<std::string>{"b.yaml", "c.md", "d.yaml", "e.yaml"}));
}

TEST(a_state, keeps_what_is_known_of_a_branchs_copy) {
  environment_state state;
  EXPECT_EQ(file_text(state), "");
  state.facts = {{"branch", "fix/click"}, {"expires", "2026-11-25T10:00:00Z"}};
  const auto read = environment_state_from(file_text(state), "here");
  ASSERT_TRUE(read) << text_of(read.error());
  EXPECT_EQ(read->facts, state.facts);
}

}  // namespace
}  // namespace cicd
