// Reads manifests, asks helm, and takes out what looks like a secret.
#pragma once

#include <cicd/engine/adopt/objects.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/yaml.hpp>
#include <cicd/engine/adopt/secrets.hpp>
#include <cicd/kubernetes/adopt/calls.hpp>

namespace cicd::source_files {

namespace engine_adopt_objects {
namespace {

using kubernetes::adopting::change_elements;
using kubernetes::adopting::change_member;

constexpr std::array<std::string_view, 14> known_kinds{"Deployment",
                                                       "StatefulSet",
                                                       "CronJob",
                                                       "DaemonSet",
                                                       "Service",
                                                       "Ingress",
                                                       "HorizontalPodAutoscaler",
                                                       "PodDisruptionBudget",
                                                       "ConfigMap",
                                                       "Secret",
                                                       "ServiceAccount",
                                                       "NetworkPolicy",
                                                       "Role",
                                                       "RoleBinding"};

bool is_yaml(std::string_view path) {
  return path.ends_with(".yaml") || path.ends_with(".yml");
}
bool is_compose(std::string_view path) {
  const std::string_view name = name_of(path);
  return is_yaml(path) && (name.starts_with("docker-compose") || name.starts_with("compose."));
}

/// Changes the spec of the pods of a workload.
template <typename Change>
void change_pods(json& workload, Change&& change) {
  kubernetes::adopting::change_template(workload, [&](json& pod) { change_member(pod, "spec", change); });
}
template <typename Change>
void change_containers(json& workload, Change&& change) {
  change_pods(workload, [&](json& spec) {
    for (const char* list : {"containers", "initContainers"})
      if (!spec[list].elements().empty())
        change_member(spec, list, [&](json& all) { change_elements(all, change); });
  });
}

class reader {
 public:
  reader(repository& of, const surroundings& around, const cancellation& cancelled)
      : of_(of), around_(around), cancelled_(cancelled) {}

  found_objects read(const std::string& only) {
    std::vector<std::string> charts;
    for (const std::string& each : of_.files())
      if (name_of(each) == "Chart.yaml" && is_below(each, only) && !is_in_any(each, charts))
        charts.push_back(folder_of(each));
    for (const std::string& each : of_.files())
      if (is_yaml(each) && is_below(each, only) && !is_in_any(each, charts)) read_file(each);
    for (const std::string& each : charts) read_chart(each);
    ask_which();
    return std::move(found_);
  }

 private:
  static bool is_in_any(const std::string& path, const std::vector<std::string>& folders) {
    return std::ranges::any_of(folders, [&](const std::string& each) { return is_below(path, each); });
  }
  static std::string shown_folder(const std::string& place) {
    const std::string folder = folder_of(place);
    return folder.empty() ? "." : folder;
  }
  void skip(std::string where, std::string what, std::string help = {}) {
    found_.unread.push_back({std::move(where), std::move(what), std::move(help)});
  }

  void read_file(const std::string& path) {
    const std::optional<std::string> text = of_.text(path);
    if (!text) return;
    if (is_compose(path)) return read_compose(path, *text);
    if (text->find("apiVersion:") == text->npos || text->find("kind:") == text->npos) return;
    add_documents(path, *text);
  }

  void add_documents(const std::string& place, const std::string& text) {
    const result<std::vector<json>> documents = yaml_documents(text, place);
    if (!documents) return found_.failed.push_back(unread_of(documents.error(), place));
    for (const json& each : *documents)
      if (each["kind"].text() == "List")
        for (const json& one : each["items"].elements()) add(place, one);
      else
        add(place, each);
  }

  void add(const std::string& place, const json& object) {
    const std::string kind = object["kind"].text();
    if (kind.empty() || object["apiVersion"].text().empty()) return;
    if (kind == "Kustomization")
      return skip(place, "a kustomization is not read",
                  "kubectl kustomize " + shell_quoted(shown_folder(place)));
    if (std::ranges::find(known_kinds, kind) == known_kinds.end())
      return skip(place, "an object of another kind: " + kind, "MANIFESTS of pipeline_environment()");
    if (kind == "Secret")
      return skip(place,
                  fmt::format("Secret {}: its values belong in no file", object["metadata"]["name"].text()),
                  "SECRET_ENV, with a Secret of the cluster");
    found_object made{object, place};
    if (made.is_workload() && !made.is_whole())
      return found_.failed.push_back(
          {place, made.identity() + " is incomplete: no container with an image",
           "kubectl kustomize " + shell_quoted(shown_folder(place)) + ", where it is a patch"});
    const auto same = std::ranges::find(found_.objects, made.identity(), &found_object::identity);
    if (same != found_.objects.end()) return say_twice(*same, made);
    take_out_secrets(made);
    found_.objects.push_back(std::move(made));
  }

  void say_twice(const found_object& first, const found_object& second) {
    if (!second.is_workload())
      return skip(second.place, second.identity() + " is in " + first.place + ", too");
    auto& places = twice_[second.identity()];
    if (places.empty()) places.insert(first.place);
    places.insert(second.place);
  }

  /// Whether below the folder no workload is declared twice.
  bool decides(const std::string& folder) const {
    return !folder.empty() && std::ranges::all_of(twice_, [&](const auto& each) {
      return std::ranges::count_if(each.second, [&](const auto& place) { return is_below(place, folder); })
             <= 1;
    });
  }

