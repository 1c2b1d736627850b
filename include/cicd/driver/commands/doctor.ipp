// `cicd doctor`: what would stop a target here, before it does; and the Roles that a deploy needs. It changes
// nothing.
#pragma once

#include <algorithm>
#include <functional>
#include <set>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/yaml.hpp>
#include <cicd/deliver/branch/sweep.hpp>
#include <cicd/deliver/release_draft.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/doctor_remotes.hpp>
#include <cicd/driver/commands/doctor_templates.hpp>
#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/driver/commands/named_environments.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/engine/recorder.hpp>
#include <cicd/engine/time_zones.hpp>
#include <cicd/kubernetes/render/objects.hpp>
#include <cicd/kubernetes/render/rbac.hpp>
#include <cicd/kubernetes/render/workload.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {

namespace driver_commands_doctor {
namespace {

struct doctor_request {
  session_request tree;
  std::vector<std::string> names;  ///< `[<pipeline>] [<environment>]`
  bool as_json = false;
};

using kubernetes::api_answer;
using kubernetes::purpose;

using checked_environment = named_environment;

// --- Rights ---

/// The objects of the environment as any image would make them.
result<kubernetes::rights_request> rights_of(const checked_environment& of,
                                             const std::string& namespace_name,
                                             int server_minor) {
  const std::string no_digest = "@sha256:" + std::string(64, '0');
  kubernetes::release_facts facts{
      .pipeline = of.pipeline->declared.name.str(), .environment = of.place->name.str(), .images = {}};
  for (const image& each : of.pipeline->declared.images)
    facts.images[each.name.str()] = {each.name.str() + no_digest, "0", "", ""};
  facts.server_minor = server_minor;
  if (status read = read_declared_files(*of.pipeline, *of.place, facts); !read)
    return std::move(read).error();
  result<std::vector<kubernetes::object>> rendered = kubernetes::objects_of(*of.pipeline, facts);
  if (!rendered) return std::move(rendered).error();
  kubernetes::rights_request request{facts.pipeline, facts.environment, namespace_name};
  for (kubernetes::object& each : *rendered) request.objects.push_back(std::move(each.content));
  request.read = kubernetes::configuration_read_by(*of.pipeline, facts.environment);
  request.runs_jobs = !of.pipeline->declared.cron_jobs.empty() || !of.pipeline->declared.tasks.empty();
  request.takes_over_from_helm =
      std::ranges::any_of(of.place->take_over, [](const text& each) { return each.view() == "helm"; });
  request.makes_namespaces = of.place->create_namespace;
  return request;
}

const preview* preview_in(const checked_environment& of) {
  for (const preview& each : of.pipeline->declared.previews)
    if (each.in == of.place->name) return &each;
  return nullptr;
}

std::string text_of(const kubernetes::right& of) {
  std::string text = fmt::format("{} {}", of.verb, of.resource);
  if (!of.group.empty()) text += '.' + of.group;
  return of.is_cluster_wide ? text + " in all namespaces" : text;
}

/// Asks the server whether we have the right (SelfSubjectAccessReview); nothing where it does not say.
std::optional<bool> has_right(kubernetes::cluster& with,
                              const kubernetes::right& of,
                              const std::string& namespace_name) {
  const auto slash = of.resource.find('/');
  json attributes =
      json().set("verb", of.verb).set("group", of.group).set("resource", of.resource.substr(0, slash));
  if (slash != std::string::npos) attributes.set("subresource", of.resource.substr(slash + 1));
  if (!of.is_cluster_wide) attributes.set("namespace", namespace_name);
  if (!of.names.empty()) attributes.set("name", of.names.front());
  const json review = json()
                          .set("apiVersion", "authorization.k8s.io/v1")
                          .set("kind", "SelfSubjectAccessReview")
                          .set("spec", json().set("resourceAttributes", std::move(attributes)));
  const api_answer answer =
      with.call("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review);
  if (!answer) return std::nullopt;
  return answer.object["status"]["allowed"].boolean();
}

// --- The examination ---

class examination {
 public:
  examination(const session& of, const surroundings& around, const cancellation& cancelled)
      : of_(of), around_(around), cancelled_(cancelled) {}

  std::vector<finding> examine(std::vector<const declared_pipeline*> pipelines,
                               const std::vector<checked_environment>& all) {
    const doctor_scope scope{of_, around_, cancelled_, std::move(pipelines), all};
    for (const auto look :
         {look_at_tools, look_at_templates, look_at_compiler, look_at_folders, look_at_clock, look_at_sources,
          look_at_ci, look_at_code, look_at_registries, look_at_manifest_repositories})
      look(scope, found_);
    for (const declared_pipeline* each : scope.pipelines) look_at_declaration(*each);
    for (const checked_environment& each : all)
      if (can(each.place->via, way_feature::cluster)) look_at_environment(each);
    return found_.take();
  }

 private:
  void good(const std::string& about, std::string what) { found_.good(about, std::move(what)); }
  void bad(const std::string& about, std::string what, std::string help) {
    found_.bad(about, std::move(what), std::move(help));
  }
  void bad(const std::string& about, const error& why) { found_.bad(about, why); }

  void look_at_declaration(const declared_pipeline& of) {
    const std::string about = of.declared.name.str();
    for (std::string& each : preview_complaints(of))
      bad(about, std::move(each), "SWEEP ci in pipeline_preview() once that schedule is there");
    const zone_source zones = zones_of_machine();
    for (const cron_job& each : of.declared.cron_jobs) {
      if (each.time_zone.empty() || !zones.changes) continue;
      if (!zones.changes(each.time_zone.str()))
        bad(about,
            fmt::format("the time zone of cron job {} is not known here: {}", each.name.view(),
                        each.time_zone.view()),
            "install the time zone data: apt-get install tzdata");
    }
  }

  void look_at_environment(const checked_environment& of) {
    for (cluster_wave& wave : waves_of(of_.where, *of.pipeline, *of.place)) {
      auto with = open_wave(wave, around_, &cancelled_);
      if (!with) {
        bad(of.text(), with.error());
        continue;
      }
      look_at_cluster(of, **with, wave.place.namespace_name);
    }
  }

  void look_at_cluster(const checked_environment& of,
                       kubernetes::cluster& with,
                       const std::string& namespace_name) {
    constexpr int newest_minor = 34;
    const int minor = with.minor_version();
    if (minor < kubernetes::oldest_minor || minor > newest_minor)
      bad(of.text(), fmt::format("{} runs Kubernetes 1.{}, with which nothing was tried", with.name(), minor),
          fmt::format("1.{} to 1.{}", kubernetes::oldest_minor, newest_minor));
    else
      good(of.text(), fmt::format("{} answers, Kubernetes 1.{}", with.name(), minor));
    look_at_namespace(of, with, namespace_name);
    const result<kubernetes::rights_request> request = rights_of(of, namespace_name, minor);
    if (!request) return bad(of.text(), request.error());
    look_at_rights(of, with, *request);
    look_at_reads(of, with, *request);
    look_at_metrics(of, with, *request);
    look_at_classes(of, with);
  }

  void look_at_namespace(const checked_environment& of, kubernetes::cluster& with, const std::string& name) {
    const api_answer answer = with.get({"Namespace", "", name});
    if (answer) return good(of.text(), fmt::format("namespace {} is there", name));
    if (!answer.is_missing() || of.place->create_namespace) return;
    bad(of.text(),
        fmt::format("namespace {} does not exist, and pipeline_environment({} {} …) has no CREATE_NAMESPACE",
                    name, of.pipeline->declared.name.view(), of.place->name.view()),
        "kubectl create namespace " + shell_quoted(name));
  }

  void look_at_rights(const checked_environment& of,
                      kubernetes::cluster& with,
                      const kubernetes::rights_request& request) {
    std::set<std::string> asked;
    std::vector<purpose> purposes{purpose::plan, purpose::deploy};
    if (preview_in(of) != nullptr) purposes.push_back(purpose::preview);
    for (const purpose each : purposes) {
      std::vector<std::string> missing, poorer;
      for (const kubernetes::right& right : rights_for(each, request)) {
        if (!asked.insert(text_of(right) + joined(right.names, ",")).second) continue;
        if (const auto has = has_right(with, right, request.namespace_name); has && !*has)
          (right.is_needed ? missing : poorer).push_back(text_of(right));
      }
      say_rights(of, each, missing, poorer);
    }
  }

  void say_rights(const checked_environment& of,
                  purpose each,
                  const std::vector<std::string>& missing,
                  const std::vector<std::string>& poorer) {
    const std::string help =
        fmt::format("cicd doctor {} {} --rbac", of.pipeline->declared.name.view(), of.place->name.view());
    if (missing.empty())
      good(of.text(), fmt::format("all rights to {} are there", word_for(each)));
    else
      bad(of.text(),
          fmt::format("rights to {} are missing: {}; an administrator of the cluster applies the Roles that "
                      "--rbac prints",
                      word_for(each), joined(missing, ", ")),
          help);
    if (!poorer.empty())
      good(of.text(),
           fmt::format("without these, messages say less, and nothing fails: {}", joined(poorer, ", ")));
  }

  void look_at_reads(const checked_environment& of,
                     kubernetes::cluster& with,
                     const kubernetes::rights_request& request) {
    for (const std::string& each : request.read) {
      const kubernetes::object_key key{each.starts_with("config/") ? "ConfigMap" : "Secret",
                                       request.namespace_name, each.substr(each.find('/') + 1)};
      const bool is_rendered = std::ranges::any_of(
          request.objects, [&](const json& object) { return kubernetes::object_key::of(object) == key; });
      if (const api_answer answer = with.get(key); !is_rendered && answer.is_missing())
        bad(of.text(), fmt::format("{} is not there, and pods that need it will not start", key.text()),
            fmt::format("create it in namespace {}", request.namespace_name));
    }
  }

  void look_at_metrics(const checked_environment& of,
                       kubernetes::cluster& with,
                       const kubernetes::rights_request& request) {
    const bool scales = std::ranges::any_of(
        request.objects, [](const json& each) { return each["kind"].text() == "HorizontalPodAutoscaler"; });
    if (!scales) return;
    if (with.call("GET", "/apis/metrics.k8s.io/v1beta1"))
      return good(of.text(), "the metrics server answers, for the autoscaler");
    bad(of.text(), "the cluster has no metrics, so that an autoscaler never adds a pod",
        "install metrics-server in the cluster, or give REPLICAS one number");
  }

  void look_at_classes(const checked_environment& of, kubernetes::cluster& with) {
    const api_answer all = with.call("GET", "/apis/networking.k8s.io/v1/ingressclasses");
    if (!all) return;
    std::vector<std::string> names;
    bool has_default = false;
    for (const json& each : all.object["items"].elements()) {
      names.push_back(each["metadata"]["name"].text());
      has_default =
          has_default
          || each["metadata"]["annotations"]["ingressclass.kubernetes.io/is-default-class"].text() == "true";
    }
    const std::string there = names.empty() ? "none" : displayable(joined(names, ", "));
    for (const service& each : kubernetes::services_in(of.pipeline->declared, of.place->name.view())) {
      if (each.host.empty()) continue;
      const std::string wanted = each.ingress_class.str();
      if (wanted.empty() && !has_default)
        bad(of.text(),
            fmt::format("service {} has a HOST, and the cluster has no default ingress class",
                        each.name.view()),
            "INGRESS_CLASS; there are: " + there);
      else if (!wanted.empty() && std::ranges::find(names, wanted) == names.end())
        bad(of.text(),
            fmt::format("the ingress class of service {} is not there: {}", each.name.view(), wanted),
            "there are: " + there);
    }
  }

  const session& of_;
  const surroundings& around_;
  const cancellation& cancelled_;
  findings found_;
};

void print_findings(const std::vector<finding>& all, bool as_json) {
  json list(json::array{});
  for (const finding& each : all) {
    if (!as_json) {
      print_out(fmt::format("{} {}: {}\n", each.is_good ? "ok     " : "problem", each.about,
                            displayable(each.what)));
      if (!each.help.empty())
        print_out(fmt::format("          try: {}\n", displayable(as_called_here(each.help))));
      continue;
    }
    json one = json().set("about", each.about).set("ok", each.is_good).set("what", each.what);
    if (!each.help.empty()) one.set("try", each.help);
    list.push(std::move(one));
  }
  if (as_json) print_json(json().set("schema", 1).set("findings", std::move(list)));
}

std::string roles_text(const checked_environment& of,
                       purpose what,
                       const kubernetes::rights_request& request) {
  std::string text = fmt::format(
      "# To {} {}: the subject of each binding is the Group, User or ServiceAccount that does it.\n",
      word_for(what), of.text());
  if (what == purpose::plan)
    text +=
        "# A dry run is judged like the real thing, so planning needs create and patch too; it never uses "
        "delete.\n";
  for (const json& each : roles_for(what, request)) text += "---\n" + yaml_text(each);
  return text;
}

/// Those that are named, or that the named environments are of; all where nothing is named.
std::vector<const declared_pipeline*> pipelines_of(const session& of,
                                                   const doctor_request& request,
                                                   const std::vector<checked_environment>& in) {
  std::vector<const declared_pipeline*> all;
  for (const declared_pipeline& each : of.model.pipelines) {
    const bool has_one =
        std::ranges::any_of(in, [&](const checked_environment& one) { return one.pipeline == &each; });
    if (request.names.empty() || has_one) all.push_back(&each);
  }
  return all;
}

/// Each with its parts.
std::vector<checked_environment> with_all_parts(const std::vector<checked_environment>& of) {
  std::vector<checked_environment> all;
  for (const checked_environment& each : of)
    for (const environment* one : with_parts(*each.place)) all.push_back({each.pipeline, one});
  return all;
}

exit_class examine(const doctor_request& request, surroundings around) {
  exit_class failure = exit_class::done;
  const std::optional<session> opened = open_or_say(request.tree, around, failure);
  if (!opened) return failure;
  const result<std::vector<checked_environment>> all = named_environments(*opened, request.names);
  if (!all) return refused(all.error());
  const interrupts watching;
  const std::vector<finding> found = examination(*opened, around, watching.asked())
                                         .examine(pipelines_of(*opened, request, *all), with_all_parts(*all));
  print_findings(found, request.as_json);
  if (watching.asked().cancelled()) return watching.kind();
  return std::ranges::all_of(found, &finding::is_good) ? exit_class::done : exit_class::step_failed;
}

exit_class print_roles(const doctor_request& request, surroundings around) {
  exit_class failure = exit_class::done;
  const std::optional<session> opened = open_or_say(request.tree, std::move(around), failure);
  if (!opened) return failure;
  const result<std::vector<checked_environment>> all = named_environments(*opened, request.names);
  if (!all) return refused(all.error());
  std::string text;
  for (const checked_environment& each : *all) {
    if (!can(each.place->via, way_feature::cluster)) continue;
    const std::string namespace_name =
        each.place->namespace_name.empty() ? "default" : each.place->namespace_name.str();
    result<kubernetes::rights_request> rights = rights_of(each, namespace_name, 34);
    if (!rights) return refused(rights.error());
    text += roles_text(each, purpose::plan, *rights) + roles_text(each, purpose::deploy, *rights);
    if (const preview* copy = preview_in(each)) {
      rights->makes_namespaces = rights->makes_namespaces || !copy->namespace_name.empty();
      text += roles_text(each, purpose::preview, *rights);
    }
  }
  if (text.empty())
    return refused({exit_class::usage,
                    "doctor",
                    "none of these environments is deployed VIA kubectl",
                    {},
                    {{"allowed", "an environment VIA kubectl"}}});
  print_out(text);
  return exit_class::done;
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<doctor_request>();
  const auto roles = std::make_shared<bool>(false);
  CLI::App* doctor =
      app.add_subcommand("doctor", "check tools, logins, repositories, clusters, folders and sources");
  doctor->add_option("names", said->names, "[<pipeline>] [<environment>]; default: all")->expected(0, 2);
  CLI::Option* json = doctor->add_flag("--json", said->as_json, "print JSON instead of text");
  doctor->add_flag("--rbac", *roles, "print the minimal Roles for planning, deploying and previewing")
      ->excludes(json);
  with_tree(doctor, said->tree);
  acts(doctor, chosen, [said, roles](surroundings around) {
    return *roles ? print_roles(*said, std::move(around)) : examine(*said, std::move(around));
  });
}

const registered_command doctor_command(add);

}  // namespace
}  // namespace driver_commands_doctor

}  // namespace cicd
