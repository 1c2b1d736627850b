// The options as data: what belongs to one option alone, the declaring functions, and how words are found.
#pragma once

#include <cicd/declare/options/options.hpp>
#include <cicd/declare/options/options_backing.hpp>
#include <cicd/declare/options/options_ci.hpp>
#include <cicd/declare/options/options_placeholders.hpp>
#include <cicd/declare/options/options_secret.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include <cicd/declare/placeholders.hpp>
#include <cicd/declare/written_value.hpp>

namespace cicd {
namespace declaring {
namespace {

/// `scratch`, a layout or root file system on disk, or a reference to a registry: its digest says which bytes
/// are meant, or those of its tag stand in cicd.lock.
bool is_base(std::string_view written) {
  const std::string text = with_placeholders(written, {{"arch", "amd64"}, {"platform", "linux/amd64"}});
  for (const std::string_view start : {"oci:", "rootfs:"})
    if (text.starts_with(start)) return text.size() > start.size();
  return text == "scratch" || detail::is_pinned_reference(text) || detail::is_tagged_reference(text);
}

/// `<registry>/<repository>:<tag>` of what a person wrote as Docker reads it; empty where it is no reference.
std::string guessed_base(std::string_view text) {
  if (std::string whole = detail::tagged_reference_of(text); whole != text) return whole;
  return {};
}

/// What CMake takes as a target's name, `::` of an imported one included.
bool is_target_name(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return detail::is_alnum_lower(c) || detail::is_upper(c)
           || std::string_view("_.+-:").find(c) != std::string_view::npos;
  });
}

/// A share of the pods is no more than all of them.
bool is_part_of_pods(std::string_view text) {
  return !text.ends_with('%') || text.size() <= 3 || text == "100%";
}

/// `<file>:<text>`.
bool is_text_in_file(std::string_view text) {
  const auto colon = text.find(':');
  return colon != text.npos && colon + 1 < text.size() && relative_path::accepts(text.substr(0, colon));
}

/// `<file>:<path>=<value>`, or an element of a list alone.
bool is_written_value(std::string_view text) {
  return written_value_from(text).has_value();
}

/// `Name <mail>`, in one line.
bool is_author(std::string_view text) {
  const auto open = text.find(" <");
  return open != text.npos && open > 0 && text.find_first_of("<>") == open + 1
         && text.find_first_of("<>", open + 2) == text.size() - 1 && text.find('@', open) != text.npos
         && std::ranges::none_of(text, [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

/// A page of the web with two names in its path at least.
bool is_page_of_repository(std::string_view text) {
  const auto scheme = text.find("://");
  if (scheme == text.npos || (text.substr(0, scheme) != "https" && text.substr(0, scheme) != "http"))
    return false;
  const std::vector<std::string> parts = split(text.substr(scheme + 3), '/');
  std::string host = parts.front();
  if (const auto colon = host.rfind(':'); colon != host.npos && host.find(']', colon) == host.npos) {
    const std::string port = host.substr(colon + 1);
    if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != port.npos
        || std::stoi(port) < 1 || std::stoi(port) > 65'535)
      return false;
    host.resize(colon);
  }
  if (goes_unencrypted(text)) return false;  // a token goes there
  return parts.size() >= 3 && text.find_first_of(" @?#\r\n") == text.npos
         && std::ranges::all_of(parts, [](const std::string& part) { return !part.empty() && part != ".."; });
}

/// A number of pods or a share of them, or none of the kind at all.
bool is_disruption_rule(std::string_view text) {
  return text == "off" || (amount::accepts(text) && is_part_of_pods(text));
}

bool is_part_of_cpu(std::string_view text) {
  return text.ends_with('%') && text.find_first_not_of("0%") != text.npos && text.size() <= 4
         && (text.size() < 4 || text == "100%");
}

bool is_number_at_most(std::string_view text, int most) {
  if (text.empty() || text.size() > 3 || !std::all_of(text.begin(), text.end(), detail::is_digit))
    return false;
  int number = 0;
  for (const char c : text) number = number * 10 + (c - '0');
  return number <= most;
}

bool is_address_v4(std::string_view text) {
  const std::vector<std::string> parts = split(text, '.');
  return parts.size() == 4 && std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
           return is_number_at_most(part, 255) && (part.size() == 1 || part.front() != '0');
         });
}

bool is_group_v6(std::string_view text) {
  return !text.empty() && text.size() <= 4 && text.find_first_not_of("0123456789abcdefABCDEF") == text.npos;
}

/// How many groups stand there; nothing when one of them is none.
std::optional<std::size_t> groups_v6(std::string_view text) {
  if (text.empty()) return 0;
  const std::vector<std::string> parts = split(text, ':');
  if (!std::all_of(parts.begin(), parts.end(), [](const std::string& part) { return is_group_v6(part); }))
    return std::nullopt;
  return parts.size();
}

bool is_address_v6(std::string_view text) {
  const auto gap = text.find("::");
  if (gap == text.npos) return groups_v6(text) == 8;
  const auto before = groups_v6(text.substr(0, gap)), after = groups_v6(text.substr(gap + 2));
  return before && after && *before + *after < 8;
}

/// An address range such as 10.0.0.0/8 or fd00::/8.
bool is_address_range(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == text.npos) return false;
  const std::string_view address = text.substr(0, slash), bits = text.substr(slash + 1);
  return (is_address_v4(address) && is_number_at_most(bits, 32))
         || (is_address_v6(address) && is_number_at_most(bits, 128));
}

bool is_source_of_connections(std::string_view text) {
  if (text == "namespace") return true;
  if (text.starts_with("namespace:")) return dns_label::accepts(text.substr(10));
  return is_address_range(text);
}

/// A name of an image of the pipeline, or a reference whose digest says which bytes are meant.
bool is_container_image(std::string_view text) {
  return text.find('@') == text.npos ? dns_label::accepts(text) : detail::is_pinned_reference(text);
}

/// What `key=value` of a label has behind its key, with a letter for each placeholder.
std::string label_value_in(std::string_view pair) {
  const auto equals = pair.find('=');
  std::string value(equals == pair.npos ? std::string_view() : pair.substr(equals + 1));
  for (const std::string& name : placeholders_in(value)) value = replaced_all(value, "{" + name + "}", "x");
  return value;
}

/// Labels say exactly what is declared; what a placeholder stands for is made to fit (apimachinery,
/// IsLabelValue).
bool is_label(std::string_view pair) {
  const std::string value = label_value_in(pair);
  return value.empty() || detail::is_label_word(value);
}

std::string meant_label(std::string_view pair) {
  const auto equals = pair.find('=');
  if (equals == pair.npos) return {};
  std::string made;
  for (const char c : pair.substr(equals + 1)) {
    const bool fits = detail::is_label_word(std::string_view(&c, 1));
    if (fits || (!made.empty() && made.back() != '-')) made += fits || c == '.' || c == '_' ? c : '-';
  }
  made = made.substr(0, 63);
  while (!made.empty() && !detail::is_label_word(std::string_view(&made.back(), 1))) made.pop_back();
  return fmt::format("{}={}", pair.substr(0, equals), made);
}

/// Whole thousandths of a core, of which no machine has more.
bool is_cpu(std::string_view text) {
  const double thousandths = detail::quantity_rule::amount_in(text) * 1000;
  return thousandths > 0.999 && thousandths <= 1'000'000
         && std::abs(thousandths - std::round(thousandths)) < 0.001;
}

std::string meant_cpu(std::string_view text) {
  const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string digits(text.substr(0, end));
  return is_cpu(text) || end == 0 ? quantity::guess(text) : digits + "m";
}

/// No container starts with less: the runtime itself needs that much.
bool is_memory(std::string_view text) {
  constexpr double least = 4.0 * 1024 * 1024, most = 64.0 * 1024 * 1024 * 1024 * 1024;
  const double bytes = detail::quantity_rule::amount_in(text);
  return bytes >= least && bytes <= most;
}

std::string meant_memory(std::string_view text) {
  return detail::quantity_rule::size_meant_by(text, "Mi");
}

/// `*.example.com` for a branch's host, which is one of those.
std::string meant_preview_host(std::string_view text) {
  return text.starts_with("*.") ? "{slug}" + std::string(text.substr(1)) : std::string();
}

/// One label of a host name, with `{slug}` in it, so that it can name a namespace.
bool is_namespace_pattern(std::string_view text) {
  return text.find_first_of(".*") == text.npos && text.find("{slug}") != text.npos;
}

bool is_host_pattern(std::string_view text) {
  return text.find('*') == text.npos && text.find("{slug}") != text.npos;
}

void specialise_amounts(option& of) {
  if (of.key == "cpu" || of.key == "cpu_limit")
    of.allowed = "cores or thousandths of one, from 1m to 1000, such as 500m or 2", of.accepts = is_cpu,
    of.guess = meant_cpu;
  if (of.key == "memory" || of.key == "memory_limit")
    of.allowed = "a Kubernetes quantity from 4Mi to 64Ti, such as 512Mi or 1Gi", of.accepts = is_memory,
    of.guess = meant_memory;
  if (of.key == "disruptions")
    of.allowed = "a whole number such as 1, a percentage such as 25%, or off",
    of.accepts = is_disruption_rule;
  if (of.key == "max_unavailable")
    of.allowed = "a whole number such as 1, or a percentage up to 100%, such as 25%",
    of.accepts = is_part_of_pods;
  if (of.key == "scale_at") of.allowed = "a percentage from 1% to 100%", of.accepts = is_part_of_cpu;
}

void specialise_labels(option& of) {
  if (of.key == "selector" || of.key == "service_selector" || of.key == "node_selector" || of.key == "labels")
    of.allowed =
        "key=value: the key such as team or example.com/team, the value at most 63 letters, digits, '-', "
        "'_' and '.', with a letter or digit at both ends",
    of.accepts = is_label, of.guess = meant_label;
}

/// A channel by its name, or by the id that Slack gives it.
bool is_channel(std::string_view text) {
  if (text.starts_with('#'))
    return text.size() > 1 && text.size() <= 81 && std::ranges::none_of(text.substr(1), [](unsigned char c) {
             return c <= ' ' || detail::is_upper(static_cast<char>(c)) || c == '#' || c == ',' || c == '.';
           });
  return text.size() > 8 && (text.front() == 'C' || text.front() == 'G')
         && std::ranges::all_of(text, [](char c) { return detail::is_upper(c) || detail::is_digit(c); });
}

std::string meant_channel(std::string_view text) {
  std::string name = "#";
  for (const char c : text)
    if (c != '#') name += detail::is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c == ' ' ? '-' : c;
  return is_channel(name) ? name : std::string();
}

/// By https, or to this machine.
bool is_url(std::string_view text) {
  return text.find_first_of(" \r\n\t") == text.npos
         && (is_page_of_repository(std::string(text) + "/a/b")
             || (text.starts_with("https://") && text.size() > 8 && text.find('@') == text.npos));
}

bool is_webhook(std::string_view text) {
  return secret_named_in(text) ? detail::named_secret_rule::accepts(text) : is_url(text);
}

void specialise_notifier(option& of) {
  if (of.key == "slack")
    of.allowed = "\"#<channel>\" in quotes and lower-case letters, or the id of a channel, such as C024BE91L",
    of.accepts = is_channel, of.guess = meant_channel;
  if (of.key == "webhook")
    of.allowed = "https://<host>/<path> without a login (http to this machine only), or secret:<name>",
    of.accepts = is_webhook;
  if (of.key == "url")
    of.allowed = "https://<host>/<path> without a login; http to this machine only", of.accepts = is_url;
  if (of.key == "when") {
    of.choices = {"success",  "failure", "recovery", "waiting", "rollback",    "hold",
                  "approval", "canary",  "preview",  "yank",    "cron-failure"};
    of.allowed =
        "success, failure, recovery, waiting, rollback, hold, approval, canary, preview, yank and "
        "cron-failure";
  }
}

/// Rules for the options of workloads, previews and environments.
void specialise_workload(std::string_view kind, option& of) {
  specialise_amounts(of);
  if (kind != "image") specialise_labels(of);
  of.is_secret = of.key == "secret_env";
  of.is_unique = of.key == "context" || of.key == "eks";
  if (of.key == "allow_from")
    of.allowed = "namespace, namespace:<name>, or an address range such as 10.0.0.0/8 or fd00::/8",
    of.accepts = is_source_of_connections;
  if (kind == "container" && of.key == "image")
    of.allowed = "the name of an image of this pipeline, or <repository>[:<tag>]@sha256:<64 digits>",
    of.accepts = is_container_image;
  if (of.key == "sweep") of.allowed = "ci", of.choices = {"ci"};
  if (kind != "preview") return;
  if (of.key == "host")
    of.allowed = "a DNS name with {slug} in it, such as orders.{slug}.example.com",
    of.accepts = is_host_pattern, of.guess = meant_preview_host;
  if (of.key == "namespace")
    of.allowed = "a name without dots and with {slug} in it, such as orders-{slug}",
    of.accepts = is_namespace_pattern;
}

}  // namespace

