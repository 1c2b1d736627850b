// What a team declares of running things: steps, the services beside them and secrets, as plain structs. How
// the comments are read stands in pipeline.hpp.
#pragma once

// Each `Example:` and `Not:` is a line of its own, which the formatter would join with others.
// clang-format off

#include <string>
#include <vector>

#include <cicd/declare/values/cached_folder.hpp>
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
  /// `{database.outputs.host}` is a value of OUTPUT_VALUES.
  /// Example: COMMAND mvn -B package
  /// Not: COMMAND ""
  std::vector<text> command{};
  /// A line for `/bin/sh -e -c` instead of COMMAND, where a pipe or a redirection is needed. No placeholder is
  /// replaced in it, so that no name from outside is ever read by a shell; ENV hands in what it needs.
  /// Example: SHELL "sort words.txt | uniq -c > counts.txt"
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
  /// The module that Maven builds, of those of the pom.xml in the source folder: Maven is told `--projects <module> --also-make`, and
  /// the inputs are all pom.xml files and the files of the modules that this one needs, in place of INPUTS_NAMED_IN. A module that no
  /// pom.xml above lists is built by `--file <module>/pom.xml`, with its parents by relativePath. `.` is all of the project.
  /// Example: MAVEN_MODULE services/orders
  /// Not: MAVEN_MODULE ../orders
  relative_path maven_module{};
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
  /// Names of values that the step leaves: members of a JSON object in the file OUTPUT_VALUES_IN, each a text, a number, true or
  /// false. Steps that come AFTER it have them in COMMAND and ENV as `{<step>.outputs.<name>}`, those of another pipeline as
  /// `{<pipeline>.outputs.<name>}`, and only what they use is part of their key.
  /// Example: OUTPUT_VALUES host port
  /// Not: OUTPUT_VALUES db.host
  std::vector<value_name> output_values{};
  /// The same of values that are secret: masked from the end of the step on, kept nowhere, and handed on by SECRET_VALUES alone. What
  /// the step prints is shown when it ends. Since nothing keeps them the step has to be ALWAYS.
  /// Example: SECRET_OUTPUT_VALUES password
  /// Not: SECRET_OUTPUT_VALUES db.password
  std::vector<value_name> secret_output_values{};
  /// The file of JSON that holds the values, below the step's folder. It is read and removed when the step ends. Default
  /// outputs.json.
  /// Example: OUTPUT_VALUES_IN out/values.json
  /// Not: OUTPUT_VALUES_IN ../values.json
  relative_path output_values_in{};
  /// JUnit files, or what `go test -json` or `cargo test` prints; their test cases appear by name, also when the step fails.
  /// Example: REPORTS target/surefire-reports/TEST-*.xml
  /// Not: REPORTS /tmp/*.xml
  std::vector<path_pattern> reports{};
  /// Reports of findings that the step writes: SARIF, cppcheck's and SpotBugs' XML, the JSON of clippy, pip-audit and npm audit, what
  /// clang-tidy prints. With STAGE scan they decide whether it fails: by FAIL_ON and BASELINE of the pipeline, whatever the exit
  /// status. Of any other step they are counted, and the worst shown, when it fails.
  /// Example: FINDINGS target/spotbugsXml.xml
  /// Not: FINDINGS /tmp/*.sarif
  std::vector<path_pattern> findings{};
  /// The same of files that must be SARIF; of a scan alone.
  /// Example: SARIF out.sarif
  /// Not: SARIF /tmp/out.sarif
  std::vector<path_pattern> sarif{};
  /// A scan that did not run fails: one that wrote no report, whose database is not there or too old, or that skipped what it
  /// should have read. Without it such a scan is shown and counted as not run.
  /// Example: REQUIRED
  /// Not: REQUIRED yes
  bool required = false;
  /// How old a scanner's database may be, by what its report says or by DATABASE. A scan with an older one, or one whose age is not known, did
  /// not run. The scan is run each time, since a newer database may find more.
  /// Example: DATABASE_AGE 7d
  /// Not: DATABASE_AGE week
  duration database_age{};
  /// The file or folder that is the scanner's database, absolute or `~/…`: it is as old as its newest file.
  /// Example: DATABASE ~/.cache/osv-scanner
  /// Not: DATABASE osv.zip
  text database{};
  /// What a tool keeps from one run to the next for its own incremental work, as patterns below the step's folder. All
  /// other files that are not inputs are removed when the step starts, OUTPUTS and REPORTS as well. Results of a run
  /// that began with kept files stay in this build tree; those of a run that began without are shared by the cache.
  /// Example: KEEP .gradle/ node_modules/
  /// Not: KEEP ../cache
  std::vector<path_pattern> keep{};
  /// Folders outside of the step's own in which a tool keeps what it fetched, from run to run and for all build trees, `~/…` or
  /// absolute; `<VARIABLE>=<folder>` tells the tool of it by that variable. No part of a result, nor of the key (SNAPSHOTs of Maven
  /// are). A pull request's run reads a copy and writes to that. `~/.m2/repository`, `~/.m2/wrapper`, `~/.npm`, `~/.cache/pip`,
  /// `~/.cache/go-build`, `~/go/pkg/mod`, `~/.cargo` and `~/.gradle` need no variable.
  /// Example: CACHE_DIRS ~/.m2/repository CCACHE_DIR=~/.cache/ccache
  /// Not: CACHE_DIRS target/
  std::vector<cached_folder> cache_dirs{};
  /// Several steps use the folders of CACHE_DIRS at once, since their tool keeps its writers apart. Without it one step at a time uses a folder, in all
  /// build trees; those of npm, pip, Go, Cargo and Gradle are always shared, and Maven's from Maven 3.9 on.
  /// Example: CACHE_SHARED
  /// Not: CACHE_SHARED yes
  bool cache_shared = false;
  /// Steps that come first; their outputs lie in this step's folder before it starts. A step of another pipeline of this
  /// build tree is `<pipeline>/<step>`; what that one makes and what else comes here may not share a path. An image is
  /// `image` or `image-<name>`: its OCI layout lies in `.images/<that word>`, and publish waits for what tests or scans it.
  /// Example: AFTER build
  /// Not: AFTER Build
  std::vector<step_reference> after{};
  /// Services that run beside the step, by their names in pipeline_backing_service(): each is started before it, ready when
  /// it begins, and gone after it. ENV and COMMAND take `{postgres.url}`, `{postgres.host}`, `{postgres.port}` and
  /// `{postgres.dir}` of each.
  /// Example: NEEDS postgres
  /// Not: NEEDS Postgres
  std::vector<dns_label> needs{};
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
  /// Secret values that steps before it left (SECRET_OUTPUT_VALUES), each as the variable that is named. As SECRETS they are masked,
  /// no part of the key, and not given to a pull request from a fork.
  /// Example: SECRET_VALUES DB_PASSWORD={database.outputs.password}
  /// Not: SECRET_VALUES DB-PASSWORD=x
  std::vector<assignment> secret_values{};
  /// Hands the step's SECRETS and SECRET_VALUES over as files of mode 0600 in memory, which are gone when it ends: the variable, by default
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
  /// Splits the step into as many that run side by side, `test-1` to `test-4`, each with a part of the tests; the step itself
  /// comes after them and has their OUTPUTS. Each knows its part by `{shard}` (from 1) and `{shards}` in COMMAND and ENV, which
  /// programs that split by themselves take, or by SHARD_BY.
  /// Example: SHARDS 4
  /// Not: SHARDS 1
  shard_count shards{};
  /// Patterns of the files among the inputs that hold the tests. Each is given to one shard, so that all take about as long as the
  /// tests took before: `{shard.tests}` as a word of COMMAND becomes a word for each file, within a word or in ENV they stand
  /// with `,` between them; `{shard.file}` is a file that names them, a line each. A shard without tests is up to date.
  /// Example: SHARD_BY tests/**/test_*.py
  /// Not: SHARD_BY ../tests/**
  std::vector<path_pattern> shard_by{};
  /// A folder that the names of these files are given without.
  /// Example: SHARD_BELOW src/test/java
  /// Not: SHARD_BELOW /src
  relative_path shard_below{};
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
  unsigned shard = 0;  ///< which of SHARDS it is, from 1; no option, and set when a declaration is expanded

  /// Whether it says itself what it reads; else git does.
  bool names_inputs() const {
    return !inputs.empty() || !optional_inputs.empty() || !inputs_named_in.empty() || has_maven_module();
  }
  /// Whether others may use what it left: OUTPUT_VALUES, SECRET_OUTPUT_VALUES.
  bool leaves_values() const { return !output_values.empty() || !secret_output_values.empty(); }
  /// Whether its reports decide whether it fails.
  bool is_scan() const { return stage == step_stage::scan && (!findings.empty() || !sarif.empty()); }
  /// Whether it builds one module of several.
  bool has_maven_module() const { return maven_module && maven_module.view() != "."; }
};

