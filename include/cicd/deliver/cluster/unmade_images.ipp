// The digest that stands for an image which is not known yet, and its words. See unmade_images.hpp.
#pragma once

#include <cicd/base/digest.hpp>
#include <cicd/deliver/cluster/unmade_images.hpp>

namespace cicd {

std::string unmade_digest() {
  return "@" + oci_text(digest{});
}

/// Which image it will be is not known yet: only that there will be one.
void leave_images_open(planned_object& one) {
  const auto is_image = [](const std::string& path) {
    return path.ends_with("].image") && path.find("ontainers[") != path.npos;
  };
  for (kubernetes::field_change& each : one.changes)
    if (is_image(each.path)) each.after = "(not made yet)";
  const std::string text = compact(one.wanted);
  std::string open = text;
  for (auto at = open.find(unmade_digest()); at != open.npos; at = open.find(unmade_digest())) {
    const auto start = open.rfind('"', at) + 1;
    open.replace(start, open.find('"', at) - start, "(not made yet)");
  }
  if (open == text) return;
  if (result<json> again = parse_json(open)) one.wanted = *std::move(again);
}

}  // namespace cicd
