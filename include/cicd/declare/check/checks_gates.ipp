// The checks of what a release waits for: FROM, SOAK, WINDOW, GATE and HEALTH, and whether an environment can
// be reached at all.
#pragma once

#include <cicd/declare/check/checks.hpp>
#include <cicd/declare/health.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <cicd/base/glob.hpp>

namespace cicd::declaring {

namespace declare_check_checks_gates {
namespace {

/// What a release is asked has no meaning where nothing is released.
void check_of_releases(const declaration<environment>& of, findings& found) {
  if (of.at("soak") && !of.at("from"))
    found.add(of.at("soak"), meaningless_option("SOAK",
                                                "without FROM: it is the time that an artifact was "
                                                "healthy where it comes FROM",
                                                "add FROM <environment>, or leave SOAK out"));
  for (const auto& [key, keyword] : {std::pair{"window", "WINDOW"}, std::pair{"gate", "GATE"}})
    if (of.at(key) && !is_released(of.value) && !of.site->unclear)
      found.add(
          of.at(key),
          meaningless_option(keyword, "where the environment is neither ON tag nor FROM another",
                             fmt::format("add ON tag v* or FROM <environment>, or leave {} out", keyword)));
  if (of.at("time_zone") && !of.at("window"))
    found.add(of.at("time_zone"), missing_counterpart("TIME_ZONE", "WINDOW"));
}

/// What PIN takes the place of, and what is no artifact's name.
void check_pin(const declaration<environment>& of, findings& found) {
  if (of.at("same_config") && !of.at("from"))
    found.add(of.at("same_config"), missing_counterpart("SAME_CONFIG", "FROM"));
  if (!of.at("pin") || of.value.pin.empty()) return;
  if (of.at("on"))
    found.add(of.at("on"), {.what = "ON and PIN both say what is deployed here",
                            .value = of.value.on.pattern.str(),
                            .allowed = "one of them",
                            .help = fmt::format("leave ON out while {} is pinned", of.value.pin.view())});
  const std::string_view word = of.value.pin.view();
  const bool is_hex = word.find_first_not_of("0123456789abcdef") == word.npos;
  const bool is_short = is_hex && word.size() >= 7 && word.size() < 40;
  if (is_short || !ref_pattern::accepts(word) || word.find('*') != word.npos)
    found.add(of.at("pin"),
              {.what = is_short ? "PIN has not all digits of the commit" : "PIN has a wrong value",
               .value = std::string(word),
               .allowed = "a tag such as v1.4.2, or the 40 digits of a commit",
               .help = is_short ? fmt::format("git rev-parse {}", word) : std::string("git tag --list")});
}

void check_zone_of_window(const declaration<environment>& of, const zone_source& zones, findings& found) {
  if (!zones.changes || !of.value.time_zone) return;
  const std::string name = of.value.time_zone.str();
  if (!zones.changes(name))
    found.add(word_at(of, "time_zone", 0),
              unknown_zone(name, zones.names ? zones.names() : std::vector<std::string>()));
}

bool is_waited_for(const declaration<environment>& of, draft& in) {
  return std::ranges::any_of(in.all<environment>().items(), [&](const declaration<environment>& other) {
    return std::ranges::any_of(other.value.from, [&](const environment_choice& each) {
      return std::ranges::find(each.any, of.value.name) != each.any.end();
    });
  });
}

/// `argocd` for `argo`, too.
std::string nearest_kind(std::string_view word, std::span<const std::string> kinds) {
  for (const std::string& each : kinds)
    if (word.size() > 2 && each.starts_with(lower(word))) return each;
  return nearest(word, kinds).value_or("");
}

/// The first word and what it takes.
void check_health_words(const declaration<environment>& of, findings& found) {
  const std::span<const text> words = health_words_of(of.value);
  const std::string_view kind = of.value.health.front().view();
  const auto wrong = [&](std::size_t at, std::string what, std::string allowed, std::string near) {
    found.add(word_at(of, "health", at),
              {.what = std::move(what),
               .value = std::string(at < of.value.health.size() ? of.value.health[at].view() : kind),
               .allowed = std::move(allowed),
               .did_you_mean = std::move(near)});
  };
  const std::vector<std::string> kinds(health_kinds().begin(), health_kinds().end());
  if (std::ranges::find(kinds, kind) == kinds.end()) {
    const bool is_url = kind.starts_with("https://") || kind.starts_with("http://");
    return wrong(0, "HEALTH has a wrong value",
                 "argocd <url>, cluster <context>, command <words> or committed",
                 is_url                        ? fmt::format("argocd {}", kind)
                 : kind.find('/') != kind.npos ? fmt::format("command {}", kind)
                                               : nearest_kind(kind, kinds));
  }
  const health_source source = health_source_of(of.value);
  const bool is_one = source == health_source::argocd || source == health_source::cluster;
  if (source == health_source::committed ? !words.empty() : words.empty() || (is_one && words.size() > 1))
    return wrong(is_one && words.size() > 1 ? 2
                 : words.empty()            ? 0
                                            : 1,
                 fmt::format("HEALTH {} takes {}", kind,
                             source == health_source::argocd    ? "the URL of the application"
                             : source == health_source::cluster ? "one context"
                             : source == health_source::command ? "a program"
                                                                : "nothing more"),
                 "argocd <url>, cluster <context>, command <words> or committed", "");
  if (source == health_source::argocd && !argo_application_in(words.front().view()))
    wrong(
        1, "HEALTH argocd: this is not the URL of an application",
        "the link that Argo CD's page has, such as https://argo.example.com/applications/argocd/orders-stage",
        words.front().view().find("://") == std::string_view::npos
                && argo_application_in("https://" + words.front().str())
            ? "https://" + words.front().str()
            : "");
}

void check_token(const declaration<environment>& of, draft& in, findings& found) {
  if (!of.at("token")) return;
  const bool is_asked = health_source_of(of.value) == health_source::argocd;
  if (!is_asked) return found.add(of.at("token"), missing_counterpart("TOKEN", "HEALTH argocd <url>"));
  if (!health_words_of(of.value).empty() && goes_unencrypted(health_words_of(of.value).front().view()))
    found.add(of.at("token"), {.what = "TOKEN would go over a connection that is not encrypted",
                               .value = health_words_of(of.value).front().str(),
                               .allowed = "https://…"});
  check_named_secret(of, "token", "TOKEN", of.value.token, in, found);
}

void check_health(const declaration<environment>& of, draft& in, findings& found) {
  check_token(of, in, found);
  if (!of.at("health") || of.value.health.empty()) return;
  if (can(of.value.via, way_feature::cluster))
    return found.add(
        of.at("health"),
        meaningless_option("HEALTH", "VIA kubectl, which knows it by its rollout", "leave it out"));
  check_health_words(of, found);
  if (!is_waited_for(of, in))
    found.add(of.at("health"),
              meaningless_option("HEALTH", "where no environment comes FROM this one",
                                 fmt::format("add FROM {} to another, or leave it out", of.name)));
}

// --- FROM ---

/// What FROM names must learn whether it is healthy.
void check_knows(const declaration<environment>& of, draft& in, findings& found) {
  for (std::size_t at = 0; at < of.value.from.size(); ++at)
    for (const dns_label& each : of.value.from[at].any) {
      const declaration<environment>* there = in.all<environment>().find(each.view());
      if (there == nullptr || there->site->unclear || there->value.via == deploy_way::none) continue;
      if (!there->value.health.empty() || health_source_of(there->value) != health_source::none) continue;
      found.add(word_at(of, "from", at),
                {.what = fmt::format("FROM {}: nothing says whether what is deployed there is healthy",
                                     there->name),
                 .value = there->name,
                 .allowed = "an environment with HEALTH argocd <url>, cluster <context>, command <words> or "
                            "committed, or VIA kubectl",
                 .help = fmt::format("pipeline_environment({} {} … HEALTH argocd "
                                     "https://argo.example.com/applications/argocd/{}-{})",
                                     in.own.name, there->name, in.own.name, there->name)});
    }
}

/// Whether one name can be of both patterns.
bool can_be_both(std::string_view one, std::string_view other) {
  const auto first = one.find('*'), second = other.find('*');
  if (first == one.npos) return ref_matches(other, one);
  if (second == other.npos) return ref_matches(one, other);
  const std::string_view head = one.substr(0, first), other_head = other.substr(0, second);
  return head.starts_with(other_head) || other_head.starts_with(head);
}

/// Every choice of one FROM follows a branch whose commits BRANCHES does not release: none ever gets here.
void check_reached(const declaration<environment>& of, draft& in, findings& found) {
  const auto& releases = in.all<release>().items();
  if (releases.empty() || releases.front().value.branches.empty()) return;
  const std::vector<ref_pattern>& branches = releases.front().value.branches;
  for (std::size_t at = 0; at < of.value.from.size(); ++at) {
    std::string followed;
    const bool is_out = std::ranges::all_of(of.value.from[at].any, [&](const dns_label& each) {
      const declaration<environment>* there = in.all<environment>().find(each.view());
      if (there == nullptr || there->value.on.kind != ref_kind::branch) return false;
      followed = there->value.on.pattern.str();
      return std::ranges::none_of(
          branches, [&](const ref_pattern& branch) { return can_be_both(branch.view(), followed); });
    });
    if (!is_out) continue;
    std::vector<std::string> names;
    for (const ref_pattern& each : branches) names.push_back(each.str());
    found.add(word_at(of, "from", at),
              {.what = "no commit gets from there to here: BRANCHES does not have the branch that it follows",
               .value = of.value.from[at].text(),
               .allowed = fmt::format("an environment ON branch {}", joined(names, " or ")),
               .help = fmt::format("add {} to BRANCHES of pipeline_release({})", followed, in.own.name)});
  }
}

}  // namespace
}  // namespace declare_check_checks_gates

void check_gates(draft& of, const zone_source& zones, findings& found) {
  using namespace declare_check_checks_gates;
  for (const auto& each : of.all<environment>().items()) {
    check_of_releases(each, found);
    check_pin(each, found);
    check_zone_of_window(each, zones, found);
    check_health(each, of, found);
    check_knows(each, of, found);
    check_reached(each, of, found);
  }
}

}  // namespace cicd::declaring
