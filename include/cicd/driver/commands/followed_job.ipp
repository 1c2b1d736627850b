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

void say_beside(const std::string& line) {
  const std::string text = displayable(trimmed(line), newlines::keep);
  write_all(STDERR_FILENO, "cicd: " + replaced_all(text, "\n", "\ncicd: ") + "\n");
}

namespace driver_commands_followed_job {
namespace {

/// Nothing that a pod prints may do more than be read, on a terminal or by a CI system.
void print_line(std::string_view line) {
  std::string text = without_commands(isatty(STDOUT_FILENO) != 0 ? displayable(line) : std::string(line));
  text += '\n';
  write_all(STDOUT_FILENO, text);
}

error failure_of(const job_ended& end) {
  error failure{exit_class::step_failed, end.at.text(), end.what + " failed", {}, {{"ended", end.meaning}}};
  if (end.why.empty()) return failure;
  failure.what = end.what + " never ran";
  failure.notes = {{"why", end.why}};
  return failure;
}

struct job_writer {
  void operator()(const step_output& one) const { print_line(one.line); }
  void operator()(const step_message& one) const { say_beside(one.text); }
  void operator()(const step_warning& one) const { say_beside(one.text); }
  void operator()(const job_ended& one) const {
    if (one.good)
      say_beside(fmt::format("{}: {}: exit status 0", one.at.text(), one.what));
    else
      print_errors({failure_of(one)});
  }
  template <typename Other>
  void operator()(const Other&) const {}
};

}  // namespace
}  // namespace driver_commands_followed_job

void print_job_event(const event& happened) {
  std::visit(driver_commands_followed_job::job_writer{}, happened.body);
}

exit_class follow_job(action_ports on,
                      const workspace& where,
                      const followed_action& about,
                      const interrupts& stop,
                      const std::function<result<job_ended>(const action_ports& on)>& act) {
  const judged_action judged = [&](const action_ports& ports) -> result<exit_class> {
    const result<job_ended> end = act(ports);
    if (!end && end.error().kind == exit_class::interrupted) return stop.kind();
    if (!end) return end.error();
    if (end->good) return exit_class::done;
    return about.pass_status && end->status != 0 ? static_cast<exit_class>(end->status)
                                                 : exit_class::step_failed;
  };
  return act_on(std::move(on), where, about.words, print_job_event, judged);
}

}  // namespace cicd
