// Where a declaration comes from: which repository, and which folder in it. The same for a laptop's clone
// over ssh and a CI system's over https with a token. It does not know what is done with it.
#pragma once

#include <string>
#include <string_view>

#include <cicd/system/environment.hpp>

namespace cicd {

struct source_identity {
  std::string repository{};  ///< `git.example.com/shop/orders`, of the remote; empty where there is none
  std::string root{};  ///< the first commit of its history, where that was asked for or there is no remote
  std::string path{};  ///< of the declaration's folder below the top; empty at the top
  bool operator==(const source_identity&) const = default;

  bool known() const { return !repository.empty() || !root.empty(); }
  /// `git.example.com/shop/orders//services/api`, or `history:<first commit>//…`; empty where nothing is
  /// known.
  std::string text() const;
};

/// `git.example.com/shop/orders` of `git@git.example.com:shop/orders.git`,
/// `ssh://git@git.example.com:7999/…`, `https://<user>:<token>@git.example.com/shop/orders`; nothing secret
/// stays. A path stays a path. Pure.
std::string repository_named_by(std::string_view url);

/// Of the remote `origin`, else of the first one. `with_root`: the first commit too, although there is a
/// remote; it is never known in a shallow clone. Asks git.
source_identity source_identity_of(const std::string& folder, const surroundings& around, bool with_root);

}  // namespace cicd
