// Cells, notes, and which of both forms fits.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/driver/commands/status_outlook.hpp>
#include <cicd/driver/commands/status_table.hpp>
#include <cicd/report/text_table.hpp>

namespace cicd {

namespace driver_commands_status_table {
namespace {

using row = std::vector<std::string>;

constexpr std::size_t gap = 2;
constexpr std::size_t least_note = 16;  ///< columns: less says nothing

/// `rc-4`, `main 8f3c2d1`
std::string release_of(const environment_status& of, const status_table_format& as) {
  constexpr std::size_t longest = 24;
  if (of.failure) return short_text_of_failure(*of.failure);
  if (!of.record) return as.has_signs ? "–" : "-";
  const deployment_record& record = *of.record;
  const std::string commit = record.commit.substr(0, 7);
  std::string text = !record.tag.empty()     ? record.tag
                     : commit.empty()        ? record.version
                     : record.branch.empty() ? commit
                                             : cut_to(displayable(record.branch), longest) + " " + commit;
  if (record.dirty) text += "-dirty";
  return displayable(text);
}

/// `−9`, `=`, `?`, `−3 +1`
std::string distance_of(const environment_status& of, const status_table_format& as) {
  if (!of.distance) return {};
  if (!of.distance->behind) return "?";
  std::string text;
  if (*of.distance->behind > 0) text = fmt::format("{}{}", as.has_signs ? "−" : "-", *of.distance->behind);
  if (of.distance->ahead > 0) text += fmt::format("{}+{}", text.empty() ? "" : " ", of.distance->ahead);
  return text.empty() ? "=" : text;
}

/// What is short of being as a deploy left it, each in a few words.
std::vector<std::string> notes_of(const environment_status& of) {
  std::vector<std::string> notes;
  for (const environment_remark& each : of.remarks)
    notes.push_back(displayable(each.brief.empty() ? each.state : each.brief));
  const bool is_settled = of.record && of.record->outcome == "deployed";
  if (is_settled && of.pods && of.pods->known && of.pods->ready < of.pods->wanted)
    notes.push_back(of.pods->text());
  const bool is_proposed = of.proposal && of.next && of.proposal->record.tag == of.next->tag;
  if (of.next && !of.next->refused && !of.next->tag.empty() && !of.state.hold && !of.reverted && !is_proposed)
    notes.push_back("next: " + displayable(of.next->tag));
  return notes;
}

/// A pipeline's line; further notes stand in lines below it.
struct line {
  std::string pipeline;
  std::vector<const environment_status*> cells;  ///< one for each column; null: not declared there
};

std::vector<line> lines_of(const std::vector<environment_status>& board,
                           const std::vector<std::string>& order) {
  std::vector<line> lines;
  for (const environment_status& each : board) {
    const std::string name = each.of.pipeline->declared.name.str();
    if (lines.empty() || lines.back().pipeline != name)
      lines.push_back({name, std::vector<const environment_status*>(order.size())});
    lines.back().cells[static_cast<std::size_t>(std::ranges::find(order, each.of.place->name.view())
                                                - order.begin())] = &each;
  }
  return lines;
}

/// Without the notes: name, then what is deployed and how far behind it is, for each column.
row cells_of(const line& of, const status_table_format& as) {
  row cells{displayable(of.pipeline)};
  for (const environment_status* each : of.cells) {
    cells.push_back(each == nullptr ? std::string() : release_of(*each, as));
    cells.push_back(each == nullptr ? std::string() : distance_of(*each, as));
  }
  return cells;
}

std::size_t width_of(const std::string& table) {
  std::size_t widest = 0;
  for (const std::string& each : split(table, '\n')) widest = std::max(widest, columns(each));
  return widest;
}

/// Nothing where it does not fit.
std::string as_columns(const std::vector<line>& lines,
                       const std::vector<std::string>& order,
                       const status_table_format& as) {
  row header{{}};
  for (const std::string& name : order) {
    header.push_back(displayable(name));
    header.emplace_back();
  }
  std::vector<row> bare, full;
  for (const line& each : lines) bare.push_back(cells_of(each, as));
  const std::size_t width = width_of(table_text(header, bare));
  if (as.width > 0 && width > as.width) return {};
  const std::size_t room = as.width == 0 ? std::string::npos : as.width - std::min(as.width, width + gap);
  for (std::size_t at = 0; at < lines.size(); ++at) {
    full.push_back(bare[at]);
    bool is_first = true;
    if (room < least_note) continue;
    for (const environment_status* each : lines[at].cells) {
      if (each == nullptr) continue;
      for (const std::string& note : notes_of(*each)) {
        if (!is_first) full.push_back(row(bare[at].size()));
        is_first = false;
        full.back().push_back(cut_to(fmt::format("{} {}", each->of.place->name.view(), note), room));
      }
    }
  }
  return table_text(header, full);
}

/// Its beginning and its end: long names differ in either.
std::string cut_in_the_middle(const std::string& name, std::size_t width) {
  if (width == 0 || name.size() <= width) return name;
  const std::size_t half = (width - 1) / 2;
  return name.substr(0, width - 1 - half) + "…" + name.substr(name.size() - half);
}

/// A block for each pipeline.
std::string as_blocks(const std::vector<line>& lines, const status_table_format& as) {
  std::string text;
  for (const line& each : lines) {
    text += cut_in_the_middle(each.pipeline, as.width) + "\n";
    std::vector<row> rows;
    for (const environment_status* cell : each.cells)
      if (cell != nullptr)
        rows.push_back({"  " + cell->of.place->name.str(), release_of(*cell, as), distance_of(*cell, as),
                        joined(notes_of(*cell), "; ")});
    text += table_text({}, rows, as.width);
  }
  return text;
}

}  // namespace
}  // namespace driver_commands_status_table

std::string status_table(const std::vector<environment_status>& board, const status_table_format& as) {
  using namespace driver_commands_status_table;
  if (board.empty()) return "no environment is declared\n";
  const std::vector<std::string> order = columns_of(board);
  const std::vector<line> lines = lines_of(board, order);
  const std::string table = as_columns(lines, order, as);
  return table.empty() ? as_blocks(lines, as) : table;
}

}  // namespace cicd
