// Cron schedules against local clocks.
#pragma once

#include <cicd/declare/values/schedule.hpp>

#include <algorithm>
#include <string>

namespace cicd {

namespace declare_values_schedule {
namespace {

constexpr std::int64_t seconds_a_day = 86'400;

struct parted {
  std::string_view first, rest;
};

parted parted_at(std::string_view text, char separator) {
  const auto at = text.find(separator);
  return {text.substr(0, at), at == text.npos ? std::string_view() : text.substr(at + 1)};
}

/// The bits of one part of a list: `*`, `5`, `1-5`, each perhaps with a step; `5/10` goes to the field's end.
std::uint64_t bits_of_part(std::string_view part, const detail::cron_field& field, bool& any) {
  const auto [range, step_text] = parted_at(part, '/');
  const int step = step_text.empty() ? 1 : field.number_of(step_text);
  int first = field.least, last = field.most;
  if (range == "*" || range == "?") {
    any = any || step == 1;
  } else {
    const auto [low, high] = parted_at(range, '-');
    first = field.number_of(low);
    if (!high.empty())
      last = field.number_of(high);
    else if (step_text.empty())
      last = first;
  }
  std::uint64_t bits = 0;
  for (int at = first; at <= last; at += step) bits |= std::uint64_t{1} << at;
  return bits;
}

std::uint64_t bits_of(std::string_view text, const detail::cron_field& field, bool& any) {
  std::uint64_t bits = 0;
  while (!text.empty()) {
    const auto [part, rest] = parted_at(text, ',');
    bits |= bits_of_part(part, field, any);
    text = rest;
  }
  return bits;
}

/// The five fields behind a name such as `@daily`.
std::string_view fields_of(std::string_view schedule) {
  if (schedule == "@hourly") return "0 * * * *";
  if (schedule == "@daily" || schedule == "@midnight") return "0 0 * * *";
  if (schedule == "@weekly") return "0 0 * * 0";
  if (schedule == "@monthly") return "0 0 1 * *";
  if (schedule == "@yearly" || schedule == "@annually") return "0 0 1 1 *";
  return schedule;
}

bool has(std::uint64_t bits, int number) {
  return (bits >> number & 1) != 0;
}

std::string text_of_bits(std::uint64_t bits, const detail::cron_field& field, bool is_any) {
  if (is_any) return "*";
  int first = field.least, last = field.most;
  while (!has(bits, first)) ++first;
  while (!has(bits, last)) --last;
  std::string list;
  bool is_range = last > first + 1;
  for (int at = first; at <= last; ++at) {
    if (has(bits, at)) list += (list.empty() ? "" : ",") + std::to_string(at);
    is_range = is_range && has(bits, at);
  }
  return is_range ? std::to_string(first) + "-" + std::to_string(last) : list;
}

}  // namespace
}  // namespace declare_values_schedule

// Counted in eras of 400 years whose years begin in March, so that a leap day is a year's last.
std::int64_t days_to(std::int64_t year, int month, int day) {
  if (month <= 2) --year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719'468;
}

local_time local_time_from(std::int64_t seconds) {
  using declare_values_schedule::seconds_a_day;
  const std::int64_t days = (seconds >= 0 ? seconds : seconds - seconds_a_day + 1) / seconds_a_day;
  const std::int64_t rest = seconds - days * seconds_a_day;
  local_time made;
  made.year = 1970 + days / 366 - (days < 0 ? 1 : 0);
  while (days_to(made.year + 1, 1, 1) <= days) ++made.year;
  while (made.month < 12 && days_to(made.year, made.month + 1, 1) <= days) ++made.month;
  made.day = static_cast<int>(days - days_to(made.year, made.month, 1)) + 1;
  made.hour = static_cast<int>(rest / 3600);
  made.minute = static_cast<int>(rest / 60 % 60);
  made.weekday = static_cast<int>(((days + 4) % 7 + 7) % 7);
  return made;
}

bool cron_times::holds(const local_time& at) const {
  using declare_values_schedule::has;
  if (!has(minutes, at.minute) || !has(hours, at.hour) || !has(months, at.month)) return false;
  const bool day = has(days, at.day), weekday = has(weekdays, at.weekday);
  return any_day || any_weekday ? day && weekday : day || weekday;
}

cron_times times_of(cron_schedule of) {
  using namespace declare_values_schedule;
  const auto& fields = detail::cron_schedule_rule::fields;
  cron_times made;
  bool ignored = false;
  std::string_view rest = fields_of(of.view());
  const auto next = [&](const detail::cron_field& field, bool& any) {
    return bits_of(detail::cron_schedule_rule::next_word(rest), field, any);
  };
  made.minutes = next(fields[0], ignored);
  made.hours = next(fields[1], ignored);
  made.days = next(fields[2], made.any_day);
  made.months = next(fields[3], ignored);
  made.weekdays = next(fields[4], made.any_weekday);
  return made;
}

std::string fields_of_schedule(cron_schedule of) {
  using namespace declare_values_schedule;
  const cron_times times = times_of(of);
  const auto& fields = detail::cron_schedule_rule::fields;
  const auto all = [](const detail::cron_field& field) {
    return (std::uint64_t{2} << field.most) - (std::uint64_t{1} << field.least);
  };
  const auto text = [&](std::uint64_t bits, const detail::cron_field& field) {
    return text_of_bits(bits, field, bits == all(field)) + " ";
  };
  return text(times.minutes, fields[0]) + text(times.hours, fields[1])
         + text_of_bits(times.days, fields[2], times.any_day) + " " + text(times.months, fields[3])
         + text_of_bits(times.weekdays, fields[4], times.any_weekday);
}

bool cron_times::ever_runs() const {
  using declare_values_schedule::has;
  if (!any_day && !any_weekday) return true;
  constexpr int longest[] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  for (int month = 1; month <= 12; ++month)
    for (int day = 1; day <= longest[month]; ++day)
      if (has(months, month) && has(days, day)) return true;
  return false;
}

std::optional<doubtful_time> doubtful_time_of(cron_schedule of, std::span<const clock_change> changes) {
  const cron_times times = times_of(of);
  if (times.every_hour()) return std::nullopt;
  for (const clock_change& change : changes) {
    const std::int64_t first = change.at + std::min(change.before, change.after);
    const std::int64_t end = change.at + std::max(change.before, change.after);
    for (std::int64_t at = first; at < end; at += 60)
      if (const local_time local = local_time_from(at); times.holds(local))
        return doubtful_time{.at = local, .twice = change.after < change.before};
  }
  return std::nullopt;
}

}  // namespace cicd
