# Written by cicd reference --cmake-comments; a test compares. CMake never includes this file: from its comments
# language servers complete the functions and their keywords.

#[==[.rst:
.. command:: add_pipeline

  add_pipeline(<pipeline> …): A pipeline: all it takes for a service that follows its template.
  Keywords: TEMPLATE, SET, DIRECTORY, IMAGE, ARTIFACTS, CODE, BASE, JAR, BASE_AFTER, SCAN, FAIL_ON,
  BASELINE, SIGN_IMAGES, SIGN_PASSWORD, SIGN_KEYLESS, PIPELINE_REF, APPROVAL_TO_BUILD, FORMERLY,
  LABELS, SOURCE, INCLUDES.
#]==]

#[==[.rst:
.. command:: add_pipelines

  add_pipelines(SOURCE <file> …): Pipelines that a C++ file declares. The other functions may extend
  them. Keywords: SOURCE, INCLUDES.
#]==]

#[==[.rst:
.. command:: pipeline_ci

  pipeline_ci(SYSTEMS <system>… …): What cicd export writes for the CI systems of the repository,
  once for the build tree. Keywords: SYSTEMS, RUNNER, IMAGE, SETUP, CONFIGURE, LOGINS, REGION,
  BRANCHES, SCHEDULE, CACHES, CANCEL_WAITING.
#]==]

#[==[.rst:
.. command:: pipeline_step

  pipeline_step(<pipeline> <step> …): A custom step, or other values for a template's. A call that
  gives COMMAND or SHELL replaces the template's step of that name, except for its STAGE; one that
  gives neither changes only what it names. Keywords: COMMAND, SHELL, WRAPPER, INPUTS,
  OPTIONAL_INPUTS, INPUTS_NAMED_IN, MAVEN_MODULE, EXCLUDE, OUTPUTS, OUTPUT_VALUES,
  SECRET_OUTPUT_VALUES, OUTPUT_VALUES_IN, REPORTS, FINDINGS, SARIF, REQUIRED, DATABASE_AGE,
  DATABASE, KEEP, CACHE_DIRS, CACHE_SHARED, AFTER, NEEDS, DEPENDS, TOOLS, ENV, PASS_ENV, SECRETS,
  SECRET_VALUES, AS_FILE, GIT, GIT_WHERE, TIMEOUT, GRACE, RETRIES, STAGE, CHECK, IN_SOURCE, ALWAYS,
  SHARDS, SHARD_BY, SHARD_BELOW, DESCRIPTION, VALUES, RUN, UPDATE.
#]==]

#[==[.rst:
.. command:: pipeline_backing_service

  pipeline_backing_service(<pipeline> <service> …): A service that runs beside the steps that NEED
  it, such as a database for tests: a program, an image, or one that is elsewhere. Keywords:
  COMMAND, IMAGE, URL, PORT, READY, READY_WITHIN, ENV, PASS_ENV, SECRETS, ARGUMENTS, INPUTS, TOOLS,
  NEEDS, SHARED, GRACE.
#]==]

#[==[.rst:
.. command:: pipeline_image

  pipeline_image(<pipeline> [<image>] …): An OCI image. A call for the template's image changes only
  what it names; an image of another name is one more. Keywords: REPOSITORY, BUILT_BY,
  BUILT_BY_TOKEN, TAG, BASE, DOCKERFILE, CONTEXT, TARGET, ARGS, JAR, PLATFORMS, FILES, ENTRYPOINT,
  ARGUMENTS, ENV, LABELS, USER, WORKING_DIRECTORY, PORT, SBOM, AFTER.
#]==]

#[==[.rst:
.. command:: pipeline_function

  pipeline_function(<pipeline> <function> …): The code of serverless functions, as a zip. Keywords:
  ZIP, CONFIG, FUNCTIONS, AFTER.
#]==]

#[==[.rst:
.. command:: pipeline_files

  pipeline_files(<pipeline> <files> …): Files that are part of the artifact as they are. Keywords:
  FILES, REPOSITORY, BUCKET, AFTER.
#]==]

#[==[.rst:
.. command:: pipeline_service

  pipeline_service(<pipeline> <service> …): A long-running workload: Deployment, Service and
  Ingress. With IN, other values for some environments; values that are told apart by a name (ENV,
  SECRET_ENV, PORTS, annotations) are merged by it, everything else is replaced. Keywords: IN,
  IMAGE, NAMED, AFTER, SELECTOR, SERVICE_SELECTOR, STATEFUL, PORT, PORTS, REPLICAS, SCALE_AT, HOST,
  INGRESS_CLASS, INGRESS_ANNOTATIONS, TLS, READY, LIVE, START_WITHIN, DRAIN, GRACE, COMMAND, ENV,
  SECRET_ENV, ENV_FROM, CONFIG_FILES, VOLUMES, SERVICE_ACCOUNT, ROLE_ARN, CPU, CPU_LIMIT, MEMORY,
  MEMORY_LIMIT, USER, READ_ONLY_ROOT, MAX_UNAVAILABLE, MAX_SURGE, SPREAD, DISRUPTIONS, ALLOW_FROM,
  NODE_SELECTOR, TOLERATIONS, ANNOTATIONS, PATCH.
#]==]

#[==[.rst:
.. command:: pipeline_cron_job

  pipeline_cron_job(<pipeline> <cron-job> …): A scheduled workload: a CronJob. With IN, other values
  for some environments, as for a service; OFF leaves it out. Keywords: IN, OFF, SCHEDULE,
  TIME_ZONE, COMMAND, IMAGE, NAMED, OWNER, CONCURRENCY, DEADLINE, START_WITHIN, RETRIES, HISTORY,
  SMOKE, ENV, SECRET_ENV, ENV_FROM, CONFIG_FILES, VOLUMES, SERVICE_ACCOUNT, ROLE_ARN, CPU,
  CPU_LIMIT, MEMORY, MEMORY_LIMIT, USER, READ_ONLY_ROOT, NODE_SELECTOR, TOLERATIONS, ANNOTATIONS,
  PATCH.
#]==]

#[==[.rst:
.. command:: pipeline_container

  pipeline_container(<pipeline> <container> …): A further container in the pods of services or cron
  jobs: one that runs before the main one, or beside it. Keywords: IN, OF, ROLE, IMAGE, COMMAND,
  ENV, SECRET_ENV, VOLUMES, CPU, MEMORY.
#]==]

#[==[.rst:
.. command:: pipeline_task

  pipeline_task(<pipeline> <task> …): A command that is run once before a deploy, such as a
  migration: a Job with a service's image and environment. With IN, other values for some
  environments; OFF leaves it out. Keywords: IN, OFF, COMMAND, BEFORE, SERVICE, DEADLINE.
#]==]

#[==[.rst:
.. command:: pipeline_environment

  pipeline_environment(<pipeline> <environment> …): A place that the services are deployed to.
  Keywords: OF, TEMPLATE, SET, ON, FROM, PIN, SAME_CONFIG, SOAK, WINDOW, TIME_ZONE, AWAIT, UPSTREAM,
  UPSTREAM_TOKEN, VERIFY_SIGNATURE, GATE, VIA, REPOSITORY, BRANCH, PATH, WRITE, AUTHOR, SIGN,
  PULL_REQUEST, PULL_REQUEST_TOKEN, PULL_REQUEST_URL, NAMESPACE, CREATE_NAMESPACE, CONTEXT,
  KUBECONFIG, EKS, ROLE, MANIFESTS, MANIFESTS_FROM, PARAMETERS, TAKE_OVER, PRUNE, APPROVAL,
  PROTECTED, ON_FAILURE, VERIFY, HEALTH, TOKEN, PATIENCE, IMAGES_IN, STAGE_NAME, REGION, BUCKET,
  STATE, CODE_ONLY, PACKAGE, PLAN, APPLY, READ, ROLLBACK, ALLOW_DIRTY.
#]==]

#[==[.rst:
.. command:: pipeline_release

  pipeline_release(<pipeline> …): Which commits and tags may be released: deployed by an environment
  that is ON tag or has FROM. Keywords: BRANCHES, VERSIONS.
#]==]

#[==[.rst:
.. command:: pipeline_preview

  pipeline_preview(<pipeline> …): The copy of the service that a branch gets beside the real one:
  `deploy-branch`, `undeploy-branch`. Keywords: IN, HOST, NAMESPACE, REPOSITORY, BRANCH, PATH,
  SERVICES, CRON_JOBS, REPLICAS, TTL, APPROVAL, APPROVAL_TO_BUILD, SWEEP.
#]==]

#[==[.rst:
.. command:: pipeline_canary

  pipeline_canary(<pipeline> …): What a branch may take of an environment's requests, once it is
  started by `cicd canary start`. Keywords: IN, SERVICE, SHARE, TTL, APPROVAL.
#]==]

#[==[.rst:
.. command:: pipeline_notify

  pipeline_notify([<pipeline>] …): Who is notified of deploys, of failures, and of what is done to
  environments by hand; without a pipeline's name, of all in the build tree. Keywords: SLACK,
  WEBHOOK, COMMAND, STATUS, TOKEN, URL, WHEN.
#]==]

#[==[.rst:
.. command:: pipeline_secret

  pipeline_secret([<pipeline>] <secret> …): Where a secret comes from: of one pipeline, or, without
  its name, of all in the build tree. A step takes it by SECRETS. Keywords: PASS_ENV, FILE, COMMAND,
  AWS, VERSION.
#]==]

#[==[.rst:
.. command:: pipeline_setting

  pipeline_setting(<pipeline> <setting> …): A value with a type, which each build tree may be given,
  and which may differ between environments. With IN, the VALUE that holds in some of them.
  Keywords: IN, ALLOWED, DEFAULT, VALUE, DESCRIPTION.
#]==]

#[==[.rst:
.. command:: pipeline_scan

  pipeline_scan(<pipeline> <scan> …): A scan: a step of STAGE scan whose reports, by SARIF or
  FINDINGS, decide whether it fails. Its keywords are those of pipeline_step().
#]==]

#[==[.rst:
.. command:: pipeline_label

  pipeline_label(<pipeline> <key>=<value> …): Additional labels on every object and on the pods, as
  LABELS of add_pipeline(); several calls add up.
#]==]

#[==[.rst:
.. command:: TEMPLATE

  Of add_pipeline(): The conventions that it follows; `cicd explain <template>` prints what it
  expands to. Allowed: 1 to 63 lower-case letters, digits and '-', with a letter or digit at both
  ends. Example: TEMPLATE java-maven
#]==]

#[==[.rst:
.. command:: SET

  Of add_pipeline(): Values of the template's parameters, which `cicd explain <template>` lists.
  Default: those of the template. Allowed: key=value, the key in lower case. Example: SET
  test_phase=test
#]==]

#[==[.rst:
.. command:: DIRECTORY

  Of add_pipeline(): The folder of the service's sources, relative to the folder of the call.
  Default: that folder. Allowed: any text without a NUL byte that is not empty. Example: DIRECTORY
  services/orders
#]==]

#[==[.rst:
.. command:: IMAGE

  Of add_pipeline(): The repository of the image: `<registry>/<path>`, or only a path for the OCI
  layout in the build tree. Default: the pipeline's name. Allowed: a repository such as
  services/orders or registry.example.com/services/orders, without tag or digest: parts of
  lower-case letters and digits, with '.', '_', '__' or any number of '-' between them. Example:
  IMAGE services/orders
#]==]

#[==[.rst:
.. command:: ARTIFACTS

  Of add_pipeline(): A pipeline that is declared and built elsewhere, which has only its
  environments here: the repository in a registry where its artifacts are, that of its first image
  there. What runs is what the bundle of the artifact declares; where it goes and what that waits
  for is declared here alone, so that no release can ask less. Needs CODE. Allowed: a repository
  such as services/orders or registry.example.com/services/orders, without tag or digest: parts of
  lower-case letters and digits, with '.', '_', '__' or any number of '-' between them. Example:
  ARTIFACTS registry.example.com/services/billing
#]==]

#[==[.rst:
.. command:: CODE

  Of add_pipeline(): The git repository of the sources of a pipeline that is built elsewhere, with
  ARTIFACTS or with images BUILT_BY a job: any URL or path that git knows. Its branches, tags and
  commits are read, and of its files those of MANIFESTS_FROM alone. Allowed: any text without a NUL
  byte that is not empty. Example: CODE ssh://git@git.example.com/services/billing.git
#]==]

#[==[.rst:
.. command:: BASE

  Of add_pipeline(): The base of the template's image; see `image.base`. Allowed: scratch,
  oci:<layout>[:<tag>], rootfs:<folder or tar>, <registry>/<repository>:<tag>, or a reference that
  ends in @sha256:<64 digits>. Example: BASE rootfs:runtime
#]==]

#[==[.rst:
.. command:: JAR

  Of add_pipeline(): Which jar the template's image runs, when the rule cannot tell; see
  `image.jar`. Allowed: a relative path with '/' between its parts, without '..'. Example: JAR
  target/orders-*.jar
#]==]

#[==[.rst:
.. command:: BASE_AFTER

  Of add_pipeline(): Steps whose outputs the template's image takes beside those of `build`, such as
  one that makes its base. Allowed: the name of a step, `image` or `image-<name>`; of another
  pipeline <pipeline>/<step>. Example: BASE_AFTER runtime
#]==]

#[==[.rst:
.. command:: SCAN

  Of add_pipeline(): The scanners that run; what a template offers is listed by `cicd explain
  <template>`. Default: its default ones. Allowed: 1 to 63 lower-case letters, digits and '-', with
  a letter or digit at both ends. Example: SCAN spotbugs
#]==]

