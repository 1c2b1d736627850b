// A Job's life as three watches tell it: of the Job, of its pods, of what the cluster says about both. Logs
// are read by container_log, causes found by diagnosis; here is what follows from them, and when it is over.
#pragma once

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include <cicd/base/digest.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/kubernetes/api/container_log.hpp>
#include <cicd/kubernetes/jobs/job_run.hpp>
#include <cicd/kubernetes/rollout/container_exit.hpp>

namespace cicd::kubernetes {
namespace kubernetes_jobs_job_run {

/// How long pods and logs may lag behind a Job that has ended.
inline constexpr std::chrono::seconds lag{15};

inline bool has_condition(const json& job, std::string_view type) {
  return std::ranges::any_of(job["status"]["conditions"].elements(), [&](const json& each) {
    return each["type"].text() == type && each["status"].text() == "True";
  });
}

inline std::string failure_reason(const json& job) {
  for (const json& each : job["status"]["conditions"].elements())
    if (each["type"].text() == "Failed" && each["status"].text() == "True") return each["reason"].text();
  return {};
}

inline object_key key_of(const json& job) {
  const json& metadata = job["metadata"];
  return {"Job", metadata["namespace"].text(), metadata["name"].text()};
}

class watched_run {
 public:
  watched_run(cluster& with, json job, const job_options& options)
      : with_(with), options_(options), key_(key_of(job)), job_(std::move(job)) {}

  result<job_end> to_its_end() {
    watch_job();
    watch_pods();
    watch_events(job_["metadata"]["uid"].text());
    status ran = with_.run();
    watches_.clear();
    if (!ran) return std::move(ran).error();
    if (failure_) return *std::move(failure_);
    return stuck_ ? never_ran() : end();
  }

 private:
  struct seen_pod {
    json object;
    bool gone = false;
    std::string in_trouble;  ///< the cause that is waited for
    std::shared_ptr<void> patience;
  };

  void say(const std::string& line) const {
    if (options_.say) options_.say(line);
  }

  // --- what is watched ---

  void watch_job() {
    watches_.push_back(with_.watch(
        {.kind = "Job",
         .namespace_name = key_.namespace_name,
         .labels = {},
         .fields = "metadata.name=" + key_.name,
         .changed = [this](const std::string& type, const json& job) { on_job(type, job); },
         .refused =
             [this](const api_failure& why) { fail(error_of(why, key_.text(), key_, "watch Jobs")); }}));
  }

  void watch_pods() {
    const object_key pods{"Pod", key_.namespace_name, {}};
    watches_.push_back(
        with_.watch({.kind = "Pod",
                     .namespace_name = key_.namespace_name,
                     .labels = "batch.kubernetes.io/controller-uid=" + job_["metadata"]["uid"].text(),
                     .changed = [this](const std::string& type, const json& pod) { on_pod(type, pod); },
                     .refused =
                         [this, pods](const api_failure& why) {
                           blind_ = true;
                           say("its pods cannot be watched, so its log cannot be shown: "
                               + error_of(why, key_.text(), pods, "watch Pods").what);
                         }}));
  }

  void watch_events(const std::string& about) {
    watches_.push_back(
        with_.watch({.kind = "Event",
                     .namespace_name = key_.namespace_name,
                     .labels = {},
                     .fields = "involvedObject.uid=" + about,
                     .changed = [this](const std::string&, const json& event) { on_event(event); },
                     .refused = [](const api_failure&) {}}));
  }

  // --- what happens ---

  void on_job(const std::string& type, const json& job) {
    if (!job.is_object() || job["metadata"]["uid"] != job_["metadata"]["uid"]) return;
    if (type == "DELETED")
      return fail(error{exit_class::conflict, key_.text(), "it was removed while it ran", {}, {}});
    job_ = job;
    if (!over_ && (has_condition(job_, "Complete") || has_condition(job_, "Failed"))) {
      over_ = true;
      last_wait_ = with_.after(lag, [this] { with_.stop(); });
    }
    stop_when_settled();
  }

  void on_pod(const std::string& type, const json& pod) {
    if (!pod.is_object()) return;
    const std::string name = pod["metadata"]["name"].text();
    const bool is_new = !pods_.contains(name);
    seen_pod& of = pods_[name];
    of.object = pod;
    of.gone = type == "DELETED";
    if (is_new) {
      watch_events(pod["metadata"]["uid"].text());
      if (pods_.size() > 1) say(fmt::format("tried again in pod {}", displayable(name)));
    }
    show_logs(name, of);
    judge(name, of);
    stop_when_settled();
  }

