// A connection to one cluster: kinds to paths, calls with patience, discovery of kinds that we do not know.
#pragma once

#include <cicd/kubernetes/api/cluster.hpp>

#include <fmt/format.h>

#include <unistd.h>

#include <charconv>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/kubernetes/api/discovery.hpp>
#include <cicd/kubernetes/api/kubeconfig.hpp>
#include <cicd/kubernetes/api/proxy.hpp>
#include <cicd/kubernetes/api/retries.hpp>
#include <cicd/kubernetes/api/watch.hpp>
#include <cicd/system/clock.hpp>

namespace cicd::kubernetes {

namespace kubernetes_api_cluster {
namespace {

using namespace std::chrono_literals;

/// A renewal that comes late is worth nothing; there is time for another within the lease.
constexpr std::chrono::milliseconds lease_limit = 5s;

api_answer refused(int code, std::string reason, std::string message) {
  return {.object = {}, .failure = api_failure{code, std::move(reason), std::move(message), {}}};
}

api_answer unknown_kind(const std::string& api_version, const std::string& kind) {
  return refused(404, std::string(api_reason::unknown_kind),
                 "the cluster does not have the kind " + kind
                     + (api_version.empty() ? std::string() : " in " + api_version));
}

std::string log_path(const std::string& namespace_name,
                     const std::string& pod,
                     const std::string& container) {
  std::string path = path_of(*kind_named("Pod"), namespace_name, pod) + "/log?";
  if (!container.empty()) path += "container=" + percent_encoded(container) + "&";
  return path;
}

/// What a list is asked for, without the page.
std::string query_of(const std::string& labels, const std::string& fields) {
  std::string query;
  if (!labels.empty()) query += "labelSelector=" + percent_encoded(labels);
  if (!fields.empty())
    query += (query.empty() ? "fieldSelector=" : "&fieldSelector=") + percent_encoded(fields);
  return query;
}

std::string content_type_of(const std::string& patch) {
  if (patch == "json") return "application/json-patch+json";
  return patch == "strategic" ? "application/strategic-merge-patch+json" : "application/merge-patch+json";
}

class connection final : public cluster {
 public:
  connection(const http_address& where, std::string name, const cancellation* cancelled)
      : where_(where), name_(std::move(name)), calls_(where, cancelled) {}

  /// With these the name and the namespace are known once they are asked for.
  void take(std::unique_ptr<kubectl_proxy> proxy, std::unique_ptr<kubeconfig_facts> facts) {
    proxy_ = std::move(proxy);
    facts_ = std::move(facts);
  }

  /// Asks for the version; a cluster that is just starting gets a few seconds.
  api_answer greet() {
    calls_.set_patience(3s, 1);
    http_request request = json_request("GET", "/version");
    request.limit = 10s;
    api_answer version = calls_.send(request, effect::idempotent);
    calls_.set_patience(15s);
    if (!version) return version;
    const std::string minor = version.object["minor"].text();
    const auto read = std::from_chars(minor.data(), minor.data() + minor.size(), minor_);
    if (read.ec == std::errc{} && version.object["gitVersion"].is_string()) return version;
    return refused(200, std::string(api_reason::not_kubernetes), "its /version names no version");
  }

  std::unique_ptr<cluster> second_connection() override {
    auto made = std::make_unique<connection>(where_, name_, nullptr);
    made->minor_ = minor_;
    if (facts_ != nullptr) made->facts_ = std::make_unique<kubeconfig_facts>(*facts_);
    return made;
  }

  std::string name() const override { return name_.empty() ? facts_->context() : name_; }
  int minor_version() const override { return minor_; }
  std::string default_namespace() const override {
    const std::string named = facts_ == nullptr ? std::string() : facts_->namespace_name();
    return named.empty() ? "default" : named;
  }

  api_answer get(const object_key& of) override { return std::move(get_all({of}).front()); }

  std::vector<api_answer> get_all(const std::vector<object_key>& of) override {
    batch asked(*this, effect::idempotent);
    for (const object_key& each : of) {
      asked.add({}, each.kind,
                [&](const kind_facts& kind) { return json_request("GET", path_of_key(kind, each)); });
    }
    return asked.answers();
  }

