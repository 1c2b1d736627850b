// Reading poms without a parser: elements, their texts and the properties. What is no element is passed over.
#pragma once

#include <cicd/observe/maven_snapshots.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include <cicd/base/digest.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/xml_tags.hpp>
#include <cicd/observe/folder_view.hpp>
#include <cicd/observe/maven_modules.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/files.hpp>

namespace cicd::observing {

namespace observe_maven_snapshots {
namespace {

constexpr std::string_view snapshot_end = "-SNAPSHOT";
constexpr std::size_t most_poms = 500;  ///< that are read for one project

/// Calls back with each element that holds no other: its path of names and its text.
void each_value(std::string_view xml,
                const std::function<void(const std::vector<std::string>& path, std::string_view text)>& take,
                const std::function<void(const std::vector<std::string>& path)>& closed) {
  std::vector<std::string> path;
  xml_tags tags(xml);
  while (const auto tag = tags.next()) {
    if (tag->is_empty) continue;
    if (!tag->closes) {
      path.emplace_back(tag->name);
      continue;
    }
    if (path.empty()) return;
    take(path, tag->text);
    closed(path);
    path.pop_back();
  }
}

/// A pom as it is written.
struct pom_text {
  std::vector<maven_coordinate> named;
  std::vector<maven_coordinate> used;  ///< less those whose version alone is managed
  maven_properties properties;
};

/// Of its own, before those of its parents.
pom_text read_pom(std::string_view xml, const maven_properties& inherited = {}) {
  pom_text pom;
  std::map<std::size_t, maven_coordinate> begun;  // by depth of the element that has the three
  const auto field = [&](const std::vector<std::string>& path) -> std::string* {
    maven_coordinate& of = begun[path.size() - 1];
    const std::string& name = path.back();
    return name == "groupId"      ? &of.group
           : name == "artifactId" ? &of.artifact
           : name == "version"    ? &of.version
                                  : nullptr;
  };
  each_value(
      xml,
      [&](const std::vector<std::string>& path, std::string_view text) {
        if (path.size() >= 2 && path[path.size() - 2] == "properties") pom.properties[path.back()] = text;
        if (path.size() == 2) pom.properties["project." + path.back()] = text;
        if (path.size() == 3 && path[1] == "parent") pom.properties["project.parent." + path.back()] = text;
        if (path.size() >= 2)
          if (std::string* of = field(path)) *of = text;
      },
      [&](const std::vector<std::string>& path) {
        const auto found = begun.find(path.size());
        if (found == begun.end()) return;
        const std::string& name = path.back();
        if (!found->second.artifact.empty() && name != "exclusion" && path.size() > 1) {
          if (found->second.group.empty() && name == "plugin")
            found->second.group = "org.apache.maven.plugins";
          pom.named.push_back(found->second);
          const bool is_managed = std::ranges::any_of(path, [](const std::string& each) {
            return each == "dependencyManagement" || each == "pluginManagement";
          });
          if (!is_managed) pom.used.push_back(found->second);
        }
        begun.erase(found);
      });
  for (const char* name : {"groupId", "version"})
    if (std::string& own = pom.properties[std::string("project.") + name]; own.empty())
      own = pom.properties[std::string("project.parent.") + name];
  pom.properties.insert(inherited.begin(), inherited.end());
  return pom;
}

/// With properties replaced, as often as they lead to others; empty where one is not known.
std::string resolved(std::string text, const maven_properties& properties) {
  for (int steps = 0; steps < 10; ++steps) {
    const auto start = text.find("${"), end = text.find('}', start);
    if (start == text.npos || end == text.npos) return text;
    const auto found = properties.find(text.substr(start + 2, end - start - 2));
    if (found == properties.end()) return {};
    text.replace(start, end - start + 1, found->second);
  }
  return {};
}

/// The text between two marks, or empty.
std::string between(std::string_view text, std::string_view open, std::string_view close) {
  const auto start = text.find(open);
  if (start == text.npos) return {};
  text.remove_prefix(start + open.size());
  return std::string(trimmed(text.substr(0, text.find_first_of(close))));
}

class collector {
 public:
  collector(std::string repository, file_index& index) : repository_(std::move(repository)), index_(index) {}

  /// Of these modules, which need no repository for each other.
  std::vector<std::pair<std::string, std::string>> of(const std::vector<maven_module>& modules) && {
    for (const maven_module& each : modules) built_.insert({each.says.group, each.says.artifact, {}});
    for (const maven_module& each : modules) follow(each.text, each.inherited, true);
    while (!poms_.empty() && ++read_ <= most_poms) {
      const std::string next = *poms_.begin();
      poms_.erase(poms_.begin());
      if (const auto text = read_file_if_there(next); text && *text) follow(**text, {}, false);
    }
    return {found_.begin(), found_.end()};
  }

 private:
  void follow(std::string_view pom, const maven_properties& inherited, bool is_own) {
    for (const maven_coordinate& each : coordinates_in(pom, inherited)) {
      if (each.group.empty() || !seen_.insert(each).second) continue;
      if (!each.artifact.empty()) {
        look_at(each, is_own);
        continue;
      }
      // Of one whose name is not known, all of its group.
      for (const auto& [name, kind] : names_in(folder_of(each)))
        if (kind == entry_kind::folder) look_at({each.group, name, each.version}, false);
    }
  }

  std::string folder_of(const maven_coordinate& of) const {
    return repository_ + "/" + replaced_all(of.group, ".", "/")
           + (of.artifact.empty() ? "" : "/" + of.artifact);
  }

