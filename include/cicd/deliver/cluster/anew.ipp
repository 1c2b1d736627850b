// See anew.hpp.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/cluster/anew.hpp>
#include <cicd/kubernetes/quantity.hpp>

namespace cicd {

namespace deliver_cluster_anew {
namespace {

using kubernetes::api_answer;
using kubernetes::object_key;

/// Short enough for any kind.
constexpr std::size_t longest_name = 57;

json named(json object, const std::string& name) {
  json metadata = object["metadata"];
  metadata.set("name", name);
  object.set("metadata", std::move(metadata));
  return object;
}

const json& template_named(const json& stateful_set, const std::string& name) {
  static const json none;
  for (const json& each : stateful_set["spec"]["volumeClaimTemplates"].elements())
    if (each["metadata"]["name"].text() == name) return each;
  return none;
}

const json& size_of(const json& claim) {
  return claim["spec"]["resources"]["requests"]["storage"];
}

struct resized {
  std::string name, from, to;
  bool grows() const {
    return kubernetes::amount_of(to).value_or(0) > kubernetes::amount_of(from).value_or(0);
  }
};

std::vector<resized> resized_in(const json& live, const json& wanted) {
  std::vector<resized> found;
  for (const json& each : wanted["spec"]["volumeClaimTemplates"].elements()) {
    const std::string name = each["metadata"]["name"].text();
    const std::string before = size_of(template_named(live, name)).text(), after = size_of(each).text();
    if (!before.empty() && before != after) found.push_back({name, before, after});
  }
  return found;
}

/// Its class says whether a claim may grow.
std::string growth_of(kubernetes::cluster& with, const object_key& claim) {
  const api_answer there = with.get(claim);
  if (!there) return {};
  const std::string name = there.object["spec"]["storageClassName"].text();
  if (name.empty()) return "none: the claim's volume cannot grow";
  const api_answer found =
      with.call("GET", "/apis/storage.k8s.io/v1/storageclasses/" + kubernetes::percent_encoded(name));
  if (!found) return {};
  return displayable(name)
         + (found.object["allowVolumeExpansion"].boolean() ? ": its volumes can grow"
                                                           : ": its volumes cannot grow");
}

std::vector<std::string> claims_of(const json& live, const std::string& volume) {
  std::vector<std::string> names;
  for (std::int64_t at = 0; at < live["spec"]["replicas"].integer(1); ++at)
    names.push_back(fmt::format("{}-{}-{}", volume, live["metadata"]["name"].text(), at));
  return names;
}

}  // namespace
}  // namespace deliver_cluster_anew

kubernetes::api_answer dry_run_anew(kubernetes::cluster& with, const json& wanted) {
  const std::string name = wanted["metadata"]["name"].text();
  const std::string other = name.substr(0, deliver_cluster_anew::longest_name) + "-anew";
  kubernetes::api_answer answer =
      std::move(with.apply({deliver_cluster_anew::named(wanted, other)}, {.dry_run = true}).front());
  if (answer) answer.object = deliver_cluster_anew::named(std::move(answer.object), name);
  return answer;
}

result<std::vector<json>> replica_sets_of(kubernetes::cluster& with,
                                          const json& deployment,
                                          const std::string& subject) {
  const json& metadata = deployment["metadata"];
  const kubernetes::api_answer all = with.list("ReplicaSet", metadata["namespace"].text(), "");
  if (!all)
    return error_of(*all.failure, subject, {"ReplicaSet", metadata["namespace"].text(), ""},
                    "list the ReplicaSets of Deployment " + metadata["name"].text());
  std::vector<json> found;
  for (const json& each : all.object["items"].elements())
    if (std::ranges::any_of(each["metadata"]["ownerReferences"].elements(),
                            [&](const json& owner) { return owner["uid"] == metadata["uid"]; }))
      found.push_back(each);
  return found;
}

std::optional<error> claim_size_error(kubernetes::cluster& with,
                                      const json& live,
                                      const json& wanted,
                                      const std::string& subject) {
  using namespace deliver_cluster_anew;
  const std::vector<resized> sizes = resized_in(live, wanted);
  if (sizes.empty()) return std::nullopt;
  const std::string name = live["metadata"]["name"].text(), in = live["metadata"]["namespace"].text();
  error failure{
      exit_class::usage, subject, "the size of a volume cannot be changed in StatefulSet " + name, {}, {}};
  std::string help;
  for (const resized& each : sizes) {
    const std::vector<std::string> claims = claims_of(live, each.name);
    failure = std::move(failure).with("volume",
                                      fmt::format("{}: {} there, {} wanted", each.name, each.from, each.to));
    if (each.grows() && !claims.empty())
      failure = std::move(failure).with("storage class",
                                        growth_of(with, {"PersistentVolumeClaim", in, claims.front()}));
    for (const std::string& claim : each.grows() ? claims : std::vector<std::string>())
      help += fmt::format(
          "kubectl -n {} patch pvc {} --type=merge -p "
          R"('{{"spec":{{"resources":{{"requests":{{"storage":"{}"}}}}}}}}')"
          "\n",
          in, claim, each.to);
  }
  if (help.empty())
    return std::move(failure).with("try",
                                   "a volume of another name, and its data copied: a claim only grows");
  return std::move(failure).with(
      "try", help
                 + fmt::format(
                     "kubectl -n {} delete statefulset {} --cascade=orphan\n"
                     "then deploy: its pods and their volumes stay. A claim only grows, and only where its "
                     "storage class allows it; else declare a volume of another name and copy the data",
                     in, name));
}

}  // namespace cicd
