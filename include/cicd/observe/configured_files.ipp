// Files against their digests.
#pragma once

#include <cicd/observe/configured_files.hpp>

#include <cicd/base/digest.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

std::optional<error> change_since_configure(const std::vector<configured_file>& files) {
  for (const configured_file& each : files) {
    const result<std::optional<std::string>> text = read_file_if_there(each.path);
    if (text && *text && sha256(**text) == each.content) continue;
    error changed{exit_class::usage, {}, "the declaration has changed since CMake configured", each.path, {}};
    if (!text) return std::move(changed).with("caused by", text.error().what);
    return *text ? std::move(changed)
                 : std::move(changed).with("caused by", "the file is not there any more");
  }
  return std::nullopt;
}

}  // namespace cicd
