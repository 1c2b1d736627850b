// Which lines of which files a change touched. Asks git; what is said of them is for others.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

/// A path below the root of the repository → the lines that it has anew, each from the first to the last.
using changed_lines = std::map<std::string, std::vector<std::pair<std::int64_t, std::int64_t>>, std::less<>>;

/// Of what `git diff --unified=0` prints.
changed_lines changed_lines_in(std::string_view diff);
/// Of the files of `folder`'s repository, since `commit`.
result<changed_lines> changed_lines_since(const std::string& folder,
                                          const std::string& commit,
                                          const surroundings& around);

}  // namespace cicd
