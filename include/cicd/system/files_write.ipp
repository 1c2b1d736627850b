// Writing single files: to a temporary file beside the target, which is renamed over it; but what a person
// names may be no file at all.
#pragma once

#include <cicd/system/files.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <memory>

#include <cicd/system/file_descriptor.hpp>
#include <cicd/system/file_error.hpp>

namespace cicd {

namespace system_files_write {
namespace {

using system_descriptor::descriptor;
using system_files::folder_of;
using system_files::save_error;

/// The errno, or 0.
int write_all(int to, std::string_view content) {
  while (!content.empty()) {
    const ssize_t count = write(to, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    content.remove_prefix(static_cast<std::size_t>(count));
  }
  return 0;
}

/// Brings a folder's entries to the disk. Some file systems know no such thing (EINVAL).
int sync_folder(const std::string& path) {
  const descriptor folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return errno;
  return fsync(folder.number()) != 0 && errno != EINVAL ? errno : 0;
}

/// Makes `path` and those above it; `made` calls for each that was not there.
template <typename Made>
status make_folders(const std::string& path, Made made) {
  if (mkdir(path.c_str(), 0777) == 0) return made(path);
  if (errno == EEXIST && is_folder(path)) return {};
  if (errno == EEXIST) return save_error("a folder cannot be made where a file is", path, EEXIST);
  if (errno != ENOENT || folder_of(path) == path) return save_error("the folder cannot be made", path, errno);
  if (status above = make_folders(folder_of(path), made); !above) return above;
  if (mkdir(path.c_str(), 0777) == 0) return made(path);
  return errno == EEXIST ? status{} : status(save_error("the folder cannot be made", path, errno));
}

status make_folders_of(const std::string& path, durability how) {
  return make_folders(folder_of(path), [&](const std::string& folder) -> status {
    const int problem = how == durability::durable ? sync_folder(folder_of(folder)) : 0;
    return problem == 0 ? status{} : status(save_error("cannot sync the folder to disk", folder, problem));
  });
}

/// A new file beside the target, removed again unless it was renamed.
class temporary_file {
 public:
  temporary_file(const std::string& target, unsigned mode) {
    static std::atomic<unsigned> count{0};
    const std::string stem = folder_of(target) + "/.cicd-" + std::to_string(getpid()) + "-";
    do {
      path_ = stem + std::to_string(++count) + ".tmp";
      file_ = descriptor(open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
      problem_ = file_ ? 0 : errno;
    } while (problem_ == EEXIST);
  }
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;
  ~temporary_file() {
    if (!renamed_) unlink(path_.c_str());
  }

  /// Each of these: the errno of the first that went wrong, or 0.
  int problem() const { return problem_; }
  int fill(std::string_view content, durability how) {
    if (problem_ == 0) problem_ = write_all(file_.number(), content);
    if (problem_ == 0 && how == durability::durable && fsync(file_.number()) != 0) problem_ = errno;
    if (!file_.close() && problem_ == 0) problem_ = errno;
    return problem_;
  }
  int rename_to(const std::string& target) {
    renamed_ = rename(path_.c_str(), target.c_str()) == 0;
    return renamed_ ? 0 : errno;
  }

 private:
  std::string path_;
  descriptor file_;
  int problem_ = 0;
  bool renamed_ = false;
};

status write_open(int file, const std::string& path, std::string_view content) {
  if (file < 0) return save_error("it cannot be opened for writing", path, errno);
  const int problem = write_all(file, content);
  return problem == 0 ? status{} : status(save_error("it cannot be written", path, problem));
}

/// The descriptor of ours that this is: opening `/dev/stdout` anew would begin at its file's start, and a
/// socket cannot be opened at all.
int output_that_is(const struct stat& entry) {
  for (const int output : {STDOUT_FILENO, STDERR_FILENO}) {
    struct stat own {};
    if (fstat(output, &own) == 0 && own.st_dev == entry.st_dev && own.st_ino == entry.st_ino) return output;
  }
  return -1;
}

/// `mode` of a new file, and the most of it that one keeps that is there.
status write_where_said(const std::string& path, std::string_view content, unsigned mode, unsigned most) {
  struct stat named {
  }, entry{};
  if (lstat(path.c_str(), &named) != 0) return write_file(path, content, durability::durable, mode);
  const bool is_there = stat(path.c_str(), &entry) == 0;
  if (is_there && S_ISREG(named.st_mode))
    return write_file(path, content, durability::durable, entry.st_mode & most);
  if (const int output = is_there ? output_that_is(entry) : -1; output >= 0)
    return write_open(output, path, content);
  const std::optional<std::string> target = is_there ? real_path(path) : std::nullopt;
  if (target && S_ISREG(entry.st_mode))
    return write_file(*target, content, durability::durable, entry.st_mode & most);
  const int made = is_there ? 0 : O_CREAT;
  const descriptor file(open(path.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC | made, mode));
  return write_open(file.number(), path, content);
}

}  // namespace
}  // namespace system_files_write

status write_given(const std::string& path, std::string_view content) {
  return system_files_write::write_where_said(path, content, 0644, 0777);
}

status write_given_privately(const std::string& path, std::string_view content) {
  return system_files_write::write_where_said(path, content, 0600, 0600);
}

status write_file(const std::string& path, std::string_view content, durability how, unsigned mode) {
  using namespace system_files_write;
  auto file = std::make_unique<temporary_file>(path, mode);
  if (file->problem() == ENOENT) {
    if (status folder = make_folders_of(path, how); !folder) return folder;
    file = std::make_unique<temporary_file>(path, mode);
  }
  if (const int problem = file->fill(content, how))
    return save_error("the file cannot be written", path, problem);
  if (const int problem = file->rename_to(path))
    return save_error("the file cannot be replaced", path, problem);
  const int problem = how == durability::durable ? sync_folder(folder_of(path)) : 0;
  if (problem != 0) return save_error("cannot sync the file's folder to disk", path, problem);
  return {};
}

status make_folder(const std::string& path) {
  return system_files_write::make_folders(path, [](const std::string&) { return status{}; });
}

status rename_over(const std::string& from, const std::string& to) {
  if (rename(from.c_str(), to.c_str()) == 0) return {};
  return system_files::save_error("it cannot be renamed to '" + to + "'", from, errno);
}

bool exists(const std::string& path) {
  struct stat entry {};
  return lstat(path.c_str(), &entry) == 0;
}

bool is_stream(const std::string& path) {
  struct stat entry {};
  return stat(path.c_str(), &entry) == 0 && !S_ISREG(entry.st_mode) && !S_ISDIR(entry.st_mode);
}

bool is_folder(const std::string& path) {
  struct stat entry {};
  return stat(path.c_str(), &entry) == 0 && S_ISDIR(entry.st_mode);
}

append_file::append_file(int descriptor, std::string path)
    : descriptor_(descriptor), path_(std::move(path)) {}

append_file::append_file(append_file&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

append_file& append_file::operator=(append_file&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  return *this;
}

append_file::~append_file() {
  if (descriptor_ >= 0) close(descriptor_);
}

result<append_file> append_file::open(const std::string& path, unsigned mode) {
  using namespace system_files_write;
  constexpr int how = O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  const auto open_it = [&] { return ::open(path.c_str(), how, mode); };
  int opened = open_it();
  if (opened < 0 && errno == ENOENT) {
    if (status folder = make_folders_of(path, durability::fast); !folder) return std::move(folder).error();
    opened = open_it();
  }
  if (opened < 0) return save_error("the file cannot be opened for appending", path, errno);
  return append_file(opened, path);
}

status append_file::append(std::string_view bytes) {
  const int problem = system_files_write::write_all(descriptor_, bytes);
  return problem == 0 ? status{}
                      : status(system_files::save_error("the file cannot be appended to", path_, problem));
}

status append_file::sync() {
  if (fdatasync(descriptor_) == 0 || errno == EINVAL) return {};
  return system_files::save_error("cannot sync the file to disk", path_, errno);
}

}  // namespace cicd
