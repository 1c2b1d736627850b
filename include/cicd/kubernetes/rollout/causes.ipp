// What a container's own end or start tells: images, configuration, crashes, memory.
#pragma once

#include <cicd/kubernetes/rollout/causes.hpp>

#include <array>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/system/process.hpp>

namespace cicd::kubernetes::causes {
namespace kubernetes_rollout_causes {
namespace {

bool has(std::string_view words, std::string_view part) {
  return lower(words).find(part) != std::string::npos;
}

bool has_any(std::string_view words, std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts)
    if (has(words, part)) return true;
  return false;
}

std::string state_text(const json& status) {
  const json& state = status["state"];
  const int restarts = static_cast<int>(status["restartCount"].integer());
  std::string text = "waiting";
  if (state["running"].is_object()) text = "running, not ready";
  if (state["terminated"].is_object())
    text = fmt::format("terminated: {}", state["terminated"]["reason"].text("Error"));
  if (state["waiting"].is_object())
    text = fmt::format("waiting: {}", state["waiting"]["reason"].text("unknown"));
  if (restarts > 0) text += fmt::format(", {} restart{}", restarts, restarts == 1 ? "" : "s");
  return text;
}

/// Where the log of what died is to be had.
wanted_log log_of_death(const json& status) {
  return status["state"]["terminated"].is_object() ? wanted_log::newest : wanted_log::died_before;
}

finding base_of(const container_facts& of, std::string cause) {
  finding found;
  found.about.cause = std::move(cause);
  found.about.state = state_text(of.status);
  return found;
}

std::string kubectl(const container_facts& of, std::string_view what) {
  return fmt::format("kubectl -n {} {} {}", of.pod["metadata"]["namespace"].text("default"), what,
                     of.pod["metadata"]["name"].text());
}

std::string host_of(std::string_view image) {
  const auto slash = image.find('/');
  const std::string_view first = image.substr(0, slash == image.npos ? 0 : slash);
  return first.find_first_of(".:") == first.npos && first != "localhost" ? "docker.io" : std::string(first);
}

struct image_reading {
  std::string_view sign;
  std::string_view likely;  ///< {0} image, {1} registry
  std::string_view help;
};

/// By the words of container runtimes and registries; the first that fits.
constexpr std::array image_readings{
    image_reading{"no match for platform", "the image {0} is not made for this node's processor",
                  "build it for the node's platform, or choose nodes by NODE_SELECTOR"},
    image_reading{"toomanyrequests", "the registry {1} refuses: too many requests",
                  "wait, or log in so that a higher limit holds"},
    image_reading{"no basic auth credentials", "the nodes may not read {0}: the registry {1} needs a login",
                  "give the pods' service account an imagePullSecret for the registry, or the nodes the "
                  "right to read it"},
    image_reading{
        "insufficient_scope", "the registry {1} has no image {0}, or the nodes may not read it",
        "check repository and tag; else give the pods' service account an imagePullSecret for the registry"},
    image_reading{
        "pull access denied", "the registry {1} has no image {0}, or the nodes may not read it",
        "check repository and tag; else give the pods' service account an imagePullSecret for the registry"},
    image_reading{
        "unauthorized",
        "the nodes may not read {0}: the registry {1} needs a login, or refuses the one that it got",
        "give the pods' service account an imagePullSecret for the registry, or the nodes the "
        "right to read it"},
    image_reading{"authentication required", "the nodes may not read {0}: the registry {1} needs a login",
                  "give the pods' service account an imagePullSecret for the registry, or the nodes the "
                  "right to read it"},
    image_reading{"forbidden", "the nodes may not read {0}: the registry {1} refuses them",
                  "give the pods' service account an imagePullSecret for the registry, or the nodes the "
                  "right to read it"},
    image_reading{"no such host", "the nodes cannot resolve the registry's name {1}",
                  "check the registry's host, and the nodes' name servers"},
    image_reading{"lookup ", "the nodes cannot resolve the registry's name {1}",
                  "check the registry's host, and the nodes' name servers"},
    image_reading{"x509", "the nodes do not trust the certificate of the registry {1}",
                  "add its authority to the nodes' trusted certificates"},
    image_reading{"http response to https", "the registry {1} speaks plain HTTP and the nodes expect HTTPS",
                  "allow it in the nodes' container runtime, or give the registry a certificate"},
    image_reading{"connection refused", "nothing answers at the registry {1}, seen from the nodes",
                  "check its address and port as the nodes see them"},
    image_reading{"i/o timeout", "the registry {1} does not answer the nodes",
                  "check the nodes' way out: routes, firewall, proxy"},
    image_reading{"no space left", "the node has no room left for the image {0}",
                  "clean up the node, or give it a larger disk"},
    image_reading{"manifest unknown", "the registry {1} has no tag or digest {0}",
                  "publish it, or check tag and digest"},
    image_reading{"not found", "the registry {1} has no tag or digest {0}",
                  "publish it, or check tag and digest"}};

/// `couldn't find key url in Secret shop/db` → `Secret db has no key url`
std::string missing_key(const std::string& words) {
  const auto key = words.find("couldn't find key ");
  const auto in = words.find(" in ", key);
  if (key == words.npos || in == words.npos) return {};
  const std::string where = words.substr(in + 4);
  const auto space = where.find(' '), slash = where.find('/');
  if (space == where.npos || slash == where.npos || slash < space) return {};
  return fmt::format("{} {} has no key {}", where.substr(0, space), where.substr(slash + 1),
                     words.substr(key + 18, in - key - 18));
}

std::string missing_object(const std::string& words) {
  for (const auto& [sign, kind] : {std::pair{"configmap ", "ConfigMap"}, std::pair{"secret ", "Secret"}})
    if (const std::string name = quoted_after(words, sign); !name.empty() && has(words, "not found"))
      return fmt::format("{} {}", kind, name);
  return {};
}

std::string program_of(const std::string& words) {
  const std::string name = quoted_after(words, "exec: ");
  return name.empty() ? "its command" : name;
}

std::string limit_of(const json& spec) {
  return spec["resources"]["limits"]["memory"].text();
}

std::string crash_likely(const container_facts& of, int status) {
  const std::string who = of.role + " " + of.spec["name"].text();
  if (status == 0)
    return fmt::format(
        "the program of {} ends by itself without a failure; one of a service has to keep running", who);
  if (status == 127 || status == 126)
    return fmt::format("{} could not run its command: {}", who,
                       meaning_of({ending::how::exited, status, {}}));
  if (status == 137) return fmt::format("{} was killed, by the node or for want of memory", who);
  if (status == 139) return fmt::format("the program of {} crashed with a segmentation fault", who);
  if (status == 143) return fmt::format("{} was asked to end (SIGTERM) and did", who);
  return fmt::format(
      "the program of {} ends with a failure of its own soon after its start; its log says why", who);
}

}  // namespace
}  // namespace kubernetes_rollout_causes

