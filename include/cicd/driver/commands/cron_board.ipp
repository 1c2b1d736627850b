// Three lists of a cluster (CronJobs, Jobs, pods) and the machine's time zones, put together.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/policy/deploy_window.hpp>
#include <cicd/driver/commands/cron_board.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {

namespace driver_commands_cron_board {
namespace {

error unread(const kubernetes::api_answer& answer, const cluster_place& place, const std::string& kind) {
  return error_of(*answer.failure, place.text(), {kind, place.namespace_name, {}}, "list " + kind + "s");
}

/// The name by which it is declared stands in a label.
std::string name_of(const json& cron_job) {
  const json& about = cron_job["metadata"];
  return about["labels"]["app.kubernetes.io/component"].text(about["name"].text());
}

std::vector<known_cron_job> declared_in(const declared_pipeline& pipeline, const std::string& environment) {
  std::vector<known_cron_job> all;
  for (const cron_job& each : pipeline.declared.cron_jobs) {
    const std::string name = each.name.str();
    if (std::ranges::find(all, name, &known_cron_job::name) != all.end()) continue;
    known_cron_job made{.name = name, .declared = true};
    made.off = cron_job_in(pipeline.declared, name, environment).off;
    all.push_back(std::move(made));
  }
  return all;
}

void add_deployed(std::vector<known_cron_job>& to, const json& object, const json& jobs, const json& pods) {
  const auto now = system_clock_port().now();
  const std::string name = name_of(object);
  auto at = std::ranges::find(to, name, &known_cron_job::name);
  if (at == to.end()) at = to.insert(to.end(), known_cron_job{.name = name});
  const auto zone = zone_clock_of(kubernetes::zone_of(object), now);
  at->deployed = true;
  at->zone_known = zone.has_value();
  at->object = object;
  at->status = kubernetes::status_of(object, jobs.elements(), pods.elements(),
                                     zone.value_or(kubernetes::zone_clock()), now);
  if (zone) return;
  at->status.next.reset();
  at->status.next_by_clock.reset();
  at->status.missed = {};
}

}  // namespace
}  // namespace driver_commands_cron_board

result<cron_board> read_cron_board(kubernetes::cluster& with,
                                   const cluster_place& place,
                                   const declared_pipeline* pipeline) {
  using namespace driver_commands_cron_board;
  const std::string ours = place.selector() + ",cicd.dev/track=stable";
  cron_board board;
  if (pipeline != nullptr) board.jobs = declared_in(*pipeline, place.environment);
  const kubernetes::api_answer cron_jobs = with.list("CronJob", place.namespace_name, ours);
  if (!cron_jobs) return unread(cron_jobs, place, "CronJob");
  if (cron_jobs.object["items"].elements().empty()) return board;
  const kubernetes::api_answer jobs = with.list("Job", place.namespace_name, {});
  if (!jobs) return unread(jobs, place, "Job");
  const kubernetes::api_answer pods =
      with.list("Pod", place.namespace_name, "batch.kubernetes.io/controller-uid");
  if (!pods) board.poorer = "why a run failed is not known: " + unread(pods, place, "Pod").what;
  for (const json& each : cron_jobs.object["items"].elements())
    add_deployed(board.jobs, each, jobs.object["items"], pods.object["items"]);
  std::ranges::sort(board.jobs, {}, &known_cron_job::name);
  return board;
}

std::vector<note> failed_cron_runs(kubernetes::cluster& with, const cluster_place& place) {
  std::vector<note> failed;
  const result<cron_board> board = read_cron_board(with, place, nullptr);
  if (!board) return failed;
  for (const known_cron_job& each : board->jobs) {
    if (!each.status.last_run_failed()) continue;
    const auto& bad = each.status.last_failure;
    const auto ago =
        std::chrono::duration_cast<std::chrono::milliseconds>(system_clock_port().now() - *bad->ended);
    failed.push_back({each.name, fmt::format("failed {} ({} ago): {}", utc_text(*bad->ended),
                                             human_duration(ago), bad->meaning)});
  }
  return failed;
}

}  // namespace cicd
