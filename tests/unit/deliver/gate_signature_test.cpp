// VERIFY_SIGNATURE: what is refused, in which words, and that nothing passes that was not verified.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include <cicd/declare/signature.hpp>
#include <cicd/deliver/policy/gate.hpp>

#include "gate_asked.hpp"

namespace cicd {
namespace {

using namespace gate_asked;
using lack = signature_state::lack;
using testing::HasSubstr;

std::string refusal_of_deploy(const std::function<void(verified_image&)>& change) {
  asked one = harmless(change::deploy, true);
  change(one.state.verified->front());
  const result<permit> leave = may(one.of, one.state);
  return leave ? std::string() : text_of(leave.error());
}

TEST(signature, what_was_not_verified_is_refused_but_in_a_plan) {
  for (const change what : {change::deploy, change::preview, change::canary, change::rollback}) {
    asked one = harmless(what, true);
    one.state.verified.reset();
    EXPECT_THAT(text_of(may(one.of, one.state).error()), HasSubstr("VERIFY_SIGNATURE was not asked"));
    one.of.rehearses = true;
    EXPECT_FALSE(one.is_refused());
  }
}

TEST(signature, says_what_lacks_the_image_what_cosign_says_and_what_helps) {
  EXPECT_EQ(refusal_of_deploy([](verified_image&) {}), "");
  const std::string none = refusal_of_deploy([](verified_image& of) { of.lacks = lack::unsigned_; });
  EXPECT_THAT(none,
              HasSubstr("VERIFY_SIGNATURE: the image is not signed: 'registry.example.com/orders@sha256:"));
  EXPECT_THAT(none, HasSubstr("allowed: an image that is signed, with its provenance, by keys/release.pub"));
  EXPECT_THAT(none, HasSubstr("try:     publish it with SIGN_IMAGES"));
  const std::string other = refusal_of_deploy([](verified_image& of) {
    of.lacks = lack::signature;
    of.says = "no matching signatures\x1b[2J";
  });
  EXPECT_THAT(other, HasSubstr("caused by: no matching signatures"));
  EXPECT_THAT(other, testing::Not(HasSubstr("\x1b")));
  EXPECT_THAT(other, HasSubstr("key <new> <old>"));
  EXPECT_THAT(other, HasSubstr("try:       cicd image inspect registry.example.com/orders@sha256:"));
  EXPECT_THAT(refusal_of_deploy([](verified_image& of) { of.lacks = lack::no_provenance; }),
              HasSubstr("has a signature and no provenance"));
  EXPECT_THAT(refusal_of_deploy([](verified_image& of) { of.lacks = lack::provenance; }),
              HasSubstr("the provenance of the image is not by whom"));
  EXPECT_THAT(refusal_of_deploy([](verified_image& of) { of.is_there = false; }),
              HasSubstr("the image is not in its registry"));
  EXPECT_THAT(refusal_of_deploy([](verified_image& of) { of.other_pipeline = "billing"; }),
              HasSubstr("the image was built by the pipeline billing"));
}

TEST(signature, the_words_of_the_declaration_are_keys_or_an_identity) {
  const auto read = [](std::vector<text> words) { return signature_in(words); };
  EXPECT_EQ(read({text("key"), text("a.pub"), text("b.pub")}).made.text(), "a.pub or b.pub");
  const signature_words by = read({text("keyless"), text("me@example.com"), text("https://issuer")});
  EXPECT_FALSE(by.wrong);
  EXPECT_EQ(by.made.text(), "me@example.com (https://issuer)");
  EXPECT_EQ(read({text("kee"), text("a.pub")}).wrong->did_you_mean, "key");
  EXPECT_EQ(read({text("key")}).wrong->word, 0U);
  EXPECT_EQ(read({text("key"), text("../a.pub")}).wrong->word, 1U);
  EXPECT_EQ(read({text("key"), text("a.pub"), text("a.pub")}).wrong->word, 2U);
  EXPECT_EQ(read({text("keyless"), text("me")}).wrong->word, 1U);
  EXPECT_EQ(read({text("keyless"), text("me"), text("http://issuer")}).wrong->word, 2U);
  EXPECT_EQ(read({text("keyless"), text("me"), text("https://i"), text("x")}).wrong->word, 3U);
}

}  // namespace
}  // namespace cicd
