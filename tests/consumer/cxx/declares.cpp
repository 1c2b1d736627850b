// What a pipeline.cpp sees: the declaration types, with the standard library only.
#include <cicd/pipeline.hpp>

int main() {
  const cicd::pipeline declared{
      .name = "orders",
      .labels = {{"team", "checkout"}},
      .services = {cicd::service{.name = "api", .port = 8080, .spread = cicd::toggle::off}},
      .cron_jobs = {cicd::cron_job{
          .name = "close", .schedule = "*/15 * * * *", .time_zone = "America/Sao_Paulo"}},
      .containers = {cicd::container{.name = "migrate", .of = {"api"}, .role = cicd::container_role::init}},
      .environments = {cicd::environment{
          .name = "prod", .via = cicd::deploy_way::kubectl, .context = {"a", "b"}}},
      .previews = {cicd::preview{.in = "prod", .host = "orders.{slug}.example.com", .ttl = "72h"}},
      .canaries = {cicd::canary{.in = "prod", .share = "10%"}}};
  const bool right =
      declared.services.front().port.number() == 8080 && declared.canaries.front().share.view() == "10%";
  return right ? 0 : 1;
}
