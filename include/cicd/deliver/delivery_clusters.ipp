// Deploys to clusters: which clusters an environment is, what would change in each, and doing it wave by
// wave.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/branch/branch.hpp>
#include <cicd/deliver/branch/remove.hpp>
#include <cicd/deliver/cluster/approval.hpp>
#include <cicd/deliver/delivery.hpp>
#include <cicd/deliver/policy/source_check.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace release_delivery_clusters {
namespace {

/// A file of the source folder that a declaration names, and the path of the value that does.
struct named_file {
  std::string path, value;
};

/// The files of the source folder that a pattern names.
result<std::vector<std::string>> matched(const std::string& folder, std::string_view pattern) {
  std::vector<std::string> paths;
  const std::string root = glob_root(pattern);
  const auto place = place_below(folder, root);
  if (!place) return place.error();
  const auto entries = *place ? list_tree(**place) : std::vector<tree_entry>();
  if (!entries) return paths;
  for (const tree_entry& each : *entries) {
    const std::string path = root.empty() ? each.path : root + "/" + each.path;
    if (each.kind != entry_kind::folder && glob_matches(pattern, path)) paths.push_back(path);
  }
  return paths;
}

/// The same error of a file or pattern that `value` names, with where it was declared.
error of_declared(error failure, const declared_pipeline& pipeline, const named_file& named) {
  failure.subject = pipeline.declared.name.str();
  const auto found = pipeline.origins.lower_bound(named.value);
  if (found == pipeline.origins.end() || !found->first.starts_with(named.value)) return failure;
  return std::move(failure).with("declared at", found->second.text(pipeline.source_directory));
}

status read_into(const declared_pipeline& pipeline,
                 const named_file& named,
                 kubernetes::release_facts& facts) {
  if (facts.files.contains(named.path)) return {};
  result<std::string> content = read_below(pipeline.source_directory, named.path);
  if (!content) return of_declared(std::move(content).error(), pipeline, named);
  facts.files.emplace(named.path, *std::move(content));
  return {};
}

/// Those that services and cron jobs name.
std::vector<named_file> files_of_workloads(const pipeline& declared) {
  std::vector<named_file> files;
  const auto add = [&](const std::string& kind, const auto& of) {
    const std::string value = kind + of.name.str();
    for (const file_mapping& each : of.config_files)
      files.push_back({each.from.str(), value + ".config_files"});
    for (const relative_path& each : of.patch) files.push_back({each.str(), value + ".patch"});
  };
  for (const service& each : declared.services) add("service.", each);
  for (const cron_job& each : declared.cron_jobs) add("cron_job.", each);
  return files;
}

error moved(const graph_step& step, const cluster_plan& plan) {
  return error{exit_class::conflict,
               step.id,
               "what is there, or what is wanted, is no longer what the saved plan was made of",
               plan.cluster,
               {{"try", "make the plan again, look at it, and deploy that one"}}};
}

/// Of several clusters: which one failed, and those that were not begun for it.
error failed_in(error why, const std::vector<cluster_wave>& waves, std::size_t at) {
  if (waves.size() < 2) return why;
  std::vector<std::string> later;
  for (std::size_t each = at + 1; each < waves.size(); ++each) later.push_back(waves[each].target.text());
  why = std::move(why).with("failed in", waves[at].target.text());
  return later.empty() ? why : std::move(why).with("not begun", joined(later, ", "));
}

std::string saved_key(const graph_step& step, const cluster_plan& plan) {
  return step.id + "@" + plan.cluster;
}

}  // namespace
}  // namespace release_delivery_clusters

status delivery::read_declared_files(const declared_pipeline& pipeline,
                                     const environment& place,
                                     kubernetes::release_facts& facts) {
  using namespace release_delivery_clusters;
  std::vector<named_file> files = files_of_workloads(pipeline.declared);
  for (const path_pattern& pattern : place.manifests) {
    const named_file named{pattern.str(), "environment." + place.name.str() + ".manifests"};
    const result<std::vector<std::string>> found = matched(pipeline.source_directory, pattern.view());
    if (!found) return of_declared(found.error(), pipeline, named);
    if (found->empty())
      return of_declared(error{exit_class::usage,
                               {},
                               "MANIFESTS: no file matches",
                               pattern.str(),
                               {{"in", pipeline.source_directory}}},
                         pipeline, named);
    facts.manifests.insert(facts.manifests.end(), found->begin(), found->end());
    for (const std::string& path : *found) files.push_back({path, named.value});
  }
  for (const named_file& each : files)
    if (status read = read_into(pipeline, each, facts); !read) return read;
  return {};
}

