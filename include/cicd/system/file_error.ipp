// The words of what went wrong with a file: the system's errno, said so that a person knows what to do.
#pragma once

#include <cicd/system/file_error.hpp>

#include <cerrno>
#include <cstring>

namespace cicd::system_files {

namespace {

std::string reason(int number) {
  switch (number) {
    case ENOSPC: return "no space is left on that file system";
    case EDQUOT: return "your disk quota on that file system is used up";
    case EFBIG: return "the file would be larger than the limit of this process or file system allows";
    case EROFS: return "that file system is mounted read-only";
    case EMFILE: return "this process has too many files open";
    case ENOENT: return "there is no such file or folder";
    case ENOTDIR: return "a part of the path is not a folder";
    case EISDIR: return "it is a folder";
    default:
      return strerrordesc_np(number) == nullptr ? "error " + std::to_string(number) : strerrordesc_np(number);
  }
}

std::string help(int number) {
  switch (number) {
    case ENOSPC: return "df -h, then free some space and run again";
    case EDQUOT: return "quota, then free some space and run again";
    case EFBIG: return "ulimit -f unlimited";
    case EMFILE: return "ulimit -n 4096";
    default: return {};
  }
}

}  // namespace

error file_error(exit_class kind, std::string what, const std::string& path, int number) {
  error failure{.kind = kind, .subject = {}, .what = std::move(what), .value = path, .notes = {}};
  return std::move(failure).with("caused by", reason(number)).with("try", help(number));
}

error save_error(std::string what, const std::string& path, int number) {
  return file_error(exit_class::cannot_save, std::move(what), path, number);
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == path.npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace cicd::system_files
