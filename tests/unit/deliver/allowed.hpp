// A permit, got as everybody gets one: of a deploy that no rule has anything against.
#pragma once

#include <cicd/deliver/policy/gate.hpp>

namespace cicd {

inline permit allowed(change what = change::deploy) {
  gate_question of;
  of.what = what;
  of.is_outside = false;
  return *may(of, {});
}

}  // namespace cicd
