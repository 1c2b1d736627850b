// From the model to targets and tests, and to the lines that CMake includes.
#pragma once

#include <cicd/declare/deploy_ways.hpp>
#include <cicd/declare/made_names.hpp>
#include <cicd/declare/targets.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>

namespace cicd {

namespace declare_targets {
namespace {

constexpr int format_version = 3;

std::string_view word_for(step_stage stage) {
  switch (stage) {
    case step_stage::none: return "step";
    case step_stage::build: return "build";
    case step_stage::test: return "test";
    case step_stage::scan: return "scan";
  }
  return "step";
}

void append_new(std::vector<std::string>& to, const std::vector<std::string>& more) {
  for (const std::string& each : more)
    if (std::find(to.begin(), to.end(), each) == to.end()) to.push_back(each);
}

using step_ids = std::vector<std::string>;

/// What comes before what in the whole build tree, by id.
class all_steps {
 public:
  explicit all_steps(const model& of) {
    for (const declared_pipeline& each : of.pipelines) {
      const std::string start = each.declared.name.str() + "/";
      for (const step& one : each.declared.steps) {
        known_.emplace(start + one.name.str(), known{&one, ids_of(start, one.after)});
        any_depends_ = any_depends_ || !one.depends.empty();
      }
      for (const image& one : each.is_elsewhere() ? std::vector<image>() : each.declared.images)
        add_made(start, image_step_name(one), one.after);
      for (const zip_function& one : each.declared.functions) add_made(start, zip_step_name(one), one.after);
      for (const file_group& one : each.declared.file_groups)
        add_made(start, files_step_name(one), one.after);
    }
  }

  /// These and all before them.
  step_ids with_all_before(step_ids steps) const {
    std::set<std::string, std::less<>> seen(steps.begin(), steps.end());
    for (std::size_t at = 0; at < steps.size(); ++at)
      if (const auto found = known_.find(steps[at]); found != known_.end())
        for (const std::string& before : found->second.after)
          if (seen.insert(before).second) steps.push_back(before);
    return steps;
  }

  /// The CMake targets that these steps or any before them need: the driver walks the graph itself, so each
  /// target waits for all.
  std::vector<std::string> depends_of(const step_ids& last) const {
    std::vector<std::string> depends;
    if (!any_depends_) return depends;
    for (const std::string& each : with_all_before(last))
      if (const step* declared = step_of(each))
        for (const text& target : declared->depends) append_new(depends, {target.str()});
    return depends;
  }

  /// The pipelines that have a step of stage build among these or before them.
  std::vector<std::string> building(const step_ids& last) const {
    std::vector<std::string> pipelines;
    for (const std::string& each : with_all_before(last))
      if (const step* declared = step_of(each); declared && declared->stage == step_stage::build)
        append_new(pipelines, {each.substr(0, each.find('/'))});
    return pipelines;
  }

 private:
  struct known {
    const step* declared;  ///< none of an image
    step_ids after;
  };

  void add_made(const std::string& start, const std::string& step, const std::vector<step_reference>& named) {
    step_ids after = ids_of(start, named);
    if (after.empty()) after.push_back(start + "build");
    known_.emplace(start + step, known{nullptr, std::move(after)});
  }

  static step_ids ids_of(const std::string& start, const std::vector<step_reference>& names) {
    step_ids ids;
    for (const step_reference& each : names)
      ids.push_back((each.view().find('/') == std::string_view::npos ? start : std::string()) + each.str());
    return ids;
  }

  const step* step_of(const std::string& id) const {
    const auto found = known_.find(id);
    return found == known_.end() ? nullptr : found->second.declared;
  }

  std::map<std::string, known, std::less<>> known_;
  bool any_depends_ = false;
};

/// The targets of one pipeline, in the order in which a person runs them.
class pipeline_targets {
 public:
  pipeline_targets(const pipeline& of, const all_steps& steps)
      : of_(of), name_(of.name.str()), steps_(steps) {}

  std::vector<target> all() && {
    for (const step_stage stage : {step_stage::build, step_stage::test, step_stage::scan}) add_stage(stage);
    for (const step& each : of_.steps)
      if (!is_stage_name(each.name.view())) add_step(each);
    release_depends_ = steps_.depends_of(before_release());
    add_images();
    for (const environment& each : of_.environments) add_environment(each);
    for (const preview& each : of_.previews) add_preview(each);
    if (!of_.previews.empty()) add_undeploy();
    for (const canary& each : of_.canaries) add_canary(each);
    return std::move(made_);
  }

