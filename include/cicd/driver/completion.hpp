// Completion for bash, zsh and fish: what may come next on a command line, read off the commands' own words.
// The scripts ask the driver with each press of the key, so that they know nothing themselves.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace cicd {

/// The script for a shell: `bash`, `zsh` or `fish`.
std::string completion_script(std::string_view shell);

/// What a value may be, by the name of the option or argument that takes it: `target`, `pipeline`, `service`,
/// …
using known_values = std::function<std::vector<std::string>(const std::string& name)>;

/// Stands alone where a path comes next, which the shell itself completes.
inline constexpr const char* completes_paths = ":paths";

/// The words that an option or argument takes where it takes one of a few; else none.
std::vector<std::string> choices_of(const CLI::Option& option);

/// What may stand in place of the last of `given`, all that begins as it does: commands, options after a `-`,
/// the choices of an option, also behind `--event=`, else what is known of its name. `given` are the words
/// after `cicd`, at least one.
std::vector<std::string> completions(const CLI::App& app,
                                     const std::vector<std::string>& given,
                                     const known_values& values);

}  // namespace cicd
