// What a team declares: a pipeline with its steps, images, services and environments, as plain structs.
// One field is one option. Its comment is the text of `cicd explain` and of the reference; its name gives the
// CMake keyword and the JSON key; `Example:` and `Not:` are arguments that the tests feed to the parser.
// Standard library only; nothing here knows processes, files or time.
#pragma once

// Each `Example:` and `Not:` is a line of its own, which the formatter would join with others.
// clang-format off

#include <string>
#include <vector>

#include <cicd/declare/artifacts.hpp>
#include <cicd/declare/environments.hpp>
#include <cicd/declare/steps.hpp>
#include <cicd/declare/values/declared_line.hpp>
#include <cicd/declare/values/values.hpp>
#include <cicd/declare/workloads.hpp>

namespace cicd {

/// A pipeline: all it takes for a service that follows its template.
struct pipeline {
  /// The pipeline's name, unique in the build tree; the first part of its targets' names.
  /// Example: orders
  /// Not: Orders_API
  dns_label name;
  /// The conventions that it follows; `cicd explain <template>` prints what it expands to.
  /// Example: TEMPLATE java-maven
  /// Not: TEMPLATE java-mavn
  dns_label base_template{};
  /// Values of the template's parameters, which `cicd explain <template>` lists. Default: those of the template.
  /// Example: SET test_phase=test
  /// Not: SET Test=1
  std::vector<label> set{};
  /// The folder of the service's sources, relative to the folder of the call. Default: that folder.
  /// Example: DIRECTORY services/orders
  /// Not: DIRECTORY ""
  text directory{};
  /// The repository of the image: `<registry>/<path>`, or only a path for the OCI layout in the build tree. Default:
  /// the pipeline's name.
  /// Example: IMAGE services/orders
  /// Not: IMAGE services/orders:latest
  image_repository image{};
  /// A pipeline that is declared and built elsewhere, which has only its environments here: the repository in a registry
  /// where its artifacts are, that of its first image there. What runs is what the bundle of the artifact declares; where it
  /// goes and what that waits for is declared here alone, so that no release can ask less. Needs CODE.
  /// Example: ARTIFACTS registry.example.com/services/billing
  /// Not: ARTIFACTS registry.example.com/services/billing:1.0
  image_repository artifacts{};
  /// The git repository of the sources of a pipeline that is built elsewhere, with ARTIFACTS or with images BUILT_BY a job:
  /// any URL or path that git knows. Its branches, tags and commits are read, and of its files those of MANIFESTS_FROM alone.
  /// Example: CODE ssh://git@git.example.com/services/billing.git
  /// Not: CODE ""
  text code{};
  /// The base of the template's image; see `image.base`.
  /// Example: BASE rootfs:runtime
  /// Not: BASE eclipse-temurin:17
  text base{};
  /// Which jar the template's image runs, when the rule cannot tell; see `image.jar`.
  /// Example: JAR target/orders-*.jar
  /// Not: JAR /app.jar
  path_pattern jar{};
  /// Steps whose outputs the template's image takes beside those of `build`, such as one that makes its base.
  /// Example: BASE_AFTER runtime
  /// Not: BASE_AFTER Runtime
  std::vector<step_reference> base_after{};
  /// The scanners that run; what a template offers is listed by `cicd explain <template>`. Default: its default ones.
  /// Example: SCAN spotbugs
  /// Not: SCAN spotbgs
  std::vector<dns_label> scan{};
  /// The least severity that fails a scan: low, medium or high. Default medium. What a DOCKERFILE takes without saying
  /// which bytes are meant fails its image where this is declared: ADD of a URL is medium, FROM of `latest` low.
  /// Example: FAIL_ON high
  /// Not: FAIL_ON severe
  text fail_on{};
  /// A file below the source folder that lists the findings which were there when a scan came: they are counted and fail nothing.
  /// `cicd scan baseline --update` writes it. It holds exceptions too, with reason, owner and last day. No step has it as input.
  /// Example: BASELINE scan-baseline.json
  /// Not: BASELINE ../scan-baseline.json
  relative_path baseline{};
  /// Signs each image, and its provenance, with this secret when it is published: a private key as `cosign
  /// generate-key-pair` writes it. The program `cosign` is needed for it. Nothing is written to a public log.
  /// Example: SIGN_IMAGES secret:release-key
  /// Not: SIGN_IMAGES release-key
  named_secret sign_images{};
  /// The secret that is the password of the key of SIGN_IMAGES. Default: the key has none.
  /// Example: SIGN_PASSWORD secret:release-key-password
  /// Not: SIGN_PASSWORD hunter2
  named_secret sign_password{};
  /// Signs them without a key, by a certificate for the identity that the CI system gives the job (Fulcio); signature, identity
  /// and the names of the images stand in the public log (Rekor). Where the job has no such identity nothing is published.
  /// Example: SIGN_KEYLESS
  /// Not: SIGN_KEYLESS yes
  bool sign_keyless = false;
  /// The branch from which its declaration is accepted: a deploy elsewhere than to the embedded default checks that the
  /// commit of the declaring files is on that branch of their remote repository. For declarations that lie in another
  /// repository than the sources.
  /// Example: PIPELINE_REF main
  /// Not: PIPELINE_REF "a b"
  ref_pattern pipeline_ref{};
  /// Every run of its steps needs an approval of the commit by `cicd approve --build`, before the first step. The approval
  /// is kept beside the artifacts, in the repository of its first image, and expires.
  /// Example: APPROVAL_TO_BUILD
  /// Not: APPROVAL_TO_BUILD yes
  bool approval_to_build = false;
  /// Repositories whose place this one takes, as an error names them: `<host>/<path>`, with `//<folder>` where the
  /// declaration was not at the top. What they deployed under this pipeline's name is taken over; it can be removed
  /// after the next deploy of every environment.
  /// Example: FORMERLY git.example.com/shop/orders
  /// Not: FORMERLY ""
  std::vector<text> formerly{};

