// What a team declares of where it runs: environments, and the copies of a branch beside them, as plain
// structs. How the comments are read stands in pipeline.hpp.
#pragma once

// Each `Example:` and `Not:` is a line of its own, which the formatter would join with others.
// clang-format off

#include <string>
#include <vector>

#include <cicd/declare/values/cluster_values.hpp>
#include <cicd/declare/values/declared_line.hpp>
#include <cicd/declare/values/deploy_way.hpp>
#include <cicd/declare/values/environment_choice.hpp>
#include <cicd/declare/values/time_window.hpp>

namespace cicd {

/// Whether an approval is needed first.
enum class approval_rule {
  none,
  required,  ///< `cicd approve`, by any person
  other      ///< by another person than the author of the commit
};
constexpr declaring::choice_words choices_of(const approval_rule*) {
  return {"required or other", {"required", "other"}};
}

/// The server of a manifest repository where deploys are proposed instead of pushed.
enum class forge_kind {
  none,
  github,
  gitlab,
  gitea
};
constexpr declaring::choice_words choices_of(const forge_kind*) {
  return {"github, gitlab or gitea", {"github", "gitlab", "gitea"}};
}

/// What happens when a rollout fails.
enum class failure_rule {
  none,
  rollback,  ///< what ran before is put back and watched
  stop       ///< what was applied stays as it is
};
constexpr declaring::choice_words choices_of(const failure_rule*) {
  return {"rollback or stop", {"rollback", "stop"}};
}

/// What of the Serverless Framework is promoted: the zips, or the package that was made for the first stage.
enum class package_rule {
  none,
  whole
};
constexpr declaring::choice_words choices_of(const package_rule*) {
  return {"whole", {"whole"}};
}

/// A place that the service is deployed to.
struct environment {
  /// The environment's name, unique within its pipeline.
  /// Example: stage
  /// Not: Stage
  dns_label name;
  /// The environment of this pipeline that it is a part of: it is deployed with it, right after it and after the parts that
  /// are declared before, and has its ON, FROM and all that a release waits for or is asked.
  /// Example: OF prod
  /// Not: OF Prod
  dns_label of{};
  /// The template that says how it is deployed, such as a company's way to a platform; what the call says itself goes over
  /// it. `cicd explain <template>` prints what it expands to.
  /// Example: TEMPLATE web-root
  /// Not: TEMPLATE Web_root
  dns_label base_template{};
  /// Values of that template's parameters. Default: those of the template.
  /// Example: SET folder=/srv/www
  /// Not: SET Folder=1
  std::vector<label> set{};
  /// The git event that it follows: `branch <pattern>` or `tag <pattern>`.
  /// Example: ON branch main
  /// Not: ON commit main
  trigger on{};
  /// The environments in which a commit must have been deployed and healthy before it is deployed here: in all of them; of
  /// `stage|rehearse` in one. It need not run there any more.
  /// Example: FROM stage|rehearse
  /// Not: FROM Stage
  std::vector<environment_choice> from{};
  /// The one artifact that is deployed here, by its tag or by the 40 digits of its commit, in place of ON: no branch and no tag
  /// moves it. `cicd reconcile` deploys it, also where a newer one is there, and a deploy of any other is refused.
  /// Example: PIN v1.4.2
  /// Not: PIN ""
  text pin{};
  /// What FROM names must have been deployed with the configuration that is declared for it now: after a change of it, a
  /// deploy here waits until it is deployed there.
  /// Example: SAME_CONFIG
  /// Not: SAME_CONFIG yes
  bool same_config = false;
  /// How long an artifact must have been healthy in each environment that FROM names, before it is deployed here. The time
  /// runs from the first recorded answer of HEALTH that says so, begins anew after each that does not, and ends when another
  /// artifact is deployed there.
  /// Example: SOAK 2h
  /// Not: SOAK 2
  duration soak{};
  /// When it is deployed: days and times, of which one that ends before it begins ends on the next day. Outside of all
  /// windows a deploy waits.
  /// Example: WINDOW "Mon-Fri 09:00-16:00" "Sat 22:00-02:00"
  /// Not: WINDOW Monday
  std::vector<time_window> window{};
  /// The time zone of WINDOW. Default UTC.
  /// Example: TIME_ZONE America/Sao_Paulo
  /// Not: TIME_ZONE "Sao Paulo"
  time_zone_name time_zone{};
  /// Repositories of images that this pipeline does not make, in a registry: a deploy waits until each has an image that is
  /// tagged with the first seven digits of the commit or, by a tag of git, with that tag. Their digests are recorded.
  /// Example: AWAIT registry.example.com/services/billing-ui
  /// Not: AWAIT registry.example.com/services/billing-ui:latest
  std::vector<image_repository> await{};
  /// The job elsewhere that must have had a good build of the commit: `jenkins <URL of the job>`, `github <URL of the
  /// repository> [<check run>]`, or `json <URL> <member>=<JSON pointer>…`: `result=` and, unless `{commit}` stands in the
  /// URL, `commit=`; `number=` and `link=` are shown; `good=<value>` is what the result is then, default success.
  /// Example: UPSTREAM jenkins https://ci.example.com/job/billing
  /// Not: UPSTREAM ""
  std::vector<text> upstream{};
  /// The secret with which UPSTREAM is asked: of Jenkins `<user>:<API token>`, else a token.
  /// Example: UPSTREAM_TOKEN secret:jenkins
  /// Not: UPSTREAM_TOKEN jenkins
  named_secret upstream_token{};
  /// Who must have signed the images that are deployed here, and their provenance, asked of every deploy, preview, canary and
  /// rollback before anything is changed: `key <file>…` with one or more public keys of which any will do, or
  /// `keyless <identity> <issuer>`. The program `cosign` is needed for it. A key is the file of the checkout that deploys.
  /// Example: VERIFY_SIGNATURE key keys/release.pub
  /// Not: VERIFY_SIGNATURE ""
  std::vector<text> verify_signature{};
  /// A program that is asked last, before a release is deployed: without a shell, in the source folder, for at most
  /// 5 minutes. Exit status 0 lets it in, any other refuses it. A plan runs it with `--ask-gates` only. It is the file
  /// of the checkout that deploys or promotes: an older checkout asks its older program.
  /// Example: GATE ./slo.sh {environment}
  /// Not: GATE ""
  std::vector<text> gate{};
  /// The way: gitops, render, kubectl, serverless or command.
  /// Example: VIA gitops
  /// Not: VIA ftp
  deploy_way via = deploy_way::none;
  /// The manifest repository of `VIA gitops`: any URL or path that git knows. Default: a bare repository in the
  /// build tree.
  /// Example: REPOSITORY ssh://git@git.example.com/manifests.git
  /// Not: REPOSITORY ""
  text repository{};
  /// The branch of the manifest repository. Default main.
  /// Example: BRANCH main
  /// Not: BRANCH "a b"
  ref_pattern branch{};
  /// The folder within the manifest repository, or the folder that `VIA render` writes to.
  /// Default `<environment>/<pipeline>`.
  /// Example: PATH stage/orders
  /// Not: PATH ../stage
  relative_path path{};
  /// Values that a deploy writes into YAML files that are there, `<file>:<path>=<value>`, the file below PATH: every other
  /// byte of it stays. A path is keys joined by dots (`\.` is a dot within one) and elements of a list by their name or
  /// number. `<file>:images[<name>]` are the tag and digest of an element of Kustomize's `images`, as far as it has them.
  /// Where the pipeline declares services, the other files of PATH are its manifests; where it declares none, they stay.
  /// `{tag}`, `{digest}` and `{repository}` are those of its only image; of several each is named: `{image-cli.digest}`.
  /// Example: WRITE values.yaml:image.tag={tag} kustomization.yaml:images[orders]
  /// Not: WRITE values.yaml
  std::vector<text> write{};
  /// The author of the commits, `Name <mail>`. Default: the user or CI job that deploys.
  /// Example: AUTHOR "Deploys <deploys@example.com>"
  /// Not: AUTHOR deploys
  text author{};
  /// Signs the commits with this secret, a private SSH key without a passphrase; ssh-keygen is needed for it.
  /// Example: SIGN secret:deploy-key
  /// Not: SIGN deploy-key
  named_secret sign{};
  /// Proposes a deploy instead of pushing it: a pull request (GitLab: merge request) of the branch
  /// `cicd/<pipeline>/<environment>`, which is moved to the newest deploy. Its merge is the approval, and the deploy.
  /// Example: PULL_REQUEST github
  /// Not: PULL_REQUEST bitbucket
  forge_kind pull_request = forge_kind::none;
  /// The secret with which the server's API is asked.
  /// Example: PULL_REQUEST_TOKEN secret:forge
  /// Not: PULL_REQUEST_TOKEN forge
  named_secret pull_request_token{};
  /// The page of the manifest repository in a browser. Default: what REPOSITORY says.
  /// Example: PULL_REQUEST_URL https://git.example.com/team/manifests
  /// Not: PULL_REQUEST_URL git.example.com
  text pull_request_url{};
  /// The Kubernetes namespace of the objects.
  /// Example: NAMESPACE orders
  /// Not: NAMESPACE Orders
  dns_label namespace_name{};
  /// Makes the namespace where it does not exist.
  /// Example: CREATE_NAMESPACE
  /// Not: CREATE_NAMESPACE yes
  bool create_namespace = false;
  /// The context of the kubeconfig, for `VIA kubectl`. Several are several clusters, deployed one after the other: the
  /// next only when the one before is healthy. Default: the current one.
  /// Example: CONTEXT eks-prod-canary eks-prod
  /// Not: CONTEXT ""
  std::vector<text> context{};
  /// The kubeconfig file. Default: KUBECONFIG, else that of the home folder.
  /// Example: KUBECONFIG ci/kubeconfig
  /// Not: KUBECONFIG ""
  text kubeconfig{};
  /// EKS clusters, `<region>/<cluster>`, instead of CONTEXT: a private kubeconfig that logs in by `aws eks get-token`.
  /// Example: EKS us-east-1/orders
  /// Not: EKS orders
  std::vector<eks_cluster> eks{};
  /// The AWS role that is taken on to log in to EKS.
  /// Example: ROLE arn:aws:iam::123456789012:role/deployer
  /// Not: ROLE deployer
  role_arn role{};
  /// Further Kubernetes objects, as patterns below the source folder: planned, labelled, applied and pruned with the
  /// rest. Placeholders are not replaced in them.
  /// Example: MANIFESTS k8s/*.yaml
  /// Not: MANIFESTS ../k8s/*.yaml
  std::vector<path_pattern> manifests{};
  /// Files of the repository of CODE, as they are in the commit that is deployed: manifests, or an OpenShift Template, whose
  /// objects are made with its parameters. They are part of the artifact.
  /// Example: MANIFESTS_FROM openshift/template.yaml
  /// Not: MANIFESTS_FROM ../template.yaml
  std::vector<relative_path> manifests_from{};
  /// Values of the parameters of templates of MANIFESTS_FROM, over those that they have.
  /// Example: PARAMETERS IMAGE_TAG={commit_short} REPLICAS=2
  /// Not: PARAMETERS IMAGE-TAG=1
  std::vector<assignment> parameters{};
  /// Field managers whose fields are taken over, such as `helm` or `kubectl-client-side-apply`.
  /// Example: TAKE_OVER helm kubectl-client-side-apply
  /// Not: TAKE_OVER ""
  std::vector<text> take_over{};
  /// Objects that may be removed although such are never removed by themselves: claims, namespaces, definitions.
  /// Example: PRUNE PersistentVolumeClaim/orders-data
  /// Not: PRUNE orders-data
  std::vector<object_name> prune{};
  /// Whether a deploy needs an approval by `cicd approve`: `required` by any person, `other` by another person than the
  /// author of the commit.
  /// Example: APPROVAL required
  /// Not: APPROVAL maybe
  approval_rule approval = approval_rule::none;
  /// Changed by CI only, on a push or a tag (a rollback and other commands: also in a job that is started manually): a
  /// recognised CI system must say so in consistent variables. It guards against mistakes only, since any user can set
  /// variables: to prevent deploys, use a credential that developers' machines do not have.
  /// Example: PROTECTED
  /// Not: PROTECTED yes
  bool is_protected = false;
  /// What happens when a rollout fails: rollback or stop. Default rollback, for previews stop.
  /// Example: ON_FAILURE stop
  /// Not: ON_FAILURE panic
  failure_rule on_failure = failure_rule::none;
  /// A program that is run after a rollout, without a shell, in the source folder; the deploy fails with it. `VIA gitops`:
  /// after the commit, when the agent may not have applied it yet: the program waits for that itself. Not `VIA render`.
  /// Example: VERIFY ./smoke.sh {host}
  /// Not: VERIFY ""
  std::vector<text> verify{};
  /// How it is known whether what is deployed here is healthy. It is needed where another environment names this one in
  /// FROM, and asked when a release is to go there: `argocd <URL of the application>` asks Argo CD, `cluster <context>` the
  /// pods of that cluster, `command <words>` a program (exit status 0 is healthy), each for at most 10 s; with `committed`
  /// the commit of the manifests is enough. `VIA kubectl` needs none, since a deploy waits for its rollout. Default
  /// `committed`, where the manifests lie in the build tree.
  /// Example: HEALTH argocd https://argo.example.com/applications/argocd/orders-stage
  /// Not: HEALTH ""
  std::vector<text> health{};
  /// The secret with which Argo CD is asked.
  /// Example: TOKEN secret:argocd
  /// Not: TOKEN argocd
  named_secret token{};
  /// How long a symptom may last before a rollout is given up, by cause: crash-loop (1m), image-pull (2m), oom (1m),
  /// unschedulable (5m), probe (5m), config (0), quota (1m), volume (2m), progress (10m); and how long an object that is being
  /// deleted is waited for: deletion (2m).
  /// Example: PATIENCE unschedulable=15m crash-loop=3m
  /// Not: PATIENCE 15m
  std::vector<cicd::patience> patience{};
  /// The repository below which the environment has copies of the images, by their digest, with the path that they have in
  /// their own registry. A deploy copies what is not there yet, after the gate and before anything changes; the objects
  /// refer to the copies.
  /// Example: IMAGES_IN 999999999999.dkr.ecr.us-east-1.amazonaws.com/prod
  /// Not: IMAGES_IN prod/
  image_repository images_in{};
  /// The stage of `VIA serverless`, as the Serverless Framework knows it. Default: the environment's name.
  /// Example: STAGE_NAME stage
  /// Not: STAGE_NAME Stage
  settable_name stage_name{};
  /// The AWS region of the functions.
  /// Example: REGION us-east-1
  /// Not: REGION us_east
  settable_name region{};
  /// The S3 bucket of the zips, the artifacts and the state, the same for all environments of a pipeline. It has versioning,
  /// and nothing in it is ever written over. Default: a folder in the build tree, where a deploy unpacks the functions.
  /// Example: BUCKET team-artifacts
  /// Not: BUCKET s3://team-artifacts
  dns_label bucket{};
  /// Where the records and the state of `VIA serverless` and `VIA command` lie, below `<pipeline>/state/<environment>`: in
  /// a bucket, or `VIA command` in a folder that all who deploy share. Default of `VIA serverless`: BUCKET.
  /// Example: STATE s3://team-state/releases
  /// Not: STATE ""
  text state{};
  /// Changes only the code of functions that are there, by Lambda's UpdateFunctionCode. Without it the program `serverless`
  /// or `osls` deploys CONFIG.
  /// Example: CODE_ONLY
  /// Not: CODE_ONLY yes
  bool code_only = false;
  /// `whole`: `serverless package` is run once, for the first stage, and each later one is deployed from that package by
  /// `serverless deploy --package`. It carries the first stage over in names, variables and roles, which a plan and a deploy
  /// list. Without it the zips are promoted, and each stage has its own.
  /// Example: PACKAGE whole
  /// Not: PACKAGE zips
  package_rule package = package_rule::none;
  /// Of `VIA command`: the program that prints what APPLY would change, without changing it. Without it a plan shows the
  /// images alone.
  /// Example: PLAN ./deploy/plan.sh {environment}
  /// Not: PLAN ""
  std::vector<text> plan{};
  /// Of `VIA command`: the program that brings the release there, run in the source folder without a shell. What is there
  /// already is success.
  /// Example: APPLY ./deploy/apply.sh {environment}
  /// Not: APPLY ""
  std::vector<text> apply{};
  /// Of `VIA command`: the program that prints which version is there. A deploy asks it before and afterwards.
  /// Example: READ ./deploy/read.sh {environment}
  /// Not: READ ""
  std::vector<text> read{};
  /// Of `VIA command`: the program that puts an earlier release back. Default: APPLY.
  /// Example: ROLLBACK ./deploy/back.sh {environment}
  /// Not: ROLLBACK ""
  std::vector<text> rollback{};
  /// Allows a deploy from a tree with uncommitted changes although the environment is not the embedded default.
  /// Example: ALLOW_DIRTY
  /// Not: ALLOW_DIRTY yes
  bool allow_dirty = false;

