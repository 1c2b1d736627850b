// The environment that a command names, or what there is instead.
#pragma once

#include <csignal>

#include <algorithm>
#include <atomic>
#include <thread>

#include <pthread.h>
#include <unistd.h>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/deploy_ways.hpp>
#include <cicd/deliver/source_clone.hpp>
#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/driver/commands/named_environments.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/engine/base_of_request.hpp>
#include <cicd/engine/recorder.hpp>
#include <cicd/observe/ci_event.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/signals_cancel.hpp>

namespace cicd {

namespace driver_commands_find_environment {
namespace {

error unknown(std::string what, const std::string& value, const std::vector<std::string>& names) {
  return error{exit_class::usage, {}, std::move(what), value, {}}
      .with("did you mean", nearest(value, names).value_or(""))
      .with("allowed", joined(names, ", "));
}

result<const declared_pipeline*> pipeline_named(const session& of, const std::string& name) {
  const std::vector<declared_pipeline>& all = of.model.pipelines;
  if (name.empty() && all.size() == 1) return &all.front();
  if (const declared_pipeline* found = of.model.find(name)) return found;
  return no_such_pipeline(of.model, name);
}

result<const environment*> environment_of(const declared_pipeline& pipeline, const std::string& name) {
  std::vector<std::string> names;
  for (const environment& each : pipeline.declared.environments) {
    if (each.name.view() == name) return &each;
    names.push_back(each.name.str());
  }
  return unknown(fmt::format("pipeline {} has no such environment", pipeline.declared.name.view()), name,
                 names);
}

result<cluster_wave> wave_named(const found_environment& found, const std::string& context) {
  std::vector<std::string> names;
  for (const cluster_wave& each : found.waves) {
    const std::string& name = each.target.eks.empty() ? each.target.context : each.target.eks;
    if (context.empty() || name == context) return each;
    names.push_back(name);
  }
  const std::string subject = found.pipeline->declared.name.str() + "/" + found.place->name.str();
  if (found.waves.empty())
    return error{exit_class::usage,
                 subject,
                 "this environment is not deployed VIA kubectl",
                 "VIA " + std::string(found.place->via.view()),
                 {{"allowed", "an environment VIA " + ways_with(way_feature::cluster)}}};
  return error{exit_class::usage, subject, "this environment has no such cluster", context, {}}
      .with("did you mean", nearest(context, names).value_or(""))
      .with("allowed", joined(names, ", "));
}

}  // namespace
}  // namespace driver_commands_find_environment

result<found_environment> find_environment(const session_request& tree,
                                           const std::string& pipeline,
                                           const std::string& environment,
                                           surroundings around) {
  or_errors<session> opened = open_session(tree, std::move(around));
  if (opened.errors.size() > 1) print_errors({opened.errors.begin() + 1, opened.errors.end()});
  if (!opened) return std::move(opened.errors.front());
  return find_environment(std::make_shared<session>(*std::move(opened.made)), pipeline, environment);
}

result<found_environment> find_environment(std::shared_ptr<session> in,
                                           const std::string& pipeline,
                                           const std::string& environment) {
  using namespace driver_commands_find_environment;
  found_environment found;
  found.of = std::move(in);
  result<const declared_pipeline*> of = pipeline_named(*found.of, pipeline);
  if (!of) return std::move(of).error();
  found.pipeline = *of;
  found.run_id = new_run_id(system_clock_port().now(), getpid());
  found.secrets = std::make_shared<secret_store>(declared_source(found.of->around));
  delivery_options options;
  options.run_id = found.run_id;
  options.secrets = [in = found.secrets](const secret& of, const std::string& folder,
                                         const cancellation& cancelled) {
    return in->value_of(of, folder, cancelled);
  };
  options.masked = [in = found.secrets](const std::string& text) { return in->masked(text); };
  options.base = [in = found.of, read = std::shared_ptr<const read_base>()]() mutable -> result<base_branch> {
    if (!read) {
      auto now = base_of_request(*in, ci_event_of(in->around), true, nullptr);
      if (!now) return std::move(now).error();
      read = *std::move(now);
    }
    return read->branch;
  };
  found.deliveries =
      std::make_unique<delivery>(found.of->where, found.of->around, system_clock_port(), std::move(options));
  if (environment.empty()) return found;
  if (auto part = part_named(found.of->model, found.pipeline->declared.name.str(), environment))
    return *std::move(part);
  result<const cicd::environment*> place = environment_of(*found.pipeline, environment);
  if (!place) return std::move(place).error();
  found.place = *place;
  if (can(found.place->via, way_feature::cluster))
    found.waves = waves_of(found.of->where, *found.pipeline, *found.place);
  return found;
}

status bring_sources(const found_environment& found, clone_need need) {
  const interrupts stop;
  status there = bring_clone(*found.pipeline, need, found.of->around, &stop.asked());
  if (!there && stop.asked().cancelled()) there.error().kind = stop.kind();
  return there;
}

look_at_environment look_in(const found_environment& found, const cancellation& cancelled) {
  return [&found, &cancelled](const environment& place) -> result<std::optional<deployment_record>> {
    result<deployed_release> there = found.deliveries->way_of(place).look(*found.pipeline, place, &cancelled);
    if (!there) return std::move(there).error();
    return std::move(there->record);
  };
}

status keep_cluster(found_environment& found, const std::string& context) {
  result<cluster_wave> wave = driver_commands_find_environment::wave_named(found, context);
  if (!wave) return std::move(wave).error();
  found.waves = {*std::move(wave)};
  return {};
}

result<opened_environment> open_environment(const session_request& tree,
                                            const std::string& pipeline,
                                            const std::string& environment,
                                            const std::string& context,
                                            surroundings around,
                                            const cancellation* cancelled,
                                            std::optional<change> what) {
  result<found_environment> found = find_environment(tree, pipeline, environment, std::move(around));
  if (!found) return std::move(found).error();
  result<cluster_wave> wave = driver_commands_find_environment::wave_named(*found, context);
  if (!wave) return std::move(wave).error();
  if (what)
    if (status may = found->deliveries->gate().may_begin(*what, *found->pipeline, *found->place); !may)
      return std::move(may).error();
  opened_environment opened{*std::move(found), *std::move(wave), nullptr};
  auto with = open_wave(opened.wave, opened.found.of->around, cancelled);
  if (!with) return std::move(with).error();
  opened.with = *std::move(with);
  return opened;
}

/// Waits for the signals on a thread of its own, so that any call of ours may block meanwhile.
struct interrupts::watcher {
  sigset_t signals, before;
  std::thread waiting;
  std::atomic<int> came{0};
  std::atomic<bool> over{false};
};

interrupts::interrupts() : watcher_(std::make_unique<watcher>()) {
  sigemptyset(&watcher_->signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR2}) sigaddset(&watcher_->signals, signal);
  pthread_sigmask(SIG_BLOCK, &watcher_->signals, &watcher_->before);
  watcher_->waiting = std::thread([this] {
    while (!watcher_->over) {
      int signal = 0;
      sigwait(&watcher_->signals, &signal);
      if (watcher_->over || signal == SIGUSR2) continue;
      watcher_->came = signal;
      note_signal(signal);
      asked_.cancel();
    }
  });
}

interrupts::~interrupts() {
  watcher_->over = true;
  pthread_kill(watcher_->waiting.native_handle(), SIGUSR2);
  watcher_->waiting.join();
  pthread_sigmask(SIG_SETMASK, &watcher_->before, nullptr);
}

exit_class interrupts::kind() const {
  return watcher_->came == SIGINT ? exit_class::interrupted : exit_class::terminated;
}

}  // namespace cicd
