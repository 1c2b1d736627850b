// The kubeconfig, by `kubectl config view`.
#pragma once

#include <cicd/kubernetes/api/kubeconfig.hpp>

namespace cicd::kubernetes {

kubeconfig_facts::kubeconfig_facts(kubectl_program program) : program_(std::move(program)) {}

std::string kubeconfig_facts::context() const {
  return told()["current-context"].text(in_cluster);
}

std::string kubeconfig_facts::server() const {
  const auto& clusters = told()["clusters"].elements();
  return clusters.empty() ? std::string() : clusters.front()["cluster"]["server"].text();
}

std::string kubeconfig_facts::namespace_name() const {
  const auto& contexts = told()["contexts"].elements();
  return contexts.empty() ? std::string() : contexts.front()["context"]["namespace"].text();
}

const json& kubeconfig_facts::told() const {
  if (!told_) {
    const captured got = run_to_end(program_.with({"config", "view", "--minify", "--output=json"}),
                                    {.input = {}, .limit = std::chrono::seconds(10), .cancelled = nullptr});
    told_ = parse_json(got.out).value_or(json());
  }
  return *told_;
}

}  // namespace cicd::kubernetes
