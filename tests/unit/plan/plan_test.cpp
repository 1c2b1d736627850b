// The plan as a pure function: a small graph drawn above each case, a memory and effects that are plain maps.
#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include <cicd/plan/plan.hpp>

namespace {

using namespace cicd;

/// What was done before, told by the test.
struct fake_memory : memory {
  std::map<std::string, last_success, std::less<>> lasts;
  std::map<std::string, key_parts, std::less<>> known;
  std::map<std::string, step_result> cache;

  std::optional<last_success> last(std::string_view step) const override {
    const auto found = lasts.find(step);
    return found == lasts.end() ? std::nullopt : std::optional(found->second);
  }
  key_parts parts(std::string_view step) const override {
    const auto found = known.find(step);
    return found == known.end() ? key_parts{} : found->second;
  }
  std::optional<step_result> cached(const digest& key) const override {
    const auto found = cache.find(hex(key));
    return found == cache.end() ? std::nullopt : std::optional(found->second);
  }
};

/// Effects that say what the test told them, and keep what they were asked with.
struct fake_effects : effect_planner {
  std::map<std::string, decision> say;
  std::map<std::string, artifacts> asked;

  result<step_plan> plan(const graph_step& step, const artifacts& images) override {
    asked[step.id] = images;
    const auto found = say.find(step.id);
    return step_plan{.step = 0,
                     .what = found == say.end() ? decision::run : found->second,
                     .key = {},
                     .reasons = {"asked"},
                     .details = {},
                     .result = {}};
  }
};

observed_file file(const std::string& path, const std::string& content) {
  return {path, 0100644, sha256(content)};
}

/// build → test ─┐
/// build → image ┴ publish → deploy-stage
struct pipeline_fixture : testing::Test {
  cicd::model model;
  step_graph graph;
  fake_memory remembered;
  fake_effects effects;
  std::vector<observed_step> seen;

  void SetUp() override {
    declared_pipeline one;
    one.declared.name = "orders";
    one.declared.steps = {
        step{.name = "test", .command = {"mvn", "test"}, .after = {"build"}, .stage = step_stage::test},
        step{.name = "build", .command = {"mvn", "package"}}};
    one.declared.images = {image{.name = "image"}};
    one.declared.environments = {
        environment{.name = "stage", .via = deploy_way::gitops},
        environment{.name = "prod", .on = {ref_kind::tag, ref_pattern("v*")}, .via = deploy_way::gitops}};
    model.pipelines.push_back(one);
    graph = graph_of(model);
    seen.resize(graph.steps.size());
    seen[at("orders/build")].inputs = {file("pom.xml", "a"), file("src/Orders.java", "b")};
    seen[at("orders/build")].words = {"mvn", "package"};
    seen[at("orders/test")].words = {"mvn", "test"};
  }

  step_index at(std::string_view id) const { return *graph.find(id); }

  planner plans_for(std::string_view target) {
    return {graph, closure(graph, {at(target)}), seen, remembered, effects};
  }

  /// Remembers a success of a step as it is now, with these outputs.
  void succeeded(const std::string& id,
                 const std::string& outputs,
                 const std::vector<upstream_result>& upstream = {}) {
    const key_parts parts = parts_of(graph.steps[at(id)], seen[at(id)], upstream);
    remembered.lasts[id] = {{key_of(graph.steps[at(id)], seen[at(id)], upstream), sha256(outputs),
                             "sha256:" + std::string(64, '1')},
                            true};
    remembered.known[id] = parts;
  }
};

TEST(a_kind_of_step, has_a_word_of_its_own) {
  std::string all;
  for (const step_kind each : {step_kind::command, step_kind::image, step_kind::publish, step_kind::deploy})
    all += std::string(word_of(each)) + " ";
  EXPECT_EQ(all, "command image publish deploy ");
}

TEST_F(pipeline_fixture, the_graph_puts_each_step_after_those_it_depends_on) {
  std::vector<std::string> order;
  for (const graph_step& step : graph.steps) order.push_back(step.id);
  EXPECT_EQ(order, (std::vector<std::string>{"orders/build", "orders/test", "orders/image", "orders/publish",
                                             "orders/deploy-stage", "orders/deploy-prod"}));
}

TEST_F(pipeline_fixture, the_closure_of_an_image_leaves_the_test_out) {
  std::vector<std::string> names;
  for (step_index step : closure(graph, {at("orders/image")})) names.push_back(graph.steps[step].id);
  EXPECT_EQ(names, (std::vector<std::string>{"orders/build", "orders/image"}));
}

TEST_F(pipeline_fixture, a_step_that_never_ran_is_run_and_later_ones_depend_on_it) {
  planner plans = plans_for("orders/test");
  const auto plan = whole_plan(plans);
  ASSERT_TRUE(plan);
  EXPECT_EQ((*plan)[0].what, decision::run);
  EXPECT_EQ((*plan)[0].reasons, std::vector<std::string>{"never ran here"});
  EXPECT_EQ((*plan)[1].what, decision::depends);
  EXPECT_EQ((*plan)[1].reasons, std::vector<std::string>{"depends on orders/build"});
}

TEST_F(pipeline_fixture, a_step_whose_key_and_outputs_are_unchanged_is_up_to_date) {
  succeeded("orders/build", "jar");
  planner plans = plans_for("orders/build");
  const auto plan = plans.decide(at("orders/build"));
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->what, decision::up_to_date);
}

