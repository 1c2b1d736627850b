// The bodies of deliver/policy/, to be included in exactly one translation unit. The order is of no
// importance.
#pragma once

#include <cicd/deliver/policy/action.ipp>
#include <cicd/deliver/policy/approval.ipp>
#include <cicd/deliver/policy/approver.ipp>
#include <cicd/deliver/policy/base_declaration.ipp>
#include <cicd/deliver/policy/declared_question.ipp>
#include <cicd/deliver/policy/declared_rules.ipp>
#include <cicd/deliver/policy/deploy_window.ipp>
#include <cicd/deliver/policy/fleet_actions.ipp>
#include <cicd/deliver/policy/fleet_observation.ipp>
#include <cicd/deliver/policy/gate.ipp>
#include <cicd/deliver/policy/gate_release.ipp>
#include <cicd/deliver/policy/gate_signature.ipp>
#include <cicd/deliver/policy/gate_sources.ipp>
#include <cicd/deliver/policy/gate_state.ipp>
#include <cicd/deliver/policy/gate_waits.ipp>
#include <cicd/deliver/policy/gate_who.ipp>
#include <cicd/deliver/policy/gates_declared.ipp>
#include <cicd/deliver/policy/hold.ipp>
#include <cicd/deliver/policy/own_configuration.ipp>
#include <cicd/deliver/policy/remote_place.ipp>
#include <cicd/deliver/policy/soak.ipp>
#include <cicd/deliver/policy/source_check.ipp>
#include <cicd/deliver/policy/version_order.ipp>
