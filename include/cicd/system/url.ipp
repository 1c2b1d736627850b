// Reading URLs and the variables that name proxies.
#pragma once

#include <cicd/system/url.hpp>

#include <fmt/format.h>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <algorithm>
#include <charconv>

#include <cicd/base/text.hpp>

namespace cicd {

namespace system_url {
namespace {

/// What is no URL, without all that may be a login in it: a wrong one may hold a `/` or a `"` unencoded.
std::string shown_wrong(std::string_view text) {
  const auto at = text.rfind('@');
  const auto mark = text.find("//");
  if (at == text.npos || mark == text.npos || mark > at) return shown_url(text);
  return std::string(text.substr(0, mark + 2)) + "***" + std::string(text.substr(at));
}

error no_url(std::string_view text) {
  return {.kind = exit_class::usage,
          .subject = {},
          .what = "no URL of http or https",
          .value = shown_wrong(text),
          .notes = {{"allowed", "https://<host>[:<port>]/<path>"}}};
}

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char each) {
    return each > 0x20 && each < 0x7f
           && std::string_view("\\\"<>^`{}|").find(static_cast<char>(each)) == std::string_view::npos;
  });
}

bool is_host(std::string_view text) {
  return !text.empty() && text.size() < 254 && std::all_of(text.begin(), text.end(), [](char each) {
    return (each >= 'a' && each <= 'z') || (each >= '0' && each <= '9') || each == '-' || each == '.'
           || each == '_';
  });
}

/// An address of IPv6 as all write it, `::1` for `0:0::1`; empty where it is none.
std::string address_v6(const std::string& text) {
  boost::system::error_code wrong;
  const auto address = boost::asio::ip::make_address_v6(text, wrong);
  return wrong ? std::string() : address.to_string();
}

bool reads_port(std::string_view text, int& to) {
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, to);
  return read.ec == std::errc() && read.ptr == end && to > 0 && to < 65'536;
}

/// Takes `host[:port]` apart; an empty port is the usual one.
bool take_server(std::string_view text, url& to) {
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  if (bracket == text.npos) return false;
  const std::size_t colon = text.find(':', bracket);
  const std::string_view port = colon == text.npos ? std::string_view() : text.substr(colon + 1);
  const std::string_view host = text.substr(0, colon);
  if (bracket != 0 && bracket + 1 != host.size()) return false;
  to.host = bracket == 0 ? lower(host) : address_v6(std::string(host.substr(1, bracket - 1)));
  if (bracket == 0 ? !is_host(to.host) : to.host.empty()) return false;
  return port.empty() || reads_port(port, to.port);
}

/// `host` for `host.`, the same name.
std::string_view without_root(std::string_view host) {
  return host.substr(0, host.size() - (host.ends_with('.') ? 1 : 0));
}

std::string variable(const surroundings& around, const std::string& name) {
  const std::string value = around.get_or(name, "");
  return value.empty() ? around.get_or(lower(name), "") : value;
}

namespace ip = boost::asio::ip;

/// Whether a host that is an address lies in `10.0.0.0/8` or the like.
bool lies_in(const std::string& host, const std::string& range) {
  boost::system::error_code no_address, no_range;
  const ip::address address = ip::make_address(host, no_address);
  if (no_address) return false;
  if (address.is_v4()) {
    const auto network = ip::make_network_v4(range, no_range);
    return !no_range
           && ip::network_v4(address.to_v4(), network.prefix_length()).network() == network.network();
  }
  const auto network = ip::make_network_v6(range, no_range);
  return !no_range && ip::network_v6(address.to_v6(), network.prefix_length()).network() == network.network();
}

/// `*`, a host and those below it (`example.com`, `.example.com`, `*.example.com`), an address, a range; each
/// host with a port or without.
bool matches(std::string entry, const url& to) {
  if (entry == "*" || lies_in(to.host, entry)) return true;
  if (entry.starts_with('*')) entry.erase(0, 1);
  if (entry.starts_with('.')) entry.erase(0, 1);
  url named{.scheme = {}, .host = address_v6(entry)};
  if (named.host.empty() && !take_server(entry, named)) return false;
  if (named.port != 0 && named.port != to.port) return false;
  const std::string_view host = without_root(to.host), domain = without_root(named.host);
  return host == domain || host.ends_with("." + std::string(domain));
}

