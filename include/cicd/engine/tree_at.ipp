// `<build>/.cicd/at/<commit and settings>`: `tree`, a repository that borrows the objects of this one, and
// `build`; `made` is written last.
#pragma once

#include <cicd/engine/tree_at.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/observe/git_program.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

namespace engine_tree_at {
namespace {

using observing::ask_git;

constexpr std::size_t most_kept = 3;
constexpr std::chrono::hours in_use{1};  ///< so long after its last use another process may still read a tree

/// What a person gave to CMake: `-D` of these, since the rest has its value from the project.
std::vector<std::string> given_settings(const std::string& build_root) {
  constexpr std::array<std::string_view, 5> always{"CMAKE_BUILD_TYPE", "CMAKE_PREFIX_PATH",
                                                   "CMAKE_TOOLCHAIN_FILE", "CMAKE_MAKE_PROGRAM", "cicd_DIR"};
  std::vector<std::string> words;
  const auto text = read_file_if_there(build_root + "/CMakeCache.txt");
  if (!text || !*text) return words;
  bool is_given = false;
  for (const std::string& line : split(**text, '\n')) {
    if (line.starts_with("//")) {
      is_given = line == "//No help, variable specified on the command line.";
      continue;
    }
    const auto colon = line.find(':');
    if (line.empty() || line.front() == '#' || colon == line.npos) continue;
    const std::string_view name = std::string_view(line).substr(0, colon);
    if (is_given || std::ranges::find(always, name) != always.end()) words.push_back("-D" + line);
    is_given = false;
  }
  return words;
}

class made_tree {
 public:
  made_tree(const session& of, std::string commit, std::string top, const cancellation* cancelled)
      : of_(of),
        cancelled_(cancelled),
        commit_(std::move(commit)),
        top_(std::move(top)),
        given_(given_settings(of.where.build_root)) {
    std::string settings = joined(given_, "\n");
    folder_ = of_.where.own() + "/at/" + commit_.substr(0, 12) + "-" + hex(sha256(settings)).substr(0, 12);
  }

  std::string build() const { return folder_ + "/build"; }

  status make() {
    if (is_made()) return {};
    result<file_lock> lock = locked();
    if (!lock) return std::move(lock).error();
    if (is_made()) return {};
    if (status gone = remove_tree(folder_); !gone) return gone;
    if (status made = make_folder(folder_); !made) return made;
    if (status there = lay_down(top_, folder_ + "/tree", commit_); !there) return there;
    if (status done = configure(); !done) return done;
    forget_others();
    return write_file(folder_ + "/made", "", durability::fast);
  }

 private:
  /// Sets the time of its last use, where it is there.
  bool is_made() const { return ::utimensat(AT_FDCWD, (folder_ + "/made").c_str(), nullptr, 0) == 0; }

  /// Another plan may be making the same.
  result<file_lock> locked() const {
    const std::string all = of_.where.own() + "/at";
    if (status made = make_folder(all); !made) return std::move(made).error();
    for (;;) {
      auto lock = file_lock::try_take(all + "/lock", fmt::format("process {}", ::getpid()));
      if (!lock) return std::move(lock).error();
      if (*lock) return std::move(**lock);
      if (!system_clock_port().wait(std::chrono::milliseconds(50), cancelled_)) return interrupted();
    }
  }

  static error interrupted() {
    return error{
        exit_class::interrupted, {}, "interrupted before the files of this commit were configured", {}, {}};
  }

  error failed(std::string what, const captured& answer) const {
    if (cancelled_ != nullptr && cancelled_->cancelled()) return interrupted();
    const std::string text = answer.err.empty() ? answer.out : answer.err;
    return error{exit_class::usage, {}, std::move(what), commit_.substr(0, 7), {}}
        .with("last lines",
              displayable(trimmed(text.substr(text.size() < 2000 ? 0 : text.size() - 2000)), newlines::keep))
        .with("try", "--or-all, which does all where the change cannot be told");
  }

  /// The files of a commit in a repository that borrows the objects: git finds no other above it. Those of
  /// submodules that are here as well.
  status lay_down(const std::string& from, const std::string& to, const std::string& commit) const {
    const auto layout = observing::git_layout_of(from);
    if (!layout) return {};
    if (status made = make_folder(to); !made) return made;
    const captured format = ask_git(from, {"rev-parse", "--show-object-format"}, of_.around);
    const captured begun =
        ask_git(to, {"init", "--quiet", "--template=", "--object-format=" + std::string(trimmed(format.out))},
                of_.around);
    if (!begun.end.good()) return failed("the files of this commit cannot be laid down", begun);
    if (status lent =
            write_file(to + "/.git/objects/info/alternates", layout->common + "/objects\n", durability::fast);
        !lent)
      return lent;
    if (const auto shallow = read_file_if_there(layout->common + "/shallow"); shallow && *shallow)
      if (status same = write_file(to + "/.git/shallow", **shallow, durability::fast); !same) return same;
    const captured laid = ask_git(
        to, {"-c", "core.hooksPath=/dev/null", "checkout", "--quiet", "--detach", commit}, of_.around);
    if (!laid.end.good()) return failed("the files of this commit cannot be laid down", laid);
    return lay_down_submodules(from, to);
  }

