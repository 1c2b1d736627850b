// What an export takes from elsewhere, each by its digest: ci/pins.json, a table of the team's that no export
// writes over. It does not know who updates it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>

namespace cicd {

/// One line of the table.
struct ci_pin {
  std::string version;  ///< for people and programs that update: `v4.2.2`
  std::string digest;   ///< 40 digits of a commit, `sha256:` and 64 digits of an image or archive
  std::string url;      ///< of an archive
};

/// Where the table lies, below the top of the repository.
inline constexpr const char* ci_pins_path = "ci/pins.json";

struct ci_pins {
  std::map<std::string, ci_pin, std::less<>> by_name{};

  /// Those of the names that it has no line for, and that bring no digest.
  std::vector<std::string> lacked(const std::vector<std::string>& names) const;
  /// `actions/checkout@11bd7190…`; class `usage` where the table has no such action.
  result<std::string> action(std::string_view name) const;
  /// `<image>:<version>@sha256:…`; an image that has its digest stands for itself.
  result<std::string> image(std::string_view name) const;
  /// The archive of cicd; null where none is named.
  const ci_pin* archive() const;
};

/// Of class `usage`, with a line for each that is to be added.
error pins_that_lack(const std::vector<std::string>& names);

/// Class `usage` where the text is no such table, or an entry has a member that is not known, or twice.
result<ci_pins> ci_pins_from(std::string_view text);

/// The table that the first export writes where there is none.
std::string first_ci_pins();

}  // namespace cicd
