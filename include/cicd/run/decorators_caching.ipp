// Reuse around a runner: what the cache has is put in place, what was made is remembered and kept.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/counted.hpp>
#include <cicd/base/text.hpp>

#include <cicd/observe/query_match.hpp>
#include <cicd/run/decorators.hpp>
#include <cicd/run/output_values.hpp>
#include <cicd/run/step_folder.hpp>
#include <cicd/system/place.hpp>

namespace cicd {

/// One step on its way: `before` and `after` are on a background thread, the rest on the loop's.
struct caching_runner::progress {
  const task* work = nullptr;
  std::function<void(outcome)> done;
  outcome end;
  bool finished = false;   ///< `end` is final without a run
  bool shareable = false;  ///< nothing but its key decides what it makes
  cached_step made;
  std::vector<std::string> messages;
};

caching_runner::caching_runner(runner& inner,
                               event_loop& loop,
                               workspace where,
                               shared_index& index,
                               step_cache& cache,
                               journal& remembered,
                               caching_options ask,
                               say_event say)
    : inner_(inner),
      loop_(loop),
      where_(std::move(where)),
      index_(index),
      cache_(cache),
      remembered_(remembered),
      ask_(std::move(ask)),
      say_(std::move(say)) {}

void caching_runner::start(const task& work, std::function<void(outcome)> done) {
  auto one = std::make_shared<progress>();
  one->work = &work;
  one->done = std::move(done);
  if (!is_done_here(work))
    return loop_.in_background([this, one] { before(*one); }, [this, one] { run_inner(one); });
  before(*one);
  loop_.post([this, one] { run_inner(one); });
}

/// A few files are looked at sooner than another thread is woken, where no other thread looks at many.
bool caching_runner::is_done_here(const task& work) const {
  return !index_.is_in_use() && work.step->kind() == step_kind::command && work.seen->inputs.size() <= 64
         && work.step->after.empty() && work.step->command()->outputs.empty()
         && work.step->command()->reports.empty() && !work.step->is_scan()
         && !work.step->command()->leaves_values();
}

void caching_runner::before(progress& one) {
  const bool own_folder = one.work->folder != one.work->source;
  status ready = own_folder && ask_.make_folder ? ask_.make_folder(*one.work) : status{};
  if (ready && restored(one)) {
    one.finished = true;
    return;
  }
  if (ready) ready = prepared(one);
  if (!ready) {
    one.end = failed_outcome(std::move(ready).error());
    one.finished = true;
  }
}

bool caching_runner::restored(progress& one) {
  const graph_step& step = *one.work->step;
  if (step.runs_in_source() || (step.command() != nullptr && step.command()->always)) return false;
  const std::optional<cached_step> entry = cache_.find(one.work->plan.key);
  if (!entry || !cache_.restore(*entry, one.work->folder, one.work->log)) return false;
  remove_others(outputs_in(one.work->folder, step), entry->outputs);
  remove_others(reports_in(one.work->folder, step), entry->reports);
  one.end.how = step_outcome::reused;
  one.end.result = entry->result;
  one.end.printed = static_cast<bool>(entry->log);
  take_tests(one, entry->reports);
  if (ask_.judge && !findings_in(one.work->folder, step).patterns.empty()) ask_.judge(*one.work, one.end);
  one.made = *entry;
  if (!one.end.good()) return true;
  (void)remembered_.append(step.id, entry->result, one.work->parts);
  return true;
}

void caching_runner::take_tests(progress& one, const file_set& reports) {
  const step* declared = one.work->step->command();
  if (declared == nullptr || declared->reports.empty()) return;
  one.end.tests = ask_.read_reports(one.work->folder, reports);
  if (ask_.summary_of) one.end.summary = ask_.summary_of(one.end.tests);
}

/// Removes what matches and is not among `wanted`: left by an earlier run, it would be taken for made by this
/// one.
void caching_runner::remove_others(const file_query& query, const file_set& wanted) {
  if (query.patterns.empty() || !is_folder(query.root)) return;
  const result<file_set> there = index_.look(query);
  if (!there) return;
  for (const observed_file& file : *there)
    if (std::ranges::find(wanted, file.path, &observed_file::path) == wanted.end())
      (void)remove_tree(query.root + "/" + file.path);
}

namespace run_decorators_caching {
namespace {

/// A file of an earlier run, or of the sources, would be taken for what this run left.
status without_old_values(const task& work) {
  const step* declared = work.step->command();
  if (declared == nullptr || !declared->leaves_values()) return {};
  const std::string path = values_path(*declared);
  if (std::ranges::find(work.seen->inputs, path, &observed_file::path) != work.seen->inputs.end())
    return error{
        exit_class::usage, work.step->id, "the file of OUTPUT_VALUES is an input of the step", path, {}}
        .with("try", "EXCLUDE " + path + ", or another file by OUTPUT_VALUES_IN");
  // In the folder of the sources it may be a person's.
  if (work.step->runs_in_source() && exists(work.folder + "/" + path))
    return error{exit_class::usage,
                 work.step->id,
                 "the file of OUTPUT_VALUES lies in the source folder already",
                 path,
                 {}}
        .with("try", "remove it, or another file by OUTPUT_VALUES_IN");
  return remove_below(work.folder, path);
}

/// What a step before made would be taken for what this one leaves.
status without_values_of(const task& work, const file_source& before) {
  const step* declared = work.step->command();
  if (declared == nullptr || !declared->leaves_values()) return {};
  const std::string path = values_path(*declared);
  const std::string start = before.below.empty() ? std::string() : before.below + "/";
  if (std::ranges::none_of(before.files,
                           [&](const observed_file& each) { return start + each.path == path; }))
    return {};
  return error{
      exit_class::usage, work.step->id, "the file of OUTPUT_VALUES is one that a step before made", path, {}}
      .with("made by", before.by)
      .with("try", "another file by OUTPUT_VALUES_IN");
}

/// What a scan may find in its folder when it begins: a report among its inputs would be taken for what this
/// run found.
file_set inputs_without_reports(const task& work, std::vector<std::string>& messages) {
  file_set inputs = work.seen->inputs;
  if (!work.step->is_scan()) return inputs;
  const file_query query = findings_in(work.folder, *work.step);
  const std::vector<observing::prepared_pattern> patterns(query.patterns.begin(), query.patterns.end());
  const observing::prepared_excludes excludes(query.exclude);
  const auto is_named = [&](const std::string& path) {
    return !excludes.hides(path) && std::ranges::any_of(patterns, [&](const auto& one) {
      return (one.start().empty() || path.starts_with(one.start() + "/")) && one.matches(path);
    });
  };
  const auto reports = std::stable_partition(inputs.begin(), inputs.end(),
                                             [&](const observed_file& each) { return !is_named(each.path); });
  if (const auto count = inputs.end() - reports; count > 0)
    messages.push_back(fmt::format("{} among its inputs {} left out: a report is what this run writes",
                                   count == 1 ? reports->path : counted(count, "file"),
                                   count == 1 ? "is" : "are"));
  inputs.erase(reports, inputs.end());
  return inputs;
}

}  // namespace
}  // namespace run_decorators_caching

status caching_runner::prepared(progress& one) {
  using namespace run_decorators_caching;
  if (status clean = without_old_values(*one.work); !clean) return clean;
  // What it found before holds no longer, also where this driver is killed.
  if (one.work->step->is_scan())
    if (status forgotten = remove_tree(where_.memory(one.work->step->id, scan_memory)); !forgotten)
      return forgotten;
  const bool own_folder = one.work->folder != one.work->source;
  const file_query kept = kept_in(*one.work->step);
  if (!own_folder || !kept.patterns.empty()) {
    remove_others(reports_in(one.work->folder, *one.work->step), {});
    // A scanner that ends early would leave what it found before.
    if (one.work->step->is_scan()) remove_others(findings_in(one.work->folder, *one.work->step), {});
  }
  if (own_folder && !kept.patterns.empty()) remove_others(outputs_in(one.work->folder, *one.work->step), {});
  std::vector<file_source> sources{{one.work->source, inputs_without_reports(*one.work, one.messages)}};
  for (const upstream_files& each : ask_.upstream_outputs(*one.work)) {
    result<file_set> files = index_.look(each.made);
    if (!files) return std::move(files).error();
    sources.push_back({each.made.root, *std::move(files), each.below, each.by, each.is_foreign});
    if (status none = without_values_of(*one.work, sources.back()); !none) return none;
  }
  if (!own_folder)
    return fill_source_folder(one.work->folder, sources, where_.memory(one.work->step->id, "inputs"), index_);
  if (ask_.place_warning)
    if (std::string warning = ask_.place_warning(); !warning.empty())
      one.messages.push_back(std::move(warning));
  const result<bool> found_kept = fill_folder(one.work->folder, sources, kept, index_);
  if (!found_kept) return found_kept.error();
  one.shareable = !*found_kept;
  if (one.work->seen->tests)
    if (status placed = place_text(one.work->folder, shard_file, joined(*one.work->seen->tests, "\n") + "\n",
                                   durability::fast);
        !placed)
      return placed;
  return one.work->seen->git && ask_.place_history ? ask_.place_history(*one.work) : status{};
}

void caching_runner::run_inner(const std::shared_ptr<progress>& one) {
  if (stopped_ && !one->finished) {
    one->end = interrupted_outcome();
    one->finished = true;
  }
  if (one->finished) return one->done(std::move(one->end));
  for (const std::string& note : one->work->seen->notes) say_(step_message{one->work->step->id, note});
  inner_.start(*one->work, [this, one](outcome end) {
    one->end = std::move(end);
    const auto finish = [this, one] {
      for (const std::string& message : one->messages) say_(step_message{one->work->step->id, message});
      one->done(std::move(one->end));
    };
    if (!is_done_here(*one->work)) return loop_.in_background([this, one] { after(*one); }, finish);
    after(*one);
    finish();
  });
}

void caching_runner::after(progress& one) {
  if (one.end.how == step_outcome::not_run) return;
  const graph_step& step = *one.work->step;
  const bool is_told = !one.end.withheld;
  if (const file_query query = reports_in(one.work->folder, step); is_told && !query.patterns.empty())
    if (result<file_set> reports = index_.look(query)) {
      one.made.reports = *std::move(reports);
      take_tests(one, one.made.reports);
    }
  if (is_told && ask_.judge && !findings_in(one.work->folder, step).patterns.empty())
    ask_.judge(*one.work, one.end);
  if (one.end.how == step_outcome::failed && !one.end.failure && ask_.explain)
    one.end.failure = ask_.explain(*one.work, one.end);
  if (step.command() != nullptr && step.command()->leaves_values() && ask_.take_values) {
    auto left = ask_.take_values(*one.work, one.end.how == step_outcome::ran);
    if (left) {
      one.end.result.values = *std::move(left);
    } else {
      one.end.how = step_outcome::failed;
      one.end.failure = std::move(left).error();
    }
  }
  if (one.end.how != step_outcome::ran || !one.end.is_kept) return;
  if (status got = gathered(one); !got) {
    one.end.how = step_outcome::failed;
    one.end.failure = std::move(got).error();
    return;
  }
  keep(one);
}

status caching_runner::gathered(progress& one) {
  file_query query = outputs_in(one.work->folder, *one.work->step);
  query.may_be_empty = false;
  if (!query.patterns.empty()) {
    result<file_set> outputs = index_.look(query);
    if (!outputs) {
      error why = std::move(outputs).error();
      why.kind = exit_class::step_failed;
      why.subject = one.work->step->id;
      return std::move(why).with("caused by", "it succeeded, but did not make its OUTPUTS");
    }
    one.made.outputs = *std::move(outputs);
  }
  one.made.result.values = one.end.result.values;
  if (ask_.may_keep)
    if (status may = ask_.may_keep(*one.work, one.made); !may) return may;
  one.end.result.key = one.work->plan.key;
  one.end.result.outputs = digest_of(one.made.outputs);
  one.made.result = one.end.result;
  return {};
}

void caching_runner::keep(progress& one) {
  const std::string& id = one.work->step->id;
  const result<file_set> inputs = ask_.look_at_inputs(*one.work);
  if (!inputs || *inputs != one.work->seen->inputs) {
    one.messages.emplace_back("its inputs changed while it ran: the result is not kept");
    return;
  }
  if (one.shareable) share(one);
  // Last: a run that is killed in between would leave a step that is up to date here and in no cache.
  if (status noted = remembered_.append(id, one.end.result, one.work->parts); !noted)
    one.messages.push_back(noted.error().what);
}

void caching_runner::share(progress& one) {
  if (one.end.printed)
    if (const result<observed_file> log = index_.look_at(one.work->log)) one.made.log = log->content;
  if (status stored = cache_.store(one.made, one.work->folder, one.work->log); !stored)
    one.messages.push_back("not kept in the cache: " + stored.error().what);
}

void caching_runner::stop(manner how) {
  stopped_ = true;
  inner_.stop(how);
}

}  // namespace cicd
