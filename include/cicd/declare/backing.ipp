// Reading READY and URL, and the order of services.
#pragma once

#include <cicd/declare/backing.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace cicd {

namespace declare_backing {
namespace {

constexpr std::array<std::string_view, 4> kinds{"postgres", "redis", "http", "command"};

constexpr std::array<std::pair<std::string_view, int>, 6> usual_ports{
    std::pair{std::string_view("http"), 80},       std::pair{std::string_view("https"), 443},
    std::pair{std::string_view("postgres"), 5432}, std::pair{std::string_view("postgresql"), 5432},
    std::pair{std::string_view("redis"), 6379},    std::pair{std::string_view("mysql"), 3306}};

std::string_view scheme_for(ready_kind of) {
  switch (of) {
    case ready_kind::postgres: return "postgresql";
    case ready_kind::redis: return "redis";
    case ready_kind::http: return "http";
    default: return "tcp";
  }
}

/// `%40` as `@`; whatever is no such code stays.
std::string decoded(std::string_view text) {
  std::string made;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view digits = text[at] == '%' ? text.substr(at + 1, 2) : std::string_view();
    unsigned char byte = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    const bool is_code = digits.size() == 2 && read.ec == std::errc() && read.ptr == digits.data() + 2;
    made += is_code ? static_cast<char>(byte) : text[at];
    if (is_code) at += 2;
  }
  return made;
}

void add_after_needs(const pipeline& in,
                     const backing_service& one,
                     std::vector<const backing_service*>& open,
                     std::vector<const backing_service*>& to) {
  const auto is_in = [&](const auto& all) { return std::ranges::find(all, &one) != all.end(); };
  if (is_in(to) || is_in(open)) return;
  open.push_back(&one);
  for (const dns_label& name : one.needs)
    for (const backing_service& each : in.backing_services)
      if (each.name == name) add_after_needs(in, each, open, to);
  open.pop_back();
  to.push_back(&one);
}

}  // namespace
}  // namespace declare_backing

std::span<const std::string_view> ready_kinds() {
  return declare_backing::kinds;
}

ready_kind ready_kind_of(const backing_service& of) {
  using declare_backing::kinds;
  if (of.ready.empty()) return ready_kind::none;
  const auto found = std::ranges::find(kinds, of.ready.front().view());
  return found == kinds.end() ? ready_kind::none : static_cast<ready_kind>(found - kinds.begin() + 1);
}

std::span<const text> ready_words_of(const backing_service& of) {
  const std::span<const text> all(of.ready);
  return all.empty() ? all : all.subspan(1);
}

std::optional<service_address> address_in(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == url.npos) return std::nullopt;
  service_address made{.url = std::string(url), .host = {}};
  std::string_view place = url.substr(scheme + 3);
  place = place.substr(0, place.find_first_of("/?#"));
  if (const auto login = place.rfind('@'); login != place.npos) place.remove_prefix(login + 1);
  const auto colon = place.rfind(':');
  const bool has_port = colon != place.npos && place.find(']', colon) == place.npos;
  made.host = std::string(place.substr(0, has_port ? colon : place.npos));
  if (made.host.starts_with('[') && made.host.ends_with(']'))
    made.host = made.host.substr(1, made.host.size() - 2);
  if (has_port) {
    const std::string_view digits = place.substr(colon + 1);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), made.port);
    if (read.ec != std::errc() || read.ptr != digits.data() + digits.size()) return std::nullopt;
  } else {
    for (const auto& [name, port] : declare_backing::usual_ports)
      if (name == url.substr(0, scheme)) made.port = port;
  }
  if (made.host.empty() || made.port < 1 || made.port > 65'535) return std::nullopt;
  return made;
}

std::vector<std::string> secret_parts_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == url.npos) return {};
  const std::string_view rest = url.substr(scheme + 3);
  std::vector<std::string> parts{std::string(rest)};
  std::string_view login = rest.substr(0, rest.find_first_of("/?#"));
  const auto at = login.rfind('@');
  login = login.substr(0, at == login.npos ? 0 : at);
  const auto colon = login.find(':');
  if (colon == login.npos) return parts;
  parts.emplace_back(login.substr(colon + 1));
  parts.push_back(declare_backing::decoded(parts.back()));
  return parts;
}

service_address address_on(int port, const backing_service& of, std::string folder) {
  const std::string host = "127.0.0.1";
  return {.url = std::string(declare_backing::scheme_for(ready_kind_of(of))) + "://" + host + ":"
                 + std::to_string(port),
          .host = host,
          .port = port,
          .folder = std::move(folder)};
}

void add_placeholders(const backing_service& of, const service_address& at, placeholder_values& to) {
  const std::string name = of.name.str();
  to[name + ".url"] = at.url;
  to[name + ".host"] = at.host;
  to[name + ".port"] = std::to_string(at.port);
  if (!at.folder.empty()) to[name + ".dir"] = at.folder;
}

std::vector<const backing_service*> services_for(const pipeline& in, const std::vector<dns_label>& needs) {
  std::vector<const backing_service*> open, all;
  for (const dns_label& name : needs)
    for (const backing_service& each : in.backing_services)
      if (each.name == name) declare_backing::add_after_needs(in, each, open, all);
  return all;
}

}  // namespace cicd
