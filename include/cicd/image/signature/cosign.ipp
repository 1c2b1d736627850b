// Starting cosign, and reading what it says.
#pragma once

#include <cicd/image/signature/cosign.hpp>

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/image/errors.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace image_signature_cosign {
namespace {

constexpr const char* statement_type = "application/vnd.in-toto+json";
constexpr std::string_view own_variables[] = {"COSIGN_PASSWORD", "CICD_SIGNING_KEY"};

/// Its last error, once: it prints it a second time behind other words.
std::string reason_in(std::string_view printed) {
  std::string reason;
  for (const std::string& line : split(std::string(printed), '\n'))
    if (line.starts_with("Error: ")) reason = line.substr(7);
  if (reason.empty()) {
    printed = trimmed(printed);
    reason = std::string(printed.substr(printed.rfind('\n') + 1));
  }
  return displayable(reason);
}

/// It looked, and what it found does not do.
bool is_judged(std::string_view reason) {
  const std::string text = lower(reason);
  const auto says = [&](std::string_view words) { return text.find(words) != std::string::npos; };
  return says("no matching") || says("no signatures") || says("none of the attestations")
         || says("none of the expected identities") || says("invalid signature");
}

error no_identity() {
  return image_error(exit_class::usage, "this job has no identity to sign with", "SIGN_KEYLESS")
      .with("allowed",
            "a job to which the CI system gives an identity token: in GitHub Actions `permissions: id-token: "
            "write`, in GitLab `id_tokens: SIGSTORE_ID_TOKEN: aud: sigstore`, elsewhere SIGSTORE_ID_TOKEN")
      .with("try", "SIGN_IMAGES secret:<name> in place of SIGN_KEYLESS, for a job without one");
}

}  // namespace
}  // namespace image_signature_cosign

