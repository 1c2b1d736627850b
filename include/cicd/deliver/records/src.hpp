// The bodies of deliver/records/, to be included in exactly one translation unit. The order is of no
// importance.
#pragma once

#include <cicd/deliver/records/cluster_state.ipp>
#include <cicd/deliver/records/delivery_metrics.ipp>
#include <cicd/deliver/records/environment_state.ipp>
#include <cicd/deliver/records/record.ipp>
#include <cicd/deliver/records/run_index.ipp>
#include <cicd/deliver/records/run_summary.ipp>
#include <cicd/deliver/records/sqlite.ipp>
#include <cicd/deliver/records/test_history.ipp>
