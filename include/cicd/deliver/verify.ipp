// The program that VERIFY names, and what it is told.
#pragma once

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/declare/placeholders.hpp>
#include <cicd/deliver/release_draft.hpp>
#include <cicd/deliver/verify.hpp>
#include <cicd/observe/git_commits.hpp>

namespace cicd {

namespace deliver_verify {
namespace {

/// The words with their placeholders replaced.
std::vector<std::string> words_of(const wanted_release& of) {
  placeholder_values values{{"pipeline", of.place.pipeline},
                            {"environment", of.place.environment},
                            {"namespace", of.place.namespace_name},
                            {"version", of.facts.version.empty() ? of.record.version : of.facts.version},
                            {"commit", of.record.commit},
                            {"commit_short", of.record.commit.substr(0, 7)},
                            {"branch", of.record.branch}};
  if (!of.record.images.empty()) values.emplace("image", of.record.images.begin()->second.reference);
  std::string host = of.facts.of_branch.host;
  for (const service& each : of.pipeline->declared.services)
    if (host.empty())
      host = with_placeholders(
          host_of(service_in(of.pipeline->declared, each.name.view(), of.place.environment)).view(), values);
  values.emplace("host", host);
  std::vector<std::string> words;
  for (const text& word : of.where->verify) words.push_back(with_placeholders(word.view(), values));
  return words;
}

/// Who made the commit, and how it is kept from going further.
error with_author(error failure, const wanted_release& of, const surroundings& around) {
  const std::string& commit = of.record.commit;
  if (commit.empty() || !of.place.branch_key.empty()) return failure;
  const std::string author = author_of(of.pipeline->repository(), commit, around);
  return std::move(failure)
      .with("commit", commit.substr(0, 7) + (author.empty() ? "" : " by " + displayable(author)))
      .with("or", fmt::format("cicd yank {} {} --reason '…', so that it is deployed nowhere else",
                              of.place.pipeline, commit.substr(0, 7)));
}

}  // namespace
}  // namespace deliver_verify

status run_verify(const std::string& subject,
                  const wanted_release& of,
                  const surroundings& around,
                  const cancellation& cancelled,
                  const text_mask& mask,
                  const say_line& say) {
  const std::vector<std::string> words = deliver_verify::words_of(of);
  if (say) say("verify: " + shell_quoted(words));
  command what;
  what.words = words;
  what.directory = of.pipeline->source_directory;
  what.environment = around.for_commands().lines();
  capture_options how;
  how.cancelled = &cancelled;
  const captured ran = masked(run_to_end(what, how), mask);
  if (cancelled.cancelled())
    return error{exit_class::interrupted, subject, "interrupted during VERIFY", {}, {}};
  for (const std::string& line : split(ran.out, '\n'))
    if (say && !line.empty()) say("  " + displayable(line));
  if (ran.end.good()) return {};
  error failure{exit_class::step_failed, subject, "VERIFY failed", shell_quoted(words), {}};
  failure = deliver_verify::with_author(std::move(failure), of, around);
  if (ran.end.kind == ending::how::not_started)
    return std::move(failure)
        .with("caused by", ran.end.text)
        .with("try", "a program on PATH, or ./<file> below the source folder");
  return std::move(failure)
      .with("exit status", exit_text(ran.end))
      .with("last lines", displayable(ran.err.empty() ? ran.out : ran.err, newlines::keep));
}

wanted_release release_to_verify(const deployment_record& record,
                                 const declared_pipeline& pipeline,
                                 const environment& place) {
  wanted_release of;
  of.pipeline = &pipeline;
  of.where = &place;
  of.place = {record.pipeline, record.environment, place.namespace_name.str()};
  release_draft made = draft_of(record, place);
  of.facts = std::move(made.facts);
  of.record = std::move(made.record);
  return of;
}

}  // namespace cicd
