// See references.hpp.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/cluster/references.hpp>

namespace cicd {

namespace deliver_cluster_references {
namespace {

using kubernetes::api_answer;
using kubernetes::object_key;
using what = planned_object::what;

class looking {
 public:
  looking(kubernetes::cluster& with, const cluster_plan& plan) : with_(with), plan_(plan) {}

  std::vector<std::string> remarks() {
    for (const planned_object& one : plan_.objects) {
      if (one.kind == what::remove || one.kind == what::same) continue;
      if (one.key.kind == "Ingress") look_at_ingress(one);
      if (kubernetes::is_workload(one.key.kind)) look_at_workload(one);
    }
    return std::move(remarks_);
  }

 private:
  template <typename... Parts>
  void say(fmt::format_string<Parts...> text, Parts&&... parts) {
    std::string sentence = displayable(fmt::format(text, std::forward<Parts>(parts)...));
    if (std::ranges::find(remarks_, sentence) == remarks_.end()) remarks_.push_back(std::move(sentence));
  }

  bool is_planned(const object_key& key) const {
    return std::ranges::any_of(
        plan_.objects, [&](const planned_object& one) { return one.key == key && one.kind != what::remove; });
  }

  const api_answer& classes() {
    if (!classes_) classes_ = with_.call("GET", "/apis/networking.k8s.io/v1/ingressclasses");
    return *classes_;
  }

  void look_at_ingress(const planned_object& one) {
    if (const std::string name = one.wanted["spec"]["ingressClassName"].text(); !name.empty())
      look_for_class(one, name);
    for (const json& each : one.wanted["spec"]["tls"].elements())
      look_for_certificate(one, {"Secret", one.key.namespace_name, each["secretName"].text()});
  }

  void look_for_class(const planned_object& one, const std::string& name) {
    if (!classes() || !classes().object["items"].is_array()) return;
    std::vector<std::string> there;
    for (const json& each : classes().object["items"].elements())
      there.push_back(each["metadata"]["name"].text());
    if (std::ranges::find(there, name) != there.end()) return;
    const auto near = nearest(name, there);
    say("{}: there is no IngressClass {}, so nothing answers for its host; {}", one.key.text(), name,
        there.empty() ? "the cluster has none"
        : near        ? "did you mean " + *near
                      : "there are " + joined(there, ", "));
  }

  /// One that cert-manager is asked for comes later.
  void look_for_certificate(const planned_object& one, const object_key& key) {
    for (const auto& [name, value] : one.wanted["metadata"]["annotations"].members())
      if (name.starts_with("cert-manager.io/") || name == "kubernetes.io/tls-acme") return;
    if (key.name.empty() || is_planned(key)) return;
    const api_answer there = with_.get(key);
    if (there.is_missing())
      say("{}: there is no {} in namespace {}, so its host has no certificate", one.key.text(), key.text(),
          key.namespace_name);
    if (there && there.object["data"]["tls.crt"].is_null())
      say("{}: {} has no tls.crt, so its host has no certificate", one.key.text(), key.text());
  }

  void look_at_workload(const planned_object& one) {
    if (one.live["spec"]["paused"].boolean() && one.wanted["spec"]["paused"].is_null())
      say("{} is paused: nothing of it is rolled out, and the deploy will fail, until kubectl -n {} rollout "
          "resume "
          "deployment {}",
          one.key.text(), one.key.namespace_name, one.key.name);
    const object_key account{"ServiceAccount", one.key.namespace_name,
                             one.wanted["spec"]["template"]["spec"]["serviceAccountName"].text()};
    if (account.name.empty() || account.name == "default" || is_planned(account)) return;
    if (with_.get(account).is_missing())
      say("{}: there is no {} in namespace {}: its pods cannot be created", one.key.text(), account.text(),
          account.namespace_name);
  }

  kubernetes::cluster& with_;
  const cluster_plan& plan_;
  std::optional<api_answer> classes_;
  std::vector<std::string> remarks_;
};

}  // namespace
}  // namespace deliver_cluster_references

std::vector<std::string> reference_remarks(kubernetes::cluster& with, const cluster_plan& plan) {
  return deliver_cluster_references::looking(with, plan).remarks();
}

}  // namespace cicd
