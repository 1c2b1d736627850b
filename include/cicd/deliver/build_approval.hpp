// `cicd approve --build`: a person agrees that a commit is built, which is kept beside the artifacts. It does
// not know what asks for it.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include <cicd/deliver/policy/gate.hpp>
#include <cicd/deliver/release/artifact_store.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {

struct build_approval_request {
  std::string commit;  ///< 40 digits
  std::string who, reason;
  std::chrono::seconds lasts{};
  bool withdraws = false;
};

/// Approves or withdraws with the gate's leave; gives what was written. Class `conflict` where nothing is
/// there to be withdrawn.
result<artifact_mark> say_of_build(const build_approval_request& request,
                                   const artifact_store& in,
                                   const clock& time,
                                   const std::function<result<permit>()>& may);

/// `1a2b3c4 may be built until 2026-… by Ada: read it`, `… expired …`, `… was withdrawn …`
std::string text_of(const artifact_mark& approval, std::chrono::system_clock::time_point now);

}  // namespace cicd
