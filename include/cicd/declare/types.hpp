// The strong value types of a declaration. A literal of the wrong form does not compile; a text from
// elsewhere is asked with `T::from`. Each is a view of static or interned storage, so that it can be a
// constant: none of them owns, and none belongs inside `optional` or `variant`, where an empty value serves.
// Standard library only: a `pipeline.cpp` pays for this file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cicd {

/// A copy of `text` that lives as long as the process. Equal texts share one copy; thread-safe.
std::string_view interned(std::string_view text);

namespace detail {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_alnum_lower(char c) {
  return is_digit(c) || is_lower(c);
}

/// A text whose form `Rule` decides: `accepts`, `allowed` (words for a message) and `refuse`, which is not
/// constexpr, so that the compiler names it, and with it the rule, when a literal is wrong.
template <typename Rule>
class literal {
 public:
  using rule = Rule;

  constexpr literal() = default;
  consteval literal(const char* text) : text_(text) {
    if (!Rule::accepts(text_)) Rule::refuse();
  }

  /// The value for a text that is known only at run time; empty where the rule refuses it.
  static literal from(std::string_view text) {
    literal value;
    if (Rule::accepts(text)) value.text_ = interned(text);
    return value;
  }
  static constexpr bool accepts(std::string_view text) { return Rule::accepts(text); }
  static constexpr std::string_view allowed() { return Rule::allowed; }

  constexpr std::string_view view() const { return text_; }
  std::string str() const { return std::string(text_); }
  constexpr bool empty() const { return text_.empty(); }
  constexpr explicit operator bool() const { return !text_.empty(); }
  friend constexpr bool operator==(literal a, literal b) { return a.text_ == b.text_; }
  friend constexpr auto operator<=>(literal a, literal b) { return a.text_ <=> b.text_; }

 private:
  std::string_view text_;
};

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
  static void refuse();  // a host is a DNS name in lower case
};

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

struct variable_rule {
  static constexpr std::string_view allowed = "letters, digits and '_', not beginning with a digit";
  static constexpr bool accepts(std::string_view text) {
    if (text.empty() || is_digit(text.front())) return false;
    for (char c : text)
      if (!is_digit(c) && !is_lower(c) && !is_upper(c) && c != '_') return false;
    return true;
  }
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
  static void refuse();  // a label's key has lower-case letters, digits, '.', '-', '_' and '/'
};

struct meta_key_rule {
  static constexpr std::string_view allowed =
      "a key such as team or example.com/team: letters, digits, '.', '-' and '_', at most 63, perhaps after "
      "a DNS "
      "name and '/'";
  static constexpr bool accepts(std::string_view text) {
    if (const auto slash = text.find('/'); slash != text.npos) {
      std::string_view prefix = text.substr(0, slash);
      if (prefix.empty() || prefix.size() > 253) return false;
      while (true) {
        const auto dot = prefix.find('.');
        if (!is_dns_label(prefix.substr(0, dot))) return false;
        if (dot == prefix.npos) break;
        prefix.remove_prefix(dot + 1);
      }
      text.remove_prefix(slash + 1);
    }
    const auto is_alnum = [](char c) { return is_alnum_lower(c) || is_upper(c); };
    if (text.empty() || text.size() > 63 || !is_alnum(text.front()) || !is_alnum(text.back())) return false;
    for (char c : text)
      if (!is_alnum(c) && c != '.' && c != '-' && c != '_') return false;
    return true;
  }
  static void refuse();  // a key has letters, digits, '.', '-' and '_', perhaps after a DNS name and '/'
};

struct amount_rule {
  static constexpr std::string_view allowed = "a whole number such as 1, or a percentage such as 25%";
  static constexpr bool accepts(std::string_view text) {
    if (text.ends_with('%')) text.remove_suffix(1);
    if (text.empty() || text.size() > 4) return false;
    for (char c : text)
      if (!is_digit(c)) return false;
    return true;
  }
  static void refuse();  // an amount is a whole number or a percentage
};

struct share_rule {
  static constexpr std::string_view allowed = "a percentage from 1% to 50%, such as 10%";
  static constexpr bool accepts(std::string_view text) { return parsed(text) >= 1 && parsed(text) <= 50; }
  static constexpr int parsed(std::string_view text) {
    if (text.size() < 2 || text.size() > 3 || text.back() != '%') return 0;
    int number = 0;
    for (char c : text.substr(0, text.size() - 1)) {
      if (!is_digit(c)) return 0;
      number = number * 10 + (c - '0');
    }
    return number;
  }
  static void refuse();  // a share is a percentage from 1% to 50%
};