using namespace kubernetes_rollout_causes;

std::string quoted_after(std::string_view words, std::string_view before) {
  const auto at = lower(words).find(before);
  const auto open = at == std::string::npos ? at : words.find('"', at);
  if (open == words.npos || open > at + before.size() + 1) return {};
  const auto close = words.find('"', open + 1);
  return close == words.npos ? "" : std::string(words.substr(open + 1, close - open - 1));
}

std::string exit_text(int status) {
  const std::string meaning = meaning_of({ending::how::exited, status, {}});
  if (meaning.empty())
    return fmt::format("exit status {}{}", status, status == 1 ? ": a general failure" : "");
  return fmt::format("exit status {}: {}", status, meaning);
}

finding of_image(const container_facts& of, const std::string& reason, const std::string& words) {
  finding found = base_of(of, "image-pull");
  const std::string image = of.spec["image"].text(of.status["image"].text());
  found.about.likely = fmt::format("the node cannot get the image {}: {}", image, words);
  found.about.help = kubectl(of, "describe pod");
  if (reason == "InvalidImageName") {
    found.about.hopeless = true;
    found.about.likely = fmt::format("'{}' is not a valid image name", image);
    found.about.help = "correct the image: <host>/<repository>:<tag>, in lower case";
    return found;
  }
  if (reason == "ErrImageNeverPull") {
    found.about.likely =
        fmt::format("the image {} is not on the node, and imagePullPolicy Never forbids to pull it", image);
    found.about.help = "load it on the node, or set imagePullPolicy IfNotPresent";
    return found;
  }
  for (const image_reading& each : image_readings) {
    if (!has(words, each.sign)) continue;
    found.about.likely = fmt::format(fmt::runtime(each.likely), image, host_of(image));
    found.about.help = each.help;
    return found;
  }
  return found;
}

