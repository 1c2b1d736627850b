// A walk over the text that passes over what the path does not name.
#pragma once

#include <cicd/base/json_place.hpp>

#include <algorithm>
#include <set>

#include <cicd/base/json.hpp>

namespace cicd {

namespace base_json_place {
namespace {

class walk {
 public:
  explicit walk(std::string_view text) : text_(text) { pass_blanks(); }

  /// Goes to the member or element; false, and to the value's end, where there is none.
  bool enter(const std::string& part) {
    if (at_end() || (text_[at_] != '{' && text_[at_] != '[')) return false;
    const bool is_object = text_[at_] == '{';
    const std::size_t start = at_;
    step();
    for (std::size_t element = 0; !at_end() && text_[at_] != '}' && text_[at_] != ']'; ++element) {
      const std::string name = is_object ? member_name() : std::to_string(element);
      if (name == part) return true;
      pass_value();
      pass_comma();
    }
    at_ = start;
    return false;
  }
  std::size_t place() const { return at_; }

  /// Where each element of the array begins that the walk is at.
  std::vector<std::size_t> elements() {
    std::vector<std::size_t> places;
    if (at_end() || text_[at_] != '[') return places;
    for (step(); !at_end() && text_[at_] != ']'; pass_comma()) {
      places.push_back(at_);
      pass_value();
    }
    return places;
  }

  std::optional<repeated_member> repeated() {
    if (at_end() || (text_[at_] != '{' && text_[at_] != '[')) return pass_value(), std::nullopt;
    const bool is_object = text_[at_] == '{';
    std::set<std::string> names;
    for (step(); !at_end() && text_[at_] != '}' && text_[at_] != ']'; pass_comma()) {
      const std::size_t start = at_;
      if (is_object)
        if (const auto [name, is_new] = names.insert(member_name()); !is_new)
          return repeated_member{*name, line_of_byte(text_, start)};
      if (auto found = repeated()) return found;
    }
    step();
    return std::nullopt;
  }

 private:
  bool at_end() const { return at_ >= text_.size(); }
  void pass_blanks() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
  void step() {
    ++at_;
    pass_blanks();
  }
  void pass_comma() {
    if (!at_end() && text_[at_] == ',') step();
  }
  void pass_string() {
    for (++at_; !at_end() && text_[at_] != '"'; ++at_)
      if (text_[at_] == '\\') ++at_;
    step();
  }
  std::string member_name() {
    const std::size_t start = at_;
    pass_string();
    const std::size_t end = std::min(text_.rfind('"', std::min(at_, text_.size() - 1)), text_.size() - 1);
    step();  // the colon
    const result<json> name = parse_json(text_.substr(start, end + 1 - start));
    return name ? name->text() : std::string();
  }
  void pass_value() {
    int depth = 0;
    do {
      const char c = text_[at_];
      if (c == '"') {
        pass_string();
        continue;
      }
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      if (std::string_view("{}[],:").find(c) != std::string_view::npos)
        step();
      else
        at_ = std::min(text_.find_first_of("{}[],:\" \t\r\n", at_), text_.size()), pass_blanks();
    } while (depth > 0 && !at_end());
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace
}  // namespace base_json_place

int line_of_byte(std::string_view text, std::size_t byte) {
  return 1
         + static_cast<int>(std::count(
             text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(byte, text.size())), '\n'));
}

int line_in_json(std::string_view text, std::span<const std::string> path) {
  base_json_place::walk at(text);
  for (const std::string& part : path)
    if (!at.enter(part)) break;
  return line_of_byte(text, at.place());
}

std::vector<int> lines_of_elements(std::string_view text, std::span<const std::string> path) {
  base_json_place::walk at(text);
  for (const std::string& part : path)
    if (!at.enter(part)) return {};
  std::vector<int> lines;
  std::size_t before = 0;
  for (const std::size_t place : at.elements()) {
    lines.push_back((lines.empty() ? 1 : lines.back()) + line_of_byte(text.substr(before), place - before)
                    - 1);
    before = place;
  }
  return lines;
}

std::optional<repeated_member> repeated_member_in(std::string_view text) {
  return base_json_place::walk(text).repeated();
}

}  // namespace cicd
