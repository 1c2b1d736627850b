// What `cicd approve --list` shows: text for a person, and JSON.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <cicd/base/json.hpp>
#include <cicd/deliver/records/environment_state.hpp>
#include <cicd/run/event.hpp>

namespace cicd {

struct approval_row {
  changed_place at;
  deployment_approval of;
};
struct approval_page {
  std::chrono::system_clock::time_point now{};
  std::vector<std::string> places{};  ///< each home, as a line begins with it
  std::vector<approval_row> rows{};

  void add(const changed_place& at, const std::vector<deployment_approval>& approvals);
};

/// A line for each approval, also of those that have expired; for a home without any that there is none.
std::string text_of(const approval_page& page);
/// `{"schema": 1, "approvals": […]}`.
json json_of(const approval_page& page);

}  // namespace cicd
