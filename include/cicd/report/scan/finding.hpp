// What scanners find, in one form for all of them: rule, severity, place, and a fingerprint that survives
// moved lines. It knows no scanner.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cicd {

/// How bad a finding is. What a scanner calls its level is another thing.
enum class severity { low, medium, high, critical };
std::string_view word_for(severity of);
/// Of `low`, `medium`, `high`, `critical`, in any case.
std::optional<severity> severity_named(std::string_view word);
/// Of `security-severity`, a score of CVSS: critical from 9, high from 7, medium from 4.
severity severity_of_score(double score);
/// Where nothing else is known: an error is high, a warning medium, all else low.
severity severity_of_level(std::string_view level);
/// The other way round: `error` from high, `warning`, `note`.
std::string_view level_of(severity how_bad);

struct scan_finding {
  std::string level;          ///< `error`, `warning`, `note`
  std::string rule, message;  ///< one line each
  std::string path;       ///< below the source folder, where the file is there; else as the scanner named it
  std::int64_t line = 0;  ///< 0 where none is named
  std::int64_t column = 0, end_line = 0, end_column = 0;  ///< from 1, the end is behind it; 0: not named
  severity how_bad = severity::low;
  std::string identity{};     ///< what the scanner tells equal findings apart by, where there is no line
  bool is_secret = false;     ///< the text at the place is a secret
  std::string fingerprint{};  ///< 16 hexadecimal digits

  bool operator==(const scan_finding&) const = default;
};

/// `src/main/java/shop/Owner.java:94`, without a line where none is named.
std::string place_of(const scan_finding& of);
/// A line each for the first ten, and how many more there are: `src/main/java/shop/Owner.java:94
/// EI_EXPOSE_REP  May expose …`.
std::string findings_text(const std::vector<scan_finding>& findings);

struct scan_rule {
  std::string words, help_uri;
  double score = 0;  ///< `security-severity`; 0: none is given

  bool operator==(const scan_rule&) const = default;
};

/// What one report says.
struct scan_report {
  std::string tool, version;
  std::vector<scan_finding> findings;  ///< worst first; those that are suppressed in the sources are left out
  std::map<std::string, scan_rule, std::less<>> rules;
  std::vector<std::string> unread;  ///< what the scanner did not read, or could not do: a line each
  std::optional<std::chrono::system_clock::time_point> database{};  ///< of when its database is
};

/// The worst first, and by place.
void sort_findings(std::vector<scan_finding>& all);

/// Gives each its fingerprint: a digest of rule, path and the text of the line, blanks aside, and of how many
/// like it stand above. `line_of` gives the text of a line of a file below the source folder, nothing where
/// there is none; then the identity counts, or the message without its numbers. Of a secret the text around
/// it counts.
void give_fingerprints(
    std::vector<scan_finding>& all,
    const std::function<std::optional<std::string>(const std::string& path, std::int64_t line)>& line_of);

}  // namespace cicd
