// The calls that adoption writes, and the live objects of one workload that they come from. What the files of
// adoption hand to each other.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cicd/kubernetes/adopt/adopt.hpp>

namespace cicd::kubernetes::adopting {

/// A call of a declaring function, with words for a person above it.
struct written_call {
  std::string function;  ///< `pipeline_service`
  std::vector<std::string> names;
  std::vector<std::pair<std::string, std::vector<std::string>>> options{};
  std::string above{};                           ///< a comment; may have several lines
  std::map<std::string, std::string> origins{};  ///< by keyword: where its values come from, a comment

  void add(std::string_view keyword, std::vector<std::string> values) {
    if (!values.empty()) options.emplace_back(keyword, std::move(values));
  }
  void add(std::string_view keyword, std::string value) {
    if (!value.empty()) options.emplace_back(keyword, std::vector<std::string>{std::move(value)});
  }
  void add_flag(std::string_view keyword) { options.emplace_back(keyword, std::vector<std::string>{}); }
};

/// As CMake reads it; a long call has a keyword a line.
std::string text_of(const written_call& call);
/// The words of the call, as CMake records them.
std::vector<std::string> words_of(const written_call& call);

/// One live workload and those that belong to it; each may be null.
struct found_workload {
  json running;                     ///< Deployment, StatefulSet or CronJob, declared part only
  json front;                       ///< the Service of its name
  json ingress;                     ///< one that leads to `front` in the shape that ours have
  json autoscaler;                  ///< by CPU alone, of its name
  json budget;                      ///< by maxUnavailable, of its name
  json account;                     ///< with the annotation of an AWS role
  bool is_scaled_by_other = false;  ///< an autoscaler that no keyword can say

  bool is_scheduled() const { return running["kind"].text() == "CronJob"; }
  std::string name() const { return running["metadata"]["name"].text(); }
  const json& pod() const;   ///< `spec.template` of it
  const json& main() const;  ///< the container that the others stand beside
};

/// What the calls of one workload need to know of the others.
struct adopted_names {
  std::string pipeline, image;  ///< `image` empty where the pipeline has only one
  std::string name;             ///< of the service or cron job
  int server_minor = 0;
};

/// `pipeline_service` or `pipeline_cron_job`. Renames the volumes in `of` that VOLUMES says, and moves what
/// it deliberately leaves to our defaults out of the comparison; says so in `changes`.
written_call call_for(found_workload& of, const adopted_names& names, std::vector<std::string>& changes);
/// `pipeline_container` for each further container that runs the workload's own image.
std::vector<written_call> container_calls(found_workload& of,
                                          const adopted_names& names,
                                          std::vector<std::string>& changes);

/// Keeps the last of a container's variables of one name, which counts; says so in `changes`.
void keep_last_variables(found_workload& of, std::vector<std::string>& changes);
/// Which container of a pod the others stand beside.
std::size_t main_index(const json& pod);
/// How many pods there are at least.
std::int64_t least_replicas(const found_workload& of);
// --- options of what pods hold ---

/// `key=value` of those that can be said so.
std::vector<std::string> pairs_of(const json& map);
/// ENV and SECRET_ENV.
void add_variables(written_call& to, const json& container);
/// Where it is an amount as our keywords take it.
void add_quantity(written_call& to, std::string_view keyword, const json& value);
/// All that services and cron jobs have in common.
void add_pods(written_call& to, found_workload& of);

/// `docker.io/library/nginx` of `nginx:1.25`.
std::string whole_repository(std::string_view reference);

// --- altering a copy of what the server gave ---

template <typename Change>
void change_member(json& of, std::string_view key, Change&& change) {
  json member = of[key];
  change(member);
  of.set(std::string(key), std::move(member));
}

template <typename Change>
void change_template(json& running, Change&& change) {
  const auto in_spec = [&](json& spec) { change_member(spec, "template", change); };
  change_member(running, "spec", [&](json& spec) {
    if (running["kind"].text() != "CronJob") return in_spec(spec);
    change_member(spec, "jobTemplate", [&](json& jobs) { change_member(jobs, "spec", in_spec); });
  });
}

template <typename Change>
void change_elements(json& list, Change&& change) {
  json::array all = list.elements();
  for (json& each : all) change(each);
  list = json(std::move(all));
}

inline json without_member(const json& object, std::string_view key) {
  json::object kept;
  for (const auto& member : object.members())
    if (member.first != key) kept.push_back(member);
  return json(std::move(kept));
}

}  // namespace cicd::kubernetes::adopting
