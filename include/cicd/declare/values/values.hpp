// The strong value types of a declaration. A literal of the wrong form does not compile; a text from
// elsewhere is asked with `T::from`. Each is a view of static or interned storage, so that it can be a
// constant: none of them owns, and none belongs inside `optional` or `variant`, where an empty value serves.
// What each has beside its value is told in value_traits.hpp. Standard library only: a `pipeline.cpp` pays.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <cicd/declare/values/choice_words.hpp>
#include <cicd/declare/values/image_reference.hpp>
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
  static constexpr std::string_view pattern = R"(^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$)";
  static constexpr bool accepts(std::string_view text) { return is_dns_label(text); }
  static std::string guess(std::string_view text);
  static void a_name_has_1_to_63_lower_case_letters_digits_and_dashes();
  static constexpr auto refuse = a_name_has_1_to_63_lower_case_letters_digits_and_dashes;
};

/// A label in which `{setting.<name>}` may stand.
struct settable_name_rule {
  static constexpr std::string_view allowed =
      "1 to 63 lower-case letters, digits and '-', with a letter or digit at both ends; {setting.<name>} may "
      "stand in it";
  static constexpr std::string_view pattern = R"(^([a-z0-9-]|\{setting\.[a-z0-9-]+\})+$)";
  static constexpr bool accepts(std::string_view text) {
    constexpr std::string_view start = "{setting.";
    std::size_t length = 0;
    char first = '-', last = '-';
    for (std::size_t taken = 1; !text.empty(); text.remove_prefix(taken)) {
      const std::size_t end = text.starts_with(start) ? text.find('}') : 0;
      if (end == text.npos || (end > 0 && !is_dns_label(text.substr(start.size(), end - start.size()))))
        return false;
      last = end > 0 ? 'x' : text.front();
      if (!is_alnum_lower(last) && last != '-') return false;
      if (length++ == 0) first = last;
      taken = end + 1;
    }
    return length <= 63 && first != '-' && last != '-';
  }
  static std::string guess(std::string_view text) { return dns_label_rule::guess(text); }
  static void a_name_has_1_to_63_lower_case_letters_digits_and_dashes_perhaps_of_settings();
  static constexpr auto refuse = a_name_has_1_to_63_lower_case_letters_digits_and_dashes_perhaps_of_settings;
};

/// A DNS subdomain as Kubernetes names most objects (apimachinery, IsDNS1123Subdomain): only the whole has a
/// limit.
constexpr bool is_dns_subdomain(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  char before = '.';
  for (const char c : text) {
    if (!is_alnum_lower(c) && c != '-' && c != '.') return false;
    if (before == '.' && !is_alnum_lower(c)) return false;
    if (before == '-' && c == '.') return false;
    before = c;
  }
  return is_alnum_lower(before);
}

struct cluster_name_rule {
  static constexpr std::string_view allowed =
      "1 to 253 lower-case letters, digits, '-' and '.', with a letter or digit at both ends of each part";
  static constexpr std::string_view pattern = R"(^[a-z0-9][a-z0-9.-]*$)";
  static constexpr bool accepts(std::string_view text) { return is_dns_subdomain(text); }
  static std::string guess(std::string_view text);
  static void an_object_of_the_cluster_has_lower_case_letters_digits_dashes_and_dots();
  static constexpr auto refuse = an_object_of_the_cluster_has_lower_case_letters_digits_dashes_and_dots;
};

struct step_reference_rule {
  static constexpr std::string_view allowed =
      "the name of a step, `image` or `image-<name>`; of another pipeline <pipeline>/<step>";
  static constexpr std::string_view pattern = R"(^[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)?$)";
  static constexpr bool accepts(std::string_view text) {
    const auto slash = text.find('/');
    return is_dns_label(text.substr(0, slash))
           && (slash == text.npos || is_dns_label(text.substr(slash + 1)));
  }
  static std::string guess(std::string_view text);
  static void a_step_is_step_or_pipeline_slash_step_of_letters_digits_and_dashes();
  static constexpr auto refuse = a_step_is_step_or_pipeline_slash_step_of_letters_digits_and_dashes;
};

struct service_reference_rule {
  static constexpr std::string_view allowed =
      "the name of a service; of another pipeline <pipeline>/<service>";
  static constexpr std::string_view pattern = R"(^[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)?$)";
  static constexpr bool accepts(std::string_view text) { return step_reference_rule::accepts(text); }
  static std::string guess(std::string_view text);
  static void a_service_is_service_or_pipeline_slash_service_of_letters_digits_and_dashes();
  static constexpr auto refuse = a_service_is_service_or_pipeline_slash_service_of_letters_digits_and_dashes;
};

