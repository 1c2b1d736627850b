// Drone: a pipeline for each event, whose steps share one machine and one build tree, so that nothing is
// handed on. A gate is a promotion of a build, which is a build of its own: `cicd promote` of the same
// commit.
#pragma once

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/yaml.hpp>
#include <cicd/export/ci_file.hpp>
#include <cicd/export/ci_gate.hpp>

namespace cicd {

namespace export_ci_file_drone {
namespace {

constexpr std::string_view workspace = "/drone/src", commit = "\"$DRONE_COMMIT_SHA\"";

/// What Drone would replace before any shell sees it, as it is.
std::string kept(const std::string& text) {
  return replaced_all(text, "${", "$${");
}

json texts(const std::vector<std::string>& lines) {
  json all(json::array{});
  for (const std::string& each : lines) all.push(kept(each));
  return all;
}

json of_event(std::string_view event) {
  return members_of("event", list_of(event));
}

/// `kind: signature` and its digits, and nothing else.
bool is_signature(std::string_view document) {
  constexpr std::string_view begins = "kind: signature\nhmac: ";
  if (!document.starts_with(begins)) return false;
  document.remove_prefix(begins.size());
  const auto digits = document.find_first_not_of("0123456789abcdef");
  return digits > 0 && document.substr(std::min(digits, document.size())) == "\n";
}

class event_pipelines {
 public:
  event_pipelines(const ci_jobs& jobs, const ci_source& of) : jobs_(jobs), of_(of) {}

  /// By name.
  json made() const {
    json all(json::object{});
    const auto is_of = [](ref_kind on) {
      return [on](const ci_job& each) { return is_deploy(each) && each.on.kind == on; };
    };
    const auto is_checked = [](const ci_job& each) { return is_built(each) && each.part != "publish"; };
    const auto is_pushed = [&](const ci_job& each) {
      return is_built(each) || is_of(ref_kind::branch)(each);
    };
    all.set("pull-request", decided(of_event("pull_request"), is_checked));
    all.set("push", decided(of_event("push").set("branch", globs(jobs_.branches, "")), is_pushed));
    // A preview is a promotion of a branch's build: of a pull request Drone does not say whose it is.
    if (jobs_.has_previews)
      all.set("branch",
              decided(of_event("push").set("branch", members_of("exclude", globs(jobs_.branches, ""))),
                      is_checked));
    if (!jobs_.tags.empty())
      all.set("tag",
              decided(of_event("tag").set("ref", globs(jobs_.tags, "refs/tags/")), is_of(ref_kind::tag)));
    for (const ci_job& each : jobs_.single)
      if (is_promoted(each)) all.set(each.name, promotion(each));
    if (jobs_.has_scheduled) all.set("scheduled", scheduled());
    return all;
  }

 private:
  /// Every pull request counts as a fork there: a plan of what would move is none of theirs.
  static bool is_built(const ci_job& of) {
    return of.kind == ci_job_kind::verify && of.part != "reconcile-plan";
  }

  /// What follows a branch or a tag without a gate, and what is shown before one.
  static bool is_deploy(const ci_job& of) {
    return (of.kind == ci_job_kind::deploy && !of.is_approved)
           || (of.kind == ci_job_kind::plan && !of.is_named && !of.is_preview);
  }

  static bool is_promoted(const ci_job& of) {
    return of.kind == ci_job_kind::by_hand || of.kind == ci_job_kind::preview
           || (of.kind == ci_job_kind::deploy && of.is_approved);
  }

  /// `*` spans `/` in our patterns.
  static json globs(const std::vector<std::string>& of, const std::string& before) {
    json all(json::array{});
    for (const std::string& each : of) all.push(before + replaced_all(each, "*", "**"));
    return all;
  }

  json pipeline_of(json trigger, json steps, bool is_alone) const {
    const std::string label = of_.runner("drone");
    json made = members_of("kind", "pipeline", "type", of_.image.empty() ? "exec" : "docker", "platform",
                           members_of("os", "linux", "arch", "amd64"));
    if (!of_.image.empty())
      made.set("workspace", members_of("path", workspace))
          // Each step is a container, and the home folder is gone with it.
          .set("environment", members_of("CICD_CACHE_DIR", std::string(workspace) + "/.cicd-cache"));
    if (!label.empty()) made.set("node", members_of("runner", label));
    made.set("trigger", std::move(trigger));
    if (is_alone) made.set("concurrency", members_of("limit", 1));
    return made.set("steps", std::move(steps));
  }

  json step(const std::string& name, const std::vector<std::string>& lines) const {
    json made = members_of("name", name);
    if (!of_.image.empty()) made.set("image", of_.image);
    return made.set("commands", texts(lines));
  }

  std::vector<std::string> lines_to_begin() const {
    std::vector<std::string> lines;
    if (!of_.image.empty()) lines.emplace_back("echo /.cicd-cache/ >> .git/info/exclude");
    for (const std::string& each : lines_to_configure(of_)) lines.push_back(each);
    return lines;
  }

