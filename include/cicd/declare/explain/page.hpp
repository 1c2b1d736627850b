// A page of `cicd explain` (docs/contracts/explain.md). It does not know what it is about.
#pragma once

#include <string>

#include <cicd/base/json.hpp>

namespace cicd {

/// What is said of a subject, twice: for a person, and as data, whose `kind` and `name` say what it is.
struct explained {
  std::string text;
  json data;
};

}  // namespace cicd
