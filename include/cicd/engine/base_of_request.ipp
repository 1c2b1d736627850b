// The tips of the branches, laid down and configured in the build tree.
#pragma once

#include <cicd/engine/base_of_request.hpp>

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <cicd/base/unicode.hpp>
#include <cicd/deliver/policy/remote_place.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/observe/git_program.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace engine_base_of_request {
namespace {

source_facts declaration_of(const session& of) {
  source_facts facts;
  facts.folder = of.model.tree.source_root;
  facts.git = git_state_of(facts.folder, of.around);
  return facts;
}

error not_known(std::string what, const std::string& branch) {
  return error{exit_class::policy, {}, std::move(what), displayable(branch), {}}.with(
      "caused by", "a pull request goes only where its base branch lets it, so that has to be read");
}

result<brought_branches> branches_of(const session& of,
                                     const ci_event& event,
                                     bool asks_remote,
                                     const cancellation* cancelled) {
  if (event.branch.empty())
    return not_known("the CI system does not say which branch the pull request is to go to", {})
        .with("try", "build previews on pushes to branches there");
  const source_facts source = declaration_of(of);
  if (asks_remote) {
    result<brought_branches> there = bring_branches(source, event.branch, event, of.around, cancelled);
    if (there) return there;
    return std::move(there.error())
        .with("caused by", "a pull request goes only where its base branch lets it, so that has to be read");
  }
  if (auto here = branches_here(source, event.branch, event, of.around)) return *std::move(here);
  return not_known("this clone does not have the base branch", event.branch).with("try", "git fetch");
}

bool names_approval(const session& of, const std::string& commit) {
  std::vector<std::string> words{"grep", "--quiet",           "--ignore-case", "--fixed-strings",
                                 "-e",   "approval_to_build", commit,          "--"};
  for (const char* const files : {"CMakeLists.txt", "*/CMakeLists.txt", "*.cmake", "*.cmake.in", "*.cpp",
                                  "*.cc", "*.cxx", "*.hpp", "*.h", "*.ipp"})
    words.emplace_back(files);
  const auto layout = observing::git_layout_of(of.model.tree.source_root);
  return layout && observing::ask_git(layout->top, words, of.around).end.good();
}

/// Whether files of the commit are those of a submodule that is not here: what they say cannot be told.
bool lacks_submodule(const session& of, const std::string& commit) {
  const auto layout = observing::git_layout_of(of.model.tree.source_root);
  if (!layout) return false;
  const captured listed = observing::ask_git(layout->top, {"ls-tree", "-r", "-z", commit}, of.around);
  for (const std::string_view each : observing::nul_separated(listed.out)) {
    if (!each.starts_with("160000 commit ")) continue;
    const auto tab = each.find('\t');
    const std::string path = layout->top + "/" + std::string(each.substr(tab + 1)),
                      inside(each.substr(14, tab - 14));
    const auto inner = observing::git_layout_of(path);
    if (!inner || inner->top != normal_path(path)
        || !observing::ask_git(path, {"cat-file", "-e", inside + "^{commit}"}, of.around).end.good())
      return true;
  }
  return false;
}

using read_or_error = result<std::shared_ptr<const read_base>>;

read_or_error read_branch(const session& of,
                          const branch_tip& tip,
                          const char* called,
                          std::shared_ptr<const read_base> standard,
                          const cancellation* cancelled) {
  or_errors<tree_of_rules> there = rules_at(of, tip.commit, cancelled);
  if (!there) {
    error why = std::move(there.errors.front());
    if (why.kind == exit_class::interrupted) return why;
    error refused =
        not_known(fmt::format("the {} branch cannot be configured: {}", called, why.what), tip.name);
    refused = std::move(refused).with("there", tip.commit.substr(0, 7));
    for (const auto& each : why.notes) refused = std::move(refused).with(each.label, each.text);
    return refused;
  }
  auto read = std::make_shared<read_base>(
      read_base{.branch = {.name = tip.name, .commit = tip.commit, .here = &of.model},
                .tree = *std::move(there.made),
                .standard = std::move(standard)});
  read->branch.declares = &read->tree.opened.model;
  read->branch.standard = read->standard ? &read->standard->branch : nullptr;
  return std::shared_ptr<const read_base>(std::move(read));
}

}  // namespace
}  // namespace engine_base_of_request

result<std::shared_ptr<const read_base>> base_of_request(const session& of,
                                                         const ci_event& event,
                                                         bool asks_remote,
                                                         const cancellation* cancelled) {
  using namespace engine_base_of_request;
  const result<brought_branches> tips = branches_of(of, event, asks_remote, cancelled);
  if (!tips) return tips.error();
  std::shared_ptr<const read_base> standard;
  if (tips->standard && tips->standard->commit != tips->asked.commit) {
    read_or_error read = read_branch(of, *tips->standard, "default", nullptr, cancelled);
    if (!read) return read;
    standard = *std::move(read);
  }
  return read_branch(of, tips->asked, "base", std::move(standard), cancelled);
}

bool may_ask_to_build(const session& of, const ci_event& event, const cancellation* cancelled) {
  using namespace engine_base_of_request;
  std::optional<brought_branches> tips;
  if (auto there = branches_of(of, event, true, cancelled)) tips = *std::move(there);
  if (!tips) tips = branches_here(declaration_of(of), event.branch, event, of.around);
  if (!tips) return false;
  std::vector<std::string> commits{tips->asked.commit};
  if (tips->standard) commits.push_back(tips->standard->commit);
  return std::ranges::any_of(commits, [&](const std::string& each) {
    return names_approval(of, each) || lacks_submodule(of, each);
  });
}

}  // namespace cicd
