// Values as the words of a CMake call: the way back from what the parser read. For explain and for tests.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/options/options.hpp>

namespace cicd::declaring {

/// The word as it is written in a CMakeLists.txt: quoted where it must be, `$<` as a text.
std::string cmake_quoted(std::string_view word);
/// Words as arguments in one line; a value that could be taken for a keyword of `options` gets its backslash.
std::string cmake_words(const std::vector<std::string>& values, const std::vector<option>& options);
/// A whole call, each keyword on a line of its own; `arguments` are as recorded. Behind the line of a keyword
/// comes its comment.
std::string cmake_call_text(std::string_view function,
                            const std::vector<std::string>& arguments,
                            const std::vector<option>& options,
                            const std::map<std::string, std::string>& comments = {});

}  // namespace cicd::declaring
