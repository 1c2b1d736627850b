// The loop over a fake runner: who is started when, what a failure and an interrupt do. No process is
// started.
#include <csignal>

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include <cicd/run/loop.hpp>

namespace {

using namespace cicd;

struct no_memory : memory {
  std::optional<last_success> last(std::string_view) const override { return std::nullopt; }
  key_parts parts(std::string_view) const override { return {}; }
  std::optional<step_result> cached(const digest&) const override { return std::nullopt; }
};

struct no_effects : effect_planner {
  result<step_plan> plan(const graph_step& step, const artifacts&) override {
    return error{exit_class::policy, step.id, "not here", {}, {}};
  }
};

/// Ends each step by a posted callback, so that steps overlap as real ones do; a step listed in `hangs` ends
/// only when it is stopped.
struct fake_runner : runner {
  event_loop& loop;
  std::vector<std::string> order;
  std::map<std::string, step_outcome> ends;
  std::vector<std::string> hangs;
  std::size_t now = 0, most = 0;
  std::vector<std::function<void(outcome)>> hanging;
  std::shared_ptr<void> keeps_loop_busy;  ///< as a child that runs does

  explicit fake_runner(event_loop& on) : loop(on) {}
  void start(const task& work, std::function<void(outcome)> done) override {
    order.push_back(work.step->id);
    most = std::max(most, ++now);
    if (std::ranges::find(hangs, work.step->id) != hangs.end()) {
      keeps_loop_busy = loop.after(std::chrono::minutes(1), [] {});
      return hanging.push_back(std::move(done));
    }
    outcome end;
    end.how = ends.contains(work.step->id) ? ends[work.step->id] : step_outcome::ran;
    loop.post([this, end, done = std::move(done)] {
      --now;
      done(end);
    });
  }
  void stop(manner) override {
    keeps_loop_busy.reset();
    for (auto& done : std::exchange(hanging, {})) {
      outcome end;
      end.how = step_outcome::interrupted;
      loop.post([end, done = std::move(done)] { done(end); });
    }
  }
};

struct loop_fixture : testing::Test {
  event_loop loop;
  fake_runner steps{loop};
  no_memory remembered;
  no_effects effects;
  cicd::model model;
  step_graph graph;
  std::map<std::string, step_outcome> ended;

  /// Each line: a step and those before it.
  void draw(const std::vector<std::pair<std::string, std::vector<std::string>>>& lines) {
    declared_pipeline one;
    one.declared.name = "p";
    for (const auto& [name, before] : lines) {
      step declared{.name = dns_label::from(name), .command = {"true"}};
      for (const std::string& other : before) declared.after.push_back(dns_label::from(other));
      one.declared.steps.push_back(declared);
    }
    model.pipelines = {one};
    graph = graph_of(model);
  }

  loop_result run(unsigned jobs) {
    std::vector<step_index> all;
    for (step_index at = 0; at < graph.steps.size(); ++at) all.push_back(at);
    planner plans(graph, all, std::vector<observed_step>(graph.steps.size()), remembered, effects);
    run_loop running(
        plans, loop, [this](step_kind) -> runner& { return steps; },
        [&](step_index at, step_plan plan) {
          task work;
          work.step = &graph.steps[at];
          work.plan = std::move(plan);
          return work;
        },
        [this](event_body body) {
          if (const auto* end = std::get_if<step_ended>(&body)) ended[end->step] = end->outcome;
        },
        {.jobs = [jobs] { return jobs; }, .expected = {}, .before_first = {}, .tick = {}});
    return running.run();
  }
};

TEST_F(loop_fixture, steps_start_after_those_before_them) {
  draw({{"c", {"b"}}, {"b", {"a"}}, {"a", {}}});
  EXPECT_EQ(run(4).done, 3U);
  EXPECT_EQ(steps.order, (std::vector<std::string>{"p/a", "p/b", "p/c"}));
  EXPECT_EQ(steps.most, 1U);
}

TEST_F(loop_fixture, independent_steps_run_at_once_as_far_as_there_are_jobs) {
  draw({{"a", {}}, {"b", {}}, {"c", {}}, {"d", {}}});
  EXPECT_EQ(run(3).done, 4U);
  EXPECT_EQ(steps.most, 3U);
}

TEST_F(loop_fixture, after_a_failure_nothing_new_starts_and_the_rest_is_told_as_not_run) {
  draw({{"a", {}}, {"b", {}}, {"c", {"a"}}, {"d", {}}});
  steps.ends["p/a"] = step_outcome::failed;
  const loop_result result = run(2);
  EXPECT_EQ(result.outcome, exit_class::step_failed);
  EXPECT_EQ(result.failed_step, "p/a");
  EXPECT_EQ(ended["p/b"], step_outcome::ran) << "what runs may end";
  EXPECT_EQ(ended["p/c"], step_outcome::not_run);
  EXPECT_EQ(ended["p/d"], step_outcome::not_run);
  EXPECT_EQ(result.not_run, 2U);
}

struct signal_fixture : loop_fixture, testing::WithParamInterface<std::pair<int, exit_class>> {};

TEST_P(signal_fixture, a_signal_stops_what_runs_and_gives_its_class) {
  draw({{"a", {}}, {"b", {"a"}}});
  steps.hangs = {"p/a"};
  loop.post([] { raise(GetParam().first); });
  EXPECT_EQ(run(1).outcome, GetParam().second);
  EXPECT_EQ(ended["p/a"], step_outcome::interrupted);
  EXPECT_EQ(ended["p/b"], step_outcome::not_run);
}

INSTANTIATE_TEST_SUITE_P(signals,
                         signal_fixture,
                         testing::Values(std::pair{SIGINT, exit_class::interrupted},
                                         std::pair{SIGTERM, exit_class::terminated},
                                         std::pair{SIGHUP, exit_class::terminated}));

TEST_F(loop_fixture, ten_thousand_steps_that_wait_for_one_are_all_run) {
  std::vector<std::pair<std::string, std::vector<std::string>>> lines{{"first", {}}};
  for (int number = 0; number < 10'000; ++number) lines.push_back({"s" + std::to_string(number), {"first"}});
  draw(lines);
  EXPECT_EQ(run(8).done, 10'001U);
}

TEST(jobs, follow_what_is_wanted_else_cores_and_memory) {
  const machine_limits machine{.cores = 8, .memory = 4ULL << 30U};
  EXPECT_EQ(jobs_for("3", machine), 3U);
  EXPECT_EQ(jobs_for(std::nullopt, machine), 4U) << "one GiB each";
  EXPECT_EQ(jobs_for("none", machine), 4U);
  EXPECT_EQ(jobs_for("0", machine), 4U);
  EXPECT_EQ(jobs_for(std::nullopt, {.cores = 2, .memory = 1U << 20U}), 1U);
}

}  // namespace
