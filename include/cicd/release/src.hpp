// The bodies of the room release/: to be included in exactly one translation unit.
// The order is of no importance.
#pragma once

#include <cicd/release/approval.ipp>
#include <cicd/release/branch_end.ipp>
#include <cicd/release/branch_side.ipp>
#include <cicd/release/canary.ipp>
#include <cicd/release/canary_health.ipp>
#include <cicd/release/canary_share.ipp>
#include <cicd/release/cluster_apply.ipp>
#include <cicd/release/cluster_deploy.ipp>
#include <cicd/release/cluster_lease.ipp>
#include <cicd/release/cluster_plan.ipp>
#include <cicd/release/cluster_plan_text.ipp>
#include <cicd/release/cluster_state.ipp>
#include <cicd/release/delivery.ipp>
#include <cicd/release/delivery_clusters.ipp>
#include <cicd/release/delivery_deploy.ipp>
#include <cicd/release/delivery_publish.ipp>
#include <cicd/release/folder.ipp>
#include <cicd/release/git_client.ipp>
#include <cicd/release/git_text.ipp>
#include <cicd/release/gitops.ipp>
#include <cicd/release/helm_release.ipp>
#include <cicd/release/known_contents.ipp>
#include <cicd/release/label_check.ipp>
#include <cicd/release/local_repository.ipp>
#include <cicd/release/manifest_clone.ipp>
#include <cicd/release/preview.ipp>
#include <cicd/release/preview_sweep.ipp>
#include <cicd/release/record.ipp>
#include <cicd/release/run_index.ipp>
#include <cicd/release/run_summary.ipp>
#include <cicd/release/selector.ipp>
#include <cicd/release/smoke.ipp>
#include <cicd/release/sqlite.ipp>
#include <cicd/release/take_over.ipp>
