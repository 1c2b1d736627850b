// What a URL, an image and READY of a backing service look like.
#pragma once

#include <algorithm>
#include <string_view>

#include <cicd/declare/options/options_backing.hpp>

namespace cicd::declaring {

namespace declare_options_options_backing {
namespace {

/// `<scheme>://<host>[:<port>][/…]` without a login, or the name of a secret that is one.
bool is_service_url(std::string_view text) {
  if (secret_named_in(text)) return detail::named_secret_rule::accepts(text);
  const auto scheme = text.find("://");
  if (scheme == text.npos || scheme == 0 || scheme + 3 == text.size()) return false;
  return text.find_first_of(" @\r\n\t") == text.npos && text[scheme + 3] != '/' && text[scheme + 3] != ':'
         && std::ranges::all_of(text.substr(0, scheme),
                                [](char c) { return detail::is_alnum_lower(c) || c == '+' || c == '-'; });
}

bool is_service_image(std::string_view text) {
  return (text.starts_with("oci:") && text.size() > 4) || detail::is_pinned_reference(text);
}

}  // namespace
}  // namespace declare_options_options_backing

void specialise_backing_service(option& of) {
  if (of.key == "url")
    of.allowed = "<scheme>://<host>[:<port>] without a login, or secret:<name>",
    of.accepts = declare_options_options_backing::is_service_url;
  if (of.key == "image")
    of.allowed = "oci:<layout>[:<tag>], or a reference that ends in @sha256:<64 digits>",
    of.accepts = declare_options_options_backing::is_service_image;
  if (of.key == "ready") of.allowed = "postgres, redis, http <path>, or command <words…>";
}

}  // namespace cicd::declaring
