// Windows minute by minute, so that an hour that a clock leaves out or has twice is what the clock says.
#pragma once

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/deliver/policy/deploy_window.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace deliver_policy_deploy_window {
namespace {

using moment = std::chrono::system_clock::time_point;

local_time local_at(const kubernetes::zone_clock& zone, moment at) {
  const std::int64_t utc = std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
  return local_time_from(utc + zone.offset_at(utc));
}

constexpr auto known_time = std::chrono::hours(24) * 14;

bool is_open(std::span<const time_window> windows, const kubernetes::zone_clock& zone, moment at) {
  const local_time local = local_at(zone, at);
  return std::ranges::any_of(windows, [&](const time_window& each) { return each.holds(local); });
}

std::string name_of_zone(const environment& place) {
  return place.time_zone ? place.time_zone.str() : "UTC";
}

/// `Mon-Fri 09:00-16:00, America/Sao_Paulo`
std::string windows_text(const environment& place) {
  std::vector<std::string> words;
  for (const time_window& each : place.window) words.push_back(each.text());
  return joined(words, " or ") + ", " + name_of_zone(place);
}

/// `Mon 2026-11-30 09:00`
std::string local_text(const local_time& at) {
  return fmt::format("{} {:04}-{:02}-{:02} {:02}:{:02}", day_names[static_cast<std::size_t>(at.weekday)],
                     at.year, at.month, at.day, at.hour, at.minute);
}

}  // namespace
}  // namespace deliver_policy_deploy_window

std::optional<kubernetes::zone_clock> zone_clock_of(const std::string& zone,
                                                    std::chrono::system_clock::time_point now) {
  if (zone == "UTC" || zone == "Etc/UTC") return kubernetes::zone_clock();
  if (!time_zone_name::accepts(zone)) return std::nullopt;
  const auto text = read_file_if_there("/usr/share/zoneinfo/" + zone);
  return text && *text ? kubernetes::zone_clock::from(**text, now) : std::nullopt;
}

std::optional<std::chrono::system_clock::time_point> next_open(std::span<const time_window> windows,
                                                               const kubernetes::zone_clock& zone,
                                                               std::chrono::system_clock::time_point now) {
  using namespace deliver_policy_deploy_window;
  using namespace std::chrono_literals;
  if (is_open(windows, zone, now)) return now;
  for (moment at = std::chrono::floor<std::chrono::minutes>(now) + 1min; at < now + known_time; at += 1min)
    if (is_open(windows, zone, at)) return at;
  return std::nullopt;
}

std::optional<deploy_times> deploy_times_of(const environment& place,
                                            std::chrono::system_clock::time_point now) {
  using namespace deliver_policy_deploy_window;
  using namespace std::chrono_literals;
  if (place.window.empty()) return std::nullopt;
  const std::optional<kubernetes::zone_clock> zone = zone_clock_of(name_of_zone(place), now + known_time);
  if (!zone) return std::nullopt;
  deploy_times all{windows_text(place), {}};
  bool was_open = false;
  const moment first = std::chrono::floor<std::chrono::minutes>(now);
  for (moment at = first; at < first + known_time; at += 1min) {
    const bool is_open_now = is_open(place.window, *zone, at);
    if (is_open_now && !was_open) all.open.push_back({at, at});
    if (is_open_now) all.open.back().until = at + 1min;
    was_open = is_open_now;
  }
  return all;
}

result<std::optional<closed_window>> closed_window_of(const environment& place,
                                                      std::chrono::system_clock::time_point now) {
  using namespace deliver_policy_deploy_window;
  if (place.window.empty()) return std::optional<closed_window>{};
  const std::string name = name_of_zone(place);
  const std::optional<kubernetes::zone_clock> zone = zone_clock_of(name, now + known_time);
  if (!zone)
    return error{exit_class::usage,
                 place.name.str(),
                 "this machine does not know the time zone of WINDOW",
                 name,
                 {{"try", "install the time zone database: apt-get install tzdata"}}};
  const std::optional<moment> opens = next_open(place.window, *zone, now);
  if (opens == now) return std::optional<closed_window>{};
  if (!opens)
    return error{exit_class::usage,
                 place.name.str(),
                 "this WINDOW never opens",
                 name,
                 {{"try", "cicd explain WINDOW"}}};
  return std::optional(closed_window{.windows = windows_text(place),
                                     .opens_text = local_text(local_at(*zone, *opens)) + ", " + name,
                                     .opens = *opens});
}

}  // namespace cicd
