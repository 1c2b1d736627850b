// The changes of a zone's clock, out of the text of its file in the time zone database (RFC 9636, "TZif"). It
// opens no file and asks no clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <cicd/declare/values/schedule.hpp>

namespace cicd {

/// The changes from `from` until before `until`, seconds since 1970, in order: those that the file lists,
/// then those that its rule gives. Nothing when `tzif` is no such text of version 2 or later.
std::optional<std::vector<clock_change>> clock_changes_in(std::string_view tzif,
                                                          std::int64_t from,
                                                          std::int64_t until);

}  // namespace cicd
