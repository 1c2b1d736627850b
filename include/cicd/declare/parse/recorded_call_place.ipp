// Where a call was declared, in words.
#pragma once

#include <cicd/declare/parse/recorded_call.hpp>

#include <fmt/format.h>

namespace cicd {

namespace declare_parse_recorded_call_place {
namespace {

std::string ordinal(int number) {
  const int last_two = number % 100;
  const bool teen = last_two >= 11 && last_two <= 13;
  const char* suffix = teen               ? "th"
                       : number % 10 == 1 ? "st"
                       : number % 10 == 2 ? "nd"
                       : number % 10 == 3 ? "rd"
                                          : "th";
  return fmt::format("{}{}", number, suffix);
}

std::string_view relative(std::string_view file, std::string_view source_root) {
  const bool is_below = !source_root.empty() && file.starts_with(source_root)
                        && file.substr(source_root.size()).starts_with('/');
  return is_below ? file.substr(source_root.size() + 1) : file;
}

}  // namespace
}  // namespace declare_parse_recorded_call_place

std::string origin::text(std::string_view source_root) const {
  std::string places;
  for (const code_place& each : lines)
    places += fmt::format("{}{}{}",
                          places.empty() ? ""
                          : each.line    ? ", called at "
                                         : ", called in ",
                          declare_parse_recorded_call_place::relative(each.file, source_root),
                          each.line ? fmt::format(":{}", each.line) : std::string());
  if (!places.empty()) return part.empty() ? places : fmt::format("{}, {}", places, part);
  const std::string_view file = declare_parse_recorded_call_place::relative(list_file, source_root);
  if (which == 0) return fmt::format("{}, {}", file, part.empty() ? function : part);
  return fmt::format("{}, {} call of {}()", file, declare_parse_recorded_call_place::ordinal(which),
                     function);
}

}  // namespace cicd
