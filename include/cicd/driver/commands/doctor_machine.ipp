// See doctor_machine.hpp. Versions are read from a tool's files where that is possible, else the tool is
// asked.
#pragma once

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>

#include <fmt/format.h>

#include <cicd/base/counted.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/declare/health.hpp>
#include <cicd/declare/parse/templates.hpp>
#include <cicd/deliver/publish.hpp>
#include <cicd/deliver/signing.hpp>
#include <cicd/deliver/way.hpp>
#include <cicd/driver/commands/doctor_machine.hpp>
#include <cicd/driver/commands/tool_version.hpp>
#include <cicd/engine/typed_sources.hpp>
#include <cicd/image/zip_registry.hpp>
#include <cicd/observe/ci_event.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/observe/tools.hpp>
#include <cicd/plan/graph.hpp>
#include <cicd/run/step_home.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/own_file.hpp>

namespace cicd {

namespace driver_commands_doctor_machine {
namespace {

// --- Versions ---

std::vector<int> numbers_of(std::string_view text) {
  std::vector<int> numbers;
  for (const std::string& part : split(text, '.')) {
    int number = 0;
    std::from_chars(part.data(), part.data() + part.size(), number);
    numbers.push_back(number);
  }
  return numbers;
}

/// The first number that counts: 8 of `1.8.0_402`, 17 of `17.0.15`.
int java_release(std::string_view text) {
  const std::vector<int> numbers = numbers_of(text);
  if (numbers.empty()) return 0;
  return numbers.front() == 1 && numbers.size() > 1 ? numbers[1] : numbers.front();
}

/// The words by which a tool says its version; nothing for one that is not known to do so.
std::vector<std::string> version_words(std::string_view tool) {
  if (tool == "kubectl") return {"version", "--client"};
  if (tool == "go" || tool == "cosign") return {"version"};
  constexpr std::array<std::string_view, 24> known{"git",   "skopeo", "aws",    "cmake",   "cc",   "c++",
                                                   "gcc",   "g++",    "clang",  "clang++", "make", "ninja",
                                                   "node",  "npm",    "yarn",   "pnpm",    "bash", "cargo",
                                                   "rustc", "docker", "podman", "python3", "curl", "jq"};
  if (std::ranges::find(known, tool) == known.end()) return {};
  return {"--version"};
}

// --- Tools ---

/// A program, and which steps need it.
using needed_tools = std::map<std::string, std::vector<std::string>>;

void add(needed_tools& to, const std::string& tool, const std::string& by) {
  std::vector<std::string>& users = to[tool];
  if (std::ranges::find(users, by) == users.end()) users.push_back(by);
}

/// The programs of a step: its own, and those that TOOLS names. A wrapper that is there stands for the
/// command's.
void add_tools_of(const graph_step& of, needed_tools& to) {
  const step& declared = *of.command();
  const bool has_wrapper =
      declared.wrapper && exists(of.pipeline->source_directory + '/' + declared.wrapper.str());
  const std::string program = declared.command.empty() ? std::string() : declared.command.front().str();
  if (!program.empty() && !has_wrapper) add(to, program, of.id);
  for (const text& each : declared.tools)
    if (!has_wrapper || each.view() != program) add(to, each.str(), of.id);
}

/// What GATE, HEALTH command and VERIFY start. One that is named by a placeholder is not known yet.
std::vector<std::string> programs_of(const environment& of) {
  std::vector<std::string> programs;
  const auto add = [&](std::span<const text> words) {
    if (!words.empty() && words.front().view().find('{') == std::string_view::npos)
      programs.push_back(words.front().str());
  };
  add(of.gate);
  add(of.verify);
  for (const auto* each : {&of.plan, &of.apply, &of.read, &of.rollback}) add(*each);
  if (health_source_of(of) == health_source::command) add(health_words_of(of));
  return programs;
}

bool is_meant(const doctor_scope& of, const declared_pipeline* pipeline) {
  return std::ranges::find(of.pipelines, pipeline) != of.pipelines.end();
}

needed_tools tools_needed(const doctor_scope& of) {
  needed_tools needed;
  add(needed, "git", "cicd");
  const step_graph graph = graph_of(of.of.model);
  for (const graph_step& each : graph.steps)
    if (is_meant(of, each.pipeline)) {
      if (each.command() != nullptr) add_tools_of(each, needed);
      const std::set<std::string> outside = outside_repositories(*each.pipeline);
      if (each.kind() == step_kind::publish && !std::ranges::all_of(outside, [](const std::string& one) {
            return is_of_zips(plain_repository(one));
          }))
        add(needed, "skopeo", each.id);
      if (each.kind() == step_kind::publish && signs_images(*each.pipeline)) add(needed, "cosign", each.id);
    }
  for (const named_environment& each : of.environments) {
    if (can(each.place->via, way_feature::cluster)) add(needed, "kubectl", each.text());
    if (!each.place->verify_signature.empty()) add(needed, "cosign", each.text());
    if (!each.place->eks.empty()) add(needed, "aws", each.text());
    for (const std::string& program : programs_of(*each.place)) add(needed, program, each.text());
  }
  return needed;
}

/// A file of the source tree that is started; one that a step before it makes is not there yet, and no step
/// makes one for an environment.
void look_at_own_file(const std::string& program,
                      const std::string& source,
                      const std::string& users,
                      bool may_be_made,
                      findings& to) {
  const std::string path = source + '/' + program;
  if (!exists(path) && !may_be_made)
    return to.bad(program, "it is not there; needed by " + users,
                  "git -C " + shell_quoted(source) + " status");
  if (!exists(path) || access(path.c_str(), X_OK) == 0) return;
  to.bad(program, "it cannot be executed; needed by " + users, "chmod +x " + shell_quoted(path));
}

class tool_look {
 public:
  tool_look(const doctor_scope& of, findings& to)
      : of_(of), to_(to), index_(of.of.where.index(), of.around) {}

