// Looks into values.
#pragma once

#include <cicd/engine/adopt/secrets.hpp>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/parse/diagnostics.hpp>

namespace cicd::source_files {

namespace engine_adopt_secrets {
namespace {

constexpr std::string_view around_pairs = ";&?, \t\r\n\"'{}";

std::string_view bare(std::string_view text) {
  const auto first = text.find_first_not_of(around_pairs);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(around_pairs) - first + 1);
}

/// The word that ends where a `=` or `:` is.
std::string_view key_before(std::string_view text) {
  const std::string_view whole = bare(text);
  const auto start = whole.find_last_of(around_pairs);
  return start == whole.npos ? whole : whole.substr(start + 1);
}

bool is_said(std::string_view value) {
  const std::string_view whole = bare(value.substr(0, value.find_first_of(";&\n")));
  return !whole.empty() && !whole.starts_with('$') && !whole.starts_with("//");
}

}  // namespace
}  // namespace engine_adopt_secrets

bool holds_secret(std::string_view text) {
  using namespace engine_adopt_secrets;
  if (!login_in(text).empty() || text.find("PRIVATE KEY-----") != text.npos) return true;
  for (auto at = text.find_first_of("=:"); at != text.npos; at = text.find_first_of("=:", at + 1)) {
    const std::string_view before = text.substr(0, at);
    const auto last = before.find_last_of(";&?,\n=:");
    const std::string key(key_before(last == before.npos ? before : before.substr(last + 1)));
    if ((declaring::names_a_secret(key) || lower(key) == "pwd") && is_said(text.substr(at + 1))) return true;
  }
  return false;
}

bool is_secret(std::string_view name, std::string_view value) {
  return !value.empty() && (declaring::names_a_secret(name) || holds_secret(value));
}

unread_part secret_at(std::string where, std::string_view what, std::string_view name) {
  return {std::move(where), fmt::format("{} looks like a secret, and its value is not taken", what),
          fmt::format("SECRET_ENV {}=<secret>/<key> of a Secret of the cluster; of a step pipeline_secret()",
                      name)};
}

}  // namespace cicd::source_files
