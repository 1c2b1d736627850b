// The checks between pipelines: what two of them would publish, write or name as one.
#pragma once

#include <cicd/declare/check/checks.hpp>
#include <cicd/declare/check/finish.hpp>
#include <cicd/declare/deploy_ways.hpp>
#include <cicd/declare/placeholders.hpp>

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <set>
#include <type_traits>

namespace cicd::declaring {

namespace declare_check_checks_between {
namespace {

/// Reports the second of two that share one place.
class place_keeper {
 public:
  place_keeper(std::string_view what, findings& found) : what_(what), found_(found) {}

  void take(const std::string& where, const place& by) {
    const auto [first, is_new] = taken_.try_emplace(where, by);
    if (!is_new)
      found_.add(by, same_place_twice(what_, where, found_.text_of(first->second.site->from->where)));
  }

 private:
  std::string_view what_;
  findings& found_;
  std::map<std::string, place> taken_;
};

template <typename T>
std::string repository_for(const draft& in, const declaration<T>& of) {
  if (of.value.repository) return of.value.repository.str();
  const std::string own = in.own.value.image ? in.own.value.image.str() : in.own.name;
  return std::is_same_v<T, image> && of.name == "image" ? own : own + "-" + of.name;
}

void take_repositories(const draft& in, place_keeper& repositories) {
  if (in.own.value.artifacts) repositories.take(in.own.value.artifacts.str(), in.own.at("artifacts"));
  for (const auto& each : in.all<image>().items()) {
    const place own = in.own.at("image");
    const bool own_counts = own && each.name == "image";
    repositories.take(repository_for(in, each), each.at("repository") ? each.at("repository")
                                                : own_counts          ? own
                                                                      : each.start());
  }
  for (const auto& each : in.all<file_group>().items())
    if (!each.value.bucket)
      repositories.take(repository_for(in, each),
                        each.at("repository") ? each.at("repository") : each.start());
}

/// Scans are named in it without their pipeline: each would take out what is known of the other's.
void take_baseline(const draft& in, place_keeper& baselines) {
  const std::string file = in.own.value.baseline.str();
  if (file.empty()) return;
  const std::filesystem::path path = std::filesystem::path(source_directory_of(in.own)) / file;
  baselines.take(path.lexically_normal().string(), in.own.at("baseline"));
}

/// Whether a repository is one of a registry, and not of the embedded one in the build tree.
bool names_registry(std::string_view repository) {
  return detail::image_repository_rule::looks_like_host(repository.substr(0, repository.find('/')));
}

/// Images are copied from one registry to another.
void check_copies(const draft& in, const declaration<environment>& of, findings& found) {
  const std::string_view copies = of.value.images_in.view();
  if (copies.empty()) return;
  if (!names_registry(copies))
    return found.add(of.at("images_in"),
                     meaningless_option("IMAGES_IN", "without a registry to copy to",
                                        fmt::format("IMAGES_IN registry.example.com/{}", copies)));
  if (in.all<image>().items().empty() && !in.own.value.artifacts)
    return found.add(of.at("images_in"),
                     meaningless_option("IMAGES_IN", "where the pipeline has no image", "leave it out"));
  for (const auto& each : in.all<image>().items()) {
    const std::string repository = repository_for(in, each);
    if (repository.find('/') == repository.npos || !names_registry(repository))
      return found.add(of.at("images_in"),
                       meaningless_option("IMAGES_IN", "for an image in the build tree: " + repository,
                                          "IMAGE registry.example.com/" + repository + " in add_pipeline()"));
    if (repository == std::string(copies) + repository.substr(repository.find('/')))
      return found.add(of.at("images_in"),
                       meaningless_option("IMAGES_IN", "where the images are already: " + repository,
                                          "leave it out, or name another repository"));
  }
}

/// The folders that manifests are written to, each within a repository: none lies in another, since the
/// pipeline that writes the outer one owns all in it.
class folder_keeper {
 public:
  explicit folder_keeper(findings& found) : found_(found) {}

  /// Of an environment, and of the copies of branches in one: declared at `by`.
  void take(const draft& in, const environment& value, const place& by) {
    if (!can(value.via, way_feature::folder)) return;
    const std::string name = value.name.str();
    const placeholder_values values{{"pipeline", in.own.name}, {"environment", name}};
    std::string path = value.path ? with_placeholders(value.path.view(), values) : name + "/" + in.own.name;
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    const bool has_repository = can(value.via, way_feature::repository);
    const std::string root = has_repository ? repository_of(value, values) : std::string();
    const std::string key =
        has_repository && value.repository ? key_of(root, source_directory_of(in.own)) : root;
    shown_.try_emplace(key, root);
    const auto [first, is_new] = taken_[key].try_emplace(path, by);
    if (!is_new)
      found_.add(by, same_place_twice("two deploys would write the same manifests", root + path,
                                      where(first->second)));
  }

  void report_nested() {
    for (const auto& [key, folders] : taken_)
      for (const auto& [path, by] : folders)
        for (auto slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1))
          if (const auto outer = folders.find(path.substr(0, slash)); outer != folders.end())
            found_.add(by, nested_folder(shown_.at(key) + path, shown_.at(key) + outer->first,
                                         where(outer->second)));
  }

