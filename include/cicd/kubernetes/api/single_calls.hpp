// Calls to an API server of which each has a kubectl of its own that ends with it: nothing stays open between
// two of them, and no other program could ask the server through it. For what is asked while programs of
// others run. It does not know why anyone asks.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <cicd/base/error.hpp>
#include <cicd/kubernetes/api/cluster.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/process.hpp>

namespace cicd::kubernetes {

class single_calls {
 public:
  /// The error is why the server was not asked: no kubectl, no cluster that is known, no login, no way there.
  /// What the server refused is in the answer.
  virtual result<api_answer> get(const object_key& of) = 0;
  virtual result<api_answer> create(const json& object) = 0;
  /// Its metadata.resourceVersion must still be the server's.
  virtual result<api_answer> replace(const json& object) = 0;
  /// To the same cluster, for what is tidied up once the others were cancelled.
  virtual std::unique_ptr<single_calls> uncancelled() const = 0;
  virtual ~single_calls() = default;

  /// Of the current context, the one that it is at the first call; without a kubeconfig, in a pod, of its
  /// service account. Each call takes at most 8 s. Names of objects of `known_kinds` only.
  static std::unique_ptr<single_calls> by_kubectl(surroundings around, cancellation cancelled);
};

/// What kubectl printed of a call that failed, as the server's refusal; nothing where it is none.
std::optional<api_failure> failure_in(const std::string& complaints);

}  // namespace cicd::kubernetes
