// What the user should know before a deploy: what this cluster's version lacks, what a branch does not bring,
// and which configuration of the cluster the pods read.
#pragma once

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/kubernetes/render/objects.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd::kubernetes {
namespace kubernetes_render_objects_warnings {

inline bool is_there(const release_facts& facts, const service& of) {
  const auto& names = facts.of_branch.services;
  return facts.on == track::stable || names.empty()
         || std::find(names.begin(), names.end(), of.name.view()) != names.end();
}

inline void add_drain(std::vector<std::string>& to, const service& of, const release_facts& facts) {
  const bool lacks = facts.server_minor != 0 && facts.server_minor < drain_minor;
  if (lacks && (of.drain || of.port))
    to.push_back(
        fmt::format("{}: DRAIN needs Kubernetes 1.{}, and this is 1.{}: pods end at once, and requests can "
                    "meet a closed port",
                    of.name.view(), drain_minor, facts.server_minor));
}

inline void add_scale(std::vector<std::string>& to, const service& of, const release_facts& facts) {
  if (of.replicas.scales() && facts.on == track::stable)
    to.push_back(fmt::format("{}: an autoscaler keeps {} to {} pods; it needs the cluster's metrics server",
                             of.name.view(), of.replicas.least(), of.replicas.most()));
  if (of.stateful && !(of.max_unavailable.empty() && of.max_surge.empty()))
    to.push_back(fmt::format(
        "{}: a StatefulSet replaces its pods one by one; MAX_UNAVAILABLE and MAX_SURGE do nothing",
        of.name.view()));
}

/// The domain that a wildcard for this host would stand before.
inline std::string_view domain_of(std::string_view host) {
  const auto dot = host.find('.');
  return dot == host.npos ? std::string_view() : host.substr(dot + 1);
}

/// Of a preview the certificate is the environment's, whose wildcard covers one part only.
inline void add_certificate(std::vector<std::string>& to, const service& of, const release_facts& facts) {
  const std::string& host = facts.of_branch.host;
  if (facts.on != track::preview || of.tls.empty() || of.host.empty() || host.empty()) return;
  const auto covers = [&](host_name each) { return domain_of(each.view()) == domain_of(host); };
  if (std::ranges::any_of(of.host, covers)) return;
  to.push_back(fmt::format("{}: the certificate in Secret {} has to cover {}; *.{} does not", of.name.view(),
                           of.tls.view(), host, domain_of(of.host.front().view())));
}

/// A namespace of its own begins without the environment's ConfigMaps and Secrets.
inline void add_missing(std::vector<std::string>& to,
                        const declared_pipeline& pipeline,
                        const release_facts& facts) {
  if (facts.on != track::preview || facts.of_branch.namespace_name.empty()) return;
  const std::vector<std::string> read = configuration_read_by(pipeline, facts.environment, facts.on);
  if (!read.empty())
    to.push_back(fmt::format("the namespace {} is the preview's own: it needs {}",
                             facts.of_branch.namespace_name, joined(read, ", ")));
}

inline std::vector<further_container> beside(const pipeline& declared,
                                             std::string_view environment,
                                             track on,
                                             dns_label name) {
  std::vector<further_container> all;
  for (container& each : containers_in(declared, environment, copy_named(on)))
    if (std::find(each.of.begin(), each.of.end(), name) != each.of.end())
      all.push_back({std::move(each), nullptr, {}, {}});
  return all;
}

/// A container that does not run in a branch's copy is missed only by those who know of it.
inline void add_left_out(std::vector<std::string>& to,
                         const declared_pipeline& pipeline,
                         const release_facts& facts) {
  const std::string_view copy = copy_named(facts.on);
  for (const std::string& each : left_out_of(pipeline.declared, facts.environment, copy))
    to.push_back(
        fmt::format("container {} is ROLE init or reads Secrets, and does not run in this {}: "
                    "pipeline_container({} {} IN {} …) lets it, with the values that are meant for it",
                    each, copy, facts.pipeline, each, copy));
}

}  // namespace kubernetes_render_objects_warnings

std::vector<std::string> remarks_on(const declared_pipeline& pipeline, const release_facts& facts) {
  std::vector<std::string> all;
  for (const service& each : services_in(pipeline.declared, facts.environment, facts.on)) {
    if (!kubernetes_render_objects_warnings::is_there(facts, each)) continue;
    kubernetes_render_objects_warnings::add_drain(all, each, facts);
    kubernetes_render_objects_warnings::add_scale(all, each, facts);
    kubernetes_render_objects_warnings::add_certificate(all, each, facts);
  }
  kubernetes_render_objects_warnings::add_missing(all, pipeline, facts);
  kubernetes_render_objects_warnings::add_left_out(all, pipeline, facts);
  return all;
}

std::vector<std::string> configuration_read_by(const declared_pipeline& pipeline,
                                               std::string_view environment,
                                               track on) {
  std::set<std::string> all;
  const auto add = [&](const service& of) {
    for (std::string& each :
         read_by(of, kubernetes_render_objects_warnings::beside(pipeline.declared, environment, on, of.name)))
      all.insert(std::move(each));
  };
  for (const service& each : services_in(pipeline.declared, environment, on)) add(each);
  for (const cron_job& each : cron_jobs_in(pipeline.declared, environment, on))
    if (!each.off) add(pods_of(each));
  return {all.begin(), all.end()};
}

}  // namespace cicd::kubernetes
