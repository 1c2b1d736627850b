// What is asked of the images of a deploy: VERIFY_SIGNATURE. See gate_rules.hpp.
#pragma once

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/policy/gate_rules.hpp>

namespace cicd::gate_rules {

namespace {

using lack = signature_state::lack;

std::string text_of(lack what) {
  switch (what) {
    case lack::none: return {};
    case lack::unsigned_: return "the image is not signed";
    case lack::no_provenance: return "the image has a signature and no provenance";
    case lack::signature: return "the signature of the image is not by whom it names, or of another image";
    case lack::provenance: return "the provenance of the image is not by whom it names, or of another image";
  }
  return {};
}

std::string help_for(const verified_image& of) {
  if (!of.is_there) return "publish it again, or deploy another commit";
  if (of.lacks == lack::unsigned_ || of.lacks == lack::no_provenance)
    return "publish it with SIGN_IMAGES or SIGN_KEYLESS of add_pipeline(), and run again";
  if (!of.other_pipeline.empty()) return "deploy an artifact of this pipeline";
  return fmt::format(
      "cicd image inspect {}@{} says what is there; a key that signed before can be named beside the new "
      "one: "
      "VERIFY_SIGNATURE key <new> <old>",
      displayable(of.repository), oci_text(of.manifest));
}

}  // namespace

status judge_signature(const gate_question& of, const gate_state& state) {
  if (of.signer.empty() || (!state.verified && of.rehearses)) return {};
  if (!state.verified)
    return refusal(of, "VERIFY_SIGNATURE was not asked", of.signer).with("try", "report this as a bug");
  for (const verified_image& each : *state.verified) {
    const bool is_other = each.lacks == lack::none && !each.other_pipeline.empty();
    if (each.is_there && each.lacks == lack::none && !is_other) continue;
    const std::string what = !each.is_there ? "the image is not in its registry"
                             : is_other
                                 ? "the image was built by the pipeline " + displayable(each.other_pipeline)
                                 : text_of(each.lacks);
    return refusal(of, "VERIFY_SIGNATURE: " + what,
                   displayable(each.repository) + "@" + oci_text(each.manifest))
        .with("caused by", displayable(each.says))
        .with("allowed", "an image that is signed, with its provenance, by " + displayable(of.signer))
        .with("try", help_for(each));
  }
  return {};
}

}  // namespace cicd::gate_rules
