// Jenkins, declarative: what waits for no gate is one stage on one agent, whose stages share a build tree; a
// gate is the `input` of a stage that has no agent before it was passed. What is behind it takes files that
// were stashed. Nothing there names who passed a gate that a Jenkinsfile could not name itself.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/export/ci_file.hpp>

namespace cicd {

namespace export_ci_file_jenkins {
namespace {

/// A text of Groovy in which nothing is replaced.
std::string groovy_quoted(std::string_view text) {
  std::string made = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') made += '\\';
    made += c;
  }
  return made + "'";
}

/// Lines, each as deep as its blocks.
class groovy_text {
 public:
  void line(const std::string& text) { all_ += std::string(depth_ * 2, ' ') + text + "\n"; }
  void open(const std::string& head) {
    line(head + " {");
    ++depth_;
  }
  void close(int blocks = 1) {
    for (; blocks > 0; --blocks) {
      --depth_;
      line("}");
    }
  }
  void sh(const std::string& text) { line("sh " + groovy_quoted(text)); }
  void all(const std::vector<std::string>& lines) {
    for (const std::string& each : lines) sh(each);
  }
  const std::string& text() const { return all_; }

 private:
  std::string all_;
  std::size_t depth_ = 0;
};

class jenkinsfile {
 public:
  jenkinsfile(const ci_jobs& jobs, const ci_source& of) : jobs_(jobs), of_(of) {
    for (const ci_job& each : jobs.single) by_name_.emplace(each.name, &each);
    const auto behind = behind_gates(jobs.jobs);
    for (const ci_job& each : jobs.jobs)
      if (behind.contains(each.name))
        for (const std::string& name : names_of(each)) late_.emplace(name, by_name_.at(name));
    for (const auto& [name, job] : late_)
      for (const std::string& before : job->after) stashed_.insert(before);
  }

  std::string made() && {
    to_.line("import groovy.transform.Field");
    to_.line("");
    to_.line("// The jobs that the event needs, a line each.");
    to_.line("@Field String wanted = null");
    to_.line("");
    to_.open("boolean needs(String job)");
    to_.line(
        "if (wanted == null) { error 'start a new build: a stage that is restarted does not know its jobs' "
        "}");
    to_.line("return ('\\n' + wanted).contains('\\n' + job + '\\n')");
    to_.close();
    to_.line("");
    to_.open("void take(String job)");
    to_.line("if (needs(job)) { unstash job }");
    to_.close();
    to_.line("");
    if (of_.declared.cancel_waiting) {
      to_.line("// A build that passes its own number ends those of older commits that wait.");
      to_.open("void supersede()");
      to_.line("int number = env.BUILD_NUMBER as int");
      to_.line("if (number > 1) { milestone(number - 1) }");
      to_.line("milestone(number)");
      to_.close();
      to_.line("");
    }
    to_.open("pipeline");
    to_.line("agent none");
    write_settings();
    to_.open("stages");
    write_first();
    for (std::size_t level = 1; write_level(level); ++level) {
    }
    if (jobs_.has_scheduled) write_scheduled();
    to_.close(2);
    return to_.text();
  }

 private:
  /// That of the job, or of each in its matrix.
  static std::vector<std::string> names_of(const ci_job& of) {
    if (!of.is_matrix()) return {of.name};
    std::vector<std::string> names;
    for (const std::string& each : of.pipelines) names.push_back(each + "-" + of.part);
    return names;
  }

  template <class Names>
  static bool has_one_of(const Names& names, const ci_job& of) {
    return std::ranges::any_of(names_of(of), [&](const std::string& each) { return names.contains(each); });
  }

  void write_settings() {
    if (jobs_.has_by_hand) {
      to_.open("parameters");
      to_.line(
          "string(name: 'CICD_JOB', defaultValue: '', description: 'what is to be done, by the name of its "
          "job')");
      to_.line("string(name: 'CICD_SHARE', defaultValue: '10%', description: 'of a canary')");
      to_.close();
    }
    if (!jobs_.has_scheduled) return;
    to_.open("triggers");
    to_.line(fmt::format("cron(env.BRANCH_NAME == {} ? {} : '')", groovy_quoted(jobs_.main_branch),
                         groovy_quoted(of_.schedule())));
    to_.close();
  }

  void write_agent() {
    const std::string label = of_.runner("jenkins");
    if (of_.image.empty() && label.empty()) return to_.line("agent any");
    to_.open("agent");
    if (of_.image.empty()) {
      to_.line("label " + groovy_quoted(label));
    } else {
      to_.open("docker");
      to_.line("image " + groovy_quoted(of_.image));
      if (!label.empty()) to_.line("label " + groovy_quoted(label));
      to_.close();
    }
    to_.close();
  }

