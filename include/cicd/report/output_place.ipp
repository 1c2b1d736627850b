// Lines to places.
#pragma once

#include <cicd/report/output_place.hpp>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <optional>
#include <utility>

#include <cicd/base/text.hpp>
#include <cicd/report/rendering.hpp>

namespace cicd {

namespace report_output_place {
namespace {

constexpr std::size_t longest_path = 400, longest_message = 1'000;

/// Takes a number from the front.
std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || number <= 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

/// Not what is only told, or belongs to another error.
bool is_error(std::string_view message) {
  const std::string low = lower(trimmed(message.substr(0, 40)));
  for (const char* word : {"warning", "note", "info", "remark", "help", "in file included", "required from"})
    if (low.starts_with(word)) return false;
  return !low.empty();
}

/// `: error: ';' expected` → `';' expected`
std::string message_in(std::string_view text) {
  while (!text.empty() && (text.front() == ':' || text.front() == ' ' || text.front() == '-'))
    text.remove_prefix(1);
  for (const std::string_view word : {"fatal error: ", "error: ", "Error: "})
    if (take(text, word)) break;
  return std::string(trimmed(text.substr(0, longest_message)));
}

/// Behind a file's name: `:12:3: …`, `:12: …`, `:[12,3] …`, `(12,3): …`.
struct place_behind {
  std::int64_t line = 0, column = 0;
  std::string_view rest;
};
std::optional<place_behind> place_in(std::string_view text) {
  const bool is_round = text.starts_with('('), is_square = text.starts_with(":[");
  text.remove_prefix(is_square ? 2 : 1);
  place_behind at;
  const auto line = take_number(text);
  if (!line) return std::nullopt;
  at.line = *line;
  const bool has_column = take(text, is_round || is_square ? "," : ":");
  if (has_column)
    if (const auto column = take_number(text)) at.column = *column;
  if (is_round && !take(text, ")")) return std::nullopt;
  if (is_square && !take(text, "]")) return std::nullopt;
  if (!is_square && !text.starts_with(':') && !(has_column && text.starts_with(' '))) return std::nullopt;
  at.rest = text;
  return at;
}

}  // namespace
}  // namespace report_output_place

void output_errors::add(output_error found) {
  const bool is_known = std::ranges::any_of(all_, [&](const output_error& each) {
    return each.places == found.places && each.message == found.message;
  });
  if (!is_known && all_.size() < most) all_.push_back(std::move(found));
}

void output_errors::read(std::string_view raw) {
  if (all_.size() >= most) return;
  if (raw.find_first_of(":(\"") == raw.npos && !in_traceback_) return;
  const std::string line = rendered_line(raw.substr(0, 4U << 10U));
  if (read_python(line) || read_rust(line)) return;
  (void)read_place(line);
}

bool output_errors::read_place(std::string_view line) {
  using namespace report_output_place;
  line = trimmed(line);
  for (const std::string_view word : {"[ERROR] ", "ERROR: ", "error: ", "vet: ", "e: ", "file://"})
    (void)take(line, word);
  for (std::size_t at = line.find_first_of(":("); at != line.npos && at < longest_path;
       at = line.find_first_of(":(", at + 1)) {
    const std::string_view path = line.substr(0, at);
    if (path.find_first_of(" \t\"'<>|") != path.npos) return false;
    const auto place = place_in(line.substr(at));
    if (!place || path.find('.') == path.npos) continue;
    const std::string_view rest = trimmed(place->rest.substr(place->rest.starts_with(':') ? 1 : 0));
    if (!is_error(rest)) return false;
    add({{{std::string(path), place->line}}, place->column, message_in(rest)});
    return true;
  }
  return false;
}

/// `error[E0425]: cannot find value …`, then ` --> src/main.rs:2:5`.
bool output_errors::read_rust(std::string_view line) {
  using namespace report_output_place;
  if (line.starts_with("error[") || line.starts_with("error: ")) {
    const std::size_t colon = line.find(": ");
    if (colon == line.npos) return false;
    rust_ = std::string(line.substr(colon + 2, longest_message));
    return line.starts_with("error[");
  }
  std::string_view text = trimmed(line);
  if (rust_.empty() || !take(text, "--> ")) return false;
  const std::size_t colon = text.find(':');
  const auto place = colon == text.npos ? std::nullopt : place_in(std::string(text.substr(colon)) + ":");
  if (!place) return false;
  add({{{std::string(text.substr(0, colon)), place->line}}, place->column, std::exchange(rust_, {})});
  return true;
}

/// `File "app/pay.py", line 12, in pay`, of each frame, and what was raised in the first line that is not
/// indented.
bool output_errors::read_python(std::string_view line) {
  using namespace report_output_place;
  const std::string_view text = trimmed(line);
  if (text.starts_with("File \"")) {
    const std::size_t end = text.find("\", line ");
    if (end == text.npos) return false;
    std::string_view number = text.substr(end + 8);
    const auto found = take_number(number);
    if (!found) return false;
    if (!in_traceback_) frames_.clear();
    in_traceback_ = true;
    if (frames_.size() < most) frames_.emplace_back(text.substr(6, end - 6), *found);
    return true;
  }
  if (!in_traceback_) return false;
  if (line.empty() || line.front() == ' ' || line.front() == '\t') return true;
  in_traceback_ = false;
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, std::min(colon, text.size()));
  if (name.empty() || name.find(' ') != name.npos) return false;
  add({std::exchange(frames_, {}), 0, std::string(text.substr(0, longest_message))});
  return true;
}

}  // namespace cicd
