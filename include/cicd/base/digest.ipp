// SHA-256 by libcrypto's own functions rather than by EVP: the same code with the CPU's instructions, but EVP
// loads providers and the configuration file first, which took 1.0 ms at every start of the driver (measured,
// OpenSSL 3.0.19). They are marked as deprecated since OpenSSL 3.0; nothing else of the kind is used.
#pragma once

#include <cicd/base/digest.hpp>

#include <openssl/sha.h>

namespace cicd {

namespace base_digest {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

/// One digest in the making; a plain value, safe on any thread. The functions fail for no input (they cannot
/// but return 1).
class hasher {
 public:
  hasher() { SHA256_Init(&context_); }

  void update(std::string_view bytes) { SHA256_Update(&context_, bytes.data(), bytes.size()); }

  digest finish() {
    digest value;
    SHA256_Final(value.bytes.data(), &context_);
    SHA256_Init(&context_);
    return value;
  }

 private:
  SHA256_CTX context_;
};

#pragma GCC diagnostic pop

}  // namespace base_digest

struct sha256_stream::state : base_digest::hasher {};

sha256_stream::sha256_stream() : state_(std::make_unique<state>()) {}
sha256_stream::~sha256_stream() = default;
sha256_stream::sha256_stream(sha256_stream&&) noexcept = default;
sha256_stream& sha256_stream::operator=(sha256_stream&&) noexcept = default;

void sha256_stream::update(std::string_view bytes) {
  state_->update(bytes);
}

digest sha256_stream::finish() {
  return state_->finish();
}

digest sha256(std::string_view bytes) {
  base_digest::hasher once;
  once.update(bytes);
  return once.finish();
}

}  // namespace cicd
