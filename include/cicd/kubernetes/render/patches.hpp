// Patches of a team on objects of ours: strategic merge patches and JSON patches (`base/json_patch`). Pure;
// they know the shape of values and the keys by which Kubernetes matches the elements of its lists.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/json.hpp>

namespace cicd::kubernetes {

/// One patch of a file and what it is for.
struct object_patch {
  std::string file;
  std::string kind, name;
  bool is_json_patch = false;
  json body;  ///< the operations of a JSON patch, else the strategic merge patch
};

/// The patches in the text of a file, JSON or YAML. Class `usage` where one is of neither form.
result<std::vector<object_patch>> patches_in(std::string_view text, std::string_view file);

/// The object with the patch applied. The error names file and operation.
result<json> patched(const json& object, const object_patch& patch);

/// Strategic merge: objects are merged, `null` removes, lists whose elements Kubernetes knows by a key
/// (containers, env, ports, volumes, volumeMounts, …) are merged by it, finalizers as a set, others replaced;
/// what the patch names comes in its order. `$patch: replace` and `delete`, `$retainKeys` and
/// `$deleteFromPrimitiveList/finalizers` do what kubectl makes them do.
result<json> strategic_merge(const json& object, const json& patch);

}  // namespace cicd::kubernetes
