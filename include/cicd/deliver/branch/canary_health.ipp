// What a cluster knows of a canary's pods. See canary_health.hpp.
#pragma once

#include <map>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/branch/canary_health.hpp>
#include <cicd/kubernetes/render/names.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd {

namespace deliver_branch_canary_health {
namespace {

using kubernetes::api_answer;

class looking {
 public:
  looking(kubernetes::cluster& with, const known_place& of)
      : with_(with),
        place_(of.place),
        service_(fact_of(of, branch_fact::service)),
        workload_(fact_of(of, branch_fact::workload)) {}

  result<canary_health> look() {
    if (status read = read_pods(); !read) return std::move(read).error();
    if (status read = read_endpoints(); !read) return std::move(read).error();
    read_events();
    return std::move(health_);
  }

 private:
  pod_group& group_of(const json& labels) {
    return labels[kubernetes::track_label].text() == "canary" ? health_.canary : health_.production;
  }

  error refused(const api_answer& answer, const char* kind) const {
    return error_of(*answer.failure, place_.text(), {kind, place_.namespace_name, ""},
                    fmt::format("look at the {}s of {}", kind, service_));
  }

  status read_pods() {
    const std::string pair = kubernetes::label_value(place_.pipeline + '.' + service_);
    const api_answer all =
        with_.list("Pod", place_.namespace_name, fmt::format("{}={}", kubernetes::workload_label, pair));
    if (!all) return refused(all, "Pod");
    for (const json& each : all.object["items"].elements()) {
      const json& metadata = each["metadata"];
      if (!metadata["deletionTimestamp"].is_null()) continue;
      pod_group& group = group_of(metadata["labels"]);
      groups_.emplace(metadata["name"].text(), &group);
      ++group.pods;
      for (const json& container : each["status"]["containerStatuses"].elements())
        add_container(metadata["name"].text(), container, group);
    }
    return {};
  }

  static void add_container(const std::string& pod, const json& container, pod_group& to) {
    to.restarts += container["restartCount"].integer();
    const json& died = container["lastState"]["terminated"];
    if (died.is_null()) return;
    to.last_failures.push_back(displayable(
        fmt::format("{}, container {}: {}, exit status {}, at {}", pod, container["name"].text(),
                    died["reason"].text("ended"), died["exitCode"].integer(), died["finishedAt"].text())));
  }

  /// Those that take requests: ready, of a pod that is one of ours.
  status read_endpoints() {
    const api_answer all =
        with_.list("EndpointSlice", place_.namespace_name, "kubernetes.io/service-name=" + workload_);
    if (!all) return refused(all, "EndpointSlice");
    std::map<std::string, bool> ready;  // a pod can be in several slices, one for each family of addresses
    for (const json& slice : all.object["items"].elements())
      for (const json& each : slice["endpoints"].elements())
        if (each["conditions"]["ready"].boolean(true)) ready[each["targetRef"]["name"].text()] = true;
    for (const auto& [pod, is_ready] : ready)
      if (const auto found = groups_.find(pod); is_ready && found != groups_.end()) ++found->second->ready;
    return {};
  }

  void read_events() {
    const api_answer all = with_.list("Event", place_.namespace_name, "");
    if (!all) return;
    health_.canary.failed_probes = health_.production.failed_probes = 0;
    for (const json& each : all.object["items"].elements()) {
      if (each["reason"].text() != "Unhealthy") continue;
      const auto found = groups_.find(each["involvedObject"]["name"].text());
      if (found != groups_.end())
        *found->second->failed_probes += std::max<std::int64_t>(1, each["count"].integer());
    }
  }

  kubernetes::cluster& with_;
  const cluster_place& place_;
  std::string service_, workload_;
  canary_health health_;
  std::map<std::string, pod_group*> groups_;  // by pod
};

}  // namespace
}  // namespace deliver_branch_canary_health

canary_share canary_health::share() const {
  return {static_cast<int>(canary.ready), static_cast<int>(canary.ready + production.ready)};
}

result<canary_health> health_of_canary(kubernetes::cluster& with, const known_place& of) {
  return deliver_branch_canary_health::looking(with, of).look();
}

}  // namespace cicd
