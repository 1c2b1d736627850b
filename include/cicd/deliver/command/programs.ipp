// Started without a shell; read strictly.
#pragma once

#include <cicd/deliver/command/programs.hpp>

#include <chrono>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/declare/placeholders.hpp>
#include <cicd/deliver/asked_program.hpp>
#include <cicd/deliver/release_draft.hpp>
#include <cicd/image/registry.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

namespace deliver_command_programs {
namespace {

using namespace std::chrono_literals;

struct named_program {
  const char* option;  ///< `APPLY`
  const char* path;    ///< of the option's value
  const std::vector<text>& words;
  std::chrono::milliseconds limit;
};

named_program program_of(way_program which, const environment& place) {
  switch (which) {
    case way_program::plan: return {"PLAN", "plan", place.plan, 10min};
    case way_program::apply: return {"APPLY", "apply", place.apply, 60min};
    case way_program::read: return {"READ", "read", place.read, 5min};
    case way_program::rollback: return {"ROLLBACK", "rollback", place.rollback, 60min};
  }
  return {"APPLY", "apply", place.apply, 60min};
}

exit_class class_of(const ending& end) {
  if (end.kind != ending::how::exited) return exit_class::step_failed;
  switch (end.number) {
    case 2: return exit_class::usage;
    case 3: return exit_class::conflict;
    case 6: return exit_class::remote;
    default: return exit_class::step_failed;
  }
}

error not_of_contract(const std::string& subject, const char* option, std::string what, std::string allowed) {
  return error{exit_class::remote, subject, fmt::format("{} printed {}", option, what), std::nullopt, {}}
      .with("allowed", std::move(allowed))
      .with("try", "docs/contracts/way-programs.md");
}

/// READ tells what is there, and needs none of what would be.
bool fetches(way_program which) {
  return which != way_program::read;
}

/// The variables of commands, and what is deployed.
std::vector<std::string> environment_for(way_program which,
                                         const program_request& what,
                                         const std::string& folder) {
  std::vector<std::string> lines = what.around.for_commands().lines();
  const auto add = [&](const char* name, const std::string& value) {
    lines.push_back(fmt::format("{}={}", name, value));
  };
  add("CICD_PIPELINE", what.record.pipeline);
  add("CICD_ENVIRONMENT", what.record.environment);
  add("CICD_VERSION", version_of(what.record));
  add("CICD_COMMIT", what.record.commit);
  add("CICD_RUN", what.record.id);
  add("CICD_RELEASE", folder + "/" + release_file);
  add("CICD_FILES", what.fetch && fetches(which) ? folder + "/files" : std::string());
  add("CICD_PREVIOUS", what.before.empty() ? std::string() : folder + "/previous.json");
  return lines;
}

/// Held for as long as the folder is there, so that one that is left is known by it.
std::string lock_of(const std::string& folder) {
  return folder + ".lock";
}

struct removed_at_the_end {
  const std::string& folder;
  ~removed_at_the_end() {
    (void)remove_tree(folder);
    (void)remove_tree(lock_of(folder));
  }
};

status lay_down(way_program which, const program_request& what, const std::string& folder) {
  if (status gone = remove_tree(folder); !gone) return gone;
  if (status made = make_folder(folder); !made) return made;
  if (status written = write_file(folder + "/" + release_file, what.wanted, durability::fast, 0600); !written)
    return written;
  if (!what.before.empty())
    if (status written = write_file(folder + "/previous.json", what.before, durability::fast, 0600); !written)
      return written;
  return what.fetch && fetches(which) ? what.fetch(folder + "/files") : status();
}

}  // namespace
}  // namespace deliver_command_programs

std::string version_of(const deployment_record& of) {
  return of.version.empty() ? of.commit.substr(0, 7) : of.version;
}

std::string release_text(const deployment_record& of) {
  json images(json::object{}), files(json::object{});
  for (const auto& [name, image] : of.images)
    (is_of_files(image.reference) ? files : images)
        .set(name, json()
                       .set("reference", plain_repository(image.reference))
                       .set("tag", image.tag)
                       .set("digest", oci_text(image.manifest))
                       .set("commit", image.built_from));
  json release;
  release.set("schema", 1).set("pipeline", of.pipeline).set("environment", of.environment);
  // Without images the commit is what is deployed; with them another commit of the same is the same.
  if (of.images.empty()) release.set("version", version_of(of)).set("commit", of.commit);
  if (!of.tag.empty()) release.set("tag", of.tag);
  release.set("images", std::move(images));
  if (!files.members().empty()) release.set("files", std::move(files));
  return pretty(release);
}

