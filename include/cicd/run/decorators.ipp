#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/run/decorators.hpp>
#include <cicd/run/folder.hpp>

namespace cicd {

namespace run_decorators {

outcome ended_by_interrupt() {
  outcome end;
  end.how = step_outcome::interrupted;
  return end;
}

outcome failed_with(error why) {
  outcome end;
  end.failure = std::move(why);
  return end;
}

}  // namespace run_decorators

file_query outputs_in(const std::string& folder, const graph_step& step) {
  file_query query{folder, {}, {}, {}, true};
  if (step.kind == step_kind::image) query.patterns = {"layout/**"};
  if (step.command == nullptr) return query;
  for (const path_pattern& pattern : step.command->outputs) {
    if (pattern.view().starts_with('!')) query.exclude.emplace_back(pattern.view().substr(1));
    else query.patterns.push_back(pattern.str());
  }
  return query;
}

file_query reports_in(const std::string& folder, const graph_step& step) {
  file_query query{folder, {}, {}, {}, true};
  if (step.command != nullptr)
    for (const path_pattern& pattern : step.command->reports) query.patterns.push_back(pattern.str());
  return query;
}

// ── retrying ────────────────────────────────────────────────────────────────────────────────────────────────────

void retrying_runner::attempt(const task& work, int number, std::function<void(outcome)> done) {
  const int most = 1 + (work.step->command != nullptr ? work.step->command->retries.number() : 0);
  inner_.start(work, [this, &work, number, most, done = std::move(done)](outcome end) mutable {
    const bool again = !stopped_ && number < most && (end.how == step_outcome::failed || end.how == step_outcome::timed_out);
    if (!again) return done(std::move(end));
    say_(step_started{work.step->id, {fmt::format("attempt {} of {} failed", number, most)}, {}, number + 1});
    attempt(work, number + 1, std::move(done));
  });
}

void retrying_runner::stop(manner how) {
  stopped_ = true;
  inner_.stop(how);
}

// ── locking ─────────────────────────────────────────────────────────────────────────────────────────────────────

struct locking_runner::waiting {
  const task* work = nullptr;
  std::function<void(outcome)> done;
  std::shared_ptr<void> timer;
  bool waited = false;
};

locking_runner::locking_runner(runner& inner, event_loop& loop, workspace where, journal& remembered, std::string holder, say_event say)
    : inner_(inner),
      loop_(loop),
      where_(std::move(where)),
      remembered_(remembered),
      holder_(std::move(holder)),
      say_(std::move(say)) {}

result<std::optional<std::vector<file_lock>>> locking_runner::take_locks(const task& work, std::string& taken_by) const {
  std::vector<std::string> paths{where_.lock(work.step->id)};
  if (work.step->command != nullptr && work.step->command->in_source)
    paths.push_back(where_.cache + "/locks/" + hex(sha256(work.source)).substr(0, 16));
  std::vector<file_lock> locks;
  for (const std::string& path : paths) {
    result<std::optional<file_lock>> lock = file_lock::try_take(path, holder_);
    if (!lock) return std::move(lock).error();
    if (!*lock) {
      taken_by = file_lock::holder_of(path);
      return std::optional<std::vector<file_lock>>{};
    }
    locks.push_back(**std::move(lock));
  }
  return std::optional{std::move(locks)};
}

void locking_runner::start(const task& work, std::function<void(outcome)> done) {
  auto one = std::make_shared<waiting>();
  one->work = &work;
  one->done = std::move(done);
  waiting_.insert(one);
  attempt(one);
}

void locking_runner::attempt(const std::shared_ptr<waiting>& one) {
  std::string taken_by;
  result<std::optional<std::vector<file_lock>>> locks = take_locks(*one->work, taken_by);
  if (!locks || *locks) waiting_.erase(one);
  if (!locks) return one->done(run_decorators::failed_with(std::move(locks).error()));
  if (*locks) return locked(one, **std::move(locks));
  if (!one->waited) say_(step_waiting{one->work->step->id, taken_by});
  one->waited = true;
  one->timer = loop_.after(std::chrono::milliseconds(50), [this, one] { attempt(one); });
}

void locking_runner::locked(const std::shared_ptr<waiting>& one, std::vector<file_lock> locks) {
  auto held = std::make_shared<std::vector<file_lock>>(std::move(locks));
  if (one->waited && is_pure(one->work->step->kind)) {
    remembered_.reread();
    const auto last = remembered_.last(one->work->step->id);
    if (last && last->key == one->work->plan.key) {
      outcome end;
      end.how = step_outcome::up_to_date;
      end.result = *last;
      return one->done(std::move(end));
    }
  }
  if (!held->front().left_by().empty()) end_leftovers(*one->work);
  inner_.start(*one->work, [done = std::move(one->done), held](outcome end) {
    held->clear();
    done(std::move(end));
  });
}

/// The driver that had the lock was killed; what it started may still write to the step's folder.
void locking_runner::end_leftovers(const task& work) {
  if (const std::size_t ended = end_strays(folder_variable + work.folder); ended > 0)
    say_(step_message{work.step->id, fmt::format("{} processes of a run that was killed were ended", ended)});
}

void locking_runner::stop(manner how) {
  const std::set<std::shared_ptr<waiting>> given_up = std::move(waiting_);
  waiting_.clear();
  for (const std::shared_ptr<waiting>& one : given_up) {
    one->timer.reset();
    one->done(run_decorators::ended_by_interrupt());
  }
  inner_.stop(how);
}

// ── caching ─────────────────────────────────────────────────────────────────────────────────────────────────────

/// One step on its way: `before` and `after` are on a background thread, the rest on the loop's.
struct caching_runner::progress {
  const task* work = nullptr;
  std::function<void(outcome)> done;
  outcome end;
  bool finished = false;   ///< `end` is final without a run
  bool keepable = false;
  cached_step made;
  std::vector<std::string> messages;
};

caching_runner::caching_runner(runner& inner, event_loop& loop, workspace where, shared_index& index, step_cache& cache,
                               journal& remembered, caching_options ask, say_event say)
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
  if (!is_small(work)) return loop_.in_background([this, one] { before(*one); }, [this, one] { run_inner(one); });
  before(*one);
  loop_.post([this, one] { run_inner(one); });
}

