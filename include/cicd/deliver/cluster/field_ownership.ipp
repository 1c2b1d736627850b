// Managed fields, rewritten: the entries of the managers that we take over from are added to ours, as if we
// had applied them, so that the next apply removes what it does not send.
#pragma once

#include <algorithm>
#include <array>

#include <cicd/base/text.hpp>
#include <cicd/deliver/cluster/field_ownership.hpp>

namespace cicd {

namespace deliver_cluster_field_ownership {
namespace {

/// The union of two trees of field sets.
json united(const json& a, const json& b) {
  if (!a.is_object()) return b;
  json all = a;
  for (const auto& [key, value] : b.members()) all.set(key, united(a[key], value));
  return all;
}

json without(const json& object, std::string_view key) {
  json::object kept;
  for (const auto& member : object.members())
    if (member.first != key) kept.push_back(member);
  return json(std::move(kept));
}

bool is_whole(const json& entry) {
  return entry["subresource"].text().empty();
}

bool is_ours(const json& entry) {
  return is_whole(entry) && entry["manager"].text() == "cicd" && entry["operation"].text() == "Apply";
}

bool is_theirs(const json& entry, const std::vector<std::string>& managers) {
  return is_whole(entry) && !is_ours(entry)
         && std::ranges::find(managers, entry["manager"].text()) != managers.end();
}

json own_entry(const json& object, json fields) {
  json entry(json::object{});
  entry.set("manager", "cicd");
  entry.set("operation", "Apply");
  entry.set("apiVersion", object["apiVersion"].text());
  entry.set("fieldsType", "FieldsV1");
  entry.set("fieldsV1", std::move(fields));
  return entry;
}

/// The member of `spec` that we leave to others here; without an owner it would fall back to its default, and
/// a service to one pod.
std::string_view left_to_others(const json& live, const json& wanted) {
  const std::string kind = live["kind"].text();
  if ((kind == "Deployment" || kind == "StatefulSet") && wanted["spec"]["replicas"].is_null())
    return "replicas";
  if (kind == "CronJob" && live["spec"]["suspend"].boolean() && wanted["spec"]["suspend"].is_null())
    return "suspend";
  return {};
}

/// Moves a field from one set to another, if it is there.
void move_field(json& from, json& to, const std::string& part, const std::string& key) {
  if (from[part][key].is_null()) return;
  json moved = to[part].is_null() ? json(json::object{}) : to[part];
  moved.set(key, from[part][key]);
  to.set(part, std::move(moved));
  from.set(part, without(from[part], key));
}

/// What no manager may take over: who holds the object back from its end, and whose it is.
constexpr std::array<const char*, 2> life_cycle = {"f:finalizers", "f:ownerReferences"};

json entry_with(const json& entry, json fields) {
  if (fields.members().empty()) return {};
  json rest = entry;
  rest.set("fieldsV1", std::move(fields));
  return rest;
}

/// Takes out of the entry's fields what stays with its manager; gives the entry that still owns it, or null.
json held_back(const json& entry, json& fields, std::string_view member) {
  json kept(json::object{});
  if (!member.empty()) move_field(fields, kept, "f:spec", "f:" + std::string(member));
  for (const char* each : life_cycle) move_field(fields, kept, "f:metadata", each);
  return entry_with(entry, std::move(kept));
}

/// The same of our own entry: what we sent until now and leave to an autoscaler from now on. No other manager
/// owns it until that one writes it, so a name of its own keeps it. Whether a cron job is suspended is
/// declared where we sent it.
json left_behind(const json& entry, json& fields, std::string_view member) {
  json kept(json::object{});
  if (member == "replicas") move_field(fields, kept, "f:spec", "f:replicas");
  json rest = entry_with(entry, std::move(kept));
  if (rest.is_null()) return rest;
  rest.set("manager", count_keeper);
  rest.set("operation", "Update");
  return rest;
}

/// The element of a list that `k:{"name":"api"}` or `v:"x"` means.
bool is_meant(const json& element, const std::string& member) {
  const result<json> key = parse_json(std::string_view(member).substr(2));
  if (!key) return false;
  if (!key->is_object()) return element == *key;
  return std::ranges::all_of(key->members(),
                             [&](const auto& each) { return element[each.first] == each.second; });
}

json without_fields(const json& value, const json& dropped, const json& kept) {
  json left = value;
  for (const auto& [member, fields] : dropped.members()) {
    const json& others = kept[member];
    if (member.starts_with("f:")) {
      const std::string key = member.substr(2);
      if (left[key].is_null()) continue;
      if (others.is_null())
        left = without(left, key);
      else
        left.set(key, without_fields(left[key], fields, others));
    } else if (member != "." && left.is_array()) {
      json::array elements;
      for (const json& each : left.elements()) {
        if (!is_meant(each, member))
          elements.push_back(each);
        else if (!others.is_null())
          elements.push_back(without_fields(each, fields, others));
      }
      left = json(std::move(elements));
    }
  }
  return left;
}

json handing_over(const json& live, json entries) {
  json metadata(json::object{}), body(json::object{});
  metadata.set("resourceVersion", live["metadata"]["resourceVersion"]);
  metadata.set("managedFields", std::move(entries));
  body.set("metadata", std::move(metadata));
  return body;
}

/// A controller that wrote its status meanwhile is no reason to give up.
constexpr int most_tries = 5;
bool is_as_it_was(const json& now, const json& live) {
  const auto same = [&](const char* member) { return now["metadata"][member] == live["metadata"][member]; };
  return now.is_object() && same("uid") && same("generation");
}

}  // namespace
}  // namespace deliver_cluster_field_ownership

bool scales(const json& autoscaler, const json& workload) {
  const json& target = autoscaler["spec"]["scaleTargetRef"];
  return autoscaler["kind"].text() == "HorizontalPodAutoscaler" && target["kind"] == workload["kind"]
         && target["name"] == workload["metadata"]["name"];
}

std::vector<std::string> managers_taken_over(const json& live, const std::vector<std::string>& take_over) {
  std::vector<std::string> managers;
  for (const json& each : live["metadata"]["managedFields"].elements()) {
    const std::string name = each["manager"].text();
    const bool is_named = std::ranges::find(take_over, name) != take_over.end();
    if (is_named && deliver_cluster_field_ownership::is_theirs(each, {name})
        && std::ranges::find(managers, name) == managers.end())
      managers.push_back(name);
  }
  return managers;
}

json after_taking_over(const json& answer, const json& live, const std::vector<std::string>& managers) {
  using namespace deliver_cluster_field_ownership;
  json dropped(json::object{}), kept(json::object{});
  for (const json& each : live["metadata"]["managedFields"].elements())
    if (is_theirs(each, managers)) dropped = united(dropped, each["fieldsV1"]);
  for (const json& each : answer["metadata"]["managedFields"].elements())
    if (is_whole(each) && !is_theirs(each, managers)) kept = united(kept, each["fieldsV1"]);
  // The answer has the number of pods although we did not send it.
  const char* counted = live["kind"].text() == "CronJob" ? "f:suspend" : "f:replicas";
  if (kept["f:spec"][counted].is_null() && !dropped["f:spec"][counted].is_null())
    dropped.set("f:spec", without(dropped["f:spec"], counted));
  for (const char* each : life_cycle)
    if (!dropped["f:metadata"][each].is_null())
      dropped.set("f:metadata", without(dropped["f:metadata"], each));
  return without_fields(answer, dropped, kept);
}

json managed_fields_after(const json& live, const json& wanted, const std::vector<std::string>& managers) {
  using namespace deliver_cluster_field_ownership;
  json fields(json::object{}), kept(json::array{});
  bool taken = false;
  for (const json& each : live["metadata"]["managedFields"].elements()) {
    const bool theirs = is_theirs(each, managers);
    if (!theirs && !is_ours(each)) {
      kept.push(each);
      continue;
    }
    taken = taken || theirs;
    // Fields of another version of the kind have other names; no manager owns them then.
    if (each["apiVersion"] != live["apiVersion"]) continue;
    json handed = each["fieldsV1"];
    const std::string_view left = left_to_others(live, wanted);
    if (json rest = theirs ? held_back(each, handed, left) : left_behind(each, handed, left);
        !rest.is_null()) {
      taken = taken || !theirs;
      kept.push(std::move(rest));
    }
    fields = united(fields, handed);
  }
  if (!taken) return {};
  kept.push(own_entry(live, std::move(fields)));
  return kept;
}

json with_count_of(const json& live, json answer, const json& wanted) {
  const json& count = live["spec"]["replicas"];
  if (count.is_null() || deliver_cluster_field_ownership::left_to_others(live, wanted) != "replicas")
    return answer;
  json spec = answer["spec"];
  spec.set("replicas", count);
  answer.set("spec", std::move(spec));
  return answer;
}

status take_over_fields(kubernetes::cluster& with,
                        const json& live,
                        const json& wanted,
                        const std::vector<std::string>& managers,
                        const std::string& subject) {
  using namespace deliver_cluster_field_ownership;
  const kubernetes::object_key key = kubernetes::object_key::of(live);
  json now = live;
  for (int tries = 1;; ++tries) {
    json entries = managed_fields_after(now, wanted, managers);
    if (entries.is_null()) return {};
    const kubernetes::api_answer answer = with.patch(key, "merge", handing_over(now, std::move(entries)));
    if (answer) return {};
    kubernetes::api_answer again;
    if (answer.failure->code == 409 && tries < most_tries) again = with.get(key);
    if (!again || !is_as_it_was(again.object, live))
      return error_of(*answer.failure, subject, key,
                      managers.empty()
                          ? "leave the number of pods of " + key.text() + " to its autoscaler"
                          : "take over the fields of " + joined(managers, ", ") + " in " + key.text());
    now = std::move(again.object);
  }
}

}  // namespace cicd
