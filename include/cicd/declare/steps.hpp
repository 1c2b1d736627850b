// What a team declares of making things: steps, images and functions, as plain structs. How the comments are
// read stands in pipeline.hpp.
#pragma once

// Each `Example:` and `Not:` is a line of its own, which the formatter would join with others.
// clang-format off

#include <string>
#include <vector>

#include <cicd/declare/values/declared_line.hpp>
#include <cicd/declare/values/step_function.hpp>
#include <cicd/declare/values/values.hpp>

namespace cicd {

/// What a step is to the build tree: it decides the aggregate target and the ctest test.
enum class step_stage {
  none,   ///< a step of one's own: target `<pipeline>.<step>` only
  build,  ///< part of `build`
  test,   ///< part of ctest
  scan    ///< part of `scan`
};
constexpr declaring::choice_words choices_of(const step_stage*) {
  return {"build, test or scan", {"build", "test", "scan"}};
}

/// One step of one's own, or a replacement of a template's step of that name.
struct step {
  /// The step's name, unique within its pipeline.
  /// Example: lint
  /// Not: Lint_It
  dns_label name;
  /// The program and its arguments, started directly, without a shell. The program is looked for in the step's folder
  /// (when it holds a `/`) or on PATH. Placeholders are replaced: `{image.layout}` and `{image.digest}` are those of the
  /// image that the step comes AFTER; of several, each is named as AFTER names it: `{image-cli.digest}`.
  /// Example: COMMAND mvn -B package
  /// Not: COMMAND ""
  std::vector<text> command{};
  /// A line for `/bin/sh -e -c` instead of COMMAND, where a pipe or a redirection is needed. No placeholder is
  /// replaced in it, so that no name from outside is ever read by a shell; ENV hands in what it needs.
  /// Example: SHELL "grep -r TODO src | wc -l > todo.txt"
  /// Not: SHELL ""
  text shell{};
  /// A file below the source folder that is run instead of the command's first word where it exists, such as
  /// Maven's wrapper.
  /// Example: WRAPPER mvnw
  /// Not: WRAPPER /usr/bin/mvn
  relative_path wrapper{};
  /// The files that the step reads, as patterns below the source folder. Without it: what git tracks and what it
  /// does not ignore; outside a git repository every file. A pattern that matches nothing is an error.
  /// Example: INPUTS src/** pom.xml
  /// Not: INPUTS ../other/**
  std::vector<path_pattern> inputs{};
  /// Further INPUTS that need not be there.
  /// Example: OPTIONAL_INPUTS .mvn/ mvnw
  /// Not: OPTIONAL_INPUTS ../.mvn/
  std::vector<path_pattern> optional_inputs{};
  /// Files of the source folder whose text names further inputs: a path that stands in one of them, as a value or between
  /// white space, and that leads to a file or folder below the source folder, is an input, too. `${…}/` before it is left out.
  /// Example: INPUTS_NAMED_IN pom.xml
  /// Not: INPUTS_NAMED_IN ../pom.xml
  std::vector<relative_path> inputs_named_in{};
  /// Patterns of files that are not inputs after all.
  /// Example: EXCLUDE docs/**
  /// Not: EXCLUDE /docs
  std::vector<path_pattern> exclude{};
  /// The files and folders that the step makes, below its folder: what later steps receive and what the cache keeps.
  /// What an earlier run left of them is removed first, except with IN_SOURCE. Each must be there after a success; what
  /// matches a pattern after `!` is left out.
  /// Example: OUTPUTS target/classes target/*.jar
  /// Not: OUTPUTS ../target
  std::vector<path_pattern> outputs{};
  /// JUnit files, or what `go test -json` or `cargo test` prints; their test cases appear by name, also when the step fails.
  /// Example: REPORTS target/surefire-reports/TEST-*.xml
  /// Not: REPORTS /tmp/*.xml
  std::vector<path_pattern> reports{};
  /// SARIF files that the step writes; when it fails, its findings are counted and the worst are shown with their places.
  /// Example: FINDINGS target/spotbugsSarif.json
  /// Not: FINDINGS /tmp/*.sarif
  std::vector<path_pattern> findings{};
  /// What a tool keeps from one run to the next for its own incremental work, as patterns below the step's folder. All
  /// other files that are not inputs are removed when the step starts, OUTPUTS and REPORTS as well. Results of a run
  /// that began with kept files stay in this build tree; those of a run that began without are shared by the cache.
  /// Example: KEEP .gradle/ node_modules/
  /// Not: KEEP ../cache
  std::vector<path_pattern> keep{};
  /// Steps that come first; their outputs lie in this step's folder before it starts. A step of another pipeline of this
  /// build tree is `<pipeline>/<step>`; what that one makes and what else comes here may not share a path. An image is
  /// `image` or `image-<name>`: its OCI layout lies in `.images/<that word>`, and publish waits for what tests or scans it.
  /// Example: AFTER build
  /// Not: AFTER Build
  std::vector<step_reference> after{};
  /// CMake targets that are built before; the driver never starts the generator itself. The files of those that are
  /// programs or libraries are part of the key, and so is each file that a generator expression of the step names.
  /// Example: DEPENDS generated-sources
  /// Not: DEPENDS ""
  std::vector<text> depends{};
  /// Programs whose identity is part of the key, so that another version runs the step again. The command's own program
  /// is always among them. Programs that a shell, a script or another interpreter starts are not detected and have to
  /// be named here: without TOOLS the result of such a step is shared only on this machine and with this PATH.
  /// Example: TOOLS java mvn
  /// Not: TOOLS ""
  std::vector<text> tools{};
  /// Variables that the step is given, beside the allow-list. Placeholders are replaced.
  /// Example: ENV MAVEN_OPTS=-Xmx1g
  /// Not: ENV MAVEN-OPTS=-Xmx1g
  std::vector<assignment> env{};
  /// Names of variables that the step may see from outside; their values are part of the key. PATH, HOME, USER, LANG, LC_ALL, TMPDIR,
  /// TZ and the proxy settings are always passed and never part of it.
  /// Example: PASS_ENV JAVA_HOME
  /// Not: PASS_ENV JAVA-HOME
  std::vector<variable_name> pass_env{};
  /// Secrets that the step is given, each as the variable of its name in capitals (`npm-token`: NPM_TOKEN), or as the
  /// variable that is named. A value is fetched when the step is about to run, masked in all that it prints, and no part of
  /// the key; VERSION of pipeline_secret() is. What it leaves in OUTPUTS or REPORTS fails the step. A pull request from a
  /// fork gets none.
  /// Example: SECRETS npm-token SIGNING_KEY=release-key
  /// Not: SECRETS npm_token
  std::vector<secret_use> secrets{};
  /// Hands the step's SECRETS over as files of mode 0600 in memory, which are gone when it ends: the variable, by default
  /// NPM_TOKEN_FILE, holds the path.
  /// Example: AS_FILE
  /// Not: AS_FILE yes
  bool as_file = false;
  /// Gives the step the commit, and makes it part of the key: a `.git` in its folder that has the history, the branch that is
  /// checked out, the tags of its history and whether something is changed; and GIT_COMMIT, GIT_BRANCH, GIT_TAGS (those of
  /// the commit itself) and GIT_DIRTY (true or false). Without it a step sees no repository.
  /// Example: GIT
  /// Not: GIT yes
  bool git = false;
  /// GIT where a file of the source folder holds a text: `<file>:<text>`.
  /// Example: GIT_WHERE pom.xml:git-commit-id
  /// Not: GIT_WHERE pom.xml
  std::vector<text> git_where{};
  /// After this long the step and all it started are ended: TERM, then KILL after GRACE. Default 1h.
  /// Example: TIMEOUT 15m
  /// Not: TIMEOUT 15
  duration timeout{};
  /// How long a step may take to end after TERM. Default 10s.
  /// Example: GRACE 30s
  /// Not: GRACE soon
  duration grace{};
  /// How many times a failed step is run again before it counts as failed. Default 0.
  /// Example: RETRIES 2
  /// Not: RETRIES 21
  retry_count retries{};
  /// The aggregate that the step belongs to: build, test or scan. ctest runs each of the three as one test,
  /// `<pipeline>.<stage>`; publish and deploy come after all tests and scans. Default: the stage that the step is named
  /// like, else none; a template's step that is replaced keeps its own.
  /// Example: STAGE test
  /// Not: STAGE tests
  step_stage stage = step_stage::none;
  /// Makes the step a ctest test of its own, `<pipeline>.<step>`, whatever its stage.
  /// Example: CHECK
  /// Not: CHECK yes
  bool check = false;
  /// Runs in the source folder itself, which is locked meanwhile, instead of a folder of its own. What it makes depends on
  /// all that lies there, and so is never shared by the cache.
  /// Example: IN_SOURCE
  /// Not: IN_SOURCE yes
  bool in_source = false;
  /// The step is run each time it is requested; its results are never reused.
  /// Example: ALWAYS
  /// Not: ALWAYS yes
  bool always = false;
  /// A sentence for `cicd-help`, IDEs and `cicd explain`.
  /// Example: DESCRIPTION "checks the contract with the billing service"
  /// Not: DESCRIPTION ""
  text description{};
  /// Texts that the function of RUN asks for by name, `step.value("suite")`. Placeholders are replaced as in COMMAND.
  /// Example: VALUES suite=orders
  /// Not: VALUES test-suite=orders
  std::vector<assignment> values{};
  /// A function instead of COMMAND, in a C++ file alone: `.run` takes a lambda without captures, which is given a
  /// `step_context&`. It runs as a process of its own, and another content of that file or of its headers runs the step
  /// again. The programs that it starts are not detected, as those of a shell: TOOLS names them.
  /// Example: RUN pipeline.cpp
  /// Not: RUN ""
  step_function run{};
  /// A program and its arguments that move files which pin versions, such as a lock among INPUTS, to newer ones. `cicd update`
  /// runs it in a folder that holds what the step reads, shows what changed there and takes it into the source folder.
  /// Example: UPDATE ./make-base --update base.lock nodejs
  /// Not: UPDATE ""
  std::vector<text> update{};

