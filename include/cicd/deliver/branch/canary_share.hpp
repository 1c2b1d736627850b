// What part of a service's pods a canary can be: whole pods only, so few shares can be had. Pure arithmetic;
// it does not know what a pod is.
#pragma once

#include <string>

#include <cicd/base/error.hpp>

namespace cicd {

/// `pods` of `total`, all ready.
struct canary_share {
  int pods = 0, total = 0;
  /// `1 of 11 pods, 9.1%`
  std::string text() const;
};

/// What is asked for, and what is there.
struct canary_question {
  int production = 0;    ///< its ready pods
  int percent = 0;       ///< asked for
  int allowed = 0;       ///< SHARE
};

/// The most pods that stay within the percentage; 0 where one is too many already.
int canary_pods(const canary_question& asked);

/// The share that can be had. Class `usage` where none can, with the nearest that can and what it takes.
result<canary_share> share_for(const canary_question& asked, const std::string& subject);

/// `9.1%`, `10%`: the part of the whole.
std::string percent_text(int part, int whole);

}  // namespace cicd
