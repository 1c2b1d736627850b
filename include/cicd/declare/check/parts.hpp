// Parts of environments: what they have from the environment that they are OF.
#pragma once

#include <string_view>

#include <cicd/declare/check/draft.hpp>
#include <cicd/declare/environments.hpp>

namespace cicd::declaring {

/// Whether an option of an environment, by its key, counts for its parts, which do not have it: what brings a
/// release there and what that is asked.
bool is_of_whole(std::string_view key);

/// What is wrong with naming a part where an environment is meant.
remark is_a_part(std::string_view keyword, const declaration<environment>& part);

/// Gives the part all of it but what only the whole is asked: HEALTH and PULL_REQUEST.
void take_over_from_whole(environment& part, const environment& whole);

}  // namespace cicd::declaring
