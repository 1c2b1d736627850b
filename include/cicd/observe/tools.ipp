// A JDK is what its `release` file says, a Maven what lies in its `lib/`, anything else the bytes of its
// program.
#pragma once

#include <cicd/observe/tools.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include <cicd/base/text.hpp>
#include <cicd/observe/folder_view.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

namespace observing::tool_places {
namespace {

std::string folder_above(const std::string& path) {
  return path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
}

bool is_program(const std::string& path) {
  struct stat now {};
  return ::stat(path.c_str(), &now) == 0 && S_ISREG(now.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

bool is_of_jdk(std::string_view name) {
  constexpr std::array<std::string_view, 9> names = {"java",  "javac", "jar",      "javadoc", "jdeps",
                                                     "jlink", "jmod",  "jpackage", "keytool"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::string> homes_for(std::string_view name, const surroundings& around) {
  std::vector<std::string> homes;
  const auto add = [&](std::string_view variable) {
    if (auto home = around.get_or(variable, ""); !home.empty()) homes.push_back(std::move(home));
  };
  if (is_of_jdk(name)) add("JAVA_HOME");
  if (name == "mvn") add("M2_HOME"), add("MAVEN_HOME");
  return homes;
}

std::optional<std::string> found(std::string_view name,
                                 const std::string& directory,
                                 const surroundings& around) {
  if (name.find('/') != name.npos) {
    const auto path =
        normal_path(name.starts_with('/') ? std::string(name) : directory + "/" + std::string(name));
    return is_program(path) ? std::optional(path) : std::nullopt;
  }
  for (const auto& home : homes_for(name, around)) {
    const auto path = normal_path(home + "/bin/" + std::string(name));
    if (is_program(path)) return path;
  }
  return find_program(name, around.get_or("PATH", ""), directory);
}

error missing(std::string_view name, const std::string& directory) {
  if (name.find('/') != name.npos) {
    return failure("there is no such program, or it may not be executed", std::string(name))
        .with("in", directory);
  }
  if (const auto space = name.find_first_of(" \t"); space != name.npos)
    return failure("there is no program whose name has these spaces", std::string(name))
        .with("did you mean", "COMMAND " + std::string(name) + ", without quotes around it")
        .with("try", "SHELL \"" + std::string(name) + "\", where a shell is meant to read it");
  const std::string how = install_hint(name);
  return failure("this tool is not installed", std::string(name))
      .with("try", how.empty() ? "install it, or add its folder to PATH" : how);
}

// The value of `KEY="value"` in a JDK's `release`.
std::string release_value(std::string_view release, std::string_view key) {
  for (const auto& line : split(release, '\n')) {
    if (!line.starts_with(key) || line.substr(key.size(), 1) != "=") continue;
    std::string_view value = trimmed(std::string_view(line).substr(key.size() + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    return std::string(value);
  }
  return {};
}

// `java` in a JDK, whose `release` names the build.
bool take_jdk(const std::string& program, tool_identity& into) {
  const auto home = folder_above(folder_above(program));
  const auto release = read_file_if_there(home + "/release");
  if (!release || !*release) return false;
  into.version = release_value(**release, "JAVA_VERSION");
  if (into.version.empty()) return false;
  std::string text = "jdk\n";
  for (const auto* key : {"IMPLEMENTOR", "IMPLEMENTOR_VERSION", "JAVA_RUNTIME_VERSION", "JAVA_VERSION",
                          "MODULES", "OS_ARCH", "LIBC", "SOURCE"}) {
    text += key + ("=" + release_value(**release, key)) + "\n";
  }
  into.identity = sha256(text);
  return true;
}

// `3.8.7` of `maven-core-3.8.7.jar`, also where the distribution has renamed the jar and made it a link.
std::string maven_version(const std::string& library, const std::vector<named_kind>& names) {
  constexpr std::string_view prefix = "maven-core-", suffix = ".jar";
  for (const auto& [name, kind] : names) {
    if (!name.starts_with("maven-core")) continue;
    const auto real = real_path(library + "/" + name).value_or(name);
    for (const auto& called : {name, real.substr(real.rfind('/') + 1)}) {
      if (!called.starts_with(prefix) || !called.ends_with(suffix)) continue;
      const auto version = called.substr(prefix.size(), called.size() - prefix.size() - suffix.size());
      if (!version.empty() && version.find_first_not_of("0123456789.") != 0 && !version.ends_with(".x"))
        return version;
    }
  }
  return {};
}

// `mvn` in a Maven, whose jars are its build. The size tells two builds apart whose jars bear the same names.
bool take_maven(const std::string& program, tool_identity& into) {
  const auto library = folder_above(folder_above(program)) + "/lib";
  std::string text = "maven\n";
  const auto names = names_in(library);
  for (const auto& [name, kind] : names) {
    if (!name.ends_with(".jar")) continue;
    const auto real = real_path(library + "/" + name);
    struct stat now {};
    if (!real || ::stat(real->c_str(), &now) != 0) continue;
    text += name + " " + real->substr(real->rfind('/') + 1) + " " + std::to_string(now.st_size) + "\n";
  }
  into.version = maven_version(library, names);
  into.identity = sha256(text);
  return text != "maven\n";
}

}  // namespace
}  // namespace observing::tool_places

result<tool_identity> identity_of(std::string_view name,
                                  const std::string& directory,
                                  const surroundings& around,
                                  file_index& index) {
  namespace places = observing::tool_places;
  const auto path = places::found(name, directory, around);
  if (!path) return places::missing(name, directory);
  tool_identity tool{std::string(name), *path, {}, {}};
  const std::string program = real_path(*path).value_or(*path);
  const std::string called = program.substr(program.rfind('/') + 1);
  if (places::is_of_jdk(called) && places::take_jdk(program, tool)) return tool;
  if (called == "mvn" && places::take_maven(program, tool)) return tool;
  const auto file = index.look_at(program);
  if (!file) return file.error();
  tool.identity = file->content;
  return tool;
}

}  // namespace cicd
