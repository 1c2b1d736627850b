// Values of clusters read and written, and what was most likely meant by a wrong text.
#pragma once

#include <cicd/declare/values/cluster_values.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include <cicd/base/text.hpp>
#include <cicd/declare/values/time_zone_guess.hpp>

namespace cicd {

namespace declare_values_cluster_values {
namespace {

/// The words apart by any white space.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (std::string_view word = detail::cron_schedule_rule::next_word(text); !word.empty();
       word = detail::cron_schedule_rule::next_word(text))
    words.emplace_back(word);
  return words;
}

/// The percentage that is meant by a part of one: `10%` by `0.1`. Nothing where it is no such number.
std::optional<int> percentage_meant_by(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == text.npos || text.substr(0, dot).find_first_not_of('0') != text.npos) return std::nullopt;
  const std::string_view part = text.substr(dot + 1);
  if (!detail::is_whole(part)) return std::nullopt;
  const std::string two = (std::string(part) + "0").substr(0, 2);
  return (two[0] - '0') * 10 + (two[1] - '0');
}

/// `TZ=America/Sao_Paulo` before a schedule, as other cron daemons take it.
std::string_view zone_before(std::string_view schedule) {
  const std::string_view first = detail::cron_schedule_rule::next_word(schedule);
  for (const std::string_view name : {"TZ=", "CRON_TZ="})
    if (first.starts_with(name)) return first.substr(name.size());
  return {};
}

/// `word` by the name that is meant by it, or unchanged.
template <std::size_t count>
std::string_view renamed(std::string_view word,
                         const std::pair<std::string_view, std::string_view> (&names)[count]) {
  for (const auto& [other, name] : names)
    if (other == word) return name;
  return word;
}

std::string meant_source(std::string_view text) {
  constexpr std::pair<std::string_view, std::string_view> names[] = {
      {"emptyDir", "empty"},   {"emptydir", "empty"}, {"configMap", "config"},
      {"configmap", "config"}, {"secrets", "secret"}, {"pvc", "claim"}};
  const auto colon = text.find(':');
  std::string made(renamed(text.substr(0, colon), names));
  if (colon == text.npos) return made;
  const auto size = text.rfind(':');
  const bool has_size = made == "empty" || (made == "storage" && size != colon);
  if (!has_size || detail::mount_source_rule::is_size(text.substr(size + 1)))
    return made.append(text.substr(colon));
  return made.append(text.substr(colon, size + 1 - colon))
      .append(detail::quantity_rule::size_meant_by(text.substr(size + 1), "Gi"));
}

}  // namespace
}  // namespace declare_values_cluster_values

namespace detail {

std::string amount_rule::guess(std::string_view text) {
  using namespace declare_values_cluster_values;
  if (const auto part = percentage_meant_by(text)) return fmt::format("{}%", *part);
  const auto end = text.find_first_not_of("0123456789");
  if (end == 0) return {};
  const bool percent = end == text.npos || text.find('%') != text.npos || text.find("percent") != text.npos;
  return std::string(text.substr(0, end)) + (percent ? "%" : "");
}

std::string share_rule::guess(std::string_view text) {
  if (const auto part = declare_values_cluster_values::percentage_meant_by(text); part && *part > 0)
    return fmt::format("{}%", std::min(*part, 50));
  const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
  if (end == 0 || end > 3) return {};
  const std::string digits(text.substr(0, end));
  const std::string percentage = digits + "%";
  if (accepts(percentage)) return percentage;
  return digits.find_first_not_of('0') == digits.npos ? "1%" : "50%";
}

std::string cron_schedule_rule::guess(std::string_view text) {
  using namespace declare_values_cluster_values;
  if (!zone_before(text).empty()) return {};
  if (text.starts_with('@')) {
    const std::vector<std::string> known{"@hourly", "@daily", "@weekly", "@monthly", "@yearly"};
    return nearest(text, known).value_or("");
  }
  std::vector<std::string> words = words_of(text);
  if (words.size() == 6) words.erase(words.begin());  // one with seconds first
  if (words.size() == 5 && words.back() == "7") words.back() = "0";
  return joined(words, " ");
}

std::string cron_schedule_rule::advice(std::string_view text) {
  const std::string_view zone = declare_values_cluster_values::zone_before(text);
  if (zone.empty()) return {};
  (void)next_word(text);
  const std::string schedule = joined(declare_values_cluster_values::words_of(text), " ");
  return accepts(schedule) ? fmt::format("SCHEDULE \"{}\" TIME_ZONE {}", schedule, zone) : std::string();
}

std::string time_zone_rule::guess(std::string_view text) {
  const std::string meant = zone_meant_by(text);
  return meant.empty() ? replaced_all(std::string(text), " ", "_") : meant;
}

std::string toleration_rule::guess(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == text.npos) return {};
  const std::vector<std::string> effects{"NoSchedule", "PreferNoSchedule", "NoExecute"};
  const auto effect = nearest(text.substr(colon + 1), effects);
  return effect ? std::string(text.substr(0, colon + 1)) + *effect : std::string();
}

std::string env_source_rule::guess(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == text.npos) return "config/" + cluster_name_rule::guess(text);
  const std::string kind = lower(text.substr(0, slash));
  const std::string_view right = kind.starts_with("secret")   ? "secret"
                                 : kind.starts_with("config") ? "config"
                                                              : "";
  return right.empty() ? std::string()
                       : fmt::format("{}/{}", right, cluster_name_rule::guess(text.substr(slash + 1)));
}

