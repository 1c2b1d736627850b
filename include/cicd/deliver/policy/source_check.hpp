// Whether what is deployed somewhere comes from the declaration that would deploy there now. Two repositories
// with a pipeline of one name, such as a copied example, would otherwise remove each other's services. Pure
// but for the question to git.
#pragma once

#include <optional>
#include <string>

#include <cicd/declare/model.hpp>
#include <cicd/deliver/records/record.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

/// For messages: whom an error is about, which environment, and what would be replaced there.
struct source_place {
  std::string subject, environment, what = "what is deployed there";
};

/// The annotation of every object in a cluster that says where its declaration comes from.
inline constexpr const char* source_annotation = "cicd.dev/source";

/// Whether what is there was written down without a remote repository, so that its first commit tells where
/// it comes from.
bool is_by_history(const std::optional<deployment_record>& there);

/// Where the pipeline's declaration comes from; with as much as it takes to tell it from what `there` comes
/// from.
source_identity source_of(const declared_pipeline& pipeline,
                          const std::optional<deployment_record>& there,
                          const surroundings& around);

/// Whether both are one repository and folder; anything where one of them was never written down.
bool is_same_source(const source_identity& ours, const source_identity& theirs);
/// Whether `source` (as `source_identity::text` has it) is one whose place the pipeline takes, by FORMERLY.
bool takes_place_of(const declared_pipeline& pipeline, const std::string& source);

/// Class `conflict` with the other repository when what is there comes from another. A record of before
/// sources were kept may be of any repository.
status check_source(const declared_pipeline& pipeline,
                    const source_identity& ours,
                    const std::optional<deployment_record>& there,
                    const source_place& where);
/// The same for one object that bears `source` and that we would change.
error object_of_other_source(const declared_pipeline& pipeline,
                             const source_identity& ours,
                             const std::string& object,
                             const std::string& source,
                             const source_place& where);

}  // namespace cicd