bool has_ci_identity(const surroundings& around) {
  return around.get("SIGSTORE_ID_TOKEN")
         || (around.get("ACTIONS_ID_TOKEN_REQUEST_URL") && around.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN"))
         || around.get("BUILDKITE_AGENT_ACCESS_TOKEN") || exists("/var/run/sigstore/cosign/oidc-token");
}

std::string dsse_bytes_of(std::string_view statement) {
  const std::string_view type = image_signature_cosign::statement_type;
  return fmt::format("DSSEv1 {} {} {} {}", type.size(), type, statement.size(), statement);
}

cosign::cosign(std::string program, const surroundings& around, const cancellation* cancelled)
    : program_(std::move(program)), has_identity_(has_ci_identity(around)), cancelled_(cancelled) {
  for (std::string& line : around.lines())
    if (std::ranges::none_of(image_signature_cosign::own_variables, [&](std::string_view name) {
          return line.starts_with(name) && line.size() > name.size() && line[name.size()] == '=';
        }))
      environment_.push_back(std::move(line));
}

result<cosign> cosign::found(const surroundings& around, const cancellation* cancelled) {
  auto program = find_program("cosign", around.get_or("PATH", "/usr/local/bin:/usr/bin:/bin"), "/");
  if (!program)
    return image_error(exit_class::usage, "a program is missing that signs and verifies images", "cosign")
        .with("try", install_hint("cosign"));
  return cosign(*std::move(program), around, cancelled);
}

captured cosign::ask(std::vector<std::string> words, const signing_key* key, std::string_view input) const {
  command what{.words = {program_}, .directory = "/", .environment = environment_};
  what.words.insert(what.words.end(), std::make_move_iterator(words.begin()),
                    std::make_move_iterator(words.end()));
  // Without one it would ask for it.
  what.environment.push_back(
      "COSIGN_PASSWORD="
      + std::string(key == nullptr ? std::string_view() : trimmed(key->password.revealed())));
  if (key != nullptr) what.environment.push_back("CICD_SIGNING_KEY=" + std::string(key->key.revealed()));
  capture_options how;
  how.input = std::string(input);
  how.cancelled = cancelled_;
  how.limit = std::chrono::minutes(4);
  return run_to_end(what, how);
}

result<made_signature> cosign::sign_by_identity(std::vector<std::string> words,
                                                std::string_view input,
                                                const std::string& scratch) const {
  using namespace image_signature_cosign;
  const std::string bundle = scratch + "/bundle.json";
  words.insert(words.begin() + 1, {"--yes", "--bundle=" + bundle});
  const captured got = ask(std::move(words), nullptr, input);
  if (cancelled_ != nullptr && cancelled_->cancelled()) return image_cancelled();
  if (!got.end.good())
    return image_error(exit_class::remote, "cosign cannot sign with the identity of this job")
        .with("caused by", reason_in(got.err));
  const auto text = read_file(bundle);
  if (!text) return text.error();
  const auto read = parse_json(*text);
  if (!read) return read.error();
  return made_signature{.signature = (*read)["base64Signature"].text(),
                        .certificate = bytes_of_base64((*read)["cert"].text()).value_or(""),
                        .log_entry = compact((*read)["rekorBundle"])};
}

result<made_signature> cosign::sign(std::string_view bytes,
                                    const signing_key* key,
                                    const std::string& scratch) const {
  using namespace image_signature_cosign;
  if (key == nullptr) {
    if (!has_identity_) return no_identity();
    if (status made = make_folder(scratch); !made) return made.error();
    auto by_identity = sign_by_identity({"sign-blob", "-"}, bytes, scratch);
    if (status removed = remove_tree(scratch); by_identity && !removed) return removed.error();
    return by_identity;
  }
  const captured got =
      ask({"sign-blob", "--yes", "--key=env://CICD_SIGNING_KEY", "--tlog-upload=false", "-"}, key, bytes);
  if (got.end.good()) return made_signature{.signature = std::string(trimmed(got.out))};
  if (cancelled_ != nullptr && cancelled_->cancelled()) return image_cancelled();
  return image_error(exit_class::usage, "cosign cannot sign with this key", "SIGN_IMAGES")
      .with("caused by", reason_in(got.err))
      .with("allowed",
            "a private key as `cosign generate-key-pair` writes it, and its password as SIGN_PASSWORD");
}

result<made_signature> cosign::sign_statement(const in_toto_statement& of,
                                              const signing_key* key,
                                              const std::string& scratch) const {
  using namespace image_signature_cosign;
  if (key != nullptr) {
    const auto by_key = sign(dsse_bytes_of(of.text), key, scratch);
    if (!by_key) return by_key.error();
    return made_signature{.signature = compact(members_of(
                              "payloadType", statement_type, "payload", base64(of.text), "signatures",
                              list_of(members_of("keyid", "", "sig", by_key->signature))))};
  }
  if (!has_identity_) return no_identity();
  if (status made = make_folder(scratch); !made) return made.error();
  const std::string file = scratch + "/predicate.json";
  const status written = write_file(file, of.predicate, durability::fast);
  auto made = written ? sign_by_identity({"attest-blob", "--type=slsaprovenance1", "--predicate=" + file,
                                          "--hash=" + of.digest_hex, of.subject},
                                         {}, scratch)
                      : result<made_signature>(written.error());
  if (status removed = remove_tree(scratch); made && !removed) return removed.error();
  if (made) made->signature = bytes_of_base64(made->signature).value_or("");
  return made;
}

result<verified> cosign::verify_by(std::vector<std::string> words, const std::string& key) const {
  using namespace image_signature_cosign;
  captured got = ask(std::move(words), nullptr, {});
  if (got.end.good()) return verified{.out = std::move(got.out)};
  if (cancelled_ != nullptr && cancelled_->cancelled()) return image_cancelled();
  std::string reason = reason_in(got.err);
  if (is_judged(reason)) return verified{.why = std::move(reason)};
  if (!key.empty())
    return image_error(exit_class::usage, "cosign cannot verify by this key", key)
        .with("caused by", reason)
        .with("allowed", "a public key in PEM, as `cosign generate-key-pair` writes it");
  return image_error(exit_class::remote, "cosign cannot verify the identity that signed")
      .with("caused by", reason)
      .with("try", "cosign initialize, which fetches the roots of trust");
}

result<verified> cosign::verify(const std::string& layout, bool provenance, const trusted_signer& by) const {
  std::vector<std::string> words{provenance ? "verify-attestation" : "verify", "--local-image"};
  if (provenance) words.emplace_back("--type=slsaprovenance1");
  if (by.keys.empty()) {
    words.insert(words.end(),
                 {"--certificate-identity=" + by.identity, "--certificate-oidc-issuer=" + by.issuer, layout});
    return verify_by(std::move(words), {});
  }
  result<verified> last = verified{};
  for (const std::string& key : by.keys) {
    std::vector<std::string> with_key = words;
    with_key.insert(with_key.end(), {"--key=" + key, "--insecure-ignore-tlog=true", layout});
    last = verify_by(std::move(with_key), key);
    if (!last || !last->why) return last;
  }
  return last;
}

}  // namespace cicd