option specialised(std::string_view kind, option of) {
  of.placeholders = placeholders_of(kind, of.key);
  if (of.key == "base")
    of.allowed =
        "scratch, oci:<layout>[:<tag>], rootfs:<folder or tar>, <registry>/<repository>:<tag>, or a "
        "reference that ends in @sha256:<64 digits>",
    of.accepts = is_base, of.guess = guessed_base;
  if (of.key == "fail_on") of.allowed = "low, medium or high", of.choices = {"low", "medium", "high"};
  if (of.key == "database")
    of.allowed = "an absolute path, or one that begins with ~/", of.accepts = is_absolute_or_of_home;
  if (of.key == "depends") of.allowed = "names of CMake targets", of.accepts = is_target_name;
  if (of.key == "git_where")
    of.allowed = "<file>:<text>, such as pom.xml:git-commit-id", of.accepts = is_text_in_file;
  if (of.key == "write")
    of.allowed = "<file>:<path>=<value>, such as values.yaml:image.tag={tag}, or <file>:images[<name>]",
    of.accepts = is_written_value;
  if (kind == "environment" && (of.key == "gate" || of.key == "verify" || is_way_program(of.key)))
    of.allowed = "a program on PATH, or ./<file> below the source folder, and its arguments";
  if (of.key == "health") of.allowed = "argocd <url>, cluster <context>, command <words> or committed";
  if (of.key == "upstream" || of.key == "built_by")
    of.allowed =
        "jenkins <url of the job>, github <url of the repository> [<check run>], or json <url> "
        "<member>=<JSON pointer>…";
  if (of.key == "verify_signature") of.allowed = "key <file>…, or keyless <identity> <issuer>";
  if (of.key == "author") of.allowed = "Name <mail>", of.accepts = is_author;
  if (of.key == "pull_request_url")
    of.allowed = "https://<host>[:<port>]/<owner>/<repository>; http to this machine only",
    of.accepts = is_page_of_repository;
  specialise_workload(kind, of);
  if (kind == "secret") specialise_secret(of);
  if (kind == "backing_service") specialise_backing_service(of);
  if (kind == "notifier") specialise_notifier(of);
  if (kind == "ci_export") specialise_ci_export(of);
  of.starts_program = of.key == "command" || of.key == "entrypoint" || of.key == "arguments"
                      || of.key == "smoke" || of.key == "verify" || of.key == "gate" || of.key == "update"
                      || is_way_program(of.key);
  of.may_hold_empty = of.starts_program;
  return of;
}

