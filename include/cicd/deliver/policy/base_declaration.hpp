// What the base branch of a pull request says of what the request would change: whether it is declared there,
// goes where it goes there, and by which rules. Pure; it does not know how the base branch was read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/model.hpp>

namespace cicd {

struct gate_question;

/// The declarations of the base branch, which was configured by itself. Who opens a pull request chooses its
/// base: so the repository's default branch has a say too.
struct base_branch {
  std::string name;    ///< `main`
  std::string commit;  ///< 40 digits
  const model* declares = nullptr;
  const model* here = nullptr;            ///< what the pull request declares
  const base_branch* standard = nullptr;  ///< the default branch, where that is another one
};

/// An option that says where something goes, and is declared otherwise in the base branch.
struct declared_difference {
  std::string option;  ///< `NAMESPACE`
  std::string here{}, there{};

  bool operator==(const declared_difference&) const = default;
};

/// What it says of one change.
struct base_declaration {
  std::string branch, commit;  ///< whose words follow
  std::string by{};            ///< who was asked: `main (1234567)`, or `release (…) and main (…)`
  std::string lacks{};  ///< what it does not declare: `pipeline_preview(orders IN stage)`; empty: nothing
  std::vector<declared_difference> differs{};
};

/// What a preview of the environment (of a publish: null) finds in the base branch, and in the default branch
/// where that declares it.
base_declaration base_declaration_of(const base_branch& base,
                                     const declared_pipeline& pipeline,
                                     const environment* place);

/// The rules of a preview are the strictest ones of the declarations. Where the default branch does not
/// declare it, they are those of its strictest preview: another name is no way around them.
void take_rules(gate_question& to, const base_branch& base);
/// The pipeline whose keys verify what goes to that environment, as a branch declares it; null where none
/// names any. The default branch has the first say.
const declared_pipeline* pipeline_with_keys(const base_branch& base,
                                            std::string_view pipeline,
                                            std::string_view environment);

/// The environment of that name; null where there is none.
const environment* environment_in(const declared_pipeline& of, std::string_view name);
/// The preview in that environment; null where there is none.
const preview* preview_in(const declared_pipeline& of, std::string_view environment);

/// Whether one of the branches lets a commit of the pipeline be built with an approval only: any step, or,
/// where it leads to the preview in that environment (not null), those.
bool builds_with_approval(const base_branch& base,
                          const declared_pipeline& pipeline,
                          const environment* preview_in);

}  // namespace cicd
