// To the process's own streams; no CI system finds a command of its own in what is written.
#pragma once

#include <unistd.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/engine/session.hpp>
#include <cicd/report/console.hpp>

namespace cicd {

std::string as_called_here(std::string text) {
  const std::string& ours = name_of_this_program();
  constexpr std::string_view name = "cicd ";
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at)) {
    const bool is_word = at == 0 || std::string_view(" (`").find(text[at - 1]) != std::string_view::npos;
    if (is_word) text.replace(at, name.size() - 1, ours);
    at += is_word ? ours.size() + 1 : name.size();
  }
  return text;
}

error as_called_here(error of) {
  for (note& each : of.notes)
    if (each.label == "try" || each.label == "or" || each.label == "then")
      each.text = as_called_here(std::move(each.text));
  return of;
}

namespace driver_output {
namespace {

void print_to(int stream, std::string_view text) {
  const bool may_command = text.find("::") != text.npos || text.find("##") != text.npos;
  write_all(stream, may_command ? without_commands(text) : std::string(text));
}

}  // namespace
}  // namespace driver_output

void print_out(std::string_view text) {
  driver_output::print_to(STDOUT_FILENO, text);
}

void print_aside(std::string_view text) {
  driver_output::print_to(STDERR_FILENO, text);
}

void print_json(const json& document) {
  write_all(STDOUT_FILENO, replaced_all(pretty(document), "##", "#\\u0023"));
}

void print_json_line(const json& document) {
  write_all(STDOUT_FILENO, replaced_all(compact(document), "##", "#\\u0023") + "\n");
}

void print_errors(const errors& all) {
  std::string text;
  for (const error& one : all) text += text_of(as_called_here(one));
  write_all(STDERR_FILENO, text);
}

void print_warnings(const errors& all) {
  std::string text;
  for (const error& one : all) text += warning_text_of(as_called_here(one));
  write_all(STDERR_FILENO, text);
}

exit_class refused(const error& failure) {
  print_errors({failure});
  return failure.kind;
}

}  // namespace cicd
