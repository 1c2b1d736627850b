// The commits that an environment of a fleet could take, by PIN, by the tags and branches that it follows, or
// by what was deployed where it comes FROM. It does not know which of them may go.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <cicd/deliver/delivery.hpp>
#include <cicd/deliver/fleet.hpp>
#include <cicd/deliver/fleet_sources.hpp>
#include <cicd/deliver/policy/fleet_actions.hpp>

namespace cicd {

/// Several threads may ask, each of another place.
class fleet_candidates {
 public:
  /// So many candidates, and so many records of where it comes FROM, are looked at; what is older is not.
  static constexpr std::size_t most = 100, most_records = 200;
  using seen_there = std::vector<std::optional<deployed_release>>;

  /// All outlive it. `there`: by place, nothing where it could not be read.
  fleet_candidates(const fleet_question& of,
                   delivery& with,
                   const surroundings& around,
                   const fleet_sources& sources,
                   const seen_there& there);

  struct found {
    std::vector<fleet_candidate> newest_first{};
    bool is_cut = false;  ///< there are older ones that are not among them
  };
  /// Of a place, by its index, once the sources were asked and what is there was seen.
  result<found> of(std::size_t at);

  /// What was deployed to an environment before, asked once.
  result<std::vector<deployment_record>> history_in(std::size_t at, const environment& of);
  /// The environments that it comes FROM.
  std::vector<const environment*> places_before(std::size_t at) const;
  /// Success where this clone has the commit.
  status check_here(std::size_t at, const std::string& what, const std::string& commit) const;

 private:
  const declared_pipeline& pipeline(std::size_t at) const { return of_.places[at].pipeline; }
  const environment& place(std::size_t at) const { return of_.places[at].place; }
  std::string commit_there(std::size_t at) const;

  result<found> by_pin(std::size_t at) const;
  result<found> by_tags(std::size_t at, const source_refs& refs) const;
  result<found> by_branches(std::size_t at, const source_refs& refs) const;
  result<found> by_from(std::size_t at);
  error not_here(std::size_t at, const std::string& what, const std::string& commit) const;
  error no_such_tag(std::size_t at, const source_refs& refs) const;
  status sort_by_age(std::size_t at, std::vector<fleet_candidate>& tags) const;
  bool is_no_newer(std::size_t at, const std::string& commit) const;
  void leave_newer(std::size_t at, std::vector<fleet_candidate>& of) const;
  const deployed_release* seen_in(std::size_t at, const environment& of) const;
  bool are_all_as_here(std::size_t at, const std::vector<const environment*>& before) const;

  using place_key = std::pair<const declared_pipeline*, const environment*>;
  const fleet_question& of_;
  delivery& with_;
  const surroundings& around_;
  const fleet_sources& sources_;
  const seen_there& there_;
  std::map<place_key, std::size_t> where_is_;  ///< its index
  std::mutex mutex_;                           ///< never held while a history is read
  std::map<place_key, result<std::vector<deployment_record>>> histories_;
};

}  // namespace cicd
