// A plan as lines for a person, as a fingerprint, and as the contract "saved plan". See plan.hpp.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/deliver/cluster/plan.hpp>
#include <cicd/deliver/cluster/selector.hpp>
#include <cicd/deliver/policy/approval.hpp>
#include <cicd/kubernetes/change_lines.hpp>

namespace cicd {

namespace deliver_cluster_plan_text {
namespace {

using what = planned_object::what;

/// What the server keeps for itself, left out; the data of a Secret by digest.
json essence_of(const json& live) {
  json::object kept;
  for (const auto& [key, value] : live.members()) {
    if (key == "status") continue;
    if (live["kind"].text() == "Secret" && (key == "data" || key == "stringData")) {
      kept.emplace_back(key, hex(sha256(compact(value))));
      continue;
    }
    if (key != "metadata") {
      kept.emplace_back(key, value);
      continue;
    }
    json::object metadata;
    for (const auto& [name, part] : value.members())
      if (name == "name" || name == "namespace" || name == "labels" || name == "annotations" || name == "uid")
        metadata.emplace_back(name, part);
    kept.emplace_back(key, std::move(metadata));
  }
  return json(std::move(kept));
}

/// `good`, or where the value comes from: what a Secret holds is in no object.
std::string source_of_value(const json& variable) {
  if (!variable["value"].is_null()) return kubernetes::value_text(variable["value"]);
  const json& from = variable["valueFrom"];
  for (const auto& [part, kind] : {std::pair("secretKeyRef", "Secret"), {"configMapKeyRef", "ConfigMap"}})
    if (const json& key = from[part]; key.is_object())
      return fmt::format("key {} of {} {}", key["key"].text(), kind, key["name"].text());
  if (const json& field = from["fieldRef"]; field.is_object()) return field["fieldPath"].text();
  return from.is_null() ? std::string("(empty)") : compact(from);
}

void add_container(const json& container, std::vector<std::string>& to) {
  to.push_back(fmt::format("    container {}: {}", container["name"].text(), container["image"].text()));
  for (const json& each : container["env"].elements())
    to.push_back(fmt::format("      {}={}", each["name"].text(), source_of_value(each)));
  for (const json& each : container["envFrom"].elements())
    for (const auto& [part, kind] : {std::pair("secretRef", "Secret"), {"configMapRef", "ConfigMap"}})
      if (each[part].is_object())
        to.push_back(fmt::format("      all of {} {}", kind, each[part]["name"].text()));
}

/// Of one that is new there are no changes to show: who answers, under which labels, with which variables.
void add_facts(const json& wanted, std::vector<std::string>& to) {
  std::vector<std::string> labels;
  for (const auto& [key, value] : wanted["metadata"]["labels"].members())
    labels.push_back(key + '=' + value.text());
  for (const json& each : wanted["spec"]["rules"].elements())
    if (!each["host"].text().empty()) to.push_back("    host " + each["host"].text());
  const json& pod = pod_template_of(wanted)["spec"];
  if (!pod.is_object()) return;
  if (!labels.empty()) to.push_back("    labels " + joined(labels, " "));
  if (const json& count = wanted["spec"]["replicas"]; !count.is_null())
    to.push_back("    replicas " + compact(count));
  for (const char* list : {"initContainers", "containers"})
    for (const json& each : pod[list].elements()) add_container(each, to);
}

std::string how_of(const planned_object& one) {
  std::string how;
  if (!one.managers.empty()) how += ", taken over from " + joined(one.managers, ", ");
  if (!one.waits_for.empty())
    how += ", once the one that is being deleted is gone, which waits for " + one.waits_for;
  if (one.anew)
    how +=
        ", made anew, since its selector can never be changed: the old pods answer until the new ones are "
        "ready";
  if (one.last) how += ", once all pods are ready";
  if (one.instead_of) how += ", in place of " + one.instead_of->text();
  return how;
}

std::string_view sign_of(what kind) {
  switch (kind) {
    case what::add: return "+";
    case what::change: return "~";
    case what::remove: return "-";
    case what::same: break;
  }
  return "=";
}

}  // namespace
}  // namespace deliver_cluster_plan_text

std::vector<std::string> lines_of(const cluster_plan& plan) {
  std::vector<std::string> lines;
  for (const planned_object& one : plan.objects) {
    if (one.kind == planned_object::what::same) continue;
    lines.push_back(fmt::format("{} {}{}", deliver_cluster_plan_text::sign_of(one.kind), one.key.text(),
                                deliver_cluster_plan_text::how_of(one)));
    if (one.kind == planned_object::what::add) deliver_cluster_plan_text::add_facts(one.wanted, lines);
    for (const std::string& each : kubernetes::lines_of(one.changes)) lines.push_back("    " + each);
  }
  for (const std::string& each : plan.kept) lines.push_back("! " + each);
  for (const std::string& each : plan.remarks) lines.push_back("! " + each);
  return lines;
}

digest fingerprint_of(const cluster_plan& plan) {
  sha256_stream over;
  const auto add = [&](std::string_view part) {
    over.update(fmt::format("{}:", part.size()));
    over.update(part);
  };
  add(plan.cluster);
  add(plan.place.namespace_name + '/' + plan.place.state_name());
  for (const planned_object& one : plan.objects) {
    // Of a branch's copy each object changes, if only by its end.
    const auto kind = one.kind == planned_object::what::same && !plan.place.branch_key.empty()
                          ? planned_object::what::change
                          : one.kind;
    add(fmt::format("{} {} {} {}", static_cast<int>(kind), one.key.kind, one.key.namespace_name,
                    one.key.name));
    add(without_end_of_copy(compact(one.wanted)));
    add(compact(deliver_cluster_plan_text::essence_of(one.live)));
  }
  return over.finish();
}

digest approval_digest(const cluster_plan& plan, const deployment_record& record) {
  sha256_stream over;
  over.update(record.pipeline + '\n' + record.environment + '\n');
  // A branch's copy is never taken for the environment itself, nor for another branch's.
  if (!plan.place.branch_key.empty()) over.update("of branch " + plan.place.branch_key + '\n');
  for (const auto& [name, image] : record.images) over.update(name + '=' + oci_text(image.manifest) + '\n');
  // An approval of the objects does not cover taking fields over from other managers.
  for (const std::string& each : record.taken_over) over.update("taken over from " + each + '\n');
  for (const planned_object& one : plan.objects)
    if (one.kind != planned_object::what::remove) {
      over.update(without_end_of_copy(compact(one.wanted)) + '\n');
      for (const std::string& each : one.managers) over.update("in place of " + each + '\n');
    }
  return over.finish();
}

json saved_plan_of(const cluster_plan& plan, const deployment_record& record) {
  json images(json::object{});
  for (const auto& [name, image] : record.images) images.set(name, image.reference);
  json objects(json::array{});
  for (const planned_object& one : plan.objects) {
    json entry(json::object{});
    entry.set("do", deliver_cluster_plan_text::sign_of(one.kind));
    entry.set("kind", one.key.kind);
    entry.set("namespace", one.key.namespace_name);
    entry.set("name", one.key.name);
    entry.set("there", hex(sha256(compact(deliver_cluster_plan_text::essence_of(one.live)))));
    entry.set("wanted", hex(sha256(compact(one.wanted))));
    json changes(json::array{});
    for (const kubernetes::field_change& each : one.changes) changes.push(text_of(each));
    entry.set("changes", std::move(changes));
    objects.push(std::move(entry));
  }
  json saved(json::object{});
  saved.set("schema", 1);
  saved.set("pipeline", record.pipeline);
  saved.set("environment", record.environment);
  saved.set("cluster", plan.cluster);
  saved.set("namespace", plan.place.namespace_name);
  saved.set("images", std::move(images));
  saved.set("objects", std::move(objects));
  saved.set("fingerprint", hex(fingerprint_of(plan)));
  return saved;
}

}  // namespace cicd
