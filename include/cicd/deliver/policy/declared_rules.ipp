// A sentence for each rule.
#pragma once

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/signature.hpp>
#include <cicd/declare/upstream.hpp>
#include <cicd/declare/values/value_traits.hpp>
#include <cicd/deliver/policy/declared_question.hpp>
#include <cicd/deliver/policy/declared_rules.hpp>
#include <cicd/deliver/policy/gate_rules.hpp>

namespace cicd {

namespace deliver_policy_declared_rules {
namespace {

using declaring::values_of;

std::string named(const declared_change& of) {
  return fmt::format("{} {}", of.pipeline.declared.name.view(), of.place->name.view());
}

// Each gives when the change is let in; empty where the declaration gives the rule nothing to ask.

std::string dirty_text(const declared_change& of) {
  const bool takes = of.place != nullptr && of.place->allow_dirty;
  return takes ? std::string() : "there are no uncommitted changes";
}

std::string ref_text(const environment& of) {
  if (of.on.kind == ref_kind::none) return {};
  return "it is deployed from " + joined(values_of(of.on), " ");
}

std::string version_text(const declared_change& of) {
  const version_rule by = versions_of(of.pipeline.declared);
  if (by == version_rule::none || of.place == nullptr || of.place->on.kind != ref_kind::tag
      || !is_released(*of.place))
    return {};
  return fmt::format("the tag is a version ({})", values_of(by).front());
}

std::string proposal_text(const declared_change& of) {
  if (of.what == change::preview || of.what == change::publish)
    return "of a pull request, the base branch declares it";
  return "it is not a pull request";
}

std::string branches_text(const declared_change& of) {
  if (of.place == nullptr) return {};
  const std::vector<std::string> branches = release_rules_of(of.pipeline, *of.place, {}).branches;
  return branches.empty() ? std::string() : "the commit is on " + joined(branches, " or ");
}

std::string from_text(const environment& of) {
  return of.from.empty() ? std::string()
                         : "the commit was deployed and healthy in "
                               + replaced_all(joined(values_of(of.from), " and "), "|", " or ")
                               + (of.same_config ? ", as it is declared there now" : "");
}

std::string window_text(const environment& of) {
  if (of.window.empty()) return {};
  return fmt::format("it is {}, {}", joined(values_of(of.window), " or "),
                     of.time_zone ? of.time_zone.view() : "UTC");
}

std::string await_text(const environment& of) {
  return of.await.empty() ? std::string()
                          : "images of the commit are there: " + joined(values_of(of.await), ", ");
}

std::string upstream_text(const environment& of) {
  const std::optional<declared_upstream> upstream = upstream_of(of);
  return upstream ? "its build is good: " + upstream->text() : std::string();
}

std::string signature_text(const environment& of) {
  const std::optional<wanted_signature> by = signature_of(of);
  return by ? "its images, and their provenance, are signed by " + by->text() : std::string();
}

std::string approval_text(const declared_change& of) {
  if (of.approval == approval_rule::none) return {};
  return fmt::format("{} approved it: {} --reason …",
                     of.approval == approval_rule::other ? "another user than the author" : "a user",
                     of.approve_words);
}

std::string remote_ref_text(const environment& of) {
  return of.on.kind == ref_kind::branch
             ? fmt::format("the commit is on {} of the remote repository", of.on.pattern.view())
             : std::string();
}

/// Of a rule that depends on the environment's declaration.
std::string text_in(const environment& place, gate_rule rule, const declared_change& of) {
  switch (rule) {
    case gate_rule::protection:
      return place.is_protected ? "it runs in CI, on: " + gate_rules::events_text(of.what) : std::string();
    case gate_rule::ref: return ref_text(place);
    case gate_rule::pin:
      return place.pin.empty() ? std::string() : "it is the artifact of PIN " + place.pin.str();
    case gate_rule::moved_tag:
      return place.on.kind == ref_kind::tag ? "the tag was of no other commit before" : "";
    case gate_rule::superseded:
      return place.pin.empty() ? "nothing newer is deployed there" : "no other run deploys there meanwhile";
    case gate_rule::weakened: return "the declaration asks for no less than the newest that was deployed";
    case gate_rule::hold: return "no hold is set: cicd hold show " + named(of);
    case gate_rule::from: return from_text(place);
    case gate_rule::soak: return place.soak ? "it was healthy there for " + place.soak.text() : std::string();
    case gate_rule::window: return window_text(place);
    case gate_rule::await: return await_text(place);
    case gate_rule::upstream: return upstream_text(place);
    case gate_rule::signature: return signature_text(place);
    case gate_rule::remote_ref: return remote_ref_text(place);
    case gate_rule::program:
      return place.gate.empty() ? std::string() : shell_quoted(values_of(place.gate)) + " ends with 0";
    default: return {};
  }
}

std::string text_for(gate_rule rule, const declared_change& of) {
  switch (rule) {
    case gate_rule::fork: return "it is not a pull request of a fork";
    case gate_rule::proposal: return proposal_text(of);
    case gate_rule::dirty: return dirty_text(of);
    case gate_rule::branches: return branches_text(of);
    case gate_rule::version: return version_text(of);
    case gate_rule::yanked: return "the artifact was not yanked";
    case gate_rule::declaration:
      return of.pipeline.declared.pipeline_ref.empty()
                 ? std::string()
                 : fmt::format("its declaration is on {} of its remote repository",
                               of.pipeline.declared.pipeline_ref.view());
    case gate_rule::approval: return approval_text(of);
    default: return of.place == nullptr ? std::string() : text_in(*of.place, rule, of);
  }
}

}  // namespace
}  // namespace deliver_policy_declared_rules

change change_of(const graph_step& step) {
  if (step.kind() == step_kind::publish) return change::publish;
  if (step.branch_copy() != nullptr) return change::preview;
  return step.branch_share() != nullptr ? change::canary : change::deploy;
}

std::vector<declared_rule> rules_of(const declared_change& of) {
  std::vector<declared_rule> all;
  for (const gate_rule rule : all_rules) {
    if (!gate_rules::is_asked(of.what, rule, of.is_outside)) continue;
    std::string text = deliver_policy_declared_rules::text_for(rule, of);
    if (!text.empty()) all.push_back({rule, std::move(text)});
  }
  return all;
}

}  // namespace cicd
