// What the pods of a live workload hold, as options of its call: variables, volumes, rights, places. A
// keyword is written only where it says exactly what is there.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/declare/placeholders.hpp>
#include <cicd/kubernetes/adopt/calls.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd::kubernetes::adopting {

namespace kubernetes_adopt_adopt_pods {
/// What our parser and our placeholders read as it stands.
inline bool is_plain(const std::string& value) {
  return placeholders_in(value).empty() && value.find('\0') == value.npos;
}

inline std::optional<std::string> secret_of(const json& variable) {
  const json& from = variable["valueFrom"]["secretKeyRef"];
  const std::string secret = from["name"].text(), key = from["key"].text();
  if (from.is_null() || from["optional"].boolean()) return {};
  std::string said = fmt::format("{}={}/{}", variable["name"].text(), secret, key);
  return secret_reference::parse(said) ? std::optional(std::move(said)) : std::nullopt;
}

inline std::optional<std::string> plain_of(const json& variable) {
  static const std::vector<std::pair<std::string_view, std::string_view>> fields{
      {"status.hostIP", "{node_ip}"},
      {"spec.nodeName", "{node_name}"},
      {"status.podIP", "{pod_ip}"},
      {"metadata.name", "{pod_name}"},
      {"metadata.namespace", "{namespace}"}};
  const std::string name = variable["name"].text();
  const json& from = variable["valueFrom"];
  if (from.is_null()) {
    const std::string value = variable["value"].text();
    return is_plain(value) ? std::optional<std::string>(name + '=' + value) : std::nullopt;
  }
  for (const auto& [path, placeholder] : fields)
    if (from["fieldRef"]["fieldPath"].text() == path) return fmt::format("{}={}", name, placeholder);
  return {};
}

/// All of them or none, since their order decides.
inline void add_sources(written_call& to, const json& container) {
  std::vector<std::string> sources;
  for (const json& each : container["envFrom"].elements()) {
    const bool is_config = !each["configMapRef"].is_null();
    const json& from = each[is_config ? "configMapRef" : "secretRef"];
    const std::string source = (is_config ? "config/" : "secret/") + from["name"].text();
    if (!each["prefix"].text().empty() || from["optional"].boolean() || !env_source::accepts(source)) return;
    sources.push_back(source);
  }
  to.add("ENV_FROM", std::move(sources));
}

/// What VOLUMES calls that volume, or nothing where no word of ours is exactly that.
inline std::optional<std::string> source_of(const json& volume) {
  const auto has_only = [&](std::string_view kind, std::string_view key) {
    return volume[kind].members().size() == 1 && !volume[kind][key].is_null();
  };
  std::string source;
  if (volume["emptyDir"].is_object() && volume["emptyDir"].members().empty()) source = "empty";
  if (has_only("emptyDir", "sizeLimit")) source = "empty:" + volume["emptyDir"]["sizeLimit"].text();
  if (has_only("configMap", "name")) source = "config:" + volume["configMap"]["name"].text();
  if (has_only("secret", "secretName")) source = "secret:" + volume["secret"]["secretName"].text();
  if (has_only("persistentVolumeClaim", "claimName"))
    source = "claim:" + volume["persistentVolumeClaim"]["claimName"].text();
  return mount_source::accepts(source) ? std::optional(source) : std::nullopt;
}

/// The name that a volume of ours has, see render/workload_volumes.ipp.
inline std::string our_name(const std::string& source) {
  workload probe;
  probe.declared.volumes = {mount{mount_source::from(source), "/"}};
  (void)add_volumes(probe, {});
  return probe.volumes.front().name;
}

inline void rename_mounts(json& container,
                          const std::string& from,
                          const std::string& to,
                          bool is_read_only) {
  if (container["volumeMounts"].elements().empty()) return;
  change_member(container, "volumeMounts", [&](json& mounts) {
    change_elements(mounts, [&](json& each) {
      if (each["name"].text() != from) return;
      each.set("name", to);
      if (is_read_only) each.set("readOnly", true);
    });
  });
}

/// A name of a volume means nothing to what runs.
inline void rename_volume(json& running, const std::string& from, const std::string& to, bool is_read_only) {
  change_template(running, [&](json& pod) {
    change_member(pod, "spec", [&](json& spec) {
      change_member(spec, "volumes", [&](json& volumes) {
        change_elements(volumes, [&](json& each) {
          if (each["name"].text() == from) each.set("name", to);
        });
      });
      for (const char* list : {"containers", "initContainers"})
        if (!spec[list].elements().empty())
          change_member(spec, list, [&](json& all) {
            change_elements(all, [&](json& each) { rename_mounts(each, from, to, is_read_only); });
          });
    });
  });
}

inline bool is_plain_mount(const json& mount) {
  return std::all_of(mount.members().begin(), mount.members().end(), [](const auto& member) {
    return member.first == "name" || member.first == "mountPath" || member.first == "readOnly";
  });
}

inline void add_volumes(written_call& to, found_workload& of) {
  std::vector<std::string> words, sources;
  const json mounts = of.main()["volumeMounts"];
  const json volumes = of.pod()["spec"]["volumes"];
  for (const json& volume : volumes.elements()) {
    const std::optional<std::string> source = source_of(volume);
    if (!source || std::find(sources.begin(), sources.end(), *source) != sources.end()) continue;
    const bool never_written = source->starts_with("config:") || source->starts_with("secret:");
    std::vector<std::string> places;
    bool are_plain = true;
    for (const json& each : mounts.elements()) {
      if (each["name"] != volume["name"]) continue;
      are_plain = are_plain && is_plain_mount(each) && (never_written || !each["readOnly"].boolean());
      places.push_back(*source + '=' + each["mountPath"].text());
    }
    if (!are_plain || places.empty()) continue;
    sources.push_back(*source);
    words.insert(words.end(), places.begin(), places.end());
    rename_volume(of.running, volume["name"].text(), our_name(*source), never_written);
  }
  to.add("VOLUMES", std::move(words));
}

inline void add_rights(written_call& to, const found_workload& of) {
  const json& spec = of.pod()["spec"];
  const json& own = of.main()["securityContext"];
  const json& user = own["runAsUser"].is_null() ? spec["securityContext"]["runAsUser"] : own["runAsUser"];
  if (user.integer() > 0) to.add("USER", std::to_string(user.integer()));
  to.add("READ_ONLY_ROOT", own["readOnlyRootFilesystem"].boolean() ? "on" : "off");
}

inline void add_places(written_call& to, const found_workload& of) {
  const json& spec = of.pod()["spec"];
  to.add("NODE_SELECTOR", pairs_of(spec["nodeSelector"]));
  std::vector<std::string> tolerations;
  for (const json& each : spec["tolerations"].elements()) {
    std::string text = each["key"].text();
    if (each["operator"].text() != "Exists") text += '=' + each["value"].text();
    if (!each["effect"].is_null()) text += ':' + each["effect"].text();
    if (each["tolerationSeconds"].is_null() && toleration::accepts(text))
      tolerations.push_back(std::move(text));
  }
  if (tolerations.size() == spec["tolerations"].elements().size())
    to.add("TOLERATIONS", std::move(tolerations));
}

inline void add_account(written_call& to, found_workload& of) {
  const std::string name = of.pod()["spec"]["serviceAccountName"].text();
  if (name.empty() || name == "default") return;
  to.add("SERVICE_ACCOUNT", name);
  if (!of.account.is_null())
    to.add("ROLE_ARN", of.account["metadata"]["annotations"]["eks.amazonaws.com/role-arn"].text());
  if (!of.pod()["spec"]["automountServiceAccountToken"].is_null()) return;
  change_template(of.running, [](json& pod) {
    change_member(pod, "spec", [](json& spec) { spec.set("automountServiceAccountToken", true); });
  });
}

/// The server merges variables by name.
inline void keep_last(json& variables, std::vector<std::string>& left_out) {
  json::array kept;
  for (const json& each : variables.elements()) {
    const auto before =
        std::ranges::find_if(kept, [&](const json& one) { return one["name"] == each["name"]; });
    if (before != kept.end()) {
      left_out.push_back(each["name"].text());
      kept.erase(before);
    }
    kept.push_back(each);
  }
  variables = json(std::move(kept));
}

}  // namespace kubernetes_adopt_adopt_pods

