// What the environment says: yanks, holds, what is newer there, approvals. See gate_rules.hpp.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/glob.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/policy/approver.hpp>
#include <cicd/deliver/policy/gate_rules.hpp>

namespace cicd::gate_rules {

status judge_yanked(const gate_question& of, const gate_state& state) {
  if (!state.mark || state.mark->is != artifact_mark::kind::yanked) return {};
  const artifact_mark& mark = *state.mark;
  const std::string commit = mark.commit.substr(0, 7);
  const std::string here = state.commit.empty() ? commit_here(of) : state.commit.substr(0, 7);
  return refusal(of,
                 fmt::format("yanked by {} at {}: {}", displayable(mark.who), utc_text(mark.when),
                             displayable(mark.reason)),
                 commit)
      .with("caused by",
            here.empty() || here == commit ? std::string() : fmt::format("{} has the same images", here))
      .with("allowed", "a commit with other images")
      .with("try", "cicd artifacts " + of.pipeline)
      .with("or",
            fmt::format("cicd yank {} {} --lift --reason '…', where it was a mistake", of.pipeline, commit));
}

namespace {

/// A person put back what ran before: that is a rollback, and no deploy undoes it.
status judge_revert(const gate_question& of, const gate_state& state) {
  if (!state.reverted || of.what != change::deploy) return {};
  const hand_revert& revert = *state.reverted;
  return refusal(of, "what is deployed was put back by hand", revert.commit.substr(0, 7))
      .with("by", displayable(revert.who) + " at " + utc_text(revert.when))
      .with("left", displayable(revert.left))
      .with("try", fmt::format("cicd hold release {} {}, to deploy over it", of.pipeline, of.environment));
}

}  // namespace

/// The gates are those of the newest declaration that was deployed here.
status judge_weakened(const gate_question& of, const gate_state& state) {
  if (state.weakened.empty()) return {};
  const weakened_gate& first = state.weakened.front();
  error refused = refusal(of,
                          fmt::format("{} wants {} since {}; {}", of.environment, displayable(first.words),
                                      displayable(first.since.substr(0, 7)), state.weakened_by),
                          commit_here(of))
                      .with("here", displayable(first.here));
  for (std::size_t at = 1; at < state.weakened.size(); ++at)
    refused = std::move(refused).with("and", displayable(state.weakened[at].words));
  return std::move(refused).with(
      "try",
      fmt::format("configure a clean checkout that has {}, and deploy from there", first.since.substr(0, 7)));
}

namespace {

/// A hold of a version is one of its artifact: under another tag of the same commit, too.
bool is_held(const std::string& version, const gate_question& of, const gate_state& state) {
  if (version == state.version) return true;
  // What would be put back has its own commit, whatever is checked out.
  if (of.what != change::deploy) return !state.commit.empty() && state.commit.substr(0, 7) == version;
  if (of.sources.empty()) return false;
  const git_state& git = of.sources.front().git;
  return std::ranges::find(git.tags, version) != git.tags.end()
         || (git.commit && git.commit->substr(0, 7) == version);
}

}  // namespace

status judge_hold(const gate_question& of, const gate_state& state) {
  if (!state.hold) return judge_revert(of, state);
  const deployment_hold& hold = *state.hold;
  const bool is_of_all = hold.version.empty();
  const bool is_of_this = is_held(hold.version, of, state);
  // What is put back by hand goes against a hold of all deploys, and that is what it is for.
  if (is_of_all ? of.what == change::rollback : !is_of_this) return judge_revert(of, state);
  return refusal(of,
                 !is_of_all                  ? "this version is held out"
                 : of.what == change::deploy ? "deploys to this environment are on hold"
                                             : "deploys to this environment are on hold, and a canary is one",
                 hold.version)
      .with("by", displayable(hold.who) + " at " + utc_text(hold.when))
      .with("reason", displayable(hold.reason))
      .with("try", fmt::format("cicd hold release {} {}", of.pipeline, of.environment));
}

namespace {

/// Tags that have an order decide by it: a fix of an older line may go where its version is the higher one.
std::optional<status> judge_versions(const gate_question& of, const gate_state& state) {
  const deployment_record& there = state.newer.there;
  if (of.released.tag.empty() || there.tag.empty()) return std::nullopt;
  const auto compared = of.released.order.compare(of.released.tag, there.tag);
  if (!compared) return std::nullopt;
  if (*compared >= 0) return status();
  return conflict(of, fmt::format("superseded: {} is there", displayable(there.tag)),
                  displayable(of.released.tag))
      .with("there", fmt::format("{} by {} at {}", displayable(there.tag), displayable(there.who),
                                 utc_text(there.when)))
      .with("try", fmt::format("git fetch --tags, and give the commit a version above {}: cicd tag {} --help",
                               displayable(there.tag), of.pipeline))
      .with("or", fmt::format("cicd rollback {} {} --to <version>, where an earlier one is to run again",
                              of.pipeline, of.environment));
}

}  // namespace

status judge_succession(const gate_question& of, const gate_state& state) {
  using enum succession::order;
  const succession& newer = state.newer;
  const deployment_record& there = newer.there;
  // What a PIN names goes there also where it is older.
  if (!of.pin.word.empty() && newer.is != unknown_meanwhile) return {};
  if (std::optional<status> by_version = judge_versions(of, state)) return *by_version;
  if (newer.is == goes_on) return {};
  if (newer.is == unknown_meanwhile)
    return conflict(
               of,
               "superseded: while this run was under way another deployed a commit that this clone does not "
               "know, and that may be newer",
               displayable(there.commit.substr(0, 12)))
        .with("there",
              displayable(fmt::format("{} by {} at {}", there.version, there.who, utc_text(there.when))))
        .with("try", "git fetch, and deploy the newer of the two");
  error superseded =
      conflict(of, "superseded: a newer commit is deployed already", commit_here(of))
          .with("there", displayable(there.commit.substr(0, 7)) + " by " + displayable(there.who) + " at "
                             + utc_text(there.when))
          .with("try", "deploy the newer commit, or revert what is wrong with it and deploy that");
  if (newer.is == older || !newer.mine || !there.committed) return superseded;
  return std::move(superseded)
      .with("known by", fmt::format("the dates {} and {}, since this clone does not have that commit",
                                    utc_text(*newer.mine), utc_text(*there.committed)))
      .with("or", "git fetch --unshallow, where the dates are wrong");
}

namespace {

const char* unapproved(change what) {
  switch (what) {
    case change::build: return "the build of this commit is not approved";
    case change::deploy: return "this deploy is not approved";
    case change::preview: return "this preview is not approved";
    default: return "this canary with this share is not approved";
  }
}

const char* approvable_of(const gate_question& of, const gate_state& state) {
  if (of.what == change::build) return "an approval of this commit that has not expired";
  return state.approves_artifact
             ? "an approval of exactly this artifact for this environment that has not expired"
             : "an approval of exactly these images and objects that has not expired";
}

/// Why an approval does not count; empty where it does.
std::string objection(const deployment_approval& to, const gate_question& of, const gate_state& state) {
  if (state.approval_digest.empty() || to.digest != state.approval_digest)
    return fmt::format("an approval by {} of {}, for {}", to.who, utc_text(to.when),
                       to.version.empty() ? "other images or objects"
                                          : (to.step.empty() || to.step == of.subject ? "" : to.step + " ")
                                                + to.version + ", other images or objects");
  // By a clock that is wrong it would last for longer than it was given for.
  constexpr std::chrono::minutes most_ahead{5};
  if (to.when > state.now + most_ahead)
    return fmt::format("an approval by {} of {}, which is in the future: its clock is wrong", to.who,
                       utc_text(to.when));
  if (to.expires <= state.now)
    return fmt::format("an approval by {} that expired at {}", to.who, utc_text(to.expires));
  if (of.approval == approval_rule::other && is_by_author(to, of.author))
    return fmt::format("an approval by {}, who is the author of the commit", to.who);
  return {};
}

}  // namespace

std::string approver_in(const gate_question& of, const gate_state& state) {
  if (of.approval == approval_rule::none) return {};
  const auto found = std::ranges::find_if(
      state.approvals, [&](const deployment_approval& each) { return objection(each, of, state).empty(); });
  return found == state.approvals.end() ? std::string() : found->who;
}

status judge_approval(const gate_question& of, const gate_state& state) {
  if (of.approval == approval_rule::none) return {};
  const bool is_other = of.approval == approval_rule::other;
  std::string near;
  const deployment_approval* nearest = nullptr;
  // Of what is asked for tells more than of the same version, that more than of another, and the newest most.
  const auto closeness = [&](const deployment_approval& each) {
    const int same = each.digest == state.approval_digest                     ? 2
                     : !each.version.empty() && each.version == state.version ? 1
                                                                              : 0;
    return std::pair(same, each.when);
  };
  for (const deployment_approval& each : state.approvals) {
    std::string why = objection(each, of, state);
    if (why.empty()) return {};
    if (nearest != nullptr && closeness(each) < closeness(*nearest)) continue;
    nearest = &each;
    near = std::move(why);
  }
  const std::string subject = of.what == change::deploy  ? of.environment
                              : of.what == change::build ? commit_here(of)
                                                         : of.subject;
  return refusal(of, unapproved(of.what), subject)
      .with("there", displayable(near))
      .with("base branch", of.base && of.event.kind == event_kind::pull_request
                               ? "whether an approval is needed is for this to say: " + of.base->by
                               : std::string())
      .with("allowed", std::string(approvable_of(of, state))
                           + (is_other ? ", by another person than " + displayable(of.author) : ""))
      .with("try", of.approve_words + " --reason '…', by a user who has read " + of.read_words);
}

}  // namespace cicd::gate_rules
