// A service or cron job as it is in one environment: values given there over those that hold everywhere.
#pragma once

#include <cicd/declare/check/overrides.hpp>
#include <cicd/declare/model.hpp>

#include <algorithm>

namespace cicd {

namespace declare_check_overrides_of {
namespace {

bool reads_secrets(const container& of) {
  return !of.secret_env.empty() || std::any_of(of.volumes.begin(), of.volumes.end(), [](const mount& each) {
    return each.source.view().starts_with("secret:");
  });
}

/// What a branch's code would do to the environment's data is done only where somebody said so.
bool runs_in(const pipeline& declared, const container& of, std::string_view copy) {
  return copy.empty() || !reads_secrets(of)
         || std::any_of(declared.containers.begin(), declared.containers.end(), [&](const container& each) {
              return each.name == of.name && declaring::holds_in(each, copy);
            });
}

std::vector<container> all_containers(const pipeline& declared,
                                      std::string_view environment,
                                      std::string_view copy) {
  std::vector<container> all;
  for (const container& each : declared.containers)
    if (std::none_of(all.begin(), all.end(), [&](const container& other) { return other.name == each.name; }))
      all.push_back(declaring::merged_in(declared.containers, each.name.view(), environment, copy));
  return all;
}

}  // namespace
}  // namespace declare_check_overrides_of

service service_in(const pipeline& declared,
                   std::string_view name,
                   std::string_view environment,
                   std::string_view copy) {
  return declaring::merged_in(declared.services, name, environment, copy);
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
  return declaring::merged_in(declared.cron_jobs, name, environment, copy);
}

std::vector<container> containers_in(const pipeline& declared,
                                     std::string_view environment,
                                     std::string_view copy) {
  std::vector<container> all = declare_check_overrides_of::all_containers(declared, environment, copy);
  std::erase_if(
      all, [&](const container& each) { return !declare_check_overrides_of::runs_in(declared, each, copy); });
  return all;
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
