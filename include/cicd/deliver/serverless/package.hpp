// The package of the Serverless Framework, promoted as it is (`PACKAGE whole`): made once, for the first
// stage, and kept in the bucket by what it is made of. It does not know how it is deployed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/deliver/serverless/code.hpp>

namespace cicd {

/// The environment whose package an environment takes: itself, or, through FROM, the first one. Itself
/// without PACKAGE.
const environment& place_of_package(const declared_pipeline& pipeline, const environment& place);

/// Where the package lies in the bucket, by all that it is made of: the stage, CONFIG and the zips.
std::string key_of_package(const std::string& pipeline,
                           const std::string& stage,
                           const std::map<std::string, std::string>& files);

/// What of a stage stands in a template of CloudFormation, a line for each resource:
/// `AWS::Lambda::Function HookLambdaFunction: FunctionName orders-stage-hook, Environment.Variables.STAGE
/// stage`.
std::vector<std::string> carried_over(const std::string& cloud_template, const std::string& stage);

/// The package that is kept, as a zip; nothing where there is none.
result<std::optional<std::string>> stored_package(const code_request& of);
/// Keeps what was made in `folder`, which is removed, and gives what is kept then: of two that made it at
/// once that of the first.
result<std::optional<std::string>> kept_package(const std::string& folder, const code_request& of);
status unpack_package(const std::string& zip, const std::string& to, const code_request& of);
/// Of each CONFIG it has a folder.
std::string folder_of_config(const std::string& config);
/// It has to be made first.
error no_package(const code_request& of);
/// Of what a later stage would get, the lines that name the first one; nothing where the package is not there
/// yet.
result<std::optional<std::vector<std::string>>> carried_by_package(const code_request& of);

}  // namespace cicd
