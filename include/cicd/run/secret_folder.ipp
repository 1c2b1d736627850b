// The folder in memory: a run holds a lock on its own, so that a later one sees which were left.
#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <linux/magic.h>

#include <cicd/run/secret_folder.hpp>
#include <cicd/run/workspace.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

/// An open folder or file and the lock on it, both of which go with it.
class secret_folder::held {
 public:
  explicit held(int number) : number_(number) {}
  held(const held&) = delete;
  held& operator=(const held&) = delete;
  ~held() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }
  bool lock() const { return number_ >= 0 && flock(number_, LOCK_EX | LOCK_NB) == 0; }

 private:
  int number_;
};

namespace run_secret_folder {
namespace {

std::string users_folder(const std::string& place) {
  return fmt::format("{}/cicd-secrets-{}", place, geteuid());
}

bool is_in_memory(const std::string& folder) {
  struct statfs about {};
  if (statfs(folder.c_str(), &about) != 0) return false;
  return about.f_type == TMPFS_MAGIC || about.f_type == RAMFS_MAGIC;
}

/// Ours alone: made here, or found as a folder of ours that no other user reaches.
bool made_own(const std::string& folder) {
  struct stat now {};
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return false;
  return lstat(folder.c_str(), &now) == 0 && S_ISDIR(now.st_mode) && now.st_uid == geteuid()
         && (now.st_mode & 0777U) == 0700;
}

int opened_folder(const std::string& folder) {
  return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

error cannot_write(const std::string& path) {
  return error{exit_class::cannot_save, {}, "the file of the secret cannot be written", path, {}}.with(
      "caused by", std::strerror(errno));
}

status written(const std::string& path, std::string_view bytes) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0) return cannot_write(path);
  bool good = fchmod(file, 0600) == 0;
  while (good && !bytes.empty()) {
    const ssize_t count = ::write(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    good = count > 0;
    if (good) bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  status how = good ? status{} : cannot_write(path);
  ::close(file);
  return how;
}

}  // namespace
}  // namespace run_secret_folder

std::vector<std::string> memory_folders(const surroundings& around) {
  std::vector<std::string> places;
  if (const std::string own = around.get_or("XDG_RUNTIME_DIR", ""); own.starts_with('/'))
    places.push_back(own);
  places.emplace_back("/dev/shm");
  return places;
}

secret_folder::secret_folder(std::vector<std::string> places, std::string run)
    : places_(std::move(places)), run_(std::move(run)) {}

secret_folder::~secret_folder() {
  if (!folder_.empty()) (void)remove_tree(folder_);
}

/// The run's folder is locked before anything is written to it; one that was swept meanwhile is made again.
status secret_folder::open() {
  using namespace run_secret_folder;
  for (const std::string& place : places_) {
    const std::string users = users_folder(place);
    if (!is_in_memory(place) || !made_own(users)) continue;
    folder_ = users + "/" + run_;
    for (int attempt = 0; attempt < 10 && made_own(folder_); ++attempt) {
      held_ = std::make_unique<held>(opened_folder(folder_));
      struct stat now {};
      if (held_->lock() && fstat(held_->number(), &now) == 0 && now.st_nlink > 0 && exists(folder_))
        return {};
    }
  }
  folder_.clear();
  return error{exit_class::usage,
               {},
               "there is no folder in memory for the files of secrets",
               std::nullopt,
               {{"allowed", "a tmpfs that this user can write, at XDG_RUNTIME_DIR or /dev/shm"},
                {"try", "leave AS_FILE out: the secret comes as a variable"}}};
}

std::string secret_folder::folder_of(std::string_view step) const {
  return folder_ + "/" + flat_name(std::string(step));
}

result<std::string> secret_folder::write(std::string_view step,
                                         std::string_view name,
                                         const secret_value& value) {
  std::call_once(once_, [this] { how_ = open(); });
  if (!how_) return how_.error();
  const std::string folder = folder_of(step), path = folder + "/" + std::string(name);
  if (!run_secret_folder::made_own(folder)) return run_secret_folder::cannot_write(folder);
  if (status done = run_secret_folder::written(path, value.revealed()); !done) return std::move(done).error();
  return path;
}

void secret_folder::remove(std::string_view step) {
  if (!folder_.empty()) (void)remove_tree(folder_of(step));
}

void secret_folder::sweep() const {
  using namespace run_secret_folder;
  for (const std::string& place : places_) {
    const std::string users = users_folder(place);
    const auto runs = exists(users) ? list_tree(users, [](const std::string&) { return false; })
                                    : result<std::vector<tree_entry>>(std::vector<tree_entry>{});
    if (!runs) continue;
    for (const tree_entry& each : *runs) {
      const std::string folder = users + "/" + each.path;
      if (folder == folder_) continue;
      if (const held left(opened_folder(folder)); left.lock()) (void)remove_tree(folder);
    }
  }
}

}  // namespace cicd
