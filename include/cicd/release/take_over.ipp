// Managed fields, rewritten: the entries of the managers that we take over from are added to ours, as if we
// had applied them, so that the next apply removes what it does not send.
#pragma once

#include <algorithm>

#include <cicd/base/text.hpp>
#include <cicd/release/take_over.hpp>

namespace cicd {

namespace release_take_over {
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

/// Takes that field out of the entry's fields; gives the entry that still owns it, or null.
json held_back(const json& entry, json& fields, std::string_view member) {
  const std::string key = "f:" + std::string(member);
  if (member.empty() || fields["f:spec"][key].is_null()) return {};
  fields.set("f:spec", without(fields["f:spec"], key));
  json kept(json::object{}), spec(json::object{});
  spec.set(key, json(json::object{}));
  kept.set("f:spec", std::move(spec));
  json rest = entry;
  rest.set("fieldsV1", std::move(kept));
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

}  // namespace
}  // namespace release_take_over

std::vector<std::string> managers_taken_over(const json& live, const std::vector<text>& take_over) {
  std::vector<std::string> managers;
  for (const json& each : live["metadata"]["managedFields"].elements()) {
    const std::string name = each["manager"].text();
    const bool is_named =
        std::ranges::any_of(take_over, [&](const text& wanted) { return wanted.view() == name; });
    if (is_named && release_take_over::is_theirs(each, {name})
        && std::ranges::find(managers, name) == managers.end())
      managers.push_back(name);
  }
  return managers;
}

json after_taking_over(const json& answer, const json& live, const std::vector<std::string>& managers) {
  using namespace release_take_over;
  json dropped(json::object{}), kept(json::object{});
  for (const json& each : live["metadata"]["managedFields"].elements())
    if (is_theirs(each, managers)) dropped = united(dropped, each["fieldsV1"]);
  for (const json& each : answer["metadata"]["managedFields"].elements())
    if (is_whole(each) && !is_theirs(each, managers)) kept = united(kept, each["fieldsV1"]);
  // The answer has the number of pods although we did not send it.
  const char* counted = live["kind"].text() == "CronJob" ? "f:suspend" : "f:replicas";
  if (kept["f:spec"][counted].is_null() && !dropped["f:spec"][counted].is_null())
    dropped.set("f:spec", without(dropped["f:spec"], counted));
  return without_fields(answer, dropped, kept);
}

json managed_fields_after(const json& live, const json& wanted, const std::vector<std::string>& managers) {
  using namespace release_take_over;
  json fields(json::object{}), kept(json::array{});
  bool taken = false;
  for (const json& each : live["metadata"]["managedFields"].elements()) {
    const bool theirs = is_theirs(each, managers);
    if (!theirs && !is_ours(each)) {
      kept.push(each);
      continue;
    }
    taken = taken || theirs;
    // Fields of another version of the kind have other names; nobody owns them then.
    if (each["apiVersion"] != live["apiVersion"]) continue;
    json handed = each["fieldsV1"];
    if (json rest = theirs ? held_back(each, handed, left_to_others(live, wanted)) : json(); !rest.is_null())
      kept.push(std::move(rest));
    fields = united(fields, handed);
  }
  if (!taken) return {};
  kept.push(own_entry(live, std::move(fields)));
  return kept;
}

status take_over_fields(kubernetes::cluster& with,
                        const json& live,
                        const json& wanted,
                        const std::vector<std::string>& managers,
                        const std::string& subject) {
  json entries = managed_fields_after(live, wanted, managers);
  if (entries.is_null()) return {};
  json metadata(json::object{}), body(json::object{});
  metadata.set("resourceVersion", live["metadata"]["resourceVersion"]);
  metadata.set("managedFields", std::move(entries));
  body.set("metadata", std::move(metadata));
  const kubernetes::object_key key = kubernetes::object_key::of(live);
  const kubernetes::api_answer answer = with.patch(key, "merge", body);
  if (answer) return {};
  return error_of(*answer.failure, subject, key,
                  "take over the fields of " + joined(managers, ", ") + " in " + key.text());
}

}  // namespace cicd
