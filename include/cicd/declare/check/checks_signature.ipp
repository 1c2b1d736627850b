// The checks of signing and of who must have signed.
#pragma once

#include <cicd/declare/check/checks.hpp>

#include <algorithm>
#include <initializer_list>

#include <fmt/format.h>

#include <cicd/declare/deploy_ways.hpp>
#include <cicd/declare/signature.hpp>

namespace cicd::declaring {

namespace declare_check_checks_signature {
namespace {

void check_signing(draft& in, findings& found) {
  const declaration<pipeline>& of = in.own;
  if (of.at("sign_images") && of.at("sign_keyless"))
    found.add(of.at("sign_keyless"), excluded_option("SIGN_KEYLESS", "SIGN_IMAGES"));
  check_counterparts(of, {{"sign_password", "SIGN_PASSWORD", "sign_images", "SIGN_IMAGES"}}, found);
  const auto check_secret = [&](std::string_view key, std::string_view keyword, named_secret given) {
    if (of.at(key) && given && in.all<secret>().find(cicd::name_of(given)) == nullptr)
      found.add(word_at(of, key, 0),
                unknown_reference(keyword, "secret", cicd::name_of(given), in.all<secret>().names()));
  };
  check_secret("sign_images", "SIGN_IMAGES", of.value.sign_images);
  check_secret("sign_password", "SIGN_PASSWORD", of.value.sign_password);
  const bool makes_images = !in.all<image>().items().empty() || in.without_template;
  for (const auto& [key, keyword] :
       {std::pair("sign_images", "SIGN_IMAGES"), std::pair("sign_keyless", "SIGN_KEYLESS")})
    if (of.at(key) && !makes_images)
      found.add(of.at(key), meaningless_option(keyword, "where the pipeline makes no image",
                                               "declare pipeline_image(), or leave it out"));
}

/// Only images are signed: an environment that takes something else would have it unverified.
void check_what_it_takes(const declaration<environment>& of,
                         const declaration<environment>& taker,
                         const draft& in,
                         findings& found) {
  const bool has_others = !in.all<zip_function>().items().empty() || !in.all<file_group>().items().empty();
  const bool takes_zips = can(taker.value.via, way_feature::functions);
  if (!takes_zips && !(has_others && can(taker.value.via, way_feature::programs))) return;
  found.add(of.at("verify_signature"),
            {.what = fmt::format("VERIFY_SIGNATURE: {} takes {}, and only images are signed",
                                 taker.name == of.name ? "the environment" : "its part " + taker.name,
                                 takes_zips ? "zips of functions" : "functions or files besides images"),
             .value = std::string(taker.value.via.view()),
             .help = "leave it out, or take the images by an environment of their own"});
}

void check_wanted(const declaration<environment>& of, const draft& in, findings& found) {
  if (!of.at("verify_signature") || of.value.verify_signature.empty()) return;
  if (const signature_words read = signature_in(of.value.verify_signature); read.wrong) {
    const auto& words = of.value.verify_signature;
    const std::size_t at = std::min(read.wrong->word, words.size() - 1);
    return found.add(word_at(of, "verify_signature", at), {.what = read.wrong->what,
                                                           .value = words[at].str(),
                                                           .allowed = read.wrong->allowed,
                                                           .did_you_mean = read.wrong->did_you_mean});
  }
  check_what_it_takes(of, of, in, found);
  for (const declaration<environment>& each : in.all<environment>().items())
    if (each.at("of") && each.value.of.view() == of.name) check_what_it_takes(of, each, in, found);
}

}  // namespace
}  // namespace declare_check_checks_signature

void check_signatures(draft& of, findings& found) {
  using namespace declare_check_checks_signature;
  check_signing(of, found);
  for (const auto& each : of.all<environment>().items()) check_wanted(each, of, found);
}

}  // namespace cicd::declaring
