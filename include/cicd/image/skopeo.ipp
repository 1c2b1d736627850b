// The program through which we speak with registries.
#pragma once

#include <cicd/image/skopeo.hpp>

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/declare/values/values.hpp>
#include <cicd/image/ecr.hpp>
#include <cicd/image/errors.hpp>

namespace cicd {

namespace image_skopeo {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_pause{250};
constexpr milliseconds longest_pause{8'000};

/// The last line, without the time and level that skopeo puts before its message.
std::string reason_in(std::string_view printed) {
  printed = trimmed(printed);
  auto line = printed.substr(printed.rfind('\n') + 1);
  const auto message = line.find("msg=\"");
  if (message == std::string_view::npos) return displayable(line);
  line.remove_prefix(message + 5);
  if (line.ends_with('"')) line.remove_suffix(1);
  return displayable(replaced_all(std::string(line), "\\\"", "\""));
}

/// What a person would say of the first word that is no option.
std::string verb_of(const std::vector<std::string>& words) {
  const auto found =
      std::ranges::find_if(words, [](const std::string& each) { return !each.starts_with("--"); });
  if (found == words.end()) return {};
  // A copy to a folder is a pull.
  if (*found == "copy") return words.back().starts_with("docker://") ? "push to" : "pull from";
  return *found == "delete" ? "delete from" : "read";
}

/// Whether a stop was asked for while we waited.
bool paused(milliseconds pause, const cancellation* cancelled) {
  pollfd until{.fd = cancelled == nullptr ? -1 : cancelled->descriptor(), .events = POLLIN, .revents = 0};
  return ::poll(&until, 1, static_cast<int>(pause.count())) > 0;
}

}  // namespace
}  // namespace image_skopeo

std::string registry_host(std::string_view repository) {
  return std::string(repository.substr(0, repository.find('/')));
}

registry_refusal refusal_of(std::string_view printed) {
  const std::string text = lower(printed);
  const auto says = [&](std::string_view code) { return text.find(code) != std::string::npos; };
  if (says("manifest unknown") || says("name unknown") || says("status code from registry 404")
      || says("image may not exist"))
    return registry_refusal::absent;
  if (says("operation is unsupported") || says("405 method not allowed"))
    return registry_refusal::unsupported;
  if (says("no such host")) return registry_refusal::unknown_host;
  if (says("x509:") || says("certificate")) return registry_refusal::trust;
  if (says("unauthorized") || says("authentication required") || says("invalid username/password"))
    return registry_refusal::login;
  if (says("denied") || says("403 forbidden")) return registry_refusal::rights;
  if (says("tag invalid") || (says("cannot be overwritten") && says("immutable")))
    return registry_refusal::immutable;
  return registry_refusal::passing;
}

skopeo::skopeo(std::string program, const surroundings& around, skopeo_options options)
    : program_(std::move(program)), environment_(around.lines()), options_(std::move(options)) {}

result<skopeo> skopeo::found(const surroundings& around, skopeo_options options) {
  auto program = find_program("skopeo", around.get_or("PATH", "/usr/local/bin:/usr/bin:/bin"), "/");
  if (!program)
    return image_error(exit_class::usage, "a program is missing that speaks with registries", "skopeo")
        .with("try", install_hint("skopeo"));
  return skopeo(*std::move(program), around, std::move(options));
}

skopeo::answer skopeo::ask_once(const std::vector<std::string>& words,
                                const std::string& directory,
                                std::chrono::milliseconds limit) const {
  command what{.words = {program_}, .directory = directory, .environment = environment_};
  what.words.insert(what.words.end(), words.begin(), words.end());
  capture_options how;
  how.cancelled = options_.cancelled;
  how.limit = limit;
  auto got = run_to_end(what, how);
  answer given;
  given.verb = image_skopeo::verb_of(words);
  given.out = std::move(got.out);
  if (got.end.good()) return given;
  given.took_too_long = got.end.kind == ending::how::signalled;
  given.reason = given.took_too_long ? fmt::format("no answer within {}", human_duration(limit))
                                     : image_skopeo::reason_in(got.err);
  if (given.reason.empty()) given.reason = meaning_of(got.end);
  const bool is_stopped = options_.cancelled != nullptr && options_.cancelled->cancelled();
  given.refused = is_stopped ? registry_refusal::stopped : refusal_of(given.reason);
  return given;
}

skopeo::answer skopeo::ask(const std::vector<std::string>& words,
                           const std::string& directory,
                           std::chrono::milliseconds limit) const {
  using namespace std::chrono;
  milliseconds waited{0}, pause = image_skopeo::first_pause;
  while (true) {
    auto got = ask_once(words, directory, limit);
    if (got.took_too_long) waited += limit;
    if (got.refused != registry_refusal::passing || waited + pause > options_.patience) return got;
    if (options_.say) options_.say(fmt::format("{}; once more in {}", got.reason, human_duration(pause)));
    if (image_skopeo::paused(pause, options_.cancelled)) {
      got.refused = registry_refusal::stopped;
      return got;
    }
    waited += pause;
    pause = std::min(2 * pause, image_skopeo::longest_pause);
  }
}

error skopeo::failure_of(const answer& refused, const std::string& repository) const {
  const std::string host = registry_host(repository);
  const auto failure = [&](std::string what, std::string helps) {
    return image_error(exit_class::remote, std::move(what), repository)
        .with("caused by", refused.reason)
        .with("try", std::move(helps));
  };
  switch (refused.refused.value_or(registry_refusal::passing)) {
    case registry_refusal::stopped:
      return image_error(exit_class::interrupted, "stopped while the registry was asked", repository);
    case registry_refusal::absent:
      if (const auto ecr = ecr_repository_from(repository); ecr && refused.verb == "push to")
        return failure("the registry has no such repository", ecr->make_command());
      return failure("the registry has no such image", "skopeo list-tags docker://" + repository);
    case registry_refusal::login: return failure("the registry refuses the login", "skopeo login " + host);
    case registry_refusal::rights:
      return failure(fmt::format("the login may not {} this repository", refused.verb),
                     fmt::format("skopeo login {}, with an account that may", host));
    case registry_refusal::immutable:
      return failure("the registry does not move a tag that is there",
                     "skopeo list-tags docker://" + repository);
    case registry_refusal::trust:
      return failure("the registry's certificate is not trusted",
                     fmt::format("put its CA into /etc/containers/certs.d/{}/ca.crt", host));
    case registry_refusal::unknown_host:
      return failure(
          "no such host: " + host,
          "correct the registry's name in IMAGE or REPOSITORY; else see that the name servers know it");
    case registry_refusal::unsupported:
      return failure(
          "the registry does not allow that",
          "switch deletion on where the registry is configured; of docker-registry: storage.delete.enabled");
    case registry_refusal::passing: break;
  }
  const std::string reason = lower(refused.reason);
  if (reason.find("toomanyrequests") != reason.npos || reason.find("too many requests") != reason.npos)
    return failure(
        "the registry limits how often it is asked: " + host,
        fmt::format("skopeo login {0}, or a mirror of {0} in /etc/containers/registries.conf", host));
  const auto says = [&](std::string_view words) { return reason.find(words) != std::string::npos; };
  if (says("dial tcp: lookup "))
    return failure("the registry's name cannot be looked up: " + host, "see that the name servers answer");
  if (says("connection refused"))
    return failure("nothing answers at the registry " + host, "see that it runs, and its port");
  if (refused.took_too_long || says("i/o timeout") || says("no route to host")
      || says("network is unreachable"))
    return failure("the registry does not answer: " + host,
                   "see that the network, the VPN and the registry are up");
  if (says("http response to https"))
    return failure(
        "the registry speaks plain HTTP: " + host,
        fmt::format(
            R"([[registry]] with location = "{}" and insecure = true in /etc/containers/registries.conf)",
            host));
  return failure("the registry does not do what it was asked for", "skopeo list-tags docker://" + repository);
}

result<pinned_reference> pinned_reference_from(const std::string& text) {
  const auto at = text.find('@');
  std::string repository(detail::repository_in(std::string_view(text).substr(0, at)));
  if (repository.empty())
    return image_error(exit_class::usage, "no base image", text)
        .with("allowed",
              "scratch, oci:<layout>[:<tag>], rootfs:<folder or tar>, <reference>@sha256:<digest>");
  const auto image = at == std::string::npos || text.compare(at, 8, "@sha256:") != 0
                         ? std::nullopt
                         : digest_from(text.substr(at + 1));
  if (!image)
    return image_error(exit_class::usage, "the base image is not named by its digest, so it may change", text)
        .with("expected", repository + "@sha256:<64 hexadecimal digits>")
        .with("try",
              "skopeo inspect --format '{{.Digest}}' " + shell_quoted("docker://" + text.substr(0, at)));
  return pinned_reference{.repository = std::move(repository), .image = *image};
}

}  // namespace cicd
