// The version in what a tool prints of itself. It does not know which tool that is.
#pragma once

#include <string>
#include <string_view>

namespace cicd {

/// `17.0.9` of `openjdk version "17.0.9" 2023-10-17`, `12.2.0` of `gcc (Debian 12.2.0-14) 12.2.0`: in the
/// first line that has one, the number after the word "version", else the first word outside of parentheses
/// that is a number with a dot; else one without; else the first number that stands in a word. Empty where
/// there is none.
std::string version_in(std::string_view printed);

}  // namespace cicd