  void look_at(const std::string& tool, const std::vector<std::string>& users) {
    const std::string by = users_text(users);
    const std::string source = source_of(users.front());
    if (tool.find('/') != tool.npos && !tool.starts_with('/'))
      return look_at_own_file(tool, source, by, is_of_step(users), to_);
    const result<tool_identity> found =
        index_.with([&](file_index& index) { return identity_of(tool, source, of_.around, index); });
    if (!found) return to_.bad(tool, "not found on PATH; needed by " + by, help_of(found.error()));
    std::string version = found->version, problem;
    if (version.empty()) version = asked_version(tool, found->path, problem);
    if (!problem.empty()) return to_.bad(tool, problem, install_hint(tool));
    if (std::string wanted = older_than_needed(tool, version, users); !wanted.empty())
      return to_.bad(tool, fmt::format("{} ({}), and {}", version, found->path, wanted), install_hint(tool));
    to_.good(tool, fmt::format("{}{}: {}", version.empty() ? "" : version + ", ", found->path, by));
  }

 private:
  static std::string users_text(const std::vector<std::string>& users) {
    constexpr std::size_t shown = 3;
    if (users.size() <= shown + 1) return joined(users, ", ");
    return fmt::format("{} and {} more", joined(std::span(users).first(shown), ", "), users.size() - shown);
  }

  static std::string help_of(const error& why) {
    for (const note& each : why.notes)
      if (each.label == "try") return each.text;
    return {};
  }

  /// Whether only steps start it.
  bool is_of_step(const std::vector<std::string>& users) const {
    return std::ranges::none_of(of_.environments, [&](const named_environment& each) {
      return std::ranges::find(users, each.text()) != users.end();
    });
  }

  /// Of the pipeline that the user, `orders/build`, is a part of.
  std::string source_of(const std::string& user) const {
    const declared_pipeline* found = of_.of.model.find(user.substr(0, user.find('/')));
    return found == nullptr ? of_.of.where.build_root : found->source_directory;
  }

  std::string asked_version(const std::string& tool, const std::string& path, std::string& problem) const {
    std::vector<std::string> words = version_words(tool);
    if (words.empty()) return {};
    words.insert(words.begin(), path);
    const captured said = run_to_end({std::move(words), of_.of.where.build_root, of_.around.lines()},
                                     {.limit = std::chrono::seconds(20), .cancelled = &of_.cancelled});
    if (!said.end.good())
      problem = fmt::format("{} does not say its version: {}", path, displayable(trimmed(said.err)));
    return version_in(said.out);
  }

  /// What needs a newer one; empty where nothing does.
  std::string older_than_needed(const std::string& tool,
                                const std::string& version,
                                const std::vector<std::string>& users) const {
    if (version.empty()) return {};
    if (tool == "java" || tool == "javac") return newer_java_needed(version, users);
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> oldest{
        {{"git", "2.29"}, {"skopeo", "1.6"}, {"kubectl", "1.24"}, {"mvn", "3.6.3"}, {"cosign", "2.4"}}};
    for (const auto& [name, least] : oldest)
      if (name == tool && declaring::is_older(version, least))
        return fmt::format("{} or newer is needed", least);
    return {};
  }