#[==[.rst:
.. command:: FAIL_ON

  Of add_pipeline(): The least severity that fails a scan: low, medium or high. Default medium. What
  a DOCKERFILE takes without saying which bytes are meant fails its image where this is declared:
  ADD of a URL is medium, FROM of `latest` low. Allowed: low, medium or high. Example: FAIL_ON high
#]==]

#[==[.rst:
.. command:: BASELINE

  Of add_pipeline(): A file below the source folder that lists the findings which were there when a
  scan came: they are counted and fail nothing. `cicd scan baseline --update` writes it. It holds
  exceptions too, with reason, owner and last day. No step has it as input. Allowed: a relative path
  with '/' between its parts, without '..'. Example: BASELINE scan-baseline.json
#]==]

#[==[.rst:
.. command:: SIGN_IMAGES

  Of add_pipeline(): Signs each image, and its provenance, with this secret when it is published: a
  private key as `cosign generate-key-pair` writes it. The program `cosign` is needed for it.
  Nothing is written to a public log. Allowed: secret:<name>, a secret of pipeline_secret().
  Example: SIGN_IMAGES secret:release-key
#]==]

#[==[.rst:
.. command:: SIGN_PASSWORD

  Of add_pipeline(): The secret that is the password of the key of SIGN_IMAGES. Default: the key has
  none. Allowed: secret:<name>, a secret of pipeline_secret(). Example: SIGN_PASSWORD
  secret:release-key-password
#]==]

#[==[.rst:
.. command:: SIGN_KEYLESS

  Of add_pipeline(): Signs them without a key, by a certificate for the identity that the CI system
  gives the job (Fulcio); signature, identity and the names of the images stand in the public log
  (Rekor). Where the job has no such identity nothing is published. Allowed: no value. Example:
  SIGN_KEYLESS
#]==]

#[==[.rst:
.. command:: PIPELINE_REF

  Of add_pipeline(): The branch from which its declaration is accepted: a deploy elsewhere than to
  the embedded default checks that the commit of the declaring files is on that branch of their
  remote repository. For declarations that lie in another repository than the sources. Allowed: a
  branch or tag name without refs/…, in which '*' stands for any characters. Example: PIPELINE_REF
  main
#]==]

#[==[.rst:
.. command:: APPROVAL_TO_BUILD

  Of add_pipeline(): Every run of its steps needs an approval of the commit by `cicd approve
  --build`, before the first step. The approval is kept beside the artifacts, in the repository of
  its first image, and expires. Allowed: no value. Example: APPROVAL_TO_BUILD
#]==]

#[==[.rst:
.. command:: FORMERLY

  Of add_pipeline(): Repositories whose place this one takes, as an error names them:
  `<host>/<path>`, with `//<folder>` where the declaration was not at the top. What they deployed
  under this pipeline's name is taken over; it can be removed after the next deploy of every
  environment. Allowed: any text without a NUL byte that is not empty. Example: FORMERLY
  git.example.com/shop/orders
#]==]

#[==[.rst:
.. command:: LABELS

  Of add_pipeline(): Labels on every object and on the pods, by pipeline_label(). Placeholders are
  replaced, and what stands in for one is made to fit where it is not a valid label value, such as a
  branch's name: everything else is refused. Allowed: key=value: the key such as team or
  example.com/team, the value at most 63 letters, digits, '-', '_' and '.', with a letter or digit
  at both ends. Example: LABELS team=checkout
#]==]

#[==[.rst:
.. command:: SOURCE

  Of add_pipeline(): Of add_pipeline() alone: a file that declares the pipeline in place of further
  options, read when CMake configures. A C++ file, which is compiled, includes `<cicd/pipeline.hpp>`
  and defines `cicd::pipeline declare()`; one whose name ends in `.json` holds calls like a
  template's. A path below the folder of the call. Allowed: a relative path with '/' between its
  parts, without '..'. Example: SOURCE pipeline.cpp
#]==]

#[==[.rst:
.. command:: INCLUDES

  Of add_pipeline(): Further folders in which the C++ file that SOURCE names looks for headers.
  Allowed: any text without a NUL byte that is not empty. Example: INCLUDES include
#]==]

#[==[.rst:
.. command:: SOURCE

  Of add_pipelines(): The C++ file that declares them, compiled when CMake configures. It includes
  `<cicd/pipeline.hpp>` and defines `std::vector<cicd::pipeline> declare()`. A path below the folder
  of the call. Allowed: a relative path with '/' between its parts, without '..'. Example: SOURCE
  pipelines.cpp
#]==]

#[==[.rst:
.. command:: INCLUDES

  Of add_pipelines(): Further folders in which the file that SOURCE names looks for headers.
  Allowed: any text without a NUL byte that is not empty. Example: INCLUDES include
#]==]

#[==[.rst:
.. command:: SYSTEMS

  Of pipeline_ci(): The CI systems that a file is exported for. Allowed: github, gitlab and
  circleci. Example: SYSTEMS github circleci
#]==]

#[==[.rst:
.. command:: RUNNER

  Of pipeline_ci(): Where jobs run, by system: `github=` and the label of its runners (default
  `ubuntu-24.04`), `gitlab=` and a tag of runners, `circleci=` and a resource class. Allowed:
  github=<label>, gitlab=<tag>, circleci=<resource class>. Example: RUNNER github=ubuntu-24.04
  circleci=medium
#]==]

#[==[.rst:
.. command:: IMAGE

  Of pipeline_ci(): The image that jobs run in, which has CMake, git and the tools of the steps: a
  repository whose tag and digest stand in ci/pins.json, or a reference with its digest. GitLab's
  runners and CircleCI without `machine` need one. Allowed: <registry>/<repository>, or such a
  reference that ends in @sha256:<64 digits>. Example: IMAGE registry.example.com/ci/tools
#]==]

#[==[.rst:
.. command:: SETUP

  Of pipeline_ci(): A program and its arguments that each job starts with, in the top folder of the
  repository, such as one that installs tools. Allowed: any text without a NUL byte that is not
  empty. Example: SETUP ./ci/setup.sh --quiet
#]==]

#[==[.rst:
.. command:: CONFIGURE

  Of pipeline_ci(): Further words of the call of CMake that configures the build tree of each job.
  Allowed: any text without a NUL byte that is not empty. Example: CONFIGURE -G Ninja
#]==]

