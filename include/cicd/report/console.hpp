// The terminal: one live line for each running step, finished steps above it, one block at the end. Or,
// elsewhere, plain prefixed lines, or a part for each step where a CI system folds its log. It is a listener
// of events; it knows no step's meaning.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/run/event.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

/// What the terminal can do.
struct terminal_abilities {
  bool live = false;    ///< a terminal that is not dumb: lines can be rewritten
  bool colour = false;  ///< NO_COLOR, CLICOLOR_FORCE, TERM=dumb honoured
  bool utf8 = true;     ///< the locale's encoding; else signs and dots are ASCII
  std::size_t width = 80;
  std::size_t height = 24;
};
terminal_abilities abilities_of_stdout(const surroundings& around);

/// What the system says of standard output: whether it is a terminal, and its size; zero where it is unknown.
struct stdout_facts {
  bool is_terminal = false;
  std::size_t width = 0, height = 0;
};
/// What follows from the environment for such an output. COLUMNS and LINES win over the system's size; a CI
/// is never live.
terminal_abilities abilities_from(const surroundings& around, const stdout_facts& facts);

/// Where the console writes: the real one is write(2) on 1 and 2; a test's is a string. A closed stream is no
/// failure.
struct console_sinks {
  std::function<void(std::string_view)> out, err;
  std::function<terminal_abilities()> abilities;  ///< asked at each drawing, since a window can be resized
};
console_sinks standard_sinks(const surroundings& around);
/// Writes all of `bytes`, waiting where the descriptor would block; what a closed or full stream does not
/// take is dropped.
void write_all(int descriptor, std::string_view bytes);

enum class verbosity {
  quiet,   ///< only what failed
  normal,  ///< steps; their output only when they fail (all of it where the output is not live)
  verbose  ///< every line of output
};

struct console_options {
  verbosity how_much = verbosity::normal;
  std::map<std::string, std::string> source_folders;  ///< a step's folder → its source folder: paths that a
                                                      ///< person reads are those of the source tree
  std::map<std::string, std::string> commands{};      ///< a step → what runs it again
  std::string here;  ///< where the person stands: paths below it are shown relative to it
  std::function<bool(const std::string&)>
      exists;  ///< whether a file is there: only such paths become those of the source tree
  std::map<std::string, std::string>
      links{};  ///< where a step's folder really lies → its path in the build tree
  std::function<std::vector<std::string>(const std::string& step, std::string_view path)>
      given{};              ///< as in `readable_paths`
  std::string ci_system{};  ///< that folds the log where it is not live; empty: none
};

/// The reporter. `tick` redraws elapsed times; call it about every 100 ms while `wants_ticks`.
class console {
 public:
  console(console_sinks sinks, console_options options);
  ~console();
  void hear(const event& happened);
  void tick(std::chrono::milliseconds elapsed);
  bool wants_ticks() const;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace cicd
