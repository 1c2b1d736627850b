// What is typed behind `cicd cron list|run-now|suspend|resume`, and the listing, whose body is in
// cron_listing.ipp. A cron job goes by the name that it is declared by.
#pragma once

#include <string>
#include <vector>

#include <cicd/engine/session.hpp>

namespace cicd {

struct cron_request {
  session_request tree;
  std::string pipeline, environment;  ///< empty: every one, of `list` only
  std::string name;                   ///< of the cron job
  std::string context;                ///< which of several clusters; empty: all for `list`, else the first
  std::string reason;
  bool as_json = false;
  bool check = false;        ///< of `list`: a job that fares badly is exit status 1
  bool pass_status = false;  ///< the container's exit status is ours
};

/// `cicd cron list`.
exit_class list_cron_jobs(const cron_request& request, surroundings around);

}  // namespace cicd
