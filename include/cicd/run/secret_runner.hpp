// Hands a step its secrets: fetched just before it starts, as variables or as files that end with it. It
// stands inside of reuse, so that a step that is not run needs none.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <cicd/run/runner.hpp>
#include <cicd/run/secret_folder.hpp>
#include <cicd/run/secret_store.hpp>

namespace cicd {

struct secret_runner_options {
  /// Whether the step may have secrets at all: the gate's answer.
  std::function<status(const task&)> may_have;
  /// Told of each value once, on the loop's thread, before any step has it; may be none.
  std::function<void(const secret_value&)> announce{};
  /// The name under which the store took what a step before it left.
  std::function<std::string(const used_value&)> name_of_left{};
};

class secret_runner : public runner {
 public:
  secret_runner(runner& inner,
                event_loop& loop,
                secret_store& store,
                secret_folder& files,
                secret_runner_options options);
  void start(const task& work, std::function<void(outcome)> done) override;
  void stop(manner how) override;

 private:
  struct handing;
  status fetch(handing& one) const;
  status fetch_left(handing& one) const;
  status hand(handing& one,
              const std::string& name,
              const std::string& variable,
              const secret_value& value) const;
  void begin(const std::shared_ptr<handing>& one);
  void end(const std::shared_ptr<handing>& one, outcome with);

  runner& inner_;
  event_loop& loop_;
  secret_store& store_;
  secret_folder& files_;
  secret_runner_options options_;
  cancellation cancelled_;
};

}  // namespace cicd
