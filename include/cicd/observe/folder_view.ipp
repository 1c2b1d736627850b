// The system calls behind a look: one fstat for a folder, one fstatat for a file; names and contents only
// where a stamp differs or is too young to tell.
#pragma once

#include <cicd/observe/folder_view.hpp>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include <cicd/observe/file_content.hpp>
#include <cicd/system/files.hpp>

namespace cicd::observing {

namespace observe_folder_view {
namespace {

// File systems whose times another machine's clock sets.
bool is_remote(int folder) {
  constexpr std::array<std::uint64_t, 9> magics = {0x6969,     0x517b,     0xfe534d42, 0xff534d42, 0x65735546,
                                                   0x01021997, 0x786f4256, 0x00c36400, 0x0bd00bd0};
  struct statfs about {};
  if (::fstatfs(folder, &about) != 0) return false;
  return std::find(magics.begin(), magics.end(), static_cast<std::uint32_t>(about.f_type)) != magics.end();
}

// Asked once for each device and thread: devices are few and keep their nature.
bool is_remote_device(int folder, std::uint64_t device) {
  thread_local std::vector<std::pair<std::uint64_t, bool>> known;
  for (const auto& [number, remote] : known) {
    if (number == device) return remote;
  }
  return known.emplace_back(device, is_remote(folder)).second;
}

std::uint8_t kind_of(mode_t mode) {
  if (S_ISREG(mode)) return static_cast<std::uint8_t>(entry_kind::file);
  if (S_ISDIR(mode)) return static_cast<std::uint8_t>(entry_kind::folder);
  if (S_ISLNK(mode)) return static_cast<std::uint8_t>(entry_kind::link);
  return static_cast<std::uint8_t>(entry_kind::other);
}

std::uint8_t kind_of(int folder, const dirent& entry) {
  switch (entry.d_type) {
    case DT_REG: return kind_of(S_IFREG);
    case DT_DIR: return kind_of(S_IFDIR);
    case DT_LNK: return kind_of(S_IFLNK);
    case DT_UNKNOWN: break;
    default: return kind_of(S_IFIFO);
  }
  struct stat now {};
  return ::fstatat(folder, entry.d_name, &now, AT_SYMLINK_NOFOLLOW) == 0 ? kind_of(now.st_mode)
                                                                         : kind_of(S_IFREG);
}

using open_folder = std::unique_ptr<DIR, int (*)(DIR*)>;

open_folder opened_for_names(int folder) {
  const int readable = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* handle = readable < 0 ? nullptr : ::fdopendir(readable);
  if (handle == nullptr && readable >= 0) ::close(readable);
  return {handle, ::closedir};
}

std::string_view what_it_is(mode_t mode) {
  if (S_ISSOCK(mode)) return "a socket cannot be an input";
  if (S_ISFIFO(mode)) return "a named pipe cannot be an input";
  return "a device cannot be an input";
}

const char* terminated(std::string_view name) {
  thread_local std::string copy;
  copy.assign(name);
  return copy.c_str();
}

}  // namespace
}  // namespace observe_folder_view

folder_view::folder_view(std::string at, const index_image& image)
    : path(std::move(at)), texts_(image.texts) {
  const auto* record = image.folder(path);
  if (record == nullptr) return;
  entries = image.entries.subspan(record->first_entry, record->entries);
  when = record->when;
  listed = record->listed != 0;
  settled = record->settled != 0;
  last_used = record->last_used;
}

std::optional<std::uint32_t> folder_view::find(std::string_view wanted) const {
  const auto found = std::lower_bound(entries.begin(), entries.end(), wanted,
                                      [this](const entry_record& of, std::string_view than) {
                                        return std::string_view(texts_ + of.name.offset, of.name.size) < than;
                                      });
  const auto at = static_cast<std::uint32_t>(found - entries.begin());
  return found != entries.end() && name(at) == wanted ? std::optional(at) : std::nullopt;
}

result<std::optional<descriptor>> folder_view::visit(std::uint64_t number, bool follow, bool list) {
  const auto moment = file_clock();
  descriptor folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW)));
  if (!folder && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)) return std::optional<descriptor>();
  struct stat now {};
  if (!folder || ::fstat(folder.get(), &now) != 0) return failure("folder cannot be entered", path, errno);
  identity = {now.st_dev, now.st_ino};
  const auto present = stamp_of(now);
  const bool first = look != number;
  if (first) {
    remote = observe_folder_view::is_remote_device(folder.get(), now.st_dev);
    sights.assign(entries.size(), sight::unseen);
    failures.clear();
    look = number;
    seen_at_ = moment;
  }
  if (list && (!listed || present != when || (first && !settled))) {
    if (auto done = list_again(folder); !done) return std::move(done).error();
    listed = true;
    learnt = true;
    settled = is_settled(present, moment, remote);
    when = present;
  }
  return std::optional<descriptor>(std::move(folder));
}

status folder_view::list_again(const descriptor& folder) {
  const auto handle = observe_folder_view::opened_for_names(folder.get());
  if (!handle) return failure("folder cannot be read", path, errno);
  listing found;
  for (errno = 0; const dirent* entry = ::readdir(handle.get()); errno = 0) {
    const std::string_view called = entry->d_name;
    if (called != "." && called != "..")
      found.emplace_back(called, observe_folder_view::kind_of(folder.get(), *entry));
  }
  if (errno != 0) return failure("folder cannot be read", path, errno);
  std::sort(found.begin(), found.end());
  adopt(found);
  return {};
}

