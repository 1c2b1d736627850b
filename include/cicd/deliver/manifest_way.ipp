// Deploying by files of manifests: rendering, comparing, deciding.
#pragma once

#include <fmt/format.h>

#include <cicd/base/yaml.hpp>
#include <cicd/deliver/branch_copy.hpp>
#include <cicd/deliver/change_gate.hpp>
#include <cicd/deliver/fleet_records.hpp>
#include <cicd/deliver/image_copies.hpp>
#include <cicd/deliver/manifest_values.hpp>
#include <cicd/deliver/manifest_way.hpp>
#include <cicd/deliver/policy/own_configuration.hpp>
#include <cicd/deliver/policy/source_check.hpp>
#include <cicd/deliver/promotion.hpp>
#include <cicd/deliver/release_draft.hpp>
#include <cicd/image/registry.hpp>
#include <cicd/kubernetes/change_lines.hpp>

namespace cicd {

namespace deliver_manifest_way {
namespace {

using file_map = std::map<std::string, std::string>;

/// A file that a deploy adds, changes or removes.
struct file_change {
  char sign = '~';
  std::string file, before, after;
};

std::vector<file_change> changes_between(const file_map& now, const file_map& wanted) {
  std::vector<file_change> changes;
  for (const auto& [file, content] : wanted) {
    const auto there = now.find(file);
    if (there == now.end())
      changes.push_back({'+', file, {}, content});
    else if (there->second != content)
      changes.push_back({'~', file, there->second, content});
  }
  for (const auto& [file, content] : now)
    if (!wanted.contains(file)) changes.push_back({'-', file, content, {}});
  return changes;
}

/// The object of a file; nothing where it is not exactly one.
std::optional<json> object_in(const std::string& content, const std::string& file) {
  result<std::vector<json>> documents = yaml_documents(content, file);
  if (!documents || documents->size() != 1) return std::nullopt;
  return std::move(documents->front());
}

/// `~ Deployment app-api (app-api.deployment.yaml)`, and its fields below it.
void add_lines(const file_change& of, std::vector<std::string>& to) {
  const std::optional<json> before = object_in(of.before, of.file), after = object_in(of.after, of.file);
  const std::optional<json>& object = after ? after : before;
  if (!object) return to.push_back(fmt::format("{} {}", of.sign, of.file));
  const std::string& kind = (*object)["kind"].text();
  const std::string& name = (*object)["metadata"]["name"].text();
  to.push_back(name.empty() ? fmt::format("{} {}", of.sign, of.file)
                            : fmt::format("{} {} {} ({})", of.sign, kind, name, of.file));
  if (!before || !after) return;
  for (std::string& line : kubernetes::lines_of(kubernetes::changes_between(*before, *after)))
    to.push_back("    " + std::move(line));
}

/// `image api: services/orders:v1.1@sha256:1a2b3c4d5e6f, was v1.0`, for each image that is another.
std::vector<std::string> image_lines(const std::optional<deployment_record>& before,
                                     const deployment_record& after) {
  constexpr std::size_t shown_digits = 12;
  std::vector<std::string> lines;
  for (const auto& [name, image] : after.images) {
    const auto old = before ? before->images.find(name) : after.images.end();
    const bool is_new = !before || old == before->images.end();
    if (!is_new && old->second.manifest == image.manifest) continue;
    const auto hash = image.reference.find("@sha256:");
    const std::string shown =
        hash == image.reference.npos ? image.reference : image.reference.substr(0, hash + 8 + shown_digits);
    const bool is_files = is_of_files(shown);
    lines.push_back(fmt::format("{} {}: {}{}", is_files ? "files" : "image", name, plain_repository(shown),
                                is_new ? "" : ", was " + old->second.tag));
  }
  return lines;
}

/// What a plan shows: the images, then each object with its fields.
std::vector<std::string> lines_between(const manifest_state& now, const wanted_manifests& wanted) {
  std::vector<std::string> lines = image_lines(now.record, *wanted.record);
  for (const file_change& each : changes_between(now.files, wanted.files)) add_lines(each, lines);
  return lines;
}

/// When a branch's copy is to end.
std::string end_of(const environment_state& state) {
  const auto found = state.facts.find(branch_fact::expires);
  return found == state.facts.end() ? std::string() : found->second;
}

std::vector<std::string> reasons_for(const deploy_request& of,
                                     const manifest_state& now,
                                     const wanted_manifests& wanted,
                                     bool is_settled,
                                     const std::optional<living_deploy>& other) {
  if (!now.record || now.files != wanted.files) return deploy_reasons(now.record, *wanted.record);
  if (other) return {};
  if (now.state.facts != wanted.state.facts)
    return {end_of(now.state) == end_of(wanted.state) ? "the same objects, of another commit or person"
                                                      : "it is to end at " + end_of(wanted.state)};
  if (!is_settled)
    return {of.place().verify.empty() ? "the last deploy came to no good end"
                                      : "VERIFY has not succeeded for what is deployed"};
  return {wanted.record->tag + " is what runs already"};
}

/// `stage`, `a preview of fix-click in stage`
std::string destination_of(const graph_step& step, const deployment_record& record) {
  if (step.branch_copy() == nullptr) return record.environment;
  return fmt::format("a preview of {} in {}", displayable(record.branch), record.environment);
}

std::string message_for(const graph_step& step, const deployment_record& record) {
  std::string message =
      fmt::format("deploy {} {} to {}\n\nservice: {}\nversion: {}\ncommit: {}\nby: {}\nrun: {}\n",
                  record.pipeline, record.version, destination_of(step, record), record.pipeline,
                  record.version, record.commit.empty() ? "unknown" : record.commit, record.who, record.id);
  for (const auto& [name, image] : record.images) message += fmt::format("{}: {}\n", name, image.reference);
  return message;
}

/// What an approval is bound to: the artifact where it takes one, else images and files.
std::string approval_of(const deploy_request& of, const wanted_manifests& wanted) {
  if (of.promoted == nullptr) return hex(approval_digest(*wanted.record, wanted.files));
  return hex(approval_digest(of.promoted->artifact.record, wanted.record->environment, {}));
}

/// What others have in the folder of a branch's copy stays. Class `conflict` where a file of theirs has the
/// name of one of its objects'.
status keep_others(const deploy_request& of,
                   const std::string& key,
                   const file_map& there,
                   file_map& wanted) {
  for (auto& [file, content] : files_of_others(there, key))
    if (const auto [at, is_kept] = wanted.emplace(file, content); !is_kept && at->second != content)
      return error{exit_class::conflict,
                   of.step.id,
                   "a file of this name is in the branch's folder, and cicd did not write it",
                   file,
                   {{"folder", key}, {"try", "move it out of the folder in the manifest repository"}}};
  return {};
}

}  // namespace
}  // namespace deliver_manifest_way

result<deployed_release> manifest_way::look(const declared_pipeline& pipeline,
                                            const environment& place,
                                            const cancellation* cancelled) const {
  result<manifest_state> now = read(pipeline, place, cancelled);
  if (!now) return std::move(now).error();
  result<std::optional<hand_revert>> reverted = revert_of(*now);
  if (!reverted) return std::move(reverted).error();
  auto under_way = living(pipeline, place, now->record);
  return deployed_release{.record = std::move(now->record),
                          .state = std::move(now->state),
                          .reverted = *std::move(reverted),
                          .under_way = std::move(under_way)};
}

result<std::map<std::string, std::string>> manifest_way::files_of(const deploy_request& of,
                                                                  const release_draft& made) const {
  result<std::vector<kubernetes::object>> objects = kubernetes::objects_of(of.pipeline(), made.facts);
  if (!objects) return std::move(objects).error();
  if (objects->empty() && of.place().write.empty())
    return error{exit_class::usage,
                 of.step.id,
                 "there is nothing to deploy: the pipeline declares no service",
                 {},
                 {{"try", fmt::format("pipeline_service({} api PORT 8080), or WRITE of the environment",
                                      made.facts.pipeline)}}};
  std::map<std::string, std::string> files;
  for (const kubernetes::object& object : *objects) files[object.file] = yaml_text(object.content);
  return files;
}

bool manifest_way::is_settled(const environment& place, const deployment_record& there) const {
  return place.verify.empty() || there.outcome == "deployed";
}

/// What should be there, given what is: nothing when it is there already.
result<std::optional<wanted_manifests>> manifest_way::wanted(const deploy_request& of,
                                                             const manifest_state& now) const {
  using namespace deliver_manifest_way;
  result<release_draft> made = draft_for(in_, of, now.record);
  if (!made) return std::move(made).error();
  environment_state state = now.state;
  std::vector<std::string> remarks;
  if (of.step.branch_copy() != nullptr) {
    auto copy = make_copy_of_branch(in_, of.step, *made, state);
    if (!copy) return std::move(copy).error();
    remarks = *std::move(copy);
  }
  result<std::map<std::string, std::string>> files = files_of(of, *made);
  if (!files) return std::move(files).error();
  if (of.step.branch_copy() != nullptr) {
    if (status kept = keep_others(of, branch_key_of(made->record.branch), now.files, *files); !kept)
      return std::move(kept).error();
  } else if (!of.place().write.empty()) {
    files->merge(kept_files(of.pipeline(), of.place(), now.files));
    files = with_values(of.pipeline(), of.place(), made->record, *std::move(files), now.modes);
    if (!files) {
      error failure = std::move(files).error();
      failure.subject = of.step.id;
      return failure;
    }
  }
  wanted_manifests want{*std::move(files), std::move(made->record), std::move(state)};
  want.remarks = std::move(remarks);
  want.record->manifests = digest_of_manifests(want.files);
  if (now.record && now.files == want.files && is_settled(of.place(), *now.record)
      && now.record->tag == want.record->tag && has_configuration(*now.record, want.record->configuration)
      && now.state.facts == want.state.facts
      && (!of.with_others || now.record->commit == want.record->commit))
    return std::optional<wanted_manifests>{};
  want.state.gates = in_.gate.gates_after(of.step, now.state.gates);
  if (is_embedded(of.place())) return std::optional{std::move(want)};
  want.record->source = source_of(of.pipeline(), now.record, in_.around);
  if (status same =
          check_source(of.pipeline(), want.record->source, now.record, {of.step.id, of.place().name.str()});
      !same)
    return std::move(same).error();
  return std::optional{std::move(want)};
}

result<std::vector<std::string>> manifest_way::lines_of(const deploy_request&,
                                                        const manifest_state& now,
                                                        const wanted_manifests& wanted) const {
  return deliver_manifest_way::lines_between(now, wanted);
}

std::vector<approvable> manifest_way::last_approvable(const std::string& step) const {
  const std::lock_guard hold(mutex_);
  const auto found = approvable_.find(step);
  return found == approvable_.end() ? std::vector<approvable>() : std::vector{found->second};
}

result<permit> manifest_way::may_write(const deploy_request& of,
                                       const manifest_state& now,
                                       const std::string& version,
                                       const std::string& approval,
                                       std::optional<std::vector<image_to_verify>> images) const {
  gate_state state{.images = std::move(images)};
  if (!of.step.is_of_branch()) {
    result<std::optional<hand_revert>> reverted = revert_of(now);
    if (!reverted) return std::move(reverted).error();
    state.reverted = *std::move(reverted);
  }
  state.hold = now.state.hold;
  state.remembered = now.state.gates;
  state.announced = now.state.announced;
  state.version = version;
  state.newer = in_.gate.succession_of(of.step, now.record);
  state.approvals = now.state.approvals;
  if (of.step.is_of_branch() && in_.gate.asks_approval(of.step)) {
    result<manifest_state> home = read(of.pipeline(), of.place(), &in_.options.cancelled);
    if (!home) return std::move(home).error();
    state.approvals = std::move(home->state.approvals);
  }
  state.approval_digest = approval;
  state.approves_artifact = of.promoted != nullptr;
  return in_.gate.may_write(of.step, std::move(state));
}

result<step_plan> manifest_way::plan(const deploy_request& of) {
  announce(of, true);
  result<step_plan> plan = compared(of);
  if (!plan || plan->what != decision::run || in_.options.rehearses) announce(of, false);
  return plan;
}

result<step_plan> manifest_way::compared(const deploy_request& of) {
  const result<environment> there = manifest_place_of(in_, of.step);
  if (!there) return there.error();
  result<manifest_state> now = read(of.pipeline(), *there, &in_.options.cancelled);
  if (!now) return std::move(now).error();
  result<std::optional<wanted_manifests>> want = wanted(of, *now);
  if (!want) return std::move(want).error();
  step_plan plan = nothing_to_do();
  if (!*want) {
    const result<std::optional<std::string>> left = left_over(of, *now);
    if (!left) return left.error();
    if (!*left) return plan;
    plan.what = decision::run;
    plan.result.reset();
    plan.reasons = {**left};
    return plan;
  }
  result<std::vector<std::string>> lines = lines_of(of, *now, **want);
  if (!lines) return std::move(lines).error();
  plan.details = *std::move(lines);
  const approvable would{
      deliver_manifest_way::approval_of(of, **want), (*want)->record->version, plan.details, {}};
  {
    const std::lock_guard hold(mutex_);
    approvable_.insert_or_assign(of.step.id, would);
  }
  const result<permit> may = may_write(of, *now, would.version, would.digest, images_to_verify(of));
  if (!may && !in_.options.rehearses) return may.error();
  plan.what = decision::run;
  plan.result.reset();
  const auto other = living(of.pipeline(), of.place(), now->record);
  plan.reasons = deliver_manifest_way::reasons_for(
      of, *now, **want, now->record && is_settled(of.place(), *now->record), other);
  if (other) plan.reasons.push_back("another run deploys here: " + deploying_text(*other));
  const result<std::vector<std::string>> copies = copy_lines(in_, of, *(*want)->record);
  if (!copies) return copies.error();
  plan.details.insert(plan.details.begin(), copies->begin(), copies->end());
  for (const std::string& each : (*want)->remarks) plan.details.push_back("! " + each);
  if (!may) plan.reasons.push_back(refusal_text(may.error()));
  return plan;
}

result<std::vector<std::string>> manifest_way::foresee(const deploy_request& of) {
  const result<environment> there = manifest_place_of(in_, of.step);
  if (!there) return there.error();
  if (!is_made(of.pipeline(), *there)) return std::vector<std::string>();
  const result<manifest_state> now = read(of.pipeline(), *there, &in_.options.cancelled);
  if (!now) return now.error();
  const result<permit> may = may_write(of, *now, in_.source.git_of(of.pipeline()).short_commit(), {}, {});
  if (may) return std::vector<std::string>();
  return std::vector{"! " + refusal_text(may.error())};
}

decide_manifests manifest_way::decision_for(const deploy_request& of, written_manifests& done) const {
  return [this, &of, &done](const manifest_state& now) -> result<std::optional<decided_manifests>> {
    result<std::optional<wanted_manifests>> want = wanted(of, now);
    if (!want) return std::move(want).error();
    if (!*want) return std::optional<decided_manifests>{};
    deployment_record& record = *(*want)->record;
    const std::string approval = deliver_manifest_way::approval_of(of, **want);
    const result<permit> allowed = may_write(of, now, record.version, approval, images_to_verify(of));
    if (!allowed) return allowed.error();
    if (status copied = copy_images(*allowed, in_, of, record, {}); !copied) return std::move(copied).error();
    if (of.make_ready)
      if (status ready = of.make_ready(*allowed); !ready) return std::move(ready).error();
    if (status signed_ = in_.source.sign(of.step, record); !signed_) return std::move(signed_).error();
    // It is used up by success: where VERIFY is to come, by that.
    if (of.place().verify.empty())
      use_up((*want)->state.approvals, approval);
    else
      record.outcome = "verifying";
    (*want)->message = deliver_manifest_way::message_for(of.step, record);
    (*want)->who = record.who;
    (*want)->when = record.when;
    done = {deliver_manifest_way::changes_between(now.files, (*want)->files).size(), record, approval,
            (*want)->state.facts, *allowed};
    return std::optional{decided_manifests{**std::move(want), *allowed}};
  };
}

std::string folder_in_build_tree(const workspace& where,
                                 const declared_pipeline& pipeline,
                                 const environment& place) {
  const std::string below =
      place.path ? place.path.str() : "rendered/" + place.name.str() + "/" + pipeline.declared.name.str();
  return where.build_root + "/" + below;
}

}  // namespace cicd
