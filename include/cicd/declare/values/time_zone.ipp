// Reads TZif: a block of 32-bit times to pass over, one of 64-bit times, and a rule such as
// `CET-1CEST,M3.5.0,M10.5.0/3`.
#pragma once

#include <cicd/declare/values/time_zone.hpp>

#include <algorithm>
#include <array>

#include <cicd/declare/values/cluster_values.hpp>

namespace cicd {

namespace declare_values_time_zone {
namespace {

constexpr std::size_t header_size = 44;

std::int64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t number = static_cast<signed char>(bytes[at]) < 0 ? ~std::uint64_t{0} : 0;
  for (std::size_t i = 0; i < size; ++i) number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
  return static_cast<std::int64_t>(number);
}

/// The counts of a header: UT indicators, standard indicators, leap seconds, times, types, characters.
using counts = std::array<std::size_t, 6>;

std::optional<counts> counts_at(std::string_view bytes, std::size_t at) {
  if (bytes.size() < at + header_size || bytes.substr(at, 4) != "TZif") return std::nullopt;
  counts made{};
  for (std::size_t i = 0; i < made.size(); ++i) {
    const std::int64_t count = number_at(bytes, at + 20 + 4 * i, 4);
    if (count < 0 || count > 100'000) return std::nullopt;
    made[i] = static_cast<std::size_t>(count);
  }
  return made;
}

std::size_t size_of(const counts& of, std::size_t time_size) {
  return of[3] * (time_size + 1) + of[4] * 6 + of[5] + of[2] * (time_size + 4) + of[1] + of[0];
}

/// The rule at the end of a file, read from left to right.
class rule_reader {
 public:
  explicit rule_reader(std::string_view text) : rest_(text) {}

  struct day_rule {
    char kind = 0;  ///< M: month, week and weekday; J: a day without leap days; 0: a day with them
    int month = 0, week = 0, day = 0;
    std::int32_t time = 7200;
  };
  struct rule {
    std::int32_t standard = 0, summer = 0;
    day_rule start, end;
  };

  /// Nothing for a zone whose clock stays as it is.
  std::optional<rule> read() {
    rule made;
    if (!skip_name() || !read_offset(made.standard)) return std::nullopt;
    made.standard = -made.standard;
    if (rest_.empty() || !skip_name()) return std::nullopt;
    made.summer = made.standard + 3600;
    if (!rest_.empty() && rest_.front() != ',') {
      if (!read_offset(made.summer)) return std::nullopt;
      made.summer = -made.summer;
    }
    if (!read_day(made.start) || !read_day(made.end)) return std::nullopt;
    return made;
  }

 private:
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool skip_name() {
    const bool quoted = rest_.starts_with('<');
    const auto end = quoted ? rest_.find('>') : rest_.find_first_of("0123456789+-,");
    if (end == 0 || (quoted && end == rest_.npos)) return false;
    rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + (quoted ? 1 : 0));
    return true;
  }

  bool read_number(int& number) {
    std::size_t digits = 0;
    for (number = 0; digits < rest_.size() && digits < 4 && detail::is_digit(rest_[digits]); ++digits)
      number = number * 10 + (rest_[digits] - '0');
    rest_.remove_prefix(digits);
    return digits > 0;
  }

  /// `[+-]hours[:minutes[:seconds]]`.
  bool read_offset(std::int32_t& seconds) {
    const bool negative = take('-');
    if (!negative) take('+');
    int hours = 0, minutes = 0, rest = 0;
    if (!read_number(hours)) return false;
    if (take(':') && !read_number(minutes)) return false;
    if (take(':') && !read_number(rest)) return false;
    seconds = (negative ? -1 : 1) * (hours * 3600 + minutes * 60 + rest);
    return true;
  }

  bool read_day(day_rule& to) {
    if (!take(',')) return false;
    if (take('M')) {
      to.kind = 'M';
      if (!read_number(to.month) || !take('.') || !read_number(to.week) || !take('.')) return false;
    } else if (take('J')) {
      to.kind = 'J';
    }
    if (!read_number(to.day)) return false;
    if (to.kind == 'M' && (to.month < 1 || to.month > 12 || to.week < 1 || to.week > 5 || to.day > 6))
      return false;
    return !take('/') || read_offset(to.time);
  }

  std::string_view rest_;
};

bool is_leap(std::int64_t year) {
  return days_to(year + 1, 1, 1) - days_to(year, 1, 1) == 366;
}

/// Seconds since 1970 by the clock that the rule's time is told by.
std::int64_t moment_of(const rule_reader::day_rule& of, std::int64_t year) {
  std::int64_t day = days_to(year, 1, 1) + of.day;
  if (of.kind == 'J') day -= of.day >= 60 && is_leap(year) ? 0 : 1;
  if (of.kind == 'M') {
    const std::int64_t first = days_to(year, of.month, 1);
    const std::int64_t next = of.month == 12 ? days_to(year + 1, 1, 1) : days_to(year, of.month + 1, 1);
    day = first + (of.day - local_time_from(first * 86'400).weekday + 7) % 7 + 7 * (of.week - 1);
    while (day >= next) day -= 7;
  }
  return day * 86'400 + of.time;
}

/// Where things lie in the block of 64-bit times.
struct block {
  std::size_t start = 0, end = 0;
  counts count{};
};

std::optional<block> block_of(std::string_view bytes) {
  const auto old = counts_at(bytes, 0);
  if (!old || bytes[4] < '2') return std::nullopt;
  const std::size_t at = header_size + size_of(*old, 4);
  const auto count = counts_at(bytes, at);
  if (!count || (*count)[4] == 0) return std::nullopt;
  const block made{.start = at + header_size, .end = at + header_size + size_of(*count, 8), .count = *count};
  return made.end <= bytes.size() ? std::optional(made) : std::nullopt;
}

/// The changes that the file lists; nothing when it names a type that it does not have.
std::optional<std::vector<clock_change>> listed_in(std::string_view bytes, const block& in) {
  const std::size_t times = in.count[3], types = in.start + 9 * times;
  const auto offset_of = [&](std::size_t type) {
    return static_cast<std::int32_t>(number_at(bytes, types + 6 * type, 4));
  };
  std::vector<clock_change> made;
  std::int32_t before = offset_of(0);
  for (std::size_t at = 0; at < times; ++at) {
    const auto type = static_cast<unsigned char>(bytes[in.start + 8 * times + at]);
    if (type >= in.count[4]) return std::nullopt;
    const std::int32_t after = offset_of(type);
    made.push_back({.at = number_at(bytes, in.start + 8 * at, 8), .before = before, .after = after});
    before = after;
  }
  return made;
}

void add_by_rule(std::string_view text,
                 std::int64_t from,
                 std::int64_t until,
                 std::vector<clock_change>& to) {
  const auto rule = rule_reader(text).read();
  if (!rule) return;
  const std::size_t first = to.size();
  const std::int64_t last_listed = to.empty() ? from : std::max(from, to.back().at + 1);
  for (std::int64_t year = local_time_from(last_listed).year - 1;
       days_to(year, 1, 1) * 86'400 < until + 86'400; ++year) {
    const std::int64_t start = moment_of(rule->start, year) - rule->standard;
    const std::int64_t end = moment_of(rule->end, year) - rule->summer;
    if (start >= last_listed) to.push_back({.at = start, .before = rule->standard, .after = rule->summer});
    if (end >= last_listed) to.push_back({.at = end, .before = rule->summer, .after = rule->standard});
  }
  std::sort(to.begin() + static_cast<std::ptrdiff_t>(first), to.end(),
            [](const clock_change& a, const clock_change& b) { return a.at < b.at; });
}

}  // namespace
}  // namespace declare_values_time_zone

std::optional<std::vector<clock_change>> clock_changes_in(std::string_view tzif,
                                                          std::int64_t from,
                                                          std::int64_t until) {
  using namespace declare_values_time_zone;
  const auto in = block_of(tzif);
  if (!in) return std::nullopt;
  auto changes = listed_in(tzif, *in);
  if (!changes) return std::nullopt;
  std::string_view rule = tzif.substr(in->end);
  if (rule.starts_with('\n')) rule.remove_prefix(1);
  add_by_rule(rule.substr(0, rule.find('\n')), from, until, *changes);
  std::erase_if(*changes, [&](const clock_change& each) {
    return each.at < from || each.at >= until || each.before == each.after;
  });
  return changes;
}

}  // namespace cicd
