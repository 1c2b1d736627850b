// Gives a step the folders of its CACHE_DIRS: ready, to itself where their tool does not keep writers apart,
// and told of. It stands inside of reuse, so that a step that is not run waits for none.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include <cicd/run/runner.hpp>
#include <cicd/run/tool_caches.hpp>
#include <cicd/system/lock_table.hpp>

namespace cicd {

class tool_caches_runner : public runner {
 public:
  tool_caches_runner(runner& inner,
                     event_loop& loop,
                     const workspace& where,
                     const surroundings& around,
                     std::string holder,
                     say_event say);
  void start(const task& work, std::function<void(outcome)> done) override;
  void stop(manner how) override;

 private:
  struct using_step;
  void attempt(const std::shared_ptr<using_step>& one);
  void end_leftovers(using_step& of) const;
  void make_ready(const std::shared_ptr<using_step>& one);
  void begin(const std::shared_ptr<using_step>& one);
  void end(const std::shared_ptr<using_step>& one, outcome with);

  runner& inner_;
  event_loop& loop_;
  const workspace& where_;
  const surroundings& around_;
  lock_table locks_;
  std::string holder_;
  say_event say_;
  std::set<std::shared_ptr<using_step>> waiting_;
  bool stopped_ = false;
  cancellation cancelled_;
};

}  // namespace cicd
