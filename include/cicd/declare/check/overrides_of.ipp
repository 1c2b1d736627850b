// A service or cron job as it is in one environment: values given there over those that hold everywhere.
#pragma once

#include <cicd/declare/check/overrides.hpp>
#include <cicd/declare/check/setting_values.hpp>
#include <cicd/declare/model.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace cicd {

namespace declare_check_overrides_of {
namespace {

bool reads_secrets(const container& of) {
  return !of.secret_env.empty() || std::any_of(of.volumes.begin(), of.volumes.end(), [](const mount& each) {
    return each.source.view().starts_with("secret:");
  });
}

template <typename T>
bool is_named_in(const std::vector<T>& calls, const T& of, std::string_view copy) {
  return std::any_of(calls.begin(), calls.end(),
                     [&](const T& each) { return each.name == of.name && declaring::holds_in(each, copy); });
}

/// What a branch's code would do to the environment's data is done only where the declaration says so.
bool runs_in(const pipeline& declared, const container& of, std::string_view copy) {
  const bool is_harmless = of.role != container_role::init && !reads_secrets(of);
  return copy.empty() || is_harmless || is_named_in(declared.containers, of, copy);
}

std::vector<container> all_containers(const pipeline& declared,
                                      std::string_view environment,
                                      std::string_view copy) {
  std::vector<container> all;
  const placeholder_values values = settings_in(declared, environment, copy);
  for (const container& each : declared.containers)
    if (std::none_of(all.begin(), all.end(), [&](const container& other) { return other.name == each.name; }))
      all.push_back(declaring::with_settings(
          declaring::merged_in(declared.containers, each.name.view(), environment, copy), values));
  return all;
}

}  // namespace
}  // namespace declare_check_overrides_of

service service_in(const pipeline& declared,
                   std::string_view name,
                   std::string_view environment,
                   std::string_view copy) {
  return declaring::with_settings(declaring::merged_in(declared.services, name, environment, copy),
                                  settings_in(declared, environment, copy));
}

host_name host_of(const service& of) {
  for (const host_name each : of.host)
    if (!each.view().starts_with("*.")) return each;
  return {};
}

cron_job cron_job_in(const pipeline& declared,
                     std::string_view name,
                     std::string_view environment,
                     std::string_view copy) {
  return declaring::with_settings(declaring::merged_in(declared.cron_jobs, name, environment, copy),
                                  settings_in(declared, environment, copy));
}

std::vector<container> containers_in(const pipeline& declared,
                                     std::string_view environment,
                                     std::string_view copy) {
  std::vector<container> all = declare_check_overrides_of::all_containers(declared, environment, copy);
  std::erase_if(
      all, [&](const container& each) { return !declare_check_overrides_of::runs_in(declared, each, copy); });
  return all;
}

std::vector<deploy_task> tasks_in(const pipeline& declared,
                                  std::string_view environment,
                                  std::string_view copy) {
  std::vector<deploy_task> all;
  const placeholder_values values = settings_in(declared, environment, copy);
  for (const deploy_task& each : declared.tasks) {
    const auto is_same = [&](const deploy_task& other) { return other.name == each.name; };
    if (std::any_of(all.begin(), all.end(), is_same)) continue;
    all.push_back(declaring::with_settings(
        declaring::merged_in(declared.tasks, each.name.view(), environment, copy), values));
  }
  std::erase_if(all, [&](const deploy_task& each) {
    return each.off
           || (!copy.empty() && !declare_check_overrides_of::is_named_in(declared.tasks, each, copy));
  });
  return all;
}

environment place_of_copies(const environment& place, const preview& copies, std::string_view pipeline) {
  environment there = place;
  if (copies.repository) there.repository = copies.repository;
  if (copies.branch) there.branch = copies.branch;
  there.path = copies.path ? copies.path
                           : relative_path::from(fmt::format("previews/{}/{}", place.name.view(), pipeline));
  there.write.clear();
  there.pull_request = forge_kind::none;
  return there;
}

std::string service_of(const deploy_task& of, const pipeline& declared) {
  if (of.service || declared.services.empty()) return of.service.str();
  return declared.services.front().name.str();
}

std::vector<std::string> left_out_of(const pipeline& declared,
                                     std::string_view environment,
                                     std::string_view copy) {
  std::vector<std::string> names;
  for (const container& each : declare_check_overrides_of::all_containers(declared, environment, copy))
    if (!declare_check_overrides_of::runs_in(declared, each, copy)) names.push_back(each.name.str());
  return names;
}

}  // namespace cicd
