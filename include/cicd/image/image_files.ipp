// Laying layers over each other.
#pragma once

#include <cicd/image/image_files.hpp>

#include <initializer_list>
#include <utility>

#include <cicd/image/layer_members.hpp>

namespace cicd {

namespace image_image_files {
namespace {

constexpr std::string_view whiteout = ".wh.", opaque = ".wh..wh..opq";

/// What lies below a file or link that comes in place of a folder goes with it.
void put(image_files& all, const std::string& path, image_file file) {
  const auto found = all.find(path);
  if (found != all.end() && found->second.kind == entry_kind::folder && file.kind != entry_kind::folder)
    take_away(all, path);
  all.insert_or_assign(path, std::move(file));
}

/// Another name of a file that lies in the same layer, else below it.
image_file other_name_of(const layer_member& member, const image_files& own, const image_files& below) {
  for (const image_files* in : {&own, &below})
    if (const auto found = in->find(member.link); found != in->end()) return found->second;
  return {.mode = member.mode, .content = {}, .link = {}};
}

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

/// What a layer takes away is of the layers below it, wherever in the layer that is said.
status lay_over(image_files& all,
                const std::string& blob,
                const unpack_limit& limit,
                const cancellation* cancelled) {
  image_files own;
  const auto meet = [&](const layer_member& member, const member_content& content) -> status {
    if (const std::string gone = taken_away_by(member.path); !gone.empty()) {
      take_away(all, gone);
      return {};
    }
    if (member.is_other_name) {
      put(own, member.path, other_name_of(member, own, all));
      return {};
    }
    auto file = file_of(member, content);
    if (!file) return std::move(file).error();
    put(own, member.path, *std::move(file));
    return {};
  };
  if (status read = each_member_of_layer(blob, limit, cancelled, meet); !read) return read;
  for (auto& [path, file] : own) put(all, path, std::move(file));
  return {};
}

}  // namespace
}  // namespace image_image_files

std::string taken_away_by(std::string_view path) {
  using namespace image_image_files;
  const std::size_t slash = path.rfind('/');
  const std::string_view name = path.substr(slash == path.npos ? 0 : slash + 1);
  const std::string folder(slash == path.npos ? std::string_view() : path.substr(0, slash + 1));
  if (name == opaque) return folder.empty() ? "/" : folder;
  return name.starts_with(whiteout) && name.size() > whiteout.size()
             ? folder + std::string(name.substr(whiteout.size()))
             : std::string();
}

result<image_files> files_of_layers(const std::string& folder,
                                    const std::vector<oci_descriptor>& layers,
                                    const unpack_limit& limit,
                                    const cancellation* cancelled) {
  const oci_layout layout(folder);
  image_files all;
  for (const oci_descriptor& each : layers) {
    if (status whole = layout.check(each); !whole) return std::move(whole).error();
    if (status laid = image_image_files::lay_over(all, layout.blob_path(each.content), limit, cancelled);
        !laid)
      return std::move(laid).error().with("layer", oci_text(each.content));
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
