// The server's refusals in words that help. Kubernetes says most of it in prose, so this reads prose: where
// it says something that we do not know, its own words are shown.
#pragma once

#include <cicd/kubernetes/api/api_error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/kubernetes/field_path.hpp>
#include <cicd/kubernetes/object_diff.hpp>

namespace cicd::kubernetes {

namespace kubernetes_api_api_error {
namespace {

/// Everything that the sentences are made of.
struct refusal {
  const api_failure& of;
  const std::string& subject;
  const object_key& object;
  const std::string& doing;
  const object_sides& sides;

  bool says(std::string_view words) const { return of.message.find(words) != std::string::npos; }
  std::string place() const {
    return object.namespace_name.empty() ? std::string() : " in namespace " + object.namespace_name;
  }

  error as(exit_class kind, std::string_view because) const {
    return {.kind = kind,
            .subject = subject,
            .what = displayable(fmt::format("cannot {}: {}", doing, because)),
            .value = {},
            .notes = {}};
  }
};

/// The text between `before` and the next `after`, or nothing.
std::string between(const std::string& text, std::string_view before, std::string_view after) {
  const std::size_t start = text.find(before);
  if (start == text.npos) return {};
  const std::size_t end = text.find(after, start + before.size());
  return end == text.npos ? std::string() : text.substr(start + before.size(), end - start - before.size());
}

std::string quoted_after(const std::string& text, std::string_view before) {
  std::string start(before);
  start += '"';
  return between(text, start, "\"");
}

std::string server_words(const std::string& message) {
  return cut_to(displayable(message), 600);
}

/// `User "ann" cannot patch resource "deployments" in API group "apps" in the namespace "shop"`
error no_rights(const refusal& why) {
  const std::string& text = why.of.message;
  const std::string user = quoted_after(text, "User "), verb = between(text, "\" cannot ", " ");
  const std::string resource = quoted_after(text, " resource "), group = quoted_after(text, " in API group ");
  const std::string where = quoted_after(text, " in the namespace ");
  if (verb.empty() || resource.empty())
    return why.as(exit_class::remote, "the cluster forbids it").with("server", server_words(text));
  const bool in_namespace = !where.empty();
  const std::string missing =
      fmt::format("no right to {} {}{}{}{}", verb, resource, group.empty() ? "" : ".", group,
                  in_namespace ? " in namespace " + where : " in all of the cluster");
  error failure = why.as(exit_class::remote, missing).with("logged in as", displayable(user));
  if (user == "system:anonymous")
    return std::move(failure).with("likely",
                                   "no login was sent: the user of this context has no credentials");
  return std::move(failure)
      .with("needed", fmt::format("in a {}Role: apiGroups [\"{}\"], resources [\"{}\"], verbs [\"{}\"]",
                                  in_namespace ? "" : "Cluster", group, resource, verb))
      .with("try", "cicd doctor --rbac prints the smallest roles; ask who may grant them");
}

error missing_namespace(const refusal& why) {
  const std::string name = why.object.namespace_name.empty() ? quoted_after(why.of.message, "namespaces ")
                                                             : why.object.namespace_name;
  error failure = why.as(exit_class::usage, "the namespace does not exist");
  failure.value = name;
  return std::move(failure).with(
      "try", "CREATE_NAMESPACE in the environment, or kubectl create namespace " + shell_quoted(name));
}

/// `spec.replicas`, and where both sides are known `spec.replicas: 4 there, 3 wanted`. Of a Secret no value.
std::string with_values(const refusal& why, const std::string& field) {
  const std::string name = displayable(field.starts_with('.') ? field.substr(1) : field);
  if (why.sides.there == nullptr || why.sides.wanted == nullptr || why.object.kind == "Secret") return name;
  const auto shown = [&](const json& object) {
    const json& value = value_at(object, field);
    return value.is_null() ? std::string("nothing") : value_text(value);
  };
  return fmt::format("{}: {} there, {} wanted", name, shown(*why.sides.there), shown(*why.sides.wanted));
}

/// ` --take-over helm --take-over kubectl-set`
std::string take_over_words(const std::vector<std::string>& managers) {
  std::string words;
  for (const std::string& each : managers) words += " --take-over " + displayable(shell_quoted(each));
  return words;
}

/// What helps against these managers: a part of the cluster writes its fields again, so that taking them over
/// is a fight.
std::string way_past(const std::vector<std::string>& people, bool any_controller, bool is_scaled) {
  std::string way;
  if (!people.empty())
    way = fmt::format(
        "cicd run with{} takes them over this once, TAKE_OVER {} in the environment in each deploy; or leave "
        "these "
        "fields out of the declaration",
        take_over_words(people), displayable(shell_quoted(people)));
  if (is_scaled)
    way += std::string(way.empty() ? "" : "; ")
           + "REPLICAS <least>..<most>, which leaves the number of pods to an autoscaler, or remove the one that "
             "scales it";
  if (any_controller)
    way +=
        std::string(way.empty() ? "" : "; ")
        + "leave the fields that a part of the cluster writes out of the declaration: it writes them again";
  return way;
}

/// An autoscaler, whatever its name: it writes the number by the subresource that is there for it.
bool is_scaling(const api_failure::cause& cause, const std::string& manager) {
  return cause.field == ".spec.replicas" && !manager.starts_with("kubectl")
         && cause.message.find("subresource \"scale\"") != std::string::npos;
}

error other_manager(const refusal& why) {
  std::vector<std::string> managers, people;
  std::vector<note> owned;
  bool any_controller = false, is_scaled = false;
  for (const auto& cause : why.of.causes) {
    std::string manager = manager_in(cause.message);
    const bool scaling = is_scaling(cause, manager);
    is_scaled = is_scaled || scaling;
    any_controller = any_controller || (is_controller(manager) && !scaling);
    if (!scaling && !is_controller(manager)
        && std::find(people.begin(), people.end(), manager) == people.end())
      people.push_back(manager);
    const auto known = std::find(managers.begin(), managers.end(), manager);
    if (known == managers.end()) {
      owned.push_back({"owned by " + displayable(manager), with_values(why, cause.field)});
      managers.push_back(std::move(manager));
    } else {
      owned[static_cast<std::size_t>(known - managers.begin())].text += "\n" + with_values(why, cause.field);
    }
  }
  error failure =
      why.as(exit_class::conflict, managers.size() == 1 ? "another manager owns fields that this deploy sets"
                                                        : "other managers own fields that this deploy sets");
  failure.notes = std::move(owned);
  if (managers.empty()) return std::move(failure).with("server", server_words(why.of.message));
  return std::move(failure).with("try", way_past(people, any_controller, is_scaled));
}

error conflict(const refusal& why) {
  if (!why.of.causes.empty() && why.of.causes.front().type == "FieldManagerConflict")
    return other_manager(why);
  if (why.says("object is being deleted"))
    return why.as(exit_class::conflict, "it is being deleted").with("try", "again, once it is gone");
  if (why.of.reason == "AlreadyExists") return why.as(exit_class::conflict, "it exists already");
  return why.as(exit_class::conflict, "it was changed at the same time")
      .with("server", server_words(why.of.message))
      .with("try", "plan again, and see what changed");
}

/// What helps when a field of that kind can never be changed.
std::string way_around(const refusal& why) {
  const std::string where =
      why.object.namespace_name.empty() ? std::string() : " -n " + shell_quoted(why.object.namespace_name);
  const std::string name = " " + shell_quoted(why.object.name) + where;
  if (why.object.kind == "Deployment")
    return "kubectl delete deployment" + name
           + " --cascade=orphan, then deploy: its pods keep serving until the new ones are ready; delete them then";
  if (why.object.kind == "StatefulSet")
    return "kubectl delete statefulset" + name
           + " --cascade=orphan, then deploy: its pods and their volumes stay";
  if (why.object.kind == "Job")
    return "kubectl delete job" + name + ", then deploy: a Job is never changed, only made anew";
  if (why.object.kind == "PersistentVolumeClaim")
    return "another name for the volume, and its data copied: a claim can only grow";
  if (why.object.kind == "ConfigMap" || why.object.kind == "Secret")
    return "another name for it: it is marked immutable";
  if (why.object.kind == "RoleBinding") return "kubectl delete rolebinding" + name + ", then deploy";
  return "restore the old value, or delete the object and deploy again";
}

bool is_immutable(const std::string& words) {
  constexpr std::array<std::string_view, 5> sayings{"field is immutable", "is immutable after creation",
                                                    "may not change once set", "cannot change roleRef",
                                                    "updates to statefulset spec for fields other than"};
  return std::any_of(sayings.begin(), sayings.end(),
                     [&](std::string_view saying) { return words.find(saying) != words.npos; });
}

/// A port that another manager added to the Service bears a name that is declared for another number.
std::optional<error> port_of_other(const refusal& why) {
  if (why.object.kind != "Service" || why.sides.there == nullptr) return std::nullopt;
  for (const auto& cause : why.of.causes) {
    const std::string name = quoted_after(cause.message, "Duplicate value: ");
    if (!cause.field.starts_with("spec.ports[") || name.empty()) continue;
    for (const json& port : (*why.sides.there)["spec"]["ports"].elements()) {
      if (port["name"].text() != name) continue;
      const std::string at = fmt::format("spec.ports[{},", port["port"].integer());
      for (const field_manager& each : managers_of(*why.sides.there)) {
        const bool owns = std::any_of(each.paths.begin(), each.paths.end(),
                                      [&](const std::string& path) { return path.starts_with(at); });
        if (!owns || each.name == "cicd") continue;
        error failure = why.as(exit_class::conflict, "another manager added a port of that name");
        failure.value = name;
        return std::move(failure)
            .with("owned by " + displayable(each.name),
                  fmt::format("port {}, {}", port["port"].integer(), port["protocol"].text("TCP")))
            .with("try", fmt::format("{}; or another name in PORTS",
                                     way_past({each.name}, is_controller(each.name), false)));
      }
    }
  }
  return std::nullopt;
}

/// Field by field; an immutable selector's whole Go value is no help to anyone.
error invalid(const refusal& why) {
  if (auto theirs = port_of_other(why)) return *std::move(theirs);
  const bool fixed = std::any_of(why.of.causes.begin(), why.of.causes.end(),
                                 [](const auto& cause) { return is_immutable(cause.message); })
                     || is_immutable(why.of.message);
  error failure = why.as(exit_class::usage, fixed ? "a field cannot be changed once the object exists"
                                                  : "the cluster calls it invalid");
  for (const auto& cause : why.of.causes) {
    std::string words = displayable(cause.message);
    if (is_immutable(words) && words.ends_with("field is immutable")) words = "field is immutable";
    failure =
        std::move(failure).with("field", fmt::format("{}: {}", displayable(cause.field), cut_to(words, 300)));
  }
  if (why.of.causes.empty()) failure = std::move(failure).with("server", server_words(why.of.message));
  return fixed ? std::move(failure).with("try", way_around(why)) : failure;
}

/// `strict decoding error: unknown field "spec.replica"`, or `.spec.replica: field not declared in schema`.
error unknown_field(const refusal& why) {
  error failure = why.as(exit_class::usage, "the cluster does not know a field of it");
  std::string field = quoted_after(why.of.message, "unknown field ");
  if (field.empty()) {
    const std::size_t end = why.of.message.find(": field not declared in schema");
    const std::size_t start = why.of.message.rfind(' ', end) + 1;
    field = end == std::string::npos ? std::string() : why.of.message.substr(start, end - start);
  }
  if (field.starts_with('.')) field.erase(0, 1);
  if (field.empty()) return std::move(failure).with("server", server_words(why.of.message));
  failure.value = field;
  return std::move(failure).with("try",
                                 "look for a misspelling, or whether this version of Kubernetes has it");
}

/// Denials that are no matter of rights; nothing where it is none of them.
std::optional<error> denial(const refusal& why) {
  const std::string& text = why.of.message;
  const auto denied = [&](const std::string& because) {
    return why.as(exit_class::policy, because).with("server", server_words(text));
  };
  if (why.says("denied the request") && why.says("admission webhook"))
    return denied("the admission webhook " + quoted_after(text, "admission webhook ") + " denied it");
  if (why.says("ValidatingAdmissionPolicy"))
    return denied("the admission policy " + between(text, "ValidatingAdmissionPolicy '", "'") + " denied it");
  if (why.says("violates PodSecurity"))
    return denied("the namespace's pod security level " + quoted_after(text, "violates PodSecurity ")
                  + " forbids it");
  if (why.says("exceeded quota")) {
    const std::string quota = between(text, "exceeded quota: ", ",");
    const bool of_pods = why.says("pods=") || why.says("cpu=") || why.says("memory=");
    return denied("the quota " + quota + why.place() + " is used up")
        .with("try", of_pods
                         ? "MAX_UNAVAILABLE 1 in place of a surge, fewer or smaller pods, or a larger quota"
                         : "a larger quota, or remove what is no longer needed");
  }
  const std::vector<std::string> keywords = keywords_wanted_by(text);
  const auto with_keywords = [&](error failure, std::string_view verb) {
    return keywords.empty()
               ? failure
               : std::move(failure).with("try", fmt::format("{} {}", verb, joined(keywords, " and ")));
  };
  if (why.says("failed quota"))
    return with_keywords(denied("a quota" + why.place() + " asks for requests or limits that are missing"),
                         "declare");
  if (why.says("usage per ") && (why.says("maximum ") || why.says("minimum ")))
    return with_keywords(denied("a LimitRange" + why.place() + " forbids it"), "alter");
  return std::nullopt;
}

error not_found(const refusal& why) {
  if (why.of.reason == api_reason::unknown_kind || why.says("could not find the requested resource"))
    return why.as(exit_class::usage, "the cluster does not have the kind " + why.object.kind)
        .with("try", "install the CustomResourceDefinition first, or look for a misspelling");
  if (why.says("namespaces \"") && why.object.kind != "Namespace") return missing_namespace(why);
  return why.as(exit_class::remote, "it does not exist" + why.place());
}

error forbidden(const refusal& why) {
  if (why.says("because it is being terminated"))
    return why.as(exit_class::conflict, "namespace " + why.object.namespace_name + " is being deleted")
        .with("try", "again, once it is gone");
  return no_rights(why);
}

error no_answer(const refusal& why) {
  if (why.of.reason == api_reason::cancelled) return why.as(exit_class::interrupted, "cancelled");
  if (why.of.reason == api_reason::login)
    return why.as(exit_class::remote, "the login failed: " + server_words(why.of.message))
        .with("try", "log in again");
  if (why.of.reason == api_reason::unreachable)
    return why.as(exit_class::remote, "the cluster does not answer: " + server_words(why.of.message))
        .with("try", "again; what was done before stays done");
  return why.as(exit_class::remote, server_words(why.of.message));
}

error server_trouble(const refusal& why) {
  if (why.says("failed calling webhook")) {
    const std::string name = quoted_after(why.of.message, "failed calling webhook ");
    return why.as(exit_class::remote, "the admission webhook " + name + " does not answer")
        .with("server", server_words(why.of.message))
        .with("try", "see whether the pods behind that webhook run");
  }
  if (why.of.code == 429)
    return why.as(exit_class::remote, "the cluster is overloaded: " + server_words(why.of.message))
        .with("try", "again later");
  return why.as(exit_class::remote, fmt::format("the cluster failed (HTTP {} {}): {}", why.of.code,
                                                displayable(why.of.reason), server_words(why.of.message)));
}

}  // namespace
}  // namespace kubernetes_api_api_error

std::string manager_in(const std::string& message) {
  return kubernetes_api_api_error::quoted_after(message, "conflict with ");
}

bool is_fixed_selector(const api_failure& failure) {
  return std::any_of(failure.causes.begin(), failure.causes.end(), [](const auto& each) {
    return each.field == "spec.selector" && kubernetes_api_api_error::is_immutable(each.message);
  });
}

std::vector<std::string> keywords_wanted_by(const std::string& refusal) {
  const bool is_range =
      refusal.find(" usage per ") != refusal.npos || refusal.find(" ratio per ") != refusal.npos;
  const bool is_quota = refusal.find("failed quota") != refusal.npos;
  const auto says = [&](std::string_view words) { return refusal.find(words) != refusal.npos; };
  const bool limits = is_quota || says("limit is ") || says("No limit is ") || says("to request ratio");
  const bool requests = is_quota || says("request is ") || says("No request is ");
  std::vector<std::string> keywords;
  for (const auto& [name, keyword] :
       {std::pair<std::string, const char*>("cpu", "CPU"), {"memory", "MEMORY"}}) {
    const bool asks = is_quota ? says("requests." + name) || says("specify " + name) || says("," + name)
                                     || says("; " + name)
                               : is_range && requests && says(name + " usage");
    const bool bounds = is_quota ? says("limits." + name)
                                 : is_range && limits && (says(name + " usage") || says(name + " max limit"));
    if (asks) keywords.emplace_back(keyword);
    if (bounds) keywords.emplace_back(std::string(keyword) + "_LIMIT");
  }
  return keywords;
}

error error_of(const api_failure& failure,
               const std::string& subject,
               const object_key& of,
               const std::string& doing,
               const object_sides& sides) {
  namespace self = kubernetes_api_api_error;
  const self::refusal why{failure, subject, of, doing, sides};
  if (failure.code == 0 || failure.reason == api_reason::login || failure.reason == api_reason::unreachable)
    return self::no_answer(why);
  if (const auto denied = self::denial(why)) return *denied;
  if (why.says("unknown field \"") || why.says("field not declared in schema"))
    return self::unknown_field(why);
  switch (failure.code) {
    case 401:
      return why.as(exit_class::remote, "the login expired or was refused").with("try", "log in again");
    case 403: return self::forbidden(why);
    case 404: return self::not_found(why);
    case 409: return self::conflict(why);
    case 400:
    case 413:
    case 415:
    case 422: return self::invalid(why);
    default: return self::server_trouble(why);
  }
}

}  // namespace cicd::kubernetes
