// The one gate: whether a change may be made, asked by every door before anything is written outside. Pure:
// it gets facts and answers with a permit or the one refusal. It does not know how facts are found nor how a
// change is made. What writes takes a permit, and only the gate makes one.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <cicd/declare/model.hpp>
#include <cicd/declare/pipeline.hpp>
#include <cicd/deliver/policy/base_declaration.hpp>
#include <cicd/deliver/policy/version_order.hpp>
#include <cicd/deliver/records/cluster_state.hpp>
#include <cicd/deliver/records/record.hpp>
#include <cicd/deliver/release/artifact.hpp>
#include <cicd/image/signature/signed_image.hpp>
#include <cicd/observe/ci_event.hpp>
#include <cicd/observe/git.hpp>

namespace cicd {

/// Everything that writes outside, and what could: a secret in a step's hands.
enum class change : std::uint8_t {
  publish,       ///< images into their registry
  deploy,        ///< to an environment, by whatever way
  preview,       ///< a branch's copy beside it
  canary,        ///< a branch's pods among its own
  canary_share,  ///< more or fewer of those
  branch_end,    ///< a preview or a canary is taken away
  rollback,      ///< what ran before is put back
  task,          ///< a command in the deployed image
  cron_run,      ///< a cron job, now
  cron_pause,    ///< a cron job is suspended or resumed
  hold,          ///< set or released
  approve,
  build,    ///< any step of a pipeline with APPROVAL_TO_BUILD is run
  tag,      ///< a tag is pushed to the remote repository of the sources
  yank,     ///< an artifact is marked never to be deployed again, or that mark is lifted
  observe,  ///< it is written down that what is deployed was seen to be healthy, or who was told of it
  secret    ///< a step is given one
};

/// What a change can be refused for, in the order in which it is asked.
enum class gate_rule : std::uint8_t {
  fork,         ///< a pull request from a fork changes nothing
  protection,   ///< PROTECTED
  dirty,        ///< uncommitted changes, of the sources or of the declaration
  ref,          ///< ON, by what is checked out and by the event
  proposal,     ///< a pull request changes nothing but its preview, where its base branch declares that
  pin,          ///< PIN: it is the one artifact that goes there
  branches,     ///< BRANCHES of pipeline_release()
  version,      ///< the tag is a version of VERSIONS
  moved_tag,    ///< the tag was of another commit when it was deployed
  yanked,       ///< the artifact of what would run was yanked
  superseded,   ///< a newer commit, or a higher version, is there already
  weakened,     ///< a newer declaration that was deployed asks for more
  hold,         ///< and what was put back by hand
  from,         ///< FROM: it is or was deployed there, and healthy
  soak,         ///< SOAK: it was so for long enough
  window,       ///< WINDOW
  await,        ///< AWAIT: images of others are there
  upstream,     ///< UPSTREAM: a job elsewhere had a good build of the commit
  signature,    ///< VERIFY_SIGNATURE: its images, and their provenance, are signed by whom it names
  remote_ref,   ///< the commit is on the followed branch of the remote repository
  declaration,  ///< PIPELINE_REF: the declaration's commit is on that branch of its remote repository
  approval,
  program  ///< GATE: the only rule that runs something
};

/// All of both, for tables and tests.
inline constexpr change all_changes[] = {
    change::publish,    change::deploy,   change::preview, change::canary,   change::canary_share,
    change::branch_end, change::rollback, change::task,    change::cron_run, change::cron_pause,
    change::hold,       change::approve,  change::build,   change::tag,      change::yank,
    change::observe,    change::secret};
inline constexpr gate_rule all_rules[] = {
    gate_rule::fork,        gate_rule::protection, gate_rule::dirty,      gate_rule::ref,
    gate_rule::proposal,    gate_rule::pin,        gate_rule::branches,   gate_rule::version,
    gate_rule::moved_tag,   gate_rule::yanked,     gate_rule::superseded, gate_rule::weakened,
    gate_rule::hold,        gate_rule::from,       gate_rule::soak,       gate_rule::window,
    gate_rule::await,       gate_rule::upstream,   gate_rule::signature,  gate_rule::remote_ref,
    gate_rule::declaration, gate_rule::approval,   gate_rule::program};

/// The table: which rules a change is asked. Documented in docs/interface.md, "Who may change what".
bool is_asked(change what, gate_rule rule);
/// Whether a rule needs to know what is there already; the others can be asked before anything is built, made
/// or contacted.
bool needs_state(gate_rule rule);
/// Whether what the rule refuses may be let in later as it is: by itself (FROM, SOAK, WINDOW, AWAIT,
/// UPSTREAM), or because a person does something (hold, approval). What any other rule refuses, it refuses
/// for good.
bool is_waiting(gate_rule rule);
/// As a person knows it: `SOAK`, `hold`.
std::string_view word_of(gate_rule rule);

/// Where a commit is, seen from a branch of the remote repository.
struct remote_place {
  enum class answer : std::uint8_t {
    on_it,        ///< its tip, or in its history
    not_on_it,    ///< in a full history
    shallow,      ///< this clone has not enough history to know
    tip_unknown,  ///< the branch has gone on, and this clone does not have what came
    no_branch,    ///< the remote has no such branch
    no_remote     ///< nothing says where the remote repository is
  };
  answer where = answer::no_remote;
  std::string url;     ///< as it may be shown
  std::string branch;  ///< that was asked for
  std::string remote;  ///< its name in this clone, else its URL as it may be shown
};

/// One git repository that a pipeline comes from: that of its sources, and that of its declaration where it
/// is another.
struct source_facts {
  bool is_declaration = false;
  bool is_elsewhere = false;  ///< of CODE: what a CI system says of its event is of another repository
  std::string code{};         ///< the URL of CODE, with its login
  std::string folder;         ///< absolute
  git_state git;
  bool is_dirty = false;
  std::vector<setting_departure> departures{};  ///< by which it is dirty, with or without changes
  std::string follows;                   ///< of a declaration: the branch that PIPELINE_REF names; empty: any
  bool is_on_local_branch = false;       ///< HEAD's commit is on a local branch that the environment follows
  std::optional<remote_place> remote{};  ///< where it was asked for
  /// Of the sources of what is released: where the commit is, seen from BRANCHES; where it was asked for.
  std::optional<remote_place> released{};
};

/// What pipeline_release() and FROM say of a deploy; of other changes nothing.
struct release_rules {
  std::vector<std::string> branches{};  ///< BRANCHES, of what is ON tag or has FROM
  tag_order order{};                    ///< of the tags that ON follows
  std::string tag{};                    ///< by which it is deployed; empty: by none
};

/// PIN of an environment.
struct pinned_artifact {
  std::string word{};                   ///< a tag, or 40 digits; empty: none is pinned
  std::optional<std::string> commit{};  ///< that it names; nothing: this clone does not know the tag
  std::string declared_at{};            ///< `CMakeLists.txt:12`
};

/// What is known before anything is contacted.
struct gate_question {
  change what = change::deploy;
  std::string subject;                ///< `orders/deploy-prod`
  std::string pipeline, environment;  ///< names; a publish has no environment
  bool is_outside = true;  ///< false: what is changed lies in the build tree (the embedded default)
  bool is_protected = false;
  bool takes_dirty = false;  ///< ALLOW_DIRTY, --allow-dirty
  approval_rule approval = approval_rule::none;
  std::string author{};     ///< of the commit, `Name <address>`; asked for where `approval` is `other`
  bool is_by_hand = false;  ///< a promotion that a person asks for: what is checked out is of no importance
  /// Why FROM, SOAK, WINDOW and GATE are passed over; empty: they are not.
  std::string hotfix{};
  trigger follows{};  ///< ON
  release_rules released{};
  pinned_artifact pin{};
  std::chrono::milliseconds soak{};    ///< SOAK
  std::vector<std::string> awaits{};   ///< AWAIT
  std::string upstream{};              ///< UPSTREAM, `jenkins https://…`; empty: none
  std::string signer{};                ///< VERIFY_SIGNATURE, `keys/release.pub`; empty: not asked
  std::vector<std::string> program{};  ///< GATE, with its placeholders replaced
  bool rehearses = false;              ///< only a plan: who asks is of no importance
  bool rehearses_event = false;        ///< of a plan for an event, it is
  ci_event event{};
  /// Of a preview, or a publish, of a pull request: what its base branch says of it; nothing: it was not
  /// asked.
  std::optional<base_declaration> base{};
  std::string ends_preview_of{};    ///< of the end of a preview that a person names: its branch
  bool is_preview_by_gate = false;  ///< of an approval of a preview: by who passed the CI system's gate
  std::vector<source_facts> sources;
  std::string approve_words{};  ///< `cicd approve orders prod --canary`, what gives this very approval
  std::string read_words{};     ///< `cicd notes orders prod --to v1.5.0`, what shows what would be approved
};

/// Which of two deployments is newer, as far as it can be known.
struct succession {
  enum class order : std::uint8_t {
    goes_on,           ///< the new commit is the newer one, or nothing says otherwise
    older,             ///< by history
    older_by_date,     ///< by the commits' dates, where the history is not at hand
    unknown_meanwhile  ///< another run deployed a commit while this one was under way, and this clone lacks
                       ///< it
  };
  order is = order::goes_on;
  deployment_record there{};  ///< what is deployed, where something is
  std::optional<std::chrono::system_clock::time_point> mine{};
};

/// An environment, or several of which one suffices, that a commit was to be deployed to before.
struct earlier_place {
  using moment = std::chrono::system_clock::time_point;

