// Limits of the machine and of the cgroups that we are in, from ours up to the root of what is mounted here.
#pragma once

#include <cicd/system/machine.hpp>

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <vector>

#include <cicd/base/text.hpp>

namespace cicd {

namespace system_machine {
namespace {

std::optional<std::string> read_pseudo(const std::string& path) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::optional<std::int64_t> number(std::string_view text) {
  text = trimmed(text);
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size() ? std::optional(value)
                                                                         : std::nullopt;
}

/// A mounted hierarchy: proc(5), mountinfo.
struct hierarchy {
  std::string root;                  ///< which of its cgroups is seen at the mount point
  std::string point;                 ///< the mount point
  std::string type;                  ///< `cgroup` or `cgroup2`
  std::vector<std::string> options;  ///< of v1: its controllers among them
};

std::vector<hierarchy> hierarchies(std::string_view mounts) {
  std::vector<hierarchy> found;
  for (const std::string& line : split(mounts, '\n')) {
    const std::vector<std::string> words = split(line, ' ');
    const auto dash = std::find(words.begin(), words.end(), "-");
    if (words.size() < 5 || words.end() - dash < 4 || !dash[1].starts_with("cgroup")) continue;
    found.push_back({words[3], words[4], dash[1], split(dash[3], ',')});
  }
  return found;
}

bool has(const std::vector<std::string>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

/// The cgroup that we are in, in v1's hierarchy of `controller`, or in v2's where that is empty.
std::optional<std::string> membership(std::string_view text, std::string_view controller) {
  for (const std::string& line : split(text, '\n')) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == line.npos ? line.npos : line.find(':', first + 1);
    if (second == line.npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const bool fits = controller.empty() ? controllers.empty() : has(split(controllers, ','), controller);
    if (fits) return line.substr(second + 1);
  }
  return std::nullopt;
}

/// The folders of our cgroup and of those above it that can be seen here.
std::vector<std::string> folders(const hierarchy& where, std::string group) {
  if (where.root != "/" && group.starts_with(where.root)) group.erase(0, where.root.size());
  std::vector<std::string> all;
  while (group.size() > 1 && group.front() == '/') {
    all.push_back(where.point + group);
    group.erase(group.rfind('/'));
  }
  all.push_back(where.point);
  return all;
}

void allow_cores(machine_limits& limits,
                 std::optional<std::int64_t> quota,
                 std::optional<std::int64_t> period) {
  if (!quota || !period || *quota <= 0 || *period <= 0) return;
  const auto cores = static_cast<unsigned>(std::max<std::int64_t>(1, (*quota + *period - 1) / *period));
  limits.cores = std::min(limits.cores, cores);
}

void allow_memory(machine_limits& limits, std::optional<std::int64_t> bytes) {
  if (bytes && *bytes > 0) limits.memory = std::min(limits.memory, static_cast<std::uint64_t>(*bytes));
}

using reader = std::function<std::optional<std::string>(const std::string&)>;

std::optional<std::int64_t> number_in(const reader& read, const std::string& path) {
  const auto text = read(path);
  return text ? number(*text) : std::nullopt;
}

/// kernel, Documentation/admin-guide/cgroup-v2.rst: `cpu.max` is "quota period" or "max period".
void apply_v2(machine_limits& limits, const reader& read, const std::string& folder) {
  if (const auto text = read(folder + "/cpu.max")) {
    const std::vector<std::string> words = split(trimmed(*text), ' ');
    if (words.size() == 2) allow_cores(limits, number(words[0]), number(words[1]));
  }
  allow_memory(limits, number_in(read, folder + "/memory.max"));
}

void apply_v1(machine_limits& limits,
              const reader& read,
              const std::string& folder,
              std::string_view controller) {
  if (controller == "memory") return allow_memory(limits, number_in(read, folder + "/memory.limit_in_bytes"));
  allow_cores(limits, number_in(read, folder + "/cpu.cfs_quota_us"),
              number_in(read, folder + "/cpu.cfs_period_us"));
}

machine_limits whole_machine() {
  machine_limits whole;
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  const bool known = sched_getaffinity(0, sizeof allowed, &allowed) == 0;
  const long cores = known ? CPU_COUNT(&allowed) : sysconf(_SC_NPROCESSORS_ONLN);
  whole.cores = static_cast<unsigned>(std::max(1L, cores));
  whole.memory =
      static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return whole;
}

}  // namespace
}  // namespace system_machine

machine_limits limits_within(machine_limits whole, const cgroup_sources& sources) {
  using namespace system_machine;
  for (const hierarchy& each : hierarchies(sources.mounts)) {
    if (each.type == "cgroup2") {
      const std::string group = membership(sources.membership, {}).value_or("/");
      for (const std::string& folder : folders(each, group)) apply_v2(whole, sources.read, folder);
    }
    for (const std::string_view controller : {"cpu", "memory"}) {
      if (each.type != "cgroup" || !has(each.options, controller)) continue;
      const std::string group = membership(sources.membership, controller).value_or("/");
      for (const std::string& folder : folders(each, group))
        apply_v1(whole, sources.read, folder, controller);
    }
  }
  return whole;
}

machine_limits limits_of_this_machine() {
  using system_machine::read_pseudo;
  return limits_within(system_machine::whole_machine(),
                       {read_pseudo("/proc/self/cgroup").value_or(""),
                        read_pseudo("/proc/self/mountinfo").value_or(""), read_pseudo});
}

}  // namespace cicd
