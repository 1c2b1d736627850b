// Running it, and ending what it left.
#pragma once

#include <unistd.h>

#include <atomic>
#include <initializer_list>
#include <utility>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/asked_program.hpp>

namespace cicd {

namespace deliver_asked_program {
namespace {

/// By which the descendants are found that left its process group.
std::string mark() {
  static std::atomic<int> count{0};
  return fmt::format("CICD_ASKED={}-{}", getpid(), ++count);
}

}  // namespace
}  // namespace deliver_asked_program

error no_such_program(const std::string& subject,
                      const declared_pipeline& pipeline,
                      const std::string& path,
                      const std::vector<std::string>& words,
                      const std::string& how) {
  error missing{exit_class::usage,
                subject,
                fmt::format("the program of {} cannot be started", upper(path.substr(path.rfind('.') + 1))),
                shell_quoted(words),
                {{"caused by", displayable(how)},
                 {"allowed", "a program on PATH, or ./<file> below the source folder that can be executed"},
                 {"try", fmt::format("cicd doctor {}", pipeline.declared.name.view())}}};
  return with_origin(std::move(missing), pipeline, path);
}

captured masked(captured ran, const text_mask& by) {
  if (!by) return ran;
  for (std::string* const text : {&ran.out, &ran.err}) *text = by(std::move(*text));
  return ran;
}

std::string last_lines_of(const captured& ran) {
  constexpr std::size_t most = 20;
  std::vector<std::string> lines = split(std::string(trimmed(ran.err.empty() ? ran.out : ran.err)), '\n');
  if (lines.size() > most) lines.erase(lines.begin(), lines.end() - most);
  return joined(lines, "\n");
}

program_end ask(const asked_program& what, const surroundings& around, const cancellation& cancelled) {
  using namespace deliver_asked_program;
  using enum program_end::state;
  constexpr std::size_t most_output = 1U << 20U;
  command run;
  run.words = what.words;
  run.directory = what.folder;
  run.environment = around.for_commands().lines();
  const std::string own = mark();
  run.environment.push_back(own);
  const captured ran = masked(
      run_to_end(
          run,
          {.input = what.input, .limit = what.limit, .most_bytes = most_output, .cancelled = &cancelled}),
      what.masked);
  if (ran.end.kind != ending::how::not_started) (void)end_strays(own);
  program_end end{.last_lines = last_lines_of(ran)};
  if (cancelled.cancelled()) {
    end.is = interrupted;
  } else if (ran.end.kind == ending::how::not_started) {
    end.how = ran.end.text;
    end.is_missing = true;
  } else if (ran.end.kind == ending::how::signalled) {
    // Stopped by us, since it says why; else by another.
    end.how = ran.end.text.empty() ? meaning_of(ran.end) : "it took longer than " + span_text(what.limit);
  } else {
    end.is = ran.end.good() ? yes : no;
    if (end.is == no) end.how = "exit status " + exit_text(ran.end);
  }
  return end;
}

}  // namespace cicd
