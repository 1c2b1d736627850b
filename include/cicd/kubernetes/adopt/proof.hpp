// What adoption asks of live objects and of its own declaration: who leads to whom, what the calls render to,
// and which patch is between that and what runs.
#pragma once

#include <string>
#include <vector>

#include <cicd/kubernetes/adopt/calls.hpp>

namespace cicd::kubernetes::adopting {

/// An image of the pipeline, and what runs of it now.
struct known_image {
  std::string name, repository, reference;
};

/// Whether every pair of `selector` is among the labels; one without pairs takes nothing here.
bool takes_labels(const json& selector, const json& labels);
/// Whether an Ingress is one host, one path and that Service, as ours are.
bool is_our_shape(const json& ingress, const std::string& front);
/// Whether a Service, Ingress, autoscaler or disruption budget is about one of the workloads.
bool leads_to_any(const json& object, const std::vector<found_workload>& workloads);

/// What a deploy of these calls would apply, with the images that run now.
result<std::vector<object>> rendered_by(const std::vector<written_call>& calls,
                                        const std::vector<known_image>& images,
                                        const std::vector<adoption::file>& files,
                                        const adoption_request& request);
/// The document of a patch file that makes what runs of what is rendered; empty where nothing is between
/// them. The place of an Ingress within its one rule is said by a JSON patch, which leaves the host alone.
std::string patch_document(const object& ours, const json& live);

}  // namespace cicd::kubernetes::adopting
