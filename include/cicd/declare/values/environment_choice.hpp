// An environment that a release comes from, or several of which one suffices. It does not know which there are.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/values/values.hpp>

namespace cicd {

/// `stage`, `stage|rehearse`: an environment, or several of which one suffices.
struct environment_choice {
  std::vector<dns_label> any;

  static constexpr std::string_view allowed() {
    return "the name of an environment, or several joined by '|' of which one suffices";
  }
  static std::optional<environment_choice> parse(std::string_view word);
  static std::string guess(std::string_view word);
  std::string text() const;
  bool operator==(const environment_choice&) const = default;
};

}  // namespace cicd
