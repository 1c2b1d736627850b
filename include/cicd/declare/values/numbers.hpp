// The numbers of a declaration: lengths of time, ports, counts, users. One of the wrong form does not
// compile; a text from elsewhere is asked with `T::from`. The default value of each means "not given". What
// each type has beside its value (`allowed`, `from`, `text`, `guess`) is told in value_traits.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <cicd/declare/values/literal.hpp>

namespace cicd {

/// A length of time such as `90s`, `10m` or `1h30m`. The empty value means "not given".
class duration {
  static void a_duration_is_a_whole_number_with_ms_s_m_h_or_d();
  static constexpr auto refuse = a_duration_is_a_whole_number_with_ms_s_m_h_or_d;

 public:
  constexpr duration() = default;
  template <auto Allowed = refuse>
  consteval duration(const char* text) : milliseconds_(parsed(text)) {
    if (milliseconds_ < 0) Allowed();
  }
  static constexpr bool accepts(std::string_view text) { return parsed(text) >= 0; }
  static constexpr std::string_view allowed() {
    return "whole numbers with ms, s, m, h or d, such as 90s or 1h30m, at most 30d";
  }
  static constexpr std::string_view pattern() { return R"(^([0-9]+(ms|[smhd]))+$)"; }
  CICD_NOT_IN_A_TYPED_FILE static constexpr duration from(std::string_view text) {
    return from(text, detail::by_checked());
  }
  static constexpr duration from(std::string_view text, detail::by_checked) {
    duration value;
    value.milliseconds_ = parsed(text) < 0 ? 0 : parsed(text);
    return value;
  }
  static std::string guess(std::string_view text);
  /// In the largest unit that is exact: `15m`, `90s`.
  std::string text() const;
  constexpr std::int64_t milliseconds() const { return milliseconds_; }
  /// Rounded up.
  constexpr std::int64_t whole_seconds() const { return (milliseconds_ + 999) / 1000; }
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
  std::int64_t milliseconds_ = 0;
};

/// A TCP port, 1 to 65535; 0 means "none".
class port_number {
  static void a_port_is_a_whole_number_from_1_to_65535();
  static constexpr auto refuse = a_port_is_a_whole_number_from_1_to_65535;

 public:
  constexpr port_number() = default;
  template <auto Allowed = refuse>
  consteval port_number(int number) : number_(static_cast<std::uint16_t>(number)) {
    if (number < 1 || number > 65535) Allowed();
  }
  static constexpr bool accepts(std::string_view text) { return parsed(text) > 0; }
  static constexpr std::string_view allowed() { return "a whole number from 1 to 65535"; }
  static constexpr std::string_view pattern() { return R"(^[1-9][0-9]{0,4}$)"; }
  CICD_NOT_IN_A_TYPED_FILE static constexpr port_number from(std::string_view text) {
    return from(text, detail::by_checked());
  }
  static constexpr port_number from(std::string_view text, detail::by_checked) {
    port_number value;
    value.number_ = static_cast<std::uint16_t>(parsed(text));
    return value;
  }
  static std::string guess(std::string_view text);
  std::string text() const;
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
  std::uint16_t number_ = 0;
};

/// How often: a whole number from 0 to 20; the default value means "not given".
class retry_count {
  static void a_number_of_retries_is_from_0_to_20();
  static constexpr auto refuse = a_number_of_retries_is_from_0_to_20;

 public:
  constexpr retry_count() = default;
  template <auto Allowed = refuse>
  consteval retry_count(int number) : number_(static_cast<std::int8_t>(number)) {
    if (number < 0 || number > 20) Allowed();
  }
  static constexpr bool accepts(std::string_view text) { return parsed(text) >= 0; }
  static constexpr std::string_view allowed() { return "a whole number from 0 to 20"; }
  static constexpr std::string_view pattern() { return R"(^[0-9]{1,2}$)"; }
  CICD_NOT_IN_A_TYPED_FILE static constexpr retry_count from(std::string_view text) {
    return from(text, detail::by_checked());
  }
  static constexpr retry_count from(std::string_view text, detail::by_checked) {
    retry_count value;
    value.number_ = static_cast<std::int8_t>(parsed(text));
    return value;
  }
  static std::string guess(std::string_view text);
  std::string text() const;
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
  std::int8_t number_ = -1;
};

/// Into how many parts: a whole number from 2 to 64; the default value means "not given".
class shard_count {
  static void a_number_of_shards_is_from_2_to_64();
  static constexpr auto refuse = a_number_of_shards_is_from_2_to_64;

