// The words of each enumeration of a declaration: once, for the parser, messages and explain alike.
#pragma once

#include <array>
#include <string_view>

#include <cicd/declare/pipeline.hpp>

namespace cicd::declaring {

/// The words in the order of the values after `none`, unused places empty, and all of them as a phrase.
struct choice_words {
  std::string_view phrase;
  std::array<std::string_view, 3> words;
};

constexpr choice_words choices_of(const step_stage*) {
  return {"build, test or scan", {"build", "test", "scan"}};
}
constexpr choice_words choices_of(const concurrency_rule*) {
  return {"allow, forbid or replace", {"allow", "forbid", "replace"}};
}
constexpr choice_words choices_of(const container_role*) {
  return {"init or sidecar", {"init", "sidecar"}};
}
constexpr choice_words choices_of(const approval_rule*) {
  return {"required", {"required"}};
}
constexpr choice_words choices_of(const failure_rule*) {
  return {"rollback or stop", {"rollback", "stop"}};
}
constexpr choice_words choices_of(const toggle*) {
  return {"on or off", {"on", "off"}};
}

}  // namespace cicd::declaring
