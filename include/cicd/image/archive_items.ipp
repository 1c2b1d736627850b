// Reading archives that others made, by libarchive.
#pragma once

#include <cicd/image/archive_items.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <set>

#include <cicd/base/text.hpp>
#include <cicd/image/archive_items_scope.ipp>
#include <cicd/image/errors.hpp>

namespace cicd {

namespace image_archive {
namespace {

constexpr std::size_t piece = 256U << 10U;
constexpr std::string_view called = "archive";
constexpr std::size_t largest_text = 16U << 20U;
/// The one above it means "none" to chown(2).
constexpr la_int64_t largest_owner = 0xffff'fffe;

error refused(std::string what, const std::string& archive, const std::string& member) {
  return image_error(exit_class::usage, std::move(what), member).with("archive", archive);
}

result<archive_reader> opened(const std::string& path, bool is_zip) {
  archive_reader handle(archive_read_new());
  if (is_zip) {
    archive_read_support_format_zip_seekable(handle.get());
  } else {
    archive_read_support_filter_gzip(handle.get());
    archive_read_support_filter_xz(handle.get());
    archive_read_support_filter_zstd(handle.get());
    archive_read_support_format_tar(handle.get());
  }
  if (archive_read_open_filename(handle.get(), path.c_str(), piece) != ARCHIVE_OK)
    return unreadable_archive(handle.get(), called, path);
  return handle;
}

/// The member's name as a path below a root, or why it is none.
result<std::string> checked_name(const std::string& raw, const std::string& archive) {
  if (raw.starts_with('/')) return refused("an absolute name in the archive", archive, raw);
  std::vector<std::string> parts;
  for (auto& part : split(raw, '/')) {
    if (part == "..") return refused("'..' in a name in the archive", archive, raw);
    if (!part.empty() && part != ".") parts.push_back(std::move(part));
  }
  std::string name = joined(parts, "/");
  if (status possible = check_path_in_image(name, raw); !possible)
    return std::move(possible).error().with("archive", archive);
  return name;
}

/// Whether a relative link at `path` climbs above the root; an absolute one is the image's own.
bool leads_out(const std::string& path, const std::string& target) {
  if (target.starts_with('/')) return false;
  auto depth = std::ranges::count(path, '/');
  for (const auto& part : split(target, '/')) {
    if (part == "..") --depth;
    if (part != ".." && part != "." && !part.empty()) ++depth;
    if (depth < 0) return true;
  }
  return false;
}

/// What is written beyond the size that the header said is counted as it comes.
struct counted_size {
  unpack_count& count;
  const std::string& name;
  std::uint64_t announced;

