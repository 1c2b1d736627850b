// The block of a failed step, and the causes that are known.
#include <cicd/report/failure.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>

#include <cicd/base/text.hpp>

#include "golden.hpp"

namespace cicd {
namespace {

using state = test_case::state;

step_ended ended(step_outcome outcome, ending how = {}) {
  return {.step = "orders/test",
          .outcome = outcome,
          .duration = std::chrono::milliseconds(12'400),
          .how = std::move(how),
          .log = "/home/me/shop/build/.cicd/runs/1/orders.test.log",
          .summary = {},
          .failure = {},
          .tests = {}};
}
ending exited(int number) {
  return {.kind = ending::how::exited, .number = number, .text = {}};
}
ending signalled(int number) {
  return {.kind = ending::how::signalled, .number = number, .text = {}};
}
test_case a_case(
    std::string suite, std::string name, state how, std::string message = {}, std::string details = {}) {
  return {.suite = std::move(suite),
          .name = std::move(name),
          .file = {},
          .how = how,
          .duration = {},
          .message = std::move(message),
          .details = std::move(details)};
}
failure_facts facts_of(step_ended end, std::vector<std::string> last_lines = {}) {
  return {.end = std::move(end),
          .last_lines = std::move(last_lines),
          .source_folders = {{"/b/.cicd/steps/orders.test", "/home/me/shop"}},
          .rerun = "cmake --build build --target orders.test",
          .here = "/home/me/shop",
          .exists = {},
          .utf8 = true};
}
bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

TEST(failure_block, names_the_folder_that_a_step_ran_in_not_its_sources) {
  step_ended end = ended(step_outcome::failed);
  end.failure = error{exit_class::step_failed, "orders/test", "an output is missing", "a.bin", {}}.with(
      "folder", "/b/.cicd/steps/orders.test");
  const std::string text = failure_block(facts_of(std::move(end)));
  EXPECT_TRUE(holds(text, "/b/.cicd/steps/orders.test")) << text;
}

TEST(failure_block, shows_last_lines_log_cause_and_the_command_to_run_again) {
  expect_golden(
      "block-compile",
      failure_block(facts_of(
          ended(step_outcome::failed, exited(1)),
          {"[INFO] Compiling 12 source files", "[ERROR] COMPILATION ERROR : ",
           "[ERROR] /b/.cicd/steps/orders.test/src/main/java/shop/Orders.java:[12,5] ';' expected",
           "[INFO] ------------------------------------------------------------------------", "[ERROR] ",
           "[ERROR] To see the full stack trace of the errors, re-run Maven with the -e switch.",
           "[ERROR] Re-run Maven using the -X switch to enable full debug logging.",
           "[ERROR] [Help 1] some page"})));
}

TEST(failure_block, shows_failing_tests_instead_of_last_lines) {
  step_ended end = ended(step_outcome::failed, exited(1));
  end.tests = {a_case("shop.MoneyTest", "adds", state::passed),
               a_case("shop.OrdersTest", "closesStaleOrders", state::failed, "expected: <3> but was: <2>",
                      "x\n\tat org.junit.Assert.fail(Assert.java:9)\n\tat "
                      "shop.OrdersTest.closesStaleOrders(OrdersTest.java:41)"),
               a_case("shop.StoreTest", "opens", state::error, "no database",
                      "java.lang.IllegalStateException: no database\n\tat shop.Store.open(Store.java:7)\n"
                      "\tat shop.StoreTest.opens(StoreTest.java:12)\nCaused by: java.io.IOException: "
                      "disk\n\tat shop.Disk.read(Disk.java:1)"),
               a_case("shop.SkippedTest", "later", state::skipped)};
  failure_facts facts = facts_of(std::move(end), {"these lines are not shown"});
  facts.exists = [](const std::string& path) {
    return path == "/home/me/shop/src/test/java/shop/OrdersTest.java";
  };
  expect_golden("block-tests", failure_block(facts));
}

TEST(failure_block, finds_a_test_in_Kotlin_below_packages_that_its_folder_leaves_out) {
  step_ended end = ended(step_outcome::failed, exited(1));
  end.tests = {a_case("shop.orders.PriceTest", "adds", state::failed, "",
                      "x\n\tat shop.orders.PriceTest.adds(PriceTest.kt:8)")};
  for (const std::string there : {"src/test/kotlin/orders/PriceTest.kt", "src/test/kotlin/PriceTest.kt",
                                  "src/test/kotlin/shop/orders/PriceTest.kt"}) {
    failure_facts facts = facts_of(step_ended(end));
    facts.exists = [&](const std::string& path) { return path == "/home/me/shop/" + there; };
    EXPECT_TRUE(holds(failure_block(facts), there + ":8")) << there;
  }
}

TEST(failure_block, shows_what_a_status_means) {
  for (const auto& [how, name] :
       {std::pair{exited(126), "126"}, {exited(127), "127"}, {signalled(9), "137"}, {exited(139), "139"}})
    expect_golden(std::string("block-status-") + name,
                  failure_block(facts_of(ended(step_outcome::failed, how))));
  expect_golden("block-time-limit", failure_block(facts_of(ended(step_outcome::timed_out, signalled(15)),
                                                           {"waiting for the database"})));
  expect_golden("block-not-started",
                failure_block(facts_of(ended(
                    step_outcome::failed,
                    {.kind = ending::how::not_started, .number = ENOENT, .text = "no such file: mvn"}))));
}

TEST(failure_block, shows_an_error_of_a_step_without_a_process) {
  step_ended end = ended(step_outcome::failed);
  end.log.clear();
  end.failure = error{.kind = exit_class::conflict,
                      .subject = "orders/publish",
                      .what = "the tag holds another digest",
                      .value = "1.2.3",
                      .notes = {{"there", "sha256:aa"}, {"did you mean", "another tag\nin two lines"}}};
  expect_golden("block-error", failure_block(facts_of(std::move(end))));
}

TEST(failure_block, is_ascii_where_the_locale_has_no_utf8) {
  step_ended end = ended(step_outcome::failed, exited(1));
  for (int at = 0; at < 12; ++at)
    end.tests.push_back(a_case("T", "t" + std::to_string(at), state::failed, std::string(500, 'y')));
  failure_facts facts = facts_of(std::move(end));
  facts.utf8 = false;
  const std::string block = failure_block(facts);
  EXPECT_TRUE(std::all_of(block.begin(), block.end(), [](unsigned char c) { return c < 0x80; })) << block;
  EXPECT_TRUE(block.starts_with("x orders/test failed"));
}

TEST(failure_block, caps_tests_and_their_lines_and_says_how_many_more) {
  step_ended end = ended(step_outcome::failed, exited(1));
  std::string message;
  for (int at = 0; at < 30; ++at) message += "line " + std::to_string(at) + "\n";
  for (int at = 0; at < 25; ++at)
    end.tests.push_back(a_case("T", "case" + std::to_string(at), state::failed, message));
  const std::string block = failure_block(facts_of(std::move(end)));
  EXPECT_TRUE(holds(block, "25 of 25 tests failed"));
  EXPECT_TRUE(holds(block, "T.case9\n")) << block;
  EXPECT_FALSE(holds(block, "T.case10"));
  EXPECT_TRUE(holds(block, "… and 15 more"));
  EXPECT_TRUE(holds(block, "line 11\n"));
  EXPECT_FALSE(holds(block, "line 12\n"));
  EXPECT_TRUE(holds(block, "… 18 more lines"));
}

TEST(failure_block, is_safe_for_a_terminal_and_a_ci_system) {
  step_ended end = ended(step_outcome::failed, exited(1));
  end.tests = {
      a_case("::error::x", "\x1b[2J", state::failed, "##[error]boo\n::set-output name=a::b\n\x1b]0;t\a")};
  const std::string block = failure_block(facts_of(std::move(end)));
  EXPECT_EQ(block.find('\x1b'), std::string::npos);
  EXPECT_FALSE(holds(block, "##["));
  for (const std::string& line : split(block, '\n')) EXPECT_FALSE(trimmed(line).starts_with("::")) << line;
}

TEST(failure_block, short_last_lines_are_kept) {
  EXPECT_TRUE(holds(failure_block(facts_of(ended(step_outcome::failed, exited(1)), {"boo"})),
                    "  last lines\n    boo\n"));
  EXPECT_FALSE(holds(failure_block(facts_of(ended(step_outcome::failed, exited(1)), {"[INFO]", "---", ""})),
                     "last lines"));
}

struct known {
  const char *line, *cause;
};
constexpr known causes[] = {
    {"cp: error writing 'x': No space left on device", "the disk is full"},
    {"write: Disk quota exceeded", "this user's disk quota is used up"},
    {"mkdir: Read-only file system", "it writes where the file system is read-only"},
    {"java.io.IOException: Too many open files", "the limit of open files is too low: see `ulimit -n`"},
    {"java.lang.OutOfMemoryError: Java heap space",
     "the JVM ran out of memory (Java heap space): raise its -Xmx"},
    {"# There is insufficient memory for the Java Runtime Environment to continue.",
     "the machine has too little free memory for the JVM"},
    {"fork: Cannot allocate memory", "the machine has no memory left"},
    {"Web server failed to start. Port 8080 was already in use.", "port 8080 is in use by another process"},
    {"java.net.BindException: Address already in use", "a port that it opens is in use by another process"},
    {"Error: listen EADDRINUSE: :::3000", "a port that it opens is in use by another process"},
    {"Cannot access central (url) in offline mode",
     "Maven works offline and an artifact is not in the local repository; it would come from central (url)"},
    {"PKIX path building failed: sun.security",
     "a server's TLS certificate is not trusted by the JDK: its authority may be missing in the trust store"},
    {"tls: x509: certificate signed by unknown authority",
     "a server's TLS certificate is not accepted: certificate signed by unknown authority"},
    {"certificate verify failed (_ssl.c)", "a server's TLS certificate is not trusted here"},
    {"SSL certificate problem: self-signed", "a server's TLS certificate is not accepted: self-signed"},
    {"fatal: Could not resolve host: git.example", "no network, or no such host: git.example"},
    {"java.net.UnknownHostException: repo.example", "no network, or no such host: repo.example"},
    {"Unknown host repo.example", "no network, or no such host: repo.example"},
    {"Temporary failure in name resolution", "no network: names cannot be resolved"},
    {"ssh: No address associated with hostname", "no network: names cannot be resolved"},
    {"connect: Network is unreachable", "no network"},
    {"429 Too Many Requests", "the remote limits how often it is asked: wait a while"},
    {"status code: 429, reason phrase", "the remote limits how often it is asked: wait a while"},
    {"Could not transfer artifact, status code: 401",
     "the repository refuses the login: it is missing, wrong or expired"},
    {"HTTP 401 Unauthorized", "the remote refuses the login: it is missing, wrong or expired"},
    {"unauthorized: authentication required",
     "the registry refuses the login: it is missing, wrong or expired"},
    {"Could not transfer artifact, status code: 403",
     "the login has no right to that repository or artifact"},
    {"HTTP 403 Forbidden", "the login has no right to what it asks for"},
    {"git@example: Permission denied (publickey).",
     "the git server accepts none of the SSH keys that are at hand"},
    {"fatal: Unable to create '/r/.git/index.lock': File exists.",
     "another git process works there, or one that died left /r/.git/index.lock"},
    {".git directory is not found! Please specify a valid [dotGitDirectory] in your pom.xml",
     "a plugin reads the repository, which a step does not see: GIT at the step shows it"},
    {"Could not get HEAD Ref, are you sure you have set the dotGitDirectory property",
     "a plugin reads the commit, and the repository has no commit yet"},
    {"Non-resolvable parent POM for shop:orders:1: Could not find artifact shop:parent:pom:1 and "
     "'parent.relativePath' points at wrong local POM @ line 5",
     "the parent POM is in no repository, and what lies above the project's folder is not seen by the step: "
     "install or deploy the parent"},
    {"Non-resolvable parent POM for shop:orders",
     "Maven cannot get the parent POM: no network, or its version is wrong"},
    {"Could not find artifact a:b:jar:1 in central", "no repository has a:b:jar:1: its version may be wrong"},
    {"Connection refused (os error 111)",
     "nothing listens where it connects to: a service that it needs does not run"},
    {"Connection timed out", "a server does not answer: no network, or a firewall"},
    {"Could not resolve dependencies for project",
     "Maven cannot get a dependency: no network, or its version is wrong"},
    {"error: release version 21 not supported",
     "the JDK is older than Java 21, which the project is compiled for"},
    {"error: invalid target release: 21", "the JDK is older than Java 21, which the project is compiled for"},
    {"error: invalid source release: 21", "the JDK is older than Java 21, which the project is written in"},
    {"java.lang.UnsupportedClassVersionError: A",
     "the Java that runs it is older than the one that compiled it"},
    {"class file has wrong version 65.0", "a library was compiled for a newer Java than this JDK"},
    {"The JAVA_HOME environment variable is not defined correctly,", "JAVA_HOME does not name a JDK"},
    {"ERROR: JAVA_HOME is set to an invalid directory: /x", "JAVA_HOME does not name a JDK"},
    {"No compiler is provided in this environment.",
     "a JRE is used where a JDK is needed: JAVA_HOME or PATH names it"},
    {"goal spotbugs:check on project orders: failed with 3 bugs and 0 errors",
     "SpotBugs found bugs in the code (3)"},
    {"[ERROR] COMPILATION ERROR :", "the code does not compile"},
    {"[ERROR] There are test failures.", "tests failed"},
    {"sh: ./x: Exec format error",
     "a program is built for another kind of machine, or a script lacks its #! line"},
    {"open x: Permission denied", "a file may not be read, written or executed by this user"},
};

TEST(likely_cause, of_each_line_that_is_known) {
  for (const known& one : causes)
    EXPECT_EQ(likely_cause(ended(step_outcome::failed, exited(1)), {"before", one.line, "after"}), one.cause)
        << one.line;
}

/// What surefire prints when the JVM that it started is gone.
std::vector<std::string> crash(const std::string& status) {
  return {"[ERROR] The forked VM terminated without properly saying goodbye. VM crash or System.exit called?",
          "[ERROR] Process Exit Code: " + status, "[ERROR] Crashed tests:", "[ERROR] x.CrashTest"};
}

TEST(likely_cause, of_a_JVM_of_tests_that_is_gone) {
  const step_ended end = ended(step_outcome::failed, exited(1));
  EXPECT_EQ(likely_cause(end, crash("3")),
            "the JVM of the tests ended while x.CrashTest ran: a test, or what it calls, ended it with "
            "status 3, as by "
            "System.exit(3)");
  EXPECT_TRUE(holds(likely_cause(end, crash("137")), "while x.CrashTest ran: it was killed"));
  EXPECT_TRUE(holds(likely_cause(end, crash("134")), "hs_err_pid*.log"));
  auto memory = crash("3");
  memory.insert(memory.begin(), "[ERROR] Terminating due to java.lang.OutOfMemoryError: Java heap space");
  EXPECT_EQ(likely_cause(end, memory),
            "the JVM of the tests ended while x.CrashTest ran: it ran out of memory (Java heap space); raise "
            "the plugin's "
            "argLine -Xmx");
  EXPECT_TRUE(holds(
      likely_cause(end, {"[ERROR] There was an error in the forked process", "[ERROR] Java heap space"}),
      "ran out of memory"));
}

TEST(failure_block, names_a_cause_that_stands_before_the_last_lines) {
  failure_facts facts = facts_of(ended(step_outcome::failed, exited(1)), crash("3"));
  facts.causes = {"[ERROR] Terminating due to java.lang.OutOfMemoryError: Java heap space"};
  EXPECT_TRUE(holds(failure_block(facts), "it ran out of memory (Java heap space)"));
}

TEST(failure_block, leaves_out_frames_and_words_of_the_tool_and_what_is_said_twice) {
  EXPECT_FALSE(is_telling(
      "[ERROR] \tat org.apache.maven.plugin.surefire.booterclient.ForkStarter.fork(ForkStarter.java:643)"));
  EXPECT_FALSE(is_telling("[ERROR] -> [Help 1]"));
  EXPECT_FALSE(is_telling("[ERROR] "));
  EXPECT_TRUE(is_telling("[ERROR] \tat shop.Orders.close(Orders.java:7)"));
  EXPECT_TRUE(is_telling("\tat org.apache.maven.x(X.java:1)"));
  const std::string error = "[ERROR] /b/.cicd/steps/orders.test/src/Broken.java:[2,33] ';' expected";
  EXPECT_TRUE(
      holds(failure_block(facts_of(ended(step_outcome::failed, exited(1)), {error, "[INFO] 1 error", error})),
            "    src/Broken.java:2:33: ';' expected\n    [INFO] 1 error\n  log"));
  EXPECT_TRUE(holds(failure_block(facts_of(ended(step_outcome::failed, exited(1)), {"again", "again"})),
                    "again\n    again"));
  EXPECT_TRUE(holds(failure_block(facts_of(ended(step_outcome::failed, exited(1)),
                                           {"a:[x,1] b:[]", "At Owner.java:[line 94]"})),
                    "a:[x,1] b:[]\n    At Owner.java:[line 94]"));
}

TEST(likely_cause, every_status_that_has_one) {
  EXPECT_EQ(likely_cause(ended(step_outcome::failed, exited(127)), {"sh: 1: mvn: not found"}),
            "mvn is not installed, or PATH does not lead to it");
  EXPECT_EQ(likely_cause(ended(step_outcome::failed, exited(127)), {"line 3: jq: command not found"}),
            "jq is not installed, or PATH does not lead to it");
  EXPECT_EQ(likely_cause(ended(step_outcome::failed, exited(127)), {}),
            "a program is not installed, or PATH does not lead to it");
  EXPECT_TRUE(holds(likely_cause(ended(step_outcome::failed, exited(126)), {}), "chmod +x"));
  EXPECT_TRUE(holds(likely_cause(ended(step_outcome::failed, signalled(9)), {}), "out of memory"));
  EXPECT_TRUE(holds(likely_cause(ended(step_outcome::failed, exited(137)), {}), "out of memory"));
  EXPECT_TRUE(holds(likely_cause(ended(step_outcome::failed, exited(139)), {}), "crashed"));
  EXPECT_EQ(likely_cause(ended(step_outcome::timed_out, signalled(15)), {"COMPILATION ERROR"}),
            "it hangs, or it needs a longer TIMEOUT");
}

TEST(likely_cause, of_a_program_that_the_loader_cannot_start) {
  const auto cause = [](const std::string& line) {
    return likely_cause(ended(step_outcome::failed, exited(127)), {line});
  };
  EXPECT_TRUE(holds(
      cause("./prog: error while loading shared libraries: libfoo.so.1: cannot open shared object file: No "
            "such file or directory"),
      "the shared library libfoo.so.1 is not installed"));
  EXPECT_TRUE(
      holds(cause("./prog: error while loading shared libraries: libz.so.1: wrong ELF class: ELFCLASS64"),
            "libz.so.1 is for another kind of machine"));
  EXPECT_TRUE(holds(
      cause("./prog: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by ./prog)"),
      "the C library here has no GLIBC_2.38"));
  EXPECT_TRUE(holds(
      cause("p: /lib/x86_64-linux-gnu/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by p)"),
      "libstdc++ here has no GLIBCXX_3.4.32"));
  EXPECT_TRUE(
      holds(cause("p: /opt/libfoo.so.1: version `FOO_2' not found (required by p)"), "it has no FOO_2"));
  EXPECT_TRUE(
      holds(cause("Error loading shared library libfoo.so.1: No such file or directory (needed by ./prog)"),
            "the shared library libfoo.so.1"));
  EXPECT_TRUE(holds(cause("./prog: symbol lookup error: ./prog: undefined symbol: foo"), "another version"));
}

TEST(likely_cause, is_not_guessed_where_it_is_known_with_what_helps) {
  failure_facts facts;
  facts.end = ended(step_outcome::failed, exited(127));
  facts.last_lines = {"sh: 1: ./x: not found"};
  EXPECT_TRUE(holds(failure_block(facts), "  likely"));
  facts.end.failure =
      error{exit_class::step_failed, {}, "'x' is made by app/one", {}, {{"try", "add AFTER one"}}};
  EXPECT_FALSE(holds(failure_block(facts), "  likely"));
  EXPECT_TRUE(holds(failure_block(facts), "add AFTER one"));
}

TEST(failure_block, shows_findings_instead_of_last_lines) {
  step_ended end = ended(step_outcome::failed, exited(1));
  end.failure = error{exit_class::step_failed,
                      "orders/test",
                      "2 findings",
                      {},
                      {{"findings", "src/A.java:1  R  m"}, {"sarif", "/x.sarif"}}};
  const std::string block = failure_block(facts_of(std::move(end), {"not shown"}));
  EXPECT_TRUE(holds(block, "  error     2 findings\n  findings  src/A.java:1  R  m\n  sarif     /x.sarif\n"))
      << block;
  EXPECT_FALSE(holds(block, "not shown"));
}

TEST(likely_cause, is_silent_where_nothing_is_known) {
  EXPECT_EQ(likely_cause(ended(step_outcome::failed, exited(1)), {"something else", ""}), "");
  EXPECT_EQ(likely_cause(ended(step_outcome::failed, exited(0)), {}), "");
  EXPECT_EQ(likely_cause(ended(step_outcome::failed), {}), "");
}

TEST(likely_cause, failing_tests_speak_for_themselves) {
  step_ended end = ended(step_outcome::failed, exited(1));
  end.tests = {a_case("T", "t", state::failed, "Connection refused")};
  EXPECT_EQ(likely_cause(end, {"Connection refused"}), "");
}

}  // namespace
}  // namespace cicd
