// Following a log: a stream may end with its container or for reasons of its own, and the pod's status, which
// tells them apart, comes a moment later. A log that is read again is read from its start, so what was given
// already is passed over.
#pragma once

#include <algorithm>

#include <cicd/base/text.hpp>
#include <cicd/kubernetes/api/container_log.hpp>

namespace cicd::kubernetes {

container_log::container_log(cluster& with,
                             source of,
                             std::function<void(std::string_view line)> line,
                             std::function<void()> complete)
    : with_(with), of_(std::move(of)), line_(std::move(line)), complete_call_(std::move(complete)) {}

void container_log::follow() {
  if (following_ || complete_) return;
  following_ = true;
  began_after_end_ = ended_;
  known_ = given_;
  ++readings_;
  stream_ = with_.follow_log(
      of_.namespace_name, of_.pod, of_.container, [this](std::string_view line) { take(line); },
      [this] { stream_ended(); });
}

void container_log::container_ended() {
  if (ended_) return;
  ended_ = true;
  if (following_) return;
  if (readings_ == 0)
    follow();
  else
    soon(std::chrono::milliseconds(0), &container_log::compare_end);
}

void container_log::give_up() {
  ended_ = true;
  readings_ = most_readings;
  if (!following_) finish();
}

void container_log::take(std::string_view line) {
  if (known_ > 0) {
    --known_;
    return;
  }
  ++given_;
  last_.emplace_back(line);
  if (last_.size() > compared_lines) last_.pop_front();
  if (line_) line_(line);
}

void container_log::stream_ended() {
  following_ = false;
  if (complete_) return;
  // A stream that ends long before its container broke; one that ends with it is told so by the pod's status.
  if (!ended_)
    soon(std::chrono::seconds(2), &container_log::follow);
  else if (began_after_end_ && given_ > 0)
    finish();
  else
    soon(std::chrono::milliseconds(0), &container_log::compare_end);
}

/// Never at once: a stream must not be replaced while it calls.
void container_log::soon(std::chrono::milliseconds delay, void (container_log::*what)()) {
  timer_ = with_.after(delay, [this, what] { (this->*what)(); });
}

void container_log::compare_end() {
  if (complete_ || following_) return;
  if (readings_ >= most_readings) return finish();
  const auto end = with_.log(of_.namespace_name, of_.pod, of_.container, false, compared_lines);
  std::vector<std::string> lines = end ? split(*end, '\n') : std::vector<std::string>();
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  if (end && std::ranges::equal(lines, last_)) return finish();
  if (end) return follow();
  ++readings_;
  soon(std::chrono::seconds(1), &container_log::compare_end);
}

void container_log::finish() {
  if (complete_) return;
  complete_ = true;
  if (complete_call_) complete_call_();
}

}  // namespace cicd::kubernetes
