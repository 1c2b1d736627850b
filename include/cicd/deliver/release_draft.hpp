// What images look like in an environment, before anything is rendered: the facts for rendering, and the
// record. It does not know by which way they get there.
#pragma once

#include <optional>

#include <cicd/deliver/records/record.hpp>
#include <cicd/deliver/way.hpp>
#include <cicd/kubernetes/render/objects.hpp>

namespace cicd {

struct release_draft {
  kubernetes::release_facts facts;
  deployment_record record;
};

/// Of what a step deploys, given the record of what is there: images that run there already keep what first
/// built them, others get the tag of this commit.
result<release_draft> draft_for(const way_context& in,
                                const deploy_request& of,
                                const std::optional<deployment_record>& before);
/// Of what is recorded there already, for what needs no new image: tasks, rollbacks.
release_draft draft_of(const deployment_record& record, const environment& place);

/// What `{version}` stands for where that git tag is deployed: `1.5.0` of `v1.5.0`.
std::string version_of_tag(const std::string& tag);

/// Reads what CONFIG_FILES, MANIFESTS and PATCH name into the facts.
status read_declared_files(const declared_pipeline& pipeline,
                           const environment& place,
                           kubernetes::release_facts& facts);

}  // namespace cicd
