// Names and label values from texts that were made for something else: valid always, and never the same for
// two texts. Rules: Kubernetes "Object Names and IDs", "Labels and Selectors".
#pragma once

#include <algorithm>

#include <cicd/base/digest.hpp>
#include <cicd/base/text.hpp>
#include <cicd/kubernetes/objects.hpp>
#include <cicd/kubernetes/workload.hpp>

namespace cicd::kubernetes {
namespace names {

constexpr std::size_t longest = 63;
constexpr std::size_t hash_digits = 12;

inline bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

inline std::string hash_of(std::string_view text) {
  return hex(sha256(text)).substr(0, hash_digits);
}

inline bool is_label_value(std::string_view text) {
  if (text.empty()) return true;
  if (text.size() > longest || !is_alphanumeric(text.front()) || !is_alphanumeric(text.back())) return false;
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
         == std::string_view::npos;
}

/// Whether `text` ends as an altered one does; it is altered too then, since two texts could become one
/// otherwise.
inline bool ends_like_altered(std::string_view text) {
  if (text.size() <= hash_digits || text[text.size() - hash_digits - 1] != '_') return false;
  return text.substr(text.size() - hash_digits).find_first_not_of("0123456789abcdef")
         == std::string_view::npos;
}

/// What of `text` a label value may hold, each run of other characters as one `-`.
inline std::string readable_part(std::string_view text, std::size_t most) {
  std::string part;
  for (char c : text) {
    if (part.size() == most) break;
    const bool fits = is_alphanumeric(c) || (!part.empty() && (c == '-' || c == '_' || c == '.'));
    if (fits)
      part += c;
    else if (!part.empty() && part.back() != '-')
      part += '-';
  }
  while (!part.empty() && !is_alphanumeric(part.back())) part.pop_back();
  return part.empty() ? "x" : part;
}

}  // namespace names

std::string label_value(std::string_view text) {
  if (names::is_label_value(text) && !names::ends_like_altered(text)) return std::string(text);
  return names::readable_part(text, names::longest - names::hash_digits - 1) + '_' + names::hash_of(text);
}

std::string slug_of(std::string_view text) {
  constexpr std::size_t most = 40;
  const std::size_t dash = text.rfind('-');
  const bool like_altered =
      dash != text.npos && names::ends_like_altered(std::string(text).replace(dash, 1, "_"));
  if (text.size() <= most && dns_label::accepts(text) && !like_altered) return std::string(text);
  std::string readable = lower(names::readable_part(text, most - names::hash_digits - 1));
  for (char& c : readable)
    if (c == '_' || c == '.') c = '-';
  return readable + '-' + names::hash_of(text);
}

std::string workload_name(std::string_view pipeline, std::string_view service) {
  std::string name = std::string(pipeline) + '-' + std::string(service);
  const bool begins_with_letter = name.front() >= 'a' && name.front() <= 'z';
  if (name.size() <= names::longest && begins_with_letter) return name;
  const std::string hash = names::hash_of(std::string(pipeline) + '/' + std::string(service));
  if (!begins_with_letter) name.insert(0, "s-");
  name.resize(std::min(name.size(), names::longest - names::hash_digits - 1));
  while (!names::is_alphanumeric(name.back())) name.pop_back();
  return name + '-' + hash;
}

}  // namespace cicd::kubernetes