  declared_line line = declared_line(__builtin_LINE(), __builtin_FILE());  ///< where it is declared

  /// Whether it says itself what it reads; else git does.
  bool names_inputs() const { return !inputs.empty() || !optional_inputs.empty() || !inputs_named_in.empty(); }
};

/// Where a secret comes from; exactly one of PASS_ENV, FILE, COMMAND and AWS is given.
struct secret {
  /// The secret's name, by which SECRETS of a step takes it. A pipeline's own is taken before one of the build tree.
  /// Example: npm-token
  /// Not: NPM_TOKEN
  dns_label name;
  /// A variable that holds it. No step sees that variable but those that have the secret.
  /// Example: PASS_ENV NPM_TOKEN
  /// Not: PASS_ENV NPM-TOKEN
  variable_name pass_env{};
  /// A file that holds it, by an absolute path or one below the home folder.
  /// Example: FILE ~/.config/npm/token
  /// Not: FILE npm-token.txt
  text file{};
  /// A program that prints it to standard output, started without a shell in the source folder.
  /// Example: COMMAND vault kv get -field=token secret/npm
  /// Not: COMMAND ""
  std::vector<text> command{};
  /// The name or the ARN of a secret in AWS Secrets Manager, which the program `aws` is asked for.
  /// Example: AWS ci/npm-token
  /// Not: AWS "npm token"
  text aws{};
  /// What stands for the value in the keys of the steps that use it: another VERSION runs them again. With AWS the version
  /// id that is fetched. Without it a new value runs nothing again.
  /// Example: VERSION 2026-11
  /// Not: VERSION ""
  text version{};

