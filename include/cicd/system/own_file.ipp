// Owners and modes, by descriptors: a file that is swapped meanwhile is not read.
#pragma once

#include <cicd/system/own_file.hpp>

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/system/file_descriptor.hpp>
#include <cicd/system/file_error.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace system_own {
namespace {

bool is_ours(uid_t owner) {
  return owner == geteuid() || owner == 0;
}

/// Whether a user's own name is the group's and no other user is in it: the private group that Debian, Fedora
/// and others make for each user, whose umask lets it write.
bool is_private_group(gid_t group) {
  std::array<char, 16384> user_text{}, group_text{};
  passwd user{};
  passwd* found_user = nullptr;
  ::group about{};
  ::group* found_group = nullptr;
  if (getpwuid_r(geteuid(), &user, user_text.data(), user_text.size(), &found_user) != 0
      || getgrgid_r(group, &about, group_text.data(), group_text.size(), &found_group) != 0)
    return false;
  if (found_user == nullptr || found_group == nullptr || std::strcmp(user.pw_name, about.gr_name) != 0)
    return false;
  for (char** member = about.gr_mem; *member != nullptr; ++member)
    if (std::strcmp(*member, user.pw_name) != 0) return false;
  return true;
}

/// Whether users other than us and root could put files there, by its mode.
bool is_written_by_others(const struct stat& about) {
  return (about.st_mode & S_IWOTH) != 0
         || ((about.st_mode & S_IWGRP) != 0 && !is_private_group(about.st_gid));
}

error others_may(std::string what, const std::string& folder, std::string command) {
  return error{
      .kind = exit_class::usage, .subject = {}, .what = std::move(what), .value = folder, .notes = {}}
      .with("allowed", "a folder that belongs to you or root, and that no other user can write")
      .with("try", command.empty() ? "" : command + ", after looking at what is in it")
      .with("try", "CICD_CACHE_DIR=<a folder of your own>");
}

/// Fills `text`; false when the file is not wholly read.
bool read_whole(int file, std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t count = read(file, text.data() + at, text.size() - at);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    at += static_cast<std::size_t>(count);
  }
  return true;
}

/// How a file is opened that may be anything.
constexpr int plainly = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

bool is_own_plain(const system_descriptor::descriptor& file, struct stat& about) {
  constexpr off_t longest = 1 << 28;
  return file && fstat(file.number(), &about) == 0 && S_ISREG(about.st_mode) && is_ours(about.st_uid)
         && about.st_size <= longest;
}

std::optional<std::string> text_of(int file, const struct stat& about) {
  std::string text(static_cast<std::size_t>(about.st_size), '\0');
  return read_whole(file, text) ? std::optional(std::move(text)) : std::nullopt;
}

/// `root`/`relative`, opened; none where a folder on the way from `root` is a link, or others can fill it.
system_descriptor::descriptor own_folder(const std::string& root, std::string_view relative) {
  constexpr int folder = O_PATH | O_DIRECTORY | O_CLOEXEC;
  system_descriptor::descriptor at(open(root.c_str(), folder));
  struct stat above {};
  // What others cannot enter they cannot fill, whatever umask made the folders below it (some runners' is 0).
  const bool is_closed = at && fstat(at.number(), &above) == 0 && is_ours(above.st_uid)
                         && (above.st_mode & (S_IXGRP | S_IXOTH)) == 0;
  while (at && !relative.empty()) {
    const std::string name(relative.substr(0, relative.find('/')));
    relative.remove_prefix(std::min(name.size() + 1, relative.size()));
    at = system_descriptor::descriptor(openat(at.number(), name.c_str(), folder | O_NOFOLLOW));
    struct stat about {};
    if (!at || fstat(at.number(), &about) != 0 || !is_ours(about.st_uid)
        || (!is_closed && is_written_by_others(about)))
      return {};
  }
  return at;
}

}  // namespace
}  // namespace system_own

std::optional<std::string> read_own_file(const std::string& path) {
  const system_descriptor::descriptor file(open(path.c_str(), system_own::plainly));
  struct stat about {};
  if (!system_own::is_own_plain(file, about)) return std::nullopt;
  return system_own::text_of(file.number(), about);
}

