// Which SNAPSHOTs of the local repository a Maven project leads to, by the text of its pom.xml and of theirs.
// It starts nothing and asks no server; it takes too many rather than too few.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cicd/observe/files.hpp>
#include <cicd/system/environment.hpp>

namespace cicd::observing {

/// An artifact that a pom names; the version is empty where it stands elsewhere.
struct maven_coordinate {
  std::string group, artifact, version;
  auto operator<=>(const maven_coordinate&) const = default;
};

/// Properties by name, as they are written.
using maven_properties = std::map<std::string, std::string>;
/// Those that a pom hands on to what has it as its parent.
maven_properties properties_in(std::string_view pom);

/// Parents, dependencies, plugins and extensions of a pom, with the properties replaced that it defines
/// itself or has from its parents; sorted, each once. A part is empty where one of its properties is not
/// known.
std::vector<maven_coordinate> coordinates_in(std::string_view pom, const maven_properties& inherited = {});

/// The same less those of which it says the version alone (dependencyManagement, pluginManagement).
std::vector<maven_coordinate> used_coordinates_in(std::string_view pom,
                                                  const maven_properties& inherited = {});

/// Where Maven keeps what it fetched for a project: what its options or the user's settings say, else
/// `~/.m2/repository`.
std::string maven_repository(const std::string& project, const surroundings& around);

/// The version of Maven that the wrapper of a project fetches, such as `3.9.9`; empty where it does not say.
std::string maven_of_wrapper(const std::string& project);

/// Each as `lib:1.0-SNAPSHOT` with a text that changes with its files. One that the pom names and that is not
/// in the local repository has a text that is never the same, since what Maven would get is not known.
std::vector<std::pair<std::string, std::string>> maven_snapshots_of(const std::string& project,
                                                                    const std::string& repository,
                                                                    file_index& index);

}  // namespace cicd::observing
