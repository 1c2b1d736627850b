// The rules of Kubernetes for pods and what leads to them, on the values of one place: amounts, volumes,
// labels, hosts.
#pragma once

#include <cicd/declare/check/checks.hpp>
#include <cicd/declare/check/judged_place.hpp>
#include <cicd/declare/check/settings.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/declare/placeholders.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace cicd::declaring {

namespace declare_check_checks_pods {
namespace {

double amount_of(quantity of) {
  return detail::quantity_rule::amount_in(of.view());
}

/// More cores than most nodes have, without a unit: thousandths were meant.
template <typename T>
void check_cores(const declaration<T>& of, std::string_view key, quantity cores, findings& found) {
  constexpr double many = 100;
  if (!cores.empty() && amount_of(cores) >= many && detail::is_whole(cores.view()))
    found.warn(of.at(key), many_cores(upper(key), cores.view()));
}

template <typename T>
void check_limit(const declaration<T>& of,
                 std::string_view key,
                 quantity limit,
                 std::string_view requested_by,
                 quantity request,
                 findings& found) {
  if (!limit.empty() && !request.empty() && amount_of(limit) < amount_of(request))
    found.add(of.at(key), limit_below_request(upper(key), limit.view(), requested_by, request.view()));
}

template <typename T>
void check_amounts(const declaration<T>& of, findings& found) {
  check_cores(of, "cpu", of.value.cpu, found);
  if constexpr (requires { of.value.cpu_limit; }) {
    check_cores(of, "cpu_limit", of.value.cpu_limit, found);
    check_limit(of, "cpu_limit", of.value.cpu_limit, "CPU", of.value.cpu, found);
    check_limit(of, "memory_limit", of.value.memory_limit, "MEMORY", of.value.memory, found);
  }
}

/// What cicd writes itself would be replaced.
template <typename T>
void check_annotations(const declaration<T>& of, findings& found) {
  for (const annotation& each : of.value.annotations)
    if (each.key.view().starts_with("cicd.dev/"))
      found.add(of.at("annotations"), reserved_annotation("ANNOTATIONS", each.key.view()));
}

bool is_beside(const declaration<container>& each, std::string_view workload) {
  return std::ranges::any_of(each.value.of, [&](const dns_label& of) { return of.view() == workload; });
}

/// The name that a volume of a pod has, see kubernetes/render/workload_volumes.ipp; storage keeps its own.
std::string volume_name(std::string_view source) {
  if (source.starts_with("storage:")) return std::string(source.substr(8, source.find(':', 8) - 8));
  return replaced_all(lower(source), ":", "-");
}

/// Volumes of one pod by name, those of the containers beside the main one included.
class volume_keeper {
 public:
  explicit volume_keeper(findings& found) : found_(found) {}

  void reserve(std::string name, std::string for_what) { taken_.try_emplace(std::move(name), for_what); }

  template <typename T>
  void take(const declaration<T>& of) {
    for (const mount& each : of.value.volumes) {
      const std::string name = volume_name(each.source.view());
      const auto [first, is_new] = taken_.try_emplace(name, each.source.str());
      if (!is_new && first->second != each.source.view())
        found_.add(of.at("volumes"), volume_name_twice(name, first->second, each.source.view()));
    }
  }

