// The processor and system that steps run on, as parts of their keys.
#pragma once

#include <cicd/observe/platform.hpp>

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>

#include <cicd/base/text.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace observing::platform_parts {
namespace {

/// The value of a line `KEY=value` or `KEY="value"`.
std::string value_in(const std::string& release, std::string_view key) {
  for (const std::string& line : split(release, '\n')) {
    if (!line.starts_with(key) || line.substr(key.size(), 1) != "=") continue;
    std::string value = line.substr(key.size() + 1);
    std::erase(value, '"');
    return value;
  }
  return {};
}

std::string first_text_of(std::initializer_list<const char*> paths) {
  for (const char* path : paths)
    if (const auto text = read_file_if_there(path); text && *text && !trimmed(**text).empty()) return **text;
  return {};
}

std::string c_library() {
#ifdef _CS_GNU_LIBC_VERSION
  std::array<char, 64> text{};
  if (confstr(_CS_GNU_LIBC_VERSION, text.data(), text.size()) > 0) return text.data();
#endif
  return "unknown C library";
}

/// Programs that are there to start others, or to run what they are given.
constexpr std::array<std::string_view, 27> interpreters = {
    "sh",    "bash",  "dash",  "ash",     "zsh",  "ksh",   "fish",   "busybox", "env",
    "make",  "gmake", "ninja", "python",  "perl", "ruby",  "node",   "php",     "lua",
    "tclsh", "xargs", "nice",  "timeout", "sudo", "nohup", "setsid", "stdbuf",  "find"};

}  // namespace
}  // namespace observing::platform_parts

std::string platform_text_of(const std::string& architecture,
                             const std::string& library,
                             const std::string& release) {
  using observing::platform_parts::value_in;
  std::string text = architecture + ", " + library;
  for (const char* key : {"ID", "VERSION_ID", "BUILD_ID"})
    if (const std::string value = value_in(release, key); !value.empty())
      text += (key == std::string_view("ID") ? ", " : " ") + value;
  return text;
}

std::string platform_text() {
  using namespace observing::platform_parts;
  utsname system{};
  (void)uname(&system);
  return platform_text_of(system.machine, c_library(),
                          first_text_of({"/etc/os-release", "/usr/lib/os-release"}));
}

std::string machine_identity() {
  utsname system{};
  (void)uname(&system);
  const std::string id =
      observing::platform_parts::first_text_of({"/etc/machine-id", "/var/lib/dbus/machine-id"});
  return id.empty() ? std::string(system.nodename) : std::string(trimmed(id));
}

bool starts_unknown_programs(const std::string& path) {
  using observing::platform_parts::interpreters;
  std::string name = path.substr(path.rfind('/') + 1);
  while (!name.empty() && (name.back() == '.' || (name.back() >= '0' && name.back() <= '9'))) name.pop_back();
  if (std::ranges::find(interpreters, name) != interpreters.end()) return true;
  std::ifstream file(path, std::ios::binary);
  return file.get() == '#' && file.get() == '!';
}

}  // namespace cicd
