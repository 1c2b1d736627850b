// The checks of backing services and of what needs them.
#pragma once

#include <cicd/declare/backing.hpp>
#include <cicd/declare/check/checks.hpp>
#include <cicd/declare/check/circles.hpp>
#include <cicd/declare/step_variables.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace cicd::declaring {

namespace declare_check_checks_backing {
namespace {

using service_list = named_list<backing_service>;

/// Of COMMAND, IMAGE and URL exactly one, and nothing beside it that has no meaning there.
void check_form(const declaration<backing_service>& of, findings& found) {
  constexpr std::pair<std::string_view, std::string_view> forms[] = {
      {"command", "COMMAND"}, {"image", "IMAGE"}, {"url", "URL"}};
  std::string_view form;
  for (const auto& [key, keyword] : forms) {
    if (!of.at(key)) continue;
    if (!form.empty()) return found.add(of.at(key), excluded_option(keyword, form));
    form = keyword;
  }
  if (of.site->unclear) return;
  if (form.empty())
    return found.add(of.start(), missing_option("COMMAND",
                                                "COMMAND <program> [<argument>…], IMAGE <image> or "
                                                "URL <url>",
                                                ""));
  const auto refuse = [&](std::initializer_list<std::pair<std::string_view, std::string_view>> all) {
    for (const auto& [key, keyword] : all)
      if (of.at(key))
        found.add(of.at(key), meaningless_option(keyword, fmt::format("with {}", form), "leave it out"));
  };
  if (form == "COMMAND") refuse({{"port", "PORT"}, {"arguments", "ARGUMENTS"}});
  if (form == "IMAGE") {
    refuse({{"inputs", "INPUTS"}, {"tools", "TOOLS"}});
    if (!of.at("port"))
      found.add(of.at("image"), missing_option("PORT", "the port that the image listens on", "PORT 5432"));
  }
  if (form == "URL")
    refuse({{"port", "PORT"},
            {"env", "ENV"},
            {"pass_env", "PASS_ENV"},
            {"secrets", "SECRETS"},
            {"arguments", "ARGUMENTS"},
            {"inputs", "INPUTS"},
            {"tools", "TOOLS"},
            {"needs", "NEEDS"},
            {"shared", "SHARED"},
            {"grace", "GRACE"}});
}

void check_url(const declaration<backing_service>& of, const named_list<secret>& secrets, findings& found) {
  const std::string_view url = of.value.url.view();
  if (!of.at("url") || url.empty()) return;
  if (const auto named = secret_named_in(url)) {
    if (!secrets.find(*named))
      found.add(word_at(of, "url", 0), unknown_reference("URL", "secret", *named, secrets.names()));
  } else if (!address_in(url)) {
    found.add(of.at("url"), {.what = "URL has no port, and its scheme no usual one",
                             .value = std::string(url),
                             .allowed = "<scheme>://<host>:<port>"});
  }
}

void check_ready(const declaration<backing_service>& of, findings& found) {
  if (!of.at("ready")) {
    if (!of.site->unclear)
      found.add(of.start(), missing_option("READY", "postgres, redis, http <path>, or command <words…>",
                                           "READY command ./ready.sh {" + of.name + ".port}"));
    return;
  }
  const std::vector<std::string> kinds(ready_kinds().begin(), ready_kinds().end());
  const auto words = ready_words_of(of.value);
  const auto refuse = [&](std::size_t at, std::string what, std::string allowed, std::string near = {}) {
    found.add(word_at(of, "ready", at),
              {.what = std::move(what),
               .value = std::string(of.value.ready[std::min(at, of.value.ready.size() - 1)].view()),
               .allowed = std::move(allowed),
               .did_you_mean = std::move(near)});
  };
  const std::string_view first = of.value.ready.front().view();
  switch (ready_kind_of(of.value)) {
    case ready_kind::none:
      return refuse(0, "READY knows no such way", "postgres, redis, http <path>, or command <words…>",
                    nearest(first, kinds).value_or(""));
    case ready_kind::postgres:
    case ready_kind::redis:
      if (!words.empty())
        refuse(1, fmt::format("READY {} takes no further word", first), "READY command <words…>");
      return;
    case ready_kind::http:
      if (words.size() != 1 || !url_path::accepts(words.front().view()))
        refuse(1, "READY http takes the path that answers", "http /health");
      else if (of.value.url.view().starts_with("https://"))
        refuse(0, "READY http asks without TLS, and the URL is https", "command curl --fail --silent {…}");
      return;
    case ready_kind::command:
      if (words.empty()) refuse(0, "READY command names no program", "command <program> [<argument>…]");
      return;
  }
}

/// `{postgres.prot}` would reach a program as it is written.
void check_parts(std::string_view text,
                 const place& where,
                 const std::vector<std::string>& needs,
                 findings& found) {
  static const std::vector<std::string> parts{"url", "host", "port", "dir"};
  for (const std::string& name : needs) {
    const std::string start = "{" + name + ".";
    for (std::size_t at = text.find(start); at != text.npos; at = text.find(start, at + 1)) {
      const std::size_t begin = at + start.size(), end = std::min(text.find('}', begin), text.size());
      const std::string part(text.substr(begin, end - begin));
      const bool is_word = end < text.size() && !part.empty()
                           && part.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == part.npos;
      if (!is_word || std::ranges::find(parts, part) != parts.end()) continue;
      const auto near = nearest(part, parts);
      found.add(where, {.what = "a service has no such part",
                        .value = start + part + "}",
                        .allowed = start + joined(parts, "}, " + start) + "}",
                        .did_you_mean = near ? start + *near + "}" : ""});
    }
  }
}

/// `{postgres.url}` stands for a service that is needed; `needs` are their names, itself among them where it
/// is one.
void check_named(std::string_view text,
                 const place& where,
                 const std::vector<std::string>& needs,
                 bool is_shown,
                 const service_list& all,
                 findings& found) {
  check_parts(text, where, needs, found);
  for (const std::string& name : placeholders_in(text)) {
    if (!is_part_of_service(name)) continue;
    const std::string service = name.substr(0, name.find('.')), part = name.substr(name.find('.'));
    const std::string written = "{" + name + "}";
    if (std::ranges::find(needs, service) == needs.end()) {
      std::vector<std::string> allowed;
      for (const std::string& each : needs) allowed.push_back("{" + each + part + "}");
      const auto near = nearest(written, allowed);
      found.add(where, {.what = "the placeholder stands for no service that is needed here",
                        .value = written,
                        .allowed = joined(allowed, ", "),
                        .did_you_mean = near.value_or(""),
                        .help = all.find(service) != nullptr ? "add NEEDS " + service : std::string()});
      continue;
    }
    const declaration<backing_service>* of = all.find(service);
    if (of == nullptr || !of->value.url) continue;
    if (part == ".dir")
      found.add(where, {.what = "the service runs elsewhere, and has no folder here", .value = written});
    else if (is_shown && secret_named_in(of->value.url.view()))
      found.add(
          where,
          {.what = "the URL of the service is a secret, and the words of a program can be seen by others",
           .value = written,
           .allowed = "ENV <NAME>=" + written});
  }
}

/// Those of a list of words, `shown` where others can see them.
template <typename T>
void check_words(const declaration<T>& of,
                 std::string_view key,
                 const std::vector<text>& words,
                 const std::vector<std::string>& needs,
                 const service_list& all,
                 findings& found) {
  for (std::size_t at = 0; at < words.size(); ++at)
    check_named(words[at].view(), word_at(of, key, at), needs, true, all, found);
}

template <typename T>
std::vector<std::string> check_needs(const declaration<T>& of, const service_list& all, findings& found) {
  check_references(of.value.needs, of.near("needs"), "NEEDS", "backing service", all, found);
  std::vector<std::string> names;
  for (const dns_label& each : of.value.needs) names.push_back(each.str());
  return names;
}

template <typename T>
void check_env(const declaration<T>& of,
               const std::vector<std::string>& needs,
               const service_list& all,
               findings& found) {
  for (std::size_t at = 0; at < of.value.env.size(); ++at)
    check_named(of.value.env[at].value, word_at(of, "env", at), needs, false, all, found);
}

/// Each variable comes from one place, and none that cicd sets itself.
void check_variables(const declaration<backing_service>& of,
                     const named_list<secret>& secrets,
                     findings& found) {
  std::vector<dns_label> names;
  for (const secret_use& each : of.value.secrets) names.push_back(each.secret);
  check_references(names, of.near("secrets"), "SECRETS", "secret", secrets, found);
  std::vector<std::string> given;
  const auto take = [&](std::string_view key, std::string_view keyword, const std::string& name,
                        std::size_t at) {
    if (is_own_variable(name)) found.add(word_at(of, key, at), variable_of_cicd(keyword, name));
    if (keyword == "SECRETS" && steers_programs(name))
      found.add(word_at(of, key, at),
                variable_that_steers(keyword, name, of.value.secrets[at].secret.view()));
    if (std::ranges::find(given, name) != given.end())
      found.add(word_at(of, key, at), given_twice("variable", name, "this call"));
    given.push_back(name);
  };
  for (std::size_t at = 0; at < of.value.env.size(); ++at)
    take("env", "ENV", of.value.env[at].name.str(), at);
  for (std::size_t at = 0; at < of.value.pass_env.size(); ++at)
    take("pass_env", "PASS_ENV", of.value.pass_env[at].str(), at);
  for (std::size_t at = 0; at < of.value.secrets.size(); ++at)
    take("secrets", "SECRETS", of.value.secrets[at].variable_for(false), at);
}

void check_circles(const service_list& all, findings& found) {
  std::vector<std::vector<std::size_t>> before;
  const std::vector<std::string> names = all.names();
  for (const auto& each : all.items()) {
    before.emplace_back();
    for (const dns_label& name : each.value.needs)
      if (const auto at = std::ranges::find(names, name.view()); at != names.end())
        before.back().push_back(static_cast<std::size_t>(at - names.begin()));
  }
  find_circles(before, [&](std::span<const std::size_t> circle) {
    std::vector<std::string> path;
    for (const std::size_t each : circle) path.push_back(names[each]);
    path.push_back(path.front());
    found.add(all.items()[circle.front()].near("needs"),
              {.what = "the backing services need each other in a cycle",
               .value = joined(path, " → "),
               .help = "remove one NEEDS of the cycle"});
  });
}

/// One that all share cannot stand on one that is another for each step.
void check_shared(const declaration<backing_service>& of, const service_list& all, findings& found) {
  if (!of.value.shared) return;
  for (std::size_t at = 0; at < of.value.needs.size(); ++at)
    if (const auto* other = all.find(of.value.needs[at].view());
        other != nullptr && !other->value.shared && !other->value.url)
      found.add(word_at(of, "needs", at), {.what = "a SHARED service needs one that each step has for itself",
                                           .value = other->name,
                                           .help = "add SHARED to " + other->name});
}

/// The log of one that all share is written while other steps run, and what such a step makes is not known
/// before its end.
void check_shared_by_secrets(const declaration<step>& of,
                             const std::vector<std::string>& needs,
                             const service_list& all,
                             findings& found) {
  if (of.value.secret_output_values.empty()) return;
  std::vector<std::string> seen = needs;
  for (std::size_t at = 0; at < seen.size(); ++at) {
    const auto* service = all.find(seen[at]);
    if (service == nullptr) continue;
    if (service->value.shared)
      return found.add(of.near("needs"),
                       {.what = "a step with SECRET_OUTPUT_VALUES needs a SHARED service, whose log is kept "
                                "before what to mask is known",
                        .value = service->name,
                        .help = "declare a service without SHARED for this step"});
    for (const dns_label& each : service->value.needs)
      if (std::ranges::find(seen, each.view()) == seen.end()) seen.push_back(each.str());
  }
}

}  // namespace
}  // namespace declare_check_checks_backing

void check_backing(draft& of, findings& found) {
  using namespace declare_check_checks_backing;
  const service_list& all = of.all<backing_service>();
  for (const auto& each : all.items()) {
    check_form(each, found);
    check_url(each, of.all<secret>(), found);
    check_ready(each, found);
    check_variables(each, of.all<secret>(), found);
    check_shared(each, all, found);
    std::vector<std::string> needs = check_needs(each, all, found);
    needs.push_back(each.name);
    check_words(each, "command", each.value.command, needs, all, found);
    check_words(each, "ready", each.value.ready, needs, all, found);
    check_words(each, "arguments", each.value.arguments, needs, all, found);
    check_env(each, needs, all, found);
  }
  check_circles(all, found);
  if (of.without_template) return;
  for (const auto& each : of.all<step>().items()) {
    const std::vector<std::string> needs = check_needs(each, all, found);
    check_shared_by_secrets(each, needs, all, found);
    check_words(each, "command", each.value.command, needs, all, found);
    check_env(each, needs, all, found);
  }
}

}  // namespace cicd::declaring
