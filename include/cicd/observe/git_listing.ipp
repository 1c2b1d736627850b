// One `git ls-files` for all folders of a work tree, then the search for every folder in which a new file
// would change the answer.
#pragma once

#include <cicd/observe/git_listing.hpp>

#include <algorithm>
#include <set>

#include <cicd/base/text.hpp>
#include <cicd/system/files.hpp>

namespace cicd::observing {

namespace observe_git_listing {
namespace {

using names_by_folder = std::map<std::string, std::vector<std::string>, std::less<>>;

// Relative to `top`, or nothing when it does not lie below it, whatever links lead to either.
std::optional<std::string> below(const std::string& path, const std::string& top) {
  for (const auto& [inner, outer] :
       {std::pair(path, top), std::pair(real_path(path).value_or(""), real_path(top).value_or(""))}) {
    if (!outer.empty() && inner == outer) return "";
    if (!outer.empty() && inner.starts_with(outer + "/")) return inner.substr(outer.size() + 1);
  }
  return std::nullopt;
}

// A relative folder as a pattern of an ignore file.
std::string as_ignore_pattern(const std::string& folder) {
  std::string pattern = "/";
  for (const char c : folder) {
    if (std::string_view("\\*?[ #!").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern + "/";
}

std::string home_expanded(std::string path, const surroundings& around) {
  return path.starts_with("~/") ? around.home() + path.substr(1) : path;
}

// Every file that git read settings from, and the ignore file of the user that they name.
std::vector<std::string> settings_files(const git_layout& of, const surroundings& around) {
  const auto user = around.get_or("XDG_CONFIG_HOME", around.home() + "/.config") + "/git/";
  std::string excludes = user + "ignore";
  std::set<std::string> files = {around.home() + "/.gitconfig", user + "config", of.common + "/config"};
  const auto answer = ask_git(of.top, {"config", "--list", "--show-origin", "-z"}, around);
  const auto parts = nul_separated(answer.out);
  for (std::size_t i = 0; i + 1 < parts.size(); i += 2) {
    const std::string file(parts[i].starts_with("file:") ? parts[i].substr(5) : "");
    if (!file.empty()) files.insert(file.starts_with('/') ? file : of.top + "/" + file);
    if (parts[i + 1].starts_with("core.excludesfile\n"))
      excludes = home_expanded(std::string(parts[i + 1].substr(18)), around);
  }
  files.insert(excludes.starts_with('/') ? excludes : of.top + "/" + excludes);
  files.insert({of.own + "/index", of.common + "/info/exclude"});
  return {files.begin(), files.end()};
}

/// Builds the list of one question from the names that git printed for its work tree.
class list_maker {
 public:
  list_maker(const git_layout& of, const git_question& question, const surroundings& around)
      : of_(of), question_(question), around_(around), root_(below(question.root, of.top).value_or("")) {
    for (const auto& folder : question.never) {
      if (auto relative = below(folder, of.top)) never_.push_back(*relative);
    }
  }

  result<git_list> made(const std::vector<std::string_view>& sorted,
                        const std::vector<std::string>& settings,
                        std::int64_t moment) {
    list_.settled = true;
    moment_ = moment;
    watch_files(settings);
    leave_out_build_trees(sorted);
    if (auto done = take(sorted); !done) return std::move(done).error();
    if (auto done = watch_folders(); !done) return std::move(done).error();
    std::sort(list_.folders.begin(), list_.folders.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
    return std::move(list_);
  }

 private:
  std::string absolute(const std::string& relative) const {
    return relative.empty() ? of_.top : of_.top + "/" + relative;
  }

  // A folder of the root's own name for the same place, so that its view is shared with other queries of that
  // root.
  std::string as_asked(const std::string& relative) const {
    if (relative.size() <= root_.size()) return question_.root;
    return question_.root + "/" + relative.substr(root_.empty() ? 0 : root_.size() + 1);
  }

  bool is_never(std::string_view relative) const {
    return std::any_of(never_.begin(), never_.end(), [&](const std::string& folder) {
      return folder.empty() || relative == folder
             || (relative.starts_with(folder) && relative.substr(folder.size()).starts_with('/'));
    });
  }

  void watch(const std::string& path) {
    list_.files.push_back({path, stamp_at(path)});
    if (list_.files.back().when)
      list_.settled = list_.settled && is_settled(*list_.files.back().when, moment_, false);
  }

  void watch_files(const std::vector<std::string>& settings) {
    for (const auto& path : settings) watch(path);
    for (std::string at = root_; !at.empty();) {
      at.resize(at.rfind('/') == at.npos ? 0 : at.rfind('/'));
      watch(absolute(at) + "/.gitignore");
    }
  }

  // What CMake and its generators made below the root, where git is not told to ignore it.
  void leave_out_build_trees(const std::vector<std::string_view>& names) {
    const std::string mark = "/" + std::string(build_tree_folder) + "/";
    const std::string file = "/" + std::string(build_tree_file);
    for (const std::string_view name : names) {
      const auto own = name.find(mark);
      const auto end = own != name.npos ? own : name.ends_with(file) ? name.size() - file.size() : name.npos;
      if (end == name.npos || end <= root_.size() || !name.starts_with(root_)) continue;
      const std::string folder(name.substr(0, end));
      if (is_never(folder)) continue;
      never_.push_back(folder);
      if (own == name.npos) watch(absolute(folder + file));
    }
  }

  // Sorts the names below the root into their folders. A name that ends in `/` is another repository; one
  // that is a folder with a repository in it is a submodule, whose files count.
  status take(const std::vector<std::string_view>& sorted) {
    const std::string prefix = root_.empty() ? "" : root_ + "/";
    for (auto at = std::lower_bound(sorted.begin(), sorted.end(), prefix);
         at != sorted.end() && at->starts_with(prefix); ++at) {
      if (is_never(*at)) continue;
      if (at->ends_with('/')) {
        watch(absolute(std::string(at->substr(0, at->size() - 1))) + std::string(of_other_repository));
        continue;
      }
      const auto slash = at->rfind('/');
      names_[std::string(at->substr(0, slash == at->npos ? 0 : slash))].emplace_back(
          at->substr(slash == at->npos ? 0 : slash + 1));
    }
    for (auto& [folder, names] : names_) {
      if (auto done = take_submodules(folder, names); !done) return done;
    }
    return {};
  }

  status take_submodules(const std::string& folder, const std::vector<std::string>& names) {
    for (const auto& name : names) {
      const auto relative = folder.empty() ? name : folder + "/" + name;
      const auto now = stamp_at(absolute(relative));
      if (!now || (now->mode & 0170000U) != 0040000U || !exists(absolute(relative) + "/.git")) continue;
      const auto inner = git_layout_of(absolute(relative));
      if (!inner || inner->top != absolute(relative)) continue;
      auto lists = list_with_git(*inner, {{as_asked(relative), question_.never}}, around_);
      if (!lists) return std::move(lists).error();
      merge(std::move(lists->front()));
      others_.insert(relative);
    }
    return {};
  }

  void merge(git_list inner) {
    list_.settled = list_.settled && inner.settled;
    list_.files.insert(list_.files.end(), inner.files.begin(), inner.files.end());
    for (auto& folder : inner.folders) {
      for (auto& name : folder.own) name = added(inner.text(name));
      list_.folders.push_back(std::move(folder));
    }
  }

  text_ref added(std::string_view text) {
    list_.own_texts += text;
    return {static_cast<std::uint32_t>(list_.own_texts.size() - text.size()),
            static_cast<std::uint32_t>(text.size())};
  }

  // Folders with listed names and those above them are watched; of the others below these, those that git
  // does not ignore.
  status watch_folders() {
    std::set<std::string> watched = {root_};
    for (const auto& [folder, names] : names_) {
      for (std::string at = folder; at.size() > root_.size();
           at.resize(at.rfind('/') == at.npos ? 0 : at.rfind('/')))
        watched.insert(at);
    }
    std::vector<std::string> fresh(watched.begin(), watched.end());
    while (!fresh.empty()) {
      std::vector<std::string> unknown;
      for (const auto& folder : fresh) add_folder(folder, watched, unknown);
      auto kept = not_ignored(unknown);
      if (!kept) return std::move(kept).error();
      fresh = std::move(*kept);
      watched.insert(fresh.begin(), fresh.end());
    }
    return {};
  }

  void add_folder(const std::string& relative,
                  const std::set<std::string>& watched,
                  std::vector<std::string>& unknown) {
    const auto now = stamp_at(absolute(relative));
    if (!now || (now->mode & 0170000U) != 0040000U) return;
    list_.settled = list_.settled && is_settled(*now, moment_, false);
    auto& listed = list_.folders.emplace_back(listed_folder{as_asked(relative), *now, {}, {}});
    if (const auto names = names_.find(relative); names != names_.end()) {
      for (const auto& name : names->second) listed.own.push_back(added(name));
    }
    const auto present = names_in(absolute(relative));
    const auto is_called = [](std::string_view name) {
      return [name](const named_kind& of) { return of.name == name; };
    };
    if (!relative.empty() && std::any_of(present.begin(), present.end(), is_called(".git"))) return;
    for (const auto& [name, kind] : present) {
      const auto inner = relative.empty() ? name : relative + "/" + name;
      if (name == ".gitignore") watch(absolute(inner));
      if (kind != entry_kind::folder || name == ".git" || watched.contains(inner)) continue;
      if (!is_never(inner) && !others_.contains(inner)) unknown.push_back(inner);
    }
  }

  result<std::vector<std::string>> not_ignored(std::vector<std::string> folders) {
    if (folders.empty()) return folders;
    std::string input;
    for (const auto& folder : folders) input.append(folder).push_back('\0');
    const auto answer = ask_git(of_.top, {"check-ignore", "-z", "--stdin"}, around_, std::move(input));
    if (answer.end.kind != ending::how::exited || answer.end.number > 1) return git_failure(of_.top, answer);
    const auto ignored = nul_separated(answer.out);
    const std::set<std::string_view> known(ignored.begin(), ignored.end());
    std::erase_if(folders, [&](const std::string& folder) { return known.contains(folder); });
    return folders;
  }

  const git_layout& of_;
  const git_question& question_;
  const surroundings& around_;
  std::string root_;
  std::vector<std::string> never_;
  std::set<std::string> others_;
  names_by_folder names_;
  git_list list_;
  std::int64_t moment_ = 0;
};

std::vector<std::string> words_for(const git_layout& of, const std::vector<git_question>& questions) {
  constexpr std::size_t most_folders = 2000;
  std::vector<std::string> words = {"--literal-pathspecs", "ls-files", "-z", "--cached", "--others",
                                    "--exclude-standard"};
  for (const auto& folder : questions.front().never) {
    const auto relative = below(folder, of.top);
    if (relative && !relative->empty()) words.push_back("--exclude=" + as_ignore_pattern(*relative));
  }
  words.emplace_back("--");
  for (const auto& question : questions) {
    const auto relative = below(question.root, of.top).value_or("");
    if (relative.empty() || questions.size() > most_folders)
      return {words.begin(), std::find(words.begin(), words.end(), "--")};
    words.push_back(relative);
  }
  return words;
}

}  // namespace
}  // namespace observe_git_listing

result<std::vector<git_list>> list_with_git(const git_layout& of,
                                            const std::vector<git_question>& questions,
                                            const surroundings& around) {
  const auto moment = file_clock();
  const auto answer = ask_git(of.top, observe_git_listing::words_for(of, questions), around);
  if (!answer.end.good()) return git_failure(of.top, answer);
  auto names = nul_separated(answer.out);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  const auto settings = observe_git_listing::settings_files(of, around);
  std::vector<git_list> lists;
  for (const auto& question : questions) {
    auto list = observe_git_listing::list_maker(of, question, around).made(names, settings, moment);
    if (!list) return std::move(list).error();
    lists.push_back(std::move(*list));
  }
  return lists;
}

}  // namespace cicd::observing