  void look_at(const maven_coordinate& each, bool is_own) {
    if (built_.contains({each.group, each.artifact, {}})) return;
    const std::string folder = folder_of(each);
    bool is_there = false;
    for (const auto& [name, kind] : names_in(folder))
      if (kind == entry_kind::folder && name.ends_with(snapshot_end)
          && (each.version.empty() || each.version == name))
        is_there = take(each.artifact, name, folder + "/" + name) || is_there;
    if (!is_there && is_own && each.version.ends_with(snapshot_end))
      found_[each.artifact + ":" + each.version] = never_the_same();
  }

  /// Whether something of it is there.
  bool take(const std::string& artifact, const std::string& version, const std::string& folder) {
    std::string text;
    for (const auto& [name, kind] : names_in(folder)) {
      if (!name.starts_with(artifact + "-" + version) || name.ends_with(".lastUpdated")) continue;
      const auto file = index_.look_at(real_path(folder + "/" + name).value_or(folder + "/" + name));
      if (file) text += name + " " + hex(file->content) + "\n";
      if (name.ends_with(".pom")) poms_.insert(folder + "/" + name);
    }
    if (!text.empty()) found_[artifact + ":" + version] = text;
    return !text.empty();
  }

  static std::string never_the_same() {
    return std::to_string(system_clock_port().now().time_since_epoch().count());
  }

  std::string repository_;
  file_index& index_;
  std::set<maven_coordinate> seen_, built_;
  std::set<std::string> poms_;
  std::size_t read_ = 0;
  std::map<std::string, std::string> found_;
};

}  // namespace
}  // namespace observe_maven_snapshots

namespace observe_maven_snapshots {
namespace {

/// With properties replaced; sorted, each once.
std::vector<maven_coordinate> resolved_all(const std::vector<maven_coordinate>& written, const pom_text& in) {
  std::vector<maven_coordinate> all;
  for (const maven_coordinate& each : written)
    all.push_back({resolved(each.group, in.properties), resolved(each.artifact, in.properties),
                   resolved(each.version, in.properties)});
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace
}  // namespace observe_maven_snapshots

maven_properties properties_in(std::string_view pom) {
  maven_properties all = observe_maven_snapshots::read_pom(pom).properties;
  std::erase_if(all, [](const auto& each) { return each.first.starts_with("project."); });
  return all;
}

std::vector<maven_coordinate> coordinates_in(std::string_view pom, const maven_properties& inherited) {
  const observe_maven_snapshots::pom_text text = observe_maven_snapshots::read_pom(pom, inherited);
  return observe_maven_snapshots::resolved_all(text.named, text);
}

std::vector<maven_coordinate> used_coordinates_in(std::string_view pom, const maven_properties& inherited) {
  const observe_maven_snapshots::pom_text text = observe_maven_snapshots::read_pom(pom, inherited);
  return observe_maven_snapshots::resolved_all(text.used, text);
}

maven_project project_in(std::string_view pom, const maven_properties& inherited) {
  using namespace observe_maven_snapshots;
  const pom_text says = read_pom(pom, inherited);
  const auto of = [&](const std::string& name) {
    const auto found = says.properties.find("project." + name);
    return found == says.properties.end() ? std::string() : resolved(found->second, says.properties);
  };
  maven_project made{of("groupId"), of("artifactId"), of("packaging"), {}, {}};
  if (made.packaging.empty()) made.packaging = "jar";
  bool has_parent = false, is_told = false;
  each_value(
      pom,
      [&](const std::vector<std::string>& path, std::string_view text) {
        if (path.size() >= 3 && path.back() == "module" && path[path.size() - 2] == "modules"
            && !text.empty())
          made.modules.emplace_back(text);
        if (path.size() != 3 || path[1] != "parent") return;
        has_parent = true;
        if (path.back() == "relativePath") is_told = true, made.parent = text;
      },
      [](const std::vector<std::string>&) {});
  // An empty element, `<relativePath/>`, says that it is in a repository.
  const bool is_elsewhere =
      pom.find("<relativePath/>") != pom.npos || pom.find("<relativePath />") != pom.npos;
  if (has_parent && !is_told && !is_elsewhere) made.parent = "../pom.xml";
  return made;
}

std::string maven_repository(const std::string& project, const surroundings& around) {
  using observe_maven_snapshots::between;
  const std::string home = around.account_home().empty() ? around.home() : around.account_home();
  const auto text_of_file = [](const std::string& path) {
    return read_file_if_there(path).value_or(std::nullopt).value_or("");
  };
  for (const std::string& options :
       {around.get_or("MAVEN_ARGS", ""), text_of_file(project + "/.mvn/maven.config"),
        around.get_or("MAVEN_OPTS", ""), text_of_file(project + "/.mvn/jvm.config")})
    if (std::string named = between(options, "-Dmaven.repo.local=", " \t\r\n\"'"); named.starts_with('/'))
      return named;
  std::string named = between(text_of_file(home + "/.m2/settings.xml"), "<localRepository>", "<");
  named = replaced_all(replaced_all(named, "${user.home}", home), "${env.HOME}", around.home());
  return named.starts_with('/') ? named : home + "/.m2/repository";
}

std::string maven_of_wrapper(const std::string& project) {
  const auto text = read_below_if_there(project, ".mvn/wrapper/maven-wrapper.properties");
  if (!text || !*text) return {};
  const std::string from = observe_maven_snapshots::between(**text, "distributionUrl=", "\r\n");
  constexpr std::string_view before = "apache-maven-";
  const auto at = from.rfind(before);
  if (at == from.npos) return {};
  const std::string name = from.substr(at + before.size());
  return name.substr(0, name.find("-bin"));
}

std::vector<std::pair<std::string, std::string>> maven_snapshots_of(const std::string& project,
                                                                    const std::string& repository,
                                                                    file_index& index) {
  using namespace observe_maven_snapshots;
  return collector(repository, index).of(maven_modules_of(project));
}

}  // namespace cicd::observing
