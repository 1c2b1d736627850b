// From the pom.xml on top to the files of one module.
#pragma once

#include <cicd/observe/maven_modules.hpp>

#include <algorithm>
#include <set>

#include <cicd/base/text.hpp>
#include <cicd/observe/named_paths.hpp>
#include <cicd/system/files.hpp>

namespace cicd::observing {

namespace observe_maven_modules {
namespace {

constexpr std::size_t most_modules = 2000;

std::string folder_of_file(const std::string& file) {
  const auto slash = file.rfind('/');
  return slash == file.npos ? std::string() : file.substr(0, slash);
}

/// `orders/pom.xml` of `../orders`, as it is written in a pom of `folder`; empty where it leads out.
std::string file_of(const std::string& folder, const std::string& written) {
  const std::string root = "/r";
  std::string path = normal_path(root + "/" + folder + "/" + written);
  if (path != root && !path.starts_with(root + "/")) return {};
  if (!path.ends_with(".xml")) path += "/pom.xml";
  return path.substr(root.size() + 1);
}

/// Empty where its parent is in a repository.
std::string file_of_parent(const maven_module& of) {
  return of.says.parent.empty() ? std::string() : file_of(of.folder(), of.says.parent);
}

std::optional<maven_module> module_at(const std::string& project, const std::string& file) {
  if (file.empty()) return std::nullopt;
  auto text = read_below_if_there(project, file);
  if (!text || !*text) return std::nullopt;
  return maven_module{file, project_in(**text), **std::move(text), {}};
}

class gathering {
 public:
  explicit gathering(std::string project) : project_(std::move(project)) {}

  void take(const std::string& file) {
    if (all.size() >= most_modules || !seen_.insert(file).second) return;
    std::optional<maven_module> one = module_at(project_, file);
    if (!one) return;
    const std::vector<std::string> below = one->says.modules;
    const std::string folder = one->folder();
    all.push_back(*std::move(one));
    for (const std::string& each : below) take(file_of(folder, each));
  }
  /// One that no list has, with its parents.
  void take_with_parents(std::string file) {
    while (!file.empty() && !seen_.contains(file)) {
      const std::size_t before = all.size();
      take(file);
      if (all.size() == before) return;
      file = file_of_parent(all[before]);
    }
  }
  /// With what each has from its parents, the nearest first.
  std::vector<maven_module> taken() && {
    for (maven_module& each : all) {
      std::set<std::string> passed{each.file};
      for (std::string next = file_of_parent(each); passed.insert(next).second;) {
        const std::optional<maven_module> parent = module_at(project_, next);
        if (!parent) break;
        each.inherited.merge(properties_in(parent->text));
        next = file_of_parent(*parent);
      }
      if (!each.inherited.empty()) each.says = project_in(each.text, each.inherited);
    }
    return std::move(all);
  }

  std::vector<maven_module> all;

 private:
  std::string project_;
  std::set<std::string> seen_;
};

/// Whether one of the other modules lies at that path, below it or above it.
bool is_of_others(const std::string& path, const std::vector<maven_module>& all) {
  return std::ranges::any_of(all, [&](const maven_module& each) {
    const std::string folder = each.folder();
    if (folder.empty()) return false;
    return path == folder || path.starts_with(folder + "/") || folder.starts_with(path + "/");
  });
}

/// Which of them the module needs: itself, what its pom and theirs name, and their parents.
std::vector<bool> needed(const std::vector<maven_module>& all, const std::string& module) {
  std::vector<bool> is_needed(all.size(), false);
  std::vector<std::size_t> open;
  const auto need = [&](std::size_t at) {
    if (is_needed[at]) return;
    is_needed[at] = true;
    open.push_back(at);
  };
  for (std::size_t at = 0; at < all.size(); ++at)
    if (all[at].folder() == module) need(at);
  while (!open.empty()) {
    const maven_module& one = all[open.back()];
    open.pop_back();
    const std::string parent = file_of_parent(one);
    const std::vector<maven_coordinate> named = used_coordinates_in(one.text, one.inherited);
    for (std::size_t at = 0; at < all.size(); ++at) {
      const maven_project& other = all[at].says;
      const bool is_named = std::ranges::any_of(named, [&](const maven_coordinate& each) {
        const auto may_be = [](const std::string& asked, const std::string& said) {
          return asked == said || asked.empty() || said.empty();
        };
        return may_be(each.artifact, other.artifact) && may_be(each.group, other.group);
      });
      if (all[at].file == parent || is_named) need(at);
    }
  }
  return is_needed;
}

void add_named(const std::string& project,
               const maven_module& one,
               const std::vector<maven_module>& all,
               module_inputs& to) {
  const std::string folder = one.folder();
  for (const std::string& named : paths_named_in(one.text))
    for (const std::string& path : {folder.empty() ? named : folder + "/" + named, named}) {
      const std::string top = named.substr(0, named.find('/'));
      if (top == "target" || is_of_others(path, all) || !exists(project + "/" + path)) continue;
      to.patterns.push_back(pattern_for(path) + (is_folder(project + "/" + path) ? "/" : ""));
    }
}

}  // namespace
}  // namespace observe_maven_modules

std::string maven_module::folder() const {
  return observe_maven_modules::folder_of_file(file);
}

std::vector<maven_module> maven_modules_of(const std::string& project) {
  observe_maven_modules::gathering found(project);
  found.take("pom.xml");
  return std::move(found).taken();
}

module_inputs inputs_of_module(const std::string& project, const std::string& module) {
  using namespace observe_maven_modules;
  gathering found(project);
  found.take("pom.xml");
  const auto has = [&] {
    return std::ranges::any_of(found.all, [&](const maven_module& each) { return each.folder() == module; });
  };
  module_inputs made;
  for (const maven_module& each : found.all)
    if (!each.folder().empty()) made.all.push_back(each.folder());
  made.is_listed = has();
  if (!made.is_listed) {
    // The pom.xml on top, where there is one, is not read then.
    found = gathering(project);
    found.take_with_parents(module + "/pom.xml");
  }
  made.is_known = has();
  const std::vector<maven_module> all = std::move(found).taken();
  const std::vector<bool> is_needed = needed(all, module);
  for (std::size_t at = 0; at < all.size(); ++at) {
    const maven_module& one = all[at];
    made.patterns.push_back(pattern_for(one.file));
    if (!is_needed[at]) continue;
    const std::string folder = one.folder();
    if (one.says.packaging != "pom" && !folder.empty()) {
      made.patterns.push_back(pattern_for(folder) + "/");
      made.exclude.push_back(pattern_for(folder) + "/target/");
    }
    add_named(project, one, all, made);
  }
  std::ranges::sort(made.patterns);
  made.patterns.erase(std::unique(made.patterns.begin(), made.patterns.end()), made.patterns.end());
  return made;
}

}  // namespace cicd::observing
