// Abbreviations mean several zones; each stands here for the one with most people in it. Windows' names are
// those of the Unicode CLDR (windowsZones.xml, territory 001).
#pragma once

#include <cicd/declare/values/time_zone_guess.hpp>

#include <fmt/format.h>

#include <vector>

#include <cicd/base/text.hpp>
#include <cicd/declare/values/literal.hpp>

namespace cicd {

namespace declare_values_time_zone_guess {
namespace {

struct known_word {
  std::string_view words, zone;  ///< lower case, apart by `|`
};

constexpr known_word known[] = {
    {"pst|pdt|pt|pacific|los angeles|pacific standard time", "America/Los_Angeles"},
    {"mdt|mt|mountain|mountain standard time", "America/Denver"},
    {"cst|cdt|ct|central|central standard time", "America/Chicago"},
    {"edt|et|eastern|new york|eastern standard time", "America/New_York"},
    {"mexico|mexico city|central standard time (mexico)", "America/Mexico_City"},
    {"akst|akdt|alaska|alaskan standard time", "America/Anchorage"},
    {"ast|adt|atlantic standard time", "America/Halifax"},
    {"nst|ndt|newfoundland standard time", "America/St_Johns"},
    {"brt|brst|brasilia|sao paulo|são paulo|e. south america standard time", "America/Sao_Paulo"},
    {"art|argentina|buenos aires|argentina standard time", "America/Argentina/Buenos_Aires"},
    {"clt|clst|chile|pacific sa standard time", "America/Santiago"},
    {"cot|colombia|sa pacific standard time", "America/Bogota"},
    {"pet|peru", "America/Lima"},
    {"vet|venezuela standard time", "America/Caracas"},
    {"bst|london|uk|gmt standard time", "Europe/London"},
    {"ist|india|india standard time", "Asia/Kolkata"},
    {"cest|berlin|germany|w. europe standard time", "Europe/Berlin"},
    {"romance standard time|paris|france", "Europe/Paris"},
    {"central europe standard time", "Europe/Budapest"},
    {"central european standard time|poland", "Europe/Warsaw"},
    {"west|portugal", "Europe/Lisbon"},
    {"eest|fle standard time", "Europe/Kyiv"},
    {"gtb standard time", "Europe/Bucharest"},
    {"msk|russia|russian standard time", "Europe/Moscow"},
    {"trt|turkey standard time", "Europe/Istanbul"},
    {"idt|israel standard time", "Asia/Jerusalem"},
    {"gst|uae|arabian standard time", "Asia/Dubai"},
    {"irst|irdt|iran standard time", "Asia/Tehran"},
    {"pkt|pakistan|pakistan standard time", "Asia/Karachi"},
    {"wib|indonesia|se asia standard time", "Asia/Jakarta"},
    {"ict|vietnam|ho chi minh", "Asia/Ho_Chi_Minh"},
    {"sgt|singapore standard time", "Asia/Singapore"},
    {"hkt|hong kong", "Asia/Hong_Kong"},
    {"china|china standard time", "Asia/Shanghai"},
    {"pht|philippines", "Asia/Manila"},
    {"jst|tokyo standard time", "Asia/Tokyo"},
    {"kst|korea|korea standard time", "Asia/Seoul"},
    {"aest|aedt|aus eastern standard time", "Australia/Sydney"},
    {"acst|acdt|cen. australia standard time", "Australia/Adelaide"},
    {"awst|w. australia standard time", "Australia/Perth"},
    {"nzst|nzdt|new zealand standard time", "Pacific/Auckland"},
    {"sast|south africa standard time", "Africa/Johannesburg"},
    {"wat", "Africa/Lagos"},
    {"eat", "Africa/Nairobi"},
    {"cat", "Africa/Maputo"},
    {"z|zulu time|coordinated universal time|local", "UTC"},
};

bool is_among(std::string_view words, std::string_view word) {
  for (const std::string& each : split(words, '|'))
    if (each == word) return true;
  return false;
}

/// `UTC+2`, `GMT-03:00` or `+02:00`. The database counts the other way round.
std::string zone_of_offset(std::string_view text) {
  for (const std::string_view before : {"utc", "gmt"})
    if (text.starts_with(before)) text.remove_prefix(before.size());
  if (text.size() < 2 || (text.front() != '+' && text.front() != '-')) return {};
  const char turned = text.front() == '+' ? '-' : '+';
  text.remove_prefix(1);
  const std::string_view hours = text.substr(0, text.find(':'));
  const std::string_view minutes = hours.size() == text.size() ? "00" : text.substr(hours.size() + 1);
  if (!detail::is_whole(hours) || hours.size() > 2 || minutes != "00") return {};
  const int number = std::stoi(std::string(hours));
  if (number > 12) return {};
  return number == 0 ? "UTC" : fmt::format("Etc/GMT{}{}", turned, number);
}

std::string_view city_of(std::string_view zone) {
  return zone.substr(zone.rfind('/') + 1);
}

}  // namespace
}  // namespace declare_values_time_zone_guess

std::string zone_meant_by(std::string_view text) {
  using namespace declare_values_time_zone_guess;
  const std::string word = lower(text);
  for (const known_word& each : known)
    if (is_among(each.words, word)) return std::string(each.zone);
  return zone_of_offset(word);
}

std::string zone_meant_by(std::string_view text, std::span<const std::string> names) {
  using namespace declare_values_time_zone_guess;
  if (const std::string meant = zone_meant_by(text); !meant.empty()) return meant;
  const std::string city = lower(replaced_all(std::string(text), " ", "_"));
  for (const std::string& each : names)
    if (lower(city_of(each)) == city) return each;
  if (const auto near = nearest(text, names)) return *near;
  std::vector<std::string> cities;
  for (const std::string& each : names) cities.emplace_back(city_of(each));
  const auto near = nearest(city_of(city), cities);
  for (const std::string& each : names)
    if (near && city_of(each) == *near) return each;
  return {};
}

}  // namespace cicd
