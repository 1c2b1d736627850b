// The head, the merge with what the team adds, and the difference of two files.
#pragma once

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/yaml.hpp>
#include <cicd/export/ci_file.hpp>

namespace cicd {

namespace export_ci_file {
namespace {

constexpr std::string_view mark = "# Exported by cicd", mark_in_groovy = "// Exported by cicd";

/// `on` is a key that YAML 1.1 reads as a boolean.
json with_text_keys(const json& of) {
  if (!of.is_object()) return of;
  json made(json::object{});
  for (const auto& [key, value] : of.members()) made.set(key == "true" ? "on" : key, value);
  return made;
}

json merged(const json& under, const json& over) {
  if (over.is_null()) return under;
  if (under.is_array() && over.is_array()) {
    json made = under;
    for (const json& each : over.elements()) made.push(each);
    return made;
  }
  if (!under.is_object() || !over.is_object()) return over;
  json made = under;
  for (const auto& [key, value] : over.members()) made.set(key, merged(under[key], value));
  return made;
}

/// No word may be one that a system would replace before any shell sees it.
status check_no_expression(const ci_jobs& jobs, const ci_source& of) {
  std::vector<std::pair<std::string_view, std::string_view>> words{{"REGION", of.declared.region.view()},
                                                                   {"the folder of the sources", of.folder}};
  for (const text& each : of.declared.setup) words.emplace_back("SETUP", each.view());
  for (const text& each : of.declared.configure) words.emplace_back("CONFIGURE", each.view());
  for (const assignment& each : of.declared.runner) words.emplace_back("RUNNER", each.value);
  for (const label& each : of.declared.logins) words.emplace_back("LOGINS", each.value);
  for (const std::string& each : of.kept) words.emplace_back("CACHE_DIRS", each);
  for (const std::string& each : jobs.branches) words.emplace_back("a pattern of branches", each);
  for (const ci_job& each : jobs.single) words.emplace_back("ON of an environment", each.on.pattern.view());
  for (const auto& [what, word] : words)
    if (word.find("${{") != word.npos || word.find("<<") != word.npos)
      return error{exit_class::usage,
                   of.declared_at,
                   fmt::format("{} holds an expression of a CI system", what),
                   std::string(word),
                   {}}
          .with("try", "a program of the repository that reads a variable");
  return {};
}

using lines = std::vector<std::string>;

/// The lines that both have, found by those that each has once: files of the same jobs have many.
class line_difference {
 public:
  line_difference(lines there, lines wanted) : old_(std::move(there)), new_(std::move(wanted)) {
    compare(0, old_.size(), 0, new_.size());
  }

  /// What differs, with three lines around it.
  std::string text() const {
    std::vector<bool> is_shown(all_.size(), false);
    for (std::size_t at = 0; at < all_.size(); ++at)
      if (all_[at].front() != ' ')
        for (std::size_t near = at - std::min<std::size_t>(at, 3); near < std::min(at + 4, all_.size());
             ++near)
          is_shown[near] = true;
    std::string text;
    for (std::size_t at = 0; at < all_.size(); ++at)
      if (is_shown[at]) text += (at > 0 && !is_shown[at - 1] ? "@@\n" : "") + all_[at] + "\n";
    return text;
  }

 private:
  void compare(std::size_t old_at, std::size_t old_end, std::size_t new_at, std::size_t new_end) {
    while (old_at < old_end && new_at < new_end && old_[old_at] == new_[new_at])
      all_.push_back("  " + old_[old_at++]), ++new_at;
    std::size_t same = 0;
    while (same < old_end - old_at && same < new_end - new_at
           && old_[old_end - same - 1] == new_[new_end - same - 1])
      ++same;
    between(old_at, old_end - same, new_at, new_end - same);
    for (std::size_t at = old_end - same; at < old_end; ++at) all_.push_back("  " + old_[at]);
  }

  void between(std::size_t old_at, std::size_t old_end, std::size_t new_at, std::size_t new_end) {
    if (const auto [at, other] = anchor(old_at, old_end, new_at, new_end); at < old_end) {
      compare(old_at, at, new_at, other);
      return compare(at, old_end, other, new_end);
    }
    for (; old_at < old_end; ++old_at) all_.push_back("- " + old_[old_at]);
    for (; new_at < new_end; ++new_at) all_.push_back("+ " + new_[new_at]);
  }

  /// A line that either part has once: the nearest to the middle. `old_end` where there is none.
  std::pair<std::size_t, std::size_t> anchor(std::size_t old_at,
                                             std::size_t old_end,
                                             std::size_t new_at,
                                             std::size_t new_end) const {
    std::map<std::string_view, std::pair<std::size_t, std::size_t>> counted;  // how often, and where
    for (std::size_t at = new_at; at < new_end; ++at)
      ++counted[new_[at]].first, counted[new_[at]].second = at;
    std::map<std::string_view, std::size_t> here;
    for (std::size_t at = old_at; at < old_end; ++at) ++here[old_[at]];
    const std::size_t middle = (old_at + old_end) / 2;
    std::size_t best = old_end;
    for (std::size_t at = old_at; at < old_end; ++at) {
      const auto found = counted.find(old_[at]);
      if (here[old_[at]] != 1 || found == counted.end() || found->second.first != 1) continue;
      const auto far = [&](std::size_t one) { return one > middle ? one - middle : middle - one; };
      if (best == old_end || far(at) < far(best)) best = at;
    }
    return {best, best == old_end ? new_end : counted[old_[best]].second};
  }

