// The checks of groups of files.
#pragma once

#include <cicd/declare/check/checks.hpp>

#include <algorithm>

namespace cicd::declaring {

void check_files(draft& of, findings& found) {
  for (const auto& each : of.all<file_group>().items()) {
    const auto leaves_out = [](const path_pattern& one) { return one.view().starts_with('!'); };
    const auto& files = each.value.files;
    const bool has_none = !each.at("files") || (!files.empty() && std::ranges::all_of(files, leaves_out));
    if (has_none && !each.site->unclear)
      found.add(each.near("files"),
                missing_option("FILES", "patterns of files that a step makes", "FILES dist/*.deb"));
    if (each.at("repository") && each.at("bucket"))
      found.add(each.at("bucket"), excluded_option("BUCKET", "REPOSITORY"));
    const auto* image_there = of.all<image>().find(each.name);
    const auto* function_there = of.all<zip_function>().find(each.name);
    const call_site* other = image_there != nullptr      ? image_there->site
                             : function_there != nullptr ? function_there->site
                                                         : nullptr;
    if (other != nullptr)
      found.add(each.near("name"), given_twice("image, function or group of files", each.name,
                                               found.text_of(other->from->where)));
  }
}

}  // namespace cicd::declaring