TEST_F(pipeline_fixture, a_step_whose_outputs_were_touched_runs_and_says_so) {
  succeeded("orders/build", "jar");
  remembered.lasts["orders/build"].intact = false;
  planner plans = plans_for("orders/build");
  const auto plan = plans.decide(at("orders/build"));
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->what, decision::run);
  EXPECT_EQ(plan->reasons, std::vector<std::string>{"its outputs were changed or removed"});
}

TEST_F(pipeline_fixture, a_changed_input_is_named_as_the_reason) {
  succeeded("orders/build", "jar");
  seen[at("orders/build")].inputs[1] = file("src/Orders.java", "changed");
  planner plans = plans_for("orders/build");
  const auto plan = plans.decide(at("orders/build"));
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->what, decision::run);
  EXPECT_EQ(plan->reasons, std::vector<std::string>{"src/Orders.java changed"});
}

TEST_F(pipeline_fixture, what_the_cache_has_under_the_key_is_reused) {
  const digest key = key_of(graph.steps[at("orders/build")], seen[at("orders/build")], {});
  remembered.cache[hex(key)] = {key, sha256("jar"), {}};
  planner plans = plans_for("orders/test");
  const auto plan = whole_plan(plans);
  ASSERT_TRUE(plan);
  EXPECT_EQ((*plan)[0].what, decision::reuse);
  EXPECT_EQ((*plan)[1].what, decision::run) << "its key is known, since the reused outputs are";
}

TEST_F(pipeline_fixture, a_step_whose_inputs_come_out_equal_is_reused_after_its_predecessor_ran) {
  succeeded("orders/build", "jar");
  const upstream_result built{"orders/build", sha256("jar")};
  succeeded("orders/test", "", {built});
  seen[at("orders/build")].inputs[0] = file("pom.xml", "a comment");
  planner plans = plans_for("orders/test");
  ASSERT_EQ(plans.decide(at("orders/build"))->what, decision::run);
  ASSERT_EQ(plans.decide(at("orders/test"))->what, decision::depends);
  plans.arrived(at("orders/build"), {sha256("key"), sha256("jar"), {}});
  EXPECT_EQ(plans.decide(at("orders/test"))->what, decision::up_to_date);
}

TEST_F(pipeline_fixture, an_environment_that_follows_tags_comes_after_nothing_that_builds) {
  const step_index prod = at("orders/deploy-prod");
  EXPECT_TRUE(graph.steps[prod].promotes());
  EXPECT_FALSE(graph.steps[at("orders/deploy-stage")].promotes());
  EXPECT_EQ(closure(graph, {prod}), std::vector<step_index>{prod});
  planner plans = plans_for("orders/deploy-prod");
  ASSERT_TRUE(plans.question_for(prod));
  EXPECT_EQ(plans.decide(prod)->what, decision::run);
  EXPECT_EQ(effects.asked["orders/deploy-prod"], fake_effects::artifacts{});
}

TEST_F(pipeline_fixture, an_effect_is_planned_with_the_images_as_soon_as_they_are_known) {
  succeeded("orders/build", "jar");
  succeeded("orders/image", "layout", {{"orders/build", sha256("jar")}});
  planner plans = plans_for("orders/deploy-stage");
  const auto plan = whole_plan(plans);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->back().what, decision::run);
  EXPECT_EQ(effects.asked["orders/deploy-stage"],
            (fake_effects::artifacts{{"orders/image", "sha256:" + std::string(64, '1')}}));
}

