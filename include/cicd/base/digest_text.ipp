// Digests as text and back. It hashes nothing, and needs no library for it.
#pragma once

#include <cicd/base/digest.hpp>

namespace cicd {

namespace base_digest {

inline int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace base_digest

std::string hex(const digest& of) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(64);
  for (const std::uint8_t byte : of.bytes) {
    text.push_back(digits[byte >> 4]);
    text.push_back(digits[byte & 15]);
  }
  return text;
}

std::string oci_text(const digest& of) {
  return "sha256:" + hex(of);
}

std::optional<digest> digest_from(std::string_view text) {
  if (text.starts_with("sha256:")) text.remove_prefix(7);
  digest value;
  if (text.size() != 2 * value.bytes.size()) return std::nullopt;
  for (std::size_t at = 0; at < value.bytes.size(); ++at) {
    const int high = base_digest::nibble(text[2 * at]);
    const int low = base_digest::nibble(text[2 * at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    value.bytes[at] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return value;
}

}  // namespace cicd
