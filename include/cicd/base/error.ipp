// The words of an error: its exit class's name and the block that a person reads.
// It writes nothing; who shows the block, and where, is the caller's choice.
#pragma once

#include <cicd/base/error.hpp>

#include <algorithm>

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

std::string block_of(const error& failure, std::string_view word) {
  std::string block = "cicd: ";
  block.append(word).append(": ");
  if (!failure.subject.empty()) block.append(displayable(failure.subject)).append(": ");
  block.append(displayable(failure.what));
  if (failure.value) block.append(": '").append(displayable(*failure.value)).append("'");
  block.push_back('\n');
  std::size_t width = 0;
  for (const note& line : failure.notes) width = std::max(width, columns(displayable(line.label)));
  for (const note& line : failure.notes) append_note(block, line, width);
  return without_commands(block);
}

}  // namespace
}  // namespace base_error

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
