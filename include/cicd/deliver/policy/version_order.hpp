// The order of versions, and what a pattern's tags say of them: which of two tags is the higher, which comes
// next. Pure; it knows no repository.
#pragma once

#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/values/values.hpp>

namespace cicd {

/// Whether a text is a version of that order. `none`: never.
bool is_version(version_rule rule, std::string_view text);
/// The order of two versions; nothing where one of them is none. `v1.4` before `v1.5-rc.1` is no order of
/// Semantic Versioning 2.0, whose versions have three numbers; `1.5.0-rc.9` is before `1.5.0-rc.10`, and both
/// are before `1.5.0`. Build metadata (`+…`) has no part in it.
std::optional<std::weak_ordering> compare_versions(version_rule rule,
                                                   std::string_view one,
                                                   std::string_view other);

/// How the tags of one pattern are ordered.
struct tag_order {
  ref_pattern pattern;
  version_rule rule = version_rule::none;

  /// What a pattern with one `*`, such as `v*`, is ordered by: `rc-*` by number, whatever `declared` says;
  /// `none` for another pattern.
  static tag_order of(const ref_pattern& pattern, version_rule declared);
  /// What the `*` matched: `1.5.0` of `v1.5.0`; nothing where the pattern does not match.
  std::optional<std::string> rest_of(std::string_view tag) const;
  std::string tag_of(std::string_view rest) const;
  /// Whether the tag matches and its rest is a version.
  bool has(std::string_view tag) const;
  /// Of two tags that it has.
  std::optional<std::weak_ordering> compare(std::string_view one, std::string_view other) const;
  /// The highest of those that it has; empty where there is none.
  std::string highest(const std::vector<std::string>& tags) const;
};

/// The tag by which a commit is deployed to an environment that follows `on`: `preferred` where it matches,
/// else the highest of the commit's tags (as versions of `semantic` where none is declared), else the first
/// that matches; empty where none does.
std::string released_tag(const std::vector<std::string>& tags,
                         std::string_view preferred,
                         const trigger& on,
                         version_rule declared);

/// What `cicd tag --next` makes one more of.
enum class next_version { major, minor, patch, calendar, number };
/// The version after `highest` (empty: the first one). `today` is that of a calendar's version. Class `usage`
/// is the caller's: nothing where `highest` is no version of that order.
std::optional<std::string> version_after(std::string_view highest,
                                         next_version what,
                                         std::chrono::system_clock::time_point today);

}  // namespace cicd
