// `cicd tag`: makes the next version of a pipeline, where a deploy by it would be let in.
#pragma once

#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/policy/declared_question.hpp>
#include <cicd/deliver/policy/remote_place.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/observe/git_commits.hpp>
#include <cicd/observe/git_program.hpp>

namespace cicd {

namespace driver_commands_tag {
namespace {

struct words {
  session_request tree;
  std::string pipeline, next, commit, environment;
  bool pushes = false;
};

/// A word of `--next`.
struct next_word {
  std::string_view word;
  next_version what;
  version_rule rule;
  bool is_candidate = false;  ///< of the pattern `rc-*`
};
constexpr next_word next_words[] = {{"major", next_version::major, version_rule::semantic},
                                    {"minor", next_version::minor, version_rule::semantic},
                                    {"patch", next_version::patch, version_rule::semantic},
                                    {"calendar", next_version::calendar, version_rule::calendar},
                                    {"number", next_version::number, version_rule::number},
                                    {"rc", next_version::number, version_rule::number, true}};

bool fits(const next_word& word, const environment& place, const pipeline& declared) {
  if (place.on.kind != ref_kind::tag) return false;
  const bool is_candidate = place.on.pattern.view() == "rc-*";
  return tag_order::of(place.on.pattern, versions_of(declared)).rule == word.rule
         && is_candidate == word.is_candidate;
}

/// The words that make sense here.
std::vector<std::string> words_for(const pipeline& declared) {
  std::vector<std::string> all;
  for (const next_word& each : next_words)
    if (std::ranges::any_of(declared.environments,
                            [&](const environment& place) { return fits(each, place, declared); }))
      all.emplace_back(each.word);
  return all;
}

error usage(const words& said, std::string what, std::string value) {
  return error{exit_class::usage, said.pipeline, std::move(what), std::move(value), {}};
}

result<const next_word*> word_of(const words& said, const pipeline& declared) {
  const std::vector<std::string> here = words_for(declared);
  const auto found = std::ranges::find(next_words, said.next, &next_word::word);
  if (found != std::end(next_words) && std::ranges::find(here, said.next) != here.end()) return &*found;
  return usage(said, "--next: no environment is ON a tag with such versions", said.next)
      .with("did you mean", nearest(said.next, here).value_or(""))
      .with("allowed", joined(here, ", "))
      .with("try", here.empty()
                       ? fmt::format("pipeline_release({} VERSIONS semantic), and an environment ON tag v*",
                                     declared.name.view())
                       : std::string());
}

/// The environments that the new tag sets off, all of one pattern.
result<std::vector<const environment*>> environments_for(const words& said,
                                                         const next_word& word,
                                                         const pipeline& declared) {
  std::vector<const environment*> found;
  std::vector<std::string> names;
  for (const environment& each : declared.environments) {
    if (!fits(word, each, declared)) continue;
    names.push_back(each.name.str());
    if (said.environment.empty() || each.name.view() == said.environment) found.push_back(&each);
  }
  if (found.empty())
    return usage(said, "--environment: it is not ON a tag with such versions", said.environment)
        .with("did you mean", nearest(said.environment, names).value_or(""))
        .with("allowed", joined(names, ", "));
  const auto is_other = [&](const environment* each) {
    return each->on.pattern != found.front()->on.pattern;
  };
  if (std::ranges::any_of(found, is_other))
    return usage(said, "several environments are ON tags with such versions", joined(names, ", "))
        .with("try", "--environment " + names.front());
  return found;
}

/// An environment that a tag sets off.
struct set_off {
  const declared_pipeline* pipeline;
  const environment* place;
  std::optional<error> refused{};