  /// One whose commit is not here stays an empty folder.
  status lay_down_submodules(const std::string& from, const std::string& to) const {
    const captured listed = ask_git(to, {"ls-files", "-z", "--stage"}, of_.around);
    for (const std::string_view each : observing::nul_separated(listed.out)) {
      if (!each.starts_with("160000 ")) continue;
      const auto tab = each.find('\t');
      const std::string path(each.substr(tab + 1)), commit(each.substr(7, each.find(' ', 7) - 7));
      const auto inner = observing::git_layout_of(from + "/" + path);
      if (!inner || inner->top != normal_path(from + "/" + path)
          || !ask_git(inner->top, {"cat-file", "-e", commit + "^{commit}"}, of_.around).end.good())
        continue;
      if (status there = lay_down(inner->top, to + "/" + path, commit); !there) return there;
    }
    return {};
  }

  status configure() const {
    const auto text = read_file_if_there(of_.where.own() + "/build-tree.json");
    const result<json> about = parse_json(text && *text ? **text : std::string());
    if (!about || !(*about)["cmake"].is_string())
      return error{exit_class::usage, {}, "this build tree was not made by CMake", of_.where.build_root, {}}
          .with("allowed", "--affected in a build tree that CMake configured");
    const std::string& source = of_.model.tree.source_root;
    std::vector<std::string> words{
        (*about)["cmake"].text(),
        "-S",
        normal_path(folder_ + "/tree/" + (source == top_ ? "." : path_below(source, top_))),
        "-B",
        build(),
        "-G",
        (*about)["generator"].text()};
    words.insert(words.end(), given_.begin(), given_.end());
    words.emplace_back("-DCICD_OF_ANOTHER_COMMIT=ON");
    const captured said = run_to_end({words, folder_, of_.around.lines()},
                                     {.limit = std::chrono::minutes(10), .cancelled = cancelled_});
    if (said.end.good()) return exists(build() + "/.cicd/declarations.ndjson") ? status() : declare_nothing();
    return failed("CMake does not configure the files of this commit", said);
  }

  /// There was no pipeline yet.
  status declare_nothing() const {
    if (status made = make_folder(build() + "/.cicd"); !made) return made;
    const std::string head = compact(json()
                                         .set("cicd", declarations_version)
                                         .set("source_root", folder_ + "/tree")
                                         .set("build_root", build()))
                             + "\n";
    return write_file(build() + "/.cicd/declarations.ndjson",
                      head + compact(json().set("calls", 0).set("sha256", hex(sha256(head)))) + "\n",
                      durability::fast);
  }

  /// Removes the oldest trees beyond those that are kept, unless they were used within the last hour.
  void forget_others() const {
    const std::string all = of_.where.own() + "/at";
    const auto there = list_tree(all, [](const std::string&) { return false; });
    if (!there || there->size() <= most_kept) return;
    std::vector<std::pair<std::int64_t, std::string>> by_age;
    for (const tree_entry& each : *there) {
      struct stat found {};
      const std::string path = all + "/" + each.path;
      if (each.kind != entry_kind::folder || path == folder_) continue;
      if (::stat((path + "/made").c_str(), &found) == 0 || ::stat(path.c_str(), &found) == 0)
        by_age.emplace_back(found.st_mtim.tv_sec, each.path);
    }
    const std::int64_t lately = ::time(nullptr) - std::chrono::seconds(in_use).count();
    std::ranges::sort(by_age);
    for (std::size_t at = 0; at + most_kept - 1 < by_age.size() && by_age[at].first < lately; ++at)
      (void)remove_tree(all + "/" + by_age[at].second);
  }

  const session& of_;
  const cancellation* const cancelled_;
  std::string commit_, top_;
  std::vector<std::string> given_;
  std::string folder_;
};

}  // namespace
}  // namespace engine_tree_at

or_errors<session> tree_at(const session& of, const std::string& commit, const cancellation* cancelled) {
  using namespace engine_tree_at;
  const auto layout = observing::git_layout_of(of.model.tree.source_root);
  if (!layout)
    return {
        .errors = {error{exit_class::usage, {}, "not in a git repository", of.model.tree.source_root, {}}}};
  made_tree tree(of, commit, layout->top, cancelled);
  if (status made = tree.make(); !made) return {.errors = {std::move(made).error()}};
  const std::string name = name_of_this_program();
  session_request request;
  request.build_root = tree.build();
  request.config = of.config;
  or_errors<session> opened = open_session(request, of.around);
  name_of_this_program() = name;
  return opened;
}

}  // namespace cicd
