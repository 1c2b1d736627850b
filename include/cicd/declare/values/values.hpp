// The strong value types of a declaration. A literal of the wrong form does not compile; a text from
// elsewhere is asked with `T::from`. Each is a view of static or interned storage, so that it can be a
// constant: none of them owns, and none belongs inside `optional` or `variant`, where an empty value serves.
// What each has beside its value (`allowed`, `parse`, `text`, `guess`) is told in value_traits.hpp.
// Standard library only: a `pipeline.cpp` pays for this file.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <cicd/declare/values/choice_words.hpp>
#include <cicd/declare/values/literal.hpp>
#include <cicd/declare/values/numbers.hpp>

namespace cicd {
namespace detail {

constexpr bool is_dns_label(std::string_view text) {
  if (text.empty() || text.size() > 63 || !is_alnum_lower(text.front()) || !is_alnum_lower(text.back()))
    return false;
  for (char c : text)
    if (!is_alnum_lower(c) && c != '-') return false;
  return true;
}

struct dns_label_rule {
  static constexpr std::string_view allowed =
      "1 to 63 lower-case letters, digits and '-', with a letter or digit at both ends";
  static constexpr bool accepts(std::string_view text) { return is_dns_label(text); }
  static std::string guess(std::string_view text);
  static void refuse();  // a name has 1 to 63 lower-case letters, digits and '-'
};

struct host_name_rule {
  static constexpr std::string_view allowed =
      "a DNS name of at most 253 characters, such as orders.example.com; placeholders such as {slug} may "
      "stand in it";
  static constexpr bool accepts(std::string_view text) {
    if (text.empty() || text.size() > 253) return false;
    char before = '.';
    bool inside = false;
    for (char c : text) {
      if (c == '{' && !inside)
        inside = true;
      else if (c == '}' && inside)
        inside = false;
      else if (inside ? !(is_lower(c) || c == '_') : !(is_alnum_lower(c) || c == '-' || c == '.'))
        return false;
      if (c == '.' && (before == '.' || before == '-')) return false;
      if (c == '-' && before == '.') return false;
      before = c;
    }
    return !inside && before != '.' && before != '-';
  }
  static std::string guess(std::string_view text);
  static void refuse();  // a host is a DNS name in lower case
};

/// A host name in which nothing is left to be replaced.
constexpr bool is_dns_name(std::string_view text) {
  if (text.size() > 253) return false;
  while (true) {
    const auto dot = text.find('.');
    if (!is_dns_label(text.substr(0, dot))) return false;
    if (dot == text.npos) return true;
    text.remove_prefix(dot + 1);
  }
}

struct image_repository_rule {
  static constexpr std::string_view allowed =
      "a repository such as services/orders or registry.example.com/services/orders, in lower case, without "
      "tag or digest";
  static constexpr bool accepts(std::string_view text) {
    if (text.empty() || text.size() > 255) return false;
    bool first = true;
    while (true) {
      const auto slash = text.find('/');
      std::string_view part = text.substr(0, slash);
      if (first && slash != text.npos)
        if (const auto colon = part.rfind(':'); colon != part.npos) {
          for (char c : part.substr(colon + 1))
            if (!is_digit(c)) return false;
          if (colon + 1 == part.size()) return false;
          part = part.substr(0, colon);
        }
      if (part.empty() || !is_alnum_lower(part.front()) || !is_alnum_lower(part.back())) return false;
      for (char c : part)
        if (!is_alnum_lower(c) && c != '-' && c != '_' && c != '.') return false;
      if (slash == text.npos) return true;
      text.remove_prefix(slash + 1);
      first = false;
    }
  }
  static std::string guess(std::string_view text);
  static void refuse();  // an image repository has no tag, no digest and no capital letter
};

struct relative_path_rule {
  static constexpr std::string_view allowed = "a relative path with '/' between its parts, without '..'";
  static constexpr bool accepts(std::string_view text) {
    if (text.empty() || text.front() == '/') return false;
    for (char c : text)
      if (c == '\n' || c == '\0') return false;
    while (true) {
      const auto slash = text.find('/');
      if (text.substr(0, slash) == "..") return false;
      if (slash == text.npos) return true;
      text.remove_prefix(slash + 1);
    }
  }
  static void refuse();  // a path here is relative and stays within its folder
};

/// An absolute path within an image.
constexpr bool is_image_path(std::string_view text) {
  return text.starts_with('/') && (text == "/" || relative_path_rule::accepts(text.substr(1)));
}

/// What `make` says of both sides of `left=right`; nothing without a `=`.
template <typename Make>
constexpr auto at_equals(std::string_view text, Make make) -> decltype(make(text, text)) {
  const auto equals = text.find('=');
  if (equals == text.npos) return {};
  return make(text.substr(0, equals), text.substr(equals + 1));
}

struct variable_rule {
  static constexpr std::string_view allowed = "letters, digits and '_', not beginning with a digit";
  static constexpr bool accepts(std::string_view text) {
    if (text.empty() || is_digit(text.front())) return false;
    for (char c : text)
      if (!is_digit(c) && !is_lower(c) && !is_upper(c) && c != '_') return false;
    return true;
  }
  static std::string guess(std::string_view text);
  static void refuse();  // an environment variable's name has letters, digits and '_'
};

struct url_path_rule {
  static constexpr std::string_view allowed = "an absolute URL path such as /health";
  static constexpr bool accepts(std::string_view text) {
    if (text.empty() || text.front() != '/') return false;
    for (char c : text)
      if (c <= ' ' || c == 0x7f) return false;
    return true;
  }
  static std::string guess(std::string_view text);
  static void refuse();  // a URL path begins with '/'
};

struct quantity_rule {
  static constexpr std::string_view allowed =
      "a Kubernetes quantity: a decimal number with m, k, M, G, T, Ki, Mi, Gi or Ti, such as 500m or 1Gi";
  static constexpr bool accepts(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size() && is_digit(text[at])) ++at;
    if (at == 0) return false;
    if (at < text.size() && text[at] == '.') {
      const auto start = ++at;
      while (at < text.size() && is_digit(text[at])) ++at;
      if (at == start) return false;
    }
    const std::string_view unit = text.substr(at);
    for (std::string_view known : {"", "m", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti"})
      if (unit == known) return true;
    return false;
  }
  static std::string guess(std::string_view text);
  static void refuse();  // a quantity is a number with a unit, such as 500m or 1Gi
};

struct text_rule {
  static constexpr std::string_view allowed = "any text without a NUL byte that is not empty";
  static constexpr bool accepts(std::string_view text) {
    return !text.empty() && text.find('\0') == text.npos;
  }
  static void refuse();  // a text here is not empty
};

struct ref_pattern_rule {
  static constexpr std::string_view allowed = "a branch or tag name, in which '*' stands for any characters";
  static constexpr bool accepts(std::string_view text) {
    if (text.empty() || text.front() == '/' || text.back() == '/' || text.front() == '-') return false;
    for (char c : text)
      if (c <= ' ' || c == 0x7f || c == '~' || c == '^' || c == ':' || c == '?' || c == '[' || c == '\\')
        return false;
    return text.find("..") == text.npos;
  }
  static std::string guess(std::string_view text);
  static void refuse();  // a ref pattern is a branch or tag name with '*'
};

struct label_key_rule {
  static constexpr std::string_view allowed =
      "an image label's key: lower-case letters, digits, '.', '-', '_' and '/'";
  static constexpr bool accepts(std::string_view text) {
    if (text.empty() || !is_alnum_lower(text.front())) return false;
    for (char c : text)
      if (!is_alnum_lower(c) && c != '.' && c != '-' && c != '_' && c != '/') return false;
    return true;
  }
  static std::string guess(std::string_view text);
  static void refuse();  // a label's key has lower-case letters, digits, '.', '-', '_' and '/'
};

/// `NAME=rest` with a name that is one; empty where there is none.
std::string guess_with_name(std::string_view text);

}  // namespace detail

/// A name of a pipeline, step, image, service or environment (RFC 1123 label).
using dns_label = detail::literal<detail::dns_label_rule>;
/// A DNS name; placeholders may stand in it.
using host_name = detail::literal<detail::host_name_rule>;
/// Where an image is published, without tag and digest (OCI distribution-spec, "Pulling manifests").
using image_repository = detail::literal<detail::image_repository_rule>;
/// A path below the folder that its field names.
using relative_path = detail::literal<detail::relative_path_rule>;
/// A pattern over relative paths: `*`, `?`, `[…]` within one part, `**` across parts.
using path_pattern = detail::literal<detail::relative_path_rule>;
/// The name of an environment variable.
using variable_name = detail::literal<detail::variable_rule>;
/// The path of a URL.
using url_path = detail::literal<detail::url_path_rule>;
/// An amount of CPU or memory (Kubernetes `resource.Quantity`).
using quantity = detail::literal<detail::quantity_rule>;
/// A branch or tag, perhaps with `*`.
using ref_pattern = detail::literal<detail::ref_pattern_rule>;
/// The key of an image's label.
using label_key = detail::literal<detail::label_key_rule>;
/// Any text that is not empty.
using text = detail::literal<detail::text_rule>;

/// `NAME=value`. The value may be empty and may hold placeholders.
struct assignment {
  variable_name name;
  std::string value;

