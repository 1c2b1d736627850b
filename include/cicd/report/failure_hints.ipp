// Likely causes: what a line of output or a status usually means, in one sentence. Only what is likely is
// said; anything else gives nothing.
#pragma once

#include <cicd/report/failure.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/report/rendering.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <span>

namespace cicd {

namespace report_failure_hints {
namespace {

/// A piece of text that a line holds; a `*` in it stands for anything and becomes the sentence's `{}`.
struct rule {
  std::string_view sign;
  std::string_view sentence;
};

/// The most specific first: the first rule that any line meets gives the cause.
constexpr rule rules[] = {
    {"No space left on device", "the disk is full"},
    {"Disk quota exceeded", "this user's disk quota is used up"},
    {"Read-only file system", "it writes where the file system is read-only"},
    {"Too many open files", "the limit of open files is too low: see `ulimit -n`"},
    {"java.lang.OutOfMemoryError: *", "the JVM ran out of memory ({}): raise its -Xmx"},
    {"insufficient memory for the Java Runtime Environment",
     "the machine has too little free memory for the JVM"},
    {"Cannot allocate memory", "the machine has no memory left"},
    {"Port * was already in use", "port {} is in use by another process"},
    {"Address already in use", "a port that it opens is in use by another process"},
    {"EADDRINUSE", "a port that it opens is in use by another process"},
    {"Cannot access * in offline mode",
     "Maven works offline and an artifact is not in the local repository; it would come from {}"},
    {"PKIX path building failed",
     "a server's TLS certificate is not trusted by the JDK: its authority may be missing in the trust store"},
    {"x509: certificate *", "a server's TLS certificate is not accepted: certificate {}"},
    {"certificate verify failed", "a server's TLS certificate is not trusted here"},
    {"SSL certificate problem: *", "a server's TLS certificate is not accepted: {}"},
    {"Could not resolve host: *", "no network, or no such host: {}"},
    {"UnknownHostException: *", "no network, or no such host: {}"},
    {"Unknown host *", "no network, or no such host: {}"},
    {"Temporary failure in name resolution", "no network: names cannot be resolved"},
    {"No address associated with hostname", "no network: names cannot be resolved"},
    {"Network is unreachable", "no network"},
    {"Too Many Requests", "the remote limits how often it is asked: wait a while"},
    {"status code: 429", "the remote limits how often it is asked: wait a while"},
    {"status code: 401", "the repository refuses the login: it is missing, wrong or expired"},
    {"401 Unauthorized", "the remote refuses the login: it is missing, wrong or expired"},
    {"unauthorized: authentication required",
     "the registry refuses the login: it is missing, wrong or expired"},
    {"status code: 403", "the login has no right to that repository or artifact"},
    {"403 Forbidden", "the login has no right to what it asks for"},
    {"Permission denied (publickey", "the git server accepts none of the SSH keys that are at hand"},
    {"Unable to create '*.lock': File exists",
     "another git process works there, or one that died left {}.lock"},
    {"'parent.relativePath' points at",
     "the parent POM is in no repository, and what lies above the project's folder is not seen by the step: "
     "install or "
     "deploy the parent"},
    {"Non-resolvable parent POM", "Maven cannot get the parent POM: no network, or its version is wrong"},
    {"Could not find artifact * in", "no repository has {}: its version may be wrong"},
    {"Connection refused", "nothing listens where it connects to: a service that it needs does not run"},
    {"Connection timed out", "a server does not answer: no network, or a firewall"},
    {"Could not resolve dependencies", "Maven cannot get a dependency: no network, or its version is wrong"},
    {"release version * not supported", "the JDK is older than Java {}, which the project is compiled for"},
    {"invalid target release: *", "the JDK is older than Java {}, which the project is compiled for"},
    {"invalid source release: *", "the JDK is older than Java {}, which the project is written in"},
    {"UnsupportedClassVersionError", "the Java that runs it is older than the one that compiled it"},
    {"class file has wrong version", "a library was compiled for a newer Java than this JDK"},
    {"JAVA_HOME environment variable is not defined correctly", "JAVA_HOME does not name a JDK"},
    {"JAVA_HOME is set to an invalid directory", "JAVA_HOME does not name a JDK"},
    {"No compiler is provided in this environment",
     "a JRE is used where a JDK is needed: JAVA_HOME or PATH names it"},
    {"spotbugs* failed with * bugs", "SpotBugs found bugs in the code ({})"},
    {"COMPILATION ERROR", "the code does not compile"},
    {".git directory is not found",
     "a plugin reads the repository, which a step does not see: GIT at the step shows it"},
    {"Could not get HEAD Ref", "a plugin reads the commit, and the repository has no commit yet"},
    {"There are test failures", "tests failed"},
    {"Exec format error", "a program is built for another kind of machine, or a script lacks its #! line"},
    {"Permission denied", "a file may not be read, written or executed by this user"},
};

/// What the loader says of a program that it cannot start, by glibc and by musl. It ends with 127, which says
/// nothing then.
constexpr rule loader_rules[] = {
    {"error while loading shared libraries: *: wrong ELF class",
     "the shared library {} is for another kind of machine than the program"},
    {"error while loading shared libraries: *: cannot open",
     "the shared library {} is not installed, or lies where the loader does not search: see ldconfig(8), "
     "LD_LIBRARY_PATH"},
    {"Error loading shared library *: No such file",
     "the shared library {} is not installed, or lies where the loader does not search: see LD_LIBRARY_PATH"},
    {"libc.so.6: version `*' not found",
     "a program was built on a newer system than this one: the C library here has no {}"},
    {"libstdc++.so.6: version `*' not found",
     "a program was built by a newer compiler than this system's: libstdc++ here has no {}"},
    {": version `*' not found (required by",
     "a shared library here is older than the one that a program was built with: it has no {}"},
    {"symbol lookup error: *", "a shared library here is another version than a program was built with: {}"},
    {"Error relocating *: symbol not found",
     "a shared library here is another version than {} was built with"},
};

/// Where the parts of `sign` between its stars stand in `line`, in order; the text of the last star, or an
/// empty one without stars.
std::optional<std::string> met(std::string_view line, std::string_view sign) {
  const std::size_t star = sign.find('*');
  const std::size_t at = line.find(sign.substr(0, star));
  if (at == line.npos) return std::nullopt;
  if (star == sign.npos) return "";
  const std::string_view rest = line.substr(at + star), after = sign.substr(star + 1);
  if (after.empty()) return std::string(trimmed(rest));
  if (after.find('*') != after.npos) return met(rest, after);
  const std::size_t end = rest.find(after);
  return end == rest.npos ? std::nullopt : std::optional(std::string(trimmed(rest.substr(0, end))));
}

std::string from_lines(const std::vector<std::string>& lines, std::span<const rule> of = rules) {
  for (const rule& one : of)
    for (const std::string& line : lines)
      if (const auto what = met(line, one.sign))
        return replaced_all(std::string(one.sentence), "{}", cut_to(*what, 80));
  return {};
}

/// The program that a shell did not find: `sh: 1: mvn: not found`, `line 3: mvn: command not found`.
std::string missing_program(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    std::size_t end = line.rfind(": command not found");
    if (end == line.npos) end = line.rfind(": not found");
    if (end == line.npos) continue;
    const std::string before = line.substr(0, end);
    return before.substr(before.rfind(' ') + 1);
  }
  return {};
}

/// Why the system started nothing, where the program's file is not to blame.
std::string from_errno(int number) {
  switch (number) {
    case EMFILE: return "this process may not have more files open at once: `ulimit -n 4096`";
    case ENFILE: return "the machine has as many files open as it may: `sysctl fs.file-max`";
    case EAGAIN: return "this user may not have more processes at once: `ulimit -u`";
    case ENOMEM: return "the machine has no memory left for one more process";
    default: return {};
  }
}

std::string from_status(const step_ended& end, const std::vector<std::string>& lines) {
  if (end.how.kind == ending::how::not_started)
    if (std::string cause = from_errno(end.how.number); !cause.empty()) return cause;
  const bool started = end.how.kind != ending::how::not_started;
  const int status = started || end.how.number != 0 ? end.how.shell_status() : 0;
  switch (status) {
    case 126:
      return "the program's file lacks the right to be executed (`chmod +x`), or it is for another kind of "
             "machine";
    case 127: {
      const std::string program = missing_program(lines);
      return (program.empty() ? "a program is not installed" : program + " is not installed")
             + ", or PATH does not lead to it";
    }
    case 128 + SIGKILL:
      return "out of memory: the kernel or the container ended it; give it more, or let it use less";
    case 128 + SIGSEGV:
      return "a native program or library crashed; this is a bug in it, or memory that is broken";
    default: return {};
  }
}

/// What stands behind a sign in one of the lines.
std::string behind(std::string_view sign, const std::vector<std::string>& lines) {
  for (const std::string& line : lines)
    if (const auto what = met(line, sign)) return *what;
  return {};
}

/// Surefire names the tests that ran in the JVM that died in the lines below `Crashed tests:`.
std::string crashed_test(const std::vector<std::string>& lines) {
  const auto head =
      std::ranges::find_if(lines, [](const std::string& line) { return line.ends_with("Crashed tests:"); });
  if (head == lines.end() || std::next(head) == lines.end()) return {};
  const std::string& next = *std::next(head);
  return std::string(trimmed(std::string_view(next).substr(next.starts_with('[') ? next.find(']') + 1 : 0)));
}

/// Why the JVM in which surefire or failsafe runs tests is gone: what it said last, or its status.
std::string ended_jvm(const std::vector<std::string>& lines) {
  if (const std::string memory = behind("OutOfMemoryError: *", lines); !memory.empty())
    return fmt::format("it ran out of memory ({}); raise the plugin's argLine -Xmx", memory);
  const std::string status = behind("Process Exit Code: *", lines);
  if (status == "137")
    return "it was killed, as the kernel or the container does when memory runs out; give it more, or let it "
           "use less";
  if (status == "134" || status == "139")
    return "a native library crashed it; hs_err_pid*.log in the step's folder says where";
  if (status == "143") return "something asked it to end";
  return fmt::format("a test, or what it calls, ended it with status {}, as by System.exit({})", status,
                     status);
}

std::string from_jvm_of_tests(const std::vector<std::string>& lines) {
  const auto says = [&](std::string_view text) {
    return std::ranges::any_of(lines, [&](const std::string& line) { return line.find(text) != line.npos; });
  };
  if (says("There was an error in the forked process") && says("Java heap space"))
    return "the JVM of the tests ran out of memory (Java heap space): raise the plugin's argLine -Xmx";
  if (!says("The forked VM terminated without")) return {};
  const std::string test = crashed_test(lines);
  return fmt::format("the JVM of the tests ended{}: {}",
                     test.empty() ? "" : " while " + cut_to(test, 80) + " ran", ended_jvm(lines));
}

bool has_failed_tests(const step_ended& end) {
  return std::any_of(end.tests.begin(), end.tests.end(), [](const test_case& test) {
    return test.how == test_case::state::failed || test.how == test_case::state::error;
  });
}

}  // namespace
}  // namespace report_failure_hints

bool names_cause(std::string_view line) {
  return line.find("OutOfMemoryError") != line.npos || line.find("No space left on device") != line.npos;
}

std::string likely_cause(const step_ended& end, const std::vector<std::string>& last_lines) {
  using namespace report_failure_hints;
  std::vector<std::string> lines;
  for (const std::string& line : last_lines) lines.push_back(rendered_line(line));
  if (end.outcome == step_outcome::timed_out) return "it hangs, or it needs a longer TIMEOUT";
  if (std::string cause = from_lines(lines, loader_rules); !cause.empty()) return cause;
  if (std::string cause = from_status(end, lines); !cause.empty()) return cause;
  if (std::string cause = from_jvm_of_tests(lines); !cause.empty()) return cause;
  // Failing tests say themselves why they failed, and tests print all kinds of errors on purpose.
  return has_failed_tests(end) ? "" : from_lines(lines);
}

}  // namespace cicd
