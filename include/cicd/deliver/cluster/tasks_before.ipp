// See tasks_before.hpp.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/cluster/tasks_before.hpp>
#include <cicd/kubernetes/api/deletion.hpp>
#include <cicd/kubernetes/jobs/job_run.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd {

namespace deliver_cluster_tasks_before {
namespace {

using kubernetes::api_answer;
using kubernetes::job_standing;
using kubernetes::object_key;

constexpr std::int64_t longest_seconds = 600, kept_seconds = 7 * 24 * 3600;
constexpr std::size_t kept_lines = 10;
constexpr const char* task_label = "cicd.dev/task";

std::vector<std::string> command_of(const deploy_task& task) {
  std::vector<std::string> words;
  for (const text& word : task.command) words.push_back(word.str());
  return words;
}

/// The artifact where there is one: another commit is another artifact, also with the same images.
std::string what_for(const wanted_release& of, const deploy_task& task) {
  sha256_stream over;
  over.update("task\n" + of.record.pipeline + '\n' + of.record.environment + '\n' + of.place.branch_key + '\n'
              + task.name.str() + '\n');
  if (of.record.artifact) {
    over.update(oci_text(of.record.artifact) + '\n');
  } else {
    for (const auto& [name, image] : of.record.images)
      over.update(name + '=' + oci_text(image.manifest) + '\n');
    for (const std::string& word : command_of(task)) over.update(fmt::format("{}:{}\n", word.size(), word));
  }
  return hex(over.finish());
}

std::string selector_of(const wanted_release& of, const deploy_task& task) {
  return of.place.selector() + "," + task_label + "=" + of.place.pipeline + "." + task.name.str();
}

object_key key_of(const wanted_release& of, const due_task& what) {
  return {"Job", of.place.namespace_name, what.job};
}

result<json> job_for(const wanted_release& of, const due_task& what) {
  const std::string service = service_of(what.declared, of.pipeline->declared);
  result<json> job = kubernetes::job_of(*of.pipeline, of.facts, service, command_of(what.declared), what.job);
  if (!job) return job;
  json spec = (*job)["spec"], metadata = (*job)["metadata"], labels = metadata["labels"];
  const std::int64_t deadline = what.declared.deadline.whole_seconds();
  spec.set("activeDeadlineSeconds", deadline > 0 ? deadline : longest_seconds);
  spec.set("backoffLimit", 0);  // half a migration is not tried again by itself
  spec.set("ttlSecondsAfterFinished", kept_seconds);
  labels.set(task_label, of.place.pipeline + "." + what.declared.name.str());
  metadata.set("labels", std::move(labels));
  metadata.set("namespace", of.place.namespace_name);
  job->set("spec", std::move(spec));
  job->set("metadata", std::move(metadata));
  return job;
}

finished_task finished(const wanted_release& of, const due_task& what) {
  return {.task = what.declared.name.str(),
          .version = of.record.version,
          .of = what.of,
          .generation = of.record.generation,
          .job = what.job,
          .who = of.record.who,
          .when = of.record.when};
}

error failed(const wanted_release& of,
             const due_task& what,
             const kubernetes::job_end& end,
             const std::vector<std::string>& last,
             const std::string& subject) {
  error why{exit_class::step_failed,
            subject,
            fmt::format("task '{}' failed before the deploy: {}", what.declared.name.view(), end.meaning),
            shell_quoted(command_of(what.declared)),
            {}};
  if (end.why) why = std::move(why).with("because", std::string(trimmed(text_of(*end.why))));
  return std::move(why)
      .with("last lines", joined(last, "\n"))
      .with("Job", fmt::format("kubectl -n {} logs job/{}", of.place.namespace_name, what.job))
      .with("try", "mend it, and deploy again: the task is run again");
}

/// What is there of an earlier run; nothing where the task is to be run. One that failed is removed.
result<std::optional<json>> earlier_job(kubernetes::cluster& with,
                                        const wanted_release& of,
                                        const due_task& what,
                                        const task_run& how) {
  const object_key key = key_of(of, what);
  const api_answer there = with.get(key);
  if (there.is_missing()) return std::optional<json>();
  if (!there) return error_of(*there.failure, how.subject, key, "look for " + key.text());
  const bool is_going = kubernetes::is_being_deleted(there.object);
  if (!is_going && kubernetes::standing_of(there.object) != job_standing::failed)
    return std::optional(there.object);
  if (how.say) how.say(fmt::format("{} of an earlier run failed: the task is run again", key.text()));
  const api_answer removed = is_going ? api_answer{} : with.remove(key, {}, "Background");
  if (removed.failure && !removed.is_missing())
    return error_of(*removed.failure, how.subject, key, "remove " + key.text());
  if (status gone = kubernetes::wait_until_gone(with, key, {.subject = how.subject}); !gone)
    return std::move(gone).error();
  return std::optional<json>();
}

}  // namespace
}  // namespace deliver_cluster_tasks_before

