// Guesses at the nearest good value of what belongs to workloads and clusters.
#pragma once

#include <cicd/declare/parse/suggestions.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cicd::declaring {

namespace mended_workloads {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), detail::is_digit);
}

/// The words apart by any white space.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (const std::string& each : split(text, ' '))
    if (!each.empty()) words.push_back(each);
  return words;
}

/// `left=right` by what `make` says of both; nothing without a `=`.
template <typename Make>
std::string at_equals(std::string_view text, Make make) {
  const auto equals = text.find('=');
  return equals == text.npos ? std::string() : make(text.substr(0, equals), text.substr(equals + 1));
}

/// `word` by the name that is meant by it, or unchanged.
template <std::size_t count>
std::string_view renamed(std::string_view word,
                         const std::pair<std::string_view, std::string_view> (&names)[count]) {
  for (const auto& [other, name] : names)
    if (other == word) return name;
  return word;
}

std::string mended_source(std::string_view text) {
  constexpr std::pair<std::string_view, std::string_view> names[] = {
      {"emptyDir", "empty"},   {"emptydir", "empty"}, {"configMap", "config"},
      {"configmap", "config"}, {"secrets", "secret"}, {"pvc", "claim"}};
  const auto colon = text.find(':');
  std::string made(renamed(text.substr(0, colon), names));
  if (colon != text.npos) made += text.substr(colon);
  return made;
}

}  // namespace
}  // namespace mended_workloads

std::string guess(const amount*, std::string_view text) {
  const auto end = text.find_first_not_of("0123456789");
  if (end == 0 || end == text.npos) return {};
  const bool percent = text.find('%') != text.npos || text.find("percent") != text.npos;
  return std::string(text.substr(0, end)) + (percent ? "%" : "");
}

std::string guess(const share*, std::string_view text) {
  const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
  if (end == 0 || end > 3) return {};
  const std::string digits(text.substr(0, end));
  const std::string percentage = digits + "%";
  if (share::accepts(percentage)) return percentage;
  return digits.find_first_not_of('0') == digits.npos ? "1%" : "50%";
}

std::string guess(const cron_schedule*, std::string_view text) {
  if (text.starts_with('@')) {
    const std::vector<std::string> known{"@hourly", "@daily", "@weekly", "@monthly", "@yearly"};
    return nearest(text, known).value_or("");
  }
  std::vector<std::string> words = mended_workloads::words_of(text);
  if (words.size() == 6) words.erase(words.begin());  // one with seconds first
  if (words.size() == 5 && words.back() == "7") words.back() = "0";
  return joined(words, " ");
}

std::string guess(const time_zone_name*, std::string_view text) {
  if (text == "Local") return "UTC";
  return replaced_all(std::string(text), " ", "_");
}

std::string guess(const toleration*, std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == text.npos) return {};
  const std::vector<std::string> effects{"NoSchedule", "PreferNoSchedule", "NoExecute"};
  const auto effect = nearest(text.substr(colon + 1), effects);
  return effect ? std::string(text.substr(0, colon + 1)) + *effect : std::string();
}

std::string guess(const env_source*, std::string_view text) {
  const auto slash = text.find('/');
  if (slash == text.npos) return "config/" + lower(text);
  const std::string kind = lower(text.substr(0, slash));
  const std::string_view right = kind.starts_with("secret")   ? "secret"
                                 : kind.starts_with("config") ? "config"
                                                              : "";
  return right.empty() ? std::string() : std::string(right) + lower(text.substr(slash));
}

std::string guess(const eks_cluster*, std::string_view text) {
  if (!text.starts_with("arn:aws")) return replaced_all(std::string(text), ":", "/");
  const std::vector<std::string> parts = split(text, ':');
  const auto slash = text.rfind('/');
  if (parts.size() < 6 || slash == text.npos) return {};
  return parts[3] + std::string(text.substr(slash));
}

std::string guess(const object_name*, std::string_view text) {
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

std::string guess(const annotation*, std::string_view text) {
  return mended_workloads::at_equals(text, [&](std::string_view key, std::string_view value) {
    const std::string made = replaced_all(std::string(key), " ", "-");
    return meta_key::accepts(made) ? fmt::format("{}={}", made, value) : std::string();
  });
}

std::string guess(const named_port*, std::string_view text) {
  return mended_workloads::at_equals(text, [](std::string_view name, std::string_view port) {
    if (mended_workloads::is_number(name)) std::swap(name, port);
    const std::string made = guess(static_cast<const dns_label*>(nullptr), name.substr(0, 15));
    const bool right =
        dns_label::accepts(made) && !mended_workloads::is_number(made) && port_number::accepts(port);
    return right ? fmt::format("{}={}", made, port) : std::string();
  });
}

std::string guess(const mount*, std::string_view text) {
  return mended_workloads::at_equals(text, [](std::string_view source, std::string_view path) {
    if (source.starts_with('/')) std::swap(source, path);
    const std::string made = mended_workloads::mended_source(source);
    const std::string where = path.starts_with('/') ? std::string(path) : "/" + std::string(path);
    return mount_source::accepts(made) ? made + "=" + where : std::string();
  });
}

std::string guess(const patience*, std::string_view text) {
  return mended_workloads::at_equals(text, [](std::string_view cause, std::string_view length) {
    const auto near = nearest(cause, patience_causes());
    const std::string time = duration::accepts(length) ? std::string(length)
                                                       : guess(static_cast<const duration*>(nullptr), length);
    return near && duration::accepts(time) ? *near + "=" + time : std::string();
  });
}

std::string guess(const toggle*, std::string_view text) {
  const std::string word = lower(text);
  for (const std::string_view yes : {"yes", "true", "1", "on"})
    if (word == yes) return "on";
  for (const std::string_view no : {"no", "false", "0", "off", "none"})
    if (word == no) return "off";
  return {};
}

}  // namespace cicd::declaring
