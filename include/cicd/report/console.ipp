// The console: which lines each event gives, on a terminal that can rewrite them and elsewhere. How a line
// reads is in step_lines.ipp and failure.ipp, how a frame is drawn in live_region.ipp.
#pragma once

#include <cicd/report/console.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/observe/ci_log.hpp>
#include <cicd/report/failure.hpp>
#include <cicd/report/live_region.hpp>
#include <cicd/report/log_parts.hpp>
#include <cicd/report/paths.hpp>
#include <cicd/report/rendering.hpp>
#include <cicd/report/run_totals.hpp>
#include <cicd/report/step_lines.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <utility>

namespace cicd {

namespace report_console {

constexpr std::size_t kept_lines = 40;               ///< of a step's output, for the case that it fails
constexpr std::size_t kept_bytes = 4U << 10U;        ///< of one such line
constexpr std::size_t most_causes = 5;               ///< lines that name a cause, wherever they stand
constexpr std::size_t most_pending = 32U << 10U;     ///< bytes that wait for the next frame
constexpr std::size_t most_blocks = 5;               ///< failures that are shown whole
constexpr std::chrono::milliseconds frame_time{80};  ///< frames closer together than that are one
constexpr std::chrono::minutes silence{1};           ///< after it a log that folds says what runs

/// A step that runs, and the end of what it printed.
struct open_step {
  running_step shown;
  std::deque<std::string> tail;
  std::vector<std::string> causes{};
};

struct failed_step {
  step_ended end;
  std::vector<std::string> last_lines, causes;
};

}  // namespace report_console

struct console::state {
  console_sinks sinks;
  console_options options;
  readable_paths paths;
  terminal_abilities abilities;
  bool live = false;
  std::optional<log_parts> parts;  ///< of a log that folds
  std::chrono::system_clock::time_point moment{};
  std::chrono::milliseconds said_at{};

  std::string target;
  std::size_t name_width = 0;
  std::vector<report_console::open_step> open;  ///< in the order in which they began
  std::vector<report_console::failed_step> failed;
  tally steps;

  live_region region;
  std::string pending;  ///< lines that stay and are not yet drawn
  std::chrono::milliseconds now{}, drawn_at{};
  std::size_t turn = 0;

  bool says(verbosity least) const { return options.how_much >= least; }
  report_console::open_step& opened(const std::string& step);
  report_console::open_step taken(const std::string& step);
  std::string reason_of(const std::string& step) const;
  std::size_t name_column() const;

  void look();
  void stay(const pieces& line);
  void log(const std::string& step, std::string_view text);
  void log_printed(const std::string& step, std::string_view sign, const std::string& line);
  void write(std::string_view bytes);
  void say_loose(const std::string& step, const std::string& text);
  void say_what_runs();
  void close_part(const step_ended& step, const std::string& reason, bool fails);
  void flush_if_due();
  void draw();
  std::vector<std::string> live_lines();

  void hear(const run_started& run);
  void hear(const step_planning& step);
  void hear(const step_started& step);
  void hear(const step_waiting& step);
  void hear(const step_output& step);
  void hear(const step_message& step);
  void hear(const step_ended& step);
  void hear(const run_ended& run);
  /// What is done to an environment is told by the step that does it.
  template <typename Other>
  void hear(const Other&) {}

