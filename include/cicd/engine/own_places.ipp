// Asked before anything of these folders is used.
#pragma once

#include <cicd/base/text.hpp>
#include <cicd/engine/own_places.hpp>
#include <cicd/observe/tracked_paths.hpp>

namespace cicd {

status check_own_places(const session& of) {
  const workspace& where = of.where;
  std::vector<std::string> places{where.cache, where.state, of.around.get_or("CICD_WORK_DIR", "")};
  if (!where.domain.empty())
    for (const std::string& each : {where.own(), where.images(), where.bucket(), where.manifests()})
      places.push_back(each);
  for (std::string& each : places)
    if (!each.empty() && !each.starts_with('/')) each = present_folder() + "/" + each;
  result<std::optional<tracked_path>> found = tracked_at(places, of.around);
  if (!found) return std::move(found).error();
  if (!*found) return {};
  return error{exit_class::policy,
               {},
               "the commit holds a file where the driver keeps its own",
               (*found)->path,
               {{"allowed", "nothing of a commit in " + (*found)->place},
                {"try", "git rm --cached " + shell_quoted((*found)->path)
                            + ", and commit that; or a build tree, CICD_CACHE_DIR, CICD_STATE_DIR and "
                              "CICD_WORK_DIR elsewhere"}}};
}

}  // namespace cicd