TEST_F(pipeline_fixture, nothing_is_published_before_the_tests_and_scans_are_good) {
  std::vector<std::string> before;
  for (step_index step : graph.steps[at("orders/publish")].after) before.push_back(graph.steps[step].id);
  EXPECT_EQ(before, (std::vector<std::string>{"orders/test", "orders/image"}));
}

/// Deploys that wait for others only where one run has both; `orders` and its `prod` are declared first.
struct deploys_in_order : testing::Test {
  cicd::model model;
  step_graph graph;

  void SetUp() override {
    declared_pipeline orders, billing;
    orders.declared.name = "orders";
    orders.declared.images = {image{.name = "image"}};
    orders.declared.services = {service{.name = "api", .after = {"billing/api"}}};
    orders.declared.environments = {
        environment{.name = "prod", .on = {ref_kind::tag, ref_pattern("v*")}, .from = {{{"stage"}}}},
        environment{.name = "stage"}};
    billing.declared.name = "billing";
    billing.declared.services = {service{.name = "api"}};
    billing.declared.environments = {environment{.name = "prod"}, environment{.name = "stage"}};
    model.pipelines = {orders, billing};
  }
  std::vector<std::string> before(std::string_view id, const std::vector<std::string>& wanted) {
    graph = graph_of(model);
    std::vector<step_index> ends;
    for (const std::string& each : wanted) ends.push_back(*graph.find(each));
    order_wanted(graph, closure(graph, ends));
    std::vector<std::string> ids;
    for (step_index step : graph.steps[*graph.find(id)].after) {
      EXPECT_LT(step, *graph.find(id)) << "a predecessor has a smaller index";
      ids.push_back(graph.steps[step].id);
    }
    return ids;
  }
};

TEST_F(deploys_in_order, come_after_from_and_the_services_of_others_however_they_are_declared) {
  EXPECT_EQ(before("orders/deploy-prod", {"orders/deploy-prod", "orders/deploy-stage", "billing/deploy-prod",
                                          "billing/deploy-stage"}),
            (std::vector<std::string>{"orders/publish", "orders/deploy-stage", "billing/deploy-prod"}));
}

TEST_F(deploys_in_order, pull_nothing_into_a_run) {
  EXPECT_EQ(before("orders/deploy-prod", {"orders/deploy-prod"}), std::vector<std::string>());
  EXPECT_EQ(closure(graph, {*graph.find("orders/deploy-prod")}).size(), 1U);
}

TEST_F(deploys_in_order, go_by_what_was_declared_first_where_that_would_be_a_circle) {
  model.pipelines[1].declared.services[0].after = {"orders/api"};
  EXPECT_EQ(before("orders/deploy-stage", {"orders/deploy-stage", "billing/deploy-stage"}).back(),
            "billing/deploy-stage");
  EXPECT_EQ(before("billing/deploy-stage", {"orders/deploy-stage", "billing/deploy-stage"}),
            std::vector<std::string>());
}

/// A model of a second pipeline, `billing`, that `orders` takes from; declared in either order.
struct two_pipelines : testing::TestWithParam<bool> {
  cicd::model model;
  step_graph graph;
  fake_memory remembered;
  fake_effects effects;

  void SetUp() override {
    declared_pipeline orders, billing;
    orders.declared.name = "orders";
    orders.declared.steps = {
        step{.name = "scan",
             .command = {"scan", "{image.layout}"},
             .after = {"image"},
             .stage = step_stage::scan},
        step{.name = "contract", .command = {"test"}, .after = {"billing/build", "image"}, .check = true},
        step{.name = "build", .command = {"make"}, .after = {"billing/image"}}};
    orders.declared.images = {image{.name = "image"}};
    orders.declared.environments = {environment{.name = "stage", .via = deploy_way::gitops}};
    billing.declared.name = "billing";
    billing.declared.steps = {step{.name = "build", .command = {"make"}}};
    billing.declared.images = {image{.name = "image"}};
    model.pipelines = {orders, billing};
    if (GetParam()) std::swap(model.pipelines[0], model.pipelines[1]);
    graph = graph_of(model);
  }

  std::vector<std::string> before(std::string_view id) const {
    std::vector<std::string> ids;
    for (step_index step : graph.steps[*graph.find(id)].after) ids.push_back(graph.steps[step].id);
    return ids;
  }
  std::vector<std::string> closure_of(std::string_view id) const {
    std::vector<std::string> ids;
    for (step_index step : closure(graph, {*graph.find(id)})) ids.push_back(graph.steps[step].id);
    std::ranges::sort(ids);
    return ids;
  }
};
INSTANTIATE_TEST_SUITE_P(declared_in_either_order, two_pipelines, testing::Bool());

