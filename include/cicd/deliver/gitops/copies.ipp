// Which copies there are is what the records below `.cicd/records/<path>/` say; the end of several is a
// commit for each and one push.
#pragma once

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/yaml.hpp>
#include <cicd/deliver/branch_copy.hpp>
#include <cicd/deliver/gitops/copies.hpp>
#include <cicd/deliver/gitops/manifest_branch.hpp>
#include <cicd/deliver/gitops/manifest_clone.hpp>
#include <cicd/deliver/gitops/repository_home.hpp>
#include <cicd/deliver/gitops/repository_session.hpp>
#include <cicd/system/in_parallel.hpp>

namespace cicd {

namespace deliver_gitops_copies {
namespace {

constexpr int attempts = 50;
/// So many go with one push.
constexpr std::size_t most_at_once = 64;

/// `Deployment orders-api-fix-click-…`, or the file's name where it holds no object.
std::vector<std::string> objects_in(const std::map<std::string, std::string>& files) {
  std::vector<std::string> names;
  for (const auto& [file, content] : files) {
    const result<std::vector<json>> documents = yaml_documents(content, file);
    const bool is_object = documents && documents->size() == 1 && documents->front()["kind"].is_string();
    names.push_back(is_object ? fmt::format("{} {}", documents->front()["kind"].text(),
                                            documents->front()["metadata"]["name"].text())
                              : file);
  }
  return names;
}

error files_of_others_are_there(const manifest_target& at, const std::vector<std::string>& names) {
  return error{
      exit_class::conflict,
      {},
      "the folder of this preview has files that cicd did not write: nothing of it is removed",
      displayable(joined(names, ", ")),
      {{"in", shown_place(at)}, {"try", "remove them from the manifest repository, and run it again"}}};
}

error deployed_meanwhile(const known_place& of) {
  return error{exit_class::conflict,
               {},
               "this preview was deployed at the same moment, and stays",
               displayable(fact_of(of, branch_fact::branch)),
               {{"try", "run it again"}}};
}

class copies : public copies_home {
 public:
  copies(const manifest_target& folder,
         const copies_owner& of,
         const surroundings& around,
         const cancellation* cancelled)
      : folder_(folder), of_(of), around_(around), how_{cancelled, {}, attempts} {}

  std::string name() const override { return shown_place(folder_); }

  result<std::vector<known_place>> all() override {
    std::vector<known_place> found;
    if (folder_.create && !exists(folder_.url)) return found;
    const result<std::vector<std::string>> keys = keys_there();
    if (!keys) return keys.error();
    std::vector<manifest_target> targets;
    for (const std::string& each : *keys) targets.push_back(target_of(each));
    auto summaries = read_summaries(targets, around_, how_);
    for (std::size_t at = 0; at < summaries.size(); ++at) {
      if (!summaries[at]) return std::move(summaries[at]).error();
      manifest_summary& seen = *summaries[at];
      if (!seen.record || seen.record->pipeline != of_.pipeline
          || seen.record->environment != of_.environment)
        continue;
      known_place one;
      one.place = {of_.pipeline, of_.environment, {}, (*keys)[at]};
      one.state.record = std::move(seen.record);
      one.state.facts = std::move(seen.state.facts);
      one.place.namespace_name = fact_of(one, branch_fact::home);
      if (!fact_of(one, branch_fact::branch).empty()) found.push_back(std::move(one));
    }
    return found;
  }

  std::vector<result<branch_end>> end(const permit& allowed,
                                      const std::vector<known_place>& which,
                                      const changed_by& by) override {
    std::vector<result<branch_end>> ends(which.size(), branch_end{});
    const auto branch = manifest_branch::make(folder_, around_);
    for (std::size_t from = 0; from < which.size(); from += most_at_once) {
      const std::size_t count = std::min(most_at_once, which.size() - from);
      for (std::size_t at = from; at < from + count; ++at) {
        branch->expect(target_of(which[at].place.branch_key));
        branch->announce(target_of(which[at].place.branch_key).path, true);
      }
      (void)in_parallel(static_cast<unsigned>(count), count, [&](std::size_t at) -> status {
        ends[from + at] = ended(allowed, *branch, which[from + at], by);
        return {};
      });
    }
    return ends;
  }

 private:
  manifest_target target_of(const std::string& key) const {
    manifest_target target = folder_;
    target.path += "/" + key;
    return target;
  }

  result<std::vector<std::string>> keys_there() const {
    const auto at = reached_repository(folder_, around_, how_);
    if (!at) return at.error();
    const auto tip = current_tip(*at);
    if (!tip) return tip.error();
    if (tip->empty()) return std::vector<std::string>{};
    auto clone = manifest_clone::open(folder_, at->git, how_);
    if (!clone) return std::move(clone).error();
    const auto newest = clone->bring(*tip);
    if (!newest) return newest.error();
    return clone->records_below(*newest, folder_.path);
  }

  result<branch_end> ended(const permit& allowed,
                           manifest_branch& branch,
                           const known_place& which,
                           const changed_by& by) const {
    const manifest_target target = target_of(which.place.branch_key);
    branch_end end;
    const decide_manifests decide =
        [&](const manifest_state& now) -> result<std::optional<decided_manifests>> {
      if (!now.record && now.files.empty()) return std::optional<decided_manifests>{};
      if (now.record && which.state.record && now.record->id != which.state.record->id)
        return deployed_meanwhile(which);
      std::vector<std::string> others;
      for (const auto& [file, content] : files_of_others(now.files, which.place.branch_key))
        others.push_back(file);
      if (!others.empty()) return files_of_others_are_there(target, others);
      end.removed = objects_in(now.files);
      wanted_manifests none;
      none.who = by.who;
      none.when = by.when;
      none.message = fmt::format("end the preview of {} of {} in {}\n\nby: {}\n",
                                 displayable(fact_of(which, branch_fact::branch)), of_.pipeline,
                                 of_.environment, by.who);
      return std::optional{decided_manifests{std::move(none), allowed}};
    };
    const auto committed = branch.commit(target, decide, how_);
    if (!committed) return committed.error();
    return end;
  }

  manifest_target folder_;
  copies_owner of_;
  const surroundings& around_;
  gitops_options how_;
};

}  // namespace
}  // namespace deliver_gitops_copies

std::unique_ptr<copies_home> repository_copies(const manifest_target& folder,
                                               const copies_owner& of,
                                               const surroundings& around,
                                               const cancellation* cancelled) {
  return std::make_unique<deliver_gitops_copies::copies>(folder, of, around, cancelled);
}

}  // namespace cicd