const std::vector<option>& options_of(std::string_view kind) {
  static const std::vector<option> none;
  const std::vector<option>* found = kind == "pipeline"    ? &options_of<pipeline>()
                                     : kind == "pipelines" ? &options_of<pipelines>()
                                     : kind == "ci_export" ? &options_of<ci_export>()
                                                           : &none;
  each_kind([&]<typename T>() {
    if (declaring::kind<T>.name == kind) found = &options_of<T>();
  });
  return *found;
}

bool goes_unencrypted(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  if (!url.starts_with(scheme)) return false;
  std::string_view host = url.substr(scheme.size());
  host = host.substr(0, host.find_first_of("/?#\\"));
  if (const auto at = host.rfind('@'); at != host.npos) host.remove_prefix(at + 1);
  if (host.starts_with("[::1]")) return host.size() > 5 && host[5] != ':';
  host = host.substr(0, host.find(':'));
  return host != "localhost" && !(host.starts_with("127.") && is_address_v4(host));
}

}  // namespace declaring

const field_doc* find_field_doc(std::string_view key) {
  const auto docs = field_docs();
  const auto found =
      std::find_if(docs.begin(), docs.end(), [&](const field_doc& doc) { return doc.key == key; });
  return found == docs.end() ? nullptr : &*found;
}

}  // namespace cicd