struct host_name_rule {
  static constexpr std::string_view allowed =
      "a DNS name of at most 253 characters, such as orders.example.com or *.example.com; placeholders such "
      "as {slug} may stand in it";
  static constexpr std::string_view pattern = R"(^[*a-z0-9{][a-z0-9._{}-]*$)";
  static constexpr bool accepts(std::string_view text) {
    if (text.size() > 253) return false;
    if (text.starts_with("*.")) text.remove_prefix(2);
    if (text.empty()) return false;
    char before = '.';
    bool inside = false;
    for (char c : text) {
      if (c == '{' && !inside)
        inside = true;
      else if (c == '}' && inside)
        inside = false;
      else if (inside ? !(is_alnum_lower(c) || c == '_' || c == '-' || c == '.')
                      : !(is_alnum_lower(c) || c == '-' || c == '.'))
        return false;
      if (c == '.' && (before == '.' || before == '-')) return false;
      if (c == '-' && before == '.') return false;
      before = c;
    }
    return !inside && before != '.' && before != '-' && !is_address(text);
  }
  /// Four numbers are an address, which no Ingress takes for a host.
  static constexpr bool is_address(std::string_view text) {
    std::size_t dots = 0;
    for (const char c : text) {
      if (!is_digit(c) && c != '.') return false;
      dots += c == '.' ? 1 : 0;
    }
    return dots == 3;
  }
  static std::string guess(std::string_view text);
  static void a_host_is_a_DNS_name_in_lower_case();
  static constexpr auto refuse = a_host_is_a_DNS_name_in_lower_case;
};

/// A host name, perhaps of a wildcard, in which nothing is left to be replaced.
constexpr bool is_dns_name(std::string_view text) {
  if (text.size() > 253) return false;
  if (text.starts_with("*.")) text.remove_prefix(2);
  while (true) {
    const auto dot = text.find('.');
    if (!is_dns_label(text.substr(0, dot))) return false;
    if (dot == text.npos) return true;
    text.remove_prefix(dot + 1);
  }
}

struct relative_path_rule {
  static constexpr std::string_view allowed = "a relative path with '/' between its parts, without '..'";
  static constexpr std::string_view pattern = R"(^[^/])";
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
  static void a_path_here_is_relative_and_stays_within_its_folder();
  static constexpr auto refuse = a_path_here_is_relative_and_stays_within_its_folder;
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
  static constexpr std::string_view pattern = R"(^[A-Za-z_][A-Za-z0-9_]*$)";
  static constexpr bool accepts(std::string_view text) {
    if (text.empty() || is_digit(text.front())) return false;
    for (char c : text)
      if (!is_digit(c) && !is_lower(c) && !is_upper(c) && c != '_') return false;
    return true;
  }
  static std::string guess(std::string_view text);
  static void an_environment_variable_name_has_letters_digits_and_underscores();
  static constexpr auto refuse = an_environment_variable_name_has_letters_digits_and_underscores;
};

struct value_rule {
  static constexpr std::string_view allowed =
      "letters, digits, '_' and '-', beginning with a letter or '_'; at most 64";
  static constexpr std::string_view pattern = R"(^[A-Za-z_][A-Za-z0-9_-]{0,63}$)";
  static constexpr bool accepts(std::string_view text) {
    if (text.empty() || text.size() > 64 || is_digit(text.front()) || text.front() == '-') return false;
    for (char c : text)
      if (!is_digit(c) && !is_lower(c) && !is_upper(c) && c != '_' && c != '-') return false;
    return true;
  }
  static std::string guess(std::string_view text);
  static void the_name_of_a_value_has_letters_digits_underscores_and_dashes();
  static constexpr auto refuse = the_name_of_a_value_has_letters_digits_underscores_and_dashes;
};

struct url_path_rule {
  static constexpr std::string_view allowed = "an absolute URL path such as /health";
  static constexpr std::string_view pattern = R"(^/)";
  static constexpr bool accepts(std::string_view text) {
    if (text.empty() || text.front() != '/') return false;
    for (char c : text)
      if (c <= ' ' || c == 0x7f) return false;
    return true;
  }
  static std::string guess(std::string_view text);
  static void a_URL_path_begins_with_a_slash();
  static constexpr auto refuse = a_URL_path_begins_with_a_slash;
};

