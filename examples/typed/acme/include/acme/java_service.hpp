// The pipeline that each Java service of this company has: built by Maven, deployed from main to stage and by tag to prod.
#pragma once

#include <cicd/pipeline.hpp>

#include <string>

namespace acme {

/// What differs from service to service; what is not given is the company's.
struct java_options {
  cicd::port_number port{};        ///< 8080
  cicd::replica_range replicas{};  ///< 2..6
  cicd::quantity memory{};         ///< 512Mi
};

/// `name` is that of the service, of the pipeline and, below example.com, of the host.
inline cicd::pipeline java_service(const std::string& name, const java_options& options = {}) {
  using namespace cicd;
  return pipeline{
      .name = checked(name),
      .base_template = "java-maven",
      .base = "rootfs:runtime.tar",
      .base_after = {"runtime"},
      .labels = {{.key = "team", .value = "shop"}},
      .steps = {step{.name = "runtime",
                     .command = {"./make-runtime", "runtime.tar"},
                     .inputs = {"make-runtime"},
                     .outputs = {"runtime.tar"},
                     .tools = {"java"}}},
      .services = {service{.name = "api",
                           .port = options.port ? options.port : port_number(8080),
                           .replicas = options.replicas ? options.replicas : replica_range("2..6"),
                           .host = {checked(name + ".example.com")},
                           .ready = "/health",
                           .cpu = "250m",
                           .memory = options.memory ? options.memory : quantity("512Mi")},
                   service{.name = "api", .in = {"stage"}, .replicas = 1, .host = {checked(name + ".stage.example.com")}}},
      .environments = {environment{.name = "stage",
                                   .on = {.kind = ref_kind::branch, .pattern = "main"},
                                   .via = deploy_way::gitops},
                       environment{.name = "prod",
                                   .on = {.kind = ref_kind::tag, .pattern = "v*"},
                                   .from = {{.any = {"stage"}}},
                                   .via = deploy_way::gitops}},
      .releases = {release{.branches = {"main"}, .versions = version_rule::semantic}}};
}

}  // namespace acme