  api_answer list(const std::string& kind,
                  const std::string& namespace_name,
                  const std::string& labels) override {
    const auto facts = facts_of({}, kind);
    if (!facts) return unknown_kind({}, kind);
    const std::string query = path_of(*facts, namespace_name) + "?" + query_of(labels, {}) + "&limit=500";
    api_answer whole = pages(*facts, query);
    return whole.failure && whole.failure->code == 410 ? pages(*facts, query) : whole;
  }

  std::vector<api_answer> apply(const std::vector<json>& objects, const apply_options& options) override {
    std::string query = "?fieldManager=" + percent_encoded(options.manager) + "&fieldValidation=Strict";
    if (options.force) query += "&force=true";
    if (options.dry_run) query += "&dryRun=All";
    batch asked(*this, effect::idempotent);
    for (const json& each : objects) {
      asked.add(each["apiVersion"].text(), each["kind"].text(), [&](const kind_facts& kind) {
        return json_request("PATCH", path_of_object(kind, each) + query, each,
                            "application/apply-patch+yaml");
      });
    }
    return asked.answers();
  }

  api_answer remove(const object_key& of,
                    const std::string& resource_version,
                    const std::string& propagation) override {
    json options;
    options.set("apiVersion", "v1").set("kind", "DeleteOptions");
    if (!propagation.empty()) options.set("propagationPolicy", propagation);
    if (!resource_version.empty())
      options.set("preconditions", json().set("resourceVersion", resource_version));
    return one({}, of.kind, effect::idempotent, [&](const kind_facts& kind) {
      return json_request("DELETE", path_of_key(kind, of), options);
    });
  }

  api_answer create(const json& object) override {
    return one(object["apiVersion"].text(), object["kind"].text(), effect::once, [&](const kind_facts& kind) {
      const std::string path = path_of(kind, place_of(kind, object["metadata"]["namespace"].text()));
      return json_request("POST", path + "?fieldManager=cicd&fieldValidation=Strict", object);
    });
  }

  api_answer replace(const json& object) override {
    return one(object["apiVersion"].text(), object["kind"].text(), effect::once, [&](const kind_facts& kind) {
      http_request request = json_request(
          "PUT", path_of_object(kind, object) + "?fieldManager=cicd&fieldValidation=Strict", object);
      if (kind.kind == "Lease") request.limit = lease_limit;
      return request;
    });
  }

  api_answer patch(const object_key& of,
                   const std::string& type,
                   const json& body,
                   const std::string& subresource) override {
    return one({}, of.kind, effect::once, [&](const kind_facts& kind) {
      std::string path = path_of_key(kind, of);
      if (!subresource.empty()) path += "/" + percent_encoded(subresource);
      return json_request("PATCH", path + "?fieldManager=cicd&fieldValidation=Strict", body,
                          content_type_of(type));
    });
  }

  api_answer call(const std::string& method, const std::string& path, const json& body) override {
    return calls_.send(json_request(method, path, body), method == "GET" ? effect::idempotent : effect::once);
  }

  result<std::string> log(const std::string& namespace_name,
                          const std::string& pod,
                          const std::string& container,
                          bool previous,
                          int lines) override {
    http_request request{.method = "GET", .target = log_path(namespace_name, pod, container)};
    request.target += fmt::format("previous={}&tailLines={}&limitBytes={}", previous, lines, 16 << 20);
    result<http_response> got = calls_.text(request);
    if (!got) return got.error();
    if (got->status == 200) return std::move(got->body);
    const object_key of{"Pod", namespace_name, pod};
    return error_of(*answer_from(*got).failure, name_, of, "read the log of " + of.text());
  }

  std::optional<kind_facts> discover(const std::string& api_version, const std::string& kind) override {
    const auto known = found_.find({api_version, kind});
    if (known != found_.end()) return known->second;
    auto found =
        api_version.empty() ? discover_anywhere(calls_, kind) : discover_in(calls_, api_version, kind);
    if (found)
      found_[{api_version, kind}] = found_[{{}, kind_in_key(found->api_version, found->kind)}] = *found;
    return found;
  }

