// Level by level: the folders of one level are independent of each other and are shared out among the
// threads.
#pragma once

#include <cicd/observe/folder_walk.hpp>

#include <fcntl.h>

#include <algorithm>

#include <cicd/system/files.hpp>

namespace cicd::observing {

namespace observe_folder_walk {
namespace {

std::string below(const std::string& root, std::string_view relative) {
  if (relative.empty()) return root;
  std::string path = root == "/" ? root : root + "/";
  return path.append(relative);
}

// The folders that lead to `start` must be folders, not links.
bool leads_through_link(const std::string& root, std::string_view start) {
  for (auto slash = start.find('/'); slash != start.npos; slash = start.find('/', slash + 1)) {
    const auto now = stamp_at(below(root, start.substr(0, slash)));
    if (!now || (now->mode & 0170000U) != 0040000U) return true;
  }
  return false;
}

}  // namespace
}  // namespace observe_folder_walk

walking_query::walking_query(const file_query& query)
    : asked(query), root(normal_path(query.root)), excludes(query.exclude, query.context) {
  for (const auto& pattern : query.patterns) patterns.emplace_back(pattern);
  for (const auto& pattern : query.optional) patterns.emplace_back(pattern);
  for (std::size_t i = 0; i < patterns.size(); ++i) matched.emplace_back(false);
}

std::string_view walking_query::relative(const std::string& folder) const {
  const std::size_t skipped = root == "/" ? 1 : root.size() + 1;
  return folder.size() <= skipped ? std::string_view() : std::string_view(folder).substr(skipped);
}

void walking_query::add(found_files files) {
  const std::lock_guard lock(guard);
  found.push_back(std::move(files));
}

void walking_query::add_failure(error why) {
  const std::lock_guard lock(guard);
  failures.push_back(std::move(why));
}

/// One folder being visited.
struct folder_walk::step {
  folder_view& view;
  const descriptor& folder;
  std::vector<std::pair<std::uint32_t, want>> below;
  std::vector<std::uint32_t> unread;
};

void folder_walk::want_folder(const std::string& path, want what) {
  auto& view = store_.view_of(path);
  const auto [at, fresh] = starts_.try_emplace(&view, level_.size());
  if (fresh) level_.push_back({&view, {}});
  level_[at->second].wants.push_back(what);
}

void folder_walk::start(walking_query& query) {
  if (query.list != nullptr) {
    for (const auto& folder : query.list->folders) want_folder(folder.path, {&query, 0, &folder});
    return;
  }
  for (std::uint32_t i = 0; i < query.patterns.size(); ++i) {
    const auto& pattern = query.patterns[i];
    if (pattern.leads_out() || observe_folder_walk::leads_through_link(query.root, pattern.start())) continue;
    want_folder(observe_folder_walk::below(query.root, pattern.start()), {&query, i});
  }
}

void folder_walk::run() {
  while (!level_.empty()) {
    threads_.each(level_.size(), 3, [this](std::size_t i) { visit(level_[i]); });
    starts_.clear();
    level_ = std::exchange(next_, {});
  }
  read_all();
}

void folder_walk::visit(item& of) {
  folder_view& view = *of.view;
  const std::lock_guard lock(view.busy);
  const bool follow = std::any_of(of.wants.begin(), of.wants.end(),
                                  [&](const want& what) { return what.query->root == view.path; });
  const auto opened = view.visit(number_, follow, true);
  if (!opened) {
    for (const auto& what : of.wants) what.query->add_failure(opened.error());
    return;
  }
  for (const auto& what : of.wants) {
    if (what.listed != nullptr && (!*opened || view.when != what.listed->when)) what.query->stale = true;
  }
  if (!*opened) return;
  std::erase_if(of.wants, [&](const want& what) {
    return std::find(what.query->never.begin(), what.query->never.end(), view.identity)
           != what.query->never.end();
  });
  std::stable_sort(of.wants.begin(), of.wants.end(),
                   [](const want& a, const want& b) { return a.query < b.query; });
  step now{view, **opened, {}, {}};
  for (auto first = of.wants.begin(); first != of.wants.end();) {
    const auto last =
        std::find_if(first, of.wants.end(), [&](const want& what) { return what.query != first->query; });
    visit_group(now, {first, last});
    first = last;
  }
  hand_over(now);
}

void folder_walk::visit_group(step& now, std::span<const want> group) {
  auto& query = *group.front().query;
  found_files files{&now.view, std::string(query.relative(now.view.path)), {}};
  if (!files.prefix.empty()) files.prefix += '/';
  if (group.front().listed != nullptr) {
    select_listed(now, group.front(), files);
  } else if (!query.asked.without_build_trees || !now.view.is_build_tree()) {
    select_matching(now, group, files);
  } else if (const auto named = those_that_begin_here(group, query.relative(now.view.path)); !named.empty()) {
    select_matching(now, named, files);
  }
  if (!files.entries.empty()) look_at_selected(now, std::move(files), query);
}

// A build tree that a pattern names is meant.
std::vector<folder_walk::want> folder_walk::those_that_begin_here(std::span<const want> group,
                                                                  std::string_view folder) {
  std::vector<want> named;
  for (const auto& what : group)
    if (what.query->patterns[what.pattern].start() == folder) named.push_back(what);
  return named;
}

// Both the list's names and the folder's are sorted: they are merged.
void folder_walk::select_listed(step& now, const want& what, found_files& into) {
  const auto& query = *what.query;
  std::uint32_t entry = 0;
  for (const auto ref : what.listed->names()) {
    const auto name = query.list->text(ref);
    while (entry < now.view.entries.size() && now.view.name(entry) < name) ++entry;
    if (entry == now.view.entries.size()) return;
    if (now.view.name(entry) != name) continue;
    if (query.excludes.empty() || !query.excludes.hides(into.prefix + std::string(name)))
      into.entries.push_back(entry);
  }
}

void folder_walk::select_matching(step& now, std::span<const want> group, found_files& into) {
  const auto& excludes = group.front().query->excludes;
  std::string relative = into.prefix;
  for (std::uint32_t entry = 0; entry < now.view.entries.size(); ++entry) {
    const auto name = now.view.name(entry);
    if (name == ".git") continue;
    relative.resize(into.prefix.size());
    relative += name;
    if (now.view.entries[entry].kind == static_cast<std::uint8_t>(entry_kind::folder)) {
      if (excludes.empty() || !excludes.hides_folder(relative)) descend(now, group, entry, relative);
    } else if (is_wanted(group, relative) && (excludes.empty() || !excludes.hides(relative))) {
      into.entries.push_back(entry);
    }
  }
}

// Every pattern is tried until it has matched once: one that never does is an error.
bool folder_walk::is_wanted(std::span<const want> group, std::string_view relative) const {
  bool wanted = false;
  for (const auto& what : group) {
    auto& matched = what.query->matched[what.pattern];
    const bool known = matched.load(std::memory_order_relaxed);
    if ((wanted && known) || !what.query->patterns[what.pattern].matches(relative)) continue;
    wanted = true;
    if (!known) matched = true;
  }
  return wanted;
}

void folder_walk::descend(step& now,
                          std::span<const want> group,
                          std::uint32_t entry,
                          std::string_view relative) {
  for (const auto& what : group) {
    if (what.query->patterns[what.pattern].enters(relative)) now.below.emplace_back(entry, what);
  }
}

void folder_walk::look_at_selected(step& now, found_files files, walking_query& query) {
  for (const auto entry : files.entries) {
    const bool first = now.view.sights[entry] == sight::unseen;
    now.view.check(now.folder, entry);
    if (first && now.view.sights[entry] == sight::unread) now.unread.push_back(entry);
  }
  query.add(std::move(files));
}

// Puts the folders below on the next level and the files to be read into batches of a size worth a thread's
// while.
void folder_walk::hand_over(step& now) {
  constexpr std::uint64_t most_bytes = 1U << 20U, most_files = 64;
  std::vector<item> items;
  std::stable_sort(now.below.begin(), now.below.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < now.below.size(); ++i) {
    const auto& [entry, what] = now.below[i];
    if (i == 0 || now.below[i - 1].first != entry) {
      items.push_back({&store_.view_of(observe_folder_walk::below(now.view.path, now.view.name(entry))), {}});
    }
    items.back().wants.push_back(what);
  }
  std::vector<batch> batches;
  for (const auto entry : now.unread) {
    if (batches.empty() || batches.back().bytes > most_bytes || batches.back().entries.size() >= most_files) {
      batches.push_back({&now.view, {}, 0});
    }
    batches.back().entries.push_back(entry);
    batches.back().bytes += now.view.entries[entry].when.size;
  }
  const std::lock_guard lock(guard_);
  std::move(items.begin(), items.end(), std::back_inserter(next_));
  std::move(batches.begin(), batches.end(), std::back_inserter(batches_));
}

void folder_walk::read_all() {
  std::sort(batches_.begin(), batches_.end(),
            [](const batch& a, const batch& b) { return a.bytes > b.bytes; });
  threads_.each(batches_.size(), 1, [this](std::size_t i) {
    const auto& [view, entries, bytes] = batches_[i];
    const descriptor folder(::open(view->path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    for (const auto entry : entries) view->read(folder, entry);
  });
  batches_.clear();
}

}  // namespace cicd::observing
