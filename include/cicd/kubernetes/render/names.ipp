// Names and label values from texts that were made for something else: valid always, and never the same for
// two texts. Rules: Kubernetes "Object Names and IDs", "Labels and Selectors".
#pragma once

#include <algorithm>

#include <cicd/base/digest.hpp>
#include <cicd/base/text.hpp>
#include <cicd/declare/placeholders.hpp>
#include <cicd/declare/values/cluster_values.hpp>
#include <cicd/kubernetes/render/names.hpp>
#include <cicd/kubernetes/render/objects.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd::kubernetes {
namespace kubernetes_render_names {

constexpr std::size_t longest = 63;
constexpr std::size_t hash_digits = 12;

inline bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

inline bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}

inline std::string hash_of(std::string_view text) {
  return hex(sha256(text)).substr(0, hash_digits);
}

inline bool is_label_value(std::string_view text) {
  return text.empty() || cicd::detail::is_label_word(text);
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

/// The same in lower case, as part of a name.
inline std::string readable_name(std::string_view text, std::size_t most) {
  std::string readable = lower(readable_part(text, most));
  for (char& c : readable)
    if (c == '_' || c == '.') c = '-';
  return readable;
}

/// At most `most` characters of a name, which ends with a letter or a digit.
inline std::string cut_name(std::string_view name, std::size_t most) {
  std::string cut(name.substr(0, most));
  while (!cut.empty() && !is_alphanumeric(cut.back())) cut.pop_back();
  return cut;
}

}  // namespace kubernetes_render_names

std::string label_value(std::string_view text) {
  if (kubernetes_render_names::is_label_value(text) && !kubernetes_render_names::ends_like_altered(text))
    return std::string(text);
  return kubernetes_render_names::readable_part(
             text, kubernetes_render_names::longest - kubernetes_render_names::hash_digits - 1)
         + '_' + kubernetes_render_names::hash_of(text);
}

std::string slug_of(std::string_view text) {
  constexpr std::size_t most = longest_slug;
  const std::size_t dash = text.rfind('-');
  const bool like_altered =
      dash != text.npos
      && kubernetes_render_names::ends_like_altered(std::string(text).replace(dash, 1, "_"));
  if (text.size() <= most && dns_label::accepts(text) && !like_altered) return std::string(text);
  return kubernetes_render_names::readable_name(text, most - kubernetes_render_names::hash_digits - 1) + '-'
         + kubernetes_render_names::hash_of(text);
}

std::string short_hash(std::string_view text) {
  return kubernetes_render_names::hash_of(text);
}

std::string workload_name(std::string_view pipeline, std::string_view service, std::size_t most) {
  std::string name = std::string(pipeline) + '-' + std::string(service);
  const bool begins_with_letter = kubernetes_render_names::is_letter(name.front());
  if (name.size() <= most && begins_with_letter) return name;
  const std::string hash =
      kubernetes_render_names::hash_of(std::string(pipeline) + '/' + std::string(service));
  if (!begins_with_letter) name.insert(0, "s-");
  return kubernetes_render_names::cut_name(name, most - kubernetes_render_names::hash_digits - 1) + '-'
         + hash;
}

std::string name_in_environment(std::string_view pipeline, const service& of, std::size_t most) {
  return of.named.empty() ? workload_name(pipeline, of.name.view(), most) : of.named.str();
}

std::string name_with(std::string_view name, std::string_view suffix, std::size_t most) {
  std::string whole = std::string(name) + '-' + std::string(suffix);
  if (whole.size() <= most) return whole;
  const std::size_t kept = most - kubernetes_render_names::hash_digits - suffix.size() - 2;
  return kubernetes_render_names::cut_name(name, kept) + '-' + kubernetes_render_names::hash_of(name) + '-'
         + std::string(suffix);
}

std::string branch_key(std::string_view branch) {
  return kubernetes_render_names::readable_name(branch,
                                                longest_slug - kubernetes_render_names::hash_digits - 1)
         + '-' + kubernetes_render_names::hash_of(branch);
}

std::string branch_object_name(std::string_view name, std::string_view branch, std::size_t most) {
  std::string begin(name);
  if (begin.empty() || !kubernetes_render_names::is_letter(begin.front())) begin.insert(0, "s-");
  constexpr std::size_t least_slug = 8;
  const std::size_t room =
      most - kubernetes_render_names::hash_digits - 2;  // for name and slug, without the dashes between
  bool is_cut = begin.size() + least_slug > room;
  if (is_cut) begin = kubernetes_render_names::cut_name(begin, room - least_slug);
  const std::string whole = kubernetes_render_names::readable_name(branch, longest_slug);
  const std::string slug =
      kubernetes_render_names::readable_name(branch, std::min(room - begin.size(), longest_slug));
  is_cut = is_cut || slug != whole;
  // What was cut could be another's too: then the hash is of both.
  const std::string hash =
      is_cut ? kubernetes_render_names::hash_of(std::string(name) + '/' + std::string(branch))
             : kubernetes_render_names::hash_of(branch);
  return begin + '-' + slug + '-' + hash;
}

}  // namespace cicd::kubernetes
