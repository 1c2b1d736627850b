// See named_environments.hpp.
#pragma once

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/driver/commands/named_environments.hpp>

namespace cicd {

std::optional<error> part_named(const model& in, const std::string& pipeline, const std::string& name) {
  for (const declared_pipeline& each : in.pipelines) {
    if (!pipeline.empty() && each.declared.name.view() != pipeline) continue;
    for (const environment& whole : each.declared.environments)
      for (const environment& part : whole.parts)
        if (part.name.view() == name)
          return error{exit_class::usage,
                       each.declared.name.str(),
                       fmt::format("this is a part of {}, and goes wherever that goes", whole.name.view()),
                       name,
                       {{"allowed", whole.name.str()}}};
  }
  return std::nullopt;
}

result<std::vector<named_environment>> named_environments(const session& of,
                                                          const std::vector<std::string>& names) {
  std::vector<named_environment> all;
  std::set<std::string> known;
  for (const declared_pipeline& each : of.model.pipelines)
    for (const environment& place : each.declared.environments) {
      known.insert({each.declared.name.str(), place.name.str()});
      const auto is_meant = [&](const std::string& name) {
        return name == each.declared.name.view() || name == place.name.view();
      };
      if (std::ranges::all_of(names, is_meant)) all.push_back({&each, &place});
    }
  if (!all.empty() || names.empty()) return all;
  for (const std::string& each : names)
    if (auto part = part_named(of.model, {}, each); part && !known.contains(each)) return *std::move(part);
  const std::vector<std::string> allowed(known.begin(), known.end());
  const auto unknown = std::ranges::find_if(
      names, [&](const std::string& name) { return std::ranges::find(allowed, name) == allowed.end(); });
  if (unknown == names.end())
    return error{exit_class::usage, {}, "this pipeline has no such environment", joined(names, " "), {}};
  return error{exit_class::usage, {}, "no such pipeline or environment", *unknown, {}}
      .with("did you mean", nearest(*unknown, allowed).value_or(""))
      .with("allowed", joined(allowed, ", "));
}

}  // namespace cicd
