// Patterns over paths and refs. Matching takes time in proportion to pattern × path at most: after a mismatch
// only the last `*` and the last `**` are tried again, since an earlier one can gain nothing.
#pragma once

#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>

namespace cicd {

namespace base_glob {
namespace {

/// The size of the code point at the front; an invalid byte counts as one.
std::size_t code_point_size(std::string_view text) {
  std::size_t size = 1;
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) ++size;
  return size;
}

std::string_view taken_code_point(std::string_view& text) {
  const std::string_view point = text.substr(0, code_point_size(text));
  text.remove_prefix(point.size());
  return point;
}

/// A code point of a class, where `\\` quotes.
std::string_view taken_of_class(std::string_view& rest) {
  if (rest.front() == '\\' && rest.size() > 1) rest.remove_prefix(1);
  return taken_code_point(rest);
}

/// Whether `c`, of ASCII, is in a class of POSIX; nothing for a name that is none.
std::optional<bool> in_named_class(std::string_view name, char c) {
  const bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z', digit = c >= '0' && c <= '9';
  const bool shown = c > ' ' && c < 0x7f, blank = c == ' ' || c == '\t';
  if (name == "upper") return upper;
  if (name == "lower") return lower;
  if (name == "alpha") return upper || lower;
  if (name == "digit") return digit;
  if (name == "alnum") return upper || lower || digit;
  if (name == "xdigit") return digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  if (name == "punct") return shown && !upper && !lower && !digit;
  if (name == "graph") return shown;
  if (name == "print") return shown || c == ' ';
  if (name == "blank") return blank;
  if (name == "space") return blank || (c >= '\n' && c <= '\r');
  if (name == "cntrl") return (c >= 0 && c < ' ') || c == 0x7f;
  return std::nullopt;
}

/// The same of `[:alpha:]` at the front, which is taken off; nothing where there is none. Of an unknown name
/// nothing is in it.
std::optional<bool> taken_named_class(std::string_view& rest, std::string_view point) {
  const auto end = rest.starts_with("[:") ? rest.find(":]", 2) : rest.npos;
  if (end == rest.npos || rest.substr(2, end - 2).find_first_of("]/") != rest.npos) return std::nullopt;
  const std::string_view name = rest.substr(2, end - 2);
  rest.remove_prefix(end + 2);
  return point.size() == 1 && in_named_class(name, point.front()).value_or(false);
}

/// Whether `point` is in the class that `pattern` begins with, which is then taken off it; nothing when the
/// `[` is never closed and so stands for itself. UTF-8 keeps the order of code points, so bytes can be
/// compared.
std::optional<bool> taken_class(std::string_view& pattern, std::string_view point) {
  std::string_view rest = pattern.substr(1);
  const bool negated = !rest.empty() && (rest.front() == '!' || rest.front() == '^');
  if (negated) rest.remove_prefix(1);
  bool inside = false;
  for (bool first = true; !rest.empty(); first = false) {
    if (rest.front() == ']' && !first) {
      pattern = rest.substr(1);
      return inside != negated;
    }
    if (const std::optional<bool> named = taken_named_class(rest, point)) {
      inside = inside || *named;
      continue;
    }
    const std::string_view low = taken_of_class(rest);
    std::string_view high = low;
    if (rest.size() > 1 && rest[0] == '-' && rest[1] != ']') {
      rest.remove_prefix(1);
      high = taken_of_class(rest);
    }
    inside = inside || (low <= point && point <= high);
  }
  return std::nullopt;
}

/// Takes one element that is no star off both, if it matches.
bool take_one(std::string_view& pattern, std::string_view& path) {
  if (pattern.empty() || path.empty()) return false;
  std::string_view pattern_left = pattern;
  std::string_view path_left = path;
  const std::string_view point = taken_code_point(path_left);
  bool matches = false;
  std::optional<bool> in_class;
  if (pattern.front() == '?') {
    pattern_left.remove_prefix(1);
    matches = point != "/";
  } else if (pattern.front() == '[' && (in_class = taken_class(pattern_left, point))) {
    matches = *in_class && point != "/";
  } else {
    if (pattern_left.front() == '\\' && pattern_left.size() > 1) pattern_left.remove_prefix(1);
    matches = taken_code_point(pattern_left) == point;
  }
  if (matches) pattern = pattern_left, path = path_left;
  return matches;
}

/// Where to go on when what follows a star did not match: the star takes a little more of the path.
struct retry_point {
  std::string_view pattern;
  std::string_view path;
  bool whole_parts = false;  ///< `**/`: takes parts with their `/` only
  bool set = false;

  bool advance(bool across_parts) {
    if (!set || path.empty()) return false;
    if (!across_parts && path.front() == '/') return false;
    if (!whole_parts) {
      path.remove_prefix(1);
      return true;
    }
    const auto slash = path.find('/');
    if (slash == path.npos) return false;
    path.remove_prefix(slash + 1);
    return true;
  }
};

class matcher {
 public:
  matcher(std::string_view pattern, std::string_view path)
      : whole_(pattern), pattern_(pattern), path_(path) {}

  bool matches() {
    while (!pattern_.empty() || !path_.empty())
      if (!take_star() && !take_one(pattern_, path_) && !go_back()) return false;
    return true;
  }

 private:
  bool at_start_of_part() const {
    return pattern_.size() == whole_.size() || whole_[whole_.size() - pattern_.size() - 1] == '/';
  }

  bool take_star() {
    if (!pattern_.starts_with('*')) return false;
    const bool spans = pattern_.starts_with("**");
    const bool whole_parts = spans && at_start_of_part() && pattern_.substr(2).starts_with('/');
    pattern_.remove_prefix(whole_parts ? 3 : spans ? 2 : 1);
    if (spans) star_ = {};
    (spans ? spanning_star_ : star_) = {pattern_, path_, whole_parts, true};
    return true;
  }

  bool go_back() {
    retry_point* from = nullptr;
    if (star_.advance(false))
      from = &star_;
    else if (spanning_star_.advance(true))
      from = &spanning_star_, star_ = {};
    if (!from) return false;
    pattern_ = from->pattern;
    path_ = from->path;
    return true;
  }

  std::string_view whole_;
  std::string_view pattern_;
  std::string_view path_;
  retry_point star_;
  retry_point spanning_star_;
};

}  // namespace
}  // namespace base_glob

bool glob_matches(std::string_view pattern, std::string_view path) {
  if (!pattern.ends_with('/')) return base_glob::matcher(pattern, path).matches();
  return base_glob::matcher(std::string(pattern) + "**", path).matches();
}

std::string glob_root(std::string_view pattern) {
  std::string root;
  std::size_t last_slash = 0;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] == '*' || pattern[at] == '?' || pattern[at] == '[') return root.substr(0, last_slash);
    if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
    if (pattern[at] == '/') last_slash = root.size();
    root.push_back(pattern[at]);
  }
  if (root.ends_with('/')) root.pop_back();
  return root;
}

bool ref_matches(std::string_view pattern, std::string_view name) {
  std::string_view after_star, tried;
  bool starred = false;
  while (!pattern.empty() || !name.empty()) {
    if (pattern.starts_with('*')) {
      pattern.remove_prefix(1);
      after_star = pattern, tried = name, starred = true;
    } else if (!pattern.empty() && !name.empty() && pattern.front() == name.front()) {
      pattern.remove_prefix(1), name.remove_prefix(1);
    } else if (starred && !tried.empty()) {
      tried.remove_prefix(1);
      pattern = after_star, name = tried;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace cicd
