// Declares two pipelines, shows what a run would do and why, runs it and ends with the class of the outcome.
//   deliver <source folder> <build folder> [<target>…]
#include <iostream>

#include <cicd/cicd.hpp>

std::vector<cicd::pipeline> pipelines() {
  const cicd::step build{.name = "build",
                         .shell = "tr a-z A-Z < words.txt > loud.txt",
                         .inputs = {"words.txt"},
                         .outputs = {"loud.txt"}};
  const cicd::step test{
      .name = "test", .shell = "grep -q HELLO loud.txt", .inputs = {"words.txt"}, .after = {"build"}};
  const cicd::step count{.name = "count", .shell = "wc -w < words.txt", .inputs = {"words.txt"}};
  return {{.name = "loud", .steps = {build, test}}, {.name = "words", .steps = {count}}};
}

void hear(const cicd::event& happened) {
  if (const auto* line = std::get_if<cicd::step_output>(&happened.body))
    std::cout << line->step << "> " << line->line << '\n';
  if (const auto* end = std::get_if<cicd::step_ended>(&happened.body))
    std::cout << end->step << ' ' << word_for(end->outcome) << '\n';
}

int fail(const cicd::errors& all, cicd::exit_class kind) {
  for (const cicd::error& each : all) std::cerr << text_of(each);
  return static_cast<int>(kind);
}

int main(int count, char** words) {
  cicd::prepare_process();
  if (count < 3) return static_cast<int>(cicd::exit_class::usage);
  auto project = cicd::project::of(pipelines(), {.source_root = words[1], .build_root = words[2]});
  if (!project) return fail(project.errors, project.kind());
  auto plan = project->plan(std::vector<std::string>(words + 3, words + count));
  if (!plan) return fail(plan.errors, plan.kind());
  for (const cicd::step_plan& each : plan->steps())
    for (const std::string& reason : each.reasons)
      std::cout << plan->graph().steps[each.step].id << " because " << reason << '\n';
  const cicd::run_outcome outcome = project->run(*plan, {{.hear = hear}});
  return fail(outcome.errors, outcome.kind);
}
