// What a scan found, as it is remembered until the next run. Where that lies it does not know.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <cicd/report/scan/verdict.hpp>

namespace cicd {

/// JSON on one line. `key` is that of the step that found it.
std::string text_of(const scan_result& of, std::string_view key);

struct remembered_scan {
  scan_result found;
  std::string key;
};
/// Nothing where it was written by another version, or is damaged: the reports are read again.
std::optional<remembered_scan> remembered_scan_from(std::string_view text);

}  // namespace cicd
