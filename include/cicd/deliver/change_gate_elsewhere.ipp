// What the gate is told of what others make or vouch for: the images of AWAIT, the build of UPSTREAM, the
// signatures of images.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/deliver/change_gate.hpp>
#include <cicd/deliver/promotion.hpp>
#include <cicd/deliver/publish.hpp>
#include <cicd/deliver/signing.hpp>

namespace cicd {

/// By the commit's tag, or by the one that a release sets.
result<std::vector<awaited_image>> change_gate::awaited_for(const environment& place,
                                                            const std::string& commit,
                                                            const std::string& tag) {
  std::vector<awaited_image> all;
  for (const image_repository& each : place.await) {
    awaited_image image{.repository = each.str(), .tags = {commit.substr(0, 7)}};
    if (!tag.empty()) image.tags.push_back(image_tag_for(tag));
    auto registry = registry_for(image.repository, registries_of(where_, options_.cancelled), around_);
    if (!registry) return std::move(registry).error();
    for (const std::string& name : image.tags) {
      if (image.manifest) break;
      const result<std::optional<digest>> there = (*registry)->resolve(name);
      if (!there) return there.error();
      if (*there) image.manifest = **there;
    }
    all.push_back(std::move(image));
  }
  return all;
}

/// Asked once in a run: what is recorded is what was judged.
result<change_gate::elsewhere_facts> change_gate::elsewhere_of(const declared_pipeline& pipeline,
                                                               const environment& place,
                                                               const std::string& commit,
                                                               const std::string& tag,
                                                               bool is_hotfix) {
  const std::string key = pipeline.declared.name.str() + "/" + place.name.str() + "\n" + commit + "\n" + tag;
  {
    const std::lock_guard hold(mutex_);
    if (const auto known = elsewhere_.find(key); known != elsewhere_.end()) return known->second;
  }
  elsewhere_facts found;
  result<std::vector<awaited_image>> awaited = awaited_for(place, commit, tag);
  if (!awaited) return std::move(awaited).error();
  found.awaited = *std::move(awaited);
  if (!place.upstream.empty() && !is_hotfix) {
    result<upstream_build> build = upstream_.build_of(in_, pipeline, job_of(pipeline, place), commit);
    if (!build) return std::move(build).error();
    found.upstream = *std::move(build);
  }
  const std::lock_guard hold(mutex_);
  return elsewhere_.try_emplace(key, std::move(found)).first->second;
}

/// Where nothing before them refuses for good: what waits for a time is told what it needs then.
status change_gate::add_elsewhere(const declared_pipeline& pipeline,
                                  const environment& place,
                                  const std::string& commit,
                                  const gate_question& of,
                                  gate_state& to) {
  if (of.awaits.empty() && of.upstream.empty()) return {};
  if (const auto before = refusal_before(gate_rule::await, of, to); before && !before->waits) return {};
  result<elsewhere_facts> found = elsewhere_of(pipeline, place, commit, of.released.tag, !of.hotfix.empty());
  if (!found) {
    if (found.error().subject.empty()) found.error().subject = of.subject;
    return std::move(found).error();
  }
  to.awaited = std::move(found->awaited);
  to.upstream = std::move(found->upstream);
  return {};
}

status change_gate::add_signatures(const declared_pipeline& asked_pipeline,
                                   const environment& asked_place,
                                   const gate_question& of,
                                   gate_state& to) {
  // Of a pull request the keys are those of its base or default branch, where these name any.
  const result<base_branch> base =
      of.base && options_.base ? options_.base() : result<base_branch>(base_branch{});
  const declared_pipeline* const there =
      base && base->declares ? pipeline_with_keys(*base, of.pipeline, of.environment) : nullptr;
  const declared_pipeline& pipeline = there != nullptr ? *there : asked_pipeline;
  const environment& place = there != nullptr ? *environment_in(*there, of.environment) : asked_place;
  const std::optional<wanted_signature> by = signature_of(place);
  if (of.signer.empty() || !by || !to.images) return {};
  if (const auto before = refusal_before(gate_rule::signature, of, to); before && !before->waits) return {};
  if (of.is_outside && !of.takes_dirty)
    if (status committed = check_keys_committed(pipeline, place, around_); !committed) return committed;
  std::vector<verified_image> all;
  for (const image_to_verify& each : *to.images) {
    const std::string key = fmt::format("{}/{}\n{}@{}", pipeline.declared.name.view(), place.name.view(),
                                        each.repository, hex(each.manifest));
    const auto known = [&]() -> std::optional<verified_image> {
      const std::lock_guard hold(mutex_);
      const auto found = verified_.find(key);
      return found == verified_.end() ? std::nullopt : std::optional(found->second);
    }();
    result<verified_image> now =
        known ? result<verified_image>(*known) : verified_in(in_, pipeline, place, *by, each);
    if (!now) {
      if (now.error().subject.empty()) now.error().subject = of.subject;
      return std::move(now).error();
    }
    // A plan of what is not published yet cannot tell.
    if (!now->is_there && of.rehearses) return {};
    if (now->lacks == signature_state::lack::none) {
      const std::lock_guard hold(mutex_);
      verified_.insert_or_assign(key, *now);
    }
    all.push_back(*std::move(now));
  }
  const bool is_signed = std::ranges::all_of(all, [](const verified_image& each) {
    return each.lacks == signature_state::lack::none && each.other_pipeline.empty();
  });
  to.verified = std::move(all);
  if (!is_signed) return {};
  const std::lock_guard hold(mutex_);
  signers_.insert_or_assign(of.subject, of.signer);
  return {};
}

std::string change_gate::signer_of(const graph_step& step) {
  const std::lock_guard hold(mutex_);
  const auto found = signers_.find(step.whole().id);
  return found == signers_.end() ? std::string() : found->second;
}

void change_gate::record_elsewhere(const graph_step& part, deployment_record& to) {
  const graph_step& step = part.whole();
  if (step.place() == nullptr || step.is_of_branch()) return;
  const environment& place = *step.place();
  if (place.await.empty() && place.upstream.empty()) return;
  const hand_promotion* promoted = options_.promoted_of(*step.pipeline);
  const auto found = elsewhere_of(*step.pipeline, place, to.commit, to.tag,
                                  promoted != nullptr && !promoted->hotfix.empty());
  if (!found) return;  // the gate asks it, too, and tells why
  for (const awaited_image& each : found->awaited)
    if (each.manifest) to.awaited.emplace(each.repository, each.manifest);
  if (found->upstream && found->upstream->is == upstream_build::state::good)
    to.upstream = found->upstream->link.empty() ? found->upstream->number : found->upstream->link;
}

}  // namespace cicd
