// Reading layers that others made, by libarchive.
#pragma once

#include <cicd/image/layer_members.hpp>

#include <algorithm>
#include <optional>
#include <string_view>

#include <cicd/base/text.hpp>
#include <cicd/image/archive_items_scope.ipp>
#include <cicd/image/errors.hpp>

namespace cicd {

namespace image_layer_members {
namespace {

constexpr std::size_t piece = 256U << 10U;
constexpr std::string_view called = "layer";

result<archive_reader> opened(const std::string& path) {
  archive_reader handle(archive_read_new());
  archive_read_support_filter_gzip(handle.get());
  archive_read_support_filter_zstd(handle.get());
  archive_read_support_format_tar(handle.get());
  archive_read_support_format_empty(handle.get());
  archive_read_set_options(handle.get(), "tar:read_concatenated_archives");
  if (archive_read_open_filename(handle.get(), path.c_str(), piece) != ARCHIVE_OK)
    return unreadable_archive(handle.get(), called, path);
  return handle;
}

/// Nothing for a name that climbs.
std::optional<std::string> path_of(const char* raw) {
  if (raw == nullptr) return std::nullopt;
  std::vector<std::string> parts;
  for (std::string& part : split(raw, '/')) {
    if (part == "..") return std::nullopt;
    if (!part.empty() && part != ".") parts.push_back(std::move(part));
  }
  return joined(parts, "/");
}

entry_kind kind_of(archive_entry* entry) {
  switch (archive_entry_filetype(entry)) {
    case AE_IFREG: return entry_kind::file;
    case AE_IFDIR: return entry_kind::folder;
    case AE_IFLNK: return entry_kind::link;
    default: return entry_kind::other;
  }
}

/// Nothing for what cannot lie in an image.
std::optional<layer_member> member_of(archive_entry* entry) {
  auto path = path_of(archive_entry_pathname(entry));
  if (!path || path->empty()) return std::nullopt;
  layer_member member{.path = *std::move(path),
                      .kind = kind_of(entry),
                      .mode = static_cast<unsigned>(archive_entry_perm(entry)) & 07777U,
                      .user = static_cast<std::uint32_t>(archive_entry_uid(entry)),
                      .group = static_cast<std::uint32_t>(archive_entry_gid(entry)),
                      .size = static_cast<std::uint64_t>(std::max<la_int64_t>(archive_entry_size(entry), 0)),
                      .link = {}};
  if (const char* other = archive_entry_hardlink(entry); other != nullptr) {
    const auto of = path_of(other);
    if (!of) return std::nullopt;
    member.kind = entry_kind::file;
    member.link = *of;
    member.is_other_name = true;
    member.size = 0;
  } else if (const char* target = archive_entry_symlink(entry); target != nullptr) {
    member.link = target;
  }
  return member;
}

}  // namespace
}  // namespace image_layer_members

status each_member_of_layer(
    const std::string& path,
    const unpack_limit& limit,
    const cancellation* cancelled,
    const std::function<status(const layer_member& member, const member_content& content)>& meet) {
  using namespace image_layer_members;
  const utf8_names names;
  auto handle = opened(path);
  if (!handle) return std::move(handle).error();
  unpack_count count(limit);
  archive_entry* entry = nullptr;
  while (true) {
    if (cancelled != nullptr && cancelled->cancelled()) return image_cancelled();
    const int got = archive_read_next_header(handle->get(), &entry);
    if (got == ARCHIVE_EOF) return {};
    if (got < ARCHIVE_WARN) return unreadable_archive(handle->get(), called, path);
    const std::optional<layer_member> member = member_of(entry);
    if (!member) continue;
    if (status within = count.add(member->size, member->path); !within) return within;
    const member_content content = [&](const byte_sink& take) {
      return read_archived(handle->get(), called, path, take, cancelled);
    };
    if (status met = meet(*member, content); !met) return met;
  }
}

result<std::string> content_of(const layer_member& member,
                               const member_content& content,
                               std::uint64_t most) {
  std::string all;
  all.reserve(std::min(member.size, most));
  const status read = content([&](std::string_view bytes) -> status {
    if (all.size() + bytes.size() > most)
      return image_error(exit_class::usage, "the file in the image is too large to be read", member.path)
          .with("allowed", human_size(most));
    all += bytes;
    return {};
  });
  if (!read) return read.error();
  return all;
}

}  // namespace cicd
