// The copy that a branch gets beside the real service. See branch.hpp.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/declare/placeholders.hpp>
#include <cicd/deliver/branch/branch_facts.hpp>
#include <cicd/deliver/cluster/waves.hpp>
#include <cicd/kubernetes/render/names.hpp>
#include <cicd/kubernetes/render/objects.hpp>

namespace cicd {

namespace deliver_branch_branch_preview {
namespace {

constexpr std::size_t longest_part = 63;
constexpr std::size_t longest_host = 253;

placeholder_values values_of(const branch_request& ask) {
  return {{"pipeline", ask.step.pipeline->declared.name.str()},
          {"environment", ask.step.place()->name.str()},
          {"slug", kubernetes::slug_of(ask.branch)}};
}

error too_long(const branch_request& ask, const char* what, const std::string& value, const char* field) {
  return error{exit_class::usage,
               ask.step.id,
               fmt::format("the {} of this branch would be too long", what),
               value,
               {{"allowed", "63 characters between two full stops, 253 in all; a slug has up to 40"},
                {"try", fmt::format("a shorter {} in pipeline_preview()", field)}}};
}

/// Each service after the first has its name before the host.
std::size_t longest_prefix(const branch_request& ask) {
  const preview& declared = *ask.step.branch_copy();
  std::size_t most = 0;
  bool first = true;
  const auto add = [&](std::string_view name) {
    if (!first) most = std::max(most, name.size() + 1);
    first = false;
  };
  for (const dns_label& each : declared.services) add(each.view());
  if (declared.services.empty())
    for (const service& each : ask.step.pipeline->declared.services) add(each.name.view());
  return most;
}

status add_host(const branch_request& ask, wanted_release& to) {
  const preview& declared = *ask.step.branch_copy();
  const std::string host = with_placeholders(declared.host.view(), values_of(ask));
  const std::size_t before = longest_prefix(ask);
  std::size_t longest = host.find('.') == host.npos ? host.size() + before : host.find('.') + before;
  for (const std::string& part : split(host, '.')) longest = std::max(longest, part.size());
  if (longest > longest_part || host.size() + before > longest_host)
    return too_long(ask, "host", host, "HOST");
  to.facts.of_branch.host = host;
  if (!host.empty()) to.state_facts[branch_fact::host] = host;
  return {};
}

status add_namespace(const branch_request& ask, wanted_release& to) {
  const preview& declared = *ask.step.branch_copy();
  if (declared.namespace_name.empty()) return {};
  const std::string name = with_placeholders(declared.namespace_name.view(), values_of(ask));
  if (name.size() > longest_part) return too_long(ask, "namespace", name, "NAMESPACE");
  if (!dns_label::accepts(name) || name == ask.wave.place.namespace_name)
    return error{
        exit_class::usage,
        ask.step.id,
        "this can be no namespace of a preview's own",
        name,
        {{"allowed", "a name with {slug} in it and without a full stop, other than the environment's"}}};
  to.facts.of_branch.namespace_name = name;
  to.place.namespace_name = name;
  return {};
}

std::vector<std::string> texts_of(const std::vector<dns_label>& names) {
  std::vector<std::string> texts;
  for (const dns_label& each : names) texts.push_back(each.str());
  return texts;
}

/// A branch that the environment follows is there already.
void add_remarks(const branch_request& ask, wanted_release& to) {
  const trigger& on = ask.step.place()->on;
  if (on.kind == ref_kind::branch && ref_matches(on.pattern.view(), ask.branch))
    to.remarks.push_back(fmt::format("{} follows branch {}: this is a second copy of it",
                                     ask.step.place()->name.view(), displayable(ask.branch)));
}

}  // namespace
}  // namespace deliver_branch_branch_preview

status make_preview(const branch_request& ask, wanted_release& to) {
  using namespace deliver_branch_branch_preview;
  if (status may = check_branch(ask); !may) return may;
  const preview& declared = *ask.step.branch_copy();
  to.facts.on = kubernetes::track::preview;
  to.place.branch_key = branch_key_of(ask.branch);
  to.facts.of_branch.services = texts_of(declared.services);
  to.facts.of_branch.cron_jobs = texts_of(declared.cron_jobs);
  to.facts.of_branch.replicas = declared.replicas ? declared.replicas.least() : 1;
  const std::chrono::milliseconds lives =
      declared.ttl ? std::chrono::milliseconds(declared.ttl.milliseconds()) : preview_lives;
  add_branch_facts(ask, "preview", lives, to);
  if (status added = add_host(ask, to); !added) return added;
  if (status added = add_namespace(ask, to); !added) return added;
  add_remarks(ask, to);
  return {};
}

}  // namespace cicd
