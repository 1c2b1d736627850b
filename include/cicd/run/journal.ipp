// The journal: a line a success, each with its own digest; a line that is not whole is passed over.
#pragma once

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/run/journal.hpp>

namespace cicd {

namespace run_journal {

/// As long as this the file may be besides twice what counts of it.
constexpr std::size_t most_that_is_past = 256U << 10U;

std::string seal_of(std::string_view line) {
  return hex(sha256(line)).substr(0, 16);
}

/// `<step> <key> <outputs> <artifact or -> <parts> <seal>`: the seal is over what stands before it.
std::string line_for(const std::string& step, const step_result& success, std::string_view parts) {
  std::string line = fmt::format("{} {} {} {} ", step, hex(success.key), hex(success.outputs),
                                 success.artifact.empty() ? "-" : success.artifact);
  line.append(parts).append(" ");
  return line + seal_of(line) + "\n";
}

/// A name may hold line ends.
std::string in_one_line(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  for (const char c : text) {
    if (c == '\n' || c == '\\') line += '\\';
    line += c == '\n' ? 'n' : c;
  }
  return line;
}

std::string from_one_line(std::string_view line) {
  std::string text;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const bool is_escaped = line[at] == '\\' && at + 1 < line.size();
    if (is_escaped) ++at;
    text += is_escaped && line[at] == 'n' ? '\n' : line[at];
  }
  return text;
}

/// What stands up to the next space, which is taken away with it.
std::string_view next_word(std::string_view& line) {
  const auto end = line.find(' ');
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end == line.npos ? line.size() : end + 1);
  return word;
}

bool is_whole(std::string_view line) {
  const auto before_seal = line.rfind(' ');
  return before_seal != line.npos && line.substr(before_seal + 1) == seal_of(line.substr(0, before_seal + 1));
}

/// Written before lines had a seal, or the parts of the key: nothing is wrong with it, but it says too
/// little.
bool is_of_old_format(std::string_view line) {
  return line.ends_with(" .") || (std::ranges::count(line, ' ') == 4 && is_whole(line));
}

struct read_success {
  std::string step;
  step_result result;
  std::string_view parts;
};

std::optional<read_success> read_line(std::string_view line) {
  if (!is_whole(line)) return std::nullopt;
  line = line.substr(0, line.rfind(' '));
  const std::string_view step = next_word(line);
  const auto key = digest_from(next_word(line));
  const auto outputs = digest_from(next_word(line));
  const std::string_view artifact = next_word(line);
  if (!key || !outputs || artifact.empty() || artifact.data() + artifact.size() == line.data())
    return std::nullopt;
  return read_success{
      std::string(step), {*key, *outputs, artifact == "-" ? std::string() : std::string(artifact)}, line};
}

}  // namespace run_journal

journal::journal(std::string path) : path_(std::move(path)) {
  reread();
}

std::string journal::all_lines() const {
  std::string all;
  for (const auto& [step, one] : last_) all += run_journal::line_for(step, one.result, one.parts);
  return all;
}

void journal::read_lines(std::string_view text) {
  const std::size_t length = text.size();
  bool is_all_good = true;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    const auto entry = run_journal::read_line(line);
    if (entry) last_[entry->step] = {entry->result, std::string(entry->parts)};
    is_cut_off_ = end == line.npos;
    if (is_cut_off_) break;
    text.remove_prefix(end + 1);
    if (line.empty() || entry) continue;
    is_all_good = false;
    if (!run_journal::is_of_old_format(line)) ++damaged_;
  }
  if (is_all_good && length < run_journal::most_that_is_past) return;
  const std::string lines = all_lines();
  if (!is_all_good || length > 2 * lines.size() + run_journal::most_that_is_past)
    (void)write_file(path_, lines, durability::fast, 0600);
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
  return found->second.result;
}

key_parts journal::parts(std::string_view step) const {
  const std::lock_guard hold(mutex_);
  const auto found = last_.find(step);
  return found == last_.end() ? key_parts{} : key_parts_from(run_journal::from_one_line(found->second.parts));
}

status journal::append(const std::string& step, const step_result& success, const key_parts& parts) {
  std::string kept = run_journal::in_one_line(text_of(parts));
  const std::string line = run_journal::line_for(step, success, kept);
  const std::lock_guard hold(mutex_);
  last_[step] = {success, std::move(kept)};
  if (!file_) {
    result<append_file> opened = append_file::open(path_, 0600);
    if (!opened) return std::move(opened).error();
    file_ = *std::move(opened);
  }
  return file_->append(std::exchange(is_cut_off_, false) ? "\n" + line : line);
}

}  // namespace cicd
