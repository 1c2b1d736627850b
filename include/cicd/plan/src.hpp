// The bodies of the room plan/: include in exactly one translation unit.
#pragma once

#include <cicd/plan/graph.ipp>
#include <cicd/plan/key.ipp>
#include <cicd/plan/plan.ipp>
