// Our private bare clone of a manifest repository: objects are fetched into it, commits are made in it, and
// what was read last of each target is remembered in it. It may be lost or damaged at any time; it is made
// again then. It is one for all targets of a branch. It does not know when to try again.
#pragma once

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <cicd/deliver/git/git_client.hpp>
#include <cicd/deliver/gitops/gitops.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

/// Where the target's branch is, as the repository says when it is asked once; empty where it has none.
result<std::string> listed_tip(const manifest_target& target, const git_client& git);

/// Waits, or gives false at once when we are cancelled.
bool rest_unless_cancelled(const cancellation* cancelled, std::chrono::milliseconds time);
error interrupted_commit(const manifest_target& target);

/// The files of a target at a commit, and its record and state as text.
struct manifest_contents {
  std::map<std::string, std::string> files;  ///< below `path`: relative name → content
  std::optional<std::string> record, state{};
  /// Of what is no plain file: relative name → git's mode. Links and submodules only where others have files.
  std::map<std::string, std::string> modes{};
  /// What git names the folder, the record and the state; empty for what is not there. Nothing: not known.
  using object_names = std::array<std::string, 3>;
  std::optional<object_names> objects{};

  bool operator==(const manifest_contents& other) const {
    return files == other.files && modes == other.modes && record == other.record && state == other.state;
  }
};

/// A commit that turns what `target` holds now into what is wanted.
struct manifest_change {
  const manifest_target& target;
  const manifest_contents& now;
  const wanted_manifests& wanted;
};

/// What was read last, where it is `tip` that was read; nothing for every other tip and for a file that is
/// not whole. Starts no git.
std::optional<manifest_contents> known_contents(const manifest_target& target, const std::string& tip);
/// The same of whatever tip it was.
std::optional<manifest_contents> last_contents(const manifest_target& target);
/// Remembers it; contents that JSON cannot hold are not remembered.
void remember_contents(const manifest_target& target,
                       const std::string& tip,
                       const manifest_contents& contents);

/// `target.turn` as long as it is held, nothing where it has none. Waits for the others.
result<std::optional<file_lock>> turn_to_push(const manifest_target& target, const gitops_options& options);

struct git_entry;

class manifest_clone {
 public:
  /// Waits for another driver that uses the clone, and says for whom.
  static result<manifest_clone> open(const manifest_target& target,
                                     const git_client& git,
                                     const gitops_options& options);

  /// Fetches the branch where `tip` is not here; gives the tip that is here then, which can be a newer one.
  result<std::string> bring(const std::string& tip);
  /// The contents of these targets at `tip`, in their order, by two starts of git however many they are.
  /// Class `usage` of one that holds a link.
  result<std::vector<result<manifest_contents>>> contents_at(const std::string& tip,
                                                             std::span<const manifest_target> targets);
  /// The names that records of folders right below `path` have at `tip`, without `.json`.
  result<std::vector<std::string>> records_below(const std::string& tip, const std::string& path);
  /// What git names these targets' folders, records and states at `tip`, in their order, by one start.
  result<std::vector<manifest_contents::object_names>> objects_at(const std::string& tip,
                                                                  std::span<const manifest_target> targets);
  /// Fetches the branch, whatever is here, and gives its tip; nothing where that fails.
  std::optional<std::string> newest();
  /// A commit for each change: the first on `tip` (none when empty), each other on the one before it. Where
  /// one cannot be signed, those from it on are no commits, and it says why.
  struct made_commit {
    std::string id;
    manifest_contents::object_names objects;
    std::optional<error> is_unsigned{};
  };
  result<std::vector<made_commit>> commit(const std::string& tip, std::span<const manifest_change> changes);
  /// Offers `commit` to the repository, on condition that its branch is still at `tip`. Gives what git
  /// printed.
  captured push(const std::string& commit, const std::string& tip) const;
  /// Offers a commit that the branch has already, and only to be told whether it would be taken.
  captured try_push(const std::string& commit) const;
  /// Throws away all that is here, so that the next use fetches it anew.
  status discard();
  /// Whether `older` is in the history of `newer`, which is fetched when it is not here.
  bool is_in_history(const std::string& older, const std::string& newer);
  /// The last change of a path on the branch itself, in the history of `tip`.
  struct path_change {
    std::string commit, who;
    std::int64_t when = 0;              ///< seconds since 1970
    std::optional<std::string> before;  ///< what it held; nothing: it was not there
  };
  /// In the order of `paths`; nothing for one that never was there. Of several paths at once only the last
  /// thousand changes are looked at.
  result<std::vector<std::optional<path_change>>> last_changes(const std::string& tip,
                                                               const std::vector<std::string>& paths);
  struct seen_paths {
    std::vector<std::optional<std::string>> texts;  ///< nothing for a file that is not there
    std::vector<std::optional<path_change>> changes;
  };
  /// What `files` hold at `tip` and the last changes of `changed`, each in their order: two starts of git.
  result<seen_paths> look_at(const std::string& tip,
                             const std::vector<std::string>& files,
                             const std::vector<std::string>& changed);
  /// The texts that the record had, newest first, each with its commit.
  struct past_record {
    std::string commit, text;
  };
  result<std::vector<past_record>> past_records(const std::string& tip,
                                                const std::string& record,
                                                std::size_t most);

 private:
  manifest_clone(const manifest_target& target, const git_client& git, file_lock lock);
  std::string held(std::string_view ref) const;
  result<std::map<std::string, std::string>> blobs(const std::string& tip, const std::string& asked);
  status fetch(const std::string& tip);
  status fetch_anew(const std::string& tip);
  bool renewed(const std::string& tip);
  status make(std::size_t digits);
  result<std::vector<std::optional<std::string>>> texts_of(const std::string& tip,
                                                           const std::string& asked,
                                                           std::size_t count);
  status sign(const std::string& tip,
              std::span<const manifest_change> changes,
              std::vector<made_commit>& made);
  result<std::string> signed_anew(const manifest_change& change,
                                  const made_commit& made,
                                  const std::string& parent,
                                  const std::string& tip);
  captured run(std::vector<std::string> words, std::string input = {}) const;
  result<captured> run_at(const std::string& tip, const std::vector<std::string>& words);

  const manifest_target* target_;
  const git_client* git_;
  file_lock lock_;
};

}  // namespace cicd
