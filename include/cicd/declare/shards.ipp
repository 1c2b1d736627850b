// Copies of a step, each with its number.
#pragma once

#include <cicd/declare/shards.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace cicd {

bool joins_shards(const step& of) {
  return of.shards && of.shard == 0;
}

std::string name_of_shard(std::string_view step, unsigned shard) {
  return fmt::format("{}-{}", step, shard);
}

std::string without_shard(const std::string& id, const step& of) {
  return of.shard == 0 ? id : id.substr(0, id.rfind('-'));
}

std::vector<step> with_shards(const step& declared) {
  if (!declared.shards) return {declared};
  std::vector<step> made;
  step last;
  last.name = declared.name;
  last.outputs = declared.outputs;
  last.stage = declared.stage;
  last.check = declared.check;
  last.description = declared.description;
  last.shards = declared.shards;
  last.line = declared.line;
  for (unsigned shard = 1; shard <= static_cast<unsigned>(declared.shards.number()); ++shard) {
    step& one = made.emplace_back(declared);
    const std::string name = name_of_shard(declared.name.view(), shard);
    one.name = dns_label::from(name);
    one.shard = shard;
    one.stage = step_stage::none;
    one.check = false;
    last.after.push_back(step_reference::from(name));
    if (shard > 1) one.update.clear();
  }
  made.push_back(std::move(last));
  return made;
}

step as_declared(const step& of, const std::vector<step>& all) {
  if (!joins_shards(of)) return of;
  const std::string first = name_of_shard(of.name.view(), 1);
  const auto found = std::ranges::find_if(all, [&](const step& each) { return each.name.view() == first; });
  if (found == all.end()) return of;
  step made = *found;
  made.name = of.name;
  made.stage = of.stage;
  made.check = of.check;
  return made;
}

}  // namespace cicd
