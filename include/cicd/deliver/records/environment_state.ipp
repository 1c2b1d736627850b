// The state's JSON: written with a digest over itself, as the deployment record is.
#pragma once

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include <cicd/base/digest.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/records/environment_state.hpp>
#include <cicd/deliver/records/untrusted.hpp>

namespace cicd {

namespace deliver_records_environment_state {
namespace {

error not_a_state(const std::string& where, std::string why) {
  return {.kind = exit_class::corrupt,
          .subject = {},
          .what = "the state of the environment cannot be trusted, and is left as it is",
          .value = where,
          .notes = notes_of_untrusted(std::move(why))};
}

json json_of_all(const std::vector<deployment_approval>& approvals) {
  json list(json::array{});
  for (const deployment_approval& each : approvals) list.push(json_of(each));
  return list;
}

/// Everything but the digest over it.
json body_of(const environment_state& state) {
  json to(json::object{});
  // What an older cicd can read it shall read.
  to.set("schema", state.health.empty() && !state.gates ? 1 : environment_state_schema);
  if (state.hold) to.set("hold", json_of(*state.hold));
  if (!state.approvals.empty()) to.set("approvals", json_of_all(state.approvals));
  if (!state.revert_released.empty()) to.set("revert_released", state.revert_released);
  if (!state.health.empty()) to.set("health", json_of(state.health));
  if (state.gates) to.set("gates", json_of(*state.gates));
  if (state.announced != announcement()) to.set("announced", json_of(state.announced));
  if (state.facts.empty()) return to;
  json facts(json::object{});
  for (const auto& [name, value] : state.facts) facts.set(name, value);
  to.set("facts", std::move(facts));
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
  if (schema > environment_state_schema) return newer_schema(schema, environment_state_schema);
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
  if (hold.everywhere) to.set("everywhere", true);
  if (!hold.over.empty()) to.set("over", json_of(hold.over.front()));
  return to;
}

std::optional<deployment_hold> hold_from(const json& from) {
  const auto when = utc_from(from["when"].text());
  if (!when) return std::nullopt;
  deployment_hold hold{.who = from["who"].text(),
                       .reason = from["reason"].text(),
                       .version = from["version"].text(),
                       .when = *when,
                       .everywhere = from["everywhere"].boolean()};
  if (from["over"].is_null()) return hold;
  std::optional<deployment_hold> own = hold_from(from["over"]);
  if (!own) return std::nullopt;
  hold.over.push_back(*std::move(own));
  return hold;
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

bool note_health(std::vector<seen_health>& in, seen_health seen) {
  constexpr std::size_t most = 50;
  const auto known = std::ranges::find(in, seen.commit, &seen_health::commit);
  if (known != in.end()) {
    // What lies in the future was seen by a clock that is wrong.
    if (known->is_healthy == seen.is_healthy && known->since <= seen.since) return false;
    in.erase(known);
  }
  in.push_back(std::move(seen));
  if (in.size() > most) in.erase(in.begin());
  return true;
}

json json_of(const std::vector<seen_health>& all) {
  json list(json::array{});
  for (const seen_health& each : all) {
    json one(json::object{});
    one.set("commit", each.commit);
    one.set("healthy", each.is_healthy);
    one.set("since", utc_text(each.since));
    one.set("says", each.says);
    list.push(std::move(one));
  }
  return list;
}

std::optional<std::vector<seen_health>> seen_health_from(const json& from) {
  std::vector<seen_health> all;
  for (const json& each : from.elements()) {
    const auto since = utc_from(each["since"].text());
    if (!since) return std::nullopt;
    all.push_back({each["commit"].text(), each["healthy"].boolean(), *since, each["says"].text()});
  }
  return all;
}

json json_of(const declared_gates& of) {
  json gates(json::array{});
  for (const declared_gates::gate& each : of.gates) {
    json one(json::object{});
    one.set("words", json_texts(each.words));
    one.set("since", each.since);
    gates.push(std::move(one));
  }
  json to(json::object{});
  to.set("commit", of.commit);
  to.set("committed", of.committed ? utc_text(*of.committed) : std::string());
  to.set("declared", std::move(gates));
  return to;
}

declared_gates declared_gates_from(const json& from) {
  declared_gates of{.commit = from["commit"].text(), .committed = utc_from(from["committed"].text())};
  for (const json& each : from["declared"].elements())
    of.gates.push_back({each["words"].texts(), each["since"].text()});
  return of;
}

json json_of(const announcement& of) {
  json to(json::object{}), messages(json::array{});
  const auto set = [&](const char* name, const std::string& text) {
    if (!text.empty()) to.set(name, text);
  };
  set("version", of.version);
  set("commit", of.commit);
  set("who", of.who);
  set("before", of.before);
  set("before_commit", of.before_commit);
  set("is", of.is);
  if (of.failing) to.set("failing", true);
  if (!of.failing_cron.empty()) to.set("failing_cron", json_texts(of.failing_cron));
  for (const announced_message& each : of.messages)
    messages.push(json().set("to", each.to).set("channel", each.channel).set("id", each.id));
  if (!of.messages.empty()) to.set("messages", std::move(messages));
  if (of.is_shared) to.set("shared", true);
  if (const auto& one = of.unrecorded)
    to.set("unrecorded", json()
                             .set("commit", one->commit)
                             .set("says", one->says)
                             .set("configuration", one->configuration)
                             .set("times", one->times)
                             .set("when", utc_text(one->when)));
  return to;
}

announcement announcement_from(const json& from) {
  announcement of{.version = from["version"].text(),
                  .commit = from["commit"].text(),
                  .who = from["who"].text(),
                  .before = from["before"].text(),
                  .before_commit = from["before_commit"].text(),
                  .is = from["is"].text(),
                  .failing = from["failing"].boolean(),
                  .failing_cron = from["failing_cron"].texts(),
                  .messages = {},
                  .is_shared = from["shared"].boolean()};
  for (const json& each : from["messages"].elements())
    of.messages.push_back({each["to"].text(), each["channel"].text(), each["id"].text()});
  const json& failed = from["unrecorded"];
  if (const auto when = utc_from(failed["when"].text()))
    of.unrecorded = {failed["commit"].text(), failed["says"].text(), failed["configuration"].text(),
                     failed["times"].integer(), *when};
  return of;
}

json json_of(const finished_task& task) {
  json to(json::object{});
  to.set("task", task.task);
  to.set("version", task.version);
  to.set("of", task.of);
  to.set("generation", task.generation);
  to.set("job", task.job);
  to.set("who", task.who);
  to.set("when", utc_text(task.when));
  return to;
}

std::optional<finished_task> finished_task_from(const json& from) {
  const auto when = utc_from(from["when"].text());
  if (!when) return std::nullopt;
  return finished_task{.task = from["task"].text(),
                       .version = from["version"].text(),
                       .of = from["of"].text(),
                       .generation = from["generation"].integer(),
                       .job = from["job"].text(),
                       .who = from["who"].text(),
                       .when = *when};
}

void add_finished(std::vector<finished_task>& to, finished_task what) {
  constexpr std::size_t kept = 100;
  to.push_back(std::move(what));
  if (to.size() > kept) to.erase(to.begin());
}

std::string file_text(const environment_state& state) {
  if (!state.hold && state.approvals.empty() && state.revert_released.empty() && state.health.empty()
      && !state.gates && state.announced == announcement() && state.facts.empty())
    return {};
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
  std::optional<std::vector<seen_health>> health = seen_health_from((*document)["health"]);
  if (!health) return not_a_state(where, "'since' of its health is not a timestamp");
  state.health = *std::move(health);
  for (const auto& [name, value] : (*document)["facts"].members()) state.facts[name] = value.text();
  state.announced = announcement_from((*document)["announced"]);
  if (!(*document)["gates"].is_null()) state.gates = declared_gates_from((*document)["gates"]);
  if ((*document)["hold"].is_null()) return state;
  state.hold = hold_from((*document)["hold"]);
  if (!state.hold) return not_a_state(where, "'when' of its hold is not a timestamp");
  return state;
}

}  // namespace cicd