  void on_event(const json& event) {
    if (!event.is_object()) return;
    pod_event said = event_from(event);
    if (said.about == job_["metadata"]["uid"].text()) {
      if (said.reason == "FailedCreate" && pods_.empty()) judge_refusal(finding_of_refusal(said.message));
      return;
    }
    events_.push_back(std::move(said));
    for (auto& [name, of] : pods_)
      if (of.object["metadata"]["uid"].text() == events_.back().about) judge(name, of);
  }

  /// The log of the main container, and that of an initial one that failed.
  void show_logs(const std::string& name, seen_pod& of) {
    show_log(name, of, main_container_of(of.object));
    if (const auto ended = end_of_pod(of.object); ended && !ended->good && !ended->container.empty())
      show_log(name, of, ended->container);
  }

  void show_log(const std::string& name, const seen_pod& of, const std::string& container) {
    const json& now = container_status(of.object, container);
    const bool ended = now["state"]["terminated"].is_object();
    const std::string id = fmt::format("{}/{}/{}", name, container, now["restartCount"].integer());
    for (auto& [other, log] : logs_)
      if (other != id && other.starts_with(name + "/" + container + "/")) log->give_up();
    const bool can_be_read = ended || now["state"]["running"].is_object();
    if (!logs_.contains(id) && can_be_read && !of.gone)
      logs_[id] = std::make_unique<container_log>(
          with_, container_log::source{key_.namespace_name, name, container},
          [this](std::string_view line) {
            if (options_.output) options_.output(line);
          },
          [this] { stop_when_settled(); });
    const auto log = logs_.find(id);
    if (log == logs_.end()) return;
    if (ended)
      log->second->container_ended();
    else
      log->second->follow();
    if (of.gone) log->second->give_up();
  }

  // --- what keeps it from running ---

  static bool has_begun(const json& pod) {
    const json& state = container_status(pod, main_container_of(pod))["state"];
    return state["running"].is_object() || state["terminated"].is_object() || end_of_pod(pod).has_value();
  }

  void judge(const std::string& name, seen_pod& of) {
    std::vector<finding> found;
    if (!of.gone && !over_ && !has_begun(of.object)) found = findings_of(of.object, events_);
    if (found.empty()) {
      of.in_trouble.clear();
      of.patience.reset();
    } else {
      wait_or_give_up(std::move(found.front()), of.in_trouble, of.patience, name);
    }
  }

  void judge_refusal(finding found) { wait_or_give_up(std::move(found), refused_, refused_patience_, {}); }

  void wait_or_give_up(finding found,
                       std::string& in_trouble,
                       std::shared_ptr<void>& patience,
                       const std::string& pod) {
    found.about.object = key_.text();
    const std::string cause = found.about.cause;
    if (found.about.hopeless) return give_up(std::move(found.about));
    if (in_trouble == cause) return;
    in_trouble = cause;
    say(fmt::format("not running yet: {}", summary_of(found.about)));
    patience =
        with_.after(std::max(default_patience(cause), found.allowed), [this, about = found.about, pod] {
          const bool has_pod = pod.empty() ? !pods_.empty() : has_begun(pods_[pod].object);
          if (!has_pod) give_up(about);
        });
  }

  void give_up(diagnosis why) {
    stuck_ = std::move(why);
    with_.stop();
  }

  void fail(error why) {
    failure_ = std::move(why);
    with_.stop();
  }

  // --- its end ---

  /// The Job has ended, each of its pods is known to have, and no line is missing.
  void stop_when_settled() {
    if (!over_) return;
    const json& counts = job_["status"];
    const auto expected =
        static_cast<std::size_t>(counts["succeeded"].integer() + counts["failed"].integer());
    const auto ended = static_cast<std::size_t>(std::ranges::count_if(
        pods_, [](const auto& each) { return each.second.gone || end_of_pod(each.second.object); }));
    const bool all_read =
        std::ranges::all_of(logs_, [](const auto& each) { return each.second->is_complete(); });
    if (blind_ || (ended == pods_.size() && ended >= expected && all_read)) with_.stop();
  }

  job_end never_ran() const {
    return {.good = false, .status = 0, .meaning = summary_of(*stuck_), .why = stuck_};
  }

  const json* last_pod() const {
    const json* last = nullptr;
    for (const auto& [name, of] : pods_)
      if (last == nullptr
          || (*last)["metadata"]["creationTimestamp"].text()
                 <= of.object["metadata"]["creationTimestamp"].text())
        last = &of.object;
    return last;
  }