void keep_last_variables(found_workload& of, std::vector<std::string>& changes) {
  std::vector<std::string> left_out;
  change_template(of.running, [&](json& pod) {
    change_member(pod, "spec", [&](json& spec) {
      for (const char* list : {"containers", "initContainers"})
        if (!spec[list].elements().empty())
          change_member(spec, list, [&](json& all) {
            change_elements(all, [&](json& each) {
              if (each["env"].elements().empty()) return;
              change_member(each, "env", [&](json& variables) {
                kubernetes_adopt_adopt_pods::keep_last(variables, left_out);
              });
            });
          });
    });
  });
  for (const std::string& each : left_out)
    changes.push_back(fmt::format("{} {}: the variable {} stood twice; the last stays, which counts",
                                  of.running["kind"].text(), displayable(of.name()), displayable(each)));
}

std::size_t main_index(const json& pod) {
  const std::string named = pod["metadata"]["annotations"]["kubectl.kubernetes.io/default-container"].text();
  const json::array& all = pod["spec"]["containers"].elements();
  for (std::size_t at = 0; at < all.size(); ++at)
    if (!named.empty() && all[at]["name"].text() == named) return at;
  return 0;
}

const json& found_workload::pod() const {
  const json& spec = running["spec"];
  return is_scheduled() ? spec["jobTemplate"]["spec"]["template"] : spec["template"];
}

