// What the gate is asked of a change, as far as the declaration alone says it, and which environments a git
// event leads to. Pure; it knows neither what is checked out nor what is there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/model.hpp>
#include <cicd/deliver/policy/gate.hpp>

namespace cicd {

/// `place`: null for a change that is of no environment.
gate_question question_of(change what, const declared_pipeline& pipeline, const environment* place);

/// What a deploy is asked of releases, by that tag; nothing for what is not released.
release_rules release_rules_of(const declared_pipeline& pipeline,
                               const environment& place,
                               const std::string& tag);

/// Those that follow that branch or tag; none of a pipeline that is built elsewhere, whose events are heard
/// there.
std::vector<const environment*> environments_of_event(const declared_pipeline& pipeline,
                                                      ref_kind kind,
                                                      std::string_view name);

/// The order of the tags, as pipeline_release() has it.
version_rule versions_of(const pipeline& declared);

}  // namespace cicd