 private:
  static bool is_stage_name(std::string_view name) {
    return name == "build" || name == "test" || name == "scan";
  }

  std::string full(std::string_view what) const { return fmt::format("{}.{}", name_, what); }
  std::string id(std::string_view step) const { return fmt::format("{}/{}", name_, step); }

  target& add(std::string_view what, std::string_view stage, std::string description) {
    return made_.emplace_back(target{.name = full(what),
                                     .pipeline = name_,
                                     .description = std::move(description),
                                     .steps = {},
                                     .plans_only = false,
                                     .depends = {},
                                     .test = false,
                                     .stage = std::string(stage),
                                     .fixtures_setup = {},
                                     .fixtures_required = {},
                                     .command = {}});
  }

  void add_stage(step_stage stage) {
    const std::string_view word = word_for(stage);
    std::vector<const step*> members;
    bool of_stage = false;
    for (const step& each : of_.steps) {
      if (each.stage != stage && each.name.view() != word) continue;
      members.push_back(&each);
      of_stage = of_stage || each.stage == stage;
    }
    if (members.empty()) return;
    target& made = add(word, word, describe_stage(word, members));
    for (const step* each : members) made.steps.push_back(id(each->name.view()));
    made.depends = steps_.depends_of(made.steps);
    made.test =
        of_stage || std::any_of(members.begin(), members.end(), [](const step* each) { return each->check; });
    set_fixtures(made);
  }

  std::string describe_stage(std::string_view word, const std::vector<const step*>& members) const {
    if (members.size() == 1 && members.front()->description) return members.front()->description.str();
    if (word == "build") return fmt::format("builds {}", name_);
    return fmt::format("{} {}", word == "test" ? "tests" : "scans", name_);
  }

  /// The test of stage build is a fixture; what comes after a step of that stage requires it.
  void set_fixtures(target& of) const {
    if (!of.test) return;
    if (of.name == full("build"))
      of.fixtures_setup.push_back(of.name);
    else
      for (const std::string& pipeline : steps_.building(of.steps))
        of.fixtures_required.push_back(pipeline + ".build");
  }

  void add_step(const step& of) {
    const std::string description =
        of.description ? of.description.str() : fmt::format("runs the step {} of {}", of.name.view(), name_);
    target& made = add(of.name.view(), word_for(of.stage), description);
    made.steps.push_back(id(of.name.view()));
    made.depends = steps_.depends_of(made.steps);
    made.test = of.check;
    set_fixtures(made);
  }

  /// What a publish or a deploy comes after: all images, all tests and all scans.
  step_ids before_release() const {
    step_ids before;
    if (of_.code) return before;
    for (const image& each : of_.images) before.push_back(id(image_step_name(each)));
    for (const zip_function& each : of_.functions) before.push_back(id(zip_step_name(each)));
    for (const file_group& each : of_.file_groups) before.push_back(id(files_step_name(each)));
    for (const step& each : of_.steps)
      if (each.check || each.stage == step_stage::test || each.stage == step_stage::scan)
        before.push_back(id(each.name.view()));
    return before;
  }

  /// `makes the image of orders`, and all of them as one target.
  void add_made(std::string_view what, const step_ids& all) {
    if (all.empty()) return;
    target& made =
        add(what, "image",
            fmt::format("makes the {}{} of {}", what, all.size() == 1 || what == "files" ? "" : "s", name_));
    made.steps = all;
    made.test = true;
    made.depends = steps_.depends_of(made.steps);
    set_fixtures(made);
  }

  void add_images() {
    if (of_.code) return;
    step_ids images, zips, files;
    for (const image& each : of_.images) images.push_back(id(image_step_name(each)));
    for (const zip_function& each : of_.functions) zips.push_back(id(zip_step_name(each)));
    add_made("image", images);
    for (const file_group& each : of_.file_groups) files.push_back(id(files_step_name(each)));
    add_made("zip", zips);
    add_made("files", files);
    if (!publishes(of_)) return;
    std::vector<std::string> kinds;
    const bool is_mixed = images.empty() + zips.empty() + files.empty() < 2;
    if (!images.empty()) kinds.emplace_back(images.size() == 1 && !is_mixed ? "image" : "images");
    if (!zips.empty()) kinds.emplace_back(zips.size() == 1 && !is_mixed ? "zip" : "zips");
    if (!files.empty()) kinds.emplace_back("files");
    const std::string what = joined(kinds, " and ");
    target& publish = add("publish", "publish", fmt::format("publishes the {} of {}", what, name_));
    publish.steps.push_back(id("publish"));
    publish.depends = release_depends_;
  }