  /// One error for all of them, with the folders of which one is to be chosen.
  void ask_which() {
    if (twice_.empty()) return;
    std::vector<std::string> names, options;
    std::set<std::string> all, folders;
    for (const auto& [identity, places] : twice_) {
      names.push_back(identity);
      all.insert(places.begin(), places.end());
    }
    error no{exit_class::usage, "adopt", "several files declare the same workload", joined(names, ", "), {}};
    for (const std::string& each : all) {
      no.notes.push_back({"declared at", displayable(each)});
      if (decides(folder_of(each)) && folders.insert(folder_of(each)).second)
        options.push_back("--manifests " + shell_quoted(folder_of(each)));
    }
    if (options.empty())
      options.emplace_back("a folder for those of one environment, which --manifests names");
    found_.ambiguous.push_back(std::move(no)
                                   .with("allowed", "one folder, which may be above several of them")
                                   .with("try", joined(options, ", or ")));
  }

  void take_out_secrets(found_object& of) {
    if (of.content["kind"].text() == "ConfigMap")
      change_member(of.content, "data", [&](json& data) { take_out_members(data, of); });
    if (!of.is_workload()) return;
    change_containers(of.content, [&](json& container) {
      for (const char* list : {"command", "args"})
        if (std::ranges::any_of(container[list].texts(), holds_secret)) {
          say_secret(of.place, fmt::format("{} of {}", list, of.identity()), "<variable>");
          container = kubernetes::adopting::without_member(container, list);
        }
      if (container["env"].elements().empty()) return;
      json::array kept;
      for (const json& each : container["env"].elements())
        if (each["value"].is_null() || !is_secret(each["name"].text(), each["value"].text()))
          kept.push_back(each);
        else
          say_secret(of.place, "env " + each["name"].text(), each["name"].text());
      container.set("env", json(std::move(kept)));
    });
  }
  void take_out_members(json& data, const found_object& of) {
    json::object kept;
    for (const auto& [key, value] : data.members())
      if (is_secret(key, value.text()))
        say_secret(of.place, fmt::format("{} of {}", key, of.identity()), key);
      else
        kept.emplace_back(key, value);
    if (data.is_object()) data = json(std::move(kept));
  }
  void say_secret(const std::string& place, const std::string& what, const std::string& name) {
    found_.unread.push_back(secret_at(place, what, name));
  }

  void read_compose(const std::string& path, const std::string& text) {
    skip(path, "a compose file is not read");
    const result<std::vector<json>> documents = yaml_documents(text, path);
    if (!documents) return found_.failed.push_back(unread_of(documents.error(), path));
    if (documents->empty()) return;
    for (const auto& [service, said] : documents->front()["services"].members()) {
      for (const auto& [name, value] : said["environment"].members())
        if (is_secret(name, value.text())) say_secret(path, service + ": " + name, name);
      for (const std::string& each : said["environment"].texts()) {
        const auto equals = each.find('=');
        if (equals != each.npos && is_secret(each.substr(0, equals), each.substr(equals + 1)))
          say_secret(path, service + ": " + each.substr(0, equals), each.substr(0, equals));
      }
    }
  }

  // --- helm ---

  void read_chart(const std::string& folder) {
    const std::string chart = path_in(folder, "Chart.yaml"), at = of_.root() + "/" + folder;
    const fact* name = of_.facts(chart).find("name");
    const std::string release = name != nullptr ? name->value : "";
    if (!dns_label::accepts(release))
      return skip(chart, "the chart has no name", "helm template <name> " + shell_quoted(folder));
    const std::vector<std::string> words{"helm", "template", release, at};
    const std::string shown =
        shell_quoted(std::vector<std::string>{"helm", "template", release, folder.empty() ? "." : folder});
    const auto program = find_program("helm", around_.get_or("PATH", ""), of_.root());
    if (!program) return skip(chart, "helm is not there, which renders a chart", shown);
    const captured answer = run_to_end(
        {{*program, "template", release, at}, of_.root(), around_.lines()},
        {.limit = std::chrono::milliseconds(60'000), .most_bytes = 8U << 20U, .cancelled = &cancelled_});
    if (!answer.end.good()) {
      const std::string_view said = trimmed(answer.err);
      return skip(chart, "helm does not render it: " + std::string(said.substr(0, said.find('\n'))), shown);
    }
    skip(chart, fmt::format("rendered as the release {}, with values.yaml alone", release),
         shown + " -f <values>");
    add_documents(chart, answer.out);
  }

  repository& of_;
  const surroundings& around_;
  const cancellation& cancelled_;
  found_objects found_;
  std::map<std::string, std::multiset<std::string>> twice_;  // a workload → the files that declare it
};

}  // namespace
}  // namespace engine_adopt_objects

bool found_object::is_workload() const {
  const std::string kind = content["kind"].text();
  return kind == "Deployment" || kind == "StatefulSet" || kind == "CronJob";
}

std::string found_object::identity() const {
  return content["kind"].text() + "/" + content["metadata"]["name"].text();
}

namespace {
/// The container that the others stand beside, as the reader of clusters finds it.
json main_container(const json& workload) {
  kubernetes::adopting::found_workload of;
  of.running = workload;
  return of.main();
}
}  // namespace

std::string found_object::image() const {
  return main_container(content)["image"].text();
}

bool found_object::has_command() const {
  return !main_container(content)["command"].elements().empty();
}

json with_image(const json& workload, const std::string& from, const std::string& to) {
  json made = workload;
  engine_adopt_objects::change_containers(made, [&](json& container) {
    if (container["image"].text() == from) container.set("image", to);
  });
  return made;
}

found_objects objects_in(repository& of,
                         const std::string& only,
                         const surroundings& around,
                         const cancellation& cancelled) {
  return engine_adopt_objects::reader(of, around, cancelled).read(only == "." ? "" : only);
}

}  // namespace cicd::source_files