finding of_config(const container_facts& of, const std::string& words) {
  finding found = base_of(of, "config");
  found.about.hopeless = !has(words, "timed out waiting");
  found.about.likely = words;
  found.about.help = kubectl(of, "describe pod");
  const std::string name_space = of.pod["metadata"]["namespace"].text("default");
  if (const std::string key = missing_key(words); !key.empty()) {
    found.about.likely = key;
    found.about.help = "add the key, or correct its name in the declaration";
  } else if (const std::string missing = missing_object(words); !missing.empty()) {
    found.about.likely = fmt::format("there is no {} in the namespace {}", missing, name_space);
    found.about.help = "create it, or correct its name in the declaration";
  } else if (has(words, "runasnonroot")) {
    found.about.likely =
        "the pod must not run as root (runAsNonRoot), and its image runs as root or as a user without a "
        "number";
    found.about.help = "give the image a numeric user (USER 65532), or the pod a runAsUser";
  }
  return found;
}

finding of_start(const container_facts& of, const std::string& words) {
  finding found = base_of(of, "config");
  const std::string program = program_of(words);
  found.about.hopeless = true;
  if (has_any(words, {"no such file or directory", "executable file not found"})) {
    found.about.exit = exit_text(127);
    found.about.likely = fmt::format("the image has no program {}", program);
    found.about.help = "correct the command or the image";
  } else if (has(words, "permission denied")) {
    found.about.exit = exit_text(126);
    found.about.likely = fmt::format("{} in the image cannot be executed", program);
    found.about.help = "make it executable (chmod +x) when the image is built";
  } else if (has(words, "exec format error")) {
    found.about.exit = exit_text(126);
    found.about.likely =
        fmt::format("{} is made for another processor, or a script without #! line", program);
    found.about.help = "build the image for the node's platform";
  } else {
    found.about.cause = "crash-loop";
    found.about.hopeless = false;
    found.about.likely = fmt::format("the node could not start the container: {}", words);
    found.about.help = kubectl(of, "describe pod");
  }
  return found;
}

finding of_oom(const container_facts& of, const json& death) {
  finding found = base_of(of, "oom");
  const std::string limit = limit_of(of.spec);
  found.log = log_of_death(of.status);
  found.about.exit = fmt::format("exit status {}: out of memory", death["exitCode"].integer(137));
  if (limit.empty()) {
    found.about.likely = fmt::format("the node ran out of memory and killed {} {}, which has no limit",
                                     of.role, of.spec["name"].text());
    found.about.help = "declare MEMORY, so that the scheduler knows what it needs";
  } else {
    found.about.likely =
        fmt::format("{} {} needs more memory than its limit of {}", of.role, of.spec["name"].text(), limit);
    found.about.help = "raise MEMORY, or make the program use less";
  }
  return found;
}

finding of_crash(const container_facts& of, const json& death, int deaths) {
  finding found = base_of(of, "crash-loop");
  const int status = static_cast<int>(death["exitCode"].integer());
  found.log = log_of_death(of.status);
  found.about.exit = exit_text(status);
  if (deaths > 1) found.about.exit += fmt::format(" ({} times)", deaths);
  found.about.likely = crash_likely(of, status);
  found.about.help = kubectl(of, found.log == wanted_log::died_before ? "logs --previous" : "logs") + " -c "
                     + of.spec["name"].text();
  return found;
}

}  // namespace cicd::kubernetes::causes