 private:
  findings& found_;
  std::map<std::string, std::string> taken_;
};

template <typename T>
void check_volume_names(const declaration<T>& of, const judged_place& where, findings& found) {
  volume_keeper volumes(found);
  if (!of.value.config_files.empty()) volumes.reserve("files", "the files of CONFIG_FILES");
  if (of.value.read_only_root == toggle::on) volumes.reserve("tmp", "the empty /tmp of READ_ONLY_ROOT");
  volumes.take(of);
  for (const auto& each : all_in<container>(where))
    if (is_beside(each, of.name)) volumes.take(each);
}

/// What holds for the pods of every kind of workload.
template <typename T>
void check_all_pods(const declaration<T>& of, const judged_place& where, findings& found) {
  check_amounts(of, found);
  check_annotations(of, found);
  check_volume_names(of, where, found);
}

/// The autoscaler wants the request of every container that runs as long as the pod.
void check_autoscaler(const declaration<service>& of, const judged_place& where, findings& found) {
  if (!of.value.replicas.scales()) return;
  if (!of.at("cpu") && !of.at("cpu_limit"))
    found.add(of.at("replicas"), missing_counterpart("a range of REPLICAS", "CPU"));
  for (const auto& each : all_in<container>(where))
    if (is_beside(each, of.name) && each.value.role == container_role::sidecar && !each.at("cpu"))
      found.add(each.start(), sidecar_without_cpu(of.name));
}

/// One label with two values: the pods bear the Deployment's, and the Service finds none of them.
void check_selectors(const declaration<service>& of, findings& found) {
  for (const annotation& wanted : of.value.service_selector)
    for (const annotation& own : of.value.selector)
      if (own.key == wanted.key && own.value != wanted.value)
        found.add(of.at("service_selector"), selectors_apart(own.text(), wanted.text()));
}

void check_ingress(const declaration<service>& of, findings& found) {
  for (const annotation& each : of.value.ingress_annotations) {
    if (each.key.view().starts_with("cicd.dev/"))
      found.add(of.at("ingress_annotations"), reserved_annotation("INGRESS_ANNOTATIONS", each.key.view()));
    const bool is_class = each.key.view() == "kubernetes.io/ingress.class";
    if (is_class && of.value.ingress_class && each.value != of.value.ingress_class.view())
      found.add(of.at("ingress_annotations"), ingress_class_twice(each.value, of.value.ingress_class.view()));
  }
}

/// A branch's name is not there yet; the shortest stands for it.
void check_hosts(const declaration<service>& of, const judged_place& where, findings& found) {
  std::set<std::string> hosts;
  placeholder_values values = values_of_settings(where.in.settings, where.beside->name, where.copy);
  values.insert({{"pipeline", where.in.own.name}, {"environment", where.beside->name}, {"slug", "x"}});
  for (const host_name each : of.value.host) {
    const std::string host = with_placeholders(each.view(), values);
    if (!detail::is_dns_name(host)) found.add(of.at("host"), no_host_name(host));
    if (!hosts.insert(host).second) found.add(of.at("host"), host_twice(host));
  }
}

template <typename V>
bool name_host(const std::vector<V>& values) {
  return std::ranges::any_of(values, [](const V& each) {
    if constexpr (requires { each.value; })
      return each.value.find("{host}") != each.value.npos;
    else
      return each.view().find("{host}") != each.view().npos;
  });
}

/// `{host}` would stay as it is where there is no host.
void check_use_of_host(const declaration<service>& of, findings& found) {
  if (host_of(of.value)) return;
  const bool only_wildcards = !of.value.host.empty();
  if (name_host(of.value.env)) found.add(of.at("env"), no_host_to_name("ENV", only_wildcards));
  if (name_host(of.value.annotations))
    found.add(of.at("annotations"), no_host_to_name("ANNOTATIONS", only_wildcards));
  if (name_host(of.value.ingress_annotations))
    found.add(of.at("ingress_annotations"), no_host_to_name("INGRESS_ANNOTATIONS", only_wildcards));
}

/// Accounts of one environment, each with the role that the first gives it; one without a name has that of
/// the workload's objects.
class account_keeper {
 public:
  explicit account_keeper(findings& found) : found_(found) {}

  template <typename T>
  void take(const declaration<T>& of) {
    if (!of.value.role) return;
    const std::string name = of.value.service_account ? of.value.service_account.str()
                             : of.value.named         ? of.value.named.str()
                                                      : of.pipeline + "-" + of.name;
    const auto [first, is_new] = roles_.try_emplace(name, holder{of.value.role, of.name});
    if (!is_new && first->second.role != of.value.role)
      found_.add(of.at("role_arn"),
                 account_with_two_roles(first->first, first->second.name, first->second.role.view()));
  }

 private:
  struct holder {
    role_arn role;
    std::string name;
  };
  findings& found_;
  std::map<std::string, holder> roles_;
};

}  // namespace
}  // namespace declare_check_checks_pods

template <typename T>
void check_pods(const declaration<T>& of, const judged_place& where, findings& found) {
  declare_check_checks_pods::check_all_pods(of, where, found);
}

template <>
void check_pods(const declaration<service>& of, const judged_place& where, findings& found) {
  using namespace declare_check_checks_pods;
  check_all_pods(of, where, found);
  check_autoscaler(of, where, found);
  check_selectors(of, found);
  check_ingress(of, found);
  if (!where.beside || !where.copy.empty()) return;
  check_hosts(of, where, found);
  check_use_of_host(of, found);
}

template <>
void check_pods(const declaration<cron_job>& of, const judged_place& where, findings& found) {
  using namespace declare_check_checks_pods;
  check_all_pods(of, where, found);
  constexpr std::int64_t least_delay = 10'000;
  if (of.value.start_within && of.value.start_within.milliseconds() < least_delay)
    found.add(of.at("start_within"), start_too_soon());
  if (of.value.schedule && !times_of(of.value.schedule).ever_runs())
    found.add(of.at("schedule"), schedule_without_days(of.value.schedule.view()));
}

template <>
void check_pods(const declaration<container>& of, const judged_place&, findings& found) {
  declare_check_checks_pods::check_amounts(of, found);
}

void check_accounts(draft& in, findings& found) {
  for (const declaration<environment>& each : in.all<environment>().items()) {
    declare_check_checks_pods::account_keeper accounts(found);
    each_kind([&]<typename T>() {
      if constexpr (has_pods<T>)
        for (const declaration<T>& one : all_in<T>({in, &each})) accounts.take(one);
    });
  }
}

}  // namespace cicd::declaring