TEST_P(two_pipelines, a_publish_waits_for_what_tests_or_scans_the_image) {
  EXPECT_EQ(before("orders/scan"), std::vector<std::string>{"orders/image"});
  EXPECT_EQ(before("orders/publish"),
            (std::vector<std::string>{"orders/scan", "orders/contract", "orders/image"}));
}

TEST_P(two_pipelines, a_step_of_another_pipeline_comes_first_and_only_what_is_needed_of_it) {
  EXPECT_EQ(closure_of("orders/build"),
            (std::vector<std::string>{"billing/build", "billing/image", "orders/build"}));
  EXPECT_EQ(closure_of("billing/publish"),
            (std::vector<std::string>{"billing/build", "billing/image", "billing/publish"}));
  for (step_index at = 0; at < graph.steps.size(); ++at)
    for (step_index earlier : graph.steps[at].after) EXPECT_LT(earlier, at);
}

TEST_P(two_pipelines, what_delivers_the_outputs_of_another_names_it_for_the_gate) {
  const auto others = [&](std::string_view id) {
    std::vector<std::string> names;
    for (const declared_pipeline* each : graph.steps[*graph.find(id)].others)
      names.push_back(each->declared.name.str());
    return names;
  };
  EXPECT_EQ(others("orders/deploy-stage"), std::vector<std::string>{"billing"});
  EXPECT_EQ(others("orders/publish"), std::vector<std::string>{"billing"});
  EXPECT_TRUE(others("billing/publish").empty());
}

TEST_P(two_pipelines, a_key_has_the_outputs_of_the_image_and_of_the_other_pipeline) {
  planner plans(graph, closure(graph, {*graph.find("orders/contract")}),
                std::vector<observed_step>(graph.steps.size()), remembered, effects);
  const auto key_with = [&](const char* built, const char* imaged) {
    plans.arrived(*graph.find("billing/build"), {.key = {}, .outputs = sha256(built), .artifact = {}});
    plans.arrived(*graph.find("orders/image"),
                  {.key = {}, .outputs = sha256(imaged), .artifact = "sha256:1"});
    const auto plan = plans.decide(*graph.find("orders/contract"));
    EXPECT_TRUE(plan);
    return plan->key;
  };
  const digest first = key_with("a", "b");
  EXPECT_EQ(first, key_with("a", "b"));
  EXPECT_NE(first, key_with("other", "b"));
  EXPECT_NE(first, key_with("a", "other"));
}

TEST_F(pipeline_fixture, an_effect_before_its_image_is_known_depends_on_it) {
  planner plans = plans_for("orders/publish");
  const auto plan = whole_plan(plans);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->back().what, decision::depends);
  EXPECT_TRUE(effects.asked.empty());
}

TEST_F(pipeline_fixture, the_json_has_steps_with_keys_edges_decisions_and_reasons) {
  planner plans = plans_for("orders/test");
  const auto plan = whole_plan(plans);
  ASSERT_TRUE(plan);
  const json document = json_of(*plan, graph, "orders.test", "tag v1");
  EXPECT_EQ(document["schema"].integer(), 1);
  EXPECT_EQ(document["event"].text(), "tag v1");
  EXPECT_EQ(document["steps"].elements()[0]["decision"].text(), "run");
  EXPECT_EQ(document["steps"].elements()[0]["key"].text().size(), 64U);
  EXPECT_TRUE(document["steps"].elements()[1]["key"].is_null());
  EXPECT_EQ(document["steps"].elements()[1]["after"].texts(), std::vector<std::string>{"orders/build"});
}

TEST_F(pipeline_fixture, a_chain_of_ten_thousand_steps_is_put_in_order) {
  declared_pipeline chain;
  chain.declared.name = "chain";
  for (int number = 9'999; number >= 0; --number) {
    step one{.name = dns_label::from("s" + std::to_string(number)), .command = {"true"}};
    if (number > 0) one.after = {step_reference::from("s" + std::to_string(number - 1))};
    chain.declared.steps.push_back(one);
  }
  cicd::model many;
  many.pipelines.push_back(chain);
  const step_graph ordered = graph_of(many);
  ASSERT_EQ(ordered.steps.size(), 10'000U);
  EXPECT_EQ(ordered.steps.front().id, "chain/s0");
  EXPECT_EQ(ordered.steps.back().id, "chain/s9999");
}

}  // namespace
