// The words of a Dockerfile's instruction, and its variables. It does not know what an instruction means.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cicd::source_files {

/// What a variable stands for; a secret where one was put into it.
struct dockerfile_value {
  std::string text;
  bool is_secret = false;
};
using dockerfile_variables = std::map<std::string, dockerfile_value, std::less<>>;

/// The words of a shell's line, quotes taken off; nothing where a quote is not closed.
std::optional<std::vector<std::string>> words_of(std::string_view text);

/// `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME:+other}` replaced; nothing where a variable has no value
/// here, or where the text grows beyond what a value may have.
std::optional<dockerfile_value> substituted(std::string_view text, const dockerfile_variables& known);

}  // namespace cicd::source_files
