// A step's folder outside of every repository, and the link in the build tree that leads there.
#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <ctime>
#include <mutex>
#include <vector>

#include <fmt/format.h>

#include <cicd/base/digest.hpp>
#include <cicd/run/step_home.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace run_step_home {

/// An open file; its lock goes with it.
class held_file {
 public:
  explicit held_file(const std::string& path) : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  held_file(const held_file&) = delete;
  held_file& operator=(const held_file&) = delete;
  ~held_file() {
    if (number_ >= 0) ::close(number_);
  }
  bool lock(int how) const { return number_ >= 0 && flock(number_, how) == 0; }

 private:
  int number_;
};

/// What tools look for in every folder above the one that they are started in.
constexpr std::array<std::string_view, 21> markers = {".git",         ".hg",
                                                      ".svn",         ".jj",
                                                      ".mvn",         ".editorconfig",
                                                      "node_modules", "package.json",
                                                      "pom.xml",      "settings.gradle",
                                                      "build.gradle", "settings.gradle.kts",
                                                      "Cargo.toml",   "go.mod",
                                                      "go.work",      "pyproject.toml",
                                                      "setup.cfg",    "tox.ini",
                                                      "pytest.ini",   "WORKSPACE",
                                                      "MODULE.bazel"};
/// Names of folders that tools take for something, wherever they stand in a path.
constexpr std::array<std::string_view, 3> speaking_names = {"test", "tests", "node_modules"};
/// Who looks after a folder this long after its build tree went away finds it gone.
constexpr std::time_t kept_for = 24 * 60 * 60;
constexpr int swept_at_once = 4;

std::string above(const std::string& path) {
  return path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
}

/// The path with the links of what exists of it resolved.
std::string resolved(const std::string& path) {
  std::string rest, at = normal_path(path);
  while (at.size() > 1) {
    if (const auto real = real_path(at)) return (*real == "/" ? "" : *real) + rest;
    rest.insert(0, at.substr(at.rfind('/')));
    at = above(at);
  }
  return rest;
}

/// Of a folder that is to be ours alone: the links above it resolved, and never itself.
std::string resolved_above(const std::string& path) {
  const std::string plain = normal_path(path);
  return resolved(above(plain)) + plain.substr(plain.rfind('/'));
}

std::string short_name(std::string_view of) {
  return hex(sha256(of)).substr(0, 12);
}

/// Tells two build trees apart that lie at one path, one after the other or in two containers.
std::string identity_of(const std::string& build_root) {
  struct statx now {};
  if (statx(AT_FDCWD, (build_root + "/.cicd").c_str(), 0, STATX_INO | STATX_BTIME, &now) != 0) return {};
  return fmt::format("{} {}.{}", now.stx_ino, now.stx_btime.tv_sec, now.stx_btime.tv_nsec);
}

bool runs_programs(const std::string& folder) {
  struct statvfs about {};
  return statvfs(folder.c_str(), &about) != 0 || (about.f_flag & ST_NOEXEC) == 0;
}

/// No list of folders can name it, above all GIT_CEILING_DIRECTORIES, by which git is kept from what lies
/// above.
bool splits_lists(const std::string& folder) {
  return folder.find(':') != folder.npos;
}

/// The folder as it could be, without anything being made.
bool could_be_ours(const std::string& folder) {
  struct stat now {};
  if (lstat(folder.c_str(), &now) == 0)
    return S_ISDIR(now.st_mode) && now.st_uid == geteuid() && runs_programs(folder);
  std::string there = above(folder);
  while (there.size() > 1 && !exists(there)) there = above(there);
  return is_folder(there) && access(there.c_str(), W_OK | X_OK) == 0 && runs_programs(there);
}

