// Artifact records and their marks as JSON, each with a digest over itself.
#pragma once

#include <utility>

#include <fmt/format.h>

#include <cicd/base/utc.hpp>
#include <cicd/deliver/records/untrusted.hpp>
#include <cicd/deliver/release/artifact.hpp>

namespace cicd {

namespace deliver_release_artifact {
namespace {

error not_one(std::string_view what, const std::string& where, std::string why) {
  return error{exit_class::corrupt,
               {},
               fmt::format("{} cannot be trusted, and is left as it is", what),
               where,
               notes_of_untrusted(std::move(why))};
}

json with_digest(json body) {
  std::string own = oci_text(sha256(compact(body)));
  body.set("digest", std::move(own));
  return body;
}

json without_digest(const json& document) {
  json::object kept;
  for (const auto& member : document.members())
    if (member.first != "digest") kept.push_back(member);
  return json(std::move(kept));
}

/// Why a document is not whole or not of a schema that we know; empty when it is.
std::string objection(const json& document) {
  if (!document.is_object()) return "it is not a JSON object";
  const std::int64_t schema = document["schema"].integer();
  if (schema > artifact_schema) return newer_schema(schema, artifact_schema);
  if (schema < 1) return "it has no member 'schema'";
  const auto stated = digest_from(document["digest"].text());
  if (!stated) return "it has no member 'digest'";
  if (*stated != sha256(compact(without_digest(document)))) return "its digest does not fit its content";
  return {};
}

/// The document, or why it is none.
result<json> checked(std::string_view what, std::string_view text, const std::string& where) {
  if (text.empty()) return not_one(what, where, "it has zero bytes");
  result<json> document = parse_json(text);
  if (!document) return not_one(what, where, document.error().what);
  if (std::string why = objection(*document); !why.empty()) return not_one(what, where, std::move(why));
  return document;
}

constexpr std::string_view mark_words[] = {"yanked", "lifted", "approved", "withdrawn"};

std::string word_of(artifact_mark::kind is) {
  return std::string(mark_words[static_cast<std::size_t>(is)]);
}

std::optional<artifact_mark::kind> mark_from(std::string_view word) {
  for (const auto is : {artifact_mark::kind::yanked, artifact_mark::kind::lifted,
                        artifact_mark::kind::approved, artifact_mark::kind::withdrawn})
    if (word == mark_words[static_cast<std::size_t>(is)]) return is;
  return std::nullopt;
}

bool is_commit(std::string_view text) {
  return text.size() == 40 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

json images_json(const artifact_record& record) {
  json images(json::object{});
  for (const auto& [name, image] : record.images)
    images.set(name, json().set("repository", image.repository).set("manifest", oci_text(image.manifest)));
  return images;
}

bool read_images(const json& from, artifact_record& to) {
  for (const auto& [name, each] : from.members()) {
    const auto manifest = digest_from(each["manifest"].text());
    if (!manifest || each["repository"].text().empty()) return false;
    to.images[name] = {each["repository"].text(), *manifest};
  }
  return !to.images.empty();
}

constexpr std::string_view record_name = "the artifact's record", mark_name = "the artifact's mark";

}  // namespace
}  // namespace deliver_release_artifact

json json_of(const artifact_record& record) {
  using namespace deliver_release_artifact;
  json checks(json::object{}), to(json::object{});
  for (const auto& [step, how] : record.checks) checks.set(step, how);
  to.set("schema", artifact_schema);
  to.set("pipeline", record.pipeline);
  to.set("source", record.source);
  to.set("commit", record.commit);
  to.set("branch", record.branch);
  to.set("committed", record.committed ? utc_text(*record.committed) : std::string());
  to.set("built", utc_text_with_milliseconds(record.built));
  to.set("run", record.run);
  to.set("who", record.who);
  to.set("inputs", oci_text(record.inputs));
  to.set("bundle", oci_text(record.bundle));
  to.set("images", images_json(record));
  if (!record.images_of.empty()) to.set("images_of", record.images_of);
  if (!record.environments.empty()) to.set("environments", json_texts(record.environments));
  to.set("checks", std::move(checks));
  return with_digest(std::move(to));
}

digest digest_of(const artifact_record& record) {
  return digest_from(json_of(record)["digest"].text()).value_or(digest{});
}

result<artifact_record> artifact_from(std::string_view text, const std::string& where) {
  using namespace deliver_release_artifact;
  const result<json> from = checked(record_name, text, where);
  if (!from) return from.error();
  const auto built = utc_from((*from)["built"].text());
  const auto inputs = digest_from((*from)["inputs"].text()), bundle = digest_from((*from)["bundle"].text());
  artifact_record record;
  if (!built || !inputs || !bundle || !is_commit((*from)["commit"].text())
      || !read_images((*from)["images"], record))
    return not_one(record_name, where,
                   "'commit', 'built', 'inputs', 'bundle' or an image is missing or has another form");
  record.pipeline = (*from)["pipeline"].text();
  record.source = (*from)["source"].text();
  record.commit = (*from)["commit"].text();
  record.branch = (*from)["branch"].text();
  record.committed = utc_from((*from)["committed"].text());
  record.built = *built;
  record.run = (*from)["run"].text();
  record.who = (*from)["who"].text();
  record.inputs = *inputs;
  record.bundle = *bundle;
  record.images_of = (*from)["images_of"].text();
  record.environments = (*from)["environments"].texts();
  for (const auto& [step, how] : (*from)["checks"].members()) record.checks[step] = how.text();
  return record;
}

json json_of(const artifact_mark& mark) {
  using namespace deliver_release_artifact;
  json to(json::object{});
  to.set("schema", artifact_schema);
  to.set("mark", word_of(mark.is));
  to.set("pipeline", mark.pipeline);
  to.set("commit", mark.commit);
  to.set("who", mark.who);
  to.set("when", utc_text_with_milliseconds(mark.when));
  to.set("reason", mark.reason);
  if (!mark.deleted.empty()) to.set("deleted", json_texts(mark.deleted));
  if (mark.is == artifact_mark::kind::approved) to.set("expires", utc_text(mark.expires));
  return with_digest(std::move(to));
}

result<artifact_mark> artifact_mark_from(std::string_view text, const std::string& where) {
  using namespace deliver_release_artifact;
  const result<json> from = checked(mark_name, text, where);
  if (!from) return from.error();
  const auto when = utc_from((*from)["when"].text());
  const std::optional<artifact_mark::kind> is = mark_from((*from)["mark"].text());
  const auto expires = utc_from((*from)["expires"].text());
  if (!when || !is_commit((*from)["commit"].text()) || !is
      || (is == artifact_mark::kind::approved && !expires))
    return not_one(mark_name, where, "'mark', 'commit', 'when' or 'expires' is missing or has another form");
  return artifact_mark{.is = *is,
                       .pipeline = (*from)["pipeline"].text(),
                       .commit = (*from)["commit"].text(),
                       .who = (*from)["who"].text(),
                       .reason = (*from)["reason"].text(),
                       .when = *when,
                       .deleted = (*from)["deleted"].texts(),
                       .expires = expires.value_or(std::chrono::system_clock::time_point())};
}

}  // namespace cicd
