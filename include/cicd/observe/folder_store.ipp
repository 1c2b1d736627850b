// Saving merges: folders seen in this process replace those of the image, the others stay until no run has
// used them for a month.
#pragma once

#include <cicd/observe/folder_store.hpp>

#include <algorithm>
#include <ctime>
#include <optional>

#include <cicd/system/files.hpp>

namespace cicd::observing {

namespace observe_folder_store {
namespace {

constexpr std::uint32_t days_kept = 30, days_between_marks = 7;

std::uint32_t today() {
  return static_cast<std::uint32_t>(file_clock() / (86'400LL * 1'000'000'000));
}

entry_record copied(entry_record record, text_ref name) {
  record.name = name;
  return record;
}

std::uint32_t count(std::size_t of) {
  return static_cast<std::uint32_t>(of);
}

void add_list(index_parts& to, const std::string& key, const git_list& list) {
  const auto first = count(to.watches.size());
  for (const auto& file : list.files) {
    to.watches.push_back({to.add(file.path), file.when.value_or(stamp{}), 0, 0, file.when.has_value(), 0});
  }
  for (const auto& folder : list.folders) {
    const auto names = folder.names();
    to.watches.push_back(
        {to.add(folder.path), folder.when, count(to.names.size()), count(names.size()), 1, 1});
    for (const auto name : names) to.names.push_back(to.add(list.text(name)));
  }
  to.lists.push_back({to.add(key), first, count(to.watches.size()) - first, list.last_used, list.settled});
}

void add_folder(index_parts& to, const folder_view& view) {
  to.folders.push_back({to.add(view.path), view.when, count(to.entries.size()), count(view.entries.size()),
                        view.last_used, view.listed, view.settled});
  for (std::uint32_t i = 0; i < view.entries.size(); ++i)
    to.entries.push_back(copied(view.entries[i], to.add(view.name(i))));
}

bool has_path(const folder_view& view, const path_test& wanted) {
  if (!wanted) return false;
  bool has = wanted(view.path);
  for (std::uint32_t i = 0; i < view.entries.size() && !has; ++i)
    has = wanted(view.path + "/" + std::string(view.name(i)));
  return has;
}

bool has_path(const git_list& list, const path_test& wanted) {
  if (!wanted) return false;
  return std::ranges::any_of(list.files, [&](const auto& file) { return wanted(file.path); })
         || std::ranges::any_of(list.folders, [&](const auto& folder) {
              return wanted(folder.path) || std::ranges::any_of(folder.names(), [&](const auto name) {
                       return wanted(folder.path + "/" + std::string(list.text(name)));
                     });
            });
}

}  // namespace
}  // namespace observe_folder_store

folder_view& folder_store::view_of(const std::string& path) {
  const std::lock_guard lock(guard_);
  auto& view = views_[path];
  if (!view) {
    view = std::make_unique<folder_view>(path, image_);
    const auto today = observe_folder_store::today();
    if (view->last_used + observe_folder_store::days_between_marks < today && image_.folder(path) != nullptr)
      view->learnt = true;
    view->last_used = today;
  }
  return *view;
}

git_list folder_store::loaded(const list_record& from) const {
  git_list list;
  list.settled = from.settled != 0;
  list.last_used = from.last_used;
  list.kept_texts = image_.texts;
  for (const auto& watch : image_.watches.subspan(from.first_watch, from.watches)) {
    const std::string path(image_.text(watch.path));
    if (watch.folder != 0) {
      list.folders.push_back({path, watch.when, {}, image_.names.subspan(watch.first_name, watch.names)});
    } else {
      list.files.push_back({path, watch.present != 0 ? std::optional(watch.when) : std::nullopt});
    }
  }
  return list;
}

const git_list* folder_store::list_of(const std::string& key) {
  if (const auto live = lists_.find(key); live != lists_.end()) return &live->second;
  const auto* record = image_.list(key);
  if (record == nullptr) return nullptr;
  auto& list = lists_.emplace(key, loaded(*record)).first->second;
  lists_learnt_ |= list.last_used + observe_folder_store::days_between_marks < observe_folder_store::today();
  list.last_used = observe_folder_store::today();
  return &list;
}

const git_list& folder_store::keep(const std::string& key, git_list list) {
  lists_learnt_ = true;
  list.last_used = observe_folder_store::today();
  return lists_.insert_or_assign(key, std::move(list)).first->second;
}

bool folder_store::learnt() const {
  return lists_learnt_ || std::any_of(views_.begin(), views_.end(), [](const auto& of) {
           return of.second->learnt.load();
         });
}

void folder_store::add_folders(index_parts& to, const path_test& left_out) const {
  std::vector<std::string_view> paths;
  for (const auto& [path, view] : views_) {
    if (view->listed || !view->entries.empty()) paths.push_back(path);
  }
  for (const auto& record : image_.folders) {
    const auto path = image_.text(record.path);
    const bool used = record.last_used + observe_folder_store::days_kept >= observe_folder_store::today();
    if (used && !views_.contains(std::string(path))) paths.push_back(path);
  }
  std::sort(paths.begin(), paths.end());
  for (const auto path : paths) {
    const auto live = views_.find(std::string(path));
    std::optional<folder_view> kept;
    const folder_view& view = live != views_.end() ? *live->second : kept.emplace(std::string(path), image_);
    if (!observe_folder_store::has_path(view, left_out)) observe_folder_store::add_folder(to, view);
  }
}

void folder_store::add_lists(index_parts& to, const path_test& left_out) const {
  std::map<std::string, git_list> unused;
  std::map<std::string, const git_list*> all;
  for (const auto& [key, list] : lists_) all.emplace(key, &list);
  for (const auto& record : image_.lists) {
    const std::string key(image_.text(record.key));
    if (all.contains(key)
        || record.last_used + observe_folder_store::days_kept < observe_folder_store::today())
      continue;
    all.emplace(key, &unused.emplace(key, loaded(record)).first->second);
  }
  for (const auto& [key, list] : all)
    if (!observe_folder_store::has_path(*list, left_out)) observe_folder_store::add_list(to, key, *list);
}

status folder_store::save(const path_test& left_out) {
  if (!learnt()) return {};
  index_parts all;
  add_folders(all, left_out);
  add_lists(all, left_out);
  const std::string bytes = index_bytes(all);
  if (bytes.empty()) {
    auto why = failure("file index has grown past its format", path_).with("try", "removing it");
    why.kind = exit_class::cannot_save;
    return why;
  }
  if (auto done = write_file(path_, bytes, durability::fast); !done) return done;
  lists_learnt_ = false;
  for (auto& [path, view] : views_) view->learnt = false;
  return {};
}

}  // namespace cicd::observing
