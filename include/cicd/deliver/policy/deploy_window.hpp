// WINDOW: whether it is open, and when it opens next, by the clock of a time zone. Pure but for the file of
// the zone.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>

#include <cicd/declare/environments.hpp>
#include <cicd/deliver/policy/fleet_actions.hpp>
#include <cicd/deliver/policy/gate.hpp>
#include <cicd/kubernetes/jobs/cron_runs.hpp>

namespace cicd {

/// The clock of a zone of this machine's time zone database around `now`; nothing where it has no such zone.
std::optional<kubernetes::zone_clock> zone_clock_of(const std::string& zone,
                                                    std::chrono::system_clock::time_point now);

/// The first minute from `now` on that lies in one of the windows, `now` itself where it does; nothing where
/// there is none in the next two weeks.
std::optional<std::chrono::system_clock::time_point> next_open(std::span<const time_window> windows,
                                                               const kubernetes::zone_clock& zone,
                                                               std::chrono::system_clock::time_point now);

/// When its windows are open in the two weeks from `now` on; nothing where none is declared, or this machine
/// does not know the zone.
std::optional<deploy_times> deploy_times_of(const environment& place,
                                            std::chrono::system_clock::time_point now);

/// What keeps a deploy out at `now`; nothing where a window is open or none is declared. Class `usage` where
/// this machine does not know the zone.
result<std::optional<closed_window>> closed_window_of(const environment& place,
                                                      std::chrono::system_clock::time_point now);

}  // namespace cicd