  declared_line line = declared_line(__builtin_LINE(), __builtin_FILE());  ///< where it is declared
  // Of a checked model: those that are OF this one, in the order in which they are deployed after it. They are in no other
  // list, and have its ON, FROM and gates.
  std::vector<environment> parts{};
};

/// The environment itself, then its parts.
inline std::vector<const environment*> with_parts(const environment& whole) {
  std::vector<const environment*> all{&whole};
  for (const environment& each : whole.parts) all.push_back(&each);
  return all;
}

/// Only what is ON tag, FROM another environment or a PIN is released; a push to a branch is deployed.
inline bool is_released(const environment& place) {
  return place.on.kind == ref_kind::tag || !place.from.empty() || !place.pin.empty();
}

/// Whether PIN names a commit, else a tag.
inline bool pins_commit(const environment& place) {
  const auto word = place.pin.view();
  return word.size() == 40 && word.find_first_not_of("0123456789abcdef") == word.npos;
}

/// Which commits and tags of a pipeline may be released: deployed by an environment that is ON tag or has FROM.
struct release {
  /// The branches whose commits may be released, as patterns. Default: any commit.
  /// Example: BRANCHES main release/*
  /// Not: BRANCHES "a b"
  std::vector<ref_pattern> branches{};
  /// How the tags of an environment ON tag are ordered, by what the `*` of its pattern matched: semantic (1.5.0-rc.1),
  /// calendar (2026.11.29: a year, a month, a day; a fourth number counts the versions of that day) or number. A tag
  /// that is not such a version is refused, and so is one that is lower than what is deployed. Tags of the pattern `rc-*`
  /// are numbers, whatever is given. Default: tags are not ordered.
  /// Example: VERSIONS semantic
  /// Not: VERSIONS alphabetical
  version_rule versions = version_rule::none;

