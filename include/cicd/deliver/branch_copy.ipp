// A preview or a canary, by what the step deploys.
#pragma once

#include <utility>

#include <cicd/base/yaml.hpp>
#include <cicd/deliver/branch/branch_facts.hpp>
#include <cicd/deliver/branch_copy.hpp>
#include <cicd/deliver/sources.hpp>
#include <cicd/kubernetes/render/objects.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd {

namespace deliver_branch_copy {
namespace {

branch_request request_of(const way_context& in, const graph_step& step, const cluster_wave& wave) {
  return {step,
          wave,
          in.source.git_of(*step.pipeline).built_branch.value_or(""),
          in.time.now(),
          in.options.canary_percent,
          &in.around};
}

/// A file of ours has one object, which bears the label of the copy.
bool is_of_copy(const std::string& content, const std::string& file, const std::string& key) {
  const result<std::vector<json>> documents = yaml_documents(content, file);
  return documents && documents->size() == 1
         && documents->front()["metadata"]["labels"][std::string(kubernetes::branch_label)].text() == key;
}

}  // namespace
}  // namespace deliver_branch_copy

status make_branch_copy(const way_context& in,
                        const graph_step& step,
                        const cluster_wave& wave,
                        kubernetes::cluster& with,
                        wanted_release& to) {
  const branch_request ask = deliver_branch_copy::request_of(in, step, wave);
  return step.branch_copy() != nullptr ? make_preview(ask, to) : make_canary(ask, with, to);
}

environment folder_of_copy(const environment& copies, const std::string& key) {
  environment folder = copies;
  folder.path = relative_path::from(copies.path.str() + "/" + key);
  return folder;
}

result<environment> manifest_place_of(const way_context& in, const graph_step& step) {
  if (step.branch_copy() == nullptr) return *step.place();
  const cluster_wave nowhere{};
  const branch_request ask = deliver_branch_copy::request_of(in, step, nowhere);
  if (status known = check_branch(ask); !known) return std::move(known).error();
  return folder_of_copy(
      place_of_copies(*step.place(), *step.branch_copy(), step.pipeline->declared.name.view()),
      branch_key_of(ask.branch));
}

result<std::vector<std::string>> make_copy_of_branch(const way_context& in,
                                                     const graph_step& step,
                                                     release_draft& to,
                                                     environment_state& state) {
  cluster_wave nowhere{};
  nowhere.place.namespace_name = step.place()->namespace_name.str();
  wanted_release wanted;
  wanted.place = nowhere.place;
  if (status made = make_preview(deliver_branch_copy::request_of(in, step, nowhere), wanted); !made)
    return std::move(made).error();
  to.facts.on = wanted.facts.on;
  to.facts.of_branch = std::move(wanted.facts.of_branch);
  to.facts.protected_branch = false;
  state.facts = std::move(wanted.state_facts);
  for (std::string& each : kubernetes::remarks_on(*step.pipeline, to.facts))
    wanted.remarks.push_back(std::move(each));
  return std::move(wanted.remarks);
}

std::map<std::string, std::string> files_of_others(const std::map<std::string, std::string>& files,
                                                   const std::string& key) {
  std::map<std::string, std::string> others;
  for (const auto& [file, content] : files)
    if (!deliver_branch_copy::is_of_copy(content, file, key)) others.emplace(file, content);
  return others;
}

}  // namespace cicd
