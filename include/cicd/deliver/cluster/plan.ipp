// Planning: render with what the cluster knows, read what is there, apply with `dryRun=All`, compare. It
// does not know which objects may be removed (removals), nor whose they are (object_source).
#pragma once

#include <algorithm>
#include <array>
#include <set>
#include <span>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/cluster/anew.hpp>
#include <cicd/deliver/cluster/configuration.hpp>
#include <cicd/deliver/cluster/field_ownership.hpp>
#include <cicd/deliver/cluster/helm_release.hpp>
#include <cicd/deliver/cluster/host_claims.hpp>
#include <cicd/deliver/cluster/object_source.hpp>
#include <cicd/deliver/cluster/order.hpp>
#include <cicd/deliver/cluster/other_cron_jobs.hpp>
#include <cicd/deliver/cluster/plan.hpp>
#include <cicd/deliver/cluster/references.hpp>
#include <cicd/deliver/cluster/removals.hpp>
#include <cicd/deliver/policy/own_configuration.hpp>
#include <cicd/deliver/policy/source_check.hpp>
#include <cicd/kubernetes/adopt/normalized.hpp>
#include <cicd/kubernetes/api/deletion.hpp>

namespace cicd {

namespace deliver_cluster_plan {
namespace {

using kubernetes::api_answer;
using kubernetes::api_failure;
using kubernetes::object_key;
using kubernetes::order_of;
using what = planned_object::what;

/// The definition among these objects that makes the kind of `object`; null where there is none.
const json* definition_among(const std::vector<json>& objects, const json& object) {
  const auto found = std::ranges::find_if(objects, [&](const json& each) {
    return each["kind"].text() == "CustomResourceDefinition"
           && each["spec"]["names"]["kind"].text() == object["kind"].text()
           && object["apiVersion"].text().starts_with(each["spec"]["group"].text() + "/");
  });
  return found == objects.end() ? nullptr : &*found;
}

bool is_field_conflict(const api_failure& failure) {
  return failure.code == 409 && std::ranges::any_of(failure.causes, [](const auto& each) {
           return each.type == "FieldManagerConflict";
         });
}

json with_at(json object, std::span<const char* const> path, json value) {
  if (path.size() > 1) value = with_at(object[path.front()], path.subspan(1), std::move(value));
  object.set(path.front(), std::move(value));
  return object;
}

/// An account that is sent no longer would stay, since no manager removes its deprecated alias: what pods
/// have without one is sent in its place. Of what teams write themselves, and of what was kept for a
/// rollback.
json without_old_account(json wanted, const json& live) {
  static constexpr std::array in_workload{"spec", "template", "spec", "serviceAccountName"};
  static constexpr std::array in_cron_job{"spec",     "jobTemplate", "spec",
                                          "template", "spec",        "serviceAccountName"};
  std::span<const char* const> path = in_workload;
  if (wanted["kind"].text() == "CronJob") path = in_cron_job;
  const auto at = [&](const json& object) {
    const json* part = &object;
    for (const char* each : path) part = &(*part)[each];
    return part->text();
  };
  const std::string there = at(live);
  if (there.empty() || there == "default" || !at(wanted).empty()) return wanted;
  return with_at(std::move(wanted), path, "default");
}

class planning {
 public:
  planning(kubernetes::cluster& with, const wanted_release& wanted) : with_(with), wanted_(wanted) {}

  result<cluster_plan> plan(std::vector<json> objects, cluster_state before) {
    plan_.cluster = with_.name();
    plan_.place = wanted_.place;
    plan_.before = std::move(before);
    if (status same = check_sources(); !same) return std::move(same).error();
    find_kinds(objects);
    for (json& each : objects) {
      place_object(each);
      sign(wanted_, each);
    }
    std::ranges::stable_sort(objects, {},
                             [](const json& each) { return order_of(object_key::of(each).kind); });
    if (status there = look_for_namespace(objects); !there) return std::move(there).error();
    if (status read = read_live(objects); !read) return std::move(read).error();
    for (const planned_object& each : plan_.objects)
      if (status ours = check_object_source(wanted_, each.key, each.live); !ours)
        return std::move(ours).error();
    removals_ = removals_of(with_, wanted_, plan_);
    order_hosts(plan_.objects, removals_);
    if (status asked = dry_run(); !asked) return std::move(asked).error();
    order_selectors(plan_.objects);
    std::ranges::move(removals_, std::back_inserter(plan_.objects));
    if (status hosts = check_hosts(with_, plan_); !hosts) return std::move(hosts).error();
    return std::move(plan_);
  }

