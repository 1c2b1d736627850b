// The log on standard output, everything else beside it, so that a task can be piped.
#pragma once

#include <unistd.h>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/driver/commands/followed_job.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/report/console.hpp>

namespace cicd {

namespace driver_followed_job {
namespace {

/// Nothing that a pod prints may do more than be read, on a terminal or by a CI system.
void print_line(std::string_view line) {
  std::string text = without_commands(isatty(STDOUT_FILENO) != 0 ? displayable(line) : std::string(line));
  text += '\n';
  write_all(STDOUT_FILENO, text);
}

error failure_of(const kubernetes::job_end& end, const followed_options& options) {
  error failure{
      exit_class::step_failed, options.subject, options.what + " failed", {}, {{"ended", end.meaning}}};
  if (!end.why) return failure;
  failure.what = options.what + " never ran";
  failure.notes = {{"why", std::string(trimmed(text_of(*end.why)))}};
  return failure;
}

}  // namespace
}  // namespace driver_followed_job

void say_beside(const std::string& line) {
  write_all(STDERR_FILENO, "cicd: " + displayable(line) + "\n");
}

exit_class follow_job(const permit&,
                      kubernetes::cluster& with,
                      const json& job,
                      const followed_options& options,
                      const interrupts& stop) {
  using namespace driver_followed_job;
  const result<kubernetes::job_end> end =
      kubernetes::run_job(with, job, {.remove = options.remove, .output = print_line, .say = say_beside});
  if (!end && end.error().kind == exit_class::interrupted) return stop.kind();
  if (!end) return refused(end.error());
  if (end->good) {
    say_beside(fmt::format("{}: {}: exit status 0", options.subject, options.what));
    return exit_class::done;
  }
  const exit_class kind = refused(failure_of(*end, options));
  return options.pass_status && end->status != 0 ? static_cast<exit_class>(end->status) : kind;
}

}  // namespace cicd
