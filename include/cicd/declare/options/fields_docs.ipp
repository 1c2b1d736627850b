// The words of every option: a list for each header that declares options, which cmake/dev/field_docs.cmake
// writes from its comments.
#pragma once

#include <cicd/declare/options/fields.hpp>

namespace cicd {

std::span<const field_doc> field_docs() {
  static constexpr field_doc docs[] = {
// clang-format off
#include <cicd/declare/options/fields_docs_steps.inc>
#include <cicd/declare/options/fields_docs_artifacts.inc>
#include <cicd/declare/options/fields_docs_workloads.inc>
#include <cicd/declare/options/fields_docs_environments.inc>
#include <cicd/declare/options/fields_docs_pipeline.inc>
      // clang-format on
  };
  return docs;
}

}  // namespace cicd
