// A look from start to end: which queries need git's word, the walk, and the answers.
#pragma once

#include <cicd/observe/files.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/observe/file_gather.hpp>
#include <cicd/observe/folder_store.hpp>
#include <cicd/observe/folder_walk.hpp>
#include <cicd/observe/git_listing.hpp>
#include <cicd/observe/thread_pool.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

struct file_index::state {
  observing::folder_store store;
  surroundings around;
  std::uint64_t looks = 0;
  std::set<std::string> left_out{};  ///< repositories within others
};

namespace observing {

/// One call of `look`. Stamps of settings, layouts of repositories and identities of excluded folders are
/// asked for once in it.
class look_round {
 public:
  look_round(folder_store& store,
             const surroundings& around,
             std::uint64_t number,
             std::set<std::string>& left_out)
      : store_(store), around_(around), left_out_(left_out), walk_(store, threads_, number) {}

  std::vector<result<file_set>> answers(const std::vector<file_query>& asked) {
    for (const auto& query : asked) prepare(query);
    list_with_git_where(needs_list_);
    for (auto& query : queries_) walk_.start(query);
    walk_.run();
    walk_stale_again();
    note_left_out();
    std::vector<std::optional<result<file_set>>> found(queries_.size());
    threads_.each(queries_.size(), 3, [&](std::size_t i) {
      const auto refused = refused_.find(&queries_[i]);
      found[i] = refused == refused_.end() ? gathered(queries_[i]) : result<file_set>(refused->second);
    });
    std::vector<result<file_set>> all;
    all.reserve(found.size());
    for (auto& set : found) all.push_back(std::move(*set));
    return all;
  }

 private:
  void note_left_out() {
    for (const walking_query& query : queries_)
      if (query.list != nullptr)
        for (const watched_file& file : query.list->files)
          if (file.path.ends_with(of_other_repository))
            left_out_.insert(file.path.substr(0, file.path.size() - of_other_repository.size()));
  }

  struct git_need {
    walking_query* query;
    git_layout layout;
    std::string key;
  };

  void prepare(const file_query& asked) {
    auto& query = queries_.emplace_back(asked);
    for (const auto& folder : asked.never) {
      if (const auto identity = identity_of_folder(folder)) query.never.push_back(*identity);
    }
    if (!query.patterns.empty()) return;
    if (const auto& layout = layout_of(query.root)) {
      use_list(query, *layout);
    } else {
      query.patterns.emplace_back("**");
      query.matched.emplace_back(false);
    }
  }

  void use_list(walking_query& query, const git_layout& layout) {
    std::string key = query.root;
    for (const auto& folder : query.asked.never) key.append(1, '\0').append(folder);
    query.list = store_.list_of(key);
    if (query.list == nullptr || !holds(*query.list)) {
      query.list = nullptr;
      needs_list_.push_back({&query, layout, key});
    } else {
      listed_.emplace(&query, git_need{&query, layout, std::move(key)});
    }
  }

  bool holds(const git_list& list) {
    return list.settled
           && std::all_of(list.files.begin(), list.files.end(), [this](const watched_file& file) {
                const auto [known, fresh] = stamps_.try_emplace(file.path);
                if (fresh) known->second = stamp_at(file.path);
                return known->second == file.when;
              });
  }

  // One process for all folders of a work tree that have the same excluded folders.
  void list_with_git_where(const std::vector<git_need>& needs) {
    std::map<std::pair<std::string, std::vector<std::string>>, std::vector<const git_need*>> groups;
    for (const auto& need : needs) groups[{need.layout.top, need.query->asked.never}].push_back(&need);
    for (const auto& [group, members] : groups) {
      std::map<std::string, git_question> questions;
      for (const auto* need : members)
        questions.emplace(need->key, git_question{need->query->root, group.second});
      std::vector<std::string> keys;
      std::vector<git_question> each;
      for (auto& [key, question] : questions) {
        keys.push_back(key);
        each.push_back(std::move(question));
      }
      auto lists = list_with_git(members.front()->layout, each, around_);
      std::map<std::string, const git_list*> kept;
      for (std::size_t i = 0; lists && i < each.size(); ++i)
        kept[each[i].root] = &store_.keep(keys[i], std::move((*lists)[i]));
      for (const auto* need : members) {
        if (lists)
          need->query->list = kept[need->query->root];
        else
          refused_.emplace(need->query, lists.error());
      }
    }
  }