  std::shared_ptr<void> watch(watch_request what) override {
    const auto facts = facts_of({}, what.kind);
    if (!facts) {
      return after(0ms, [what] {
        if (what.refused) what.refused(*unknown_kind({}, what.kind).failure);
      });
    }
    std::string query = query_of(what.labels, what.fields);
    std::string path = path_of(*facts, what.namespace_name);
    return start_watch(calls_.http(), std::move(path), std::move(query), std::move(what));
  }

  std::shared_ptr<void> follow_log(const std::string& namespace_name,
                                   const std::string& pod,
                                   const std::string& container,
                                   std::function<void(std::string_view line)> line,
                                   std::function<void()> ended) override {
    http_request request{.method = "GET", .target = log_path(namespace_name, pod, container) + "follow=true"};
    return calls_.http().open({.request = std::move(request),
                               .line = std::move(line),
                               .ended = [ended = std::move(ended)](const result<http_response>&) {
                                 if (ended) ended();
                               }});
  }

  std::shared_ptr<void> after(std::chrono::milliseconds delay, std::function<void()> callback) override {
    return calls_.http().after(delay, std::move(callback));
  }
  status run() override { return calls_.http().run(); }
  void stop() override { calls_.http().stop(); }

 private:
  /// Calls of which some may be about kinds that the cluster does not have.
  class batch {
   public:
    batch(connection& on, effect of) : on_(on), of_(of) {}

    template <typename Request>
    void add(const std::string& api_version, const std::string& kind, Request request) {
      const auto facts = on_.facts_of(api_version, kind);
      answers_.push_back(facts ? api_answer{} : unknown_kind(api_version, kind));
      if (!facts) return;
      requests_.push_back(request(*facts));
      places_.push_back(answers_.size() - 1);
    }

    std::vector<api_answer> answers() {
      std::vector<api_answer> got = on_.calls_.send_all(requests_, of_);
      for (std::size_t each = 0; each < got.size(); ++each) answers_[places_[each]] = std::move(got[each]);
      return std::move(answers_);
    }

   private:
    connection& on_;
    effect of_;
    std::vector<api_answer> answers_;
    std::vector<http_request> requests_;
    std::vector<std::size_t> places_;
  };

  template <typename Request>
  api_answer one(const std::string& api_version, const std::string& kind, effect of, Request request) {
    batch asked(*this, of);
    asked.add(api_version, kind, request);
    return std::move(asked.answers().front());
  }

  /// One that names no namespace is in that of the context.
  std::string place_of(const kind_facts& kind, const std::string& named) const {
    return kind.namespaced && named.empty() ? default_namespace() : named;
  }
  std::string path_of_key(const kind_facts& kind, const object_key& of) const {
    return path_of(kind, place_of(kind, of.namespace_name), of.name);
  }
  std::string path_of_object(const kind_facts& kind, const json& object) const {
    return path_of_key(kind, object_key::of(object));
  }

  /// A kind of ours, unless another group's kind has the same name.
  std::optional<kind_facts> facts_of(const std::string& api_version, const std::string& kind) {
    const kind_facts* known = kind_named(kind);
    if (known != nullptr && (api_version.empty() || known->api_version == api_version)) return *known;
    return discover(api_version, kind);
  }

  /// All pages as one list.
  api_answer pages(const kind_facts& kind, const std::string& target) {
    json::array items;
    for (std::string next;;) {
      const std::string more = next.empty() ? "" : "&continue=" + percent_encoded(next);
      api_answer page = calls_.send(json_request("GET", target + more), effect::idempotent);
      if (!page) return page;
      for (const json& each : page.object["items"].elements()) {
        // As in an object that is read alone: what it is stands first.
        json item = members_of("apiVersion", kind.api_version, "kind", kind.kind);
        for (const auto& [name, value] : each.members()) item.set(name, value);
        items.push_back(std::move(item));
      }
      next = page.object["metadata"]["continue"].text();
      if (!next.empty()) continue;
      page.object.set("items", json(std::move(items)));
      return page;
    }
  }

