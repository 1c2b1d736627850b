// The annotation with an object's repository: written, compared, and refused where it is another's.
#pragma once

#include <cicd/deliver/cluster/object_source.hpp>

namespace cicd {

namespace deliver_cluster_object_source {
namespace {

std::string source_of(const json& object) {
  return object["metadata"]["annotations"][source_annotation].text();
}

/// What the same history had before there was a remote: the record was compared by it.
bool is_by_history(source_identity ours, const std::string& theirs) {
  ours.repository.clear();
  return !ours.root.empty() && theirs == ours.text();
}

}  // namespace
}  // namespace deliver_cluster_object_source

source_place place_named(const cluster_place& of) {
  return {of.text(), of.environment};
}

void sign(const wanted_release& wanted, json& object) {
  const std::string source = wanted.record.source.text();
  json metadata = object["metadata"];
  if (source.empty() || metadata["labels"]["cicd.dev/pipeline"].text() != wanted.place.pipeline) return;
  json annotations = metadata["annotations"];
  annotations.set(source_annotation, source);
  metadata.set("annotations", std::move(annotations));
  object.set("metadata", std::move(metadata));
}

status check_object_source(const wanted_release& wanted,
                           const kubernetes::object_key& key,
                           const json& live) {
  using namespace deliver_cluster_object_source;
  const std::string theirs = source_of(live);
  const source_identity& ours = wanted.record.source;
  if (theirs.empty() || theirs == ours.text() || takes_place_of(*wanted.pipeline, theirs)
      || is_by_history(ours, theirs))
    return {};
  return object_of_other_source(*wanted.pipeline, ours, key.text(), theirs, place_named(wanted.place));
}

bool is_of_other_source(const wanted_release& wanted, const json& live) {
  const std::string theirs = deliver_cluster_object_source::source_of(live);
  return !theirs.empty() && theirs != wanted.record.source.text();
}

}  // namespace cicd
