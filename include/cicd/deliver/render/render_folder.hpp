// Manifests in a plain folder, with the record beside them. It knows no repository.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/deliver/manifests.hpp>
#include <cicd/deliver/policy/environment_home.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// The record lies in `<folder>/.cicd/record.json`, its history beside it as NDJSON, the state in
/// `state.json`, the manifests of the last ten deployments in `past/`. Atomic by file; the record last.
result<manifest_state> read_folder(const std::string& folder);
result<bool> write_folder(const std::string& folder,
                          const decide_manifests& decide,
                          const cancellation* cancelled = nullptr);
/// Newest first, at most `most`.
result<std::vector<deployment_record>> folder_history(const std::string& folder, std::size_t most);
/// The same without those that failed, and whether their manifests are kept.
result<std::vector<kept_deployment>> folder_past(const std::string& folder);
/// The manifests of one of them. Class `corrupt` where they are not those of its record.
result<std::map<std::string, std::string>> folder_files_of(const std::string& folder,
                                                           const deployment_record& of);
/// Its state as the port.
std::unique_ptr<environment_home> folder_home(const std::string& folder, const cancellation* cancelled);

}  // namespace cicd
