// The command is run as a step that is made here, by the same runners as declared steps, without the cache.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/options/options.hpp>
#include <cicd/engine/backing_image.hpp>
#include <cicd/engine/backing_inputs.hpp>
#include <cicd/engine/with_services.hpp>
#include <cicd/run/backing_runner.hpp>
#include <cicd/run/masked_event.hpp>
#include <cicd/run/process_runner.hpp>
#include <cicd/run/step_home.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/own_file.hpp>

namespace cicd {

namespace engine_with_services {
namespace {

/// As many logs of services are kept.
constexpr std::size_t most_logs = 50;

/// The step that stands for the command.
struct made_step {
  step declared;
  graph_step in_graph;
  observed_step seen;
};

status add_needs(const with_request& request, made_step& to) {
  const pipeline& declared = request.pipeline->declared;
  std::vector<std::string> names;
  for (const backing_service& each : declared.backing_services) names.push_back(each.name.str());
  for (const std::string& name : request.needs) {
    const auto of = std::ranges::find_if(
        declared.backing_services, [&](const backing_service& each) { return each.name.view() == name; });
    if (of == declared.backing_services.end())
      return error{
          exit_class::usage, declared.name.str(), "--needs: there is no such backing service", name, {}}
          .with("did you mean", nearest(name, names).value_or(""))
          .with("allowed", joined(names, ", "));
    to.declared.needs.push_back(of->name);
  }
  return {};
}

/// A placeholder of a service that is not needed would reach the command as it is written, and words of a
/// program can be seen by others.
status check_named(const with_request& request, const std::string& text, bool is_shown) {
  for (const std::string& name : placeholders_in(text)) {
    if (const auto setting = setting_named_by(name)) {
      std::vector<std::string> names;
      for (const auto& [known, value] : settings_in(request.pipeline->declared)) names.push_back(known);
      return error{
          exit_class::usage, {}, "there is no such setting, or it has no value", std::string(*setting), {}}
          .with("did you mean", nearest(name, names).value_or(""))
          .with("allowed", joined(names, ", "));
    }
    if (!is_part_of_service(name)) continue;
    const std::string service = name.substr(0, name.find('.'));
    if (std::ranges::find(request.needs, service) == request.needs.end())
      return error{
          exit_class::usage, {}, "the placeholder stands for no service of --needs", "{" + name + "}", {}}
          .with("did you mean", nearest(service, request.needs).value_or(""))
          .with("allowed", joined(request.needs, ", "));
    for (const backing_service& each : request.pipeline->declared.backing_services)
      if (is_shown && each.name.view() == service && secret_named_in(each.url.view()))
        return error{exit_class::usage,
                     {},
                     "the URL of the service is a secret, and the words of a program can be seen by others",
                     "{" + name + "}",
                     {}}
            .with("allowed", "--env <NAME>={" + name + "}");
  }
  return {};
}

status take_words(const session& of, const with_request& request, made_step& to) {
  if (status needs = add_needs(request, to); !needs) return needs;
  to.in_graph = {.id = request.pipeline->declared.name.str() + "/with",
                 .pipeline = request.pipeline,
                 .work = command_step{&to.declared}};
  to.seen.words = request.words;
  const surroundings allowed = of.around.for_commands();
  for (const auto& [name, value] : allowed.all()) to.seen.variables.emplace_back(name, value);
  const placeholder_values settings = settings_in(request.pipeline->declared);
  for (std::string& word : to.seen.words) word = with_placeholders(word, settings);
  for (const std::string& word : request.env) {
    std::optional<assignment> one = assignment::parse(word);
    if (one) one->value = with_placeholders(one->value, settings);
    if (!one)
      return error{exit_class::usage, {}, "--env: not a variable and its value", word, {}}
          .with("did you mean", assignment::guess(word))
          .with("allowed", std::string(assignment::allowed()));
    if (status named = check_named(request, one->value, false); !named) return named;
    to.seen.assignments.emplace_back(one->name.str(), one->value);
  }
  for (const std::string& word : to.seen.words)
    if (status named = check_named(request, word, true); !named) return named;
  return {};
}

status fill_in(const session& of, const with_request& request, shared_index& index, made_step& to) {
  if (status taken = take_words(of, request, to); !taken) return taken;
  for (const backing_service* each : services_for(request.pipeline->declared, to.declared.needs)) {
    result<observed_service> seen = observed_service_of(*each, *request.pipeline, of, index);
    if (!seen) {
      error why = std::move(seen).error();
      why.subject = to.in_graph.id;
      return with_origin(std::move(why), *request.pipeline,
                         "backing_service." + each->name.str() + ".inputs");
    }
    to.seen.services.push_back(*std::move(seen));
  }
  return {};
}

void forget_old_logs(const workspace& where, const std::string& folder) {
  const auto all = own_entries(where.build_root, path_below(folder, where.build_root));
  for (std::size_t at = 0; at + most_logs < all.size(); ++at) (void)remove_tree(folder + "/" + all[at].path);
}

}  // namespace
}  // namespace engine_with_services

status check_with_services(const session& of, const with_request& request) {
  engine_with_services::made_step made;
  return engine_with_services::take_words(of, request, made);
}

outcome run_with_services(const session& of, const with_request& request) {
  namespace self = engine_with_services;
  shared_index index(of.where.index(), of.around);
  self::made_step made;
  if (status filled = self::fill_in(of, request, index, made); !filled)
    return failed_outcome(std::move(filled).error());
  event_loop loop;
  const auto processes = system_processes(loop);
  secret_store secrets(declared_source(of.around));
  step_home home(of.around, of.where.build_root);
  const std::string logs = of.where.own() + "/with";
  const std::string start =
      fmt::format("{}/{:020}-{}.", logs, system_clock_port().now().time_since_epoch().count(), getpid());
  std::vector<std::string> written;
  const say_event say = [&](event_body body) {
    if (const auto* line = std::get_if<step_output>(&body)) request.print(line->stream, line->line);
    if (const auto* service = std::get_if<service_event>(&body); service != nullptr && !service->log.empty())
      written.push_back(service->log);
  };
  const auto finder = [&] { return secrets.finder(); };
  process_runner commands(loop, *processes, say,
                          {.around = &of.around, .timeout = std::chrono::hours(24 * 365), .secrets = finder});
  backing_runner served(
      commands, loop, *processes, secrets, index, say,
      {.around = &of.around,
       .holder = fmt::format("with (process {})", getpid()),
       .home = [&] { return home.prepare_services(); },
       .port_locks = of.where.cache + "/ports.locks",
       .log = [&](const std::string& name) { return start + name + ".log"; },
       .may_have_secrets = [&](const task&) { return request.may_have_secrets(); },
       .end_step = [&](const std::string& step) { commands.end_step(step); },
       .contain =
           [&](service_start& service, const backing_service& declared, const cancellation& cancelled) {
             return contain_service(service, declared, of, cancelled);
           }});
  task work;
  work.step = &made.in_graph;
  work.seen = &made.seen;
  work.folder = request.folder;
  work.source = request.pipeline->source_directory;
  work.log = "/dev/null";
  outcome end;
  bool is_stopped = false;
  auto signals = loop.on_signal([&](int) {
    served.stop(is_stopped ? runner::manner::hard : runner::manner::kindly);
    is_stopped = true;
  });
  if (!request.needs.empty()) (void)make_folder(logs);
  served.start(work, [&](outcome with) {
    end = std::move(with);
    served.end_shared(runner::manner::kindly);
  });
  loop.run();
  signals.reset();
  if (end.good())
    for (const std::string& each : written) (void)remove_tree(each);
  self::forget_old_logs(of.where, logs);
  if (end.failure) end.failure = masked(*std::move(end.failure), *secrets.finder());
  return end;
}

}  // namespace cicd
