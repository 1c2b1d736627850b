// Locks and retries around a runner.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/run/decorators.hpp>
#include <cicd/run/step_folder.hpp>

namespace cicd {

outcome interrupted_outcome() {
  outcome end;
  end.how = step_outcome::interrupted;
  return end;
}

outcome failed_outcome(error why) {
  outcome end;
  end.failure = std::move(why);
  return end;
}

outcome not_run_outcome(error why) {
  outcome end = failed_outcome(std::move(why));
  end.how = step_outcome::not_run;
  return end;
}

void add_patterns(const std::vector<path_pattern>& patterns, file_query& to) {
  for (const path_pattern& pattern : patterns) {
    if (pattern.view().starts_with('!'))
      to.exclude.emplace_back(pattern.view().substr(1));
    else
      to.patterns.push_back(pattern.str());
  }
}

namespace run_decorators {
namespace {

void add_findings(const step& declared, file_query& to) {
  add_patterns(declared.findings, to);
  add_patterns(declared.sarif, to);
}

}  // namespace
}  // namespace run_decorators

file_query outputs_in(const std::string& folder, const graph_step& step) {
  file_query query{folder, {}, {}, {}, true};
  if (step.kind() == step_kind::image) query.patterns = {"layout/**"};
  if (step.command() != nullptr) add_patterns(step.command()->outputs, query);
  if (step.is_scan()) run_decorators::add_findings(*step.command(), query);
  return query;
}

file_query kept_in(const graph_step& step) {
  file_query query;
  if (step.command() != nullptr) add_patterns(step.command()->keep, query);
  return query;
}

file_query reports_in(const std::string& folder, const graph_step& step) {
  file_query query{folder, {}, {}, {}, true};
  if (step.command() != nullptr)
    for (const path_pattern& pattern : step.command()->reports) query.patterns.push_back(pattern.str());
  return query;
}

file_query findings_in(const std::string& folder, const graph_step& step) {
  file_query query{folder, {}, {}, {}, true};
  if (step.command() != nullptr) run_decorators::add_findings(*step.command(), query);
  return query;
}

namespace run_decorators {

/// A test that passes now and failed in an earlier attempt is flaky: nothing but the attempt is another.
void mark_flaky(const std::vector<test_case>& failed, outcome& end) {
  std::size_t count = 0;
  for (test_case& each : end.tests) {
    const auto before = std::ranges::find_if(
        failed, [&](const test_case& one) { return one.suite == each.suite && one.name == each.name; });
    if (before == failed.end() || each.how != test_case::state::passed || each.flaky) continue;
    each.flaky = true;
    each.message = before->message;
    each.details = before->details;
    ++count;
  }
  if (count > 0) end.summary += fmt::format(", {} flaky: failed in an earlier attempt", count);
}

}  // namespace run_decorators

void retrying_runner::attempt(const task& work,
                              int number,
                              std::vector<test_case> failed,
                              std::function<void(outcome)> done) {
  const int most = 1 + (work.step->command() != nullptr ? work.step->command()->retries.number() : 0);
  inner_.start(work, [this, &work, number, most, failed = std::move(failed),
                      done = std::move(done)](outcome end) mutable {
    const bool its_own = !end.failure || end.failure->kind == exit_class::step_failed;
    const bool again = !stopped_ && number < most && its_own
                       && (end.how == step_outcome::failed || end.how == step_outcome::timed_out);
    if (!again) {
      run_decorators::mark_flaky(failed, end);
      return done(std::move(end));
    }
    for (test_case& each : end.tests)
      if (each.how == test_case::state::failed || each.how == test_case::state::error)
        failed.push_back(std::move(each));
    say_(step_started{work.step->id, {fmt::format("attempt {} of {} failed", number, most)}, {}, number + 1});
    attempt(work, number + 1, std::move(failed), std::move(done));
  });
}

void retrying_runner::stop(manner how) {
  stopped_ = true;
  inner_.stop(how);
}

struct locking_runner::waiting {
  const task* work = nullptr;
  std::function<void(outcome)> done;
  std::shared_ptr<void> timer;
  bool waited = false;
};

locking_runner::locking_runner(runner& inner,
                               event_loop& loop,
                               const workspace& where,
                               journal& remembered,
                               std::string holder,
                               say_event say)
    : inner_(inner),
      loop_(loop),
      steps_(where.locks()),
      sources_(where.source_locks()),
      remembered_(remembered),
      holder_(std::move(holder)),
      say_(std::move(say)) {}

result<std::optional<std::vector<lock_table::held>>> locking_runner::take_locks(const task& work,
                                                                                std::string& taken_by) {
  std::vector<std::pair<lock_table*, const std::string*>> wanted{{&steps_, &work.step->id}};
  if (work.step->runs_in_source()) wanted.emplace_back(&sources_, &work.source);
  std::vector<lock_table::held> locks;
  for (const auto& [table, name] : wanted) {
    result<std::optional<lock_table::held>> lock = table->try_take(*name, holder_);
    if (!lock) return std::move(lock).error();
    if (!*lock) {
      taken_by = table->holder_of(*name);
      for (lock_table::held& each : locks) each.leave_as_found();
      return std::optional<std::vector<lock_table::held>>{};
    }
    locks.push_back(**std::move(lock));
  }
  return std::optional{std::move(locks)};
}

void locking_runner::start(const task& work, std::function<void(outcome)> done) {
  auto one = std::make_shared<waiting>();
  one->work = &work;
  one->done = std::move(done);
  waiting_.insert(one);
  attempt(one);
}

void locking_runner::attempt(const std::shared_ptr<waiting>& one) {
  std::string taken_by;
  result<std::optional<std::vector<lock_table::held>>> locks = take_locks(*one->work, taken_by);
  if (!locks || *locks) waiting_.erase(one);
  if (!locks) return one->done(failed_outcome(std::move(locks).error()));
  if (*locks) return locked(one, **std::move(locks));
  if (!one->waited) say_(step_waiting{one->work->step->id, taken_by});
  one->waited = true;
  one->timer = loop_.after(std::chrono::milliseconds(50), [this, one] { attempt(one); });
}

void locking_runner::locked(const std::shared_ptr<waiting>& one, std::vector<lock_table::held> locks) {
  auto held = std::make_shared<std::vector<lock_table::held>>(std::move(locks));
  if (one->waited && is_pure(one->work->step->kind())) {
    remembered_.reread();
    const auto last = remembered_.last(one->work->step->id);
    if (last && last->key == one->work->plan.key) {
      outcome end;
      end.how = step_outcome::up_to_date;
      end.result = *last;
      return one->done(std::move(end));
    }
  }
  const bool others_may_be_left =
      std::ranges::any_of(*held, [](const lock_table::held& each) { return !each.left_by().empty(); });
  auto done = [done = std::move(one->done), held](outcome end) {
    held->clear();
    done(std::move(end));
  };
  if (others_may_be_left) return end_leftovers(*one->work, std::move(done));
  inner_.start(*one->work, std::move(done));
}

/// The driver that had the lock was killed; what it started may still write to the step's folder.
void locking_runner::end_leftovers(const task& work, std::function<void(outcome)> done) {
  auto ended = std::make_shared<std::size_t>(0);
  loop_.on_own_thread(
      [&work, ended] { *ended = end_strays(folder_variable + work.folder); },
      [this, &work, ended, done = std::move(done)]() mutable {
        if (*ended > 0)
          say_(step_message{work.step->id,
                            fmt::format("{} processes of a run that was killed were ended", *ended)});
        if (stopped_) return done(interrupted_outcome());
        inner_.start(work, std::move(done));
      });
}

void locking_runner::stop(manner how) {
  stopped_ = true;
  const std::set<std::shared_ptr<waiting>> given_up = std::move(waiting_);
  waiting_.clear();
  for (const std::shared_ptr<waiting>& one : given_up) {
    one->timer.reset();
    one->done(interrupted_outcome());
  }
  inner_.stop(how);
}

background_runner::background_runner(event_loop& loop, say_event say, function work, cancellation cancelled)
    : loop_(loop), say_(std::move(say)), work_(std::move(work)), cancelled_(std::move(cancelled)) {}

void background_runner::start(const task& work, std::function<void(outcome)> done) {
  auto end = std::make_shared<outcome>();
  const auto say = [this, id = work.step->id](const std::string& line) {
    loop_.post([this, id, line] { say_(step_message{id, line}); });
  };
  loop_.on_own_thread(
      [this, &work, end, say] {
        const cancellation_scope heard(cancelled_);
        *end = work_(work, cancelled_, say);
      },
      [this, end, done = std::move(done)] {
        if (cancelled_.cancelled() && !end->good()) end->how = step_outcome::interrupted;
        done(std::move(*end));
      });
}

void background_runner::stop(manner how) {
  how == manner::hard ? cancelled_.insist() : cancelled_.cancel();
}

}  // namespace cicd