  void note_now(const std::string& step, const std::string& text);
  void explain(const std::string& step, const std::vector<std::string>& lines);
  std::string block_of(const report_console::failed_step& one) const;
  std::string failures_text(const run_ended& run) const;
  std::string closing_text(const run_ended& run) const;
  std::string summary_text(const std::vector<note>& summary) const;
};

console::console(console_sinks sinks, console_options options) : state_(std::make_unique<state>()) {
  state_->sinks = std::move(sinks);
  state_->options = std::move(options);
  state_->paths = {state_->options.source_folders, state_->options.here, state_->options.exists,
                   state_->options.links};
  state_->look();
  state_->live = state_->abilities.live;
  if (!state_->live && folds(state_->options.ci_system)) state_->parts.emplace(state_->options.ci_system);
}

/// What is pending is shown and the region leaves the screen, however the run ended.
console::~console() {
  state_->open.clear();
  if (state_->live) state_->draw();
}

void console::hear(const event& happened) {
  state_->now = std::max(state_->now, happened.elapsed);
  state_->moment = happened.when;
  std::visit([this](const auto& body) { state_->hear(body); }, happened.body);
}

void console::tick(std::chrono::milliseconds elapsed) {
  if (!state_->live && !state_->parts) return;
  state_->now = std::max(state_->now, elapsed);
  if (state_->parts) return state_->say_what_runs();
  ++state_->turn;
  state_->draw();
}

bool console::wants_ticks() const {
  if (state_->parts) return !state_->open.empty();
  return state_->live && (!state_->open.empty() || !state_->pending.empty());
}

report_console::open_step& console::state::opened(const std::string& step) {
  const auto found =
      std::find_if(open.begin(), open.end(), [&](const auto& one) { return one.shown.step == step; });
  if (found != open.end()) return *found;
  open.push_back({{.step = step, .reason = {}, .now = {}, .since = now, .expected = {}}, {}});
  return open.back();
}

std::string console::state::reason_of(const std::string& step) const {
  const auto found =
      std::find_if(open.begin(), open.end(), [&](const auto& one) { return one.shown.step == step; });
  return found == open.end() ? "" : found->shown.reason;
}

/// The step is no longer one that runs.
report_console::open_step console::state::taken(const std::string& step) {
  const auto found =
      std::find_if(open.begin(), open.end(), [&](const auto& one) { return one.shown.step == step; });
  if (found == open.end()) return {};
  report_console::open_step one = std::move(*found);
  open.erase(found);
  return one;
}

/// Names are in one column, as long as that leaves most of the line to the rest.
std::size_t console::state::name_column() const {
  return std::min(name_width, std::max<std::size_t>(12, abilities.width / 3));
}

/// Asks what the terminal can do now; one that is too small to draw on is taken to be a little larger.
void console::state::look() {
  abilities = sinks.abilities();
  abilities.width = std::max<std::size_t>(abilities.width, 10);
  abilities.height = std::max<std::size_t>(abilities.height, 2);
}

/// Adds a line that stays: to the next frame, or written at once where nothing is live.
void console::state::stay(const pieces& line) {
  pending += line_of(line, abilities.colour, abilities.utf8, live ? abilities.width - 1 : 0) + "\n";
  flush_if_due();
}

/// `| text` of standard output, `! text` of standard error.
void console::state::log_printed(const std::string& step, std::string_view sign, const std::string& line) {
  const std::string text = std::string(sign) + line;
  if (parts) return write(parts->add(step, text, moment));
  log(step, text);
}

/// Kept for the step's part, where it stands apart from what the step printed, and is at the start of no
/// line;
/// `[orders/build] text` in a log that does not fold.
void console::state::log(const std::string& step, std::string_view text) {
  if (parts) return write(parts->add(step, "  " + std::string(text), moment));
  const std::string name =
      abilities.colour ? "\x1b[2m[" + displayable(step) + "]\x1b[0m" : "[" + displayable(step) + "]";
  pending.append(name).append(" ").append(text).append("\n");
  flush_if_due();
}

void console::state::write(std::string_view bytes) {
  pending.append(bytes);
  flush_if_due();
}

/// In a log that folds: outside of all parts.
void console::state::say_loose(const std::string& step, const std::string& text) {
  if (parts) return write(parts->loose(displayable(step) + " " + text));
  log(step, text);
}

/// After a minute without output a line names the steps that run, so that neither a reader nor the time limit
/// that CI systems have for silent jobs takes the run for one that hangs.
void console::state::say_what_runs() {
  if (open.empty() || now - said_at < report_console::silence || !says(verbosity::normal)) return;
  std::vector<std::string> running;
  for (const auto& one : open)
    running.push_back(fmt::format("{} ({})", displayable(one.shown.step),
                                  elapsed_text(now - one.shown.since, one.shown.expected)));
  write(parts->loose("still running: " + joined(running, ", ")));
}

/// A step that failed is seen without a click.
void console::state::close_part(const step_ended& step, const std::string& reason, bool fails) {
  step_ended shown = step;
  shown.summary = paths.in(step.summary);
  std::string title =
      line_of(ended_line(shown, reason, signs_for(abilities.utf8), 0), false, abilities.utf8, 0);
  if (fails && step.outcome == step_outcome::failed) {
    const std::string why = step.failure ? rendered_line(step.failure->what) : status_text(step.how);
    if (!why.empty()) title += ": " + in_locale(paths.in(why), abilities.utf8);
  }
  if (title.empty()) title = displayable(step.step) + " " + ended_text(step);
  write(parts->close(step.step, {title, fails, moment - step.duration, moment}));
}

void console::state::flush_if_due() {
  if (live && pending.size() < report_console::most_pending && now - drawn_at < report_console::frame_time)
    return;
  draw();
}

void console::state::draw() {
  if (!live) {
    if (!pending.empty()) sinks.out(pending), said_at = now;
    pending.clear();
    return;
  }
  look();
  const std::string bytes = region.frame(pending, live_lines(), abilities.width);
  pending.clear();
  drawn_at = now;
  if (!bytes.empty()) sinks.out(bytes);
}

/// One line for each running step; fewer than the screen has rows, or the lines above could not be reached.
std::vector<std::string> console::state::live_lines() {
  const signs& with = signs_for(abilities.utf8);
  const std::size_t rows = abilities.height - 1;
  const std::size_t shown = open.size() <= rows ? open.size() : rows - 1;
  std::size_t time_width = 0;
  for (const auto& one : open)
    time_width = std::max(time_width, elapsed_text(now - one.shown.since, one.shown.expected).size());
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < shown; ++at)
    lines.push_back(line_of(live_line(open[at].shown, now, with, turn, name_column(), time_width),
                            abilities.colour, abilities.utf8, abilities.width - 1));
  if (shown < open.size())
    lines.push_back(line_of({{paint::faint, fmt::format("{} and {} more", with.more, open.size() - shown)}},
                            abilities.colour, abilities.utf8, abilities.width - 1));
  return lines;
}

