// Both declarations are asked what they would do with what is there now.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/driver/commands/listing.hpp>
#include <cicd/driver/commands/reconcile_since.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/engine/tree_at.hpp>
#include <cicd/observe/change_base.hpp>

namespace cicd {

namespace driver_commands_reconcile_since {
namespace {

/// The declarations of another commit beside the sources and the records of this build tree.
or_errors<session> tree_of_declarations_at(const session& of, const std::string& commit) {
  or_errors<session> then = tree_at(of, commit, nullptr);
  if (!then) return then;
  then->where = of.where;
  const std::string from = then->model.tree.source_root, &to = of.model.tree.source_root;
  for (declared_pipeline& each : then->model.pipelines)
    if (each.source_directory == from || each.source_directory.starts_with(from + "/"))
      each.source_directory = to + each.source_directory.substr(from.size());
  return then;
}

bool is_same(const fleet_action& one, const fleet_action& other) {
  return one.is == other.is && one.commit == other.commit && one.tag == other.tag && one.rule == other.rule
         && one.reasons == other.reasons;
}

/// What one declaration does otherwise than the other.
std::vector<changed_action> changed(const std::vector<fleet_action>& now,
                                    const std::vector<fleet_action>& before) {
  std::vector<changed_action> all;
  const auto in = [](const std::vector<fleet_action>& where, const fleet_action& of) -> const fleet_action* {
    const auto found = std::ranges::find(where, of.target(), &fleet_action::target);
    return found == where.end() ? nullptr : &*found;
  };
  for (const fleet_action& each : now)
    if (const fleet_action* was = in(before, each); was == nullptr || !is_same(each, *was))
      all.push_back({each, was == nullptr ? std::nullopt : std::optional(*was)});
  for (const fleet_action& each : before)
    if (in(now, each) == nullptr) all.push_back({std::nullopt, each});
  return all;
}

}  // namespace
}  // namespace driver_commands_reconcile_since

exit_class plan_since(const pass_request& said, const std::string& since, const surroundings& around) {
  using namespace driver_commands_reconcile_since;
  exit_class failure = exit_class::usage;
  const auto of = open_or_say(said.tree, around, failure);
  if (!of) return failure;
  const result<change_base> base =
      change_base_of(of->model.tree.source_root, since, ci_event_of(of->around), of->around);
  if (!base) return refused(base.error());
  const std::optional<session> then = made_or_said(tree_of_declarations_at(*of, base->commit), failure);
  if (!then) return failure;
  const auto now = actions_by(*of, said), before = actions_by(*then, said);
  for (const auto* each : {&now, &before})
    if (!*each) return refused(each->error());
  const std::vector<changed_action> all = changed(*now, *before);
  const std::string against = fmt::format("{}, {}", base->commit.substr(0, 7), base->how);
  if (said.as_json)
    print_json(json_of_change(all, against));
  else
    print_out(
        change_text(all, now->size(), against, moments_of_page(said.exact_times), table_width(of->around)));
  return exit_class::done;
}

}  // namespace cicd
