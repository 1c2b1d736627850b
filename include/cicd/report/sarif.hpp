// SARIF files (OASIS SARIF 2.1.0), as scanners write them: what they found, and the same document with paths
// that lead from the repository's root, which is what forges and editors take. It knows no scanner.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>

namespace cicd {

/// Where the files lie of which a scanner speaks by names that are not whole.
struct sarif_places {
  std::string folder;  ///< the step's own folder
  std::string source;  ///< its source folder
  std::string prefix;  ///< of the source folder below the repository's root: empty or ends in `/`
  std::function<bool(const std::string&)> exists;  ///< whether a file is there
};

struct scan_finding {
  std::string level;          ///< `error`, `warning`, `note`
  std::string rule, message;  ///< one line each
  std::string path;       ///< below the source folder, where the file is there; else as the scanner named it
  std::int64_t line = 0;  ///< 0 where none is named
};

struct sarif_document {
  std::vector<scan_finding> findings;  ///< errors first; those that are suppressed are left out
  std::string text;                    ///< the document with the paths replaced
};

/// Class `usage` when it is no SARIF file.
result<sarif_document> read_sarif(std::string_view text, const sarif_places& places);

/// A line each for the first ten, and how many more there are: `src/main/java/shop/Owner.java:94
/// EI_EXPOSE_REP  May expose …`.
std::string findings_text(const std::vector<scan_finding>& findings);

}  // namespace cicd
