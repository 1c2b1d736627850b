// An API server in memory, for what deliver/ does with one: objects by key, versions that grow, writes that
// fail where the real one's would. Server-side apply replaces the whole object, which is enough where nobody
// else owns a field.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <cicd/kubernetes/api/cluster.hpp>

namespace cicd::kubernetes {

class fake_cluster : public cluster {
 public:
  /// What all connections see.
  struct server {
    std::mutex mutex;
    std::map<object_key, json> objects;
    std::int64_t version = 100;
    std::vector<std::string> writes;  ///< `create ConfigMap x`, …
    std::map<std::string, api_failure>
        refusals;  ///< by `apply Deployment x`, `get Namespace x`; `write` but for dry runs
    std::map<std::string, json> calls;  ///< what stands at a path
    std::map<std::string, json> held;  ///< by `Ingress api`: what a removal leaves there, with its finalizers
    /// An object that is refused as long as another one is there.
    std::map<std::string, std::pair<object_key, api_failure>> refuses_while;
  };

  explicit fake_cluster(std::shared_ptr<server> at) : at_(std::move(at)) {}

  static json object(std::string kind, std::string name, std::string namespace_name = "orders") {
    json metadata(json::object{}), made(json::object{});
    metadata.set("name", std::move(name));
    if (kind != "Namespace") metadata.set("namespace", std::move(namespace_name));
    made.set("kind", std::move(kind));
    made.set("metadata", std::move(metadata));
    return made;
  }
  static object_key key_of(const json& of) { return object_key::of(of); }

  std::unique_ptr<cluster> second_connection() override { return std::make_unique<fake_cluster>(at_); }
  std::string name() const override { return "test"; }
  int minor_version() const override { return 34; }
  std::string default_namespace() const override { return "orders"; }

  api_answer get(const object_key& of) override {
    const std::lock_guard hold(at_->mutex);
    if (auto no = refusal("get", of)) return {{}, no};
    const auto found = at_->objects.find(of);
    if (found == at_->objects.end()) return missing(of);
    return {found->second, {}};
  }
  std::vector<api_answer> get_all(const std::vector<object_key>& of) override {
    std::vector<api_answer> all;
    for (const object_key& each : of) all.push_back(get(each));
    return all;
  }
  api_answer list(const std::string& kind, const std::string& in, const std::string& labels) override {
    const std::lock_guard hold(at_->mutex);
    json items(json::array{});
    for (const auto& [key, value] : at_->objects)
      if (key.kind == kind && (in.empty() || key.namespace_name == in)
          && selects(labels, value["metadata"]["labels"]))
        items.push(value);
    json all(json::object{});
    all.set("items", std::move(items));
    return {all, {}};
  }
  std::vector<api_answer> apply(const std::vector<json>& objects, const apply_options& options) override {
    std::vector<api_answer> answers;
    for (const json& each : objects) answers.push_back(put("apply", each, options.dry_run));
    return answers;
  }
  api_answer remove(const object_key& of, const std::string&, const std::string& how) override {
    const std::lock_guard hold(at_->mutex);
    if (auto no = refusal("remove", of)) return {{}, no};
    if (const auto held = at_->held.find(of.text()); held != at_->held.end()) {
      at_->objects[of] = held->second;
      at_->writes.push_back("remove " + of.text());
      return {held->second, {}};
    }
    if (at_->objects.erase(of) == 0) return missing(of);
    at_->writes.push_back("remove " + of.text() + (how == "Orphan" ? " (Orphan)" : ""));
    return {json(json::object{}), {}};
  }
  api_answer create(const json& object) override {
    const bool there = at_->objects.contains(key_of(object));
    return there ? api_answer{{}, api_failure{409, "AlreadyExists", "it exists", {}}}
                 : put("create", object, false);
  }
  api_answer replace(const json& object) override {
    const object_key key = key_of(object);
    {
      const std::lock_guard hold(at_->mutex);
      const auto found = at_->objects.find(key);
      if (found == at_->objects.end()) return missing(key);
      if (found->second["metadata"]["resourceVersion"] != object["metadata"]["resourceVersion"])
        return {{}, api_failure{409, "Conflict", "the object has been modified", {}}};
    }
    return put("replace", object, false);
  }
  api_answer patch(const object_key& of, const std::string&, const json&, const std::string&) override {
    return get(of);
  }
  api_answer call(const std::string&, const std::string& path, const json&) override {
    const auto found = at_->calls.find(path);
    return {found == at_->calls.end() ? json(json::object{}) : found->second, {}};
  }
  result<std::string> log(const std::string&, const std::string&, const std::string&, bool, int) override {
    return std::string();
  }
  std::optional<kind_facts> discover(const std::string&, const std::string&) override { return {}; }
  std::shared_ptr<void> watch(watch_request) override { return {}; }
  std::shared_ptr<void> follow_log(const std::string&,
                                   const std::string&,
                                   const std::string&,
                                   std::function<void(std::string_view)>,
                                   std::function<void()>) override {
    return {};
  }
  std::shared_ptr<void> after(std::chrono::milliseconds, std::function<void()>) override { return {}; }
  status run() override { return {}; }
  void stop() override {}

 private:
  static api_answer missing(const object_key& of) {
    return {{}, api_failure{404, "NotFound", of.text() + " not found", {}}};
  }
  std::optional<api_failure> refusal(const std::string& verb, const object_key& of) const {
    const auto found = at_->refusals.find(verb + ' ' + of.text());
    return found == at_->refusals.end() ? std::nullopt : std::optional(found->second);
  }
  api_answer put(const std::string& verb, json object, bool dry) {
    const std::lock_guard hold(at_->mutex);
    const object_key key = key_of(object);
    if (auto no = refusal(verb, key)) return {{}, no};
    if (auto no = refusal("write", key); no && !dry) return {{}, no};
    if (const auto other = at_->refuses_while.find(key.text());
        other != at_->refuses_while.end() && at_->objects.contains(other->second.first))
      return {{}, other->second.second};
    json metadata = object["metadata"];
    metadata.set("resourceVersion", std::to_string(++at_->version));
    object.set("metadata", std::move(metadata));
    if (dry) return {object, {}};
    at_->writes.push_back(verb + ' ' + key.text());
    at_->objects[key] = object;
    return {object, {}};
  }
  /// `a=b,c in (d,e),!f`, as far as we ask so.
  static bool selects(const std::string& labels, const json& of) {
    std::string rest = labels;
    while (!rest.empty()) {
      const auto open = rest.find('('), comma = rest.find(',');
      const auto end = open < comma ? rest.find(',', rest.find(')')) : comma;
      const std::string one = rest.substr(0, end);
      rest = end == rest.npos ? "" : rest.substr(end + 1);
      if (one.starts_with('!')) {
        if (!of[one.substr(1)].is_null()) return false;
      } else if (const auto in = one.find(" in ("); in != one.npos) {
        if ((',' + one.substr(in + 5, one.size() - in - 6) + ',')
                .find(',' + of[one.substr(0, in)].text() + ',')
            == one.npos)
          return false;
      } else if (const auto equals = one.find('=');
                 of[one.substr(0, equals)].text() != one.substr(equals + 1)) {
        return false;
      }
    }
    return true;
  }

  std::shared_ptr<server> at_;
};

}  // namespace cicd::kubernetes
