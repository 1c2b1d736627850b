// Versions taken apart: Semantic Versioning 2.0 (section 11 for the order), dates, numbers.
#pragma once

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>
#include <cicd/deliver/policy/version_order.hpp>

namespace cicd {

namespace deliver_policy_version_order {
namespace {

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

/// A number of Semantic Versioning has no zeros before it.
bool is_plain_number(std::string_view text) {
  return is_digits(text) && (text.size() == 1 || text.front() != '0');
}

std::weak_ordering compare_numbers(std::string_view one, std::string_view other) {
  const auto shortened = [](std::string_view text) {
    return text.substr(std::min(text.find_first_not_of('0'), text.size()));
  };
  one = shortened(one), other = shortened(other);
  if (one.size() != other.size()) return one.size() <=> other.size();
  return one.compare(other) <=> 0;
}

// --- Semantic ---

struct semantic {
  std::vector<std::string> numbers, before;  ///< three; the identifiers of a pre-release
};

bool is_identifier(std::string_view text) {
  return !text.empty()
         && text.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-")
                == text.npos;
}

/// `rc.1`: identifiers between dots; nothing where one of them is none.
std::optional<std::vector<std::string>> identifiers_from(std::string_view text) {
  if (text.empty() || text.back() == '.') return std::nullopt;
  std::vector<std::string> all = split(text, '.');
  const auto is_one = [](const std::string& each) { return is_identifier(each); };
  return std::ranges::all_of(all, is_one) ? std::optional(std::move(all)) : std::nullopt;
}

std::optional<semantic> semantic_from(std::string_view text) {
  if (const auto plus = text.find('+'); plus != text.npos) {
    if (!identifiers_from(text.substr(plus + 1))) return std::nullopt;
    text = text.substr(0, plus);
  }
  semantic made;
  const auto dash = text.find('-');
  if (text.substr(0, dash).ends_with('.')) return std::nullopt;
  made.numbers = split(text.substr(0, dash), '.');
  const auto is_plain = [](const std::string& each) { return is_plain_number(each); };
  if (made.numbers.size() != 3 || !std::ranges::all_of(made.numbers, is_plain)) return std::nullopt;
  if (dash == text.npos) return made;
  std::optional<std::vector<std::string>> before = identifiers_from(text.substr(dash + 1));
  if (!before) return std::nullopt;
  for (const std::string& each : *before)
    if (is_digits(each) && !is_plain_number(each)) return std::nullopt;
  made.before = *std::move(before);
  return made;
}

/// Numbers by value and before words, words by their characters.
std::weak_ordering compare_identifiers(const std::string& one, const std::string& other) {
  const bool is_number = is_digits(one), is_other_number = is_digits(other);
  if (is_number && is_other_number) return compare_numbers(one, other);
  if (is_number != is_other_number) return is_number ? std::weak_ordering::less : std::weak_ordering::greater;
  return one.compare(other) <=> 0;
}

std::weak_ordering compare(const semantic& one, const semantic& other) {
  for (std::size_t at = 0; at < one.numbers.size(); ++at)
    if (const auto order = compare_numbers(one.numbers[at], other.numbers[at]); order != 0) return order;
  if (one.before.empty() || other.before.empty()) return other.before.size() <=> one.before.size();
  for (std::size_t at = 0; at < std::min(one.before.size(), other.before.size()); ++at)
    if (const auto order = compare_identifiers(one.before[at], other.before[at]); order != 0) return order;
  return one.before.size() <=> other.before.size();
}

// --- Calendar ---

int number_of(const std::string& digits) {
  int number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

/// Whether the third part is a day of that month: of a year of two digits it may be a number, as in 24.04.2.
bool is_day(const std::vector<std::string>& parts) {
  if (parts.size() < 3 || (parts.size() == 3 && parts[0].size() == 2)) return true;
  if (parts[2].size() > 2) return false;
  const int year = number_of(parts[0]) + (parts[0].size() == 2 ? 2000 : 0);
  return std::chrono::year_month_day(std::chrono::year(year),
                                     std::chrono::month(static_cast<unsigned>(number_of(parts[1]))),
                                     std::chrono::day(static_cast<unsigned>(number_of(parts[2]))))
      .ok();
}

/// A year of two or four digits, a month, and a day, a number or both.
std::optional<std::vector<std::string>> calendar_from(std::string_view text) {
  std::vector<std::string> parts = split(text, '.');
  if (parts.size() < 2 || parts.size() > 4 || text.back() == '.') return std::nullopt;
  const auto is_number = [](const std::string& each) { return is_digits(each); };
  if (!std::ranges::all_of(parts, is_number)) return std::nullopt;
  if (parts[0].size() != 2 && parts[0].size() != 4) return std::nullopt;
  const int month = parts[1].size() <= 2 ? number_of(parts[1]) : 0;
  return month >= 1 && month <= 12 && is_day(parts) ? std::optional(std::move(parts)) : std::nullopt;
}

std::weak_ordering compare(const std::vector<std::string>& one, const std::vector<std::string>& other) {
  for (std::size_t at = 0; at < std::min(one.size(), other.size()); ++at)
    if (const auto order = compare_numbers(one[at], other[at]); order != 0) return order;
  return one.size() <=> other.size();
}

std::string one_more(const std::string& number) {
  std::uint64_t value = 0;
  std::from_chars(number.data(), number.data() + number.size(), value);
  return std::to_string(value + 1);
}

std::string calendar_after(std::string_view highest, std::chrono::system_clock::time_point today) {
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(today)};
  const std::string date = fmt::format("{}.{:02}.{:02}", static_cast<int>(day.year()),
                                       static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
  const auto there = calendar_from(highest);
  if (!there || compare(*there, *calendar_from(date)) < 0) return date;
  const std::vector<std::string> parts = split(date, '.');
  const bool is_of_today = there->size() >= 3 && std::equal(parts.begin(), parts.end(), there->begin());
  if (!is_of_today) return date;
  return date + "." + (there->size() == 4 ? one_more(there->back()) : "1");
}

std::optional<std::string> semantic_after(std::string_view highest, next_version what) {
  std::optional<semantic> there = highest.empty() ? semantic{{"0", "0", "0"}, {}} : semantic_from(highest);
  if (!there) return std::nullopt;
  const std::size_t at = what == next_version::major ? 0 : what == next_version::minor ? 1 : 2;
  const auto is_zero = [](const std::string& each) { return each == "0"; };
  // What a pre-release comes before is the next one already: 1.5.0 after 1.5.0-rc.2.
  const bool is_next = !there->before.empty()
                       && std::all_of(there->numbers.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                                      there->numbers.end(), is_zero);
  if (!is_next) there->numbers[at] = one_more(there->numbers[at]);
  for (std::size_t lower = at + 1; lower < there->numbers.size(); ++lower) there->numbers[lower] = "0";
  return joined(there->numbers, ".");
}

}  // namespace
}  // namespace deliver_policy_version_order

bool is_version(version_rule rule, std::string_view text) {
  using namespace deliver_policy_version_order;
  switch (rule) {
    case version_rule::semantic: return semantic_from(text).has_value();
    case version_rule::calendar: return calendar_from(text).has_value();
    case version_rule::number: return is_digits(text);
    case version_rule::none: break;
  }
  return false;
}

std::optional<std::weak_ordering> compare_versions(version_rule rule,
                                                   std::string_view one,
                                                   std::string_view other) {
  using namespace deliver_policy_version_order;
  if (!is_version(rule, one) || !is_version(rule, other)) return std::nullopt;
  if (rule == version_rule::semantic) return compare(*semantic_from(one), *semantic_from(other));
  if (rule == version_rule::calendar) return compare(*calendar_from(one), *calendar_from(other));
  return compare_numbers(one, other);
}

tag_order tag_order::of(const ref_pattern& pattern, version_rule declared) {
  const std::string_view text = pattern.view();
  const auto star = text.find('*');
  const bool is_plain = star != text.npos && text.find_first_of("*?[\\", star + 1) == text.npos
                        && text.find_first_of("?[\\") == text.npos;
  if (!is_plain) return {pattern, version_rule::none};
  return {pattern, text == "rc-*" ? version_rule::number : declared};
}

std::optional<std::string> tag_order::rest_of(std::string_view tag) const {
  const std::string_view text = pattern.view();
  if (!ref_matches(text, tag)) return std::nullopt;
  const auto star = std::min(text.find('*'), text.size());
  const std::size_t behind = text.size() - std::min(star + 1, text.size());
  return std::string(tag.substr(star, tag.size() - star - behind));
}

std::string tag_order::tag_of(std::string_view rest) const {
  const std::string_view text = pattern.view();
  const auto star = std::min(text.find('*'), text.size());
  return std::string(text.substr(0, star)) + std::string(rest)
         + std::string(text.substr(std::min(star + 1, text.size())));
}

bool tag_order::has(std::string_view tag) const {
  const std::optional<std::string> rest = rest_of(tag);
  return rest && is_version(rule, *rest);
}

std::optional<std::weak_ordering> tag_order::compare(std::string_view one, std::string_view other) const {
  const std::optional<std::string> first = rest_of(one), second = rest_of(other);
  return first && second ? compare_versions(rule, *first, *second) : std::nullopt;
}

std::string tag_order::highest(const std::vector<std::string>& tags) const {
  std::string found;
  for (const std::string& each : tags)
    if (has(each) && (found.empty() || *compare(found, each) < 0)) found = each;
  return found;
}

std::string released_tag(const std::vector<std::string>& tags,
                         std::string_view preferred,
                         const trigger& on,
                         version_rule declared) {
  if (on.kind != ref_kind::tag) return {};
  if (!preferred.empty() && ref_matches(on.pattern.view(), preferred)) return std::string(preferred);
  for (const version_rule rule : {declared, version_rule::semantic})
    if (std::string best = tag_order::of(on.pattern, rule).highest(tags); !best.empty()) return best;
  const auto first = std::ranges::find_if(
      tags, [&](const std::string& each) { return ref_matches(on.pattern.view(), each); });
  return first == tags.end() ? std::string() : *first;
}

std::optional<std::string> version_after(std::string_view highest,
                                         next_version what,
                                         std::chrono::system_clock::time_point today) {
  using namespace deliver_policy_version_order;
  switch (what) {
    case next_version::calendar: return calendar_after(highest, today);
    case next_version::number:
      if (!highest.empty() && !is_digits(highest)) return std::nullopt;
      return one_more(std::string(highest));
    default: return semantic_after(highest, what);
  }
}

}  // namespace cicd
