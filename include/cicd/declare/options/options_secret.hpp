// The rules of options of pipeline_secret().
#pragma once

#include <string_view>

#include <cicd/declare/options/options.hpp>

namespace cicd::declaring {

/// Of an option of a secret what belongs to it rather than to its type.
void specialise_secret(option& of);
/// A file wherever the machine has it: an absolute path, or one that begins with ~/.
bool is_absolute_or_of_home(std::string_view text);

}  // namespace cicd::declaring