/// One field of a cron schedule: `*`, numbers, names, ranges, lists and steps, as Kubernetes' parser takes
/// them.
struct cron_field {
  int least, most;
  std::string_view names;  // three letters each, the first standing for `least`

  constexpr int number_of(std::string_view text) const {
    if (text.empty()) return -1;
    if (is_digit(text.front())) {
      int number = 0;
      if (text.size() > 3) return -1;
      for (char c : text) {
        if (!is_digit(c)) return -1;
        number = number * 10 + (c - '0');
      }
      return number;
    }
    if (text.size() != 3) return -1;
    for (std::size_t at = 0; at + 3 <= names.size(); at += 3) {
      bool same = true;
      for (std::size_t i = 0; i < 3; ++i) {
        const char c = is_upper(text[i]) ? static_cast<char>(text[i] - 'A' + 'a') : text[i];
        same = same && c == names[at + i];
      }
      if (same) return least + static_cast<int>(at / 3);
    }
    return -1;
  }

  constexpr bool accepts_part(std::string_view part) const {
    const auto slash = part.find('/');
    if (slash != part.npos) {
      const std::string_view step = part.substr(slash + 1);
      if (step.empty() || !is_digit(step.front()) || number_of(step) < 1) return false;
      part = part.substr(0, slash);
    }
    if (part == "*" || part == "?") return true;
    const auto dash = part.find('-');
    const int first = number_of(part.substr(0, dash));
    const int last = dash == part.npos ? first : number_of(part.substr(dash + 1));
    return first >= least && last >= first && last <= most;
  }

  constexpr bool accepts(std::string_view text) const {
    while (true) {
      const auto comma = text.find(',');
      if (!accepts_part(text.substr(0, comma))) return false;
      if (comma == text.npos) return true;
      text.remove_prefix(comma + 1);
    }
  }
};

struct cron_schedule_rule {
  static constexpr std::string_view allowed =
      "five fields: minute 0-59, hour 0-23, day 1-31, month 1-12, weekday 0-6, such as \"*/15 * * * *\"; or "
      "@hourly, "
      "@daily, @weekly, @monthly, @yearly";
  static constexpr cron_field fields[5] = {{0, 59, {}},
                                           {0, 23, {}},
                                           {1, 31, {}},
                                           {1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"},
                                           {0, 6, "sunmontuewedthufrisat"}};
  static constexpr bool accepts(std::string_view text) {
    for (std::string_view known :
         {"@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"})
      if (text == known) return true;
    for (int at = 0; at < 5; ++at) {
      const auto space = text.find(' ');
      if ((space == text.npos) != (at == 4) || !fields[at].accepts(text.substr(0, space))) return false;
      if (space != text.npos) text.remove_prefix(space + 1);
    }
    return true;
  }
  static void refuse();  // a schedule has five fields: minute hour day month weekday
};

struct time_zone_rule {
  static constexpr std::string_view allowed =
      "a name of the time zone database, such as America/Sao_Paulo or UTC";
  static constexpr bool accepts(std::string_view text) {
    if (text.empty() || text.size() > 64 || text.front() == '/' || text.back() == '/' || text == "Local")
      return false;
    for (char c : text)
      if (!is_digit(c) && !is_lower(c) && !is_upper(c) && c != '/' && c != '_' && c != '-' && c != '+')
        return false;
    return text.find("//") == text.npos;
  }
  static void refuse();  // a time zone is a name such as America/Sao_Paulo
};

struct toleration_rule {
  static constexpr std::string_view allowed =
      "<key>, <key>=<value>, each perhaps with :NoSchedule, :PreferNoSchedule or :NoExecute";
  static constexpr bool accepts(std::string_view text) {
    if (const auto colon = text.rfind(':'); colon != text.npos) {
      const std::string_view effect = text.substr(colon + 1);
      if (effect != "NoSchedule" && effect != "PreferNoSchedule" && effect != "NoExecute") return false;
      text = text.substr(0, colon);
    }
    const auto equals = text.find('=');
    const std::string_view value = equals == text.npos ? "x" : text.substr(equals + 1);
    return meta_key_rule::accepts(text.substr(0, equals)) && meta_key_rule::accepts(value)
           && value.find('/') == value.npos;
  }
  static void refuse();  // a toleration is <key>[=<value>][:<effect>]
};

struct env_source_rule {
  static constexpr std::string_view allowed = "config/<ConfigMap> or secret/<Secret>";
  static constexpr bool accepts(std::string_view text) {
    if (!text.starts_with("config/") && !text.starts_with("secret/")) return false;
    return is_dns_label(text.substr(7));
  }
  static void refuse();  // a source of variables is config/<ConfigMap> or secret/<Secret>
};

struct mount_source_rule {
  static constexpr std::string_view allowed =
      "empty, empty:<size>, config:<ConfigMap>, secret:<Secret>, claim:<PersistentVolumeClaim> or, with "
      "STATEFUL, "
      "storage:<name>:<size>";
  static constexpr bool accepts(std::string_view text) {
    if (text == "empty") return true;
    const auto colon = text.find(':');
    if (colon == text.npos) return false;
    const std::string_view kind = text.substr(0, colon), rest = text.substr(colon + 1);
    if (kind == "empty") return quantity_rule::accepts(rest);
    if (kind == "config" || kind == "secret" || kind == "claim") return is_dns_label(rest);
    const auto size = rest.find(':');
    return kind == "storage" && size != rest.npos && is_dns_label(rest.substr(0, size))
           && quantity_rule::accepts(rest.substr(size + 1));
  }
  static void
  refuse();  // a volume is empty, config:<name>, secret:<name>, claim:<name> or storage:<name>:<size>
};

struct role_arn_rule {
  static constexpr std::string_view allowed = "an ARN such as arn:aws:iam::123456789012:role/orders";
  static constexpr bool accepts(std::string_view text) {
    if (!text.starts_with("arn:aws") || text.find(":iam::") == text.npos) return false;
    const auto role = text.find(":role/");
    if (role == text.npos || role + 6 == text.size()) return false;
    for (char c : text)
      if (c <= ' ' || c == 0x7f) return false;
    return true;
  }
  static void refuse();  // a role is an ARN such as arn:aws:iam::123456789012:role/orders
};

struct eks_cluster_rule {
  static constexpr std::string_view allowed = "<region>/<cluster>, such as us-east-1/orders";
  static constexpr bool accepts(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == text.npos || !is_dns_label(text.substr(0, slash))) return false;
    const std::string_view name = text.substr(slash + 1);
    if (name.empty() || name.size() > 100 || name.front() == '-') return false;
    for (char c : name)
      if (!is_digit(c) && !is_lower(c) && !is_upper(c) && c != '-' && c != '_') return false;
    return true;
  }
  static void refuse();  // an EKS cluster is <region>/<cluster>
};

