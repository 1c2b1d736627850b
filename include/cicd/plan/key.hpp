// The key of a pure step: a digest over everything that its result depends on. One walk names the parts; two
// sinks take them: the hash and the explanation, so that the reasons cannot drift from the key. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cicd/base/digest.hpp>
#include <cicd/observe/files.hpp>
#include <cicd/observe/git_history.hpp>
#include <cicd/observe/tools.hpp>
#include <cicd/plan/graph.hpp>

namespace cicd {

/// What was seen of a backing service. What of it decides a result is among the settings and tools of the
/// step.
struct observed_service {
  const backing_service* declared = nullptr;
  file_set inputs{};
  std::vector<std::pair<std::string, std::string>> variables{};  ///< of PASS_ENV, those that are set
};

/// A base that a step's image takes from a registry.
struct observed_base {
  std::string reference;  ///< as the sources name it
  std::string pinned;     ///< `<repository>@sha256:<digest>` of the image for this platform
  std::string locked{};   ///< of a tag what cicd.lock says that it names, `sha256:<digest>`; empty: pinned by
                          ///< the sources
  std::string where{};    ///< `Dockerfile:3`; empty for BASE
  std::string text{};     ///< as the builder of a Dockerfile reads it
  std::string platform{};  ///< one of PLATFORMS; empty: this machine's
};

/// What was seen of a step's surroundings; its errors were reported before.
struct observed_step {
  file_set inputs;  ///< of the source folder
  std::vector<tool_identity> tools;
  std::vector<std::pair<std::string, std::string>> variables;  ///< of PASS_ENV, those that are set
  std::vector<std::pair<std::string, std::string>>
      settings;  ///< what it depends on elsewhere: the platform, files outside, what a tool reads: name, text
  std::vector<std::string> words;  ///< the command with its placeholders replaced
  std::vector<std::pair<std::string, std::string>> assignments;  ///< ENV with its placeholders replaced
  std::vector<observed_base> bases{};                            ///< of an image
  std::vector<std::string> notes{};  ///< what a person is told when it runs; no part of the key
  std::vector<observed_service>
      services{};  ///< that it needs, each after what it needs itself; among settings
  std::optional<std::vector<std::string>>
      tests{};                       ///< of a shard by SHARD_BY: what it is given; part of the settings
  std::optional<git_history> git{};  ///< what it is shown of the repository; its text is among the settings
};

/// What a predecessor gives.
struct upstream_result {
  std::string id;
  digest outputs;
  /// Those of its values that the step uses, by what they are written as: `database.outputs.host`.
  std::vector<std::pair<std::string, std::string>> values{};
};

/// One part of a key.
struct key_part {
  std::string kind;   ///< `input`, `tool`, `command`, `variable`, `upstream`, …
  std::string name;   ///< `src/main/java/Orders.java`, `java`
  std::string value;  ///< what is compared: a digest, never the text of a variable or a command
  std::string shown;  ///< the value for a person, where it is worth showing: `17.0.15`
  bool operator==(const key_part&) const = default;
};
using key_parts = std::vector<key_part>;

/// Takes the parts in a fixed order.
class key_sink {
 public:
  virtual ~key_sink() = default;
  virtual void take(std::string_view kind,
                    std::string_view name,
                    std::string_view value,
                    std::string_view shown) = 0;
};

/// The one walk.
void walk_key(const graph_step& step,
              const observed_step& seen,
              std::span<const upstream_result> upstream,
              key_sink& sink);

/// Folders that stand for others in the texts of a step: another checkout's for one's own.
using renamed_folders = std::vector<std::pair<std::string, std::string>>;

digest key_of(const graph_step& step,
              const observed_step& seen,
              std::span<const upstream_result> upstream,
              const renamed_folders& renamed = {});
key_parts parts_of(const graph_step& step,
                   const observed_step& seen,
                   std::span<const upstream_result> upstream,
                   const renamed_folders& renamed = {});

/// Why `now` is not `before`, in a person's words: three causes at most, then `and 4 more`. Inputs first.
std::vector<std::string> reasons_between(const key_parts& before, const key_parts& now);

/// The parts as a file keeps them, and back; an unreadable text, or one of an earlier format, gives none.
std::string text_of(const key_parts& parts);
key_parts key_parts_from(std::string_view text);

}  // namespace cicd
