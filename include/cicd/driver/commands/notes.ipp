// `cicd notes`: what a deploy to an environment would bring and take away.
#pragma once

#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/artifacts.hpp>
#include <cicd/deliver/chosen_commit.hpp>
#include <cicd/deliver/fleet_records.hpp>
#include <cicd/deliver/policy/source_check.hpp>
#include <cicd/deliver/release_notes.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>

namespace cicd {

namespace driver_commands_notes {
namespace {

struct words {
  session_request tree;
  std::string pipeline, environment, to;
  bool as_json = false, as_markdown = false;
};

constexpr std::size_t shown_digits = 12;

std::string short_digest(const digest& of) {
  return of ? "sha256:" + hex(of).substr(0, shown_digits) : std::string("none");
}

/// What stands before each line of a list, and around what is a name.
struct style {
  bool is_markdown = false;

  std::string title(const std::string& text) const {
    return is_markdown ? "\n### " + text + "\n\n" : text + "\n";
  }
  std::string line(char sign, const std::string& text) const {
    return is_markdown ? fmt::format("- {}\n", text) : fmt::format("  {} {}\n", sign, text);
  }
  std::string name(const std::string& text) const { return is_markdown ? "`" + text + "`" : text; }
};

std::string commits_text(const std::string& title,
                         char sign,
                         const std::vector<past_commit>& all,
                         const style& as) {
  if (all.empty()) return {};
  std::string text = as.title(title);
  for (const past_commit& each : all)
    text += as.line(sign,
                    fmt::format("{} {}{}", as.name(each.short_id()), displayable(each.subject),
                                each.tags.empty() ? "" : " (" + displayable(joined(each.tags, ", ")) + ")"));
  return text;
}

std::string value_text(const std::string& value) {
  return value.empty() ? "none" : displayable(value);
}

std::string options_text(const std::vector<bundle_change>& all, const style& as) {
  if (all.empty()) return {};
  std::string text = as.title("options");
  for (const bundle_change& each : all)
    text += as.line('~', fmt::format("{}{}: {} → {}", displayable(each.what),
                                     each.option.empty() ? "" : " " + as.name(each.option),
                                     value_text(each.before), value_text(each.after)));
  return text;
}

std::string images_text(const std::vector<image_change>& all, const style& as) {
  if (all.empty()) return {};
  std::string text = as.title("images");
  for (const image_change& each : all)
    text += as.line('~', fmt::format("{}: {} → {}", each.name, as.name(short_digest(each.before)),
                                     as.name(short_digest(each.after))));
  return text;
}

/// What is said first: no deploy takes it.
std::string yanked_text(const notes_side& of, const char* what, const style& as) {
  if (!of.yanked) return {};
  const std::string text =
      fmt::format("{} was yanked by {} at {}: {}; {}", displayable(of.name), displayable(of.yanked->who),
                  utc_text(of.yanked->when), displayable(of.yanked->reason), what);
  return as.is_markdown ? "\n**" + text + "**\n" : "! " + text + "\n";
}

std::string text_of(const release_notes& notes, const style& as) {
  const std::string there =
      notes.there.commit.empty() ? "nothing is deployed" : displayable(notes.there.name);
  const std::string head =
      fmt::format("{} {}: {} → {}", notes.pipeline, notes.environment, there, displayable(notes.next.name));
  std::string text = as.is_markdown ? "## " + head + "\n" : head + "\n";
  text += yanked_text(notes.there, "what runs there", as) + yanked_text(notes.next, "it is not deployed", as);
  if (notes.is_same()) text += as.is_markdown ? "\nNothing changes.\n" : "nothing changes\n";
  text += commits_text("comes", '+', notes.comes, as);
  text += commits_text("goes", '-', notes.goes, as);
  text += options_text(notes.options, as);
  text += images_text(notes.images, as);
  for (const std::string& each : notes.unknown) text += as.line('?', "not known: " + each);
  if (!notes.link.empty())
    text += as.is_markdown ? "\n" + notes.link + "\n" : "compare  " + notes.link + "\n";
  return text;
}

json json_of(const std::vector<past_commit>& all) {
  json to(json::array{});
  for (const past_commit& each : all)
    to.push(json().set("commit", each.id).set("subject", each.subject).set("tags", json_texts(each.tags)));
  return to;
}

json json_of(const notes_side& side) {
  json to(json::object{});
  if (side.commit.empty()) return to;
  to.set("commit", side.commit).set("version", side.name);
  return to.set("yanked", side.yanked ? json_of(*side.yanked) : json());
}

json json_of(const release_notes& notes) {
  json options(json::array{}), images(json::array{});
  for (const bundle_change& each : notes.options)
    options.push(json()
                     .set("what", each.what)
                     .set("option", each.option)
                     .set("before", each.before)
                     .set("after", each.after));
  for (const image_change& each : notes.images)
    images.push(json()
                    .set("image", each.name)
                    .set("before", each.before ? oci_text(each.before) : std::string())
                    .set("after", each.after ? oci_text(each.after) : std::string()));
  json document;
  document.set("schema", 1).set("pipeline", notes.pipeline).set("environment", notes.environment);
  document.set("there", json_of(notes.there)).set("next", json_of(notes.next));
  document.set("comes", json_of(notes.comes)).set("goes", json_of(notes.goes));
  document.set("options", std::move(options)).set("images", std::move(images));
  document.set("link", notes.link).set("unknown", json_texts(notes.unknown));
  return document;
}

/// What the environment holds.
result<notes_side> side_there(const found_environment& found, const cancellation& cancelled) {
  result<deployed_release> there =
      found.deliveries->way_of(*found.place).look(*found.pipeline, *found.place, &cancelled);
  if (!there) return std::move(there).error();
  notes_side side;
  if (!there->record) return side;
  side.commit = there->record->commit;
  side.name = there->record->version;
  for (const auto& [name, image] : there->record->images) side.images.emplace(name, image.manifest);
  return side;
}

/// A tag or a commit; where nothing is said, what the environment would be promoted from, else what is
/// checked out.
result<chosen_commit> next_commit(const words& said,
                                  const found_environment& found,
                                  const cancellation& cancelled) {
  commit_choice choice;
  const environment& place = *found.place;
  const std::string& folder = found.pipeline->repository();
  const bool has_one_from = place.from.size() == 1 && place.from.front().any.size() == 1;
  if (!said.to.empty() && commit_of_tag(folder, said.to, found.of->around))
    return chosen_commit{*commit_of_tag(folder, said.to, found.of->around), said.to, {}};
  if (!said.to.empty() || !has_one_from) choice.commit = said.to.empty() ? "HEAD" : said.to;
  return chosen_commit_of(choice, *found.pipeline, place, look_in(found, cancelled), found.of->around);
}

/// The artifact and, where the environment did not tell them, the images.
status add_artifact(const found_environment& found, const cancellation& cancelled, notes_side& to) {
  if (to.commit.empty() || !found.pipeline->has_artifacts()) return {};
  const result<artifact_store> store =
      artifacts_of(*found.pipeline, found.of->where, found.of->around, cancelled);
  if (!store) return store.error();
  result<std::optional<stored_artifact>> made = store->read(to.commit);
  if (!made) return std::move(made).error();
  to.artifact = *std::move(made);
  result<std::optional<artifact_mark>> mark = found.deliveries->gate().mark_of(*found.pipeline, to.commit);
  if (!mark) return std::move(mark).error();
  if (*mark && (*mark)->is == artifact_mark::kind::yanked) to.yanked = *std::move(mark);
  if (to.artifact && to.images.empty())
    for (const auto& [name, image] : images_taken(to.artifact->record.images, *found.place))
      to.images.emplace(name, image.manifest);
  return {};
}

result<release_notes> notes_for(const words& said,
                                const found_environment& found,
                                const cancellation& cancelled) {
  result<notes_side> there = side_there(found, cancelled);
  if (!there) return std::move(there).error();
  result<chosen_commit> chosen = next_commit(said, found, cancelled);
  if (!chosen) return std::move(chosen).error();
  notes_side next;
  next.commit = chosen->commit;
  next.name = chosen->tag.empty() ? chosen->short_commit() : chosen->tag;
  for (notes_side* each : {&*there, &next})
    if (status known = add_artifact(found, cancelled, *each); !known) return std::move(known).error();
  const std::string repository = source_of(*found.pipeline, {}, found.of->around).repository;
  release_notes notes = notes_between(*std::move(there), std::move(next), found.pipeline->repository(),
                                      repository, found.of->around);
  notes.pipeline = found.pipeline->declared.name.str();
  notes.environment = found.place->name.str();
  return notes;
}

exit_class act(const words& said, const surroundings& around) {
  const result<found_environment> found =
      find_environment(said.tree, said.pipeline, said.environment, around);
  if (!found) return refused(found.error());
  if (status there = bring_sources(*found, clone_need::there); !there) return refused(there.error());
  const interrupts stop;
  const result<release_notes> notes = notes_for(said, *found, stop.asked());
  if (!notes) return refused(notes.error());
  if (said.as_json)
    print_json(json_of(*notes));
  else
    print_out(text_of(*notes, {said.as_markdown}));
  return exit_class::done;
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* command =
      with_tree(app.add_subcommand("notes", "show what a deploy to an environment would bring and take away"),
                said->tree);
  command->add_option("pipeline", said->pipeline, "whose artifact")->required();
  command->add_option("environment", said->environment, "where it would go")->required();
  command
      ->add_option("--to", said->to,
                   "a tag or a commit; default: what runs in the environment that FROM names, else "
                   "what is checked out")
      ->type_name("VERSION");
  CLI::Option* markdown =
      command->add_flag("--markdown", said->as_markdown, "print Markdown, for a release's page");
  with_json(command, said->as_json);
  markdown->excludes("--json");
  acts(command, chosen, [said](const surroundings& around) { return act(*said, around); });
}

const registered_command notes_command(add);

}  // namespace
}  // namespace driver_commands_notes

}  // namespace cicd