struct object_name_rule {
  static constexpr std::string_view allowed = "<Kind>/<name>, such as PersistentVolumeClaim/orders-data";
  static constexpr bool accepts(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == text.npos || slash == 0 || !is_upper(text.front())) return false;
    for (char c : text.substr(0, slash))
      if (!is_lower(c) && !is_upper(c) && !is_digit(c)) return false;
    const std::string_view name = text.substr(slash + 1);
    if (name.empty() || name.size() > 253) return false;
    for (char c : name)
      if (!is_alnum_lower(c) && c != '-' && c != '.') return false;
    return true;
  }
  static void refuse();  // an object is <Kind>/<name>
};

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
/// The key of a label or an annotation of Kubernetes.
using meta_key = detail::literal<detail::meta_key_rule>;
/// A number of pods or a share of them (Kubernetes `IntOrString`).
using amount = detail::literal<detail::amount_rule>;
/// What part of the pods a canary may be.
using share = detail::literal<detail::share_rule>;
/// When a cron job runs, as Kubernetes reads it.
using cron_schedule = detail::literal<detail::cron_schedule_rule>;
/// A name of the IANA time zone database.
using time_zone_name = detail::literal<detail::time_zone_rule>;
/// A taint that pods tolerate: `<key>[=<value>][:<effect>]`.
using toleration = detail::literal<detail::toleration_rule>;
/// A ConfigMap or Secret of the cluster whose keys become variables.
using env_source = detail::literal<detail::env_source_rule>;
/// What a volume is made of.
using mount_source = detail::literal<detail::mount_source_rule>;
/// An AWS role.
using role_arn = detail::literal<detail::role_arn_rule>;
/// `<region>/<cluster>` of EKS.
using eks_cluster = detail::literal<detail::eks_cluster_rule>;
/// `<Kind>/<name>`.
using object_name = detail::literal<detail::object_name_rule>;
/// Any text that is not empty.
using text = detail::literal<detail::text_rule>;

