// The bodies of deliver/cluster/, to be included in exactly one translation unit. The order is of no
// importance.
#pragma once

#include <cicd/deliver/cluster/anew.ipp>
#include <cicd/deliver/cluster/apply.ipp>
#include <cicd/deliver/cluster/approval.ipp>
#include <cicd/deliver/cluster/cluster_home.ipp>
#include <cicd/deliver/cluster/configuration.ipp>
#include <cicd/deliver/cluster/deploy.ipp>
#include <cicd/deliver/cluster/field_ownership.ipp>
#include <cicd/deliver/cluster/helm_release.ipp>
#include <cicd/deliver/cluster/host_claims.ipp>
#include <cicd/deliver/cluster/jobs.ipp>
#include <cicd/deliver/cluster/lease.ipp>
#include <cicd/deliver/cluster/object_source.ipp>
#include <cicd/deliver/cluster/order.ipp>
#include <cicd/deliver/cluster/other_cron_jobs.ipp>
#include <cicd/deliver/cluster/plan.ipp>
#include <cicd/deliver/cluster/plan_text.ipp>
#include <cicd/deliver/cluster/pod_count.ipp>
#include <cicd/deliver/cluster/references.ipp>
#include <cicd/deliver/cluster/removals.ipp>
#include <cicd/deliver/cluster/selector.ipp>
#include <cicd/deliver/cluster/service_turns.ipp>
#include <cicd/deliver/cluster/smoke_jobs.ipp>
#include <cicd/deliver/cluster/tasks_before.ipp>
#include <cicd/deliver/cluster/waves.ipp>
