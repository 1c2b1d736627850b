// A branch's pods among those of an environment. See branch.hpp.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/branch/branch_facts.hpp>
#include <cicd/deliver/cluster/waves.hpp>
#include <cicd/kubernetes/api/deletion.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd {

namespace deliver_branch_branch_canary {
namespace {

using kubernetes::api_answer;
using kubernetes::object_key;

service service_of(const branch_request& ask) {
  return service_in(ask.step.pipeline->declared, ask.step.branch_share()->service.view(),
                    ask.step.place()->name.view());
}

std::string name_of(const branch_request& ask) {
  return kubernetes::name_in_environment(ask.step.pipeline->declared.name.view(), service_of(ask));
}

error refused_service(const branch_request& ask, std::string what, std::string help) {
  return error{exit_class::usage,
               ask.step.id,
               std::move(what),
               ask.step.branch_share()->service.str(),
               {{"try", std::move(help)}}};
}

/// A pod joins the Service when it is ready, and only a probe says when that is.
status check_service(const branch_request& ask) {
  const service of = service_of(ask);
  if (of.stateful)
    return refused_service(ask, "a STATEFUL service can have no canary: its pods have storage of their own",
                           "a preview, or a canary of another service");
  if (!of.port && of.ports.empty())
    return refused_service(ask, "a service without a port gets no requests, so it can have no canary",
                           "a canary of another service");
  if (of.ready.empty())
    return refused_service(
        ask, "a canary needs READY: without it its pods would get requests before they can answer",
        fmt::format("READY /health in pipeline_service({} {} …)", ask.step.pipeline->declared.name.view(),
                    of.name.view()));
  return {};
}

/// Two at once would add up to more than SHARE.
status check_others(const branch_request& ask, kubernetes::cluster& with, const std::string& own_key) {
  const cluster_place& place = ask.wave.place;
  result<std::vector<known_place>> all =
      known_places(with, place.pipeline, place.environment, place.namespace_name);
  if (!all) return std::move(all).error();
  for (const known_place& each : *all) {
    const auto fact = [&](const char* name) {
      const auto found = each.state.facts.find(name);
      return found == each.state.facts.end() ? std::string() : found->second;
    };
    if (fact(branch_fact::kind) != "canary" || each.place.branch_key == own_key
        || fact(branch_fact::service) != ask.step.branch_share()->service.view())
      continue;
    return error{exit_class::conflict,
                 ask.step.id,
                 "another branch's canary takes part of this service already",
                 fact(branch_fact::branch),
                 {{"started by", displayable(fact(branch_fact::who))},
                  {"share", displayable(fact(branch_fact::share))},
                  {"try", fmt::format("cicd canary end {} {} --branch {}", place.pipeline, place.environment,
                                      shell_quoted(displayable(fact(branch_fact::branch))))}}};
  }
  return {};
}

result<json> production_of(const branch_request& ask, kubernetes::cluster& with) {
  const object_key key{"Deployment", ask.wave.place.namespace_name, name_of(ask)};
  const api_answer answer = with.get(key);
  if (answer && !kubernetes::is_being_deleted(answer.object)) return answer.object;
  if (answer.failure && !answer.is_missing())
    return error_of(*answer.failure, ask.step.id, key, "count the pods of " + key.text());
  return error{exit_class::usage,
               ask.step.id,
               "production does not run here, so there is nothing that a canary could join",
               key.text(),
               {{"in", "namespace " + key.namespace_name},
                {"try", fmt::format("deploy {} first", ask.step.place()->name.view())}}};
}

bool rolls_out(const json& deployment) {
  const json& status = deployment["status"];
  return status["updatedReplicas"].integer() != status["replicas"].integer()
         || status["observedGeneration"].integer() < deployment["metadata"]["generation"].integer();
}

void add_autoscaler(const branch_request& ask, kubernetes::cluster& with, std::vector<std::string>& to) {
  const api_answer all = with.list("HorizontalPodAutoscaler", ask.wave.place.namespace_name, "");
  if (!all) return to.push_back("whether an autoscaler changes the number of pods may not be read");
  for (const json& each : all.object["items"].elements()) {
    const json& target = each["spec"]["scaleTargetRef"];
    if (target["kind"].text() != "Deployment" || target["name"].text() != name_of(ask)) continue;
    to.push_back(
        fmt::format("autoscaler {} keeps {} to {} of production's pods: the share moves with their number",
                    displayable(each["metadata"]["name"].text()), each["spec"]["minReplicas"].integer(1),
                    each["spec"]["maxReplicas"].integer()));
  }
}

void add_remarks(const branch_request& ask,
                 kubernetes::cluster& with,
                 const json& deployment,
                 canary_offer& to) {
  if (rolls_out(deployment))
    to.remarks.emplace_back(
        "production is being rolled out now: its ready pods are counted as they are at this moment");
  add_autoscaler(ask, with, to.remarks);
  const api_answer front = with.get({"Service", ask.wave.place.namespace_name, name_of(ask)});
  if (front && front.object["spec"]["sessionAffinity"].text() == "ClientIP")
    to.remarks.emplace_back(
        "the Service has sessionAffinity ClientIP: a client stays with its pod, so the share is of "
        "clients and not of requests");
  to.remarks.emplace_back(
      "the share is of new connections: clients and proxies that keep connections alive stay with "
      "the pods that they have");
}

/// What it would be if production gave up as many pods as the canary has: its own declaration says how many
/// it keeps.
void add_alternative(const branch_request& ask, const canary_share& share, canary_offer& offer) {
  const service of = service_of(ask);
  const int kept = share.total - 2 * share.pods;
  if (of.replicas.scales() || kept < 1) return;
  offer.remarks.push_back(fmt::format("where production gives up {} of its pods (REPLICAS {} in {}) it is {}",
                                      share.pods, kept, ask.step.place()->name.view(),
                                      canary_share{share.pods, share.total - share.pods}.text()));
}

}  // namespace
}  // namespace deliver_branch_branch_canary

