// All who are notified of a run or an action: a listener of its events. What it tells of each environment it
// remembers in that environment's state. It knows no server.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <cicd/declare/model.hpp>
#include <cicd/deliver/change_gate.hpp>
#include <cicd/deliver/notify/courier.hpp>

namespace cicd {

/// What a run or a command lends; it outlives them.
struct notifier_ports {
  const model& declared;
  const surroundings& around;
  const clock& time;
  change_gate& gate;
  secret_source secrets;                           ///< of the run
  std::function<std::string(std::string)> masked;  ///< by the run's secrets; thread-safe
  /// What a pipeline is built from or deploys in this run; thread-safe. Nothing: there is no run.
  std::function<std::string(const std::string& pipeline)> commit_of{};
};

class notifiers {
 public:
  explicit notifiers(notifier_ports ports);
  ~notifiers();

  /// Returns at once.
  void hear(const event& happened);
  /// After the last event: tells what is left, remembers it, and gives what could not be said.
  errors finish(std::chrono::milliseconds patience = std::chrono::seconds(10));
  /// After `finish`: whether at least one notifier told it.
  bool was_told(const event_body& happened) const;
  /// Sends a message that says that it is a test, and gives what went wrong.
  errors test();
  /// Of each: `SLACK #deploys`, and the pipelines that declare it.
  std::vector<std::pair<std::string, std::vector<std::string>>> listed() const;

 private:
  void tell(bool is_last);
  told_state now();
  void read_memories(errors& failures);
  void write_memories(errors& failures);
  release_context context_of(const service_notice& of) const;
  const declared_pipeline* find(const std::string& pipeline,
                                const environment*& place,
                                const std::string& name) const;
  errors failures_after(std::chrono::milliseconds limit);

  notifier_ports ports_;
  std::mutex mutex_;  ///< of what couriers ask for
  notice_board board_;
  bool is_last_ = false;
  std::optional<notice> test_{};

  told_services told_;
  std::vector<std::unique_ptr<courier>> couriers_;
  std::vector<std::vector<std::string>> pipelines_;  ///< of each
  bool is_remembered_ = false;                       ///< any of them needs to know what was told before
};

}  // namespace cicd
