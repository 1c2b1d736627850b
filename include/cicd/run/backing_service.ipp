// The life of one service. Each state is entered at one place, and nothing is told twice.
#pragma once

#include <cicd/run/backing_service.hpp>

#include <csignal>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/run/ready_check.hpp>

namespace cicd {

namespace run_backing_service {
namespace {

using namespace std::chrono_literals;

/// It is asked soon at first, and seldom once it takes long.
constexpr auto first_pause = 2ms, longest_pause = 200ms;

std::chrono::milliseconds or_else(const duration& declared, std::chrono::milliseconds otherwise) {
  return declared ? std::chrono::milliseconds(declared.milliseconds()) : otherwise;
}

std::string text_of(const ending& how) {
  if (how.kind == ending::how::not_started) return "it cannot be started: " + how.text;
  return "exit status " + exit_text(how);
}

}  // namespace
}  // namespace run_backing_service

running_service::running_service(service_start of, service_ports on)
    : of_(std::move(of)),
      on_(std::move(on)),
      log_(of_.log, on_.secrets),
      pause_(run_backing_service::first_pause) {}

void running_service::when_ready(std::function<void(const status&)> then) {
  waiting_.push_back(std::move(then));
  if (state_ == state::waiting) return start();
  if (state_ == state::starting && !failure_) return;
  on_.loop.post(
      [self = shared_from_this()] { self->settle(self->failure_ ? status(*self->failure_) : status()); });
}

void running_service::when_lost(const void* who, std::function<void(const error&)> then) {
  if (failure_) return then(*failure_);
  listeners_[who] = std::move(then);
}

void running_service::forget_listener(const void* who) {
  listeners_.erase(who);
}

/// Tells those who wait.
void running_service::settle(const status& how) {
  for (const auto& then : std::exchange(waiting_, {})) then(how);
}

void running_service::start() {
  state_ = state::starting;
  begun_ = on_.time.elapsed();
  if (of_.what.words.empty()) return ask();
  child_events events;
  events.output = [self = shared_from_this()](output_stream from, std::string_view bytes) {
    self->log_.take(from, bytes);
  };
  events.ended = [self = shared_from_this()](const ending& how) { self->main_ended(how); };
  on_.watch(of_.tree);
  process_ = on_.processes.start(of_.what, std::move(events));
  if (process_->id() > 0) on_.watch(of_.tree = with_process(of_.tree, process_->id()));
  on_.say(service_event{.what = service_event::started, .service = of_.id, .step = of_.step, .log = of_.log});
  ask();
}

std::chrono::milliseconds running_service::ready_within() const {
  return run_backing_service::or_else(of_.declared->ready_within, std::chrono::seconds(60));
}

/// Until READY_WITHIN is over, and a little where it is.
std::chrono::milliseconds running_service::time_left() const {
  return std::max<std::chrono::milliseconds>(begun_ + ready_within() - on_.time.elapsed(),
                                             std::chrono::milliseconds(50));
}

/// Once; what it answers comes back here.
void running_service::ask() {
  if (state_ != state::starting) return;
  const ready_kind how = ready_kind_of(*of_.declared);
  if (how == ready_kind::command) return ask_program();
  const auto words = ready_words_of(*of_.declared);
  const std::string path = words.empty() ? std::string() : words.front().str();
  // A proxy is for what is elsewhere.
  const surroundings around = of_.what.words.empty() ? *on_.around : surroundings({});
  const auto limit = std::min<std::chrono::milliseconds>(time_left(), std::chrono::seconds(2));
  auto answer = std::make_shared<status>();
  on_.loop.on_own_thread([how, at = of_.at, path, around, limit,
                          answer] { *answer = asked_ready(how, at, path, around, limit); },
                         [self = shared_from_this(), answer] { self->answered(*answer); });
}

void running_service::ask_program() {
  auto said = std::make_shared<std::string>();
  auto is_late = std::make_shared<bool>(false);
  child_events events;
  events.output = [said](output_stream, std::string_view bytes) {
    said->append(bytes);
    if (said->size() > 8192) said->erase(0, said->size() - 4096);
  };
  events.ended = [self = shared_from_this(), said, is_late](const ending& how) {
    self->on_.loop.post([self] { self->asking_.reset(); });
    if (how.good()) return self->answered({});
    std::string why = *is_late ? "READY did not end" : run_backing_service::text_of(how);
    if (const std::string_view text = trimmed(*said); !text.empty()) why += ": " + std::string(text);
    self->answered(error{exit_class::remote, {}, self->on_.secrets()->masked(why), {}, {}});
  };
  asking_ = on_.processes.start(of_.ready, std::move(events));
  timer_ = on_.loop.after(time_left(), [weak = weak_from_this(), is_late] {
    const auto asked = weak.lock();
    if (!asked || !asked->asking_) return;
    *is_late = true;
    asked->asking_->signal_tree(SIGKILL);
  });
}

void running_service::answered(const status& answer) {
  if (state_ != state::starting) return;
  if (answer) {
    state_ = state::ready;
    timer_.reset();
    on_.say(service_event{.what = service_event::ready,
                          .service = of_.id,
                          .step = of_.step,
                          .duration = on_.time.elapsed() - begun_});
    return settle({});
  }
  last_answer_ = answer.error().what;
  using namespace run_backing_service;
  const auto within = ready_within();
  if (on_.time.elapsed() - begun_ >= within) {
    is_lost_ = true;
    failure_ = because(fmt::format("the service {} was not ready within {} s", of_.declared->name.view(),
                                   static_cast<double>(within.count()) / 1000));
    if (of_.what.words.empty()) state_ = state::ended;
    return settle(*failure_);
  }
  timer_ = on_.loop.after(pause_, [self = shared_from_this()] { self->ask(); });
  pause_ = std::min<std::chrono::milliseconds>(pause_ * 3 / 2 + 1ms, longest_pause);
}

error running_service::because(std::string what) const {
  error made{exit_class::step_failed, of_.step, std::move(what), {}, {}};
  const std::string name = of_.declared->name.str();
  if (!last_answer_.empty()) made = std::move(made).with("last answer", last_answer_);
  if (const auto& lines = log_.last_lines(); !lines.empty())
    made = std::move(made).with("last lines", joined(lines, "\n"));
  if (exists(of_.log)) made = std::move(made).with("log of " + name, of_.log);
  return made;
}

/// It is gone, with all that came of it.
void running_service::main_ended(const ending& how) {
  log_.finish();
  timer_.reset();
  grace_timer_.reset();
  on_.loop.post([self = shared_from_this(), gone = std::exchange(process_, nullptr)] {});
  if (asking_) asking_->signal_tree(SIGKILL);
  on_.say(service_event{.what = service_event::ended,
                        .service = of_.id,
                        .step = of_.step,
                        .duration = on_.time.elapsed() - begun_,
                        .how = how});
  const state before = std::exchange(state_, state::ended);
  if (before == state::starting || before == state::ready) {
    is_lost_ = true;
    failure_ = because(fmt::format("the service {} ended {}: {}", of_.declared->name.view(),
                                   before == state::ready ? "while it was needed" : "before it was ready",
                                   run_backing_service::text_of(how)));
    if (how.good())
      failure_ = std::move(*failure_)
                     .with("caused by", "it went into the background, or had nothing to do")
                     .with("try", "let COMMAND stay in the foreground, such as nginx -g \"daemon off;\"");
  }
  clean();
  if (before == state::starting) settle(*failure_);
  if (before == state::ready)
    for (const auto& [who, then] : std::exchange(listeners_, {})) then(*failure_);
}

/// Removes its folder and gives back what it held, then tells who waits for that.
void running_service::clean() {
  on_.loop.in_background(
      [tree = of_.tree] {
        if (tree.folder.empty()) return;
        if (!tree.first.empty()) (void)end_guarded(tree);
        (void)remove_tree(tree.folder);
        for (const std::string& each : tree.also) (void)remove_tree(each);
      },
      [self = shared_from_this()] {
        if (!self->of_.tree.folder.empty()) self->on_.forget(self->of_.tree.folder);
        self->of_.held.reset();
        for (const auto& then : std::exchange(self->ending_, {})) then();
      });
}

void running_service::end(runner::manner how, std::function<void()> then) {
  if (then) ending_.push_back(std::move(then));
  if (asking_) asking_->signal_tree(SIGKILL);
  if (process_ == nullptr) {
    timer_.reset();
    if (std::exchange(state_, state::ended) == state::ended && ending_.empty()) return;
    return clean();
  }
  if (how == runner::manner::hard) {
    state_ = state::ending;
    return process_->signal_tree(SIGKILL);
  }
  if (std::exchange(state_, state::ending) == state::ending) return;
  timer_.reset();
  grace_timer_ = end_kindly(on_.loop, process_,
                            run_backing_service::or_else(of_.declared->grace, std::chrono::seconds(10)));
}

}  // namespace cicd