  json decided(json trigger, const std::function<bool(const ci_job&)>& is_of) const {
    std::vector<std::string> lines = lines_to_begin();
    lines.push_back(fmt::format("build/.cicd/cicd export drone --jobs {}/jobs.txt", handed_on_folder));
    json steps = list_of(step("decide", lines)), all = list_of("decide");
    std::set<std::string, std::less<>> names;
    for (const ci_job& each : jobs_.single)
      if (is_of(each)) names.insert(each.name);
    bool deploys = false;
    for (const ci_job& each : jobs_.single) {
      if (!is_of(each)) continue;
      deploys = deploys || each.kind == ci_job_kind::deploy;
      json before = list_of("decide");
      for (const std::string& name : each.after)
        if (names.contains(name)) before.push(name);
      steps.push(step(each.name, lines_of(each)).set("depends_on", std::move(before)));
      all.push(each.name);
    }
    steps.push(step("cicd / result", lines_of_result())
                   .set("when", members_of("status", list_of("success", "failure")))
                   .set("depends_on", std::move(all)));
    return pipeline_of(std::move(trigger), std::move(steps), deploys);
  }

  std::vector<std::string> lines_of(const ci_job& of) const {
    std::vector<std::string> lines{condition_of(of) + " || exit 0"};
    for (const auto& part : {lines_to_set_up(of_), lines_of_work(of, {})})
      lines.insert(lines.end(), part.begin(), part.end());
    if (of.hands_on()) lines.push_back(lines_to_hand_on(of).back());
    return lines;
  }

  /// The build that is promoted showed what it does; its commit has one artifact. A preview's is made by the
  /// promotion, of which no plan was saved.
  json promotion(const ci_job& of) const {
    std::vector<std::string> lines = lines_to_begin();
    ci_job alone = of;
    alone.is_planned = of.is_planned && !of.is_preview;
    if (approves_by_gate(alone))
      lines.push_back(
          fmt::format("build/.cicd/cicd approve {} {} --gate {} --commit {} --reason 'this build was "
                      "promoted'",
                      of.pipeline, of.environment,
                      gate_name("Drone", {of.pipeline, of.environment, of.part, of.is_preview}), commit));
    if (of.command.starts_with("canary set")) lines.emplace_back("export CICD_SHARE=\"${CICD_SHARE:-10%}\"");
    if (!of.command.empty() || of.is_preview)
      lines.push_back(lines_of_work(alone, {}).back());
    else
      lines.push_back(
          fmt::format("build/.cicd/cicd promote {} {} --commit {}", of.pipeline, of.environment, commit));
    return pipeline_of(of_event("promote").set("target", list_of(of.name)), list_of(step(of.name, lines)),
                       true);
  }

  json scheduled() const {
    json steps = list_of(step("configure", lines_to_begin()));
    for (const ci_job& each : jobs_.single) {
      if (each.kind != ci_job_kind::scheduled) continue;
      std::vector<std::string> lines = lines_to_set_up(of_);
      for (const std::string& line : lines_of_work(each, {})) lines.push_back(line);
      steps.push(step(each.name, lines).set("depends_on", list_of("configure")));
    }
    return pipeline_of(of_event("cron").set("cron", list_of("cicd")), std::move(steps), true);
  }

  const ci_jobs& jobs_;
  const ci_source& of_;
};

}  // namespace
}  // namespace export_ci_file_drone

json drone_pipelines(const ci_jobs& jobs, const ci_source& of) {
  return export_ci_file_drone::event_pipelines(jobs, of).made();
}

std::string drone_text(const json& pipelines) {
  std::string text;
  for (const auto& [name, each] : pipelines.members()) {
    json named = members_of("kind", "pipeline", "type", each["type"], "name", name);
    for (const auto& [key, value] : each.members())
      if (named[key].is_null()) named.set(key, value);
    text += (text.empty() ? "" : "---\n") + yaml_text(named);
  }
  return text;
}

std::string without_signature(std::string_view text) {
  using export_ci_file_drone::is_signature;
  std::string all, document;
  bool is_signed = false;
  const auto end = [&] {
    while (document.ends_with("\n\n")) document.pop_back();
    const bool is_first_signature = !is_signed && is_signature(document);
    is_signed = is_signed || is_first_signature;
    if (!document.empty() && document != "\n" && !is_first_signature)
      all += (all.empty() ? "" : "---\n") + document;
    document.clear();
  };
  bool is_ended = false;
  for (const std::string& line : split(text, '\n')) {
    // What Drone does not read counts, too, and so does what stands behind a mark that it splits at.
    if (is_ended && !line.empty()) return std::string(text);
    if (line.starts_with("---") ? line != "---" : line.starts_with("...") && line != "...")
      return std::string(text);
    if (line == "---")
      end();
    else if (line == "...")
      is_ended = true;
    else
      document += line + "\n";
  }
  end();
  return all;
}

}  // namespace cicd
