// HEALTH argocd: its API is asked for the application, and its revision is looked up in the manifest
// repository. The token is handed to the server and to nothing else.
#pragma once

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/secret_finder.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/declare/health.hpp>
#include <cicd/deliver/gitops/deploy_secrets.hpp>
#include <cicd/deliver/health.hpp>
#include <cicd/system/web.hpp>

namespace cicd {

namespace deliver_health_argocd {
namespace {

error out_of_reach(const declared_pipeline& pipeline, const environment& place, std::string why) {
  return error{exit_class::remote,
               pipeline.declared.name.str() + "/" + place.name.str(),
               fmt::format("it is not known whether {} is healthy", place.name.view()),
               health_words_of(place).front().str(),
               {{"caused by", displayable(why)}}};
}

bool is_commit(const std::string& revision) {
  return (revision.size() == 40 || revision.size() == 64)
         && revision.find_first_not_of("0123456789abcdef") == revision.npos;
}

std::string why_of(int status) {
  if (status == 401) return "it does not take the login: TOKEN secret:<name> gives one";
  if (status == 403) return "it has no such application, or the login may not see it (403)";
  if (status == 404) return "it has no such application (404)";
  return fmt::format("it answers with status {}", status);
}

/// Of one application.
result<argo_status> status_of(const way_context& in,
                              const declared_pipeline& pipeline,
                              const environment& place) {
  const std::optional<argo_application> of = argo_application_in(health_words_of(place).front().view());
  if (!of) return out_of_reach(pipeline, place, "this is not the URL of an application");
  const result<secret_value> token =
      place.token ? token_of(pipeline, place.token, in.options.secrets, in.options.cancelled)
                  : secret_value();
  if (!token) return token.error();
  web_request request{.url = of->server + "/api/v1/applications/" + of->name};
  if (!of->namespace_name.empty()) request.url += "?appNamespace=" + of->namespace_name;
  request.headers = {{"Accept", "application/json"}};
  if (place.token) request.headers.emplace_back("Authorization", "Bearer " + std::string(token->revealed()));
  request.limit = request.connect_limit = longest_health_answer;
  web_client client(in.around, &in.options.cancelled, in.time);
  const result<http_response> answer = client.send(request);
  if (!answer) {
    std::string why = answer.error().what;
    for (const note& each : answer.error().notes)
      if (each.label == "caused by") why += ": " + each.text;
    return out_of_reach(pipeline, place, std::move(why))
        .with("try", "look at it in a browser, then run again");
  }
  if (answer->status != 200) return out_of_reach(pipeline, place, why_of(answer->status));
  std::optional<argo_status> status = argo_status_in(answer->body);
  if (status && place.token) {
    const secret_finder hidden({*token});
    for (std::string* each : {&status->sync, &status->health, &status->health_message, &status->phase,
                              &status->phase_message, &status->failure})
      *each = hidden.masked(*each);
  }
  if (!status)
    return out_of_reach(pipeline, place, "its answer is not an application: is this the address of Argo CD?");
  return *std::move(status);
}

}  // namespace
}  // namespace deliver_health_argocd

result<health_answer> ask_argocd(const way_context& in,
                                 const way& by,
                                 const declared_pipeline& pipeline,
                                 const environment& place) {
  using namespace deliver_health_argocd;
  const result<argo_status> status = status_of(in, pipeline, place);
  if (!status) return status.error();
  std::optional<error> why;
  for (const std::string& revision : status->revisions) {
    if (!is_commit(revision)) continue;
    const result<std::optional<deployment_record>> there =
        by.record_at(pipeline, place, revision, &in.options.cancelled);
    if (there && *there) return health_of(*status, (*there)->commit);
    if (!there) why = there.error();
  }
  if (why && why->kind != exit_class::remote) return *std::move(why);
  if (why)
    return out_of_reach(pipeline, place, why->what + (why->value ? ": " + why->value->substr(0, 12) : ""))
        .with("try", "compare REPOSITORY and BRANCH with the source of the application");
  return health_answer{.says = status->failure.empty()
                                   ? "Argo CD has not compared it with a commit that has been deployed to yet"
                                   : displayable(status->failure),
                       .commit = {}};
}

std::optional<argo_status> argo_status_in(std::string_view body) {
  const result<json> document = parse_json(body);
  if (!document || !document->is_object() || !(*document)["status"].is_object()) return std::nullopt;
  const json& status = (*document)["status"];
  argo_status made{.sync = status["sync"]["status"].text(),
                   .health = status["health"]["status"].text(),
                   .health_message = status["health"]["message"].text(),
                   .phase = status["operationState"]["phase"].text(),
                   .phase_message = status["operationState"]["message"].text(),
                   .failure = {},
                   .revisions = status["sync"]["revisions"].texts()};
  if (made.revisions.empty() && !status["sync"]["revision"].text().empty())
    made.revisions = {status["sync"]["revision"].text()};
  for (const json& each : status["conditions"].elements())
    if (made.failure.empty() && each["type"].text().ends_with("Error")) made.failure = each["message"].text();
  return made;
}

health_answer health_of(const argo_status& status, std::string commit) {
  using enum health_answer::state;
  const auto said = [](const std::string& word, const std::string& message) {
    return displayable(message.empty() ? word : word + ": " + message);
  };
  health_answer made{.says = {}, .commit = std::move(commit)};
  if (status.sync != "Synced") {
    // What is there is not this revision: it says nothing of it.
    made.says = said(status.sync.empty() ? "not synced" : status.sync,
                     status.failure.empty() ? status.phase_message : status.failure);
    return made;
  }
  if (status.phase == "Failed" || status.phase == "Error") {
    made.is = unhealthy;
    made.says = said("the last sync failed", status.phase_message);
    return made;
  }
  made.says = said(status.health.empty() ? "Unknown" : status.health, status.health_message);
  if (status.health == "Healthy" && status.phase != "Running")
    made.is = healthy;
  else if (status.health == "Degraded" || status.health == "Missing")
    made.is = unhealthy;
  return made;
}

}  // namespace cicd
