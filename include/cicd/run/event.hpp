// What happens in a run, as values. Everything that a person or a machine learns of a run is one of these;
// the format is the contract "events" (docs/contracts/events.md).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/base/json.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// How a step ended.
enum class step_outcome {
  ran,          ///< it was run and succeeded
  reused,       ///< its outputs came back from the cache
  up_to_date,   ///< its outputs are there already
  failed,       ///< it ended with another status than 0
  timed_out,    ///< it was ended after its time limit
  interrupted,  ///< it was ended because the run was
  not_run       ///< something before it failed, or, where that is its failure, this run may not run it
};
std::string_view word_for(step_outcome outcome);

/// A test case of a report file.
struct test_case {
  enum class state { passed, failed, error, skipped };
  std::string suite, name, file;
  state how = state::passed;
  std::chrono::milliseconds duration{};
  std::string message, details;  ///< of a failure
  bool flaky = false;            ///< it passed after it had failed in the same run
  std::string history{};         ///< of a failure: what is known of it from earlier runs; may be empty
};

struct run_started {
  std::string id, folder, target, commit, branch, who;
  std::vector<std::string> steps;  ///< those that take part, as `orders/build`
  std::string change{};            ///< of what is done for a change alone: `affected since 1a2b3c4, …`
};
/// It is compared with what is there; what comes of it follows, at last `step_ended`.
struct step_planning {
  std::string step;
};
struct step_started {
  std::string step;
  std::vector<std::string> reasons;  ///< why it runs: three at most, then a count
  std::optional<std::chrono::milliseconds> expected;
  int attempt = 1;
};
struct step_waiting {
  std::string step, for_whom;  ///< the holder of its lock
};
struct step_output {
  std::string step;
  output_stream stream = output_stream::out;
  std::string line;  ///< without its end; raw bytes
};
struct step_message {
  std::string step, text;  ///< progress of a step that has no output of its own
};
/// A backing service was started for a step, is ready, or is gone.
struct service_event {
  enum kind { started, ready, ended };
  kind what = started;
  std::string service;                   ///< `orders/postgres`
  std::string step;                      ///< that needs it; of a shared one the first that did
  std::string log{};                     ///< of `started`: absolute path of what it prints
  std::chrono::milliseconds duration{};  ///< since it was started
  ending how{};                          ///< of `ended`
};
struct step_ended {
  std::string step;
  step_outcome outcome = step_outcome::ran;
  std::chrono::milliseconds duration{};
  ending how;           ///< of the process, where there was one
  std::string log;      ///< absolute path; empty when there is none
  std::string summary;  ///< one line: `sha256:…, 2 of 3 layers reused`
  std::optional<error> failure;
  std::vector<test_case> tests;
  std::string key{};  ///< of a pure step that was started
};
struct run_ended {
  exit_class outcome = exit_class::done;
  std::chrono::milliseconds duration{};
  std::optional<error> failure;
  std::vector<note> summary;  ///< where things are: label and text
};

// --- what is done to an environment, by a step or by hand ---

/// An environment, or a branch's preview or canary in it, in one of its clusters.
struct changed_place {
  std::string pipeline, environment, cluster;
  std::string branch{}, branch_key{};
  /// `orders/prod`, `orders/prod/fix-click-1a2b3c4d`
  std::string text() const {
    return pipeline + '/' + environment + (branch_key.empty() ? "" : '/' + branch_key);
  }
};
/// What is told of a deployment record.
struct deployment_facts {
  std::string id, version, commit, who;
  std::int64_t generation = 0;
  std::chrono::system_clock::time_point when{};
  std::map<std::string, std::string> images{};  ///< what runs: name → `sha256:…`
};
/// What led to a deployment.
enum class deployed_by { deploy, rollback, share };
std::string_view word_for(deployed_by how);

/// A message of a chat that is edited later: where it lies.
struct announced_message {
  std::string to;           ///< the notifier, by where its messages go: `#deploys`
  std::string channel, id;  ///< as the server knows them
  bool operator==(const announced_message&) const = default;
};
/// A deploy that failed before anything of it was recorded where it was to go, and how often it did so in a
/// row.
struct unrecorded_failure {
  std::string commit, says;
  std::string configuration;  ///< of the environment as it was declared then, hexadecimal
  std::int64_t times = 0;
  std::chrono::system_clock::time_point when{};  ///< of the last
  bool operator==(const unrecorded_failure&) const = default;
};
/// What was told of an environment's last release, kept with its state so that later runs go on from there.
struct announcement {
  std::string version, commit, who;           ///< of the release
  std::string before, before_commit;          ///< what ran until then
  std::string is;                             ///< how it is, a word of `release_stage`
  bool failing = false;                       ///< a failure was told, and no recovery yet
  std::vector<std::string> failing_cron{};    ///< cron jobs whose failure was told
  std::vector<announced_message> messages{};  ///< of this release alone
  bool is_shared = false;                     ///< they speak of several services
  std::optional<unrecorded_failure> unrecorded{};
  bool operator==(const announcement&) const = default;
};