  std::string name;  ///< `stage`, `stage|rehearse`
  bool was_reached = false;
  std::vector<std::string> there{};  ///< what each has: `stage has 8f3c2d1`
  std::string failed{};              ///< its last deploy there, where that came to no good end
  bool was_healthy = false;
  std::string says{};              ///< why it is not, as far as it is known
  std::optional<error> unknown{};  ///< why that cannot be known
  /// SAME_CONFIG: how it was deployed otherwise than it is declared now; empty: it was not, or that is not
  /// asked.
  std::string configuration{};
  bool is_unrecorded = false;          ///< of that: with which one was not recorded yet
  std::string where{};                 ///< in which of them it was healthy for the longest time
  std::chrono::milliseconds soaked{};  ///< for how long, there
  std::optional<moment> since{};       ///< from when that is counted
  std::optional<moment> replaced{};    ///< until when it was there; nothing: it still is
};

/// Outside of all windows.
struct closed_window {
  std::string windows;     ///< `Mon-Fri 09:00-16:00, America/Sao_Paulo`
  std::string opens_text;  ///< by that clock: `Mon 2026-11-30 09:00`
  std::chrono::system_clock::time_point opens{};
};

/// Something that a newer declaration asks for and this one does not.
struct weakened_gate {
  std::string words;   ///< `APPROVAL required`
  std::string here{};  ///< what is declared here instead; empty: nothing
  std::string since;   ///< the commit of that declaration
};

/// An image that AWAIT names, as its registry has it.
struct awaited_image {
  std::string repository;
  std::vector<std::string> tags;  ///< one of which it must have
  digest manifest{};              ///< none: it is not there
};

/// What UPSTREAM says of a commit.
struct upstream_build {
  enum class state : std::uint8_t {
    none,     ///< there is no build of it
    running,  ///< the last one has not come to an end
    failed,   ///< the last one that did was not good
    good
  };
  state is = state::none;
  std::string number{};  ///< as a person knows it; empty: it has none
  std::string link{};    ///< its page
  std::string says{};    ///< `FAILURE`

