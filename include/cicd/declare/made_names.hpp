// What is called after an image or a function: the steps that make them, and the functions that run a zip.
#pragma once

#include <string>
#include <string_view>
#include <vector>

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

/// The functions of CONFIG that run this code: FUNCTIONS, else the one of its name.
inline std::vector<std::string> names_in_config(const zip_function& of) {
  std::vector<std::string> names;
  for (const text& each : of.functions) names.push_back(each.str());
  if (names.empty()) names.push_back(of.name.str());
  return names;
}

}  // namespace cicd
