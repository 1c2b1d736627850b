// Standard output and error as the console meets them: what they can do, and writing to them so that a closed
// stream fails nothing.
#pragma once

#include <cicd/report/console.hpp>

#include <cicd/base/text.hpp>

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <cerrno>
#include <charconv>

namespace cicd {

namespace report_console_output {
namespace {

/// A size from the environment, or `otherwise` when it is unset or no sensible number.
std::size_t size_from(const surroundings& around, std::string_view name, std::size_t otherwise) {
  const std::string text = around.get_or(name, "");
  std::size_t size = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), size);
  const bool good = failed == std::errc{} && end == text.data() + text.size() && size > 0 && size <= 10'000;
  return good ? size : otherwise;
}

bool is_set(const surroundings& around, std::string_view name) {
  const std::string value = lower(around.get_or(name, ""));
  return !value.empty() && value != "0" && value != "false";
}

/// no-color.org, and bixense.com/clicolors: NO_COLOR wins, then CLICOLOR_FORCE, then CLICOLOR=0.
bool wants_colour(const surroundings& around, bool on_a_terminal) {
  if (!around.get_or("NO_COLOR", "").empty()) return false;
  if (is_set(around, "CLICOLOR_FORCE")) return true;
  return on_a_terminal && around.get_or("CLICOLOR", "1") != "0";
}

/// POSIX: the first of these that is not empty decides.
bool has_utf8(const surroundings& around) {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string locale = lower(around.get_or(name, ""));
    if (!locale.empty()) return locale.find("utf-8") != locale.npos || locale.find("utf8") != locale.npos;
  }
  return false;
}

}  // namespace
}  // namespace report_console_output

terminal_abilities abilities_from(const surroundings& around, const stdout_facts& facts) {
  using namespace report_console_output;
  const std::string kind = around.get_or("TERM", "");
  const bool can_move = facts.is_terminal && !kind.empty() && kind != "dumb";
  return {.live = can_move && !is_set(around, "CI"),
          .colour = wants_colour(around, can_move),
          .utf8 = has_utf8(around),
          .width = size_from(around, "COLUMNS", facts.width > 0 ? facts.width : 80),
          .height = size_from(around, "LINES", facts.height > 0 ? facts.height : 24)};
}

terminal_abilities abilities_of_stdout(const surroundings& around) {
  stdout_facts facts{.is_terminal = isatty(STDOUT_FILENO) == 1};
  winsize size{};
  if (facts.is_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
    facts.width = size.ws_col;
    facts.height = size.ws_row;
  }
  return abilities_from(around, facts);
}

void write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (written < 0 && errno == EAGAIN) {
      pollfd ready{.fd = descriptor, .events = POLLOUT, .revents = 0};
      if (poll(&ready, 1, -1) > 0 && (ready.revents & POLLOUT) == 0) return;
    } else if (written == 0 || errno != EINTR) {
      return;
    }
  }
}

console_sinks standard_sinks(const surroundings& around) {
  return {.out = [](std::string_view bytes) { write_all(STDOUT_FILENO, bytes); },
          .err = [](std::string_view bytes) { write_all(STDERR_FILENO, bytes); },
          .abilities = [around] { return abilities_of_stdout(around); }};
}

}  // namespace cicd
