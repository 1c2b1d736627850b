// A command as a process: its words, its variables, its log, its time limit.
#pragma once

#include <csignal>

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include <cicd/declare/shards.hpp>
#include <cicd/declare/step_variables.hpp>
#include <cicd/run/process_runner.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

void line_splitter::feed(std::string_view bytes) {
  constexpr std::size_t longest = 64U << 10U;
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, std::min({end, bytes.size(), longest - begun_.size()}));
    const bool whole = piece.size() < bytes.size() && bytes[piece.size()] == '\n';
    if (whole && begun_.empty()) {
      each_(piece);
    } else {
      begun_ += piece;
      if (whole || begun_.size() >= longest) {
        each_(begun_);
        begun_.clear();
      }
    }
    bytes.remove_prefix(piece.size() + (whole ? 1 : 0));
  }
}

void line_splitter::finish() {
  if (!begun_.empty()) each_(begun_);
  begun_.clear();
}

std::string log_line(output_stream stream, std::string_view line) {
  std::string text(stream == output_stream::out ? "| " : "! ");
  text += line;
  text += '\n';
  return text;
}

std::vector<std::string> environment_for(const observed_step& seen,
                                         const surroundings& around,
                                         const placeholder_values& late,
                                         const std::vector<std::pair<std::string, std::string>>& told) {
  static constexpr std::string_view of_network[] = {
      "no_proxy",    "http_proxy", "https_proxy", "all_proxy",     "HTTP_PROXY",
      "HTTPS_PROXY", "NO_PROXY",   "ALL_PROXY",   "SSL_CERT_FILE", "SSL_CERT_DIR"};
  const surroundings allowed = around.for_commands();
  std::map<std::string, std::string> variables;
  const auto pass = [&](std::span<const std::string_view> names) {
    for (const std::string_view name : names)
      if (const auto value = allowed.get(name)) variables[std::string(name)] = *value;
  };
  pass(machine_variables);
  pass(of_network);
  for (const auto& [name, value] : seen.variables) variables[name] = value;
  for (const auto& [name, value] : seen.assignments) variables[name] = with_placeholders(value, late);
  for (const auto& [name, value] : told) variables[name] = with_placeholders(value, late);
  std::vector<std::string> lines;
  for (const auto& [name, value] : variables) lines.push_back(name + "=" + value);
  return lines;
}

/// One child and what is gathered of it.
struct process_runner::running {
  const task* work = nullptr;
  std::function<void(outcome)> done;
  std::optional<append_file> log;
  std::string unwritten;  ///< log lines of one piece of output, written at once
  std::unique_ptr<masked_lines> out, err;
  std::shared_ptr<child> process;
  std::shared_ptr<void> timer;
  held_output held_back;  ///< until it is known what to mask
  bool printed = false;
  bool withheld = false;  ///< what it printed, since what to mask in it is not known
  bool late = false;      ///< ended by its time limit
  bool stopped = false;   ///< ended because the run was
};

process_runner::process_runner(event_loop& loop,
                               process_port& processes,
                               say_event say,
                               process_runner_options options)
    : loop_(loop), processes_(processes), say_(std::move(say)), options_(std::move(options)) {}

process_runner::~process_runner() = default;

namespace run_process {

constexpr std::string_view withheld_words =
    "… what it printed is left out: not all its SECRET_OUTPUT_VALUES can be read, so nothing could mask "
    "them\n";

/// No repository at `home` or above it is found, whatever the step was told before.
void keep_git_below(const std::string& home, std::vector<std::string>& environment) {
  constexpr std::string_view variable = "GIT_CEILING_DIRECTORIES=";
  const auto told =
      std::ranges::find_if(environment, [&](const std::string& one) { return one.starts_with(variable); });
  if (told != environment.end())
    *told += ":" + home;
  else
    environment.push_back(std::string(variable) + home);
}

command command_for(const task& work, const surroundings& around) {
  const step& declared = *work.step->command();
  command what{.words = work.seen->words,
               .directory = work.folder,
               .environment = environment_for(*work.seen, around, work.late, work.told)};
  for (std::string& word : what.words) word = with_placeholders(word, work.late);
  what.environment.push_back(folder_variable + work.folder);
  for (const handed_variable& one : work.handed)
    what.environment.push_back(one.name + "=" + std::string(one.value.revealed()));
  if (!work.home.empty()) keep_git_below(work.home, what.environment);
  if (declared.shell) what.words = {"/bin/sh", "-e", "-c", work.seen->words.at(0)};
  return what;
}

}  // namespace run_process