/// A few files are looked at sooner than another thread is woken.
bool caching_runner::is_small(const task& work) {
  return work.step->kind == step_kind::command && work.seen->inputs.size() <= 64 && work.step->after.empty() &&
         work.step->command->outputs.empty() && work.step->command->reports.empty();
}

void caching_runner::before(progress& one) {
  if (restored(one)) {
    one.finished = true;
    return;
  }
  if (status ready = prepared(one); !ready) {
    one.end = run_decorators::failed_with(std::move(ready).error());
    one.finished = true;
  }
}

bool caching_runner::restored(progress& one) {
  const graph_step& step = *one.work->step;
  if (step.command != nullptr && step.command->always) return false;
  const std::optional<cached_step> entry = cache_.find(one.work->plan.key);
  if (!entry || !cache_.restore(*entry, one.work->folder, one.work->log)) return false;
  remove_others(outputs_in(one.work->folder, step), entry->outputs);
  remove_others(reports_in(one.work->folder, step), entry->reports);
  one.end.how = step_outcome::reused;
  one.end.result = entry->result;
  one.end.printed = static_cast<bool>(entry->log);
  one.end.tests = ask_.read_reports(one.work->folder, entry->reports);
  one.made = *entry;
  one.keepable = false;
  (void)write_file(where_.memory(step.id, "parts"), text_of(one.work->parts), durability::fast);
  (void)remembered_.append(step.id, entry->result);
  return true;
}

/// Removes what matches and is not among `wanted`: left by an earlier run, it would be taken for made by this one.
void caching_runner::remove_others(const file_query& query, const file_set& wanted) {
  if (query.patterns.empty() || !is_folder(query.root)) return;
  const result<file_set> there = index_.look(query);
  if (!there) return;
  for (const observed_file& file : *there)
    if (std::ranges::find(wanted, file.path, &observed_file::path) == wanted.end()) (void)remove_tree(query.root + "/" + file.path);
}

status caching_runner::prepared(progress& one) {
  remove_others(reports_in(one.work->folder, *one.work->step), {});
  const bool own_folder = one.work->folder != one.work->source;
  if (own_folder) remove_others(outputs_in(one.work->folder, *one.work->step), {});
  std::vector<file_source> sources{{one.work->source, one.work->seen->inputs}};
  for (const file_query& query : ask_.upstream_outputs(*one.work)) {
    result<file_set> files = index_.look(query);
    if (!files) return std::move(files).error();
    sources.push_back({query.root, *std::move(files)});
  }
  return fill_folder(one.work->folder, sources, where_.memory(one.work->step->id, "inputs"), index_);
}

void caching_runner::run_inner(const std::shared_ptr<progress>& one) {
  if (stopped_ && !one->finished) {
    one->end = run_decorators::ended_by_interrupt();
    one->finished = true;
  }
  if (one->finished) return one->done(std::move(one->end));
  inner_.start(*one->work, [this, one](outcome end) {
    one->end = std::move(end);
    const auto finish = [this, one] {
      for (const std::string& message : one->messages) say_(step_message{one->work->step->id, message});
      one->done(std::move(one->end));
    };
    if (!is_small(*one->work)) return loop_.in_background([this, one] { after(*one); }, finish);
    after(*one);
    finish();
  });
}

void caching_runner::after(progress& one) {
  const graph_step& step = *one.work->step;
  if (const file_query query = reports_in(one.work->folder, step); !query.patterns.empty())
    if (result<file_set> reports = index_.look(query)) {
      one.made.reports = *std::move(reports);
      one.end.tests = ask_.read_reports(one.work->folder, one.made.reports);
    }
  if (one.end.how != step_outcome::ran) return;
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
      return std::move(why).with("caused by", "it ended well, but what it declares as OUTPUTS is not there");
    }
    one.made.outputs = *std::move(outputs);
  }
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
  (void)write_file(where_.memory(id, "parts"), text_of(one.work->parts), durability::fast);
  if (status noted = remembered_.append(id, one.end.result); !noted) one.messages.push_back(noted.error().what);
  if (one.end.printed)
    if (const result<observed_file> log = index_.look_at(one.work->log)) one.made.log = log->content;
  if (status stored = cache_.store(one.made, one.work->folder, one.work->log); !stored)
    one.messages.push_back("not kept in the cache: " + stored.error().what);
}

void caching_runner::stop(manner how) {
  stopped_ = true;
  inner_.stop(how);
}

// ── our own work ────────────────────────────────────────────────────────────────────────────────────────────────

background_runner::background_runner(event_loop& loop, say_event say, function work)
    : loop_(loop), say_(std::move(say)), work_(std::move(work)) {}

void background_runner::start(const task& work, std::function<void(outcome)> done) {
  auto end = std::make_shared<outcome>();
  const auto say = [this, id = work.step->id](const std::string& line) {
    loop_.post([this, id, line] { say_(step_message{id, line}); });
  };
  loop_.in_background([this, &work, end, say] { *end = work_(work, cancelled_, say); },
                      [this, end, done = std::move(done)] {
                        if (cancelled_.cancelled() && !end->good()) end->how = step_outcome::interrupted;
                        done(std::move(*end));
                      });
}

void background_runner::stop(manner) { cancelled_.cancel(); }

}  // namespace cicd
