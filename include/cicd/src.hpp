// The bodies of all rooms, for a program that is one translation unit. Larger ones compile a room's `src.hpp`
// each, side by side, as driver/bodies does.
#pragma once

#include <cicd/base/src.hpp>
#include <cicd/declare/src.hpp>
#include <cicd/deliver/src.hpp>
#include <cicd/driver/src.hpp>
#include <cicd/engine/src.hpp>
#include <cicd/image/src.hpp>
#include <cicd/kubernetes/src.hpp>
#include <cicd/observe/src.hpp>
#include <cicd/plan/src.hpp>
#include <cicd/report/src.hpp>
#include <cicd/run/src.hpp>
#include <cicd/system/src.hpp>
