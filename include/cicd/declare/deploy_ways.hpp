// What each way of deploying can do. The one place that says it: configure refuses what a way cannot honour,
// and a command that a way has no part in names those that have.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <cicd/declare/places.hpp>

namespace cicd {

/// What an environment may be asked for beyond being deployed to.
enum class way_feature : std::uint8_t {
  repository,   ///< REPOSITORY, BRANCH
  folder,       ///< PATH
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
  branch_copy,  ///< pipeline_preview()
  branch_share  ///< pipeline_canary()
};

constexpr bool can(deploy_way via, way_feature what) {
  switch (what) {
    case way_feature::repository: return via == deploy_way::gitops;
    case way_feature::folder: return via == deploy_way::gitops || via == deploy_way::render;
    case way_feature::verify: return via == deploy_way::gitops || via == deploy_way::kubectl;
    case way_feature::protection: return via != deploy_way::none;
    case way_feature::cluster:
    case way_feature::take_over:
    case way_feature::prune:
    case way_feature::approval:
    case way_feature::on_failure:
    case way_feature::patience:
    case way_feature::rollback:
    case way_feature::hold:
    case way_feature::branch_copy:
    case way_feature::branch_share: return via == deploy_way::kubectl;
  }
  return false;
}

constexpr std::string_view word_for(deploy_way via) {
  switch (via) {
    case deploy_way::gitops: return "gitops";
    case deploy_way::render: return "render";
    case deploy_way::kubectl: return "kubectl";
    case deploy_way::none: break;
  }
  return "none";
}

/// `gitops or kubectl`: the ways that have it.
inline std::string ways_with(way_feature what) {
  std::string words;
  for (const deploy_way each : {deploy_way::gitops, deploy_way::render, deploy_way::kubectl})
    if (can(each, what)) words += (words.empty() ? "" : " or ") + std::string(word_for(each));
  return words;
}

}  // namespace cicd