#[==[.rst:
.. command:: LOGINS

  Of pipeline_ci(): Roles of AWS that the jobs of an environment, or `publish`, take on by the
  system's OpenID Connect token; no other job can ask for a token. `<environment>=<ARN of the
  role>`. Allowed: key=value, the key in lower case. Example: LOGINS
  publish=arn:aws:iam::123456789012:role/push prod=arn:aws:iam::123456789012:role/deploy
#]==]

#[==[.rst:
.. command:: REGION

  Of pipeline_ci(): The region of AWS that LOGINS are for. Allowed: any text without a NUL byte that
  is not empty. Example: REGION eu-central-1
#]==]

#[==[.rst:
.. command:: BRANCHES

  Of pipeline_ci(): Branches whose pushes are built; default: `main` and those that environments
  follow. Allowed: a branch or tag name without refs/…, in which '*' stands for any characters.
  Example: BRANCHES main release/*
#]==]

#[==[.rst:
.. command:: SCHEDULE

  Of pipeline_ci(): When the jobs that run by time do: the sweep of previews, the check of cron
  jobs, `cicd reconcile`. UTC, as cron has it; GitLab keeps it in the project's settings. Default
  `17 * * * *`. Allowed: five fields: minute 0-59, hour 0-23, day 1-31, month 1-12, weekday 0-6,
  such as "*/15 * * * *"; or @hourly, @daily, @weekly, @monthly, @yearly. Example: SCHEDULE "*/10 *
  * * *"
#]==]

#[==[.rst:
.. command:: CACHES

  Of pipeline_ci(): Keeps the cache of steps from run to run, and those folders of CACHE_DIRS that
  lie in the home folder; GitLab keeps the cache of steps alone. Allowed: no value. Example: CACHES
#]==]

#[==[.rst:
.. command:: CANCEL_WAITING

  Of pipeline_ci(): A newer commit cancels the run of an older one on the same branch, also one that
  waits for an approval. Allowed: no value. Example: CANCEL_WAITING
#]==]

#[==[.rst:
.. command:: COMMAND

  Of pipeline_step(): The program and its arguments, started directly, without a shell. The program
  is looked for in the step's folder (when it holds a `/`) or on PATH. Placeholders are replaced:
  `{image.layout}` and `{image.digest}` are those of the image that the step comes AFTER; of
  several, each is named as AFTER names it: `{image-cli.digest}`. `{database.outputs.host}` is a
  value of OUTPUT_VALUES. Allowed: any text without a NUL byte that is not empty. Example: COMMAND
  mvn -B package
#]==]

#[==[.rst:
.. command:: SHELL

  Of pipeline_step(): A line for `/bin/sh -e -c` instead of COMMAND, where a pipe or a redirection
  is needed. No placeholder is replaced in it, so that no name from outside is ever read by a shell;
  ENV hands in what it needs. Allowed: any text without a NUL byte that is not empty. Example: SHELL
  "grep -r TODO src | wc -l > todo.txt"
#]==]

#[==[.rst:
.. command:: WRAPPER

  Of pipeline_step(): A file below the source folder that is run instead of the command's first word
  where it exists, such as Maven's wrapper. Allowed: a relative path with '/' between its parts,
  without '..'. Example: WRAPPER mvnw
#]==]

#[==[.rst:
.. command:: INPUTS

  Of pipeline_step(): The files that the step reads, as patterns below the source folder. Without
  it: what git tracks and what it does not ignore; outside a git repository every file. A pattern
  that matches nothing is an error. Allowed: a relative path with '/' between its parts, without
  '..'. Example: INPUTS src/** pom.xml
#]==]

#[==[.rst:
.. command:: OPTIONAL_INPUTS

  Of pipeline_step(): Further INPUTS that need not be there. Allowed: a relative path with '/'
  between its parts, without '..'. Example: OPTIONAL_INPUTS .mvn/ mvnw
#]==]

#[==[.rst:
.. command:: INPUTS_NAMED_IN

  Of pipeline_step(): Files of the source folder whose text names further inputs: a path that stands
  in one of them, as a value or between white space, and that leads to a file or folder below the
  source folder, is an input, too. `${…}/` before it is left out. Allowed: a relative path with '/'
  between its parts, without '..'. Example: INPUTS_NAMED_IN pom.xml
#]==]

#[==[.rst:
.. command:: MAVEN_MODULE

  Of pipeline_step(): The module that Maven builds, of those of the pom.xml in the source folder:
  Maven is told `--projects <module> --also-make`, and the inputs are all pom.xml files and the
  files of the modules that this one needs, in place of INPUTS_NAMED_IN. A module that no pom.xml
  above lists is built by `--file <module>/pom.xml`, with its parents by relativePath. `.` is all of
  the project. Allowed: a relative path with '/' between its parts, without '..'. Example:
  MAVEN_MODULE services/orders
#]==]

#[==[.rst:
.. command:: EXCLUDE

  Of pipeline_step(): Patterns of files that are not inputs after all. Allowed: a relative path with
  '/' between its parts, without '..'. Example: EXCLUDE docs/**
#]==]

#[==[.rst:
.. command:: OUTPUTS

  Of pipeline_step(): The files and folders that the step makes, below its folder: what later steps
  receive and what the cache keeps. What an earlier run left of them is removed first, except with
  IN_SOURCE. Each must be there after a success; what matches a pattern after `!` is left out.
  Allowed: a relative path with '/' between its parts, without '..'. Example: OUTPUTS target/classes
  target/*.jar
#]==]

#[==[.rst:
.. command:: OUTPUT_VALUES

  Of pipeline_step(): Names of values that the step leaves: members of a JSON object in the file
  OUTPUT_VALUES_IN, each a text, a number, true or false. Steps that come AFTER it have them in
  COMMAND and ENV as `{<step>.outputs.<name>}`, those of another pipeline as
  `{<pipeline>.outputs.<name>}`, and only what they use is part of their key. Allowed: letters,
  digits, '_' and '-', beginning with a letter or '_'; at most 64. Example: OUTPUT_VALUES host port
#]==]

#[==[.rst:
.. command:: SECRET_OUTPUT_VALUES

  Of pipeline_step(): The same of values that are secret: masked from the end of the step on, kept
  nowhere, and handed on by SECRET_VALUES alone. What the step prints is shown when it ends. Since
  nothing keeps them the step has to be ALWAYS. Allowed: letters, digits, '_' and '-', beginning
  with a letter or '_'; at most 64. Example: SECRET_OUTPUT_VALUES password
#]==]

#[==[.rst:
.. command:: OUTPUT_VALUES_IN

  Of pipeline_step(): The file of JSON that holds the values, below the step's folder. It is read
  and removed when the step ends. Default outputs.json. Allowed: a relative path with '/' between
  its parts, without '..'. Example: OUTPUT_VALUES_IN out/values.json
#]==]

#[==[.rst:
.. command:: REPORTS

  Of pipeline_step(): JUnit files, or what `go test -json` or `cargo test` prints; their test cases
  appear by name, also when the step fails. Allowed: a relative path with '/' between its parts,
  without '..'. Example: REPORTS target/surefire-reports/TEST-*.xml
#]==]

#[==[.rst:
.. command:: FINDINGS

  Of pipeline_step(): Reports of findings that the step writes: SARIF, cppcheck's and SpotBugs' XML,
  the JSON of clippy, pip-audit and npm audit, what clang-tidy prints. With STAGE scan they decide
  whether it fails: by FAIL_ON and BASELINE of the pipeline, whatever the exit status. Of any other
  step they are counted, and the worst shown, when it fails. Allowed: a relative path with '/'
  between its parts, without '..'. Example: FINDINGS target/spotbugsXml.xml
#]==]

#[==[.rst:
.. command:: SARIF

  Of pipeline_step(): The same of files that must be SARIF; of a scan alone. Allowed: a relative
  path with '/' between its parts, without '..'. Example: SARIF out.sarif
#]==]

#[==[.rst:
.. command:: REQUIRED

  Of pipeline_step(): A scan that did not run fails: one that wrote no report, whose database is not
  there or too old, or that skipped what it should have read. Without it such a scan is shown and
  counted as not run. Allowed: no value. Example: REQUIRED
#]==]

#[==[.rst:
.. command:: DATABASE_AGE

  Of pipeline_step(): How old a scanner's database may be, by what its report says or by DATABASE. A
  scan with an older one, or one whose age is not known, did not run. The scan is run each time,
  since a newer database may find more. Allowed: whole numbers with ms, s, m, h or d, such as 90s or
  1h30m, at most 30d. Example: DATABASE_AGE 7d
#]==]

#[==[.rst:
.. command:: DATABASE

  Of pipeline_step(): The file or folder that is the scanner's database, absolute or `~/…`: it is as
  old as its newest file. Allowed: an absolute path, or one that begins with ~/. Example: DATABASE
  ~/.cache/osv-scanner
#]==]

#[==[.rst:
.. command:: KEEP

  Of pipeline_step(): What a tool keeps from one run to the next for its own incremental work, as
  patterns below the step's folder. All other files that are not inputs are removed when the step
  starts, OUTPUTS and REPORTS as well. Results of a run that began with kept files stay in this
  build tree; those of a run that began without are shared by the cache. Allowed: a relative path
  with '/' between its parts, without '..'. Example: KEEP .gradle/ node_modules/
#]==]

#[==[.rst:
.. command:: CACHE_DIRS

  Of pipeline_step(): Folders outside of the step's own in which a tool keeps what it fetched, from
  run to run and for all build trees, `~/…` or absolute; `<VARIABLE>=<folder>` tells the tool of it
  by that variable. No part of a result, nor of the key (SNAPSHOTs of Maven are). A pull request's
  run reads a copy and writes to that. `~/.m2/repository`, `~/.m2/wrapper`, `~/.npm`,
  `~/.cache/pip`, `~/.cache/go-build`, `~/go/pkg/mod`, `~/.cargo` and `~/.gradle` need no variable.
  Allowed: a folder outside of the step's own, ~/… or absolute, or <VARIABLE>=<folder>. Example:
  CACHE_DIRS ~/.m2/repository CCACHE_DIR=~/.cache/ccache
#]==]

#[==[.rst:
.. command:: CACHE_SHARED

  Of pipeline_step(): Several steps use the folders of CACHE_DIRS at once, since their tool keeps
  its writers apart. Without it one step at a time uses a folder, in all build trees; those of npm,
  pip, Go, Cargo and Gradle are always shared, and Maven's from Maven 3.9 on. Allowed: no value.
  Example: CACHE_SHARED
#]==]

#[==[.rst:
.. command:: AFTER

  Of pipeline_step(): Steps that come first; their outputs lie in this step's folder before it
  starts. A step of another pipeline of this build tree is `<pipeline>/<step>`; what that one makes
  and what else comes here may not share a path. An image is `image` or `image-<name>`: its OCI
  layout lies in `.images/<that word>`, and publish waits for what tests or scans it. Allowed: the
  name of a step, `image` or `image-<name>`; of another pipeline <pipeline>/<step>. Example: AFTER
  build
#]==]

#[==[.rst:
.. command:: NEEDS

  Of pipeline_step(): Services that run beside the step, by their names in
  pipeline_backing_service(): each is started before it, ready when it begins, and gone after it.
  ENV and COMMAND take `{postgres.url}`, `{postgres.host}`, `{postgres.port}` and `{postgres.dir}`
  of each. Allowed: 1 to 63 lower-case letters, digits and '-', with a letter or digit at both ends.
  Example: NEEDS postgres
#]==]

#[==[.rst:
.. command:: DEPENDS

  Of pipeline_step(): CMake targets that are built before; the driver never starts the generator
  itself. The files of those that are programs or libraries are part of the key, and so is each file
  that a generator expression of the step names. Allowed: names of CMake targets. Example: DEPENDS
  generated-sources
#]==]

#[==[.rst:
.. command:: TOOLS

  Of pipeline_step(): Programs whose identity is part of the key, so that another version runs the
  step again. The command's own program is always among them. Programs that a shell, a script or
  another interpreter starts are not detected and have to be named here: without TOOLS the result of
  such a step is shared only on this machine and with this PATH. Allowed: any text without a NUL
  byte that is not empty. Example: TOOLS java mvn
#]==]

#[==[.rst:
.. command:: ENV

  Of pipeline_step(): Variables that the step is given, beside the allow-list. Placeholders are
  replaced. Allowed: NAME=value, NAME of letters, digits and '_'. Example: ENV MAVEN_OPTS=-Xmx1g
#]==]

#[==[.rst:
.. command:: PASS_ENV

  Of pipeline_step(): Names of variables that the step may see from outside; their values are part
  of the key. PATH, HOME, USER, LANG, LC_ALL, TMPDIR, TZ and the proxy settings are always passed
  and never part of it. Allowed: letters, digits and '_', not beginning with a digit. Example:
  PASS_ENV JAVA_HOME
#]==]

#[==[.rst:
.. command:: SECRETS

  Of pipeline_step(): Secrets that the step is given, each as the variable of its name in capitals
  (`npm-token`: NPM_TOKEN), or as the variable that is named. A value is fetched when the step is
  about to run, masked in all that it prints, and no part of the key; VERSION of pipeline_secret()
  is. What it leaves in OUTPUTS or REPORTS fails the step. A pull request from a fork gets none.
  Allowed: the name of a secret, or <VARIABLE>=<secret>. Example: SECRETS npm-token
  SIGNING_KEY=release-key
#]==]

#[==[.rst:
.. command:: SECRET_VALUES

  Of pipeline_step(): Secret values that steps before it left (SECRET_OUTPUT_VALUES), each as the
  variable that is named. As SECRETS they are masked, no part of the key, and not given to a pull
  request from a fork. Allowed: NAME=value, NAME of letters, digits and '_'. Example: SECRET_VALUES
  DB_PASSWORD={database.outputs.password}
#]==]

#[==[.rst:
.. command:: AS_FILE

  Of pipeline_step(): Hands the step's SECRETS and SECRET_VALUES over as files of mode 0600 in
  memory, which are gone when it ends: the variable, by default NPM_TOKEN_FILE, holds the path.
  Allowed: no value. Example: AS_FILE
#]==]

#[==[.rst:
.. command:: GIT

  Of pipeline_step(): Gives the step the commit, and makes it part of the key: a `.git` in its
  folder that has the history, the branch that is checked out, the tags of its history and whether
  something is changed; and GIT_COMMIT, GIT_BRANCH, GIT_TAGS (those of the commit itself) and
  GIT_DIRTY (true or false). Without it a step sees no repository. Allowed: no value. Example: GIT
#]==]

#[==[.rst:
.. command:: GIT_WHERE

  Of pipeline_step(): GIT where a file of the source folder holds a text: `<file>:<text>`. Allowed:
  <file>:<text>, such as pom.xml:git-commit-id. Example: GIT_WHERE pom.xml:git-commit-id
#]==]

#[==[.rst:
.. command:: TIMEOUT

  Of pipeline_step(): After this long the step and all it started are ended: TERM, then KILL after
  GRACE. Default 1h. Allowed: whole numbers with ms, s, m, h or d, such as 90s or 1h30m, at most
  30d. Example: TIMEOUT 15m
#]==]

#[==[.rst:
.. command:: GRACE

  Of pipeline_step(): How long a step may take to end after TERM. Default 10s. Allowed: whole
  numbers with ms, s, m, h or d, such as 90s or 1h30m, at most 30d. Example: GRACE 30s
#]==]

#[==[.rst:
.. command:: RETRIES

  Of pipeline_step(): How many times a failed step is run again before it counts as failed. Default
  0. Allowed: a whole number from 0 to 20. Example: RETRIES 2
#]==]

#[==[.rst:
.. command:: STAGE

  Of pipeline_step(): The aggregate that the step belongs to: build, test or scan. ctest runs each
  of the three as one test, `<pipeline>.<stage>`; publish and deploy come after all tests and scans.
  Default: the stage that the step is named like, else none; a template's step that is replaced
  keeps its own. Allowed: build, test or scan. Example: STAGE test
#]==]

#[==[.rst:
.. command:: CHECK

  Of pipeline_step(): Makes the step a ctest test of its own, `<pipeline>.<step>`, whatever its
  stage. Allowed: no value. Example: CHECK
#]==]

#[==[.rst:
.. command:: IN_SOURCE

  Of pipeline_step(): Runs in the source folder itself, which is locked meanwhile, instead of a
  folder of its own. What it makes depends on all that lies there, and so is never shared by the
  cache. Allowed: no value. Example: IN_SOURCE
#]==]

#[==[.rst:
.. command:: ALWAYS

  Of pipeline_step(): The step is run each time it is requested; its results are never reused.
  Allowed: no value. Example: ALWAYS
#]==]

#[==[.rst:
.. command:: SHARDS

  Of pipeline_step(): Splits the step into as many that run side by side, `test-1` to `test-4`, each
  with a part of the tests; the step itself comes after them and has their OUTPUTS. Each knows its
  part by `{shard}` (from 1) and `{shards}` in COMMAND and ENV, which programs that split by
  themselves take, or by SHARD_BY. Allowed: a whole number from 2 to 64. Example: SHARDS 4
#]==]

#[==[.rst:
.. command:: SHARD_BY

  Of pipeline_step(): Patterns of the files among the inputs that hold the tests. Each is given to
  one shard, so that all take about as long as the tests took before: `{shard.tests}` as a word of
  COMMAND becomes a word for each file, within a word or in ENV they stand with `,` between them;
  `{shard.file}` is a file that names them, a line each. A shard without tests is up to date.
  Allowed: a relative path with '/' between its parts, without '..'. Example: SHARD_BY
  tests/**/test_*.py
#]==]

#[==[.rst:
.. command:: SHARD_BELOW

  Of pipeline_step(): A folder that the names of these files are given without. Allowed: a relative
  path with '/' between its parts, without '..'. Example: SHARD_BELOW src/test/java
#]==]

#[==[.rst:
.. command:: DESCRIPTION

  Of pipeline_step(): A sentence for `cicd-help`, IDEs and `cicd explain`. Allowed: any text without
  a NUL byte that is not empty. Example: DESCRIPTION "checks the contract with the billing service"
#]==]

#[==[.rst:
.. command:: VALUES

  Of pipeline_step(): Texts that the function of RUN asks for by name, `step.value("suite")`.
  Placeholders are replaced as in COMMAND. Allowed: NAME=value, NAME of letters, digits and '_'.
  Example: VALUES suite=orders
#]==]

#[==[.rst:
.. command:: RUN

  Of pipeline_step(): A function instead of COMMAND, in a C++ file alone: `.run` takes a lambda
  without captures, which is given a `step_context&`. It runs as a process of its own, and another
  content of that file or of its headers runs the step again. The programs that it starts are not
  detected, as those of a shell: TOOLS names them. Allowed: a C++ file, which cicd names by itself.
  Example: RUN pipeline.cpp
#]==]

#[==[.rst:
.. command:: UPDATE

  Of pipeline_step(): A program and its arguments that move files which pin versions, such as a lock
  among INPUTS, to newer ones. `cicd update` runs it in a folder that holds what the step reads,
  shows what changed there and takes it into the source folder. Allowed: any text without a NUL byte
  that is not empty. Example: UPDATE ./make-base --update base.lock nodejs
#]==]

#[==[.rst:
.. command:: COMMAND

  Of pipeline_backing_service(): The program that is the service, and its arguments, started without
  a shell in an empty folder of its own that holds INPUTS alone. It stays in the foreground and
  listens on the port that it is told: `{postgres.port}` of the loopback address. Allowed: any text
  without a NUL byte that is not empty. Example: COMMAND redis-server --port {redis.port} --bind
  {redis.host}
#]==]

#[==[.rst:
.. command:: IMAGE

  Of pipeline_backing_service(): An image that is the service: `oci:<layout>[:<tag>]`, below the
  source folder or absolute, or a reference with a digest, which is fetched once by skopeo. It is
  unpacked by umoci and run by runc, where cicd is run by root. Allowed: oci:<layout>[:<tag>], or a
  reference that ends in @sha256:<64 digits>. Example: IMAGE oci:images/postgres
#]==]

#[==[.rst:
.. command:: URL

  Of pipeline_backing_service(): A service that runs elsewhere: nothing is started. `secret:<name>`
  where the URL has a login. Allowed: <scheme>://<host>[:<port>] without a login, or secret:<name>.
  Example: URL redis://cache.test.example.com:6379
#]==]

#[==[.rst:
.. command:: PORT

  Of pipeline_backing_service(): The port that an IMAGE listens on; `{postgres.port}` leads to it.
  Allowed: a whole number from 1 to 65535. Example: PORT 5432
#]==]

#[==[.rst:
.. command:: READY

  Of pipeline_backing_service(): What tells that the service is ready: `postgres`, `redis` or `http
  <path>`, by an answer in that protocol, or `command <words…>`, a program whose exit status is 0.
  It is asked until it says so. Allowed: postgres, redis, http <path>, or command <words…>. Example:
  READY http /health
#]==]

#[==[.rst:
.. command:: READY_WITHIN

  Of pipeline_backing_service(): How long that may take, before the step fails. Default 60s.
  Allowed: whole numbers with ms, s, m, h or d, such as 90s or 1h30m, at most 30d. Example:
  READY_WITHIN 2m
#]==]

#[==[.rst:
.. command:: ENV

  Of pipeline_backing_service(): Variables of the service. Placeholders are replaced, those of the
  service itself and of what it NEEDS among them. Allowed: NAME=value, NAME of letters, digits and
  '_'. Example: ENV POSTGRES_HOST_AUTH_METHOD=trust
#]==]

#[==[.rst:
.. command:: PASS_ENV

  Of pipeline_backing_service(): Names of variables that the service may see from outside; their
  values are part of the key of the steps that need it. Allowed: letters, digits and '_', not
  beginning with a digit. Example: PASS_ENV JAVA_HOME
#]==]

#[==[.rst:
.. command:: SECRETS

  Of pipeline_backing_service(): Secrets that the service is given as variables, as SECRETS of a
  step. Allowed: the name of a secret, or <VARIABLE>=<secret>. Example: SECRETS licence-key
#]==]

#[==[.rst:
.. command:: ARGUMENTS

  Of pipeline_backing_service(): What an IMAGE is started with in place of its own arguments.
  Allowed: any text without a NUL byte that is not empty. Example: ARGUMENTS -c fsync=off
#]==]

#[==[.rst:
.. command:: INPUTS

  Of pipeline_backing_service(): Files of the source folder that lie in the service's folder when it
  starts, as patterns. Allowed: a relative path with '/' between its parts, without '..'. Example:
  INPUTS tests/postgres.sh tests/schema/**
#]==]

#[==[.rst:
.. command:: TOOLS

  Of pipeline_backing_service(): Programs that a script of COMMAND starts, as TOOLS of a step:
  another version runs the steps again. Allowed: any text without a NUL byte that is not empty.
  Example: TOOLS /usr/lib/postgresql/15/bin/postgres
#]==]

#[==[.rst:
.. command:: NEEDS

  Of pipeline_backing_service(): Other services of the pipeline that this one needs, ready before it
  starts. Allowed: 1 to 63 lower-case letters, digits and '-', with a letter or digit at both ends.
  Example: NEEDS postgres
#]==]

#[==[.rst:
.. command:: SHARED

  Of pipeline_backing_service(): One for all steps of a run that need it, started with the first and
  ended with the run. Without it each step has its own. Allowed: no value. Example: SHARED
#]==]

#[==[.rst:
.. command:: GRACE

  Of pipeline_backing_service(): How long it may take to end after TERM, before KILL. Default 10s.
  Allowed: whole numbers with ms, s, m, h or d, such as 90s or 1h30m, at most 30d. Example: GRACE 2s
#]==]

#[==[.rst:
.. command:: REPOSITORY

  Of pipeline_image(): Where it is published. Default: the pipeline's IMAGE for the image named
  `image`, `<IMAGE>-<name>` for others. Allowed: a repository such as services/orders or
  registry.example.com/services/orders, without tag or digest: parts of lower-case letters and
  digits, with '.', '_', '__' or any number of '-' between them. Example: REPOSITORY
  services/orders-cli
#]==]

#[==[.rst:
.. command:: BUILT_BY

  Of pipeline_image(): An image that is built elsewhere, by a job that knows nothing of this
  pipeline: which, with the words of `environment.upstream`. Its commits are those of CODE of
  add_pipeline(), and with a good build and an image under TAG a commit has an artifact, which is
  written down when it is first deployed. Allowed: jenkins <url of the job>, github <url of the
  repository> [<check run>], or json <url> <member>=<JSON pointer>…. Example: BUILT_BY jenkins
  https://ci.example.com/job/legacy
#]==]

#[==[.rst:
.. command:: BUILT_BY_TOKEN

  Of pipeline_image(): The secret with which BUILT_BY is asked: of Jenkins `<user>:<API token>`,
  else a token. Allowed: secret:<name>, a secret of pipeline_secret(). Example: BUILT_BY_TOKEN
  secret:jenkins
#]==]

#[==[.rst:
.. command:: TAG

  Of pipeline_image(): The tag that such a job gives the image of a commit; `{number}` is that of
  the build. Default `{commit_short}`, the first seven digits. Allowed: any text without a NUL byte
  that is not empty. Example: TAG build-{number}
#]==]

#[==[.rst:
.. command:: BASE

  Of pipeline_image(): The base image: `scratch`, `oci:<layout>[:<tag>]`, `rootfs:<folder or tar>`
  (both below the step's folder, or absolute), or a reference to a registry, which is fetched once
  by skopeo: with a digest, or with a tag, whose digest `cicd.lock` has: `cicd update` writes it.
  Device nodes below `dev/` of a tar are left out; CICD_MAX_BASE says how much may be unpacked
  (8Gi). Default scratch. Allowed: scratch, oci:<layout>[:<tag>], rootfs:<folder or tar>,
  <registry>/<repository>:<tag>, or a reference that ends in @sha256:<64 digits>. Example: BASE
  docker.io/library/eclipse-temurin:17-jre
#]==]

#[==[.rst:
.. command:: DOCKERFILE

  Of pipeline_image(): A Dockerfile, below the source folder, that makes the image, by buildah or
  podman, whichever is there first. What stands in its FROM is taken as BASE is. ENTRYPOINT,
  ARGUMENTS, ENV, LABELS, USER, WORKING_DIRECTORY and PORT are laid over what it says; without USER
  its own counts, which has to be another than root. Allowed: a relative path with '/' between its
  parts, without '..'. Example: DOCKERFILE Dockerfile
#]==]

#[==[.rst:
.. command:: CONTEXT

  Of pipeline_image(): The folder whose files COPY and ADD of DOCKERFILE take, below the source
  folder, without what `.dockerignore` there names. These files, and the outputs of the steps before
  the image, are what it is made of. Default: the source folder. Allowed: a relative path with '/'
  between its parts, without '..'. Example: CONTEXT services/orders
#]==]

#[==[.rst:
.. command:: TARGET

  Of pipeline_image(): The stage of DOCKERFILE that is the image. Default: the last. Allowed: any
  text without a NUL byte that is not empty. Example: TARGET service
#]==]

#[==[.rst:
.. command:: ARGS

  Of pipeline_image(): Values for ARG of DOCKERFILE. They can be read in the image's history: no
  secret belongs here. Allowed: NAME=value, NAME of letters, digits and '_'. Example: ARGS
  JAVA_VERSION=17
#]==]

#[==[.rst:
.. command:: JAR

  Of pipeline_image(): A runnable jar, as a pattern below the step's folder; it, its `lib/` or the
  layers that Spring Boot lists become the image's layers, and the entry point starts it. Exactly
  one file may match. Allowed: a relative path with '/' between its parts, without '..'. Example:
  JAR target/*.jar
#]==]

#[==[.rst:
.. command:: PLATFORMS

  Of pipeline_image(): What it is built for; several make one index with an image for each. In BASE
  and FILES `{arch}` is the architecture (`arm64`) and `{platform}` all of it (`linux/arm64`); the
  base has to be of it, and so has each program. Default: the base's platform, else that of this
  machine. Allowed: linux/ and an architecture: linux/amd64, linux/arm64, linux/arm/v7, linux/386,
  linux/ppc64le, linux/riscv64 or linux/s390x. Example: PLATFORMS linux/amd64 linux/arm64
#]==]

#[==[.rst:
.. command:: FILES

  Of pipeline_image(): Files and folders of the step's folder and where they lie in the image, as
  one layer. Allowed: <from>=<to>: a relative path, and an absolute path without '..' in the image.
  Example: FILES config=/etc/orders
#]==]

#[==[.rst:
.. command:: ENTRYPOINT

  Of pipeline_image(): What the container starts. Allowed: any text without a NUL byte that is not
  empty. Example: ENTRYPOINT /usr/bin/java -jar /app/app.jar
#]==]

#[==[.rst:
.. command:: ARGUMENTS

  Of pipeline_image(): Arguments of the entry point that a deployment may replace. Allowed: any text
  without a NUL byte that is not empty. Example: ARGUMENTS serve
#]==]

#[==[.rst:
.. command:: ENV

  Of pipeline_image(): Variables of the container. Allowed: NAME=value, NAME of letters, digits and
  '_'. Example: ENV JAVA_TOOL_OPTIONS=-XX:MaxRAMPercentage=75
#]==]

#[==[.rst:
.. command:: LABELS

  Of pipeline_image(): Labels of the image; nothing that changes with the commit belongs here, since
  it would change the digest. Allowed: key=value, the key in lower case. Example: LABELS
  org.opencontainers.image.title=orders
#]==]

#[==[.rst:
.. command:: USER

  Of pipeline_image(): The numeric user that it runs as. Default 10001. Allowed: a numeric user id
  from 1 to 4294967294, such as 10001. Example: USER 10001
#]==]

#[==[.rst:
.. command:: WORKING_DIRECTORY

  Of pipeline_image(): The folder in which it starts. Default `/`, with JAR `/app`. Allowed: an
  absolute URL path such as /health. Example: WORKING_DIRECTORY /app
#]==]

#[==[.rst:
.. command:: PORT

  Of pipeline_image(): A port that it listens on, as documentation for its users. Allowed: a whole
  number from 1 to 65535. Example: PORT 8080
#]==]

#[==[.rst:
.. command:: SBOM

  Of pipeline_image(): Whether a bill of materials lies beside it in its registry, under the tag
  `sha256-<digest>.sbom`: what packages and libraries are in it, in CycloneDX and SPDX. Default on.
  Allowed: on or off. Example: SBOM off
#]==]

#[==[.rst:
.. command:: AFTER

  Of pipeline_image(): Steps whose outputs it takes, of another pipeline as `<pipeline>/<step>`;
  `build` where none is given. Another image lies in `.images/<its step>`, as for a step. Allowed:
  the name of a step, `image` or `image-<name>`; of another pipeline <pipeline>/<step>. Example:
  AFTER build runtime
#]==]

#[==[.rst:
.. command:: ZIP

  Of pipeline_function(): A zip that a step makes, or a folder that becomes one, below the step's
  folder. It is packed anew, with sorted names and without times, users and other modes than 644 and
  755, so that equal files are an equal zip. Allowed: a relative path with '/' between its parts,
  without '..'. Example: ZIP target/webhook.zip
#]==]

#[==[.rst:
.. command:: CONFIG

  Of pipeline_function(): The configuration of the Serverless Framework, below the source folder:
  what it declares beside the code. It is part of the artifact's bundle. Allowed: a relative path
  with '/' between its parts, without '..'. Example: CONFIG serverless.yml
#]==]

#[==[.rst:
.. command:: FUNCTIONS

  Of pipeline_function(): The functions that run this code: keys of `functions` in CONFIG. Without
  CONFIG the names of functions in AWS, in which `{pipeline}`, `{environment}` and `{stage}` are
  replaced. Default: the one of this name, without CONFIG `{pipeline}-{stage}-<name>`. Allowed: any
  text without a NUL byte that is not empty. Example: FUNCTIONS webhook refunds
#]==]

#[==[.rst:
.. command:: AFTER

  Of pipeline_function(): Steps whose outputs it takes, of another pipeline as `<pipeline>/<step>`;
  `build` where none is given. A step that comes AFTER `zip-<name>` has it as
  `.images/zip-<name>/<name>.zip`, and publish waits for what tests or scans it. Allowed: the name
  of a step, `image` or `image-<name>`; of another pipeline <pipeline>/<step>. Example: AFTER build
#]==]

#[==[.rst:
.. command:: FILES

  Of pipeline_files(): The files, by patterns of paths below the step's folder: what steps made, or
  what is among the sources. Each keeps its path below the last folder that its pattern names
  without a wildcard: `dist/*.deb` gives `orders.deb`, `infra/**` gives `modules/net/main.tf`; `!…`
  leaves files out. Contents, names and the right to be executed count, owners and times do not.
  Allowed: a relative path with '/' between its parts, without '..'. Example: FILES dist/*.deb
#]==]

#[==[.rst:
.. command:: REPOSITORY

  Of pipeline_files(): Where they are published, beside the images. Default: `<IMAGE>-<name>`.
  Allowed: a repository such as services/orders or registry.example.com/services/orders, without tag
  or digest: parts of lower-case letters and digits, with '.', '_', '__' or any number of '-'
  between them. Example: REPOSITORY services/orders-packages
#]==]

#[==[.rst:
.. command:: BUCKET

  Of pipeline_files(): The S3 bucket that they are published to instead of a registry, below
  `<pipeline>/<name>/`. Allowed: 1 to 63 lower-case letters, digits and '-', with a letter or digit
  at both ends. Example: BUCKET team-artifacts
#]==]

#[==[.rst:
.. command:: AFTER

  Of pipeline_files(): Steps whose outputs it takes, of another pipeline as `<pipeline>/<step>`;
  `build` where none is given. A step that comes AFTER `files-<name>` has them below
  `.images/files-<name>/`, and publish waits for what tests or scans them. Allowed: the name of a
  step, `image` or `image-<name>`; of another pipeline <pipeline>/<step>. Example: AFTER build
#]==]

#[==[.rst:
.. command:: IN

  Of pipeline_service(): Environments in which the other values of this call hold; without it they
  hold in all. A call without it declares the service; ENV and SECRET_ENV of a call with it are
  merged by name, other values replace. `preview` and `canary` stand for the copies of branches,
  over what holds in their environment. Allowed: 1 to 63 lower-case letters, digits and '-', with a
  letter or digit at both ends. Example: IN stage
#]==]

#[==[.rst:
.. command:: IMAGE

  Of pipeline_service(), pipeline_cron_job(): The image of this pipeline that it runs; the only one
  where none is given. Allowed: 1 to 63 lower-case letters, digits and '-', with a letter or digit
  at both ends. Example: IMAGE image
#]==]

#[==[.rst:
.. command:: NAMED

  Of pipeline_service(): The name of its objects. Default `<pipeline>-<service>`. For what ran under
  another name before. Allowed: 1 to 63 lower-case letters, digits and '-', with a letter or digit
  at both ends. Example: NAMED orders
#]==]

#[==[.rst:
.. command:: AFTER

  Of pipeline_service(): Services that are applied and ready before this one is applied, within one
  deploy; of another pipeline `<pipeline>/<service>`, where one run deploys both. With `VIA kubectl`
  only. Allowed: the name of a service; of another pipeline <pipeline>/<service>. Example: AFTER
  billing/api
#]==]

#[==[.rst:
.. command:: SELECTOR

  Of pipeline_service(): Labels by which the Deployment finds its pods in place of cicd's, which the
  pods have as well. They can never be changed later: for objects that exist with these. A preview's
  pods never have them. Allowed: key=value: the key such as team or example.com/team, the value at
  most 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends. Example: SELECTOR
  app.kubernetes.io/name=orders app.kubernetes.io/instance=shop
#]==]

#[==[.rst:
.. command:: SERVICE_SELECTOR

  Of pipeline_service(): Labels by which the Service finds the pods. Default: those of SELECTOR,
  without it `cicd.dev/traffic=<pipeline>.<service>`, which all pods have. A canary needs some that
  are not all of SELECTOR. Allowed: key=value: the key such as team or example.com/team, the value
  at most 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends. Example:
  SELECTOR app=orders SERVICE_SELECTOR cicd.dev/traffic=orders.api
#]==]

#[==[.rst:
.. command:: STATEFUL

  Of pipeline_service(): A StatefulSet in place of the Deployment: pods keep their names and their
  storage. Allowed: no value. Example: STATEFUL
#]==]

#[==[.rst:
.. command:: PORT

  Of pipeline_service(): The port that the container listens on, named `http`. Without it there is
  no Ingress and, without PORTS, no Service. Allowed: a whole number from 1 to 65535. Example: PORT
  8080
#]==]

#[==[.rst:
.. command:: PORTS

  Of pipeline_service(): Further ports of the container and of the Service, by name. Allowed:
  name=port: at most 15 lower-case letters, digits and single '-', a letter among them, and 1 to
  65535. Example: PORTS metrics=9090
#]==]

#[==[.rst:
.. command:: REPLICAS

  Of pipeline_service(): How many pods: a number, or a range between which an autoscaler decides by
  the use of CPU. Default 1. Allowed: a whole number from 0 to 1000, or a range such as 4..20 whose
  lower end is at least 1. Example: REPLICAS 4..20
#]==]

#[==[.rst:
.. command:: SCALE_AT

  Of pipeline_service(): The use of the requested CPU that the autoscaler of a range of REPLICAS
  aims at. Default 80%. Allowed: a percentage from 1% to 100%. Example: SCALE_AT 60%
#]==]

#[==[.rst:
.. command:: HOST

  Of pipeline_service(): The hosts under which the Ingress answers, perhaps with wildcards; without
  it there is no Ingress. `{host}` is the first that is not a wildcard. Allowed: a DNS name of at
  most 253 characters, such as orders.example.com or *.example.com; placeholders such as {slug} may
  stand in it. Example: HOST orders.example.com *.orders.example.com
#]==]

#[==[.rst:
.. command:: INGRESS_CLASS

  Of pipeline_service(): The class of the Ingress; the cluster's default where none is given.
  Allowed: 1 to 253 lower-case letters, digits, '-' and '.', with a letter or digit at both ends of
  each part. Example: INGRESS_CLASS nginx
#]==]

#[==[.rst:
.. command:: INGRESS_ANNOTATIONS

  Of pipeline_service(): Annotations of the Ingress. Placeholders are replaced. Allowed: key=value,
  the key such as team or example.com/team. Example: INGRESS_ANNOTATIONS
  nginx.ingress.kubernetes.io/proxy-body-size=8m
#]==]

#[==[.rst:
.. command:: TLS

  Of pipeline_service(): The Secret with the certificate of all of HOST. Without it the Ingress says
  nothing of TLS. Allowed: 1 to 253 lower-case letters, digits, '-' and '.', with a letter or digit
  at both ends of each part. Example: TLS orders-tls
#]==]

#[==[.rst:
.. command:: READY

  Of pipeline_service(): A path that answers 200 when a pod may receive requests: readiness and
  startup probe. No liveness probe comes of it. Allowed: an absolute URL path such as /health.
  Example: READY /health
#]==]

#[==[.rst:
.. command:: LIVE

  Of pipeline_service(): A path that answers 200 as long as a pod need not be restarted: liveness
  probe. Never one that asks a database. Without it nothing is restarted by a probe. Allowed: an
  absolute URL path such as /health. Example: LIVE /live
#]==]

#[==[.rst:
.. command:: START_WITHIN

  Of pipeline_service(): How long a pod may take from its start until READY answers. Default 5m.
  Allowed: whole numbers with ms, s, m, h or d, such as 90s or 1h30m, at most 30d. Example:
  START_WITHIN 10m
#]==]

#[==[.rst:
.. command:: DRAIN

  Of pipeline_service(): How long a pod still answers after it was told to end, so that no request
  meets a closed port while load balancers are notified. Default 5s where there is a PORT and GRACE
  is longer; needs Kubernetes 1.30. Allowed: whole numbers with ms, s, m, h or d, such as 90s or
  1h30m, at most 30d. Example: DRAIN 15s
#]==]

#[==[.rst:
.. command:: GRACE

  Of pipeline_service(): How long a pod may take to end before it is killed, DRAIN included. Default
  30s. Allowed: whole numbers with ms, s, m, h or d, such as 90s or 1h30m, at most 30d. Example:
  GRACE 60s
#]==]

#[==[.rst:
.. command:: COMMAND

  Of pipeline_service(), pipeline_cron_job(): What the container runs instead of the image's entry
  point. Allowed: any text without a NUL byte that is not empty. Example: COMMAND orders-cli serve
#]==]

#[==[.rst:
.. command:: ENV

  Of pipeline_service(): Variables of the container. Placeholders are replaced; `{node_ip}`,
  `{node_name}`, `{pod_ip}`, `{pod_name}` and `{namespace}` by what the cluster knows of each pod.
  Allowed: NAME=value, NAME of letters, digits and '_'. Example: ENV APP_ENDPOINT=https://{host}
  DD_AGENT_HOST={node_ip}
#]==]

#[==[.rst:
.. command:: SECRET_ENV

  Of pipeline_service(), pipeline_cron_job(), pipeline_container(): Variables that the cluster fills
  from its own Secrets: `NAME=<secret>/<key>`. Allowed: NAME=<secret>/<key>: the names of a Secret
  of the cluster and of a key in it, never a value. Example: SECRET_ENV DATABASE_URL=orders-db/url
#]==]

#[==[.rst:
.. command:: ENV_FROM

  Of pipeline_service(), pipeline_cron_job(): ConfigMaps and Secrets of the cluster whose keys
  become variables. Allowed: config/<ConfigMap> or secret/<Secret>. Example: ENV_FROM config/orders
  secret/orders-env
#]==]

#[==[.rst:
.. command:: CONFIG_FILES

  Of pipeline_service(), pipeline_cron_job(): Files of the source folder that the container sees, as
  a ConfigMap: `<file>=<absolute path>`. Allowed: <from>=<to>: a relative path, and an absolute path
  without '..' in the image. Example: CONFIG_FILES config/app.yaml=/etc/orders/app.yaml
#]==]

#[==[.rst:
.. command:: VOLUMES

  Of pipeline_service(): Volumes and where the container sees them: `empty`, `empty:<size>`,
  `config:<ConfigMap>`, `secret:<Secret>`, `claim:<PersistentVolumeClaim>`, and with STATEFUL
  `storage:<name>:<size>`, which each pod gets for itself. Allowed: <source>=<absolute path>, the
  source empty, empty:<size>, config:<ConfigMap>, secret:<Secret>, claim:<PersistentVolumeClaim> or,
  with STATEFUL, storage:<name>:<size>, a size such as 10Gi. Example: VOLUMES
  empty=/var/cache/orders secret:orders-tls=/etc/tls
#]==]

#[==[.rst:
.. command:: SERVICE_ACCOUNT

  Of pipeline_service(): The service account of the pods; without it or ROLE_ARN no token is
  mounted. With ROLE_ARN it is made, else it has to be there. Allowed: 1 to 253 lower-case letters,
  digits, '-' and '.', with a letter or digit at both ends of each part. Example: SERVICE_ACCOUNT
  orders
#]==]

#[==[.rst:
.. command:: ROLE_ARN

  Of pipeline_service(): The AWS role that the pods take on, by a service account with its
  annotation (EKS). Allowed: an ARN such as arn:aws:iam::123456789012:role/orders. Example: ROLE_ARN
  arn:aws:iam::123456789012:role/orders
#]==]

#[==[.rst:
.. command:: CPU

  Of pipeline_service(): CPU that each pod requests. No limit is set. Allowed: cores or thousandths
  of one, from 1m to 1000, such as 500m or 2. Example: CPU 500m
#]==]

#[==[.rst:
.. command:: CPU_LIMIT

  Of pipeline_service(), pipeline_cron_job(): The most CPU that each pod gets; it is slowed down
  above it. Default: no limit. Allowed: cores or thousandths of one, from 1m to 1000, such as 500m
  or 2. Example: CPU_LIMIT 2
#]==]

#[==[.rst:
.. command:: MEMORY

  Of pipeline_service(): Memory that each pod requests and is limited to. Allowed: a Kubernetes
  quantity from 4Mi to 64Ti, such as 512Mi or 1Gi. Example: MEMORY 1Gi
#]==]

#[==[.rst:
.. command:: MEMORY_LIMIT

  Of pipeline_service(), pipeline_cron_job(): The most memory that each pod gets; it is killed above
  it. Default: MEMORY. Allowed: a Kubernetes quantity from 4Mi to 64Ti, such as 512Mi or 1Gi.
  Example: MEMORY_LIMIT 2Gi
#]==]

#[==[.rst:
.. command:: USER

  Of pipeline_service(): The numeric user that the pods run as, `0` never. Default: the image's,
  where it is known. Allowed: a numeric user id from 1 to 4294967294, such as 10001. Example: USER
  10001
#]==]

#[==[.rst:
.. command:: READ_ONLY_ROOT

  Of pipeline_service(): Whether the root file system can be written. Default: read-only, with an
  empty /tmp, for images that run a JAR; otherwise as the image has it. Allowed: on or off. Example:
  READ_ONLY_ROOT off
#]==]

#[==[.rst:
.. command:: MAX_UNAVAILABLE

  Of pipeline_service(): How many pods may be missing during a rollout. Default 0. Allowed: a whole
  number such as 1, or a percentage up to 100%, such as 25%. Example: MAX_UNAVAILABLE 1
#]==]

#[==[.rst:
.. command:: MAX_SURGE

  Of pipeline_service(): How many pods more than REPLICAS there may be during a rollout. Default
  25%, or 0 with a MAX_UNAVAILABLE. Allowed: a whole number such as 1, or a percentage such as 25%.
  Example: MAX_SURGE 1
#]==]

#[==[.rst:
.. command:: SPREAD

  Of pipeline_service(): Whether pods are spread over zones and nodes where that can be had. Default
  on. Allowed: on or off. Example: SPREAD off
#]==]

#[==[.rst:
.. command:: DISRUPTIONS

  Of pipeline_service(): How many pods a drain of nodes may take away at once; off for no disruption
  budget. Default 1 for two replicas or more, otherwise none. Allowed: a whole number such as 1, a
  percentage such as 25%, or off. Example: DISRUPTIONS 25%
#]==]

#[==[.rst:
.. command:: ALLOW_FROM

  Of pipeline_service(): Who may open connections to the pods: `namespace`, `namespace:<name>` or an
  address range; all other connections are denied. Default: no network policy. Allowed: namespace,
  namespace:<name>, or an address range such as 10.0.0.0/8 or fd00::/8. Example: ALLOW_FROM
  namespace namespace:ingress 10.0.0.0/8
#]==]

#[==[.rst:
.. command:: NODE_SELECTOR

  Of pipeline_service(), pipeline_cron_job(): Labels of the nodes that the pods run on. Allowed:
  key=value: the key such as team or example.com/team, the value at most 63 letters, digits, '-',
  '_' and '.', with a letter or digit at both ends. Example: NODE_SELECTOR kubernetes.io/arch=amd64
#]==]

#[==[.rst:
.. command:: TOLERATIONS

  Of pipeline_service(), pipeline_cron_job(): Taints of nodes that the pods tolerate. Allowed: <key>
  or <key>=<value>, where the value may be empty, each perhaps with :NoSchedule, :PreferNoSchedule
  or :NoExecute. Example: TOLERATIONS dedicated=orders:NoSchedule
#]==]

#[==[.rst:
.. command:: ANNOTATIONS

  Of pipeline_service(), pipeline_cron_job(): Annotations of the pods. Placeholders are replaced.
  Allowed: key=value, the key such as team or example.com/team. Example: ANNOTATIONS
  prometheus.io/scrape=true
#]==]

#[==[.rst:
.. command:: PATCH

  Of pipeline_service(): Patches of the rendered objects before they are applied, each a strategic
  merge patch (an object with kind and name) or a JSON patch (`{"target": {"kind", "name"}, "patch":
  […]}`), in JSON or YAML. Allowed: a relative path with '/' between its parts, without '..'.
  Example: PATCH k8s/api-patch.yaml
#]==]

#[==[.rst:
.. command:: IN

  Of pipeline_cron_job(): Environments in which the other values of this call hold; without it they
  hold in all. `preview` stands for the copies of branches that CRON_JOBS of pipeline_preview()
  gives it to. See `service.in`. Allowed: 1 to 63 lower-case letters, digits and '-', with a letter
  or digit at both ends. Example: IN stage
#]==]

#[==[.rst:
.. command:: OFF

  Of pipeline_cron_job(): The cron job is not deployed, here or in the environments of IN. Allowed:
  no value. Example: OFF
#]==]

#[==[.rst:
.. command:: SCHEDULE

  Of pipeline_cron_job(): When it runs: minute, hour, day of month, month, weekday; or `@hourly`,
  `@daily`, `@weekly`, `@monthly`. Allowed: five fields: minute 0-59, hour 0-23, day 1-31, month
  1-12, weekday 0-6, such as "*/15 * * * *"; or @hourly, @daily, @weekly, @monthly, @yearly.
  Example: SCHEDULE "*/15 * * * *"
