// TOML, as much as pyproject.toml and Cargo.toml need (toml.io, 1.0): tables, dotted and quoted keys,
// strings, numbers, booleans, lists of them, inline tables. Texts of several lines and what is no TOML are
// said to be unread.
#pragma once

#include <cicd/engine/adopt/facts.hpp>

#include <optional>

#include <cicd/base/text.hpp>

namespace cicd::source_files {

namespace engine_adopt_facts_toml {
namespace {

constexpr int deepest = 32;

class reader {
 public:
  reader(std::string_view text, file_facts& to) : text_(text), to_(to) {}

  void read() {
    while (skip_to_line(), at_ < text_.size()) {
      const std::size_t start = at_;
      const int line = line_;
      if (!statement()) {
        to_.skip(line, "this line cannot be read");
        pass_line();
      }
      if (at_ == start) pass_line();
    }
  }

 private:
  bool is_at(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool pass(char c) {
    if (!is_at(c)) return false;
    if (c == '\n') ++line_;
    ++at_;
    return true;
  }
  void skip_blanks() {
    while (is_at(' ') || is_at('\t') || is_at('\r')) ++at_;
  }
  void pass_line() {
    while (at_ < text_.size() && !is_at('\n')) ++at_;
    pass('\n');
  }
  /// Over blanks, empty lines and comments.
  void skip_to_line() {
    for (skip_blanks(); is_at('\n') || is_at('#'); skip_blanks()) pass_line();
  }
  bool ends_line() {
    skip_blanks();
    if (at_ < text_.size() && !is_at('\n') && !is_at('#')) return false;
    pass_line();
    return true;
  }

  bool statement() {
    if (is_at('[')) return table();
    const int line = line_;
    const auto key = dotted_key();
    if (!key || !pass('=')) return false;
    skip_blanks();
    return value(table_.empty() ? *key : table_ + "." + *key, line, 0) && ends_line();
  }

  bool table() {
    pass('[');
    const bool is_list = pass('[');
    auto key = dotted_key();
    if (!key || !pass(']') || (is_list && !pass(']'))) return false;
    table_ = *std::move(key);
    return ends_line();
  }

  static bool is_bare(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  }
  std::optional<std::string> dotted_key() {
    std::string key;
    do {
      skip_blanks();
      std::optional<std::string> part = is_at('"') || is_at('\'') ? string() : bare_word();
      if (!part || part->empty()) return std::nullopt;
      key += (key.empty() ? "" : ".") + *part;
      skip_blanks();
    } while (pass('.'));
    return key;
  }
  std::optional<std::string> bare_word() {
    const std::size_t start = at_;
    while (at_ < text_.size() && is_bare(text_[at_])) ++at_;
    return std::string(text_.substr(start, at_ - start));
  }

  /// One of a single line; nothing where it has an escape of another kind, or does not end.
  std::optional<std::string> string() {
    const char quote = text_[at_++];
    std::string made;
    for (; at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n'; ++at_) {
      if (text_[at_] != '\\' || quote == '\'') {
        made += text_[at_];
        continue;
      }
      ++at_;
      constexpr std::string_view escaped = "\"\\tnrbf", meant = "\"\\\t\n\r\b\f";
      const auto found = at_ < text_.size() ? escaped.find(text_[at_]) : escaped.npos;
      if (found == escaped.npos) return std::nullopt;
      made += meant[found];
    }
    return pass(quote) ? std::optional(made) : std::nullopt;
  }

  bool value(const std::string& key, int line, int depth) {
    if (depth > deepest || at_ >= text_.size()) return false;
    for (const std::string_view quotes : {"\"\"\"", "'''"})
      if (text_.substr(at_).starts_with(quotes)) return long_string(key, line, quotes);
    if (is_at('"') || is_at('\'')) {
      auto text = string();
      if (text) to_.add(key, *std::move(text), line);
      return text.has_value();
    }
    if (is_at('[')) return list(key, depth);
    if (is_at('{')) return inline_table(key, depth);
    const std::size_t start = at_;
    while (at_ < text_.size()
           && (is_bare(text_[at_]) || text_[at_] == '.' || text_[at_] == '+' || text_[at_] == ':'))
      ++at_;
    if (at_ == start) return false;
    to_.add(key, std::string(text_.substr(start, at_ - start)), line);
    return true;
  }

  bool long_string(const std::string& key, int line, std::string_view quotes) {
    const std::size_t end = text_.find(quotes, at_ + quotes.size());
    if (end == text_.npos) return false;
    to_.skip(line, key + " is a text of several lines");
    while (at_ < end + quotes.size()) pass(text_[at_]);
    return true;
  }

  bool list(const std::string& key, int depth) {
    pass('[');
    for (skip_to_line(); !pass(']'); skip_to_line()) {
      if (!value(key, line_, depth + 1)) return false;
      skip_to_line();
      if (!pass(',') && !is_at(']')) return false;
    }
    return true;
  }

  bool inline_table(const std::string& key, int depth) {
    pass('{');
    for (skip_blanks(); !pass('}'); skip_blanks()) {
      const auto below = dotted_key();
      if (!below || !pass('=')) return false;
      skip_blanks();
      if (!value(key + "." + *below, line_, depth + 1)) return false;
      skip_blanks();
      if (!pass(',') && !is_at('}')) return false;
    }
    return true;
  }

  std::string_view text_;
  file_facts& to_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::string table_;
};

}  // namespace
}  // namespace engine_adopt_facts_toml

void read_toml(std::string_view text, file_facts& to) {
  engine_adopt_facts_toml::reader(text, to).read();
}

}  // namespace cicd::source_files
