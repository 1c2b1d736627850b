// The calls of a template.json or a pipeline.json, `[<function>, "{pipeline}", …]`, each with its line
// (docs/contracts/template.md). It knows which functions there are, and neither what they mean nor what else
// a template holds.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/base/json.hpp>
#include <cicd/base/or_errors.hpp>
#include <cicd/declare/parse/diagnostics.hpp>
#include <cicd/declare/parse/recorded_call.hpp>

namespace cicd::declaring {

/// The form of both files that is written today.
inline constexpr int template_schema = 2;

/// Of which kind a file of calls is, in the words of its errors.
struct calls_file {
  std::string subject;         ///< whom errors concern
  std::string name;            ///< of the file, `template.json`
  std::string shown;           ///< its path in messages
  std::string caller;          ///< `a template`
  bool adds_pipeline = false;  ///< whether add_pipeline() may be called
};

/// The functions that such a file may call.
std::vector<std::string> functions_of(const calls_file& of);

/// One such file as JSON: its members, its calls, and what is wrong with them, each at its line.
class json_calls {
 public:
  /// Names of members, and numbers of elements, from the outside to a value.
  using path = std::vector<std::string>;

  json_calls(calls_file of, std::string text, errors& found);

  /// The text as a JSON object; nothing where it is none, or has a member twice.
  std::optional<json> document();
  /// Whether the object has no other members than these; each other one is wrong.
  bool check_members(const json& object,
                     path at,
                     std::string_view what,
                     const std::vector<std::string>& known);
  /// The words of each element of `calls` that is a call; the others are wrong. The function is the first
  /// word.
  struct read_call {
    std::vector<std::string> words;
    int line = 0;
    path at;
  };
  std::vector<read_call> calls_in(const json& calls);

  void wrong(path at, remark about);
  void wrong_at(int line, remark about);
  int line_of(const path& at) const;
  const calls_file& file() const { return of_; }

 private:
  void add_call(const json& data, read_call at, std::vector<read_call>& to);

  calls_file of_;
  std::string text_;
  errors& found_;
};

bool is_list_of_texts(const json& value);

/// A pipeline.json: the pipeline whose add_pipeline() names it, and where relative values start.
struct pipeline_json {
  std::string pipeline;
  std::string file;   ///< absolute
  std::string shown;  ///< the same in messages
  std::string directory;
};
/// The calls of the text of a pipeline.json, that of add_pipeline() among them, or all that is wrong with it.
or_errors<std::vector<call>> calls_of_json(const pipeline_json& of, std::string text);

}  // namespace cicd::declaring
