// The artifacts of a pipeline's newest commits.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/artifacts.hpp>
#include <cicd/deliver/policy/soak.hpp>
#include <cicd/deliver/source_clone.hpp>
#include <cicd/driver/commands/artifact_page.hpp>
#include <cicd/driver/commands/listing.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/report/text_table.hpp>
#include <cicd/system/in_parallel.hpp>

namespace cicd {

namespace driver_commands_artifact_page {
namespace {

constexpr unsigned asked_at_once = 8;

result<artifact_row> row_of(const artifact_store& in, const past_commit& commit) {
  artifact_row row{.of = commit};
  auto there = in.read(commit.id);
  if (!there) return std::move(there).error();
  if (!*there) return row;
  row.made = std::move((*there)->record);
  auto mark = in.mark_of(commit.id);
  if (mark && !*mark) mark = in.mark_of_images(*row.made);
  if (!mark) return std::move(mark).error();
  row.mark = *std::move(mark);
  return row;
}

std::string images_text(const artifact_record& record) {
  constexpr std::size_t shown = 12;
  std::vector<std::string> all;
  for (const auto& [name, image] : record.images)
    all.push_back((record.images.size() > 1 ? name + " " : std::string())
                  + "sha256:" + hex(image.manifest).substr(0, shown));
  return joined(all, ", ");
}

std::string note_of(const artifact_row& row) {
  if (row.is_yanked())
    return fmt::format("yanked by {}: {}", displayable(short_name(row.mark->who)),
                       displayable(row.mark->reason));
  if (row.made && !row.made->images_of.empty()) return "images of " + row.made->images_of.substr(0, 7);
  return {};
}

std::vector<std::string> line_of(const artifact_row& row, const moment_words& times) {
  return {row.of.short_id(),
          displayable(joined(row.of.tags, ", ")),
          row.made ? times.text(row.made->built) : "none",
          row.made ? images_text(*row.made) : std::string(),
          joined(row.runs_in, ", "),
          note_of(row),
          displayable(row.of.subject)};
}

/// What runs there, or may: where the last deploy came to no good end, also what was deployed before it.
result<std::vector<deployment_record>> running_in(const declared_pipeline& pipeline,
                                                  const environment& place,
                                                  const way& by,
                                                  const cancellation* cancelled) {
  constexpr std::size_t most = 200;
  result<deployed_release> there = by.look(pipeline, place, cancelled);
  if (!there) return std::move(there).error();
  std::vector<deployment_record> all;
  if (!there->record) return all;
  all.push_back(*std::move(there->record));
  if (came_to_a_good_end(all.front())) return all;
  result<std::vector<deployment_record>> past = by.history_of(pipeline, place, most);
  if (!past) return past;
  const auto good = std::ranges::find_if(*past, came_to_a_good_end);
  if (good != past->end()) all.push_back(std::move(*good));
  return all;
}

}  // namespace
}  // namespace driver_commands_artifact_page

std::map<std::string, std::vector<std::string>> environments_by_commit(const declared_pipeline& pipeline,
                                                                       const delivery& deliveries,
                                                                       const cancellation* cancelled,
                                                                       errors& failures) {
  std::map<std::string, std::vector<std::string>> by_commit;
  const auto add = [&](const environment& place, const std::string& name) {
    auto there =
        driver_commands_artifact_page::running_in(pipeline, place, deliveries.way_of(place), cancelled);
    if (!there) {
      failures.push_back(std::move(there).error());
      if (failures.back().subject.empty())
        failures.back().subject = pipeline.declared.name.str() + "/" + name;
      return;
    }
    for (const deployment_record& each : *there) {
      if (each.dirty) continue;
      std::vector<std::string>& names = by_commit[each.commit];
      if (names.empty() || names.back() != name) names.push_back(name);
    }
  };
  for (const environment& place : pipeline.declared.environments) {
    add(place, place.name.str());
    for (const environment& part : place.parts) add(part, place.name.str());
  }
  return by_commit;
}

result<artifact_page> artifact_page_of(const session& of,
                                       const declared_pipeline& pipeline,
                                       const delivery& deliveries,
                                       std::size_t most,
                                       const cancellation& cancelled,
                                       errors& failures) {
  using namespace driver_commands_artifact_page;
  const std::string name = pipeline.declared.name.str();
  if (status has = check_has_artifacts(pipeline); !has) return std::move(has).error();
  if (status fresh = bring_clone(pipeline, clone_need::fresh, of.around, &cancelled); !fresh)
    return std::move(fresh).error();
  const git_state git = git_state_of(pipeline.repository(), of.around);
  if (!git.commit)
    return error{exit_class::usage,
                 name,
                 "the sources have no commit, so there are no artifacts",
                 pipeline.repository(),
                 {{"allowed", "a git repository with a commit"}}};
  const result<artifact_store> store = artifacts_of(pipeline, of.where, of.around, cancelled);
  if (!store) return store.error();
  const std::vector<past_commit> commits = first_parents(pipeline.repository(), *git.commit, most, of.around);
  artifact_page page{
      .pipeline = name, .place = store->place(), .rows = std::vector<artifact_row>(commits.size())};
  const status read = in_parallel(asked_at_once, commits.size(), [&](std::size_t at) -> status {
    result<artifact_row> row = row_of(*store, commits[at]);
    if (!row) return std::move(row).error();
    page.rows[at] = *std::move(row);
    return {};
  });
  if (!read) return read.error();
  const auto by_commit = environments_by_commit(pipeline, deliveries, &cancelled, failures);
  for (artifact_row& row : page.rows)
    if (const auto runs = by_commit.find(row.of.id); runs != by_commit.end()) row.runs_in = runs->second;
  return page;
}

std::string text_of(const artifact_page& page, const moment_words& times, std::size_t width) {
  std::vector<std::vector<std::string>> lines;
  for (const artifact_row& each : page.rows)
    lines.push_back(driver_commands_artifact_page::line_of(each, times));
  return fmt::format(
      "{}: {}\n{}", page.pipeline, displayable(page.place),
      table_text({"COMMIT", "TAGS", "BUILT", "IMAGES", "RUNS IN", "NOTE", "SUBJECT"}, lines, width));
}

json json_of(const artifact_page& page) {
  json commits(json::array{}), document;
  for (const artifact_row& each : page.rows) {
    json one;
    one.set("commit", each.of.id).set("committed", utc_text(each.of.when)).set("subject", each.of.subject);
    one.set("tags", json_texts(each.of.tags));
    one.set("artifact", each.made ? json_of(*each.made) : json());
    one.set("yanked", each.is_yanked()).set("mark", each.mark ? json_of(*each.mark) : json());
    one.set("environments", json_texts(each.runs_in));
    commits.push(std::move(one));
  }
  document.set("schema", 1).set("pipeline", page.pipeline).set("repository", page.place);
  document.set("commits", std::move(commits));
  return document;
}

}  // namespace cicd
