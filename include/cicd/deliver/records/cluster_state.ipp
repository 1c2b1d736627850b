// The state as a ConfigMap, one document a key; each deployment of the past is a ConfigMap of its own, so
// that none grows beyond what the API server takes.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/records/cluster_state.hpp>
#include <cicd/kubernetes/api/api_error.hpp>
#include <cicd/kubernetes/api/deletion.hpp>

namespace cicd {

namespace deliver_records_cluster_state {
namespace {

using kubernetes::api_answer;
using kubernetes::object_key;

constexpr std::size_t kept_deployments = 10;
/// A ConfigMap holds 1 MiB at most, its metadata included.
constexpr std::size_t most_kept_bytes = 1'000'000;
constexpr const char* role_label = "cicd.dev/state";

object_key key_of(const cluster_place& place) {
  return {"ConfigMap", place.namespace_name, place.state_name()};
}

std::string history_name(const cluster_place& place, std::int64_t generation) {
  return fmt::format("{}.{:06}", place.state_name(), generation);
}

json labels_of(const cluster_place& place, std::string_view role) {
  json labels(json::object{});
  labels.set("app.kubernetes.io/managed-by", "cicd");
  labels.set("cicd.dev/state-of", place.pipeline);
  labels.set("cicd.dev/state-in", place.environment);
  if (!place.branch_key.empty()) labels.set("cicd.dev/state-branch", place.branch_key);
  labels.set(role_label, role);
  return labels;
}

json config_map(const cluster_place& place, const std::string& name, std::string_view role) {
  json metadata(json::object{});
  metadata.set("name", name);
  metadata.set("namespace", place.namespace_name);
  metadata.set("labels", labels_of(place, role));
  json map(json::object{});
  map.set("apiVersion", "v1");
  map.set("kind", "ConfigMap");
  map.set("metadata", std::move(metadata));
  return map;
}

error not_trusted(const cluster_place& place, const std::string& key, std::string why) {
  return error{
      exit_class::corrupt,
      place.text(),
      "the state in the cluster cannot be trusted, and is left as it is",
      fmt::format("ConfigMap {}/{}, {}", place.namespace_name, place.state_name(), key),
      {{"caused by", std::move(why)},
       {"try", fmt::format("kubectl -n {} get configmap {} -o yaml, mend or delete it, and deploy again",
                           place.namespace_name, place.state_name())}}};
}

json json_of_inventory(const std::vector<object_key>& inventory) {
  json list(json::array{});
  for (const object_key& each : inventory) {
    json one(json::object{});
    one.set("kind", each.kind);
    one.set("namespace", each.namespace_name);
    one.set("name", each.name);
    list.push(std::move(one));
  }
  return list;
}

json data_of(const cluster_state& state) {
  json data(json::object{});
  if (state.record) data.set("record.json", pretty(json_of(*state.record)));
  data.set("inventory.json", compact(json_of_inventory(state.inventory)));
  if (state.hold) data.set("hold.json", pretty(json_of(*state.hold)));
  if (!state.approvals.empty()) {
    json list(json::array{});
    for (const deployment_approval& each : state.approvals) list.push(json_of(each));
    data.set("approvals.json", pretty(list));
  }
  if (!state.health.empty()) data.set("health.json", pretty(json_of(state.health)));
  if (state.gates) data.set("gates.json", pretty(json_of(*state.gates)));
  if (state.announced != announcement()) data.set("announced.json", pretty(json_of(state.announced)));
  if (!state.tasks.empty()) {
    json list(json::array{});
    for (const finished_task& each : state.tasks) list.push(json_of(each));
    data.set("tasks.json", pretty(list));
  }
  if (!state.facts.empty()) {
    json facts(json::object{});
    for (const auto& [key, value] : state.facts) facts.set(key, value);
    data.set("facts.json", pretty(facts));
  }
  return data;
}

std::optional<std::string> read_hold(const json& from, cluster_state& to) {
  to.hold = hold_from(from);
  return to.hold ? std::nullopt : std::optional<std::string>("'when' is not a timestamp");
}

std::optional<std::string> read_approvals(const json& from, cluster_state& to) {
  if (!from.is_array()) return "it is not a list";
  for (const json& each : from.elements()) {
    std::optional<deployment_approval> one = approval_from(each);
    if (!one) return "'when' or 'expires' is not a timestamp, or 'digest' no digest";
    to.approvals.push_back(*std::move(one));
  }
  return std::nullopt;
}

std::optional<std::string> read_tasks(const json& from, cluster_state& to) {
  if (!from.is_array()) return "it is not a list";
  for (const json& each : from.elements()) {
    std::optional<finished_task> one = finished_task_from(each);
    if (!one) return "'when' is not a timestamp";
    to.tasks.push_back(*std::move(one));
  }
  return std::nullopt;
}

std::optional<std::string> read_inventory(const json& from, cluster_state& to) {
  if (!from.is_array()) return "it is not a list";
  for (const json& each : from.elements())
    to.inventory.push_back({each["kind"].text(), each["namespace"].text(), each["name"].text()});
  return std::nullopt;
}

std::optional<std::string> read_health(const json& from, cluster_state& to) {
  std::optional<std::vector<seen_health>> all = seen_health_from(from);
  if (!all) return "'since' is not a timestamp";
  to.health = *std::move(all);
  return std::nullopt;
}

std::optional<std::string> read_gates(const json& from, cluster_state& to) {
  to.gates = declared_gates_from(from);
  return std::nullopt;
}

std::optional<std::string> read_announced(const json& from, cluster_state& to) {
  to.announced = announcement_from(from);
  return std::nullopt;
}

std::optional<std::string> read_facts(const json& from, cluster_state& to) {
  for (const auto& [key, value] : from.members()) to.facts[key] = value.text();
  return std::nullopt;
}

/// Reads one document of the ConfigMap, if it is there.
template <typename Reader>
status read_document(
    const json& map, const cluster_place& place, const char* key, cluster_state& to, Reader read) {
  const json& text = map["data"][key];
  if (text.is_null()) return {};
  const result<json> document = parse_json(text.text());
  if (!document) return not_trusted(place, key, document.error().what);
  if (std::optional<std::string> why = read(*document, to)) return not_trusted(place, key, std::move(*why));
  return {};
}

result<cluster_state> state_in(const json& map, const cluster_place& place) {
  cluster_state state;
  state.resource_version = map["metadata"]["resourceVersion"].text();
  state.metadata = map["metadata"];
  if (const json& text = map["data"]["record.json"]; !text.is_null()) {
    result<deployment_record> record =
        record_from(text.text(), fmt::format("ConfigMap {}/{}", place.namespace_name, place.state_name()));
    if (!record) return std::move(record).error();
    state.record = *std::move(record);
  }
  for (const status& read : {read_document(map, place, "inventory.json", state, read_inventory),
                             read_document(map, place, "hold.json", state, read_hold),
                             read_document(map, place, "approvals.json", state, read_approvals),
                             read_document(map, place, "health.json", state, read_health),
                             read_document(map, place, "gates.json", state, read_gates),
                             read_document(map, place, "announced.json", state, read_announced),
                             read_document(map, place, "tasks.json", state, read_tasks),
                             read_document(map, place, "facts.json", state, read_facts)})
    if (!read) return read.error();
  return state;
}

error refused(const api_answer& answer, const cluster_place& place, const std::string& doing) {
  return error_of(*answer.failure, place.text(), key_of(place), doing);
}

error written_meanwhile(const cluster_place& place) {
  return error{exit_class::conflict,
               place.text(),
               "another process changed the state of this environment at the same moment",
               std::nullopt,
               {{"try", "run it again: it starts from what is there now"}}};
}

bool is_same_data(const json& one, const json& other) {
  return one.members().size() == other.members().size()
         && std::ranges::all_of(one.members(),
                                [&](const auto& each) { return other[each.first] == each.second; });
}

/// A write whose answer was lost may have been done: then the server has what we wrote.
api_answer write_surely(kubernetes::cluster& with, const cluster_place& place, const json& map, bool is_new) {
  constexpr int most_tries = 5;
  api_answer answer;
  for (int tries = 0; tries < most_tries; ++tries) {
    answer = is_new ? with.create(map) : with.replace(map);
    if (answer || !kubernetes::passes_by_itself(*answer.failure)) return answer;
    api_answer now = with.get(key_of(place));
    if (now && is_same_data(now.object["data"], map["data"])) return now;
    if (!now && !now.is_missing()) return answer;
  }
  return answer;
}

/// A write replaces the whole object: what others put on it, such as a finalizer, is written again.
json with_what_others_added(json ours, const json& there, const std::string& version) {
  const auto overlaid = [](json under, const json& over) {
    for (const auto& [key, value] : over.members()) under.set(key, value);
    return under;
  };
  for (const char* member : {"annotations", "finalizers", "ownerReferences"})
    if (!there[member].is_null()) ours.set(member, there[member]);
  if (there["labels"].is_object()) ours.set("labels", overlaid(there["labels"], ours["labels"]));
  ours.set("resourceVersion", version);
  return ours;
}

/// Of the environment's past deployments the oldest, beyond those that are kept.
void forget_oldest(kubernetes::cluster& with, const cluster_place& place, const json& list) {
  std::vector<std::string> names;
  for (const json& each : list["items"].elements()) names.push_back(each["metadata"]["name"].text());
  std::ranges::sort(names);
  for (std::size_t at = 0; at + kept_deployments < names.size(); ++at)
    (void)with.remove({"ConfigMap", place.namespace_name, names[at]}, {}, "Background");
}

std::string selector_of(const cluster_place& place, std::string_view role) {
  std::string selector = fmt::format("cicd.dev/state={},cicd.dev/state-of={},cicd.dev/state-in={}", role,
                                     place.pipeline, place.environment);
  selector +=
      place.branch_key.empty() ? ",!cicd.dev/state-branch" : ",cicd.dev/state-branch=" + place.branch_key;
  return selector;
}

}  // namespace
}  // namespace deliver_records_cluster_state

std::string cluster_place::state_name() const {
  std::string name = "cicd." + pipeline + '.' + environment;
  if (!branch_key.empty()) name += '.' + branch_key;
  return name;
}

std::string cluster_place::selector() const {
  return "cicd.dev/pipeline=" + pipeline + ",cicd.dev/environment=" + environment;
}

std::string cluster_place::text() const {
  return branch_key.empty() ? pipeline + '/' + environment : pipeline + '/' + environment + '/' + branch_key;
}

json json_of(const cluster_state& state) {
  return deliver_records_cluster_state::data_of(state);
}

environment_state remembered_in(const cluster_state& of) {
  return {.hold = of.hold,
          .approvals = of.approvals,
          .health = of.health,
          .gates = of.gates,
          .announced = of.announced,
          .tasks = of.tasks};
}

result<cluster_state> read_cluster_state(kubernetes::cluster& with, const cluster_place& place) {
  using namespace deliver_records_cluster_state;
  const api_answer answer = with.get(key_of(place));
  if (answer.is_missing()) return cluster_state{};
  if (!answer) return refused(answer, place, "read what is known of " + place.text());
  return state_in(answer.object, place);
}

status write_cluster_state(kubernetes::cluster& with, const cluster_place& place, cluster_state& state) {
  using namespace deliver_records_cluster_state;
  json map = config_map(place, place.state_name(), place.branch_key.empty() ? "environment" : "branch");
  map.set("data", data_of(state));
  const json plain = map;
  if (!state.resource_version.empty())
    map.set("metadata", with_what_others_added(map["metadata"], state.metadata, state.resource_version));
  api_answer answer = write_surely(with, place, map, state.resource_version.empty());
  if (answer && kubernetes::is_being_deleted(answer.object)) {
    if (status gone = kubernetes::wait_until_gone(with, key_of(place), {.subject = place.text()}); !gone)
      return gone;
    answer = write_surely(with, place, plain, true);
  }
  if (answer) {
    state.resource_version = answer.object["metadata"]["resourceVersion"].text();
    state.metadata = answer.object["metadata"];
    return {};
  }
  const bool gone = answer.is_missing() && !state.resource_version.empty();
  if (answer.failure->code == 409 || gone) return written_meanwhile(place);
  error failure = refused(answer, place, "save what is known of " + place.text());
  return failure;
}

result<std::vector<known_place>> known_places(kubernetes::cluster& with,
                                              const std::string& pipeline,
                                              const std::string& environment,
                                              const std::string& namespace_name) {
  using namespace deliver_records_cluster_state;
  std::vector<known_place> all;
  const cluster_place asked{pipeline, environment, namespace_name};
  const api_answer answer = with.list(
      "ConfigMap", namespace_name,
      fmt::format("cicd.dev/state in (environment,branch),cicd.dev/state-of={},cicd.dev/state-in={}",
                  pipeline, environment));
  if (!answer) return refused(answer, asked, "list what is known of " + asked.text());
  for (const json& each : answer.object["items"].elements()) {
    if (kubernetes::is_being_deleted(each)) continue;
    known_place one{{pipeline, environment, each["metadata"]["namespace"].text(),
                     each["metadata"]["labels"]["cicd.dev/state-branch"].text()},
                    {}};
    result<cluster_state> state = state_in(each, one.place);
    if (!state) return std::move(state).error();
    one.state = *std::move(state);
    all.push_back(std::move(one));
  }
  return all;
}

status keep_deployment(kubernetes::cluster& with, const cluster_place& place, const past_deployment& of) {
  using namespace deliver_records_cluster_state;
  json map = config_map(place, history_name(place, of.record.generation), "past");
  json data(json::object{});
  data.set("record.json", pretty(json_of(of.record)));
  json objects(json::array{});
  for (const json& each : of.objects)
    if (each["kind"].text() != "Secret") objects.push(each);
  if (std::string text = compact(objects); text.size() < most_kept_bytes)
    data.set("objects.json", std::move(text));
  map.set("data", std::move(data));
  const std::vector<api_answer> kept = with.apply({map}, {.force = true});
  if (!kept.front()) return refused(kept.front(), place, "keep this deployment for a rollback");
  if (of.record.generation <= std::int64_t{kept_deployments}) return {};
  if (const api_answer list = with.list("ConfigMap", place.namespace_name, selector_of(place, "past")); list)
    forget_oldest(with, place, list.object);
  return {};
}

result<std::vector<past_deployment>> past_deployments(kubernetes::cluster& with, const cluster_place& place) {
  using namespace deliver_records_cluster_state;
  const api_answer list = with.list("ConfigMap", place.namespace_name, selector_of(place, "past"));
  if (!list) return refused(list, place, "list the deployments of " + place.text());
  std::vector<past_deployment> all;
  for (const json& each : list.object["items"].elements()) {
    result<deployment_record> record =
        record_from(each["data"]["record.json"].text(), "ConfigMap " + each["metadata"]["name"].text());
    if (!record) return std::move(record).error();
    past_deployment one{*std::move(record), {}};
    if (const result<json> objects = parse_json(each["data"]["objects.json"].text()))
      one.objects = objects->elements();
    all.push_back(std::move(one));
  }
  std::ranges::sort(all, std::greater<>{},
                    [](const past_deployment& each) { return each.record.generation; });
  return all;
}

status forget_cluster_state(kubernetes::cluster& with, const cluster_place& place) {
  using namespace deliver_records_cluster_state;
  const api_answer past = with.list("ConfigMap", place.namespace_name, selector_of(place, "past"));
  for (const json& each : past.object["items"].elements())
    (void)with.remove({"ConfigMap", place.namespace_name, each["metadata"]["name"].text()}, {}, "Background");
  (void)with.remove({"Lease", place.namespace_name, place.state_name()}, {}, "Background");
  const api_answer removed = with.remove(key_of(place), {}, "Background");
  if (!removed && !removed.is_missing()) return refused(removed, place, "forget " + place.text());
  return {};
}

}  // namespace cicd