std::string eks_cluster_rule::guess(std::string_view text) {
  if (!text.starts_with("arn:aws")) return replaced_all(std::string(text), ":", "/");
  const std::vector<std::string> parts = split(text, ':');
  const auto slash = text.rfind('/');
  if (parts.size() < 6 || slash == text.npos) return {};
  return parts[3] + std::string(text.substr(slash));
}

std::string object_name_rule::guess(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == text.npos) return {};
  const std::vector<std::string> kinds{"PersistentVolumeClaim", "Namespace", "CustomResourceDefinition"};
  const std::string kind = lower(text.substr(0, slash));
  const std::string rest(text.substr(slash));
  if (kind == "pvc") return kinds[0] + rest;
  if (kind == "ns") return kinds[1] + rest;
  if (kind == "crd") return kinds[2] + rest;
  for (const std::string& each : kinds)
    if (lower(each) == kind || lower(each) + "s" == kind) return each + rest;
  return {};
}

}  // namespace detail

std::optional<secret_reference> secret_reference::parse(std::string_view word) {
  return detail::at_equals(
      word, [](std::string_view name, std::string_view reference) -> std::optional<secret_reference> {
        const auto slash = reference.find('/');
        if (!variable_name::accepts(name) || slash == reference.npos) return {};
        const std::string_view secret = reference.substr(0, slash), key = reference.substr(slash + 1);
        if (!cluster_name::accepts(secret) || !detail::is_config_key(key)) return {};
        return secret_reference{variable_name::from(name), cluster_name::from(secret), std::string(key)};
      });
}
/// What stands behind the name may be a secret's value, and is not said again.
std::string secret_reference::guess(std::string_view word) {
  const std::string name = detail::variable_rule::guess(word.substr(0, word.find('=')));
  return variable_name::accepts(name) ? name + "=<secret>/<key>" : std::string();
}
std::string secret_reference::text() const {
  return fmt::format("{}={}/{}", name.view(), secret.view(), key);
}

std::optional<annotation> annotation::parse(std::string_view word) {
  return detail::at_equals(word,
                           [](std::string_view key, std::string_view value) -> std::optional<annotation> {
                             if (!meta_key::accepts(key) || value.find('\0') != value.npos) return {};
                             return annotation{meta_key::from(key), std::string(value)};
                           });
}
std::string annotation::guess(std::string_view word) {
  return detail::at_equals(word, [](std::string_view key, std::string_view value) {
    const std::string made = replaced_all(std::string(key), " ", "-");
    return meta_key::accepts(made) ? fmt::format("{}={}", made, value) : std::string();
  });
}
std::string annotation::text() const {
  return key.str() + "=" + value;
}

std::optional<named_port> named_port::parse(std::string_view word) {
  return detail::at_equals(word,
                           [](std::string_view name, std::string_view port) -> std::optional<named_port> {
                             const bool has_letter = std::any_of(name.begin(), name.end(), detail::is_lower);
                             if (!dns_label::accepts(name) || name.size() > 15 || !has_letter
                                 || name.find("--") != name.npos || !port_number::accepts(port))
                               return {};
                             return named_port{dns_label::from(name), port_number::from(port)};
                           });
}
std::string named_port::guess(std::string_view word) {
  return detail::at_equals(word, [](std::string_view name, std::string_view port) {
    if (detail::is_whole(name)) std::swap(name, port);
    const std::string made = dns_label::guess(name.substr(0, 15));
    const bool right = dns_label::accepts(made) && !detail::is_whole(made) && port_number::accepts(port);
    return right ? fmt::format("{}={}", made, port) : std::string();
  });
}
std::string named_port::text() const {
  return fmt::format("{}={}", name.view(), port.number());
}

std::optional<mount> mount::parse(std::string_view word) {
  return detail::at_equals(word, [](std::string_view source, std::string_view path) -> std::optional<mount> {
    if (!mount_source::accepts(source) || !detail::is_image_path(path) || path == "/") return {};
    return mount{mount_source::from(source), std::string(path)};
  });
}
std::string mount::guess(std::string_view word) {
  return detail::at_equals(word, [](std::string_view source, std::string_view path) {
    if (source.starts_with('/')) std::swap(source, path);
    const std::string made = declare_values_cluster_values::meant_source(source);
    const std::string where = path.starts_with('/') ? std::string(path) : "/" + std::string(path);
    return mount_source::accepts(made) ? made + "=" + where : std::string();
  });
}
std::string mount::text() const {
  return source.str() + "=" + path;
}

const std::vector<std::string>& patience::causes() {
  static const std::vector<std::string> all{"crash-loop", "image-pull", "oom",   "unschedulable",
                                            "probe",      "config",     "quota", "volume",
                                            "deletion",   "progress"};
  return all;
}
std::optional<patience> patience::parse(std::string_view word) {
  return detail::at_equals(word,
                           [](std::string_view cause, std::string_view length) -> std::optional<patience> {
                             const bool is_none = length == "0" || length == "0s";
                             if (std::find(causes().begin(), causes().end(), cause) == causes().end()
                                 || (!is_none && !duration::accepts(length)))
                               return {};
                             return patience{dns_label::from(cause), duration::from(length)};
                           });
}
std::string patience::guess(std::string_view word) {
  return detail::at_equals(word, [](std::string_view cause, std::string_view length) {
    const auto near = nearest(cause, causes());
    const std::string time = duration::accepts(length) ? std::string(length) : duration::guess(length);
    return near && duration::accepts(time) ? *near + "=" + time : std::string();
  });
}
std::string patience::text() const {
  return cause.str() + "=" + (length ? length.text() : "0s");
}

}  // namespace cicd