std::vector<due_task> tasks_due(const wanted_release& of, const std::vector<finished_task>& done) {
  using namespace deliver_cluster_tasks_before;
  std::vector<due_task> due;
  if (of.pipeline == nullptr || !of.runs_tasks) return due;
  for (deploy_task& each :
       tasks_in(of.pipeline->declared, of.place.environment, kubernetes::copy_named(of.facts.on))) {
    std::string what = what_for(of, each);
    if (std::ranges::any_of(done, [&](const finished_task& one) { return one.of == what; })) continue;
    const std::string name = fmt::format("{}-{}", of.place.pipeline, each.name.view());
    std::string job = kubernetes::job_name(name, what);
    due.push_back({std::move(each), std::move(what), std::move(job)});
  }
  return due;
}

result<finished_task> run_before(kubernetes::cluster& with,
                                 const wanted_release& of,
                                 const due_task& what,
                                 const task_run& how) {
  using namespace deliver_cluster_tasks_before;
  result<std::optional<json>> earlier = earlier_job(with, of, what, how);
  if (!earlier) return std::move(earlier).error();
  const std::string name = what.declared.name.str();
  if (*earlier && kubernetes::standing_of(**earlier) == job_standing::good) {
    if (how.say)
      how.say(fmt::format("task '{}' ran already: Job {} of an earlier run ended well", name, what.job));
    return finished(of, what);
  }
  std::vector<std::string> last;
  kubernetes::job_options options{.remove = false, .remove_interrupted = false, .output = {}, .say = how.say};
  options.output = [&](std::string_view line) {
    last.push_back(displayable(line));
    if (last.size() > kept_lines) last.erase(last.begin());
    if (how.say) how.say(fmt::format("{}: {}", name, displayable(line)));
  };
  result<kubernetes::job_end> end = error{exit_class::step_failed, {}, {}, {}, {}};
  if (*earlier) {
    if (how.say)
      how.say(fmt::format("task '{}' runs already: following Job {} of an earlier run", name, what.job));
    end = kubernetes::follow_job(with, **earlier, options);
  } else {
    const result<json> job = job_for(of, what);
    if (!job) return job.error();
    if (how.say) how.say(fmt::format("task '{}': {}", name, shell_quoted(command_of(what.declared))));
    end = kubernetes::run_job(with, *job, options);
  }
  if (!end) return std::move(end).error();
  if (!end->good) return failed(of, what, *end, last, how.subject);
  if (how.say) how.say(fmt::format("task '{}' ended: {}", name, end->meaning));
  return finished(of, what);
}

void forget_jobs(kubernetes::cluster& with, const wanted_release& of, const due_task& what) {
  using namespace deliver_cluster_tasks_before;
  const api_answer list = with.list("Job", of.place.namespace_name, selector_of(of, what.declared));
  if (!list) return;
  for (const json& each : list.object["items"].elements())
    if (kubernetes::standing_of(each) != job_standing::runs)
      (void)with.remove({"Job", of.place.namespace_name, each["metadata"]["name"].text()}, {}, "Background");
}

}  // namespace cicd
