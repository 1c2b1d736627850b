// The checks of functions and of the environments that they are deployed to.
#pragma once

#include <cicd/declare/check/checks.hpp>
#include <cicd/declare/deploy_ways.hpp>
#include <cicd/declare/made_names.hpp>

#include <fmt/format.h>

#include <map>

namespace cicd::declaring {

namespace declare_check_checks_functions {
namespace {

void check_function(const declaration<zip_function>& of, draft& in, findings& found) {
  if (!of.at("zip") && !of.site->unclear)
    found.add(of.start(),
              missing_option("ZIP", "a zip or a folder that a step makes", "ZIP target/webhook.zip"));
  if (const declaration<image>* other = in.all<image>().find(of.name))
    found.add(of.near("name"),
              given_twice("image or function", of.name, found.text_of(other->site->from->where)));
}

/// Each function of one CONFIG has one code.
void check_apart(const draft& in, findings& found) {
  std::map<std::pair<std::string, std::string>, const declaration<zip_function>*> taken;
  for (const auto& each : in.all<zip_function>().items()) {
    const std::vector<std::string> names = names_in_config(each.value);
    const bool is_given = !each.value.functions.empty();
    for (std::size_t at = 0; at < names.size(); ++at) {
      if (names[at].empty()) continue;  // it has no name that could be read
      const auto [first, is_new] = taken.try_emplace({each.value.config.str(), names[at]}, &each);
      if (!is_new)
        found.add(
            is_given ? word_at(each, "functions", at) : each.near("name"),
            given_twice("code of the function", names[at], found.text_of(first->second->site->from->where)));
    }
  }
}

/// A deploy to one environment changes no function of another, past its gates.
void check_of_one_environment(const draft& in, findings& found) {
  std::map<std::string, const declaration<environment>*> first;
  for (const auto& place : in.all<environment>().items()) {
    if (!can(place.value.via, way_feature::functions) || !place.value.bucket) continue;
    const auto [other, is_new] = first.try_emplace(place.value.region.str(), &place);
    if (is_new) continue;
    for (const auto& each : in.all<zip_function>().items()) {
      if (each.value.config) continue;  // it has the names
      for (std::size_t at = 0; at < each.value.functions.size(); ++at) {
        const std::string name = each.value.functions[at].str();
        const bool is_apart = name.find("{stage}") != name.npos || name.find("{environment}") != name.npos;
        if (!is_apart)
          found.add(word_at(each, "functions", at),
                    {.what = fmt::format("FUNCTIONS names one function for {} and for {}",
                                         other->second->name, place.name),
                     .value = name,
                     .allowed = "a name with {stage} or {environment}, or environments in two regions"});
      }
    }
  }
}

/// `s3://<bucket>[/<prefix>]`
bool is_place_of_state(std::string_view text) {
  constexpr std::string_view scheme = "s3://";
  if (!text.starts_with(scheme)) return false;
  const std::vector<std::string> parts = parts_of(text.substr(scheme.size()));
  std::string path = joined(parts, "/");
  return !parts.empty() && dns_label::accepts(parts.front()) && path == text.substr(scheme.size())
         && path.find("..") == path.npos;
}

/// What a way of the team's own cannot do without.
void check_programs(const declaration<environment>& of, findings& found) {
  for (const auto& [key, keyword, example] :
       {std::tuple{"apply", "APPLY", "APPLY ./deploy/apply.sh {environment}"},
        std::tuple{"read", "READ", "READ ./deploy/read.sh {environment}"},
        std::tuple{"state", "STATE", "STATE s3://team-state/releases"}})
    if (!of.at(key) && !of.site->unclear)
      found.add(of.at("via"), missing_option(keyword,
                                             std::string_view(key) == "state" ? "where the records are kept"
                                             : std::string_view(key) == "read"
                                                 ? "the program that prints which version is there"
                                                 : "the program that brings the release there",
                                             example));
  const std::string state = of.value.state.str();
  if (of.value.state && !is_place_of_state(state)
      && (!state.starts_with('/') || state.find("..") != state.npos))
    found.add(of.at("state"),
              {.what = "STATE is not a place for records",
               .value = state,
               .allowed = "s3://<bucket>/<prefix>, or an absolute folder that all who deploy share"});
}

/// Whether an environment of this name, or a part of it, deploys packages.
bool has_packages(std::string_view name, const draft& in) {
  return std::ranges::any_of(in.all<environment>().items(), [&](const declaration<environment>& each) {
    return (each.name == name || each.value.of.view() == name) && each.value.package != package_rule::none;
  });
}

/// The package of a later stage is that of the first, which makes it.
void check_package(const declaration<environment>& of, const draft& in, findings& found) {
  if (of.at("code_only")) found.add(of.at("package"), excluded_option("PACKAGE", "CODE_ONLY"));
  const auto* whole = of.at("of") ? in.all<environment>().find(of.value.of.view()) : &of;
  if (whole == nullptr) return;  // which is reported
  for (const environment_choice& choice : whole->value.from)
    for (const dns_label& name : choice.any) {
      if (in.all<environment>().find(name.view()) != nullptr && !has_packages(name.view(), in))
        found.add(of.at("package"),
                  meaningless_option(fmt::format("PACKAGE of {}", of.name),
                                     fmt::format("where {}, which it comes FROM, has none", name.view()),
                                     "PACKAGE whole for all of them, from the first on"));
    }
}

void check_bucket(const declaration<environment>& of, const draft& in, findings& found) {
  check_counterparts(of,
                     {{"state", "STATE", "bucket", "BUCKET"},
                      {"code_only", "CODE_ONLY", "bucket", "BUCKET"},
                      {"package", "PACKAGE", "bucket", "BUCKET"}},
                     found);
  if (!of.value.bucket) return;
  if (!of.at("region"))
    found.add(of.at("bucket"),
              missing_option("REGION", "the AWS region of the functions", "REGION us-east-1"));
  if (of.value.state && !is_place_of_state(of.value.state.view()))
    found.add(of.at("state"), {.what = "STATE is not a place in a bucket",
                               .value = of.value.state.str(),
                               .allowed = "s3://<bucket>/<prefix>"});
  if (of.at("package")) check_package(of, in, found);
  if (of.value.code_only) return;
  for (const auto& each : in.all<zip_function>().items())
    if (!each.at("config") && !each.site->unclear)
      found.add(each.start(),
                missing_option("CONFIG", "the configuration that `serverless` deploys",
                               fmt::format("CONFIG serverless.yml, or CODE_ONLY of the environment {}, where "
                                           "the functions are there already",
                                           of.name)));
}

/// Artifacts have one home.
void check_one_bucket(const draft& in, findings& found) {
  const declaration<environment>* first = nullptr;
  for (const auto& each : in.all<environment>().items()) {
    if (!can(each.value.via, way_feature::functions)) continue;
    if (first == nullptr) {
      first = &each;
    } else if (each.value.bucket != first->value.bucket) {
      const std::string other = first->value.bucket ? first->value.bucket.str() : "the build tree";
      found.add(each.near("bucket"),
                {.what = "the functions of a pipeline have one BUCKET, where their zips are",
                 .value = each.value.bucket ? each.value.bucket.str() : each.name,
                 .allowed = fmt::format("that of {}: {}", first->name, other)});
    }
  }
}

}  // namespace
}  // namespace declare_check_checks_functions

void check_functions(draft& of, findings& found) {
  using namespace declare_check_checks_functions;
  for (const auto& each : of.all<zip_function>().items()) check_function(each, of, found);
  check_apart(of, found);
  check_of_one_environment(of, found);
  for (const auto& each : of.all<environment>().items()) {
    if (can(each.value.via, way_feature::programs)) check_programs(each, found);
    if (!can(each.value.via, way_feature::functions)) continue;
    if (of.own.at("code")) {
      found.add(
          each.at("via"),
          meaningless_option("VIA serverless",
                             "with CODE: functions of a pipeline that is built elsewhere are not supported",
                             fmt::format("declare {} where its functions are built, in {}", each.name,
                                         of.own.value.code.view())));
      continue;
    }
    check_bucket(each, of, found);
    if (of.all<zip_function>().items().empty() && !of.without_template && !each.site->unclear)
      found.add(each.at("via"),
                meaningless_option("VIA serverless", "where the pipeline has no function",
                                   fmt::format("pipeline_function({} webhook ZIP …)", of.own.name)));
  }
  check_one_bucket(of, found);
}

}  // namespace cicd::declaring
