// The words for what happened.
#pragma once

#include <cicd/observe/ci_event.hpp>

namespace cicd {

std::string_view text_of(event_kind kind) {
  switch (kind) {
    case event_kind::by_hand: return "by hand";
    case event_kind::push: return "push";
    case event_kind::tag: return "tag";
    case event_kind::pull_request: return "pull request";
    case event_kind::merge_queue: return "merge queue";
    case event_kind::schedule: return "schedule";
  }
  return "";
}

}  // namespace cicd
