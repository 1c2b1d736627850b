// The declaration's part of a question to the gate.
#pragma once

#include <cicd/base/glob.hpp>
#include <cicd/declare/signature.hpp>
#include <cicd/declare/upstream.hpp>
#include <cicd/deliver/policy/declared_question.hpp>

namespace cicd {

gate_question question_of(change what, const declared_pipeline& pipeline, const environment* place) {
  gate_question of;
  of.what = what;
  of.pipeline = pipeline.declared.name.str();
  of.is_by_hand = pipeline.is_elsewhere();
  of.subject = of.pipeline + "/" + (place == nullptr ? "publish" : place->name.str());
  if (place == nullptr) return of;
  of.environment = place->name.str();
  of.is_protected = place->is_protected;
  of.takes_dirty = place->allow_dirty;
  of.follows = place->on;
  if (const auto signer = signature_of(*place); signer && is_asked(what, gate_rule::signature))
    of.signer = signer->text();
  if (what != change::deploy) return of;
  if (!place->pin.empty()) {
    of.pin.word = place->pin.str();
    if (pins_commit(*place)) of.pin.commit = of.pin.word;
    const auto at = pipeline.origins.find("environment." + of.environment + ".pin");
    if (at != pipeline.origins.end()) of.pin.declared_at = at->second.text(pipeline.source_directory);
  }
  of.soak = std::chrono::milliseconds(place->soak.milliseconds());
  for (const image_repository& each : place->await) of.awaits.push_back(each.str());
  if (const auto upstream = upstream_of(*place)) of.upstream = upstream->text();
  return of;
}

release_rules release_rules_of(const declared_pipeline& pipeline,
                               const environment& place,
                               const std::string& tag) {
  release_rules rules;
  if (!is_released(place)) return rules;
  for (const release& each : pipeline.declared.releases)
    for (const ref_pattern& pattern : each.branches) rules.branches.push_back(pattern.str());
  const bool pins_tag = !place.pin.empty() && !pins_commit(place);
  if (place.on.kind != ref_kind::tag && !pins_tag) return rules;
  rules.order = tag_order::of(place.on.pattern, versions_of(pipeline.declared));
  rules.tag = tag;
  return rules;
}

std::vector<const environment*> environments_of_event(const declared_pipeline& pipeline,
                                                      ref_kind kind,
                                                      std::string_view name) {
  std::vector<const environment*> all;
  if (pipeline.is_elsewhere()) return all;  // events are of this repository
  for (const environment& each : pipeline.declared.environments)
    if (each.on.kind == kind && ref_matches(each.on.pattern.view(), name)) all.push_back(&each);
  return all;
}

version_rule versions_of(const pipeline& declared) {
  return declared.releases.empty() ? version_rule::none : declared.releases.front().versions;
}

}  // namespace cicd
