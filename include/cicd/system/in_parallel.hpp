// Doing things side by side. It does not know what is done.
#pragma once

#include <cstddef>
#include <functional>

#include <cicd/base/error.hpp>

namespace cicd {

/// Calls `work` for each of 0 … count-1, on at most `threads` threads; the first error wins and keeps what
/// has not begun from beginning.
status in_parallel(unsigned threads, std::size_t count, const std::function<status(std::size_t)>& work);

}  // namespace cicd