  status take(std::uint64_t bytes) {
    const std::uint64_t known = std::min(bytes, announced);
    announced -= known;
    return count.add_to(name, bytes - known);
  }
};

status save_content(archive* from,
                    const std::string& archive,
                    const std::string& to,
                    counted_size size,
                    const cancellation* cancelled) {
  const open_file file(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (file.get() < 0) return image_system_error(exit_class::cannot_save, "cannot write", to);
  const auto save = [&](std::string_view bytes) {
    status within = size.take(bytes.size());
    return within ? write_all(file.get(), bytes, to) : within;
  };
  return read_archived(from, called, archive, save, cancelled);
}

/// Calls `meet` for every member with its checked name, until an error.
status each_member(const std::string& path,
                   bool is_zip,
                   const std::function<status(archive*, archive_entry*, const std::string& name)>& meet) {
  const utf8_names names;
  auto handle = opened(path, is_zip);
  if (!handle) return std::move(handle).error();
  archive_entry* entry = nullptr;
  while (true) {
    const int got = archive_read_next_header(handle->get(), &entry);
    if (got == ARCHIVE_EOF) return {};
    if (got < ARCHIVE_WARN) return unreadable_archive(handle->get(), called, path);
    const char* raw = archive_entry_pathname(entry);
    if (raw == nullptr) return refused("a name that cannot be read in the archive", path, "");
    auto name = checked_name(raw, path);
    if (!name) return std::move(name).error();
    if (auto met = meet(handle->get(), entry, *name); !met) return met;
  }
}

/// Counts a member by the size that its header says, holes and all, before it is unpacked or skipped.
status counted(unpack_count& count,
               archive_entry* entry,
               const std::string& archive,
               const std::string& name) {
  const la_int64_t size = archive_entry_size(entry);
  if (size < 0) return refused("a size below zero in the archive", archive, name);
  status within = count.add(static_cast<std::uint64_t>(size), name);
  return within ? within : std::move(within).error().with("archive", archive);
}

bool has_capability(archive_entry* entry) {
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  archive_entry_xattr_reset(entry);
  while (archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK)
    if (name != nullptr && std::string_view(name) == capability_attribute) return true;
  return false;
}

/// Gathers the items of a tar.
class tar_items {
 public:
  tar_items(const std::string& tar,
            const std::string& scratch,
            const unpack_limit& limit,
            const cancellation* cancelled)
      : tar_(tar), scratch_(scratch), count_(limit), cancelled_(cancelled) {}

  status add(archive* from, archive_entry* entry, const std::string& name) {
    if (status within = counted(count_, entry, tar_, name); !within) return within;
    if (name.empty()) return {};
    if (is_left_out(entry, name)) {
      left_out_.insert(name);
      items_.erase(name);
      return {};
    }
    left_out_.erase(name);
    auto item = archive_entry_hardlink(entry) != nullptr ? linked(archive_entry_hardlink(entry), name)
                                                         : described(from, entry, name);
    if (!item) return std::move(item).error();
    items_.insert_or_assign(name, *std::move(item));
    return {};
  }

  unpacked_items all() && {
    unpacked_items all{.items = {}, .left_out = left_out_.size()};
    for (auto& [name, item] : items_) all.items.push_back(std::move(item));
    return all;
  }

 private:
  /// Devices, pipes and sockets below `dev/`, which a container is given anew, and other names of them.
  bool is_left_out(archive_entry* entry, const std::string& name) const {
    if (!name.starts_with("dev/")) return false;
    if (const char* target = archive_entry_hardlink(entry); target != nullptr) {
      const auto checked = checked_name(target, tar_);
      return checked && left_out_.contains(*checked);
    }
    const auto type = archive_entry_filetype(entry);
    return type != AE_IFDIR && type != AE_IFLNK && type != AE_IFREG;
  }

  result<layer_item> linked(const std::string& target, const std::string& name) {
    auto checked = checked_name(target, tar_);
    const auto found = checked ? items_.find(*checked) : items_.end();
    if (found == items_.end() || found->second.kind != entry_kind::file)
      return refused("a hard link that leads out of the archive", tar_, name).with("leads to", target);
    layer_item item = found->second;
    item.path = name;
    return item;
  }

  result<layer_item> described(archive* from, archive_entry* entry, const std::string& name) {
    layer_item item;
    item.path = name;
    item.mode = archive_entry_perm(entry) & 07777U;
    const la_int64_t user = archive_entry_uid(entry), group = archive_entry_gid(entry);
    for (const la_int64_t owner : {user, group})
      if (owner < 0 || owner > largest_owner)
        return refused(fmt::format("an owner that no system has in the archive: {}", owner), tar_, name);
    item.had_capability = has_capability(entry);
    item.user = static_cast<std::uint32_t>(user);
    item.group = static_cast<std::uint32_t>(group);
    switch (archive_entry_filetype(entry)) {
      case AE_IFDIR: return item;
      case AE_IFLNK: return with_link(std::move(item), archive_entry_symlink(entry));
      case AE_IFREG: return with_content(std::move(item), from, entry);
      default:
        return refused("a device, socket or pipe in the archive", tar_, name)
            .with("allowed", "files, folders and links; what is below dev/ is left out");
    }
  }

  result<layer_item> with_link(layer_item item, const char* target) {
    item.kind = entry_kind::link;
    item.mode = 0777;
    item.link = target == nullptr ? "" : target;
    if (item.link.empty() || leads_out(item.path, item.link))
      return refused("a link that leads out of the archive", tar_, item.path).with("leads to", item.link);
    return item;
  }

  result<layer_item> with_content(layer_item item, archive* from, archive_entry* entry) {
    item.kind = entry_kind::file;
    item.from = fmt::format("{}/{}", scratch_, files_++);
    const counted_size size{count_, item.path, static_cast<std::uint64_t>(archive_entry_size(entry))};
    if (auto saved = save_content(from, tar_, item.from, size, cancelled_); !saved) return saved.error();
    return item;
  }

  const std::string& tar_;
  const std::string& scratch_;
  unpack_count count_;
  const cancellation* cancelled_;
  std::size_t files_ = 0;
  std::map<std::string, layer_item> items_;
  std::set<std::string> left_out_;
};

}  // namespace
}  // namespace image_archive

result<unpacked_items> items_of_tar(const std::string& tar,
                                    const std::string& scratch,
                                    const unpack_limit& limit,
                                    const cancellation* cancelled) {
  image_archive::tar_items items(tar, scratch, limit, cancelled);
  auto read = image_archive::each_member(tar, false,
                                         [&](archive* from, archive_entry* entry, const std::string& name) {
                                           return items.add(from, entry, name);
                                         });
  if (!read) return std::move(read).error();
  return std::move(items).all();
}

result<std::optional<std::string>> zip_member(const std::string& zip, std::string_view name) {
  std::optional<std::string> content;
  const auto meet = [&](archive* from, archive_entry*, const std::string& found) -> status {
    if (found != name || content) return {};
    content.emplace();
    return read_archived(
        from, image_archive::called, zip,
        [&](std::string_view bytes) -> status {
          if (content->size() + bytes.size() > image_archive::largest_text)
            return image_archive::refused("a member of more than 16 MiB", zip, found);
          *content += bytes;
          return {};
        },
        nullptr);
  };
  if (auto read = image_archive::each_member(zip, true, meet); !read) return read.error();
  return content;
}

status unpack_zip(const std::string& zip,
                  const unpack_limit& limit,
                  const std::function<std::string(const std::string& name)>& place) {
  unpack_count count(limit);
  return image_archive::each_member(
      zip, true, [&](archive* from, archive_entry* entry, const std::string& name) -> status {
        if (status within = image_archive::counted(count, entry, zip, name); !within) return within;
        if (archive_entry_filetype(entry) == AE_IFDIR || name.empty()) return {};
        if (archive_entry_filetype(entry) != AE_IFREG)
          return image_archive::refused("a link or device in the archive", zip, name);
        const std::string to = place(name);
        if (to.empty()) return {};
        if (auto made = make_folder(to.substr(0, to.rfind('/'))); !made) return made;
        const image_archive::counted_size size{count, name,
                                               static_cast<std::uint64_t>(archive_entry_size(entry))};
        if (status saved = image_archive::save_content(from, zip, to, size, nullptr); !saved) return saved;
        const bool runs = (archive_entry_perm(entry) & 0100U) != 0;
        if (runs && ::chmod(to.c_str(), 0755) != 0)
          return image_system_error(exit_class::cannot_save, "cannot set the mode of", to);
        return {};
      });
}

}  // namespace cicd