void process_runner::start(const task& work, std::function<void(outcome)> done) {
  if (joins_shards(*work.step->command())) {
    outcome end;
    end.how = step_outcome::ran;
    end.summary = fmt::format("{} shards", work.step->command()->shards.number());
    return done(std::move(end));
  }
  auto one = std::make_shared<running>();
  one->work = &work;
  one->done = std::move(done);
  const auto splitter = [this, raw = one.get()](output_stream stream) {
    return std::make_unique<masked_lines>([this, raw, stream](std::string_view line) {
      raw->unwritten += log_line(stream, line);
      say_(step_output{raw->work->step->id, stream, std::string(line)});
    });
  };
  one->out = splitter(output_stream::out);
  one->err = splitter(output_stream::err);
  running_.push_back(one);
  const auto write = [](running& to) {
    if (to.unwritten.empty()) return;
    if (!to.log)
      if (result<append_file> log = append_file::open(to.work->log, 0600)) to.log = *std::move(log);
    if (to.log) (void)to.log->append(to.unwritten);
    to.printed = true;
    to.unwritten.clear();
  };
  child_events events;
  const auto take = [this, write](running& to, output_stream stream, std::string_view bytes) {
    (stream == output_stream::out ? to.out : to.err)->feed(bytes, *secrets());
    write(to);
  };
  const bool is_held_back = !work.step->command()->secret_output_values.empty();
  events.output = [one, take, is_held_back](output_stream stream, std::string_view bytes) {
    is_held_back ? one->held_back.add(stream, bytes) : take(*one, stream, bytes);
  };
  events.ended = [this, one, write, take, is_held_back](const ending& how) {
    one->withheld = is_held_back && options_.learn && !options_.learn(*one->work);
    const held_output held = std::exchange(one->held_back, {});
    if (one->withheld && held.bytes > 0) take(*one, output_stream::err, run_process::withheld_words);
    if (!one->withheld) {
      for (const auto& [stream, bytes] : held.pieces) take(*one, stream, bytes);
      if (held.is_cut()) take(*one, output_stream::err, "\n… the rest of what it printed is left out\n");
    }
    one->out->finish(*secrets());
    one->err->finish(*secrets());
    write(*one);
    ended(one, how);
  };
  one->process = processes_.start(run_process::command_for(work, *options_.around), std::move(events));
  limit(one);
}

std::shared_ptr<const secret_finder> process_runner::secrets() const {
  static const auto none = std::make_shared<const secret_finder>();
  return options_.secrets ? options_.secrets() : none;
}

void process_runner::limit(const std::shared_ptr<running>& one) {
  const auto& declared = one->work->step->command()->timeout;
  const auto most = declared ? std::chrono::milliseconds(declared.milliseconds()) : options_.timeout;
  one->timer = loop_.after(most, [this, weak = std::weak_ptr(one)] {
    const auto late = weak.lock();
    if (!late || !late->process) return;
    late->late = true;
    end_kindly(late);
  });
}

void process_runner::end_kindly(const std::shared_ptr<running>& one) {
  const auto& declared = one->work->step->command()->grace;
  const auto grace = declared ? std::chrono::milliseconds(declared.milliseconds()) : options_.grace;
  one->timer = cicd::end_kindly(loop_, one->process, grace);
}

void process_runner::ended(const std::shared_ptr<running>& one, const ending& how) {
  one->timer.reset();
  std::erase(running_, one);
  outcome end{.how = step_outcome::failed,
              .end = how,
              .result = {},
              .summary = {},
              .failure = {},
              .tests = {},
              .printed = one->printed,
              .withheld = one->withheld};
  if (one->stopped)
    end.how = step_outcome::interrupted;
  else if (one->late)
    end.how = step_outcome::timed_out;
  else if (how.good())
    end.how = step_outcome::ran;
  const auto done = std::move(one->done);
  loop_.post([one] { one->process.reset(); });
  done(std::move(end));
}

void process_runner::end_step(const std::string& id) {
  for (const std::shared_ptr<running>& one : running_)
    if (one->work->step->id == id && one->process) end_kindly(one);
}

void process_runner::stop(manner how) {
  for (const std::shared_ptr<running>& one : running_) {
    one->stopped = true;
    if (!one->process) continue;
    if (how == manner::hard)
      one->process->signal_tree(SIGKILL);
    else
      end_kindly(one);
  }
}

}  // namespace cicd