// What is known of a name stays with it.
void folder_view::adopt(const listing& names) {
  std::vector<entry_record> records;
  std::vector<sight> seen;
  std::string text;
  records.reserve(names.size());
  for (const auto& [called, kind] : names) {
    const auto before = find(called);
    auto& record = records.emplace_back(before ? entries[*before] : entry_record{});
    seen.push_back(before ? sights[*before] : sight::unseen);
    record.name = {static_cast<std::uint32_t>(text.size()), static_cast<std::uint32_t>(called.size())};
    record.kind = kind;
    text += called;
  }
  own_ = std::move(records);
  own_texts_ = std::move(text);
  entries = own_;
  texts_ = own_texts_.data();
  sights = std::move(seen);
}

void folder_view::make_own() {
  if (entries.data() == own_.data() && !own_.empty()) return;
  std::string text;
  std::vector<entry_record> records(entries.begin(), entries.end());
  for (std::uint32_t i = 0; i < records.size(); ++i) {
    const auto called = name(i);
    records[i].name.offset = static_cast<std::uint32_t>(text.size());
    text += called;
  }
  own_ = std::move(records);
  own_texts_ = std::move(text);
}

std::uint32_t folder_view::entry_for(std::string_view wanted) {
  if (const auto found = find(wanted)) return *found;
  make_own();
  entry_record fresh;
  fresh.name = {static_cast<std::uint32_t>(own_texts_.size()), static_cast<std::uint32_t>(wanted.size())};
  own_texts_ += wanted;
  texts_ = own_texts_.data();
  const auto place = std::lower_bound(own_.begin(), own_.end(), wanted,
                                      [this](const entry_record& of, std::string_view than) {
                                        return std::string_view(texts_ + of.name.offset, of.name.size) < than;
                                      });
  const auto at = static_cast<std::uint32_t>(place - own_.begin());
  own_.insert(place, fresh);
  entries = own_;
  sights.insert(sights.begin() + at, sight::unseen);
  return at;
}

void folder_view::fail(std::uint32_t entry, error why) {
  why.value = path + "/" + std::string(name(entry));
  const std::lock_guard lock(failing_);
  failures.emplace_back(entry, std::move(why));
  sights[entry] = sight::failed;
}

const error& folder_view::failure_of(std::uint32_t entry) const {
  return std::find_if(failures.begin(), failures.end(), [entry](const auto& of) { return of.first == entry; })
      ->second;
}

void folder_view::check(const descriptor& folder, std::uint32_t entry) {
  if (sights[entry] != sight::unseen) return;
  struct stat now {};
  if (::fstatat(folder.get(), observe_folder_view::terminated(name(entry)), &now, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno != ENOENT && errno != ENOTDIR)
      return fail(entry, failure("file cannot be looked at", {}, errno));
    sights[entry] = sight::gone;
    return;
  }
  if (S_ISDIR(now.st_mode)) {
    sights[entry] = sight::gone;
    return;
  }
  if (!S_ISREG(now.st_mode) && !S_ISLNK(now.st_mode))
    return fail(entry, failure(std::string(observe_folder_view::what_it_is(now.st_mode)), {}));
  auto& record = entries[entry];
  const auto present = stamp_of(now);
  if (record.known != 0 && record.settled != 0 && record.when == present) {
    sights[entry] = sight::good;
    return;
  }
  record.when = present;
  record.known = 0;
  record.kind = observe_folder_view::kind_of(now.st_mode);
  sights[entry] = sight::unread;
}

// A file that changes while it is read is read again, and at last believed only for this once.
void folder_view::read(const descriptor& folder, std::uint32_t entry) {
  learnt = true;
  for (int tries = 1;; ++tries) {
    if (read_once(folder, entry) || tries == 3) break;
    sights[entry] = sight::unseen;
    check(folder, entry);
    if (sights[entry] != sight::unread) return;
  }
  if (sights[entry] == sight::unread) sights[entry] = entries[entry].known != 0 ? sight::good : sight::gone;
}

// Whether the stamp was the same before and after.
bool folder_view::read_once(const descriptor& folder, std::uint32_t entry) {
  auto& record = entries[entry];
  auto seen = content_at(folder.get(), observe_folder_view::terminated(name(entry)), record.when);
  if (!seen) {
    fail(entry, std::move(seen).error());
    return true;
  }
  if (!*seen) return false;
  const bool same = (*seen)->after == record.when;
  record.content = (*seen)->content;
  record.known = 1;
  record.settled = same && is_settled(record.when, seen_at_, remote) ? 1 : 0;
  if (same) sights[entry] = sight::good;
  return same;
}

std::vector<named_kind> names_in(const std::string& path) {
  const descriptor folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  std::vector<named_kind> names;
  if (!folder) return names;
  const auto handle = observe_folder_view::opened_for_names(folder.get());
  while (const dirent* entry = handle ? ::readdir(handle.get()) : nullptr) {
    const std::string_view called = entry->d_name;
    if (called != "." && called != "..")
      names.push_back(
          {entry->d_name, static_cast<entry_kind>(observe_folder_view::kind_of(folder.get(), *entry))});
  }
  std::sort(names.begin(), names.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return names;
}

}  // namespace cicd::observing