/// A service that runs beside steps while they run, such as a database; exactly one of COMMAND, IMAGE and URL is given.
struct backing_service {
  /// The service's name, by which NEEDS of a step takes it.
  /// Example: postgres
  /// Not: Postgres
  dns_label name;
  /// The program that is the service, and its arguments, started without a shell in an empty folder of its own that holds
  /// INPUTS alone. It stays in the foreground and listens on the port that it is told: `{postgres.port}` of the loopback
  /// address.
  /// Example: COMMAND redis-server --port {redis.port} --bind {redis.host}
  /// Not: COMMAND ""
  std::vector<text> command{};
  /// An image that is the service: `oci:<layout>[:<tag>]`, below the source folder or absolute, or a reference with a digest,
  /// which is fetched once by skopeo. It is unpacked by umoci and run by runc, where cicd is run by root.
  /// Example: IMAGE oci:images/postgres
  /// Not: IMAGE postgres:17
  text image{};
  /// A service that runs elsewhere: nothing is started. `secret:<name>` where the URL has a login.
  /// Example: URL redis://cache.test.example.com:6379
  /// Not: URL cache.test.example.com
  text url{};
  /// The port that an IMAGE listens on; `{postgres.port}` leads to it.
  /// Example: PORT 5432
  /// Not: PORT 0
  port_number port{};
  /// What tells that the service is ready: `postgres`, `redis` or `http <path>`, by an answer in that protocol, or
  /// `command <words…>`, a program whose exit status is 0. It is asked until it says so.
  /// Example: READY http /health
  /// Not: READY tcp
  std::vector<text> ready{};
  /// How long that may take, before the step fails. Default 60s.
  /// Example: READY_WITHIN 2m
  /// Not: READY_WITHIN soon
  duration ready_within{};
  /// Variables of the service. Placeholders are replaced, those of the service itself and of what it NEEDS among them.
  /// Example: ENV POSTGRES_HOST_AUTH_METHOD=trust
  /// Not: ENV POSTGRES-USER=orders
  std::vector<assignment> env{};
  /// Names of variables that the service may see from outside; their values are part of the key of the steps that need it.
  /// Example: PASS_ENV JAVA_HOME
  /// Not: PASS_ENV JAVA-HOME
  std::vector<variable_name> pass_env{};
  /// Secrets that the service is given as variables, as SECRETS of a step.
  /// Example: SECRETS licence-key
  /// Not: SECRETS licence_key
  std::vector<secret_use> secrets{};
  /// What an IMAGE is started with in place of its own arguments.
  /// Example: ARGUMENTS -c fsync=off
  /// Not: ARGUMENTS ""
  std::vector<text> arguments{};
  /// Files of the source folder that lie in the service's folder when it starts, as patterns.
  /// Example: INPUTS tests/postgres.sh tests/schema/**
  /// Not: INPUTS ../schema/**
  std::vector<path_pattern> inputs{};
  /// Programs that a script of COMMAND starts, as TOOLS of a step: another version runs the steps again.
  /// Example: TOOLS /usr/lib/postgresql/15/bin/postgres
  /// Not: TOOLS ""
  std::vector<text> tools{};
  /// Other services of the pipeline that this one needs, ready before it starts.
  /// Example: NEEDS postgres
  /// Not: NEEDS Postgres
  std::vector<dns_label> needs{};
  /// One for all steps of a run that need it, started with the first and ended with the run. Without it each step has its own.
  /// Example: SHARED
  /// Not: SHARED yes
  bool shared = false;
  /// How long it may take to end after TERM, before KILL. Default 10s.
  /// Example: GRACE 2s
  /// Not: GRACE soon
  duration grace{};