 private:
  /// What the objects are, of kinds that we do not know by what the cluster says, or by the definitions that
  /// are applied with them.
  void find_kinds(const std::vector<json>& objects) {
    for (const json& each : objects) {
      const std::string api_version = each["apiVersion"].text(), name = each["kind"].text();
      if (kinds_.contains(kind_of(each))) continue;
      if (const auto* known = kubernetes::kind_named(object_key::of(each).kind)) {
        kinds_[kind_of(each)] = known->namespaced;
      } else if (const auto found = with_.discover(api_version, name)) {
        kinds_[kind_of(each)] = found->namespaced;
      } else if (const json* definition = definition_among(objects, each)) {
        kinds_[kind_of(each)] = (*definition)["spec"]["scope"].text() == "Namespaced";
        to_be_defined_.insert(kind_of(each));
      }
    }
  }

  static std::string kind_of(const json& object) {
    return object["apiVersion"].text() + '/' + object["kind"].text();
  }

  /// One of an unknown kind is taken for one that lives in a namespace; the dry run refuses it.
  bool is_namespaced(const json& object) const {
    const auto found = kinds_.find(kind_of(object));
    return found == kinds_.end() || found->second;
  }

  object_key key_of(const json& object) const {
    object_key key = object_key::of(object);
    if (!is_namespaced(object)) key.namespace_name.clear();
    return key;
  }

  /// The namespace of the environment for what lives in one and names none.
  void place_object(json& object) const {
    if (!is_namespaced(object) || !object["metadata"]["namespace"].is_null()) return;
    json metadata = object["metadata"];
    metadata.set("namespace", wanted_.place.namespace_name);
    object.set("metadata", std::move(metadata));
  }

  /// A branch's copy is beside what the environment has, so both come from one place.
  status check_sources() {
    const source_identity& ours = wanted_.record.source;
    if (status same = check_source(*wanted_.pipeline, ours, plan_.before.record, place_named(wanted_.place));
        !same)
      return same;
    if (wanted_.facts.on == kubernetes::track::stable) return {};
    cluster_place home = wanted_.place;
    home.branch_key.clear();
    if (const auto fact = wanted_.state_facts.find("home"); fact != wanted_.state_facts.end())
      home.namespace_name = fact->second;
    result<cluster_state> there = read_cluster_state(with_, home);
    // A user who may deploy a preview into a namespace of its own need not be able to read the environment's.
    if (!there && there.error().kind == exit_class::remote) return {};
    if (!there) return std::move(there).error();
    return check_source(*wanted_.pipeline, ours, there->record, place_named(wanted_.place));
  }

  /// The namespace must be there or be made; where we may not look, the dry run will say.
  status look_for_namespace(const std::vector<json>& objects) {
    const std::string& name = wanted_.place.namespace_name;
    const api_answer answer = with_.get({"Namespace", "", name});
    const bool ends = answer && kubernetes::is_being_deleted(answer.object);
    no_namespace_ = answer.is_missing() || ends;
    if (!no_namespace_) return {};
    const bool made = std::ranges::any_of(objects, [&](const json& each) {
      return each["kind"].text() == "Namespace" && each["metadata"]["name"].text() == name;
    });
    if (made) return {};
    if (ends)
      return error{exit_class::conflict,
                   wanted_.place.text(),
                   "the namespace is being deleted",
                   name,
                   {{"held by", kubernetes::held_by(answer.object)},
                    {"try", "wait until it is gone, make it anew, and deploy again"}}};
    return error{
        exit_class::usage,
        wanted_.place.text(),
        "the namespace does not exist",
        name,
        {{"there", with_.name()},
         {"try",
          fmt::format("CREATE_NAMESPACE in pipeline_environment({} {} …), or kubectl create namespace {}",
                      wanted_.place.pipeline, wanted_.place.environment, name)}}};
  }

  status read_live(std::vector<json>& objects) {
    std::vector<object_key> keys;
    for (const json& each : objects) keys.push_back(key_of(each));
    std::vector<api_answer> live = with_.get_all(keys);
    for (std::size_t at = 0; at < objects.size(); ++at) {
      if (live[at].failure && !live[at].is_missing())
        return error_of(*live[at].failure, wanted_.place.text(), keys[at], "read " + keys[at].text());
      planned_object one;
      one.key = keys[at];
      one.wanted = std::move(objects[at]);
      one.live = live[at] ? std::move(live[at].object) : json();
      if (kubernetes::is_being_deleted(one.live) || goes_with_its_namespace(one.key)) {
        if (!one.live.is_null() && !goes_with_its_namespace(one.key))
          one.waits_for = kubernetes::held_by(one.live);
        one.live = json();
      }
      one.wanted = without_old_account(std::move(one.wanted), one.live);
      one.kind = one.live.is_null() ? what::add : what::same;
      plan_.objects.push_back(std::move(one));
    }
    return {};
  }

