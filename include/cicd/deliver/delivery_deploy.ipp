// Deploying by a repository of manifests or a folder.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/deliver/delivery.hpp>
#include <cicd/deliver/git/git_client.hpp>
#include <cicd/deliver/policy/source_check.hpp>
#include <cicd/deliver/render/render_folder.hpp>

namespace cicd {

namespace release_delivery {

/// `+ Deployment orders-api`, `~ …`, `- …`, by comparing files.
std::vector<std::string> changes_between(const std::map<std::string, std::string>& now,
                                         const std::map<std::string, std::string>& wanted) {
  std::vector<std::string> lines;
  for (const auto& [file, content] : wanted) {
    const auto there = now.find(file);
    if (there == now.end())
      lines.push_back("+ " + file);
    else if (there->second != content)
      lines.push_back("~ " + file);
  }
  for (const auto& [file, content] : now)
    if (!wanted.contains(file)) lines.push_back("- " + file);
  return lines;
}

}  // namespace release_delivery

std::vector<std::string> deploy_reasons(const std::optional<deployment_record>& before,
                                        const deployment_record& after) {
  if (!before) return {"never deployed"};
  std::vector<std::string> reasons;
  for (const auto& [name, image] : after.images) {
    const auto old = before->images.find(name);
    if (old == before->images.end())
      reasons.push_back(name + " is new");
    else if (old->second.manifest != image.manifest)
      reasons.push_back(fmt::format("{} {} replaces {}", name, image.tag, old->second.tag));
  }
  if (reasons.empty()) reasons.emplace_back("the declaration changed what is deployed");
  return reasons;
}

bool delivery::is_embedded_place(const environment& place) const {
  return place.via == deploy_way::render || (place.via == deploy_way::gitops && !place.repository);
}

manifest_target delivery::target_of(const declared_pipeline& pipeline, const environment& place) const {
  manifest_target target;
  target.url = place.repository ? place.repository.str() : where_.manifests();
  target.create = !place.repository;
  const bool is_path = target.url.find(':') == std::string::npos;
  if (is_path && !target.url.starts_with('/'))
    target.url = normal_path(pipeline.source_directory + "/" + target.url);
  target.branch = place.branch ? place.branch.str() : "main";
  target.path = place.path ? place.path.str() : place.name.str() + "/" + pipeline.declared.name.str();
  const std::string branch = target.url + "\n" + target.branch, clones = where_.own() + "/gitops/";
  target.clone = clones + hex(sha256(branch + "\n" + target.path)).substr(0, 16);
  target.turn = clones + hex(sha256(branch)).substr(0, 16) + ".turn";
  return target;
}

std::string delivery::folder_of(const declared_pipeline& pipeline, const environment& place) const {
  const std::string below =
      place.path ? place.path.str() : "rendered/" + place.name.str() + "/" + pipeline.declared.name.str();
  return where_.build_root + "/" + below;
}

std::string delivery::address_of(const declared_pipeline& pipeline, const environment& place) const {
  if (place.via == deploy_way::render) return folder_of(pipeline, place);
  if (place.via == deploy_way::kubectl) return cluster_address_of(pipeline, place);
  const manifest_target target = target_of(pipeline, place);
  return shown_url(target.url) + " (" + target.path + ")";
}

result<manifest_state> delivery::state_of(const declared_pipeline& pipeline,
                                          const environment& place,
                                          const cancellation* cancelled) const {
  if (place.via == deploy_way::render) return read_folder(folder_of(pipeline, place));
  if (place.via == deploy_way::kubectl) return cluster_state_of(pipeline, place, cancelled);
  return read_manifests(target_of(pipeline, place), around_, {cancelled, {}, 50});
}

result<std::vector<deployment_record>> delivery::history_of(const declared_pipeline& pipeline,
                                                            const environment& place,
                                                            std::size_t most) const {
  if (place.via == deploy_way::render) return folder_history(folder_of(pipeline, place), most);
  if (place.via == deploy_way::kubectl) return cluster_history_of(pipeline, place, most);
  // A deployment with VERIFY is written down twice: when it was committed, and how it ended.
  auto all = manifest_history(target_of(pipeline, place), 2 * most, around_, {});
  if (!all) return all;
  const auto is_same = [](const deployment_record& one, const deployment_record& next) {
    return one.id == next.id;
  };
  all->erase(std::unique(all->begin(), all->end(), is_same), all->end());
  if (all->size() > most) all->resize(most);
  return all;
}

/// Images that run there already keep what first built them; others get the tag of this commit.
result<delivery::draft> delivery::draft_for(const graph_step& step,
                                            const std::vector<wanted_image>& images,
                                            const std::optional<deployment_record>& before) {
  const declared_pipeline& pipeline = *step.pipeline;
  const git_state& git = source_of(pipeline).git;
  draft made;
  made.record = {.pipeline = pipeline.declared.name.str(),
                 .environment = step.place->name.str(),
                 .generation = before ? before->generation + 1 : 1,
                 .id = options_.run_id,
                 .commit = git.commit.value_or(""),
                 .committed = {},
                 .branch = git.built_branch.value_or(""),
                 .version = {},
                 .dirty = false,
                 .declaration = {},
                 .who = {},
                 .when = time_.now(),
                 .images = {},
                 .manifests = {},
                 .outcome = "deployed"};
  made.facts.pipeline = made.record.pipeline;
  made.facts.environment = made.record.environment;
  made.facts.protected_branch = step.place->on.kind != ref_kind::none;
  for (const wanted_image& image : images) {
    auto registry = registry_for(image.repository, registry_setup(), around_);
    if (!registry) return std::move(registry).error();
    deployment_record::image& held = made.record.images[image.name];
    const bool known = before && before->images.contains(image.name);
    if (known && before->images.at(image.name).manifest == image.manifest
        && before->images.at(image.name).reference
               == (*registry)->reference(before->images.at(image.name).tag, image.manifest)) {
      held = before->images.at(image.name);
    } else {
      result<std::string> tag = tag_for(pipeline, image.manifest);
      if (!tag) return std::move(tag).error();
      held = {(*registry)->reference(*tag, image.manifest), *tag, image.manifest, git.commit.value_or(""),
              git.built_branch.value_or("")};
    }
    made.facts.images[image.name] = {held.reference, held.tag, held.built_from, held.built_branch};
    if (made.record.version.empty()) made.record.version = held.tag;
  }
  if (status read = read_declared_files(pipeline, *step.place, made.facts); !read)
    return std::move(read).error();
  return made;
}

/// Whether the last deployment came to its end: what VERIFY refused, or never saw, is tried again.
bool delivery::is_settled(const environment& place, const deployment_record& there) {
  return place.verify.empty() || there.outcome == "deployed";
}

/// What should be there, given what is: nothing when it is there already. Asked again after each rejected
/// push.
result<std::optional<wanted_manifests>> delivery::wanted(const graph_step& step,
                                                         const std::vector<wanted_image>& images,
                                                         const manifest_state& now) {
  const declared_pipeline& pipeline = *step.pipeline;
  result<draft> made = draft_for(step, images, now.record);
  if (!made) return std::move(made).error();
  const kubernetes::release_facts& facts = made->facts;
  wanted_manifests want;
  want.record = std::move(made->record);
  result<std::vector<kubernetes::object>> objects = kubernetes::objects_of(pipeline, facts);
  if (!objects) return std::move(objects).error();
  if (objects->empty())
    return error{exit_class::usage,
                 step.id,
                 "there is nothing to deploy: the pipeline declares no service",
                 {},
                 {{"try", fmt::format("pipeline_service({} api PORT 8080)", want.record.pipeline)}}};
  for (const kubernetes::object& object : *objects)
    want.files[object.file] = kubernetes::yaml_text(object.content);
  want.record.manifests = digest_of_manifests(want.files);
  if (now.record && now.files == want.files && is_settled(*step.place, *now.record))
    return std::optional<wanted_manifests>{};
  if (is_embedded_place(*step.place)) return std::optional{std::move(want)};
  want.record.source = cicd::source_of(pipeline, now.record, around_);
  if (status same = check_source(pipeline, want.record.source, now.record, {step.id, step.place->name.str()});
      !same)
    return std::move(same).error();
  return std::optional{std::move(want)};
}

result<step_plan> delivery::plan_deploy(const graph_step& step, const std::vector<wanted_image>& images) {
  result<manifest_state> now = state_of(*step.pipeline, *step.place, &options_.cancelled);
  if (!now) return std::move(now).error();
  result<std::optional<wanted_manifests>> want = wanted(step, images, *now);
  if (!want) return std::move(want).error();
  step_plan plan{.step = 0,
                 .what = decision::up_to_date,
                 .key = {},
                 .reasons = {},
                 .details = {},
                 .result = step_result{}};
  if (!*want) return plan;
  const result<permit> may = may_write(step, state_in(step, *now), &options_.cancelled);
  if (!may && !options_.rehearses) return may.error();
  plan.what = decision::run;
  plan.result.reset();
  plan.reasons = now->record && now->files == (*want)->files
                     ? std::vector<std::string>{"VERIFY has not succeeded for what is deployed"}
                     : deploy_reasons(now->record, (*want)->record);
  plan.details = release_delivery::changes_between(now->files, (*want)->files);
  if (!may) plan.reasons.push_back(refusal_text(may.error()));
  return plan;
}

namespace release_delivery {

std::string message_for(const deployment_record& record) {
  std::string message =
      fmt::format("deploy {} {} to {}\n\nservice: {}\nversion: {}\ncommit: {}\nby: {}\nrun: {}\n",
                  record.pipeline, record.version, record.environment, record.pipeline, record.version,
                  record.commit.empty() ? "unknown" : record.commit, record.who, record.id);
  for (const auto& [name, image] : record.images) message += fmt::format("{}: {}\n", name, image.reference);
  return message;
}

}  // namespace release_delivery

/// What the manifests' own record tells the gate.
gate_state delivery::state_in(const graph_step& step, const manifest_state& now) {
  gate_state state;
  state.newer = succession_of(step, now.record);
  return state;
}

outcome delivery::deploy(const graph_step& step,
                         const cancellation& cancelled,
                         const std::function<void(const std::string&)>& say) {
  const std::vector<wanted_image>& images = state_for(step.id).images;
  std::size_t files = 0;
  std::optional<deployment_record> written_record;
  const decide_manifests decide = [&](const manifest_state& now) -> result<std::optional<decided_manifests>> {
    result<std::optional<wanted_manifests>> want = wanted(step, images, now);
    if (!want) return std::move(want).error();
    if (!*want) return std::optional<decided_manifests>{};
    const result<permit> allowed = may_write(step, state_in(step, now), &cancelled);
    if (!allowed) return allowed.error();
    if (status done = sign(*step.pipeline, (*want)->record); !done) return std::move(done).error();
    if (!step.place->verify.empty()) (*want)->record.outcome = "verifying";
    (*want)->message = release_delivery::message_for((*want)->record);
    files = release_delivery::changes_between(now.files, (*want)->files).size();
    written_record = (*want)->record;
    return std::optional{decided_manifests{**std::move(want), *allowed}};
  };
  outcome end;
  end.how = step_outcome::ran;
  if (step.place->via == deploy_way::render) {
    result<bool> written = write_folder(folder_of(*step.pipeline, *step.place), decide, &cancelled);
    if (!written) return failed_outcome(std::move(written).error());
    end.summary = fmt::format("{} manifests in {}", files, folder_of(*step.pipeline, *step.place));
    return end;
  }
  auto commit =
      commit_manifests(target_of(*step.pipeline, *step.place), decide, around_, {&cancelled, say, 50});
  if (!commit) return failed_outcome(std::move(commit).error());
  end.summary = *commit ? fmt::format("{} manifests changed, commit {}", files, (*commit)->substr(0, 7))
                        : "somebody else had done it already";
  if (!*commit || step.place->verify.empty()) return end;
  if (status verified = verify_manifests(step, *written_record, cancelled, say); !verified)
    return failed_outcome(std::move(verified).error().with(
        "left", fmt::format("the manifests are committed as {} and stay; deploying again runs VERIFY again",
                            (*commit)->substr(0, 7))));
  return end;
}

/// VERIFY of manifests that are committed; the record says how it ended, so that whoever comes next knows.
status delivery::verify_manifests(const graph_step& step,
                                  const deployment_record& record,
                                  const cancellation& cancelled,
                                  const std::function<void(const std::string&)>& say) {
  wanted_release of;
  of.pipeline = step.pipeline;
  of.where = step.place;
  of.place = {record.pipeline, record.environment, step.place->namespace_name.str()};
  draft made = draft_of(record, *step.place);
  of.facts = std::move(made.facts);
  of.record = std::move(made.record);
  status verified = run_verify(step.id, of, cancelled, say);
  if (cancelled.cancelled()) return verified;
  const decide_manifests decide = [&](const manifest_state& now) -> result<std::optional<decided_manifests>> {
    // Whoever deployed meanwhile has the last word.
    if (!now.record || now.record->id != record.id) return std::optional<decided_manifests>{};
    const result<permit> allowed = may_write(step, state_in(step, now), &cancelled);
    if (!allowed) return allowed.error();
    wanted_manifests same{now.files, *now.record, {}};
    same.record.outcome = verified ? "deployed" : "failed";
    same.message = fmt::format("verify {} {} in {}: {}\n\nrun: {}\n", record.pipeline, record.version,
                               record.environment, same.record.outcome, record.id);
    return std::optional{decided_manifests{std::move(same), *allowed}};
  };
  const auto told =
      commit_manifests(target_of(*step.pipeline, *step.place), decide, around_, {&cancelled, say, 50});
  if (told || !verified) return verified;
  return told.error();
}

}  // namespace cicd
