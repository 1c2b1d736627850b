// A cron job as `cicd cron list` shows it, as text and as JSON.
#pragma once

#include <cstdint>
#include <string>

#include <cicd/driver/commands/cron_board.hpp>

namespace cicd {

enum class tense : std::uint8_t { present, past };
/// `is suspended by maria since 2026-… (2h 05m): the warehouse is closed`
std::string text_of(const kubernetes::suspension& of, tense in = tense::present);
/// `2026-…, 2026-…`; of many the last five, `… and 12 earlier ones`
std::string times_text(const kubernetes::cron_runs& of);
/// The block of one cron job, each line indented but the first.
std::string text_of(const known_cron_job& job, const cluster_place& place, const std::string& cluster);
json json_of(const known_cron_job& job, const cluster_place& place, const std::string& cluster);

}  // namespace cicd