result<std::string> run_way_program(way_program which, const program_request& what) {
  using namespace deliver_command_programs;
  const named_program program = program_of(which, what.place);
  const auto held = file_lock::try_take(lock_of(what.scratch), what.record.id);
  if (!held) return held.error();
  const removed_at_the_end used{what.scratch};
  if (status laid = lay_down(which, what, what.scratch); !laid) {
    if (laid.error().subject.empty()) laid.error().subject = what.subject;
    return std::move(laid).error();
  }
  const placeholder_values values{
      {"pipeline", what.record.pipeline},
      {"environment", what.record.environment},
      {"version", what.record.tag.empty() ? version_of(what.record) : version_of_tag(what.record.tag)},
      {"commit", what.record.commit},
      {"commit_short", what.record.commit.substr(0, 7)}};
  command run;
  for (const text& word : program.words) run.words.push_back(with_placeholders(word.view(), values));
  run.directory = what.pipeline.source_directory;
  run.environment = environment_for(which, what, what.scratch);
  captured ran =
      run_to_end(run, {.limit = program.limit, .most_bytes = 16U << 20U, .cancelled = what.cancelled});
  if (what.cancelled != nullptr && what.cancelled->cancelled())
    return error{
        exit_class::interrupted, what.subject, fmt::format("interrupted during {}", program.option), {}, {}};
  if (ran.end.good()) return std::move(ran.out);
  // Before it is cut into lines, and characters of it are written in another way.
  ran = masked(std::move(ran), [&](const std::string& text) { return what.secrets.masked(text); });
  const std::string path = fmt::format("environment.{}.{}", what.place.name.view(), program.path);
  if (ran.end.kind == ending::how::not_started)
    return no_such_program(what.subject, what.pipeline, path, run.words, ran.end.text);
  return with_origin(error{class_of(ran.end),
                           what.subject,
                           fmt::format("{} failed", program.option),
                           shell_quoted(run.words),
                           {{"exit status", exit_text(ran.end)},
                            {"last lines", displayable(last_lines_of(ran), newlines::keep)}}},
                     what.pipeline, path);
}

void sweep_ended(const std::string& scratch) {
  using namespace deliver_command_programs;
  const auto cut = scratch.rfind('/');
  const std::string beside = scratch.substr(0, cut), own = scratch.substr(cut + 1);
  const auto all = list_tree(beside, [](const std::string&) { return false; });
  if (!all) return;
  for (const tree_entry& each : *all) {
    if (each.kind != entry_kind::folder || each.path == own) continue;
    const std::string left = beside + "/" + each.path, lock = lock_of(left);
    if (has_strays("CICD_RUN=" + each.path)) continue;
    const auto taken = file_lock::try_take(lock, {});
    if (!taken || !*taken) continue;
    (void)remove_tree(left);
    (void)remove_tree(lock);
  }
}

result<std::vector<std::string>> planned_changes(const std::string& printed, const program_request& of) {
  using namespace deliver_command_programs;
  constexpr const char* allowed =
      R"({"schema": 1, "changes": [{"sign": "+", "text": "…"}]}, signs +, ~ and -)";
  const result<json> read = parse_json(printed);
  if (!read || (*read)["schema"].integer() != 1 || !(*read)["changes"].is_array())
    return not_of_contract(of.subject, "PLAN", "something else than changes", allowed);
  std::vector<std::string> lines;
  for (const json& each : (*read)["changes"].elements()) {
    const std::string& sign = each["sign"].text();
    if ((sign != "+" && sign != "~" && sign != "-") || !each["text"].is_string())
      return not_of_contract(
          of.subject, "PLAN",
          fmt::format("a change without a sign or text: {}", of.secrets.masked(compact(each))), allowed);
    lines.push_back(sign + " " + displayable(of.secrets.masked(each["text"].text())));
  }
  return lines;
}

result<std::optional<std::string>> version_read(const std::string& printed, const std::string& subject) {
  using namespace deliver_command_programs;
  const result<json> read = parse_json(printed);
  const bool is_one = read && (*read)["schema"].integer() == 1
                      && ((*read)["version"].is_string() || (*read)["version"].is_null());
  if (!is_one)
    return not_of_contract(subject, "READ", "something else than a version",
                           R"({"schema": 1, "version": "v1.5.0"}, or null where nothing is there)");
  if ((*read)["version"].is_null()) return std::optional<std::string>();
  return std::optional((*read)["version"].text());
}

}  // namespace cicd
