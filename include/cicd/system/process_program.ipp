// Programs by name: where they are, how they are installed, and what the status that they ended with means.
#pragma once

#include <cicd/system/process.hpp>

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include <cicd/base/text.hpp>

namespace cicd {

namespace system_process_program {
namespace {

bool is_file(const std::string& path) {
  struct stat entry {};
  return stat(path.c_str(), &entry) == 0 && S_ISREG(entry.st_mode);
}

std::string below(std::string_view directory, std::string_view path) {
  if (path.starts_with('/') || directory.empty()) return std::string(path);
  return std::string(directory) + "/" + std::string(path);
}

using pair = std::pair<std::string_view, std::string_view>;

/// A program and the package of Debian and Ubuntu that brings it, where the two differ in name.
constexpr std::array packages{
    pair{"jar", "default-jdk-headless"},
    pair{"java", "default-jdk-headless"},
    pair{"javac", "default-jdk-headless"},
    pair{"jdeps", "default-jdk-headless"},
    pair{"jlink", "default-jdk-headless"},
    pair{"mvn", "maven"},
    pair{"git", "git"},
    pair{"skopeo", "skopeo"},
    pair{"umoci", "umoci"},
    pair{"buildah", "buildah"},
    pair{"podman", "podman"},
    pair{"docker", "docker.io"},
    pair{"runc", "runc"},
    pair{"cosign", "cosign"},    // by its own hint: Debian has none
    pair{"kubectl", "kubectl"},  // by its own hint: Debian 12's kubernetes-client is older than what we take
    pair{"docker-registry", "docker-registry"},
    pair{"qemu-aarch64-static", "qemu-user-static"},
    pair{"cmake", "cmake"},
    pair{"ninja", "ninja-build"},
    pair{"make", "make"},
    pair{"g++", "g++"},
    pair{"curl", "curl"},
    pair{"openssl", "openssl"},
    pair{"gzip", "gzip"},
    pair{"tar", "tar"},
    pair{"zstd", "zstd"},
};

std::string package_of(std::string_view program) {
  for (const auto& [name, package] : packages) {
    if (name == program) return std::string(package);
  }
  // A compiler for another architecture: `aarch64-linux-gnu-g++`.
  for (const std::string_view compiler : {"-g++", "-gcc"})
    if (program.ends_with(compiler) && program.find("-linux-gnu") != program.npos)
      return std::string(compiler.substr(1)) + "-"
             + replaced_all(std::string(program.substr(0, program.size() - compiler.size())), "_", "-");
  return {};
}

/// The distribution's `ID` and those that it says it is like, each followed by a space.
std::string distribution() {
  std::ifstream file("/etc/os-release");
  std::string found;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("ID=") && !line.starts_with("ID_LIKE=")) continue;
    found += replaced_all(line.substr(line.find('=') + 1), "\"", "") + " ";
  }
  return found;
}

/// The usual cause of an end by that signal.
std::string_view cause_of(int signal) {
  switch (signal) {
    case SIGHUP: return "its terminal or session went away";
    case SIGINT: return "interrupted";
    case SIGILL: return "an instruction that this processor does not have";
    case SIGABRT: return "it gave up by itself: a failed assertion or an uncaught exception";
    case SIGBUS: return "memory that cannot be reached: often a full disk or a file cut short";
    case SIGFPE: return "a division by zero or a like error";
    case SIGKILL: return "out of memory, or killed from outside";
    case SIGSEGV: return "segmentation fault";
    case SIGPIPE: return "who read its output went away";
    case SIGTERM: return "asked to end";
    case SIGSYS: return "a system call that is forbidden here";
    case SIGXCPU: return "its limit of processor time was reached";
    case SIGXFSZ: return "its limit of file size was reached";
    default: return {};
  }
}

std::string signal_meaning(int signal) {
  const char* name = sigabbrev_np(signal);
  if (name == nullptr) return {};
  const std::string_view cause = cause_of(signal);
  return "ended by SIG" + std::string(name) + (cause.empty() ? "" : ": " + std::string(cause));
}

}  // namespace
}  // namespace system_process_program

int ending::shell_status() const {
  switch (kind) {
    case how::exited: return number;
    case how::signalled: return 128 + number;
    case how::not_started: return number == ENOENT ? 127 : 126;
  }
  return 126;
}

std::string meaning_of(const ending& how) {
  if (how.kind == ending::how::not_started && !how.text.empty()) return how.text;
  const int status = how.shell_status();
  if (how.kind == ending::how::signalled || status > 128)
    return system_process_program::signal_meaning(status - 128);
  if (status == 127) return "program not found, or a library of it";
  if (status == 126) return "found, but it cannot be executed";
  return {};
}

std::string exit_text(const ending& how) {
  const std::string meaning = meaning_of(how);
  return std::to_string(how.shell_status()) + (meaning.empty() ? "" : ", " + meaning);
}

std::optional<std::string> find_program(std::string_view name,
                                        std::string_view path_variable,
                                        std::string_view directory) {
  using system_process_program::below;
  if (name.empty()) return std::nullopt;
  if (name.find('/') != name.npos) {
    std::string path = below(directory, name);
    return access(path.c_str(), F_OK) == 0 ? std::optional(std::move(path)) : std::nullopt;
  }
  for (std::size_t start = 0; start <= path_variable.size();) {
    const std::size_t end = std::min(path_variable.find(':', start), path_variable.size());
    const std::string_view folder = path_variable.substr(start, end - start);
    std::string path = below(directory, folder.empty() ? "." : folder) + "/" + std::string(name);
    if (access(path.c_str(), X_OK) == 0 && system_process_program::is_file(path)) return path;
    start = end + 1;
  }
  return std::nullopt;
}

std::string install_hint(std::string_view program) {
  if (program.find(' ') != program.npos) return "one word per argument: " + std::string(program);
  const std::string package = system_process_program::package_of(program);
  if (package.empty()) return {};
  const std::string here = system_process_program::distribution();
  const bool ubuntu = here.find("ubuntu ") != here.npos;
  if (ubuntu && program == "kubectl") return "snap install kubectl --classic";
  if (program == "kubectl") return "kubectl 1.24 or newer, as https://kubernetes.io/docs/tasks/tools/ says";
  if (program == "cosign")
    return "cosign 2.4 or newer, as https://docs.sigstore.dev/cosign/system_config/installation/ says";
  if (ubuntu || here.find("debian ") != here.npos) return "apt-get install " + package;
  return "install the package that brings the program " + std::string(program) + " (on Debian: " + package
         + ")";
}

}  // namespace cicd
