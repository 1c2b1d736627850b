// Files in pieces that overlap, members by libarchive.
#pragma once

#include <algorithm>
#include <functional>

#include <cicd/image/archive_items_scope.ipp>
#include <cicd/image/file_bytes.hpp>
#include <cicd/image/secret_search.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace image_secret_search {
namespace {

constexpr int deepest = 3;
constexpr std::size_t largest_member = 256'000'000, block = 256U << 10U;

/// Bytes that come in pieces; a secret across two of them is found.
class searched_stream {
 public:
  explicit searched_stream(const secret_finder& by) : by_(by) {}

  bool has_secret_with(std::string_view piece) {
    window_.append(piece);
    const bool found = by_.is_in(window_);
    const std::size_t kept = std::min(window_.size(), by_.longest());
    window_.erase(0, window_.size() - kept);
    return found;
  }

 private:
  const secret_finder& by_;
  std::string window_;
};

constexpr std::string_view zip_start = "PK\3\4", zip_end = "PK\5\6";
/// Of a zip, the bytes at its end in which libarchive looks for the record of its end.
constexpr std::size_t zip_tail = 16U << 10U;

bool is_packed(std::string_view start) {
  using namespace std::string_view_literals;
  for (const std::string_view magic : {zip_start, "\x1f\x8b"sv,
                                       "\xfd"
                                       "7zXZ\0"sv,
                                       "\x28\xb5\x2f\xfd"sv})
    if (start.starts_with(magic)) return true;
  return start.size() > 262 && start.substr(257, 5) == "ustar";
}

std::string_view end_of(std::string_view bytes) {
  return bytes.substr(bytes.size() - std::min(bytes.size(), zip_tail));
}

/// Whether it is a zip with something else in front of it, as a jar that a shell starts.
bool is_zip_behind(std::string_view start, std::string_view end) {
  return !start.starts_with(zip_start) && end.find(zip_end) != end.npos;
}

archive_reader new_reader() {
  archive_reader handle(archive_read_new());
  archive_read_support_filter_gzip(handle.get());
  archive_read_support_filter_xz(handle.get());
  archive_read_support_filter_zstd(handle.get());
  archive_read_support_format_tar(handle.get());
  archive_read_support_format_zip(handle.get());
  archive_read_support_format_raw(handle.get());
  archive_read_set_options(handle.get(), "tar:read_concatenated_archives");
  return handle;
}

/// Of zip alone, by the record at its end, whatever stands in front of it.
archive_reader new_zip_reader() {
  archive_reader handle(archive_read_new());
  archive_read_support_format_zip_seekable(handle.get());
  return handle;
}

std::optional<std::string> place_in_members(archive* from, const secret_finder& by, int depth);

/// Of a file or of bytes, which `open` opens, and which begin and end so.
std::optional<std::string> place_in_packed(const std::function<int(archive*)>& open,
                                           std::string_view start,
                                           std::string_view end,
                                           const secret_finder& by,
                                           int depth) {
  const auto place_by = [&](const archive_reader& handle) {
    return open(handle.get()) == ARCHIVE_OK ? place_in_members(handle.get(), by, depth) : std::nullopt;
  };
  std::optional<std::string> place;
  if (is_packed(start)) place = place_by(new_reader());
  if (!place && is_zip_behind(start, end)) place = place_by(new_zip_reader());
  return place;
}

std::optional<std::string> place_in_bytes(const std::string& bytes, const secret_finder& by, int depth) {
  if (depth == 0) return std::nullopt;
  const auto open = [&](archive* to) { return archive_read_open_memory(to, bytes.data(), bytes.size()); };
  return place_in_packed(open, bytes, end_of(bytes), by, depth);
}

/// Of the member that is being read; whether it is packed itself may show only at its end.
std::optional<std::string> place_in_member(archive* from, const secret_finder& by, int depth) {
  searched_stream stream(by);
  std::string kept;
  bool keeps = true;
  const void* bytes = nullptr;
  std::size_t count = 0;
  la_int64_t at = 0;
  while (archive_read_data_block(from, &bytes, &count, &at) >= ARCHIVE_WARN && bytes != nullptr) {
    const std::string_view piece(static_cast<const char*>(bytes), count);
    if (stream.has_secret_with(piece)) return "";
    keeps = keeps && kept.size() + count <= largest_member;
    if (keeps) kept += piece;
    bytes = nullptr;
  }
  return keeps ? place_in_bytes(kept, by, depth - 1) : std::nullopt;
}

std::optional<std::string> place_in_members(archive* from, const secret_finder& by, int depth) {
  const utf8_names names;
  archive_entry* entry = nullptr;
  while (archive_read_next_header(from, &entry) >= ARCHIVE_WARN) {
    const char* raw = archive_entry_pathname(entry);
    const std::string name(raw == nullptr ? "?" : raw);
    const auto has_secret = [&](const char* text) { return text != nullptr && by.is_in(text); };
    if (has_secret(name.c_str()) || has_secret(archive_entry_symlink(entry))
        || has_secret(archive_entry_hardlink(entry)))
      return "a name in it";
    if (const auto inner = place_in_member(from, by, depth)) {
      // Of a compressed file that is no archive libarchive says "data".
      if (archive_format(from) == ARCHIVE_FORMAT_RAW) return *inner;
      return place_in(name, *inner);
    }
  }
  return std::nullopt;
}

}  // namespace
}  // namespace image_secret_search

result<std::optional<std::string>> secret_place_in(const std::string& path, const secret_finder& by) {
  using namespace image_secret_search;
  searched_stream stream(by);
  std::string start, end;
  bool found = false;
  const auto take = [&](std::string_view piece) -> status {
    if (start.size() < 512) start += piece.substr(0, 512);
    end.append(end_of(piece));
    end.erase(0, end.size() - end_of(end).size());
    found = found || stream.has_secret_with(piece);
    return {};
  };
  if (const auto read = stream_file(path, take); !read) return read.error();
  if (found) return std::optional<std::string>("");
  const auto open = [&](archive* to) { return archive_read_open_filename(to, path.c_str(), block); };
  return place_in_packed(open, start, end, by, deepest);
}

result<std::optional<std::string>> secret_place_below(const std::string& folder,
                                                      const secret_finder& by,
                                                      std::string_view leave_out) {
  const auto entries = list_tree(folder, [&](const std::string& below) { return below != leave_out; });
  if (!entries) return entries.error();
  for (const tree_entry& each : *entries) {
    if (by.is_in(each.path) || by.is_in(each.link)) return std::optional<std::string>("a name in the folder");
    if (each.kind != entry_kind::file) continue;
    result<std::optional<std::string>> place = secret_place_in(folder + "/" + each.path, by);
    if (!place) return place;
    if (*place) return std::optional(place_in(each.path, **place));
  }
  return std::optional<std::string>();
}

}  // namespace cicd