#]==]

#[==[.rst:
.. command:: TIME_ZONE

  Of pipeline_cron_job(): The time zone of SCHEDULE. Default UTC. Allowed: a name of the time zone
  database, such as America/Sao_Paulo or UTC. Example: TIME_ZONE America/Sao_Paulo
#]==]

#[==[.rst:
.. command:: NAMED

  Of pipeline_cron_job(): The name of its CronJob. Default `<pipeline>-<cron job>`. For what ran
  under another name before. Allowed: 1 to 63 lower-case letters, digits and '-', with a letter or
  digit at both ends. Example: NAMED close-stale
#]==]

#[==[.rst:
.. command:: OWNER

  Of pipeline_cron_job(): The team or user that looks after it, whom messages of failed runs name;
  see `pipeline_notify`. Allowed: any text without a NUL byte that is not empty. Example: OWNER
  team-orders
#]==]

#[==[.rst:
.. command:: CONCURRENCY

  Of pipeline_cron_job(): Whether a run may start while another of it runs: allow, forbid or
  replace. Default forbid. Allowed: allow, forbid or replace. Example: CONCURRENCY forbid
#]==]

#[==[.rst:
.. command:: DEADLINE

  Of pipeline_cron_job(): How long a run may take before it is ended as failed. Default: no end.
  Allowed: whole numbers with ms, s, m, h or d, such as 90s or 1h30m, at most 30d. Example: DEADLINE
  10m
