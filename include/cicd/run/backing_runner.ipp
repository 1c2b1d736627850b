// What a step needs, prepared on a thread of its own and then started one after the other; the step; and the
// end of all that is the step's own, in the other order.
#pragma once

#include <cicd/run/backing_runner.hpp>

#include <unistd.h>

#include <algorithm>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include <cicd/base/secret_forms.hpp>
#include <cicd/declare/step_variables.hpp>
#include <cicd/run/step_folder.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/tcp_exchange.hpp>

namespace cicd {

/// One step on its way.
struct backing_runner::attempt {
  task work;  ///< with what its placeholders stand for
  std::function<void(outcome)> done;
  std::vector<std::shared_ptr<running_service>> services{};  ///< in the order in which they start
  std::set<const running_service*> started{}, ready{};
  placeholder_values known{};  ///< {pipeline}, {source}, and those of all services that are prepared
  status how{};
  std::optional<error> failure{};
  bool is_prepared = false, runs = false, is_ended = false;
};

namespace run_backing_runner {
namespace {

/// Whatever was left by runs that were killed together with their guard: a folder that no run holds.
void sweep(const std::string& home) {
  const auto entries = list_tree(home, [](const std::string&) { return false; });
  if (!entries) return;
  for (const tree_entry& each : *entries) {
    if (!each.path.ends_with(".of")) continue;
    const std::string held = home + "/" + each.path;
    const result<std::optional<file_lock>> lock = file_lock::try_take(held, "sweeping");
    if (!lock || !*lock) continue;
    guarded_tree tree{.folder = held.substr(0, held.size() - 3)};
    if (const auto text = read_file_if_there(tree.folder + ".pid"); text && *text)
      if (const result<json> left = parse_json(**text)) tree = guarded_tree_from(*left);
    tree.folder = held.substr(0, held.size() - 3);
    tree.also = {tree.folder + ".pid", held};
    end_guarded(tree);
  }
}

/// The lock under which folders are made and swept.
std::optional<file_lock> lock_of(const std::string& home) {
  for (int tried = 0; tried < 2000; ++tried) {
    result<std::optional<file_lock>> lock = file_lock::try_take(home + "/lock", "services");
    if (!lock) return std::nullopt;
    if (*lock) return **std::move(lock);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return std::nullopt;
}

error said_of(const task& work, const backing_service& of, error why) {
  why.subject = work.step->id;
  return with_origin(std::move(why), *work.step->pipeline, "backing_service." + of.name.str());
}

}  // namespace
}  // namespace run_backing_runner

backing_runner::backing_runner(runner& inner,
                               event_loop& loop,
                               process_port& processes,
                               secret_store& secrets,
                               shared_index& index,
                               say_event say,
                               backing_options options)
    : inner_(inner),
      loop_(loop),
      processes_(processes),
      secrets_(secrets),
      index_(index),
      say_(std::move(say)),
      options_(std::move(options)) {}

backing_runner::~backing_runner() = default;

service_ports backing_runner::ports() {
  return {.loop = loop_,
          .processes = processes_,
          .say = say_,
          .around = options_.around,
          .secrets = [this] { return secrets_.finder(); },
          .watch =
              [this](const guarded_tree& tree) {
                if (guard_) guard_->watch(tree);
                if (tree.process > 0)
                  (void)write_file(tree.folder + ".pid", compact(as_json(tree)), durability::fast, 0600);
              },
          .forget =
              [this](const std::string& folder) {
                if (guard_) guard_->forget(folder);
              }};
}

void backing_runner::start(const task& work, std::function<void(outcome)> done) {
  if (work.seen->services.empty()) return inner_.start(work, std::move(done));
  const bool has_secrets = std::ranges::any_of(work.seen->services, [](const observed_service& each) {
    return !each.declared->secrets.empty() || secret_named_in(each.declared->url.view());
  });
  if (has_secrets)
    if (status may = options_.may_have_secrets(work); !may)
      return done(not_run_outcome(std::move(may).error()));
  if (!guard_) {
    result<std::unique_ptr<process_guard>> guard = process_guard::start();
    if (!guard) return done(failed_outcome(std::move(guard).error()));
    guard_ = *std::move(guard);
  }
  auto one = std::make_shared<attempt>();
  one->work = work;
  one->done = std::move(done);
  one->known = {{"pipeline", work.step->pipeline->declared.name.str()}, {"source", work.source}};
  attempts_.insert(one);
  loop_.on_own_thread(
      [this, one] {
        const cancellation_scope heard(cancelled_);
        one->how = prepare(*one);
      },
      [this, one] {
        one->is_prepared = true;
        if (stopped_) return finish(one, interrupted_outcome());
        if (!one->how) return finish(one, failed_outcome(one->how.error()));
        start_more(one);
      });
}

status backing_runner::prepare(attempt& one) {
  const std::lock_guard hold(mutex_);
  for (const observed_service& seen : one.work.seen->services) {
    result<std::shared_ptr<running_service>> made = prepared(one, seen);
    if (!made) return run_backing_runner::said_of(one.work, *seen.declared, std::move(made).error());
    add_placeholders(*seen.declared, (*made)->of().at, one.known);
    one.services.push_back(*std::move(made));
  }
  // Only those that it names itself, and no path of another's.
  for (const dns_label& name : one.work.step->command()->needs)
    for (const auto& service : one.services)
      if (service->of().declared->name == name)
        add_placeholders(*service->of().declared, service->of().at, one.work.late);
  return {};
}

result<std::shared_ptr<running_service>> backing_runner::prepared(attempt& one,
                                                                  const observed_service& seen) {
  const std::string id = one.work.step->pipeline->declared.name.str() + "/" + seen.declared->name.str();
  if (seen.declared->shared)
    if (const auto known = shared_.find(id); known != shared_.end()) {
      if (!known->second->is_lost()) return known->second;
      // Another attempt gets another; this one is ended with the rest.
      shared_.emplace(fmt::format("{}+{}", id, shared_.size()), known->second);
      shared_.erase(known);
    }
  result<service_start> made = placed(one, seen);
  if (!made) return std::move(made).error();
  made->id = id;
  auto service = std::make_shared<running_service>(*std::move(made), ports());
  if (seen.declared->shared) shared_.emplace(id, service);
  return service;
}

result<secret_value> backing_runner::secret_of(attempt& one, std::string_view name) {
  const auto& all = one.work.step->pipeline->declared.secrets;
  const auto of = std::ranges::find_if(all, [&](const secret& each) { return each.name.view() == name; });
  return secrets_.value_of(*of, one.work.source, cancelled_);
}

/// A URL may be a secret; what is made of it goes into variables alone.
result<service_address> backing_runner::address_elsewhere(attempt& one, const backing_service& of) {
  std::string url = of.url.str();
  if (const auto named = secret_named_in(of.url.view())) {
    result<secret_value> value = secret_of(one, *named);
    if (!value) return std::move(value).error();
    url = std::string(without_line_ends(value->revealed()));
    // Programs print these alone; one too short to be masked is found in the whole.
    for (const std::string& part : secret_parts_of(url))
      (void)secrets_.take(of.name.str(), secret_value(part));
  }
  if (auto at = address_in(url)) return *std::move(at);
  return error{exit_class::usage, {}, "the URL of the service has no host and port", {}, {}}.with(
      "allowed", "<scheme>://[<login>@]<host>:<port>");
}

result<std::vector<std::string>> backing_runner::environment_of(attempt& one,
                                                                const observed_service& seen,
                                                                const service_start& of) {
  observed_step as_step;
  as_step.variables = seen.variables;
  for (const assignment& each : seen.declared->env)
    as_step.assignments.emplace_back(each.name.str(), each.value);
  // An image has its own PATH and HOME.
  const surroundings none({});
  std::vector<std::string> lines =
      environment_for(as_step, seen.declared->image ? none : *options_.around, one.known);
  lines.push_back(folder_variable + of.tree.folder);
  for (const secret_use& use : seen.declared->secrets) {
    const result<secret_value> value = secret_of(one, use.secret.view());
    if (!value) return value.error();
    const std::string_view bytes = without_line_ends(value->revealed());
    if (bytes.find('\0') != bytes.npos)
      return error{
          exit_class::usage, {}, "the secret holds a NUL byte, which no variable can", use.text(), {}};
    lines.push_back(use.variable_for(false) + "=" + std::string(bytes));
  }
  return lines;
}

status backing_runner::filled(const service_start& of, const task& work, const observed_service& seen) {
  if (seen.inputs.empty()) return {};
  const result<bool> done =
      fill_folder(of.tree.folder, {{.folder = work.source, .files = seen.inputs}}, {}, index_);
  return done ? status() : status(done.error());
}

/// A folder, a port, its files, its variables and its words.
result<service_start> backing_runner::placed(attempt& one, const observed_service& seen) {
  const backing_service& declared = *seen.declared;
  const std::string name = declared.name.str();
  service_start made{.id = {}, .step = one.work.step->id, .declared = &declared};
  const auto with_values = [&](const auto& words) {
    std::vector<std::string> made_words;
    for (const text& word : words) made_words.push_back(with_placeholders(word.view(), one.known));
    return made_words;
  };
  if (declared.url) {
    result<service_address> at = address_elsewhere(one, declared);
    if (!at) return std::move(at).error();
    made.at = *std::move(at);
  } else {
    result<std::string> home = options_.home();
    if (!home) return std::move(home).error();
    struct holding {
      file_lock folder;
      reserved_port port;
    };
    const auto lock = run_backing_runner::lock_of(*home);
    if (!lock) return error{exit_class::cannot_save, {}, "the folder of the services is locked", *home, {}};
    if (!std::exchange(is_swept_, true)) run_backing_runner::sweep(*home);
    made.tree.folder = fmt::format("{}/{}-{}", *home, getpid(), ++count_);
    made.tree.also = {made.tree.folder + ".pid", made.tree.folder + ".of"};
    (void)remove_tree(made.tree.folder);
    result<std::optional<file_lock>> held = file_lock::try_take(made.tree.folder + ".of", options_.holder);
    if (!held) return std::move(held).error();
    if (!*held) return error{exit_class::cannot_save, {}, "the folder is in use", made.tree.folder, {}};
    guard_->watch(made.tree);
    if (status folder = make_folder(made.tree.folder); !folder) return std::move(folder).error();
    result<reserved_port> port = reserved_port::take(options_.port_locks, options_.holder);
    if (!port) return std::move(port).error();
    made.at = address_on(port->number(), declared, made.tree.folder);
    made.held = std::make_shared<holding>(holding{**std::move(held), *std::move(port)});
    if (status files = filled(made, one.work, seen); !files) return std::move(files).error();
  }
  add_placeholders(declared, made.at, one.known);
  result<std::vector<std::string>> environment = environment_of(one, seen, made);
  if (!environment) return std::move(environment).error();
  const std::string folder = declared.url ? one.work.source : made.tree.folder;
  // No step has a '+' in its name.
  made.log =
      options_.log((declared.shared ? one.known.at("pipeline") : flat_name(one.work.step->id)) + "+" + name);
  made.what = {with_values(declared.command), folder, *environment};
  made.ready = {with_values(ready_words_of(declared)), folder, *environment};
  // READY may be a script of the sources as well.
  if (!made.ready.words.empty() && made.ready.words.front().starts_with("./")
      && !exists(folder + "/" + made.ready.words.front()))
    made.ready.words.front() = one.work.source + made.ready.words.front().substr(1);
  if (declared.image) {
    made.what.words = with_values(declared.arguments);
    if (status contained = options_.contain(made, declared, cancelled_); !contained)
      return std::move(contained).error();
  }
  return made;
}

/// Each that is not started yet and needs none that is not ready.
void backing_runner::start_more(const std::shared_ptr<attempt>& one) {
  if (one->is_ended) return;
  const auto is_ready = [&](const dns_label& name) {
    return std::ranges::any_of(one->services, [&](const auto& each) {
      return each->of().declared->name == name && one->ready.contains(each.get());
    });
  };
  if (one->ready.size() == one->services.size()) return run_step(one);
  for (const auto& service : one->services) {
    if (one->started.contains(service.get()) || !std::ranges::all_of(service->of().declared->needs, is_ready))
      continue;
    one->started.insert(service.get());
    service->when_ready([this, one, service](const status& how) { is_up(one, service, how); });
  }
}

void backing_runner::is_up(const std::shared_ptr<attempt>& one,
                           const std::shared_ptr<running_service>& service,
                           const status& how) {
  if (one->is_ended) return;
  if (stopped_) return finish(one, interrupted_outcome());
  if (!how)
    return finish(
        one, failed_outcome(run_backing_runner::said_of(one->work, *service->of().declared, how.error())));
  one->ready.insert(service.get());
  service->when_lost(one.get(), [this, weak = std::weak_ptr(one), service](const error& why) {
    if (const auto of = weak.lock())
      lost(of, run_backing_runner::said_of(of->work, *service->of().declared, why));
  });
  start_more(one);
}

void backing_runner::run_step(const std::shared_ptr<attempt>& one) {
  one->runs = true;
  const bool makes_secrets = !one->work.step->command()->secret_output_values.empty();
  if (makes_secrets)
    for (const auto& service : one->services) service->log().hold();
  // What they need is gone where this process is killed, and so are they.
  const auto now = system_clock_port().now().time_since_epoch().count();
  const std::string mark = fmt::format("{}.{}.{}", getpid(), now, ++step_count_);
  one->work.told.emplace_back("CICD_SERVED", mark);
  guard_->watch({.folder = {}, .mark = "CICD_SERVED=" + mark});
  inner_.start(one->work, [this, one, mark, makes_secrets](outcome end) {
    one->runs = false;
    guard_->forget("CICD_SERVED=" + mark);
    if (makes_secrets)
      for (const auto& service : one->services) service->log().release(!end.withheld);
    finish(one, std::move(end));
  });
}

/// What it needs is gone: it is not left to find that out by itself.
void backing_runner::lost(const std::shared_ptr<attempt>& one, const error& why) {
  if (one->failure || one->is_ended) return;
  one->failure = why;
  if (one->runs) return options_.end_step(one->work.step->id);
  finish(one, failed_outcome(*one->failure));
}

void backing_runner::finish(const std::shared_ptr<attempt>& one, outcome with) {
  if (std::exchange(one->is_ended, true)) return;
  if (one->failure && with.how != step_outcome::interrupted) {
    with.how = step_outcome::failed;
    with.end = {};
    with.failure = one->failure;
  }
  auto left = std::make_shared<std::size_t>(1);
  const auto ended = [this, one, left, with = std::make_shared<outcome>(std::move(with))] {
    if (--*left > 0) return;
    attempts_.erase(one);
    const auto done = std::move(one->done);
    done(std::move(*with));
  };
  for (auto at = one->services.rbegin(); at != one->services.rend(); ++at) {
    (*at)->forget_listener(one.get());
    if ((*at)->of().declared->shared) continue;
    ++*left;
    (*at)->end(manner_, ended);
  }
  loop_.post(ended);
}

void backing_runner::stop(manner how) {
  stopped_ = true;
  manner_ = how;
  how == manner::hard ? cancelled_.insist() : cancelled_.cancel();
  const auto under_way = attempts_;
  for (const std::shared_ptr<attempt>& one : under_way) {
    if (!one->is_prepared) continue;  // it sees that we are stopped
    if (how == manner::hard)
      for (const auto& service : one->services) service->end(how, {});
    else if (!one->runs && !one->started.empty())
      finish(one, interrupted_outcome());
  }
  inner_.stop(how);
}

void backing_runner::end_shared(manner how) {
  for (const auto& [id, service] : shared_) service->end(how, {});
}

}  // namespace cicd
