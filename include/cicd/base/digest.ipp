// SHA-256 by OpenSSL's EVP: one algorithm fetched for the process, one context reused for each thread or stream.
// A libcrypto without SHA-256 is no expected failure: it throws.
#include <cicd/base/digest.hpp>

#include <openssl/evp.h>

#include <stdexcept>

namespace cicd {

namespace base_digest {

/// Fetched once, since each fetch takes libcrypto's locks; it lives as long as the process.
static const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
  return fetched;
}

static void check(bool went_well) {
  if (!went_well) throw std::runtime_error("libcrypto gives no SHA-256");
}

struct context {
  EVP_MD_CTX* held = EVP_MD_CTX_new();
  bool started = false;

  context() = default;
  context(const context&) = delete;
  context& operator=(const context&) = delete;
  ~context() { EVP_MD_CTX_free(held); }

  void update(std::string_view bytes) {
    if (!started) check(held != nullptr && EVP_DigestInit_ex2(held, algorithm(), nullptr) == 1);
    started = true;
    check(EVP_DigestUpdate(held, bytes.data(), bytes.size()) == 1);
  }

  digest finish() {
    update({});
    started = false;
    digest value;
    check(EVP_DigestFinal_ex(held, value.bytes.data(), nullptr) == 1);
    return value;
  }
};

static int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace base_digest

struct sha256_stream::state : base_digest::context {};

sha256_stream::sha256_stream() : state_(std::make_unique<state>()) {}
sha256_stream::~sha256_stream() = default;
sha256_stream::sha256_stream(sha256_stream&&) noexcept = default;
sha256_stream& sha256_stream::operator=(sha256_stream&&) noexcept = default;

void sha256_stream::update(std::string_view bytes) { state_->update(bytes); }

digest sha256_stream::finish() { return state_->finish(); }

digest sha256(std::string_view bytes) {
  thread_local base_digest::context reused;
  reused.update(bytes);
  return reused.finish();
}

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

std::string oci_text(const digest& of) { return "sha256:" + hex(of); }

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
