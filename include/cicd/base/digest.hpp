// SHA-256, the one identity of content in cicd: inputs, outputs, cache entries, image layers.
// It knows bytes only; who reads them and why is elsewhere.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cicd {

/// 32 bytes of SHA-256. The default value, all zero, means "none".
struct digest {
  std::array<std::uint8_t, 32> bytes{};

  auto operator<=>(const digest&) const = default;
  explicit operator bool() const { return *this != digest{}; }
};

/// 64 lower-case hexadecimal digits.
std::string hex(const digest& of);
/// `sha256:` and the hexadecimal digits, as OCI writes it (image-spec, descriptor, "Digests").
std::string oci_text(const digest& of);
/// Reads either spelling; nothing for anything else.
std::optional<digest> digest_from(std::string_view text);

/// The SHA-256 of `bytes`.
digest sha256(std::string_view bytes);

/// SHA-256 over bytes that arrive in parts. Reusable after `finish`; not for two threads at once.
class sha256_stream {
 public:
  sha256_stream();
  ~sha256_stream();
  sha256_stream(sha256_stream&&) noexcept;
  sha256_stream& operator=(sha256_stream&&) noexcept;

  void update(std::string_view bytes);
  /// The digest of all since the start or the last `finish`; begins anew.
  digest finish();

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace cicd