  /// A workspace is kept from build to build.
  void write_ready() {
    to_.sh(line_to_clear());
    to_.all(lines_to_configure(of_));
  }

  static std::string label_of(const ci_job& of) {
    return of.pipeline.empty() ? of.part : fmt::format("{} / {}", of.pipeline, of.part);
  }

  /// The name of the job, in a matrix that of its pipeline.
  static std::string name_in_groovy(const ci_job& of) {
    return of.is_matrix() ? "name + " + groovy_quoted("-" + of.part) : groovy_quoted(of.name);
  }

  void write_first() {
    to_.open("stage('cicd')");
    to_.line("when { beforeAgent true; not { triggeredBy 'TimerTrigger' } }");
    write_agent();
    to_.open("stages");
    to_.open("stage('decide')");
    to_.open("steps");
    if (of_.declared.cancel_waiting)
      to_.line(jobs_.has_by_hand ? "script { if (!params.CICD_JOB) { supersede() } }"
                                 : "script { supersede() }");
    write_ready();
    const std::string file = fmt::format("{}/jobs.txt", handed_on_folder);
    to_.sh(fmt::format("build/.cicd/cicd export jenkins --jobs {}{}", file,
                       jobs_.has_by_hand ? " --job \"${CICD_JOB:-}\"" : ""));
    to_.line(fmt::format("script {{ wanted = readFile({}) }}", groovy_quoted(file)));
    to_.close(2);
    for (const ci_job& each : jobs_.jobs) {
      if (has_one_of(late_, each) || each.kind == ci_job_kind::closed || each.kind == ci_job_kind::scheduled)
        continue;
      write_early(each);
    }
    to_.close();
    to_.open("post");
    to_.open("always");
    to_.all(lines_of_result());
    to_.close(3);
  }

  /// A job on the agent of the first stage; of a matrix one after the other, since they share its workspace.
  void write_early(const ci_job& of) {
    to_.open(fmt::format("stage({})", groovy_quoted(of.is_matrix() ? of.part : label_of(of))));
    if (!of.is_matrix())
      to_.line(fmt::format("when {{ expression {{ needs({}) }} }}", groovy_quoted(of.name)));
    to_.open("steps");
    int blocks = 2;
    const auto within = [&](const std::string& head) { to_.open(head), ++blocks; };
    if (of.is_matrix()) {
      std::vector<std::string> values;
      for (const std::string& each : of.pipelines) values.push_back(groovy_quoted(each));
      within("script");
      within(fmt::format("for (String name in [{}])", joined(values, ", ")));
      within(fmt::format("if (needs({}))", name_in_groovy(of)));
      within(fmt::format("stage(name + {})", groovy_quoted(" / " + of.part)));
      within("withEnv(['CICD_PIPELINE=' + name])");
    }
    write_work(of);
    const std::vector<std::string> hands = lines_to_hand_on(of);
    if (!hands.empty()) {
      if (has_one_of(stashed_, of)) {
        to_.sh(hands.front());
        const std::string name = name_in_groovy(of);
        const std::string folder = std::string(handed_on_folder) + "/";
        to_.line(fmt::format("stash name: {}, includes: {}", name,
                             of.is_matrix() ? groovy_quoted(folder) + " + " + name + " + '.cicd'"
                                            : groovy_quoted(folder + of.name + ".cicd")));
      }
      to_.sh(hands.back());
    }
    to_.close(blocks);
  }

  static std::string place_in_groovy(const ci_job& of) {
    if (of.is_matrix())
      return "'cicd-' + name + " + groovy_quoted(of.place.substr(of.pipelines.front().size()));
    const bool is_preview = of.kind == ci_job_kind::preview;
    return groovy_quoted("cicd-" + of.place + (is_preview ? "-" : ""))
           + (is_preview ? " + env.CHANGE_ID" : "");
  }

  /// Its lines, one deploy at a time, with the tokens that LOGINS names.
  void write_work(const ci_job& of) {
    int blocks = 0;
    const auto within = [&](const std::string& head) { to_.open(head), ++blocks; };
    if (!of.place.empty() && of.kind != ci_job_kind::plan)
      within(fmt::format("lock({})", place_in_groovy(of)));
    if (!of.role.empty()) {
      const std::string credential = "cicd-" + (of.environment.empty() ? of.part : of.environment);
      within(
          fmt::format("withCredentials([file(credentialsId: {}, variable: 'AWS_WEB_IDENTITY_TOKEN_FILE')])",
                      groovy_quoted(credential)));
      std::string env = groovy_quoted("AWS_ROLE_ARN=" + of.role);
      if (of_.declared.region) env += ", " + groovy_quoted("AWS_REGION=" + of_.declared.region.str());
      within(fmt::format("withEnv([{}])", env));
    }
    if (of.signs_keyless && !of.is_named)
      within("withCredentials([string(credentialsId: 'cicd-sigstore', variable: 'SIGSTORE_ID_TOKEN')])");
    to_.all(lines_of_work(of, {}));
    to_.close(blocks);
  }