  void add_environment(const environment& of) {
    const std::string step = "deploy-" + of.name.str();
    target& plan = add("plan-" + of.name.str(), "deploy",
                       fmt::format("shows what deploying {} to {} would do", name_, of.name.view()));
    plan.steps.push_back(id(step));
    plan.plans_only = true;
    target& deploy = add(step, "deploy", fmt::format("deploys {} to {}", name_, of.name.view()));
    deploy.steps.push_back(id(step));
    deploy.depends = release_depends_;
    if (can(of.via, way_feature::rollback)) add_rollback(of);
    const auto parts = with_parts(of);
    if (std::any_of(parts.begin(), parts.end(),
                    [](const environment* each) { return !each->verify.empty(); }))
      add_verify(of);
  }

  void add_rollback(const environment& of) {
    add("rollback-" + of.name.str(), "deploy", fmt::format("puts back what ran in {} before", of.name.view()))
        .command = {"rollback", name_, of.name.str()};
  }

  void add_verify(const environment& of) {
    target& made = add("verify-" + of.name.str(), "verify",
                       fmt::format("verifies what runs of {} in {}", name_, of.name.view()));
    made.command = {"verify", name_, of.name.str()};
    made.test = true;
  }

  /// One preview is `branch`; of several each is named by its environment.
  void add_preview(const preview& of) {
    const std::string what = of_.previews.size() == 1 ? "branch" : "branch-" + of.in.str();
    target& plan =
        add("plan-" + what, "deploy", fmt::format("shows what deploying the branch of {} would do", name_));
    plan.steps.push_back(id("deploy-" + what));
    plan.plans_only = true;
    target& deploy =
        add("deploy-" + what, "deploy", fmt::format("deploys the branch of {} beside the real one", name_));
    deploy.steps.push_back(id("deploy-" + what));
    deploy.depends = release_depends_;
  }

  void add_undeploy() {
    add("undeploy-branch", "deploy", fmt::format("removes what deploy-branch of {} made", name_)).command = {
        "preview", "remove", name_};
  }

  void add_canary(const canary& of) {
    const std::string step = canary_step_name(of_, of);
    target& made = add(
        step, "deploy",
        fmt::format("gives the branch of {} {} of what {} answers", name_, of.share.view(), of.in.view()));
    made.steps.push_back(id(step));
    made.depends = release_depends_;
  }