  void walk_stale_again() {
    std::vector<git_need> again;
    for (auto& [query, need] : listed_) {
      if (!query->stale) continue;
      query->found.clear();
      query->failures.clear();
      again.push_back(need);
    }
    if (again.empty()) return;
    list_with_git_where(again);
    for (const auto& need : again) {
      if (!refused_.contains(need.query)) walk_.start(*need.query);
    }
    walk_.run();
  }

  const std::optional<git_layout>& layout_of(const std::string& folder) {
    const auto [known, fresh] = layouts_.try_emplace(folder);
    if (fresh) known->second = git_layout_of(folder);
    return known->second;
  }

  std::optional<folder_identity> identity_of_folder(const std::string& path) {
    const auto [known, fresh] = identities_.try_emplace(path);
    struct stat now {};
    if (fresh && ::stat(path.c_str(), &now) == 0) known->second = folder_identity{now.st_dev, now.st_ino};
    return known->second;
  }

  folder_store& store_;
  const surroundings& around_;
  std::set<std::string>& left_out_;
  crew threads_;
  folder_walk walk_;
  std::deque<walking_query> queries_;
  std::vector<git_need> needs_list_;
  std::map<walking_query*, git_need> listed_;
  std::map<walking_query*, error> refused_;
  std::unordered_map<std::string, std::optional<stamp>> stamps_;
  std::unordered_map<std::string, std::optional<git_layout>> layouts_;
  std::unordered_map<std::string, std::optional<folder_identity>> identities_;
};

}  // namespace observing

file_index::file_index(std::string path, surroundings around)
    : state_(new state{observing::folder_store(std::move(path)), std::move(around)}) {}
file_index::~file_index() = default;
file_index::file_index(file_index&&) noexcept = default;

std::vector<result<file_set>> file_index::look(const std::vector<file_query>& queries) {
  return observing::look_round(state_->store, state_->around, ++state_->looks, state_->left_out)
      .answers(queries);
}

std::vector<std::string> file_index::repositories_left_out() const {
  return {state_->left_out.begin(), state_->left_out.end()};
}

result<file_set> file_index::look(const file_query& query) {
  return std::move(look(std::vector{query}).front());
}

result<observed_file> file_index::look_at(const std::string& absolute_path) {
  const std::string path = normal_path(absolute_path);
  const auto slash = path.rfind('/');
  const std::string name = slash == path.npos ? "" : path.substr(slash + 1);
  if (name.empty()) return observing::failure("this is not the path of a file", absolute_path);
  auto& view = state_->store.view_of(slash == 0 ? "/" : path.substr(0, slash));
  const auto folder = view.visit(++state_->looks, true, false);
  if (!folder) return folder.error();
  if (!*folder) return observing::failure("there is no such file", path);
  const auto entry = view.entry_for(name);
  view.check(**folder, entry);
  if (view.sights[entry] == observing::sight::unread) view.read(**folder, entry);
  if (view.sights[entry] == observing::sight::failed) return view.failure_of(entry);
  if (view.sights[entry] == observing::sight::gone) {
    return observing::failure(is_folder(path) ? "this is a folder, not a file" : "there is no such file",
                              path);
  }
  return observed_file{path, observing::mode_of(view.entries[entry].when), view.entries[entry].content};
}

status file_index::save(const std::function<bool(std::string_view)>& left_out) {
  return state_->store.save(left_out);
}

digest digest_of(const file_set& files) {
  sha256_stream sum;
  std::string bytes;
  for (const auto& file : files) {
    bytes.clear();
    fmt::format_to(std::back_inserter(bytes), "{:o} ", file.mode);
    bytes.append(file.path).append(1, '\0').append(reinterpret_cast<const char*>(file.content.bytes.data()),
                                                   file.content.bytes.size());
    sum.update(bytes);
  }
  return sum.finish();
}

}  // namespace cicd
