// How images are named: repository, tag and digest, as a registry takes them. It knows no registry. Standard
// library only: a `pipeline.cpp` pays.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <cicd/declare/values/literal.hpp>

namespace cicd {
namespace detail {

/// References of images by the grammar of the registries (distribution, reference/regexp.go): what a registry
/// would refuse is refused here.
struct image_repository_rule {
  static constexpr std::string_view allowed =
      "a repository such as services/orders or registry.example.com/services/orders, without tag or digest: "
      "parts of lower-case letters and digits, with '.', '_', '__' or any number of '-' between them";
  static constexpr bool accepts(std::string_view text) {
    if (text.empty() || text.size() > 255 || is_image_id(text)) return false;
    if (const auto slash = text.find('/'); slash != text.npos && looks_like_host(text.substr(0, slash))) {
      if (!is_host(text.substr(0, slash))) return false;
      text.remove_prefix(slash + 1);
    }
    while (true) {
      const auto slash = text.find('/');
      if (!is_path_part(text.substr(0, slash))) return false;
      if (slash == text.npos) return true;
      text.remove_prefix(slash + 1);
    }
  }
  static constexpr bool looks_like_host(std::string_view part) {
    return part == "localhost" || part.find('.') != part.npos || part.find(':') != part.npos;
  }
  /// 64 hexadecimal digits are the id of an image.
  static constexpr bool is_image_id(std::string_view text) {
    if (text.size() != 64) return false;
    for (const char c : text)
      if (!is_digit(c) && (c < 'a' || c > 'f')) return false;
    return true;
  }
  static constexpr bool is_path_part(std::string_view part) {
    if (part.empty() || !is_alnum_lower(part.front()) || !is_alnum_lower(part.back())) return false;
    for (std::size_t at = 0; at < part.size();) {
      const std::size_t start = at;
      while (!is_alnum_lower(part[at])) ++at;
      const std::string_view between = part.substr(start, at - start);
      if (between.find_first_not_of('-') != between.npos && between != "." && between != "_"
          && between != "__")
        return false;
      while (at < part.size() && is_alnum_lower(part[at])) ++at;
    }
    return true;
  }
  /// A DNS name in any case, an address, or one of IPv6 in brackets, each perhaps with a port.
  static constexpr bool is_host(std::string_view text) {
    const auto end = text.starts_with('[') ? text.find(']') : text.find(':');
    std::string_view port = text.substr(end == text.npos ? text.size() : end);
    if (port.starts_with(']')) port.remove_prefix(1);
    if (!port.empty() && (port.front() != ':' || port.size() > 6 || !is_whole(port.substr(1)))) return false;
    if (!text.starts_with('[')) return is_domain(text.substr(0, end));
    if (end == text.npos || end < 3) return false;
    for (const char c : text.substr(1, end - 1))
      if (!is_digit(c) && !(c >= 'a' && c <= 'f') && !(c >= 'A' && c <= 'F') && c != ':') return false;
    return true;
  }
  static constexpr bool is_domain(std::string_view text) {
    char before = '.';
    for (const char c : text) {
      const bool is_edge = !is_alnum_lower(c) && !is_upper(c);
      if (is_edge && ((c != '-' && c != '.') || before == '.' || (before == '-' && c == '.'))) return false;
      before = c;
    }
    return before != '.' && before != '-';
  }
  static std::string guess(std::string_view text);
  static void an_image_repository_has_no_tag_no_digest_and_no_capital_letter();
  static constexpr auto refuse = an_image_repository_has_no_tag_no_digest_and_no_capital_letter;
};

/// What an image can be for: an operating system and an architecture as OCI spells them (image-spec,
/// image-index.md, "platform").
struct platform_rule {
  static constexpr std::string_view allowed =
      "linux/ and an architecture: linux/amd64, linux/arm64, linux/arm/v7, linux/386, linux/ppc64le, "
      "linux/riscv64 or "
      "linux/s390x";
  static constexpr std::string_view all[] = {"linux/amd64",   "linux/arm64",   "linux/arm/v7", "linux/386",
                                             "linux/ppc64le", "linux/riscv64", "linux/s390x"};
  static constexpr bool accepts(std::string_view text) {
    for (const std::string_view each : all)
      if (each == text) return true;
    return false;
  }
  static std::string guess(std::string_view text);
  static void a_platform_is_linux_slash_an_architecture();
  static constexpr auto refuse = a_platform_is_linux_slash_an_architecture;
};

/// A tag by the same grammar.
constexpr bool is_image_tag(std::string_view text) {
  if (text.empty() || text.size() > 128 || text.front() == '.' || text.front() == '-') return false;
  for (const char c : text)
    if (!is_alnum_lower(c) && !is_upper(c) && c != '_' && c != '.' && c != '-') return false;
  return true;
}

/// The repository of `<repository>[:<tag>]`; empty where that is no reference.
constexpr std::string_view repository_in(std::string_view text) {
  if (const auto colon = text.rfind(':'); colon != text.npos && text.find('/', colon) == text.npos) {
    if (!is_image_tag(text.substr(colon + 1))) return {};
    text = text.substr(0, colon);
  }
  return image_repository_rule::accepts(text) ? text : std::string_view();
}

/// `<repository>[:<tag>]@sha256:<64 digits>`: says which bytes are meant.
constexpr bool is_pinned_reference(std::string_view text) {
  const auto at = text.find("@sha256:");
  return at != text.npos && !repository_in(text.substr(0, at)).empty()
         && image_repository_rule::is_image_id(text.substr(at + 8));
}

/// `<registry>/<repository>:<tag>`: which bytes are meant, a lock says.
constexpr bool is_tagged_reference(std::string_view text) {
  const std::string_view repository = repository_in(text);
  return !repository.empty() && repository.size() < text.size() && text.find('@') == text.npos
         && image_repository_rule::looks_like_host(repository.substr(0, repository.find('/')))
         && repository.find('/') != text.npos;
}

/// The same of what Docker takes: without a registry one of docker.io, without a tag `latest`; of
/// `<reference>@sha256:<digest>` that with a registry. Empty where it is no reference.
std::string tagged_reference_of(std::string_view text);

}  // namespace detail

/// Where an image is published, without tag and digest (OCI distribution-spec, "Pulling manifests").
CICD_LITERAL(image_repository, image_repository_rule);
/// What an image is built for.
CICD_LITERAL(platform_name, platform_rule);

}  // namespace cicd
