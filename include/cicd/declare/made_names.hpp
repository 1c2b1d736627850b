// What is called after an image, a function or a group of files: the steps that make them, and the functions
// that run a zip.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/artifacts.hpp>
#include <cicd/declare/steps.hpp>

namespace cicd {

/// The step that makes an image: `image`, or `image-<name>`.
inline std::string image_step_name(std::string_view image) {
  return image == "image" ? "image" : "image-" + std::string(image);
}
inline std::string image_step_name(const image& of) {
  return image_step_name(of.name.view());
}

/// The step that makes the zip of a function: `zip-<name>`.
inline std::string zip_step_name(std::string_view function) {
  return "zip-" + std::string(function);
}
inline std::string zip_step_name(const zip_function& of) {
  return zip_step_name(of.name.view());
}

/// What stands before the repository of a group of files, in artifacts and in references.
inline constexpr std::string_view files_scheme = "files:";

/// The step that gathers a group of files: `files-<name>`.
inline std::string files_step_name(std::string_view group) {
  return "files-" + std::string(group);
}
inline std::string files_step_name(const file_group& of) {
  return files_step_name(of.name.view());
}

/// The functions of CONFIG that run this code: FUNCTIONS, else the one of its name.
inline std::vector<std::string> names_in_config(const zip_function& of) {
  std::vector<std::string> names;
  for (const text& each : of.functions) names.push_back(each.str());
  if (names.empty()) names.push_back(of.name.str());
  return names;
}

}  // namespace cicd
