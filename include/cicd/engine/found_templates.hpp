// Where templates are found on this machine, and the CMake package that belongs to this program. It does not
// know what is in a template.
#pragma once

#include <string>
#include <vector>

#include <cicd/declare/model.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

/// The templates below `folders`, the first that has one counts.
template_source templates_in(std::vector<std::string> folders);

/// The folders that the user names: CICD_TEMPLATE_PATH.
std::vector<std::string> template_folders(const surroundings& around);

/// The folder of the templates that an installed cicd brings, for a command outside of a build tree; none
/// where this program is not installed.
std::vector<std::string> installed_templates();

/// What configure of another project has to be told to find this cicd, such as
/// `-Dcicd_DIR=/opt/cicd/share/cmake/cicd`: nothing where CMake finds it by itself, or where it is not known.
/// `build_root` may be empty, `templates` are the folders that its build tree names.
std::vector<std::string> words_to_find_package(const std::string& build_root,
                                               const std::vector<std::string>& templates,
                                               const surroundings& around);

}  // namespace cicd
