// How a template says which projects it fits (`adopts` of template.json, docs/contracts/template.md): by
// which file one is known, and where what a declaration needs stands in the project. It reads no project.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cicd/base/json.hpp>
#include <cicd/declare/parse/diagnostics.hpp>

namespace cicd::declaring {

/// One place that a value may stand at: a key of a file, a path in the project, or the value itself.
struct adoption_rule {
  std::string file;  ///< empty: the one that the project is known by
  std::string key;   ///< `project.artifactId`
  std::string
      path;  ///< a pattern with one `*`: the value is what it stands for in the only path that matches
  std::string like;   ///< of a key: a pattern with at most one `*`, which its value has to match
  std::string value;  ///< what is taken; empty: what `*` stands for, or the key's value
};

/// A file that is written where there is none.
struct adoption_text {
  std::string path;
  std::string text;               ///< as it is, or
  std::vector<std::string> keys;  ///< the values of these keys, one a line
};

struct template_adoption {
  std::vector<std::string> files;                            ///< by one of these, the first that is there
  std::vector<std::string> with;                             ///< one of these keys is in it
  std::vector<std::pair<std::string, std::string>> without;  ///< key → why a project with it does not fit
  /// A project of several parts: the key that lists their folders, the parameter that names one, and what its
  /// file has where it is a service, `<key>` or `<key>=<value>`.
  struct parts_of_project {
    std::string key, parameter;
    std::vector<std::string> services;
    std::string above;  ///< a key whose value leads from the project's file to one above that it needs
  } parts;
  std::vector<adoption_rule> name, port;
  std::vector<std::pair<std::string, std::vector<adoption_rule>>> set;  ///< by parameter
  std::vector<std::pair<std::string, std::string>> needs;               ///< path → how it comes to be there
  std::vector<std::string> brings;  ///< files of the skeleton that its declaration needs
  std::vector<adoption_text> texts;
  std::string declaration = "CMakeLists.txt";  ///< the file of the skeleton that declares the pipeline
  bool yields = false;                         ///< any template that fits by another file goes before it
};

/// `adopts` as it stands in a template.json; what is wrong with it is said by `wrong`, with its path.
template_adoption adoption_in(const json& data,
                              const std::function<void(std::vector<std::string> at, remark)>& wrong);

}  // namespace cicd::declaring
