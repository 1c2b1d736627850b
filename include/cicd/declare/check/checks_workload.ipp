// The checks of services, cron jobs and containers: what they refer to, and what no cluster can do.
#pragma once

#include <cicd/declare/check/checks.hpp>
#include <cicd/declare/check/judged_place.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace cicd::declaring {

namespace declare_check_checks_workload {
namespace {

/// Kubernetes adds the time of a run to the name of a CronJob when it names its Job, and a revision to that
/// of a StatefulSet's pods.
constexpr std::size_t longest_name = 63, longest_with_suffix = 52;

template <typename T>
void check_variables(const declaration<T>& of, findings& found) {
  for (const secret_reference& secret : of.value.secret_env)
    for (const assignment& variable : of.value.env)
      if (secret.name == variable.name)
        found.add(of.at("secret_env"), {.what = "the variable is in ENV too",
                                        .value = secret.name.str(),
                                        .help = "leave one of them out"});
}

bool is_storage(const mount& of) {
  return of.source.view().starts_with("storage:");
}

/// What the container sees has one source for each path; what each pod gets for itself is STATEFUL's.
template <typename T>
void check_volumes(const declaration<T>& of, bool stateful, findings& found) {
  std::set<std::string_view> paths;
  for (const mount& each : of.value.volumes) {
    paths.insert(each.path);
    if (is_storage(each) && !stateful)
      found.add(of.at("volumes"), storage_without_stateful(each.source.view()));
  }
  if constexpr (requires { of.value.config_files; })
    for (const file_mapping& each : of.value.config_files) {
      if (each.to == "/" || each.to.ends_with('/'))
        found.add(of.at("config_files"), no_file_path(each.to));
      else if (!paths.insert(each.to).second)
        found.add(of.at("config_files"), path_mounted_twice(each.to));
    }
}

bool is_zero(std::string_view amount) {
  return !amount.empty() && amount.find_first_not_of("0%") == amount.npos;
}

/// A Service's name begins with a letter (RFC 1035); those of other objects need none.
template <typename T>
void check_named(const declaration<T>& of, std::size_t most, bool has_service, findings& found) {
  const std::string_view name = of.value.named.view();
  if (name.empty()) return;
  if (name.size() > most || (has_service && detail::is_digit(name.front())))
    found.add(of.at("named"), wrong_object_name(name, most, has_service));
}

void check_ports(const declaration<service>& of, findings& found) {
  std::map<int, std::string_view> names;
  if (of.value.port) names.emplace(of.value.port.number(), "http");
  for (const named_port& each : of.value.ports) {
    if (of.value.port && each.name.view() == "http") found.add(of.at("ports"), port_name_taken("http"));
    const auto [first, is_new] = names.emplace(each.port.number(), each.name.view());
    if (!is_new)
      found.add(of.at("ports"), port_given_twice(each.port.number(), first->second, each.name.view()));
  }
}

/// The cluster counts whole seconds.
void check_end(const declaration<service>& of, findings& found) {
  constexpr std::int64_t usual_grace = 30;
  const std::int64_t grace = of.value.grace ? of.value.grace.whole_seconds() : usual_grace;
  if (of.value.drain && of.value.drain.whole_seconds() >= grace)
    found.add(of.at("drain"), drain_longer_than_grace(of.value.grace ? "GRACE" : "the GRACE of 30s"));
}

void check_rollout(const declaration<service>& of, findings& found) {
  if (of.value.stateful && of.at("max_surge"))
    found.add(of.at("max_surge"), meaningless_option("MAX_SURGE", "with STATEFUL", "leave MAX_SURGE out"));
  if (is_zero(of.value.max_unavailable.view()) && is_zero(of.value.max_surge.view()))
    found.add(of.at("max_surge"), rollout_that_cannot_move());
}

/// What the cluster would refuse, or never finish, in that place.
void check_deployable(const declaration<service>& of, findings& found) {
  if (of.value.port)
    for (const named_port& each : of.value.ports)
      if (each.port.number() == 80 && of.value.port.number() != 80)
        found.add(of.at("ports"), port_of_the_service(each.name.view()));
  if (!of.value.stateful && is_zero(of.value.max_surge.view()) && of.value.max_unavailable.empty())
    found.add(of.at("max_surge"), surge_that_cannot_move());
  if (of.value.replicas.least() >= 2 && is_zero(of.value.disruptions.view()))
    found.add(of.at("disruptions"), disruptions_that_block());
  const bool has_service = of.value.port || !of.value.ports.empty() || of.value.stateful;
  check_named(of, of.value.stateful ? longest_with_suffix : longest_name, has_service, found);
}

template <typename T>
void check_deployable(const declaration<T>& of, findings& found) {
  check_named(of, longest_with_suffix, false, found);
}

void check_values(const declaration<service>& of, const judged_place& where, findings& found) {
  check_counterparts(of,
                     {{"ready", "READY", "port", "PORT"},
                      {"live", "LIVE", "port", "PORT"},
                      {"drain", "DRAIN", "port", "PORT"},
                      {"host", "HOST", "port", "PORT"},
                      {"start_within", "START_WITHIN", "ready", "READY"},
                      {"ingress_class", "INGRESS_CLASS", "host", "HOST"},
                      {"ingress_annotations", "INGRESS_ANNOTATIONS", "host", "HOST"},
                      {"tls", "TLS", "host", "HOST"}},
                     found);
  if (of.at("scale_at") && !of.value.replicas.scales())
    found.add(of.at("scale_at"), missing_counterpart("SCALE_AT", "a range of REPLICAS"));
  check_ports(of, found);
  check_rollout(of, found);
  check_end(of, found);
  check_variables(of, found);
  check_volumes(of, of.value.stateful, found);
  check_pods(of, where, found);
  if (where.beside) check_deployable(of, found);
}

template <typename T>
void check_values(const declaration<T>& of, const judged_place& where, findings& found) {
  check_variables(of, found);
  check_volumes(of, false, found);
  check_pods(of, where, found);
  if (where.beside) check_deployable(of, found);
}

template <typename T>
void check_image_reference(const declaration<T>& of, draft& in, findings& found) {
  if (of.value.image && !in.without_template && !in.all<image>().find(of.value.image.view()))
    found.add(of.at("image"),
              unknown_reference("IMAGE", "image", of.value.image.view(), in.all<image>().names()));
}

template <typename T>
void check_declared(const declaration<T>& of, draft& in, findings& found) {
  check_image_reference(of, in, found);
  if (!of.at("image") && in.all<image>().items().size() != 1 && !of.site->unclear && !in.without_template)
    found.add(of.start(), ambiguous_image(kind<T>.noun, in.all<image>().names()));
}

/// Where values can hold: in the environments, and in the copies of branches beside them.
struct places_of_values {
  draft& in;
  bool find(std::string_view name) { return is_copy(name) || in.all<environment>().find(name); }
  std::vector<std::string> names() const {
    std::vector<std::string> all = in.all<environment>().names();
    for (const char* each : {"preview", "canary"}) all.emplace_back(each);
    return all;
  }
};

/// What a branch's copy has from elsewhere: its name, whom it answers, how many pods it has.
void check_in_copies(const declaration<service>& of, findings& found) {
  struct fixed {
    std::string_view key, keyword, help;
    bool is_of_canary;
  };
  static constexpr std::string_view by_preview = "say it in pipeline_preview()", leave = "leave it out";
  static constexpr fixed all[] = {{"named", "NAMED", leave, false},
                                  {"after", "AFTER", leave, false},
                                  {"selector", "SELECTOR", leave, false},
                                  {"service_selector", "SERVICE_SELECTOR", leave, false},
                                  {"stateful", "STATEFUL", leave, false},
                                  {"replicas", "REPLICAS", by_preview, false},
                                  {"scale_at", "SCALE_AT", leave, false},
                                  {"host", "HOST", by_preview, false},
                                  {"disruptions", "DISRUPTIONS", leave, false},
                                  {"port", "PORT", leave, true},
                                  {"ports", "PORTS", leave, true},
                                  {"ingress_class", "INGRESS_CLASS", leave, true},
                                  {"ingress_annotations", "INGRESS_ANNOTATIONS", leave, true},
                                  {"tls", "TLS", leave, true},
                                  {"allow_from", "ALLOW_FROM", leave, true}};
  const bool canary = is_in(of, "canary");
  if (!canary && !is_in(of, "preview")) return;
  for (const fixed& each : all)
    if (of.at(each.key) && (canary || !each.is_of_canary))
      found.add(of.at(each.key), meaningless_option(each.keyword, canary ? "IN canary" : "IN preview",
                                                    std::string(each.help)));
}

void check_in_copies(const declaration<cron_job>& of, findings& found) {
  if (is_in(of, "canary"))
    found.add(of.near("in"), meaningless_option("IN canary", "for a cron job", "a canary has no cron jobs"));
}

template <typename T>
void check_in_copies(const declaration<T>&, findings&) {}

bool names(const std::vector<dns_label>& list, std::string_view name) {
  return std::any_of(list.begin(), list.end(), [&](const dns_label& each) { return each.view() == name; });
}

/// Whether the workload of that name has such a copy beside the environment.
bool has_copy(std::string_view name, const judged_place& where) {
  if (where.copy == "canary")
    return std::ranges::any_of(where.in.all<canary>().items(), [&](const declaration<canary>& each) {
      const bool is_of_it = !each.value.service || each.value.service.view() == name;
      return is_of_it && each.value.in.view() == where.beside->name;
    });
  const declaration<preview>* there = where.in.all<preview>().find(where.beside->name);
  if (!there) return false;
  const bool is_service = where.in.all<service>().find(name) != nullptr;
  return is_service ? there->value.services.empty() || names(there->value.services, name)
                    : names(there->value.cron_jobs, name);
}

template <typename T>
bool is_there(const declaration<T>& of, const judged_place& where) {
  if constexpr (requires { of.value.off; })
    if (of.value.off) return false;
  if (where.copy.empty()) return true;
  if constexpr (std::is_same_v<T, deploy_task>)
    return std::ranges::any_of(where.in.all<service>().names(),
                               [&](const std::string& each) { return has_copy(each, where); });
  else if constexpr (std::is_same_v<T, container>)
    return std::ranges::any_of(of.value.of,
                               [&](const dns_label& each) { return has_copy(each.view(), where); });
  else
    return has_copy(of.name, where);
}

/// What has pods, by name: a container may stand in those of each.
struct hosts_of_containers {
  draft& in;
  bool find(std::string_view name) {
    bool found = false;
    each_kind([&]<typename T>() {
      if constexpr (has_pods<T>) found |= in.all<T>().find(name) != nullptr;
    });
    return found;
  }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    each_kind([&]<typename T>() {
      if constexpr (has_pods<T>)
        for (std::string& each : in.all<T>().names()) all.push_back(std::move(each));
    });
    return all;
  }
};

bool is_stateful(const dns_label& name, const judged_place& where) {
  const declaration<service>* found = where.in.all<service>().find(name.view());
  if (!found) return false;
  if (!where.beside) return found->value.stateful;
  return declared_in_places<service>(*found, where.in.all<service>())
      .merged_in({where.beside->name})
      .value.stateful;
}

void check_values(const declaration<container>& of, const judged_place& where, findings& found) {
  draft& in = where.in;
  const auto need = [&](std::string_view key, std::string_view keyword, std::string_view allowed) {
    if (!of.at(key) && !of.site->unclear)
      found.add(of.start(), missing_option(keyword, allowed, fmt::format("cicd explain container.{}", key)));
  };
  need("of", "OF", "names of services and cron jobs");
  need("role", "ROLE", allowed_of<container_role>());
  hosts_of_containers hosts{in};
  check_references(of.value.of, of.near("of"), "OF", "service or cron job", hosts, found);
  const std::string_view name = of.value.image.view();
  if (!name.empty() && name.find('@') == name.npos && !in.without_template && !in.all<image>().find(name))
    found.add(of.at("image"), unknown_reference("IMAGE", "image", name, in.all<image>().names()));
  for (const dns_label& each : of.value.of)
    if (each.view() == of.name) found.add(of.near("name"), name_of_the_main_container(of.name));
  check_variables(of, found);
  const bool stateful = std::all_of(of.value.of.begin(), of.value.of.end(),
                                    [&](const dns_label& each) { return is_stateful(each, where); });
  check_volumes(of, stateful, found);
  check_pods(of, where, found);
}

/// What an environment's way cannot do is left out there, by a call IN it.
void check_way_of(const declaration<deploy_task>& of, const judged_place& where, findings& found) {
  if (where.beside == nullptr || !where.copy.empty()) return;
  const deploy_way via = where.beside->value.via;
  if (via != deploy_way::none && !can(via, way_feature::task))
    found.add(of.near("before"), task_without_job(of.name, of.pipeline, where.beside->name, via.view(),
                                                  ways_with(way_feature::task)));
}

void check_values(const declaration<deploy_task>& of, const judged_place& where, findings& found) {
  draft& in = where.in;
  const auto need = [&](std::string_view key, std::string_view keyword, std::string_view allowed) {
    if (!of.at(key) && !of.site->unclear)
      found.add(of.start(),
                missing_option(keyword, allowed, fmt::format("cicd explain deploy_task.{}", key)));
  };
  need("command", "COMMAND", "COMMAND <program> [<argument>…]");
  need("before", "BEFORE", allowed_of<task_time>());
  const std::vector<std::string> services = in.all<service>().names();
  if (of.value.service && !in.all<service>().find(of.value.service.view()))
    found.add(of.at("service"), unknown_reference("SERVICE", "service", of.value.service.view(), services));
  if (!of.value.service && services.size() != 1 && !in.without_template)
    found.add(of.start(), task_of_no_service(services));
  check_way_of(of, where, found);
}

/// Judges what holds everywhere, and unless that is wrong by itself, what it is in each environment and in
/// the copies of branches beside it. Values for a copy that no environment has are judged over those that
/// hold everywhere.
template <typename T>
void judge_everywhere(const declaration<T>& base, draft& in, findings& found) {
  const std::size_t before = found.count();
  check_values(base, judged_place{in}, found);
  if (found.count() != before) return;
  const declared_in_places<T> of(base, in.all<T>());
  const auto judge_in = [&](const judged_place& where) {
    const declaration<T> merged = of.merged_in({where.beside->name, where.copy});
    if (!is_there(merged, where)) return false;
    check_values(merged, where, found);
    return true;
  };
  for (const declaration<environment>& each : in.all<environment>().items()) judge_in({in, &each});
  for (const std::string_view copy : {"preview", "canary"}) {
    if (!of.has_own_in(copy)) continue;
    std::size_t copies = 0;
    for (const declaration<environment>& each : in.all<environment>().items())
      copies += judge_in({in, &each, copy});
    if (copies == 0) check_values(of.merged_in({copy}), judged_place{in}, found);
  }
}

template <typename T>
void check_override(const declaration<T>& of, draft& in, findings& found) {
  places_of_values places{in};
  check_references(of.value.in, of.near("in"), "IN", "environment", places, found);
  check_in_copies(of, found);
  if (!in.all<T>().find(of.name))
    return found.add(of.start(), undeclared_workload(kind<T>.function, kind<T>.noun, of.name, of.pipeline));
  if constexpr (has_pods<T>)
    check_image_reference(of, in, found);
  else if constexpr (std::is_same_v<T, container>)  // which pods a container is in, and as what, holds
                                                    // everywhere
    for (const auto& [key, keyword] : {std::pair{"of", "OF"}, std::pair{"role", "ROLE"}})
      if (of.at(key)) found.add(of.at(key), meaningless_option(keyword, "with IN", "leave it out"));
}

/// Two calls that give one service other values in one environment would need an order.
template <typename T>
void check_overrides_apart(const workloads<T>& list, findings& found) {
  std::map<std::pair<std::string, std::string_view>, place> first;
  for (const declaration<T>& each : list.overrides)
    for (const dns_label& environment : each.value.in) {
      const auto [known, is_new] = first.try_emplace({each.name, environment.view()}, each.near("in"));
      if (!is_new)
        found.add(each.near("in"),
                  given_twice(fmt::format("{} IN this environment", kind<T>.noun), environment.view(),
                              found.text_of(known->second.site->from->where)));
    }
}

template <typename T>
void check_all(draft& in, findings& found) {
  workloads<T>& list = in.all<T>();
  for (const auto& each : list.items()) {
    if constexpr (has_pods<T>) check_declared(each, in, found);
    judge_everywhere(each, in, found);
  }
  for (const auto& each : list.overrides) check_override(each, in, found);
  check_overrides_apart(list, found);
}

/// The zone exists, and no run falls into an hour that a change of its clock leaves out or has twice.
void check_zone(const declaration<cron_job>& of, const zone_source& zones, findings& found) {
  if (!zones.changes || !of.value.time_zone || !of.value.schedule) return;
  const std::string name = of.value.time_zone.str();
  const auto changes = zones.changes(name);
  if (!changes) {
    return found.add(word_at(of, "time_zone", 0),
                     unknown_zone(name, zones.names ? zones.names() : std::vector<std::string>()));
  }
  if (const auto doubtful = doubtful_time_of(of.value.schedule, *changes))
    found.warn(of.near("schedule"), doubtful_run(*doubtful, name));
}

void check_cron_job(const declaration<cron_job>& of, draft& in, const zone_source& zones, findings& found) {
  if (!of.at("schedule") && !of.site->unclear)
    found.add(of.start(),
              missing_option("SCHEDULE", cron_schedule::allowed(), "cicd explain cron_job.schedule"));
  if (in.all<service>().find(of.name)) found.add(of.near("name"), name_of_a_service(of.name));
  const std::string object = in.own.name + "-" + of.name;
  if (!of.value.named && object.size() > longest_with_suffix)
    found.warn(of.near("name"), long_cron_job(object, longest_with_suffix));
  check_zone(of, zones, found);
}

void check_cron_override(const declaration<cron_job>& of,
                         draft& in,
                         const zone_source& zones,
                         findings& found) {
  declaration<cron_job>* base = in.all<cron_job>().find(of.name);
  if (!base || (!of.at("schedule") && !of.at("time_zone"))) return;
  declaration<cron_job> merged = *base;
  lay_in_over(merged, of);
  check_zone(merged, zones, found);
}

}  // namespace
}  // namespace declare_check_checks_workload

void check_workloads(draft& of, const zone_source& zones, findings& found) {
  using namespace declare_check_checks_workload;
  each_kind([&]<typename T>() {
    if constexpr (runs_in_places<T>) check_all<T>(of, found);
  });
  check_accounts(of, found);
  for (const auto& each : of.all<cron_job>().items()) check_cron_job(each, of, zones, found);
  for (const auto& each : of.all<cron_job>().overrides) check_cron_override(each, of, zones, found);
}

}  // namespace cicd::declaring
