// The view of a target as text and as data.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/counted.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/declare/explain/text_page.hpp>
#include <cicd/driver/commands/target_view.hpp>

namespace cicd {

namespace driver_commands_target_page {
namespace {

using declaring::aligned_lines;

constexpr std::size_t most_steps = 12;  ///< of more, those that are up to date are counted

std::string sentence(std::string text) {
  if (!text.empty()) text[0] = upper(text.substr(0, 1))[0];
  return text + ".";
}

/// A program is one line of a shell, other values stand apart.
std::string shown(const std::pair<std::string, std::vector<std::string>>& of) {
  const bool is_program = of.first == "command" || of.first == "entrypoint" || of.first == "verify";
  return displayable(is_program             ? shell_quoted(of.second)
                     : of.first == "images" ? joined(of.second, ", ")
                                            : joined(of.second, " "));
}

std::string decision_text(const step_view& of) {
  if (!of.is_local) return "outside of this machine: cicd plan asks";
  if (of.decision.empty()) return "could not be planned";
  if (of.decision == word_for(decision::up_to_date)) return "up to date";
  if (of.decision == word_for(decision::reuse)) return "comes from the cache: " + joined(of.reasons, ", ");
  return joined(of.reasons, ", ");
}

bool is_up_to_date(const step_view& of) {
  return of.decision == word_for(decision::up_to_date);
}

std::string steps_text(const target_view& of) {
  if (of.steps.empty()) return {};
  aligned_lines lines;
  const bool counts = of.steps.size() > most_steps;
  for (const step_view& each : of.steps)
    if (!counts || !is_up_to_date(each)) lines.add(each.id, displayable(decision_text(each)));
  const auto left_out = counts ? std::ranges::count_if(of.steps, is_up_to_date) : 0;
  return "\nsteps, in this order:\n" + lines.text()
         + (left_out == 0 ? "" : fmt::format("  {} more are up to date\n", left_out));
}

/// Of those that the target ends with: a deploy's stands with its environment.
std::string made_of_text(const target_view& of) {
  std::string text;
  const auto lasts = std::ranges::count_if(of.steps, &step_view::is_last);
  for (const step_view& each : of.steps) {
    if (!each.is_last || each.kind == "deploy" || each.kind == "publish" || lasts > 3) continue;
    aligned_lines lines;
    for (const auto& one : each.made_of) lines.add(one.first, shown(one));
    text += fmt::format("\n{}:\n{}", each.id, lines.text());
  }
  return text;
}

std::string name_of(const change_view& of) {
  return of.environment.empty() ? of.pipeline + "/" + of.what : of.pipeline + "/" + of.environment;
}

std::string rules_text(const change_view& of) {
  if (of.rules.empty()) return {};
  aligned_lines rules;
  for (const declared_rule& each : of.rules)
    rules.add(std::string(word_of(each.rule)), displayable(each.asks));
  return fmt::format("\n{} is refused unless:\n{}", name_of(of), rules.text());
}

std::string change_text(const change_view& of) {
  aligned_lines lines;
  if (!of.to.empty()) lines.add("to", displayable(of.to) + (of.via.empty() ? "" : ", VIA " + of.via));
  for (const auto& one : of.declared) lines.add(one.first, shown(one));
  lines.add("takes", of.login);
  return fmt::format("\n{}:\n{}{}", name_of(of), lines.text(), rules_text(of));
}

/// Environments, or without any the registries; of several a line each.
std::string changes_text(const target_view& of) {
  std::vector<const change_view*> places, others;
  std::string text;
  for (const change_view& each : of.changes)
    if (each.what == "build")
      text += rules_text(each);
    else
      (each.environment.empty() ? others : places).push_back(&each);
  if (places.empty()) places = others;
  if (places.size() == 1) return text + change_text(*places.front());
  aligned_lines lines;
  for (const change_view* each : places)
    lines.add(name_of(*each), displayable(each->to.empty() ? "in the build tree" : each->to)
                                  + (each->via.empty() ? "" : ", VIA " + each->via));
  return places.empty() ? text : text + "\nit changes:\n" + lines.text();
}

json data_of(const named_values& of) {
  json made(json::object{});
  for (const auto& [name, values] : of) made.set(replaced_all(name, " ", "_"), json_texts(values));
  return made;
}

json data_of(const step_view& of) {
  return members_of("step", of.id, "kind", of.kind, "last", of.is_last, "after", json_texts(of.after),
                    "made_of", data_of(of.made_of), "decision",
                    of.decision.empty() ? json() : json(of.decision), "reasons", json_texts(of.reasons));
}

json data_of(const change_view& of) {
  json rules(json::array{});
  for (const declared_rule& each : of.rules)
    rules.push(members_of("rule", word_of(each.rule), "asks", each.asks));
  return members_of("pipeline", of.pipeline, "environment",
                    of.environment.empty() ? json() : json(of.environment), "change", of.what, "to", of.to,
                    "via", of.via, "outside", of.is_outside, "declared", data_of(of.declared), "login",
                    of.login, "rules", std::move(rules));
}

json data_of(const target_view& of) {
  json steps(json::array{}), changes(json::array{});
  for (const step_view& each : of.steps) steps.push(data_of(each));
  for (const change_view& each : of.changes) changes.push(data_of(each));
  return members_of("kind", "target", "name", of.name, "text", of.text, "run", of.run, "plan",
                    of.command.empty() ? json("cicd plan " + of.name) : json(), "command",
                    json_texts(of.command), "plans_only", of.plans_only, "test", of.is_test, "needs_targets",
                    json_texts(of.needs), "steps", std::move(steps), "changes", std::move(changes));
}

std::string text_of(const target_view& of) {
  aligned_lines commands;
  if (!of.command.empty()) commands.add("does", "cicd " + joined(of.command, " "));
  commands.add("needs targets", joined(of.needs, ", "));
  if (of.is_test) commands.add("is a test", "ctest -R '^" + of.name + "$'");
  if (of.command.empty()) commands.add("real plan", "cicd plan " + of.name);
  commands.add("run it", of.run);
  return fmt::format("{}, a target\n\n  {}\n{}{}{}\n{}", of.name, declaring::wrapped(sentence(of.text), 2),
                     steps_text(of), made_of_text(of), changes_text(of), commands.text());
}

}  // namespace
}  // namespace driver_commands_target_page

explained page_of(const target_view& of) {
  using namespace driver_commands_target_page;
  return {text_of(of), data_of(of)};
}

}  // namespace cicd
