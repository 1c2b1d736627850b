// The program that signs and verifies: all cryptography is its. It asks no registry, so that the logins of
// skopeo are enough: what it signs goes to its standard input, what it verifies lies in a layout folder.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/base/secret_value.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// A private key as `cosign generate-key-pair` writes it.
struct signing_key {
  secret_value key;
  secret_value password{};
};

/// Who is to have signed: any of these public keys (absolute paths), else the identity of a certificate.
struct trusted_signer {
  std::vector<std::string> keys;
  std::string identity{}, issuer{};
};

/// What a signature consists of, as cosign keeps it beside an image.
struct made_signature {
  std::string signature;      ///< base64; of a statement the envelope, as JSON
  std::string certificate{};  ///< PEM; empty: by a key
  std::string log_entry{};    ///< what the public log gave, as JSON; empty: it is in none
};

/// What is said about an image, and by which words cosign would say it.
struct in_toto_statement {
  std::string text;       ///< all of it
  std::string predicate;  ///< its SLSA provenance
  std::string subject, digest_hex;
};

/// What cosign says of an image in a layout.
struct verified {
  std::string out{};                 ///< what it printed: of provenance an envelope a line
  std::optional<std::string> why{};  ///< it is not signed as it should be, in cosign's words
};

class cosign {
 public:
  /// Class `usage` with how to install it when it is not there.
  static result<cosign> found(const surroundings& around, const cancellation* cancelled);

  /// Class `usage` for a key that it cannot read, `remote` where the authority or the log do not answer.
  /// Without a key by the identity of the CI job: class `usage` where it has none. `scratch` is a folder of
  /// ours that is made and removed.
  result<made_signature> sign(std::string_view bytes,
                              const signing_key* key,
                              const std::string& scratch) const;
  /// An in-toto statement about an image, as a DSSE envelope. By a key it is the statement as it is; without
  /// one cosign writes the statement itself, with its predicate, since the log has to have it.
  result<made_signature> sign_statement(const in_toto_statement& of,
                                        const signing_key* key,
                                        const std::string& scratch) const;
  /// `layout` is one of `write_signed_layout`. Class `usage` for a public key that it cannot read, `remote`
  /// where the roots of trust cannot be had.
  result<verified> verify(const std::string& layout, bool provenance, const trusted_signer& by) const;

 private:
  cosign(std::string program, const surroundings& around, const cancellation* cancelled);
  captured ask(std::vector<std::string> words, const signing_key* key, std::string_view input) const;
  result<made_signature> sign_by_identity(std::vector<std::string> words,
                                          std::string_view input,
                                          const std::string& scratch) const;
  result<verified> verify_by(std::vector<std::string> words, const std::string& key) const;

  std::string program_;
  std::vector<std::string> environment_;
  bool has_identity_ = false;
  const cancellation* cancelled_;
};

/// Whether the CI system gives the job an identity that cosign can use.
bool has_ci_identity(const surroundings& around);

/// The bytes that are signed for a DSSE envelope: its pre-authentication encoding.
std::string dsse_bytes_of(std::string_view statement);

}  // namespace cicd