 private:
  /// One text for all ways to write one repository and branch: relative or absolute, `file://`, with a `/` or
  /// `.git` at its end.
  static std::string key_of(std::string_view root, const std::string& source) {
    const auto blank = root.rfind(' ', root.size() - 2);
    std::string url(root.substr(0, blank));
    if (url.starts_with("file:///")) url = url.substr(7);
    if (url.find(':') == url.npos) {
      const std::filesystem::path path(url);
      url = (path.is_absolute() ? path : std::filesystem::path(source) / path).lexically_normal().string();
    }
    for (const std::string_view end : {"/", "/.git", ".git", "/"})
      while (url.size() > end.size() && url.ends_with(end)) url.resize(url.size() - end.size());
    return url + std::string(root.substr(blank));
  }
  static std::string repository_of(const environment& of, const placeholder_values& values) {
    return fmt::format(
        "{} {} ",
        of.repository ? with_placeholders(of.repository.view(), values) : "the build tree's repository",
        of.branch ? of.branch.view() : "main");
  }
  std::string where(const place& of) const { return found_.text_of(of.site->from->where); }

  findings& found_;
  std::map<std::string, std::map<std::string, place>> taken_;  ///< by key
  std::map<std::string, std::string> shown_;                   ///< of a key, as it was written first
};

/// The names of objects, `<pipeline>-<service or cron job>`, each once in a namespace: of the environments of
/// one name, and of one cluster.
class object_keeper {
 public:
  explicit object_keeper(findings& found) : found_(found) {}

  void take(const draft& in) {
    const std::set<std::string> namespaces = namespaces_of(in);
    each_kind([&]<typename T>() {
      if constexpr (has_pods<T>)
        for (const auto& each : in.all<T>().items()) take(in, namespaces, each, std::string(kind<T>.object));
    });
  }

 private:
  struct owner {
    std::string pipeline, part;
  };

  /// Names that are made must differ whatever the kind; one that is given by NAMED is told apart by it.
  template <typename T>
  void take(const draft& in,
            const std::set<std::string>& namespaces,
            const declaration<T>& of,
            std::string_view kind) {
    const std::string object = of.value.named ? of.value.named.str() : in.own.name + "-" + of.name;
    for (const std::string& each : namespaces) {
      const owner* first = taken_by(fmt::format("{} {} {}", each, kind, object), in, of.name);
      if (!first && !of.value.named) first = taken_by(fmt::format("{} {}", each, object), in, of.name);
      if (first) return found_.add(of.near("named"), same_object_name(object, first->pipeline, first->part));
    }
  }

  /// Who has it already; nothing when it is free, and taken now.
  const owner* taken_by(const std::string& name, const draft& in, const std::string& part) {
    const auto [first, is_new] = taken_.try_emplace(name, owner{in.own.name, part});
    const bool own = first->second.pipeline == in.own.name && first->second.part == part;
    return is_new || own ? nullptr : &first->second;
  }

  static std::set<std::string> namespaces_of(const draft& in) {
    std::set<std::string> all;
    for (const auto& each : in.all<environment>().items()) {
      const environment& of = each.value;
      const std::string_view name = of.namespace_name.view();
      all.insert(fmt::format("environment {} {}", each.name, name));
      if (!can(of.via, way_feature::cluster)) continue;
      for (const text& context : of.context)
        all.insert(fmt::format("context {} {} {}", of.kubeconfig.view(), context.view(), name));
      for (const eks_cluster& cluster : of.eks) all.insert(fmt::format("eks {} {}", cluster.view(), name));
      if (of.context.empty() && of.eks.empty())
        all.insert(fmt::format("current context {} {}", of.kubeconfig.view(), name));
    }
    return all;
  }

  findings& found_;
  std::map<std::string, owner> taken_;
};

/// What PASS_ENV of a secret names is passed to no step and no backing service of any pipeline.
template <typename T>
void check_passed_variables(const draft& in,
                            const std::map<std::string, std::string>& secrets,
                            findings& found) {
  for (const auto& each : in.all<T>().items())
    for (std::size_t at = 0; at < each.value.pass_env.size(); ++at)
      if (const auto one = secrets.find(each.value.pass_env[at].str()); one != secrets.end())
        found.add(word_at(each, "pass_env", at), variable_of_a_secret(one->first, one->second));
}

void check_passed_variables(const std::deque<draft>& all, findings& found) {
  std::map<std::string, std::string> secrets;
  for (const draft& pipeline : all)
    for (const auto& each : pipeline.all<secret>().items())
      if (each.value.pass_env) secrets.emplace(each.value.pass_env.str(), each.name);
  for (const draft& pipeline : all) {
    check_passed_variables<step>(pipeline, secrets, found);
    check_passed_variables<backing_service>(pipeline, secrets, found);
  }
}

}  // namespace
}  // namespace declare_check_checks_between

void check_between(std::deque<draft>& all, findings& found) {
  using namespace declare_check_checks_between;
  place_keeper repositories("two images would be published to one repository", found);
  place_keeper baselines("two pipelines have one BASELINE", found);
  folder_keeper folders(found);
  object_keeper objects(found);
  for (const draft& pipeline : all) {
    take_repositories(pipeline, repositories);
    take_baseline(pipeline, baselines);
    for (const auto& each : pipeline.all<environment>().items()) {
      folders.take(pipeline, each.value, each.near("path"));
      check_copies(pipeline, each, found);
    }
    for (const auto& each : pipeline.all<preview>().items())
      if (const auto* there = pipeline.all<environment>().find(each.value.in.view()))
        if (can(there->value.via, way_feature::branch_copy))
          folders.take(pipeline, place_of_copies(there->value, each.value, pipeline.own.name),
                       each.near("path"));
    objects.take(pipeline);
  }
  folders.report_nested();
  check_passed_variables(all, found);
}

}  // namespace cicd::declaring
