// The last steps of describing: a draft gets what follows from all its calls and, once it is checked, becomes
// a declared pipeline.
#pragma once

#include <cicd/declare/check/draft.hpp>
#include <cicd/declare/parse/diagnostics.hpp>

namespace cicd::declaring {

/// A step of a stage's name has that stage where none is given: a step `test` holds a deploy back without
/// STAGE, too. One with DATABASE_AGE is run always.
void finish_stages(draft& of);
/// The pipeline's JAR, BASE and BASE_AFTER belong to the template's image.
void finish_images(draft& of, findings& found);
/// The pipeline without its places; the draft's values are moved out.
declared_pipeline handed_over(draft& of);
/// The absolute folder of the pipeline's sources.
std::string source_directory_of(const declaration<pipeline>& own);

}  // namespace cicd::declaring
