// VERIFY_SIGNATURE, taken apart: who must have signed the images of an environment. It reads no key.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <cicd/declare/environments.hpp>

namespace cicd {

struct wanted_signature {
  std::vector<std::string> keys;     ///< files with public keys below the source folder, of which any will do
  std::string identity{}, issuer{};  ///< without a key: whose certificate, and who vouched for that

  bool is_keyless() const { return keys.empty(); }
  /// `keys/release.pub or keys/next.pub`, `<identity> (<issuer>)`
  std::string text() const;
};

/// What is wrong with a word.
struct wrong_signature {
  std::size_t word = 0;  ///< which one
  std::string what, allowed, did_you_mean{};
};

struct signature_words {
  wanted_signature made{};
  std::optional<wrong_signature> wrong{};
};
signature_words signature_in(std::span<const text> words);

/// Of an environment that was checked; nothing without VERIFY_SIGNATURE.
std::optional<wanted_signature> signature_of(const environment& place);

}  // namespace cicd
