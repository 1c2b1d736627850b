// From a declared secret to a signature beside an image, and from there to what the gate is told.
#pragma once

#include <cicd/deliver/signing.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/deliver/change_gate.hpp>
#include <cicd/deliver/gitops/deploy_secrets.hpp>
#include <cicd/deliver/image_copies.hpp>
#include <cicd/deliver/policy/source_check.hpp>
#include <cicd/deliver/publish.hpp>
#include <cicd/deliver/sources.hpp>
#include <cicd/observe/ci_event.hpp>
#include <cicd/observe/git_program.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/own_file.hpp>

namespace cicd {

namespace deliver_signing {
namespace {

result<std::optional<signing_key>> key_of(const way_context& in, const declared_pipeline& pipeline) {
  const cicd::pipeline& declared = pipeline.declared;
  if (!declared.sign_images) return std::optional<signing_key>();
  const auto value = [&](named_secret name) {
    return secret_of(pipeline, name, in.options.secrets, in.options.cancelled);
  };
  result<secret_value> key = value(declared.sign_images);
  if (!key) return std::move(key).error();
  signing_key made{.key = *std::move(key)};
  if (declared.sign_password) {
    result<secret_value> password = value(declared.sign_password);
    if (!password) return std::move(password).error();
    made.password = *std::move(password);
  }
  return std::optional(std::move(made));
}

result<in_toto_statement> statement_about(const way_context& in,
                                          const graph_step& step,
                                          const wanted_image& image) {
  const declared_pipeline& pipeline = *step.pipeline;
  const result<bool> dirty = in.source.is_dirty_or_declared_so(step);
  if (!dirty) return dirty.error();
  provenance_facts facts;
  facts.pipeline = pipeline.declared.name.str();
  facts.image = image.name;
  facts.source = source_of(pipeline, {}, in.around).repository;
  if (!*dirty) facts.commit = in.source.git_of(pipeline).commit.value_or("");
  facts.builder = ci_event_of(in.around).system;
  if (in.options.materials_of) {
    result<build_materials> made_of = in.options.materials_of(pipeline);
    if (!made_of) return std::move(made_of).error();
    facts.made_of = *std::move(made_of);
  }
  return statement_of(facts, image.repository, image.manifest);
}

result<std::unique_ptr<image_source>> source_in(const way_context& in,
                                                const std::string& repository,
                                                const std::string& scratch) {
  if (is_embedded(repository)) return layout_source(in.where.images() + "/" + repository);
  return registry_source(repository, scratch, in.around, &in.options.cancelled);
}

/// A key of the source folder, as a path that cosign opens: what a link leads out of it is refused.
result<trusted_signer> signer_of(const declared_pipeline& pipeline,
                                 const environment& place,
                                 const wanted_signature& by) {
  trusted_signer made{.keys = {}, .identity = by.identity, .issuer = by.issuer};
  for (const std::string& key : by.keys) {
    const auto text = read_below_if_there(pipeline.source_directory, key);
    const std::string path = "environment." + place.name.str() + ".verify_signature";
    if (!text) return with_origin(text.error(), pipeline, path);
    if (!*text)
      return with_origin(error{exit_class::usage,
                               pipeline.declared.name.str() + "/" + place.name.str(),
                               "there is no such file with a public key",
                               key,
                               {{"try", "cosign public-key --key <private key> > " + shell_quoted(key)}}},
                         pipeline, path);
    made.keys.push_back(pipeline.source_directory + "/" + key);
  }
  return made;
}

/// What it was built from, as far as that is not what is deployed.
std::string other_pipeline(const signature_state& state, const declared_pipeline& pipeline) {
  if (state.is != signature_state::lack::none || !state.told) return {};
  const std::string& of = state.told->pipeline;
  return of.empty() || of == pipeline.declared.name.view() ? std::string() : of;
}

}  // namespace
}  // namespace deliver_signing

bool signs_images(const declared_pipeline& pipeline) {
  return static_cast<bool>(pipeline.declared.sign_images) || pipeline.declared.sign_keyless;
}

status sign_image(const permit&,
                  const way_context& in,
                  const graph_step& step,
                  registry& to,
                  const std::string& layout,
                  const wanted_image& image) {
  using namespace deliver_signing;
  const result<bool> has = is_signed(to, image.manifest);
  if (!has) return has.error();
  if (*has) return {};
  if (status may = in.gate.may_have_secrets(*step.pipeline, step.id); !may) return may;
  const result<cosign> by = cosign::found(in.around, &in.options.cancelled);
  if (!by) return by.error();
  const result<std::optional<signing_key>> key = key_of(in, *step.pipeline);
  if (!key) return key.error();
  const result<in_toto_statement> about = statement_about(in, step, image);
  if (!about) return about.error();
  status done = attach_signature(to, layout, image.manifest, *about, *by, *key ? &**key : nullptr,
                                 part_name(in.where.own() + "/sign-" + image.name));
  if (done) return {};
  error why = std::move(done).error();
  if (why.subject.empty()) why.subject = step.id;
  return with_origin(std::move(why), *step.pipeline,
                     step.pipeline->declared.sign_images ? "sign_images" : "sign_keyless");
}

key_digests digests_of_keys(const declared_pipeline& pipeline, const environment& place) {
  key_digests all;
  const std::optional<wanted_signature> by = signature_of(place);
  if (!by) return all;
  for (const std::string& key : by->keys)
    if (const auto text = read_below_if_there(pipeline.source_directory, key); text && *text)
      all.emplace(key, oci_text(sha256(**text)));
  return all;
}

status check_keys_committed(const declared_pipeline& pipeline,
                            const environment& place,
                            const surroundings& around) {
  const std::optional<wanted_signature> by = signature_of(place);
  if (!by || !observing::git_layout_of(pipeline.source_directory)) return {};
  for (const std::string& key : by->keys) {
    // What is not there, or leads out, is told where it is read.
    const result<std::optional<std::string>> path = place_below(pipeline.source_directory, key);
    if (!path || !*path) continue;
    const std::size_t slash = (*path)->rfind('/');
    const captured known = observing::ask_git(
        (*path)->substr(0, slash),
        {"--literal-pathspecs", "ls-files", "--error-unmatch", "--", (*path)->substr(slash + 1)}, around);
    if (known.end.good()) continue;
    return with_origin(error{exit_class::policy,
                             pipeline.declared.name.str() + "/" + place.name.str(),
                             "VERIFY_SIGNATURE: the file with the public key is in no commit",
                             key,
                             {{"allowed", "a file of the commit that is checked out"},
                              {"try", "git add --force " + shell_quoted(key) + ", and commit it"}}},
                       pipeline, "environment." + place.name.str() + ".verify_signature");
  }
  return {};
}

result<verified_image> verified_in(const way_context& in,
                                   const declared_pipeline& pipeline,
                                   const environment& place,
                                   const wanted_signature& by,
                                   const image_to_verify& image) {
  using namespace deliver_signing;
  const result<cosign> program = cosign::found(in.around, &in.options.cancelled);
  if (!program) return program.error();
  const result<trusted_signer> signer = signer_of(pipeline, place, by);
  if (!signer) return signer.error();
  verified_image made{.repository = image.repository, .manifest = image.manifest};
  for (const std::string& repository : {image.repository, repository_in(place, image.repository)}) {
    auto registry = registry_for(repository, registries_of(in.where, in.options.cancelled), in.around);
    if (!registry) return std::move(registry).error();
    const result<bool> has = (*registry)->has(image.manifest);
    if (!has) return has.error();
    made.is_there = *has;
    if (!*has) continue;
    const std::string scratch = part_name(in.where.own() + "/verify-" + hex(image.manifest).substr(0, 12));
    auto images = source_in(in, repository, scratch + ".images");
    if (!images) return std::move(images).error();
    const auto state = state_of_signature(**images, **registry, image.manifest, *program, *signer, scratch);
    if (!state) return state.error();
    made.lacks = state->is;
    made.says = state->says;
    made.other_pipeline = other_pipeline(*state, pipeline);
    if (state->told) made.commit = state->told->commit;
    return made;
  }
  return made;
}

}  // namespace cicd
