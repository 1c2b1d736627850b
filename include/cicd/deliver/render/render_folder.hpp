// Manifests in a plain folder, with the record beside them. It knows no repository.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/deliver/manifests.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// The record lies in `<folder>/.cicd/record.json`, its history
/// beside it as NDJSON. Atomic by file; the record last.
result<manifest_state> read_folder(const std::string& folder);
result<bool> write_folder(const std::string& folder,
                          const decide_manifests& decide,
                          const cancellation* cancelled = nullptr);
result<std::vector<deployment_record>> folder_history(const std::string& folder, std::size_t most);

}  // namespace cicd
