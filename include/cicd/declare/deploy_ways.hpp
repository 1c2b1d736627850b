// What each way of deploying can do: configure refuses what a way cannot honour, and a command that a way has
// no part in names those that have. It knows no way; they are listed in deliver/ways.ipp.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include <cicd/declare/values/deploy_way.hpp>

namespace cicd {

/// What an environment may be asked for beyond being deployed to.
enum class way_feature : std::uint8_t {
  repository,   ///< REPOSITORY, BRANCH, WRITE, AUTHOR, SIGN
  folder,       ///< PATH
  objects,      ///< NAMESPACE, CREATE_NAMESPACE, MANIFESTS, IMAGES_IN: what runs are Kubernetes' objects
  functions,    ///< STAGE_NAME, REGION, BUCKET, CODE_ONLY; it deploys zips, and no image
  state,        ///< STATE: its records are in a bucket
  programs,     ///< PLAN, APPLY, READ, ROLLBACK: programs of the team
  cluster,      ///< CONTEXT, KUBECONFIG, EKS, ROLE; tasks, cron jobs; its deploys run alone
  take_over,    ///< TAKE_OVER, `cicd adopt`
  prune,        ///< PRUNE
  approval,     ///< APPROVAL, `cicd approve`
  on_failure,   ///< ON_FAILURE
  patience,     ///< PATIENCE
  verify,       ///< VERIFY, `cicd verify`
  protection,   ///< PROTECTED
  rollback,     ///< `cicd rollback`
  hold,         ///< `cicd hold`
  task,         ///< pipeline_task()
  order,        ///< AFTER of a service
  branch_copy,  ///< pipeline_preview()
  branch_share  ///< pipeline_canary()
};

/// A set of them.
class way_features {
 public:
  constexpr way_features(std::initializer_list<way_feature> these) {
    for (const way_feature each : these) bits_ |= bit_of(each);
  }
  constexpr bool has(way_feature what) const { return (bits_ & bit_of(what)) != 0; }

 private:
  static constexpr std::uint32_t bit_of(way_feature what) { return 1U << static_cast<unsigned>(what); }
  std::uint32_t bits_ = 0;
};

/// A way as configure knows it.
struct way_traits {
  deploy_way way;
  way_features capabilities;
};

/// All ways, in the order in which messages name them. Defined where they are listed, which is above this
/// room; a program without that room defines it itself.
std::span<const way_traits> deploy_ways();

/// Whether a way has a feature; `none` has nothing.
bool can(deploy_way via, way_feature what);
/// `gitops or kubectl`: the ways that have it.
std::string ways_with(way_feature what);

}  // namespace cicd
