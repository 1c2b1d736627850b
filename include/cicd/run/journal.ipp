// The journal: a line a success, each with its own digest; a line that is not whole is passed over.
#pragma once

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/run/journal.hpp>

namespace cicd {

namespace run_journal {

std::string seal_of(std::string_view line) {
  return hex(sha256(line)).substr(0, 16);
}

/// `<step> <key> <outputs> <artifact or -> <seal>`: the seal is over what stands before it.
std::string line_for(const std::string& step, const step_result& success) {
  const std::string said = fmt::format("{} {} {} {} ", step, hex(success.key), hex(success.outputs),
                                       success.artifact.empty() ? "-" : success.artifact);
  return said + seal_of(said) + "\n";
}

/// Written before lines had a seal: nothing is wrong with it, but nothing vouches for it either.
bool is_of_old_format(std::string_view line) {
  return line.ends_with(" .");
}

std::optional<std::pair<std::string, step_result>> read_line(std::string_view line) {
  const std::vector<std::string> words = split(line, ' ');
  if (words.size() != 5 || words[4] != seal_of(line.substr(0, line.size() - words[4].size())))
    return std::nullopt;
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
  const std::size_t damaged_before = damaged_;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (auto entry = run_journal::read_line(line))
      last_[std::move(entry->first)] = std::move(entry->second);
    else if (!run_journal::is_of_old_format(line))
      ++damaged_;
    ++lines;
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  if (damaged_ == damaged_before && (lines < 200 || lines < 4 * last_.size())) return;
  std::string compacted;
  for (const auto& [step, success] : last_) compacted += run_journal::line_for(step, success);
  (void)write_file(path_, compacted, durability::fast);
}

void journal::reread() {
  const std::lock_guard hold(mutex_);
  if (const auto text = read_file_if_there(path_); text && *text) read_lines(**text);
}

std::size_t journal::damaged() const {
  const std::lock_guard hold(mutex_);
  return damaged_;
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
