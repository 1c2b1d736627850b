// Brings notices to one destination, on a thread of its own: a channel of Slack, a webhook, a program, the
// commits of a server. What changed while one is under way goes along with the next. It changes no outcome
// and holds nothing up: what could not be said is kept until it is asked for.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <cicd/declare/model.hpp>
#include <cicd/deliver/notify/notice_text.hpp>
#include <cicd/deliver/notify/slack.hpp>
#include <cicd/run/secret_store.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

/// All that is told at one moment.
struct told_state {
  std::vector<notice> notices{};
  std::map<std::string, notice_board::build_state> builds{};
  bool is_last = false;  ///< nothing follows
};

/// What a courier asks; thread-safe.
struct courier_ports {
  const surroundings& around;
  const clock& time;
  /// All that is to be told now: asked when it is brought, so that many changes are one.
  std::function<told_state()> now;
  std::function<result<secret_value>(
      const declared_pipeline& of, const std::string& secret, const cancellation& cancelled)>
      secret_of;
  /// What a pipeline is built from; empty: that is not known.
  std::function<std::string(const std::string& pipeline)> commit_of;
  /// Who is named where it fails: the author, where the commit is on a branch that is followed; else empty.
  std::function<std::string(const std::string& pipeline, const std::string& commit)> author_of;
  /// Commits and links of one service.
  std::function<release_context(const service_notice& of)> context_of;
  /// Without what the run's secrets hold.
  std::function<std::string(std::string)> masked;
  bool tells_builds = false;  ///< in a CI system: the steps before a deploy have a status of their own
};

class courier {
 public:
  /// `pipelines`: those that declare it; the first of them has its secrets.
  courier(notifier of, std::vector<const declared_pipeline*> pipelines, courier_ports ports);
  ~courier();
  courier(const courier&) = delete;
  courier& operator=(const courier&) = delete;

  /// Something changed; `is_last`: and nothing will any more.
  void tell(bool is_last);
  /// Waits until all is told, for `limit` at most; then it is given up. Whether anything was to be told.
  void finish(std::chrono::milliseconds limit);
  /// After `finish`: where the message of a notice lies that can be edited.
  std::optional<announced_message> message_of(const std::string& key) const;
  /// After `finish`: which of its services were to be told here, and were.
  void add_told(const notice& of, told_services& to) const;
  /// After `finish`: what could not be said, and why.
  std::optional<error> failure() const;
  std::string name() const;

 private:
  struct sent_message {
    announced_message where{};
    std::string text{};       ///< that was sent last
    std::size_t replies = 0;  ///< that were sent
    bool is_sent = false;
  };
  bool tells(const notice& of) const;
  std::optional<notice> own_part(const notice& of) const;
  std::optional<notice> wanted_part(const notice& of);
  void keep_told(const notice& of);
  release_context masked_context(release_context of) const;
  json masked(const json& of) const;
  void run();
  status bring(const told_state& all);
  status bring_to_slack(const notice& of);
  status bring_to_webhook(const notice& of);
  status bring_to_command(const notice& of);
  status bring_statuses(const told_state& all);
  status set_status(commit_status of);
  const declared_pipeline* find(const std::string& pipeline) const;
  result<secret_value> token() const;
  const slack_users& users_for(const notice& of, const slack& server);
  error with_name(error why) const;

  const notifier of_;
  const std::vector<const declared_pipeline*> pipelines_;
  const courier_ports ports_;
  const notice_kinds kinds_;
  cancellation cancelled_;
  const slack::asker ask_ = [this](const web_request& request) {
    return web_client(ports_.around, &cancelled_, ports_.time).send(request);
  };
  const slack::pause wait_ = [this](std::chrono::milliseconds length) {
    return ports_.time.wait(length, &cancelled_);
  };

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool has_news_ = false, is_ending_ = false, is_idle_ = true, is_over_ = false;
  bool is_done_ = false;          ///< the last state was brought
  std::optional<error> failure_;  ///< of what was brought last
  std::thread thread_;

  // Of the thread alone, until it ended.
  std::map<std::string, sent_message> sent_;  ///< by key
  std::set<std::string> told_;                ///< services whose last state was brought, by name
  std::map<std::string, commit_status> statuses_;
  std::map<std::string, std::string> commits_;  ///< by pipeline
  std::map<std::string, release_context> contexts_;
  slack_users users_;
  std::set<std::string> unknown_mails_;
};

}  // namespace cicd
