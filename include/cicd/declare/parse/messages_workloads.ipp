// The words of the errors of workloads and of what they are deployed to.
#pragma once

#include <cicd/declare/parse/messages.hpp>

#include <fmt/format.h>

#include <cicd/declare/values/time_zone_guess.hpp>

namespace cicd::declaring {

remark storage_without_stateful(std::string_view source) {
  return {.what = "VOLUMES: storage of each pod's own needs STATEFUL",
          .value = std::string(source),
          .help = "add STATEFUL, or use claim:<PersistentVolumeClaim>"};
}

remark no_file_path(std::string_view path) {
  return {.what = "CONFIG_FILES: the path is a folder's",
          .value = std::string(path),
          .allowed = "the absolute path of a file, such as /etc/orders/app.yaml"};
}

remark path_mounted_twice(std::string_view path) {
  return {.what = "VOLUMES and CONFIG_FILES give the container one path twice", .value = std::string(path)};
}

remark port_name_taken(std::string_view name) {
  return {
      .what = "PORTS: the name is that of PORT", .value = std::string(name), .help = "give it another name"};
}

remark port_given_twice(int port, std::string_view first, std::string_view second) {
  return {.what = fmt::format("PORTS: {} and {} are one port", first, second),
          .value = fmt::format("{}", port),
          .help = "leave one of them out"};
}

remark rollout_that_cannot_move() {
  return {.what = "MAX_SURGE and MAX_UNAVAILABLE are both 0, so that no pod could ever be replaced",
          .help = "give one of them at least 1"};
}

remark drain_longer_than_grace(std::string_view grace) {
  return {.what = fmt::format("DRAIN is not shorter than {}, which includes it", grace),
          .help = "give GRACE the time of DRAIN and of the requests that still run"};
}

remark surge_that_cannot_move() {
  return {.what = "MAX_SURGE 0 without a MAX_UNAVAILABLE leaves no pod to replace",
          .help = "add MAX_UNAVAILABLE 1, or leave MAX_SURGE out"};
}

remark disruptions_that_block() {
  return {.what = "DISRUPTIONS 0 would keep every node from being drained",
          .help = "DISRUPTIONS 1, or DISRUPTIONS off for no disruption budget"};
}

remark port_of_the_service(std::string_view name) {
  return {.what = "PORTS: the Service has port 80 already, which leads to PORT",
          .value = std::string(name) + "=80",
          .help = "give it another number"};
}

remark no_host_name(std::string_view host) {
  return {.what = "HOST gives no DNS name",
          .value = std::string(host),
          .allowed = "parts of 1 to 63 lower-case letters, digits and '-', at most 253 in all"};
}

remark wrong_object_name(std::string_view name, std::size_t most, bool has_service) {
  return {.what = "NAMED is not a valid name for all of its objects",
          .value = std::string(name),
          .allowed = fmt::format("{}at most {} characters", has_service ? "a letter first, and " : "", most)};
}

remark unknown_zone(std::string_view name, std::span<const std::string> candidates) {
  return {.what = "TIME_ZONE: there is no such time zone",
          .value = std::string(name),
          .allowed = "a name of the time zone database, such as America/Sao_Paulo or UTC",
          .did_you_mean = zone_meant_by(name, candidates)};
}

remark doubtful_run(const doubtful_time& of, std::string_view zone) {
  const local_time& at = of.at;
  return {
      .what = fmt::format("SCHEDULE names a time that the clock of {} {}", zone,
                          of.twice ? "has twice when it is set back, so that the run may come twice"
                                   : "leaves out when it is set forward, so that the run may not come"),
      .value = fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", at.year, at.month, at.day, at.hour, at.minute),
      .help = "choose an hour that no change touches, or leave TIME_ZONE out, which means UTC"};
}

remark schedule_without_days(std::string_view schedule) {
  return {.what = "SCHEDULE names days that no month has, so that it would never run",
          .value = std::string(schedule),
          .allowed = "a day that at least one of the months has"};
}

remark start_too_soon() {
  return {.what = "START_WITHIN is so short that the cluster may start no run at all",
          .allowed = "at least 10s, since cron jobs are looked at every ten seconds"};
}

remark limit_below_request(std::string_view keyword,
                           std::string_view limit,
                           std::string_view requested_by,
                           std::string_view request) {
  return {.what = fmt::format("{} is less than {}", keyword, requested_by),
          .value = std::string(limit),
          .allowed = fmt::format("at least {}, which is requested", request),
          .help = fmt::format("raise {}, or lower {}", keyword, requested_by)};
}

remark many_cores(std::string_view keyword, std::string_view cores) {
  return {.what = fmt::format("{} is {} whole cores, which few nodes have", keyword, cores),
          .value = std::string(cores),
          .help = fmt::format("{0} {1}m, where {1} thousandths of a core are meant", keyword, cores)};
}

remark reserved_annotation(std::string_view keyword, std::string_view key) {
  return {.what = fmt::format("{}: the annotation is one that cicd writes itself", keyword),
          .value = std::string(key),
          .allowed = "any key that does not begin with cicd.dev/"};
}

remark volume_name_twice(std::string_view name, std::string_view first, std::string_view second) {
  return {.what = fmt::format("VOLUMES: two volumes of one pod would have the name {}", name),
          .value = std::string(second),
          .help = fmt::format("give the storage another name, since {} has this one", first)};
}

remark sidecar_without_cpu(std::string_view service) {
  return {
      .what = fmt::format("CPU is missing: the autoscaler of service {} needs it of every sidecar", service),
      .help = "add CPU, such as CPU 50m"};
}

remark selectors_apart(std::string_view selector, std::string_view service_selector) {
  return {
      .what =
          "SELECTOR and SERVICE_SELECTOR want two values of one label, so that requests would reach no pod",
      .value = std::string(service_selector),
      .allowed = fmt::format("{}, or another key", selector)};
}

remark ingress_class_twice(std::string_view annotation, std::string_view option) {
  return {.what = "INGRESS_ANNOTATIONS and INGRESS_CLASS name two classes",
          .value = std::string(annotation),
          .allowed = std::string(option),
          .help = "leave kubernetes.io/ingress.class out"};
}

remark host_twice(std::string_view host) {
  return {.what = "HOST names the same twice", .value = std::string(host)};
}

remark no_host_to_name(std::string_view keyword, bool only_wildcards) {
  return {.what = fmt::format("{}: {{host}} stands for nothing, since {}", keyword,
                              only_wildcards ? "every HOST is a wildcard" : "the service has no HOST"),
          .help = only_wildcards ? "add a HOST without *, or write the host itself"
                                 : "add HOST, or write the host itself"};
}

remark account_with_two_roles(std::string_view account, std::string_view by, std::string_view role) {
  return {.what = fmt::format("ROLE_ARN: the service account {} has another role by {}", account, by),
          .value = std::nullopt,
          .allowed = std::string(role),
          .help = "give one of them another SERVICE_ACCOUNT"};
}

remark long_cron_job(std::string_view object, std::size_t most) {
  return {.what = fmt::format(
              "the CronJob's name has more than {} characters and is shortened in the cluster", most),
          .value = std::string(object),
          .help = "a shorter name is found again by eye"};
}

remark name_of_a_service(std::string_view name) {
  return {.what = "a service and a cron job have one name",
          .value = std::string(name),
          .help = "rename one of them"};
}

remark name_of_the_main_container(std::string_view name) {
  return {.what = "the container has the name of what it stands in, which is the main container's",
          .value = std::string(name),
          .help = "give it another name"};
}

remark reserved_label(std::string_view key) {
  return {.what = "the label is one that selectors rest on",
          .value = std::string(key),
          .allowed = "any key that does not begin with cicd.dev/"};
}

remark name_of_previews(std::string_view name) {
  return {.what = "the name belongs to the targets of previews, such as deploy-branch",
          .value = std::string(name),
          .help = "give the environment another name"};
}

remark option_of_other_ways(std::string_view keyword, std::string_view via, std::string_view ways) {
  return {.what = fmt::format("{} has no meaning without VIA {}", keyword, ways),
          .value = fmt::format("VIA {}", via),
          .allowed = fmt::format("an environment VIA {}", ways),
          .help = fmt::format("leave {} out", keyword)};
}

remark name_of_copies(std::string_view name) {
  return {.what = fmt::format("the name stands for the copies of branches, as in IN {}", name),
          .value = std::string(name),
          .help = "give the environment another name"};
}

remark task_without_job(std::string_view task,
                        std::string_view pipeline,
                        std::string_view environment,
                        std::string_view way,
                        std::string_view ways) {
  return {
      .what = fmt::format("BEFORE deploy: VIA {} runs no Job, so the task cannot be run there", way),
      .value = std::string(environment),
      .allowed = fmt::format("an environment VIA {}", ways),
      .help = fmt::format("pipeline_task({} {} IN {} OFF), and run it there by what deploys the manifests",
                          pipeline, task, environment)};
}

remark task_of_no_service(std::span<const std::string> services) {
  if (services.empty())
    return {.what = "the pipeline has no service whose image and environment the task could have",
            .help = "declare one by pipeline_service()"};
  return {.what = "SERVICE is missing: whose image and environment the task has",
          .allowed = joined(services, ", "),
          .help = "SERVICE " + services.front()};
}

remark order_without_way(std::string_view environment, std::string_view way, std::string_view ways) {
  return {.what = fmt::format("AFTER has no meaning VIA {}, which does not wait for services", way),
          .value = std::string(environment),
          .allowed = fmt::format("an environment VIA {}", ways),
          .help = "give AFTER by a call IN the environments that wait"};
}

remark cycle_of_services(std::span<const std::string> path) {
  return {.what = "AFTER: these services wait for each other in a cycle",
          .value = joined(path, " → "),
          .help = "remove one AFTER of the cycle"};
}

remark needs_other_way(std::string_view what,
                       std::string_view environment,
                       std::string_view via,
                       std::string_view ways) {
  return {
      .what = fmt::format("IN: no {} can be made VIA {}, by which this environment is deployed", what, via),
      .value = std::string(environment),
      .allowed = fmt::format("an environment with VIA {}", ways)};
}

remark preview_beside_write(std::string_view environment) {
  return {.what = "IN: WRITE puts values into files that are there, and a preview has none in its folder",
          .value = std::string(environment),
          .allowed = "an environment without WRITE"};
}

remark preview_beside_proposals(std::string_view environment) {
  return {.what = "IN: deploys to this environment are pull requests, and a preview is pushed without one",
          .value = std::string(environment),
          .help = "BRANCH previews, another branch of the manifest repository that takes pushes"};
}

remark ambiguous_canary(std::span<const std::string> services) {
  if (services.empty())
    return {.what = "the pipeline has no service with a PORT, whose requests a canary could take",
            .help = "declare one by pipeline_service()"};
  return {.what = "SERVICE is missing, and several have a PORT", .allowed = joined(services, ", ")};
}

remark canary_of_stateful(std::string_view service) {
  return {.what = "SERVICE: it is STATEFUL, and the storage of its pods cannot be shared with a canary's",
          .value = std::string(service),
          .allowed = "a service without STATEFUL"};
}

remark canary_without_port(std::string_view service) {
  return {.what = "SERVICE: it has no PORT, so that there are no requests to share",
          .value = std::string(service),
          .allowed = "a service with a PORT"};
}

remark nested_folder(std::string_view inner, std::string_view outer, std::string_view outer_at) {
  return {
      .what = fmt::format("PATH lies within that of another environment, '{}', which owns all in it", outer),
      .value = std::string(inner),
      .help = fmt::format("give them folders beside each other; the other is in {}", outer_at)};
}

remark same_object_name(std::string_view object, std::string_view pipeline, std::string_view part) {
  return {.what = fmt::format("its objects would have the name of those of {}/{}, in one namespace", pipeline,
                              part),
          .value = std::string(object),
          .help = "rename one of them, or give their environments a NAMESPACE each"};
}

}  // namespace cicd::declaring
