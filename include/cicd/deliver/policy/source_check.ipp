// Two identities compared, and the refusal of a declaration from elsewhere, with what helps.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/policy/source_check.hpp>
#include <cicd/deliver/source_clone.hpp>

namespace cicd {

namespace deliver_policy_source_check {
namespace {

error of_another(const declared_pipeline& pipeline,
                 const source_identity& ours,
                 std::string what,
                 const std::string& theirs,
                 const source_place& where) {
  error failure{exit_class::conflict, where.subject, std::move(what), displayable(theirs), {}};
  if (const auto at = pipeline.origins.find("environment." + where.environment); at != pipeline.origins.end())
    failure = std::move(failure).with("declared at", at->second.text(pipeline.source_directory));
  return std::move(failure)
      .with("here", ours.known() ? displayable(ours.text()) : "no repository, so they cannot be told apart")
      .with("try",
            fmt::format("another name in add_pipeline(), or another NAMESPACE; where this one takes its "
                        "place: add_pipeline({} FORMERLY {})",
                        pipeline.declared.name.view(), displayable(shell_quoted(theirs))));
}

}  // namespace
}  // namespace deliver_policy_source_check

bool is_by_history(const std::optional<deployment_record>& there) {
  return there && there->source.known() && there->source.repository.empty();
}

source_identity source_of(const declared_pipeline& pipeline,
                          const std::optional<deployment_record>& there,
                          const surroundings& around) {
  const bool by_history = is_by_history(there);
  // Of CODE it is known without a clone.
  if (pipeline.is_elsewhere() && !by_history)
    return {.repository = repository_named_by(code_url_of(pipeline)), .root = {}, .path = {}};
  return source_identity_of(pipeline.repository(), around, by_history);
}

bool is_same_source(const source_identity& ours, const source_identity& theirs) {
  if (!theirs.known()) return true;
  if (ours.path != theirs.path) return false;
  if (!theirs.repository.empty()) return ours.repository == theirs.repository;
  return ours.root == theirs.root;
}

bool takes_place_of(const declared_pipeline& pipeline, const std::string& source) {
  return std::ranges::any_of(pipeline.declared.formerly,
                             [&](const text& each) { return each.view() == source; });
}

status check_source(const declared_pipeline& pipeline,
                    const source_identity& ours,
                    const std::optional<deployment_record>& there,
                    const source_place& where) {
  if (!there || is_same_source(ours, there->source) || takes_place_of(pipeline, there->source.text()))
    return {};
  error failure = deliver_policy_source_check::of_another(
      pipeline, ours, where.what + " comes from another repository", there->source.text(), where);
  failure = std::move(failure).with(
      "there", displayable(fmt::format("{} by {} at {}", there->version, there->who, utc_text(there->when))));
  const bool by_history = there->source.repository.empty();
  if (!by_history || !ours.root.empty() || !ours.known()) return failure;
  return std::move(failure).with("or", "git fetch --unshallow, where it is the same: its history tells");
}

error object_of_other_source(const declared_pipeline& pipeline,
                             const source_identity& ours,
                             const std::string& object,
                             const std::string& source,
                             const source_place& where) {
  return deliver_policy_source_check::of_another(pipeline, ours, object + " is of another repository", source,
                                                 where);
}

}  // namespace cicd
