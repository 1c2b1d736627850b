// A folder that a tool keeps for itself from run to run, and what is known of the folders of some tools. It
// does not know what lies in one. Standard library only: a `pipeline.cpp` pays.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <cicd/declare/values/values.hpp>

namespace cicd {
namespace detail {

/// `~/` or `/`, and names behind it, none of them `.` or `..`.
struct outside_folder_rule {
  static constexpr std::string_view allowed = "~/<path> or /<path>, without '..'";
  static constexpr std::string_view pattern = R"(^(~/|/)[^/])";
  static constexpr bool accepts(std::string_view text) {
    text.remove_prefix(text.starts_with("~/") ? 2 : text.starts_with('/') ? 1 : text.size());
    if (text.empty()) return false;
    for (const char c : text)
      if (c < ' ' || c == '{' || c == '}') return false;
    while (true) {
      const auto slash = text.find('/');
      const std::string_view part = text.substr(0, slash);
      if (part.empty() || part == "." || part == "..") return false;
      if (slash == text.npos) return true;
      text.remove_prefix(slash + 1);
    }
  }
  static void a_folder_outside_is_absolute_or_below_the_home_folder();
  static constexpr auto refuse = a_folder_outside_is_absolute_or_below_the_home_folder;
};

}  // namespace detail

/// A folder by an absolute path or one below the home folder.
CICD_LITERAL(outside_folder, outside_folder_rule);

/// What is known of a tool's folder.
struct tool_cache {
  std::string_view folder;    ///< where it is by default: `~/.m2/repository`
  std::string_view tool;      ///< for a person: `Maven`
  std::string_view variable;  ///< tells the tool of another
  std::string_view option{};  ///< what stands before the folder in that variable, behind what it has already
  bool tells_above = false;   ///< the variable names the folder above
  bool locks = false;         ///< the tool keeps its writers apart
  std::string_view parts{};   ///< the names in it that are kept, by spaces; empty: all
  std::string_view beside{};  ///< names of files that a copy has as well, since they configure the tool
};

/// Of all tools that are known.
std::span<const tool_cache> known_tool_caches();

/// `~/.m2/repository`, `/srv/cache` or `<VARIABLE>=<folder>`.
struct cached_folder {
  outside_folder folder;
  variable_name variable{};  ///< tells the tool of it; empty: the tool is known

  static constexpr std::string_view allowed() {
    return "a folder outside of the step's own, ~/… or absolute, or <VARIABLE>=<folder>";
  }
  static constexpr std::string_view pattern() { return R"(^([A-Za-z_][A-Za-z0-9_]*=)?(~/|/)[^/])"; }
  static std::optional<cached_folder> parse(std::string_view word);
  static std::string guess(std::string_view word);
  std::string text() const;
  std::string_view identity() const { return folder.view(); }
  /// What is known of it; null where a variable is given, or nothing is known.
  const tool_cache* known() const;
  bool operator==(const cached_folder&) const = default;
};

}  // namespace cicd
