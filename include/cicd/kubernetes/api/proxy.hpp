// `kubectl proxy` on a private Unix socket: every way to log in that kubectl knows, behind a plain HTTP API
// that offers only what we need. It is ended with its object, and with us. What its failures mean is said
// here.
#pragma once

#include <memory>
#include <string>

#include <cicd/kubernetes/api/cluster.hpp>

namespace cicd::kubernetes {

/// The kubectl of a target: the words that every call begins with, and the environment.
struct kubectl_program {
  std::string path;
  std::vector<std::string> options;      ///< `--kubeconfig=…`, `--context=…`
  std::vector<std::string> environment;  ///< `NAME=value`

  command with(std::vector<std::string> words) const;
};

/// Class `usage` where kubectl, the kubeconfig or what it names is missing.
result<kubectl_program> kubectl_of(const cluster_target& target, const surroundings& around);
/// Why a kubectl of that target did not begin, by what it printed.
error not_started(const kubectl_program& program,
                  const cluster_target& target,
                  const std::string& complaints);

class kubectl_proxy {
 public:
  /// Class `usage` where kubectl, the kubeconfig or the context is missing; `remote` where it does not start
  /// for another reason.
  static result<std::unique_ptr<kubectl_proxy>> start(const cluster_target& target,
                                                      const surroundings& around,
                                                      const cancellation* cancelled);
  kubectl_proxy(const kubectl_proxy&) = delete;
  kubectl_proxy& operator=(const kubectl_proxy&) = delete;
  ~kubectl_proxy();

  const http_address& where() const;
  const kubectl_program& program() const;
  /// Whether the login plugin of the kubeconfig runs: then an answer waits for it.
  bool is_logging_in() const;
  /// All that kubectl and its login plugin have printed, without kubectl's own log.
  std::string said() const;
  /// The lines that kubectl and its login plugin have printed, without kubectl's own log, at most three.
  std::vector<std::string> complaints() const;

 private:
  struct inside;
  explicit kubectl_proxy(std::unique_ptr<inside> of);
  std::unique_ptr<inside> inside_;
};

/// Writes a private kubeconfig for an EKS cluster into `folder`; gives its path. Asks `aws eks
/// describe-cluster`.
result<std::string> write_eks_kubeconfig(const cluster_target& target,
                                         const std::string& folder,
                                         const surroundings& around,
                                         const cancellation* cancelled);

/// Why the first call through the proxy failed, in words of its own.
error opening_error(const api_failure& failure,
                    const cluster_target& target,
                    const std::vector<std::string>& complaints);

}  // namespace cicd::kubernetes
