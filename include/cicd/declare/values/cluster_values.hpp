// The value types of a declaration that only a cluster gives a meaning to: schedules, labels, volumes, shares
// of pods. In everything else as values.hpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/values/values.hpp>

namespace cicd {
namespace detail {

/// What a label's name and value are made of (apimachinery, IsLabelValue).
constexpr bool is_label_word(std::string_view text) {
  const auto is_alnum = [](char c) { return is_alnum_lower(c) || is_upper(c); };
  if (text.empty() || text.size() > 63 || !is_alnum(text.front()) || !is_alnum(text.back())) return false;
  for (char c : text)
    if (!is_alnum(c) && c != '.' && c != '-' && c != '_') return false;
  return true;
}

/// A qualified name (apimachinery, IsQualifiedName).
struct meta_key_rule {
  static constexpr std::string_view allowed =
      "a key such as team or example.com/team: letters, digits, '.', '-' and '_', at most 63, perhaps after "
      "a DNS name and '/'";
  static constexpr bool accepts(std::string_view text) {
    if (const auto slash = text.find('/'); slash != text.npos) {
      if (!is_dns_subdomain(text.substr(0, slash))) return false;
      text.remove_prefix(slash + 1);
    }
    return is_label_word(text);
  }
  static void a_key_has_letters_digits_dots_dashes_and_underscores_perhaps_after_a_DNS_name_and_a_slash();
  static constexpr auto refuse =
      a_key_has_letters_digits_dots_dashes_and_underscores_perhaps_after_a_DNS_name_and_a_slash;
};

/// The key of a ConfigMap or a Secret (apimachinery, IsConfigMapKey).
constexpr bool is_config_key(std::string_view text) {
  if (text.empty() || text.size() > 253 || text == "." || text.starts_with("..")) return false;
  for (const char c : text)
    if (!is_alnum_lower(c) && !is_upper(c) && c != '-' && c != '_' && c != '.') return false;
  return true;
}

struct amount_rule {
  static constexpr std::string_view allowed = "a whole number such as 1, or a percentage such as 25%";
  static constexpr std::string_view pattern = R"(^[0-9]{1,4}%?$)";
  static constexpr bool accepts(std::string_view text) {
    if (text.ends_with('%')) text.remove_suffix(1);
    if (text.empty() || text.size() > 4) return false;
    for (char c : text)
      if (!is_digit(c)) return false;
    return true;
  }
  static std::string guess(std::string_view text);
  static void an_amount_is_a_whole_number_or_a_percentage();
  static constexpr auto refuse = an_amount_is_a_whole_number_or_a_percentage;
};

struct share_rule {
  static constexpr std::string_view allowed = "a percentage from 1% to 50%, such as 10%";
  static constexpr std::string_view pattern = R"(^[0-9]{1,2}%$)";
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
  static std::string guess(std::string_view text);
  static void a_share_is_a_percentage_from_1_to_50_percent();
  static constexpr auto refuse = a_share_is_a_percentage_from_1_to_50_percent;
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
    for (const cron_field& each : fields)
      if (!each.accepts(next_word(text))) return false;
    return next_word(text).empty();
  }
  /// Takes the next word off; fields are apart by any number of spaces and tabs.
  static constexpr std::string_view next_word(std::string_view& text) {
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    std::size_t end = 0;
    while (end < text.size() && text[end] != ' ' && text[end] != '\t') ++end;
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end);
    return word;
  }
  static std::string guess(std::string_view text);
  static std::string advice(std::string_view text);
  static void a_schedule_has_five_fields_minute_hour_day_month_weekday();
  static constexpr auto refuse = a_schedule_has_five_fields_minute_hour_day_month_weekday;
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
  static std::string guess(std::string_view text);
  static void a_time_zone_is_a_name_such_as_America_slash_Sao_Paulo();
  static constexpr auto refuse = a_time_zone_is_a_name_such_as_America_slash_Sao_Paulo;
};

struct toleration_rule {
  static constexpr std::string_view allowed =
      "<key> or <key>=<value>, where the value may be empty, each perhaps with :NoSchedule, "
      ":PreferNoSchedule or :NoExecute";
  static constexpr bool accepts(std::string_view text) {
    if (const auto colon = text.rfind(':'); colon != text.npos) {
      const std::string_view effect = text.substr(colon + 1);
      if (effect != "NoSchedule" && effect != "PreferNoSchedule" && effect != "NoExecute") return false;
      text = text.substr(0, colon);
    }
    const auto equals = text.find('=');
    const std::string_view value = equals == text.npos ? std::string_view() : text.substr(equals + 1);
    return meta_key_rule::accepts(text.substr(0, equals)) && (value.empty() || is_label_word(value));
  }
  static std::string guess(std::string_view text);
  static void a_toleration_is_key_value_and_effect();
  static constexpr auto refuse = a_toleration_is_key_value_and_effect;
};

struct env_source_rule {
  static constexpr std::string_view allowed = "config/<ConfigMap> or secret/<Secret>";
  static constexpr bool accepts(std::string_view text) {
    if (!text.starts_with("config/") && !text.starts_with("secret/")) return false;
    return is_dns_subdomain(text.substr(7));
  }
  static std::string guess(std::string_view text);
  static void a_source_of_variables_is_config_or_secret_slash_name();
  static constexpr auto refuse = a_source_of_variables_is_config_or_secret_slash_name;
};