/// By Kubernetes' own grammar (apimachinery, resource.Quantity), without a sign.
struct quantity_rule {
  static constexpr std::string_view allowed =
      "a Kubernetes quantity: a decimal number with m, k, M, G, T, Ki, Mi, Gi or Ti, such as 500m or 1Gi";
  static constexpr std::string_view pattern = R"(^[0-9.]+([numkKMGTPE]i?|[eE][+-]?[0-9]{1,2})?$)";
  static constexpr bool accepts(std::string_view text) { return amount_in(text) >= 0; }
  /// How many cores or bytes; below 0 for no quantity.
  static constexpr double amount_in(std::string_view text) {
    std::size_t at = 0, digits = 0;
    double number = 0, place = 0;
    for (; at < text.size() && (is_digit(text[at]) || text[at] == '.'); ++at) {
      if (text[at] == '.') {
        if (place != 0) return -1;
        place = 1;
        continue;
      }
      ++digits;
      number = number * 10 + (text[at] - '0');
      place *= 10;
    }
    const double unit = unit_of(text.substr(at));
    if (digits == 0 || digits > 18 || unit < 0) return -1;
    return (place == 0 ? number : number / place) * unit;
  }
  static constexpr double unit_of(std::string_view text) {
    constexpr std::string_view decimal = "kMGTPE", binary = "KMGTPE", small = "mun";
    if (text.empty()) return 1;
    if (text.size() == 1 && small.find(text[0]) != small.npos) return power(0.001, small.find(text[0]) + 1);
    if (text.size() == 1 && decimal.find(text[0]) != decimal.npos)
      return power(1000, decimal.find(text[0]) + 1);
    if (text.size() == 2 && text[1] == 'i' && binary.find(text[0]) != binary.npos)
      return power(1024, binary.find(text[0]) + 1);
    if (text[0] != 'e' && text[0] != 'E') return -1;
    text.remove_prefix(1);
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    if (!is_whole(text) || text.size() > 2) return -1;
    std::size_t exponent = 0;
    for (const char c : text) exponent = exponent * 10 + static_cast<std::size_t>(c - '0');
    return exponent > 18 ? -1 : power(negative ? 0.1 : 10, exponent);
  }
  static constexpr double power(double base, std::size_t times) {
    double made = 1;
    for (; times > 0; --times) made *= base;
    return made;
  }
  static std::string guess(std::string_view text);
  /// The amount of bytes that was most likely meant: `512m` is 512Mi, and `512` has the unit `usual`.
  static std::string size_meant_by(std::string_view text, std::string_view usual);
  static void a_quantity_is_a_number_with_a_unit_such_as_500m_or_1Gi();
  static constexpr auto refuse = a_quantity_is_a_number_with_a_unit_such_as_500m_or_1Gi;
};

struct text_rule {
  static constexpr std::string_view allowed = "any text without a NUL byte that is not empty";
  static constexpr bool accepts(std::string_view text) {
    return !text.empty() && text.find('\0') == text.npos;
  }
  static void a_text_here_is_not_empty();
  static constexpr auto refuse = a_text_here_is_not_empty;
};

struct ref_pattern_rule {
  static constexpr std::string_view allowed =
      "a branch or tag name without refs/…, in which '*' stands for any characters";
  static constexpr bool accepts(std::string_view text) {
    if (text.empty() || text.front() == '/' || text.back() == '/' || text.front() == '-') return false;
    if (text.starts_with("refs/")) return false;
    for (char c : text)
      if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == '~' || c == '^' || c == ':' || c == '?'
          || c == '[' || c == '\\')
        return false;
    return text.find("..") == text.npos;
  }
  static std::string guess(std::string_view text);
  static void a_ref_pattern_is_a_branch_or_tag_name_perhaps_with_a_star();
  static constexpr auto refuse = a_ref_pattern_is_a_branch_or_tag_name_perhaps_with_a_star;
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
  static void a_label_key_has_lower_case_letters_digits_dots_dashes_underscores_and_slashes();
  static constexpr auto refuse =
      a_label_key_has_lower_case_letters_digits_dots_dashes_underscores_and_slashes;
};

struct named_secret_rule {
  static constexpr std::string_view prefix = "secret:";
  static constexpr std::string_view allowed = "secret:<name>, a secret of pipeline_secret()";
  static constexpr std::string_view pattern = R"(^secret:[a-z0-9][a-z0-9-]*$)";
  static constexpr bool accepts(std::string_view text) {
    return text.starts_with(prefix) && is_dns_label(text.substr(prefix.size()));
  }
  static std::string guess(std::string_view text);
  static void a_secret_is_named_by_secret_colon_name();
  static constexpr auto refuse = a_secret_is_named_by_secret_colon_name;
};

