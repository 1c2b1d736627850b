// The configuration of the Serverless Framework, as far as the code of its functions is concerned. Pure; it
// resolves no variable but those of the stage.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>

namespace cicd {

struct serverless_function {
  std::string handler;  ///< as it is written
  std::string runtime;  ///< its own, else the provider's; empty where neither is there
  std::string name;     ///< as it is written; empty without one
  bool has_package = false;
};

struct serverless_config {
  std::string service;
  std::map<std::string, serverless_function> functions;
};

/// Class `usage` with `file` for what is no such configuration.
result<serverless_config> serverless_config_from(const std::string& text, const std::string& file);

/// What a function is called in AWS: its `name` with the stage in it, else `<service>-<stage>-<function>`.
/// Class `usage` where it depends on a variable that is not known here.
result<std::string> lambda_name_of(const serverless_config& in,
                                   const std::string& function,
                                   const std::string& stage,
                                   const std::string& file);

/// That CONFIG has each of these functions. Class `usage` with the nearest name.
status check_functions_in(const serverless_config& in,
                          const std::vector<std::string>& functions,
                          const std::string& file);
/// That their handlers are among the files of the zip, where the runtime says which file that would be.
status check_handlers_in(const serverless_config& in,
                         const std::vector<std::string>& functions,
                         const std::vector<std::string>& files,
                         const std::string& file);

/// The text with `package.artifact` of each of these functions; every other byte stays. Class `usage`: a
/// function that is not written as a block, or has a `package` already.
result<std::string> with_artifacts(std::string text,
                                   const std::map<std::string, std::string>& artifact_of,
                                   const std::string& file);

}  // namespace cicd
