// Events of a run into the files of its folder. What is lost when the machine fails is the index alone.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/engine/recorder.hpp>
#include <cicd/system/own_file.hpp>

namespace cicd {

std::string new_run_id(std::chrono::system_clock::time_point now, int process) {
  std::string when = utc_text_with_milliseconds(now);
  std::erase_if(when, [](char c) { return c == '-' || c == ':'; });
  return fmt::format("{}-{}", when, process);
}

recorder::recorder(const workspace& where, std::string id) : where_(where) {
  summary_.id = std::move(id);
  summary_.folder = where.run(summary_.id);
  summary_.build_root = where.build_root;
}

void recorder::write_events(bool all) {
  if (unwritten_.empty() || (!all && unwritten_.size() < 32U << 10U)) return;
  if (!events_)
    if (result<append_file> opened = append_file::open(summary_.folder + "/events.ndjson", 0600))
      events_ = *std::move(opened);
  if (events_) (void)events_->append(unwritten_);
  unwritten_.clear();
}

void recorder::hear(const event& happened) {
  elapsed_ = happened.elapsed;
  if (std::holds_alternative<step_output>(happened.body)) return;
  unwritten_ += ndjson_of(happened) + "\n";
  bool now = true;
  if (const auto* begin = std::get_if<run_started>(&happened.body)) {
    summary_.target = begin->target;
    summary_.commit = begin->commit;
    summary_.who = begin->who;
    summary_.started = happened.when;
    branch_ = begin->branch;
    now = false;
  } else if (const auto* end = std::get_if<step_ended>(&happened.body)) {
    add_step(*end);
    now = end->outcome != step_outcome::up_to_date;
  }
  write_events(now);
}

void recorder::add_step(const step_ended& end) {
  const std::string_view word = word_for(end.outcome);
  summary_.steps.push_back({end.step, std::string(word), end.duration});
  json one;
  one.set("step", end.step);
  one.set("outcome", word);
  one.set("duration_ms", end.duration.count());
  if (!end.log.empty()) one.set("log", path_below(end.log, summary_.folder));
  if (end.failure) one.set("error", text_of(*end.failure));
  steps_.push(std::move(one));
  if (end.outcome == step_outcome::up_to_date) return;
  did_something_ = true;
  junit_suite suite{end.step, end.outcome, end.duration, end.failure ? end.failure->what : std::string(),
                    end.tests};
  if (end.outcome == step_outcome::failed || end.outcome == step_outcome::timed_out)
    if (suite.message.empty()) suite.message = fmt::format("exit status {}", end.how.shell_status());
  const bool worth_a_file =
      !end.tests.empty() || end.outcome == step_outcome::failed || end.outcome == step_outcome::timed_out;
  if (end.outcome != step_outcome::not_run && (worth_a_file || exists(where_.junit(end.step))))
    (void)write_file(where_.junit(end.step), junit_text({suite}, summary_.started), durability::fast);
  suites_.push_back(std::move(suite));
}

status recorder::finish(exit_class outcome,
                        const std::string& failed_step,
                        const std::string& rerun,
                        const std::optional<error>& failure) {
  write_events(true);
  if (events_ && did_something_) (void)events_->sync();
  summary_.outcome = word_for(outcome);
  summary_.exit_status = static_cast<int>(outcome);
  summary_.duration = elapsed_;
  json document;
  document.set("schema", 1);
  document.set("id", summary_.id);
  document.set("target", summary_.target);
  document.set("outcome", summary_.outcome);
  document.set("exit_status", summary_.exit_status);
  document.set("started", utc_text_with_milliseconds(summary_.started));
  document.set("duration_ms", summary_.duration.count());
  document.set("commit", summary_.commit);
  document.set("branch", branch_);
  document.set("who", summary_.who);
  document.set("build_root", summary_.build_root);
  if (!failed_step.empty()) document.set("failed_step", failed_step);
  if (!rerun.empty()) document.set("rerun", rerun);
  if (failure) document.set("error", text_of(*failure));
  document.set("steps", steps_);
  const std::string text = pretty(document);
  const durability how = did_something_ ? durability::durable : durability::fast;
  if (did_something_ || failure)
    (void)write_file(summary_.folder + "/junit.xml", junit_text(suites_, summary_.started), durability::fast);
  if (status kept = write_file(summary_.folder + "/result.json", text, how); !kept) return kept;
  return write_file(where_.own() + "/result.json", text, durability::fast);
}

std::vector<std::string> runs_under_way(const workspace& where) {
  std::vector<std::string> ids;
  const auto runs = list_tree(where.runs(), [](const std::string&) { return false; });
  if (!runs) return ids;
  for (const tree_entry& each : *runs) {
    const std::string process = each.path.substr(each.path.rfind('-') + 1);
    if (!exists(where.run(each.path) + "/result.json") && exists("/proc/" + process))
      ids.push_back(each.path);
  }
  return ids;
}

void forget_old_runs(const workspace& where, std::size_t most) {
  const auto runs = own_entries(where.build_root, path_below(where.runs(), where.build_root));
  for (std::size_t at = 0; at + most < runs.size(); ++at)
    (void)remove_tree(where.runs() + "/" + runs[at].path);
}

}  // namespace cicd
