// The options of publishing and deploying in one run (delivery.hpp).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <cicd/base/digest.hpp>
#include <cicd/base/error.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/deliver/asked_program.hpp>
#include <cicd/deliver/policy/base_declaration.hpp>
#include <cicd/image/signature/provenance.hpp>
#include <cicd/run/secret_store.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// The git event that is rehearsed instead of what is checked out.
struct git_event {
  ref_kind kind = ref_kind::none;
  std::string name;  ///< of the branch or tag
};

/// What a person promotes, whatever is checked out.
struct hand_promotion {
  std::string commit;  ///< 40 digits, of the sources
  std::string tag;     ///< by which; empty: the highest of the commit that the environment follows
  std::string
      hotfix{};  ///< why FROM, and what else holds it back for a time, is passed over; empty: it is not
  std::string branch{};  ///< that it is of; empty: the one that the environment follows
};

/// By the pipeline's name.
using hand_promotions = std::map<std::string, hand_promotion, std::less<>>;

struct delivery_options {
  std::string run_id;
  std::set<std::string, std::less<>>
      allow_dirty;  ///< environments, or `publish`, that take a tree with uncommitted changes
  git_event event;
  /// Of `deploy --plan`: step and cluster → fingerprint; step and `@` → what an approval of it is bound to.
  std::map<std::string, std::string> saved_plans;
  int canary_percent = 0;              ///< of `canary start|set`; 0: what is declared
  std::vector<std::string> take_over;  ///< managers whose fields are taken over this once
  bool rehearses = false;              ///< only a plan is made
  cancellation cancelled{};            ///< ends what is being planned and done
  /// Over what the images of a pipeline are made of, as it lies here.
  std::function<result<digest>(const declared_pipeline& pipeline)> inputs_of{};
  /// The same, step by step, for provenance.
  std::function<result<build_materials>(const declared_pipeline& pipeline)> materials_of{};
  bool ask_gates = false;  ///< a plan asks GATE, too
  hand_promotions by_hand{};
  /// A run's own store, which masks from then on what it gives. Empty: where the secret is declared to be.
  secret_source secrets{};
  /// What the run did so far for a pipeline, as it is kept with the artifact of that commit. Empty: nothing
  /// is kept.
  std::function<std::string(const declared_pipeline& pipeline, const std::string& commit)> history_of{};
  /// Whether this process may still begin a change: a loop that lost its lease may not. Empty: it may.
  std::function<status()> may_act{};
  /// All that `secrets` gave is masked in what a program printed, before that is cut into lines. Empty: as it
  /// is.
  text_mask masked{};
  /// What the base branch of the pull request that set the run off declares; asked once. Empty: it cannot be
  /// asked.
  std::function<result<base_branch>()> base{};
  bool rehearses_event = false;  ///< of a plan for an event that is said: who asks counts
  bool is_foretold = false;      ///< of that: no server is asked what would change
  bool takes_changes = false;    ///< of what a person approves: what a pull request published counts

  /// What is promoted of a pipeline by hand; nothing where it is not.
  const hand_promotion* promoted_of(const declared_pipeline& pipeline) const {
    const auto found = by_hand.find(pipeline.declared.name.view());
    return found == by_hand.end() ? nullptr : &found->second;
  }
};

}  // namespace cicd
