// The bodies of deliver/branch/, to be included in exactly one translation unit. The order is of no
// importance.
#pragma once

#include <cicd/deliver/branch/branch_canary.ipp>
#include <cicd/deliver/branch/branch_facts.ipp>
#include <cicd/deliver/branch/branch_preview.ipp>
#include <cicd/deliver/branch/branch_selector_conflicts.ipp>
#include <cicd/deliver/branch/canary.ipp>
#include <cicd/deliver/branch/canary_health.ipp>
#include <cicd/deliver/branch/canary_share.ipp>
#include <cicd/deliver/branch/places.ipp>
#include <cicd/deliver/branch/remove.ipp>
#include <cicd/deliver/branch/sweep.ipp>
