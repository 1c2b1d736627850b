// The modules of a Maven project, and what of them one needs, by the text of the pom.xml files. It starts
// nothing; a profile's modules count, whether it is active or not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cicd/observe/maven_snapshots.hpp>

namespace cicd::observing {

/// What a pom.xml says of itself.
struct maven_project {
  /// The group may be its parent's; each is empty also where it has a property that is not known.
  std::string group, artifact;
  std::string packaging = "jar";
  std::vector<std::string> modules;  ///< as written: folders, or files
  std::string parent;                ///< the path of its parent from its folder; empty: it is in a repository
};
maven_project project_in(std::string_view pom, const maven_properties& inherited = {});

/// One module of a project.
struct maven_module {
  std::string file;  ///< its pom.xml below the project's folder: `orders/pom.xml`
  maven_project says;
  std::string text;
  maven_properties inherited;  ///< of its parents below the project's folder

  std::string folder() const;  ///< empty: the project's own
};

/// That of `project`/pom.xml and all below it, each once, the first first. None where there is no pom.xml.
std::vector<maven_module> maven_modules_of(const std::string& project);

/// What a step reads that builds one module together with those that it needs.
struct module_inputs {
  bool is_known = false;   ///< there is such a module
  bool is_listed = false;  ///< the pom.xml on top leads to it; else Maven is started with its own file
  std::vector<std::string> patterns{}, exclude{};
  std::vector<std::string> all{};  ///< the folders of all modules
};
module_inputs inputs_of_module(const std::string& project, const std::string& module);

}  // namespace cicd::observing
