// Approvals: a person agrees to one artifact, or to exactly these images and objects, for a while. They lie
// with the state of the environment, by whatever way it is deployed, and are used up by the deploy that they
// let in. How a plan is made it does not know.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <cicd/deliver/policy/action.hpp>
#include <cicd/deliver/release/artifact.hpp>
#include <cicd/plan/graph.hpp>

namespace cicd {

/// How long an approval holds where nothing else is said.
inline constexpr std::chrono::hours approval_lasts{24};

/// The command that gives the approval of exactly this step: a deploy, a preview, a canary of this share (0:
/// as declared), with the managers whose fields it takes over this once.
std::string approve_words(const graph_step& step,
                          int percent,
                          const std::vector<std::string>& take_over = {});

/// The command that shows what an artifact would change in an environment; `commit` is a tag or a commit.
std::string notes_words(const declared_pipeline& pipeline,
                        const environment& place,
                        const std::string& commit);

/// What is declared of a step: of a preview its own, of a canary its own or else the environment's.
approval_rule approval_rule_of(const graph_step& step);

/// What the approval of an artifact for an environment is bound to: commit, images and bundle, not when the
/// record was written; and the managers whose fields are taken over.
digest approval_digest(const artifact_record& artifact,
                       const std::string& environment,
                       const std::vector<std::string>& taken_over);
/// The text of objects without the end of a branch's copy, which each deploy puts off: what was agreed to
/// before it is the same afterwards.
std::string without_end_of_copy(std::string text);
/// The same of images and rendered files, where there is no artifact yet.
digest approval_digest(const deployment_record& record, const std::map<std::string, std::string>& files);

/// What can be agreed to in one home of an environment.
struct approvable {
  std::string digest;              ///< 64 digits; empty: there is nothing to approve in that home
  std::string version;             ///< as a person knows it
  std::vector<std::string> lines;  ///< of the plan
  /// Makes what the state lives in, where that is yet to be made; empty: nothing.
  std::function<status(const permit& allowed)> prepare{};
};

struct approval_request {
  std::string step;  ///< `orders/deploy-prod`
  std::string reason;
  std::string make_images{};  ///< the command that makes what it would deploy
  std::chrono::seconds lasts = approval_lasts;
  approval_rule rule = approval_rule::required;
  std::string author{};           ///< of the commit, where `rule` is `other`
  std::string nameless_system{};  ///< a CI system runs this and names no person; empty: none, or it does
};
/// Agrees to what was planned, one for each home of the environment in their order, and to nothing else.
/// Tells `approval_started` and `approved` for each. Class `usage` where nothing could be planned, `policy`
/// where `other` is declared and the author, or no person that is known, approves.
status approve(const approval_request& request, const std::vector<approvable>& plans, const action_ports& on);

/// Takes approvals back: those whose id begins with `id` (empty: all of the environment), in each of
/// its homes. Tells `approval_withdrawn` for each. Class `usage` where there is none, with those that there
/// are.
status withdraw_approvals(const std::string& id, const action_ports& on);

/// What was approved, in each home; nothing is changed.
using see_approvals =
    std::function<void(const changed_place& at, const std::vector<deployment_approval>& approvals)>;
status show_approvals(const action_ports& on, const see_approvals& see);

/// The id by which a person names one approval: of what was approved and by whom, the same in each home.
std::string short_approval(const deployment_approval& of);

/// What was done is no longer approved.
void use_up(std::vector<deployment_approval>& approvals, const std::string& digest);

}  // namespace cicd
