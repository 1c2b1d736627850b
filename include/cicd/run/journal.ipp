// The journal: a line a success, each with its own digest; a line that is not whole is passed over.
#pragma once

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/run/journal.hpp>
#include <cicd/run/output_values.hpp>

namespace cicd {

namespace run_journal {

/// As long as this the file may be besides twice the lines that count.
constexpr std::size_t most_that_is_past = 256U << 10U;
/// About as long as a line without its parts.
constexpr std::size_t most_before_parts = 256;

std::string seal_of(std::string_view line) {
  return hex(sha256(line)).substr(0, 16);
}

/// An image has an artifact, and only a command has values: `=` and JSON in which nothing ends the word.
std::string word_of_result(const step_result& success) {
  if (!success.artifact.empty()) return success.artifact;
  return success.values.empty() ? "-"
                                : "=" + replaced_all(compact(json_of_values(success.values)), " ", "\\u0020");
}

/// Nothing where it cannot be read.
std::optional<step_result> result_of(const digest& key, const digest& outputs, std::string_view word) {
  step_result made{key, outputs, {}};
  if (word == "-") return made;
  if (!word.starts_with('=')) {
    made.artifact = word;
    return made;
  }
  const result<json> values = parse_json(word.substr(1));
  if (!values) return std::nullopt;
  made.values = values_from(*values);
  return made;
}

/// `<step> <key> <outputs> <artifact, =values or -> <seal of the parts> <seal> <parts>`: the seal is over
/// what stands before it.
std::string line_for(const std::string& step,
                     const step_result& success,
                     std::string_view seal_of_parts,
                     std::string_view parts) {
  std::string line = fmt::format("{} {} {} {} {} ", step, hex(success.key), hex(success.outputs),
                                 word_of_result(success), seal_of_parts);
  line += seal_of(line) + " ";
  return line.append(parts).append("\n");
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

/// Written before lines had a seal, or the parts of the key: nothing is wrong with it, but it says too
/// little.
bool is_of_old_format(std::string_view line) {
  if (line.ends_with(" .")) return true;
  const auto before_seal = line.rfind(' ');
  return std::ranges::count(line, ' ') == 4
         && line.substr(before_seal + 1) == seal_of(line.substr(0, before_seal + 1));
}

struct read_success {
  std::string step;
  step_result result;
  std::string_view seal_of_parts, parts;
};

std::optional<read_success> read_line(std::string_view line) {
  std::string_view rest = line;
  const std::string_view step = next_word(rest);
  const auto key = digest_from(next_word(rest));
  const auto outputs = digest_from(next_word(rest));
  const std::string_view artifact = next_word(rest), seal_of_parts = next_word(rest);
  const std::string_view sealed = line.substr(0, line.size() - rest.size());
  if (!key || !outputs || next_word(rest) != seal_of(sealed)) return std::nullopt;
  std::optional<step_result> of = result_of(*key, *outputs, artifact);
  if (!of) return std::nullopt;
  return read_success{std::string(step), *std::move(of), seal_of_parts, rest};
}

}  // namespace run_journal

journal::journal(std::string path) : path_(std::move(path)) {
  reread();
}

std::string journal::all_lines() const {
  std::string all;
  for (const auto& [step, one] : last_) all += run_journal::line_for(step, one.result, one.seal, one.parts);
  return all;
}

void journal::read_lines(std::string_view text) {
  const std::size_t length = text.size();
  bool is_all_good = true;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    is_cut_off_ = end == line.npos;
    if (is_cut_off_) break;
    text.remove_prefix(end + 1);
    const auto entry = run_journal::read_line(line);
    if (entry) last_[entry->step] = {entry->result, entry->seal_of_parts, entry->parts};
    if (line.empty() || entry) continue;
    is_all_good = false;
    if (!run_journal::is_of_old_format(line)) ++damaged_;
  }
  std::size_t counts = 0;
  for (const auto& [step, one] : last_) counts += one.parts.size() + run_journal::most_before_parts;
  if (!is_all_good || length > 2 * counts + run_journal::most_that_is_past)
    (void)write_file(path_, all_lines(), durability::fast, 0600);
}

void journal::reread() {
  const std::lock_guard hold(mutex_);
  auto text = read_file_if_there(path_);
  if (text && *text) read_lines(texts_.emplace_back(**std::move(text)));
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
  if (found == last_.end() || run_journal::seal_of(found->second.parts) != found->second.seal) return {};
  return key_parts_from(run_journal::from_one_line(found->second.parts));
}

status journal::append(const std::string& step, const step_result& success, const key_parts& parts) {
  const std::string kept = run_journal::in_one_line(text_of(parts));
  const std::string line = run_journal::line_for(step, success, run_journal::seal_of(kept), kept);
  const std::lock_guard hold(mutex_);
  const std::string& text = texts_.emplace_back(line);
  const auto read = run_journal::read_line(std::string_view(text).substr(0, text.size() - 1));
  if (read) last_[step] = {success, read->seal_of_parts, read->parts};
  if (!file_) {
    result<append_file> opened = append_file::open(path_, 0600);
    if (!opened) return std::move(opened).error();
    file_ = *std::move(opened);
  }
  return file_->append(std::exchange(is_cut_off_, false) ? "\n" + line : line);
}

}  // namespace cicd
