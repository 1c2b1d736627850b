// All that the index knows in this process: the mapped image and, over it, what was looked at since. It
// keeps, finds and writes; it does not look.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include <cicd/base/error.hpp>
#include <cicd/observe/folder_view.hpp>
#include <cicd/observe/git_listing.hpp>
#include <cicd/observe/index_format.hpp>

namespace cicd::observing {

using path_test = std::function<bool(std::string_view path)>;

class folder_store {
 public:
  explicit folder_store(std::string path) : path_(std::move(path)), image_(path_) {}

  /// The view of that absolute folder; lives as long as the store. Any thread may ask.
  folder_view& view_of(const std::string& path);
  /// The list remembered under `key`, or none. Valid until `keep` or the store's end.
  const git_list* list_of(const std::string& key);
  const git_list& keep(const std::string& key, git_list list);
  /// Writes all that is known, if anything was learnt, but for folders and lists with a path that is
  /// `left_out`.
  status save(const path_test& left_out = {});

 private:
  bool learnt() const;
  git_list loaded(const list_record& from) const;
  void add_folders(index_parts& to, const path_test& left_out) const;
  void add_lists(index_parts& to, const path_test& left_out) const;

  std::string path_;
  index_image image_;
  std::mutex guard_;
  std::unordered_map<std::string, std::unique_ptr<folder_view>> views_;
  std::map<std::string, git_list> lists_;
  bool lists_learnt_ = false;
};

}  // namespace cicd::observing
