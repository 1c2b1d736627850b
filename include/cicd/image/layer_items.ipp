// What lies in a layer, read from disk.
#pragma once

#include <cicd/image/layer_items.hpp>

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <algorithm>
#include <filesystem>
#include <tuple>

#include <cicd/base/text.hpp>
#include <cicd/image/errors.hpp>
#include <cicd/image/unpack_limit.hpp>
#include <cicd/system/in_parallel.hpp>

namespace cicd {

namespace image_layer_items {
namespace {

/// Whether owners are kept: only root can make a tree of several owners; a layer of any other user's tree
/// names none.
struct tree_rules {
  bool keep_modes = false;
  bool keep_owners = false;
};

error refused(std::string what, const std::string& from) {
  return image_error(exit_class::usage, std::move(what), from);
}

status check_target(const layer_entry& entry) {
  const auto parts = split(entry.to, '/');
  if (!entry.to.starts_with('/'))
    return refused("the path in the image is not absolute", entry.to).with("allowed", "/app/orders.jar");
  if (std::ranges::find(parts, "..") != parts.end()) return refused("'..' in a path in the image", entry.to);
  return check_path_in_image(entry.to, entry.to);
}

unsigned plain_mode(entry_kind kind, unsigned mode) {
  if (kind == entry_kind::link) return 0777;
  return kind == entry_kind::folder || (mode & 0100U) != 0 ? 0755 : 0644;
}

result<layer_item> item_from(const tree_entry& found,
                             std::string from,
                             std::string path,
                             const tree_rules& rules) {
  if (found.kind == entry_kind::other)
    return refused("a device, socket or pipe cannot be put into an image", from)
        .with("allowed", "files, folders and links");
  if (auto named = check_path_in_image(path, from); !named) return named.error();
  layer_item item;
  item.path = std::move(path);
  item.kind = found.kind;
  item.mode =
      rules.keep_modes && found.kind != entry_kind::link ? found.mode : plain_mode(found.kind, found.mode);
  item.link = found.link;
  item.from = std::move(from);
  const auto stamp = stamp_at(item.from);
  if (!stamp) return image_system_error(exit_class::usage, "cannot read", item.from);
  item.stamp = *stamp;
  if (rules.keep_modes && item.kind == entry_kind::file)
    item.had_capability = ::lgetxattr(item.from.c_str(), capability_attribute, nullptr, 0) >= 0;
  if (rules.keep_owners) {
    item.user = stamp->user;
    item.group = stamp->group;
  }
  return item;
}

result<tree_entry> entry_at(const std::string& path, struct stat& found) {
  if (::lstat(path.c_str(), &found) != 0)
    return image_system_error(exit_class::usage, "cannot put into the image", path);
  tree_entry entry;
  entry.mode = found.st_mode & 07777U;
  entry.kind = S_ISREG(found.st_mode)   ? entry_kind::file
               : S_ISDIR(found.st_mode) ? entry_kind::folder
               : S_ISLNK(found.st_mode) ? entry_kind::link
                                        : entry_kind::other;
  if (entry.kind == entry_kind::link) {
    std::error_code failed;
    entry.link = std::filesystem::read_symlink(path, failed).string();
    if (failed) return refused("cannot read the link", path);
  }
  return entry;
}

status add_tree(std::vector<layer_item>& to,
                const std::string& from,
                const std::string& path,
                const tree_rules& rules) {
  auto below = list_tree(from);
  if (!below) return below.error();
  for (const auto& found : *below) {
    auto item =
        item_from(found, from + "/" + found.path, path.empty() ? found.path : path + "/" + found.path, rules);
    if (!item) return item.error();
    to.push_back(*std::move(item));
  }
  return {};
}

status add_entry(std::vector<layer_item>& to, const layer_entry& entry, bool keep_modes) {
  if (auto checked = check_target(entry); !checked) return checked;
  struct stat found {};
  auto first = entry_at(entry.from, found);
  if (!first) return first.error();
  const tree_rules rules{.keep_modes = keep_modes, .keep_owners = keep_modes && found.st_uid == 0};
  const std::string path = joined(split(normal_path(entry.to).substr(1), '/'), "/");
  if (path.empty() && first->kind != entry_kind::folder)
    return refused("only a folder can be the root of the image", entry.from);
  if (!path.empty()) {
    auto item = item_from(*first, entry.from, path, rules);
    if (!item) return item.error();
    to.push_back(*std::move(item));
  }
  return first->kind == entry_kind::folder ? add_tree(to, entry.from, path, rules) : status{};
}

void add_parents(std::vector<layer_item>& items) {
  std::vector<std::string> parents;
  for (const auto& item : items)
    for (auto end = item.path.find('/'); end != std::string::npos; end = item.path.find('/', end + 1))
      parents.push_back(item.path.substr(0, end));
  std::ranges::sort(parents);
  parents.erase(std::unique(parents.begin(), parents.end()), parents.end());
  for (auto& parent : parents) {
    layer_item folder;
    folder.path = std::move(parent);
    folder.is_implied = true;
    items.push_back(std::move(folder));
  }
}

bool same(const layer_item& a, const layer_item& b) {
  return a.kind == b.kind && a.mode == b.mode && a.user == b.user && a.group == b.group && a.link == b.link
         && a.content == b.content;
}

std::string_view word_for_kind(entry_kind kind) {
  return kind == entry_kind::file ? "file" : kind == entry_kind::folder ? "folder" : "link";
}

error two_on_one_path(const layer_item& a, const layer_item& b) {
  const auto told = [](const layer_item& item) {
    if (item.is_implied) return std::string("a folder, since something lies below it");
    return fmt::format("{} {}", word_for_kind(item.kind), item.from);
  };
  return image_error(exit_class::usage, "two different things on one path in the image", "/" + a.path)
      .with("first", told(a))
      .with("second", told(b));
}

void append_field(std::string& to, std::string_view field) {
  to += fmt::format("{}:", field.size());
  to += field;
}

/// All but the content.
void append_description(std::string& to, const layer_item& item) {
  append_field(to, item.path);
  to += fmt::format("{} {:o} {} {} ", static_cast<int>(item.kind), item.mode, item.user, item.group);
  append_field(to, item.link);
}

}  // namespace
}  // namespace image_layer_items

result<std::vector<layer_item>> listed_items(const layer_recipe& recipe) {
  std::vector<layer_item> items;
  for (const auto& entry : recipe.entries)
    if (auto added = image_layer_items::add_entry(items, entry, recipe.keep_modes); !added)
      return added.error();
  return items;
}

std::vector<std::string> losing_capabilities(const std::vector<layer_item>& items) {
  std::vector<std::string> paths;
  for (const auto& item : items)
    if (item.had_capability) paths.push_back(item.path);
  return paths;
}

status digest_items(std::vector<layer_item>& items, unsigned threads, const cancellation* cancelled) {
  std::vector<layer_item*> files;
  for (auto& item : items)
    if (item.kind == entry_kind::file) files.push_back(&item);
  return in_parallel(threads, files.size(), [&](std::size_t i) -> status {
    auto read = digest_of_file(files[i]->from, cancelled);
    if (!read) return std::move(read).error();
    files[i]->content = read->content;
    files[i]->stamp = read->stamp;
    return {};
  });
}

result<std::vector<layer_item>> settled_items(std::vector<layer_item> items) {
  image_layer_items::add_parents(items);
  std::ranges::stable_sort(items, {},
                           [](const layer_item& item) { return std::tie(item.path, item.is_implied); });
  std::vector<layer_item> settled;
  settled.reserve(items.size());
  for (auto& item : items) {
    if (settled.empty() || settled.back().path != item.path) {
      settled.push_back(std::move(item));
    } else {
      const auto& first = settled.back();
      const bool both_folders = first.kind == entry_kind::folder && item.is_implied;
      if (!both_folders && !image_layer_items::same(first, item))
        return image_layer_items::two_on_one_path(first, item);
    }
  }
  return settled;
}

layer_look look_of(const std::vector<layer_item>& listed) {
  layer_look look;
  std::string text;
  for (const auto& item : listed) {
    image_layer_items::append_description(text, item);
    if (item.kind != entry_kind::file) continue;
    image_layer_items::append_field(text, item.stamp.text());
    look.newest = std::max(look.newest, item.stamp.changed);
  }
  look.key = sha256(text);
  return look;
}

digest key_of(const std::vector<layer_item>& items) {
  std::string text;
  for (const auto& item : items) {
    image_layer_items::append_description(text, item);
    text += hex(item.content);
  }
  return sha256(text);
}

}  // namespace cicd
