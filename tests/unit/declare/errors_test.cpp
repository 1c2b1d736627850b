// Every way in which a call can be wrong: what is said of it.
#include "wrong_calls.hpp"

namespace {

using cicd::tests::errors_of;
using cicd::tests::expect_error;
using cicd::tests::expect_step_error;

TEST(a_wrong_call, is_shown_with_its_place_what_is_allowed_and_the_nearest_good_value) {
  EXPECT_EQ(errors_of("add_pipeline(orders)\npipeline_step(orders lint COMMAND x TIMEOUT 15)"),
            "cicd: error: orders/lint: TIMEOUT has a wrong value: '15'\n"
            "  declared at:  CMakeLists.txt, 1st call of pipeline_step()\n"
            "  did you mean: 15s\n"
            "  allowed:      whole numbers with ms, s, m, h or d, such as 90s or 1h30m, at most 30d\n");
}

TEST(a_misspelt_keyword, is_found_at_the_start_behind_a_value_and_within_a_list) {
  expect_step_error("COMAND x", "unknown keyword: 'COMAND'", "COMMAND");
  expect_step_error("comand x", "a value without a keyword: 'comand'", "COMMAND");
  expect_step_error("COMMAND x TIMEOUT 5m RETRYS 2", "unknown keyword: 'RETRYS'", "RETRIES");
  expect_step_error("COMMAND x TIMEOUT 5m retries 2", "unknown keyword: 'retries'", "RETRIES");
  expect_step_error("COMMAND x INPTUS src/**", "unknown keyword: 'INPTUS'", "INPUTS");
  expect_step_error("COMMAND x CHECK IN_SORCE", "unknown keyword: 'IN_SORCE'", "IN_SOURCE");
  expect_step_error("COMMAND x TIMEOUT 5m QUICKLY", "unknown keyword: 'QUICKLY'");
}

TEST(a_misspelt_keyword, does_not_bring_errors_of_its_own_making) {
  expect_step_error("COMAND x y z", "unknown keyword: 'COMAND'", "COMMAND");
  expect_error("add_pipeline(orders TEMPLATE java-mavn BASE_AFTER)\npipeline_service(orders api IMAGE image)",
               "orders: TEMPLATE: there is no such template: 'java-mavn'", "java-maven", 2);
}

std::string try_of(const std::string& lines) {
  const auto errors = cicd::tests::model_from(lines).errors;
  for (const auto& note : errors.empty() ? std::vector<cicd::note>() : errors.front().notes)
    if (note.label == "try") return note.text;
  return {};
}

TEST(a_keyword_of_another_function, is_said_to_belong_there) {
  const std::string service = "add_pipeline(o TEMPLATE java-maven)\npipeline_service(o api PORT 80 ";
  expect_error(service + "OUTPUTS x)", "o/api: unknown keyword: 'OUTPUTS'");
  EXPECT_EQ(try_of(service + "OUTPUTS x)"), "OUTPUTS belongs to pipeline_step()");
  expect_error(service + "LABELS x=y)", "o/api: unknown keyword: 'LABELS'");
  EXPECT_EQ(
      try_of(service + "LABELS x=y)"),
      "pipeline_label(<pipeline> <key>=<value>) puts labels on its objects, LABELS of pipeline_image() on an "
      "image");
  for (const char* word : {"TAG", "IMAGE_PULL_SECRETS", "FROM"}) {
    expect_error(service + word + " x)", "o/api: unknown keyword: '" + std::string(word) + "'");
    EXPECT_NE(try_of(service + word + " x)"), "") << word;
  }
}

TEST(a_keyword_of_another_function, that_ends_one_of_this_is_taken_for_it) {
  expect_error("pipeline_secret(tok ENV TOK)", "tok: unknown keyword: 'ENV'", "PASS_ENV");
  expect_error("pipeline_secret(TOK ENV TOK)", "TOK: a wrong name: 'TOK'", "tok", 2);
  EXPECT_NE(errors_of("pipeline_secret(TOK ENV TOK)").find("did you mean: PASS_ENV"), std::string::npos);
}

TEST(a_value_without_its_keyword, is_known_where_it_names_an_environment_or_a_template) {
  const std::string start = "add_pipeline(o TEMPLATE java-maven)\npipeline_environment(o stage VIA render)\n";
  expect_error(start + "pipeline_service(o api stage PORT 80)", "o/api: a value without a keyword: 'stage'",
               "IN stage");
  expect_error("add_pipeline(o java-maven)", "o: a value without a keyword: 'java-maven'",
               "TEMPLATE java-maven");
  EXPECT_TRUE(cicd::tests::model_from("add_pipeline(o java-maven)").warnings.empty());
  const cicd::template_source few = cicd::tests::templates({{"go", "{}"}, {"java-maven", "{}"}});
  for (const std::string words : {"TEMPLATE", "TEMPLATE Java!"})
    EXPECT_NE(errors_of("add_pipeline(o " + words + ")", few).find(" java-maven"), std::string::npos)
        << words;
  EXPECT_TRUE(cicd::tests::model_from("add_pipeline(o TEMPLATE)").warnings.empty());
}

TEST(an_unknown_name, is_answered_by_the_nearest_few_of_a_long_list) {
  std::string text = "add_pipeline(o)\n";
  for (char c = 'a'; c <= 'z'; ++c) text += std::string("pipeline_step(o step-") + c + " COMMAND true)\n";
  EXPECT_NE(errors_of(text + "pipeline_step(o last COMMAND true AFTER step-zz)").find(" and 22 more\n"),
            std::string::npos);
}

TEST(a_suggestion, is_never_what_was_written_and_always_good) {
  const std::string environment = "add_pipeline(o)\npipeline_environment(o s VIA gitops ON ";
  expect_error(environment + "tag ^v.*$)", "o/s: ON has a wrong value: 'tag ^v.*$'", "tag v*");
  expect_error(environment + "branch refs/heads/main)", "o/s: ON has a wrong value: 'branch refs/heads/main'",
               "branch main");
  const std::string canary =
      "add_pipeline(o TEMPLATE java-maven)\npipeline_environment(o s VIA kubectl)\npipeline_service(o api "
      "PORT 80)\n"
      "pipeline_canary(o IN s SHARE ";
  expect_error(canary + "0.1)", "o/canary: SHARE has a wrong value: '0.1'", "10%");
  expect_error(canary + "0.05)", "o/canary: SHARE has a wrong value: '0.05'", "5%");
  expect_error(canary + ".75)", "o/canary: SHARE has a wrong value: '.75'", "50%");
  expect_error("add_pipeline(größe)", "größe: a wrong name: 'größe'", "groesse");
  expect_error("add_pipeline(\"my  Service\")", "my  Service: a wrong name: 'my  Service'", "my-service");
  expect_error("add_pipeline(łódź)", "łódź: a wrong name: 'łódź'", "lodz");
}

TEST(a_secret, that_is_written_where_a_name_belongs_is_not_said_again) {
  const std::string service = "add_pipeline(o TEMPLATE java-maven)\npipeline_service(o api PORT 80 ";
  for (const char* words :
       {"SECRET_ENV PASSWORD=hunter2", "SECRET_ENV DB-PASSWORD=hunter2/x!", "ENV DB-PASSWORD=hunter2",
        "HOST API_TOKEN=hunter2", "PORTS a=1 PORT PASSWORD=hunter2"})
    EXPECT_EQ(errors_of(service + words + ")").find("hunter2"), std::string::npos) << words;
  expect_error(service + "SECRET_ENV PASSWORD=hunter2)",
               "o/api: SECRET_ENV has a wrong value: 'PASSWORD=***'", "PASSWORD=<secret>/<key>");
}

TEST(capitals_in_a_list, that_are_near_no_keyword_or_have_a_backslash_are_values) {
  const auto read = cicd::tests::model_from(
      "add_pipeline(o)\npipeline_step(o lint COMMAND curl -X POST \\ENVS \\IN \\n AFTR-x)");
  ASSERT_TRUE(read.errors.empty()) << cicd::text_of(read.errors[0]);
  std::vector<std::string> words;
  for (const auto& word : read.model.pipelines[0].declared.steps[0].command) words.push_back(word.str());
  EXPECT_EQ(words, (std::vector<std::string>{"curl", "-X", "POST", "ENVS", "IN", "\\n", "AFTR-x"}));
}

TEST(a_keyword, is_given_once_with_as_many_values_as_it_takes) {
  expect_step_error("COMMAND x TIMEOUT 5m TIMEOUT 6m", "TIMEOUT is given twice");
  expect_step_error("COMMAND x COMMAND y", "COMMAND is given twice");
  expect_step_error("COMMAND x TIMEOUT", "TIMEOUT has no value");
  expect_step_error("COMMAND x INPUTS TIMEOUT 5m", "INPUTS has no value");
  expect_step_error("COMMAND x TIMEOUT 5m 6m", "TIMEOUT takes one value, here is another: '6m'");
  expect_step_error("COMMAND x CHECK yes", "CHECK takes no value: 'yes'");
  expect_step_error("COMMAND x CHECK CHECK", "CHECK is given twice");
}

TEST(a_value, that_is_empty_is_refused_but_among_arguments) {
  expect_step_error("COMMAND \"\"", "COMMAND is empty: ''");
  expect_step_error("COMMAND x TIMEOUT \"\"", "TIMEOUT is empty: ''");
  expect_step_error("COMMAND x TOOLS java \"\"", "TOOLS is empty: ''");
  const auto read = cicd::tests::model_from("add_pipeline(o)\npipeline_step(o lint COMMAND x \"\" y)");
  ASSERT_TRUE(read.errors.empty());
  EXPECT_EQ(read.model.pipelines[0].declared.steps[0].command.size(), 3u);
}

TEST(a_value_out_of_range_or_of_another_type, is_refused_with_the_nearest_good_one) {
  expect_step_error("COMMAND x RETRIES 21", "RETRIES has a wrong value: '21'", "20");
  expect_step_error("COMMAND x ENV A-B=1", "ENV has a wrong value: 'A-B=1'", "A_B=1");
  expect_step_error("COMMAND x ENV A", "ENV has a wrong value: 'A'");
  expect_step_error("COMMAND x STAGE tests", "STAGE has a wrong value: 'tests'", "test");
  expect_step_error("COMMAND x INPUTS ../a", "INPUTS has a wrong value: '../a'");
  expect_error("add_pipeline(Orders_API)", "Orders_API: a wrong name: 'Orders_API'", "orders-api");
  expect_error("add_pipeline(orders IMAGE Services/Orders:1)",
               "orders: IMAGE has a wrong value: 'Services/Orders:1'", "services/orders");
  const std::string image = "add_pipeline(o)\npipeline_image(o FILES a=/a BASE scratch ";
  expect_error(image + "PORT 70000)", "o/image: PORT has a wrong value: '70000'", "65535");
  expect_error(image + "USER root)", "o/image: USER has a wrong value: 'root'");
  expect_error(image + "WORKING_DIRECTORY app)", "o/image: WORKING_DIRECTORY has a wrong value: 'app'",
               "/app");
  expect_error("add_pipeline(o)\npipeline_image(o FILES a=/../b)",
               "o/image: FILES has a wrong value: 'a=/../b'");
  expect_error("add_pipeline(o)\npipeline_image(o BASE eclipse-temurin:17)",
               "o/image: BASE has a wrong value: 'eclipse-temurin:17'",
               "docker.io/library/eclipse-temurin:17");
  const std::string service = "add_pipeline(o TEMPLATE java-maven)\npipeline_service(o api PORT 80 CPU 1 ";
  expect_error(service + "REPLICAS 20..4)", "o/api: REPLICAS has a wrong value: '20..4'", "4..20");
  expect_error(service + "MEMORY 1GB)", "o/api: MEMORY has a wrong value: '1GB'", "1G");
  expect_error(service + "READY health)", "o/api: READY has a wrong value: 'health'", "/health");
  expect_error(service + "HOST https://Orders_1.example.com/x)",
               "o/api: HOST has a wrong value: 'https://Orders_1.example.com/x'", "orders-1.example.com");
  expect_error(service + "SECRET_ENV A=b)", "o/api: SECRET_ENV has a wrong value: 'A=***'",
               "A=<secret>/<key>");
  expect_error("add_pipeline(o)\npipeline_environment(o s VIA gitops ON branhc main)",
               "o/s: ON has a wrong value: 'branhc main'", "branch main");
  expect_error("add_pipeline(o)\npipeline_environment(o s VIA gitops ON branch)",
               "o/s: ON has a wrong value: 'branch'", "branch <pattern>");
  expect_error("add_pipeline(o)\npipeline_environment(o s VIA gitop)", "o/s: VIA has a wrong value: 'gitop'",
               "gitops");
}

TEST(a_list, names_nothing_twice) {
  expect_step_error("COMMAND x ENV A=1 A=2", "ENV names the same twice: 'A=2'");
  expect_step_error("COMMAND x PASS_ENV A A", "PASS_ENV names the same twice: 'A'");
  EXPECT_EQ(errors_of("add_pipeline(o TEMPLATE java-maven)\npipeline_service(o api VOLUMES empty=/a "
                      "config:b=/b secret:c=/c)"),
            "");
}

TEST(what_is_missing, is_named) {
  expect_error("add_pipeline()", "add_pipeline(): the name of the pipeline is missing");
  expect_error("add_pipeline(TEMPLATE java-maven)", "add_pipeline(): the name of the pipeline is missing");
  expect_error("add_pipeline(o)\npipeline_step(o)", "o: the name of the step is missing");
  expect_error("add_pipeline(o)\npipeline_step(o COMMAND x)", "o: the name of the step is missing");
  expect_error("add_pipeline(o)\npipeline_step(o a TIMEOUT 5m)", "o/a: COMMAND is missing");
  expect_error("add_pipeline(o)\npipeline_environment(o stage ON branch main)", "o/stage: VIA is missing");
  expect_error("add_pipeline(o)\npipeline_image(o USER 1)", "o/image: the image has no content");
  expect_error("add_pipeline(o \"\")", "o: a value without a keyword: ''");
  expect_error("add_pipeline(o)\npipeline_step(o \"\" COMMAND x)", "o/: its name is empty: ''");
}

TEST(what_excludes_or_needs_another, is_named) {
  expect_step_error("COMMAND x SHELL y", "COMMAND and SHELL exclude each other");
  expect_step_error("SHELL y WRAPPER mvnw", "WRAPPER has no meaning without COMMAND");
  const std::string service = "add_pipeline(o TEMPLATE java-maven)\npipeline_service(o api ";
  expect_error(service + "READY /health)", "o/api: READY needs PORT");
  expect_error(service + "HOST a.example.com)", "o/api: HOST needs PORT");
  expect_error(service + "PORT 80 INGRESS_CLASS nginx)", "o/api: INGRESS_CLASS needs HOST");
  expect_error(service + "REPLICAS 2..4)", "o/api: a range of REPLICAS needs CPU");
  expect_error(service + "ENV A=1 SECRET_ENV A=b/c)", "o/api: the variable is in ENV too: 'A'");
  expect_error("add_pipeline(o)\npipeline_environment(o s VIA render REPOSITORY r)",
               "o/s: REPOSITORY has no meaning without VIA gitops: 'VIA render'");
  expect_error("add_pipeline(o)\npipeline_environment(o s VIA gitops CONTEXT c)",
               "o/s: CONTEXT has no meaning without VIA kubectl: 'VIA gitops'");
  for (const char* words : {"JAR a.jar", "BASE scratch", "BASE_AFTER a", "SCAN a", "FAIL_ON low"})
    expect_error("add_pipeline(o " + std::string(words) + ")",
                 "o: " + std::string(words).substr(0, std::string(words).find(' '))
                     + " has no meaning without TEMPLATE");
}

TEST(an_environment, takes_no_option_that_its_way_cannot_honour) {
  struct option {
    std::string words, ways;
  };
  for (const option& each :
       {option{"REPOSITORY r", "gitops"}, option{"BRANCH b", "gitops"}, option{"PATH p", "gitops or render"},
        option{"CONTEXT c", "kubectl"}, option{"KUBECONFIG k", "kubectl"}, option{"EKS r/c", "kubectl"},
        option{"TAKE_OVER helm", "kubectl"}, option{"PRUNE Service/a", "kubectl"},
        option{"APPROVAL required", "gitops or render or kubectl or serverless or command"},
        option{"ON_FAILURE stop", "kubectl"}, option{"PATIENCE oom=1m", "kubectl"},
        option{"VERIFY ./v", "gitops or kubectl or serverless or command"},
        option{"PROTECTED", "gitops or render or kubectl or serverless or command"}})
    for (const std::string via : {"gitops", "render", "kubectl"}) {
      const std::string errors =
          errors_of("add_pipeline(o)\npipeline_environment(o s VIA " + via + " " + each.words + ")");
      if (each.ways.find(via) != std::string::npos) {
        EXPECT_EQ(errors, "") << each.words << " VIA " << via;
        continue;
      }
      const std::string keyword = each.words.substr(0, each.words.find(' '));
      EXPECT_EQ(errors, "cicd: error: o/s: " + keyword + " has no meaning without VIA " + each.ways + ": 'VIA " + via
                            + "'\n  declared at: CMakeLists.txt, 1st call of pipeline_environment()\n"
                              "  allowed:     an environment VIA "
                            + each.ways + "\n  try:         leave " + keyword + " out\n");
    }
}

TEST(a_service_in_an_environment, is_checked_with_the_values_that_hold_there) {
  const std::string start =
      "add_pipeline(o TEMPLATE java-maven)\npipeline_environment(o stage VIA gitops)\npipeline_service(o api "
      "PORT 80)\n";
  expect_error(start + "pipeline_service(o api IN stage REPLICAS 2..4)",
               "o/api: a range of REPLICAS needs CPU");
  EXPECT_EQ(errors_of(start + "pipeline_service(o api IN stage REPLICAS 2..4 CPU 1)"), "");
}

TEST(a_clash, of_names_or_places_is_refused) {
  expect_error("add_pipeline(o)\nadd_pipeline(o)", "o: the pipeline is declared twice: 'o'");
  expect_error("add_pipeline(o)\npipeline_step(o a COMMAND x)\npipeline_step(o a COMMAND y)",
               "o/a: the step is declared twice: 'a'");
  expect_error("add_pipeline(o)\npipeline_image(o a BASE scratch)\npipeline_image(o a BASE scratch)",
               "o/a: the image is declared twice: 'a'");
  const std::string service =
      "add_pipeline(o TEMPLATE java-maven)\npipeline_environment(o s VIA gitops)\npipeline_service(o api)\n";
  expect_error(service + "pipeline_service(o api)", "o/api: the service is declared twice: 'api'");
  expect_error(service + "pipeline_service(o api IN s REPLICAS 2)\npipeline_service(o api IN s CPU 1)",
               "o/api: the service IN this environment is declared twice: 's'");
  expect_error(service + "pipeline_environment(o s VIA gitops)",
               "o/s: the environment is declared twice: 's'");
  for (const char* name : {"image", "publish", "image-x", "deploy-stage", "plan-stage"})
    expect_error(
        "add_pipeline(o)\npipeline_step(o " + std::string(name) + " COMMAND x)",
        "o/" + std::string(name) + ": the name belongs to a step that cicd makes itself: '" + name + "'");
  expect_error("add_pipeline(a TEMPLATE java-maven IMAGE x)\nadd_pipeline(b TEMPLATE java-maven IMAGE x)",
               "b: two images would be published to one repository: 'x'");
  expect_error("add_pipeline(a TEMPLATE java-maven)\npipeline_image(a cli FILES a=/a REPOSITORY a)",
               "a/cli: two images would be published to one repository: 'a'");
  expect_error(
      "add_pipeline(o)\npipeline_environment(o s VIA gitops PATH p)\npipeline_environment(o t VIA gitops "
      "PATH p)",
      "o/t: two deploys would write the same manifests: 'the build tree's repository main p'");
}

TEST(a_placeholder, must_be_one_that_is_replaced_there) {
  expect_step_error("COMMAND x {souce}", "COMMAND knows no such placeholder: '{souce}'", "{source}");
  expect_step_error("COMMAND x {branch}", "COMMAND knows no such placeholder: '{branch}'");
  expect_step_error("COMMAND x ENV A={commit}", "ENV knows no such placeholder: '{commit}'");
  expect_step_error("SHELL \"echo {source}\"", "no placeholder is replaced in SHELL: '{source}'");
  expect_step_error("COMMAND x OUTPUTS {pipeline}.jar",
                    "no placeholder is replaced in OUTPUTS: '{pipeline}'");
  EXPECT_EQ(errors_of("add_pipeline(o)\npipeline_step(o a COMMAND x {source}/y ${HOME} %{http_code} {} ENV "
                      "A={pipeline} OUTPUTS a{b}c)"),
            "");
  EXPECT_EQ(errors_of("add_pipeline(o)\npipeline_step(o a SHELL \"awk '{print}' x\")"), "");
}

TEST(a_keyword_of_cmake_or_of_a_ci_system, is_asked_about_within_a_list) {
  expect_step_error("COMMAND cp a b WORKING_DIRECTORY sub VERBATIM",
                    "a keyword that this function does not have: 'WORKING_DIRECTORY'");
  expect_step_error("COMMAND echo hi RETRY 3 CONTAINER maven",
                    "a keyword that this function does not have: 'RETRY'");
  expect_step_error("COMMAND x TIMEOUT 5m VERBATIM",
                    "a keyword that this function does not have: 'VERBATIM'");
  expect_step_error("COMMAND echo hi CONTAINER maven",
                    "a keyword that this function does not have: 'CONTAINER'");
  expect_step_error("COMMAND x INPUTS a.c COMMENT text",
                    "a keyword that this function does not have: 'COMMENT'");
  const auto read = cicd::tests::model_from(
      "add_pipeline(o)\npipeline_step(o a COMMAND x \\VERBATIM ALL POST \\&& \\> >=2 2 >)");
  ASSERT_EQ(read.errors.size(), 1u);
  EXPECT_EQ(read.errors[0].value, ">");
}

TEST(a_word_of_a_shell, is_refused_where_no_shell_reads_it) {
  for (const std::string word : {"&&", "||", "|", ">", ">>", "<", "2>&1", ">out.txt", "2>/dev/null", "&"})
    expect_step_error("COMMAND make " + word + " x",
                      "COMMAND starts no shell, and only a shell interprets this word: '" + word + "'");
  const std::string text =
      errors_of("add_pipeline(o)\npipeline_step(o a COMMAND make && make install KEEP x)");
  EXPECT_NE(text.find("SHELL \"make && make install\"\n"), std::string::npos) << text;
  const auto read = cicd::tests::model_from(
      "add_pipeline(o)\npipeline_step(o a COMMAND gem install x -v >=2 \\| a|b a>b)\n"
      "pipeline_step(o b SHELL \"a && b\" INPUTS a&&b)");
  ASSERT_TRUE(read.errors.empty()) << errors_of("");
  EXPECT_EQ(read.model.pipelines[0].declared.steps[0].command.at(5).view(), "|");
  expect_error("add_pipeline(o)\npipeline_image(o BASE scratch FILES a=/a ENTRYPOINT a && b)",
               "o/image: ENTRYPOINT starts no shell, and only a shell interprets this word: '&&'");
}

TEST(an_absolute_path, is_refused_with_the_relative_one_that_was_meant) {
  expect_step_error("COMMAND x OUTPUTS /build/out.txt /build/b.txt",
                    "OUTPUTS has 2 absolute paths: '/build/out.txt'", "out.txt");
  expect_step_error("COMMAND x INPUTS a.c /src/src/b.c", "INPUTS has an absolute path: '/src/src/b.c'",
                    "src/b.c");
  expect_step_error("COMMAND x REPORTS /elsewhere/b.xml", "REPORTS has an absolute path: '/elsewhere/b.xml'");
  auto calls =
      cicd::tests::written("add_pipeline(o)\npipeline_step(o a COMMAND x OUTPUTS /src/b/svc/out.txt)");
  calls.tree.build_root = "/src/b";
  calls.calls[1].directory = "/src/svc";
  const auto errors = cicd::model_of(calls, {}).errors;
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_NE(cicd::text_of(errors[0]).find("did you mean: out.txt\n"), std::string::npos)
      << cicd::text_of(errors[0]);
}

TEST(a_list_in_quotes, that_gives_one_variable_is_warned_of) {
  const auto warned = [](const std::string& words) {
    std::string all;
    for (const auto& each :
         cicd::tests::model_from("add_pipeline(o)\npipeline_step(o a COMMAND x ENV " + words + ")").warnings)
      all += each.value.value_or("") + "\n";
    return all;
  };
  EXPECT_EQ(warned("A=1;B=2"), "A, B\n");
  EXPECT_EQ(warned("A=1 B=2"), "");
  EXPECT_EQ(warned("A=x;y"), "");
  EXPECT_EQ(warned("URL=jdbc:sqlserver://db;databaseName=orders"), "");
}

TEST(a_generator_expression, stands_where_a_text_or_path_is_expected) {
  expect_error("add_pipeline(o TEMPLATE java-maven)\npipeline_service(o api PORT {genex})",
               "o/api: PORT cannot be a generator expression");
  expect_step_error("COMMAND x AFTER {genex}", "AFTER cannot be a generator expression");
  EXPECT_EQ(errors_of("add_pipeline(o)\npipeline_step(o a COMMAND x DESCRIPTION {genex})"), "");
  EXPECT_EQ(errors_of("add_pipeline(o)\npipeline_step(o a COMMAND {genex} INPUTS {genex} ENV {genex} B=1)"),
            "");
  expect_step_error("COMMAND x TIMEOUT {genex}", "TIMEOUT cannot be a generator expression");
}

TEST(all_errors, of_a_configure_come_at_once_in_order_of_declaration) {
  const auto errors = cicd::tests::model_from(
                          "pipeline_step(o b COMMAND x AFTER nope RETRIES 99 TIMEOUT 1)\nadd_pipeline(o "
                          "IMAGE A)\npipeline_step(o c COMMAND x AFTER nope)")
                          .errors;
  std::vector<std::string> what;
  for (const auto& each : errors) what.push_back(each.subject + " " + each.what);
  EXPECT_EQ(what,
            (std::vector<std::string>{"o/b AFTER: there is no such step", "o/b RETRIES has a wrong value",
                                      "o/b TIMEOUT has a wrong value", "o IMAGE has a wrong value",
                                      "o/c AFTER: there is no such step"}));
}

TEST(a_target_prefix, that_makes_no_target_name_or_meets_a_pipeline_is_refused) {
  auto calls = cicd::tests::written("add_pipeline(o)\npipeline_step(o a COMMAND x)");
  for (const char* bad : {"a b", "o.", "x;"}) {
    calls.tree.target_prefix = bad;
    EXPECT_EQ(cicd::model_of(calls, {}).errors.size(), 1u) << bad;
  }
  calls.tree.target_prefix = "my-";
  EXPECT_TRUE(cicd::model_of(calls, {}).errors.empty());
}

TEST(a_warning, tells_what_is_no_error_but_hardly_meant) {
  const auto empty = cicd::tests::model_from("add_pipeline(o)");
  ASSERT_EQ(empty.warnings.size(), 1u);
  EXPECT_EQ(empty.warnings[0].what, "the pipeline has no step and no image");
  const auto baseless = cicd::tests::model_from("add_pipeline(o TEMPLATE java-maven)");
  ASSERT_EQ(baseless.warnings.size(), 1u);
  EXPECT_EQ(baseless.warnings[0].what,
            "the image has a JAR and no BASE, so that nothing in it can start the jar");
  EXPECT_TRUE(cicd::tests::model_from("add_pipeline(o TEMPLATE java-maven BASE rootfs:r)").warnings.empty());
}

}  // namespace
