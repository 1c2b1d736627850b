// WRITE: values in YAML files that are there already. It does not know where the files lie.
#pragma once

#include <map>
#include <string>

#include <cicd/base/error.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/declare/placeholders.hpp>
#include <cicd/deliver/manifests.hpp>

namespace cicd {

/// What placeholders stand for in values that are of the whole deployment.
placeholder_values values_of_deploy(const environment& place, const deployment_record& record);

/// `files` with the values of WRITE for that deployment, given git's modes of what is no plain file. Class
/// `usage` with the file's place: a file or a value that is not there. Class `conflict`: what WRITE asks for,
/// and the record has not.
result<std::map<std::string, std::string>> with_values(const declared_pipeline& pipeline,
                                                       const environment& place,
                                                       const deployment_record& record,
                                                       std::map<std::string, std::string> files,
                                                       const std::map<std::string, std::string>& modes);

/// What is there `now` with the values of WRITE for that deployment, computed anew, and beside services with
/// the manifests that it had `before`. The same errors.
result<std::map<std::string, std::string>> values_put_back(const declared_pipeline& pipeline,
                                                           const environment& place,
                                                           const deployment_record& record,
                                                           const std::map<std::string, std::string>& before,
                                                           const manifest_state& now);

/// Of the files that are there: those that stay whatever is rendered. All, where nothing is.
std::map<std::string, std::string> kept_files(const declared_pipeline& pipeline,
                                              const environment& place,
                                              const std::map<std::string, std::string>& files);

}  // namespace cicd