/// `NAME=rest` with a name that is one; empty where there is none.
std::string guess_with_name(std::string_view text);

}  // namespace detail

/// A name of a pipeline, step, image, service or environment (RFC 1123 label).
CICD_LITERAL(dns_label, dns_label_rule);
/// A name that may hold the values of settings.
CICD_LITERAL(settable_name, settable_name_rule);
/// The name of an object of the cluster that others look after (RFC 1123 subdomain).
CICD_LITERAL(cluster_name, cluster_name_rule);
/// A step or an image, `build`; of another pipeline `billing/build`.
CICD_LITERAL(step_reference, step_reference_rule);
/// A service that another one waits for.
CICD_LITERAL(service_reference, service_reference_rule);
/// A DNS name, perhaps of a wildcard; placeholders may stand in it.
CICD_LITERAL(host_name, host_name_rule);
/// A path below the folder that its field names.
CICD_LITERAL(relative_path, relative_path_rule);
/// A pattern over relative paths: `*`, `?`, `[…]` within one part, `**` across parts.
CICD_LITERAL(path_pattern, relative_path_rule);
/// The name of an environment variable.
CICD_LITERAL(variable_name, variable_rule);
/// The name of a value that a step leaves.
CICD_LITERAL(value_name, value_rule);
/// The path of a URL.
CICD_LITERAL(url_path, url_path_rule);
/// An amount of CPU or memory (Kubernetes `resource.Quantity`).
CICD_LITERAL(quantity, quantity_rule);
/// A branch or tag, perhaps with `*`.
CICD_LITERAL(ref_pattern, ref_pattern_rule);
/// `secret:<name>`: one that pipeline_secret() declares.
CICD_LITERAL(named_secret, named_secret_rule);
/// The name of that one; empty where none is named.
constexpr std::string_view name_of(named_secret of) {
  return of ? of.view().substr(detail::named_secret_rule::prefix.size()) : std::string_view();
}
/// The name in `secret:<name>`, where a text may be that or something else; nothing of what is something
/// else.
constexpr std::optional<std::string_view> secret_named_in(std::string_view text) {
  constexpr std::string_view prefix = detail::named_secret_rule::prefix;
  if (!text.starts_with(prefix)) return std::nullopt;
  return text.substr(prefix.size());
}
/// The key of an image's label.
CICD_LITERAL(label_key, label_key_rule);
/// Any text that is not empty.
CICD_LITERAL(text, text_rule);

/// `NAME=value`. The value may be empty and may hold placeholders.
struct assignment {
  variable_name name;
  std::string value;

  static constexpr std::string_view allowed() { return "NAME=value, NAME of letters, digits and '_'"; }
  static constexpr std::string_view pattern() { return R"(^[A-Za-z_][A-Za-z0-9_]*=)"; }
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
  static constexpr std::string_view pattern() { return R"(^[a-z0-9][a-z0-9._/-]*=)"; }
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
  static constexpr std::string_view pattern() { return R"(=/)"; }
  static std::optional<file_mapping> parse(std::string_view word);
  std::string text() const;
  bool operator==(const file_mapping&) const = default;
};

/// `<secret>` or `<VARIABLE>=<secret>`: a secret by its name, and the variable by which a step gets it.
struct secret_use {
  dns_label secret;
  variable_name variable{};  ///< empty: made of the secret's name

  static constexpr std::string_view allowed() { return "the name of a secret, or <VARIABLE>=<secret>"; }
  static std::optional<secret_use> parse(std::string_view word);
  static std::string guess(std::string_view word);
  std::string text() const;
  std::string_view identity() const { return variable ? variable.view() : secret.view(); }
  /// `NPM_TOKEN` of npm-token; `NPM_TOKEN_FILE` where it holds the path of a file.
  std::string variable_for(bool as_file) const;
  bool operator==(const secret_use&) const = default;
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

/// How the versions of a pipeline's tags are ordered.
enum class version_rule {
  none,
  semantic,  ///< 1.4.2, 1.5.0-rc.1: Semantic Versioning 2.0
  calendar,  ///< 2026.11.29, 2026.11
  number     ///< 17
};
constexpr declaring::choice_words choices_of(const version_rule*) {
  return {"semantic, calendar or number", {"semantic", "calendar", "number"}};
}

}  // namespace cicd