std::vector<cluster_wave> delivery::waves_of(const declared_pipeline& pipeline,
                                             const environment& place) const {
  std::vector<cluster_wave> waves;
  const auto add = [&](const std::string& context, const std::string& eks) {
    cluster_wave wave;
    wave.target.context = context;
    wave.target.eks = eks;
    wave.target.role = place.role.str();
    wave.target.kubeconfig = place.kubeconfig.str();
    wave.target.source_folder = pipeline.source_directory;
    wave.target.private_folder = where_.own() + "/door";
    wave.place = {pipeline.declared.name.str(), place.name.str(), place.namespace_name.str()};
    waves.push_back(std::move(wave));
  };
  for (const eks_cluster& each : place.eks) add({}, each.str());
  for (const text& each : place.context) add(each.str(), {});
  if (waves.empty()) add({}, {});
  return waves;
}

result<std::unique_ptr<kubernetes::cluster>> delivery::open_wave(cluster_wave& wave,
                                                                 const cancellation* cancelled) const {
  auto opened = kubernetes::cluster::open(wave.target, around_, cancelled);
  if (opened && wave.place.namespace_name.empty()) wave.place.namespace_name = (*opened)->default_namespace();
  return opened;
}

std::string delivery::cluster_address_of(const declared_pipeline& pipeline, const environment& place) const {
  std::vector<std::string> names;
  for (const cluster_wave& wave : waves_of(pipeline, place)) names.push_back(wave.target.text());
  std::string address = joined(names, ", then ");
  if (place.namespace_name) address += " (" + place.namespace_name.str() + ")";
  return address;
}

/// Of several clusters the first: the others follow it.
result<manifest_state> delivery::cluster_state_of(const declared_pipeline& pipeline,
                                                  const environment& place,
                                                  const cancellation* cancelled) const {
  cluster_wave wave = waves_of(pipeline, place).front();
  auto with = open_wave(wave, cancelled);
  if (!with) return std::move(with).error();
  result<cluster_state> state = read_cluster_state(**with, wave.place);
  if (!state) return std::move(state).error();
  return manifest_state{.tip = {}, .files = {}, .record = std::move(state->record)};
}

result<std::vector<deployment_record>> delivery::cluster_history_of(const declared_pipeline& pipeline,
                                                                    const environment& place,
                                                                    std::size_t most) const {
  cluster_wave wave = waves_of(pipeline, place).front();
  auto with = open_wave(wave, nullptr);
  if (!with) return std::move(with).error();
  result<std::vector<past_deployment>> past = past_deployments(**with, wave.place);
  if (!past) return std::move(past).error();
  std::vector<deployment_record> records;
  for (past_deployment& each : *past)
    if (records.size() < most) records.push_back(std::move(each.record));
  return records;
}

const std::vector<delivery::planned_wave>& delivery::last_plans(const std::string& step) const {
  static const std::vector<planned_wave> none;
  const step_state* known = known_state(step);
  return known == nullptr ? none : known->waves;
}

/// Not longer ago than a person would call one moment: what another wrote since is seen under the lock.
bool delivery::planned_wave::is_fresh() const {
  return std::chrono::steady_clock::now() - when < std::chrono::seconds(10);
}

delivery::draft delivery::draft_of(const deployment_record& record, const environment& place) {
  draft made;
  made.record = record;
  made.facts.pipeline = record.pipeline;
  made.facts.environment = record.environment;
  made.facts.protected_branch = place.on.kind != ref_kind::none;
  for (const auto& [name, image] : record.images)
    made.facts.images[name] = {image.reference, image.tag, image.built_from, image.built_branch};
  return made;
}

