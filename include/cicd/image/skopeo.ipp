// The program through which we speak with registries.
#pragma once

#include <cicd/image/skopeo.hpp>

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/image/errors.hpp>

namespace cicd {

namespace image_skopeo {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_pause{250};
constexpr milliseconds longest_pause{8'000};

bool is_lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
bool is_word(char c) {
  return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '_';
}

/// Letters and digits with single separators between them.
bool is_path_part(std::string_view part) {
  if (part.empty() || !is_lower_or_digit(part.front()) || !is_lower_or_digit(part.back())) return false;
  if (part.find("..") != std::string_view::npos) return false;
  return std::ranges::all_of(part,
                             [](char c) { return is_lower_or_digit(c) || c == '.' || c == '_' || c == '-'; });
}

bool is_host(std::string_view host) {
  const auto colon = host.rfind(':');
  const auto name = host.substr(0, colon);
  const auto port = colon == std::string_view::npos ? std::string_view("0") : host.substr(colon + 1);
  const auto fits = [](char c) { return is_word(c) || c == '.' || c == '-'; };
  return !name.empty() && is_word(name.front()) && std::ranges::all_of(name, fits) && !port.empty()
         && port.size() <= 5 && std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; });
}

bool looks_like_host(std::string_view part) {
  return part == "localhost" || part.find_first_of(".:") != std::string_view::npos;
}

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

/// Whether somebody asked to stop while we waited.
bool paused(milliseconds pause, const cancellation* cancelled) {
  pollfd until{.fd = cancelled == nullptr ? -1 : cancelled->descriptor(), .events = POLLIN, .revents = 0};
  return ::poll(&until, 1, static_cast<int>(pause.count())) > 0;
}

std::vector<std::string> variables_of(const surroundings& around) {
  std::vector<std::string> variables;
  for (const auto& [name, value] : around.all()) variables.push_back(name + "=" + value);
  return variables;
}

}  // namespace
}  // namespace image_skopeo

bool is_repository_name(std::string_view name) {
  const auto parts = split(name, '/');
  if (parts.empty() || name.size() > 255) return false;
  const bool has_host = parts.size() > 1 && image_skopeo::looks_like_host(parts.front());
  if (has_host && !image_skopeo::is_host(parts.front())) return false;
  return std::all_of(parts.begin() + (has_host ? 1 : 0), parts.end(), image_skopeo::is_path_part);
}

bool is_tag_name(std::string_view tag) {
  const auto fits = [](char c) { return image_skopeo::is_word(c) || c == '.' || c == '-'; };
  return !tag.empty() && tag.size() <= 128 && image_skopeo::is_word(tag.front())
         && std::ranges::all_of(tag, fits);
}

std::string registry_host(std::string_view repository) {
  return std::string(repository.substr(0, repository.find('/')));
}

registry_refusal refusal_of(std::string_view printed) {
  const std::string text = lower(printed);
  const auto says = [&](std::string_view code) { return text.find(code) != std::string::npos; };
  if (says("manifest unknown") || says("name unknown")) return registry_refusal::absent;
  if (says("x509:") || says("certificate")) return registry_refusal::trust;
  if (says("unauthorized") || says("denied") || says("authentication required")
      || says("invalid username/password"))
    return registry_refusal::login;
  return registry_refusal::passing;
}

skopeo::skopeo(std::string program, const surroundings& around, skopeo_options options)
    : program_(std::move(program)),
      environment_(image_skopeo::variables_of(around)),
      options_(std::move(options)) {}

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
      return failure("the registry has no such image", "skopeo list-tags docker://" + repository);
    case registry_refusal::login: return failure("the registry refuses the login", "skopeo login " + host);
    case registry_refusal::trust:
      return failure("the registry's certificate is not trusted",
                     fmt::format("put its CA into /etc/containers/certs.d/{}/ca.crt", host));
    case registry_refusal::passing: break;
  }
  return failure("the registry does not do what it was asked for", "skopeo list-tags docker://" + repository);
}

result<pinned_reference> pinned_reference_from(const std::string& text) {
  const auto at = text.find('@');
  std::string repository = text.substr(0, at);
  const auto colon = repository.rfind(':');
  if (colon != std::string::npos && repository.find('/', colon) == std::string::npos) repository.erase(colon);
  if (!is_repository_name(repository))
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
