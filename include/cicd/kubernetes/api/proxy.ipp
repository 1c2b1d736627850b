// Starting `kubectl proxy`, and its ways not to start.
#pragma once

#include <cicd/kubernetes/api/proxy.hpp>

#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/system/background_process.hpp>
#include <cicd/system/files.hpp>

namespace cicd::kubernetes {

namespace kubernetes_api_proxy {
namespace {

using namespace std::chrono_literals;

error failed(exit_class kind, std::string what) {
  return {.kind = kind, .subject = {}, .what = std::move(what), .value = {}, .notes = {}};
}

}  // namespace

/// A new folder that only we can enter, short enough that a socket fits into it.
class socket_folder {
 public:
  static result<socket_folder> make(const std::string& private_folder, const surroundings& around) {
    if (const status made = make_folder(private_folder); !made) return made.error();
    if (chmod(private_folder.c_str(), 0700) != 0) return cannot_make(private_folder);
    for (const std::string& above : {private_folder, around.get_or("TMPDIR", "/tmp"), std::string("/tmp")}) {
      std::string name = above + "/door-XXXXXX";
      if (name.size() + sizeof "/api" > sizeof(sockaddr_un::sun_path)) continue;
      if (mkdtemp(name.data()) != nullptr) return socket_folder(std::move(name));
    }
    return cannot_make(private_folder);
  }
  socket_folder(socket_folder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  socket_folder& operator=(socket_folder&&) = delete;
  ~socket_folder() {
    if (!path_.empty()) (void)remove_tree(path_);
  }

  const std::string& path() const { return path_; }
  std::string socket() const { return path_ + "/api"; }

 private:
  explicit socket_folder(std::string path) : path_(std::move(path)) {}

  static error cannot_make(const std::string& folder) {
    error failure = failed(exit_class::cannot_save,
                           std::string("no private folder can be made: ") + strerrordesc_np(errno));
    failure.value = folder;
    return failure;
  }

  std::string path_;
};

namespace {

/// What we never ask for: whatever gets into a pod or past the API, and tokens.
constexpr std::string_view rejected_paths =
    "^/api/v1/namespaces/[^/]+/pods/[^/]+/(exec|attach|portforward|proxy|ephemeralcontainers)(/|$),"
    "^/api/v1/namespaces/[^/]+/services/[^/]+/proxy(/|$),^/api/v1/nodes/[^/]+/proxy(/|$),^/api/v1/"
    "(proxy|watch)/,"
    "^/api/v1/namespaces/[^/]+/serviceaccounts/[^/]+/token$";

std::vector<std::string> proxy_words(const std::string& socket) {
  return {"proxy",
          "--unix-socket=" + socket,
          "--accept-paths=^/api$,^/api/,^/apis$,^/apis/,^/version$",
          "--reject-paths=" + std::string(rejected_paths),
          "--reject-methods=^(HEAD|OPTIONS|CONNECT|TRACE)$",
          "--disable-filter=false"};
}

result<kubectl_program> find_kubectl(const cluster_target& target, const surroundings& around) {
  auto path = find_program("kubectl", around.get_or("PATH", "/usr/local/bin:/usr/bin:/bin"), {});
  if (!path) {
    return failed(exit_class::usage, "the program kubectl is missing, by which every cluster is reached")
        .with("try", install_hint("kubectl"));
  }
  kubectl_program program{.path = *std::move(path), .options = {}, .environment = around.lines()};
  if (!target.kubeconfig.empty()) program.options.push_back("--kubeconfig=" + target.kubeconfig_path());
  if (!target.context.empty()) program.options.push_back("--context=" + target.context);
  return program;
}

/// kubectl takes a kubeconfig that is not there for an empty one, and then asks localhost.
status check_kubeconfig(const cluster_target& target, const surroundings& around) {
  std::vector<std::string> files = split(around.get_or("KUBECONFIG", ""), ':');
  std::erase(files, "");
  const char* from = "KUBECONFIG";
  if (!target.kubeconfig.empty()) {
    files = {target.kubeconfig_path()};
    from = "the declaration";
    if (target.is_of_source())
      if (const auto text = read_below_if_there(target.source_folder, target.kubeconfig); !text)
        return text.error();
  } else if (files.empty()) {
    files = {around.home() + "/.kube/config"};
    from = "the home folder";
    const bool in_cluster = around.get("KUBERNETES_SERVICE_HOST").has_value();
    if (in_cluster && target.context.empty()) return {};
  }
  if (std::any_of(files.begin(), files.end(), exists)) return {};
  error missing = failed(exit_class::usage, "there is no kubeconfig, so no cluster is known");
  missing.value = joined(files, ":");
  return std::move(missing)
      .with("named by", from)
      .with("try", "log in to the cluster, or set KUBECONFIG to the file that your cluster's provider wrote");
}

/// The contexts that there are, as `kubectl config get-contexts` tells them.
std::vector<std::string> contexts_of(kubectl_program program) {
  std::erase_if(program.options, [](const std::string& word) { return word.starts_with("--context="); });
  const captured got = run_to_end(program.with({"config", "get-contexts", "--output=name"}),
                                  {.input = {}, .limit = 10s, .cancelled = nullptr});
  std::vector<std::string> names = split(got.out, '\n');
  std::erase(names, "");
  return names;
}

error no_such_context(const kubectl_program& program, const std::string& context) {
  const std::vector<std::string> names = contexts_of(program);
  error failure = failed(exit_class::usage, "the kubeconfig has no such context");
  failure.value = context;
  const auto near = nearest(context, names);
  return std::move(failure)
      .with("there are", names.empty() ? "none" : joined(names, ", "))
      .with("did you mean", near.value_or(""));
}

/// kubectl's own log lines begin with a letter and a date: `E1121 07:00:24.351351 …`.
bool is_log_line(std::string_view line) {
  return line.size() > 20 && std::string_view("IWEF").find(line[0]) != std::string_view::npos
         && std::all_of(line.begin() + 1, line.begin() + 5,
                        [](char each) { return each >= '0' && each <= '9'; })
         && line[5] == ' ';
}

std::vector<std::string> last_lines(const std::string& text) {
  constexpr std::size_t most = 3;
  std::vector<std::string> lines;
  for (const std::string& line : split(text, '\n')) {
    if (!trimmed(line).empty() && !is_log_line(line)) lines.push_back(cut_to(displayable(line), 300));
  }
  if (lines.size() > most) lines.erase(lines.begin(), lines.end() - most);
  return lines;
}

error old_plugin() {
  error failure =
      failed(exit_class::usage,
             "the kubeconfig logs in by a version of the plugin's interface that kubectl no longer has");
  failure.value = "client.authentication.k8s.io/v1alpha1";
  return std::move(failure)
      .with("allowed", "client.authentication.k8s.io/v1 or v1beta1")
      .with("try",
            "write the kubeconfig anew with the tool of the cluster's provider, such as aws eks "
            "update-kubeconfig; or name a version that the plugin has in its users");
}

/// kubectl would ask for a name and a password.
error no_credentials(const cluster_target& target) {
  return failed(exit_class::usage, "the user of this context has no credentials")
      .with("context", target.context.empty() ? "the current one" : target.context)
      .with(
          "try",
          "log in with the tool of the cluster's provider, which writes them; kubectl config view shows what "
          "is there");
}

}  // namespace
}  // namespace kubernetes_api_proxy

error not_started(const kubectl_program& program,
                  const cluster_target& target,
                  const std::string& complaints) {
  using namespace kubernetes_api_proxy;
  if (complaints.find("context \"" + target.context + "\" does not exist") != std::string::npos
      || complaints.find("context was not found for specified context") != std::string::npos)
    return no_such_context(program, target.context);
  const auto says = [&](std::string_view words) { return complaints.find(words) != complaints.npos; };
  if (says("client.authentication.k8s.io/v1alpha1")) return old_plugin();
  if (says("Please enter Username") || trimmed(complaints) == "error: EOF") return no_credentials(target);
  const std::vector<std::string> lines = last_lines(complaints);
  const bool config = complaints.find("loading config file") != std::string::npos
                      || complaints.find("invalid configuration") != std::string::npos;
  error failure = config ? failed(exit_class::usage, "the kubeconfig cannot be read")
                         : failed(exit_class::remote, "kubectl proxy did not start");
  for (const std::string& line : lines) failure = std::move(failure).with("kubectl", line);
  return std::move(failure).with(
      "try", "kubectl get namespaces, to see whether kubectl reaches the cluster by itself");
}

result<kubectl_program> kubectl_of(const cluster_target& target, const surroundings& around) {
  auto program = kubernetes_api_proxy::find_kubectl(target, around);
  if (!program) return program.error();
  if (const status there = kubernetes_api_proxy::check_kubeconfig(target, around); !there)
    return there.error();
  return program;
}

command kubectl_program::with(std::vector<std::string> words) const {
  words.insert(words.begin(), options.begin(), options.end());
  words.insert(words.begin(), path);
  return {.words = std::move(words), .directory = {}, .environment = environment};
}

struct kubectl_proxy::inside {
  kubernetes_api_proxy::socket_folder folder;
  kubectl_program program;
  http_address where;
  std::unique_ptr<companion> running;
};

kubectl_proxy::kubectl_proxy(std::unique_ptr<inside> of) : inside_(std::move(of)) {}
kubectl_proxy::~kubectl_proxy() = default;

const http_address& kubectl_proxy::where() const {
  return inside_->where;
}
const kubectl_program& kubectl_proxy::program() const {
  return inside_->program;
}
bool kubectl_proxy::is_logging_in() const {
  return inside_->running->has_children();
}
std::string kubectl_proxy::said() const {
  std::string text;
  for (const std::string& line : split(inside_->running->complaints(), '\n'))
    if (!kubernetes_api_proxy::is_log_line(line)) text += line + '\n';
  if (!text.empty()) text.pop_back();
  return text;
}
std::vector<std::string> kubectl_proxy::complaints() const {
  return kubernetes_api_proxy::last_lines(inside_->running->complaints());
}

namespace kubernetes_api_proxy {
namespace {

result<std::unique_ptr<companion>> serving(const kubectl_program& program,
                                           const cluster_target& target,
                                           std::vector<std::string> words,
                                           const cancellation* cancelled) {
  auto running = companion::start(program.with(words));
  if (!running) return running.error();
  switch ((*running)->wait_until_it_says("Starting to serve", 20s, cancelled)) {
    case companion::waited::said: return running;
    case companion::waited::cancelled: return failed(exit_class::interrupted, "cancelled");
    case companion::waited::too_long:
      return failed(exit_class::remote, "kubectl proxy did not start within 20 s")
          .with("try", "kubectl proxy, to see whether it starts by hand");
    case companion::waited::ended: break;
  }
  const std::string complaints = (*running)->complaints();
  constexpr std::string_view newer = "--append-server-path";
  if (complaints.find("unknown flag: " + std::string(newer)) == std::string::npos)
    return not_started(program, target, complaints);
  std::erase(words, newer);
  auto without = serving(program, target, std::move(words), cancelled);
  if (without) return without;
  return error(without.error())
      .with("this kubectl", "is older than 1.24: " + program.path)
      .with("try", install_hint("kubectl"));
}

}  // namespace
}  // namespace kubernetes_api_proxy

result<std::unique_ptr<kubectl_proxy>> kubectl_proxy::start(const cluster_target& target,
                                                            const surroundings& around,
                                                            const cancellation* cancelled) {
  namespace self = kubernetes_api_proxy;
  auto folder = self::socket_folder::make(target.private_folder, around);
  if (!folder) return folder.error();
  cluster_target wanted = target;
  if (!target.eks.empty()) {
    auto file = write_eks_kubeconfig(target, folder->path(), around, cancelled);
    if (!file) return file.error();
    wanted.kubeconfig = *file;
    wanted.context.clear();
  }
  auto program = kubectl_of(wanted, around);
  if (!program) return program.error();
  // A server below a path (Rancher's, for one) is reached only with the flag, which kubectl has since 1.24.
  std::vector<std::string> words = self::proxy_words(folder->socket());
  words.emplace_back("--append-server-path");
  auto running = self::serving(*program, wanted, std::move(words), cancelled);
  if (!running) return running.error();
  http_address where{.socket = folder->socket(), .host = {}, .port = 0};
  return std::unique_ptr<kubectl_proxy>(new kubectl_proxy(std::make_unique<inside>(
      inside{*std::move(folder), *std::move(program), std::move(where), *std::move(running)})));
}

}  // namespace cicd::kubernetes