bool is_excepted(const url& to, const surroundings& around) {
  if (is_this_machine(to)) return true;
  const std::string list = replaced_all(lower(variable(around, "NO_PROXY")), " ", ",");
  const std::vector<std::string> entries = split(list, ',');
  return std::any_of(entries.begin(), entries.end(),
                     [&](const std::string& entry) { return !entry.empty() && matches(entry, to); });
}

}  // namespace
}  // namespace system_url

std::string percent_decoded(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned code = 0;
    const char* const end = text.data() + std::min(at + 3, text.size());
    const bool is_code = text[at] == '%' && end - text.data() == static_cast<std::ptrdiff_t>(at + 3)
                         && std::from_chars(text.data() + at + 1, end, code, 16).ptr == end;
    plain += is_code ? static_cast<char>(code) : text[at];
    if (is_code) at += 2;
  }
  return plain;
}

std::string percent_encoded(std::string_view text, std::string_view kept) {
  std::string made;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
                          || std::string_view("-._~").find(c) != std::string_view::npos
                          || kept.find(c) != std::string_view::npos;
    made += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return made;
}

bool is_this_machine(const url& of) {
  using namespace system_url;
  return without_root(of.host) == "localhost" || lies_in(of.host, "127.0.0.0/8") || of.host == "::1";
}

result<url> url::from(std::string_view text) {
  const auto mark = text.find("://");
  if (mark == text.npos || !system_url::is_plain(text)) return system_url::no_url(text);
  url read{.scheme = lower(text.substr(0, mark)), .host = {}};
  if (read.scheme != "http" && read.scheme != "https") return system_url::no_url(text);
  read.port = read.scheme == "https" ? 443 : 80;
  std::string_view rest = text.substr(mark + 3);
  rest = rest.substr(0, rest.find('#'));
  std::string_view server = rest.substr(0, rest.find_first_of("/?"));
  read.target = rest.substr(server.size());
  if (!read.target.starts_with('/')) read.target.insert(0, 1, '/');
  if (const auto at = server.rfind('@'); at != server.npos) {
    read.login = percent_decoded(server.substr(0, at));
    server.remove_prefix(at + 1);
  }
  if (!system_url::take_server(server, read)) return system_url::no_url(text);
  return read;
}

result<url> url::resolved(std::string_view reference) const {
  if (reference.starts_with("//")) return from(scheme + ":" + std::string(reference));
  const auto colon = reference.find(':');
  if (colon < reference.find_first_of("/?#")) return from(reference);
  if (!system_url::is_plain(reference)) return system_url::no_url(reference);
  url to = *this;
  const std::string path = target.substr(0, target.find('?'));
  const std::string_view plain = reference.substr(0, reference.find('#'));
  if (plain.starts_with('/')) {
    to.target = plain;
  } else if (plain.starts_with('?')) {
    to.target = path + std::string(plain);
  } else if (!plain.empty()) {
    to.target = path.substr(0, path.rfind('/') + 1) + std::string(plain);
  }
  return to;
}

bool url::same_server(const url& other) const {
  return scheme == other.scheme && host == other.host && port == other.port;
}

std::string url::text() const {
  http_address where{.socket = {}, .host = host, .port = port};
  if (scheme == "https") where.tls.emplace();
  return where.origin() + target.substr(0, target.find('?'));
}

result<std::optional<http_proxy>> proxy_for(const url& to, const surroundings& around) {
  const std::string name = upper(to.scheme) + "_PROXY";
  const std::string value = system_url::variable(around, name);
  if (value.empty() || system_url::is_excepted(to, around)) return std::optional<http_proxy>();
  const std::string whole = value.find("://") == value.npos ? "http://" + value : value;
  auto read = url::from(whole);
  if (!read || read->scheme != "http" || read->target != "/") {
    return error{.kind = exit_class::usage,
                 .subject = {},
                 .what = name + " holds no address of a proxy",
                 .value = system_url::shown_wrong(whole),
                 .notes = {{"allowed", "http://<host>:<port>, http://<name>:<password>@<host>:<port>"},
                           {"try", "set it, or name the host in NO_PROXY: " + to.host}}};
  }
  return std::optional(http_proxy{read->host, read->port, read->login});
}

}  // namespace cicd
