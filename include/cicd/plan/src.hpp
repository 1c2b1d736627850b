// The bodies of plan/, to be included in exactly one translation unit. The order is of no importance.
#pragma once

#include <cicd/plan/change_reach.ipp>
#include <cicd/plan/graph.ipp>
#include <cicd/plan/key.ipp>
#include <cicd/plan/plan.ipp>
#include <cicd/plan/shards.ipp>