  /// Labels on every object and on the pods, by pipeline_label(). Placeholders are replaced, and what stands in
  /// for one is made to fit where it is not a valid label value, such as a branch's name: everything else is refused.
  /// Example: LABELS team=checkout
  /// Not: LABELS team
  std::vector<annotation> labels{};
  /// Of add_pipeline() alone: a file that declares the pipeline in place of further options, read when CMake configures.
  /// A C++ file, which is compiled, includes `<cicd/pipeline.hpp>` and defines `cicd::pipeline declare()`; one whose name
  /// ends in `.json` holds calls like a template's. A path below the folder of the call.
  /// Example: SOURCE pipeline.cpp
  /// Not: SOURCE ../pipeline.cpp
  relative_path source{};
  /// Further folders in which the C++ file that SOURCE names looks for headers.
  /// Example: INCLUDES include
  /// Not: INCLUDES ""
  std::vector<text> includes{};

  std::vector<cicd::step> steps{};
  std::vector<cicd::backing_service> backing_services{};
  std::vector<cicd::image> images{};
  std::vector<cicd::zip_function> functions{};
  std::vector<cicd::file_group> file_groups{};
  std::vector<cicd::service> services{};
  std::vector<cicd::cron_job> cron_jobs{};
  std::vector<cicd::container> containers{};
  std::vector<cicd::deploy_task> tasks{};
  std::vector<cicd::environment> environments{};
  std::vector<cicd::release> releases{};  ///< one at most
  std::vector<cicd::preview> previews{};
  std::vector<cicd::canary> canaries{};
  std::vector<cicd::notifier> notifiers{};  ///< in a model those of the build tree among them
  std::vector<cicd::secret> secrets{};  ///< in a model those of the build tree among them
  std::vector<cicd::setting> settings{};

