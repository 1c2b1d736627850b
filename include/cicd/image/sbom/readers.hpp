// What the files of an image say of what is installed in it: the lists and the metadata of package managers.
// Pure, each by the bytes of one file.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/image/sbom/component.hpp>

namespace cicd {

/// What is read of a file, by its path in the image.
enum class sbom_file : std::uint8_t {
  none,
  dpkg_status,    ///< `var/lib/dpkg/status`, and the files of `status.d` of images without dpkg
  dpkg_list,      ///< which files a package of Debian brought
  apk_installed,  ///< Alpine
  os_release,
  python_metadata,
  npm_package,
  npm_lock,
  cargo_lock,
  java_archive,
  java_release  ///< of a Java runtime
};
sbom_file sbom_file_at(std::string_view path);
/// Whether it is one of the distribution's own: which it is, its packages and what they brought.
bool is_list_of_distribution(std::string_view path);

/// The packages of Debian that are there; a list of status.d is one of them.
std::vector<sbom_component> dpkg_packages(std::string_view status);
/// Of `var/lib/dpkg/info/libc6:amd64.list` or `status.d/libc6.md5sums` the package, and the shared libraries
/// and programs in the list, without a leading `usr/`.
std::string dpkg_package_of_list(std::string_view path);
std::set<std::string> linkable_in_list(std::string_view list);
/// A path as lists and layers may both spell it: without `usr/` in front, since Debian's /lib is /usr/lib.
std::string merged_usr(std::string_view path);

std::vector<sbom_component> apk_packages(std::string_view installed);
/// `ID`, `VERSION_ID` and others of os-release, without quotes.
std::map<std::string, std::string> settings_in(std::string_view text);
std::vector<sbom_component> python_packages(std::string_view metadata);
std::vector<sbom_component> npm_packages(std::string_view package_json);
/// Less what only development needs.
std::vector<sbom_component> npm_packages_of_lock(std::string_view package_lock);
std::vector<sbom_component> cargo_packages_of_lock(std::string_view cargo_lock);
std::vector<sbom_component> java_runtimes(std::string_view release);
/// Of a jar or war, and of those in it: what their Maven metadata says, else their manifest and name.
std::vector<sbom_component> java_packages(std::string_view path, const std::string& bytes);

}  // namespace cicd