result<wanted_release> delivery::wanted_in(const graph_step& step,
                                           const std::vector<wanted_image>& images,
                                           const cluster_wave& wave,
                                           kubernetes::cluster& with) {
  wanted_release wanted;
  wanted.pipeline = step.pipeline;
  wanted.where = step.place;
  wanted.place = wave.place;
  if (step.is_of_branch()) {
    result<cluster_state> home = read_cluster_state(with, wave.place);
    if (!home) return std::move(home).error();
    state_for(step.id).homes[with.name()] = *std::move(home);
    if (status added = add_branch(step, wave, with, wanted); !added) return std::move(added).error();
  }
  result<cluster_state> now = read_cluster_state(with, wanted.place);
  if (!now) return std::move(now).error();
  result<draft> made = draft_for(step, images, now->record);
  if (!made) return std::move(made).error();
  wanted.record = std::move(made->record);
  // What the environment has decides about a branch's copy, too: it may know the history alone.
  wanted.record.source = step.is_of_branch()
                             ? source_identity_of(step.pipeline->source_directory, around_, true)
                             : cicd::source_of(*step.pipeline, now->record, around_);
  made->facts.on = wanted.facts.on;
  made->facts.of_branch = std::move(wanted.facts.of_branch);
  made->facts.protected_branch = made->facts.protected_branch && !step.is_of_branch();
  wanted.facts = std::move(made->facts);
  if (status done = sign(*step.pipeline, wanted.record); !done) return std::move(done).error();
  wanted.before = *std::move(now);
  return wanted;
}

status delivery::add_branch(const graph_step& step,
                            const cluster_wave& wave,
                            kubernetes::cluster& with,
                            wanted_release& to) {
  branch_request ask{step,
                     wave,
                     source_of(*step.pipeline).git.built_branch.value_or(""),
                     time_.now(),
                     options_.canary_percent,
                     &around_};
  return step.branch_copy != nullptr ? make_preview(ask, to) : make_canary(ask, with, to);
}

/// The saved plan first, then the gate, with what is known in the cluster. A branch's copy is held and
/// approved with its environment, whose state lies elsewhere.
result<permit> delivery::may_apply(const graph_step& step,
                                   const cluster_plan& plan,
                                   const deployment_record& record,
                                   const cancellation& cancelled) {
  using namespace release_delivery_clusters;
  if (!options_.saved_plans.empty()) {
    const auto saved = options_.saved_plans.find(saved_key(step, plan));
    if (saved == options_.saved_plans.end() || saved->second != hex(fingerprint_of(plan)))
      return moved(step, plan);
  }
  const cluster_state& home = step.is_of_branch() ? state_for(step.id).homes[plan.cluster] : plan.before;
  gate_state state;
  state.hold = home.hold;
  state.approvals = home.approvals;
  state.approval_digest = hex(approval_digest(plan, record));
  state.version = record.version;
  state.newer = succession_of(step, plan);
  return may_write(step, std::move(state), &cancelled);
}

result<step_plan> delivery::plan_clusters(const graph_step& step, const std::vector<wanted_image>& images) {
  step_plan plan{.step = 0,
                 .what = decision::up_to_date,
                 .key = {},
                 .reasons = {},
                 .details = {},
                 .result = step_result{}};
  std::vector<planned_wave>& waves = state_for(step.id).waves;
  waves.clear();
  for (cluster_wave& wave : waves_of(*step.pipeline, *step.place)) {
    auto with = open_wave(wave, &options_.cancelled);
    if (!with) return std::move(with).error();
    result<wanted_release> wanted = wanted_in(step, images, wave, **with);
    if (!wanted) return std::move(wanted).error();
    result<cluster_plan> would = plan_release(**with, *wanted);
    if (!would) return std::move(would).error();
    if (step.is_of_branch())
      if (status alone = check_labels(**with, *wanted, *would); !alone) return std::move(alone).error();
    if (would->has_work() || would->unread) {
      if (plan.what == decision::up_to_date)
        plan.reasons = deploy_reasons(would->before.record, wanted->record);
      plan.what = decision::run;
      plan.result.reset();
      plan.details.push_back(fmt::format("in {}, namespace {}", would->cluster, would->place.namespace_name));
      for (std::string& line : lines_of(*would)) plan.details.push_back(std::move(line));
    }
    waves.push_back(
        {*std::move(wanted), *std::move(would), std::chrono::steady_clock::now(), *std::move(with)});
  }
  const bool goes_on = plan.what == decision::run && !options_.rehearses;
  const status may = goes_on ? may_go_on(step, &options_.cancelled) : status();
  if (!may || plan.what != decision::run)
    for (planned_wave& each : waves) each.door.reset();
  if (!may) return may.error();
  return plan;
}

