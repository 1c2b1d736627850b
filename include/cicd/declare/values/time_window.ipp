// Reading windows, and the nearest right one for one that is wrong.
#pragma once

#include <cicd/declare/values/time_window.hpp>

#include <vector>

#include <cicd/base/text.hpp>

namespace cicd {

namespace declare_values_time_window {
namespace {

constexpr int minutes_a_day = 24 * 60;
constexpr std::uint8_t all_days = 0x7f;

int day_named(std::string_view word) {
  for (std::size_t day = 0; day < day_names.size(); ++day)
    if (word == day_names[day]) return static_cast<int>(day);
  return -1;
}

std::uint8_t bit(int day) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(day % 7));
}

/// `Mon`, `Mon-Fri`, `Sat-Mon`; 0 for anything else.
std::uint8_t days_in(std::string_view part) {
  const auto dash = part.find('-');
  const int first = day_named(part.substr(0, dash));
  const int last = dash == part.npos ? first : day_named(part.substr(dash + 1));
  if (first < 0 || last < 0) return 0;
  std::uint8_t days = bit(last);
  for (int day = first; day % 7 != last; ++day) days |= bit(day);
  return days;
}

/// `09:00` as minutes of the day; below 0 for anything else.
int minute_in(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return -1;
  for (const std::size_t at : {0U, 1U, 3U, 4U})
    if (!detail::is_digit(text[at])) return -1;
  const int hour = (text[0] - '0') * 10 + text[1] - '0', minute = (text[3] - '0') * 10 + text[4] - '0';
  const int all = hour * 60 + minute;
  return minute > 59 || all > minutes_a_day ? -1 : all;
}

std::string two_digits(int number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

std::string clock_text(int minute) {
  return two_digits(minute / 60) + ":" + two_digits(minute % 60);
}

/// The nearest right day: its first three letters, or two, in any case.
std::string meant_day(std::string_view word) {
  const std::string start = lower(std::string(word.substr(0, 3)));
  for (const std::string_view name : day_names)
    if (start.size() >= 2 && lower(std::string(name)).starts_with(start)) return std::string(name);
  return {};
}

std::string meant_days(std::string_view text) {
  const std::string whole = lower(std::string(text));
  if (whole == "daily" || whole == "everyday" || whole == "*") return "Sun-Sat";
  if (whole.starts_with("weekday") || whole == "workdays") return "Mon-Fri";
  if (whole.starts_with("weekend")) return "Sat,Sun";
  std::vector<std::string> parts;
  for (const std::string& part : split(text, ',')) {
    std::vector<std::string> ends;
    for (const std::string& end : split(part, '-')) ends.push_back(meant_day(end));
    parts.push_back(joined(ends, "-"));
  }
  return joined(parts, ",");
}

/// `9:00`, `9`, `16h`, `4pm` as `09:00`, …
std::string meant_time(std::string_view text) {
  std::string word = lower(std::string(text));
  int added = 0;
  if (word.ends_with("pm")) added = 12;
  if (word.ends_with("pm") || word.ends_with("am"))
    word.resize(word.size() - 2);
  else if (word.ends_with("h"))
    word.resize(word.size() - 1);
  const auto colon = word.find_first_of(":.h");
  const std::string hours = word.substr(0, colon),
                    minutes = colon == word.npos ? "00" : word.substr(colon + 1);
  if (hours.empty() || hours.size() > 2 || minutes.size() != 2) return {};
  for (const char c : hours + minutes)
    if (!detail::is_digit(c)) return {};
  const int hour = std::stoi(hours);
  return two_digits(hour < 12 ? hour + added : hour) + ":" + minutes;
}

std::string meant_times(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == text.npos) return {};
  std::string from = meant_time(text.substr(0, dash)), until = meant_time(text.substr(dash + 1));
  if (from == "24:00") from = "00:00";
  // What would never be open: the whole day is meant.
  if (from == until || (from == "00:00" && until == "00:00")) return "00:00-24:00";
  return from + "-" + until;
}

}  // namespace
}  // namespace declare_values_time_window

std::optional<time_window> time_window::parse(std::string_view word) {
  using namespace declare_values_time_window;
  time_window made{.days = all_days};
  if (const auto space = word.find(' '); space != word.npos) {
    made.days = 0;
    for (const std::string& part : split(word.substr(0, space), ',')) {
      const std::uint8_t days = days_in(part);
      if (days == 0) return std::nullopt;
      made.days |= days;
    }
    if (made.days == 0) return std::nullopt;
    word.remove_prefix(space + 1);
  }
  const auto dash = word.find('-');
  if (dash == word.npos) return std::nullopt;
  made.from = minute_in(word.substr(0, dash));
  made.until = minute_in(word.substr(dash + 1));
  // One that ends as it begins is never open.
  if (made.from < 0 || made.until < 0 || made.from == made.until || made.from == minutes_a_day)
    return std::nullopt;
  return made;
}

std::string time_window::guess(std::string_view word) {
  using namespace declare_values_time_window;
  const auto space = word.rfind(' ');
  const bool has_digit = word.find_first_of("0123456789") != word.npos;
  std::string made;
  if (!has_digit)
    made = meant_days(word) + " 09:00-16:00";
  else if (space == word.npos)
    made = meant_times(word);
  else
    made = meant_days(word.substr(0, space)) + " " + meant_times(word.substr(space + 1));
  return parse(made) ? made : std::string();
}

std::string time_window::text() const {
  using namespace declare_values_time_window;
  const std::string times = clock_text(from) + "-" + clock_text(until);
  if (days == all_days) return times;
  // From Monday on, so that Mon-Fri and Sat-Sun are each one.
  std::vector<std::string> parts;
  for (int day = 1; day <= 7; ++day) {
    if ((days & bit(day)) == 0) continue;
    int last = day;
    while (last < 7 && (days & bit(last + 1)) != 0) ++last;
    std::string part(day_names[static_cast<std::size_t>(day % 7)]);
    if (last > day)
      part += (last == day + 1 ? "," : "-") + std::string(day_names[static_cast<std::size_t>(last % 7)]);
    parts.push_back(std::move(part));
    day = last;
  }
  return joined(parts, ",") + " " + times;
}

bool time_window::holds(const local_time& at) const {
  using declare_values_time_window::bit;
  const int minute = at.hour * 60 + at.minute;
  const bool today = (days & bit(at.weekday)) != 0;
  if (from < until) return today && minute >= from && minute < until;
  const bool yesterday = (days & bit(at.weekday + 6)) != 0;
  return (today && minute >= from) || (yesterday && minute < until);
}

}  // namespace cicd