#]==]

#[==[.rst:
.. command:: START_WITHIN

  Of pipeline_cron_job(): How late a run may start before it counts as missed, at least 10s.
  Default: the cluster's own rule. Allowed: whole numbers with ms, s, m, h or d, such as 90s or
  1h30m, at most 30d. Example: START_WITHIN 5m
#]==]

#[==[.rst:
.. command:: RETRIES

  Of pipeline_cron_job(): How many times a failed pod is tried again within one run. Default 0.
  Allowed: a whole number from 0 to 20. Example: RETRIES 2
#]==]

#[==[.rst:
.. command:: HISTORY

  Of pipeline_cron_job(): How many successful and how many failed runs are kept. Default 3
  successful and 3 failed. Allowed: a whole number from 0 to 20. Example: HISTORY 5
#]==]

#[==[.rst:
.. command:: SMOKE

  Of pipeline_cron_job(): A command that is run once in a pod at each deploy, with the same image
  and environment; the deploy fails with it. It is ended after DEADLINE, or after 10m. Allowed: any
  text without a NUL byte that is not empty. Example: SMOKE orders-cli close-stale --dry-run
#]==]

#[==[.rst:
.. command:: ENV

  Of pipeline_cron_job(), pipeline_container(): Variables of the container, as for a service.
  Allowed: NAME=value, NAME of letters, digits and '_'. Example: ENV BATCH=100