  static constexpr std::string_view allowed() { return "NAME=value, NAME of letters, digits and '_'"; }
  static std::optional<assignment> parse(std::string_view word);
  static std::string guess(std::string_view word);
  std::string text() const;
  bool operator==(const assignment&) const = default;
};

/// `key=value` of an image's label.
struct label {
  label_key key;
  std::string value;

  static constexpr std::string_view allowed() { return "key=value, the key in lower case"; }
  static std::optional<label> parse(std::string_view word);
  static std::string guess(std::string_view word);
  std::string text() const;
  bool operator==(const label&) const = default;
};

/// `from=to`: a file or folder below the step's folder, and the absolute path that it has in the image.
struct file_mapping {
  relative_path from;
  std::string to;

  static constexpr std::string_view allowed() {
    return "<from>=<to>: a relative path, and an absolute path without '..' in the image";
  }
  static std::optional<file_mapping> parse(std::string_view word);
  std::string text() const;
  bool operator==(const file_mapping&) const = default;
};

/// A switch for what is on or off by default.
enum class toggle { none, on, off };
declaring::choice_words choices_of(const toggle*);

/// What a git event is about.
enum class ref_kind { none, branch, tag };

/// `branch main`, `tag "v*"`: the git event that an environment follows.
struct trigger {
  ref_kind kind = ref_kind::none;
  ref_pattern pattern;

  static constexpr std::string_view allowed() { return "branch <pattern> or tag <pattern>"; }
  static std::string guess(std::string_view words);
  bool operator==(const trigger&) const = default;
};

}  // namespace cicd