const json& found_workload::main() const {
  static const json none;
  const json::array& all = pod()["spec"]["containers"].elements();
  return all.empty() ? none : all[main_index(pod())];
}

std::int64_t least_replicas(const found_workload& of) {
  if (!of.autoscaler.is_null()) return of.autoscaler["spec"]["minReplicas"].integer(1);
  return of.running["spec"]["replicas"].integer(1);
}

std::string whole_repository(std::string_view reference) {
  reference = reference.substr(0, reference.find('@'));
  const auto colon = reference.rfind(':'), slash = reference.rfind('/');
  if (colon != reference.npos && (slash == reference.npos || colon > slash))
    reference = reference.substr(0, colon);
  const auto first = reference.find('/');
  if (first == reference.npos) return fmt::format("docker.io/library/{}", reference);
  const std::string_view host = reference.substr(0, first);
  const bool is_host = host.find_first_of(".:") != host.npos || host == "localhost";
  return is_host ? std::string(reference) : fmt::format("docker.io/{}", reference);
}

std::vector<std::string> pairs_of(const json& map) {
  std::vector<std::string> pairs;
  for (const auto& [key, value] : map.members())
    if (meta_key::accepts(key) && kubernetes_adopt_adopt_pods::is_plain(value.text()))
      pairs.push_back(key + '=' + value.text());
  return pairs;
}

void add_variables(written_call& to, const json& container) {
  std::vector<std::string> plain, secret;
  for (const json& each : container["env"].elements()) {
    if (!variable_name::accepts(each["name"].text())) continue;
    if (auto said = kubernetes_adopt_adopt_pods::secret_of(each))
      secret.push_back(std::move(*said));
    else if (auto value = kubernetes_adopt_adopt_pods::plain_of(each))
      plain.push_back(std::move(*value));
  }
  to.add("ENV", std::move(plain));
  to.add("SECRET_ENV", std::move(secret));
}

void add_quantity(written_call& to, std::string_view keyword, const json& value) {
  const std::string text = value.is_string() ? value.text() : value.is_null() ? "" : compact(value);
  if (quantity::accepts(text)) to.add(keyword, text);
}

/// What services and cron jobs have in common.
void add_pods(written_call& to, found_workload& of) {
  const std::vector<std::string> command = of.main()["command"].texts();
  if (!command.empty() && !command.front().empty()) to.add("COMMAND", command);
  add_variables(to, of.main());
  kubernetes_adopt_adopt_pods::add_sources(to, of.main());
  kubernetes_adopt_adopt_pods::add_volumes(to, of);
  kubernetes_adopt_adopt_pods::add_account(to, of);
  const json resources = of.main()["resources"];
  add_quantity(to, "CPU", resources["requests"]["cpu"]);
  add_quantity(to, "MEMORY", resources["requests"]["memory"]);
  add_quantity(to, "CPU_LIMIT", resources["limits"]["cpu"]);
  if (resources["limits"]["memory"] != resources["requests"]["memory"])
    add_quantity(to, "MEMORY_LIMIT", resources["limits"]["memory"]);
  kubernetes_adopt_adopt_pods::add_rights(to, of);
  kubernetes_adopt_adopt_pods::add_places(to, of);
  to.add("ANNOTATIONS", pairs_of(of.pod()["metadata"]["annotations"]));
}

}  // namespace cicd::kubernetes::adopting
