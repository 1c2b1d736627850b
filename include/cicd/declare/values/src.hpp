// The bodies of declare/values/, to be included in exactly one translation unit. The order is of no
// importance.
#pragma once

#include <cicd/declare/values/cached_folder.ipp>
#include <cicd/declare/values/cluster_values.ipp>
#include <cicd/declare/values/literal_interned.ipp>
#include <cicd/declare/values/numbers.ipp>
#include <cicd/declare/values/schedule.ipp>
#include <cicd/declare/values/service_name.ipp>
#include <cicd/declare/values/time_window.ipp>
#include <cicd/declare/values/time_zone.ipp>
#include <cicd/declare/values/time_zone_guess.ipp>
#include <cicd/declare/values/values.ipp>
