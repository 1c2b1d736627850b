// What waits for itself, in a graph of what comes before what. It does not know what is in order.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace cicd::declaring {

/// Tells each circle once, as the members in their order: `before` has for each member what comes before it.
void find_circles(const std::vector<std::vector<std::size_t>>& before,
                  const std::function<void(std::span<const std::size_t>)>& tell);

}  // namespace cicd::declaring
