// All folders of a step are locked at once or none, so that two steps never wait for each other. A step bears
// a mark for each that it locks: what a killed driver left running in a folder is found by it, and ended
// first.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/digest.hpp>
#include <cicd/run/tool_caches_runner.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

namespace run_tool_caches_runner {
namespace {

/// By this variable the processes that may write to a folder are found; `locks` is the file of its lock.
std::string mark_of(const std::string& folder, const std::string& locks) {
  return "CICD_USES_" + hex(sha256(locks + '\n' + folder)).substr(0, 16);
}

}  // namespace
}  // namespace run_tool_caches_runner

/// One step on its way.
struct tool_caches_runner::using_step {
  task work;  ///< with what its tools are told
  std::function<void(outcome)> done;
  std::vector<cache_place> places;
  std::vector<std::pair<std::string, lock_table::held>> locks{};  ///< by folder
  std::shared_ptr<void> timer{};
  status how{};
  std::vector<std::string> told{};
  bool waited = false;
};

tool_caches_runner::tool_caches_runner(runner& inner,
                                       event_loop& loop,
                                       const workspace& where,
                                       const surroundings& around,
                                       std::string holder,
                                       say_event say)
    : inner_(inner),
      loop_(loop),
      where_(where),
      around_(around),
      locks_(where.cache_locks()),
      holder_(std::move(holder)),
      say_(std::move(say)) {}

void tool_caches_runner::start(const task& work, std::function<void(outcome)> done) {
  if (work.step->command() == nullptr || work.step->command()->cache_dirs.empty())
    return inner_.start(work, std::move(done));
  auto one = std::make_shared<using_step>(
      using_step{work, std::move(done), cache_places_of(*work.step, *work.seen, where_, around_)});
  waiting_.insert(one);
  attempt(one);
}

/// A copy is made by one run while others wait, whatever the tool does.
void tool_caches_runner::attempt(const std::shared_ptr<using_step>& one) {
  const std::string holder = fmt::format("{} of {}", one->work.step->id, holder_);
  for (const cache_place& each : one->places) {
    if (each.is_shared && (each.own.empty() || exists(each.own))) continue;
    // Two may lead to one folder by a link.
    if (std::ranges::find(one->locks, each.used(), &std::pair<std::string, lock_table::held>::first)
        != one->locks.end())
      continue;
    result<std::optional<lock_table::held>> lock = locks_.try_take(each.used(), holder);
    if (!lock || !*lock) {
      for (auto& [folder, taken] : one->locks) taken.leave_as_found();
      one->locks.clear();
      if (!lock) {
        waiting_.erase(one);
        return end(one, failed_outcome(std::move(lock).error()));
      }
      if (!one->waited)
        say_(step_waiting{one->work.step->id,
                          locks_.holder_of(each.used()) + ", which uses " + each.declared.text()});
      one->waited = true;
      one->timer = loop_.after(std::chrono::milliseconds(50), [this, one] { attempt(one); });
      return;
    }
    one->locks.emplace_back(each.used(), **std::move(lock));
  }
  waiting_.erase(one);
  make_ready(one);
}

void tool_caches_runner::end_leftovers(using_step& of) const {
  std::size_t ended = 0;
  for (const auto& [folder, lock] : of.locks)
    if (!lock.left_by().empty())
      ended += end_strays(run_tool_caches_runner::mark_of(folder, where_.cache_locks()) + "=1");
  if (ended > 0)
    of.told.push_back(fmt::format("CACHE_DIRS: {} processes of a run that was killed were ended", ended));
}

void tool_caches_runner::make_ready(const std::shared_ptr<using_step>& one) {
  loop_.on_own_thread(
      [this, one] {
        end_leftovers(*one);
        one->how = are_apart(one->places);
        if (!one->how) return;
        for (const cache_place& each : one->places) {
          result<std::string> ready = prepare(each, where_, &cancelled_);
          if (!ready) {
            one->how = std::move(ready).error();
            return;
          }
          if (!ready->empty()) one->told.push_back(*std::move(ready));
        }
      },
      [this, one] { begin(one); });
}

void tool_caches_runner::begin(const std::shared_ptr<using_step>& one) {
  if (stopped_) return end(one, interrupted_outcome());
  if (!one->how) {
    error why = std::move(one->how).error();
    why.subject = one->work.step->id;
    return end(one, failed_outcome(with_origin(std::move(why), *one->work.step->pipeline,
                                               "step." + one->work.step->name() + ".cache_dirs")));
  }
  for (const std::string& each : one->told) say_(step_message{one->work.step->id, each});
  for (const cache_place& each : one->places) {
    if (!each.variable.empty()) one->work.told.emplace_back(each.variable, each.value);
    const bool is_locked = std::ranges::any_of(one->places, [&](const cache_place& other) {
      return !other.is_shared && other.used() == each.used();
    });
    if (is_locked)
      one->work.told.emplace_back(run_tool_caches_runner::mark_of(each.used(), where_.cache_locks()), "1");
    else
      std::erase_if(one->locks, [&](const auto& lock) { return lock.first == each.used(); });
  }
  inner_.start(one->work, [this, one](outcome with) { end(one, std::move(with)); });
}

void tool_caches_runner::end(const std::shared_ptr<using_step>& one, outcome with) {
  one->locks.clear();
  const auto done = std::move(one->done);
  done(std::move(with));
}

void tool_caches_runner::stop(manner how) {
  stopped_ = true;
  cancelled_.cancel();
  const std::set<std::shared_ptr<using_step>> given_up = std::move(waiting_);
  waiting_.clear();
  for (const std::shared_ptr<using_step>& one : given_up) {
    one->timer.reset();
    one->locks.clear();
    one->done(interrupted_outcome());
  }
  inner_.stop(how);
}

}  // namespace cicd
