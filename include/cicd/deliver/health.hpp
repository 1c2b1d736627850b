// Whether what is deployed in an environment is healthy, by what HEALTH says: Argo CD, a cluster or a program
// is asked. It remembers nothing and judges nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <cicd/deliver/records/record.hpp>
#include <cicd/deliver/way.hpp>

namespace cicd {

struct health_answer {
  enum class state : std::uint8_t {
    healthy,
    unhealthy,  ///< it was looked at, and is not
    not_yet     ///< it is under way, or something else is there
  };
  state is = state::not_yet;
  std::string says{};  ///< `Degraded: …`, as it may be shown
  std::string commit;  ///< of the deployment that it is about
};

/// An answer takes this long at most.
inline constexpr std::chrono::milliseconds longest_health_answer{10'000};

/// Of `there`, what is deployed now. Class `remote` where it cannot be known, `usage` where a secret is
/// missing. Only for an environment whose health is asked: HEALTH argocd, cluster or command.
result<health_answer> ask_health(const way_context& in,
                                 const way& by,
                                 const declared_pipeline& pipeline,
                                 const environment& place,
                                 const deployment_record& there);

/// The same of HEALTH argocd: what it says of the deployment that its revision has.
result<health_answer> ask_argocd(const way_context& in,
                                 const way& by,
                                 const declared_pipeline& pipeline,
                                 const environment& place);

/// What Argo CD says of an application, as far as it counts.
struct argo_status {
  std::string sync, health, health_message, phase, phase_message;
  std::string failure;                 ///< why it cannot compare or sync, such as a folder that is not there
  std::vector<std::string> revisions;  ///< what it compares with: several where it has several sources
};
/// Out of an Application, as its API answers; nothing where it is none.
std::optional<argo_status> argo_status_in(std::string_view body);
/// What that means for the deployment that a revision had recorded; `commit` is that of the deployment.
health_answer health_of(const argo_status& status, std::string commit);

/// The words of HEALTH command or of GATE.
std::vector<std::string> words_with_release(std::span<const text> words,
                                            const declared_pipeline& pipeline,
                                            const environment& place,
                                            const deployment_record& of);

}  // namespace cicd
