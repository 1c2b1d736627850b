// Its beginning is written as it comes; its end is kept in memory until the service ends.
#pragma once

#include <cicd/run/service_log.hpp>

#include <fmt/format.h>

namespace cicd {

namespace run_service_log {
namespace {

/// As many of its last lines are told with a failure.
constexpr std::size_t most_lines = 20;

}  // namespace
}  // namespace run_service_log

service_log::service_log(std::string path, std::function<std::shared_ptr<const secret_finder>()> secrets)
    : path_(std::move(path)),
      secrets_(std::move(secrets)),
      out_([this](std::string_view line) { add(output_stream::out, line); }),
      err_([this](std::string_view line) { add(output_stream::err, line); }) {}

void service_log::add(output_stream from, std::string_view line) {
  std::string text = log_line(from, line);
  last_lines_.emplace_back(line);
  if (last_lines_.size() > run_service_log::most_lines) last_lines_.erase(last_lines_.begin());
  if (end_.empty() && written_ + text.size() <= largest_log_beginning) {
    written_ += text.size();
    unwritten_ += text;
    return;
  }
  end_size_ += text.size();
  end_.push_back(std::move(text));
  for (; end_size_ > largest_log_end; end_.pop_front()) {
    end_size_ -= end_.front().size();
    left_out_ += end_.front().size();
  }
}

void service_log::take(output_stream from, std::string_view bytes) {
  if (is_withheld_) return;
  if (is_held_) return held_.add(from, bytes);
  (from == output_stream::out ? out_ : err_).feed(bytes, *secrets_());
  write();
}

void service_log::write() {
  if (unwritten_.empty()) return;
  if (!file_)
    if (result<append_file> file = append_file::open(path_, 0600)) file_ = *std::move(file);
  if (file_) (void)file_->append(unwritten_);
  unwritten_.clear();
}

void service_log::finish() {
  is_finished_ = true;
  if (!is_held_) write_finished();
}

void service_log::write_finished() {
  const std::shared_ptr<const secret_finder> secrets = secrets_();
  out_.finish(*secrets);
  err_.finish(*secrets);
  if (left_out_ > 0)
    unwritten_ += log_line(output_stream::err, fmt::format("… {} bytes are left out", left_out_));
  for (const std::string& line : end_) unwritten_ += line;
  end_.clear();
  end_size_ = left_out_ = 0;
  write();
}

void service_log::hold() {
  is_held_ = true;
}

void service_log::release(bool is_shown) {
  is_held_ = false;
  const held_output held = std::exchange(held_, {});
  if (is_shown)
    for (const auto& [from, bytes] : held.pieces) take(from, bytes);
  if (!is_shown)
    take(output_stream::err,
         "\n… from here on it is left out: not all SECRET_OUTPUT_VALUES of its step can be read, so nothing "
         "could mask them\n");
  else if (held.is_cut())
    take(output_stream::err, "\n… the rest of what it printed while its step ran is left out\n");
  if (is_finished_) write_finished();
  is_withheld_ = !is_shown;
}

}  // namespace cicd
