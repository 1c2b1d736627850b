// Objects of the namespace whose selector would take a branch's pods by accident: check_labels of branch.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/branch/branch.hpp>
#include <cicd/deliver/cluster/selector.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd {

namespace deliver_branch_branch_selector_conflicts {
namespace {

using kubernetes::api_answer;
using kubernetes::object_key;

/// Pods as the plan would make them.
struct pods {
  object_key of;
  json labels;
};

/// A kind that finds pods by their labels, and what it would do to those that it takes by accident.
struct taker {
  const char* kind;
  const char* harm;
};
constexpr std::array<taker, 7> takers{{
    {"Service", "it would send them its requests"},
    {"PodDisruptionBudget", "they would count in its budget"},
    {"NetworkPolicy", "its rules would hold for them"},
    {"Deployment", "it could take them for its own"},
    {"ReplicaSet", "it could take them for its own"},
    {"StatefulSet", "it could take them for its own"},
    {"HorizontalPodAutoscaler", "it would change their number"},
}};

std::vector<pods> pods_of(const cluster_plan& plan) {
  std::vector<pods> all;
  for (const planned_object& one : plan.objects)
    if (one.kind != planned_object::what::remove)
      if (const json& made = pod_template_of(one.wanted); !made.is_null())
        all.push_back({one.key, made["metadata"]["labels"]});
  return all;
}

class judge {
 public:
  judge(kubernetes::cluster& with, const wanted_release& wanted, const cluster_plan& plan)
      : with_(with), wanted_(wanted), plan_(plan), pods_(pods_of(plan)) {
    for (const planned_object& one : plan.objects) own_.insert(one.key);
    own_.insert(plan.before.inventory.begin(), plan.before.inventory.end());
  }

  status look() {
    if (status made = namespace_is_ours(); !made) return made;
    if (pods_.empty()) return {};
    if (wanted_.facts.on == kubernetes::track::canary)
      if (status read = read_production(); !read) return read;
    std::set<std::string> namespaces;
    for (const pods& each : pods_) namespaces.insert(each.of.namespace_name);
    for (const std::string& name : namespaces)
      for (const taker& each : takers)
        if (status alone = look_at(each, name); !alone) return alone;
    return {};
  }

 private:
  /// A namespace of a preview's own is removed with it: so it must hold nothing else.
  status namespace_is_ours() const {
    const std::string& own = wanted_.facts.of_branch.namespace_name;
    if (own.empty()) return {};
    for (const planned_object& one : plan_.objects) {
      if (one.key.kind != "Namespace" || one.live.is_null()) continue;
      const json& labels = one.live["metadata"]["labels"];
      if (labels[kubernetes::branch_label].text() == wanted_.place.branch_key
          && labels["cicd.dev/pipeline"].text() == wanted_.place.pipeline)
        continue;
      return error{exit_class::conflict,
                   wanted_.place.text(),
                   "the namespace is there already and was not made for this preview, which would remove it "
                   "at its end",
                   own,
                   {{"try", "another NAMESPACE in pipeline_preview(), such as <pipeline>-{slug}"}}};
    }
    return {};
  }

  /// What takes production's pods may take a canary's too, where it is a rule and no sender of requests.
  status read_production() {
    const object_key key{"Deployment", wanted_.place.namespace_name, service_name()};
    const api_answer answer = with_.get(key);
    if (answer) production_ = pod_template_of(answer.object)["metadata"]["labels"];
    if (answer || answer.is_missing()) return {};
    return error_of(*answer.failure, wanted_.place.text(), key, "read " + key.text());
  }

  std::string service_name() const {
    const auto named = wanted_.state_facts.find(branch_fact::workload);
    if (named != wanted_.state_facts.end()) return named->second;
    return kubernetes::workload_name(wanted_.place.pipeline, wanted_.facts.of_branch.services.front());
  }

  status look_at(const taker& by, const std::string& namespace_name) const {
    const api_answer all = with_.list(by.kind, namespace_name, "");
    if (!all) return cannot_know(*all.failure, by, namespace_name);
    for (const json& each : all.object["items"].elements()) {
      const object_key key{by.kind, namespace_name, each["metadata"]["name"].text()};
      if (own_.contains(key)) continue;
      for (const pods& one : pods_)
        if (one.of.namespace_name == namespace_name && takes(by, each, one) && !is_meant(key, each))
          return taken(by, key, each, one);
    }
    return {};
  }