  lines old_, new_, all_;
};

/// The comments of YAML as those of Groovy.
std::string as_groovy(const std::string& head) {
  std::string made;
  for (const std::string& line : split(head, '\n'))
    if (!line.empty()) made += "//" + line.substr(1) + "\n";
  return made;
}

/// What the file cannot say, and the system's settings have to.
std::string settings_of(const ci_system& system, const ci_jobs& jobs, const ci_source& of) {
  std::string said;
  if (system.name == "drone") said += "# Where the repository is protected: drone sign --save <repository>\n";
  if (system.name == "drone" && jobs.has_scheduled)
    said += fmt::format("# What runs by time: drone cron add <repository> cicd \"0 {}\"\n", of.schedule());
  if (system.name == "buildkite" && jobs.has_scheduled)
    said += fmt::format("# What runs by time: a schedule of the pipeline, \"{}\"\n", of.schedule());
  return said;
}

std::string head_of(const ci_system& system, const ci_jobs& jobs, const ci_source& of) {
  std::string head =
      fmt::format("{}: what {} and the pipelines of this build tree declare. Write it again by\n", mark,
                  of.declared_at.substr(0, of.declared_at.find(':')));
  head += fmt::format("#   build/.cicd/cicd export {}\n", system.name);
  const std::string local =
      system.name == "jenkins" ? std::string() : fmt::format("; what {} holds is merged in", system.local);
  head += fmt::format("# Digests stand in {}{}. The test cicd.export compares it.\n", ci_pins_path, local);
  return head + settings_of(system, jobs, of);
}

}  // namespace
}  // namespace export_ci_file

const std::vector<ci_system>& ci_systems() {
  static const std::vector<ci_system> all{{"github", ".github/workflows/cicd.yml", "ci/local.github.yml"},
                                          {"gitlab", ".gitlab-ci.yml", "ci/local.gitlab.yml"},
                                          {"circleci", ".circleci/config.yml", "ci/local.circleci.yml"},
                                          {"buildkite", ".buildkite/pipeline.yml", "ci/local.buildkite.yml"},
                                          {"drone", ".drone.yml", "ci/local.drone.yml"},
                                          {"jenkins", "Jenkinsfile", "ci/local.jenkins.yml"}};
  return all;
}

const ci_system* find_ci_system(std::string_view name) {
  const auto found = std::ranges::find(ci_systems(), name, &ci_system::name);
  return found == ci_systems().end() ? nullptr : &*found;
}

result<std::string> ci_file_of(const ci_system& system,
                               const ci_jobs& jobs,
                               const ci_source& of,
                               const json& local) {
  using namespace export_ci_file;
  if (status none = check_no_expression(jobs, of); !none) return std::move(none).error();
  ci_source pinned = of;
  if (of.declared.image) {
    result<std::string> image = of.pins.image(of.declared.image.view());
    // GitHub's file says all that it lacks at once.
    if (!image && (system.name != "github" || of.pins.lacked({of.declared.image.str()}).empty()))
      return std::move(image).error();
    if (image) pinned.image = *std::move(image);
  }
  if (system.name == "jenkins") {
    if (!local.is_null())
      return error{
          exit_class::usage, std::string(system.local), "nothing is merged into a Jenkinsfile", {}, {}}
          .with("try", "a shared library, or the settings of the folder in Jenkins");
    return as_groovy(head_of(system, jobs, of)) + jenkins_pipeline(jobs, pinned);
  }
  result<json> made = system.name == "github"     ? github_workflow(jobs, pinned)
                      : system.name == "gitlab"   ? gitlab_pipeline(jobs, pinned)
                      : system.name == "circleci" ? circleci_config(jobs, pinned)
                      : system.name == "drone"    ? drone_pipelines(jobs, pinned)
                                                  : buildkite_pipeline(jobs, pinned);
  if (!made) return std::move(made).error();
  const json whole = merged(*made, with_text_keys(local));
  return head_of(system, jobs, of) + (system.name == "drone" ? drone_text(whole) : yaml_text(whole));
}

std::vector<std::string> ci_notes(const ci_system& system, const ci_jobs& jobs) {
  std::vector<std::string> notes;
  for (const ci_job& each : jobs.single) {
    if (system.name == "drone" && each.kind != ci_job_kind::gate && !each.role.empty())
      notes.push_back(fmt::format(
          "{}: Drone has no token of a job, so that it does not take on the role of LOGINS", each.name));
    if (system.name == "drone" && each.signs_keyless)
      notes.push_back(
          fmt::format("{}: Drone has no token of a job, with which SIGN_KEYLESS signs", each.name));
    if (system.name == "buildkite" && approves_by_gate(each) && !is_only_gate(each, jobs))
      notes.push_back(fmt::format(
          "{}: a build may have other gates, which Buildkite does not tell apart: cicd approve {} {}{} "
          "--reason …",
          each.name, each.pipeline, each.environment, each.is_preview ? " --preview" : ""));
    if (system.name == "drone" && each.kind == ci_job_kind::preview && each.asks_approval)
      notes.push_back(
          fmt::format("{}: Drone promotes no saved plan of it, so that the promotion approves nothing: "
                      "cicd approve {} {} --preview --reason …",
                      each.name, each.pipeline, each.environment));
  }
  return notes;
}

bool is_ci_export(std::string_view text) {
  if (text.starts_with("---\n")) text.remove_prefix(4);  // as drone sign writes it
  return text.starts_with(export_ci_file::mark) || text.starts_with(export_ci_file::mark_in_groovy);
}

std::string difference_of(std::string_view there, std::string_view wanted) {
  return export_ci_file::line_difference(split(there, '\n'), split(wanted, '\n')).text();
}

}  // namespace cicd
