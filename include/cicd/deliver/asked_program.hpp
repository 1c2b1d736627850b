// A team's program that is asked a question: GATE, HEALTH command. Without a shell, in the source folder,
// with the variables of commands, for a time; what it started ends with it. It does not know what is asked.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// Leaves no secret in a text.
using text_mask = std::function<std::string(std::string text)>;

struct asked_program {
  std::vector<std::string> words;
  std::string folder;
  std::chrono::milliseconds limit{};
  std::string input{};  ///< what it reads from standard input
  text_mask masked{};   ///< of all that it printed
};

struct program_end {
  enum class state : std::uint8_t {
    yes,        ///< exit status 0
    no,         ///< any other
    no_answer,  ///< it could not be started, was killed, or took too long
    interrupted
  };
  state is = state::no_answer;
  std::string how{};         ///< `exit status 1`, `it took longer than 5m`
  std::string last_lines{};  ///< of standard error, else of its output: at most 20
  bool is_missing = false;   ///< it is not there, or cannot be started
};

/// Class `usage`: the program of an option, by its keyword, cannot be started. `path` is that of the option's
/// value, `environment.stage.health`.
error no_such_program(const std::string& subject,
                      const declared_pipeline& pipeline,
                      const std::string& path,
                      const std::vector<std::string>& words,
                      const std::string& how);

/// Both streams without secrets, whole, since a line of a secret of several lines may be too short to be
/// known.
captured masked(captured ran, const text_mask& by);
/// At most 20 of standard error, else of its output.
std::string last_lines_of(const captured& ran);

/// Blocks.
program_end ask(const asked_program& what, const surroundings& around, const cancellation& cancelled);

}  // namespace cicd
