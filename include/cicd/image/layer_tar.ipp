// A layer as a tar stream, by libarchive.
#pragma once

#include <cicd/image/layer_tar.hpp>

#include <fmt/format.h>
#include <libdeflate.h>

#include <optional>

#include <cicd/image/archive_items_scope.ipp>
#include <cicd/image/errors.hpp>

namespace cicd {

namespace image_layer_tar {
namespace {

/// Where libarchive's bytes go; an error of the sink waits here while libarchive reports its own.
struct outlet {
  const byte_sink& take;
  std::optional<error> failure;
};

la_ssize_t pass_on(archive*, void* to, const void* bytes, std::size_t count) {
  auto& out = *static_cast<outlet*>(to);
  auto taken = out.take({static_cast<const char*>(bytes), count});
  if (taken) return static_cast<la_ssize_t>(count);
  out.failure = std::move(taken).error();
  return -1;
}

error failure_of(outlet& out, archive* tar, const std::string& path) {
  if (out.failure) return *std::exchange(out.failure, std::nullopt);
  const char* reason = archive_error_string(tar);
  return image_error(exit_class::usage, "cannot write into the layer", "/" + path)
      .with("caused by", reason == nullptr ? "" : reason);
}

void describe(archive_entry* to, const layer_item& item) {
  archive_entry_clear(to);
  archive_entry_copy_pathname(to, (item.kind == entry_kind::folder ? item.path + "/" : item.path).c_str());
  archive_entry_set_filetype(to, item.kind == entry_kind::file     ? AE_IFREG
                                 : item.kind == entry_kind::folder ? AE_IFDIR
                                                                   : AE_IFLNK);
  archive_entry_set_perm(to, item.mode);
  archive_entry_set_uid(to, item.user);
  archive_entry_set_gid(to, item.group);
  archive_entry_set_mtime(to, layer_time, 0);
  archive_entry_set_size(to, item.kind == entry_kind::file ? static_cast<la_int64_t>(item.stamp.size) : 0);
  if (item.kind == entry_kind::link) archive_entry_copy_symlink(to, item.link.c_str());
}

status write_content(archive* tar, const layer_item& item, outlet& out, const cancellation* cancelled) {
  const auto add = [&](std::string_view bytes) -> status {
    if (archive_write_data(tar, bytes.data(), bytes.size()) == static_cast<la_ssize_t>(bytes.size()))
      return {};
    return failure_of(out, tar, item.path);
  };
  auto read = stream_file(item.from, add, cancelled);
  if (!read) return std::move(read).error();
  if (*read != item.stamp)
    return image_error(exit_class::usage, "the file changed while the image was built", item.from);
  return {};
}

status write_item(archive* tar,
                  archive_entry* scratch,
                  const layer_item& item,
                  outlet& out,
                  const cancellation* cancelled) {
  describe(scratch, item);
  if (archive_write_header(tar, scratch) < ARCHIVE_WARN) return failure_of(out, tar, item.path);
  return item.kind == entry_kind::file ? write_content(tar, item, out, cancelled) : status{};
}

}  // namespace
}  // namespace image_layer_tar

status write_layer_tar(const std::vector<layer_item>& items,
                       const byte_sink& take,
                       const cancellation* cancelled) {
  const utf8_names names;
  image_layer_tar::outlet out{.take = take, .failure = {}};
  const archive_writer tar(archive_write_new());
  archive_write_set_format_pax_restricted(tar.get());
  archive_write_set_bytes_per_block(tar.get(), 0);
  if (archive_write_open(tar.get(), &out, nullptr, image_layer_tar::pass_on, nullptr) != ARCHIVE_OK)
    return image_layer_tar::failure_of(out, tar.get(), "");
  const archive_entry_owner scratch(archive_entry_new());
  for (const auto& item : items)
    if (auto written = image_layer_tar::write_item(tar.get(), scratch.get(), item, out, cancelled); !written)
      return written;
  if (archive_write_close(tar.get()) != ARCHIVE_OK) return image_layer_tar::failure_of(out, tar.get(), "");
  return {};
}

std::string layer_writer_version() {
  return fmt::format("cicd layer 1, libarchive {}, libdeflate {}", archive_version_number(),
                     LIBDEFLATE_VERSION_STRING);
}

}  // namespace cicd
