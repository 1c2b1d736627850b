// The loop over a fake runner and fake effects: who is started when, what a failure and an interrupt do, and
// that nothing waits for an effect that is being planned. No process is started.
#include <csignal>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include <cicd/run/loop.hpp>

namespace {

using namespace cicd;

struct no_memory : memory {
  std::optional<last_success> last(std::string_view) const override { return std::nullopt; }
  key_parts parts(std::string_view) const override { return {}; }
  std::optional<step_result> cached(const digest&) const override { return std::nullopt; }
};

/// Effects that answer what the test told them; a step of `held` does when the test lets it go.
struct fake_effects : effect_planner {
  std::map<std::string, decision> say;
  std::map<std::string, error> refused;
  std::set<std::string> held;

  result<step_plan> plan(const graph_step& step, const artifacts&) override {
    std::unique_lock hold(guard_);
    planning_.insert(step.id);
    changed_.notify_all();
    changed_.wait(hold, [&] { return !held.contains(step.id); });
    if (const auto why = refused.find(step.id); why != refused.end()) return why->second;
    step_plan plan;
    plan.what = say.contains(step.id) ? say[step.id] : decision::run;
    return plan;
  }
  void let_go(const std::string& step) {
    const std::lock_guard hold(guard_);
    held.erase(step);
    changed_.notify_all();
  }
  /// Waits until both are being planned.
  void await(const std::set<std::string>& steps) {
    std::unique_lock hold(guard_);
    changed_.wait(hold, [&] { return std::ranges::includes(planning_, steps); });
  }

 private:
  std::mutex guard_;
  std::condition_variable changed_;
  std::set<std::string> planning_;
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
  std::set<std::string> deaf;             ///< of those that hang: they do not end when they are stopped
  std::vector<manner> stops;
  std::function<void()> stopped = [] {};

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
  void stop(manner how) override {
    stops.push_back(how);
    stopped();
    if (!deaf.empty()) return;
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
  fake_effects effects;
  cicd::model model;
  step_graph graph;
  std::map<std::string, step_outcome> ended;
  std::vector<std::string> said;  ///< `planning p/publish`, `started p/a`, `ended p/a`
  std::function<void(const std::string&)> hears = [](const std::string&) {};
  loop_options options;

  /// Each line: a step and those before it.
  void draw(const std::vector<std::pair<std::string, std::vector<std::string>>>& lines) {
    declared_pipeline one;
    one.declared.name = "p";
    for (const auto& [name, before] : lines) {
      step declared{.name = dns_label::from(name), .command = {"true"}};
      for (const std::string& other : before) declared.after.push_back(step_reference::from(other));
      one.declared.steps.push_back(declared);
    }
    model.pipelines = {one};
    graph = graph_of(model);
  }

  /// Beside the steps, pipelines that only publish, each a `publish` of its own.
  void add_publishers(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      declared_pipeline one;
      one.declared.name = dns_label::from(name);
      model.pipelines.push_back(one);
    }
    graph = graph_of(model);
    for (const declared_pipeline& each : model.pipelines) {
      if (!each.declared.steps.empty()) continue;
      graph_step effect{
          .id = each.declared.name.str() + "/publish", .pipeline = &each, .work = publish_step{}};
      graph.by_id[effect.id] = static_cast<step_index>(graph.steps.size());
      graph.steps.push_back(std::move(effect));
    }
  }

