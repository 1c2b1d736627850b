// The settings of a draft: what each may be, which value it has, and where that is used. What a build tree
// was given comes from CMake; it does not know how.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/check/draft.hpp>

namespace cicd::declaring {

/// Judges the settings of a pipeline and what the build tree was given for them, and puts the values into
/// whatever is the same in all environments, and into the environments' own options. Workloads keep the
/// placeholders: their values differ by place.
void apply_settings(draft& of, const build_tree& given, findings& found);

/// The part of `apply_settings` that puts the values where they are used.
void put_settings(draft& of, const build_tree& given, findings& found);

/// `-Dweb.region`
std::string option_of_cmake(const draft& in, std::string_view name);

/// Reports what CMake was given for settings that there are not.
void check_given_settings(const std::deque<draft>& all, const build_tree& given, findings& found);

/// What each stands for in a place, of settings as a model has them; see `settings_in` of model.hpp.
placeholder_values values_of_settings(const std::vector<setting>& all,
                                      std::string_view environment,
                                      std::string_view copy);

}  // namespace cicd::declaring
