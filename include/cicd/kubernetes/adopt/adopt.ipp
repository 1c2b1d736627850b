// Adoption: which objects belong to which workload, what each becomes, and the proof: the declaration is
// rendered as a deploy would render it and held against what runs. What differs is written into a patch, what
// still differs is said.
#pragma once

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/yaml.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/kubernetes/adopt/calls.hpp>
#include <cicd/kubernetes/adopt/normalized.hpp>
#include <cicd/kubernetes/adopt/proof.hpp>
#include <cicd/kubernetes/kinds.hpp>
#include <cicd/kubernetes/object_diff.hpp>
#include <cicd/kubernetes/render/patches.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd::kubernetes {
namespace adopting {

inline std::string text_of_object(const json& object) {
  return displayable(object["kind"].text() + ' ' + object["metadata"]["name"].text());
}

inline bool is_workload(const json& object) {
  const std::string kind = object["kind"].text();
  return kind == "Deployment" || kind == "StatefulSet" || kind == "CronJob";
}

class adopter {
 public:
  explicit adopter(const adoption_request& request) : request_(request) {}

  result<adoption> adopt() {
    sort_objects();
    if (workloads_.empty()) return nothing_found();
    for (found_workload& each : workloads_) {
      keep_last_variables(each, made_.changes);
      relate(each);
    }
    add_calls();
    add_manifests();
    add_environment();
    if (status left = leave_out_refused(); !left) return std::move(left).error();
    if (status compared = add_patches(); !compared) return std::move(compared).error();
    made_.declaration = text_of_calls(all_calls());
    made_.workloads = text_of_calls(calls_);
    std::sort(made_.files.begin(), made_.files.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
    return std::move(made_);
  }

 private:
  // --- What is there ---

  static bool is_ours(const json& object) {
    return !object["metadata"]["labels"]["cicd.dev/pipeline"].is_null();
  }

  /// Made by another object, such as a run of a cron job.
  static bool is_made_by_other(const json& object) {
    return !object["metadata"]["ownerReferences"].elements().empty();
  }

  void sort_objects() {
    for (const auto* all : {&request_.chosen, &request_.around})
      for (const json& each : *all)
        if (each["kind"].text() == "HorizontalPodAutoscaler" && is_made_by_other(each))
          scaled_elsewhere_.insert(target_of(each));
    for (const json& each : request_.chosen) {
      if (is_ours(each) || is_made_by_other(each)) continue;
      const json part = without_place(declared_part_of(each));
      if (is_workload(part) && can_be_said(part)) {
        found_workload one;
        one.running = part;
        workloads_.push_back(std::move(one));
      } else {
        others_.push_back(part);
        chosen_.insert(identity_of(part));
      }
    }
    for (const json& each : request_.around)
      if (!is_ours(each) && !is_made_by_other(each))
        if (json part = without_place(declared_part_of(each)); !chosen_.contains(identity_of(part)))
          others_.push_back(std::move(part));
  }

  /// What an autoscaler counts the pods of.
  static std::string target_of(const json& autoscaler) {
    const json& target = autoscaler["spec"]["scaleTargetRef"];
    return target["kind"].text() + '/' + target["name"].text();
  }

  static std::string identity_of(const json& object) {
    return object["kind"].text() + '/' + object["metadata"]["name"].text();
  }

  static json without_place(json object) {
    change_member(object, "metadata",
                  [](json& metadata) { metadata = without_member(metadata, "namespace"); });
    return object;
  }

  /// What no NAMED, or of a cron job no SCHEDULE or TIME_ZONE, can say stays a manifest; so does what has no
  /// container.
  bool can_be_said(const json& object) {
    const std::string name = object["metadata"]["name"].text(), kind = object["kind"].text();
    constexpr std::size_t most = 63, most_with_suffix = 52;
    if (!dns_label::accepts(name) || name.size() > (kind == "Deployment" ? most : most_with_suffix))
      return false;
    found_workload whole;
    whole.running = object;
    if (whole.pod()["spec"]["containers"].elements().empty()) return false;
    if (kind == "StatefulSet" && detail::is_digit(name.front())) return false;
    if (kind != "CronJob") return true;
    const json& spec = object["spec"];
    return cron_schedule::accepts(spec["schedule"].text())
           && (spec["timeZone"].is_null() || time_zone_name::accepts(spec["timeZone"].text()));
  }

  error nothing_found() const {
    const bool any = !request_.chosen.empty();
    return error{
        exit_class::usage,
        request_.pipeline,
        any ? "none of the objects is a Deployment, StatefulSet or CronJob that is not managed by cicd "
              "already"
            : "there is nothing to adopt",
        {},
        {{"in", "namespace " + request_.namespace_name},
         {"try", "--namespace, --selector or --release as kubectl get deployments and helm list show them"}}};
  }

  // --- What belongs together ---

  json* other(std::string_view kind, const std::string& name) {
    for (json& each : others_)
      if (each["kind"].text() == kind && each["metadata"]["name"].text() == name) return &each;
    return nullptr;
  }

  /// Takes an object out of the others: a keyword says it.
  json taken(json* object) {
    if (object == nullptr) return {};
    json found = *object;
    others_.erase(others_.begin() + (object - others_.data()));
    return found;
  }

  void relate(found_workload& of) {
    const std::string name = of.name();
    if (json* account = other("ServiceAccount", of.pod()["spec"]["serviceAccountName"].text());
        account != nullptr
        && role_arn::accepts((*account)["metadata"]["annotations"]["eks.amazonaws.com/role-arn"].text()))
      of.account = *account;
    if (of.is_scheduled()) return;
    const json& labels = of.pod()["metadata"]["labels"];
    if (json* front = other("Service", name); front != nullptr
                                              && takes_labels((*front)["spec"]["selector"], labels)
                                              && (*front)["spec"]["clusterIP"].text() != "None")
      of.front = taken(front);
    if (json* ingress = of.front.is_null() ? nullptr : other("Ingress", name);
        ingress != nullptr && is_our_shape(*ingress, name))
      of.ingress = taken(ingress);
    relate_autoscaler(of);
    json* budget = other("PodDisruptionBudget", name);
    const bool says =
        budget != nullptr && !(*budget)["spec"]["maxUnavailable"].is_null()
        && (*budget)["spec"]["selector"]["matchLabels"] == of.running["spec"]["selector"]["matchLabels"]
        && least_replicas(of) >= 2;
    if (says) of.budget = taken(budget);
  }

  void relate_autoscaler(found_workload& of) {
    json* found = nullptr;
    for (json& each : others_)
      if (each["kind"].text() == "HorizontalPodAutoscaler" && target_of(each) == identity_of(of.running))
        found = &each;
    of.is_scaled_by_other = scaled_elsewhere_.contains(identity_of(of.running));
    if (found == nullptr && !of.is_scaled_by_other) return;
    change_member(of.running, "spec", [](json& spec) { spec = without_member(spec, "replicas"); });
    if (found == nullptr) return;
    const json& metrics = (*found)["spec"]["metrics"];
    const json& first = metrics.elements().empty() ? metrics : metrics.elements().front();
    const bool by_cpu =
        metrics.elements().size() == 1 && first["resource"]["name"].text() == "cpu"
        && first["resource"]["target"]["type"].text() == "Utilization"
        && first["resource"]["target"]["averageUtilization"].integer() <= 100
        && !of.main()["resources"]["requests"]["cpu"].is_null()
        && (*found)["spec"]["maxReplicas"].integer() > (*found)["spec"]["minReplicas"].integer(1)
        && (*found)["metadata"]["name"].text() == of.name();
    if (by_cpu) {
      of.autoscaler = taken(found);
      return;
    }
    of.is_scaled_by_other = true;
  }

  // --- What it becomes ---

  /// The container's name where it can be, since it is the service's.
  std::string name_for(const found_workload& of) {
    std::string name = of.main()["name"].text();
    if (!dns_label::accepts(name) || names_.contains(name)) name = of.name();
    if (name.starts_with(request_.pipeline + '-') && names_.contains(name))
      name = name.substr(request_.pipeline.size() + 1);
    for (int number = 2; names_.contains(name); ++number) name = fmt::format("{}-{}", of.name(), number);
    names_.insert(name);
    return name;
  }

  /// The pipeline's image is the first; each further repository is one more.
  std::string image_for(const found_workload& of) {
    const std::string reference = of.main()["image"].text(), repository = whole_repository(reference);
    const auto known = std::find_if(images_.begin(), images_.end(),
                                    [&](const auto& each) { return each.repository == repository; });
    if (known != images_.end()) return known->name;
    std::string name = images_.empty() ? "image" : std::string(repository.substr(repository.rfind('/') + 1));
    if (!dns_label::accepts(name)) name = fmt::format("image-{}", images_.size() + 1);
    images_.push_back({name, repository, reference});
    return name;
  }

  void add_calls() {
    for (const found_workload& each : workloads_) image_for(each);
    for (found_workload& each : workloads_) {
      const std::string image = image_for(each);
      const adopted_names names{request_.pipeline, images_.size() > 1 ? image : "", name_for(each),
                                request_.server_minor};
      released_.push_back(names.name);
      note_others(each, names);
      std::vector<written_call> beside = container_calls(each, names, made_.changes);
      written_call call = call_for(each, names, made_.changes);
      call.above = text_of_object(each.running);
      if (const auto place = request_.places.find(identity_of(each.running)); place != request_.places.end())
        call.above += ", " + place->second;
      if (each.main()["name"].text() != names.name)
        made_.changes.push_back(fmt::format("{}: its container is called {}, before {}",
                                            text_of_object(each.running), names.name,
                                            displayable(each.main()["name"].text())));
      rename_main(each, names.name);
      calls_.push_back(std::move(call));
      for (written_call& one : beside) calls_.push_back(std::move(one));
    }
  }

  void note_others(const found_workload& of, const adopted_names& names) {
    if (of.running["spec"]["strategy"]["type"].text() == "Recreate")
      made_.warnings.push_back(fmt::format(
          "{} is replaced by Recreate: each deploy, the first too, leaves it without a pod for a while",
          text_of_object(of.running)));
    if (of.is_scaled_by_other)
      made_.warnings.push_back(fmt::format(
          "{} is scaled by an autoscaler that REPLICAS cannot say: it stays {}, and a patch leaves the "
          "number "
          "of pods to it",
          text_of_object(of.running),
          scaled_elsewhere_.contains(identity_of(of.running)) ? "with what made it" : "a manifest"));
    if (of.running["kind"].text() == "StatefulSet")
      made_.changes.push_back(
          fmt::format("Service {} is added, by which each pod has a name", name_with(of.name(), "pods")));
    if (least_replicas(of) == 1 && !of.is_scaled_by_other && !of.is_scheduled() && !of.front.is_null())
      made_.warnings.push_back(
          fmt::format("service {} has one pod: when its node goes, so do its requests", names.name));
  }

  static void rename_main(found_workload& of, const std::string& name) {
    const std::size_t main = main_index(of.pod());
    change_template(of.running, [&](json& pod) {
      change_member(pod, "spec", [&](json& spec) {
        change_member(spec, "containers", [&](json& containers) {
          json::array all = containers.elements();
          all[main].set("name", name);
          containers = json(std::move(all));
        });
      });
    });
  }

  /// What no keyword says is taken along as it is, if it belongs to what was chosen or leads to it.
  void add_manifests() {
    static const std::set<std::string> kinds{"Service",
                                             "Ingress",
                                             "HorizontalPodAutoscaler",
                                             "PodDisruptionBudget",
                                             "ConfigMap",
                                             "Role",
                                             "RoleBinding",
                                             "NetworkPolicy",
                                             "ServiceAccount",
                                             "CronJob",
                                             "DaemonSet",
                                             "Deployment",
                                             "StatefulSet"};
    for (const json& each : others_) {
      const std::string kind = each["kind"].text(), name = each["metadata"]["name"].text();
      if (is_said_by_role(each) || name == "kube-root-ca.crt"
          || (kind == "ServiceAccount" && name == "default"))
        continue;
      const bool is_chosen = chosen_.contains(identity_of(each));
      if (kind == "Secret" && is_chosen) {
        made_.warnings.push_back(
            fmt::format("Secret {} is not taken along, since its values belong in no file: it stays, and is "
                        "no longer managed",
                        displayable(name)));
        continue;
      }
      if (!kinds.contains(kind) || (!is_chosen && !leads_to_any(each, workloads_))) continue;
      if (kind == "CronJob" || kind == "DaemonSet" || kind == "Deployment" || kind == "StatefulSet")
        made_.warnings.push_back(
            fmt::format("{} cannot be expressed as a service or cron job: it becomes a manifest, with the "
                        "image that it has now",
                        text_of_object(each)));
      const std::string path =
          fmt::format("k8s/adopted/{}-{}.yaml", lower(kind), replaced_all(name, "/", "_"));
      made_.files.push_back({path, yaml_text(each)});
    }
  }

  bool is_said_by_role(const json& account) const {
    return std::any_of(workloads_.begin(), workloads_.end(), [&](const found_workload& each) {
      return !each.account.is_null() && identity_of(each.account) == identity_of(account);
    });
  }

  void add_environment() {
    written_call call{"pipeline_environment", {request_.pipeline, request_.environment}};
    call.add("VIA", "kubectl");
    call.add("CONTEXT", request_.context);
    call.add("NAMESPACE", request_.namespace_name);
    const bool any = std::any_of(made_.files.begin(), made_.files.end(),
                                 [](const auto& each) { return each.path.starts_with("k8s/adopted/"); });
    if (any) call.add("MANIFESTS", "k8s/adopted/*.yaml");
    call.add("TAKE_OVER", managers());
    call.above = "ON tag \"v*\" deploys it by itself; TAKE_OVER can go after the first deploy";
    environment_ = std::move(call);
  }

  /// Who applied what is there: those that people apply with, and never a controller.
  std::vector<std::string> managers() const {
    std::set<std::string> found;
    for (const json& each : request_.chosen)
      for (const field_manager& by : managers_of(each))
        if (!is_controller(by.name) && !by.name.ends_with("controller") && !by.name.starts_with("cicd")
            && text::accepts(by.name))
          found.insert(by.name);
    return {found.begin(), found.end()};
  }

  // --- What our rules refuse ---

  status leave_out_refused() {
    std::vector<written_call> all = all_calls();
    if (status left = adopting::leave_out_refused(all, made_.warnings); !left) return left;
    environment_ = std::move(all.back());
    calls_.assign(all.begin() + 1 + static_cast<std::ptrdiff_t>(images_.size()), all.end() - 1);
    return {};
  }

  // --- The proof ---

  std::vector<written_call> all_calls() const {
    written_call pipeline{"add_pipeline", {request_.pipeline}};
    pipeline.add("IMAGE", images_.front().repository);
    pipeline.above = "what runs in namespace " + request_.namespace_name
                     + ", by cicd adopt; add how it is built: cicd explain add_pipeline";
    std::vector<written_call> calls{std::move(pipeline)};
    for (const known_image& each : images_) {
      written_call image{"pipeline_image", {request_.pipeline, each.name}};
      if (&each != &images_.front()) image.add("REPOSITORY", each.repository);
      const bool is_pinned = each.reference.find("@sha256:") != std::string::npos;
      image.add("BASE", is_pinned ? each.repository + each.reference.substr(each.reference.find('@'))
                                  : std::string("scratch"));
      image.above = is_pinned ? "what runs now, until BASE, JAR or FILES say what it is made of"
                              : "to be filled in: BASE, JAR or FILES, or a TEMPLATE in place of this call; "
                                    + each.reference + " runs now";
      calls.push_back(std::move(image));
    }
    calls.insert(calls.end(), calls_.begin(), calls_.end());
    calls.push_back(environment_);
    return calls;
  }

  static std::string text_of_calls(const std::vector<written_call>& calls) {
    std::string text;
    for (const written_call& each : calls) text += (text.empty() ? "" : "\n") + adopting::text_of(each);
    return text;
  }

  static const object* find(const std::vector<object>& all, const json& live) {
    for (const object& each : all)
      if (each.kind == live["kind"].text() && each.name == live["metadata"]["name"].text()) return &each;
    return nullptr;
  }

  static std::vector<const json*> parts_of(const found_workload& of) {
    std::vector<const json*> parts;
    for (const json* each : {&of.running, &of.front, &of.ingress, &of.autoscaler, &of.budget, &of.account})
      if (!each->is_null()) parts.push_back(each);
    return parts;
  }

  status add_patches() {
    result<std::vector<object>> before = rendered_by(all_calls(), images_, made_.files, request_);
    if (!before) return std::move(before).error();
    for (std::size_t at = 0; at < workloads_.size(); ++at) {
      std::string documents;
      for (const json* live : parts_of(workloads_[at]))
        if (const object* ours = find(*before, *live)) documents += patch_document(*ours, *live);
      if (documents.empty()) continue;
      const std::string path = fmt::format("k8s/{}-patch.yaml", released_[at]);
      made_.files.push_back({path, std::move(documents)});
      call_named(released_[at]).add("PATCH", path);
    }
    result<std::vector<object>> after = rendered_by(all_calls(), images_, made_.files, request_);
    if (!after) return std::move(after).error();
    for (const found_workload& each : workloads_)
      for (const json* live : parts_of(each)) say_differences(find(*after, *live), *live);
    return {};
  }

  written_call& call_named(const std::string& name) {
    return *std::find_if(calls_.begin(), calls_.end(), [&](const written_call& each) {
      return each.names.back() == name && each.function != "pipeline_container";
    });
  }

  /// Labels and annotations of ours come to everything; what else differs is said field by field.
  void say_differences(const object* ours, const json& live) {
    if (ours == nullptr) {
      made_.changes.push_back(fmt::format(
          "{}: no call declares it; it stays as it is, and cicd does not manage it", text_of_object(live)));
      return;
    }
    for (const field_change& each : changes_between(live, without_place(declared_part_of(ours->content)))) {
      const bool is_note = each.path.find("metadata.labels") != std::string::npos
                           || each.path.find("metadata.annotations") != std::string::npos;
      if (is_note && each.kind == field_change::how::added) continue;
      made_.changes.push_back(fmt::format("{}: {}", text_of_object(live), kubernetes::text_of(each)));
    }
  }

  const adoption_request& request_;
  std::vector<found_workload> workloads_;
  std::vector<json> others_;
  std::set<std::string> chosen_, names_, scaled_elsewhere_;
  std::vector<known_image> images_;
  std::vector<written_call> calls_;
  std::vector<std::string> released_;  // the name of each workload's service or cron job
  written_call environment_;
  adoption made_;
};

}  // namespace adopting

result<adoption> adoption_of(const adoption_request& request) {
  return adopting::adopter(request).adopt();
}

}  // namespace cicd::kubernetes
