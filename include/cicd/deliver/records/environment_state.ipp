// The state's JSON: written with a digest over itself, as the deployment record is.
#pragma once

#include <optional>

#include <fmt/format.h>

#include <cicd/base/digest.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/records/environment_state.hpp>

namespace cicd {

namespace deliver_records_environment_state {
namespace {

error not_a_state(const std::string& where, std::string why) {
  return {.kind = exit_class::corrupt,
          .subject = {},
          .what = "the state of the environment cannot be trusted, and is left as it is",
          .value = where,
          .notes = {{"caused by", std::move(why)}}};
}

json json_of_all(const std::vector<deployment_approval>& approvals) {
  json list(json::array{});
  for (const deployment_approval& each : approvals) list.push(json_of(each));
  return list;
}

/// Everything but the digest over it.
json body_of(const environment_state& state) {
  json to(json::object{});
  to.set("schema", environment_state_schema);
  if (state.hold) to.set("hold", json_of(*state.hold));
  if (!state.approvals.empty()) to.set("approvals", json_of_all(state.approvals));
  if (!state.revert_released.empty()) to.set("revert_released", state.revert_released);
  return to;
}

json without_digest(const json& document) {
  json::object kept;
  for (const auto& member : document.members())
    if (member.first != "digest") kept.push_back(member);
  return json(std::move(kept));
}

/// Why this document is not a whole state of a schema that is known; empty when it is one.
std::string objection(const json& document) {
  if (!document.is_object()) return "it is not a JSON object";
  const std::int64_t schema = document["schema"].integer();
  if (schema > environment_state_schema)
    return fmt::format("its schema is {}, written by a newer cicd; this one knows {}", schema,
                       environment_state_schema);
  if (schema < 1) return "it has no member 'schema'";
  const auto stated = digest_from(document["digest"].text());
  if (!stated) return "it has no member 'digest'";
  if (*stated != sha256(compact(without_digest(document)))) return "its digest does not fit its content";
  return {};
}

}  // namespace
}  // namespace deliver_records_environment_state

json json_of(const deployment_hold& hold) {
  json to(json::object{});
  to.set("who", hold.who);
  to.set("reason", hold.reason);
  to.set("version", hold.version);
  to.set("when", utc_text(hold.when));
  return to;
}

std::optional<deployment_hold> hold_from(const json& from) {
  const auto when = utc_from(from["when"].text());
  if (!when) return std::nullopt;
  return deployment_hold{from["who"].text(), from["reason"].text(), from["version"].text(), *when};
}

json json_of(const deployment_approval& approval) {
  json to(json::object{});
  to.set("who", approval.who);
  to.set("reason", approval.reason);
  to.set("digest", approval.digest);
  to.set("when", utc_text(approval.when));
  to.set("expires", utc_text(approval.expires));
  if (!approval.step.empty()) to.set("step", approval.step);
  if (!approval.version.empty()) to.set("version", approval.version);
  if (!approval.persons.empty()) to.set("persons", json_texts(approval.persons));
  return to;
}

std::optional<deployment_approval> approval_from(const json& from) {
  constexpr std::size_t digits = 64;
  const auto when = utc_from(from["when"].text()), expires = utc_from(from["expires"].text());
  deployment_approval read{.who = from["who"].text(),
                           .reason = from["reason"].text(),
                           .digest = from["digest"].text(),
                           .when = when.value_or(std::chrono::system_clock::time_point()),
                           .expires = expires.value_or(std::chrono::system_clock::time_point()),
                           .step = from["step"].text(),
                           .version = from["version"].text(),
                           .persons = from["persons"].texts()};
  const bool is_whole =
      when && expires && read.digest.size() == digits && digest_from("sha256:" + read.digest).has_value();
  return is_whole ? std::optional(std::move(read)) : std::nullopt;
}

std::string file_text(const environment_state& state) {
  if (!state.hold && state.approvals.empty() && state.revert_released.empty()) return {};
  json to = deliver_records_environment_state::body_of(state);
  std::string own = oci_text(sha256(compact(to)));
  to.set("digest", std::move(own));
  return pretty(to);
}

result<environment_state> environment_state_from(std::string_view text, const std::string& where) {
  using namespace deliver_records_environment_state;
  if (text.empty()) return not_a_state(where, "it has zero bytes");
  const result<json> document = parse_json(text);
  if (!document) return not_a_state(where, document.error().what);
  if (std::string why = objection(*document); !why.empty()) return not_a_state(where, std::move(why));
  environment_state state;
  state.revert_released = (*document)["revert_released"].text();
  for (const json& each : (*document)["approvals"].elements()) {
    std::optional<deployment_approval> one = approval_from(each);
    if (!one) return not_a_state(where, "an approval of it lacks 'digest', 'when' or 'expires'");
    state.approvals.push_back(*std::move(one));
  }
  if ((*document)["hold"].is_null()) return state;
  state.hold = hold_from((*document)["hold"]);
  if (!state.hold) return not_a_state(where, "'when' of its hold is not a timestamp");
  return state;
}

}  // namespace cicd