  /// 1 is behind one gate; 0 is not behind any.
  std::size_t level_of(const std::string& name) {
    const auto found = late_.find(name);
    if (found == late_.end()) return 0;
    if (const auto known = levels_.find(name); known != levels_.end()) return known->second;
    std::size_t level = 1;
    for (const std::string& before : found->second->after) {
      const auto other = late_.find(before);
      if (other != late_.end() && other->second->kind == ci_job_kind::gate) continue;
      level = std::max(level, level_of(before) + 1);
    }
    return levels_[name] = level;
  }

  bool write_level(std::size_t level) {
    std::vector<const ci_job*> jobs;
    for (const ci_job& each : jobs_.single)
      if (each.kind != ci_job_kind::gate && level_of(each.name) == level) jobs.push_back(&each);
    if (jobs.empty()) return false;
    to_.open(fmt::format("stage({})", groovy_quoted(level == 1 ? "gates" : fmt::format("gates {}", level))));
    to_.line("when { not { triggeredBy 'TimerTrigger' } }");
    to_.open("parallel");
    for (const ci_job* each : jobs) write_late(*each);
    to_.close(2);
    return true;
  }

  /// A job on an agent of its own, which no gate that waits holds.
  void write_late(const ci_job& of) {
    to_.open(fmt::format("stage({})", groovy_quoted(label_of(of))));
    to_.line(fmt::format("when {{ beforeInput true; beforeAgent true; expression {{ needs({}) }} }}",
                         groovy_quoted(of.name)));
    if (of.is_approved) {
      to_.open("input");
      to_.line("message "
               + groovy_quoted(of.is_planned ? fmt::format("What the stage {} / plan-{} shows is deployed.",
                                                           of.pipeline, what_is_deployed(of))
                                             : label_of(of)));
      to_.line("submitterParameter 'CICD_PASSED_BY'");
      to_.close();
    }
    write_agent();
    to_.open("steps");
    if (of.is_approved) to_.sh("echo \"the gate was passed by $CICD_PASSED_BY\"");
    write_ready();
    for (const std::string& before : of.after)
      if (const auto found = by_name_.find(before); found != by_name_.end() && found->second->hands_on())
        to_.line(fmt::format("take({})", groovy_quoted(before)));
    to_.sh(line_to_load());
    write_work(of);
    if (of.hands_on() && stashed_.contains(of.name)) {
      to_.sh(lines_to_hand_on(of).front());
      to_.line(fmt::format("stash name: {}, includes: {}", groovy_quoted(of.name),
                           groovy_quoted(fmt::format("{}/{}.cicd", handed_on_folder, of.name))));
    }
    to_.close(2);
  }

  void write_scheduled() {
    to_.open("stage('scheduled')");
    to_.line("when { beforeAgent true; triggeredBy 'TimerTrigger' }");
    write_agent();
    to_.open("stages");
    to_.open("stage('configure')");
    to_.open("steps");
    write_ready();
    to_.close(2);
    for (const ci_job& each : jobs_.single) {
      if (each.kind != ci_job_kind::scheduled) continue;
      to_.open(fmt::format("stage({})", groovy_quoted(label_of(each))));
      to_.open("steps");
      // What fails is no reason to leave out the others.
      to_.open("catchError(buildResult: 'FAILURE', stageResult: 'FAILURE')");
      write_work(each);
      to_.close(3);
    }
    to_.close(2);
  }

  const ci_jobs& jobs_;
  const ci_source& of_;
  std::map<std::string, const ci_job*, std::less<>> by_name_;
  std::map<std::string, const ci_job*, std::less<>> late_;  ///< behind gates, and the gates
  std::map<std::string, std::size_t, std::less<>> levels_;
  std::set<std::string, std::less<>> stashed_;  ///< what those take
  groovy_text to_;
};

}  // namespace
}  // namespace export_ci_file_jenkins

std::string jenkins_pipeline(const ci_jobs& jobs, const ci_source& of) {
  return export_ci_file_jenkins::jenkinsfile(jobs, of).made();
}

}  // namespace cicd
