// What an action that a person asks for (rollback, hold, approval, …) needs of the environment that it
// changes: its homes or clusters, the gate, the time, who asks, and who listens. It does not know how any of
// these is found, nor how what happens is shown.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <cicd/declare/deploy_ways.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/deliver/policy/copies_home.hpp>
#include <cicd/deliver/policy/environment_home.hpp>
#include <cicd/deliver/policy/gate.hpp>
#include <cicd/deliver/records/cluster_state.hpp>
#include <cicd/run/event.hpp>
#include <cicd/run/secret_store.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {

/// A cluster whose door is open, and the environment's place in it.
struct open_place {
  std::unique_ptr<kubernetes::cluster> with;
  cluster_place place;
};

struct action_ports {
  const declared_pipeline* pipeline = nullptr;
  const environment* place = nullptr;
  std::string id;                  ///< of what is done, as a run has one
  std::vector<open_home> homes{};  ///< of the environment, by whatever way it is deployed, in their order
  std::shared_ptr<copies_home> copies{};  ///< of branches, where the way keeps them in no cluster; else none
  std::size_t clusters = 0;               ///< of the environment, in the order of their waves
  std::function<result<open_place>(std::size_t cluster)> open{};
  std::function<status(change)> may_begin{};                ///< before anything is contacted
  std::function<result<permit>(change, gate_state)> may{};  ///< before anything is written
  std::function<std::string()> who{};
  const clock* time = nullptr;
  event_listener listener{};
  event_listener also{};                    ///< who else hears of it
  std::shared_ptr<secret_store> secrets{};  ///< what it gave is masked in all that is told
  std::function<errors()> ended{};          ///< after the last event: what those could not say
  std::chrono::milliseconds begun{};        ///< of `time`, when the action began

  /// `orders/prod`
  std::string subject() const;
  changed_place at(const kubernetes::cluster& with) const;
  changed_place at(const environment_home& home) const;
  void tell(event_body what) const;
  /// Opens the door of one cluster again.
  result<std::unique_ptr<kubernetes::cluster>> reopen(std::size_t cluster) const;
};

/// What events tell of a record.
deployment_facts facts_of(const deployment_record& record);

/// Class `usage` where an environment's way has no part in that, with the ways that have.
status check_way(const std::string& subject,
                 deploy_way via,
                 way_feature feature,
                 const std::string& what,
                 std::string help);

}  // namespace cicd