struct mount_source_rule {
  static constexpr std::string_view allowed =
      "empty, empty:<size>, config:<ConfigMap>, secret:<Secret>, claim:<PersistentVolumeClaim> or, with "
      "STATEFUL, storage:<name>:<size>, a size such as 10Gi";
  static constexpr bool accepts(std::string_view text) {
    if (text == "empty") return true;
    const auto colon = text.find(':');
    if (colon == text.npos) return false;
    const std::string_view kind = text.substr(0, colon), rest = text.substr(colon + 1);
    if (kind == "empty") return is_size(rest);
    if (kind == "config" || kind == "secret" || kind == "claim") return is_dns_subdomain(rest);
    const auto size = rest.find(':');
    return kind == "storage" && size != rest.npos && is_dns_label(rest.substr(0, size))
           && is_size(rest.substr(size + 1));
  }
  /// 10 and 10m are bytes and less, and never meant.
  static constexpr bool is_size(std::string_view text) { return quantity_rule::amount_in(text) >= 65536; }
  static void a_volume_is_empty_or_config_or_secret_or_claim_colon_name_or_storage_colon_name_colon_size();
  static constexpr auto refuse =
      a_volume_is_empty_or_config_or_secret_or_claim_colon_name_or_storage_colon_name_colon_size;
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
  static void a_role_is_an_ARN_such_as_arn_aws_iam_account_role_name();
  static constexpr auto refuse = a_role_is_an_ARN_such_as_arn_aws_iam_account_role_name;
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
  static std::string guess(std::string_view text);
  static void an_EKS_cluster_is_region_slash_cluster();
  static constexpr auto refuse = an_EKS_cluster_is_region_slash_cluster;
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
  static std::string guess(std::string_view text);
  static void an_object_is_Kind_slash_name();
  static constexpr auto refuse = an_object_is_Kind_slash_name;
};

}  // namespace detail

/// The key of a label or an annotation of Kubernetes.
CICD_LITERAL(meta_key, meta_key_rule);
/// A number of pods or a share of them (Kubernetes `IntOrString`).
CICD_LITERAL(amount, amount_rule);
/// What part of the pods a canary may be.
CICD_LITERAL(share, share_rule);
/// When a cron job runs, as Kubernetes reads it.
CICD_LITERAL(cron_schedule, cron_schedule_rule);
/// A name of the IANA time zone database.
CICD_LITERAL(time_zone_name, time_zone_rule);
/// A taint that pods tolerate: `<key>[=<value>][:<effect>]`.
CICD_LITERAL(toleration, toleration_rule);
/// A ConfigMap or Secret of the cluster whose keys become variables.
CICD_LITERAL(env_source, env_source_rule);
/// What a volume is made of.
CICD_LITERAL(mount_source, mount_source_rule);
/// An AWS role.
CICD_LITERAL(role_arn, role_arn_rule);
/// `<region>/<cluster>` of EKS.
CICD_LITERAL(eks_cluster, eks_cluster_rule);
/// `<Kind>/<name>`.
CICD_LITERAL(object_name, object_name_rule);

/// `NAME=secret/key`: a variable that the cluster takes from a Secret of its own; the value is never seen
/// here.
struct secret_reference {
  variable_name name;
  cluster_name secret;
  std::string key;

  static constexpr std::string_view allowed() {
    return "NAME=<secret>/<key>: the names of a Secret of the cluster and of a key in it, never a value";
  }
  static std::optional<secret_reference> parse(std::string_view word);
  static std::string guess(std::string_view word);
  std::string text() const;
  bool operator==(const secret_reference&) const = default;
};

/// `key=value` of a label or an annotation of Kubernetes. The value may hold placeholders.
struct annotation {
  meta_key key;
  std::string value;

  static constexpr std::string_view allowed() {
    return "key=value, the key such as team or example.com/team";
  }
  static std::optional<annotation> parse(std::string_view word);
  static std::string guess(std::string_view word);
  std::string text() const;
  bool operator==(const annotation&) const = default;
};

/// `name=port`: a further port of a container and of its Service.
struct named_port {
  dns_label name;
  port_number port;

  static constexpr std::string_view allowed() {
    return "name=port: at most 15 lower-case letters, digits and single '-', a letter among them, and 1 to "
           "65535";
  }
  static std::optional<named_port> parse(std::string_view word);
  static std::string guess(std::string_view word);
  std::string text() const;
  bool operator==(const named_port&) const = default;
};

/// `source=path`: a volume and where the container sees it.
struct mount {
  mount_source source;
  std::string path;

  static constexpr std::string_view allowed() {
    return "<source>=<absolute path>, the source empty, empty:<size>, config:<ConfigMap>, secret:<Secret>, "
           "claim:<PersistentVolumeClaim> or, with STATEFUL, storage:<name>:<size>, a size such as 10Gi";
  }
  static std::optional<mount> parse(std::string_view word);
  static std::string guess(std::string_view word);
  std::string text() const;
  /// What may be given once.
  std::string_view identity() const { return path; }
  bool operator==(const mount&) const = default;
};

/// `cause=duration`: how long a symptom may last before a rollout is given up.
struct patience {
  dns_label cause;
  duration length;

  static constexpr std::string_view allowed() {
    return "cause=duration, or cause=0 to give up at once; causes are crash-loop, image-pull, oom, "
           "unschedulable, probe, config, quota, volume, deletion and progress";
  }
  static std::optional<patience> parse(std::string_view word);
  static std::string guess(std::string_view word);
  std::string text() const;
  /// The causes that there are.
  static const std::vector<std::string>& causes();
  /// What may be given once.
  std::string_view identity() const { return cause.view(); }
  bool operator==(const patience&) const = default;
};

}  // namespace cicd
