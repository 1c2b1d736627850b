// The checks of AFTER of services: what is named is there and deployed to the same environment, by a way that
// waits for it, and none waits for itself.
#pragma once

#include <cicd/declare/check/checks.hpp>
#include <cicd/declare/check/circles.hpp>
#include <cicd/declare/check/judged_place.hpp>
#include <cicd/declare/deploy_ways.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace cicd::declaring {

namespace declare_check_checks_services {
namespace {

/// `billing/api` of its pipeline and its service.
struct named_service {
  std::string pipeline, service;
};

named_service named_by(const service_reference& of, const draft& in) {
  const std::string name = of.str();
  const auto slash = name.find('/');
  if (slash == name.npos) return {in.own.name, name};
  return {name.substr(0, slash), name.substr(slash + 1)};
}

/// Who waits for whom in the environments of one name, and where that is said.
struct waits {
  std::map<std::string, std::set<std::string>> of{};
  std::map<std::string, place> said{};

  void add(const std::string& later, const std::string& earlier, const place& where) {
    of[later].insert(earlier);
    said.try_emplace(later, where);
  }
};

class service_order {
 public:
  service_order(std::deque<draft>& all, findings& found) : all_(all), found_(found) {}

  void check() {
    for (draft& each : all_) {
      for (const auto& one : each.all<service>().items()) check_names(one, each);
      for (const auto& one : each.all<service>().overrides) check_names(one, each);
    }
    if (!is_known_) return;
    for (draft& each : all_)
      for (const auto& place : each.all<environment>().items()) add_waits(each, place);
    for (auto& [environment, both] : by_environment_) {
      report_cycles(both.within);
      report_cycles(both.between);
    }
  }

 private:
  struct waits_of_environment {
    waits within, between;  ///< services of one pipeline; pipelines
  };

  draft* find(const std::string& pipeline) {
    const auto found = std::ranges::find_if(all_, [&](const draft& in) { return in.own.name == pipeline; });
    return found == all_.end() ? nullptr : &*found;
  }

  void check_names(const declaration<service>& of, draft& in) {
    for (std::size_t at = 0; at < of.value.after.size(); ++at) {
      const named_service named = named_by(of.value.after[at], in);
      const place where = word_at(of, "after", at);
      draft* const other = find(named.pipeline);
      if (other != nullptr && (other->without_template || other->all<service>().find(named.service)))
        continue;
      is_known_ = false;
      const std::string start = named.pipeline == in.own.name ? std::string() : named.pipeline + "/";
      if (other == nullptr) {
        std::vector<std::string> pipelines;
        for (const draft& each : all_) pipelines.push_back(each.own.name);
        found_.add(where, unknown_pipeline_of_step(named.pipeline + "/" + named.service, pipelines));
        continue;
      }
      std::vector<std::string> services;
      for (const std::string& each : other->all<service>().names()) services.push_back(start + each);
      found_.add(where, unknown_reference("AFTER", "service", start + named.service, services));
    }
  }

  void add_waits(draft& in, const declaration<environment>& there) {
    for (const declaration<service>& each : all_in<service>({in, &there})) {
      if (each.value.after.empty()) continue;
      const place where = each.near("after");
      const deploy_way via = there.value.via;
      if (via != deploy_way::none && !can(via, way_feature::order)) {
        found_.add(where, order_without_way(there.name, via.view(), ways_with(way_feature::order)));
        continue;
      }
      waits_of_environment& to = by_environment_[there.name];
      for (const service_reference& name : each.value.after) {
        const named_service earlier = named_by(name, in);
        const std::string own = in.own.name + "/";
        if (earlier.pipeline == in.own.name)
          to.within.add(own + each.name, own + earlier.service, where);
        else if (has_environment(earlier.pipeline, there.name, where))
          to.between.add(in.own.name, earlier.pipeline, where);
      }
    }
  }

  bool has_environment(const std::string& pipeline, const std::string& name, const place& where) {
    draft* const other = find(pipeline);
    if (other == nullptr || other->all<environment>().find(name)) return true;
    found_.add(where, unknown_reference("AFTER", "environment of " + pipeline, name,
                                        other->all<environment>().names()));
    return false;
  }

  void report_cycles(const waits& all) {
    std::vector<std::string> names;
    for (const auto& [later, earlier] : all.of) names.push_back(later);
    std::vector<std::vector<std::size_t>> before(names.size());
    std::size_t at = 0;
    for (const auto& [later, earlier] : all.of) {
      for (const std::string& each : earlier)  // one that waits for nothing is in no circle
        if (const auto known = std::ranges::lower_bound(names, each); known != names.end() && *known == each)
          before[at].push_back(static_cast<std::size_t>(known - names.begin()));
      ++at;
    }
    find_circles(before, [&](std::span<const std::size_t> circle) {
      std::vector<std::string> cycle;
      for (const std::size_t each : circle) cycle.push_back(names[each]);
      cycle.push_back(cycle.front());
      found_.add(all.said.at(cycle.front()), cycle_of_services(cycle));
    });
  }

  std::deque<draft>& all_;
  findings& found_;
  std::map<std::string, waits_of_environment> by_environment_;
  bool is_known_ = true;  ///< what is named
};

}  // namespace
}  // namespace declare_check_checks_services

void check_service_order(std::deque<draft>& all, findings& found) {
  declare_check_checks_services::service_order(all, found).check();
}

}  // namespace cicd::declaring