  declared_line line = declared_line(__builtin_LINE(), __builtin_FILE());  ///< where it is declared

  bool operator==(const secret&) const = default;
};

/// An OCI image, where the template's is not enough.
struct image {
  /// The image's name, unique within its pipeline; `image` where none is given.
  /// Example: cli
  /// Not: CLI
  dns_label name;
  /// Where it is published. Default: the pipeline's IMAGE for the image named `image`, `<IMAGE>-<name>` for others.
  /// Example: REPOSITORY services/orders-cli
  /// Not: REPOSITORY services/orders:latest
  image_repository repository{};
  /// An image that is built elsewhere, by a job that knows nothing of this pipeline: which, with the words of
  /// `environment.upstream`. Its commits are those of CODE of add_pipeline(), and with a good build and an image under TAG
  /// a commit has an artifact, which is written down when it is first deployed.
  /// Example: BUILT_BY jenkins https://ci.example.com/job/legacy
  /// Not: BUILT_BY ""
  std::vector<text> built_by{};
  /// The secret with which BUILT_BY is asked: of Jenkins `<user>:<API token>`, else a token.
  /// Example: BUILT_BY_TOKEN secret:jenkins
  /// Not: BUILT_BY_TOKEN jenkins
  named_secret built_by_token{};
  /// The tag that such a job gives the image of a commit; `{number}` is that of the build. Default `{commit_short}`, the
  /// first seven digits.
  /// Example: TAG build-{number}
  /// Not: TAG ""
  text tag{};
  /// The base image: `scratch`, `oci:<layout>[:<tag>]`, `rootfs:<folder or tar>` (both below the step's folder, or
  /// absolute), or a reference with a digest, which is fetched once by skopeo. Device nodes below `dev/` of a tar are
  /// left out; CICD_MAX_BASE says how much may be unpacked (8Gi). Default scratch.
  /// Example: BASE rootfs:runtime
  /// Not: BASE eclipse-temurin:17
  text base{};
  /// A runnable jar, as a pattern below the step's folder; it, its `lib/` or the layers that Spring Boot lists become
  /// the image's layers, and the entry point starts it. Exactly one file may match.
  /// Example: JAR target/*.jar
  /// Not: JAR /app.jar
  path_pattern jar{};
  /// Files and folders of the step's folder and where they lie in the image, as one layer.
  /// Example: FILES config=/etc/orders
  /// Not: FILES config
  std::vector<file_mapping> files{};
  /// What the container starts.
  /// Example: ENTRYPOINT /usr/bin/java -jar /app/app.jar
  /// Not: ENTRYPOINT ""
  std::vector<text> entrypoint{};
  /// Arguments of the entry point that a deployment may replace.
  /// Example: ARGUMENTS serve
  /// Not: ARGUMENTS ""
  std::vector<text> arguments{};
  /// Variables of the container.
  /// Example: ENV JAVA_TOOL_OPTIONS=-XX:MaxRAMPercentage=75
  /// Not: ENV JAVA-OPTS=x
  std::vector<assignment> env{};
  /// Labels of the image; nothing that changes with the commit belongs here, since it would change the digest.
  /// Example: LABELS org.opencontainers.image.title=orders
  /// Not: LABELS Title=orders
  std::vector<label> labels{};
  /// The numeric user that it runs as. Default 10001.
  /// Example: USER 10001
  /// Not: USER root
  user_id user{};
  /// The folder in which it starts. Default `/`, with JAR `/app`.
  /// Example: WORKING_DIRECTORY /app
  /// Not: WORKING_DIRECTORY app
  url_path working_directory{};
  /// A port that it listens on, as documentation for its users.
  /// Example: PORT 8080
  /// Not: PORT 65536
  port_number port{};
  /// Steps whose outputs it takes, of another pipeline as `<pipeline>/<step>`; `build` where none is given. Another image
  /// lies in `.images/<its step>`, as for a step.
  /// Example: AFTER build runtime
  /// Not: AFTER Build
  std::vector<step_reference> after{};

