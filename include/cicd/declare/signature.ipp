// Reading the words of VERIFY_SIGNATURE.
#pragma once

#include <cicd/declare/signature.hpp>

#include <algorithm>
#include <string_view>

#include <cicd/base/text.hpp>
#include <cicd/declare/values/values.hpp>

namespace cicd {

namespace declare_signature {
namespace {

const std::vector<std::string> kinds{"key", "keyless"};

constexpr const char* forms = "key <file below the source folder>…, or keyless <identity> <issuer>";

bool is_issuer(std::string_view word) {
  constexpr std::string_view scheme = "https://";
  return word.starts_with(scheme) && word.size() > scheme.size() && word[scheme.size()] != '/'
         && word.find_first_of(" \t?#") == word.npos;
}

signature_words keys_in(std::span<const text> words) {
  signature_words read;
  if (words.empty()) read.wrong = {0, "VERIFY_SIGNATURE key takes files with public keys", forms};
  for (std::size_t at = 0; at < words.size() && !read.wrong; ++at) {
    const std::string file = words[at].str();
    if (!relative_path::accepts(file))
      read.wrong = {at + 1, "VERIFY_SIGNATURE key takes files below the source folder",
                    "a path without .. such as keys/release.pub"};
    else if (std::ranges::find(read.made.keys, file) != read.made.keys.end())
      read.wrong = {at + 1, "VERIFY_SIGNATURE key has a file twice", "each file once"};
    read.made.keys.push_back(file);
  }
  return read;
}

signature_words identity_in(std::span<const text> words) {
  signature_words read;
  if (words.size() != 2) {
    read.wrong = {words.size() > 2 ? std::size_t{3} : words.size(),
                  "VERIFY_SIGNATURE keyless takes an identity and its issuer", forms};
    return read;
  }
  read.made.identity = words[0].str();
  read.made.issuer = words[1].str();
  if (!is_issuer(read.made.issuer))
    read.wrong = {2, "VERIFY_SIGNATURE keyless takes the URL of an issuer",
                  "such as https://token.actions.githubusercontent.com",
                  is_issuer("https://" + read.made.issuer) && read.made.issuer.find('.') != std::string::npos
                          && read.made.issuer.find("://") == std::string::npos
                      ? "https://" + read.made.issuer
                      : std::string()};
  return read;
}

}  // namespace
}  // namespace declare_signature

std::string wanted_signature::text() const {
  return is_keyless() ? identity + " (" + issuer + ")" : joined(keys, " or ");
}

signature_words signature_in(std::span<const text> words) {
  using namespace declare_signature;
  const std::string first = words.empty() ? std::string() : words.front().str();
  if (first == "key") return keys_in(words.subspan(1));
  if (first == "keyless") return identity_in(words.subspan(1));
  const bool is_file = first.ends_with(".pub") || first.ends_with(".pem") || first.find('/') != first.npos;
  return {.made = {},
          .wrong = wrong_signature{0, "VERIFY_SIGNATURE has a wrong value", forms,
                                   is_file ? "key " + first : nearest(lower(first), kinds).value_or("")}};
}

std::optional<wanted_signature> signature_of(const environment& place) {
  if (place.verify_signature.empty()) return std::nullopt;
  return signature_in(place.verify_signature).made;
}

}  // namespace cicd