/// A deploy of a release begins, with the gate's leave.
struct deploy_started {
  changed_place at;
  deployment_facts to;
  std::optional<deployment_facts> before{};  ///< what runs there
  announcement announced{};                  ///< what was told before; in no file
  std::string approved_by{};                 ///< whose approval lets it in; empty: it needs none
};
/// The gate refuses it, or keeps it waiting.
struct deploy_refused {
  changed_place at;
  deployment_facts to;
  std::optional<deployment_facts> before{};
  std::string rule;    ///< `approval`, `SOAK`
  bool waits = false;  ///< it may be let in later as it is
  std::optional<std::chrono::system_clock::time_point> until{};
  error failure;
  announcement announced{};
};
/// The artifact of a commit is never deployed again, or may be.
struct yanked {
  std::string pipeline, version, commit, who, reason;
  bool is_lifted = false;
  std::vector<std::string> runs_in{};     ///< environments that still have it
  std::vector<std::string> may_run_in{};  ///< whose deploy of it came to no good end
};
/// The last run of a cron job failed, or planned ones did not come; seen by `cicd cron list --check`.
struct cron_failed {
  changed_place at;
  std::string cron_job, owner, why;
};
/// Its last run was good.
struct cron_succeeded {
  changed_place at;
  std::string cron_job, owner;
};

struct rollback_started {
  changed_place at;
  deployment_facts to;
};
/// What ran before is not put back there, or not wholly.
struct rollback_failed {
  changed_place at;
  deployment_facts to;
  error failure;
};
/// It runs there, and was recorded.
struct deployed {
  changed_place at;
  deployment_facts record;
  std::string reason;  ///< of the person who asked for it; empty where none was given
  deployed_by how = deployed_by::deploy;
  std::string share{};  ///< of a canary: `1 of 11 pods, 9.1%`
};
/// Deploys are kept away, all or those of one version.
struct held {
  changed_place at;
  std::string who, reason, version;
  std::chrono::system_clock::time_point since{};
};
struct released {
  changed_place at;
  std::string who;
  std::string ended{};  ///< what kept deploys away until then, as a sentence; empty: nothing did
};
/// It is deployed there when the pull request is merged.
struct proposed {
  changed_place at;
  deployment_facts record;
  std::string link;
};
/// What is agreed to, before it is written down.
struct approval_started {
  changed_place at;
  std::string step;
  std::vector<std::string> plan;  ///< as a person reads it
};
struct approved {
  changed_place at;
  std::string step, version, who, reason;
  std::string digest;  ///< of what was agreed to
  std::chrono::system_clock::time_point expires{};
};
/// An approval that holds no longer, and who took it back.
struct approval_withdrawn {
  changed_place at;
  std::string step, version, who;
  std::string by;      ///< who had given it
  std::string digest;  ///< of what was agreed to
};
/// What a person should know before it goes on.
struct step_warning {
  std::string step, text;
};
/// A branch's preview or canary is to end, and why.
struct branch_over {
  changed_place at;
  std::string kind;  ///< `preview` or `canary`
  std::string why;   ///< a sentence: `its branch is gone`
};
struct removed {
  changed_place at;
  std::string kind;
  std::vector<std::string> objects;  ///< `Deployment orders-api-fix-click-…`
  std::vector<std::string> kept;     ///< and why, a sentence each
};
/// It stays, wholly or in part; what was to be removed beside it goes on.
struct remove_failed {
  changed_place at;
  std::string kind;
  error failure;
};
/// A Job that a person waits for; what it prints is `step_output`.
struct job_started {
  changed_place at;
  std::string job;   ///< its name
  std::string what;  ///< `the run of close-stale-orders`, `task 'bin/migrate'`
};
struct job_ended {
  changed_place at;
  std::string job, what;
  bool good = false;
  int status = 0;       ///< of the container; 0 also where it never ran
  std::string meaning;  ///< `exit status 3`
  std::string why{};    ///< it never ran: the cause, in lines
};
/// No further runs of a cron job until it is resumed.
struct cron_suspended {
  changed_place at;
  std::string cron_job, who, reason;
};
struct cron_resumed {
  changed_place at;
  std::string cron_job, who;
  std::size_t missed = 0;  ///< runs, while it was suspended
};

using event_body = std::variant<run_started,
                                step_planning,
                                step_started,
                                step_waiting,
                                step_output,
                                step_message,
                                service_event,
                                step_ended,
                                run_ended,
                                rollback_started,
                                rollback_failed,
                                deployed,
                                held,
                                released,
                                proposed,
                                approval_started,
                                approved,
                                approval_withdrawn,
                                step_warning,
                                branch_over,
                                removed,
                                remove_failed,
                                job_started,
                                job_ended,
                                cron_suspended,
                                cron_resumed,
                                deploy_started,
                                deploy_refused,
                                yanked,
                                cron_failed,
                                cron_succeeded>;
struct event {
  std::chrono::system_clock::time_point when{};
  std::chrono::milliseconds elapsed{};  ///< since the run began
  event_body body;
};

/// Those who listen. A listener never changes the outcome.
using event_listener = std::function<void(const event&)>;

/// One line of events.ndjson, without its end.
std::string ndjson_of(const event& happened);

}  // namespace cicd
