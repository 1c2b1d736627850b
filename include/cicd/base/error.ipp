// The words of an error: its exit class's name and the block that a person reads.
// It writes nothing; who shows the block, and where, is the caller's choice.
#pragma once

#include <cicd/base/error.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>

namespace cicd {

namespace base_error {
namespace {

/// `  label:   text`; further lines of the text begin below its first.
void append_note(std::string& to, const note& line, std::size_t label_width) {
  to.append("  ").append(displayable(line.label)).push_back(':');
  to.append(label_width - columns(displayable(line.label)) + 1, ' ');
  const std::string indent(label_width + 4, ' ');
  to.append(replaced_all(displayable(trimmed(line.text), newlines::keep), "\n", "\n" + indent));
  to.push_back('\n');
}

constexpr std::size_t names_shown = 5;

/// The parts of a list of names, `a, b, c`; nothing where it is a sentence.
std::vector<std::string> names_in(const std::string& text) {
  std::vector<std::string> names;
  for (const std::string& part : split(text, ',')) {
    const std::string_view name = trimmed(part);
    if (name.empty() || name.find(' ') != name.npos) return {};
    names.emplace_back(name);
  }
  return names;
}

/// A long list of names with those nearest to `value` only, and how many more there are.
std::string shortened(const std::string& allowed, const std::string& value) {
  std::vector<std::string> names = names_in(allowed), shown;
  if (names.size() <= names_shown + 3) return allowed;
  while (shown.size() < names_shown) {
    const std::string next = nearest(value, names).value_or(names.front());
    std::erase(names, next);
    shown.push_back(next);
  }
  return fmt::format("{} and {} more", joined(shown, ", "), names.size());
}

/// The notes as they are shown: in their order, of long lists of what is allowed only a part.
std::vector<note> shown_notes(const error& failure) {
  std::vector<note> notes = in_usual_order(failure.notes);
  const auto allowed = std::ranges::find(notes, "allowed", &note::label);
  if (allowed != notes.end()) allowed->text = shortened(allowed->text, failure.value.value_or(""));
  return notes;
}

std::string block_of(const error& failure, std::string_view word) {
  std::string block = "cicd: ";
  block.append(word).append(": ");
  if (!failure.subject.empty()) block.append(displayable(failure.subject)).append(": ");
  block.append(displayable(failure.what));
  if (failure.value) block.append(": '").append(displayable(*failure.value)).append("'");
  block.push_back('\n');
  const std::vector<note> notes = shown_notes(failure);
  std::size_t width = 0;
  for (const note& line : notes) width = std::max(width, columns(displayable(line.label)));
  for (const note& line : notes) append_note(block, line, width);
  return without_commands(block);
}

}  // namespace
}  // namespace base_error

std::vector<note> in_usual_order(std::vector<note> notes) {
  const auto put_before = [&](const char* label, const char* other) {
    const auto from = std::ranges::find(notes, label, &note::label);
    const auto to = std::ranges::find(notes, other, &note::label);
    if (from != notes.end() && to < from) std::rotate(to, from, from + 1);
  };
  put_before("allowed", "try");
  put_before("did you mean", "try");
  put_before("did you mean", "allowed");
  const auto place = std::ranges::find(notes, "declared at", &note::label);
  if (place != notes.end()) std::rotate(notes.begin(), place, place + 1);
  return notes;
}

std::string_view word_for(exit_class kind) {
  switch (kind) {
    case exit_class::done: return "done";
    case exit_class::step_failed: return "step-failed";
    case exit_class::usage: return "usage";
    case exit_class::conflict: return "conflict";
    case exit_class::corrupt: return "corrupt";
    case exit_class::policy: return "policy";
    case exit_class::remote: return "remote";
    case exit_class::cannot_save: return "cannot-save";
    case exit_class::interrupted: return "interrupted";
    case exit_class::terminated: return "terminated";
  }
  return "unknown";
}

error error::with(std::string label, std::string text) && {
  if (!text.empty()) notes.push_back({std::move(label), std::move(text)});
  return std::move(*this);
}

std::string text_of(const error& failure) {
  return base_error::block_of(failure, "error");
}

std::string warning_text_of(const error& about) {
  return base_error::block_of(about, "warning");
}

}  // namespace cicd
