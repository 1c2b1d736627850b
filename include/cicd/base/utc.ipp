// Times of day in UTC as text and back (RFC 3339 with `Z`); it never asks for the time.
#pragma once

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cicd {

namespace base_utc {
namespace {

using namespace std::chrono;

std::string text_to_seconds(system_clock::time_point when) {
  const auto day = floor<days>(when);
  const year_month_day date(day);
  const hh_mm_ss time(floor<seconds>(when - day));
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

/// The number that the next `digits` digits give; −1 and nothing taken where they are none.
int taken_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return -1;
  int number = 0;
  for (std::size_t at = 0; at < digits; ++at) {
    if (text[at] < '0' || text[at] > '9') return -1;
    number = number * 10 + (text[at] - '0');
  }
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

/// A fraction's first three digits; further ones are passed over.
std::optional<milliseconds> taken_fraction(std::string_view& text) {
  if (!take(text, '.')) return milliseconds{0};
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits == 0) return std::nullopt;
  int thousandths = 0;
  for (std::size_t at = 0; at < 3; ++at) thousandths = thousandths * 10 + (at < digits ? text[at] - '0' : 0);
  text.remove_prefix(digits);
  return milliseconds{thousandths};
}

}  // namespace
}  // namespace base_utc

std::string utc_text(std::chrono::system_clock::time_point when) {
  return base_utc::text_to_seconds(when) + "Z";
}

std::string utc_text_with_milliseconds(std::chrono::system_clock::time_point when) {
  using namespace std::chrono;
  const auto part = floor<milliseconds>(when) - floor<seconds>(when);
  return fmt::format("{}.{:03}Z", base_utc::text_to_seconds(when), part.count());
}

std::optional<std::chrono::system_clock::time_point> utc_from(std::string_view text) {
  using namespace std::chrono;
  using base_utc::take;
  using base_utc::taken_number;
  const int in_year = taken_number(text, 4);
  const int in_month = take(text, '-') ? taken_number(text, 2) : -1;
  const int in_day = take(text, '-') ? taken_number(text, 2) : -1;
  const int hour = take(text, 'T') ? taken_number(text, 2) : -1;
  const int minute = take(text, ':') ? taken_number(text, 2) : -1;
  const int second = take(text, ':') ? taken_number(text, 2) : -1;
  const auto fraction = base_utc::taken_fraction(text);
  if (!fraction || text != "Z" || in_year < 0 || in_month < 0 || in_day < 0) return std::nullopt;
  const year_month_day date(year(in_year), month(static_cast<unsigned>(in_month)),
                            day(static_cast<unsigned>(in_day)));
  if (!date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
    return std::nullopt;
  return sys_days(date) + hours(hour) + minutes(minute) + seconds(second) + *fraction;
}

}  // namespace cicd
