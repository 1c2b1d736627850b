// Where values of workloads are judged: as they hold everywhere, in an environment, in the copy of a branch;
// and what a workload is in such a place.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <vector>

#include <cicd/declare/check/draft.hpp>

namespace cicd::declaring {

/// In an environment, or in the copy of a branch (`preview`, `canary`) beside it. Without an environment: as
/// values hold everywhere.
struct judged_place {
  draft& in;
  const declaration<environment>* beside = nullptr;
  std::string_view copy{};
};

template <typename T>
bool is_in(const declaration<T>& of, std::string_view where) {
  return std::any_of(of.value.in.begin(), of.value.in.end(),
                     [&](const dns_label& each) { return each.view() == where; });
}

/// A workload and the calls that give it other values IN places.
template <typename T>
struct declared_in_places {
  const declaration<T>& base;
  std::vector<const declaration<T>*> overrides{};

  declared_in_places(const declaration<T>& of, const workloads<T>& list) : base(of) {
    for (const declaration<T>& each : list.overrides)
      if (each.name == of.name) overrides.push_back(&each);
  }
  bool has_own_in(std::string_view place) const {
    return std::ranges::any_of(overrides, [&](const auto* each) { return is_in(*each, place); });
  }
  /// As it is in the first of the places, with what holds in the next over it.
  declaration<T> merged_in(std::initializer_list<std::string_view> places) const {
    declaration<T> merged = base;
    for (const std::string_view place : places)
      for (const declaration<T>* each : overrides)
        if (is_in(*each, place)) lay_in_over(merged, *each);
    return merged;
  }
};

/// Each of a kind as it is in that place; as it holds everywhere where the place has no environment.
template <typename T>
std::vector<declaration<T>> all_in(const judged_place& where) {
  std::vector<declaration<T>> all;
  for (const declaration<T>& each : where.in.all<T>().items()) {
    const declared_in_places<T> of(each, where.in.all<T>());
    all.push_back(where.beside ? of.merged_in({where.beside->name, where.copy}) : each);
  }
  return all;
}

/// Reports what Kubernetes would refuse, or never finish, of a workload's pods and of what leads to them
/// (k8s.io/kubernetes, pkg/apis/*/validation); of a container, what it would of that. Defined in
/// checks_pods.ipp.
template <typename T>
void check_pods(const declaration<T>& of, const judged_place& where, findings& found);
template <>
void check_pods(const declaration<service>& of, const judged_place& where, findings& found);
template <>
void check_pods(const declaration<cron_job>& of, const judged_place& where, findings& found);
template <>
void check_pods(const declaration<container>& of, const judged_place& where, findings& found);
/// Reports accounts that two workloads of an environment give different roles.
void check_accounts(draft& in, findings& found);

}  // namespace cicd::declaring
