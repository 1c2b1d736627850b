// Signals as a cancellation. The handler writes to a descriptor and sets flags, and nothing else.
#pragma once

#include <cicd/system/signals_cancel.hpp>

#include <signal.h>

#include <array>
#include <atomic>
#include <optional>

namespace cicd {

namespace system_signals_cancel {
namespace {

constexpr std::array heard{SIGINT, SIGTERM, SIGHUP};

struct hearing {
  std::optional<cancellation> cancelled{};
  std::atomic<int> signal{0};
  std::array<struct sigaction, heard.size()> before{};
};

hearing& now() {
  static hearing one;
  return one;
}

std::atomic<int> last{0};

void hear(int signal) {
  note_signal(signal);
  now().signal = signal;
  now().cancelled->cancel();
}

}  // namespace
}  // namespace system_signals_cancel

int last_signal() {
  return system_signals_cancel::last;
}

void note_signal(int signal) {
  system_signals_cancel::last = signal;
}

signals_cancel::signals_cancel() {
  using namespace system_signals_cancel;
  now().cancelled.emplace();
  now().signal = 0;
  struct sigaction mine {};
  mine.sa_handler = hear;
  for (std::size_t at = 0; at < heard.size(); ++at) {
    sigaction(heard[at], nullptr, &now().before[at]);
    // Who started us may have chosen that a signal means nothing.
    if (now().before[at].sa_handler != SIG_IGN) sigaction(heard[at], &mine, nullptr);
  }
}

signals_cancel::~signals_cancel() {
  using namespace system_signals_cancel;
  for (std::size_t at = 0; at < heard.size(); ++at) sigaction(heard[at], &now().before[at], nullptr);
}

const cancellation& signals_cancel::cancelled() const {
  return *system_signals_cancel::now().cancelled;
}

int signals_cancel::signal() const {
  return system_signals_cancel::now().signal;
}

}  // namespace cicd