void console::state::hear(const run_started& run) {
  target = displayable(run.target);
  if (!run.change.empty() && says(verbosity::normal)) {
    pending.append(displayable(run.change)).append("\n");
    flush_if_due();
  }
  for (const std::string& step : run.steps) name_width = std::max(name_width, columns(displayable(step)));
}

/// Most often there is nothing to do: then it was worth no line of a log.
void console::state::hear(const step_planning& step) {
  if (!live) return;
  opened(step.step).shown.now = "comparing with what is there";
  flush_if_due();
}

void console::state::hear(const step_started& step) {
  report_console::open_step& one = opened(step.step);
  const std::string reason = paths.in(reason_text(step.reasons));
  one.shown.reason = reason;
  one.shown.since = now;
  one.shown.expected = step.expected;
  one.shown.now = step.attempt > 1 ? fmt::format("attempt {}", step.attempt) : "";
  name_width = std::max(name_width, columns(displayable(step.step)));
  const std::string again =
      step.attempt > 1 ? fmt::format("started again (attempt {})", step.attempt) : "started";
  if (live) return flush_if_due();
  if (says(verbosity::normal))
    say_loose(step.step, in_locale(reason.empty() ? again : again + ": " + reason, abilities.utf8));
}

/// What a step does now: shown while it does it, logged when it changes.
void console::state::note_now(const std::string& step, const std::string& text) {
  report_console::open_step& one = opened(step);
  if (one.shown.now == text) return;
  one.shown.now = text;
  if (live) return flush_if_due();
  if (says(verbosity::normal)) log(step, in_locale(text, abilities.utf8));
}

void console::state::hear(const step_waiting& step) {
  const std::string text = "waiting for " + rendered_line(step.for_whom);
  if (parts && says(verbosity::normal)) return say_loose(step.step, in_locale(text, abilities.utf8));
  note_now(step.step, text);
}

void console::state::hear(const step_message& step) {
  const std::vector<std::string> lines = rendered_lines(step.text);
  if (lines.size() > 1) return explain(step.step, lines);
  note_now(step.step, lines.empty() ? std::string() : lines.front());
}

/// Several lines stay on the screen, whole, while the step goes on.
void console::state::explain(const std::string& step, const std::vector<std::string>& lines) {
  if (!says(verbosity::normal)) return;
  if (!live) {
    for (const std::string& line : lines) log(step, in_locale(line, abilities.utf8));
    return;
  }
  const pieces head{{paint::bad, "!"}, {paint::plain, " " + displayable(step) + ": " + lines.front()}};
  pending += line_of(head, abilities.colour, abilities.utf8, 0) + "\n";
  for (std::size_t at = 1; at < lines.size(); ++at) pending += in_locale(lines[at], abilities.utf8) + "\n";
  flush_if_due();
}

void console::state::hear(const step_output& step) {
  report_console::open_step& one = opened(step.step);
  if (is_telling(step.line)) one.tail.push_back(step.line.substr(0, report_console::kept_bytes));
  if (one.tail.size() > report_console::kept_lines) one.tail.pop_front();
  if (one.causes.size() < report_console::most_causes && names_cause(step.line))
    one.causes.push_back(step.line.substr(0, report_console::kept_bytes));
  if (!says(live ? verbosity::verbose : verbosity::normal)) return;
  const std::string line = rendered_line(step.line);
  const bool is_error = step.stream == output_stream::err;
  if (is_error && trimmed(line).empty()) return;
  if (!says(verbosity::verbose) && is_noise(line)) return;
  log_printed(step.step, is_error ? "! " : "| ", line);
}

