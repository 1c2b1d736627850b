// Asks the environments: files of manifests by their way, clusters by their states and Deployments.
#pragma once

#include <map>

#include <fmt/format.h>

#include <cicd/base/utc.hpp>
#include <cicd/deliver/branch/branch.hpp>
#include <cicd/deliver/branch/places.hpp>
#include <cicd/deliver/branch/remove.hpp>
#include <cicd/driver/commands/cron_board.hpp>
#include <cicd/driver/commands/listing.hpp>
#include <cicd/driver/commands/status_board.hpp>
#include <cicd/system/in_parallel.hpp>

namespace cicd {

namespace driver_commands_status_board {
namespace {

constexpr unsigned asked_at_once = 8;

/// Of a copy that is in no cluster the pods are not known.
branch_status status_of(const known_place& of) {
  branch_status seen;
  seen.kind = fact_of(of, branch_fact::kind);
  seen.branch = fact_of(of, branch_fact::branch);
  seen.commit = fact_of(of, branch_fact::commit);
  seen.who = fact_of(of, branch_fact::who);
  seen.host = fact_of(of, branch_fact::host);
  seen.service = fact_of(of, branch_fact::service);
  seen.share = fact_of(of, branch_fact::share);
  seen.expires = utc_from(fact_of(of, branch_fact::expires));
  if (of.state.record) {
    seen.outcome = of.state.record->outcome;
    seen.since = of.state.record->when;
  }
  seen.pods.known = false;
  return seen;
}

branch_status status_of(kubernetes::cluster& with, const known_place& of) {
  branch_status seen = status_of(of);
  seen.pods = pods_of_branch(with, of.place, seen.kind, seen.branch,
                             seen.kind == "canary" ? seen.service : std::string());
  return seen;
}

std::string release_words(const named_environment& of) {
  return fmt::format("cicd hold release {} {}", of.pipeline->declared.name.view(), of.place->name.view());
}

environment_remark remark_of(const deployment_hold& hold,
                             const named_environment& of,
                             const moment_words& times) {
  const std::string what = hold.version.empty() ? "on hold" : "on hold: " + hold.version;
  return {what,
          fmt::format("{}, by {}, {}: {}; ended by: {}",
                      hold.version.empty() ? "on hold" : "on hold for version " + hold.version,
                      short_name(hold.who), times.text(hold.when), hold.reason, release_words(of)),
          fmt::format("{}: {}, {}", what, short_name(hold.who), hold.reason)};
}

environment_remark remark_of(const hand_revert& revert,
                             const named_environment& of,
                             const moment_words& times) {
  return {"put back by hand",
          fmt::format("put back by hand, by {}, {}, commit {}{}; deployed over after: {}",
                      short_name(revert.who), times.text(revert.when), revert.commit.substr(0, 7),
                      revert.left.empty() ? "" : "; " + revert.left + " ran until then", release_words(of)),
          "put back by hand: " + short_name(revert.who)};
}

/// What the last deploy left that is not a plain success.
void add_outcome(environment_status& to,
                 const deployment_record& record,
                 const std::string& in,
                 const moment_words& times) {
  const std::string by = fmt::format("by {}, {}", short_name(record.who), times.text(record.when));
  const std::string version = version_text(record);
  if (record.outcome == "rolled-back")
    to.remarks.push_back({record.outcome, fmt::format("{}rolled back to {}, {}", in, version, by)});
  else if (record.outcome != "deployed")
    to.remarks.push_back(
        {record.outcome, fmt::format("{}{}: the last deploy, of {}, {}", in, record.outcome, version, by)});
  if (!record.hotfix.empty())
    to.remarks.push_back({"hotfix", fmt::format("{}{} is a hotfix, {}: {}", in, version, by, record.hotfix),
                          "hotfix: " + record.hotfix});
}

void add_state(environment_status& to,
               const cluster_state& state,
               const std::string& cluster,
               const moment_words& times) {
  if (state.record) add_outcome(to, *state.record, cluster + ": ", times);
  if (state.hold) to.remarks.push_back(remark_of(*state.hold, to.of, times));
  if (!to.state.hold) to.state.hold = state.hold;
  if (!to.record) to.record = state.record;
}

status look_at_cluster(environment_status& to,
                       const session& in,
                       cluster_wave& wave,
                       const moment_words& times) {
  auto with = open_wave(wave, in.around, nullptr);
  if (!with) return std::move(with).error();
  const result<cluster_state> state = read_cluster_state(**with, wave.place);
  if (!state) return state.error();
  add_state(to, *state, (*with)->name(), times);
  for (note& each : failed_cron_runs(**with, wave.place))
    to.remarks.push_back({"cron job failed", fmt::format("cron job {}: {}", each.label, each.text)});
  const pod_count pods = pods_of_environment(**with, wave.place);
  to.pods = to.pods ? *to.pods + pods : pods;
  if (!takes_branches(*to.of.pipeline, *to.of.place)) return {};
  const result<std::vector<known_place>> branches =
      branches_in(**with, wave.place, *to.of.pipeline, *to.of.place);
  if (!branches) return branches.error();
  for (const known_place& each : *branches) to.branches.push_back(status_of(**with, each));
  return {};
}

void look_at_clusters(environment_status& to, const session& in, const moment_words& times) {
  for (cluster_wave& wave : waves_of(in.where, *to.of.pipeline, *to.of.place))
    if (status seen = look_at_cluster(to, in, wave, times); !seen && !to.failure)
      to.failure = std::move(seen).error();
}

/// Clusters that do not answer take their time together, and not one after the other.
void look_at_all_clusters(std::vector<environment_status*> all,
                          const session& in,
                          const moment_words& times) {
  (void)in_parallel(asked_at_once, all.size(), [&](std::size_t at) -> status {
    look_at_clusters(*all[at], in, times);  // what fails is said of its environment, and ends no other
    return {};
  });
}

/// The parts that do not have what the environment has.
void add_parts(environment_status& to, const deployed_release& seen) {
  for (const std::string& each : seen.behind) to.remarks.push_back({"failed", each, each});
}

/// Of an environment in a cluster.
void look_at_parts(environment_status& to, const delivery& releases) {
  if (to.of.place->parts.empty() || to.failure) return;
  result<deployed_release> seen = releases.way_of(*to.of.place).look(*to.of.pipeline, *to.of.place, nullptr);
  if (!seen) {
    to.failure = std::move(seen).error();
    return;
  }
  add_parts(to, *seen);
  to.record = std::move(seen->record);
}

/// `verifying` and `failed` of a manifest repository, and what keeps deploys away.
void add_release(environment_status& to, deployed_release seen, const moment_words& times) {
  if (seen.record) add_outcome(to, *seen.record, {}, times);
  if (seen.state.hold) to.remarks.push_back(remark_of(*seen.state.hold, to.of, times));
  if (seen.reverted) to.remarks.push_back(remark_of(*seen.reverted, to.of, times));
  add_parts(to, seen);
  to.state = std::move(seen.state);
  to.reverted = std::move(seen.reverted);
  to.record = std::move(seen.record);
}

void look_at_copies(environment_status& to, const delivery& releases) {
  const auto copies = releases.way_of(*to.of.place).copies_of(*to.of.pipeline, *to.of.place, nullptr);
  if (copies == nullptr || to.failure) return;
  const result<std::vector<known_place>> branches = copies->all();
  if (!branches) to.failure = branches.error();
  for (const known_place& each : branches ? *branches : std::vector<known_place>())
    to.branches.push_back(status_of(each));
}

void look_at_manifests(std::vector<environment_status*> all,
                       const delivery& releases,
                       const moment_words& times) {
  std::map<const way*, std::vector<environment_status*>> by_way;
  for (environment_status* each : all) by_way[&releases.way_of(*each->of.place)].push_back(each);
  for (const auto& [by, members] : by_way) {
    std::vector<deploy_place> places;
    for (const environment_status* each : members) places.push_back({*each->of.pipeline, *each->of.place});
    std::vector<result<deployed_release>> seen = by->look_at_all(places, nullptr);
    for (std::size_t at = 0; at < members.size(); ++at)
      if (seen[at])
        add_release(*members[at], *std::move(seen[at]), times);
      else
        members[at]->failure = std::move(seen[at]).error();
  }
  for (environment_status* each : all) look_at_copies(*each, releases);
}

}  // namespace
}  // namespace driver_commands_status_board

std::string short_text_of_failure(const error& why) {
  return why.kind == exit_class::corrupt ? "not readable" : "not reachable";
}

std::vector<environment_status> read_status(const session& in,
                                            const delivery& releases,
                                            const std::vector<named_environment>& all,
                                            const moment_words& times) {
  using namespace driver_commands_status_board;
  std::vector<environment_status> board(all.size());
  std::vector<environment_status*> clusters, manifests;
  for (std::size_t at = 0; at < all.size(); ++at) {
    board[at].of = all[at];
    board[at].address = releases.way_of(*all[at].place).address_of(*all[at].pipeline, *all[at].place);
    (can(all[at].place->via, way_feature::cluster) ? clusters : manifests).push_back(&board[at]);
  }
  look_at_all_clusters(clusters, in, times);
  for (environment_status* each : clusters) look_at_parts(*each, releases);
  look_at_manifests(manifests, releases, times);
  return board;
}

}  // namespace cicd
