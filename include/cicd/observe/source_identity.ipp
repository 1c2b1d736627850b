// The remote of a repository as one name for all of its addresses, and what stands for it without one.
#pragma once

#include <cicd/observe/source_identity.hpp>

#include <algorithm>

#include <cicd/base/text.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/observe/git_program.hpp>

namespace cicd {

namespace observing::sources {
namespace {

/// The two parts of `host/path`, however a URL writes them.
struct parts {
  std::string host, path;
};

/// `[user@]host[:port]`, or `[user@]host` of scp's form, without user, password and port.
std::string host_in(std::string_view authority) {
  if (const auto at = authority.rfind('@'); at != authority.npos) authority.remove_prefix(at + 1);
  const bool is_ipv6 = authority.starts_with('[');
  const auto colon = is_ipv6 ? authority.find("]:") : authority.find(':');
  if (colon != authority.npos) authority = authority.substr(0, is_ipv6 ? colon + 1 : colon);
  return lower(authority);
}

/// Hosts that one service has for ssh alone, and paths that it writes otherwise there.
parts as_one(parts of) {
  constexpr std::string_view azure = "ssh.dev.azure.com";
  if (of.host == "ssh.github.com") of.host = "github.com";
  if (of.host.starts_with("altssh.")) of.host = of.host.substr(7);
  if (of.host == azure) of = {"dev.azure.com", of.path.starts_with("v3/") ? of.path.substr(3) : of.path};
  if (of.host == "dev.azure.com") of.path = replaced_all(of.path, "/_git/", "/");
  if (of.path.starts_with("scm/")) of.path = of.path.substr(4);
  return of;
}

std::string without_end(std::string path) {
  while (path.ends_with('/')) path.pop_back();
  if (path.ends_with(".git")) path.resize(path.size() - 4);
  while (path.ends_with('/')) path.pop_back();
  return path;
}

std::string remote_url(const std::string& folder, const surroundings& around) {
  const captured answer = ask_git(folder, {"config", "-z", "--get-regexp", "^remote\\..*\\.url$"}, around);
  std::string first;
  for (const std::string_view part : nul_separated(answer.out)) {
    const auto end = part.find('\n');
    if (end == part.npos) continue;
    const std::string_view url = part.substr(end + 1);
    if (part.substr(0, end) == "remote.origin.url") return std::string(url);
    if (first.empty()) first = url;
  }
  return first;
}

/// Along the first parents there is one.
std::string first_commit(const std::string& folder, const surroundings& around) {
  const captured answer =
      ask_git(folder, {"rev-list", "--max-parents=0", "--first-parent", "HEAD", "--"}, around);
  return answer.end.good() ? std::string(trimmed(answer.out)) : std::string();
}

}  // namespace
}  // namespace observing::sources

std::string source_identity::text() const {
  if (!known()) return {};
  const std::string where = repository.empty() ? "history:" + root : repository;
  return path.empty() ? where : where + "//" + path;
}

std::string repository_named_by(std::string_view url) {
  using namespace observing::sources;
  url = trimmed(url);
  if (url.starts_with("file://")) url.remove_prefix(7);
  const auto scheme = url.find("://");
  const auto colon = url.find(':'), slash = url.find('/');
  parts found;
  if (scheme != url.npos) {
    const std::string_view rest = url.substr(scheme + 3);
    const auto end = std::min(rest.find('/'), rest.size());
    found = {host_in(rest.substr(0, end)), std::string(rest.substr(end))};
  } else if (colon != url.npos && (slash == url.npos || colon < slash)) {
    found = {host_in(url.substr(0, colon)), std::string(url.substr(colon + 1))};
  } else {
    return without_end(std::string(url));
  }
  while (found.path.starts_with('/')) found.path.erase(0, 1);
  found = as_one({found.host, lower(without_end(found.path))});
  return found.host + '/' + found.path;
}

source_identity source_identity_of(const std::string& folder, const surroundings& around, bool with_root) {
  using namespace observing::sources;
  source_identity found;
  const git_state git = git_state_of(folder, around);
  if (!git.repository) return found;
  if (const std::string url = remote_url(folder, around); !url.empty())
    found.repository = repository_named_by(url);
  if ((with_root || found.repository.empty()) && !git.shallow) found.root = first_commit(folder, around);
  const captured prefix = observing::ask_git(folder, {"rev-parse", "--show-prefix"}, around);
  if (prefix.end.good()) found.path = std::string(trimmed(prefix.out));
  while (found.path.ends_with('/')) found.path.pop_back();
  return found;
}

}  // namespace cicd
