// Starts what a step NEEDS before it and ends it after it, around a runner: a step's own services for each of
// its attempts, shared ones once for the run. It knows no protocol and no form of a service.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <cicd/run/backing_service.hpp>
#include <cicd/run/runner.hpp>
#include <cicd/run/secret_store.hpp>
#include <cicd/run/workspace.hpp>
#include <cicd/system/process_guard.hpp>

namespace cicd {

struct backing_options {
  const surroundings* around = nullptr;
  std::string holder;  ///< who holds a port: for a person
  /// The folder in which services have theirs, made where it is not there; any thread.
  std::function<result<std::string>()> home{};
  std::string port_locks;                                   ///< the file of reservations
  std::function<std::string(const std::string& name)> log;  ///< the path of a service's log
  std::function<status(const task&)> may_have_secrets;
  std::function<void(const std::string& step)> end_step;  ///< ends the process of a step that runs
  /// How an IMAGE is run; may take long, any thread calls it.
  std::function<status(service_start& of, const backing_service& declared, const cancellation&)> contain{};
};

class backing_runner : public runner {
 public:
  backing_runner(runner& inner,
                 event_loop& loop,
                 process_port& processes,
                 secret_store& secrets,
                 shared_index& index,
                 say_event say,
                 backing_options options);
  ~backing_runner() override;
  void start(const task& work, std::function<void(outcome)> done) override;
  void stop(manner how) override;
  /// Ends the services that steps shared: when no step is left.
  void end_shared(manner how);

 private:
  struct attempt;
  status prepare(attempt& one);
  result<std::shared_ptr<running_service>> prepared(attempt& one, const observed_service& seen);
  result<service_start> placed(attempt& one, const observed_service& seen);
  status filled(const service_start& of, const task& work, const observed_service& seen);
  result<std::vector<std::string>> environment_of(attempt& one,
                                                  const observed_service& seen,
                                                  const service_start& of);
  result<service_address> address_elsewhere(attempt& one, const backing_service& of);
  result<secret_value> secret_of(attempt& one, std::string_view name);
  service_ports ports();
  void start_more(const std::shared_ptr<attempt>& one);
  void is_up(const std::shared_ptr<attempt>& one,
             const std::shared_ptr<running_service>& service,
             const status& how);
  void run_step(const std::shared_ptr<attempt>& one);
  void lost(const std::shared_ptr<attempt>& one, const error& why);
  void finish(const std::shared_ptr<attempt>& one, outcome with);

  runner& inner_;
  event_loop& loop_;
  process_port& processes_;
  secret_store& secrets_;
  shared_index& index_;
  say_event say_;
  backing_options options_;
  cancellation cancelled_;
  std::set<std::shared_ptr<attempt>> attempts_;
  bool stopped_ = false;
  manner manner_ = manner::kindly;  ///< in which services are ended
  std::unique_ptr<process_guard> guard_;
  std::size_t step_count_ = 0;

  std::mutex mutex_;  ///< of what follows, while services are prepared
  std::map<std::string, std::shared_ptr<running_service>, std::less<>> shared_;
  std::size_t count_ = 0;
  bool is_swept_ = false;
};

}  // namespace cicd