#]==]

#[==[.rst:
.. command:: VOLUMES

  Of pipeline_cron_job(): Volumes and where the container sees them: `empty`, `empty:<size>`,
  `config:<ConfigMap>`, `secret:<Secret>` or `claim:<PersistentVolumeClaim>`. Allowed:
  <source>=<absolute path>, the source empty, empty:<size>, config:<ConfigMap>, secret:<Secret>,
  claim:<PersistentVolumeClaim> or, with STATEFUL, storage:<name>:<size>, a size such as 10Gi.
  Example: VOLUMES empty=/var/cache/orders secret:orders-tls=/etc/tls
#]==]

#[==[.rst:
.. command:: SERVICE_ACCOUNT

  Of pipeline_cron_job(): The service account of the pods; see `service.service_account`. Allowed: 1
  to 253 lower-case letters, digits, '-' and '.', with a letter or digit at both ends of each part.
  Example: SERVICE_ACCOUNT orders
#]==]

#[==[.rst:
.. command:: ROLE_ARN

  Of pipeline_cron_job(): The AWS role that the pods take on; see `service.role_arn`. Allowed: an
  ARN such as arn:aws:iam::123456789012:role/orders. Example: ROLE_ARN
  arn:aws:iam::123456789012:role/orders
#]==]

#[==[.rst:
.. command:: CPU

  Of pipeline_cron_job(): CPU that the pod requests. No limit is set. Allowed: cores or thousandths
  of one, from 1m to 1000, such as 500m or 2. Example: CPU 500m
#]==]

#[==[.rst:
.. command:: MEMORY

  Of pipeline_cron_job(): Memory that the pod requests and is limited to. Allowed: a Kubernetes
  quantity from 4Mi to 64Ti, such as 512Mi or 1Gi. Example: MEMORY 1Gi
#]==]

#[==[.rst:
.. command:: USER

  Of pipeline_cron_job(): The numeric user; see `service.user`. Allowed: a numeric user id from 1 to
  4294967294, such as 10001. Example: USER 10001
#]==]

#[==[.rst:
.. command:: READ_ONLY_ROOT

  Of pipeline_cron_job(): Whether the root file system can be written; see `service.read_only_root`.
  Allowed: on or off. Example: READ_ONLY_ROOT off
#]==]

#[==[.rst:
.. command:: PATCH

  Of pipeline_cron_job(): Patches of the rendered objects before they are applied; see
  `service.patch`. Allowed: a relative path with '/' between its parts, without '..'. Example: PATCH
  k8s/close-patch.yaml
#]==]

#[==[.rst:
.. command:: IN

  Of pipeline_container(): Environments in which the other values of this call hold; without it they
  hold in all. See `service.in`. A container that is ROLE init, or that reads Secrets (SECRET_ENV,
  or one in VOLUMES), runs in the copies of branches only where a call IN preview or IN canary names
  it: a branch's migration never meets the environment's database by itself. Allowed: 1 to 63
  lower-case letters, digits and '-', with a letter or digit at both ends. Example: IN preview
#]==]

#[==[.rst:
.. command:: OF

  Of pipeline_container(): The services and cron jobs whose pods it is in. Allowed: 1 to 63
  lower-case letters, digits and '-', with a letter or digit at both ends. Example: OF api
#]==]

#[==[.rst:
.. command:: ROLE

  Of pipeline_container(): What it is to the main container: init runs to its end before it, sidecar
  runs beside it. Allowed: init or sidecar. Example: ROLE init
#]==]

#[==[.rst:
.. command:: IMAGE

  Of pipeline_container(): An image of this pipeline by its name, or any other as
  `<repository>@<digest>`. Default: the main container's. Allowed: the name of an image of this
  pipeline, or <repository>[:<tag>]@sha256:<64 digits>. Example: IMAGE image
#]==]

#[==[.rst:
.. command:: COMMAND

  Of pipeline_container(): What it runs instead of the image's entry point. Allowed: any text
  without a NUL byte that is not empty. Example: COMMAND orders-cli migrate
#]==]

#[==[.rst:
.. command:: VOLUMES

  Of pipeline_container(): Volumes and where this container sees them, as for a service; equal
  sources are one volume. Allowed: <source>=<absolute path>, the source empty, empty:<size>,
  config:<ConfigMap>, secret:<Secret>, claim:<PersistentVolumeClaim> or, with STATEFUL,
  storage:<name>:<size>, a size such as 10Gi. Example: VOLUMES empty=/var/cache/orders
#]==]

#[==[.rst:
.. command:: CPU

  Of pipeline_container(): CPU that it requests. No limit is set. Allowed: cores or thousandths of
  one, from 1m to 1000, such as 500m or 2. Example: CPU 50m
#]==]

#[==[.rst:
.. command:: MEMORY

  Of pipeline_container(): Memory that it requests and is limited to. Allowed: a Kubernetes quantity
  from 4Mi to 64Ti, such as 512Mi or 1Gi. Example: MEMORY 64Mi
#]==]

#[==[.rst:
.. command:: IN

  Of pipeline_task(): Environments in which the other values of this call hold; without it they hold
  in all. `preview` and `canary` stand for the copies of branches: a task runs there only where a
  call IN preview or IN canary names it. Allowed: 1 to 63 lower-case letters, digits and '-', with a
  letter or digit at both ends. Example: IN preview
#]==]

#[==[.rst:
.. command:: OFF

  Of pipeline_task(): Leaves it out there. Allowed: no value. Example: OFF
#]==]

#[==[.rst:
.. command:: COMMAND

  Of pipeline_task(): What is run in place of the image's entry point. Allowed: any text without a
  NUL byte that is not empty. Example: COMMAND orders-cli migrate
#]==]

#[==[.rst:
.. command:: BEFORE

  Of pipeline_task(): When it is run: `deploy`, once for each artifact and environment, after a
  deploy has begun and before any pod changes. The deploy fails with it. Allowed: deploy. Example:
  BEFORE deploy
#]==]

#[==[.rst:
.. command:: SERVICE

  Of pipeline_task(): The service whose image, environment, volumes and rights it has. Default: the
  only one. Allowed: 1 to 63 lower-case letters, digits and '-', with a letter or digit at both
  ends. Example: SERVICE api
#]==]

#[==[.rst:
.. command:: DEADLINE

  Of pipeline_task(): When it is ended, and the deploy with it. Default 10m. Allowed: whole numbers
  with ms, s, m, h or d, such as 90s or 1h30m, at most 30d. Example: DEADLINE 30m
#]==]

#[==[.rst:
.. command:: OF

  Of pipeline_environment(): The environment of this pipeline that it is a part of: it is deployed
  with it, right after it and after the parts that are declared before, and has its ON, FROM and all
  that a release waits for or is asked. Allowed: 1 to 63 lower-case letters, digits and '-', with a
  letter or digit at both ends. Example: OF prod
#]==]

#[==[.rst:
.. command:: TEMPLATE

  Of pipeline_environment(): The template that says how it is deployed, such as a company's way to a
  platform; what the call says itself goes over it. `cicd explain <template>` prints what it expands
  to. Allowed: 1 to 63 lower-case letters, digits and '-', with a letter or digit at both ends.
  Example: TEMPLATE web-root
#]==]

#[==[.rst:
.. command:: SET

  Of pipeline_environment(): Values of that template's parameters. Default: those of the template.
  Allowed: key=value, the key in lower case. Example: SET folder=/srv/www
#]==]

#[==[.rst:
.. command:: ON

  Of pipeline_environment(): The git event that it follows: `branch <pattern>` or `tag <pattern>`.
  Allowed: branch <pattern> or tag <pattern>. Example: ON branch main
#]==]

#[==[.rst:
.. command:: FROM

  Of pipeline_environment(): The environments in which a commit must have been deployed and healthy
  before it is deployed here: in all of them; of `stage|rehearse` in one. It need not run there any
  more. Allowed: the name of an environment, or several joined by '|' of which one suffices.
  Example: FROM stage|rehearse
#]==]

#[==[.rst:
.. command:: PIN

  Of pipeline_environment(): The one artifact that is deployed here, by its tag or by the 40 digits
  of its commit, in place of ON: no branch and no tag moves it. `cicd reconcile` deploys it, also
  where a newer one is there, and a deploy of any other is refused. Allowed: any text without a NUL
  byte that is not empty. Example: PIN v1.4.2
#]==]

#[==[.rst:
.. command:: SAME_CONFIG

  Of pipeline_environment(): What FROM names must have been deployed with the configuration that is
  declared for it now: after a change of it, a deploy here waits until it is deployed there.
  Allowed: no value. Example: SAME_CONFIG
#]==]

#[==[.rst:
.. command:: SOAK

  Of pipeline_environment(): How long an artifact must have been healthy in each environment that
  FROM names, before it is deployed here. The time runs from the first recorded answer of HEALTH
  that says so, begins anew after each that does not, and ends when another artifact is deployed
  there. Allowed: whole numbers with ms, s, m, h or d, such as 90s or 1h30m, at most 30d. Example:
  SOAK 2h
#]==]

#[==[.rst:
.. command:: WINDOW

  Of pipeline_environment(): When it is deployed: days and times, of which one that ends before it
  begins ends on the next day. Outside of all windows a deploy waits. Allowed: days and times such
  as "Mon-Fri 09:00-16:00", "Sat,Sun 22:00-06:00" or "09:00-24:00". Example: WINDOW "Mon-Fri
  09:00-16:00" "Sat 22:00-02:00"
#]==]

#[==[.rst:
.. command:: TIME_ZONE

  Of pipeline_environment(): The time zone of WINDOW. Default UTC. Allowed: a name of the time zone
  database, such as America/Sao_Paulo or UTC. Example: TIME_ZONE America/Sao_Paulo
