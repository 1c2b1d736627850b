// The loop, its lease and its pages. See reconcile_watch.hpp.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <random>

#include <fmt/format.h>

#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/driver/commands/listing.hpp>
#include <cicd/driver/commands/reconcile_watch.hpp>
#include <cicd/driver/commands/signal_mask.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/page_server.hpp>

namespace cicd {

namespace driver_commands_reconcile_watch {
namespace {

using moment = std::chrono::system_clock::time_point;
using std::chrono::milliseconds;

constexpr milliseconds least_sleep{1000}, longest_backoff{15 * 60000}, lease_asked_every{1000};

/// What a target is at, without what changes as time goes by.
std::string gist_of(const fleet_action& of) {
  return fmt::format("{}\n{}\n{}\n{}\n{}", of.target(), word_of(of.is), of.commit, of.rule, of.runs);
}

class loop {
 public:
  loop(const watch_request& of, const surroundings& around) : of_(of), around_(around) {}

  exit_class run() {
    const signal_mask kept(SIG_BLOCK);  // between two that listen to them
    auto lease = loop_lease::from(of_.lease, who(present_folder(), around_), around_);
    if (!lease) return refused(std::move(lease).error());
    lease_ = *std::move(lease);
    if (!of_.address.empty()) {
      auto served =
          page_server::start(of_.address, [this](const std::string& path) { return page_for(path); });
      if (!served) return refused(std::move(served).error());
      server_ = *std::move(served);
      say(fmt::format("reconcile: /health and /metrics at http://{}", server_->address()));
    }
    while (true) {
      const result<lease_view> view = lease_->take();
      if (!view) return refused(view.error());
      tell(*view);
      if (!view->acts) {
        if (!slept(lease_asked_every)) return exit_class::done;
        continue;
      }
      if (const exit_class ended = pass(); is_interruption(ended)) return ended;
      if (!slept(sleep_after(counts(), of_.every, system_clock_port().now(), dice())))
        return exit_class::done;
    }
  }

 private:
  fleet_counts counts() {
    const std::lock_guard hold(mutex_);
    return counts_;
  }

  double dice() { return std::uniform_real_distribution<double>(0, 1)(random_); }

  void say(const std::string& line) {
    if (!of_.pass.as_json) print_out(line + "\n");
  }

  /// What changed of it since it was told last.
  void tell(const lease_view& now) {
    if (acted_ && !now.acts) say("reconcile: the lease is lost, and this process deploys nothing more");
    if (now.failure && (!told_.failure || text_of(*now.failure) != text_of(*told_.failure)))
      print_errors({*now.failure});
    const bool waited = has_told_ && !acted_;
    if (now.acts && waited) say("reconcile: the lease is free, and this process acts now");
    if (!now.acts && !now.other.empty() && (now.other != told_.other || acted_))
      say("reconcile: another process acts, this one waits: " + displayable(now.other));
    acted_ = now.acts;
    has_told_ = true;
    told_ = now;
  }

  /// Asked before each deploy is begun.
  status may_act() const {
    const lease_view now = lease_->now();
    if (now.acts) return {};
    error lost{exit_class::conflict, {}, "this process lost the lease, and begins no further deploy", {}, {}};
    return std::move(lost)
        .with("held by", displayable(now.other))
        .with("caused by", now.failure ? text_of(*now.failure) : std::string())
        .with("try", "nothing: the process that has it goes on, or this one once it has it again");
  }

  exit_class pass() {
    {
      const std::lock_guard hold(mutex_);
      at_.is_in_pass = true;
    }
    pass_request how = of_.pass;
    how.is_quiet = true;
    how.may_act = [this] { return may_act(); };
    how.goes_on = [this] {
      const std::lock_guard hold(mutex_);
      at_.got_on = system_clock_port().now();
    };
    how.goes_on();
    const milliseconds began = system_clock_port().elapsed();
    fleet_pass done = pass_over(how, around_);
    if (of_.pass.as_json)
      show(how, done);
    else
      show_changes(done);
    const milliseconds took = system_clock_port().elapsed() - began;
    const std::lock_guard hold(mutex_);
    at_.is_in_pass = false;
    ++counts_.passes[std::string(word_for(done.kind))];
    for (const auto& [target, end] : done.outcomes) ++counts_.deploys[end.is];
    counts_.last_duration = took;
    counts_.last_end = system_clock_port().now();
    counts_.failures = done.is_whole ? 0 : counts_.failures + 1;
    if (done.kind == exit_class::done) counts_.last_success = counts_.last_end;
    const exit_class kind = done.kind;
    if (done.is_whole) counts_.last = std::move(done.last);
    return kind;
  }

