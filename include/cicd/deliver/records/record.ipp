// The deployment record's JSON: written with a digest over itself, so that half a file, or one that a merge
// has mixed, is never taken for a record. The format is the contract "deployment record".
#pragma once

#include <optional>
#include <utility>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/records/record.hpp>
#include <cicd/deliver/records/untrusted.hpp>

namespace cicd {
namespace deliver_records_record {

inline error not_a_record(const std::string& where, std::string why) {
  return {.kind = exit_class::corrupt,
          .subject = {},
          .what = "the deployment record cannot be trusted, and is left as it is",
          .value = where,
          .notes = notes_of_untrusted(std::move(why))};
}

inline json image_json(const deployment_record::image& image) {
  json to(json::object{});
  to.set("reference", image.reference);
  to.set("tag", image.tag);
  to.set("manifest", oci_text(image.manifest));
  to.set("built_from", image.built_from);
  to.set("built_branch", image.built_branch);
  return to;
}

inline json source_json(const source_identity& source) {
  json to(json::object{});
  to.set("repository", source.repository);
  to.set("root", source.root);
  to.set("path", source.path);
  return to;
}

/// Everything but the digest over it.
inline json body_of(const deployment_record& record) {
  json images(json::object{});
  for (const auto& [name, image] : record.images) images.set(name, image_json(image));
  json to(json::object{});
  to.set("schema", record_schema);
  to.set("pipeline", record.pipeline);
  to.set("environment", record.environment);
  to.set("generation", record.generation);
  to.set("id", record.id);
  to.set("commit", record.commit);
  to.set("committed", record.committed ? utc_text(*record.committed) : std::string());
  to.set("branch", record.branch);
  to.set("version", record.version);
  to.set("dirty", record.dirty);
  if (!record.declaration.empty()) to.set("declaration", record.declaration);
  to.set("who", record.who);
  to.set("when", utc_text_with_milliseconds(record.when));
  to.set("images", std::move(images));
  to.set("manifests", oci_text(record.manifests));
  to.set("outcome", record.outcome);
  if (!record.taken_over.empty()) to.set("taken_over", json_texts(record.taken_over));
  if (!record.tag.empty()) to.set("tag", record.tag);
  if (!record.hotfix.empty()) to.set("hotfix", record.hotfix);
  if (!record.awaited.empty()) {
    json awaited(json::object{});
    for (const auto& [repository, manifest] : record.awaited) awaited.set(repository, oci_text(manifest));
    to.set("awaited", std::move(awaited));
  }
  if (!record.upstream.empty()) to.set("upstream", record.upstream);
  if (record.artifact) to.set("artifact", oci_text(record.artifact));
  if (record.configuration) to.set("configuration", oci_text(record.configuration));
  if (!record.settings.empty()) {
    json settings(json::object{});
    for (const auto& [name, value] : record.settings) settings.set(name, value);
    to.set("settings", std::move(settings));
  }
  if (record.source.known()) to.set("source", source_json(record.source));
  return to;
}

/// The document without its member `digest`, as the digest was taken over it.
inline json without_digest(const json& document) {
  json::object kept;
  for (const auto& member : document.members())
    if (member.first != "digest") kept.push_back(member);
  return json(std::move(kept));
}

/// Why this document is not a whole record of a schema that we know; empty when it is one.
inline std::string objection(const json& document) {
  if (!document.is_object()) return "it is not a JSON object";
  const std::int64_t schema = document["schema"].integer();
  if (schema > record_schema) return newer_schema(schema, record_schema);
  if (schema < 1) return "it has no member 'schema'";
  const auto stated = digest_from(document["digest"].text());
  if (!stated) return "it has no member 'digest'";
  if (*stated != sha256(compact(without_digest(document)))) return "its digest does not fit its content";
  return {};
}

inline std::optional<deployment_record::image> image_from(const json& from) {
  const auto manifest = digest_from(from["manifest"].text());
  if (!manifest) return {};
  return deployment_record::image{.reference = from["reference"].text(),
                                  .tag = from["tag"].text(),
                                  .manifest = *manifest,
                                  .built_from = from["built_from"].text(),
                                  .built_branch = from["built_branch"].text()};
}

inline std::optional<deployment_record> record_in(const json& from) {
  const auto when = utc_from(from["when"].text());
  const auto manifests = digest_from(from["manifests"].text());
  if (!when || !manifests) return {};
  deployment_record record{.pipeline = from["pipeline"].text(),
                           .environment = from["environment"].text(),
                           .generation = from["generation"].integer(),
                           .id = from["id"].text(),
                           .commit = from["commit"].text(),
                           .committed = utc_from(from["committed"].text()),
                           .branch = from["branch"].text(),
                           .version = from["version"].text(),
                           .dirty = from["dirty"].boolean(),
                           .declaration = from["declaration"].text(),
                           .who = from["who"].text(),
                           .when = *when,
                           .images = {},
                           .manifests = *manifests,
                           .outcome = from["outcome"].text(),
                           .taken_over = from["taken_over"].texts(),
                           .tag = from["tag"].text(),
                           .hotfix = from["hotfix"].text(),
                           .awaited = {},
                           .upstream = from["upstream"].text(),
                           .artifact = digest_from(from["artifact"].text()).value_or(digest{}),
                           .configuration = digest_from(from["configuration"].text()).value_or(digest{}),
                           .settings = {},
                           .source = {from["source"]["repository"].text(), from["source"]["root"].text(),
                                      from["source"]["path"].text()}};
  for (const auto& [repository, manifest] : from["awaited"].members())
    if (const auto known = digest_from(manifest.text())) record.awaited.emplace(repository, *known);
  for (const auto& [name, value] : from["settings"].members()) record.settings.emplace(name, value.text());
  for (const auto& [name, member] : from["images"].members()) {
    auto image = image_from(member);
    if (!image) return {};
    record.images.emplace(name, std::move(*image));
  }
  return record;
}

}  // namespace deliver_records_record

std::string deployment_record::image::repository() const {
  const std::string tagged = reference.substr(0, reference.find('@')), end = ":" + tag;
  return tagged.ends_with(end) ? tagged.substr(0, tagged.size() - end.size()) : tagged;
}

bool is_put_back(const deployment_record& of) {
  return of.outcome == "rolled-back" || of.outcome == "reverted";
}

bool is_same_release(const deployment_record& one, const deployment_record& other) {
  return one.commit == other.commit && one.tag == other.tag;
}

json json_of(const deployment_record& record) {
  json to = deliver_records_record::body_of(record);
  std::string own = oci_text(sha256(compact(to)));
  to.set("digest", std::move(own));
  return to;
}

result<deployment_record> record_from(std::string_view text, const std::string& where) {
  using namespace deliver_records_record;
  if (text.empty()) return not_a_record(where, "it has zero bytes");
  const result<json> document = parse_json(text);
  if (!document) return not_a_record(where, document.error().what);
  if (std::string why = objection(*document); !why.empty()) return not_a_record(where, std::move(why));
  if (auto record = record_in(*document)) return std::move(*record);
  return not_a_record(where, "'when', 'manifests' or an image's 'manifest' is missing or has another form");
}

digest digest_of_manifests(const std::map<std::string, std::string>& files) {
  sha256_stream over;
  for (const auto& [name, content] : files) {
    over.update(fmt::format("{}:{},{}:", name.size(), name, content.size()));
    over.update(content);
  }
  return over.finish();
}

}  // namespace cicd
