// The checks of SHARDS, SHARD_BY and SHARD_BELOW.
#pragma once

#include <cicd/declare/check/checks.hpp>
#include <cicd/declare/placeholders.hpp>
#include <cicd/declare/shards.hpp>

namespace cicd::declaring {

namespace declare_check_checks_shards {
namespace {

/// The placeholders of shards that a step's texts hold.
std::vector<std::string> named_in(const declaration<step>& of, findings& found) {
  std::vector<std::string> all;
  const auto take = [&](std::string_view key, std::string_view text, std::size_t at) {
    for (std::string& name : placeholders_in(text)) {
      if (name != "shard" && name != "shards" && !name.starts_with("shard.")) continue;
      if (!of.at("shards") && !of.site->unclear)
        found.add(word_at(of, key, at), shard_without_shards(name));
      else if (name.starts_with("shard.") && of.value.shard_by.empty() && !of.site->unclear)
        found.add(word_at(of, key, at), shard_without_tests(name));
      all.push_back(std::move(name));
    }
  };
  for (std::size_t at = 0; at < of.value.command.size(); ++at)
    take("command", of.value.command[at].view(), at);
  for (std::size_t at = 0; at < of.value.env.size(); ++at) take("env", of.value.env[at].value, at);
  return all;
}

}  // namespace
}  // namespace declare_check_checks_shards

void check_shards(const declaration<step>& of, const named_list<step>& all, findings& found) {
  const std::vector<std::string> named = declare_check_checks_shards::named_in(of, found);
  if (of.at("shard_below") && !of.at("shard_by"))
    found.add(of.at("shard_below"), missing_counterpart("SHARD_BELOW", "SHARD_BY"));
  if (of.at("shard_by") && !of.at("shards"))
    found.add(of.at("shard_by"), missing_counterpart("SHARD_BY", "SHARDS"));
  if (!of.value.shards) return;
  const place at = of.near("shards");
  for (const auto& [is_given, keyword] :
       {std::pair{of.value.in_source, "IN_SOURCE"}, std::pair{static_cast<bool>(of.value.run), "RUN"},
        std::pair{!of.value.output_values.empty(), "OUTPUT_VALUES"},
        std::pair{!of.value.secret_output_values.empty(), "SECRET_OUTPUT_VALUES"}})
    if (is_given) found.add(at, excluded_option("SHARDS", keyword));
  if (named.empty() && !of.site->unclear && !of.value.run) found.add(at, shards_that_are_alike());
  for (int shard = 1; shard <= of.value.shards.number(); ++shard) {
    const std::string name = name_of_shard(of.name, static_cast<unsigned>(shard));
    for (const auto& each : all.items())
      if (each.name == name) found.add(at, step_like_a_shard(name));
    if (!dns_label::accepts(name)) found.add(at, step_like_a_shard(name));
  }
}

}  // namespace cicd::declaring