  job_end end() const {
    job_end made{.good = has_condition(job_, "Complete"), .status = 0, .meaning = "exit status 0", .why = {}};
    if (made.good) return made;
    const std::string reason = failure_reason(job_);
    const json* pod = last_pod();
    const auto ended = pod == nullptr ? std::nullopt : end_of_pod(*pod);
    made.meaning = "failed: " + displayable(reason);
    if (ended) {
      made.status = ended->status;
      made.meaning = ended->meaning;
      if (!ended->ran) made.why = why_not_started(*pod);
    }
    if (reason == "DeadlineExceeded") {
      const std::chrono::seconds length(job_["spec"]["activeDeadlineSeconds"].integer());
      made.meaning = "ended after its deadline of " + human_duration(length);
    }
    return made;
  }

  std::optional<diagnosis> why_not_started(const json& pod) const {
    std::vector<finding> found = findings_of(pod, events_);
    if (found.empty()) return std::nullopt;
    found.front().about.object = key_.text();
    return found.front().about;
  }

  cluster& with_;
  const job_options& options_;
  const object_key key_;
  json job_;
  std::map<std::string, seen_pod> pods_;
  std::map<std::string, std::unique_ptr<container_log>> logs_;  ///< by pod, container and start
  std::vector<pod_event> events_;
  std::vector<std::shared_ptr<void>> watches_;
  std::shared_ptr<void> last_wait_, refused_patience_;
  std::string refused_;
  std::optional<diagnosis> stuck_;
  std::optional<error> failure_;
  bool over_ = false, blind_ = false;
};

inline error taken_name(const object_key& of) {
  return {exit_class::conflict,
          of.text(),
          "a Job of that name is there already",
          of.name,
          {{"try", fmt::format("kubectl -n {} get job {}", of.namespace_name, of.name)}}};
}

/// Without an answer it may be there all the same.
inline error not_created(const api_failure& failure, const object_key& of) {
  error why = error_of(failure, of.text(), of, "create " + of.text());
  if (failure.code != 0) return why;
  return std::move(why).with("perhaps it was created",
                             fmt::format("kubectl -n {} delete job {}", of.namespace_name, of.name));
}

inline void remove_job(cluster& with,
                       const object_key& of,
                       const job_options& options,
                       std::string_view when) {
  const api_answer removed = with.remove(of, {}, "Background");
  if (!options.say) return;
  if (removed.failure && !removed.is_missing())
    options.say(fmt::format("{} could not be removed: {}; it may still run: kubectl -n {} delete job {}",
                            of.text(), displayable(removed.failure->message), of.namespace_name, of.name));
  else if (!when.empty())
    options.say(fmt::format("{} was removed {}", of.text(), when));
}

}  // namespace kubernetes_jobs_job_run

job_standing standing_of(const json& job) {
  using kubernetes_jobs_job_run::has_condition;
  if (has_condition(job, "Complete")) return job_standing::good;
  return has_condition(job, "Failed") ? job_standing::failed : job_standing::runs;
}

result<job_end> run_job(cluster& with, const json& job, const job_options& options) {
  using namespace kubernetes_jobs_job_run;
  const api_answer created = with.create(job);
  if (!created && created.failure->code == 409) return taken_name(key_of(job));
  if (!created) return not_created(*created.failure, key_of(job));
  const object_key key = key_of(created.object);
  if (options.say) options.say(fmt::format("{} was created in namespace {}", key.text(), key.namespace_name));
  return follow_job(with, created.object, options);
}

result<job_end> follow_job(cluster& with, const json& there, const job_options& options) {
  using namespace kubernetes_jobs_job_run;
  const object_key key = key_of(there);
  result<job_end> end = watched_run(with, there, options).to_its_end();
  const bool interrupted = !end && end.error().kind == exit_class::interrupted;
  if (interrupted && !options.remove_interrupted) {
    if (options.say) options.say(fmt::format("{} goes on in the cluster", key.text()));
    return end;
  }
  if (interrupted)
    remove_job(*with.second_connection(), key, options, "with its pods, since it was interrupted");
  else if (options.remove)
    remove_job(with, key, options, "");
  else if (end && !end->good && end->why && options.say)
    options.say(fmt::format("{} is still there: kubectl -n {} delete job {}", key.text(), key.namespace_name,
                            key.name));
  return end;
}

std::string job_name(std::string_view of, std::string_view unique) {
  constexpr std::size_t most = 63, digits = 8;
  std::string name(of.substr(0, most - digits - 1));
  while (name.ends_with('-')) name.pop_back();
  return name + '-' + hex(sha256(unique)).substr(0, digits);
}

}  // namespace cicd::kubernetes