std::optional<std::string> read_own_below(const std::string& root, const std::string& relative) {
  using namespace system_own;
  const auto slash = relative.rfind('/');
  const std::string above = slash == relative.npos ? "" : relative.substr(0, slash);
  const system_descriptor::descriptor folder = own_folder(root, above);
  if (!folder) return std::nullopt;
  const system_descriptor::descriptor file(
      openat(folder.number(), relative.substr(above.empty() ? 0 : slash + 1).c_str(), plainly));
  struct stat about {};
  if (!is_own_plain(file, about) || (about.st_mode & S_IWUSR) == 0) return std::nullopt;
  return text_of(file.number(), about);
}

bool is_own_folder_below(const std::string& root, const std::string& relative) {
  return static_cast<bool>(system_own::own_folder(root, relative));
}

std::vector<tree_entry> own_entries(const std::string& root, const std::string& relative) {
  for (std::size_t end = 0; end != relative.npos;) {
    end = relative.find('/', end + 1);
    struct stat about {};
    if (lstat((root + "/" + relative.substr(0, end)).c_str(), &about) != 0 || !S_ISDIR(about.st_mode)
        || about.st_uid != geteuid())
      return {};
  }
  auto entries = list_tree(root + "/" + relative, [](const std::string&) { return false; });
  return entries ? *std::move(entries) : std::vector<tree_entry>();
}

std::size_t remove_own_files(const std::string& folder, std::int64_t before) {
  const auto is_own_folder = [](const std::string& path) {
    struct stat about {};
    return lstat(path.c_str(), &about) == 0 && S_ISDIR(about.st_mode) && about.st_uid == geteuid();
  };
  if (!is_own_folder(folder)) return 0;
  std::size_t removed = 0;
  const auto entries =
      list_tree(folder, [&](const std::string& below) { return is_own_folder(folder + "/" + below); });
  if (!entries) return 0;
  for (const tree_entry& entry : *entries) {
    struct stat there {};
    const std::string path = folder + "/" + entry.path;
    if (entry.kind == entry_kind::file && lstat(path.c_str(), &there) == 0 && there.st_mtime < before
        && remove_tree(path))
      ++removed;
  }
  return removed;
}

status check_own_folder(const std::string& folder) {
  using namespace system_own;
  struct stat about {};
  if (stat(folder.c_str(), &about) != 0) return {};
  if (!is_ours(about.st_uid))
    return others_may(fmt::format("the cache belongs to another user (uid {})", about.st_uid), folder, {});
  const bool by_group = (about.st_mode & S_IWGRP) != 0 && !is_private_group(about.st_gid);
  const bool by_others = (about.st_mode & S_IWOTH) != 0;
  if ((!by_group && !by_others) || (about.st_mode & S_ISVTX) != 0) return {};
  return others_may(by_others ? "the cache can be written by every user of this machine"
                              : "the cache can be written by the other users of its group",
                    folder, "chmod go-w " + shell_quoted(folder));
}

status make_own_folder(const std::string& folder) {
  if (status above = make_folder(system_files::folder_of(folder)); !above) return above;
  if (mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return system_files::save_error("the folder cannot be made", folder, errno);
}

bool is_plain_file(const std::string& path) {
  struct stat about {};
  return stat(path.c_str(), &about) == 0 && S_ISREG(about.st_mode);
}

bool can_be_made(const std::string& folder) {
  if (folder.empty()) return false;
  struct stat about {};
  if (stat(folder.c_str(), &about) == 0) return S_ISDIR(about.st_mode);
  for (std::string at = folder; at != "/";) {
    at = system_files::folder_of(at);
    if (stat(at.c_str(), &about) != 0) {
      if (errno == ENOENT && at != ".") continue;
      return false;
    }
    return S_ISDIR(about.st_mode) && faccessat(AT_FDCWD, at.c_str(), W_OK | X_OK, AT_EACCESS) == 0;
  }
  return false;
}

std::string part_name(const std::string& beside) {
  std::array<unsigned char, 12> dice{};
  while (getrandom(dice.data(), dice.size(), 0) != static_cast<ssize_t>(dice.size())) {
  }
  std::string name = beside + ".";
  for (const unsigned char byte : dice) name += fmt::format("{:02x}", byte);
  return name + ".part";
}

}  // namespace cicd