  declared_line line = declared_line(__builtin_LINE(), __builtin_FILE());  ///< where it is declared
};

/// Whether it makes something that is published: images, zips of functions, or files.
inline bool publishes(const pipeline& of) {
  return !of.code && (!of.images.empty() || !of.functions.empty() || !of.file_groups.empty());
}

/// Pipelines that a C++ file declares, by add_pipelines().
struct pipelines {
  /// The C++ file that declares them, compiled when CMake configures. It includes `<cicd/pipeline.hpp>` and defines
  /// `std::vector<cicd::pipeline> declare()`. A path below the folder of the call.
  /// Example: SOURCE pipelines.cpp
  /// Not: SOURCE ../pipelines.cpp
  relative_path source{};
  /// Further folders in which the file that SOURCE names looks for headers.
  /// Example: INCLUDES include
  /// Not: INCLUDES ""
  std::vector<text> includes{};
};

/// What `cicd export` writes for the CI systems of the build tree's repository, by pipeline_ci().
struct ci_export {
  /// The CI systems that a file is exported for.
  /// Example: SYSTEMS github circleci
  /// Not: SYSTEMS jenkin
  std::vector<text> systems{};
  /// Where jobs run, by system: `github=` and the label of its runners (default `ubuntu-24.04`), `gitlab=` and a tag of
  /// runners, `circleci=` and a resource class, `buildkite=` and a queue, `drone=` and the value of the label `runner` of its
  /// runners, `jenkins=` and a label of its agents.
  /// Example: RUNNER github=ubuntu-24.04 circleci=medium
  /// Not: RUNNER ubuntu-24.04
  std::vector<assignment> runner{};
  /// The image that jobs run in, which has CMake, git and the tools of the steps: a repository whose tag and digest stand in
  /// ci/pins.json, or a reference with its digest. GitLab's runners and CircleCI without `machine` need one.
  /// Without one Drone's pipelines are of the type `exec`; of Buildkite, agents on Kubernetes and hosted ones take it.
  /// Example: IMAGE registry.example.com/ci/tools
  /// Not: IMAGE "a b"
  text image{};
  /// A program and its arguments that each job starts with, in the top folder of the repository, such as one that installs tools.
  /// Example: SETUP ./ci/setup.sh --quiet
  /// Not: SETUP ""
  std::vector<text> setup{};
  /// Further words of the call of CMake that configures the build tree of each job.
  /// Example: CONFIGURE -G Ninja
  /// Not: CONFIGURE ""
  std::vector<text> configure{};
  /// Roles of AWS that the jobs of an environment, or `publish`, take on by the system's OpenID Connect token; no other job
  /// can ask for a token. `<environment>=<ARN of the role>`. Drone has no such token; of Jenkins it is the credential of its OpenID
  /// Connect plugin with the name `cicd-<environment>`. Where `cicd reconcile` has jobs, `reconcile=` is for the pass by time,
  /// `reconcile-plan=` for the plan that each pull request of the repository has: one that only reads.
  /// Example: LOGINS publish=arn:aws:iam::123456789012:role/push prod=arn:aws:iam::123456789012:role/deploy
  /// Not: LOGINS prod
  std::vector<label> logins{};
  /// The region of AWS that LOGINS are for.
  /// Example: REGION eu-central-1
  /// Not: REGION ""
  text region{};
  /// Branches whose pushes are built; default: `main` and those that environments follow.
  /// Example: BRANCHES main release/*
  /// Not: BRANCHES refs/heads/main
  std::vector<ref_pattern> branches{};
  /// When the jobs that run by time do: the sweep of previews, the check of cron jobs, `cicd reconcile`. UTC, as cron has it;
  /// GitLab, Buildkite and Drone keep it in their settings. Default `17 * * * *`.
  /// Example: SCHEDULE "*/10 * * * *"
  /// Not: SCHEDULE hourly
  cron_schedule schedule{};
  /// Keeps the cache of steps from run to run, and those folders of CACHE_DIRS that lie in the home folder; GitLab keeps
  /// the cache of steps alone. Agents of Buildkite and Jenkins keep their home folder by themselves, and of Drone nothing is kept.
  /// Example: CACHES
  /// Not: CACHES yes
  bool caches = false;
  /// A newer commit cancels the run of an older one on the same branch, also one that waits for an approval.
  /// Example: CANCEL_WAITING
  /// Not: CANCEL_WAITING yes
  bool cancel_waiting = false;
};

}  // namespace cicd