 public:
  constexpr shard_count() = default;
  template <auto Allowed = refuse>
  consteval shard_count(int number) : number_(static_cast<std::int8_t>(number)) {
    if (number < 2 || number > 64) Allowed();
  }
  static constexpr bool accepts(std::string_view text) { return parsed(text) > 0; }
  static constexpr std::string_view allowed() { return "a whole number from 2 to 64"; }
  static constexpr std::string_view pattern() { return R"(^[1-9][0-9]?$)"; }
  CICD_NOT_IN_A_TYPED_FILE static constexpr shard_count from(std::string_view text) {
    return from(text, detail::by_checked());
  }
  static constexpr shard_count from(std::string_view text, detail::by_checked) {
    shard_count value;
    value.number_ = static_cast<std::int8_t>(parsed(text));
    return value;
  }
  static std::string guess(std::string_view text);
  std::string text() const;
  constexpr int number() const { return number_; }
  constexpr explicit operator bool() const { return number_ > 0; }
  friend constexpr bool operator==(shard_count, shard_count) = default;

 private:
  static constexpr int parsed(std::string_view text) {
    if (text.empty() || text.size() > 2 || text.front() == '0') return 0;
    int number = 0;
    for (char c : text) {
      if (!detail::is_digit(c)) return 0;
      number = number * 10 + (c - '0');
    }
    return number >= 2 && number <= 64 ? number : 0;
  }
  std::int8_t number_ = 0;
};

/// How many pods: a number, or a range `4..20` between which an autoscaler decides. 0 to 1000 each; the
/// default value means "not given".
class replica_range {
  static void replicas_are_a_number_from_0_to_1000_or_a_range_such_as_4_dot_dot_20();
  static constexpr auto refuse = replicas_are_a_number_from_0_to_1000_or_a_range_such_as_4_dot_dot_20;

 public:
  constexpr replica_range() = default;
  template <auto Allowed = refuse>
  consteval replica_range(int number)
      : least_(static_cast<std::int16_t>(number)), most_(static_cast<std::int16_t>(number)) {
    if (number < 0 || number > 1000) Allowed();
  }
  template <auto Allowed = refuse>
  consteval replica_range(const char* text) {
    if (!read(text)) Allowed();
  }
  static constexpr bool accepts(std::string_view text) { return replica_range{}.read(text); }
  static constexpr std::string_view allowed() {
    return "a whole number from 0 to 1000, or a range such as 4..20 whose lower end is at least 1";
  }
  static constexpr std::string_view pattern() { return R"(^[0-9]{1,4}([.][.][0-9]{1,4})?$)"; }
  CICD_NOT_IN_A_TYPED_FILE static constexpr replica_range from(std::string_view text) {
    return from(text, detail::by_checked());
  }
  static constexpr replica_range from(std::string_view text, detail::by_checked) {
    replica_range value;
    if (!value.read(text)) value = replica_range{};
    return value;
  }
  static std::string guess(std::string_view text);
  std::string text() const;
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
  std::int16_t least_ = -1;
  std::int16_t most_ = -1;
};

/// A numeric user that an image runs as, 1 to 4294967294, so that "not root" can be checked without the
/// image.
class user_id {
  static void a_user_is_a_number_from_1_to_4294967294();
  static constexpr auto refuse = a_user_is_a_number_from_1_to_4294967294;

 public:
  constexpr user_id() = default;
  template <auto Allowed = refuse>
  consteval user_id(std::uint32_t number) : number_(number) {
    if (number == 0 || number == 0xffffffff) Allowed();
  }
  static constexpr bool accepts(std::string_view text) { return parsed(text) != 0; }
  static constexpr std::string_view allowed() {
    return "a numeric user id from 1 to 4294967294, such as 10001";
  }
  static constexpr std::string_view pattern() { return R"(^[1-9][0-9]{0,9}$)"; }
  CICD_NOT_IN_A_TYPED_FILE static constexpr user_id from(std::string_view text) {
    return from(text, detail::by_checked());
  }
  static constexpr user_id from(std::string_view text, detail::by_checked) {
    user_id value;
    value.number_ = parsed(text);
    return value;
  }
  static std::string guess(std::string_view text);
  std::string text() const;
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
  std::uint32_t number_ = 0;
};

}  // namespace cicd
