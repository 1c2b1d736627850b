// The globs of a query, prepared for a walk: where it starts, which folders it must enter, which files it
// wants. No file is touched.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/observe/docker_ignore.hpp>
#include <cicd/observe/files.hpp>

namespace cicd::observing {

/// One pattern of a query.
class prepared_pattern {
 public:
  explicit prepared_pattern(std::string pattern);

  const std::string& text() const { return text_; }
  /// The folder, relative to the query's root, below which all that can match lies.
  const std::string& start() const { return start_; }
  /// Whether it leads out of the root, by `..` or by being absolute.
  bool leads_out() const;
  /// The name that it spells out, without a wildcard; empty otherwise.
  const std::string& literal() const { return literal_; }
  bool matches(std::string_view relative) const;
  /// Whether a file below this folder, which lies below `start`, may match.
  bool enters(std::string_view relative_folder) const;

 private:
  std::string text_, start_, literal_;
  std::vector<std::string> parts_;
  bool everything_ = false;  ///< below `start`
};

/// The excluding globs of a query.
class prepared_excludes {
 public:
  explicit prepared_excludes(const std::vector<std::string>& patterns,
                             const std::optional<context_rules>& context = {});
  bool empty() const { return patterns_.empty() && !ignored_; }
  bool hides(std::string_view relative) const;
  /// Whether nothing below that folder can be left.
  bool hides_folder(std::string_view relative_folder) const;

 private:
  std::vector<std::string> patterns_, folders_, kept_;
  std::optional<docker_ignore> ignored_;
};

}  // namespace cicd::observing
