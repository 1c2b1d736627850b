// The bodies of deliver/gitops/, to be included in exactly one translation unit. The order is of no
// importance.
#pragma once

#include <cicd/deliver/gitops/copies.ipp>
#include <cicd/deliver/gitops/deploy_secrets.ipp>
#include <cicd/deliver/gitops/forge.ipp>
#include <cicd/deliver/gitops/gitops.ipp>
#include <cicd/deliver/gitops/gitops_record_at.ipp>
#include <cicd/deliver/gitops/manifest_branch.ipp>
#include <cicd/deliver/gitops/manifest_branch_commit.ipp>
#include <cicd/deliver/gitops/manifest_clone.ipp>
#include <cicd/deliver/gitops/manifest_clone_cache.ipp>
#include <cicd/deliver/gitops/manifest_clone_history.ipp>
#include <cicd/deliver/gitops/manifest_clone_sign.ipp>
#include <cicd/deliver/gitops/proposal.ipp>
#include <cicd/deliver/gitops/repository_check.ipp>
#include <cicd/deliver/gitops/repository_home.ipp>
#include <cicd/deliver/gitops/repository_session.ipp>
