// From recorded calls to lines: each list file is read once.
#pragma once

#include <algorithm>
#include <map>

#include <cicd/declare/parse/list_file.hpp>
#include <cicd/engine/call_places.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace engine_call_places {
namespace {

class place_finder {
 public:
  place_finder(std::size_t calls, const std::string& build_root) : count_(calls), build_root_(build_root) {}

  std::vector<code_place> places_of(const call& of) {
    const std::size_t number = static_cast<std::size_t>(of.number) - 1;
    const std::string& file = of.through.empty() ? of.where.list_file : of.through.back();
    const int line = line_of(of, calls_in_file(file));
    if (line > 0 && of.through.empty()) return {{file, line}};
    if (!logged()[number].empty()) return logged()[number];
    if (line == 0) return {};
    std::vector<code_place> places{{file, line}};
    const std::string function = function_around(calls_in_file(file), line);
    const std::string& outer = of.where.list_file;
    if (!function.empty()) places.push_back({outer, line_of_only_call(function, calls_in_file(outer))});
    return places;
  }

 private:
  const std::vector<written_call>& calls_in_file(const std::string& path) {
    const auto [known, is_new] = files_.try_emplace(path);
    if (!is_new) return known->second;
    if (const auto text = read_file_if_there(path); text && *text) known->second = calls_in(**text);
    return known->second;
  }

  const std::vector<std::vector<code_place>>& logged() {
    if (!logged_.empty()) return logged_;
    const auto log = read_file_if_there(build_root_ + "/CMakeFiles/CMakeConfigureLog.yaml");
    logged_ = places_in_configure_log(log && *log ? std::string_view(**log) : std::string_view(), count_);
    return logged_;
  }

  std::size_t count_;
  const std::string& build_root_;
  std::vector<std::vector<code_place>> logged_;
  std::map<std::string, std::vector<written_call>> files_;
};

}  // namespace
}  // namespace engine_call_places

void find_places(recorded_calls& calls, const std::string& build_root) {
  int last = 0;
  for (const call& each : calls.calls) last = std::max(last, each.number);
  engine_call_places::place_finder finder(static_cast<std::size_t>(last), build_root);
  for (call& each : calls.calls)
    if (each.number > 0) each.where.lines = finder.places_of(each);
}

}  // namespace cicd
