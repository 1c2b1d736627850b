// From words to the commit that is promoted.
#pragma once

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>
#include <cicd/deliver/chosen_commit.hpp>
#include <cicd/deliver/policy/version_order.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/observe/git_commits.hpp>

namespace cicd {

namespace deliver_chosen_commit {
namespace {

/// What is asked, and of whom.
struct question {
  const commit_choice& choice;
  const declared_pipeline& pipeline;
  const environment& place;
  const surroundings& around;

  const std::string& folder() const { return pipeline.repository(); }
  error wrong(std::string what, std::string value) const {
    return {exit_class::usage,
            pipeline.declared.name.str() + "/" + place.name.str(),
            std::move(what),
            value.empty() ? std::nullopt : std::optional(std::move(value)),
            {}};
  }
};

/// A commit that this clone does not have may be one that was left out.
error unknown_commit(const question& of,
                     std::string what,
                     std::string value,
                     const std::vector<std::string>& near,
                     std::string allowed,
                     std::string help) {
  const bool is_shallow = git_state_of(of.folder(), of.around).shallow;
  if (is_shallow) what += ", and the clone is shallow";
  std::string meant = nearest(value, near).value_or("");
  return of.wrong(std::move(what), std::move(value))
      .with("did you mean", std::move(meant))
      .with("allowed", std::move(allowed))
      .with("try", is_shallow ? "git fetch --unshallow --tags --filter=tree:0" : std::move(help));
}

/// The environments that it may be promoted from, one after the other.
std::vector<std::string> names_of_from(const environment& place) {
  std::vector<std::string> names;
  for (const environment_choice& each : place.from)
    for (const dns_label& name : each.any) names.push_back(name.str());
  return names;
}

/// Those that the environment follows where it follows tags, else all.
std::vector<std::string> tags_for(const question& of) {
  std::vector<std::string> tags = tags_in(of.folder(), of.around);
  if (of.place.on.kind == ref_kind::tag)
    std::erase_if(tags,
                  [&](const std::string& tag) { return !ref_matches(of.place.on.pattern.view(), tag); });
  return tags;
}

result<chosen_commit> by_version(const question& of) {
  const std::string& version = of.choice.version;
  const bool follows_tags = of.place.on.kind == ref_kind::tag;
  const tag_order order = tag_order::of(of.place.on.pattern, version_rule::none);
  std::vector<std::string> names{version};
  const bool has_star = of.place.on.pattern.view().find('*') != std::string_view::npos;
  if (follows_tags && has_star && !ref_matches(of.place.on.pattern.view(), version))
    names.push_back(order.tag_of(version));
  for (const std::string& name : names) {
    const std::optional<std::string> commit = commit_of_tag(of.folder(), name, of.around);
    if (!commit) continue;
    if (follows_tags && !ref_matches(of.place.on.pattern.view(), name))
      return of.wrong("this environment does not follow such a tag", name)
          .with("allowed", "a tag " + of.place.on.pattern.str())
          .with("try", fmt::format("cicd promote {} {} --commit {}", of.pipeline.declared.name.view(),
                                   of.place.name.view(), commit->substr(0, 7)));
    return chosen_commit{*commit, follows_tags ? name : std::string(), {}};
  }
  const std::vector<std::string> tags = tags_for(of);
  return unknown_commit(of, "there is no such version here", names.back(), tags, joined(tags, ", "),
                        "git fetch --tags");
}

result<chosen_commit> by_commit(const question& of) {
  if (std::optional<std::string> commit = commit_named(of.folder(), of.choice.commit, of.around))
    return chosen_commit{*std::move(commit), {}, {}};
  std::vector<std::string> near = branches_in(of.folder(), of.around);
  for (std::string& tag : tags_in(of.folder(), of.around)) near.push_back(std::move(tag));
  for (const past_commit& each : first_parents(of.folder(), "HEAD", 50, of.around))
    near.push_back(each.short_id());
  return unknown_commit(of, "there is no such commit here", of.choice.commit, near, {}, "git fetch");
}

result<chosen_commit> by_environment(const question& of,
                                     const std::string& name,
                                     const look_at_environment& look) {
  std::vector<std::string> names;
  const environment* from = nullptr;
  for (const environment& each : of.pipeline.declared.environments) {
    if (&each != &of.place && each.name != of.place.name) names.push_back(each.name.str());
    if (each.name.view() == name) from = &each;
  }
  if (from == nullptr || from->name == of.place.name)
    return of
        .wrong(
            from == nullptr ? "there is no such environment" : "an environment is not promoted from itself",
            name)
        .with("did you mean", from == nullptr ? nearest(name, names).value_or("") : std::string())
        .with("allowed", joined(names, ", "));
  const result<std::optional<deployment_record>> there = look(*from);
  if (!there) return there.error();
  if (!*there || (*there)->commit.empty())
    return of
        .wrong(*there ? "what runs there is of no commit, so that it cannot be promoted"
                      : "nothing was deployed there yet",
               name)
        .with("try", fmt::format("cicd run {}.deploy-{}", of.pipeline.declared.name.view(), name));
  return chosen_commit{(*there)->commit, {}, name};
}

error nothing_chosen(const question& of, const std::vector<std::string>& from) {
  std::vector<std::string> words{"--version <tag>", "--commit <commit>"};
  for (const std::string& each : from) words.push_back("--from " + each);
  if (from.empty()) words.emplace_back("--from <environment>");
  return of
      .wrong(from.empty() ? "this environment comes FROM no other, so it is not known what is to be promoted"
                          : "this environment comes FROM several, so it is not known what is to be promoted",
             joined(from, ", "))
      .with("allowed", joined(words, ", "));
}

}  // namespace
}  // namespace deliver_chosen_commit

result<chosen_commit> chosen_commit_of(const commit_choice& choice,
                                       const declared_pipeline& pipeline,
                                       const environment& place,
                                       const look_at_environment& look,
                                       const surroundings& around) {
  using namespace deliver_chosen_commit;
  const question of{choice, pipeline, place, around};
  if (!choice.version.empty()) return by_version(of);
  if (!choice.commit.empty()) return by_commit(of);
  if (!choice.from.empty()) return by_environment(of, choice.from, look);
  if (pins_commit(place)) return chosen_commit{place.pin.str(), {}, {}};
  if (!place.pin.empty()) {
    const commit_choice pinned{place.pin.str(), {}, {}};
    return by_version({pinned, pipeline, place, around});
  }
  const std::vector<std::string> from = names_of_from(place);
  if (from.size() != 1) return nothing_chosen(of, from);
  return by_environment(of, from.front(), look);
}

}  // namespace cicd
