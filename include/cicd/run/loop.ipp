// The loop: what is ready starts, as far as there is room; what ends makes others ready.
#pragma once

#include <csignal>

#include <algorithm>
#include <charconv>
#include <utility>

#include <cicd/run/loop.hpp>

namespace cicd {

run_loop::run_loop(
    planner& plans, event_loop& loop, runner_for runners, task_for tasks, say_event say, loop_options options)
    : plans_(plans),
      loop_(loop),
      runners_(std::move(runners)),
      tasks_(std::move(tasks)),
      say_(std::move(say)),
      options_(std::move(options)) {}

void run_loop::prepare() {
  const std::size_t size = plans_.graph().steps.size();
  waiting_for_.assign(size, 0);
  before_of_.assign(size, {});
  ended_.assign(size, false);
  for (step_index step : plans_.wanted()) {
    for (step_index before : plans_.graph().steps[step].after) before_of_[before].push_back(step);
    waiting_for_[step] = static_cast<unsigned>(plans_.graph().steps[step].after.size());
    if (waiting_for_[step] == 0) make_ready(step);
  }
}

loop_result run_loop::run() {
  prepare();
  signals_ = loop_.on_signal([this](int signal) { interrupted(signal); });
  pump();
  loop_.run();
  signals_.reset();
  for (step_index step : plans_.wanted())
    if (!ended_[step]) tell_not_run(step);
  if (result_.outcome == exit_class::done && not_run_) {
    result_.outcome = not_run_->kind;
    result_.failure = std::move(not_run_);
  }
  return result_;
}

void run_loop::pump() {
  if (pumping_) return;
  pumping_ = true;
  while (starts_steps()) {
    const std::optional<step_index> step = next_ready();
    if (!step) break;
    begin(*step);
  }
  pumping_ = false;
  if (running_.empty() && options_.at_end) options_.at_end(runner::manner::kindly);
}

bool run_loop::runs_beside(step_index step) const {
  return options_.runs_beside && options_.runs_beside(plans_.graph().steps[step]);
}

void run_loop::make_ready(step_index step) {
  if (plans_.graph().steps[step].runs_alone()) return ready_alone_.push(step);
  (runs_beside(step) ? ready_beside_ : ready_).push(step);
}

/// The next step for which there is room.
std::optional<step_index> run_loop::next_ready() {
  constexpr std::ptrdiff_t most_beside = 100;
  if (running_.size() == 1 && plans_.graph().steps[running_.begin()->first].runs_alone()) return std::nullopt;
  const auto beside =
      std::ranges::count_if(running_, [this](const auto& each) { return runs_beside(each.first); });
  const bool has_room = running_.size() - static_cast<std::size_t>(beside) < jobs_.value_or(1);
  in_order* from = has_room ? &ready_ : nullptr;
  if (!ready_beside_.empty() && beside < most_beside) from = &ready_beside_;
  if (ready_.empty() && ready_beside_.empty() && running_.empty()) from = &ready_alone_;
  if (from == nullptr || from->empty()) return std::nullopt;
  const step_index step = from->top();
  from->pop();
  return step;
}

void run_loop::begin(step_index step) {
  if (auto ask = plans_.question_for(step)) return plan_aside(step, *std::move(ask));
  decided(step, plans_.decide(step));
}

/// A server may be slow to say what is there: no step waits for it but this one.
void run_loop::plan_aside(step_index step, planner::question ask) {
  under_way(step);
  say_(step_planning{plans_.graph().steps[step].id});
  auto answer = std::make_shared<std::optional<result<step_plan>>>();
  loop_.on_own_thread([ask = std::move(ask), answer] { answer->emplace(ask()); },
                      [this, step, answer] {
                        if (**answer) plans_.answered(***answer);
                        decided(step, **std::move(answer));
                        pump();
                      });
}

void run_loop::decided(step_index step, result<step_plan> plan) {
  outcome end;
  if (!plan) {
    if (signal_ != 0) end.how = step_outcome::interrupted;
    end.failure = std::move(plan).error();
    return finish(step, std::move(end));
  }
  if (plan->what == decision::up_to_date || plan->what == decision::unaffected) {
    end.how = step_outcome::up_to_date;
    if (plan->what == decision::unaffected) end.summary = "not affected";
    const bool is_pure_step = is_pure(plans_.graph().steps[step].kind());
    if (is_pure_step && !plan->details.empty()) end.summary = plan->details.front();
    end.result = plan->result.value_or(step_result{});
    return finish(step, std::move(end));
  }
  if (!starts_steps()) return drop(step);
  under_way(step);
  if (first_ != gate::open && options_.before_first) return when_open(step, *std::move(plan));
  start(step, *std::move(plan));
}

void run_loop::when_open(step_index step, step_plan plan) {
  waiting_.emplace_back(step, std::move(plan));
  if (std::exchange(first_, gate::opening) == gate::opening) return;
  auto may = std::make_shared<status>();
  loop_.on_own_thread([first = options_.before_first, may] { *may = first(); },
                      [this, may] {
                        opened(std::move(*may));
                        pump();
                      });
}

void run_loop::opened(status may) {
  first_ = gate::open;
  if (!may && starts_steps()) {
    has_failed_ = true;
    result_.outcome = may.error().kind;
    result_.failure = std::move(may).error();
  }
  for (auto& [step, plan] : std::exchange(waiting_, {}))
    starts_steps() ? start(step, std::move(plan)) : drop(step);
}

run_loop::running_step& run_loop::under_way(step_index step) {
  if (!jobs_) jobs_ = std::max(1U, options_.jobs());
  auto& one = running_[step];
  if (!one) {
    one = std::make_unique<running_step>();
    one->since = options_.time.elapsed();
  }
  if (!tick_timer_) keep_ticking();
  return *one;
}

void run_loop::start(step_index step, step_plan plan) {
  running_step& one = under_way(step);
  one.since = options_.time.elapsed();
  one.work = tasks_(step, std::move(plan));
  const std::string& id = plans_.graph().steps[step].id;
  say_(step_started{id, one.work.plan.reasons, expected_for(id), 1});
  runners_(plans_.graph().steps[step].kind()).start(one.work, [this, step](outcome end) {
    finish(step, std::move(end));
    pump();
  });
}

std::optional<std::chrono::milliseconds> run_loop::expected_for(const std::string& step) {
  if (!expected_ && options_.expected) expected_ = options_.expected();
  if (!expected_) return std::nullopt;
  const auto found = expected_->find(step);
  return found == expected_->end() ? std::nullopt : std::optional(found->second);
}

void run_loop::keep_ticking() {
  if (!options_.tick) return;
  tick_timer_ = loop_.after(std::chrono::milliseconds(100), [this] {
    if (running_.empty()) return;
    options_.tick();
    keep_ticking();
  });
}

void run_loop::finish(step_index step, outcome end) {
  const graph_step& about = plans_.graph().steps[step];
  step_ended event{.step = about.id,
                   .outcome = end.how,
                   .duration = {},
                   .how = end.end,
                   .log = {},
                   .summary = std::move(end.summary),
                   .failure = end.failure,
                   .tests = std::move(end.tests)};
  if (const auto ran = running_.find(step); ran != running_.end()) {
    event.duration = options_.time.elapsed() - ran->second->since;
    if (ran->second->work.plan.key) event.key = hex(ran->second->work.plan.key);
    if (end.printed) event.log = ran->second->work.log;
    running_.erase(ran);
  }
  ended_[step] = true;
  settle();
  for (deployed& each : end.deployments) say_(std::move(each));
  for (proposed& each : end.proposals) say_(std::move(each));
  say_(std::move(event));
  if (end.good()) {
    ++(end.how == step_outcome::up_to_date ? result_.up_to_date : result_.done);
    plans_.arrived(step, std::move(end.result));
    return release(step);
  }
  if (end.how == step_outcome::not_run) {
    ++result_.not_run;
    if (!not_run_) not_run_ = std::move(end.failure);
    return;
  }
  const bool is_refused = end.failure && end.failure->kind == exit_class::policy;
  has_failed_ = has_failed_ || !is_refused || options_.stops_at_refusal;
  if (result_.outcome != exit_class::done || signal_ != 0) return;
  result_.outcome = end.failure ? end.failure->kind : exit_class::step_failed;
  result_.failure = std::move(end.failure);
  result_.failed_step = about.id;
}

/// It would have been started, had the run not come to its end meanwhile.
void run_loop::drop(step_index step) {
  running_.erase(step);
  settle();
  tell_not_run(step);
}

/// Where nothing runs there is nothing to wait for but calls that open what is needed no more.
void run_loop::settle() {
  if (running_.empty()) {
    tick_timer_.reset();
    leave_timer_.reset();
  }
  if (signal_ != 0 && first_ == gate::opening && running_.size() == waiting_.size()) leave();
}

/// What still runs does not hear us.
void run_loop::leave() {
  result_.left_running = true;
  loop_.leave();
  for (const auto& [step, plan] : std::exchange(waiting_, {})) running_.erase(step);
  while (!running_.empty()) finish(running_.begin()->first, interrupted_outcome());
}

void run_loop::release(step_index step) {
  for (step_index next : before_of_[step])
    if (--waiting_for_[next] == 0) make_ready(next);
}

void run_loop::stop_all(runner::manner how) {
  for (step_kind kind : {step_kind::command, step_kind::image, step_kind::publish, step_kind::deploy})
    runners_(kind).stop(how);
}

void run_loop::interrupted(int signal) {
  const bool again = signal_ != 0;
  if (!again) {
    signal_ = signal;
    result_.outcome = signal == SIGINT ? exit_class::interrupted : exit_class::terminated;
  }
  if (running_.empty() && options_.at_end)
    options_.at_end(again ? runner::manner::hard : runner::manner::kindly);
  if (!running_.empty()) stop_all(again ? runner::manner::hard : runner::manner::kindly);
  if (again && !running_.empty() && !leave_timer_)
    leave_timer_ = loop_.after(options_.patience, [this] { leave(); });
  settle();
}

void run_loop::tell_not_run(step_index step) {
  ended_[step] = true;
  ++result_.not_run;
  say_(step_ended{.step = plans_.graph().steps[step].id,
                  .outcome = step_outcome::not_run,
                  .duration = {},
                  .how = {},
                  .log = {},
                  .summary = {},
                  .failure = {},
                  .tests = {}});
}

unsigned jobs_for(const std::optional<std::string>& wanted, const machine_limits& limits) {
  unsigned number = 0;
  if (wanted) std::from_chars(wanted->data(), wanted->data() + wanted->size(), number);
  if (number > 0) return std::min(number, 1024U);
  const auto by_memory = static_cast<unsigned>(limits.memory >> 30U);
  return std::max(1U, limits.memory == 0 ? limits.cores : std::min(limits.cores, std::max(1U, by_memory)));
}

}  // namespace cicd