  static bool takes(const taker& by, const json& object, const pods& one) {
    const std::string_view kind = by.kind;
    const json& spec = object["spec"];
    if (kind == "Service") return map_takes(spec["selector"], one.labels);
    if (kind == "HorizontalPodAutoscaler")
      return spec["scaleTargetRef"]["kind"].text() == one.of.kind
             && spec["scaleTargetRef"]["name"].text() == one.of.name;
    return selector_takes(selector_of(by, object), one.labels);
  }

  static const json& selector_of(const taker& by, const json& object) {
    return object["spec"][std::string_view(by.kind) == "NetworkPolicy" ? "podSelector" : "selector"];
  }

  bool is_meant(const object_key& key, const json& object) const {
    const bool is_policy = key.kind == "NetworkPolicy";
    if (is_policy && selector_text(object["spec"]["podSelector"]) == "everything") return true;
    if (wanted_.facts.on != kubernetes::track::canary) return false;
    if (key.kind == "Service") return key.name == service_name() && is_of_environment(object);
    const bool is_rule = is_policy || key.kind == "PodDisruptionBudget";
    return is_rule && selector_takes(object["spec"][is_policy ? "podSelector" : "selector"], production_);
  }

  bool is_of_environment(const json& object) const {
    const json& labels = object["metadata"]["labels"];
    return labels["cicd.dev/pipeline"].text() == wanted_.place.pipeline
           && labels["cicd.dev/environment"].text() == wanted_.place.environment;
  }

  error taken(const taker& by, const object_key& key, const json& object, const pods& one) const {
    const bool is_scaler = key.kind == "HorizontalPodAutoscaler";
    const std::string how = is_scaler ? "names " + one.of.text() : selector_text(selector_of(by, object));
    error failure{exit_class::conflict,
                  wanted_.place.text(),
                  fmt::format("the branch's pods would be taken by what does not mean them: {}", by.harm),
                  displayable(key.text()),
                  {{"its selector", how}, {"the pods", one.of.text()}}};
    if (!is_scaler)
      failure.notes.push_back({"their labels", labels_taken(selector_of(by, object), one.labels)});
    const bool is_canary = wanted_.facts.on == kubernetes::track::canary;
    return std::move(failure).with(
        "try", is_canary
                   ? fmt::format("{}=stable in that selector", kubernetes::track_label)
                   : fmt::format("{}=stable in that selector, or NAMESPACE {}-{{slug}} in pipeline_preview()",
                                 kubernetes::track_label, wanted_.place.pipeline));
  }

  /// Those labels that the selector asks for.
  static std::string labels_taken(const json& selector, const json& labels) {
    std::vector<std::string> found;
    const auto add = [&](const std::string& key) {
      if (!labels[key].is_null()) found.push_back(key + '=' + labels[key].text());
    };
    const bool is_map = selector["matchLabels"].is_null() && selector["matchExpressions"].is_null();
    for (const auto& [key, value] : (is_map ? selector : selector["matchLabels"]).members()) add(key);
    for (const json& each : selector["matchExpressions"].elements()) add(each["key"].text());
    return found.empty() ? "any" : joined(found, ",");
  }

  error cannot_know(const kubernetes::api_failure& why,
                    const taker& by,
                    const std::string& namespace_name) const {
    error failure = error_of(why, wanted_.place.text(), {by.kind, namespace_name, ""},
                             fmt::format("look for a {} that would take this branch's pods", by.kind));
    return std::move(failure).with(
        "why it matters",
        "nothing is deployed beside production unless it is known that no request of it comes here");
  }

  kubernetes::cluster& with_;
  const wanted_release& wanted_;
  const cluster_plan& plan_;
  std::vector<pods> pods_;
  std::set<object_key> own_;
  json production_;
};

}  // namespace
}  // namespace deliver_branch_branch_selector_conflicts

status check_labels(kubernetes::cluster& with, const wanted_release& wanted, const cluster_plan& plan) {
  return deliver_branch_branch_selector_conflicts::judge(with, wanted, plan).look();
}

}  // namespace cicd
