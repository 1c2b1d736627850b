// The bodies of kubernetes/api/, to be included in exactly one translation unit. The order is of no
// importance.
#pragma once

#include <cicd/kubernetes/api/api_error.ipp>
#include <cicd/kubernetes/api/api_error_answer.ipp>
#include <cicd/kubernetes/api/cluster.ipp>
#include <cicd/kubernetes/api/container_log.ipp>
#include <cicd/kubernetes/api/deletion.ipp>
#include <cicd/kubernetes/api/discovery.ipp>
#include <cicd/kubernetes/api/kubeconfig.ipp>
#include <cicd/kubernetes/api/proxy.ipp>
#include <cicd/kubernetes/api/proxy_connect_errors.ipp>
#include <cicd/kubernetes/api/proxy_eks.ipp>
#include <cicd/kubernetes/api/retries.ipp>
#include <cicd/kubernetes/api/single_calls.ipp>
#include <cicd/kubernetes/api/watch.ipp>
