// The last step of describing: a checked draft becomes a declared pipeline.
#pragma once

#include <cicd/declare/check/draft.hpp>

namespace cicd::declaring {

/// The pipeline without its places; the draft's values are moved out.
declared_pipeline handed_over(draft& of);
/// The absolute folder of the pipeline's sources.
std::string source_directory_of(const declaration<pipeline>& own);

}  // namespace cicd::declaring