#]==]

#[==[.rst:
.. command:: AWAIT

  Of pipeline_environment(): Repositories of images that this pipeline does not make, in a registry:
  a deploy waits until each has an image that is tagged with the first seven digits of the commit
  or, by a tag of git, with that tag. Their digests are recorded. Allowed: a repository such as
  services/orders or registry.example.com/services/orders, without tag or digest: parts of
  lower-case letters and digits, with '.', '_', '__' or any number of '-' between them. Example:
  AWAIT registry.example.com/services/billing-ui
#]==]

#[==[.rst:
.. command:: UPSTREAM

  Of pipeline_environment(): The job elsewhere that must have had a good build of the commit:
  `jenkins <URL of the job>`, `github <URL of the repository> [<check run>]`, or `json <URL>
  <member>=<JSON pointer>…`: `result=` and, unless `{commit}` stands in the URL, `commit=`;
  `number=` and `link=` are shown; `good=<value>` is what the result is then, default success.
  Allowed: jenkins <url of the job>, github <url of the repository> [<check run>], or json <url>
  <member>=<JSON pointer>…. Example: UPSTREAM jenkins https://ci.example.com/job/billing
#]==]

#[==[.rst:
.. command:: UPSTREAM_TOKEN

  Of pipeline_environment(): The secret with which UPSTREAM is asked: of Jenkins `<user>:<API
  token>`, else a token. Allowed: secret:<name>, a secret of pipeline_secret(). Example:
  UPSTREAM_TOKEN secret:jenkins
#]==]

#[==[.rst:
.. command:: VERIFY_SIGNATURE

  Of pipeline_environment(): Who must have signed the images that are deployed here, and their
  provenance, asked of every deploy, preview, canary and rollback before anything is changed: `key
  <file>…` with one or more public keys of which any will do, or `keyless <identity> <issuer>`. The
  program `cosign` is needed for it. A key is the file of the checkout that deploys. Allowed: key
  <file>…, or keyless <identity> <issuer>. Example: VERIFY_SIGNATURE key keys/release.pub
#]==]

#[==[.rst:
.. command:: GATE

  Of pipeline_environment(): A program that is asked last, before a release is deployed: without a
  shell, in the source folder, for at most 5 minutes. Exit status 0 lets it in, any other refuses
  it. A plan runs it with `--ask-gates` only. It is the file of the checkout that deploys or
  promotes: an older checkout asks its older program. Allowed: a program on PATH, or ./<file> below
  the source folder, and its arguments. Example: GATE ./slo.sh {environment}
#]==]

#[==[.rst:
.. command:: VIA

  Of pipeline_environment(): The way: gitops, render, kubectl, serverless or command. Allowed:
  gitops, render, kubectl, serverless or command. Example: VIA gitops
#]==]

#[==[.rst:
.. command:: REPOSITORY

  Of pipeline_environment(): The manifest repository of `VIA gitops`: any URL or path that git
  knows. Default: a bare repository in the build tree. Allowed: any text without a NUL byte that is
  not empty. Example: REPOSITORY ssh://git@git.example.com/manifests.git
#]==]

#[==[.rst:
.. command:: BRANCH

  Of pipeline_environment(): The branch of the manifest repository. Default main. Allowed: a branch
  or tag name without refs/…, in which '*' stands for any characters. Example: BRANCH main
#]==]

#[==[.rst:
.. command:: PATH

  Of pipeline_environment(): The folder within the manifest repository, or the folder that `VIA
  render` writes to. Default `<environment>/<pipeline>`. Allowed: a relative path with '/' between
  its parts, without '..'. Example: PATH stage/orders
#]==]

#[==[.rst:
.. command:: WRITE

  Of pipeline_environment(): Values that a deploy writes into YAML files that are there,
  `<file>:<path>=<value>`, the file below PATH: every other byte of it stays. A path is keys joined
  by dots (`\.` is a dot within one) and elements of a list by their name or number.
  `<file>:images[<name>]` are the tag and digest of an element of Kustomize's `images`, as far as it
  has them. Where the pipeline declares services, the other files of PATH are its manifests; where
  it declares none, they stay. `{tag}`, `{digest}` and `{repository}` are those of its only image;
  of several each is named: `{image-cli.digest}`. Allowed: <file>:<path>=<value>, such as
  values.yaml:image.tag={tag}, or <file>:images[<name>]. Example: WRITE values.yaml:image.tag={tag}
  kustomization.yaml:images[orders]
#]==]

#[==[.rst:
.. command:: AUTHOR

  Of pipeline_environment(): The author of the commits, `Name <mail>`. Default: the user or CI job
  that deploys. Allowed: Name <mail>. Example: AUTHOR "Deploys <deploys@example.com>"
#]==]

#[==[.rst:
.. command:: SIGN

  Of pipeline_environment(): Signs the commits with this secret, a private SSH key without a
  passphrase; ssh-keygen is needed for it. Allowed: secret:<name>, a secret of pipeline_secret().
  Example: SIGN secret:deploy-key
#]==]

#[==[.rst:
.. command:: PULL_REQUEST

  Of pipeline_environment(): Proposes a deploy instead of pushing it: a pull request (GitLab: merge
  request) of the branch `cicd/<pipeline>/<environment>`, which is moved to the newest deploy. Its
  merge is the approval, and the deploy. Allowed: github, gitlab or gitea. Example: PULL_REQUEST
  github
#]==]

#[==[.rst:
.. command:: PULL_REQUEST_TOKEN

  Of pipeline_environment(): The secret with which the server's API is asked. Allowed:
  secret:<name>, a secret of pipeline_secret(). Example: PULL_REQUEST_TOKEN secret:forge
#]==]

#[==[.rst:
.. command:: PULL_REQUEST_URL

  Of pipeline_environment(): The page of the manifest repository in a browser. Default: what
  REPOSITORY says. Allowed: https://<host>[:<port>]/<owner>/<repository>; http to this machine only.
  Example: PULL_REQUEST_URL https://git.example.com/team/manifests
#]==]

#[==[.rst:
.. command:: NAMESPACE

  Of pipeline_environment(): The Kubernetes namespace of the objects. Allowed: 1 to 63 lower-case
  letters, digits and '-', with a letter or digit at both ends. Example: NAMESPACE orders
#]==]

#[==[.rst:
.. command:: CREATE_NAMESPACE

  Of pipeline_environment(): Makes the namespace where it does not exist. Allowed: no value.
  Example: CREATE_NAMESPACE
#]==]

#[==[.rst:
.. command:: CONTEXT

  Of pipeline_environment(): The context of the kubeconfig, for `VIA kubectl`. Several are several
  clusters, deployed one after the other: the next only when the one before is healthy. Default: the
  current one. Allowed: any text without a NUL byte that is not empty. Example: CONTEXT
  eks-prod-canary eks-prod
#]==]

#[==[.rst:
.. command:: KUBECONFIG

  Of pipeline_environment(): The kubeconfig file. Default: KUBECONFIG, else that of the home folder.
  Allowed: any text without a NUL byte that is not empty. Example: KUBECONFIG ci/kubeconfig
#]==]

#[==[.rst:
.. command:: EKS

  Of pipeline_environment(): EKS clusters, `<region>/<cluster>`, instead of CONTEXT: a private
  kubeconfig that logs in by `aws eks get-token`. Allowed: <region>/<cluster>, such as
  us-east-1/orders. Example: EKS us-east-1/orders
#]==]

#[==[.rst:
.. command:: ROLE

  Of pipeline_environment(): The AWS role that is taken on to log in to EKS. Allowed: an ARN such as
  arn:aws:iam::123456789012:role/orders. Example: ROLE arn:aws:iam::123456789012:role/deployer
#]==]

