// The pipeline of the service "orders": the company's, a job and a step of its own.
#include <acme/java_service.hpp>

cicd::pipeline declare() {
  cicd::pipeline orders = acme::java_service("orders", {.port = 8080, .replicas = "4..20"});
  orders.cron_jobs.push_back(cicd::cron_job{.name = "close-stale-orders",
                                            .schedule = "30 3 * * *",
                                            .time_zone = "Europe/Berlin",
                                            .command = {"/opt/java/bin/java", "-jar", "/app/orders.jar", "close"}});
  orders.settings.push_back(cicd::setting{.name = "suite",
                                          .allowed = {"orders", "smoke"},
                                          .default_value = "orders",
                                          .description = "which part of the contract is tested"});
  orders.steps.push_back(
      cicd::step{.name = "contract",
                 .after = {"image"},
                 .tools = {"sh"},
                 .stage = cicd::step_stage::test,
                 .values = {{"suite", "{setting.suite}"}},
                 .run = [](cicd::step_context& step) {
                   step.execute({"./contract.sh", step.image().digest, step.value("suite")});
                 }});
  return orders;
}
