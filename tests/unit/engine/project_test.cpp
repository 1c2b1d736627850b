// The whole of planning and running as a program of C++ uses it.
#include "project_fixture.hpp"

namespace {

using namespace cicd;

using a_project = project_fixture;

TEST_F(a_project, runs_the_steps_of_its_pipelines_and_tells_its_listeners_why) {
  const project of = orders();
  heard all;
  const run_outcome outcome = of.run({.targets = {"orders/test", "docs/pages"}}, {all.listener()});
  EXPECT_EQ(outcome.kind, exit_class::done) << text_of_all(outcome.errors);
  EXPECT_EQ(plays.started.size(), 3u);
  const auto is_heard = [&](const std::string& line) {
    return std::find(all.lines.begin(), all.lines.end(), line) != all.lines.end();
  };
  for (const char* line : {"again: ", "orders/build: this is true build", "orders/build ran",
                           "orders/test ran", "docs/pages ran", "run done"})
    EXPECT_TRUE(is_heard(line)) << line << " is not in\n" << joined(all.lines, "\n");
  EXPECT_EQ(all.lines.back(), "run done");
}

TEST_F(a_project, does_nothing_a_second_time_and_says_what_changed_a_third) {
  const project of = orders();
  (void)of.run({.targets = {"orders/test"}});
  plays.started.clear();
  heard second;
  EXPECT_EQ(of.run({.targets = {"orders/test"}}, {second.listener()}).kind, exit_class::done);
  EXPECT_TRUE(plays.started.empty()) << joined(plays.started, ", ");
  write("main.c", "int main() { return 0; }");
  const or_errors<project_plan> plan = of.plan({"orders/test"});
  ASSERT_TRUE(plan) << text_of_all(plan.errors);
  EXPECT_NE(plan.made->text().find("main.c"), std::string::npos) << plan.made->text();
  EXPECT_TRUE(plays.started.empty());
  EXPECT_EQ(of.run(*plan.made).kind, exit_class::done);
  EXPECT_EQ(plays.started, std::vector<std::string>{"true build"});  // its output came out equal
}

TEST_F(a_project, ends_with_the_class_of_a_failed_step_and_runs_none_after_it) {
  plays.parts["true build"] = {.writes = {}, .status = 3};
  heard all;
  const run_outcome outcome = orders().run({.targets = {"orders/test"}}, {all.listener()});
  EXPECT_EQ(outcome.kind, exit_class::step_failed);
  EXPECT_EQ(outcome.failed_step, "orders/build");
  EXPECT_EQ(plays.started, std::vector<std::string>{"true build"});
  EXPECT_NE(record(outcome.id).find(R"("outcome": "step-failed")"), std::string::npos) << record(outcome.id);
  EXPECT_EQ(all.lines.back(), "run step-failed");
}

TEST_F(a_project, records_its_runs_by_the_clock_that_it_is_given) {
  const run_outcome outcome = orders().run({.targets = {"docs/pages"}});
  EXPECT_TRUE(outcome.id.starts_with("20260101T000000.000Z-")) << outcome.id;
  EXPECT_NE(record(outcome.id).find("2026-01-01T00:00:00.000Z"), std::string::npos) << record(outcome.id);
}

TEST_F(a_project, plans_without_changing_anything) {
  const project of = orders();
  const or_errors<project_plan> plan = of.plan(std::vector<std::string>{});
  ASSERT_TRUE(plan) << text_of_all(plan.errors);
  EXPECT_EQ(plan.made->steps().size(), 3u);
  EXPECT_EQ(plan.made->as_json()["steps"].elements().size(), 3u);
  EXPECT_TRUE(plays.started.empty());
  EXPECT_FALSE(exists(folder + "/build/.cicd/runs"));
}

TEST_F(a_project, with_an_unknown_target_is_refused_with_the_nearest_and_the_refusal_recorded) {
  heard all;
  const run_outcome outcome = orders().run({.targets = {"orders.tset"}}, {all.listener()});
  EXPECT_EQ(outcome.kind, exit_class::usage);
  EXPECT_EQ(text_of_all(outcome.errors),
            "cicd: error: there is no such target: 'orders.tset'\n  did you mean: orders.test\n");
  EXPECT_TRUE(all.lines.empty());
  EXPECT_NE(record(outcome.id).find(R"("exit_status": 2)"), std::string::npos) << record(outcome.id);
}

TEST_F(a_project, of_which_nothing_or_a_rehearsed_event_is_to_be_run_is_refused) {
  const project of = orders();
  EXPECT_EQ(of.run(project_request{.targets = {}}).kind, exit_class::usage);
  const run_outcome rehearsed = of.run({.targets = {"docs/pages"}, .event = {ref_kind::branch, "main"}});
  EXPECT_EQ(rehearsed.kind, exit_class::usage);
  EXPECT_NE(text_of_all(rehearsed.errors).find("'main'"), std::string::npos);
  EXPECT_TRUE(plays.started.empty());
}

TEST_F(a_project, with_missing_inputs_says_all_of_them_before_anything_runs) {
  or_errors<project> of =
      made({{.name = "orders",
             .steps = {{.name = "one", .command = {"true"}, .inputs = {"nothing-here.txt"}},
                       {.name = "two", .command = {"no-such-program-x"}}}}});
  ASSERT_TRUE(of) << text_of_all(of.errors);
  const run_outcome outcome = of->run({.targets = {"orders/one", "orders/two"}});
  EXPECT_EQ(outcome.kind, exit_class::usage);
  EXPECT_EQ(outcome.errors.size(), 2u) << text_of_all(outcome.errors);
  EXPECT_TRUE(plays.started.empty());
}

TEST_F(a_project, whose_memory_is_damaged_warns_and_goes_on) {
  const project of = orders();
  (void)of.run({.targets = {"docs/pages"}});
  EXPECT_TRUE(write_file(folder + "/build/.cicd/steps.journal", "rubbish\n", durability::fast));
  heard all;
  EXPECT_EQ(of.run({.targets = {"docs/pages"}}, {all.listener()}).kind, exit_class::done);
  EXPECT_NE(text_of_all(all.warnings).find("a line is damaged"), std::string::npos)
      << text_of_all(all.warnings);
  const or_errors<project_plan> plan = of.plan({"docs/pages"});
  EXPECT_TRUE(plan);
}

TEST_F(a_project, of_a_wrong_model_is_not_made_and_says_what_cmake_would_say) {
  const auto says = [&](const std::vector<pipeline>& pipelines, const std::string& text) {
    const or_errors<project> of = made(pipelines);
    EXPECT_FALSE(of);
    EXPECT_EQ(of.kind(), exit_class::usage);
    EXPECT_EQ(text_of_all(of.errors), text);
  };
  says({{.name = "orders",
         .steps = {{.name = "one", .command = {"true"}, .after = {"two"}},
                   {.name = "two", .command = {"true"}, .after = {"one"}}}}},
       "cicd: error: orders/one: the steps depend on each other in a cycle: 'one → two → one'\n"
       "  declared at: deliver.cpp, step one\n"
       "  try:         remove one AFTER of the cycle\n");
  says({{.name = "orders",
         .steps = {{.name = "build", .command = {"true"}},
                   {.name = "test", .command = {"true"}, .after = {"biuld"}}}}},
       "cicd: error: orders/test: AFTER: there is no such step: 'biuld'\n"
       "  declared at:  deliver.cpp, step test\n"
       "  did you mean: build\n"
       "  allowed:      build, test\n");
  says({{.name = "orders"}, {.name = "orders"}},
       "cicd: error: orders: the pipeline is declared twice: 'orders'\n"
       "  declared at: deliver.cpp, pipeline orders\n"
       "  try:         give one of them another name; the first is in deliver.cpp, pipeline orders\n");
  EXPECT_TRUE(plays.started.empty());
}

TEST_F(a_project, needs_a_source_folder_and_a_build_folder) {
  const auto refused = [&](project_roots roots) {
    return text_of_all(project::of({{.name = "orders"}}, roots, around()).errors);
  };
  EXPECT_NE(refused({.source_root = folder + "/nowhere", .build_root = folder + "/build"}).find("/nowhere'"),
            std::string::npos);
  EXPECT_NE(refused({.source_root = folder + "/source", .build_root = ""}).find("no build folder"),
            std::string::npos);
}

TEST_F(a_project, is_opened_from_what_cmake_recorded) {
  const session_request tree{.build_root = folder + "/build"};
  const or_errors<project> none = project::open(tree, around(), ports());
  EXPECT_EQ(none.kind(), exit_class::usage);
  record({{"add_pipeline", R"("orders")"}, {"pipeline_step", R"("orders","lint","COMMAND","true")"}});
  or_errors<project> opened = project::open(tree, around(), ports());
  ASSERT_TRUE(opened) << text_of_all(opened.errors);
  heard all;
  EXPECT_EQ(opened->run({.targets = {"orders.lint"}}, {all.listener()}).kind, exit_class::done);
  EXPECT_EQ(plays.started, std::vector<std::string>{"true"});
  EXPECT_TRUE(all.lines.front().ends_with(" --target orders.lint")) << all.lines.front();
}

TEST_F(a_project, says_the_lines_of_wrong_calls_and_those_of_warnings_where_they_are_asked_for) {
  const session_request plain{.build_root = folder + "/build"};
  session_request with_lines = plain;
  with_lines.with_lines = true;
  const auto opened = [&](const session_request& tree) { return project::open(tree, around(), ports()); };
  write("CMakeLists.txt", "\nadd_pipeline(orders)\n\npipeline_step(orders lint COMMAND true AFTER gone)\n");
  record({{"add_pipeline", R"("orders")"}});
  EXPECT_NE(text_of_all(opened(plain).warnings).find("CMakeLists.txt, 1st call of add_pipeline()"),
            std::string::npos)
      << text_of_all(opened(plain).warnings);
  EXPECT_NE(text_of_all(opened(with_lines).warnings).find("CMakeLists.txt:2\n"), std::string::npos)
      << text_of_all(opened(with_lines).warnings);
  record({{"add_pipeline", R"("orders")"},
          {"pipeline_step", R"("orders","lint","COMMAND","true","AFTER","gone")"}});
  for (const session_request& tree : {plain, with_lines})
    EXPECT_NE(text_of_all(opened(tree).errors).find("CMakeLists.txt:4\n"), std::string::npos)
        << text_of_all(opened(tree).errors);
}

TEST_F(a_project, that_deploys_plans_it_below_the_gate_and_writes_the_manifests) {
  or_errors<project> of = made(
      {{.name = "orders",
        .steps = {{.name = "build", .command = {"true", "build"}, .inputs = {"*.c"}, .outputs = {"orders"}}},
        .images = {{.name = "image",
                    .base = "scratch",
                    .files = {file_mapping{"orders", "/app/orders"}},
                    .entrypoint = {"/app/orders"},
                    .user = 10001,
                    .after = {"build"}}},
        .services = {{.name = "api", .port = 8080}},
        .environments = {{.name = "stage", .via = deploy_way::render, .path = "stage"}}}});
  ASSERT_TRUE(of) << text_of_all(of.errors);
  EXPECT_TRUE(of->only_plans({"plan-stage"}));
  EXPECT_EQ(of->run({.targets = {"plan-stage"}}).kind, exit_class::usage);
  EXPECT_TRUE(plays.started.empty());
  heard all;
  const project_request deploy{.targets = {"deploy-stage"}, .allow_dirty = {"stage", "publish"}};
  const run_outcome outcome = of->run(deploy, {all.listener()});
  EXPECT_EQ(outcome.kind, exit_class::done) << text_of_all(outcome.errors) << record(outcome.id);
  ASSERT_GE(all.lines.size(), 3U);
  EXPECT_EQ(
      std::vector<std::string>(all.lines.end() - 3, all.lines.end()),
      (std::vector<std::string>{"orders/stage deploy " + outcome.id, "orders/deploy-stage ran", "run done"}));
  or_errors<project_plan> again = of->plan({"deploy-stage"});
  ASSERT_TRUE(again) << text_of_all(again.errors);
  for (const step_plan& each : again->steps()) EXPECT_EQ(each.what, decision::up_to_date) << again->text();
  heard nothing;
  EXPECT_EQ(of->run(deploy, {nothing.listener()}).kind, exit_class::done);
  for (const std::string& line : nothing.lines) EXPECT_FALSE(line.starts_with("orders/stage")) << line;
}

TEST_F(a_project, of_a_program_has_no_steps_that_are_functions) {
  const auto made =
      project::of({{.name = "orders", .steps = {step{.name = "contract", .run = [](step_context&) {}}}}},
                  {.source_root = folder + "/source", .build_root = folder + "/build"}, around());
  ASSERT_FALSE(made);
  const std::string told = text_of_all(made.errors);
  EXPECT_NE(told.find("cicd: error: orders/contract: a function is run for pipelines of a C++ file"),
            told.npos)
      << told;
  EXPECT_NE(told.find("step contract"), told.npos) << told;
}

}  // namespace