result<canary_offer> offer_canary(const branch_request& ask, kubernetes::cluster& with) {
  using namespace deliver_branch_branch_canary;
  if (status can = check_service(ask); !can) return std::move(can).error();
  result<json> deployment = production_of(ask, with);
  if (!deployment) return std::move(deployment).error();
  const canary& declared = *ask.step.branch_share();
  canary_question question;
  question.production = static_cast<int>((*deployment)["status"]["readyReplicas"].integer());
  question.allowed = detail::share_rule::parsed(declared.share.view());
  question.percent = ask.percent > 0 ? ask.percent : question.allowed;
  result<canary_share> share = share_for(question, ask.step.id);
  if (!share) return std::move(share).error();
  canary_offer offer{*share, {}};
  offer.remarks.push_back(fmt::format("the canary of {} gets {}; {}% was asked for, and pods are whole",
                                      declared.service.view(), share->text(), question.percent));
  add_alternative(ask, *share, offer);
  add_remarks(ask, with, *deployment, offer);
  return offer;
}

status make_canary(const branch_request& ask, kubernetes::cluster& with, wanted_release& to) {
  using namespace deliver_branch_branch_canary;
  if (status may = check_branch(ask); !may) return may;
  const canary& declared = *ask.step.branch_share();
  to.place.branch_key = canary_key_of(ask.branch, declared.service.str());
  if (status alone = check_others(ask, with, to.place.branch_key); !alone) return alone;
  result<canary_offer> offer = offer_canary(ask, with);
  if (!offer) return std::move(offer).error();
  to.facts.on = kubernetes::track::canary;
  to.facts.of_branch.services = {declared.service.str()};
  to.facts.of_branch.replicas = offer->share.pods;
  const std::chrono::milliseconds lives =
      declared.ttl ? std::chrono::milliseconds(declared.ttl.milliseconds()) : canary_lives;
  add_branch_facts(ask, "canary", lives, to);
  to.state_facts[branch_fact::service] = declared.service.str();
  to.state_facts[branch_fact::workload] = name_of(ask);
  to.state_facts[branch_fact::share] = offer->share.text();
  to.remarks = std::move(offer->remarks);
  return {};
}

}  // namespace cicd
