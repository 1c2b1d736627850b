// WRITE: values in YAML files that are there already. It does not know where the files lie.
#pragma once

#include <map>
#include <string>

#include <cicd/base/error.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/deliver/records/record.hpp>

namespace cicd {

/// `files` with the values of WRITE for a deployment of these images. Class `usage` with the file's place,
/// and where it was declared: a file or a value that is not there.
result<std::map<std::string, std::string>> with_values(const declared_pipeline& pipeline,
                                                       const environment& place,
                                                       const deployment_record& record,
                                                       std::map<std::string, std::string> files);

/// `now` with the values that `before` has at the places of WRITE. The same errors.
result<std::map<std::string, std::string>> values_put_back(const declared_pipeline& pipeline,
                                                           const environment& place,
                                                           const std::map<std::string, std::string>& before,
                                                           const std::map<std::string, std::string>& now);

/// Of the files that are there: those that stay whatever is rendered. All, where nothing is.
std::map<std::string, std::string> kept_files(const declared_pipeline& pipeline,
                                              const environment& place,
                                              const std::map<std::string, std::string>& files);

}  // namespace cicd
