// What adoption asks of live objects and of its own declaration: who leads to whom, what the calls render to,
// and which patch is between that and what runs.
#pragma once

#include <string>
#include <vector>

#include <cicd/declare/model.hpp>
#include <cicd/kubernetes/adopt/calls.hpp>

namespace cicd::kubernetes::adopting {

/// An image of the pipeline, and what runs of it now.
struct known_image {
  std::string name, repository, reference;
};

/// Whether every pair of `selector` is among the labels; one without pairs takes nothing here.
bool takes_labels(const json& selector, const json& labels);
/// Whether an Ingress is hosts with one path each and that Service, as ours are.
bool is_our_shape(const json& ingress, const std::string& front);
/// Whether a Service, Ingress, autoscaler or disruption budget is about one of the workloads.
bool leads_to_any(const json& object, const std::vector<found_workload>& workloads);

/// What the calls declare, or what is wrong with them: `places` tells which call and which of its words.
model_or_errors model_by(const std::vector<written_call>& calls);
/// Takes out of the calls what the rules of a declaration refuse although it runs, and says in `warnings`
/// what is left to a patch. Class `usage` where it is what a workload is found by, which no patch can say.
status leave_out_refused(std::vector<written_call>& calls, std::vector<std::string>& warnings);
/// What a deploy of these calls would apply, with the images that run now.
result<std::vector<object>> rendered_by(const std::vector<written_call>& calls,
                                        const std::vector<known_image>& images,
                                        const std::vector<adoption::file>& files,
                                        const adoption_request& request);
/// The document of a patch file that makes what runs of what is rendered; empty where nothing is between
/// them. The port behind the rules of an Ingress is said by a JSON patch, which leaves the host alone.
std::string patch_document(const object& ours, const json& live);

}  // namespace cicd::kubernetes::adopting