  declared_line line = declared_line(__builtin_LINE(), __builtin_FILE());  ///< where it is declared
};

/// The copy of the service that a branch gets beside the real one.
struct preview {
  /// The environment whose values, cluster and namespace it takes.
  /// Example: IN stage
  /// Not: IN Stage
  dns_label in{};
  /// The host under which it answers; `{slug}` is the branch's. Each service after the first gets `<service>-` before it.
  /// Example: HOST orders.{slug}.example.com
  /// Not: HOST orders.example.com
  host_name host{};
  /// Its own namespace in place of the environment's; `{slug}` is the branch's. It is made, and removed with the preview.
  /// Example: NAMESPACE orders-{slug}
  /// Not: NAMESPACE Orders
  host_name namespace_name{};
  /// The manifest repository of its folder, where its environment is `VIA gitops` and has a REPOSITORY. Default: that one.
  /// Example: REPOSITORY ssh://git@git.example.com/previews.git
  /// Not: REPOSITORY ""
  text repository{};
  /// The branch of the manifest repository. Default: that of its environment.
  /// Example: BRANCH previews
  /// Not: BRANCH "a b"
  ref_pattern branch{};
  /// The folder within the manifest repository in which each branch has a folder of its own, `<slug>-<hash>`: what an
  /// ApplicationSet of Argo CD can follow. Default `previews/<environment>/<pipeline>`.
  /// Example: PATH previews/orders
  /// Not: PATH ../previews
  relative_path path{};
  /// The services that it has. Default: all.
  /// Example: SERVICES api
  /// Not: SERVICES Api
  std::vector<dns_label> services{};
  /// The cron jobs that it has. Default: none.
  /// Example: CRON_JOBS close-stale-orders
  /// Not: CRON_JOBS All
  std::vector<dns_label> cron_jobs{};
  /// How many pods each service has. Default 1.
  /// Example: REPLICAS 2
  /// Not: REPLICAS -1
  replica_range replicas{};
  /// How long it lives after its last deploy. Default 72h.
  /// Example: TTL 72h
  /// Not: TTL 72
  duration ttl{};
  /// Whether a deploy needs an approval by `cicd approve`: `required` by any person, `other` by another person than the
  /// author of the commit.
  /// Example: APPROVAL required
  /// Not: APPROVAL maybe
  approval_rule approval = approval_rule::none;
  /// A run that leads to a preview needs an approval of its commit by `cicd approve --build` before its first step; see
  /// `pipeline.approval_to_build`.
  /// Example: APPROVAL_TO_BUILD
  /// Not: APPROVAL_TO_BUILD yes
  bool approval_to_build = false;
  /// Where `cicd preview sweep` is run on a schedule: ci. Without it `cicd doctor` reports a problem, since previews of
  /// deleted branches would stay.
  /// Example: SWEEP ci
  /// Not: SWEEP sometimes
  text sweep{};

