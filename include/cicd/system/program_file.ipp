// The first bytes of a program's file, and the lists of dpkg.
#pragma once

#include <elf.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include <cicd/base/text.hpp>
#include <cicd/system/file_descriptor.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/program_file.hpp>

namespace cicd {

namespace system_program_file {
namespace {

std::string bytes_at(int file, std::uint64_t offset, std::size_t count) {
  std::string bytes(count, '\0');
  const ssize_t got = pread(file, bytes.data(), count, static_cast<off_t>(offset));
  bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return bytes;
}

template <typename Part>
std::optional<Part> part_at(int file, std::uint64_t offset) {
  const std::string bytes = bytes_at(file, offset, sizeof(Part));
  if (bytes.size() != sizeof(Part)) return std::nullopt;
  Part part;
  std::memcpy(&part, bytes.data(), sizeof part);
  return part;
}

/// Of a file in this machine's byte order; another has other loaders anyway.
template <typename Header, typename Segment>
std::optional<std::string> loader_of(int file) {
  constexpr std::size_t longest = 4096;
  const std::optional<Header> header = part_at<Header>(file, 0);
  for (std::size_t at = 0; header && at < header->e_phnum; ++at) {
    const auto segment = part_at<Segment>(file, header->e_phoff + at * header->e_phentsize);
    if (!segment) return std::nullopt;
    if (segment->p_type != PT_INTERP) continue;
    const std::string name =
        bytes_at(file, segment->p_offset, std::min<std::size_t>(segment->p_filesz, longest));
    return std::string(name.c_str());
  }
  return std::nullopt;
}

std::optional<std::string> script_interpreter(std::string_view start) {
  std::string_view line = start.substr(2, start.find('\n') - 2);
  while (line.starts_with(' ') || line.starts_with('\t')) line.remove_prefix(1);
  const std::size_t end = line.find_first_of(" \t");
  if (line.empty()) return std::nullopt;
  return std::string(line.substr(0, end));
}

}  // namespace
}  // namespace system_program_file

std::optional<std::string> interpreter_of(const std::string& path) {
  using namespace system_program_file;
  const system_descriptor::descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  const std::string start = bytes_at(file.number(), 0, 256);
  if (start.starts_with("#!")) return script_interpreter(start);
  if (!start.starts_with(ELFMAG) || start.size() <= EI_CLASS) return std::nullopt;
  return start[EI_CLASS] == ELFCLASS64 ? loader_of<Elf64_Ehdr, Elf64_Phdr>(file.number())
                                       : loader_of<Elf32_Ehdr, Elf32_Phdr>(file.number());
}

std::string package_of_library(std::string soname) {
  const std::size_t mark = soname.find(".so.");
  if (mark == std::string::npos || mark == 0) return {};
  const std::string name = lower(soname.substr(0, mark)), version = soname.substr(mark + 4);
  if (version.empty() || version.find_first_not_of("0123456789.") != std::string::npos) return {};
  const bool needs_dash = name.back() >= '0' && name.back() <= '9';
  return replaced_all(name, "_", "-") + (needs_dash ? "-" : "") + version;
}

std::string installed_library(const std::string& soname, const std::string& info) {
  std::error_code none;
  for (const auto& each : std::filesystem::directory_iterator(info, none)) {
    if (each.path().extension() != ".list") continue;
    const result<std::string> list = read_file(each.path().string());
    if (!list) continue;
    for (const std::string& path : split(*list, '\n'))
      if (path.ends_with("/" + soname)) return path;
  }
  return {};
}

}  // namespace cicd
