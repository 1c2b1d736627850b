// Layers that were built before.
#pragma once

#include <cicd/image/layer_store.hpp>

#include <cicd/base/json.hpp>
#include <cicd/image/file_bytes.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/own_file.hpp>

namespace cicd {

/// What is written down under a key.
struct layer_store::entry {
  packed_layer layer;
  std::string
      stamp;  ///< of the bytes when they were last known to be right; empty when that may have been too early
};

namespace image_layer_store {
namespace {

/// Two halves that belong together: a damaged file is not taken for another key.
std::string seal(const digest& look, const digest& key, const std::string& writer) {
  return hex(key) + " " + hex(sha256(writer + hex(look) + hex(key))) + "\n";
}

/// Nothing when the bytes changed as late as we looked: then they could change once more unseen.
std::string settled(const std::optional<file_stamp>& stamp, std::int64_t looked) {
  return stamp && stamp->changed < looked ? stamp->text() : std::string();
}

}  // namespace
}  // namespace image_layer_store

/// Whose store it is, as each entry says: empty of the trusted one, else the name of its domain's folder.
std::string layer_store::writer() const {
  if (trusted_.empty()) return {};
  const std::string domain = folder_.substr(0, folder_.rfind('/'));
  return domain.substr(domain.rfind('/') + 1);
}

/// The folder that holds the layers, and those of the domains besides.
std::string layer_store::cache_of(const std::string& path) const {
  std::string cache = trusted_.substr(0, trusted_.rfind('/'));
  if (!trusted_.empty() && path.starts_with(cache + "/")) return cache;
  return folder_.substr(0, folder_.rfind('/'));
}

bool layer_store::is_own_folder(const std::string& path) const {
  const std::string cache = cache_of(path);
  return is_own_folder_below(cache, path_below(path, cache));
}

std::optional<std::string> layer_store::read_own(const std::string& path) const {
  const std::string cache = cache_of(path);
  return read_own_below(cache, path_below(path, cache));
}

std::optional<layer_store::entry> layer_store::read(const digest& key) const {
  const auto text = read_own(entry_path(key));
  if (!text) return std::nullopt;
  auto entry = parse_json(*text);
  if (!entry) return std::nullopt;
  const auto blob = digest_from((*entry)["blob"].text());
  const auto diff_id = digest_from((*entry)["diff_id"].text());
  const auto size = (*entry)["size"].integer(-1);
  const bool is_whole = (*entry)["key"].text() == hex(key) && (*entry)["version"].integer() == 1;
  if (!is_whole || (*entry)["by"].text() != writer() || !blob || !diff_id || size < 0) return std::nullopt;
  return layer_store::entry{
      .layer = {.blob = *blob, .diff_id = *diff_id, .size = static_cast<std::uint64_t>(size)},
      .stamp = (*entry)["stamp"].text()};
}

status layer_store::write(const digest& key, const entry& what) const {
  json entry;
  entry.set("version", 1);
  entry.set("key", hex(key));
  entry.set("blob", oci_text(what.layer.blob));
  entry.set("diff_id", oci_text(what.layer.diff_id));
  entry.set("size", what.layer.size);
  entry.set("stamp", what.stamp);
  if (const std::string by = writer(); !by.empty()) entry.set("by", by);
  return write_file(entry_path(key), compact(entry) + "\n", durability::fast);
}

std::optional<packed_layer> layer_store::find(const digest& key) const {
  if (auto found = find_here(key)) return found;
  return copied_from_trusted(key) ? find_here(key) : std::nullopt;
}

/// Copied, not linked: a link would change the ctime of the trusted one, which would then be read again.
bool layer_store::copied_from_trusted(const digest& key) const {
  if (trusted_.empty()) return false;
  const layer_store trusted(trusted_);
  const auto known = trusted.read(key);
  if (!known) return false;
  const std::string to = blob_path(known->layer.blob), part = part_name(to);
  const bool copied = copy_entry(trusted.blob_path(known->layer.blob), part) && rename_over(part, to);
  if (!copied) (void)remove_tree(part);
  return copied && write(key, {.layer = known->layer, .stamp = {}});
}

std::optional<packed_layer> layer_store::find_here(const digest& key) const {
  auto known = read(key);
  if (!known) return std::nullopt;
  const std::string path = blob_path(known->layer.blob);
  const auto stamp = stamp_at(path);
  if (!stamp) return std::nullopt;
  if (stamp->text() == known->stamp) return known->layer;
  const auto looked = file_time_now();
  auto bytes = digest_of_file(path);
  if (!bytes || bytes->content != known->layer.blob || bytes->stamp.size != known->layer.size)
    return std::nullopt;
  known->stamp = image_layer_store::settled(bytes->stamp, looked);
  (void)write(key, *known);  // a note that is missing costs a reading, no more
  return known->layer;
}

result<packed_layer> layer_store::add(
    const digest& key, const std::function<result<packed_layer>(int, const std::string&)>& pack) const {
  unfinished::sweep(unfinished_folder());
  if (auto made = make_folder(folder_ + "/blobs"); !made) return made.error();
  auto file = unfinished::make(unfinished_folder(), entry_kind::file);
  if (!file) return std::move(file).error();
  auto packed = pack(file->descriptor(), file->path());
  if (!packed) return packed;
  if (auto kept = file->commit(blob_path(packed->blob)); !kept) return kept.error();
  if (auto saved = write(key, {.layer = *packed, .stamp = {}}); !saved) return saved.error();
  return packed;
}

void layer_store::confirm(const digest& key) const {
  auto known = read(key);
  if (!known) return;
  const auto stamp = image_layer_store::settled(stamp_at(blob_path(known->layer.blob)), file_time_now());
  if (stamp == known->stamp) return;
  known->stamp = stamp;
  (void)write(key, *known);
}

std::optional<digest> layer_store::key_for(const digest& look) const {
  const auto text = read_own(look_path(look));
  const auto key = text ? digest_from(std::string_view(*text).substr(0, 64)) : std::nullopt;
  if (key && *text == image_layer_store::seal(look, *key, writer())) return key;
  return trusted_.empty() ? std::nullopt : layer_store(trusted_).key_for(look);
}

void layer_store::remember(const digest& look, const digest& key) const {
  (void)write_file(look_path(look), image_layer_store::seal(look, key, writer()), durability::fast);
}

}  // namespace cicd