  bool goes_with_its_namespace(const object_key& key) const {
    return no_namespace_ && key.namespace_name == wanted_.place.namespace_name;
  }

  /// Foreign managers that may be overruled; nothing where one is not.
  std::optional<std::vector<std::string>> overruled(const planned_object& one,
                                                    const api_failure& failure) const {
    std::vector<std::string> managers;
    for (const auto& cause : failure.causes) {
      if (cause.field == ".spec.replicas" && counts_again(one, cause.message)) continue;
      std::string manager = kubernetes::manager_in(cause.message);
      if (std::ranges::find(taken_over_, manager) == taken_over_.end()) return {};
      managers.push_back(std::move(manager));
    }
    return managers;
  }

  /// Whether the number of pods is ours again: an autoscaler that this plan removes has it until now, or
  /// never wrote it.
  bool counts_again(const planned_object& one, const std::string& message) const {
    if (kubernetes::manager_in(message) == count_keeper) return true;
    return message.find("subresource \"scale\"") != message.npos
           && std::ranges::any_of(removals_,
                                  [&](const planned_object& each) { return scales(each.live, one.wanted); });
  }

  /// In a namespace that is not there yet nothing can be asked: all of it is new. So is what is yet to be
  /// defined, and what takes the place of one that is being deleted.
  bool can_ask(const planned_object& one) const {
    if (to_be_defined_.contains(kind_of(one.wanted)) || !one.waits_for.empty()) return false;
    return !goes_with_its_namespace(one.key);
  }

  status dry_run() {
    std::vector<std::size_t> asked;
    std::vector<json> objects;
    for (std::size_t at = 0; at < plan_.objects.size(); ++at) {
      if (!can_ask(plan_.objects[at])) continue;
      asked.push_back(at);
      objects.push_back(plan_.objects[at].wanted);
    }
    std::vector<api_answer> answers = with_.apply(objects, {.dry_run = true});
    for (std::size_t at = 0; at < asked.size(); ++at)
      if (status told = take_answer(plan_.objects[asked[at]], std::move(answers[at])); !told) return told;
    return {};
  }

  status take_answer(planned_object& one, api_answer answer) {
    one.managers = managers_taken_over(one.live, taken_over_);
    one.force = !one.managers.empty();
    if (answer.failure && is_field_conflict(*answer.failure))
      if (const auto managers = overruled(one, *answer.failure)) {
        one.force = true;
        for (const std::string& each : *managers)
          if (std::ranges::find(one.managers, each) == one.managers.end()) one.managers.push_back(each);
        answer = std::move(with_.apply({one.wanted}, {.dry_run = true, .force = true}).front());
      }
    if (answer && one.key.kind == "Ingress" && lost_class(one, answer.object))
      if (const std::string name = default_class(); !name.empty()) {
        json spec = one.wanted["spec"];
        spec.set("ingressClassName", name);
        one.wanted.set("spec", std::move(spec));
        answer = std::move(with_.apply({one.wanted}, {.dry_run = true, .force = one.force}).front());
      }
    if (answer.failure && one.instead_of && is_host_taken(*answer.failure)) return {};
    if (answer.failure)
      if (status asked = ask_anew(one, answer); !asked) return asked;
    for (const std::string& each : answer.warnings)
      plan_.remarks.push_back(fmt::format("{}: {}", one.key.text(), displayable(each)));
    if (one.kind == what::add) return {};
    answer.object = with_count_of(one.live, std::move(answer.object), one.wanted);
    if (one.force || one.anew) {
      const json after =
          with_count_of(one.live, after_taking_over(answer.object, one.live, one.managers), one.wanted);
      one.changes = kubernetes::changes_between(kubernetes::declared_part_of(one.live),
                                                kubernetes::declared_part_of(after));
    } else {
      one.changes = kubernetes::changes_between(one.live, answer.object);
    }
    if (one.force && one.changes.empty())
      one.changes.push_back({kubernetes::field_change::how::changed, "metadata.managedFields",
                             joined(one.managers, ", "), "cicd"});
    const bool is_change =
        !one.changes.empty()
        && (!kubernetes::only_descriptive(one.changes) || is_of_other_source(wanted_, one.live));
    if (one.force || is_change) one.kind = what::change;
    return {};
  }

  /// What a dry run cannot say of the object that is there, it says of one that is made anew: where that is
  /// what will be done, and where a refusal ends with the take-over of another manager's fields.
  status ask_anew(planned_object& one, api_answer& answer) {
    const api_failure refused = *answer.failure;
    one.anew = one.key.kind == "Deployment" && kubernetes::is_fixed_selector(refused);
    if (one.anew || (one.force && refused.code == 422)) answer = dry_run_anew(with_, one.wanted);
    if (one.anew && answer) return leave_pods(one);
    if (answer) return {};
    if (one.key.kind == "StatefulSet")
      if (auto sizes = claim_size_error(with_, one.live, one.wanted, wanted_.place.text()))
        return *std::move(sizes);
    return error_of(refused, wanted_.place.text(), one.key, "apply " + one.key.text(),
                    {&one.live, &one.wanted});
  }

