// The words of notices.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/notify/notice.hpp>

namespace cicd {

namespace deliver_notify_notice {
namespace {

constexpr std::pair<notice_kind, std::string_view> kind_words[] = {
    {notice_kind::success, "success"},          {notice_kind::failure, "failure"},
    {notice_kind::recovery, "recovery"},        {notice_kind::waiting, "waiting"},
    {notice_kind::rollback, "rollback"},        {notice_kind::hold, "hold"},
    {notice_kind::approval, "approval"},        {notice_kind::canary, "canary"},
    {notice_kind::preview, "preview"},          {notice_kind::yank, "yank"},
    {notice_kind::cron_failure, "cron-failure"}};

}  // namespace
}  // namespace deliver_notify_notice

std::string_view word_for(notice_kind kind) {
  for (const auto& [each, word] : deliver_notify_notice::kind_words)
    if (each == kind) return word;
  return "unknown";
}

notice_kinds notice_kinds_of(const std::vector<std::string>& words) {
  notice_kinds kinds;
  for (const auto& [kind, word] : deliver_notify_notice::kind_words)
    if (words.empty() || std::ranges::find(words, word) != words.end()) kinds.insert(kind);
  return kinds;
}

std::string_view word_for(release_stage stage) {
  switch (stage) {
    case release_stage::none: break;
    case release_stage::deploying: return "deploying";
    case release_stage::deployed: return "deployed";
    case release_stage::proposed: return "proposed";
    case release_stage::waiting: return "waiting";
    case release_stage::refused: return "refused";
    case release_stage::failed: return "failed";
    case release_stage::rolled_back: return "rolled-back";
    case release_stage::approved: return "approved";
    case release_stage::yanked: return "yanked";
    case release_stage::yank_lifted: return "yank-lifted";
    case release_stage::removed: return "removed";
    case release_stage::cron_failed: return "cron-failed";
    case release_stage::cron_recovered: return "cron-recovered";
    case release_stage::test: return "test";
  }
  return "none";
}

std::string words_of_failure(const error& of) {
  constexpr std::size_t longest = 2'000;
  std::string text = of.what;
  if (of.value && !of.value->empty()) text += ": " + *of.value;
  for (const note& each : of.notes)
    if (each.label != "declared at" && !each.text.starts_with("cicd approve "))
      text += "\n" + each.label + ": " + each.text;
  return displayable(cut_to(text, longest), newlines::keep);
}

std::string headline_of(const service_notice& of) {
  const std::string name = of.at.pipeline + (of.version.empty() ? "" : " " + of.version);
  const std::string place =
      of.at.environment + (of.at.branch_key.empty() ? "" : " for branch " + of.at.branch);
  switch (of.is) {
    case release_stage::none:
      return of.held.empty() ? fmt::format("{}: deploys to {} are allowed again", of.at.pipeline, place)
                             : fmt::format("{}: deploys to {} are on hold", of.at.pipeline, place);
    case release_stage::deploying: return fmt::format("{} is being deployed to {}", name, place);
    case release_stage::deployed:
      return fmt::format("{} is deployed to {}{}", name, place,
                         of.has_recovered ? ", which had failed before" : "")
             + (of.share.empty() ? "" : " with " + of.share);
    case release_stage::proposed: return fmt::format("{} is proposed for {}", name, place);
    case release_stage::waiting: return fmt::format("{} waits to be deployed to {}", name, place);
    case release_stage::refused: return fmt::format("{} may not be deployed to {}", name, place);
    case release_stage::failed: return fmt::format("{} failed in {}", name, place);
    case release_stage::rolled_back:
      return of.version.empty() || of.version == of.now_runs
                 ? fmt::format("{} is back at {} in {}", of.at.pipeline, of.now_runs, place)
                 : fmt::format("{} was rolled back in {}, to {}", name, place, of.now_runs);
    case release_stage::approved: return fmt::format("{} is approved for {}", name, place);
    case release_stage::yanked: return fmt::format("{} is yanked", name);
    case release_stage::yank_lifted: return fmt::format("{} is yanked no longer", name);
    case release_stage::removed: return fmt::format("{}: {} ended", of.at.pipeline, place);
    case release_stage::cron_failed:
      return fmt::format("cron job {} of {} fails in {}", of.subject, of.at.pipeline, place);
    case release_stage::cron_recovered:
      return fmt::format("cron job {} of {} runs again in {}", of.subject, of.at.pipeline, place);
    case release_stage::test: return fmt::format("{}: a test of pipeline_notify()", of.at.pipeline);
  }
  return name;
}

}  // namespace cicd