/// A length of time such as `90s`, `10m` or `1h30m`. The empty value means "not given".
class duration {
 public:
  constexpr duration() = default;
  consteval duration(const char* text) : milliseconds_(parsed(text)) {
    if (milliseconds_ < 0) refuse();
  }
  static constexpr bool accepts(std::string_view text) { return parsed(text) >= 0; }
  static constexpr std::string_view allowed() {
    return "whole numbers with ms, s, m, h or d, such as 90s or 1h30m, at most 30d";
  }
  static constexpr duration from(std::string_view text) {
    duration value;
    value.milliseconds_ = parsed(text) < 0 ? 0 : parsed(text);
    return value;
  }
  constexpr std::int64_t milliseconds() const { return milliseconds_; }
  constexpr explicit operator bool() const { return milliseconds_ != 0; }
  friend constexpr bool operator==(duration, duration) = default;

 private:
  static constexpr std::int64_t parsed(std::string_view text) {
    std::int64_t total = 0;
    if (text.empty()) return -1;
    while (!text.empty()) {
      std::int64_t number = 0;
      std::size_t at = 0;
      while (at < text.size() && detail::is_digit(text[at]) && at < 10)
        number = number * 10 + (text[at++] - '0');
      if (at == 0) return -1;
      text.remove_prefix(at);
      std::int64_t unit = 0;
      std::size_t size = 1;
      if (text.starts_with("ms"))
        unit = 1, size = 2;
      else if (text.starts_with("s"))
        unit = 1000;
      else if (text.starts_with("m"))
        unit = 60'000;
      else if (text.starts_with("h"))
        unit = 3'600'000;
      else if (text.starts_with("d"))
        unit = 86'400'000;
      else
        return -1;
      text.remove_prefix(size);
      total += number * unit;
    }
    return total > 0 && total <= std::int64_t{30} * 86'400'000 ? total : -1;
  }
  static void refuse();  // a duration is a whole number with ms, s, m, h or d
  std::int64_t milliseconds_ = 0;
};

/// A TCP port, 1 to 65535; 0 means "none".
class port_number {
 public:
  constexpr port_number() = default;
  consteval port_number(int number) : number_(static_cast<std::uint16_t>(number)) {
    if (number < 1 || number > 65535) refuse();
  }
  static constexpr bool accepts(std::string_view text) { return parsed(text) > 0; }
  static constexpr std::string_view allowed() { return "a whole number from 1 to 65535"; }
  static constexpr port_number from(std::string_view text) {
    port_number value;
    value.number_ = static_cast<std::uint16_t>(parsed(text));
    return value;
  }
  constexpr int number() const { return number_; }
  constexpr explicit operator bool() const { return number_ != 0; }
  friend constexpr bool operator==(port_number, port_number) = default;

 private:
  static constexpr int parsed(std::string_view text) {
    int number = 0;
    if (text.empty() || text.size() > 5 || text.front() == '0') return 0;
    for (char c : text) {
      if (!detail::is_digit(c)) return 0;
      number = number * 10 + (c - '0');
    }
    return number <= 65535 ? number : 0;
  }
  static void refuse();  // a port is a whole number from 1 to 65535
  std::uint16_t number_ = 0;
};

/// How often: a whole number from 0 to 20; the default value means "not given".
class retry_count {
 public:
  constexpr retry_count() = default;
  consteval retry_count(int number) : number_(static_cast<std::int8_t>(number)) {
    if (number < 0 || number > 20) refuse();
  }
  static constexpr bool accepts(std::string_view text) { return parsed(text) >= 0; }
  static constexpr std::string_view allowed() { return "a whole number from 0 to 20"; }
  static constexpr retry_count from(std::string_view text) {
    retry_count value;
    value.number_ = static_cast<std::int8_t>(parsed(text));
    return value;
  }
  constexpr int number() const { return number_ < 0 ? 0 : number_; }
  constexpr explicit operator bool() const { return number_ >= 0; }
  friend constexpr bool operator==(retry_count, retry_count) = default;

 private:
  static constexpr int parsed(std::string_view text) {
    if (text.empty() || text.size() > 2) return -1;
    int number = 0;
    for (char c : text) {
      if (!detail::is_digit(c)) return -1;
      number = number * 10 + (c - '0');
    }
    return number <= 20 ? number : -1;
  }
  static void refuse();  // a number of retries is from 0 to 20
  std::int8_t number_ = -1;
};

