// What a test of a pipeline includes, with the target cicd::testing: `plan_of(declare(), tag("v1.2.3"))`.
// Standard library only.
#pragma once

#include <cicd/engine/plan_of.hpp>
#include <cicd/pipeline.hpp>
