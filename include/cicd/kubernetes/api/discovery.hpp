// Kinds that we do not know, as the API server's discovery has them.
#pragma once

#include <cicd/kubernetes/api/retries.hpp>

namespace cicd::kubernetes {

/// The kind in exactly that version of its group, or nothing.
std::optional<kind_facts> discover_in(api_client& with,
                                      const std::string& api_version,
                                      const std::string& kind);
/// The kind as a key has it (`Widget.example.com`; without a group in whatever group has it), the preferred
/// version first: every group's kinds come in one answer.
std::optional<kind_facts> discover_anywhere(api_client& with, const std::string& kind_in_key);

}  // namespace cicd::kubernetes
