// The bodies of kubernetes/rollout/, to be included in exactly one translation unit. The order is of no
// importance.
#pragma once

#include <cicd/kubernetes/rollout/causes.ipp>
#include <cicd/kubernetes/rollout/causes_cluster.ipp>
#include <cicd/kubernetes/rollout/container_exit.ipp>
#include <cicd/kubernetes/rollout/diagnosis.ipp>
#include <cicd/kubernetes/rollout/diagnosis_text.ipp>
#include <cicd/kubernetes/rollout/patience.ipp>
#include <cicd/kubernetes/rollout/rollout.ipp>
#include <cicd/kubernetes/rollout/rollout_answers.ipp>
#include <cicd/kubernetes/rollout/rollout_events.ipp>
#include <cicd/kubernetes/rollout/rollout_selectors.ipp>
#include <cicd/kubernetes/rollout/rollout_view.ipp>
#include <cicd/kubernetes/rollout/workload_health.ipp>
#include <cicd/kubernetes/rollout/workload_state.ipp>