  const pipeline& of_;
  std::string name_;
  std::vector<target> made_;
  const all_steps& steps_;
  std::vector<std::string> release_depends_;
};

/// What an aggregate does, in a person's words.
std::string aggregate_description(std::string_view what) {
  if (what == "build") return "builds every pipeline";
  if (what == "scan") return "scans every pipeline";
  if (what == "image") return "makes the images of every pipeline";
  if (what == "zip") return "makes the zips of every pipeline";
  if (what == "files") return "gathers the files of every pipeline";
  if (what == "publish") return "publishes the images of every pipeline";
  if (what == "plan-branch") return "shows what deploying the branch would do";
  if (what == "deploy-branch") return "deploys the branch of every pipeline beside the real ones";
  if (what == "undeploy-branch") return "removes what deploy-branch made";
  if (what.starts_with("rollback-")) return fmt::format("puts back what ran in {} before", what.substr(9));
  if (what.starts_with("verify-")) return fmt::format("verifies what runs in {}", what.substr(7));
  if (what.starts_with("plan-")) return fmt::format("shows what deploying to {} would do", what.substr(5));
  return fmt::format("deploys every pipeline to {}", what.substr(7));
}

bool is_aggregated(std::string_view what) {
  for (const std::string_view word : {"build", "scan", "image", "zip", "publish", "undeploy-branch"})
    if (what == word) return true;
  for (const std::string_view start : {"plan-", "deploy-", "rollback-", "verify-"})
    if (what.starts_with(start)) return true;
  return false;
}

/// A step may have that name where no files are gathered.
bool is_of_files(const target& of, std::string_view what) {
  return what == "files" && of.stage == "image";
}

/// The words for all pipelines are those for one without its name.
std::vector<std::string> command_for_all(std::vector<std::string> command, std::string_view pipeline) {
  if (const auto name = std::find(command.begin(), command.end(), pipeline); name != command.end())
    command.erase(name);
  return command;
}

/// The rank of an aggregate: the order in which a person runs them.
int rank_of(std::string_view what) {
  constexpr std::string_view order[] = {"build", "scan", "image", "zip", "files", "publish"};
  for (int at = 0; at < 6; ++at)
    if (order[at] == what) return at;
  return 6;
}

/// `build`, `image`, `deploy-stage`, …: the targets of that name of every pipeline as one.
std::vector<target> aggregates_of(const std::vector<target>& targets) {
  std::vector<target> aggregates;
  std::map<std::string, std::size_t, std::less<>> index;
  for (const target& each : targets) {
    const std::string what = each.name.substr(each.pipeline.size() + 1);
    if (!is_aggregated(what) && !is_of_files(each, what)) continue;
    const auto [at, is_new] = index.try_emplace(what, aggregates.size());
    if (is_new)
      aggregates.push_back({.name = what,
                            .pipeline = {},
                            .description = aggregate_description(what),
                            .steps = {},
                            .plans_only = each.plans_only,
                            .depends = {},
                            .test = false,
                            .stage = each.stage,
                            .fixtures_setup = {},
                            .fixtures_required = {},
                            .command = command_for_all(each.command, each.pipeline)});
    append_new(aggregates[at->second].depends, each.depends);
    for (const std::string& step : each.steps) aggregates[at->second].steps.push_back(step);
  }
  std::stable_sort(aggregates.begin(), aggregates.end(),
                   [](const target& a, const target& b) { return rank_of(a.name) < rank_of(b.name); });
  return aggregates;
}

/// A CMake bracket argument: nothing in it is replaced. It drops a line end at its start, so one is put
/// before one.
std::string bracketed(std::string_view text) {
  std::size_t level = 2;
  while (text.find("]" + std::string(level, '=') + "]") != text.npos
         || text.ends_with("]" + std::string(level, '=')))
    ++level;
  const std::string equals(level, '=');
  return fmt::format("[{}[{}{}]{}]", equals, text.starts_with('\n') ? "\n" : "", text, equals);
}

std::string cmake_call(std::string_view function, const std::vector<std::string>& arguments) {
  std::string line = fmt::format("{}(", function);
  for (const std::string& each : arguments) {
    if (&each != &arguments.front()) line.push_back(' ');
    line.append(bracketed(each));
  }
  return line + ")\n";
}

std::string test_call(const target& of) {
  if (!of.command.empty())
    return cmake_call(
        "_cicd_add_deploy_test",
        {of.name, fmt::format("cicd|{}|{}|deploy", of.pipeline, of.stage), joined(of.command, "|")});
  return cmake_call("_cicd_add_test", {of.name, fmt::format("cicd|{}|{}", of.pipeline, of.stage),
                                       joined(of.fixtures_setup, "|"), joined(of.fixtures_required, "|")});
}

}  // namespace
}  // namespace declare_targets

error not_made_of_steps(const target& of) {
  return error{.kind = exit_class::usage,
               .subject = {},
               .what = "the target is a command of its own, not one that ends with steps",
               .value = of.name,
               .notes = {}}
      .with("try", "cicd " + joined(of.command, " "));
}

std::string canary_step_name(const pipeline& in, const canary& of) {
  const auto there = std::ranges::count_if(in.canaries, [&](const canary& each) { return each.in == of.in; });
  const std::string name = "canary-" + of.in.str();
  return there == 1 ? name : name + "-" + of.service.str();
}

std::vector<target> targets_of(const model& of) {
  std::vector<target> all;
  const declare_targets::all_steps steps(of);
  for (const declared_pipeline& each : of.pipelines)
    for (target& made : declare_targets::pipeline_targets(each.declared, steps).all())
      all.push_back(std::move(made));
  for (target& made : declare_targets::aggregates_of(all)) all.push_back(std::move(made));
  return all;
}

std::string cmake_text(const std::vector<target>& targets) {
  using namespace declare_targets;
  std::string text =
      fmt::format("# Written by cicd describe, format {}; configure writes it anew.\n", format_version);
  std::vector<std::string> depends;
  for (const target& each : targets) append_new(depends, each.depends);
  if (!depends.empty()) text += cmake_call("_cicd_check_depends", {joined(depends, "|")});
  for (const target& each : targets) {
    const std::string description = replaced_all(displayable(each.description), "\\n", " ");
    text +=
        cmake_call("_cicd_add_target", {each.name, each.pipeline.empty() ? "1" : "0", each.stage, description,
                                        joined(each.depends, "|"), joined(each.command, "|")});
    if (each.test) text += test_call(each);
  }
  return text;
}

}  // namespace cicd
