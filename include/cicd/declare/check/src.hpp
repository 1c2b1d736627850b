// The bodies of declare/check/, to be included in exactly one translation unit. The order is of no
// importance.
#pragma once

#include <cicd/declare/check/checks.ipp>
#include <cicd/declare/check/checks_backing.ipp>
#include <cicd/declare/check/checks_between.ipp>
#include <cicd/declare/check/checks_caches.ipp>
#include <cicd/declare/check/checks_elsewhere.ipp>
#include <cicd/declare/check/checks_environment.ipp>
#include <cicd/declare/check/checks_files.ipp>
#include <cicd/declare/check/checks_functions.ipp>
#include <cicd/declare/check/checks_gates.ipp>
#include <cicd/declare/check/checks_order.ipp>
#include <cicd/declare/check/checks_parts.ipp>
#include <cicd/declare/check/checks_paths.ipp>
#include <cicd/declare/check/checks_pods.ipp>
#include <cicd/declare/check/checks_scans.ipp>
#include <cicd/declare/check/checks_services.ipp>
#include <cicd/declare/check/checks_shards.ipp>
#include <cicd/declare/check/checks_signature.ipp>
#include <cicd/declare/check/checks_values.ipp>
#include <cicd/declare/check/checks_workload.ipp>
#include <cicd/declare/check/circles.ipp>
#include <cicd/declare/check/finish.ipp>
#include <cicd/declare/check/overrides_of.ipp>
#include <cicd/declare/check/settings.ipp>
#include <cicd/declare/check/settings_use.ipp>
