// The causes for which pods do not get ready, in words: what each means, what is likely wrong, and what
// helps. Each takes the cluster's own words and the facts of one container. Inside the room kubernetes/ only.
#pragma once

#include <string>

#include <cicd/base/json.hpp>
#include <cicd/kubernetes/rollout/diagnosis.hpp>

namespace cicd::kubernetes::causes {

/// One container as it is declared and as it is.
struct container_facts {
  const json& pod;
  const json& spec;
  const json& status;
  std::string role;              ///< `container`, `init container` or `sidecar`
  bool never_restarted = false;  ///< restartPolicy Never
};

finding of_image(const container_facts& of, const std::string& reason, const std::string& words);
finding of_config(const container_facts& of, const std::string& words);
/// The runtime could not start its program.
finding of_start(const container_facts& of, const std::string& words);
finding of_oom(const container_facts& of, const json& death);
finding of_crash(const container_facts& of, const json& death, int deaths);
finding of_probe(const container_facts& of, const pod_event& event, int deaths);
finding of_scheduling(const json& pod, const std::string& words);
finding of_volume(const std::string& reason, const std::string& words);
finding of_sandbox(const std::string& words);

/// `exit status 137: ended by SIGKILL: out of memory or killed`
std::string exit_text(int status);
/// What stands in quotes for the first time after `before`; empty when nothing does.
std::string quoted_after(std::string_view words, std::string_view before);

}  // namespace cicd::kubernetes::causes
