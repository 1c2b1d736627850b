// What an event sets off, and what has to come before that.
#pragma once

#include <algorithm>
#include <string_view>

#include <cicd/base/glob.hpp>
#include <cicd/export/ci_moment.hpp>

namespace cicd {

namespace export_ci_moment {
namespace {

/// It and all before it.
void with_all_before(const ci_jobs& of, const ci_job& job, std::set<std::string>& to) {
  if (!to.insert(job.name).second) return;
  for (const std::string& each : job.after)
    if (const auto found = std::ranges::find(of.single, each, &ci_job::name); found != of.single.end())
      with_all_before(of, *found, to);
}

bool is_touched(const std::string& pipeline, const std::set<std::string, std::less<>>& steps) {
  const auto first = steps.lower_bound(pipeline + "/");
  return first != steps.end() && first->starts_with(pipeline + "/");
}

bool is_set_off(const ci_job& job, const ci_moment& at) {
  using moment = ci_moment::kind;
  const bool is_proposed = at.what == moment::pull_request || at.what == moment::queue;
  const bool is_reached =
      !at.affected || job.steps.empty()
      || std::ranges::any_of(job.steps, [&](const std::string& each) { return at.affected->contains(each); });
  switch (job.kind) {
    case ci_job_kind::verify:
      if (job.part == "publish") return at.what == moment::push;
      if (job.part == "reconcile-plan") return is_proposed && !at.is_fork;
      return (is_proposed || at.what == moment::push) && is_reached;
    case ci_job_kind::deploy:
      return (at.what == moment::push && job.on.kind == ref_kind::branch
              && ref_matches(job.on.pattern.view(), at.name))
             || (at.what == moment::tag && job.on.kind == ref_kind::tag
                 && ref_matches(job.on.pattern.view(), at.name));
    case ci_job_kind::preview:
      return (at.what == moment::pull_request || at.has_preview) && !at.is_fork
             && (!at.affected || is_touched(job.pipeline, *at.affected));
    case ci_job_kind::closed: return at.what == moment::closed && !at.is_fork;
    case ci_job_kind::by_hand: return at.what == moment::by_hand && at.job == job.name;
    case ci_job_kind::scheduled: return at.what == moment::schedule;
    case ci_job_kind::plan:
    case ci_job_kind::gate: return false;  // with what comes after
  }
  return false;
}

}  // namespace
}  // namespace export_ci_moment

std::vector<std::string> wanted_jobs(const ci_jobs& of, const ci_moment& at) {
  std::set<std::string> wanted;
  // What is promoted by a tag was built and tested when its commit was pushed.
  const bool is_alone = at.what == ci_moment::kind::tag;
  for (const ci_job& each : of.single) {
    if (!export_ci_moment::is_set_off(each, at)) continue;
    std::set<std::string> all;
    export_ci_moment::with_all_before(of, each, all);
    for (const std::string& name : all) {
      const ci_job& job = *std::ranges::find(of.single, name, &ci_job::name);
      const bool is_needed =
          name == each.name || job.kind == ci_job_kind::plan || job.kind == ci_job_kind::gate;
      const bool is_own = std::ranges::find(each.after, name) != each.after.end();
      if (is_needed ? name == each.name || is_own
                    : !is_alone && job.kind == ci_job_kind::verify
                          && (!at.affected || export_ci_moment::is_set_off(job, at)))
        wanted.insert(name);
    }
  }
  std::vector<std::string> names;
  for (const ci_job& each : of.single)
    if (wanted.contains(each.name)) names.push_back(each.name);
  return names;
}

}  // namespace cicd
