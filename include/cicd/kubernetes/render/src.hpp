// The bodies of kubernetes/render/, to be included in exactly one translation unit. The order is of no
// importance.
#pragma once

#include <cicd/kubernetes/render/manifests.ipp>
#include <cicd/kubernetes/render/names.ipp>
#include <cicd/kubernetes/render/objects.ipp>
#include <cicd/kubernetes/render/objects_warnings.ipp>
#include <cicd/kubernetes/render/openshift_template.ipp>
#include <cicd/kubernetes/render/patches.ipp>
#include <cicd/kubernetes/render/patches_strategic_merge.ipp>
#include <cicd/kubernetes/render/rbac.ipp>
#include <cicd/kubernetes/render/workload.ipp>
#include <cicd/kubernetes/render/workload_config_maps.ipp>
#include <cicd/kubernetes/render/workload_containers.ipp>
#include <cicd/kubernetes/render/workload_cron_job.ipp>
#include <cicd/kubernetes/render/workload_labels.ipp>
#include <cicd/kubernetes/render/workload_pod_template.ipp>
#include <cicd/kubernetes/render/workload_service.ipp>
#include <cicd/kubernetes/render/workload_validate.ipp>
#include <cicd/kubernetes/render/workload_volumes.ipp>
