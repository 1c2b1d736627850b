// `cicd adopt`: writes the declaration of what is there already. `--from-cluster` reads what belongs together
// in a namespace, `--sources` (adopt_sources.hpp) a repository. It changes nothing in the cluster, and no
// file that is there. Works without a build tree.
#pragma once

#include <algorithm>
#include <array>
#include <set>

#include <unistd.h>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/driver/commands/adopt_sources.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/kubernetes/adopt/adopt.hpp>
#include <cicd/kubernetes/api/cluster.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace driver_commands_adopt {
namespace {

struct adopt_request {
  std::string kubeconfig, context, namespace_name;
  std::string selector;  ///< labels, as kubectl takes them
  std::string release;   ///< of helm
  std::string pipeline;  ///< empty: the release, else the namespace
  std::string environment = "prod";
  std::string out;  ///< a file; patches and manifests come below its folder; empty: all of it is printed
};

using kubernetes::api_answer;

constexpr std::array<const char*, 3> running_kinds{"Deployment", "StatefulSet", "CronJob"};
constexpr std::array<const char*, 11> other_kinds{
    "DaemonSet",           "Service",   "Ingress",    "HorizontalPodAutoscaler",
    "PodDisruptionBudget", "ConfigMap", "Secret",     "ServiceAccount",
    "NetworkPolicy",       "Role",      "RoleBinding"};

/// What was read: objects by whether they were chosen, and kinds that may not be read.
struct reading {
  std::vector<json> chosen, around;
  std::vector<std::string> unread;
  std::set<std::string> releases;
};

std::string release_of(const json& object) {
  return object["metadata"]["annotations"]["meta.helm.sh/release-name"].text();
}

bool is_chosen(const json& object, const adopt_request& request, bool runs) {
  if (!request.release.empty()) return release_of(object) == request.release;
  return runs && request.selector.empty();
}

/// The names of those that the selector takes, as the server reads it.
result<std::set<std::string>> selected(kubernetes::cluster& with,
                                       const adopt_request& request,
                                       const char* kind) {
  std::set<std::string> names;
  if (request.selector.empty()) return names;
  const api_answer answer = with.list(kind, request.namespace_name, request.selector);
  if (!answer)
    return error_of(*answer.failure, "adopt", {kind, request.namespace_name, ""},
                    fmt::format("list objects with {}", request.selector));
  for (const json& each : answer.object["items"].elements()) names.insert(each["metadata"]["name"].text());
  return names;
}

status read_kind(
    kubernetes::cluster& with, const adopt_request& request, const char* kind, bool runs, reading& to) {
  const api_answer answer = with.list(kind, request.namespace_name, "");
  if (!answer && runs)
    return error_of(*answer.failure, "adopt", {kind, request.namespace_name, ""},
                    fmt::format("list each {}", kind));
  if (!answer) {
    to.unread.emplace_back(kind);
    return {};
  }
  const result<std::set<std::string>> names = selected(with, request, kind);
  if (!names) return names.error();
  for (const json& each : answer.object["items"].elements()) {
    if (!release_of(each).empty()) to.releases.insert(release_of(each));
    const bool taken = is_chosen(each, request, runs) || names->contains(each["metadata"]["name"].text());
    (taken ? to.chosen : to.around).push_back(each);
  }
  return {};
}

result<reading> read_all(kubernetes::cluster& with, const adopt_request& request) {
  reading found;
  for (const char* kind : running_kinds)
    if (status read = read_kind(with, request, kind, true, found); !read) return std::move(read).error();
  for (const char* kind : other_kinds)
    if (status read = read_kind(with, request, kind, false, found); !read) return std::move(read).error();
  if (request.release.empty() || found.releases.contains(request.release)) return found;
  const std::vector<std::string> names(found.releases.begin(), found.releases.end());
  return error{exit_class::usage,
               "adopt",
               "no object of such a Helm release is in this namespace",
               request.release,
               {}}
      .with("in", "namespace " + request.namespace_name)
      .with("did you mean", nearest(request.release, names).value_or(""))
      .with("there are", names.empty() ? "none" : joined(names, ", "));
}

/// All in one text.
std::string joined_files(const kubernetes::adoption& made) {
  std::string text = made.declaration;
  for (const auto& each : made.files) text += fmt::format("\n# --- {}\n{}", each.path, each.text);
  return text;
}

/// Nothing that is there is written over: all of it is looked at before the first file is made. A device or
/// pipe takes all in one.
status write_all(const kubernetes::adoption& made, const std::string& out) {
  const std::string file =
      out.starts_with('/') ? normal_path(out) : normal_path(present_folder() + '/' + out);
  if (is_stream(file)) return write_given(file, joined_files(made));
  const std::string folder = file.substr(0, file.rfind('/'));
  std::vector<std::pair<std::string, std::string_view>> files{{file, made.declaration}};
  for (const auto& each : made.files) files.emplace_back(folder + '/' + each.path, each.text);
  for (const auto& [path, text] : files)
    if (exists(path))
      return error{exit_class::usage,
                   "adopt",
                   "the file is there already, and nothing is written over",
                   path,
                   {{"try", "another --out, such as adopted/CMakeLists.txt"}}};
  for (const auto& [path, text] : files)
    if (status written = write_file(path, text, durability::durable); !written) return written;
  return {};
}

void print_remarks(const kubernetes::adoption& made,
                   const std::vector<std::string>& unread,
                   const adopt_request& request) {
  std::string text = "\n";
  const auto add = [&](std::string_view title, const std::vector<std::string>& lines) {
    if (!lines.empty()) text += fmt::format("# {}\n", title);
    for (const std::string& each : lines) text += fmt::format("#   {}\n", displayable(each));
  };
  add("changes you will see at the first deploy, beside labels, annotations and managers:", made.changes);
  add("to know:", made.warnings);
  if (!unread.empty())
    text += fmt::format("# may not be read, and so not looked at: {}\n", joined(unread, ", "));
  text += fmt::format("# next: say how it is built, then cicd plan {}.deploy-{}\n", request.pipeline,
                      request.environment);
  print_out(text);
}

/// A folder of this process alone for the door.
std::string door_folder(const surroundings& around) {
  return fmt::format("{}/door-{}", around.cache_folder(), getpid());
}

status complete(adopt_request& request, const kubernetes::cluster& with) {
  if (request.namespace_name.empty()) request.namespace_name = with.default_namespace();
  if (request.pipeline.empty())
    request.pipeline = request.release.empty() ? request.namespace_name : request.release;
  if (dns_label::accepts(request.pipeline)) return {};
  return error{exit_class::usage,
               "adopt",
               "this can be no pipeline's name",
               request.pipeline,
               {{"allowed", std::string(dns_label::allowed())}, {"try", "--pipeline orders"}}};
}

result<exit_class> adopt(adopt_request request, const surroundings& around, const cancellation& cancelled) {
  const kubernetes::cluster_target target{request.kubeconfig, request.context, {}, {}, door_folder(around)};
  auto with = kubernetes::cluster::open(target, around, &cancelled);
  if (!with) return std::move(with).error();
  if (status named = complete(request, **with); !named) return std::move(named).error();
  result<reading> found = read_all(**with, request);
  if (!found) return std::move(found).error();
  result<kubernetes::adoption> made =
      kubernetes::adoption_of({request.pipeline, request.environment, request.context, request.namespace_name,
                               (*with)->minor_version(), std::move(found->chosen), std::move(found->around)});
  if (!made) return std::move(made).error();
  if (request.out.empty())
    print_out(joined_files(*made));
  else if (status written = write_all(*made, request.out); !written)
    return std::move(written).error();
  print_remarks(*made, found->unread, request);
  return exit_class::done;
}

exit_class adopt_from_cluster(const adopt_request& request, const surroundings& around) {
  const interrupts watching;
  const std::string folder = door_folder(around);
  const result<exit_class> done = adopt(request, around, watching.asked());
  (void)remove_tree(folder);
  return done ? *done : refused(done.error());
}

error nothing_said() {
  return error{exit_class::usage, "adopt", "it is not said what is to be read", {}, {}}
      .with("allowed", "--sources: a repository; --from-cluster: what runs in a cluster")
      .with("try", "cicd adopt --sources --dry-run");
}

void add_cluster_words(CLI::App* adopt, CLI::Option* only_with, adopt_request& to) {
  const auto add = [&](const char* name, std::string& into, const char* words, const char* type) {
    return adopt->add_option(name, into, words)->type_name(type)->needs(only_with);
  };
  add("--context", to.context, "of the kubeconfig; default: the current one", "NAME");
  add("--kubeconfig", to.kubeconfig, "default: KUBECONFIG, else that of the home folder", "FILE");
  add("-n,--namespace", to.namespace_name, "default: that of the context", "NAME");
  CLI::Option* selector = add("-l,--selector", to.selector, "label selector, as of kubectl", "LABELS");
  add("--release", to.release, "the objects of a Helm release", "NAME")->excludes(selector);
  add("--pipeline", to.pipeline, "its name; default: the release, else the namespace", "NAME");
  add("--environment", to.environment, "the name of the environment (prod)", "NAME");
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<adopt_request>();
  const auto of_sources = std::make_shared<sources_words>();
  const auto from_cluster = std::make_shared<bool>(false);
  CLI::App* adopt =
      app.add_subcommand("adopt", "write the declaration of a repository, or of what runs in a cluster");
  CLI::Option* cluster =
      adopt->add_flag("--from-cluster", *from_cluster, "read a cluster; change nothing there");
  CLI::Option* sources =
      adopt->add_flag("--sources", of_sources->is_meant, "read a repository")->excludes(cluster);
  add_cluster_words(adopt, cluster, *said);
  adopt
      ->add_option(
          "--out", said->out,
          "write this file, and patches and manifests below its folder; default: print all. Of --sources: in "
          "the folder of each service (CMakeLists.txt)")
      ->type_name("FILE");
  add_sources_words(adopt, sources, *of_sources);
  acts(adopt, chosen, [said, of_sources, from_cluster](const surroundings& around) {
    if (!of_sources->is_meant && !*from_cluster) return refused(nothing_said());
    if (!of_sources->is_meant) return adopt_from_cluster(*said, around);
    of_sources->request.declaration = said->out;
    return adopt_from_sources(*of_sources, around);
  });
}

const registered_command adopt_command(add);

}  // namespace
}  // namespace driver_commands_adopt

}  // namespace cicd
