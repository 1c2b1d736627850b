// Many locks in one file: a line of fixed length for each name that was ever locked, and a lock on its bytes.
// A file for each would have to be made and kept for each. Lines are added and never taken away.
#pragma once

#include <cicd/system/lock_table.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <cicd/base/digest.hpp>
#include <cicd/system/file_descriptor.hpp>
#include <cicd/system/file_error.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace system_lock_table {
namespace {

/// `<32 hex digits of the name> <holder, filled up with spaces>` and a line end.
constexpr std::int64_t line_length = 128;
constexpr std::size_t name_length = 32;
constexpr std::size_t holder_length = line_length - name_length - 2;
/// A byte beyond all lines; who has it may add one.
constexpr std::int64_t adding = std::int64_t{1} << 62;

std::string digits_of(const std::string& name) {
  return hex(sha256(name)).substr(0, name_length);
}

std::string line_of(const std::string& name, std::string holder) {
  std::ranges::replace(holder, '\n', ' ');
  holder.resize(holder_length, ' ');
  return name + ' ' + holder + '\n';
}

/// Of a line its holder; empty where it is free.
std::string holder_in(std::string_view line) {
  if (line.size() != line_length) return {};
  const std::string_view holder = line.substr(name_length + 1, holder_length);
  const auto last = holder.find_last_not_of(std::string_view(" \0", 2));
  return std::string(holder.substr(0, last == holder.npos ? 0 : last + 1));
}

std::string text_at(int file, std::int64_t at, std::size_t length) {
  std::string text(length, '\0');
  const ssize_t got = pread(file, text.data(), text.size(), at);
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return text;
}

/// The errno, or 0.
int lock(int file, int command, short kind, std::int64_t at, std::int64_t length) {
  struct flock range {};
  range.l_type = kind;
  range.l_whence = SEEK_SET;
  range.l_start = at;
  range.l_len = length;
  while (fcntl(file, command, &range) != 0)
    if (errno != EINTR) return errno;
  return 0;
}

bool is_still_at(const std::string& path, const struct stat& about) {
  struct stat now {};
  return lstat(path.c_str(), &now) == 0 && now.st_dev == about.st_dev && now.st_ino == about.st_ino;
}

/// Only information: a lock whose holder could not be written is a lock all the same.
void name_holder(int file, std::int64_t at, std::string holder) {
  const std::string rest = line_of({}, std::move(holder));
  const ssize_t written = pwrite(file, rest.data(), rest.size(), at + static_cast<std::int64_t>(name_length));
  static_cast<void>(written);
}

}  // namespace
}  // namespace system_lock_table

lock_table::held::held(std::shared_ptr<const int> file, places taken, std::int64_t at, std::string left_by)
    : file_(std::move(file)), taken_(std::move(taken)), at_(at), left_by_(std::move(left_by)) {
  taken_->insert(at_);
}

lock_table::held& lock_table::held::operator=(held&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(taken_, other.taken_);
  std::swap(at_, other.at_);
  std::swap(left_by_, other.left_by_);
  std::swap(as_found_, other.as_found_);
  return *this;
}

lock_table::held::~held() {
  if (!file_) return;
  taken_->erase(at_);
  system_lock_table::name_holder(*file_, at_, as_found_ ? left_by_ : std::string());
  (void)system_lock_table::lock(*file_, F_OFD_SETLK, F_UNLCK, at_, system_lock_table::line_length);
}

status lock_table::open() {
  if (file_) return {};
  if (status folder = make_folder(system_files::folder_of(path_)); !folder) return folder;
  system_descriptor::descriptor file;
  for (int round = 0; round < 2; ++round) {
    constexpr int how = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    file = system_descriptor::descriptor(::open(path_.c_str(), how, 0600));
    struct stat about {};
    if (!file || fstat(file.number(), &about) != 0)
      return system_files::save_error("the lock file cannot be opened", path_, errno);
    if (S_ISREG(about.st_mode)) break;
    // A pipe or a device was put in its place, in which there can be no lock of ours.
    if (system_lock_table::is_still_at(path_, about)) ::unlink(path_.c_str());
  }
  file_ = std::shared_ptr<const int>(new int(file.release()), [](const int* number) {
    ::close(*number);
    delete number;
  });
  return {};
}

/// The place of a name's line, of those that are in the file by now.
std::optional<std::int64_t> lock_table::known_place_of(const std::string& name) {
  using namespace system_lock_table;
  if (const auto found = places_.find(name); found != places_.end()) return found->second;
  struct stat about {};
  if (fstat(*file_, &about) != 0 || about.st_size <= read_to_) return std::nullopt;
  const std::string text = text_at(*file_, read_to_, static_cast<std::size_t>(about.st_size - read_to_));
  const std::size_t whole = text.size() / line_length * line_length;
  for (std::size_t at = 0; at < whole; at += line_length)
    places_.try_emplace(text.substr(at, name_length), read_to_ + static_cast<std::int64_t>(at));
  read_to_ += static_cast<std::int64_t>(whole);
  const auto found = places_.find(name);
  return found == places_.end() ? std::nullopt : std::optional(found->second);
}

/// The same; a line is added where there is none. Waits for another that adds one, which takes no time.
result<std::int64_t> lock_table::place_of(const std::string& name) {
  using namespace system_lock_table;
  if (const auto known = known_place_of(name)) return *known;
  if (const int problem = lock(*file_, F_OFD_SETLKW, F_WRLCK, adding, 1))
    return system_files::save_error("the lock cannot be taken", path_, problem);
  auto place = known_place_of(name);
  if (!place) {
    struct stat about {};
    const std::string line = line_of(name, {});
    const bool is_known = fstat(*file_, &about) == 0;
    // What is no whole line was cut off when it was written.
    const std::int64_t at = (about.st_size + line_length - 1) / line_length * line_length;
    if (is_known && pwrite(*file_, line.data(), line.size(), at) == line_length)
      places_[name] = *(place = at);
  }
  const int problem = errno;
  (void)lock(*file_, F_OFD_SETLK, F_UNLCK, adding, 1);
  if (!place) return system_files::save_error("the lock file cannot be written", path_, problem);
  return *place;
}

result<std::optional<lock_table::held>> lock_table::try_take(const std::string& name,
                                                             const std::string& holder) {
  using namespace system_lock_table;
  if (status opened = open(); !opened) return std::move(opened).error();
  const result<std::int64_t> at = place_of(digits_of(name));
  if (!at) return at.error();
  if (taken_->contains(*at)) return std::optional<held>();
  const int problem = lock(*file_, F_OFD_SETLK, F_WRLCK, *at, line_length);
  if (problem == EAGAIN || problem == EACCES) return std::optional<held>();
  if (problem != 0) return system_files::save_error("the lock cannot be taken", path_, problem);
  std::string left_by = holder_in(text_at(*file_, *at, line_length));
  name_holder(*file_, *at, holder);
  return std::optional(held(file_, taken_, *at, std::move(left_by)));
}

std::string lock_table::holder_of(const std::string& name) {
  using namespace system_lock_table;
  if (!open()) return {};
  const auto at = known_place_of(digits_of(name));
  return at ? holder_in(text_at(*file_, *at, line_length)) : std::string();
}

}  // namespace cicd
