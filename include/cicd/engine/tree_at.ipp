// A folder with `tree`, a repository that borrows the objects of this one, and `build`. To compare:
// `<build>/.cicd/at/<commit and settings>`, where `made` is written last. Of rules:
// `<build>/.cicd/rules/<any>`.
#pragma once

#include <cicd/engine/tree_at.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <memory>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/engine/clean_configure.hpp>
#include <cicd/image/staging.hpp>
#include <cicd/observe/ci_event.hpp>
#include <cicd/observe/git_program.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/process.hpp>
#include <cicd/system/process_guard.hpp>
#include <cicd/system/run_tree_to_end.hpp>

namespace cicd {

namespace engine_tree_at {
namespace {

using observing::ask_git;

constexpr std::size_t most_kept = 3;
constexpr std::chrono::hours in_use{1};  ///< so long after its last use another process may still read a tree

/// By which the programs and cicd itself are found.
constexpr std::array<std::string_view, 5> always{"CMAKE_BUILD_TYPE", "CMAKE_PREFIX_PATH",
                                                 "CMAKE_TOOLCHAIN_FILE", "CMAKE_MAKE_PROGRAM", "cicd_DIR"};

std::string cache_of(const session& of) {
  const auto text = read_file_if_there(of.where.build_root + "/CMakeCache.txt");
  return text && *text ? **text : std::string();
}

json about_build_tree(const session& of) {
  const auto text = read_file_if_there(of.where.own() + "/build-tree.json");
  return parse_json(text && *text ? **text : std::string()).value_or(json());
}

bool has_several_configurations(const session& of) {
  return about_build_tree(of)["generator"].text().find("Multi-Config") != std::string::npos;
}

/// What a person gave to CMake: `-D` of these, since the rest has its value from the project.
std::vector<std::string> given_settings(const session& of) {
  std::vector<std::string> words;
  bool is_given = false;
  for (const std::string& line : split(cache_of(of), '\n')) {
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

/// A folder of ours in the build tree, which is no link and below none: a checkout can bring such.
result<std::string> own_place(const session& of, const std::string& name) {
  const std::string own = of.where.own(), place = own + "/" + name;
  if (status made = make_folder(own); !made) return std::move(made).error();
  if (link_target(own))
    return error{exit_class::usage, {}, "the folder of the build tree is a link", own, {}}.with(
        "try", "remove it, and configure again");
  if (link_target(place))
    if (status gone = remove_tree(place); !gone) return std::move(gone).error();
  if (status made = make_folder(place); !made) return std::move(made).error();
  return place;
}

/// One folder with the files of a commit, and what CMake made of them.
class made_tree {
 public:
  made_tree(const session& of,
            std::string commit,
            std::string top,
            std::string folder,
            std::vector<std::string> given,
            const cancellation* cancelled)
      : of_(of),
        cancelled_(cancelled),
        commit_(std::move(commit)),
        top_(std::move(top)),
        folder_(std::move(folder)),
        given_(std::move(given)) {}

  std::string build() const { return folder_ + "/build"; }

  /// Of rules: programs that lie in these folders are none of ours.
  void distrust(untrusted_folders folders) { distrusted_ = std::move(folders); }

  status make() const {
    if (status there = lay_down(top_, folder_ + "/tree", commit_); !there) return there;
    return configure();
  }

  /// Where `made` is there it was made before.
  status make_once() const {
    if (is_made()) return {};
    result<file_lock> lock = locked();
    if (!lock) return std::move(lock).error();
    if (is_made()) return {};
    if (status gone = remove_tree(folder_); !gone) return gone;
    if (status there = make_folder(folder_); !there) return there;
    if (status done = make(); !done) return done;
    forget_others();
    return write_file(folder_ + "/made", "", durability::fast);
  }

 private:
  std::string all() const { return folder_.substr(0, folder_.rfind('/')); }

  /// Sets the time of its last use, where it is there.
  bool is_made() const { return ::utimensat(AT_FDCWD, (folder_ + "/made").c_str(), nullptr, 0) == 0; }

  /// Another plan may be making the same.
  result<file_lock> locked() const {
    for (;;) {
      auto lock = file_lock::try_take(all() + "/lock", fmt::format("process {}", ::getpid()));
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
        .with("try", distrusted_
                         ? "configure a clean checkout of that commit, without -D, and see what it says"
                         : "--or-all, which does all where the change cannot be told");
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
    const json about = about_build_tree(of_);
    if (!about["cmake"].is_string())
      return error{exit_class::usage, {}, "this build tree was not made by CMake", of_.where.build_root, {}}
          .with("allowed", "a build tree that CMake configured");
    const std::string& source = of_.model.tree.source_root;
    const std::string program = about["cmake"].text();
    if (distrusted_ && (!program.starts_with('/') || distrusted_->hold(program)))
      return error{
          exit_class::usage, {}, "the cmake of this build tree is a file of its project", program, {}}
          .with("allowed", "a cmake that lies elsewhere");
    std::vector<std::string> words{
        program,
        "-S",
        normal_path(folder_ + "/tree/" + (source == top_ ? "." : path_below(source, top_))),
        "-B",
        build(),
        "-G",
        about["generator"].text()};
    words.insert(words.end(), given_.begin(), given_.end());
    words.emplace_back("-DCICD_OF_ANOTHER_COMMIT=ON");
    std::vector<std::string> environment = of_.around.lines();
    std::erase_if(environment, [](const std::string& each) { return each.starts_with("CICD_FOLDER="); });
    environment.push_back("CICD_FOLDER=" + folder_);  // by which a guard knows what is of it
    const captured said = run_tree_to_end({words, folder_, std::move(environment)},
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
    const auto there = list_tree(all(), [](const std::string&) { return false; });
    if (!there || there->size() <= most_kept) return;
    std::vector<std::pair<std::int64_t, std::string>> by_age;
    for (const tree_entry& each : *there) {
      struct stat found {};
      const std::string path = all() + "/" + each.path;
      if (each.kind != entry_kind::folder || path == folder_) continue;
      if (::lstat((path + "/made").c_str(), &found) == 0 || ::lstat(path.c_str(), &found) == 0)
        by_age.emplace_back(found.st_mtim.tv_sec, each.path);
    }
    const std::int64_t lately = ::time(nullptr) - std::chrono::seconds(in_use).count();
    std::ranges::sort(by_age);
    for (std::size_t at = 0; at + most_kept - 1 < by_age.size() && by_age[at].first < lately; ++at)
      (void)remove_tree(all() + "/" + by_age[at].second);
  }

  const session& of_;
  const cancellation* const cancelled_;
  const std::string commit_, top_, folder_;
  const std::vector<std::string> given_;
  std::optional<untrusted_folders> distrusted_{};
};

/// The repository whose files are another commit's.
result<std::string> top_of(const session& of) {
  const auto layout = observing::git_layout_of(of.model.tree.source_root);
  if (layout) return layout->top;
  return error{exit_class::usage, {}, "not in a git repository", of.model.tree.source_root, {}};
}

or_errors<session> opened(const made_tree& tree, const session& of, std::string config) {
  const std::string name = name_of_this_program();
  session_request request;
  request.build_root = tree.build();
  request.config = std::move(config);
  or_errors<session> made = open_session(request, of.around);
  name_of_this_program() = name;
  return made;
}

/// The folder of a tree of rules: for this user alone, and gone with this process.
struct private_folder {
  unfinished folder;
  std::unique_ptr<process_guard> guard;
};

result<std::shared_ptr<const private_folder>> private_folder_of(const session& of) {
  const result<std::string> place = own_place(of, "rules");
  if (!place) return place.error();
  unfinished::sweep(*place);
  result<unfinished> folder = unfinished::make(*place, entry_kind::folder);
  if (!folder) return std::move(folder).error();
  result<std::unique_ptr<process_guard>> guard = process_guard::start();
  if (!guard) return std::move(guard).error();
  (*guard)->watch({.folder = folder->path()});
  return std::make_shared<const private_folder>(private_folder{*std::move(folder), *std::move(guard)});
}

}  // namespace
}  // namespace engine_tree_at

or_errors<session> tree_at(const session& of, const std::string& commit, const cancellation* cancelled) {
  using namespace engine_tree_at;
  const result<std::string> top = top_of(of), place = own_place(of, "at");
  if (!top) return {.errors = {top.error()}};
  if (!place) return {.errors = {place.error()}};
  const std::vector<std::string> given = given_settings(of);
  const std::string name = commit.substr(0, 12) + "-" + hex(sha256(joined(given, "\n"))).substr(0, 12);
  const made_tree tree(of, commit, *top, *place + "/" + name, given, cancelled);
  if (status made = tree.make_once(); !made) return {.errors = {std::move(made).error()}};
  return opened(tree, of, of.config);
}

or_errors<tree_of_rules> rules_at(const session& of,
                                  const std::string& commit,
                                  const cancellation* cancelled) {
  using namespace engine_tree_at;
  const result<std::string> top = top_of(of);
  if (!top) return {.errors = {top.error()}};
  const auto kept = private_folder_of(of);
  if (!kept) return {.errors = {kept.error()}};
  untrusted_folders folders({*top, of.model.tree.source_root, of.where.build_root});
  session trusted = of;
  trusted.around = without_folders(without_ci_system(of.around.for_commands()), folders);
  trusted.where.domain.clear();
  std::vector<std::string> given = settings_of_tools(cache_of(of), folders);
  given.emplace_back("-DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF");  // which any project can write
  made_tree tree(trusted, commit, *top, (*kept)->folder.path(), std::move(given), cancelled);
  tree.distrust(std::move(folders));
  if (status made = tree.make(); !made) return {.errors = {std::move(made).error()}};
  // A build type is this project's choice; of several configurations a person chose one.
  or_errors<session> read = opened(tree, trusted, has_several_configurations(of) ? of.config : std::string());
  or_errors<tree_of_rules> rules{.errors = std::move(read.errors)};
  if (read.made) rules.made = tree_of_rules{*std::move(read.made), *kept};
  return rules;
}

}  // namespace cicd
