// What each placeholder stands for, and where it is replaced.
#pragma once

#include <cicd/declare/options/options.hpp>
#include <cicd/declare/options/options_placeholders.hpp>

#include <initializer_list>

namespace cicd::declaring {

namespace declare_options_options_placeholders {
namespace {

using names = std::vector<std::string_view>;

/// What is known of a release when manifests are made.
names of_release(std::initializer_list<std::string_view> more = {}) {
  names all{"pipeline", "environment", "branch", "slug", "commit", "commit_short", "version"};
  all.insert(all.end(), more);
  return all;
}

/// What of_release() knows, and what the cluster knows of each pod.
names of_pods(std::initializer_list<std::string_view> more = {}) {
  names all = of_release(more);
  all.insert(all.end(), {"image", "namespace", "node_ip", "node_name", "pod_ip", "pod_name"});
  return all;
}

/// What is known of the backing services that something needs.
names of_services(std::initializer_list<std::string_view> more) {
  names all{"pipeline", "source", "service.url", "service.host", "service.port", "service.dir"};
  all.insert(all.end(), more);
  return all;
}

bool is_workload(std::string_view name) {
  bool is = false;
  each_kind([&]<typename T>() { is |= has_pods<T> && kind<T>.name == name; });
  return is;
}

/// Only what is known when the text is used, and never what changes with a commit where the text is part of a
/// key or of an image.
names known_where_used(std::string_view kind, std::string_view key) {
  if (kind == "step" && (key == "command" || key == "env"))
    return of_services({"image.layout", "image.digest", "step.outputs.name", "shard", "shards", "shard.tests",
                        "shard.file"});
  if (kind == "step" && key == "values")
    return {"pipeline", "source", "image.layout", "image.digest", "step.outputs.name"};
  if (kind == "step" && key == "secret_values") return {"step.outputs.name"};
  if (kind == "backing_service" && (key == "command" || key == "ready" || key == "env" || key == "arguments"))
    return of_services({});
  if ((kind == "service" && key == "host") || (kind == "preview" && (key == "host" || key == "namespace")))
    return {"pipeline", "environment", "slug"};
  if (kind == "service" && (key == "annotations" || key == "ingress_annotations"))
    return of_release({"host", "image"});
  if (is_workload(kind) && key == "annotations") return of_release({"image"});
  if (key == "env" && kind == "service") return of_pods({"host"});
  if (key == "env" && (is_workload(kind) || kind == "container")) return of_pods();
  if (kind == "environment" && (key == "gate" || key == "health"))
    return {"pipeline", "environment", "namespace", "branch", "commit", "commit_short", "version"};
  if (key == "upstream" || key == "built_by") return {"commit"};
  if (kind == "image" && key == "tag") return {"commit", "commit_short", "number"};
  if (kind == "environment" && (key == "parameters" || key == "write"))
    return of_release(
        {"image", "tag", "digest", "repository", "image.tag", "image.digest", "image.repository"});
  if (kind == "environment" && key == "verify") return of_release({"host", "image", "namespace"});
  if ((kind == "environment" && is_way_program(key)) || (kind == "pipeline" && key == "labels"))
    return of_release();
  if ((kind == "environment" || kind == "preview") && (key == "repository" || key == "path"))
    return {"pipeline", "environment"};
  if (kind == "environment" && (key == "context" || key == "kubeconfig")) return {"pipeline", "environment"};
  return {};
}

/// Settings are replaced where other placeholders are, and in what programs, images and regions are given;
/// never in a line of a shell.
bool takes_settings(std::string_view kind, std::string_view key, const names& others) {
  if (kind == "image")
    return key == "env" || key == "labels" || key == "args" || key == "entrypoint" || key == "arguments";
  if (key == "command" && (is_workload(kind) || kind == "container" || kind == "deploy_task")) return true;
  if (kind == "environment" && (key == "region" || key == "stage_name")) return true;
  return !others.empty() && key != "secret_values" && key != "upstream" && key != "built_by";
}

}  // namespace
}  // namespace declare_options_options_placeholders

bool is_way_program(std::string_view key) {
  return key == "plan" || key == "apply" || key == "read" || key == "rollback";
}

std::vector<std::string_view> placeholders_of(std::string_view kind, std::string_view key) {
  using namespace declare_options_options_placeholders;
  names all = known_where_used(kind, key);
  if (takes_settings(kind, key, all)) all.push_back("setting.name");
  return all;
}

const std::vector<placeholder_doc>& placeholder_docs() {
  static const std::vector<placeholder_doc> docs{
      {"pipeline", "the pipeline's name"},
      {"source", "the absolute folder of the service's sources"},
      {"image.layout", "the OCI layout of the image that the step comes AFTER, an absolute folder"},
      {"image.digest", "the digest of that image, `sha256:…`"},
      {"service.url", "where a backing service listens: `{postgres.url}` of one that is called postgres"},
      {"service.host", "its host: 127.0.0.1, or that of its URL"},
      {"service.port", "its port, a free one"},
      {"service.dir", "its folder, absolute, which is gone when it ends"},
      {"step.outputs.name",
       "a value of OUTPUT_VALUES of the step that this one comes AFTER: `{apply.outputs.host}`; of a step of "
       "another "
       "pipeline, by that pipeline's name: `{database.outputs.host}`"},
      {"setting.name", "the value of a setting: `{setting.region}` of one that is called region"},
      {"shard", "which of SHARDS the step is, from 1"},
      {"shards", "how many there are"},
      {"shard.tests",
       "the files of SHARD_BY that this shard is given: a word each where it is a word of COMMAND, else with "
       "`,`"},
      {"shard.file", "a file below the step's folder that names them, a line each"},
      {"environment", "the environment's name"},
      {"branch", "the branch of the commit that first built the image"},
      {"slug", "that branch as a part of a host name"},
      {"commit", "the commit that first built the image, 40 digits"},
      {"commit_short", "its first seven digits"},
      {"template",
       "in a template of an environment: the folder of the template, with its programs, which has to be "
       "there"},
      {"version", "the git tag that it is deployed for, without its `v`; else the image's tag"},
      {"host", "the service's host in that environment"},
      {"image", "the image that the service runs, as `<repository>:<tag>@<digest>`"},
      {"tag", "the tag of the pipeline's only image"},
      {"digest", "its digest, `sha256:…`"},
      {"repository", "its repository"},
      {"image.tag", "the tag of an image: `{image.tag}`, or `{image-<name>.tag}` of one that has a name"},
      {"image.repository", "its repository"},
      {"namespace", "the namespace of the objects"},
      {"node_ip", "the address of the node that the pod runs on, known to the pod alone"},
      {"node_name", "the name of that node, known to the pod alone"},
      {"pod_ip", "the address of the pod, known to the pod alone"},
      {"pod_name", "the name of the pod, known to the pod alone"}};
  return docs;
}

}  // namespace cicd::declaring
