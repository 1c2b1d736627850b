// The words of what went wrong with a file. Private to this room.
#pragma once

#include <string>

#include <cicd/base/error.hpp>

namespace cicd::system_files {

/// `what: 'path'`, with the system's reason for `number` (an errno) below, and what helps where something
/// does.
error file_error(exit_class kind, std::string what, const std::string& path, int number);
/// Class `cannot_save`: the one for everything that writes.
error save_error(std::string what, const std::string& path, int number);
/// The folder that `path` is in; `.` for a bare name.
std::string folder_of(const std::string& path);

}  // namespace cicd::system_files
