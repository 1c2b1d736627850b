// Cron jobs of the namespace compared with ours by schedule, command and image.
#pragma once

#include <set>

#include <fmt/format.h>

#include <cicd/base/unicode.hpp>
#include <cicd/declare/values/values.hpp>
#include <cicd/deliver/cluster/other_cron_jobs.hpp>

namespace cicd {

namespace deliver_cluster_other_cron_jobs {
namespace {

/// The repository of an image reference, without tag and digest; empty where it is none.
std::string repository_in(const std::string& reference) {
  return std::string(detail::repository_in(std::string_view(reference).substr(0, reference.find('@'))));
}

}  // namespace
}  // namespace deliver_cluster_other_cron_jobs

std::vector<std::string> cron_job_remarks(kubernetes::cluster& with,
                                          const wanted_release& wanted,
                                          const cluster_plan& plan) {
  std::vector<std::string> remarks;
  std::set<std::string> repositories, ours;
  for (const planned_object& one : plan.objects)
    if (one.key.kind == "CronJob") ours.insert(one.key.namespace_name + "/" + one.key.name);
  if (ours.empty() || wanted.facts.on != kubernetes::track::stable) return remarks;
  for (const auto& [name, image] : wanted.facts.images)
    if (std::string known = deliver_cluster_other_cron_jobs::repository_in(image.reference); !known.empty())
      repositories.insert(std::move(known));
  kubernetes::api_answer all = with.list("CronJob", "", "");
  if (!all) all = with.list("CronJob", wanted.place.namespace_name, "");
  for (const json& each : all.object["items"].elements()) {
    const json& metadata = each["metadata"];
    const std::string name = metadata["namespace"].text() + "/" + metadata["name"].text();
    const json& labels = metadata["labels"];
    if (ours.contains(name) || labels["cicd.dev/pipeline"].text() == wanted.place.pipeline) continue;
    for (const json& container :
         each["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"].elements())
      if (repositories.contains(deliver_cluster_other_cron_jobs::repository_in(container["image"].text())))
        remarks.push_back(
            fmt::format("CronJob {} runs an image of this pipeline on \"{}\" and is not of this pipeline: "
                        "its work may be "
                        "done twice; remove it "
                        "with kubectl -n {} delete cronjob {}",
                        displayable(name), displayable(each["spec"]["schedule"].text()),
                        metadata["namespace"].text(), metadata["name"].text()));
  }
  return remarks;
}

}  // namespace cicd
