// The bodies of deliver/, to be included in exactly one translation unit. The order is of no importance.
#pragma once

#include <cicd/deliver/artifacts.ipp>
#include <cicd/deliver/asked_program.ipp>
#include <cicd/deliver/branch_copy.ipp>
#include <cicd/deliver/build_approval.ipp>
#include <cicd/deliver/change_gate.ipp>
#include <cicd/deliver/change_gate_release.ipp>
#include <cicd/deliver/change_gate_waits.ipp>
#include <cicd/deliver/delivery.ipp>
#include <cicd/deliver/health.ipp>
#include <cicd/deliver/health_argocd.ipp>
#include <cicd/deliver/image_copies.ipp>
#include <cicd/deliver/manifest_home.ipp>
#include <cicd/deliver/manifest_values.ipp>
#include <cicd/deliver/manifest_way.ipp>
#include <cicd/deliver/promotion.ipp>
#include <cicd/deliver/publish.ipp>
#include <cicd/deliver/release_draft.ipp>
#include <cicd/deliver/rollback.ipp>
#include <cicd/deliver/sources.ipp>
#include <cicd/deliver/verify.ipp>
#include <cicd/deliver/way.ipp>
#include <cicd/deliver/ways.ipp>
#include <cicd/deliver/yank.ipp>