  declared_line line = declared_line(__builtin_LINE(), __builtin_FILE());  ///< where it is declared

  bool operator==(const backing_service&) const = default;
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

/// A value that is chosen from outside of the declaration, or differs between environments.
struct setting {
  /// The setting's name: `{setting.<name>}` stands for its value, and `cmake -D<pipeline>.<name>=<value>`, or the cacheVariables
  /// of a preset, give it in one build tree.
  /// Example: region
  /// Not: Region
  dns_label name;
  /// Environments in which VALUE of this call holds, whatever a build tree was given. `preview` and `canary` stand for the
  /// copies of branches, over what holds in their environment.
  /// Example: IN prod VALUE sa-east-1
  /// Not: IN Prod VALUE sa-east-1
  std::vector<dns_label> in{};
  /// What its value may be: one of these words; `<least>..<most>`, a whole number; `boolean`, true or false; or the form of a
  /// text: `line`, `name`, `package`, `host`, `path` or `repository`. Default: `line`.
  /// Example: ALLOWED us-east-1 sa-east-1
  /// Not: ALLOWED hots
  std::vector<text> allowed{};
  /// The value where no other is given. A setting without it has to be given one in each build tree that uses it, or IN each
  /// environment.
  /// Example: DEFAULT us-east-1
  /// Not: DEFAULT us-east-9
  text default_value{};
  /// The value IN environments.
  /// Example: IN prod VALUE sa-east-1
  /// Not: IN prod VALUE sa-east-9
  text value{};
  /// What it is for.
  /// Example: DESCRIPTION "where the buckets are"
  /// Not: DESCRIPTION ""
  text description{};

  declared_line line = declared_line(__builtin_LINE(), __builtin_FILE());  ///< where it is declared

  bool operator==(const setting&) const = default;
};

}  // namespace cicd
