// What the function of a step may do, in the process of that step: it is linked with a C++ file of pipelines
// and knows neither the driver nor the graph.
#pragma once

#include <cicd/run/step_context.hpp>

#include <cstdio>
#include <cstdlib>

#include <cicd/base/text.hpp>
#include <cicd/system/streamed_program.hpp>

namespace cicd {

namespace run_step_context {
namespace {

constexpr std::size_t most_lines = 10;

std::string without_ends(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

std::string last_lines_of(const std::string& printed) {
  const std::vector<std::string> all = split(without_ends(printed), '\n');
  std::string lines;
  for (std::size_t at = all.size() > most_lines ? all.size() - most_lines : 0; at < all.size(); ++at)
    if (!all[at].empty()) lines += "\n  " + all[at];
  return lines;
}

streamed_end run(const std::vector<std::string>& words, bool is_captured) {
  if (words.empty() || words.front().empty()) throw std::invalid_argument("no program is named");
  streamed_end end = run_streamed(words, is_captured);
  if (end.status == 0) return end;
  const std::string start = joined(words, " ") + ": ";
  if (end.how.empty()) throw command_failure(start + "cannot be started: " + end.last, {}, end.status, false);
  throw command_failure(start + "failed: " + end.how, last_lines_of(end.last), end.status, !is_captured);
}

/// What was asked for and is not there.
std::invalid_argument none_of(std::string what,
                              std::string_view name,
                              const std::vector<std::string>& names) {
  what += ": '" + std::string(name) + '\'';
  if (const auto near = nearest(name, names)) what += "\n  did you mean: " + *near;
  return std::invalid_argument(what + "\n  allowed:      " + (names.empty() ? "none" : joined(names, ", ")));
}

}  // namespace
}  // namespace run_step_context

void step_context::execute(const std::vector<std::string>& words) const {
  (void)run_step_context::run(words, false);
}

std::string step_context::capture(const std::vector<std::string>& words) const {
  return run_step_context::without_ends(run_step_context::run(words, true).out);
}

std::string step_context::value(std::string_view name) const {
  std::vector<std::string> names;
  for (const auto& [known, text] : values_) {
    if (known == name) return text;
    names.push_back(known);
  }
  throw run_step_context::none_of("VALUES gives no such value", name, names);
}

step_image step_context::image(std::string_view name) const {
  if (name.empty() && images_.size() == 1) return images_.front();
  std::vector<std::string> names;
  for (const step_image& each : images_) {
    if (each.name == name) return each;
    names.push_back(each.name);
  }
  const bool is_one_of_several = name.empty() && !images_.empty();
  throw run_step_context::none_of(is_one_of_several ? "the step comes AFTER several images, and none is named"
                                                    : "the step comes AFTER no such image",
                                  name, names);
}

std::string step_context::folder() const {
  const char* named = std::getenv("CICD_FOLDER");
  return named == nullptr ? "." : named;
}

std::optional<std::string> step_context::environment(std::string_view name) const {
  const char* text = std::getenv(std::string(name).c_str());
  if (text == nullptr) return std::nullopt;
  return text;
}

void step_context::log(std::string_view line) const {
  std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
  std::fflush(stdout);
}

}  // namespace cicd
