// What a step leaves as values, OUTPUT_VALUES and SECRET_OUTPUT_VALUES: the file of JSON that holds them,
// read once, and their form in what a run remembers. It does not know who uses them.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/base/json.hpp>
#include <cicd/base/secret_value.hpp>
#include <cicd/declare/steps.hpp>

namespace cicd {

/// The most bytes of the file, and of one value: what fits into a variable of any system.
inline constexpr std::size_t largest_values_file = 256U << 10U;
inline constexpr std::size_t largest_value = 32U << 10U;

/// The path of the file below the step's folder.
std::string values_path(const step& of);

struct left_values {
  std::map<std::string, std::string> plain{};
  std::vector<std::pair<std::string, secret_value>> secret{};
};
/// Each value that is declared. Class `step_failed` where the file is not there, is no JSON object or too
/// large, or a value is missing, too long, or no text, number, true or false. No error holds a value.
result<left_values> read_values(const step& of, const std::string& folder);

/// Whatever of it may be a secret, as far as it can be read.
struct found_secrets {
  std::vector<std::pair<std::string, secret_value>> all{};
  bool is_whole = false;  ///< each that is declared is among them
};
/// The secret values, and where one is missing all texts that are not declared as plain ones.
found_secrets find_secrets(const step& of, const std::string& folder);

/// As a cache and a journal keep them, and back; other members are ignored.
json json_of_values(const std::map<std::string, std::string>& values);
std::map<std::string, std::string> values_from(const json& of);

}  // namespace cicd