  /// The targets that are at something else than after the pass before.
  void show_changes(const fleet_pass& done) {
    if (!done.is_whole) return;
    std::set<std::string> now;
    std::vector<fleet_action> changed;
    for (const fleet_action& each : done.last) {
      const std::string gist = gist_of(each);
      now.insert(gist);
      if (!shown_.contains(gist)) changed.push_back(each);
    }
    if (!changed.empty()) {
      print_out(
          actions_text(changed, {.now = system_clock_port().now(), .is_exact = true}, table_width(around_)));
      show(of_.pass, done);
    }
    shown_ = std::move(now);
  }

  /// False: a signal came.
  bool slept(milliseconds length) {
    const interrupts stop;
    {
      const std::lock_guard hold(mutex_);
      at_.wakes = system_clock_port().now() + length;
    }
    return system_clock_port().wait(length, &stop.asked());
  }

  page page_for(const std::string& path) {
    const lease_view lease = lease_->now();
    const std::lock_guard hold(mutex_);
    counts_.acts = lease.acts;
    if (path == "/metrics") return {200, "text/plain; version=0.0.4; charset=utf-8", metrics_text(counts_)};
    if (path == "/health") {
      const bool well = is_well(at_, system_clock_port().now());
      return {well ? 200 : 503, "application/json", health_text(counts_, at_, lease, well)};
    }
    return {404, "text/plain; charset=utf-8", "allowed: /health, /metrics\n"};
  }

  const watch_request& of_;
  const surroundings& around_;
  std::mutex mutex_;  ///< of what the pages say
  fleet_counts counts_;
  loop_health at_{.is_in_pass = false, .wakes = system_clock_port().now()};
  std::set<std::string> shown_;
  std::unique_ptr<loop_lease> lease_;
  lease_view told_;  ///< of it, last
  bool acted_ = false, has_told_ = false;
  std::minstd_rand random_{std::random_device{}()};
  std::unique_ptr<page_server> server_;  ///< ends first
};

}  // namespace
}  // namespace driver_commands_reconcile_watch

std::chrono::milliseconds sleep_after(const fleet_counts& passes,
                                      std::chrono::milliseconds every,
                                      std::chrono::system_clock::time_point now,
                                      double dice) {
  using namespace driver_commands_reconcile_watch;
  constexpr unsigned most_doublings = 5;
  milliseconds longest = every * (1 << std::min(passes.failures, most_doublings));
  if (passes.failures > 0) longest = std::max(every, std::min(longest, longest_backoff));
  // Several loops that were started together do not ask together.
  milliseconds sleep(static_cast<std::int64_t>(static_cast<double>(longest.count()) * (0.8 + 0.4 * dice)));
  if (passes.failures == 0)
    for (const fleet_action& each : passes.last)
      if (each.until) sleep = std::min(sleep, std::chrono::ceil<milliseconds>(*each.until - now));
  return std::max(sleep, least_sleep);
}

bool is_well(const loop_health& at, std::chrono::system_clock::time_point now) {
  return at.is_in_pass ? now < at.got_on + std::chrono::hours(1) : now < at.wakes + std::chrono::minutes(1);
}

std::string health_text(const fleet_counts& of,
                        const loop_health& at,
                        const lease_view& lease,
                        bool is_well) {
  const auto time = [](std::chrono::system_clock::time_point when) {
    return when.time_since_epoch().count() == 0 ? json() : json(utc_text(when));
  };
  return pretty(json()
                    .set("status", is_well ? "ok" : "stuck")
                    .set("acts", lease.acts)
                    .set("lease_held_by", lease.other.empty() ? json() : json(lease.other))
                    .set("lease_failure", lease.failure ? json(text_of(*lease.failure)) : json())
                    .set("in_pass", at.is_in_pass)
                    .set("failed_passes", static_cast<std::int64_t>(of.failures))
                    .set("last_pass", time(of.last_end))
                    .set("last_success", time(of.last_success)));
}

exit_class watch_over(const watch_request& of, const surroundings& around) {
  return driver_commands_reconcile_watch::loop(of, around).run();
}

}  // namespace cicd
