// What the containers of a workload find in their file systems: volumes, files of ConfigMaps, storage of
// their own. Equal sources are one volume, whichever container mounts them.
#pragma once

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/kubernetes/render/objects.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd::kubernetes {
namespace kubernetes_render_workload_volumes {

inline bool is_storage(std::string_view source) {
  return source.starts_with("storage:");
}

/// The parts of `storage:<name>:<size>`, and of others with an empty size.
struct source_parts {
  std::string_view kind, name, size;
};
inline source_parts parts_of(std::string_view source) {
  const auto colon = source.find(':');
  if (colon == source.npos) return {source, {}, {}};
  const std::string_view kind = source.substr(0, colon), rest = source.substr(colon + 1);
  if (kind == "empty") return {kind, {}, rest};
  const auto size = kind == "storage" ? rest.find(':') : rest.npos;
  return {kind, rest.substr(0, size), size == rest.npos ? std::string_view() : rest.substr(size + 1)};
}

/// Storage keeps its name, which is a part of the claims' names.
inline std::string name_of(std::string_view source) {
  if (is_storage(source)) return std::string(parts_of(source).name);
  std::string name = lower(source);
  for (char& c : name)
    if (c == ':' || c == '.') c = '-';
  const bool is_altered = parts_of(source).name.find('.') != std::string_view::npos;
  if (name.size() <= 63 && !is_altered) return name;
  return name.substr(0, 40) + "-v" + short_hash(source);
}

inline json definition_of(const volume& of) {
  const source_parts parts = parts_of(of.source);
  if (parts.kind == "config") return members_of("name", of.name, "configMap", members_of("name", parts.name));
  if (parts.kind == "secret")
    return members_of("name", of.name, "secret", members_of("secretName", parts.name));
  if (parts.kind == "claim")
    return members_of("name", of.name, "persistentVolumeClaim", members_of("claimName", parts.name));
  json::object limits;
  if (!parts.size.empty()) limits.emplace_back("sizeLimit", parts.size);
  return members_of("name", of.name, "emptyDir", json(std::move(limits)));
}

inline bool is_key(std::string_view key) {
  return !key.empty() && key.size() <= 200 && !key.starts_with("..") && key != "."
         && key.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
                == key.npos;
}

/// `config/app.yaml` as `config.app.yaml`; with a hash where that says too little or is another's already.
inline std::string key_of(const std::string& from, const std::vector<config_file>& others) {
  std::string key = replaced_all(from, "/", ".");
  const auto taken = [&](const config_file& each) { return each.key == key && each.from != from; };
  if (is_key(key) && std::none_of(others.begin(), others.end(), taken)) return key;
  return "file-" + short_hash(from);
}

inline void add_files(workload& of) {
  for (const file_mapping& each : of.declared.config_files)
    of.files.push_back({each.from.str(), key_of(each.from.str(), of.files), each.to});
}

inline void add_sources(workload& of, const std::vector<mount>& mounts) {
  for (const mount& each : mounts) {
    const auto same = [&](const volume& held) { return held.source == each.source.view(); };
    if (std::none_of(of.volumes.begin(), of.volumes.end(), same))
      of.volumes.push_back({each.source.str(), name_of(each.source.view())});
  }
}

inline bool takes(const std::vector<mount>& mounts, std::string_view path) {
  return std::any_of(mounts.begin(), mounts.end(), [&](const mount& each) { return each.path == path; });
}

/// An empty /tmp for a root that cannot be written, unless something else is there.
inline bool has_own_tmp(const workload& of, const cicd::image* image, const std::vector<mount>& mounts) {
  return root_is_read_only(of, image) && !takes(mounts, "/tmp");
}

inline bool any_has_own_tmp(const workload& of) {
  return has_own_tmp(of, of.image, of.declared.volumes)
         || std::any_of(of.beside.begin(), of.beside.end(), [&](const further_container& each) {
              return has_own_tmp(of, each.image, each.declared.volumes);
            });
}

inline const std::string& volume_name(const workload& of, const mount& wanted) {
  return std::find_if(of.volumes.begin(), of.volumes.end(),
                      [&](const volume& each) { return each.source == wanted.source.view(); })
      ->name;
}

/// A run of a job has no storage of its own: that belongs to single pods.
inline void add_mounts(json::array& to, const workload& of, const std::vector<mount>& mounts) {
  for (const mount& each : mounts) {
    if (of.runs_once && is_storage(each.source.view())) continue;
    json added = members_of("name", volume_name(of, each), "mountPath", each.path);
    const std::string_view kind = parts_of(each.source.view()).kind;
    if (kind == "config" || kind == "secret") added.set("readOnly", true);
    to.push_back(std::move(added));
  }
}

inline std::optional<error> wrong_mounts(const workload& of, const declared_pipeline& pipeline) {
  std::set<std::string> names;
  if (any_has_own_tmp(of)) names.insert("tmp");
  if (!of.files.empty()) names.insert("files");
  for (const volume& each : of.volumes) {
    if (!names.insert(each.name).second)
      return refused(pipeline, of, "volumes", "two volumes would have the name " + each.name)
          .with("try", "give the storage another name: storage:<name>:<size>");
  }
  return {};
}

}  // namespace kubernetes_render_workload_volumes

std::vector<std::string> read_by(const service& declared, const std::vector<further_container>& beside) {
  std::set<std::string> read;
  const auto add_secrets = [&](const std::vector<secret_reference>& references) {
    for (const secret_reference& each : references) read.insert("secret/" + each.secret.str());
  };
  const auto add_mounted = [&](const std::vector<mount>& mounts) {
    for (const mount& each : mounts) {
      const kubernetes_render_workload_volumes::source_parts parts =
          kubernetes_render_workload_volumes::parts_of(each.source.view());
      if (parts.kind == "config" || parts.kind == "secret")
        read.insert(fmt::format("{}/{}", parts.kind, parts.name));
    }
  };
  for (const env_source& each : declared.env_from) read.insert(each.str());
  add_secrets(declared.secret_env);
  add_mounted(declared.volumes);
  for (const further_container& each : beside) {
    add_secrets(each.declared.secret_env);
    add_mounted(each.declared.volumes);
  }
  return {read.begin(), read.end()};
}

status add_volumes(workload& of, const declared_pipeline& pipeline) {
  kubernetes_render_workload_volumes::add_files(of);
  kubernetes_render_workload_volumes::add_sources(of, of.declared.volumes);
  for (const further_container& each : of.beside)
    kubernetes_render_workload_volumes::add_sources(of, each.declared.volumes);
  if (auto failure = kubernetes_render_workload_volumes::wrong_mounts(of, pipeline))
    return std::move(*failure);
  return {};
}

json::array pod_volumes(const workload& of) {
  json::array all;
  if (kubernetes_render_workload_volumes::any_has_own_tmp(of))
    all.push_back(members_of("name", "tmp", "emptyDir", json(json::object{})));
  if (!of.files.empty())
    all.push_back(members_of("name", "files", "configMap", members_of("name", of.files_name)));
  for (const volume& each : of.volumes)
    if (!kubernetes_render_workload_volumes::is_storage(each.source))
      all.push_back(kubernetes_render_workload_volumes::definition_of(each));
  return all;
}

json::array main_mounts(const workload& of) {
  json::array mounts;
  if (kubernetes_render_workload_volumes::has_own_tmp(of, of.image, of.declared.volumes))
    mounts.push_back(members_of("name", "tmp", "mountPath", "/tmp"));
  for (const config_file& each : of.files)
    mounts.push_back(
        members_of("name", "files", "mountPath", each.path, "subPath", each.key, "readOnly", true));
  kubernetes_render_workload_volumes::add_mounts(mounts, of, of.declared.volumes);
  return mounts;
}

json::array further_mounts(const workload& of, const further_container& container) {
  json::array mounts;
  if (kubernetes_render_workload_volumes::has_own_tmp(of, container.image, container.declared.volumes))
    mounts.push_back(members_of("name", "tmp", "mountPath", "/tmp"));
  kubernetes_render_workload_volumes::add_mounts(mounts, of, container.declared.volumes);
  return mounts;
}

json::array claim_templates(const workload& of) {
  json::array claims;
  for (const volume& each : of.volumes) {
    if (!kubernetes_render_workload_volumes::is_storage(each.source)) continue;
    json size = members_of(
        "requests", members_of("storage", kubernetes_render_workload_volumes::parts_of(each.source).size));
    claims.push_back(
        members_of("apiVersion", "v1", "kind", "PersistentVolumeClaim", "metadata",
                   members_of("name", each.name, "labels", of.stable_labels), "spec",
                   members_of("accessModes", json_texts({"ReadWriteOnce"}), "resources", std::move(size))));
  }
  return claims;
}

}  // namespace cicd::kubernetes
