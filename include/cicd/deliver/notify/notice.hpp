// What is told of a run or an action: one notice for each release and environment, made from the one stream
// of events. Pure: it gets events, what was told before and facts of commits, and gives notices. It does not
// know who is notified, nor how.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/run/event.hpp>

namespace cicd {

/// What a notice tells of: the words of WHEN.
enum class notice_kind : std::uint8_t {
  success,
  failure,
  recovery,  ///< the first success after a failure that was told
  waiting,   ///< a deploy waits: for an approval, a SOAK, a merge, …
  rollback,
  hold,
  approval,
  canary,
  preview,
  yank,
  cron_failure
};
std::string_view word_for(notice_kind kind);
using notice_kinds = std::set<notice_kind>;
/// All of them where `words` is empty.
notice_kinds notice_kinds_of(const std::vector<std::string>& words);

/// How a release is, in one environment.
enum class release_stage : std::uint8_t {
  none,  ///< nothing is said of a release: a hold, an approval
  deploying,
  deployed,
  proposed,
  waiting,
  refused,
  failed,
  rolled_back,
  approved,
  yanked,
  yank_lifted,
  removed,  ///< of a branch's preview or canary
  cron_failed,
  cron_recovered,
  test
};
std::string_view word_for(release_stage stage);

struct noticed_commit {
  std::string id{}, subject{}, author{}, mail{};
};
/// What events do not tell of a release.
struct release_context {
  std::vector<noticed_commit> commits{};  ///< since what ran before, the newest first
  std::size_t more_commits = 0;           ///< that are not among them
  std::string commit_link{}, compare_link{}, run_link{}, host{};
};

/// What is told of one service in one place.
struct service_notice {
  changed_place at;
  std::string subject{};  ///< of a cron job its name, else empty
  std::string version{}, commit{}, who{}, before{}, before_commit{};
  release_stage is = release_stage::none;
  release_stage release_is = release_stage::none;  ///< of the release there, where `is` says nothing of it
  bool has_recovered = false;
  std::string now_runs{};  ///< of a rollback
  std::string share{};     ///< of a canary
  std::string why{};       ///< a reason, a refusal, a failure; may be several lines
  std::string rule{};      ///< for which it waits: `SOAK`
  std::string command{};   ///< what gives the approval that it waits for
  std::string link{};      ///< of a pull request
  std::string held{};      ///< who keeps deploys away, and why; empty: they are let in
  std::vector<std::string> notes{};
  notice_kinds kinds{};
  release_context context{};  ///< of a notice of the board: not filled in yet

  /// One for each row of the board.
  std::string name() const { return at.text() + "\n" + subject; }
};
/// What happened to one of them.
struct notice_reply {
  std::string pipeline, text;
};

/// One message: of a release in an environment, of one service or of several.
struct notice {
  std::string key;
  std::vector<service_notice> services{};
  std::vector<notice_reply> replies{};        ///< what happened meanwhile, in order
  std::vector<announced_message> messages{};  ///< where it was said by an earlier run
  bool is_shared_elsewhere = false;           ///< those are messages on other services, too
  bool is_over = false;                       ///< nothing is under way
};

/// Who heard, by `service_notice::name`.
struct told_services {
  std::set<std::string> wanted{};  ///< services that at least one notifier takes
  std::set<std::string> told{};    ///< and was
};

class notice_board {
 public:
  /// `commit_of`: what a pipeline is built from or deploys, where no event says so; empty: that is not known.
  explicit notice_board(std::function<std::string(const std::string& pipeline)> commit_of = {})
      : commit_of_(std::move(commit_of)) {}

  /// Whether anything is to be told that was not before.
  bool hear(const event& happened);

  /// The places of which it is not known what was told before; nothing is told of them until it is.
  std::vector<changed_place> without_memory() const;
  void remember(const changed_place& at, const announcement& before);
  std::vector<notice> notices() const;
  /// What is to be remembered of a place, less the messages; nothing where that is nothing new. What a
  /// destination should be told of and was not is not known as told.
  struct memory {
    changed_place at;
    announcement before, now;
    std::string key;  ///< of the notice whose messages it has
  };
  std::vector<memory> memories(const told_services& to) const;

  /// How the steps of a pipeline went that come before its deploys; nothing where none was run.
  struct build_state {
    bool is_over = false, is_good = true;
    std::string says{};  ///< `orders/test failed`
  };
  std::map<std::string, build_state> builds() const { return builds_; }
  bool empty() const { return rows_.empty() && builds_.empty(); }

 private:
  struct row {
    service_notice told;
    std::vector<std::string> replies{};
    std::optional<announcement> before{};
    bool keeps = true;      ///< it is an environment, whose state remembers what was told
    bool is_known = false;  ///< the same was told before
  };
  struct writer;
  row& row_at(const changed_place& at, const std::string& subject = {});
  static void recall(row& of);
  static bool is_new(const row& of);
  static std::string key_of(const row& of);

  std::function<std::string(const std::string& pipeline)> commit_of_;
  std::vector<row> rows_;
  std::map<std::string, std::string> failures_;  ///< steps that failed → why
  std::map<std::string, build_state> builds_;    ///< by pipeline
  std::set<std::string> refused_;                ///< deploys that were told as refused
  bool is_ended_ = false;
};

/// `orders v1.5.0 is deployed to prod`
std::string headline_of(const service_notice& of);
/// What is wrong, in words: the failure with its value, and what helps.
std::string words_of_failure(const error& of);

}  // namespace cicd
