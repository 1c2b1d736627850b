// A way of deploying as a value: its word. It does not know what a way can do (deploy_ways.hpp).
#pragma once

#include <string_view>
#include <vector>

#include <cicd/declare/values/literal.hpp>

namespace cicd {

/// The way by which an environment is reached: a name out of a list (deploy_ways.hpp) that may grow.
class deploy_way {
 public:
  static const deploy_way none;
  static const deploy_way gitops;      ///< manifests are committed to a git repository that an agent follows
  static const deploy_way render;      ///< manifests are written to a folder
  static const deploy_way kubectl;     ///< manifests are applied to a cluster
  static const deploy_way serverless;  ///< functions in AWS get the code of a zip
  static const deploy_way command;     ///< programs of the team bring it there

  constexpr deploy_way() = default;
  consteval explicit deploy_way(const char* word) : word_(word) {}

  /// The way of that word; `none` where there is none in the list.
  CICD_NOT_IN_A_TYPED_FILE static deploy_way from(std::string_view word) {
    return from(word, detail::by_checked());
  }
  static deploy_way from(std::string_view word, detail::by_checked);
  static bool accepts(std::string_view word);
  /// `gitops, render, kubectl, serverless or command`
  static std::string_view allowed();
  static std::vector<std::string_view> words();

  constexpr std::string_view view() const { return word_.empty() ? "none" : word_; }
  friend constexpr bool operator==(deploy_way a, deploy_way b) { return a.word_ == b.word_; }

 private:
  std::string_view word_;
};
inline constexpr deploy_way deploy_way::none{};
inline constexpr deploy_way deploy_way::gitops{"gitops"};
inline constexpr deploy_way deploy_way::render{"render"};
inline constexpr deploy_way deploy_way::kubectl{"kubectl"};
inline constexpr deploy_way deploy_way::serverless{"serverless"};
inline constexpr deploy_way deploy_way::command{"command"};

}  // namespace cicd
