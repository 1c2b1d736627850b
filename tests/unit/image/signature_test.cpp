// Signatures beside images: the bytes that are signed, what a statement says, and how cosign is asked. The
// real one is asked in tests/run/signature_test.py.
#include <gmock/gmock.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/image/registry.hpp>
#include <cicd/image/signature/signed_image.hpp>
#include <cicd/system/files.hpp>

#include "image_fixture.hpp"

namespace cicd {
namespace {

using testing::HasSubstr;

provenance_facts facts() {
  return {.pipeline = "orders",
          .image = "image",
          .source = "https://git.example.com/orders",
          .commit = std::string(40, 'a'),
          .builder = "GitHub Actions",
          .made_of = {.steps = {{"orders/build", "k1"}, {"orders/image", "k2"}},
                      .bases = {{"jre:17", "docker.io/library/jre@sha256:" + std::string(64, 'b')}},
                      .inputs = sha256("inputs")}};
}

TEST(dsse, signs_the_type_and_the_length_of_what_it_holds) {
  EXPECT_EQ(dsse_bytes_of("{}"), "DSSEv1 28 application/vnd.in-toto+json 2 {}");
}

TEST(provenance, is_the_same_for_the_same_facts_and_names_what_an_image_was_made_of) {
  const in_toto_statement made = statement_of(facts(), "registry.example.com/orders", sha256("image"));
  EXPECT_EQ(made.text, statement_of(facts(), "registry.example.com/orders", sha256("image")).text);
  const json statement = *parse_json(made.text);
  EXPECT_EQ(statement["_type"].text(), "https://in-toto.io/Statement/v1");
  EXPECT_EQ(statement["predicateType"].text(), "https://slsa.dev/provenance/v1");
  EXPECT_EQ(compact(statement["predicate"]), made.predicate);
  const json& definition = statement["predicate"]["buildDefinition"];
  EXPECT_EQ(definition["internalParameters"]["steps"]["orders/build"].text(), "k1");
  ASSERT_EQ(definition["resolvedDependencies"].elements().size(), 2U);
  EXPECT_EQ(definition["resolvedDependencies"].elements()[0]["digest"]["gitCommit"].text(),
            std::string(40, 'a'));
  EXPECT_EQ(definition["resolvedDependencies"].elements()[1]["uri"].text(), "docker://docker.io/library/jre");
  EXPECT_EQ(definition["resolvedDependencies"].elements()[1]["digest"]["sha256"].text(),
            std::string(64, 'b'));
  const json& builder = statement["predicate"]["runDetails"]["builder"];
  EXPECT_EQ(builder["id"].text(), "https://cicd.dev/builder/github-actions");
}

TEST(provenance, is_read_from_an_envelope_and_from_nothing_else) {
  const in_toto_statement made = statement_of(facts(), "orders", sha256("image"));
  const auto told = provenance_in(compact(members_of("payload", base64(made.text))));
  ASSERT_TRUE(told);
  EXPECT_EQ(told->pipeline, "orders");
  EXPECT_EQ(told->commit, std::string(40, 'a'));
  for (const std::string& wrong : {std::string("{"), std::string("{}"), compact(members_of("payload", "!")),
                                   compact(members_of("payload", base64("[]"))),
                                   compact(members_of("payload", base64("{\"predicateType\":\"x\"}")))})
    EXPECT_FALSE(provenance_in(wrong)) << wrong;
}

/// What cosign was asked and what it was told stands in `said`; it signs with `c2ln`.
class with_cosign : public image_tests::in_folder {
 protected:
  with_cosign() {
    write("bin/cosign",
          replaced_all(R"x(#!/bin/sh
{ echo "$@"; echo "password=$COSIGN_PASSWORD key=$CICD_SIGNING_KEY"; cat; echo; } >> FOLDER/said
for word in "$@"; do
  case $word in --bundle=*)
    echo '{"base64Signature":"c2ln","cert":"UEVN","rekorBundle":{"SignedEntryTimestamp":"x"}}' > "${word#--bundle=}" ;;
  esac
done
[ ! -e FOLDER/fails ] || { echo "Error: $(cat FOLDER/fails)" >&2; exit 1; }
case $1 in sign-blob) echo c2ln ;; verify-attestation) echo '{"payload":""}' ;; esac
)x",
                       "FOLDER", folder),
          0755);
  }
  surroundings around(std::map<std::string, std::string, std::less<>> more = {}) const {
    more["PATH"] = at("bin") + ":/usr/bin:/bin";
    more["COSIGN_PASSWORD"] = "of somebody else";
    return surroundings(std::move(more));
  }
  digest image() const {
    const oci_layout layout(at("image"));
    EXPECT_TRUE(layout.prepare());
    const auto config = layout.put("{}", oci_config_type, durability::fast);
    const auto manifest =
        layout.put(compact(members_of("schemaVersion", 2, "mediaType", oci_manifest_type, "config",
                                      config->as_json(), "layers", json(json::array{}))),
                   oci_manifest_type, durability::fast);
    EXPECT_TRUE(layout.write_index({*manifest}, durability::fast));
    return manifest->content;
  }
  std::unique_ptr<registry> open(const surroundings& around) const {
    registry_options options;
    options.embedded = at("registry");
    return *registry_for("orders", options, around);
  }
  status attach(const surroundings& around, const signing_key* key) const {
    const digest of = image();
    return attach_signature(*open(around), at("image"), of, statement_of(facts(), "orders", of),
                            *cosign::found(around, nullptr), key, at("scratch"));
  }
  result<signature_state> state(const trusted_signer& by) const {
    const surroundings own = around();
    return state_of_signature(*layout_source(at("image")), *open(own), image(), *cosign::found(own, nullptr),
                              by, at("scratch"));
  }
};

