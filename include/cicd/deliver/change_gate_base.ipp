// Of whom a run is: what its pull request's base branch says, and whether it may have secrets.
#pragma once

#include <fmt/format.h>

#include <cicd/base/unicode.hpp>
#include <cicd/deliver/change_gate.hpp>
#include <cicd/deliver/policy/approval.hpp>
#include <cicd/deliver/policy/base_declaration.hpp>
#include <cicd/deliver/policy/gate_rules.hpp>

namespace cicd {

/// Where it is not asked, the gate refuses.
status change_gate::add_base(const declared_pipeline& pipeline, gate_question& to) const {
  if (!gate_rules::is_asked_of_base(to) || !options_.base || to.base) return {};
  result<base_branch> base = options_.base();
  if (!base) {
    error why = std::move(base).error();
    why.subject = to.subject;
    return why;
  }
  const environment* const place =
      to.what == change::publish ? nullptr : environment_in(pipeline, to.environment);
  to.base = base_declaration_of(*base, pipeline, place);
  take_rules(to, *base);
  return {};
}

bool change_gate::asks_approval(const graph_step& step) const {
  gate_question of = question_of(step);
  if (of.approval == approval_rule::none) (void)add_base(*step.pipeline, of);
  return of.approval != approval_rule::none;
}

std::string change_gate::base_words(const graph_step& step) const {
  gate_question of = question_of(step);
  if (!add_base(*step.pipeline, of) || !of.base) return {};
  const char* const approval = of.approval == approval_rule::none       ? "no approval"
                               : of.approval == approval_rule::required ? "APPROVAL required"
                                                                        : "APPROVAL other";
  return of.base->by + (of.what == change::preview ? std::string(": ") + approval : std::string());
}

status change_gate::may_have_secrets(const graph_step& step) const {
  return may_have_secrets(*step.pipeline, step.id);
}

status change_gate::may_have_secrets(const declared_pipeline& pipeline, const std::string& subject) const {
  gate_question of;
  of.what = change::secret;
  of.subject = subject;
  of.pipeline = pipeline.declared.name.str();
  of.event = event_;
  const result<permit> leave = may(of, {});
  return leave ? status{} : leave.error();
}

}  // namespace cicd
