// In which turn of a deploy each service is applied: one that is AFTER another of its pipeline comes when
// that one is ready. Pure. What is AFTER another pipeline's is the order of the run's steps.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include <cicd/deliver/cluster/plan.hpp>

namespace cicd {

class service_turns {
 public:
  explicit service_turns(std::map<std::string, std::size_t> turns);

  std::size_t last() const { return last_; }
  /// Of a Deployment or StatefulSet that of its service; of everything else the first.
  std::size_t of(const planned_object& one) const;

 private:
  std::map<std::string, std::size_t> turns_;  ///< by service
  std::size_t last_ = 0;
};

service_turns turns_of(const wanted_release& of);

}  // namespace cicd