/// Whether the folder is there and is ours alone, or can be made so.
status made_our_own(const std::string& folder) {
  const auto refused = [&](std::string what) {
    return error{exit_class::cannot_save, {}, std::move(what), folder, {}};
  };
  if (status made = make_folder(above(folder)); !made) return made;
  struct stat now {};
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return refused("the folder cannot be made");
  if (lstat(folder.c_str(), &now) != 0 || !S_ISDIR(now.st_mode)) return refused("not a folder");
  if (now.st_uid != geteuid()) return refused("the folder belongs to another user");
  if ((now.st_mode & 0777U) != 0700 && chmod(folder.c_str(), 0700) != 0)
    return refused("others can write to the folder");
  if (access(folder.c_str(), W_OK | X_OK) != 0) return refused("the folder cannot be written");
  if (!runs_programs(folder)) return refused("no program can be run in the folder");
  return {};
}

/// Makes the folder; what is there and is no folder of ours, a link above all, is removed and not followed.
bool made_in_its_place(const std::string& folder, mode_t mode) {
  if (mkdir(folder.c_str(), mode) == 0) return true;
  struct stat now {};
  if (errno != EEXIST || lstat(folder.c_str(), &now) != 0) return false;
  if (S_ISDIR(now.st_mode) && now.st_uid == geteuid()) return true;
  return remove_tree(folder) && mkdir(folder.c_str(), mode) == 0;
}

/// Removes the links on the way from `root` to `path`: nothing is made or removed through one.
void remove_links_between(const std::string& root, const std::string& path) {
  const std::string below = path_below(path, root);
  for (auto slash = below.find('/'); below != path && slash != below.npos; slash = below.find('/', slash + 1))
    if (const std::string at = root + "/" + below.substr(0, slash); link_target(at)) ::unlink(at.c_str());
}

bool is_gone(const std::string& marker) {
  const auto text = read_file_if_there(marker);
  if (!text || !*text) return false;
  const std::size_t end = (*text)->find('\n');
  if (end == std::string::npos) return false;
  return identity_of((*text)->substr(0, end)) != (*text)->substr(end + 1);
}

}  // namespace run_step_home

std::string seen_from(const std::string& folder) {
  for (std::string at = folder; at.size() > 1; at = run_step_home::above(at))
    if (std::ranges::find(run_step_home::speaking_names, std::string_view(at).substr(at.rfind('/') + 1))
        != run_step_home::speaking_names.end())
      return at;
  for (std::string at = folder; at.size() > 1;) {
    at = run_step_home::above(at);
    for (std::string_view name : run_step_home::markers)
      if (std::string there = (at == "/" ? at : at + "/") + std::string(name); exists(there)) return there;
  }
  return {};
}

struct step_home::opened {
  std::once_flag once;
  status how;
  std::unique_ptr<run_step_home::held_file> held;  ///< its lock tells others that a run uses the folder
  std::atomic<bool> warned = false;
};

step_home::step_home(const surroundings& around, const std::string& build_root)
    : build_root_(build_root),
      identity_(run_step_home::identity_of(build_root)),
      opened_(std::make_shared<opened>()) {
  const std::string user = fmt::format("cicd-{}", geteuid());
  const std::string last = build_root + "/.cicd/w";
  const std::string named = around.get_or("CICD_WORK_DIR", "");
  if (!named.empty() && !named.starts_with('/'))
    problem_ = error{exit_class::usage, {}, "CICD_WORK_DIR is not an absolute path", named, {}}.with(
        "try", "CICD_WORK_DIR=/var/tmp/" + user);
  const std::vector<std::string> places =
      named.empty() ? std::vector<std::string>{around.cache_folder() + "/work", last, "/var/tmp/" + user,
                                               "/tmp/" + user}
                    : std::vector<std::string>{named + "/" + user};
  for (const std::string& place : places) {
    if (!place.starts_with('/')) continue;
    root_ = run_step_home::resolved_above(place);
    above_ = seen_from(root_);
    if (!named.empty()) break;
    if (above_.empty() && !run_step_home::splits_lists(root_) && run_step_home::could_be_ours(root_)) break;
    root_.clear();
  }
  if (!named.empty() && !problem_ && run_step_home::splits_lists(root_))
    problem_ =
        error{exit_class::usage,
              {},
              "CICD_WORK_DIR holds ':', which separates folders where git and programs are told of them",
              named,
              {{"try", "CICD_WORK_DIR=/var/tmp/" + user}}};
  if (root_.empty()) above_ = seen_from(root_ = run_step_home::resolved_above(last));
  folder_ = root_ + "/" + run_step_home::short_name(build_root + '\0' + identity_);
}

