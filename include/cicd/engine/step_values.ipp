// Read, told to the store, and removed.
#pragma once

#include <cicd/engine/step_values.hpp>

#include <cicd/declare/model.hpp>
#include <cicd/engine/observer.hpp>
#include <cicd/run/output_values.hpp>
#include <cicd/system/lock_table.hpp>
#include <cicd/system/place.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

std::string name_of_secret_value(const graph_step& step, const std::string& name) {
  return step.id + " " + name;
}

namespace engine_step_values {
namespace {

status told(const task& work, const left_values& left, secret_store& secrets) {
  for (const auto& [name, value] : left.secret)
    if (status good = secrets.take(name_of_secret_value(*work.step, name), value); !good) return good;
  return {};
}

}  // namespace
}  // namespace engine_step_values

bool learn_secret_values(const task& work, secret_store& secrets) {
  const found_secrets found = find_secrets(*work.step->command(), work.folder);
  bool is_all = found.is_whole;
  for (const auto& [name, value] : found.all)
    is_all = secrets.take(name_of_secret_value(*work.step, name), value) && is_all;
  return is_all;
}

result<std::map<std::string, std::string>> take_values(const task& work,
                                                       bool is_good,
                                                       secret_store& secrets) {
  const step& declared = *work.step->command();
  const auto left = read_values(declared, work.folder);
  status good = left ? engine_step_values::told(work, *left, secrets) : status(left.error());
  (void)remove_below(work.folder, values_path(declared));
  if (!is_good) return std::map<std::string, std::string>();
  if (good) return left->plain;
  error why = std::move(good).error();
  why.kind = exit_class::step_failed;
  why.subject = work.step->id;
  return with_origin(std::move(why), *work.step->pipeline, "step." + work.step->name());
}

void sweep_secret_values(const session& of, const step_graph& graph, const std::string& holder) {
  lock_table locks(of.where.locks());
  for (const graph_step& each : graph.steps) {
    const step* declared = each.command();
    if (declared == nullptr || declared->secret_output_values.empty() || locks.holder_of(each.id).empty())
      continue;
    const result<std::optional<lock_table::held>> lock = locks.try_take(each.id, holder);
    if (!lock || !*lock || (*lock)->left_by().empty()) continue;
    const std::string folder = folder_of(of, each);
    end_strays(folder_variable + folder);
    (void)remove_below(folder, values_path(*declared));
  }
}

}  // namespace cicd
