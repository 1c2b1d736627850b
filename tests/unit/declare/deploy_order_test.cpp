// What comes before what in a deploy: tasks BEFORE it, services AFTER others; and what is said of wrong ones.
#include "workload_calls.hpp"

namespace {

using namespace workload_calls;

TEST(a_task, has_a_command_a_time_and_one_service) {
  const std::string call = start + "pipeline_task(o migrate ";
  const cicd::pipeline made = good(call + "COMMAND orders-cli migrate BEFORE deploy DEADLINE 30m)");
  ASSERT_EQ(tasks_in(made, "prod").size(), 1U);
  EXPECT_EQ(service_of(tasks_in(made, "prod").front(), made), "api");
  expect_error(call + "BEFORE deploy)", "o/migrate: COMMAND is missing");
  expect_error(call + "COMMAND x)", "o/migrate: BEFORE is missing");
  expect_error(call + "COMMAND x BEFORE publish)", "o/migrate: BEFORE has a wrong value: 'publish'");
  expect_error(call + "COMMAND x BEFORE deploy SERVICE apy)",
               "o/migrate: SERVICE: there is no such service: 'apy'", "api");
  expect_error(call + "COMMAND x BEFORE deploy)\npipeline_service(o worker)",
               "o/migrate: SERVICE is missing: whose image and environment the task has");
  expect_error(call + "COMMAND x BEFORE deploy DEADLINE 30)", "o/migrate: DEADLINE has a wrong value: '30'",
               "30s");
}

TEST(a_task, runs_in_copies_of_branches_only_where_these_are_named_and_nowhere_where_it_is_off) {
  const std::string call = start + "pipeline_task(o migrate COMMAND x BEFORE deploy)\n";
  const cicd::pipeline made =
      good(call + "pipeline_task(o migrate IN preview)\npipeline_task(o migrate IN stage OFF)");
  EXPECT_EQ(tasks_in(made, "prod").size(), 1U);
  EXPECT_EQ(tasks_in(made, "stage").size(), 0U);
  EXPECT_EQ(tasks_in(made, "prod", "preview").size(), 1U);
  EXPECT_EQ(tasks_in(made, "prod", "canary").size(), 0U);
}

TEST(a_task, is_refused_where_no_job_can_be_run) {
  for (const std::string way : {"gitops", "render"}) {
    const std::string call = start + "pipeline_environment(o demo VIA " + way
                             + ")\npipeline_task(o migrate COMMAND x BEFORE deploy)\n";
    expect_error(call, "o/migrate: BEFORE deploy: VIA " + way
                           + " runs no Job, so the task cannot be run there: 'demo'");
    good(call + "pipeline_task(o migrate IN demo OFF)");
  }
}

TEST(services, wait_for_services_that_are_there_and_never_for_themselves) {
  const std::string web = start + "pipeline_service(o web ";
  good(web + "AFTER api)");
  good(web + "AFTER o/api)");
  expect_error(web + "AFTER apy)", "o/web: AFTER: there is no such service: 'apy'", "api");
  expect_error(web + "AFTER billng/api)", "o/web: AFTER: there is no such pipeline: 'billng/api'");
  expect_error(web + "AFTER web)",
               "o/web: AFTER: these services wait for each other in a cycle: 'o/web → o/web'");
  expect_error(web + "AFTER db)\npipeline_service(o db AFTER web)",
               "o/db: AFTER: these services wait for each other in a cycle: 'o/db → o/web → o/db'");
  expect_error(web + "IN stage AFTER api)\npipeline_service(o web)\npipeline_environment(o demo VIA render)\n"
                     "pipeline_service(o web IN demo AFTER api)",
               "o/web: AFTER has no meaning VIA render, which does not wait for services: 'demo'");
}

TEST(services, wait_for_those_of_another_pipeline_in_the_same_environment) {
  const std::string billing =
      "add_pipeline(billing TEMPLATE java-maven BASE rootfs:r)\npipeline_service(billing api "
      "PORT 80)\npipeline_environment(billing stage VIA kubectl NAMESPACE b)\n";
  const std::string prod = "pipeline_environment(billing prod VIA kubectl NAMESPACE c)\n";
  const std::string web = start + "pipeline_service(o web AFTER billing/api)\n";
  good(web + billing + prod);
  expect_error(web + billing, "o/web: AFTER: there is no such environment of billing: 'prod'");
  const auto errors =
      cicd::tests::errors_of(web + billing + prod + "pipeline_service(billing late AFTER o/api)");
  EXPECT_NE(errors.find("these services wait for each other in a cycle: 'billing → o → billing'"),
            errors.npos)
      << errors;
}

}  // namespace