  const http_address where_;
  std::string name_;
  int minor_ = 0;
  std::unique_ptr<kubectl_proxy> proxy_;
  std::unique_ptr<kubeconfig_facts> facts_;
  api_client calls_;
  std::map<std::pair<std::string, std::string>, kind_facts> found_;
};

/// Shows what a login plugin says while it is waited for, such as an address and a code, where a person can
/// read it.
class shown_login {
 public:
  explicit shown_login(const kubectl_proxy& of) : of_(of) {
    if (isatty(STDERR_FILENO) != 0)
      showing_ = std::jthread([this](const std::stop_token& over) { show(over); });
  }

 private:
  void show(const std::stop_token& over) {
    for (bool is_last = false; !is_last;) {
      std::unique_lock hold(mutex_);
      ended_.wait_for(hold, over, 200ms, [] { return false; });
      is_last = over.stop_requested();
      look();
    }
  }

  void look() {
    const std::string all = of_.said();
    if (all.size() <= shown_) return;
    const std::string text = displayable(all.substr(shown_), newlines::keep);
    shown_ = all.size();
    (void)!write(STDERR_FILENO, text.data(), text.size());
  }

  const kubectl_proxy& of_;
  std::size_t shown_ = 0;
  std::mutex mutex_;
  std::condition_variable_any ended_;
  std::jthread showing_;
};

/// A login at which a person has to do something takes its time; one without a terminal has less.
std::chrono::milliseconds login_patience() {
  return isatty(STDERR_FILENO) != 0 ? std::chrono::milliseconds(5min) : std::chrono::milliseconds(1min);
}

api_answer greeted(connection& to, const kubectl_proxy& proxy, const cancellation* cancelled) {
  const shown_login shown(proxy);
  const auto end = system_clock_port().elapsed() + login_patience();
  while (true) {
    api_answer version = to.greet();
    const bool waits =
        version.failure && version.failure->reason == api_reason::broken && proxy.is_logging_in();
    if (!waits || (cancelled != nullptr && cancelled->cancelled())) return version;
    if (system_clock_port().elapsed() < end) continue;
    version.failure->reason = api_reason::login;
    version.failure->message =
        fmt::format("the login plugin did not end within {}", human_duration(login_patience()));
    return version;
  }
}

}  // namespace
}  // namespace kubernetes_api_cluster

std::string cluster_target::text() const {
  if (!eks.empty()) return "eks " + eks;
  return context.empty() ? "the current context" : "context " + context;
}

result<std::unique_ptr<cluster>> cluster::open(const cluster_target& target,
                                               const surroundings& around,
                                               const cancellation* cancelled) {
  using kubernetes_api_cluster::connection;
  auto proxy = kubectl_proxy::start(target, around, cancelled);
  if (!proxy) {
    error failure = std::move(proxy).error();
    if (failure.subject.empty()) failure.subject = target.text();
    return failure;
  }
  auto made = std::make_unique<connection>((*proxy)->where(),
                                           target.eks.empty() ? target.context : target.eks, cancelled);
  const api_answer version = kubernetes_api_cluster::greeted(*made, **proxy, cancelled);
  auto facts = std::make_unique<kubeconfig_facts>((*proxy)->program());
  if (!version) {
    cluster_target known = target;
    if (known.eks.empty()) known.context = facts->context();
    error failure = opening_error(*version.failure, known, (*proxy)->complaints());
    if (const std::string server = facts->server(); !server.empty())
      failure.notes.insert(failure.notes.begin(), {"server", displayable(server)});
    return failure;
  }
  made->take(*std::move(proxy), std::move(facts));
  return std::unique_ptr<cluster>(std::move(made));
}

result<std::unique_ptr<cluster>> cluster::over(const http_address& where,
                                               const std::string& name,
                                               const cancellation* cancelled) {
  auto made = std::make_unique<kubernetes_api_cluster::connection>(where, name, cancelled);
  const api_answer version = made->greet();
  if (!version) return opening_error(*version.failure, {{}, name, {}, {}, {}}, {});
  return std::unique_ptr<cluster>(std::move(made));
}

}  // namespace cicd::kubernetes
