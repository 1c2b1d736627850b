// Container states as the API has them: core/v1 PodStatus, ContainerStatus, ContainerStateTerminated.
#pragma once

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/kubernetes/rollout/container_exit.hpp>
#include <cicd/system/process.hpp>

namespace cicd::kubernetes {
namespace kubernetes_rollout_container_exit {
namespace {

const json& status_in(const json& statuses, std::string_view container) {
  static const json none;
  for (const json& each : statuses.elements())
    if (each["name"].text() == container) return each;
  return none;
}

std::string meaning_of_status(int status) {
  const std::string known = cicd::meaning_of({.kind = ending::how::exited, .number = status, .text = {}});
  return known.empty() ? fmt::format("exit status {}", status)
                       : fmt::format("exit status {}: {}", status, known);
}

/// What a container that was ended tells; `terminated` is its state.
pod_end end_of_container(const std::string& name, const json& terminated) {
  pod_end end{.container = name, .status = static_cast<int>(terminated["exitCode"].integer())};
  const std::string reason = terminated["reason"].text();
  end.good = end.status == 0;
  if (reason == "OOMKilled") {
    end.good = false;
    end.meaning = "killed: out of memory";
  } else if (reason == "StartError" || reason == "ContainerCannotRun") {
    end.ran = false;
    end.meaning = "could not be started: ";
    end.meaning += displayable(trimmed(terminated["message"].text()));
  } else {
    end.meaning = meaning_of_status(end.status);
  }
  return end;
}

/// An initial container without which the main one does not start.
std::optional<pod_end> failed_before(const json& pod) {
  for (const json& each : pod["status"]["initContainerStatuses"].elements()) {
    const json& terminated = each["state"]["terminated"];
    if (!terminated.is_object() || terminated["exitCode"].integer() == 0) continue;
    pod_end end = end_of_container(each["name"].text(), terminated);
    end.meaning.insert(0, fmt::format("initial container {}: ", displayable(end.container)));
    return end;
  }
  return std::nullopt;
}

pod_end ended_from_outside(const json& status) {
  pod_end end{.container = {}};
  end.ran = !status["containerStatuses"].elements().empty();
  const std::string reason = status["reason"].text(), message = status["message"].text();
  end.meaning = reason == "Evicted" ? "evicted" : displayable(reason.empty() ? "the pod failed" : reason);
  if (!message.empty()) end.meaning += ": " + displayable(trimmed(message));
  return end;
}

}  // namespace
}  // namespace kubernetes_rollout_container_exit

std::string main_container_of(const json& pod) {
  const json::array& containers = pod["spec"]["containers"].elements();
  return containers.empty() ? std::string() : containers.front()["name"].text();
}

const json& container_status(const json& pod, std::string_view container) {
  using kubernetes_rollout_container_exit::status_in;
  const json& status = status_in(pod["status"]["containerStatuses"], container);
  return status.is_object() ? status : status_in(pod["status"]["initContainerStatuses"], container);
}

std::optional<pod_end> end_of_pod(const json& pod) {
  using namespace kubernetes_rollout_container_exit;
  const std::string phase = pod["status"]["phase"].text(), name = main_container_of(pod);
  if (phase != "Succeeded" && phase != "Failed") return std::nullopt;
  const json& terminated = container_status(pod, name)["state"]["terminated"];
  if (terminated.is_object()) {
    pod_end end = end_of_container(name, terminated);
    end.good = phase == "Succeeded";
    return end;
  }
  if (auto before = failed_before(pod)) return before;
  if (phase == "Succeeded")
    return pod_end{.container = name, .status = 0, .good = true, .meaning = "exit status 0"};
  return ended_from_outside(pod["status"]);
}

}  // namespace cicd::kubernetes
