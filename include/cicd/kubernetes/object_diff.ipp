// Comparing what is there with what a dry run gave back: JSON trees walked side by side, list elements
// matched by the key that Kubernetes itself merges them by.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/kubernetes/object_diff.hpp>

namespace cicd::kubernetes {

namespace kubernetes_object_diff {
namespace {

constexpr std::size_t longest_value = 80;

/// Written by the server, and so no change of ours.
bool is_of_server(const std::string& path) {
  static constexpr std::array<std::string_view, 8> own = {
      "status",
      "metadata.managedFields",
      "metadata.resourceVersion",
      "metadata.generation",
      "metadata.uid",
      "metadata.creationTimestamp",
      "metadata.selfLink",
      "metadata.annotations[deployment.kubernetes.io/revision]"};
  return std::ranges::find(own, path) != own.end();
}

/// One step down: members with a dot or a slash in their name stand in brackets.
std::string below(const std::string& path, std::string_view key) {
  if (key.find_first_of("./") != key.npos) return fmt::format("{}[{}]", path, key);
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

std::string line_of(const json& value) {
  std::string line = value.is_string() ? value.text() : compact(value);
  line = displayable(line);
  if (line.size() <= longest_value) return line;
  return line.substr(0, longest_value - 1) + "…";
}

/// The member by which the elements of a list are told apart, if all of them have one and it is unique.
std::optional<std::string_view> key_of_elements(const json::array& a, const json::array& b) {
  static constexpr std::array<std::string_view, 7> keys = {
      "name", "mountPath", "containerPort", "port", "host", "topologyKey", "key"};
  for (const std::string_view key : keys) {
    const auto identifies = [&](const json::array& list) {
      std::vector<std::string> seen;
      for (const json& each : list) {
        if (!each.is_object() || each[key].is_null()) return false;
        seen.push_back(line_of(each[key]));
      }
      std::ranges::sort(seen);
      return std::ranges::adjacent_find(seen) == seen.end();
    };
    if (identifies(a) && identifies(b)) return key;
  }
  return std::nullopt;
}

class comparison {
 public:
  explicit comparison(bool hides_data) : hides_data_(hides_data) {}

  void compare(const std::string& path, const json& before, const json& after) {
    if (is_of_server(path) || before == after) return;
    if (before.is_object() && after.is_object()) return members(path, before, after);
    if (before.is_array() && after.is_array()) return elements(path, before.elements(), after.elements());
    add(path, before, after);
  }

  std::vector<field_change> changes;

 private:
  void add(const std::string& path, const json& before, const json& after) {
    if (is_of_server(path)) return;
    using how = field_change::how;
    const how kind = before.is_null() ? how::added : after.is_null() ? how::removed : how::changed;
    const bool hidden = hides_data_ && (path.starts_with("data") || path.starts_with("stringData"));
    const auto shown = [&](const json& value) {
      return value.is_null() ? std::string() : hidden ? "(hidden)" : line_of(value);
    };
    changes.push_back({kind, path, shown(before), shown(after)});
  }

  /// Something that one side lacks: its leaves, if they are few, so that each can be read.
  void lacking(const std::string& path, const json& before, const json& after) {
    const json& there = before.is_null() ? after : before;
    if (is_of_server(path)) return;
    if (!there.is_object() || there.members().empty()) return add(path, before, after);
    for (const auto& [key, value] : there.members())
      before.is_null() ? lacking(below(path, key), json(), value) : lacking(below(path, key), value, json());
  }

  void members(const std::string& path, const json& before, const json& after) {
    for (const auto& [key, value] : after.members()) {
      const json& old = before[key];
      old.is_null() ? lacking(below(path, key), json(), value) : compare(below(path, key), old, value);
    }
    for (const auto& [key, value] : before.members())
      if (after[key].is_null()) lacking(below(path, key), value, json());
  }

  void elements(const std::string& path, const json::array& before, const json::array& after) {
    const auto key = key_of_elements(before, after);
    if (!key) return by_place(path, before, after);
    const auto named = [&](const json::array& list, const std::string& name) -> const json* {
      const auto found =
          std::ranges::find_if(list, [&](const json& each) { return line_of(each[*key]) == name; });
      return found == list.end() ? nullptr : &*found;
    };
    for (const json& each : after) {
      const std::string name = line_of(each[*key]);
      const json* old = named(before, name);
      old ? compare(fmt::format("{}[{}]", path, name), *old, each)
          : add(fmt::format("{}[{}]", path, name), json(), each);
    }
    for (const json& each : before)
      if (const std::string name = line_of(each[*key]); !named(after, name))
        add(fmt::format("{}[{}]", path, name), each, json());
  }

  void by_place(const std::string& path, const json::array& before, const json::array& after) {
    if (before.size() != after.size()) return add(path, json(before), json(after));
    for (std::size_t at = 0; at < before.size(); ++at)
      compare(fmt::format("{}[{}]", path, at), before[at], after[at]);
  }

  bool hides_data_;
};

/// `f:spec` → `spec`, `k:{"name":"api"}` → `[api]`, `v:"x"` → `[x]`.
std::string field_below(const std::string& path, std::string_view member) {
  if (member.starts_with("f:")) return below(path, member.substr(2));
  if (!member.starts_with("k:") && !member.starts_with("v:")) return path;
  const result<json> key = parse_json(member.substr(2));
  if (!key) return fmt::format("{}[{}]", path, displayable(std::string(member.substr(2))));
  if (!key->is_object()) return fmt::format("{}[{}]", path, line_of(*key));
  std::vector<std::string> parts;
  for (const auto& [name, value] : key->members()) parts.push_back(line_of(value));
  return fmt::format("{}[{}]", path, joined(parts, ","));
}

void add_leaves(const json& fields, const std::string& path, std::vector<std::string>& to) {
  bool leaf = true;
  for (const auto& [member, value] : fields.members()) {
    if (member == ".") continue;
    leaf = false;
    add_leaves(value, field_below(path, member), to);
  }
  if (leaf && !path.empty()) to.push_back(path);
}

/// Commit, version and branch: what describes a release and is no reason for one.
bool is_descriptive(const std::string& path) {
  static constexpr std::array<std::string_view, 10> keys = {".commit_id",
                                                            ".version",
                                                            ".branch",
                                                            ".protected_branch",
                                                            "[app.kubernetes.io/version]",
                                                            "[tags.datadoghq.com/version]",
                                                            "[cicd.dev/commit]",
                                                            "[cicd.dev/branch]",
                                                            "[cicd.dev/version]",
                                                            "[cicd.dev/source]"};
  if (path.find("metadata.labels") == path.npos && path.find("metadata.annotations") == path.npos)
    return false;
  return std::ranges::any_of(keys, [&](std::string_view key) { return path.ends_with(key); });
}

}  // namespace
}  // namespace kubernetes_object_diff

std::vector<field_change> changes_between(const json& live, const json& wanted) {
  kubernetes_object_diff::comparison all(wanted["kind"].text() == "Secret"
                                         || live["kind"].text() == "Secret");
  all.compare("", live, wanted);
  return std::move(all.changes);
}

bool only_descriptive(const std::vector<field_change>& changes) {
  return std::ranges::all_of(
      changes, [](const field_change& each) { return kubernetes_object_diff::is_descriptive(each.path); });
}

std::string text_of(const field_change& change) {
  switch (change.kind) {
    case field_change::how::added: return fmt::format("+ {}: {}", change.path, change.after);
    case field_change::how::removed: return fmt::format("- {}: {}", change.path, change.before);
    case field_change::how::changed: break;
  }
  return fmt::format("~ {}: {} → {}", change.path, change.before, change.after);
}

std::string value_text(const json& value) {
  return kubernetes_object_diff::line_of(value);
}

bool is_controller(std::string_view manager) {
  static constexpr std::array<std::string_view, 4> of_people = {
      "kustomize-controller", "helm-controller", "argocd-controller", "argocd-application-controller"};
  static constexpr std::array<std::string_view, 5> parts = {"autoscaler", "vpa-", "keda",
                                                            "controller-manager", "kubelet"};
  if (std::ranges::find(of_people, manager) != of_people.end()) return false;
  return manager.starts_with("kube-") || manager.ends_with("-controller") || manager.ends_with("-operator")
         || std::ranges::any_of(parts,
                                [&](std::string_view part) { return manager.find(part) != manager.npos; });
}

std::vector<field_manager> managers_of(const json& object) {
  std::vector<field_manager> managers;
  for (const json& each : object["metadata"]["managedFields"].elements()) {
    if (!each["subresource"].text().empty()) continue;
    field_manager& one =
        managers.emplace_back(field_manager{each["manager"].text(), each["operation"].text(), {}});
    kubernetes_object_diff::add_leaves(each["fieldsV1"], "", one.paths);
  }
  return managers;
}

}  // namespace cicd::kubernetes
