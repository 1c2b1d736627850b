// What a command says: text and JSON to standard output, errors and warnings to standard error. It does not
// know what is said.
#pragma once

#include <string_view>

#include <cicd/base/error.hpp>
#include <cicd/base/json.hpp>
#include <cicd/base/or_errors.hpp>

namespace cicd {

void print_out(std::string_view text);
/// The same to standard error, for what goes along with a document on standard output.
void print_aside(std::string_view text);
/// The same as JSON, in which `##` is escaped, so that no CI system finds a command of its own in a text.
void print_json(const json& document);
/// The same on one line, for a process that prints one after the other.
void print_json_line(const json& document);
/// A text with the command `cicd` as it works where the user is, since it is seldom on PATH.
std::string as_called_here(std::string text);
/// The same of what an error says to do.
error as_called_here(error of);
/// Writes errors to standard error, each as its block, with commands as they are called here.
void print_errors(const errors& all);
void print_warnings(const errors& all);
/// Prints what is wrong and what is warned of; the value, if there is one. `failure` is the class.
template <typename T>
std::optional<T> made_or_said(or_errors<T> from, exit_class& failure) {
  print_warnings(from.warnings);
  print_errors(from.errors);
  failure = from.kind();
  return std::move(from.made);
}
/// Prints a failure and gives its class.
exit_class refused(const error& failure);

}  // namespace cicd
