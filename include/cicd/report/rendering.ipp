// Making foreign bytes harmless, signs, colours, widths. It writes nothing.
#pragma once

#include <cicd/report/rendering.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>

#include <algorithm>

namespace cicd {

namespace report_rendering {
namespace {

/// Whether nothing in the line needs a second look.
bool is_harmless(std::string_view line) {
  char before = ' ';
  for (const char c : line) {
    if ((c < 0x20 && c != '\t') || c == 0x7f || (c == before && (c == '#' || c == ':'))) return false;
    before = c;
  }
  return true;
}

/// The size of a sequence at the front that only colours or clears the rest of a line (ECMA-48: SGR, EL; ISO
/// 2022: `ESC ( B`).
std::size_t decoration_size(std::string_view text) {
  if (text.substr(0, 3) == "\x1b(B") return 3;
  if (text.substr(0, 2) != "\x1b[") return 0;
  const std::size_t end = text.find_first_not_of("0123456789;:", 2);
  return end != text.npos && (text[end] == 'm' || text[end] == 'K') ? end + 1 : 0;
}

std::string without_decoration(std::string_view line) {
  std::string plain;
  while (!line.empty()) {
    if (const std::size_t size = decoration_size(line)) {
      line.remove_prefix(size);
      continue;
    }
    const std::size_t next = std::min(line.find('\x1b', 1), line.size());
    plain.append(line.substr(0, next));
    line.remove_prefix(next);
  }
  return plain;
}

/// What a terminal would show of a line that goes back to its start.
std::string_view after_returns(std::string_view line) {
  while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  const std::size_t last = line.rfind('\r');
  return last == line.npos ? line : line.substr(last + 1);
}

std::string_view start_of(paint colour) {
  switch (colour) {
    case paint::good: return "\x1b[32m";
    case paint::bad: return "\x1b[31m";
    case paint::calm: return "\x1b[36m";
    case paint::faint: return "\x1b[2m";
    case paint::plain: break;
  }
  return {};
}

}  // namespace
}  // namespace report_rendering

std::string rendered_line(std::string_view raw) {
  using namespace report_rendering;
  if (is_harmless(raw)
      && std::all_of(raw.begin(), raw.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
    return std::string(raw);
  return without_commands(displayable(without_decoration(after_returns(raw))));
}

std::vector<std::string> rendered_lines(std::string_view raw) {
  std::vector<std::string> lines;
  while (!raw.empty()) {
    const std::size_t end = std::min(raw.find('\n'), raw.size());
    lines.push_back(rendered_line(raw.substr(0, end)));
    raw.remove_prefix(std::min(end + 1, raw.size()));
  }
  return lines;
}

bool is_noise(std::string_view line) {
  constexpr std::string_view level = "[INFO] ";
  line = trimmed(line);
  if (line.starts_with(level)) line.remove_prefix(level.size());
  if (line.starts_with("Progress (")) return true;
  return (line.starts_with("Downloading from ") || line.starts_with("Downloaded from "))
         && line.find("://") != line.npos;
}

const signs& signs_for(bool utf8) {
  static constexpr signs pretty{"✓", "✗", "↺", "○", "…", "·", {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧"}};
  static constexpr signs ascii{"+", "x", "=", "o", "...", "-", {"|", "/", "-", "\\", "|", "/", "-", "\\"}};
  return utf8 ? pretty : ascii;
}

std::string in_locale(std::string text, bool utf8) {
  if (utf8) return text;
  text = replaced_all(std::move(text), "…", "...");
  text = replaced_all(std::move(text), "→", "->");
  return replaced_all(std::move(text), "·", "-");
}

std::string cut_in_locale(std::string_view text, std::size_t width, bool utf8) {
  if (columns(text) <= width) return std::string(text);
  if (utf8) return cut_to(text, width);
  if (width <= 3) return std::string(width, '.');
  return in_locale(cut_to(text, width - 2), utf8);
}

std::string line_of(const pieces& parts, bool colour, bool utf8, std::size_t width) {
  std::string line;
  std::size_t left = width == 0 ? std::string::npos : width;
  for (std::size_t at = 0; at < parts.size() && left > 0; ++at) {
    bool more = false;
    for (std::size_t rest = at + 1; rest < parts.size(); ++rest) more = more || !parts[rest].text.empty();
    const std::string text = in_locale(parts[at].text, utf8);
    const std::size_t needs = columns(text);
    // A piece that fits exactly while others follow is cut too, so that the dots tell.
    const bool fits = needs < left || (needs == left && !more);
    const std::string shown = fits ? text : cut_in_locale(text + " ", left, utf8);
    const std::string_view start =
        colour && !shown.empty() ? report_rendering::start_of(parts[at].colour) : "";
    line.append(start).append(shown).append(start.empty() ? "" : "\x1b[0m");
    left = fits ? left - needs : 0;
  }
  return line;
}

std::string padded(std::string text, std::size_t width) {
  const std::size_t has = columns(text);
  if (has < width) text.append(width - has, ' ');
  return text;
}

}  // namespace cicd
