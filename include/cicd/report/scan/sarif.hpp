// SARIF files (OASIS SARIF 2.1.0), as scanners write them, with what each of them means by its levels. Who
// runs a scanner it does not know.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <cicd/base/json.hpp>
#include <cicd/report/scan/finding.hpp>

namespace cicd {

/// Where the files lie of which a scanner speaks by names that are not whole.
struct sarif_places {
  std::string folder;                              ///< the step's own folder
  std::string real_folder;                         ///< where that leads to, which is what programs see
  std::string source;                              ///< its source folder
  std::function<bool(const std::string&)> exists;  ///< whether a file is there
};

/// The names that a report gives files, as paths below the source folder. Each is looked for once.
class named_files {
 public:
  explicit named_files(const sarif_places& places) : places_(places) {}
  /// The name as it is where no such file is there, less the folders that it begins with.
  const std::string& path_of(const std::string& name);

 private:
  std::string found(const std::string& name) const;
  const sarif_places& places_;
  std::unordered_map<std::string, std::string> known_;
};

/// A document with a list of `runs`.
scan_report read_sarif(const json& root, named_files& files);

}  // namespace cicd
