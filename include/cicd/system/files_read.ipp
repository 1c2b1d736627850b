// Reading files whole: plain ones of a bounded size only, so that no pipe, device or hole without end stops
// the one who reads. What others named is found by walking down from its root by descriptors, links resolved
// by hand: nothing leads out, also when it is exchanged meanwhile.
#pragma once

#include <cicd/system/files.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <cicd/base/text.hpp>
#include <cicd/system/file_descriptor.hpp>
#include <cicd/system/file_error.hpp>

namespace cicd {

namespace system_files_read {
namespace {

using system_descriptor::descriptor;
using system_files::file_error;

constexpr int reading = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
constexpr std::uint64_t largest_of_ours = 1'000'000'000;
/// As many as the kernel follows (path_resolution(7)).
constexpr int most_links = 40;

error unreadable(const std::string& path, int number, const reading_rules& rules) {
  return file_error(rules.refused, "the file cannot be read", path, number);
}

std::string_view word_for(mode_t mode) {
  if (S_ISFIFO(mode)) return "a pipe (FIFO)";
  if (S_ISSOCK(mode)) return "a socket";
  return S_ISCHR(mode) || S_ISBLK(mode) ? "a device" : "something else";
}

error not_plain(const std::string& path, mode_t mode, const reading_rules& rules) {
  if (S_ISDIR(mode)) return unreadable(path, EISDIR, rules);
  return error{rules.refused,
               {},
               "the file cannot be read",
               path,
               {{"caused by", "it is " + std::string(word_for(mode))}, {"allowed", "a plain file"}}};
}

error too_large(const std::string& path, const reading_rules& rules) {
  return error{rules.refused,
               {},
               "the file is too large to be read",
               path,
               {{"allowed", "at most " + human_size(rules.limit)}}};
}

/// The bytes of an open file, whose size may not be known (`/proc`) or may grow.
result<std::string> content_of(int file, const std::string& path, const reading_rules& rules) {
  struct stat entry {};
  if (fstat(file, &entry) != 0) return unreadable(path, errno, rules);
  if (S_ISREG(entry.st_mode) && static_cast<std::uint64_t>(entry.st_size) > rules.limit)
    return too_large(path, rules);
  std::string content;
  if (S_ISREG(entry.st_mode)) content.reserve(static_cast<std::size_t>(entry.st_size) + 1);
  for (std::size_t used = 0; used <= rules.limit;) {
    if (content.capacity() == used) content.reserve(used < 4096 ? 8192 : used * 2);
    content.resize(content.capacity());
    const ssize_t count = read(file, content.data() + used, content.size() - used);
    const int problem = count < 0 ? errno : 0;
    used += static_cast<std::size_t>(count > 0 ? count : 0);
    content.resize(used);
    if (problem == EINTR) continue;
    if (problem != 0) return unreadable(path, problem, rules);
    if (count == 0) return content;
  }
  return too_large(path, rules);
}

result<std::string> plain_content_of(int file, const std::string& path, const reading_rules& rules) {
  struct stat entry {};
  if (fstat(file, &entry) != 0) return unreadable(path, errno, rules);
  if (!S_ISREG(entry.st_mode)) return not_plain(path, entry.st_mode, rules);
  return content_of(file, path, rules);
}

/// Where a link leads, or nothing with errno.
std::optional<std::string> target_of(int folder, const std::string& name) {
  std::string target(4096, '\0');
  const ssize_t count = readlinkat(folder, name.c_str(), target.data(), target.size());
  if (count < 0) return std::nullopt;
  target.resize(static_cast<std::size_t>(count));
  return target;
}

/// Goes from a root down to what a path names.
class walk {
 public:
  walk(const std::string& root, const std::string& path, const reading_rules& rules)
      : root_(root), path_(path), rules_(rules) {}

