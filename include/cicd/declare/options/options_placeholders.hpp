// Which placeholders are replaced in the values of an option.
#pragma once

#include <string_view>
#include <vector>

namespace cicd::declaring {

/// PLAN, APPLY, READ and ROLLBACK of `VIA command`.
bool is_way_program(std::string_view key);

/// By the names of `placeholder_docs()`; none where a text is taken as it is.
std::vector<std::string_view> placeholders_of(std::string_view kind, std::string_view key);

}  // namespace cicd::declaring
