#pragma once

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/run/journal.hpp>

namespace cicd {

namespace run_journal {

/// `<step> <key> <outputs> <artifact or -> .`: the full stop tells a whole line from a part of one.
std::string line_for(const std::string& step, const step_result& success) {
  return fmt::format("{} {} {} {} .\n", step, hex(success.key), hex(success.outputs),
                     success.artifact.empty() ? "-" : success.artifact);
}

std::optional<std::pair<std::string, step_result>> read_line(std::string_view line) {
  const std::vector<std::string> words = split(line, ' ');
  if (words.size() != 5 || words[4] != ".") return std::nullopt;
  const auto key = digest_from(words[1]);
  const auto outputs = digest_from(words[2]);
  if (!key || !outputs) return std::nullopt;
  return std::pair{words[0], step_result{*key, *outputs, words[3] == "-" ? std::string() : words[3]}};
}

}  // namespace run_journal

journal::journal(std::string path) : path_(std::move(path)) {
  reread();
}

void journal::read_lines(std::string_view text) {
  std::size_t lines = 0;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (auto entry = run_journal::read_line(text.substr(0, end)))
      last_[std::move(entry->first)] = std::move(entry->second);
    ++lines;
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  if (lines < 200 || lines < 4 * last_.size()) return;
  std::string compacted;
  for (const auto& [step, success] : last_) compacted += run_journal::line_for(step, success);
  (void)write_file(path_, compacted, durability::fast);
}

void journal::reread() {
  const std::lock_guard hold(mutex_);
  if (const auto text = read_file_if_there(path_); text && *text) read_lines(**text);
}

std::optional<step_result> journal::last(std::string_view step) const {
  const std::lock_guard hold(mutex_);
  const auto found = last_.find(step);
  if (found == last_.end()) return std::nullopt;
  return found->second;
}

status journal::append(const std::string& step, const step_result& success) {
  const std::lock_guard hold(mutex_);
  last_[step] = success;
  if (!file_) {
    result<append_file> opened = append_file::open(path_);
    if (!opened) return std::move(opened).error();
    file_ = *std::move(opened);
  }
  return file_->append(run_journal::line_for(step, success));
}

}  // namespace cicd