  /// Its ReplicaSets go when all is ready: until then their pods answer.
  status leave_pods(planned_object& one) {
    one.force = false;
    one.managers.clear();
    result<std::vector<json>> sets = replica_sets_of(with_, one.live, wanted_.place.text());
    if (!sets) return std::move(sets).error();
    for (const json& each : *sets) removals_.push_back(removal_of(key_of(each), each));
    return {};
  }

  static bool lost_class(const planned_object& one, const json& after) {
    return !one.live["spec"]["ingressClassName"].is_null() && after["spec"]["ingressClassName"].is_null();
  }

  /// The server gives it to an Ingress that is made, and to none that loses the class that it had. Where it
  /// may not be read there is none.
  std::string default_class() const {
    const api_answer all = with_.call("GET", "/apis/networking.k8s.io/v1/ingressclasses");
    for (const json& each : all.object["items"].elements())
      if (each["metadata"]["annotations"]["ingressclass.kubernetes.io/is-default-class"].text() == "true")
        return each["metadata"]["name"].text();
    return {};
  }

  kubernetes::cluster& with_;
  const wanted_release& wanted_;
  const std::vector<std::string> taken_over_ = wanted_.taken_over();
  cluster_plan plan_;
  std::vector<planned_object> removals_;
  bool no_namespace_ = false;
  std::map<std::string, bool> kinds_;    ///< by apiVersion and kind: whether it is namespaced
  std::set<std::string> to_be_defined_;  ///< the kinds whose definitions are applied with them
};

}  // namespace
}  // namespace deliver_cluster_plan

std::vector<std::string> wanted_release::taken_over() const {
  std::vector<std::string> managers = record.taken_over;
  for (const text& each : where->take_over) managers.push_back(each.str());
  return managers;
}

bool cluster_plan::changes_objects() const {
  return std::ranges::any_of(
      objects, [](const planned_object& one) { return one.kind != planned_object::what::same; });
}

bool cluster_plan::has_work() const {
  return changes_objects() || renews || tells || !before.record || before.record->outcome != "deployed";
}

result<cluster_plan> plan_objects(kubernetes::cluster& with,
                                  const wanted_release& about,
                                  std::vector<json> objects,
                                  cluster_state before) {
  return deliver_cluster_plan::planning(with, about).plan(std::move(objects), std::move(before));
}

result<cluster_plan> plan_release(kubernetes::cluster& with, wanted_release& wanted) {
  using namespace deliver_cluster_plan;
  std::vector<std::string> remarks;
  wanted.facts.server_minor = with.minor_version();
  read_configuration(with, wanted, remarks);
  result<std::vector<kubernetes::object>> rendered = kubernetes::objects_of(*wanted.pipeline, wanted.facts);
  if (!rendered) return std::move(rendered).error();
  std::vector<json> objects;
  for (kubernetes::object& each : *rendered) objects.push_back(std::move(each.content));
  if (objects.empty())
    return error{exit_class::usage,
                 wanted.place.text(),
                 "there is nothing to deploy: the pipeline declares no service, cron job or manifest",
                 {},
                 {{"try", fmt::format("pipeline_service({} api PORT 8080)", wanted.place.pipeline)}}};
  result<cluster_plan> plan = plan_objects(with, wanted, std::move(objects), wanted.before);
  if (!plan) return plan;
  plan->remarks.insert(plan->remarks.begin(), remarks.begin(), remarks.end());
  plan->remarks.insert(plan->remarks.begin(), wanted.remarks.begin(), wanted.remarks.end());
  plan->renews = wanted.state_facts != plan->before.facts;
  plan->tells = plan->before.record
                && (plan->before.record->tag != wanted.record.tag
                    || (wanted.is_of_parts && plan->before.record->commit != wanted.record.commit)
                    || !has_configuration(*plan->before.record, wanted.record.configuration));
  for (std::string& each : kubernetes::remarks_on(*wanted.pipeline, wanted.facts))
    plan->remarks.push_back(std::move(each));
  for (std::string& each : reference_remarks(with, *plan)) plan->remarks.push_back(std::move(each));
  for (std::string& each : cron_job_remarks(with, wanted, *plan)) plan->remarks.push_back(std::move(each));
  for (std::string& each : helm_remarks(with, *plan)) plan->remarks.push_back(std::move(each));
  return plan;
}

}  // namespace cicd
