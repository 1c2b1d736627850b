// What a `pipeline.cpp` includes: the declaration types, and of the library nothing else. Standard library
// only.
#pragma once

#include <cicd/declare/pipeline.hpp>
#include <cicd/declare/values/checked.hpp>
#include <cicd/run/step_context.hpp>
