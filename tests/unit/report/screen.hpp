// A small terminal: the bytes of a program in, what a person sees out. It knows the sequences that the
// console may use (ECMA-48: CUU, EL, ED, SGR; DECTCEM) and fails on any other.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/text.hpp>

namespace cicd {

class screen {
 public:
  screen(std::size_t width, std::size_t height) : width_(width), height_(height), rows_(1) {}

  void write(std::string_view bytes) {
    while (!bytes.empty()) bytes.remove_prefix(take(bytes));
  }

  /// All lines, those that scrolled out too, without spaces at their ends; lines that are empty at the end
  /// are left out.
  std::string text() const {
    std::string all;
    std::string empty;
    for (const auto& row : rows_) {
      std::string line;
      for (const std::string& cell : row) line += cell;
      while (line.ends_with(' ')) line.pop_back();
      (line.empty() ? empty : all).append(line.empty() ? "\n" : std::exchange(empty, {}) + line + "\n");
    }
    return all;
  }
  bool cursor_is_visible() const { return visible_; }
  std::size_t cursor_column() const { return column_; }
  std::size_t colour_changes() const { return colours_; }

 private:
  std::size_t take(std::string_view bytes) {
    if (bytes[0] == '\x1b') return take_escape(bytes);
    if (bytes[0] == '\r') return column_ = 0, waits_ = false, 1;
    if (bytes[0] == '\n') return next_row(), 1;
    if (static_cast<unsigned char>(bytes[0]) < 0x20) throw std::runtime_error("a control character");
    std::size_t size = 1;
    while (size < bytes.size() && (static_cast<unsigned char>(bytes[size]) & 0xc0) == 0x80) ++size;
    put(std::string(bytes.substr(0, size)));
    return size;
  }

  /// A character in the last column leaves the cursor there until the next one wraps, as terminals do.
  void put(std::string cell) {
    if (waits_) next_row(), column_ = 0;
    waits_ = false;
    auto& row = rows_[at_];
    if (row.size() <= column_) row.resize(column_ + 1, " ");
    row[column_] = std::move(cell);
    if (column_ + 1 == width_)
      waits_ = true;
    else
      ++column_;
  }

  void next_row() {
    waits_ = false;
    if (++at_ == rows_.size()) rows_.emplace_back();
  }

  std::size_t take_escape(std::string_view bytes) {
    const std::size_t end = bytes.find_first_of("ABCDHJKhlm", 2);
    if (bytes.substr(0, 2) != "\x1b[" || end == bytes.npos) throw std::runtime_error("an unknown escape");
    const std::string arguments(bytes.substr(2, end - 2));
    switch (bytes[end]) {
      case 'm': ++colours_; break;
      case 'A': up(static_cast<std::size_t>(std::stoul(arguments))); break;
      case 'K': clear_right(); break;
      case 'J': clear_right(), rows_.resize(at_ + 1); break;
      case 'h':
      case 'l':
        if (arguments != "?25") throw std::runtime_error("an unknown mode");
        visible_ = bytes[end] == 'h';
        break;
      default: throw std::runtime_error("an unknown sequence");
    }
    return end + 1;
  }

  /// The cursor does not reach rows that have scrolled out.
  void up(std::size_t rows) {
    const std::size_t top = rows_.size() > height_ ? rows_.size() - height_ : 0;
    at_ = at_ >= top + rows ? at_ - rows : top;
    waits_ = false;
  }

  /// In the last column this takes the character that was just put there, as xterm does.
  void clear_right() {
    auto& row = rows_[at_];
    row.resize(std::min(row.size(), column_));
  }

  std::size_t width_, height_, at_ = 0, column_ = 0, colours_ = 0;
  bool waits_ = false, visible_ = true;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace cicd