  declared_line line = declared_line(__builtin_LINE(), __builtin_FILE());  ///< where it is declared
};

/// What a branch may take of an environment's requests, once it is started.
struct canary {
  /// The environment.
  /// Example: IN prod
  /// Not: IN Prod
  dns_label in{};
  /// The service. Default: the only one with a port.
  /// Example: SERVICE api
  /// Not: SERVICE Api
  dns_label service{};
  /// The most that it may take of the service's pods.
  /// Example: SHARE 10%
  /// Not: SHARE 90%
  cicd::share share{};
  /// How long it may live. Default 4h.
  /// Example: TTL 2h
  /// Not: TTL 2
  duration ttl{};
  /// Whether its start, and another share of it, need an approval by `cicd approve --canary`: `required` by any person,
  /// `other` by another person than the author of the commit. Default: that of the environment.
  /// Example: APPROVAL required
  /// Not: APPROVAL maybe
  approval_rule approval = approval_rule::none;

  declared_line line = declared_line(__builtin_LINE(), __builtin_FILE());  ///< where it is declared
};

/// Who is notified of what happens to environments: one of SLACK, WEBHOOK, COMMAND and STATUS.
struct notifier {
  /// The channel of Slack that gets one message for each release and environment, which is edited as it goes on, with
  /// progress in its thread: `#` and its name, or its id. Needs TOKEN.
  /// Example: SLACK "#deploys" TOKEN secret:slack
  /// Not: SLACK deploys
  text slack{};
  /// A URL that each message is posted to as JSON, once it has come to its end; `secret:<name>` where the URL is a secret,
  /// as that of an incoming webhook is. What Slack, Mattermost and others call an incoming webhook shows the member `text`.
  /// Example: WEBHOOK https://hooks.example.com/deploys
  /// Not: WEBHOOK hooks.example.com
  text webhook{};
  /// A program that gets each message as JSON on standard input, once it has come to its end: without a shell, in the source
  /// folder, for at most 10 seconds.
  /// Example: COMMAND ./notify.sh
  /// Not: COMMAND ""
  std::vector<text> command{};
  /// The server of the sources' repository, whose commits get a status: `cicd/<pipeline>/<environment>` for each deploy, and
  /// in a CI system `cicd/<pipeline>` for the steps before. Needs TOKEN.
  /// Example: STATUS github TOKEN secret:slack
  /// Not: STATUS bitbucket
  forge_kind status = forge_kind::none;
  /// The secret with which Slack or the server is asked: of Slack the token of a bot, `xoxb-…`, with the scope `chat:write`, and
  /// `users:read.email` to name the authors of commits; of a server one that may write the status of commits.
  /// Example: SLACK "#deploys" TOKEN secret:slack
  /// Not: TOKEN slack
  named_secret token{};
  /// Where the API is not the usual one: of SLACK its address instead of `https://slack.com/api`, of STATUS the page of the
  /// repository in a browser instead of the remote of the sources.
  /// Example: SLACK "#deploys" TOKEN secret:slack URL https://slack-gov.com/api
  /// Not: URL slack.com
  text url{};
  /// What is told of; default: all of it. A message that was begun is edited to its end.
  /// Example: WEBHOOK https://hooks.example.com/deploys WHEN failure recovery
  /// Not: WHEN error
  std::vector<text> when{};

  declared_line line = declared_line(__builtin_LINE(), __builtin_FILE());  ///< where it is declared
};

}  // namespace cicd