  bool operator==(const upstream_build&) const = default;
};

/// An image that would run.
struct image_to_verify {
  std::string repository;
  digest manifest{};
};

/// What cosign says of it.
struct verified_image {
  std::string repository;
  digest manifest{};
  bool is_there = false;
  signature_state::lack lacks = signature_state::lack::unsigned_;
  std::string says{};            ///< in cosign's words, where it looked
  std::string other_pipeline{};  ///< the provenance is of this one, which is not deployed here; else empty
  std::string commit{};          ///< that it was built from, by its provenance
};

/// What the program of GATE said.
struct program_answer {
  bool passed = false;
  std::string how{};         ///< `exit status 1`, `it took longer than 5m`
  std::string last_lines{};  ///< of its output
  bool is_missing = false;   ///< it cannot be started
};

/// What the environment itself knows.
struct gate_state {
  std::optional<deployment_hold> hold{};
  std::optional<hand_revert> reverted{};  ///< what is there was put back by hand
  std::string version{};                  ///< that would run: a hold may be of one version only
  std::string commit{};                   ///< that would run; empty: the one that is checked out
  std::optional<artifact_mark> mark{};    ///< that counts for the artifact of that commit
  succession newer{};
  std::optional<declared_gates> remembered{};  ///< what the newest declaration that was deployed asks for
  std::vector<weakened_gate> weakened{};
  std::string weakened_by{};  ///< why this declaration does not count: `this checkout is older`
  /// The last deployment of this tag that was of another commit, by what the environment keeps of its past.
  std::optional<deployment_record> tagged{};
  std::vector<earlier_place> from{};
  std::optional<closed_window> closed{};
  std::vector<awaited_image> awaited{};      ///< one for each of AWAIT; none: they were not asked
  std::optional<upstream_build> upstream{};  ///< nothing: it was not asked
  /// What would run; nothing: it is not known yet. What verifies nothing anew says so by none.
  std::optional<std::vector<image_to_verify>> images{};
  std::optional<std::vector<verified_image>> verified{};  ///< nothing: they were not verified
  std::optional<program_answer> program{};                ///< nothing: it was not asked
  std::vector<deployment_approval> approvals{};
  std::string approval_digest{};   ///< of what would be done; empty: not known yet
  bool approves_artifact = false;  ///< the digest is that of an artifact, else of images and objects
  std::chrono::system_clock::time_point now{};
  announcement announced{};  ///< of no importance to any rule: kept for who tells of the deploy
};

/// The first refusal, in the order of the rules.
struct gate_refusal {
  gate_rule rule;
  error why;
  /// It may be let in later as it is: the rule is one that waits, and no other refuses for good.
  bool waits = false;
  /// When it ends by itself, where that is known.
  std::optional<std::chrono::system_clock::time_point> until{};
};

/// The gate's leave for one change.
class permit {
 public:
  change of() const { return what_; }

 private:
  explicit permit(change what) : what_(what) {}
  friend result<permit> may(const gate_question& question, const gate_state& state);
  change what_;
};

/// What can be refused beforehand; where the remote repositories were asked already, by what they say, too.
/// Success is no permit yet.
status may_begin(const gate_question& question);
/// What is refused, and for how long. GATE is no part of it where it was not asked.
std::optional<gate_refusal> refusal_of(const gate_question& question, const gate_state& state);

/// Whose approval counts, as it was given; empty where none is asked for, or none counts.
std::string approver_of(const gate_question& question, const gate_state& state);
/// The same of the rules before one, whose facts may not be there yet.
std::optional<gate_refusal> refusal_before(gate_rule rule,
                                           const gate_question& question,
                                           const gate_state& state);
/// All rules. The error is the first refusal in their order.
result<permit> may(const gate_question& question, const gate_state& state);

}  // namespace cicd