  std::string target() const {
    return fmt::format("{}.deploy-{}", pipeline->declared.name.view(), place->name.view());
  }
};

/// Those of all pipelines of this repository, those of `own` first.
std::vector<set_off> set_off_by(const std::string& tag,
                                const declared_pipeline& own,
                                const model& in,
                                const surroundings& around) {
  std::vector<set_off> all;
  const std::string top = git_state_of(own.repository(), around).top;
  for (const declared_pipeline& each : in.pipelines) {
    if (&each != &own && git_state_of(each.repository(), around).top != top) continue;
    for (const environment& place : each.declared.environments)
      if (place.on.kind == ref_kind::tag && ref_matches(place.on.pattern.view(), tag))
        all.push_back({&each, &place});
  }
  std::stable_partition(all.begin(), all.end(), [&](const set_off& each) { return each.pipeline == &own; });
  return all;
}

struct new_tag {
  std::string name, before, commit;
};

/// What other programs read as a number has no more.
constexpr std::size_t most_digits = 19;

std::size_t longest_number(std::string_view version) {
  std::size_t longest = 0, now = 0;
  for (const char c : version) {
    now = c >= '0' && c <= '9' ? now + 1 : 0;
    longest = std::max(longest, now);
  }
  return longest;
}

result<new_tag> next_tag(const words& said,
                         const next_word& word,
                         const environment& place,
                         const found_environment& found,
                         const source_facts& source) {
  const std::string& folder = source.folder;
  const surroundings& around = found.of->around;
  std::vector<std::string> tags = tags_in(folder, around);
  if (said.pushes) {
    const auto theirs = tags_on_remote(source, ci_event_of(around), around, nullptr);
    if (!theirs) return theirs.error();
    tags.insert(tags.end(), theirs->begin(), theirs->end());
  }
  const tag_order order = tag_order::of(place.on.pattern, versions_of(found.pipeline->declared));
  const std::string highest = order.highest(tags);
  const auto next = version_after(highest.empty() ? std::string() : *order.rest_of(highest), word.what,
                                  system_clock_port().now());
  if (longest_number(*next) > most_digits)
    return usage(
               said,
               fmt::format("the version after {} has a number of more than {} digits", highest, most_digits),
               order.tag_of(*next))
        .with("try", "git tag --delete " + shell_quoted(highest));
  const std::string asked = said.commit.empty() ? std::string("HEAD") : said.commit;
  const std::optional<std::string> commit = commit_named(folder, asked, around);
  if (!commit)
    return usage(said, "there is no such commit here", asked)
        .with("try", "git fetch; or a commit of git log");
  return new_tag{order.tag_of(*next), highest, *commit};
}

status make(const new_tag& tag, const std::string& folder, const surroundings& around) {
  const captured made = observing::ask_git(folder, {"tag", "--no-sign", "--", tag.name, tag.commit}, around);
  if (made.end.good()) return {};
  return observing::git_failure(folder, made);
}

exit_class act(const words& said, const surroundings& around) {
  result<found_environment> found = find_environment(said.tree, said.pipeline, {}, around);
  if (!found) return refused(found.error());
  const declared_pipeline& pipeline = *found->pipeline;
  const result<const next_word*> word = word_of(said, pipeline.declared);
  if (!word) return refused(word.error());
  const auto places = environments_for(said, **word, pipeline.declared);
  if (!places) return refused(places.error());
  if (status there = bring_sources(*found, clone_need::there); !there) return refused(there.error());
  source_facts source;
  source.folder = pipeline.repository();
  source.is_elsewhere = pipeline.is_elsewhere();
  source.code = code_url_of(pipeline);
  source.git = git_state_of(source.folder, around);
  const result<new_tag> tag = next_tag(said, **word, *places->front(), *found, source);
  if (!tag) return refused(tag.error());
  change_gate& gate = found->deliveries->gate();
  std::vector<set_off> deploys = set_off_by(tag->name, pipeline, found->of->model, around);
  std::optional<exit_class> end;
  for (set_off& each : deploys) {
    const status may = gate.may_be_tagged(*each.pipeline, *each.place, tag->name, tag->commit);
    if (may) continue;
    each.refused = may.error();
    // Another pipeline does not hold this one up.
    if (each.pipeline != &pipeline) continue;
    const exit_class kind = refused(may.error());
    end = end.value_or(kind);
  }
  if (end) return *end;
  const result<permit> allowed = gate.may_change_sources(change::tag, pipeline);
  if (!allowed) return refused(allowed.error());
  if (status made = make(*tag, source.folder, around); !made) return refused(made.error());
  const std::string remote = remote_name(source, ci_event_of(around), around);
  std::string then = remote.empty() ? "this clone has no remote repository to push it to"
                                    : fmt::format("push it: git push {} {}", shell_quoted(remote), tag->name);
  if (said.pushes) {
    const result<std::string> pushed =
        push_tag(*allowed, source, tag->name, ci_event_of(around), around, nullptr);
    if (!pushed) {
      // Made and not pushed, it would be in the way of the next attempt.
      (void)observing::ask_git(source.folder, {"tag", "--delete", "--", tag->name}, around);
      return refused(pushed.error());
    }
    then = "pushed to " + *pushed;
  }
  print_out(fmt::format("{} on {}{}\n", tag->name, tag->commit.substr(0, 7),
                        tag->before.empty() ? "" : ", after " + displayable(tag->before)));
  for (const set_off& each : deploys)
    print_out(fmt::format("  sets off {}{}\n", each.target(),
                          each.refused ? ", which " + refusal_text(*each.refused) : ""));
  print_out("  " + then + "\n");
  return exit_class::done;
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* tag =
      app.add_subcommand("tag", "tag a commit with the next version, where a deploy by it would be let in");
  tag->add_option("pipeline", said->pipeline, "whose version; default: the only pipeline");
  tag->add_option("--next", said->next, "major, minor, patch, calendar, number, or rc of the tags rc-*")
      ->required()
      ->type_name("WHAT");
  tag->add_option("--commit", said->commit, "the commit; default: HEAD")->type_name("COMMIT");
  tag->add_option("--environment", said->environment,
                  "whose tags, where several environments are ON such tags")
      ->type_name("NAME");
  tag->add_flag("--push", said->pushes, "push the tag to the remote repository");
  with_tree(tag, said->tree);
  acts(tag, chosen, [said](const surroundings& around) { return act(*said, around); });
}

const registered_command tag_command(add);

}  // namespace
}  // namespace driver_commands_tag

}  // namespace cicd
