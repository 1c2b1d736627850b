// A value, or all that stands in its way, where one error would be too few to be of help.
#pragma once

#include <optional>

#include <cicd/base/error.hpp>

namespace cicd {

/// Besides `result<T>`, which has one error: all of them, and what is said either way.
template <typename T>
struct or_errors {
  std::optional<T> made{};
  cicd::errors errors{};  ///< not empty where nothing was made
  cicd::errors warnings{};

  explicit operator bool() const { return made.has_value(); }
  T& operator*() { return *made; }
  T* operator->() { return &*made; }
  const T* operator->() const { return &*made; }
  /// The exit status: that of the first error.
  exit_class kind() const { return errors.empty() ? exit_class::done : errors.front().kind; }
};

}  // namespace cicd
