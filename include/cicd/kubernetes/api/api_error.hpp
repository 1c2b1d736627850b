// What an API server, or the proxy before it, says when it refuses: out of its answer, and which of that
// passes by itself. It does not know who asked.
#pragma once

#include <cicd/kubernetes/api/cluster.hpp>

namespace cicd::kubernetes {

/// Reasons of our own, beside those of the API.
namespace api_reason {
inline constexpr std::string_view cancelled = "Cancelled";  ///< we were told to stop
inline constexpr std::string_view broken = "Broken";  ///< the connection to the proxy broke, or took too long
inline constexpr std::string_view unreachable = "Unreachable";  ///< the proxy does not get to the server
inline constexpr std::string_view login = "LoginFailed";        ///< the proxy gets no credentials
inline constexpr std::string_view not_kubernetes = "NotKubernetes";
inline constexpr std::string_view unknown_kind = "UnknownKind";  ///< discovery does not have it
}  // namespace api_reason

/// The object, or the refusal that an answer is.
api_answer answer_from(const http_response& response);
/// No answer came.
api_failure failure_from(const error& transport);
api_answer answer_from(result<http_response> response);

/// The manager that the message of a field conflict names, empty where there is none:
/// `conflict with "helm" with subresource "status" using apps/v1` → `helm`
std::string manager_in(const std::string& message);

/// Whether a selector or another field is what cannot be changed: `spec.selector: field is immutable`.
bool is_fixed_selector(const api_failure& failure);

/// The keywords that say what a quota or a LimitRange wants said, in the order of a declaration: `CPU_LIMIT`,
/// `MEMORY`; empty where its words name nothing that a keyword says.
std::vector<std::string> keywords_wanted_by(const std::string& refusal);

/// Whether the same call may succeed a little later.
bool passes_by_itself(const api_failure& failure);
/// Whether the call certainly had no effect, so that also one that is not idempotent may be sent again.
bool had_no_effect(const api_failure& failure);

}  // namespace cicd::kubernetes