TEST_F(with_cosign, a_key_and_its_password_reach_it_by_variables_alone_and_no_log_is_asked) {
  const signing_key key{secret_value("PRIVATE"), secret_value("hunter2\n")};
  ASSERT_TRUE(attach(around(), &key));
  const std::string said = content_of(at("said"));
  EXPECT_THAT(said, HasSubstr("sign-blob --yes --key=env://CICD_SIGNING_KEY --tlog-upload=false -\n"));
  EXPECT_THAT(said, HasSubstr("password=hunter2 key=PRIVATE\n"));
  EXPECT_THAT(said, HasSubstr("\nDSSEv1 28 application/vnd.in-toto+json "));
  EXPECT_THAT(said, HasSubstr("\"docker-manifest-digest\":\"" + oci_text(image()) + "\""));
  EXPECT_FALSE(exists(at("scratch")));
  const auto seen = signatures_of(*open(around()), image(), at("scratch"));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->by_key, 1U);
  EXPECT_EQ(seen->provenance->pipeline, "orders");
  std::filesystem::remove(at("said"));
  ASSERT_TRUE(attach(around(), &key)) << "what is there stays";
  EXPECT_FALSE(exists(at("said")));
}

TEST_F(with_cosign, an_identity_gives_a_certificate_and_what_the_log_says) {
  EXPECT_THAT(text_of(attach(around(), nullptr).error()), HasSubstr("this job has no identity to sign with"));
  EXPECT_FALSE(exists(at("said")));
  ASSERT_TRUE(attach(around({{"SIGSTORE_ID_TOKEN", "token"}}), nullptr));
  const std::string said = content_of(at("said"));
  EXPECT_THAT(said, HasSubstr("attest-blob --yes --bundle="));
  EXPECT_THAT(said, HasSubstr("--type=slsaprovenance1 --predicate="));
  EXPECT_THAT(said, HasSubstr("--hash=" + hex(image()) + " orders\n"));
  EXPECT_THAT(said, HasSubstr("sign-blob --yes --bundle="));
  EXPECT_THAT(said, testing::Not(HasSubstr("tlog-upload")));
  const auto documents = open(around())->documents(tag_of(image(), beside::signature));
  ASSERT_TRUE(documents && *documents);
  using pair = std::pair<std::string, std::string>;
  EXPECT_THAT((*documents)->all.front().annotations,
              testing::ElementsAre(pair("dev.cosignproject.cosign/signature", "c2ln"),
                                   pair("dev.sigstore.cosign/certificate", "PEM"),
                                   pair("dev.sigstore.cosign/bundle", R"({"SignedEntryTimestamp":"x"})")));
  EXPECT_EQ(signatures_of(*open(around()), image(), at("scratch"))->by_certificate, 1U);
}

TEST_F(with_cosign, what_it_judges_is_told_from_what_it_cannot_tell) {
  EXPECT_EQ(state({.keys = {"/k.pub"}})->is, signature_state::lack::unsigned_);
  const signing_key key{secret_value("PRIVATE"), {}};
  ASSERT_TRUE(attach(around(), &key));
  EXPECT_EQ(state({.keys = {"/k.pub"}})->is, signature_state::lack::none);
  write("fails", "no matching signatures: invalid signature");
  EXPECT_EQ(state({.keys = {"/k.pub"}})->is, signature_state::lack::signature);
  write("fails", "loading public key: x");
  EXPECT_EQ(state({.keys = {"/k.pub"}}).error().kind, exit_class::usage);
  EXPECT_EQ(state({.keys = {}, .identity = "me", .issuer = "https://x"}).error().kind, exit_class::remote);
  EXPECT_THAT(content_of(at("said")),
              HasSubstr("--certificate-identity=me --certificate-oidc-issuer=https://x"));
}

TEST_F(with_cosign, it_is_named_with_how_it_is_installed_where_it_is_missing) {
  std::filesystem::remove(at("bin/cosign"));
  const auto missing = cosign::found(surroundings({{"PATH", at("bin")}}), nullptr);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, exit_class::usage);
  EXPECT_THAT(text_of(missing.error()), HasSubstr("try: cosign 2.4 or newer"));
}

}  // namespace
}  // namespace cicd
