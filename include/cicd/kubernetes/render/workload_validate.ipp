// What only a deploy shows to be wrong: a branch's host, and a canary whose pods another Deployment would
// take. All else was judged at configure (declare/check/checks.hpp).
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/kubernetes/render/objects.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd::kubernetes {
namespace kubernetes_render_workload_validate {

using found = std::optional<error>;

inline found in_host(const declared_pipeline& pipeline, const workload& of) {
  const auto wrong = std::ranges::find_if_not(of.hosts, cicd::detail::is_dns_name);
  if (wrong == of.hosts.end()) return {};
  error failure = refused(pipeline, of, "host", "HOST gives no DNS name here");
  failure.value = *wrong;
  return std::move(failure).with("allowed",
                                 "parts of 1 to 63 lower-case letters, digits and '-', at most 253 in all");
}

/// What both the Deployment and the Service find by the same labels would be one set of pods with a canary's.
inline found in_canary(const declared_pipeline& pipeline, const workload& of) {
  const std::vector<annotation>& own = of.declared.selector;
  if (own.empty() || of.runs_once || of.selector[track_label].text() != "canary") return {};
  const auto is_asked_by_service = [&](const annotation& each) {
    return of.requests_to[each.key.view()].text() == each.value;
  };
  if (!std::all_of(own.begin(), own.end(), is_asked_by_service)) return {};
  return refused(pipeline, of, "selector",
                 "its Deployment and its Service find pods by the same labels, so the Deployment would take "
                 "a canary's pods "
                 "for its own")
      .with("try", fmt::format("once it was deployed with SELECTOR all its pods have {0}={1}: add "
                               "SERVICE_SELECTOR {0}={1} and "
                               "deploy again",
                               traffic_label, of.traffic));
}

}  // namespace kubernetes_render_workload_validate

std::optional<error> contradiction_in(const declared_pipeline& pipeline, const workload& of) {
  using namespace kubernetes_render_workload_validate;
  for (const auto check : {in_host, in_canary})
    if (auto failure = check(pipeline, of)) return failure;
  return {};
}

}  // namespace cicd::kubernetes