outcome delivery::deploy_clusters(const graph_step& step,
                                  const cancellation& cancelled,
                                  const std::function<void(const std::string&)>& say) {
  const std::vector<wanted_image>& images = state_for(step.id).images;
  outcome end;
  end.how = step_outcome::ran;
  std::size_t changed = 0;
  std::vector<std::string> lines;
  std::vector<cluster_wave> waves = waves_of(*step.pipeline, *step.place);
  std::vector<planned_wave>& planned = state_for(step.id).waves;
  planned.resize(waves.size());
  for (std::size_t at = 0; at < waves.size(); ++at) {
    cluster_wave& wave = waves[at];
    const auto failed = [&](error why) {
      return failed_outcome(release_delivery_clusters::failed_in(std::move(why), waves, at));
    };
    planned_wave& known = planned[at];
    const open_cluster open = [&]() -> result<std::unique_ptr<kubernetes::cluster>> {
      if (known.door) return std::move(known.door);
      return open_wave(wave, &cancelled);
    };
    auto with = open();
    if (!with) return failed(std::move(with).error());
    if (wave.place.namespace_name.empty()) wave.place.namespace_name = (*with)->default_namespace();
    const bool is_fresh = known.is_fresh();
    result<wanted_release> wanted =
        is_fresh ? result<wanted_release>(known.wanted) : wanted_in(step, images, wave, **with);
    if (!wanted) return failed(std::move(wanted).error());
    const std::string name = (*with)->name();
    known.door = *std::move(with);
    const deployment_record record = wanted->record;
    cluster_deploy_options options;
    options.holder = fmt::format("{}, run {}", record.who, options_.run_id);
    options.cancelled = &cancelled;
    options.say = say;
    options.rolls_back = step.place->on_failure == failure_rule::none
                             ? !step.is_of_branch()
                             : step.place->on_failure == failure_rule::rollback;
    options.planned = is_fresh ? &known.plan : nullptr;
    std::optional<permit> allowed;
    options.may = [&](const cluster_plan& plan) {
      result<permit> may = may_apply(step, plan, record, cancelled);
      if (may) allowed = *may;
      return may;
    };
    if (!step.place->verify.empty() && step.branch_share == nullptr)
      options.verify = [&]() { return run_verify(step.id, *wanted, cancelled, say); };
    result<cluster_deploy_result> done = deploy_to_cluster(open, *wanted, options);
    if (!done) return failed(std::move(done).error());
    changed += done->changed;
    for (std::string& line : done->lines) lines.push_back(std::move(line));
    if (const auto& notes = wanted->state_facts; notes.contains("host") && !notes.at("host").empty())
      lines.push_back("https://" + notes.at("host"));
    if (say) say(fmt::format("{}: {} runs", name, record.version));
    if (allowed && !step.is_of_branch())
      for (std::string& line : retire_after(*allowed, open, wave.place, *step.pipeline, record.commit,
                                            around_, {options.holder, false, &cancelled, say}))
        lines.push_back(std::move(line));
  }
  for (const std::string& line : lines)
    if (say) say(line);
  end.summary = fmt::format("{} object{} changed{}", changed, changed == 1 ? "" : "s",
                            lines.empty() ? "" : "; " + joined(lines, "; "));
  return end;
}

/// VERIFY: the team's own program, told where the service is; its failure is the deploy's.
status delivery::run_verify(const std::string& subject,
                            const wanted_release& of,
                            const cancellation& cancelled,
                            const std::function<void(const std::string&)>& say) const {
  const std::vector<std::string> words = verify_words(*of.pipeline, *of.where, of);
  if (say) say("verify: " + shell_quoted(words));
  command what;
  what.words = words;
  what.directory = of.pipeline->source_directory;
  for (const auto& [name, value] : around_.all()) what.environment.push_back(name + "=" + value);
  capture_options how;
  how.cancelled = &cancelled;
  const captured ran = run_to_end(what, how);
  if (cancelled.cancelled())
    return error{exit_class::interrupted, subject, "interrupted during VERIFY", {}, {}};
  for (const std::string& line : split(ran.out, '\n'))
    if (say && !line.empty()) say("  " + displayable(line));
  if (ran.end.good()) return {};
  error failure{exit_class::step_failed, subject, "VERIFY failed", shell_quoted(words), {}};
  if (ran.end.kind == ending::how::not_started)
    return std::move(failure)
        .with("caused by", ran.end.text)
        .with("try", "a program on PATH, or ./<file> below the source folder");
  const std::string meaning = meaning_of(ran.end);
  return std::move(failure)
      .with("exit status", fmt::format("{}{}", ran.end.shell_status(), meaning.empty() ? "" : ", " + meaning))
      .with("last lines", displayable(ran.err.empty() ? ran.out : ran.err, newlines::keep));
}

}  // namespace cicd
