// The one door to an API server: `kubectl proxy` on a private Unix socket, open as long as this object lives,
// and the few calls that we need. It knows paths, verbs and the server's words for a failure; not why anyone
// asks.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cicd/base/json.hpp>
#include <cicd/kubernetes/kinds.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/http.hpp>
#include <cicd/system/process.hpp>

namespace cicd::kubernetes {

/// Which cluster, and how to log in.
struct cluster_target {
  std::string kubeconfig;  ///< file; empty: KUBECONFIG, else that of the home folder
  std::string context;     ///< empty: the current one
  std::string eks;   ///< `<region>/<cluster>`: a private kubeconfig is made; then both above are ignored
  std::string role;  ///< ARN, for EKS
  std::string private_folder;  ///< absolute; made with mode 0700; socket and private kubeconfig lie in it
  std::string
      source_folder{};  ///< absolute, or empty: what a relative `kubeconfig` is below of, links and all
  /// `eks us-east-1/orders`, `context prod`, `the current context`
  std::string text() const;
  /// Whether `kubeconfig` is a file of the source folder, and its path.
  bool is_of_source() const { return !source_folder.empty() && !kubeconfig.empty() && kubeconfig[0] != '/'; }
  std::string kubeconfig_path() const {
    return is_of_source() ? source_folder + '/' + kubeconfig : kubeconfig;
  }
};

/// The server's answer to a call that it refused, beside its words.
struct api_failure {
  int code = 0;          ///< HTTP status; 0: no answer
  std::string reason{};  ///< `NotFound`, `Forbidden`, `Conflict`, `Invalid`, …
  std::string message{};
  /// Of a conflict or an invalid object: which field, and the message (which names the manager).
  struct cause {
    std::string type, field, message;
  };
  std::vector<cause> causes{};
};

/// What came of a call: the object, or the server's refusal, or that there was none.
struct api_answer {
  json object{};
  std::optional<api_failure> failure{};
  std::vector<std::string>
      warnings{};  ///< what the server says of a request that it took: a deprecated version, …
  explicit operator bool() const { return !failure; }
  /// Whether there is no such object.
  bool is_missing() const { return failure && failure->code == 404; }
};

struct apply_options {
  bool dry_run = false;
  bool force = false;  ///< take over other managers' fields
  std::string manager = "cicd";
};

class cluster {
 public:
  /// Starts the proxy and asks for the version. Class `usage` where kubectl or the context is missing (with
  /// the contexts that there are), `remote` where the login expired or was refused, or the server does not
  /// answer, each in words of its own.
  static result<std::unique_ptr<cluster>> open(const cluster_target& target,
                                               const surroundings& around,
                                               const cancellation* cancelled);
  /// An API server, or a proxy before it, that answers there without a login.
  static result<std::unique_ptr<cluster>> over(const http_address& where,
                                               const std::string& name,
                                               const cancellation* cancelled);
  virtual ~cluster() = default;
  /// Another connection through the same door, for another thread or to tidy up: it does not hear of the
  /// cancellation, and must not outlive this object.
  virtual std::unique_ptr<cluster> second_connection() = 0;

  virtual std::string name() const = 0;               ///< as a person knows it
  virtual int minor_version() const = 0;              ///< 34 of 1.34
  virtual std::string default_namespace() const = 0;  ///< of the context, else `default`

  /// Passing failures (429, 500, 502, 503, 504, a reset) are tried again with growing pauses, at most 15 s;
  /// for a call that changes something only where it is idempotent (apply, remove). A key or object that
  /// names no namespace is in the default one.
  virtual api_answer get(const object_key& of) = 0;
  /// Objects of a kind, page by page, in `items`, each with its kind; `labels` is a selector. An empty
  /// namespace: all namespaces.
  virtual api_answer list(const std::string& kind,
                          const std::string& namespace_name,
                          const std::string& labels) = 0;
  /// Server-side apply of all of them, at most 8 at a time; answers in their order. `fieldValidation=Strict`.
  virtual std::vector<api_answer> apply(const std::vector<json>& objects, const apply_options& options) = 0;
  virtual std::vector<api_answer> get_all(const std::vector<object_key>& of) = 0;
  /// `resource_version` not empty: only when it is still that one. `propagation`: Background, Foreground or
  /// Orphan.
  virtual api_answer remove(const object_key& of,
                            const std::string& resource_version,
                            const std::string& propagation) = 0;
  virtual api_answer create(const json& object) = 0;
  /// Replaces; its metadata.resourceVersion must still be the server's.
  virtual api_answer replace(const json& object) = 0;
  /// `type` is `merge`, `json` or `strategic`; `subresource` such as `scale`, or empty.
  virtual api_answer patch(const object_key& of,
                           const std::string& type,
                           const json& body,
                           const std::string& subresource = {}) = 0;
  /// Any path, for what has no kind: `/version`, SelfSubjectReview.
  virtual api_answer call(const std::string& method, const std::string& path, const json& body = {}) = 0;
  /// The text of a container's log. `previous`: of the one that died before.
  virtual result<std::string> log(const std::string& namespace_name,
                                  const std::string& pod,
                                  const std::string& container,
                                  bool previous,
                                  int lines) = 0;
  /// A kind that is not among `known_kinds`, by discovery; nothing when the cluster does not have it.
  virtual std::optional<kind_facts> discover(const std::string& api_version, const std::string& kind) = 0;

  /// Watches: first all objects that are there (`ADDED`), then each change, without a gap: a watch that ends
  /// or is told that it is too old (410) is taken up again. Driven by `run`; callbacks on the calling thread.
  struct watch_request {
    std::string kind, namespace_name, labels;  ///< an empty namespace: all
    std::string fields{};                      ///< a field selector
    /// `ADDED`, `MODIFIED`, `DELETED`; `SYNCED` (a null object) once the first list is through.
    std::function<void(const std::string& type, const json& object)> changed;
    /// It cannot be watched (403, …): said once.
    std::function<void(const api_failure& why)> refused;
  };
  virtual std::shared_ptr<void> watch(watch_request what) = 0;
  /// Lines of a running container's log, until it ends.
  virtual std::shared_ptr<void> follow_log(const std::string& namespace_name,
                                           const std::string& pod,
                                           const std::string& container,
                                           std::function<void(std::string_view line)> line,
                                           std::function<void()> ended) = 0;
  virtual std::shared_ptr<void> after(std::chrono::milliseconds delay, std::function<void()> callback) = 0;
  /// Drives watches, logs and timers until `stop`; `interrupted` when cancelled.
  virtual status run() = 0;
  virtual void stop() = 0;
};

/// The object that a refused call was about, as it is there and as it is wanted; null where that is not
/// known.
struct object_sides {
  const json* there = nullptr;
  const json* wanted = nullptr;
};

/// The server's refusal as an error of ours: Forbidden names verb, kind and namespace and the rights that are
/// missing; a namespace that does not exist offers CREATE_NAMESPACE; a conflict names the managers and how to
/// take over; an invalid or immutable field is named with what can be done; quota and webhook denials are
/// told apart. `doing` such as `apply Deployment orders-api`. With both sides of an object a conflict says
/// the values.
error error_of(const api_failure& failure,
               const std::string& subject,
               const object_key& of,
               const std::string& doing,
               const object_sides& sides = {});

}  // namespace cicd::kubernetes
