// A service or cron job as it is in one environment: values given there over those that hold everywhere.
#include <cicd/declare/in_environment.hpp>
#include <cicd/declare/model.hpp>

#include <algorithm>

namespace cicd {

namespace declare_service_in {
namespace {

template <typename T>
T workload_in(const std::vector<T>& calls, std::string_view name, std::string_view environment) {
  T merged;
  bool first = true;
  for (const T& each : calls) {
    if (each.name.view() != name) continue;
    const bool holds = std::any_of(each.in.begin(), each.in.end(),
                                   [&](const dns_label& in) { return in.view() == environment; });
    if (first)
      merged = each;
    else if (holds)
      declaring::lay_in_environment(merged, each);
    first = false;
  }
  return merged;
}

}  // namespace
}  // namespace declare_service_in

service service_in(const pipeline& declared, std::string_view name, std::string_view environment) {
  return declare_service_in::workload_in(declared.services, name, environment);
}

cron_job cron_job_in(const pipeline& declared, std::string_view name, std::string_view environment) {
  return declare_service_in::workload_in(declared.cron_jobs, name, environment);
}

}  // namespace cicd
