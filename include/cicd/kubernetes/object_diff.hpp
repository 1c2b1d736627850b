// What an apply would change: the object that is there against the one that a dry run gave back, field by
// field; and which fields belong to whom. Pure.
#pragma once

#include <string>
#include <vector>

#include <cicd/base/json.hpp>

namespace cicd::kubernetes {

/// A field whose value would change. `path` such as `spec.replicas` or
/// `spec.template.spec.containers[api].image`.
struct field_change {
  enum class how { added, changed, removed };
  how kind = how::changed;
  std::string path;
  std::string before, after;  ///< shortened for a line; a Secret's data never: `(hidden)`
};

/// Changes from `live` to `wanted`, both as the server gives them. What the server itself writes (status,
/// managedFields, resourceVersion, generation, uid, creationTimestamp) is no change. Elements of lists are
/// matched by their key
/// (`name`, `containerPort`, `mountPath`, …) where they have one.
std::vector<field_change> changes_between(const json& live, const json& wanted);

/// Whether all changes are to volatile descriptions only (commit, version and branch labels and annotations
/// of ours).
bool only_descriptive(const std::vector<field_change>& changes);

/// `~ spec.replicas: 2 → 3`, and so on, a line each.
std::string text_of(const field_change& change);
/// A value in one line, shortened.
std::string value_text(const json& value);

/// The managers of an object and the paths that each owns, from `metadata.managedFields`.
struct field_manager {
  std::string name, operation;  ///< `helm`, `Update` or `Apply`
  std::vector<std::string> paths;
};
std::vector<field_manager> managers_of(const json& object);

/// Whether a field manager is a part of the cluster that writes its fields again and again (the controller
/// manager, a kubelet, an autoscaler): taking its fields over starts a fight. Flux and Argo CD are none,
/// since what they write was declared by people.
bool is_controller(std::string_view manager);

}  // namespace cicd::kubernetes
