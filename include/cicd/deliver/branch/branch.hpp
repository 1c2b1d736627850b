// A branch in an environment: the copy beside the real service, and the canary among its pods. What each is
// called, where it answers, how many pods it gets, and that no other object selects its pods by accident.
// Deploying it is like any other deploy.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <cicd/deliver/branch/canary_share.hpp>
#include <cicd/deliver/cluster/plan.hpp>
#include <cicd/plan/graph.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

struct cluster_wave;

struct branch_request {
  const graph_step& step;
  const cluster_wave& wave;
  std::string branch;
  std::chrono::system_clock::time_point now;
  int percent = 0;                       ///< of a canary, when it was asked for otherwise than declared
  const surroundings* around = nullptr;  ///< who works here
};

/// How long a preview lives after its last deploy, and a canary, where no TTL is declared.
inline constexpr std::chrono::hours preview_lives{72};
inline constexpr std::chrono::hours canary_lives{4};

/// What is kept with the state of a branch's copy (`wanted_release::state_facts`). Values are texts.
namespace branch_fact {
inline constexpr const char* kind = "kind";  ///< `preview` or `canary`
inline constexpr const char* branch = "branch";
inline constexpr const char* commit = "commit";
inline constexpr const char* who = "who";
inline constexpr const char* expires = "expires";  ///< UTC
inline constexpr const char* host = "host";
inline constexpr const char* home = "home";          ///< the environment's namespace, whose branch this is
inline constexpr const char* service = "service";    ///< of a canary
inline constexpr const char* workload = "workload";  ///< of a canary: what production's objects are called
inline constexpr const char* replicas = "replicas";
inline constexpr const char* share = "share";  ///< `1 of 11 pods, 9.1%`
}  // namespace branch_fact

/// `<slug>-<hash>`: short, fit for every name, never the same for two branches. The value of the label
/// `cicd.dev/branch`.
std::string branch_key_of(const std::string& branch);
/// The same for a branch's canary of a service, which is never its preview's.
std::string canary_key_of(const std::string& branch, const std::string& service);

/// Fills in the branch's side of what is wanted: place, names, host, pods, expiry. Class `usage` where no
/// branch is checked out, `policy` for a pull request from a fork.
status make_preview(const branch_request& ask, wanted_release& to);

/// The same for a canary, given the pods that run there now: says which share can be had, and refuses (class
/// `usage`) one that cannot, with the nearest that can.
status make_canary(const branch_request& ask, kubernetes::cluster& with, wanted_release& to);

/// Of a canary: what can be had now, and what else moves it, a sentence each.
struct canary_offer {
  canary_share share;
  std::vector<std::string> remarks;
};
result<canary_offer> offer_canary(const branch_request& ask, kubernetes::cluster& with);

/// Holds the labels of the branch's pods against every Service, disruption budget, autoscaler and network
/// policy of the namespace, and every Deployment and the like: one that would take them although no
/// declaration meant it is class `conflict`. What may not be read cannot be judged: class `remote`.
status check_labels(kubernetes::cluster& with, const wanted_release& wanted, const cluster_plan& plan);

}  // namespace cicd