void console::state::hear(const step_ended& step) {
  const std::string reason = reason_of(step.step);
  report_console::open_step ended = taken(step.step);
  steps.add(step);
  const bool fails = step.outcome == step_outcome::failed || step.outcome == step_outcome::timed_out;
  if (fails) failed.push_back({step, {ended.tail.begin(), ended.tail.end()}, std::move(ended.causes)});
  const bool quiet =
      step.outcome == step_outcome::up_to_date || (step.outcome == step_outcome::not_run && !step.failure);
  const bool is_told =
      quiet && (!parts || !parts->has(step.step)) ? says(verbosity::verbose) : says(verbosity::normal);
  if (!is_told && !(fails && live)) return live ? flush_if_due() : void();
  if (parts) return close_part(step, reason, fails);
  if (!live) return log(step.step, in_locale(paths.in(ended_text(step)), abilities.utf8));
  step_ended shown = step;
  shown.summary = paths.in(step.summary);
  const pieces line = ended_line(shown, reason, signs_for(abilities.utf8), name_column());
  if (line.empty()) return flush_if_due();
  stay(line);
}

std::string console::state::block_of(const report_console::failed_step& one) const {
  const auto again = options.commands.find(one.end.step);
  return failure_block({.end = one.end,
                        .last_lines = one.last_lines,
                        .causes = one.causes,
                        .source_folders = options.source_folders,
                        .rerun = again == options.commands.end() ? "" : again->second,
                        .here = options.here,
                        .exists = options.exists,
                        .links = options.links,
                        .given = options.given,
                        .utf8 = abilities.utf8});
}

/// A block for each failed step, five at most, and why the run itself failed where no step says it.
std::string console::state::failures_text(const run_ended& run) const {
  std::string text;
  for (std::size_t at = 0; at < failed.size() && at < report_console::most_blocks; ++at) {
    std::string block = block_of(failed[at]);
    const std::size_t head = abilities.colour ? block.find('\n') : 0;
    if (head > 0) block = "\x1b[31m" + block.substr(0, head) + "\x1b[0m" + block.substr(head);
    text += "\n" + block;
  }
  if (failed.size() > report_console::most_blocks)
    text += fmt::format("\n{} {} more steps failed\n", signs_for(abilities.utf8).more,
                        failed.size() - report_console::most_blocks);
  const bool said = std::any_of(failed.begin(), failed.end(), [&](const auto& one) {
    return run.failure
           && (run.failure->subject == one.end.step
               || (one.end.failure && one.end.failure->what == run.failure->what));
  });
  if (run.failure && !said) text += (failed.empty() ? "" : "\n") + text_of(*run.failure);
  return text;
}

/// Label and text, aligned; a label that the line above has too is not repeated.
std::string console::state::summary_text(const std::vector<note>& summary) const {
  std::size_t width = 0;
  for (const note& line : summary) width = std::max(width, columns(displayable(line.label)));
  std::string text, above;
  for (const note& line : summary) {
    const std::string label = displayable(line.label), indent = "\n  " + std::string(width + 2, ' ');
    text += "  " + padded(label == above ? "" : label, width) + "  "
            + joined(rendered_lines(paths.in(line.text)), indent) + "\n";
    above = label;
  }
  return in_locale(std::move(text), abilities.utf8);
}

std::string console::state::closing_text(const run_ended& run) const {
  const signs& with = signs_for(abilities.utf8);
  if (run.outcome == exit_class::done && failed.empty() && steps.nothing_done())
    return steps.idle_sentence(target, run.duration) + "\n";
  const bool good = run.outcome == exit_class::done;
  std::string text =
      "\n"
      + line_of({{good ? paint::good : paint::bad, std::string(good ? with.done : with.failed)},
                 {paint::plain, " " + steps.sentence(target, run)}},
                abilities.colour, abilities.utf8, 0);
  text += "\n";
  if (const std::string skipped = steps.not_run_sentence(); !skipped.empty())
    text += "  " + displayable(skipped) + "\n";
  return text + summary_text(run.summary);
}

/// The end: everything live leaves; what failed goes to standard error where that is not the same screen.
void console::state::hear(const run_ended& run) {
  open.clear();
  const std::string failures = failures_text(run);
  const std::string closing = says(verbosity::normal) ? closing_text(run) : "";
  if (live) {
    pending += failures + closing;
    return draw();
  }
  if (parts) pending += parts->close_all(moment) + parts->last(target, failures + closing);
  draw();
  if (parts) return;  // two streams are not told in order
  if (!failures.empty()) sinks.err(failures);
  if (!closing.empty()) sinks.out(closing);
}

}  // namespace cicd
