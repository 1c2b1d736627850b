// Folders and their files are each in order already: they are merged, not sorted again.
#pragma once

#include <cicd/observe/file_gather.hpp>

#include <algorithm>

#include <cicd/base/text.hpp>
#include <cicd/system/files.hpp>

namespace cicd::observing {

namespace observe_file_gather {
namespace {

// One folder may have been found for several patterns.
void merge_same_folders(std::vector<found_files>& found) {
  std::sort(found.begin(), found.end(),
            [](const found_files& a, const found_files& b) { return a.prefix < b.prefix; });
  std::size_t kept = 0;
  for (std::size_t i = 1; i < found.size(); ++i) {
    if (found[i].prefix != found[kept].prefix) {
      if (++kept != i) found[kept] = std::move(found[i]);
      continue;
    }
    auto& into = found[kept].entries;
    into.insert(into.end(), found[i].entries.begin(), found[i].entries.end());
    std::sort(into.begin(), into.end());
    into.erase(std::unique(into.begin(), into.end()), into.end());
  }
  if (!found.empty()) found.resize(kept + 1);
}

/// Puts out the files of `found`, which is sorted by prefix, in the order of their paths. The folders below a
/// folder follow it directly, so a cursor over them moves along with the names of the folder.
class merger {
 public:
  explicit merger(const std::vector<found_files>& found) : found_(found) {
    std::size_t count = 0;
    for (const auto& folder : found) count += folder.entries.size();
    files.reserve(count);
  }

  // Returns where the folders below `at` end.
  std::size_t put(std::size_t at) {
    const auto& [view, prefix, entries] = found_[at];
    std::size_t inner = at + 1;
    for (const auto entry : entries) {
      if (view->sights[entry] != sight::good) continue;
      observed_file file;
      const auto name = view->name(entry);
      file.path.reserve(prefix.size() + name.size());
      file.path.append(prefix).append(name);
      while (is_below(inner, prefix) && found_[inner].prefix < file.path) inner = put(inner);
      file.mode = mode_of(view->entries[entry].when);
      file.content = view->entries[entry].content;
      files.push_back(std::move(file));
    }
    while (is_below(inner, prefix)) inner = put(inner);
    return inner;
  }

  file_set files;

 private:
  bool is_below(std::size_t at, const std::string& prefix) const {
    return at < found_.size() && found_[at].prefix.starts_with(prefix);
  }

  const std::vector<found_files>& found_;
};

const error* first_failure(const walking_query& query) {
  const error* first = nullptr;
  const auto consider = [&first](const error& why) {
    if (first == nullptr || why.value < first->value) first = &why;
  };
  for (const auto& why : query.failures) consider(why);
  for (const auto& folder : query.found) {
    if (!folder.folder->failures.empty()) {
      for (const auto entry : folder.entries) {
        if (folder.folder->sights[entry] == sight::failed) consider(folder.folder->failure_of(entry));
      }
    }
  }
  return first;
}

// What the pattern spells out lies in the folders below the root, as in a build of several modules.
bool is_one_folder_below(const std::string& root, const std::string& spelled) {
  for (const auto& [name, kind] : names_in(root))
    if (kind == entry_kind::folder && exists(root + "/" + name + "/" + spelled)) return true;
  return false;
}

// The pattern with the first part of it that does not exist replaced by its nearest neighbour.
std::string suggestion(const std::string& root, const prepared_pattern& pattern) {
  const std::string spelled = pattern.literal().empty() ? pattern.start() : pattern.literal();
  std::string folder = root, done;
  for (const auto& part : split(spelled, '/')) {
    std::vector<std::string> names;
    for (const auto& [name, kind] : names_in(folder)) {
      if (name == part && kind == entry_kind::folder && done + part == pattern.text())
        return pattern.text() + "/";
      names.push_back(name);
    }
    if (std::find(names.begin(), names.end(), part) == names.end()) {
      const auto near = nearest(part, names);
      if (!near && done.empty() && !spelled.empty() && is_one_folder_below(root, spelled))
        return "*/" + pattern.text();
      return near ? done + *near
                        + pattern.text().substr(std::min(pattern.text().size(), done.size() + part.size()))
                  : "";
    }
    folder += "/" + part;
    done += part + "/";
  }
  return {};
}

error unmatched(const walking_query& query, const prepared_pattern& pattern) {
  if (pattern.leads_out()) {
    return failure("a pattern leads out of its folder", pattern.text())
        .with("folder", query.root)
        .with("allowed", "paths below the folder, such as src/**");
  }
  if (!is_folder(query.root))
    return failure("there is no such folder", query.root).with("pattern", pattern.text());
  return failure("no file matches", pattern.text())
      .with("in", query.root)
      .with("did you mean", suggestion(query.root, pattern));
}

error empty_set(const walking_query& query) {
  if (!is_folder(query.root)) return failure("there is no such folder", query.root);
  auto why = failure("there is no input file", query.root);
  if (query.list != nullptr) {
    return std::move(why)
        .with("caused by", "git tracks nothing here, and ignores what there is")
        .with("try", "naming the inputs by patterns, such as **");
  }
  return std::move(why).with("caused by",
                             query.asked.exclude.empty() ? "" : "all that the patterns match is excluded");
}

}  // namespace
}  // namespace observe_file_gather

unsigned mode_of(const stamp& of) {
  if ((of.mode & 0170000U) == 0120000U) return 0120000;
  return (of.mode & 0111U) != 0 ? 0100755 : 0100644;
}

result<file_set> gathered(walking_query& query) {
  if (const auto* why = observe_file_gather::first_failure(query)) return *why;
  for (std::size_t i = 0; i < query.patterns.size() && query.list == nullptr; ++i) {
    const bool may = query.asked.may_be_empty || i >= query.asked.patterns.size();
    const bool lifted = may && !query.patterns[i].leads_out();
    if (!query.matched[i] && !lifted) return observe_file_gather::unmatched(query, query.patterns[i]);
  }
  observe_file_gather::merge_same_folders(query.found);
  observe_file_gather::merger merge(query.found);
  for (std::size_t at = 0; at < query.found.size();) at = merge.put(at);
  if (merge.files.empty() && !query.asked.may_be_empty) return observe_file_gather::empty_set(query);
  query.found.clear();
  return std::move(merge.files);
}

}  // namespace cicd::observing
