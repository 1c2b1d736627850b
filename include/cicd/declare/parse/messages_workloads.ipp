// The words of the errors of workloads and of what they are deployed to.
#pragma once

#include <cicd/declare/parse/messages.hpp>

#include <fmt/format.h>

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

remark wrong_object_name(std::string_view name, std::size_t most) {
  return {.what = "NAMED is no name that all of its objects could have",
          .value = std::string(name),
          .allowed = fmt::format("a letter first, and at most {} characters", most)};
}

remark unknown_zone(std::string_view name, std::span<const std::string> candidates) {
  return {.what = "TIME_ZONE: there is no such time zone",
          .value = std::string(name),
          .allowed = "a name of the time zone database, such as America/Sao_Paulo or UTC",
          .did_you_mean = nearest(name, candidates).value_or("")};
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

remark needs_other_way(std::string_view what, std::string_view environment, std::string_view ways) {
  return {.what = fmt::format(
              "IN: a {} is made in the cluster itself, which the environment is not reached by", what),
          .value = std::string(environment),
          .allowed = fmt::format("an environment with VIA {}", ways)};
}

remark ambiguous_canary(std::span<const std::string> services) {
  if (services.empty())
    return {.what = "the pipeline has no service with a PORT, whose requests a canary could take",
            .help = "declare one by pipeline_service()"};
  return {.what = "SERVICE is missing, and several have a PORT", .allowed = joined(services, ", ")};
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