  void tell(const std::string& what) {
    said.push_back(what);
    hears(what);
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
          if (const auto* plan = std::get_if<step_planning>(&body)) tell("planning " + plan->step);
          if (const auto* start = std::get_if<step_started>(&body)) tell("started " + start->step);
          const auto* end = std::get_if<step_ended>(&body);
          if (end == nullptr) return;
          ended[end->step] = end->outcome;
          tell("ended " + end->step);
        },
        [&] {
          options.jobs = [jobs] { return jobs; };
          return options;
        }());
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

TEST_F(loop_fixture, nobody_waits_for_an_effect_that_is_being_planned) {
  draw({{"a", {}}, {"b", {"a"}}});
  add_publishers({"slow"});
  effects.held = {"slow/publish"};
  hears = [this](const std::string& what) {
    if (what == "ended p/b") effects.let_go("slow/publish");
  };
  EXPECT_EQ(run(2).done, 3U) << "else b would never have ended";
}

TEST_F(loop_fixture, two_effects_are_planned_side_by_side) {
  add_publishers({"one", "two"});
  effects.held = {"one/publish", "two/publish"};
  std::thread other([this] {
    effects.await({"one/publish", "two/publish"});
    effects.let_go("one/publish");
    effects.let_go("two/publish");
  });
  EXPECT_EQ(run(2).done, 2U);
  other.join();
}

TEST_F(loop_fixture, an_effect_that_is_being_planned_counts_against_the_jobs) {
  draw({{"a", {}}});
  add_publishers({"slow"});
  EXPECT_EQ(run(1).done, 2U);
  EXPECT_EQ(said, (std::vector<std::string>{"started p/a", "ended p/a", "planning slow/publish",
                                            "started slow/publish", "ended slow/publish"}));
}

TEST_F(loop_fixture, what_is_being_planned_shows_as_running_and_ticks) {
  add_publishers({"slow"});
  effects.held = {"slow/publish"};
  options.tick = [this] { effects.let_go("slow/publish"); };
  EXPECT_EQ(run(1).done, 1U);
  EXPECT_EQ(said, (std::vector<std::string>{"planning slow/publish", "started slow/publish",
                                            "ended slow/publish"}));
}

TEST_F(loop_fixture, an_effect_that_is_up_to_date_never_started) {
  add_publishers({"one"});
  effects.say["one/publish"] = decision::up_to_date;
  options.before_first = []() -> status {
    return error{exit_class::cannot_save, {}, "nobody asked", {}, {}};
  };
  const loop_result result = run(1);
  EXPECT_EQ(result.up_to_date, 1U);
  EXPECT_EQ(result.outcome, exit_class::done);
  EXPECT_EQ(said, (std::vector<std::string>{"planning one/publish", "ended one/publish"}));
  EXPECT_EQ(steps.order, std::vector<std::string>{});
}

TEST_F(loop_fixture, an_effect_that_cannot_be_planned_fails_with_its_class) {
  draw({{"a", {}}});
  add_publishers({"one"});
  effects.refused["one/publish"] = error{exit_class::policy, "one/publish", "not from here", {}, {}};
  const loop_result result = run(2);
  EXPECT_EQ(result.outcome, exit_class::policy);
  EXPECT_EQ(result.failed_step, "one/publish");
  EXPECT_EQ(ended["one/publish"], step_outcome::failed);
  EXPECT_EQ(ended["p/a"], step_outcome::ran);
}

TEST_F(loop_fixture, of_two_failures_the_first_counts_and_what_was_being_planned_is_not_begun) {
  draw({{"a", {}}});
  add_publishers({"one", "two"});
  steps.ends["p/a"] = step_outcome::failed;
  effects.refused["one/publish"] = error{exit_class::policy, "one/publish", "not from here", {}, {}};
  effects.held = {"one/publish", "two/publish"};
  hears = [this](const std::string& what) {
    if (what == "ended p/a") effects.let_go("one/publish");
    if (what == "ended one/publish") effects.let_go("two/publish");
  };
  const loop_result result = run(3);
  EXPECT_EQ(result.failed_step, "p/a");
  EXPECT_EQ(result.outcome, exit_class::step_failed);
  EXPECT_EQ(ended["one/publish"], step_outcome::failed);
  EXPECT_EQ(ended["two/publish"], step_outcome::not_run);
  EXPECT_EQ(result.not_run, 1U);
  EXPECT_EQ(steps.order, std::vector<std::string>{"p/a"});
}

TEST_F(loop_fixture, after_a_signal_what_was_being_planned_is_not_begun) {
  draw({{"a", {}}});
  add_publishers({"one", "two"});
  steps.hangs = {"p/a"};
  effects.held = {"one/publish", "two/publish"};
  effects.refused["two/publish"] = error{exit_class::interrupted, "two/publish", "cancelled", {}, {}};
  hears = [this](const std::string& what) {
    if (what == "planning two/publish") loop.post([] { raise(SIGTERM); });
    if (what != "ended p/a") return;
    effects.let_go("one/publish");
    effects.let_go("two/publish");
  };
  const loop_result result = run(3);
  EXPECT_EQ(result.outcome, exit_class::terminated);
  EXPECT_EQ(ended["one/publish"], step_outcome::not_run) << "nothing of it was done";
  EXPECT_EQ(ended["two/publish"], step_outcome::interrupted) << "its planning was";
  EXPECT_EQ(steps.order, std::vector<std::string>{"p/a"});
  EXPECT_EQ(steps.stops.front(), runner::manner::kindly);
  EXPECT_FALSE(result.left_running);
}

TEST_F(loop_fixture, what_runs_alone_is_planned_alone) {
  draw({{"a", {}}, {"b", {}}});
  environment place;
  place.via = deploy_way::kubectl;
  add_publishers({"one"});
  graph.steps.push_back(
      {.id = "p/deploy-prod", .pipeline = &model.pipelines[0], .work = deploy_step{&place}});
  EXPECT_EQ(run(4).done, 4U);
  const auto planned = std::ranges::find(said, "planning p/deploy-prod");
  EXPECT_EQ(
      std::vector<std::string>(planned, said.end()),
      (std::vector<std::string>{"planning p/deploy-prod", "started p/deploy-prod", "ended p/deploy-prod"}))
      << "all else ended before";
}

TEST_F(loop_fixture, steps_wait_until_the_index_of_runs_is_open_and_the_loop_does_not) {
  draw({{"a", {}}, {"b", {}}});
  add_publishers({"one"});
  std::mutex guard;
  std::condition_variable changed;
  bool planned = false;
  hears = [&](const std::string& what) {
    const std::lock_guard hold(guard);
    planned = planned || what == "planning one/publish";
    changed.notify_all();
  };
  options.before_first = [&]() -> status {
    std::unique_lock hold(guard);
    changed.wait(hold, [&] { return planned; });
    return {};
  };
  EXPECT_EQ(run(3).done, 3U);
  EXPECT_EQ(said.front(), "planning one/publish");
}

TEST_F(loop_fixture, when_the_index_of_runs_cannot_be_opened_nothing_starts) {
  draw({{"a", {}}, {"b", {}}});
  options.before_first = []() -> status { return error{exit_class::corrupt, {}, "it is damaged", {}, {}}; };
  const loop_result result = run(2);
  EXPECT_EQ(result.outcome, exit_class::corrupt);
  EXPECT_EQ(result.failure->what, "it is damaged");
  EXPECT_EQ(result.not_run, 2U);
  EXPECT_EQ(steps.order, std::vector<std::string>{});
}

TEST_F(loop_fixture, a_signal_while_the_index_of_runs_is_being_opened_ends_the_run_at_once) {
  draw({{"a", {}}});
  const auto guard = std::make_shared<std::mutex>();
  guard->lock();
  options.before_first = [this, guard]() -> status {
    loop.post([] { raise(SIGINT); });
    const std::lock_guard hold(*guard);
    return {};
  };
  const loop_result result = run(1);
  guard->unlock();
  EXPECT_EQ(result.outcome, exit_class::interrupted);
  EXPECT_TRUE(result.left_running);
  EXPECT_EQ(result.not_run, 1U);
}

TEST_F(loop_fixture, a_second_signal_is_hard_and_what_does_not_hear_it_is_left) {
  draw({{"a", {}}, {"b", {"a"}}});
  steps.hangs = {"p/a"};
  steps.deaf = {"p/a"};
  options.patience = std::chrono::milliseconds(0);
  loop.post([] { raise(SIGINT); });
  steps.stopped = [this] {
    if (steps.stops.size() == 1) loop.post([] { raise(SIGINT); });
  };
  const loop_result result = run(1);
  EXPECT_EQ(result.outcome, exit_class::interrupted);
  EXPECT_TRUE(result.left_running);
  EXPECT_EQ(ended["p/a"], step_outcome::interrupted);
  EXPECT_EQ(ended["p/b"], step_outcome::not_run);
  EXPECT_EQ(steps.stops.back(), runner::manner::hard);
}

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
