// What a preview and a canary have in common. See branch_facts.hpp.
#pragma once

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/branch/branch_facts.hpp>
#include <cicd/deliver/cluster/waves.hpp>
#include <cicd/deliver/git/git_client.hpp>
#include <cicd/kubernetes/render/workload.hpp>
#include <cicd/observe/git.hpp>

namespace cicd {

namespace deliver_branch_branch_facts {
namespace {

error no_branch(const graph_step& step) {
  return error{exit_class::usage,
               step.id,
               "no branch is checked out, so it is not known whose copy this would be",
               "detached head",
               {{"allowed", "a branch that is checked out, or that the CI system names"},
                {"try", "git switch <branch>"}}};
}

std::chrono::system_clock::time_point rounded_expiry(std::chrono::system_clock::time_point now,
                                                     std::chrono::milliseconds lives) {
  const auto end = now + lives;
  if (lives >= std::chrono::hours(24)) return std::chrono::ceil<std::chrono::hours>(end);
  return std::chrono::ceil<std::chrono::minutes>(end);
}

}  // namespace
}  // namespace deliver_branch_branch_facts

std::string branch_key_of(const std::string& branch) {
  return kubernetes::branch_key(branch);
}

std::string canary_key_of(const std::string& branch, const std::string& service) {
  // Of a label value's 63 characters the branch takes 40.
  constexpr std::size_t most = 15;
  const std::string of = service.size() <= most ? service : kubernetes::short_hash(service);
  return fmt::format("{}.canary.{}", branch_key_of(branch), of);
}

status check_branch(const branch_request& ask) {
  using namespace deliver_branch_branch_facts;
  if (ask.branch.empty()) return no_branch(ask.step);
  return check_branch_name(ask.branch);
}

void add_branch_facts(const branch_request& ask,
                      const char* kind,
                      std::chrono::milliseconds lives,
                      wanted_release& to) {
  to.facts.of_branch.branch = ask.branch;
  to.state_facts[branch_fact::kind] = kind;
  to.state_facts[branch_fact::branch] = ask.branch;
  to.state_facts[branch_fact::home] = ask.wave.place.namespace_name;
  to.state_facts[branch_fact::expires] =
      utc_text(deliver_branch_branch_facts::rounded_expiry(ask.now, lives));
  to.state_facts[branch_fact::replicas] = std::to_string(to.facts.of_branch.replicas);
  if (ask.around == nullptr) return;
  const std::string& folder = ask.step.pipeline->repository();
  to.state_facts[branch_fact::commit] = git_state_of(folder, *ask.around).commit.value_or("");
  to.state_facts[branch_fact::who] = who(folder, *ask.around);
}

}  // namespace cicd
