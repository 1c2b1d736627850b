// Lifecycle policies as AWS documents them: an image is judged by the first rule, by priority, that one of
// its tags matches. Rules count manifests: `<commit>.artifact` and `sha256-<digest>.sbom` are some, too, and
// a new tag leaves an image as old as it was.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>
#include <cicd/image/ecr.hpp>
#include <cicd/image/errors.hpp>

namespace cicd {

namespace image_ecr {
namespace {

/// More images than are kept otherwise: a policy cannot say "for ever".
constexpr std::int64_t all = 1'000;

struct rule {
  std::int64_t priority = 0, count = 0;
  bool is_by_age = false, is_of_untagged = false;
  std::vector<std::string> patterns;  ///< of tags; `*` of `any`

  bool matches(const std::string& tag) const {
    return !is_of_untagged
           && std::ranges::any_of(patterns, [&](const auto& each) { return ref_matches(each, tag); });
  }
};

rule rule_from(const json& from) {
  const json& selection = from["selection"];
  rule read;
  read.priority = from["rulePriority"].integer();
  read.count = selection["countNumber"].integer();
  read.is_by_age = selection["countType"].text() != "imageCountMoreThan";
  read.is_of_untagged = selection["tagStatus"].text() == "untagged";
  for (const json& each : selection["tagPatternList"].elements()) read.patterns.push_back(each.text());
  for (const json& each : selection["tagPrefixList"].elements()) read.patterns.push_back(each.text() + "*");
  if (selection["tagStatus"].text() == "any") read.patterns.emplace_back("*");
  return read;
}

/// A tag of each kind that there is.
struct kept_tag {
  std::string tag, what;
  std::size_t count;
};

std::vector<kept_tag> tags_of(const images_to_keep& what) {
  const std::size_t commits = what.artifacts + what.environments;
  std::vector<kept_tag> tags{{"1a2b3c4", "the images of commits", commits},
                             {std::string(40, 'a') + ".artifact", "the artifacts of commits", commits},
                             {"sha256-" + std::string(64, 'a') + ".sbom", "the bills of materials", commits}};
  if (what.are_signed)
    for (const char* each : {".sig", ".att"})
      tags.push_back({"sha256-" + std::string(64, 'a') + each, "the signatures", commits});
  for (const std::string& each : what.tags)
    tags.push_back({replaced_all(each, "*", "1.0.0"), "what is deployed by a tag " + each, what.artifacts});
  return tags;
}

json selection_of(std::vector<std::string> patterns, std::int64_t count) {
  json selection;
  selection.set("tagStatus", patterns.empty() ? "any" : "tagged");
  if (!patterns.empty()) {
    json list(json::array{});
    for (std::string& each : patterns) list.push(std::move(each));
    selection.set("tagPatternList", std::move(list));
  }
  return selection.set("countType", "imageCountMoreThan").set("countNumber", count);
}

}  // namespace
}  // namespace image_ecr

std::optional<ecr_repository> ecr_repository_from(const std::string& repository) {
  const auto slash = repository.find('/');
  if (slash == repository.npos) return std::nullopt;
  const std::vector<std::string> parts = split(repository.substr(0, slash), '.');
  const bool is_ecr = parts.size() >= 6 && parts[1] == "dkr" && parts[2] == "ecr" && parts[4] == "amazonaws";
  if (!is_ecr) return std::nullopt;
  return ecr_repository{parts[0], parts[3], repository.substr(slash + 1)};
}

std::vector<std::string> ecr_repository::words(const std::string& verb) const {
  return {"ecr", verb, "--registry-id", account, "--region", region, "--repository-name", name};
}

std::string ecr_repository::make_command() const {
  return "aws " + joined(words("create-repository"), " ") + " --image-tag-mutability IMMUTABLE";
}

result<std::vector<std::string>> lifecycle_complaints(const std::string& policy, const images_to_keep& what) {
  using namespace image_ecr;
  const result<json> read = parse_json(policy);
  if (!read || !(*read)["rules"].is_array())
    return image_error(exit_class::corrupt, "not a lifecycle policy", policy.substr(0, 80));
  std::vector<rule> rules;
  for (const json& each : (*read)["rules"].elements()) rules.push_back(rule_from(each));
  std::ranges::sort(rules, {}, &rule::priority);
  const std::vector<kept_tag> tags = tags_of(what);
  std::vector<std::string> complaints;
  for (const rule& each : rules) {
    std::size_t needed = 0;
    std::vector<std::string> kinds;
    for (const kept_tag& tag : tags) {
      const auto first = std::ranges::find_if(rules, [&](const rule& one) { return one.matches(tag.tag); });
      if (first == rules.end() || first->priority != each.priority) continue;
      needed += tag.count;
      kinds.push_back(tag.what);
    }
    if (kinds.empty()) continue;
    if (each.is_by_age)
      complaints.push_back(fmt::format(
          "rule {} takes away {} {} days after they were pushed, also what runs: a new tag does not make an "
          "image younger",
          each.priority, joined(kinds, " and "), each.count));
    else if (each.count < static_cast<std::int64_t>(needed))
      complaints.push_back(fmt::format("rule {} keeps {} of {}, {} are needed", each.priority, each.count,
                                       joined(kinds, " and "), needed));
  }
  return complaints;
}

std::string lifecycle_policy_for(const images_to_keep& what) {
  using namespace image_ecr;
  json rules(json::array{});
  std::int64_t priority = 0;
  const auto add = [&](std::string description, std::vector<std::string> patterns, std::int64_t count) {
    rules.push(json()
                   .set("rulePriority", ++priority)
                   .set("description", std::move(description))
                   .set("selection", selection_of(std::move(patterns), count))
                   .set("action", json().set("type", "expire")));
  };
  for (const std::string& each : what.tags) add("deployed by a tag " + each, {each}, all);
  std::vector<std::string> kept{"*.artifact", "*.history",    "*.yanked-*",
                                "*.lifted-*", "*.approval-*", "sha256-*.sbom"};
  if (what.are_signed) kept.insert(kept.end(), {"sha256-*.sig", "sha256-*.att"});
  for (const std::string& each : kept) add("artifacts, their marks and what images carry", {each}, all);
  add("the images of the last commits", {}, static_cast<std::int64_t>(what.artifacts + what.environments));
  return compact(json().set("rules", std::move(rules)));
}

}  // namespace cicd