  declared_line line = declared_line(__builtin_LINE(), __builtin_FILE());  ///< where it is declared
};

/// The code of a serverless function, or of several: a zip.
struct zip_function {
  /// The function's name, unique among the functions and images of its pipeline.
  /// Example: webhook
  /// Not: Webhook
  dns_label name;
  /// A zip that a step makes, or a folder that becomes one, below the step's folder. It is packed anew, with sorted names and
  /// without times, users and other modes than 644 and 755, so that equal files are an equal zip.
  /// Example: ZIP target/webhook.zip
  /// Not: ZIP ../webhook.zip
  relative_path zip{};
  /// The configuration of the Serverless Framework, below the source folder: what it declares beside the code. It is part of
  /// the artifact's bundle.
  /// Example: CONFIG serverless.yml
  /// Not: CONFIG ../serverless.yml
  relative_path config{};
  /// The functions that run this code: keys of `functions` in CONFIG. Without CONFIG the names of functions in AWS, in which
  /// `{pipeline}`, `{environment}` and `{stage}` are replaced. Default: the one of this name, without CONFIG
  /// `{pipeline}-{stage}-<name>`.
  /// Example: FUNCTIONS webhook refunds
  /// Not: FUNCTIONS ""
  std::vector<text> functions{};
  /// Steps whose outputs it takes, of another pipeline as `<pipeline>/<step>`; `build` where none is given. A step that comes
  /// AFTER `zip-<name>` has it as `.images/zip-<name>/<name>.zip`, and publish waits for what tests or scans it.
  /// Example: AFTER build
  /// Not: AFTER Build
  std::vector<step_reference> after{};

  declared_line line = declared_line(__builtin_LINE(), __builtin_FILE());  ///< where it is declared
};

}  // namespace cicd
