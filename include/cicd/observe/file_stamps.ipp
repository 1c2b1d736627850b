// Stamps and their trust: git's rule for racily clean entries, made stricter where the clock is coarse or not
// ours.
#pragma once

#include <cicd/observe/file_stamps.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <system_error>

namespace cicd::observing {

namespace observe_file_stamps {
namespace {

constexpr std::int64_t second = 1'000'000'000;

std::int64_t nanoseconds(const timespec& of) {
  return of.tv_sec * second + of.tv_nsec;
}

}  // namespace
}  // namespace observe_file_stamps

error failure(std::string what, std::string value) {
  error made;
  made.what = std::move(what);
  made.value = std::move(value);
  return made;
}

error failure(std::string what, std::string value, int number) {
  return failure(std::move(what), std::move(value))
      .with("caused by", std::generic_category().message(number));
}

stamp stamp_of(const struct stat& now) {
  return {now.st_ino, static_cast<std::uint64_t>(now.st_size), observe_file_stamps::nanoseconds(now.st_mtim),
          observe_file_stamps::nanoseconds(now.st_ctim), now.st_mode};
}

std::optional<stamp> stamp_at(const std::string& path) {
  struct stat now {};
  if (::lstat(path.c_str(), &now) != 0) return std::nullopt;
  return stamp_of(now);
}

std::int64_t file_clock() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return observe_file_stamps::nanoseconds(now);
}

bool is_settled(const stamp& of, std::int64_t moment, bool remote) {
  constexpr std::int64_t tick = 20'000'000;
  const bool whole_seconds =
      of.modified % observe_file_stamps::second == 0 && of.changed % observe_file_stamps::second == 0;
  const std::int64_t grain = remote          ? 60 * observe_file_stamps::second
                             : whole_seconds ? 2 * observe_file_stamps::second
                                             : tick;
  return std::max(of.modified, of.changed) + grain < moment;
}

descriptor::~descriptor() {
  if (number_ >= 0) ::close(number_);
}

}  // namespace cicd::observing
