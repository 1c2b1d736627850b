// What is released: BRANCHES, VERSIONS, FROM, and tags that moved. See gate_rules.hpp.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/policy/gate_rules.hpp>

namespace cicd::gate_rules {

/// Each other artifact is refused; by which tag it is deployed is of no importance.
status judge_pin(const gate_question& of, const gate_state& state) {
  if (of.pin.word.empty()) return {};
  if (state.commit.empty() && of.sources.empty()) return {};  // who asks is judged first
  const std::string shown = displayable(of.pin.word);
  if (!of.pin.commit)
    return error{exit_class::usage, of.subject, "PIN names a tag that this clone does not have", shown, {}}
        .with("declared at", of.pin.declared_at)
        .with("allowed", "a tag, or the 40 digits of a commit")
        .with("try", "git fetch --tags");
  const std::string mine = !state.commit.empty() ? state.commit : of.sources.front().git.commit.value_or("");
  if (mine == *of.pin.commit) return {};
  return refusal(of, "this environment takes only the artifact that its PIN names", mine.substr(0, 7))
      .with("declared at", of.pin.declared_at)
      .with("allowed", fmt::format("PIN {}", shown))
      .with("try", fmt::format("cicd promote {} {}", of.pipeline, of.environment))
      .with("or", "name the other one in PIN, configure and promote it");
}

/// What the sources' repository says of BRANCHES; in a plan nothing, where only the remote knows.
status judge_branches(const gate_question& of) {
  if (of.released.branches.empty()) return {};
  const std::string branches = joined(of.released.branches, " or ");
  for (const source_facts& each : of.sources) {
    if (each.is_declaration || !each.git.commit) continue;
    if (!each.released) {
      if (of.rehearses || !of.is_outside) continue;
      return not_known(of, each, "it was not asked which branches this commit is on", "report this as a bug");
    }
    using enum remote_place::answer;
    const remote_place& there = *each.released;
    if (there.where == on_it) continue;
    if (there.where == shallow)
      return not_known(of, each, "a shallow clone cannot tell whether this commit is on " + branches,
                       "git fetch --unshallow --filter=tree:0");
    if (there.where == tip_unknown)
      return not_known(of, each, fmt::format("{} has a commit that this clone does not have", branches),
                       "git fetch " + there.remote);
    return refusal(of, "this commit is not on " + branches, each.git.short_commit())
        .with("remote", there.url)
        .with("allowed", "BRANCHES of pipeline_release(): " + joined(of.released.branches, ", "))
        .with("try", "merge it, and release the commit that is on the branch then");
  }
  return {};
}

namespace {

std::string word_of(version_rule rule) {
  if (rule == version_rule::none) return "none";
  return std::string(
      choices_of(static_cast<const version_rule*>(nullptr)).words[static_cast<std::size_t>(rule) - 1]);
}

/// A good tag of that order: `v1.5.0`.
std::string example_of(const tag_order& order) {
  return order.tag_of(order.rule == version_rule::semantic   ? "1.5.0"
                      : order.rule == version_rule::calendar ? "2026.11.29"
                                                             : "1");
}

}  // namespace

status judge_version(const gate_question& of) {
  const tag_order& order = of.released.order;
  if (of.released.tag.empty() || order.rule == version_rule::none || order.has(of.released.tag)) return {};
  return refusal(of, "this tag is not a version of VERSIONS " + word_of(order.rule),
                 displayable(of.released.tag))
      .with("allowed", "a tag such as " + example_of(order))
      .with("try", "cicd tag " + of.pipeline + " --help");
}

status judge_moved_tag(const gate_question& of, const gate_state& state) {
  if (of.released.tag.empty() || of.sources.empty()) return {};
  const std::optional<std::string>& mine = of.sources.front().git.commit;
  const auto has_moved = [&](const deployment_record& each) {
    return each.tag == of.released.tag && !each.commit.empty() && mine && each.commit != *mine;
  };
  const bool has_moved_from_there = has_moved(state.newer.there);
  if (!has_moved_from_there && (!state.tagged || !has_moved(*state.tagged))) return {};
  const deployment_record& there = has_moved_from_there ? state.newer.there : *state.tagged;
  const std::string before = displayable(there.commit.substr(0, 7));
  return conflict(of,
                  fmt::format("tag {} was moved: {} → {}", displayable(of.released.tag), before,
                              mine->substr(0, 7)),
                  {})
      .with("there", fmt::format("{} by {} at {}", before, displayable(there.who), utc_text(there.when)))
      .with("try", "give the new commit a tag of its own: cicd tag " + of.pipeline + " --help");
}

status judge_from(const gate_question& of, const gate_state& state) {
  for (const earlier_place& each : state.from) {
    const std::string places = replaced_all(each.name, "|", " or ");
    if (each.was_reached && each.was_healthy && each.configuration.empty()) continue;
    if (each.was_reached && each.unknown) return *each.unknown;
    // What is there already is not deployed again for the sake of its record.
    if (each.was_reached && each.was_healthy && each.is_unrecorded)
      return refusal(of,
                     fmt::format("SAME_CONFIG: it is not known with which configuration {} has this commit",
                                 places),
                     commit_here(of))
          .with("there", displayable(each.configuration))
          .with("allowed", "a commit that was deployed there as it is declared now")
          .with("try", "the next commit that is deployed there, which is recorded with its configuration")
          .with("or", fmt::format("cicd promote {} {} --hotfix --reason '…', which passes over FROM",
                                  of.pipeline, of.environment));
    if (each.was_reached && each.was_healthy)
      return refusal(of, fmt::format("SAME_CONFIG: {} has this commit with another configuration", places),
                     commit_here(of))
          .with("there", displayable(each.configuration))
          .with("allowed", "a commit that was deployed there as it is declared now")
          .with("try", fmt::format("cicd reconcile {} {}, which deploys it there again", of.pipeline,
                                   each.name.substr(0, each.name.find('|'))));
    const bool has_failed = !each.was_reached && !each.failed.empty();
    error refused = refusal(
        of,
        each.was_reached ? "this commit was not healthy in " + places + " yet"
        : has_failed     ? "this commit was deployed to " + places + ", and that did not come to a good end"
                         : "this commit was never deployed to " + places,
        commit_here(of));
    if (has_failed && std::ranges::find(each.there, each.failed) == each.there.end())
      refused = std::move(refused).with("there", displayable(each.failed));
    if (each.was_reached) refused = std::move(refused).with("there", displayable(each.says));
    for (const std::string& line : each.there) refused = std::move(refused).with("there", displayable(line));
    if (each.was_reached)
      return std::move(refused)
          .with("allowed", fmt::format("FROM {}: a commit that is or was healthy there", each.name))
          .with("try",
                fmt::format("run again when it is healthy; cicd status {} shows what is there", of.pipeline));
    return std::move(refused)
        .with("allowed", fmt::format("FROM {}: a commit that was deployed there before", each.name))
        .with("try", fmt::format("cicd run {}.deploy-{}{}", of.pipeline,
                                 has_failed ? each.failed.substr(0, each.failed.find(':'))
                                            : each.name.substr(0, each.name.find('|')),
                                 has_failed ? ", which tries again what failed there" : ""));
  }
  return {};
}

}  // namespace cicd::gate_rules
