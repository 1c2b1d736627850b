// The pipeline of the service "orders": the company's, and a job of its own.
#include <acme/java_service.hpp>

cicd::pipeline declare() {
  cicd::pipeline orders = acme::java_service("orders", {.port = 8080, .replicas = "4..20"});
  orders.cron_jobs.push_back(cicd::cron_job{.name = "close-stale-orders",
                                            .schedule = "30 3 * * *",
                                            .time_zone = "Europe/Berlin",
                                            .command = {"/opt/java/bin/java", "-jar", "/app/orders.jar", "close"}});
  return orders;
}
