// What this build tree remembers of each step's last success: an append-only text file, a line each, the last
// one counts. It can be lost at any time: then a step comes from the cache or runs again. A line has a digest
// of its own: one that is damaged is passed over, counted, and taken out of the file. The parts of a key,
// which may be long, stand behind it with one of theirs, and are looked at when they are asked for.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <cicd/base/error.hpp>
#include <cicd/plan/plan.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

class journal {
 public:
  /// Reads what is there; a missing file is an empty journal.
  explicit journal(std::string path);

  std::optional<step_result> last(std::string_view step) const;
  /// The parts of that success's key; empty when unknown or damaged.
  key_parts parts(std::string_view step) const;
  /// One write; the file is opened with the first, for its user alone.
  status append(const std::string& step, const step_result& success, const key_parts& parts);
  /// What another process appended since.
  void reread();
  /// How many lines were passed over because they are damaged.
  std::size_t damaged() const;

 private:
  struct remembered {
    step_result result;
    std::string_view seal, parts;  ///< of the parts, and these as the file has them: in one of `texts_`
  };
  void read_lines(std::string_view text);
  std::string all_lines() const;

  std::string path_;
  mutable std::mutex mutex_;
  std::deque<std::string> texts_;  ///< what was read, and what was appended since
  std::map<std::string, remembered, std::less<>> last_;
  std::size_t damaged_ = 0;
  bool is_cut_off_ = false;  ///< its last line has no end: it is being written, or its writer was killed
  std::optional<append_file> file_;
};

}  // namespace cicd