  /// By `maven.compiler.release` and the like of the pom.xml beside the sources.
  std::string newer_java_needed(const std::string& version, const std::vector<std::string>& users) const {
    for (const std::string& user : users) {
      const auto pom = read_below_if_there(source_of(user), "pom.xml");
      if (!pom || !*pom) continue;
      for (const std::string_view name :
           {"maven.compiler.release", "maven.compiler.target", "java.version"}) {
        const std::string open = fmt::format("<{}>", name);
        const auto at = (*pom)->find(open);
        if (at == std::string::npos) continue;
        const auto from = at + open.size();
        const std::string wanted((*pom)->substr(from, (*pom)->find('<', from) - from));
        if (java_release(wanted) > java_release(version))
          return fmt::format("pom.xml of {} needs {} ({})", user.substr(0, user.find('/')), wanted, name);
      }
    }
    return {};
  }

  const doctor_scope& of_;
  findings& to_;
  shared_index index_;
};

// --- Folders ---

/// The nearest folder that is there.
std::string there_above(std::string path) {
  while (!is_folder(path) && path.size() > 1)
    path = path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
  return path;
}

/// What a build of one service and its images takes at a time, with some to spare.
constexpr std::uint64_t least_free = 1'000'000'000;

/// `room`: the command that makes some; empty: none is known.
struct looked_at_folder {
  const char* name;
  std::string path;
  const char* variable;  ///< that names another
  std::string room{};
};

void look_at_folder(const looked_at_folder& of, findings& to) {
  const std::string help = fmt::format("set {} to a folder that can be written", of.variable);
  if (!can_be_made(of.path) && access(there_above(of.path).c_str(), W_OK) != 0)
    return to.bad(of.name, of.path + " cannot be written", help);
  struct statvfs disk {};
  if (statvfs(there_above(of.path).c_str(), &disk) != 0) return to.good(of.name, of.path);
  const std::uint64_t free = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  if (free < least_free)
    return to.bad(
        of.name,
        fmt::format("{}: {} free, and {} are needed", of.path, human_size(free), human_size(least_free)),
        (of.room.empty() ? "make room" : of.room) + ", or " + help);
  to.good(of.name, fmt::format("{}, {} free", of.path, human_size(free)));
}

// --- Sources ---

/// Whether something of the pipeline leaves this machine, which takes clean sources with a history.
bool leaves_machine(const declared_pipeline& pipeline, const doctor_scope& of) {
  return !outside_repositories(pipeline).empty()
         || std::ranges::any_of(of.environments, [&](const named_environment& each) {
              return each.pipeline == &pipeline && !each.place->allow_dirty
                     && (can(each.place->via, way_feature::cluster) || !each.place->repository.empty());
            });
}

void look_at_source(const declared_pipeline& pipeline, const doctor_scope& of, findings& to) {
  const std::string about = "sources of " + pipeline.declared.name.str();
  const std::string folder = shell_quoted(pipeline.source_directory);
  const git_state git = git_state_of(pipeline.source_directory, of.around);
  if (!git.repository)
    return to.bad(about, pipeline.source_directory + " is not in a git repository",
                  fmt::format("git -C {} init", folder));
  const std::string commits = fmt::format("git -C {} add --all && git -C {} commit", folder, folder);
  if (!git.commit) return to.bad(about, "there is no commit yet", commits);
  const bool leaves = leaves_machine(pipeline, of);
  if (git.shallow && leaves)
    to.bad(about, "a shallow clone, in which it is not known which commit is newer",
           fmt::format("git -C {} fetch --unshallow --filter=tree:0", folder));
  const result<std::vector<std::string>> changes = changes_in(pipeline.source_directory, of.around);
  if (!changes) return to.bad(about, changes.error());
  const std::string at =
      fmt::format("{}, commit {}", git.branch ? "branch " + *git.branch : "no branch", git.short_commit());
  for (const setting_departure& each : pipeline.departures) {
    const std::string name = pipeline.declared.name.str() + "." + each.name;
    const std::string says =
        fmt::format("-D{}={} is not what the declaration gives: {}", name, each.value, each.declared);
    if (leaves)
      return to.bad(about, says + "; it is neither published nor deployed",
                    fmt::format("cmake -U{} {}", name, shell_quoted(of.of.where.build_root)));
    to.good(about, says);
  }
  if (changes->empty()) return to.good(about, at + ", clean");
  const std::string dirty =
      fmt::format("{}, {} with uncommitted changes", at, counted(changes->size(), "file"));
  if (leaves) return to.bad(about, dirty + ": they are neither published nor deployed", commits);
  to.good(about, dirty);
}

}  // namespace
}  // namespace driver_commands_doctor_machine

void look_at_tools(const doctor_scope& of, findings& to) {
  using namespace driver_commands_doctor_machine;
  tool_look look(of, to);
  for (const auto& [tool, users] : tools_needed(of)) look.look_at(tool, users);
}

void look_at_compiler(const doctor_scope& of, findings& to) {
  using namespace driver_commands_doctor_machine;
  const std::optional<std::string> compiler = compiler_of_typed(of.of.where.build_root);
  if (!compiler) return;
  const result<std::string> said =
      compiler_version({.compiler = *compiler, .library = {}, .headers = {}}, of.around);
  if (!said) return to.bad("compiler", said.error());
  const bool is_clang = said->find("clang") != said->npos;
  const std::string version = version_in(*said), oldest = is_clang ? "14" : "12";
  if (declaring::is_older(version, oldest))
    return to.bad(
        "compiler",
        fmt::format("{} is {}, and C++ files of pipelines need {} {} or later", *compiler, version,
                    is_clang ? "clang++" : "g++", oldest),
        "apt-get install g++-12 && cmake -DCICD_HOST_CXX=g++-12 " + shell_quoted(of.of.where.build_root));
  to.good("compiler", fmt::format("{}, {}: C++ files of pipelines", version, *compiler));
}

void look_at_folders(const doctor_scope& of, findings& to) {
  using namespace driver_commands_doctor_machine;
  const workspace& where = of.of.where;
  look_at_folder({"build tree", where.build_root, "CICD_BUILD_ROOT"}, to);
  look_at_folder({"cache", where.cache, "CICD_CACHE_DIR", "cicd cache --remove-older-than 14"}, to);
  look_at_folder({"state", where.state, "CICD_STATE_DIR"}, to);
  look_at_folder({"steps", step_home(of.around, where.build_root).folder(), "CICD_WORK_DIR"}, to);
  if (const status own = check_own_folder(where.cache); !own) to.bad("cache", own.error());
}

void look_at_clock(const doctor_scope& of, findings& to) {
  const auto now = system_clock_port().now();
  struct stat made {};
  const std::string written = of.of.where.own() + "/declarations.ndjson";
  if (stat(written.c_str(), &made) != 0) return;
  const auto then = std::chrono::system_clock::from_time_t(made.st_mtime);
  if (now + std::chrono::minutes(1) < then)
    return to.bad(
        "clock",
        fmt::format("{}, which is before the build tree was configured ({})", utc_text(now), utc_text(then)),
        "timedatectl set-ntp true");
  to.good("clock", utc_text(std::chrono::floor<std::chrono::seconds>(now)));
}

void look_at_sources(const doctor_scope& of, findings& to) {
  std::set<std::string> seen;
  for (const declared_pipeline* each : of.pipelines)
    if (seen.insert(each->source_directory).second)
      driver_commands_doctor_machine::look_at_source(*each, of, to);
}

void look_at_ci(const doctor_scope& of, findings& to) {
  const ci_event event = ci_event_of(of.around);
  const bool is_protected = std::ranges::any_of(
      of.environments, [](const named_environment& each) { return each.place->is_protected; });
  if (event.system.empty()) {
    const bool in_ci = !of.around.get_or("CI", "").empty();
    if (in_ci && is_protected)
      return to.bad("CI",
                    "CI is set, and no CI system is recognised: PROTECTED environments are not deployed to",
                    "docs/ci.md lists the variables of each CI system");
    return to.good("CI", in_ci ? "CI is set, and no CI system is recognised" : "not in a CI job");
  }
  for (const std::string& each : event.contradictions)
    to.bad("CI", displayable(each), "docs/ci.md lists the variables of each CI system");
  if (!event.contradictions.empty()) return;
  const std::string ref = event.tag.empty() ? event.branch : event.tag;
  to.good("CI", displayable(fmt::format("{}: {}{} ({})", event.system, text_of(event.kind),
                                        ref.empty() ? "" : " of " + ref, event.known_by)));
}

}  // namespace cicd
