// What a step left running is found by a variable of its environment, and ended.
#pragma once

#include <csignal>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>

#include <unistd.h>

#include <cicd/base/text.hpp>
#include <cicd/system/process.hpp>
#include <cicd/system/process_table.hpp>

namespace cicd {

namespace system_process_orphans {

bool bears(int id, std::string_view assignment) {
  std::ifstream file("/proc/" + std::to_string(id) + "/environ", std::ios::binary);
  const std::string variables{std::istreambuf_iterator<char>(file), {}};
  const std::vector<std::string> all = split(variables, '\0');
  return std::ranges::find(all, assignment) != all.end();
}

std::vector<system_table::process_entry> bearers(std::string_view assignment) {
  std::vector<system_table::process_entry> found;
  for (const system_table::process_entry& entry : system_table::all_processes())
    if (entry.id != getpid() && entry.lives() && bears(entry.id, assignment)) found.push_back(entry);
  return found;
}

}  // namespace system_process_orphans

bool has_strays(std::string_view assignment) {
  return !system_process_orphans::bearers(assignment).empty();
}

std::size_t end_strays(std::string_view assignment) {
  std::size_t ended = 0;
  for (int round = 0; round < 200; ++round) {
    const auto left = system_process_orphans::bearers(assignment);
    if (left.empty()) break;
    if (round == 0) ended = left.size();
    for (const system_table::process_entry& one : left) system_table::send_signal(one, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return ended;
}

}  // namespace cicd