#[==[.rst:
.. command:: MANIFESTS

  Of pipeline_environment(): Further Kubernetes objects, as patterns below the source folder:
  planned, labelled, applied and pruned with the rest. Placeholders are not replaced in them.
  Allowed: a relative path with '/' between its parts, without '..'. Example: MANIFESTS k8s/*.yaml
#]==]

#[==[.rst:
.. command:: MANIFESTS_FROM

  Of pipeline_environment(): Files of the repository of CODE, as they are in the commit that is
  deployed: manifests, or an OpenShift Template, whose objects are made with its parameters. They
  are part of the artifact. Allowed: a relative path with '/' between its parts, without '..'.
  Example: MANIFESTS_FROM openshift/template.yaml
#]==]

#[==[.rst:
.. command:: PARAMETERS

  Of pipeline_environment(): Values of the parameters of templates of MANIFESTS_FROM, over those
  that they have. Allowed: NAME=value, NAME of letters, digits and '_'. Example: PARAMETERS
  IMAGE_TAG={commit_short} REPLICAS=2
#]==]

#[==[.rst:
.. command:: TAKE_OVER

  Of pipeline_environment(): Field managers whose fields are taken over, such as `helm` or
  `kubectl-client-side-apply`. Allowed: any text without a NUL byte that is not empty. Example:
  TAKE_OVER helm kubectl-client-side-apply
#]==]

#[==[.rst:
.. command:: PRUNE

  Of pipeline_environment(): Objects that may be removed although such are never removed by
  themselves: claims, namespaces, definitions. Allowed: <Kind>/<name>, such as
  PersistentVolumeClaim/orders-data. Example: PRUNE PersistentVolumeClaim/orders-data
#]==]

#[==[.rst:
.. command:: APPROVAL

  Of pipeline_environment(), pipeline_preview(): Whether a deploy needs an approval by `cicd
  approve`: `required` by any person, `other` by another person than the author of the commit.
  Allowed: required or other. Example: APPROVAL required
#]==]

#[==[.rst:
.. command:: PROTECTED

  Of pipeline_environment(): Changed by CI only, on a push or a tag (a rollback and other commands:
  also in a job that is started manually): a recognised CI system must say so in consistent
  variables. It guards against mistakes only, since any user can set variables: to prevent deploys,
  use a credential that developers' machines do not have. Allowed: no value. Example: PROTECTED
#]==]

#[==[.rst:
.. command:: ON_FAILURE

  Of pipeline_environment(): What happens when a rollout fails: rollback or stop. Default rollback,
  for previews stop. Allowed: rollback or stop. Example: ON_FAILURE stop
#]==]

#[==[.rst:
.. command:: VERIFY

  Of pipeline_environment(): A program that is run after a rollout, without a shell, in the source
  folder; the deploy fails with it. `VIA gitops`: after the commit, when the agent may not have
  applied it yet: the program waits for that itself. Not `VIA render`. Allowed: a program on PATH,
  or ./<file> below the source folder, and its arguments. Example: VERIFY ./smoke.sh {host}
#]==]

#[==[.rst:
.. command:: HEALTH

  Of pipeline_environment(): How it is known whether what is deployed here is healthy. It is needed
  where another environment names this one in FROM, and asked when a release is to go there: `argocd
  <URL of the application>` asks Argo CD, `cluster <context>` the pods of that cluster, `command
  <words>` a program (exit status 0 is healthy), each for at most 10 s; with `committed` the commit
  of the manifests is enough. `VIA kubectl` needs none, since a deploy waits for its rollout.
  Default `committed`, where the manifests lie in the build tree. Allowed: argocd <url>, cluster
  <context>, command <words> or committed. Example: HEALTH argocd
  https://argo.example.com/applications/argocd/orders-stage
#]==]

#[==[.rst:
.. command:: TOKEN

  Of pipeline_environment(): The secret with which Argo CD is asked. Allowed: secret:<name>, a
  secret of pipeline_secret(). Example: TOKEN secret:argocd
#]==]

#[==[.rst:
.. command:: PATIENCE

  Of pipeline_environment(): How long a symptom may last before a rollout is given up, by cause:
  crash-loop (1m), image-pull (2m), oom (1m), unschedulable (5m), probe (5m), config (0), quota
  (1m), volume (2m), progress (10m); and how long an object that is being deleted is waited for:
  deletion (2m). Allowed: cause=duration, or cause=0 to give up at once; causes are crash-loop,
  image-pull, oom, unschedulable, probe, config, quota, volume, deletion and progress. Example:
  PATIENCE unschedulable=15m crash-loop=3m
#]==]

#[==[.rst:
.. command:: IMAGES_IN

  Of pipeline_environment(): The repository below which the environment has copies of the images, by
  their digest, with the path that they have in their own registry. A deploy copies what is not
  there yet, after the gate and before anything changes; the objects refer to the copies. Allowed: a
  repository such as services/orders or registry.example.com/services/orders, without tag or digest:
  parts of lower-case letters and digits, with '.', '_', '__' or any number of '-' between them.
  Example: IMAGES_IN 999999999999.dkr.ecr.us-east-1.amazonaws.com/prod
#]==]

#[==[.rst:
.. command:: STAGE_NAME

  Of pipeline_environment(): The stage of `VIA serverless`, as the Serverless Framework knows it.
  Default: the environment's name. Allowed: 1 to 63 lower-case letters, digits and '-', with a
  letter or digit at both ends; {setting.<name>} may stand in it. Example: STAGE_NAME stage
#]==]

#[==[.rst:
.. command:: REGION

  Of pipeline_environment(): The AWS region of the functions. Allowed: 1 to 63 lower-case letters,
  digits and '-', with a letter or digit at both ends; {setting.<name>} may stand in it. Example:
  REGION us-east-1
#]==]

#[==[.rst:
.. command:: BUCKET

  Of pipeline_environment(): The S3 bucket of the zips, the artifacts and the state, the same for
  all environments of a pipeline. It has versioning, and nothing in it is ever written over.
  Default: a folder in the build tree, where a deploy unpacks the functions. Allowed: 1 to 63
  lower-case letters, digits and '-', with a letter or digit at both ends. Example: BUCKET
  team-artifacts
#]==]

#[==[.rst:
.. command:: STATE

  Of pipeline_environment(): Where the records and the state of `VIA serverless` and `VIA command`
  lie, below `<pipeline>/state/<environment>`: in a bucket, or `VIA command` in a folder that all
  who deploy share. Default of `VIA serverless`: BUCKET. Allowed: any text without a NUL byte that
  is not empty. Example: STATE s3://team-state/releases
#]==]

#[==[.rst:
.. command:: CODE_ONLY

  Of pipeline_environment(): Changes only the code of functions that are there, by Lambda's
  UpdateFunctionCode. Without it the program `serverless` or `osls` deploys CONFIG. Allowed: no
  value. Example: CODE_ONLY
#]==]

#[==[.rst:
.. command:: PACKAGE

  Of pipeline_environment(): `whole`: `serverless package` is run once, for the first stage, and
  each later one is deployed from that package by `serverless deploy --package`. It carries the
  first stage over in names, variables and roles, which a plan and a deploy list. Without it the
  zips are promoted, and each stage has its own. Allowed: whole. Example: PACKAGE whole
#]==]

#[==[.rst:
.. command:: PLAN

  Of pipeline_environment(): Of `VIA command`: the program that prints what APPLY would change,
  without changing it. Without it a plan shows the images alone. Allowed: a program on PATH, or
  ./<file> below the source folder, and its arguments. Example: PLAN ./deploy/plan.sh {environment}
#]==]

#[==[.rst:
.. command:: APPLY

  Of pipeline_environment(): Of `VIA command`: the program that brings the release there, run in the
  source folder without a shell. What is there already is success. Allowed: a program on PATH, or
  ./<file> below the source folder, and its arguments. Example: APPLY ./deploy/apply.sh
  {environment}
#]==]

#[==[.rst:
.. command:: READ

  Of pipeline_environment(): Of `VIA command`: the program that prints which version is there. A
  deploy asks it before and afterwards. Allowed: a program on PATH, or ./<file> below the source
  folder, and its arguments. Example: READ ./deploy/read.sh {environment}
#]==]

#[==[.rst:
.. command:: ROLLBACK

  Of pipeline_environment(): Of `VIA command`: the program that puts an earlier release back.
  Default: APPLY. Allowed: a program on PATH, or ./<file> below the source folder, and its
  arguments. Example: ROLLBACK ./deploy/back.sh {environment}
#]==]

#[==[.rst:
.. command:: ALLOW_DIRTY

  Of pipeline_environment(): Allows a deploy from a tree with uncommitted changes although the
  environment is not the embedded default. Allowed: no value. Example: ALLOW_DIRTY
#]==]

#[==[.rst:
.. command:: BRANCHES

  Of pipeline_release(): The branches whose commits may be released, as patterns. Default: any
  commit. Allowed: a branch or tag name without refs/…, in which '*' stands for any characters.
  Example: BRANCHES main release/*
#]==]

#[==[.rst:
.. command:: VERSIONS

  Of pipeline_release(): How the tags of an environment ON tag are ordered, by what the `*` of its
  pattern matched: semantic (1.5.0-rc.1), calendar (2026.11.29: a year, a month, a day; a fourth
  number counts the versions of that day) or number. A tag that is not such a version is refused,
  and so is one that is lower than what is deployed. Tags of the pattern `rc-*` are numbers,
  whatever is given. Default: tags are not ordered. Allowed: semantic, calendar or number. Example:
  VERSIONS semantic
#]==]

#[==[.rst:
.. command:: IN

  Of pipeline_preview(): The environment whose values, cluster and namespace it takes. Allowed: 1 to
  63 lower-case letters, digits and '-', with a letter or digit at both ends. Example: IN stage
#]==]

#[==[.rst:
.. command:: HOST

  Of pipeline_preview(): The host under which it answers; `{slug}` is the branch's. Each service
  after the first gets `<service>-` before it. Allowed: a DNS name with {slug} in it, such as
  orders.{slug}.example.com. Example: HOST orders.{slug}.example.com
#]==]

#[==[.rst:
.. command:: NAMESPACE

  Of pipeline_preview(): Its own namespace in place of the environment's; `{slug}` is the branch's.
  It is made, and removed with the preview. Allowed: a name without dots and with {slug} in it, such
  as orders-{slug}. Example: NAMESPACE orders-{slug}
#]==]

#[==[.rst:
.. command:: REPOSITORY

  Of pipeline_preview(): The manifest repository of its folder, where its environment is `VIA
  gitops` and has a REPOSITORY. Default: that one. Allowed: any text without a NUL byte that is not
  empty. Example: REPOSITORY ssh://git@git.example.com/previews.git
#]==]

#[==[.rst:
.. command:: BRANCH

  Of pipeline_preview(): The branch of the manifest repository. Default: that of its environment.
  Allowed: a branch or tag name without refs/…, in which '*' stands for any characters. Example:
  BRANCH previews
#]==]

#[==[.rst:
.. command:: PATH

  Of pipeline_preview(): The folder within the manifest repository in which each branch has a folder
  of its own, `<slug>-<hash>`: what an ApplicationSet of Argo CD can follow. Default
  `previews/<environment>/<pipeline>`. Allowed: a relative path with '/' between its parts, without
  '..'. Example: PATH previews/orders
#]==]

#[==[.rst:
.. command:: SERVICES

  Of pipeline_preview(): The services that it has. Default: all. Allowed: 1 to 63 lower-case
  letters, digits and '-', with a letter or digit at both ends. Example: SERVICES api
#]==]

#[==[.rst:
.. command:: CRON_JOBS

  Of pipeline_preview(): The cron jobs that it has. Default: none. Allowed: 1 to 63 lower-case
  letters, digits and '-', with a letter or digit at both ends. Example: CRON_JOBS
  close-stale-orders
#]==]

#[==[.rst:
.. command:: REPLICAS

  Of pipeline_preview(): How many pods each service has. Default 1. Allowed: a whole number from 0
  to 1000, or a range such as 4..20 whose lower end is at least 1. Example: REPLICAS 2
#]==]

#[==[.rst:
.. command:: TTL

  Of pipeline_preview(): How long it lives after its last deploy. Default 72h. Allowed: whole
  numbers with ms, s, m, h or d, such as 90s or 1h30m, at most 30d. Example: TTL 72h
#]==]

#[==[.rst:
.. command:: APPROVAL_TO_BUILD

  Of pipeline_preview(): A run that leads to a preview needs an approval of its commit by `cicd
  approve --build` before its first step; see `pipeline.approval_to_build`. Allowed: no value.
  Example: APPROVAL_TO_BUILD
#]==]

#[==[.rst:
.. command:: SWEEP

  Of pipeline_preview(): Where `cicd preview sweep` is run on a schedule: ci. Without it `cicd
  doctor` reports a problem, since previews of deleted branches would stay. Allowed: ci. Example:
  SWEEP ci
#]==]

#[==[.rst:
.. command:: IN

  Of pipeline_canary(): The environment. Allowed: 1 to 63 lower-case letters, digits and '-', with a
  letter or digit at both ends. Example: IN prod
#]==]

#[==[.rst:
.. command:: SERVICE

  Of pipeline_canary(): The service. Default: the only one with a port. Allowed: 1 to 63 lower-case
  letters, digits and '-', with a letter or digit at both ends. Example: SERVICE api
#]==]

#[==[.rst:
.. command:: SHARE

  Of pipeline_canary(): The most that it may take of the service's pods. Allowed: a percentage from
  1% to 50%, such as 10%. Example: SHARE 10%
#]==]

#[==[.rst:
.. command:: TTL

  Of pipeline_canary(): How long it may live. Default 4h. Allowed: whole numbers with ms, s, m, h or
  d, such as 90s or 1h30m, at most 30d. Example: TTL 2h
#]==]

#[==[.rst:
.. command:: APPROVAL

  Of pipeline_canary(): Whether its start, and another share of it, need an approval by `cicd
  approve --canary`: `required` by any person, `other` by another person than the author of the
  commit. Default: that of the environment. Allowed: required or other. Example: APPROVAL required
#]==]

#[==[.rst:
.. command:: SLACK

  Of pipeline_notify(): The channel of Slack that gets one message for each release and environment,
  which is edited as it goes on, with progress in its thread: `#` and its name, or its id. Needs
  TOKEN. Allowed: "#<channel>" in quotes and lower-case letters, or the id of a channel, such as
  C024BE91L. Example: SLACK "#deploys" TOKEN secret:slack
#]==]

#[==[.rst:
.. command:: WEBHOOK

  Of pipeline_notify(): A URL that each message is posted to as JSON, once it has come to its end;
  `secret:<name>` where the URL is a secret, as that of an incoming webhook is. What Slack,
  Mattermost and others call an incoming webhook shows the member `text`. Allowed:
  https://<host>/<path> without a login (http to this machine only), or secret:<name>. Example:
  WEBHOOK https://hooks.example.com/deploys
#]==]

#[==[.rst:
.. command:: COMMAND

  Of pipeline_notify(): A program that gets each message as JSON on standard input, once it has come
  to its end: without a shell, in the source folder, for at most 10 seconds. Allowed: any text
  without a NUL byte that is not empty. Example: COMMAND ./notify.sh
#]==]

#[==[.rst:
.. command:: STATUS

  Of pipeline_notify(): The server of the sources' repository, whose commits get a status:
  `cicd/<pipeline>/<environment>` for each deploy, and in a CI system `cicd/<pipeline>` for the
  steps before. Needs TOKEN. Allowed: github, gitlab or gitea. Example: STATUS github TOKEN
  secret:slack
#]==]

#[==[.rst:
.. command:: TOKEN

  Of pipeline_notify(): The secret with which Slack or the server is asked: of Slack the token of a
  bot, `xoxb-…`, with the scope `chat:write`, and `users:read.email` to name the authors of commits;
  of a server one that may write the status of commits. Allowed: secret:<name>, a secret of
  pipeline_secret(). Example: SLACK "#deploys" TOKEN secret:slack
#]==]

#[==[.rst:
.. command:: URL

  Of pipeline_notify(): Where the API is not the usual one: of SLACK its address instead of
  `https://slack.com/api`, of STATUS the page of the repository in a browser instead of the remote
  of the sources. Allowed: https://<host>/<path> without a login; http to this machine only.
  Example: SLACK "#deploys" TOKEN secret:slack URL https://slack-gov.com/api
#]==]

#[==[.rst:
.. command:: WHEN

  Of pipeline_notify(): What is told of; default: all of it. A message that was begun is edited to
  its end. Allowed: success, failure, recovery, waiting, rollback, hold, approval, canary, preview,
  yank and cron-failure. Example: WEBHOOK https://hooks.example.com/deploys WHEN failure recovery
#]==]

#[==[.rst:
.. command:: PASS_ENV

  Of pipeline_secret(): A variable that holds it. No step sees that variable but those that have the
  secret. Allowed: letters, digits and '_', not beginning with a digit. Example: PASS_ENV NPM_TOKEN
#]==]

#[==[.rst:
.. command:: FILE

  Of pipeline_secret(): A file that holds it, by an absolute path or one below the home folder.
  Allowed: an absolute path, or one that begins with ~/. Example: FILE ~/.config/npm/token
#]==]

#[==[.rst:
.. command:: COMMAND

  Of pipeline_secret(): A program that prints it to standard output, started without a shell in the
  source folder. Allowed: any text without a NUL byte that is not empty. Example: COMMAND vault kv
  get -field=token secret/npm
#]==]

#[==[.rst:
.. command:: AWS

  Of pipeline_secret(): The name or the ARN of a secret in AWS Secrets Manager, which the program
  `aws` is asked for. Allowed: the name of a secret in AWS Secrets Manager or its ARN: letters,
  digits and /_+=.@-:!. Example: AWS ci/npm-token
#]==]

#[==[.rst:
.. command:: VERSION

  Of pipeline_secret(): What stands for the value in the keys of the steps that use it: another
  VERSION runs them again. With AWS the version id that is fetched. Without it a new value runs
  nothing again. Allowed: any text without a NUL byte that is not empty. Example: VERSION 2026-11
#]==]

#[==[.rst:
.. command:: IN

  Of pipeline_setting(): Environments in which VALUE of this call holds, whatever a build tree was
  given. `preview` and `canary` stand for the copies of branches, over what holds in their
  environment. Allowed: 1 to 63 lower-case letters, digits and '-', with a letter or digit at both
  ends. Example: IN prod VALUE sa-east-1
#]==]

#[==[.rst:
.. command:: ALLOWED

  Of pipeline_setting(): What its value may be: one of these words; `<least>..<most>`, a whole
  number; `boolean`, true or false; or the form of a text: `line`, `name`, `package`, `host`, `path`
  or `repository`. Default: `line`. Allowed: any text without a NUL byte that is not empty. Example:
  ALLOWED us-east-1 sa-east-1
#]==]

#[==[.rst:
.. command:: DEFAULT

  Of pipeline_setting(): The value where no other is given. A setting without it has to be given one
  in each build tree that uses it, or IN each environment. Allowed: any text without a NUL byte that
  is not empty. Example: DEFAULT us-east-1
#]==]

#[==[.rst:
.. command:: VALUE

  Of pipeline_setting(): The value IN environments. Allowed: any text without a NUL byte that is not
  empty. Example: IN prod VALUE sa-east-1
#]==]

#[==[.rst:
.. command:: DESCRIPTION

  Of pipeline_setting(): What it is for. Allowed: any text without a NUL byte that is not empty.
  Example: DESCRIPTION "where the buckets are"
#]==]