/// How many pods: a number, or a range `4..20` between which an autoscaler decides. 0 to 1000 each; the
/// default value means "not given".
class replica_range {
 public:
  constexpr replica_range() = default;
  consteval replica_range(int number)
      : least_(static_cast<std::int16_t>(number)), most_(static_cast<std::int16_t>(number)) {
    if (number < 0 || number > 1000) refuse();
  }
  consteval replica_range(const char* text) {
    if (!read(text)) refuse();
  }
  static constexpr bool accepts(std::string_view text) { return replica_range{}.read(text); }
  static constexpr std::string_view allowed() {
    return "a whole number from 0 to 1000, or a range such as 4..20 whose lower end is at least 1";
  }
  static constexpr replica_range from(std::string_view text) {
    replica_range value;
    if (!value.read(text)) value = replica_range{};
    return value;
  }
  constexpr int least() const { return least_; }
  constexpr int most() const { return most_; }
  constexpr bool scales() const { return least_ != most_; }
  constexpr explicit operator bool() const { return least_ >= 0; }
  friend constexpr bool operator==(replica_range, replica_range) = default;

 private:
  static constexpr int number_in(std::string_view text) {
    int number = 0;
    if (text.empty() || text.size() > 4) return -1;
    for (char c : text) {
      if (!detail::is_digit(c)) return -1;
      number = number * 10 + (c - '0');
    }
    return number <= 1000 ? number : -1;
  }
  constexpr bool read(std::string_view text) {
    const auto dots = text.find("..");
    const int least = number_in(text.substr(0, dots));
    const int most = dots == text.npos ? least : number_in(text.substr(dots + 2));
    if (least < 0 || most < least || (dots != text.npos && (least < 1 || most == least))) return false;
    least_ = static_cast<std::int16_t>(least);
    most_ = static_cast<std::int16_t>(most);
    return true;
  }
  static void refuse();  // replicas are a number from 0 to 1000, or a range such as 4..20
  std::int16_t least_ = -1;
  std::int16_t most_ = -1;
};

/// A numeric user that an image runs as, 1 to 4294967294, so that "not root" can be checked without the
/// image.
class user_id {
 public:
  constexpr user_id() = default;
  consteval user_id(std::uint32_t number) : number_(number) {
    if (number == 0 || number == 0xffffffff) refuse();
  }
  static constexpr bool accepts(std::string_view text) { return parsed(text) != 0; }
  static constexpr std::string_view allowed() {
    return "a numeric user id from 1 to 4294967294, such as 10001";
  }
  static constexpr user_id from(std::string_view text) {
    user_id value;
    value.number_ = parsed(text);
    return value;
  }
  constexpr std::uint32_t number() const { return number_; }
  constexpr explicit operator bool() const { return number_ != 0; }
  friend constexpr bool operator==(user_id, user_id) = default;

 private:
  static constexpr std::uint32_t parsed(std::string_view text) {
    std::uint64_t number = 0;
    if (text.empty() || text.size() > 10 || text.front() == '0') return 0;
    for (char c : text) {
      if (!detail::is_digit(c)) return 0;
      number = number * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return number < 0xffffffff ? static_cast<std::uint32_t>(number) : 0;
  }
  static void refuse();  // a user is a number from 1 to 4294967294
  std::uint32_t number_ = 0;
};

/// `NAME=value`. The value may be empty and may hold placeholders.
struct assignment {
  variable_name name;
  std::string value;
  bool operator==(const assignment&) const = default;
};

/// `key=value` of an image's label.
struct label {
  label_key key;
  std::string value;
  bool operator==(const label&) const = default;
};

/// `from=to`: a file or folder below the step's folder, and the absolute path that it has in the image.
struct file_mapping {
  relative_path from;
  std::string to;
  bool operator==(const file_mapping&) const = default;
};

/// `NAME=secret/key`: a variable that the cluster takes from a Secret of its own; the value is never seen
/// here.
struct secret_reference {
  variable_name name;
  dns_label secret;
  std::string key;
  bool operator==(const secret_reference&) const = default;
};

/// `key=value` of a label or an annotation of Kubernetes. The value may hold placeholders.
struct annotation {
  meta_key key;
  std::string value;
  bool operator==(const annotation&) const = default;
};

/// `name=port`: a further port of a container and of its Service.
struct named_port {
  dns_label name;
  port_number port;
  bool operator==(const named_port&) const = default;
};

/// `source=path`: a volume and where the container sees it.
struct mount {
  mount_source source;
  std::string path;
  bool operator==(const mount&) const = default;
};

/// `cause=duration`: how long a symptom may last before a rollout is given up.
struct patience {
  dns_label cause;
  duration length;
  bool operator==(const patience&) const = default;
};

/// A switch for what is on or off by default.
enum class toggle { none, on, off };

/// What a git event is about.
enum class ref_kind { none, branch, tag };

/// `branch main`, `tag "v*"`: the git event that an environment follows.
struct trigger {
  ref_kind kind = ref_kind::none;
  ref_pattern pattern;
  bool operator==(const trigger&) const = default;
};

}  // namespace cicd
