// HEALTH cluster and HEALTH command, and which of them an environment has.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/declare/health.hpp>
#include <cicd/declare/placeholders.hpp>
#include <cicd/deliver/asked_program.hpp>
#include <cicd/deliver/cluster/waves.hpp>
#include <cicd/deliver/health.hpp>
#include <cicd/deliver/release_draft.hpp>
#include <cicd/kubernetes/rollout/workload_health.hpp>

namespace cicd {

namespace deliver_health {
namespace {

error not_known(const declared_pipeline& pipeline,
                const environment& place,
                std::string why,
                const deployment_record& there = {}) {
  return error{exit_class::remote,
               pipeline.declared.name.str() + "/" + place.name.str(),
               fmt::format("it is not known whether {} is healthy", place.name.view()),
               joined(words_with_release(health_words_of(place), pipeline, place, there), " "),
               {{"caused by", displayable(why)}}};
}

/// Cancels what is asked when its time is over, or when the run is cancelled.
class time_limit {
 public:
  time_limit(std::chrono::milliseconds limit, const cancellation& outer)
      : waits_([this, limit, outer] {
          std::unique_lock lock(mutex_);
          const auto end = system_clock_port().elapsed() + limit;
          while (!done_ && !outer.cancelled() && system_clock_port().elapsed() < end)
            changed_.wait_for(lock, std::chrono::milliseconds(100));
          if (!done_) own_.cancel();
        }) {}
  ~time_limit() {
    {
      const std::lock_guard lock(mutex_);
      done_ = true;
    }
    changed_.notify_all();
    waits_.join();
  }
  time_limit(const time_limit&) = delete;
  time_limit& operator=(const time_limit&) = delete;

  const cancellation& cancelled() const { return own_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  cancellation own_;
  std::thread waits_;
};

/// Whether each container of a workload runs what the record says.
bool has_images(const json& workload, const deployment_record& of) {
  const auto& containers = workload["spec"]["template"]["spec"]["containers"].elements();
  return std::ranges::all_of(containers, [&](const json& each) {
    const std::string image = each["image"].text();
    const auto at = image.find("@sha256:");
    const std::string repository = image.substr(0, image.find_first_of("@", image.rfind('/') + 1));
    bool is_ours = false, is_same = false;
    for (const auto& [name, known] : of.images) {
      const std::string own = known.reference.substr(0, known.reference.find('@'));
      const bool is_of_it = repository.substr(0, repository.rfind(':')) == own.substr(0, own.rfind(':'));
      is_ours = is_ours || is_of_it;
      is_same = is_same || (at != image.npos && image.substr(at + 1) == oci_text(known.manifest));
    }
    return is_same || !is_ours;  // a container of another's image has no part in it
  });
}

result<health_answer> health_in_cluster(const declared_pipeline& pipeline,
                                        const environment& place,
                                        const deployment_record& there,
                                        kubernetes::cluster& with,
                                        const cluster_place& at) {
  using enum health_answer::state;
  health_answer made{.is = healthy, .says = {}, .commit = there.commit};
  std::size_t count = 0;
  for (const char* kind : {"Deployment", "StatefulSet", "DaemonSet"}) {
    const kubernetes::api_answer all = with.list(kind, at.namespace_name, at.selector());
    if (!all) {
      if (kind == std::string_view("DaemonSet")) continue;  // cicd makes none; a Role need not allow it
      return not_known(pipeline, place, all.failure->message);
    }
    for (const json& each : all.object["items"].elements()) {
      ++count;
      if (!has_images(each, there))
        return health_answer{not_yet, "the cluster does not have these images yet", there.commit};
      const kubernetes::workload_health one = kubernetes::health_of_workload(each);
      if (one.is_healthy || made.is == unhealthy) continue;
      made.is = one.is_failing ? unhealthy : not_yet;
      made.says = displayable(one.says);
    }
  }
  if (count == 0 && !pipeline.declared.services.empty())
    return health_answer{not_yet, fmt::format("there is no workload in namespace {}", at.namespace_name),
                         there.commit};
  return made;
}

result<health_answer> ask_cluster(const way_context& in,
                                  const declared_pipeline& pipeline,
                                  const environment& place,
                                  const deployment_record& there) {
  environment asked = place;
  asked.context = {health_words_of(place).front()};
  asked.eks.clear();
  cluster_wave wave = waves_of(in.where, pipeline, asked).front();
  const time_limit limit(longest_health_answer, in.options.cancelled);
  auto with = open_wave(wave, in.around, &limit.cancelled());
  if (!with)
    return not_known(pipeline, place,
                     limit.cancelled().cancelled() ? "it took longer than 10s" : with.error().what);
  result<health_answer> answer = health_in_cluster(pipeline, place, there, **with, wave.place);
  if (!answer && limit.cancelled().cancelled()) return not_known(pipeline, place, "it took longer than 10s");
  return answer;
}

result<health_answer> ask_command(const way_context& in,
                                  const declared_pipeline& pipeline,
                                  const environment& place,
                                  const deployment_record& there) {
  using enum health_answer::state;
  const std::vector<std::string> words = words_with_release(health_words_of(place), pipeline, place, there);
  const program_end end =
      ask({words, pipeline.source_directory, longest_health_answer, {}, in.options.masked}, in.around,
          in.options.cancelled);
  if (end.is_missing)
    return no_such_program(pipeline.declared.name.str() + "/" + place.name.str(), pipeline,
                           "environment." + place.name.str() + ".health", words, end.how);
  switch (end.is) {
    case program_end::state::yes: return health_answer{healthy, {}, there.commit};
    case program_end::state::no_answer: return not_known(pipeline, place, end.how, there);
    case program_end::state::interrupted:
      return error{
          exit_class::interrupted, pipeline.declared.name.str(), "interrupted during HEALTH", {}, {}};
    case program_end::state::no: break;
  }
  const auto last = end.last_lines.substr(end.last_lines.rfind('\n') + 1);
  return health_answer{unhealthy, displayable(end.how + (last.empty() ? "" : ": " + last)), there.commit};
}

}  // namespace
}  // namespace deliver_health

std::vector<std::string> words_with_release(std::span<const text> words,
                                            const declared_pipeline& pipeline,
                                            const environment& place,
                                            const deployment_record& of) {
  const placeholder_values values{{"pipeline", pipeline.declared.name.str()},
                                  {"environment", place.name.str()},
                                  {"namespace", place.namespace_name.str()},
                                  {"version", of.tag.empty() ? of.version : version_of_tag(of.tag)},
                                  {"commit", of.commit},
                                  {"commit_short", of.commit.substr(0, 7)},
                                  {"branch", of.branch}};
  std::vector<std::string> made;
  for (const text& each : words) made.push_back(with_placeholders(each.view(), values));
  return made;
}

result<health_answer> ask_health(const way_context& in,
                                 const way& by,
                                 const declared_pipeline& pipeline,
                                 const environment& place,
                                 const deployment_record& there) {
  switch (health_source_of(place)) {
    case health_source::argocd: return ask_argocd(in, by, pipeline, place);
    case health_source::cluster: return deliver_health::ask_cluster(in, pipeline, place, there);
    case health_source::command: return deliver_health::ask_command(in, pipeline, place, there);
    default: break;
  }
  return deliver_health::not_known(pipeline, place, "nothing is asked of this environment");
}

}  // namespace cicd
