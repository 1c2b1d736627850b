// The checks of parts of environments: what they are OF, and which options they have from it.
#pragma once

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include <cicd/declare/check/checks.hpp>
#include <cicd/declare/check/parts.hpp>
#include <cicd/declare/deploy_ways.hpp>

namespace cicd::declaring {

bool is_of_whole(std::string_view key) {
  static constexpr std::string_view all[] = {"on",
                                             "from",
                                             "pin",
                                             "same_config",
                                             "soak",
                                             "window",
                                             "time_zone",
                                             "await",
                                             "upstream",
                                             "verify_signature",
                                             "gate",
                                             "approval",
                                             "health",
                                             "token",
                                             "upstream_token",
                                             "protected",
                                             "allow_dirty",
                                             "pull_request",
                                             "pull_request_token",
                                             "pull_request_url"};
  return std::ranges::find(all, key) != std::end(all);
}

namespace declare_check_checks_parts {
namespace {

using declared_environment = declaration<environment>;

std::vector<std::string> wholes_in(const draft& in) {
  std::vector<std::string> names;
  for (const declared_environment& each : in.all<environment>().items())
    if (!each.at("of")) names.push_back(each.name);
  return names;
}

void check_options(const declared_environment& part, const std::string& whole, findings& found) {
  for (const option& each : options_of<environment>())
    if (is_of_whole(each.key) && part.at(each.key))
      found.add(part.at(each.key),
                meaningless_option(each.keyword,
                                   fmt::format("with OF {}: what {} says counts for its parts", whole, whole),
                                   fmt::format("say it at {}, or leave it out", whole)));
}

/// The environment that it is OF; nothing where that is wrong, which is reported.
const declared_environment* whole_of(const declared_environment& part, const draft& in, findings& found) {
  const std::string name = part.value.of.str();
  if (name.empty()) return nullptr;  // it has no value that could be read
  std::vector<std::string> others = wholes_in(in);
  const declared_environment* whole = in.all<environment>().find(name);
  if (name == part.name) {
    found.add(part.at("of"),
              {.what = "OF: an environment cannot be a part of itself",
               .value = name,
               .allowed = others.empty() ? "another environment of this pipeline" : joined(others, ", ")});
    return nullptr;
  }
  if (whole == nullptr) {
    found.add(part.at("of"), unknown_reference("OF", "environment", name, others));
    return nullptr;
  }
  if (!whole->at("of")) return whole;
  found.add(part.at("of"),
            {.what = fmt::format("OF: {} is a part itself, of {}", name, whole->value.of.view()),
             .value = name,
             .allowed = others.empty() ? "an environment without OF" : joined(others, ", ")});
  return nullptr;
}

/// What runs there as Kubernetes' objects is one: services, tasks and cron jobs would be there twice.
void check_objects(const declared_environment& whole, const draft& in, findings& found) {
  const declared_environment* first = can(whole.value.via, way_feature::objects) ? &whole : nullptr;
  for (const declared_environment& each : in.all<environment>().items()) {
    if (each.value.of.view() != whole.name || !can(each.value.via, way_feature::objects)) continue;
    if (first != nullptr)
      found.add(each.at("via"),
                {.what = fmt::format("the services of one environment are deployed twice, by {} and by {}",
                                     first->name, each.name),
                 .value = fmt::format("VIA {}", each.value.via.view()),
                 .allowed = "one of them, the others VIA " + ways_with(way_feature::functions) + " or "
                            + ways_with(way_feature::programs),
                 .help = "several clusters of one environment are CONTEXT <one> <other>"});
    else
      first = &each;
  }
}

}  // namespace
}  // namespace declare_check_checks_parts

void check_parts(draft& of, findings& found) {
  using namespace declare_check_checks_parts;
  for (const declared_environment& each : of.all<environment>().items()) {
    if (!each.at("of")) {
      check_objects(each, of, found);
      continue;
    }
    const declared_environment* whole = whole_of(each, of, found);
    if (whole == nullptr) continue;
    check_options(each, whole->name, found);
    if (can(each.value.via, way_feature::cluster))
      found.add(each.at("via"),
                {.what = fmt::format(
                     "a part of {} is not deployed VIA {}: programs of the others would run while its "
                     "connection to the cluster is open",
                     whole->name, each.value.via.view()),
                 .value = each.name,
                 .allowed = fmt::format("{} VIA {}, and the others OF {}", whole->name, each.value.via.view(),
                                        whole->name)});
    if (whole->at("pull_request"))
      found.add(each.at("of"),
                meaningless_option(
                    "OF",
                    fmt::format("where {} has PULL_REQUEST: its parts would be deployed before the merge",
                                whole->name),
                    "leave PULL_REQUEST out, or declare it as an environment of its own"));
  }
}

remark is_a_part(std::string_view keyword, const declaration<environment>& part) {
  return {.what = fmt::format("{}: {} is a part of {}, and goes wherever that goes", keyword, part.name,
                              part.value.of.view()),
          .value = part.name,
          .allowed = fmt::format("{} {}", keyword, part.value.of.view())};
}

void take_over_from_whole(environment& part, const environment& whole) {
  each_pair(part, whole, [&]<typename V>(std::string_view key, V& own, const V& from) {
    if (is_of_whole(key) && key != "health" && key != "token" && !key.starts_with("pull_request")) own = from;
  });
}

}  // namespace cicd::declaring
