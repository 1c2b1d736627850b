// Where in the sources a run failed, for the annotations of a CI system: failing tests, errors that compilers
// print, declarations; of scans what they found on lines that a change touched. A listener of events.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include <cicd/observe/changed_lines.hpp>
#include <cicd/observe/ci_log.hpp>
#include <cicd/report/output_place.hpp>
#include <cicd/report/paths.hpp>
#include <cicd/report/scan/merged_sarif.hpp>
#include <cicd/run/event.hpp>

namespace cicd {

class failure_places {
 public:
  /// `paths.here` is the root of the repository; `folders`: of each step; `source_root`: what places of
  /// declarations are relative to.
  failure_places(readable_paths paths, std::map<std::string, std::string> folders, std::string source_root)
      : paths_(std::move(paths)), folders_(std::move(folders)), source_root_(std::move(source_root)) {}

  void hear(const event& happened);
  /// In the order in which steps failed; of a step for which no place is known one without a place.
  const std::vector<ci_annotation>& all() const { return all_; }
  /// Of an error of the declarations or of the command line: where it is declared.
  void add(const error& of);

 private:
  void add_step(const step_ended& end);
  bool add_tests(const step_ended& end, readable_paths of);
  bool add_output(const step_ended& end, const readable_paths& of);
  readable_paths paths_of(const std::string& step) const;
  /// `path:12` or `path`, where such a file is in the repository.
  bool set_place(ci_annotation& to, const std::string& place) const;
  void set_declared(ci_annotation& to, const error& of) const;

  readable_paths paths_;
  std::map<std::string, std::string> folders_;
  std::string source_root_;
  /// What a step that runs printed.
  struct printed {
    output_errors errors;
    std::deque<std::string> last;
  };
  std::map<std::string, printed> printed_;
  std::vector<ci_annotation> all_;
};

/// Of the findings that fail, the worst first: those on lines in `changed`, or all where that is none.
std::vector<ci_annotation> annotations_of(const std::vector<scanned>& scans, const changed_lines* changed);

}  // namespace cicd
