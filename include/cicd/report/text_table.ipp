// Rows of text under a header: widths, and what is cut where there is no room.
#pragma once

#include <algorithm>

#include <cicd/base/unicode.hpp>
#include <cicd/report/text_table.hpp>

namespace cicd {

namespace report_text_table {
namespace {

using row = std::vector<std::string>;

constexpr std::size_t gap = 2;
constexpr std::size_t narrowest = 8;  ///< of a column that is cut

const std::string& cell(const row& of, std::size_t at) {
  static const std::string none;
  return at < of.size() ? of[at] : none;
}

/// Of each column; 0 for one that is empty in all rows.
std::vector<std::size_t> widths_of(const row& header, const std::vector<row>& rows) {
  std::vector<std::size_t> widths;
  for (const row& each : rows)
    for (std::size_t at = 0; at < each.size(); ++at) {
      if (widths.size() <= at) widths.resize(at + 1);
      widths[at] = std::max(widths[at], columns(each[at]));
    }
  for (std::size_t at = 0; at < widths.size(); ++at)
    if (widths[at] > 0) widths[at] = std::max(widths[at], columns(cell(header, at)));
  return widths;
}

std::size_t total_of(const std::vector<std::size_t>& widths) {
  std::size_t total = 0;
  for (const std::size_t each : widths)
    if (each > 0) total += (total > 0 ? gap : 0) + each;
  return total;
}

/// Takes from the widest column until all fit, or none can give more.
void narrow(std::vector<std::size_t>& widths, std::size_t width) {
  while (width > 0 && total_of(widths) > width) {
    const auto widest = std::ranges::max_element(widths);
    if (*widest <= narrowest) return;
    --*widest;
  }
}

void append_line(std::string& to, const row& of, const std::vector<std::size_t>& widths) {
  std::string line;
  std::size_t used = 0, wanted = 0;
  for (std::size_t at = 0; at < widths.size(); ++at) {
    if (widths[at] == 0) continue;
    const std::string text = cut_to(cell(of, at), widths[at]);
    line.append(wanted - used, ' ').append(text);
    used = wanted + columns(text);
    wanted += widths[at] + gap;
  }
  while (line.ends_with(' ')) line.pop_back();
  to.append(line).push_back('\n');
}

}  // namespace
}  // namespace report_text_table

std::string table_text(const std::vector<std::string>& header,
                       const std::vector<std::vector<std::string>>& rows,
                       std::size_t width,
                       const std::vector<std::size_t>& dispensable) {
  using namespace report_text_table;
  if (rows.empty()) return {};
  std::vector<std::size_t> widths = widths_of(header, rows);
  for (const std::size_t each : dispensable)
    if (width > 0 && total_of(widths) > width && each < widths.size()) widths[each] = 0;
  narrow(widths, width);
  std::string text;
  if (!header.empty()) append_line(text, header, widths);
  for (const row& each : rows) append_line(text, each, widths);
  return text;
}

}  // namespace cicd
