// The ports of an action: clusters in memory, a gate that a test may shut, a clock that stands, and what was
// told.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/cluster/cluster_home.hpp>
#include <cicd/deliver/policy/action.hpp>

#include "allowed.hpp"
#include "fake_cluster.hpp"

namespace cicd {

struct standing_clock : clock {
  std::chrono::system_clock::time_point now() const override { return *utc_from("2026-11-21T08:00:00Z"); }
  std::chrono::milliseconds elapsed() const override { return std::chrono::milliseconds(1'500); }
  bool wait(std::chrono::milliseconds, const cancellation*) const override { return true; }
};

/// Pipeline `orders`, environment `prod`, VIA kubectl, in two clusters.
class acting : public testing::Test {
 protected:
  using texts = std::vector<std::string>;
  using fake_cluster = kubernetes::fake_cluster;

  acting() {
    pipeline.declared.name = dns_label("orders");
    prod.name = dns_label("prod");
    prod.via = deploy_way::kubectl;
    for (auto& each : servers) fake_cluster(each).create(fake_cluster::object("Namespace", "orders"));
    on.pipeline = &pipeline;
    on.place = &prod;
    on.id = "run-9";
    on.clusters = servers.size();
    on.open = [this](std::size_t at) -> result<open_place> {
      ++opened;
      return open_place{std::make_unique<fake_cluster>(servers.at(at)), place};
    };
    for (std::size_t at = 0; at < servers.size(); ++at)
      on.homes.push_back([this, at]() -> result<std::unique_ptr<environment_home>> {
        return cluster_home(*on.reopen(at), place, [this, at] { return on.reopen(at); });
      });
    on.may_begin = [this](change what) {
      asked.push_back(what);
      return shut_at_once ? status(refusal()) : status();
    };
    on.may = [this](change what, const gate_state& state) -> result<permit> {
      asked_with = state;
      if (shut) return refusal();
      return allowed(what);
    };
    on.who = [] { return std::string("Ada"); };
    on.time = &time;
    on.begun = std::chrono::milliseconds(500);
    on.listener = [this](const event& happened) { told.push_back(happened); };
  }

  static error refusal() { return {exit_class::policy, "orders/prod", "it is PROTECTED", {}, {}}; }

  /// The events as `held`, `deployed`, …
  texts names() const {
    texts all;
    for (const event& each : told)
      if (!std::holds_alternative<step_message>(each.body))
        all.push_back(json_from(ndjson_of(each))["event"].text());
    return all;
  }
  /// The nth event of its kind.
  template <typename Body>
  const Body* heard(std::size_t nth = 0) const {
    for (const event& each : told)
      if (const auto* body = std::get_if<Body>(&each.body); body != nullptr && nth-- == 0) return body;
    return nullptr;
  }
  static json json_from(const std::string& line) { return *parse_json(line); }

  /// What was written to a cluster since, but for the lock.
  texts writes(std::size_t cluster = 0) const {
    texts all;
    for (const std::string& each : servers.at(cluster)->writes)
      if (each.find("Lease") == each.npos) all.push_back(each);
    return all;
  }
  void forget_writes() {
    for (auto& each : servers) each->writes.clear();
  }
  cluster_state state(std::size_t cluster = 0) {
    fake_cluster with(servers.at(cluster));
    return *read_cluster_state(with, place);
  }
  /// Every write of that is refused by the server.
  void break_cluster(std::size_t cluster, const std::string& what) {
    servers.at(cluster)->refusals[what] = kubernetes::api_failure{403, "Forbidden", "no", {}};
  }

  cluster_place place{"orders", "prod", "orders"};
  std::vector<std::shared_ptr<fake_cluster::server>> servers{std::make_shared<fake_cluster::server>(),
                                                             std::make_shared<fake_cluster::server>()};
  declared_pipeline pipeline;
  environment prod;
  standing_clock time;
  action_ports on;
  std::vector<event> told;
  std::vector<change> asked;
  gate_state asked_with;
  std::size_t opened = 0;
  bool shut = false, shut_at_once = false;
};

}  // namespace cicd
