// The bodies of all rooms, for a program that is one translation unit. Larger ones compile the lists of
// bodies of each folder side by side, as driver/CMakeLists.txt does.
#pragma once

#include <cicd/base/src.hpp>
#include <cicd/declare/check/src.hpp>
#include <cicd/declare/explain/src.hpp>
#include <cicd/declare/options/src.hpp>
#include <cicd/declare/parse/src.hpp>
#include <cicd/declare/src.hpp>
#include <cicd/declare/values/src.hpp>
#include <cicd/deliver/branch/src.hpp>
#include <cicd/deliver/cluster/src.hpp>
#include <cicd/deliver/git/src.hpp>
#include <cicd/deliver/gitops/src.hpp>
#include <cicd/deliver/policy/src.hpp>
#include <cicd/deliver/records/src.hpp>
#include <cicd/deliver/release/src.hpp>
#include <cicd/deliver/render/src.hpp>
#include <cicd/deliver/src.hpp>
#include <cicd/driver/commands/src.hpp>
#include <cicd/driver/commands/src_table.hpp>
#include <cicd/driver/src.hpp>
#include <cicd/engine/src.hpp>
#include <cicd/image/src.hpp>
#include <cicd/kubernetes/adopt/src.hpp>
#include <cicd/kubernetes/api/src.hpp>
#include <cicd/kubernetes/jobs/src.hpp>
#include <cicd/kubernetes/render/src.hpp>
#include <cicd/kubernetes/rollout/src.hpp>
#include <cicd/kubernetes/src.hpp>
#include <cicd/observe/src.hpp>
#include <cicd/observe/src_files.hpp>
#include <cicd/plan/src.hpp>
#include <cicd/report/src.hpp>
#include <cicd/run/src.hpp>
#include <cicd/system/src.hpp>
#include <cicd/system/src_http.hpp>
