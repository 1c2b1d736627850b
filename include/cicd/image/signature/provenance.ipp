// The statement's members: SLSA v1.0, "Build: Provenance"; in-toto attestation framework, "Statement v1".
#pragma once

#include <cicd/image/signature/provenance.hpp>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/image/errors.hpp>

namespace cicd {

namespace image_signature_provenance {
namespace {

/// `https://cicd.dev/builder/github-actions`: whose job it was, and no more than that is known.
std::string builder_id(const std::string& system) {
  return "https://cicd.dev/builder/" + (system.empty() ? "none" : replaced_all(lower(system), " ", "-"));
}

json source_material(const provenance_facts& facts) {
  return members_of("uri", "git+" + (facts.source.empty() ? std::string("file:") : facts.source), "digest",
                    members_of("gitCommit", facts.commit));
}

json predicate_of(const provenance_facts& facts) {
  json materials(json::array{});
  if (!facts.commit.empty()) materials.push(source_material(facts));
  for (const auto& [reference, pinned] : facts.made_of.bases) {
    const auto at = pinned.rfind("@sha256:");
    json material = members_of("uri", "docker://" + pinned.substr(0, at), "name", reference);
    if (at != pinned.npos) material.set("digest", members_of("sha256", pinned.substr(at + 8)));
    materials.push(std::move(material));
  }
  json steps = json::object{};
  for (const auto& [step, key] : facts.made_of.steps) steps.set(step, key);
  json definition =
      members_of("buildType", provenance_build_type, "externalParameters",
                 members_of("pipeline", facts.pipeline, "image", facts.image), "internalParameters",
                 members_of("inputs", oci_text(facts.made_of.inputs), "steps", std::move(steps)),
                 "resolvedDependencies", std::move(materials));
  return members_of("buildDefinition", std::move(definition), "runDetails",
                    members_of("builder", members_of("id", builder_id(facts.builder))));
}

}  // namespace
}  // namespace image_signature_provenance

in_toto_statement statement_of(const provenance_facts& facts,
                               const std::string& repository,
                               const digest& image) {
  json predicate = image_signature_provenance::predicate_of(facts);
  in_toto_statement made;
  made.predicate = compact(predicate);
  made.subject = repository;
  made.digest_hex = hex(image);
  made.text = compact(
      members_of("_type", "https://in-toto.io/Statement/v1", "subject",
                 list_of(members_of("name", repository, "digest", members_of("sha256", made.digest_hex))),
                 "predicateType", provenance_type, "predicate", std::move(predicate)));
  return made;
}

result<told_provenance> provenance_in(std::string_view envelope) {
  const auto wrong = [] {
    return image_error(exit_class::corrupt, "the provenance is not SLSA provenance v1");
  };
  const auto outer = parse_json(envelope);
  const auto payload = outer ? bytes_of_base64((*outer)["payload"].text()) : std::nullopt;
  const auto statement = payload ? parse_json(*payload) : result<json>(wrong());
  if (!statement || (*statement)["predicateType"].text() != provenance_type) return wrong();
  const json& definition = (*statement)["predicate"]["buildDefinition"];
  told_provenance told;
  told.build_type = definition["buildType"].text();
  told.builder = (*statement)["predicate"]["runDetails"]["builder"]["id"].text();
  if (told.build_type == provenance_build_type) {
    told.pipeline = definition["externalParameters"]["pipeline"].text();
    told.image = definition["externalParameters"]["image"].text();
  }
  for (const json& each : definition["resolvedDependencies"].elements()) {
    const std::string commit = each["digest"]["gitCommit"].text();
    if (commit.empty() || !told.commit.empty()) continue;
    told.commit = commit;
    told.source = each["uri"].text();
  }
  return told;
}

}  // namespace cicd