  /// Whether something is there.
  result<bool> go() {
    descriptor root(open(root_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root && errno == ENOENT) return false;
    if (!root) return unreadable(root_, errno, rules_);
    above_.push_back({std::move(root), {}});
    if (path_.starts_with('/') || path_.find('\0') != path_.npos) return leads_out();
    for (push(path_); !rest_.empty();) {
      result<bool> there = step();
      if (!there || !*there) return there;
    }
    return true;
  }

  error nothing() const { return noted(unreadable(shown(), ENOENT, rules_)); }

  result<std::string> content() const {
    if (last_.empty()) return noted(unreadable(shown(), EISDIR, rules_));
    if (!S_ISREG(kind_)) return noted(not_plain(shown(), kind_, rules_));
    const descriptor file(openat(above_.back().folder.number(), last_.c_str(), reading | O_NOFOLLOW));
    if (!file) return noted(unreadable(shown(), errno, rules_));
    result<std::string> read = plain_content_of(file.number(), shown(), rules_);
    return read ? std::move(read) : noted(std::move(read).error());
  }

  std::string place() const {
    std::string all = root_;
    for (const level& each : above_)
      if (!each.name.empty()) (all += '/') += each.name;
    return last_.empty() ? all : all + '/' + last_;
  }

 private:
  struct level {
    descriptor folder;
    std::string name;
  };

  void push(std::string_view path) {
    std::vector<std::string> parts = split(path, '/');
    std::erase_if(parts, [](const std::string& part) { return part.empty() || part == "."; });
    rest_.insert(rest_.end(), parts.rbegin(), parts.rend());
  }

  result<bool> step() {
    if (!last_.empty()) return noted(unreadable(shown(), ENOTDIR, rules_));
    const std::string name = std::move(rest_.back());
    rest_.pop_back();
    if (name == "..") return up();
    if (lower(name) == ".git") return noted(inside_git());
    struct stat entry {};
    if (fstatat(above_.back().folder.number(), name.c_str(), &entry, AT_SYMLINK_NOFOLLOW) != 0)
      return errno == ENOENT ? result<bool>(false) : noted(unreadable(shown(), errno, rules_));
    if (S_ISLNK(entry.st_mode)) return follow(name);
    if (S_ISDIR(entry.st_mode)) return enter(name);
    last_ = name;
    kind_ = entry.st_mode;
    return true;
  }

  result<bool> up() {
    if (above_.size() == 1) return leads_out();
    above_.pop_back();
    return true;
  }

  result<bool> enter(const std::string& name) {
    descriptor folder(
        openat(above_.back().folder.number(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder) return noted(unreadable(shown(), errno, rules_));
    above_.push_back({std::move(folder), name});
    return true;
  }

  result<bool> follow(const std::string& name) {
    const auto target = target_of(above_.back().folder.number(), name);
    if (!target) return noted(unreadable(shown(), errno, rules_));
    link_ = path_below(place() + '/' + name, root_) + " -> " + *target;
    if (++links_ > most_links) return noted(unreadable(shown(), ELOOP, rules_));
    const auto way = target->starts_with('/') ? below_root(*target) : target;
    if (!way) return leads_out();
    if (target->starts_with('/')) above_.resize(1);
    push(*way);
    return true;
  }

  /// What follows the root in an absolute path.
  std::optional<std::string> below_root(const std::string& target) const {
    for (const std::string& root : {root_, real_path(root_).value_or(root_)})
      if (target.starts_with(root) && (target.size() == root.size() || target[root.size()] == '/'))
        return target.substr(root.size());
    return std::nullopt;
  }

  /// A clone's own configuration may hold logins.
  error inside_git() const {
    return error{rules_.refused, {}, "the file lies in the folder of a git repository itself", path_, {}}
        .with("folder", root_)
        .with("allowed", "a file of the tree that is checked out");
  }

  error leads_out() const {
    return noted(
               error{rules_.refused, {}, "the file is not below the folder that it is read from", path_, {}})
        .with("folder", root_)
        .with("allowed", "a file below it; links that stay below it are followed");
  }

  error noted(error failure) const { return std::move(failure).with("link", link_); }
  std::string shown() const { return root_ + '/' + path_; }

  const std::string& root_;
  const std::string& path_;
  const reading_rules& rules_;
  std::vector<level> above_;       ///< the root and the folders that were entered
  std::vector<std::string> rest_;  ///< the parts that are still to go, the next one last
  std::string last_;               ///< what is no folder, at the end
  mode_t kind_ = 0;
  std::string link_;  ///< the last one that was followed
  int links_ = 0;
};

}  // namespace
}  // namespace system_files_read

result<std::optional<std::string>> read_below_if_there(const std::string& root,
                                                       const std::string& path,
                                                       const reading_rules& rules) {
  system_files_read::walk walk(root, path, rules);
  const result<bool> there = walk.go();
  if (!there) return there.error();
  if (!*there) return std::optional<std::string>();
  result<std::string> content = walk.content();
  if (!content) return std::move(content).error();
  return std::optional(*std::move(content));
}

result<std::string> read_below(const std::string& root, const std::string& path, const reading_rules& rules) {
  system_files_read::walk walk(root, path, rules);
  const result<bool> there = walk.go();
  if (!there) return there.error();
  return *there ? walk.content() : result<std::string>(walk.nothing());
}

result<std::optional<std::string>> place_below(const std::string& root,
                                               const std::string& path,
                                               exit_class refused) {
  const reading_rules rules{.limit = 0, .refused = refused};
  system_files_read::walk walk(root, path, rules);
  const result<bool> there = walk.go();
  if (!there) return there.error();
  return *there ? std::optional(walk.place()) : std::nullopt;
}

result<std::optional<std::string>> read_file_if_there(const std::string& path) {
  const reading_rules rules{.limit = system_files_read::largest_of_ours};
  const system_descriptor::descriptor file(open(path.c_str(), system_files_read::reading));
  if (!file && errno == ENOENT) return std::optional<std::string>();
  if (!file) return system_files_read::unreadable(path, errno, rules);
  result<std::string> content = system_files_read::plain_content_of(file.number(), path, rules);
  if (!content) return std::move(content).error();
  return std::optional(*std::move(content));
}

result<std::string> read_file(const std::string& path) {
  auto content = read_file_if_there(path);
  if (!content) return std::move(content).error();
  if (!*content) return system_files_read::unreadable(path, ENOENT, {});
  return *std::move(*content);
}

result<std::string> read_given(const std::string& path) {
  const reading_rules rules;
  const system_descriptor::descriptor file(open(path.c_str(), O_RDONLY | O_NOCTTY | O_CLOEXEC));
  if (!file) return system_files_read::unreadable(path, errno, rules);
  return system_files_read::content_of(file.number(), path, rules);
}

}  // namespace cicd
