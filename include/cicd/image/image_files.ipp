// Laying layers over each other.
#pragma once

#include <cicd/image/image_files.hpp>

#include <utility>

namespace cicd {

namespace image_image_files {
namespace {

result<image_file> file_of(const layer_member& member, const member_content& content) {
  image_file file{.kind = member.kind,
                  .mode = member.kind == entry_kind::link ? 0777U : member.mode,
                  .user = member.user,
                  .group = member.group,
                  .size = member.kind == entry_kind::file ? member.size : 0,
                  .content = {},
                  .link = member.link};
  if (member.kind != entry_kind::file) return file;
  sha256_stream over;
  const status read = content([&](std::string_view bytes) -> status {
    over.update(bytes);
    return {};
  });
  if (!read) return read.error();
  file.content = over.finish();
  return file;
}

}  // namespace
}  // namespace image_image_files

result<image_files> files_of_layers(const std::string& folder,
                                    const std::vector<oci_descriptor>& layers,
                                    const unpack_limit& limit,
                                    const cancellation* cancelled) {
  const oci_layout layout(folder);
  image_files all;
  for (const oci_descriptor& each : layers) {
    if (status whole = layout.check(each); !whole) return std::move(whole).error();
    auto layer =
        layer_in<image_file>(layout.blob_path(each.content), limit, cancelled, image_image_files::file_of);
    if (!layer) return std::move(layer).error().with("layer", oci_text(each.content));
    lay_over(all, *std::move(layer));
  }
  return all;
}

std::vector<path_change> changes_between(const image_files& before, const image_files& after) {
  std::vector<path_change> changes;
  auto old = before.begin();
  auto now = after.begin();
  while (old != before.end() || now != after.end()) {
    if (now == after.end() || (old != before.end() && old->first < now->first)) {
      changes.push_back({old->first, path_change::kind::removed, old->second, {}});
      ++old;
    } else if (old == before.end() || now->first < old->first) {
      changes.push_back({now->first, path_change::kind::added, {}, now->second});
      ++now;
    } else {
      if (!(old->second == now->second))
        changes.push_back({now->first, path_change::kind::changed, old->second, now->second});
      ++old;
      ++now;
    }
  }
  return changes;
}

std::vector<std::string> differences_of(const path_change& change) {
  const image_file &before = change.before, &after = change.after;
  std::vector<std::string> all;
  if (before.kind != after.kind) return {"kind"};
  if (before.content != after.content || before.size != after.size) all.emplace_back("content");
  if (before.mode != after.mode) all.emplace_back("mode");
  if (before.user != after.user || before.group != after.group) all.emplace_back("owner");
  if (before.link != after.link) all.emplace_back("link");
  return all;
}

}  // namespace cicd