std::string step_home::folder_of(const std::string& link) const {
  return folder_ + "/" + run_step_home::short_name(path_below(link, build_root_));
}

/// Makes the folder of the build tree and holds it for as long as this run lasts.
status step_home::open() {
  if (problem_) return *problem_;
  if (status made = run_step_home::made_our_own(root_); !made)
    return std::move(made).error().with("try", "CICD_WORK_DIR=<a folder of your own>");
  if (!run_step_home::made_in_its_place(folder_, 0700))
    return error{exit_class::cannot_save, {}, "the folder of the steps cannot be made", folder_, {}};
  const std::string marker = folder_ + "/of";
  if (status said = write_file(marker, build_root_ + "\n" + identity_, durability::fast); !said) return said;
  opened_->held = std::make_unique<run_step_home::held_file>(marker);
  (void)opened_->held->lock(LOCK_SH);
  return {};
}

status step_home::prepare(const std::string& link) {
  std::call_once(opened_->once, [this] { opened_->how = open(); });
  if (!opened_->how) return opened_->how.error();
  const std::string folder = folder_of(link);
  if (!run_step_home::made_in_its_place(folder, 0755))
    return error{exit_class::cannot_save, {}, "the folder of the step cannot be made", folder, {}};
  run_step_home::remove_links_between(build_root_ + "/.cicd", link);
  const auto is_linked = [&] { return symlink(folder.c_str(), link.c_str()) == 0; };
  if (is_linked() || (errno == EEXIST && link_target(link) == folder)) return {};
  if (status gone = remove_tree(link); !gone) return gone;
  if (status made = make_folder(run_step_home::above(link)); !made) return made;
  if (is_linked()) return {};
  return error{exit_class::cannot_save, {}, "the link to the step's folder cannot be made", link, {}};
}

result<std::string> step_home::prepare_services() {
  std::call_once(opened_->once, [this] { opened_->how = open(); });
  if (!opened_->how) return opened_->how.error();
  const std::string folder = folder_ + "/s";
  if (!run_step_home::made_in_its_place(folder, 0700))
    return error{exit_class::cannot_save, {}, "the folder of the services cannot be made", folder, {}};
  return folder;
}

std::string step_home::warning() {
  if (above_.empty() || opened_->warned.exchange(true)) return {};
  return fmt::format(
      "the folders of the steps lie below '{}', where tools may find '{}'; CICD_WORK_DIR names another place",
      root_, above_);
}

void step_home::sweep() const {
  if (!opened_->held) return;
  const auto entries = list_tree(root_, [](const std::string&) { return false; });
  if (!entries) return;
  int left = run_step_home::swept_at_once;
  for (const tree_entry& entry : *entries) {
    const std::string folder = root_ + "/" + entry.path, marker = folder + "/of";
    struct stat now {};
    if (left == 0 || entry.kind != entry_kind::folder || folder == folder_ || stat(marker.c_str(), &now) != 0
        || now.st_mtime + run_step_home::kept_for > std::time(nullptr) || !run_step_home::is_gone(marker))
      continue;
    const run_step_home::held_file held(marker);
    if (!held.lock(LOCK_EX | LOCK_NB)) continue;
    (void)remove_tree(folder);
    --left;
  }
}

}  // namespace cicd
