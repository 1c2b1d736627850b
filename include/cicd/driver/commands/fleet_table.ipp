// See fleet_table.hpp.
#pragma once

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <cicd/base/counted.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/driver/commands/fleet_table.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/report/text_table.hpp>

namespace cicd {

namespace driver_commands_fleet_table {
namespace {

/// `try`: what a person can do about it.
std::string note_of(const error& why, const std::string& label) {
  const auto found = std::ranges::find(why.notes, label, &note::label);
  return found == why.notes.end() ? std::string() : found->text;
}

/// `SOAK 2h: …; goes on in 41 min`
std::string why_text(const fleet_action& of, const moment_words& times) {
  std::vector<std::string> parts;
  if (of.is == fleet_step::deploy) parts = of.reasons;
  if (of.why) parts.push_back(of.why->what + (of.why->value ? ": " + *of.why->value : std::string()));
  if (of.why && !of.until)
    if (std::string help = note_of(*of.why, "try"); !help.empty()) parts.push_back(std::move(help));
  if (of.why)
    if (std::string older = note_of(*of.why, "not looked at"); !older.empty())
      parts.push_back(std::move(older));
  if (of.until) parts.push_back((times.is_exact ? "until " : "goes on ") + times.text(*of.until));
  return displayable(as_called_here(joined(parts, "; ")));
}

std::vector<std::string> row_of(const fleet_action& of, const moment_words& times) {
  return {std::string(word_of(of.is)), of.target(), displayable(of.version()), displayable(of.runs),
          why_text(of, times)};
}

std::size_t count_of(const std::vector<fleet_action>& all, fleet_step what) {
  return static_cast<std::size_t>(std::ranges::count(all, what, &fleet_action::is));
}

void add(std::vector<std::string>& to, std::size_t count, std::string_view words) {
  if (count > 0) to.push_back(fmt::format("{} {}", count, words));
}

json texts_of(const std::vector<std::string>& all) {
  json texts(json::array{});
  for (const std::string& each : all) texts.push(json(each));
  return texts;
}

json text_or_null(const std::string& text) {
  return text.empty() ? json() : json(text);
}

json json_of(const std::optional<error>& why) {
  if (!why) return json();
  json notes(json::array{});
  for (const note& each : why->notes) notes.push(json().set("label", each.label).set("text", each.text));
  return json()
      .set("class", std::string(word_for(why->kind)))
      .set("text", why->what)
      .set("value", why->value ? json(*why->value) : json())
      .set("notes", std::move(notes));
}

json json_of(const fleet_action& of) {
  json one;
  one.set("pipeline", of.pipeline)
      .set("environment", of.environment)
      .set("action", std::string(word_of(of.is)));
  one.set("runs", text_or_null(of.runs))
      .set("commit", text_or_null(of.commit))
      .set("tag", text_or_null(of.tag));
  one.set("reasons", texts_of(of.reasons)).set("rule", text_or_null(of.rule));
  one.set("until", of.until ? json(utc_text(*of.until)) : json());
  return one.set("why", json_of(of.why));
}

}  // namespace
}  // namespace driver_commands_fleet_table

std::string actions_text(const std::vector<fleet_action>& all, const moment_words& times, std::size_t width) {
  std::vector<std::vector<std::string>> rows;
  for (const fleet_action& each : all)
    if (each.is != fleet_step::nothing) rows.push_back(driver_commands_fleet_table::row_of(each, times));
  return table_text({"ACTION", "TARGET", "VERSION", "RUNS", "WHY"}, rows, width, {3});
}

std::string summary_text(const std::vector<fleet_action>& deploys,
                         const deploy_outcomes& outcomes,
                         const std::vector<fleet_action>& last,
                         bool only_plans) {
  using namespace driver_commands_fleet_table;
  std::vector<std::string> parts;
  std::map<std::string, std::size_t> ends;
  std::set<std::string> told;  // a target that something was done with counts once
  for (const fleet_action& each : deploys)
    if (told.insert(each.target()).second) ++ends[outcomes.at(each.target()).is];
  std::vector<fleet_action> rest = last;
  std::erase_if(rest, [&](const fleet_action& each) { return told.contains(each.target()); });
  if (only_plans) add(parts, count_of(rest, fleet_step::deploy), "would be deployed");
  for (const auto& [is, count] : ends) add(parts, count, is);
  add(parts, count_of(rest, fleet_step::wait), "wait");
  add(parts, count_of(rest, fleet_step::refuse), "may not go");
  add(parts, count_of(rest, fleet_step::unknown), "not known");
  add(parts, count_of(rest, fleet_step::nothing), "with nothing to do");
  return "reconcile: " + (parts.empty() ? "there is no environment" : joined(parts, ", ")) + "\n";
}

std::string change_text(const std::vector<changed_action>& changed,
                        std::size_t all,
                        const std::string& against,
                        const moment_words& times,
                        std::size_t width) {
  using namespace driver_commands_fleet_table;
  const auto brief = [](const std::optional<fleet_action>& of) {
    if (!of) return std::string("not declared");
    const bool has_version = of->is != fleet_step::nothing && !of->commit.empty();
    return std::string(word_of(of->is)) + (has_version ? " " + displayable(of->version()) : std::string());
  };
  std::vector<std::vector<std::string>> rows;
  for (const changed_action& each : changed) {
    const fleet_action& of = each.now ? *each.now : *each.before;
    rows.push_back({of.target(), brief(each.before), brief(each.now), displayable(of.runs),
                    each.now ? why_text(*each.now, times) : std::string()});
  }
  return table_text({"TARGET", "BEFORE", "NOW", "RUNS", "WHY"}, rows, width, {3})
         + fmt::format("reconcile: {} of {} otherwise than by the declarations of {}\n", changed.size(),
                       counted(all, "environment"), displayable(against));
}

json json_of_change(const std::vector<changed_action>& changed, const std::string& against) {
  using namespace driver_commands_fleet_table;
  json all(json::array{});
  for (const changed_action& each : changed) {
    const fleet_action& of = each.now ? *each.now : *each.before;
    all.push(json()
                 .set("pipeline", of.pipeline)
                 .set("environment", of.environment)
                 .set("before", each.before ? json_of(*each.before) : json())
                 .set("now", each.now ? json_of(*each.now) : json()));
  }
  return json().set("schema", 1).set("since", against).set("changed", std::move(all));
}

json json_of_pass(const std::vector<fleet_action>& deploys,
                  const deploy_outcomes& outcomes,
                  const std::vector<fleet_action>& last,
                  exit_class kind) {
  json done(json::array{}), targets(json::array{});
  for (const fleet_action& each : deploys) {
    const deploy_outcome& end = outcomes.at(each.target());
    json one = driver_commands_fleet_table::json_of(each);
    one.set("outcome", end.is).set("link", driver_commands_fleet_table::text_or_null(end.link));
    done.push(one.set("error", driver_commands_fleet_table::json_of(end.why)));
  }
  for (const fleet_action& each : last) targets.push(driver_commands_fleet_table::json_of(each));
  return json()
      .set("schema", 1)
      .set("outcome", std::string(word_for(kind)))
      .set("deployed", std::move(done))
      .set("targets", std::move(targets));
}

}  // namespace cicd
