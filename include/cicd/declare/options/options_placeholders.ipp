// What each placeholder stands for.
#pragma once

#include <cicd/declare/options/options.hpp>

namespace cicd::declaring {

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
