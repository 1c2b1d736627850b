// Why a cluster cannot be opened: the login, the way there and what is there are told apart.
#pragma once

#include <cicd/kubernetes/api/proxy.hpp>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/kubernetes/api/api_error.hpp>

namespace cicd::kubernetes {

namespace kubernetes_api_proxy_connect_errors {
namespace {

error remote(const cluster_target& target, std::string what) {
  return {.kind = exit_class::remote,
          .subject = target.text(),
          .what = std::move(what),
          .value = {},
          .notes = {}};
}

std::string login_again(const cluster_target& target) {
  if (!target.eks.empty()) return "aws sso login, or new AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
  return "log in again with the tool of the cluster's provider, then kubectl get namespaces to see that it "
         "works";
}

error with_complaints(error failure, const std::vector<std::string>& complaints) {
  for (const std::string& line : complaints) failure = std::move(failure).with("login", line);
  return failure;
}

/// `getting credentials: exec: executable X not found` or `… failed with exit code 255`.
error login_failed(const api_failure& failure,
                   const cluster_target& target,
                   const std::vector<std::string>& said) {
  const std::string& text = failure.message;
  constexpr std::string_view before = "executable ", after = " not found";
  const std::size_t start = text.find(before), end = text.find(after);
  const std::string first = text.substr(0, text.find('\n'));
  if (start != text.npos && end != text.npos && start < end) {
    const std::string plugin = text.substr(start + before.size(), end - start - before.size());
    error missing = remote(target, "the login plugin of the kubeconfig is not installed");
    missing.kind = exit_class::usage;
    missing.value = plugin;
    const std::string hint = text.find('\n') == text.npos ? "" : text.substr(text.rfind('\n') + 1);
    return std::move(missing).with("hint of the kubeconfig", displayable(trimmed(hint)));
  }
  const bool is_slow = text.starts_with("the login plugin did not end");
  error failed = remote(target, is_slow ? first : "the login failed or expired");
  failed = said.empty() ? std::move(failed).with("kubectl", displayable(first))
                        : with_complaints(std::move(failed), said);
  return std::move(failed).with("try", is_slow
                                           ? "log in on a terminal first: what the plugin asks is shown there"
                                           : login_again(target));
}

/// The way there, by the words of Go's network code.
error unreachable(const api_failure& failure, const cluster_target& target) {
  const std::string& text = failure.message;
  const auto says = [&](std::string_view words) { return text.find(words) != text.npos; };
  const auto with_words = [&](std::string what, std::string help) {
    return remote(target, std::move(what))
        .with("kubectl", cut_to(displayable(text), 300))
        .with("try", std::move(help));
  };
  if (says("no such host") || says("dial tcp: lookup "))
    return with_words("the cluster's name is not known to DNS",
                      "see that the VPN is up, and the server in the kubeconfig");
  if (says("x509") || says("tls: "))
    return with_words("the cluster's certificate is not trusted",
                      "a new kubeconfig: the cluster was perhaps made anew");
  if (says("connection refused"))
    return with_words("the cluster does not answer: connection refused",
                      "see that it runs, and the server in the kubeconfig");
  if (says("HTTP response to HTTPS"))
    return with_words("the server is not a Kubernetes API server", "see the server in the kubeconfig");
  return with_words("the cluster does not answer", "see that the VPN is up and the cluster runs");
}

}  // namespace
}  // namespace kubernetes_api_proxy_connect_errors

error opening_error(const api_failure& failure,
                    const cluster_target& target,
                    const std::vector<std::string>& complaints) {
  namespace self = kubernetes_api_proxy_connect_errors;
  if (failure.reason == api_reason::cancelled)
    return {.kind = exit_class::interrupted,
            .subject = target.text(),
            .what = "cancelled",
            .value = {},
            .notes = {}};
  if (failure.reason == api_reason::login) return self::login_failed(failure, target, complaints);
  if (failure.reason == api_reason::unreachable) return self::unreachable(failure, target);
  if (failure.code == 401) {
    return self::with_complaints(self::remote(target, "the login expired or was refused"), complaints)
        .with("try", self::login_again(target));
  }
  if (failure.code == 0)
    return self::remote(target, "the cluster does not answer: " + failure.message)
        .with("try", "see that the VPN is up and the cluster runs");
  if (failure.code == 403)
    return self::remote(target, "the cluster refuses to tell its version")
        .with("answer", displayable(failure.message));
  const bool serves = failure.code == 429 || failure.code >= 500;
  const std::string what = serves ? fmt::format("the cluster fails (HTTP {})", failure.code)
                                  : "the server is not a Kubernetes API server";
  return self::remote(target, what).with("answer", cut_to(displayable(failure.message), 300));
}

}  // namespace cicd::kubernetes
