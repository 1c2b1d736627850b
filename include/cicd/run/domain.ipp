// Which runs may believe whose results: those of a pull request have a domain of their own.
#pragma once

#include <sys/stat.h>

#include <cicd/base/digest.hpp>
#include <cicd/base/text.hpp>
#include <cicd/run/domain.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/own_file.hpp>

namespace cicd {

std::string domain_of(const ci_event& event) {
  if (event.kind != event_kind::pull_request && !event.fork) return {};
  // What names neither is told apart by what it builds: it shares with nothing rather than with strangers.
  const bool is_named = !event.request.empty() || !event.source_branch.empty();
  std::string change;
  for (const std::string& part :
       {event.system, shown_url(event.repository), event.fork.value_or(""), event.source_branch,
        event.request, is_named ? std::string() : event.commit})
    change += std::to_string(part.size()) + ":" + part;
  return "change-" + hex(sha256(change)).substr(0, 16);
}

void forget_old_domains(const workspace& where, std::int64_t now_seconds) {
  constexpr std::int64_t two_weeks = 14 * 86'400;
  for (const tree_entry& entry :
       own_entries(where.build_root, path_below(where.domains(), where.build_root))) {
    struct stat used {};
    const std::string folder = where.domains() + "/" + entry.path;
    const bool known =
        lstat((folder + "/steps.journal").c_str(), &used) == 0 || lstat(folder.c_str(), &used) == 0;
    if (entry.kind == entry_kind::folder && entry.path != where.domain && known
        && used.st_mtime + two_weeks < now_seconds)
      (void)remove_tree(folder);
  }
}

}  // namespace cicd
