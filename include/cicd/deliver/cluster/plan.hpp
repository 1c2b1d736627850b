// What a deploy to a cluster would do, object by object and field by field, asked of the server by a dry run;
// nothing is changed. It does not know how images are made nor how a plan is carried out.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <cicd/deliver/records/cluster_state.hpp>
#include <cicd/kubernetes/object_diff.hpp>
#include <cicd/kubernetes/render/objects.hpp>

namespace cicd {

/// What a deploy wants to be there. The facts lack only what the cluster itself knows.
struct wanted_release {
  const declared_pipeline* pipeline = nullptr;
  const environment* where = nullptr;
  cluster_place place;
  kubernetes::release_facts facts;
  deployment_record record;
  cluster_state before{};                            ///< what is there, as it was read last
  std::optional<declared_gates> gates{};             ///< what deploys are asked from then on
  std::map<std::string, std::string> state_facts{};  ///< kept with the state: of a preview or a canary
  std::vector<std::string> remarks{};                ///< for the plan: what a person should know
  bool runs_tasks = true;    ///< in the first of several clusters: once in the environment
  bool is_of_parts = false;  ///< other parts of the environment are deployed, and get the same commit

  /// Whose fields are taken over: as the environment declares it, and for this once.
  std::vector<std::string> taken_over() const;
};

struct planned_object {
  enum class what : std::uint8_t { same, add, change, remove };
  what kind = what::same;
  kubernetes::object_key key;
  json wanted;  ///< as it is applied; null for a removal
  json live;    ///< as it is there; null for an addition
  std::vector<kubernetes::field_change> changes;
  bool force = false;                 ///< another manager's fields are taken over, as TAKE_OVER says
  std::vector<std::string> managers;  ///< the others that own fields of it
  std::string waits_for{};  ///< of an addition: what holds the one of that name that is being deleted
  /// Of a change: what can never be changed does. It is removed without its pods, and made anew.
  bool anew = false;
  /// Applied when all workloads are ready, since requests would have no pod before.
  bool last = false;
  json until_last{};  ///< what is applied in its turn of one that is `last`; null: nothing
  std::optional<kubernetes::object_key> instead_of{};  ///< the one that goes when it is applied `last`
};

struct cluster_plan {
  std::string cluster;  ///< as a person knows it
  cluster_place place;
  cluster_state before;
  std::vector<planned_object> objects;          ///< in the order of applying; removals last, in theirs
  std::vector<std::string> remarks;             ///< what a person should know, a sentence each
  std::vector<kubernetes::object_key> staying;  ///< declared no longer and not removed: still ours to know
  std::vector<std::string> kept;  ///< objects that the declaration no longer has and that stay, and why
  bool unread = false;  ///< what the declaration no longer has could not be read, so nothing is removed
  bool tells = false;   ///< what runs already has a tag that its record does not have
  bool renews = false;  ///< what is kept of a preview or a canary changes, such as its expiry

  bool changes_objects() const;
  /// Something is to be done: an object changes, or the last deploy did not end well.
  bool has_work() const;
};

/// Renders, asks the server, compares. Class `conflict` where another manager owns a field or another Ingress
/// the host, `usage` where the namespace is missing or a field cannot be changed.
result<cluster_plan> plan_release(kubernetes::cluster& with, wanted_release& wanted);

/// The same over objects that are rendered already: what a rollback puts back.
result<cluster_plan> plan_objects(kubernetes::cluster& with,
                                  const wanted_release& about,
                                  std::vector<json> objects,
                                  cluster_state before);

/// The lines of a plan for a person: `~ Deployment orders-api`, fields below with four blanks.
std::vector<std::string> lines_of(const cluster_plan& plan);
/// Which plan this is: over what is wanted and what is there, Secrets by digest only. Equal prints mean that
/// applying does the same.
digest fingerprint_of(const cluster_plan& plan);
/// What an approval is bound to: pipeline, environment, images, rendered objects and the managers
/// whose fields are taken over.
digest approval_digest(const cluster_plan& plan, const deployment_record& record);

/// `cicd plan --out FILE`, the contract "saved plan" (docs/contracts/saved-plan.md).
json saved_plan_of(const cluster_plan& plan, const deployment_record& record);

}  // namespace cicd
