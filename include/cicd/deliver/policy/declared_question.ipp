// The declaration's part of a question to the gate.
#pragma once

#include <cicd/base/glob.hpp>
#include <cicd/deliver/policy/declared_question.hpp>

namespace cicd {

gate_question question_of(change what, const declared_pipeline& pipeline, const environment* place) {
  gate_question of;
  of.what = what;
  of.pipeline = pipeline.declared.name.str();
  of.subject = of.pipeline + "/" + (place == nullptr ? "publish" : place->name.str());
  if (place == nullptr) return of;
  of.environment = place->name.str();
  of.is_protected = place->is_protected;
  of.takes_dirty = place->allow_dirty;
  of.follows = place->on;
  if (what == change::deploy) of.soak = std::chrono::milliseconds(place->soak.milliseconds());
  return of;
}

release_rules release_rules_of(const declared_pipeline& pipeline,
                               const environment& place,
                               const std::string& tag) {
  release_rules rules;
  if (!is_released(place)) return rules;
  for (const release& each : pipeline.declared.releases)
    for (const ref_pattern& pattern : each.branches) rules.branches.push_back(pattern.str());
  if (place.on.kind != ref_kind::tag) return rules;
  rules.order = tag_order::of(place.on.pattern, versions_of(pipeline.declared));
  rules.tag = tag;
  return rules;
}

std::vector<const environment*> environments_of_event(const declared_pipeline& pipeline,
                                                      ref_kind kind,
                                                      std::string_view name) {
  std::vector<const environment*> all;
  for (const environment& each : pipeline.declared.environments)
    if (each.on.kind == kind && ref_matches(each.on.pattern.view(), name)) all.push_back(&each);
  return all;
}

version_rule versions_of(const pipeline& declared) {
  return declared.releases.empty() ? version_rule::none : declared.releases.front().versions;
}

}  // namespace cicd
