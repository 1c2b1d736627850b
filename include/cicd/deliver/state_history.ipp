// States as JSON, each with a digest over itself.
#pragma once

#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/deliver/manifest_home.hpp>
#include <cicd/deliver/policy/soak.hpp>
#include <cicd/deliver/records/untrusted.hpp>
#include <cicd/deliver/state_history.hpp>

namespace cicd {

namespace deliver_state_history {
namespace {

constexpr std::size_t kept_deployments = 10;
constexpr std::int64_t first_jump = 1000;

bool is_same_deployment(const deployment_record& one, const deployment_record& other) {
  return one.id == other.id && one.generation == other.generation;
}

error not_a_state(const std::string& where, std::string why) {
  return {.kind = exit_class::corrupt,
          .subject = {},
          .what = "the state of the environment cannot be trusted, and is left as it is",
          .value = where,
          .notes = notes_of_untrusted(std::move(why))};
}

/// What is there already is named by its generation.
json body_of(const state_generation& before, const wanted_manifests& what) {
  json to(json::object{});
  to.set("schema", bucket_state_schema).set("generation", before.number + 1);
  const std::optional<deployment_record>& last = before.there.record;
  const bool is_same = !last || (what.record && is_same_deployment(*last, *what.record));
  if (const std::int64_t ended = is_same ? before.before : before.number; ended > 0) to.set("before", ended);
  if (what.record) to.set("record", json_of(*what.record));
  if (const std::string state = file_text(what.state); !state.empty())
    to.set("state", parse_json(state).value_or(json()));
  if (before.files_in > 0 && what.files == before.there.files) return to.set("files_in", before.files_in);
  json files(json::object{});
  for (const auto& [name, content] : what.files) files.set(name, content);
  return to.set("files", std::move(files));
}

json without_digest(const json& document) {
  json::object kept;
  for (const auto& member : document.members())
    if (member.first != "digest") kept.push_back(member);
  return json(std::move(kept));
}

std::string objection(const json& document, std::int64_t number) {
  if (!document.is_object()) return "it is not a JSON object";
  const std::int64_t schema = document["schema"].integer();
  if (schema > bucket_state_schema) return newer_schema(schema, bucket_state_schema);
  if (schema < 1) return "it has no member 'schema'";
  if (document["generation"].integer() != number) return "it is of another generation than its name says";
  for (const char* named : {"before", "files_in"})
    if (const std::int64_t other = document[named].integer(); other < 0 || other >= number)
      return fmt::format("'{}' does not name an older generation", named);
  const auto stated = digest_from(document["digest"].text());
  if (!stated || *stated != sha256(compact(without_digest(document))))
    return "its digest does not fit its content";
  return {};
}

}  // namespace
}  // namespace deliver_state_history

/// Sorted as text they are sorted as numbers.
std::string state_history::key_of(std::int64_t number) const {
  return fmt::format("{}/{:010}.json", prefix_, number);
}

/// 0 for a key of something else.
std::int64_t state_history::number_of(const std::string& key) const {
  const std::string name = key.substr(prefix_.size() + 1);
  std::int64_t number = 0;
  const auto read = std::from_chars(name.data(), name.data() + name.size(), number);
  return read.ec == std::errc() && key_of(number) == key ? number : 0;
}

/// Of many only the newest are listed: behind a full page it is asked ever further on, until nothing is
/// there.
result<std::int64_t> state_history::newest() const {
  std::int64_t newest = 0;
  const auto goes_on_after = [&](std::int64_t number) -> result<bool> {
    const result<key_page> page = in_->list_after(prefix_ + "/", key_of(number));
    if (!page) return page.error();
    const std::int64_t before = newest;
    for (const std::string& each : page->keys) newest = std::max(newest, number_of(each));
    return page->has_more && newest > before;
  };
  while (true) {
    const result<bool> goes_on = goes_on_after(newest);
    if (!goes_on || !*goes_on) return goes_on ? result<std::int64_t>(newest) : goes_on.error();
    for (std::int64_t ahead = deliver_state_history::first_jump;; ahead *= 2) {
      const std::int64_t before = newest;
      const result<bool> is_far = goes_on_after(newest + ahead);
      if (!is_far) return is_far.error();
      if (!*is_far && newest > before) return newest;
      if (!*is_far) break;
    }
  }
}

result<state_generation> state_history::at(std::int64_t number) const {
  using namespace deliver_state_history;
  const std::string key = key_of(number), where = in_->address(key);
  const auto text = in_->get(key);
  if (!text) return text.error();
  if (!*text) return not_a_state(where, "it was there a moment ago");
  const result<json> document = parse_json(**text);
  if (!document) return not_a_state(where, document.error().what);
  if (std::string why = objection(*document, number); !why.empty()) return not_a_state(where, std::move(why));
  state_generation made{number, (*document)["files_in"].integer(), (*document)["before"].integer(), {}};
  if (made.files_in == 0) made.files_in = number;
  for (const auto& [name, content] : (*document)["files"].members())
    made.there.files.emplace(name, content.text());
  if (const json& record = (*document)["record"]; !record.is_null()) {
    auto read = record_from(compact(record), where);
    if (!read) return std::move(read).error();
    made.there.record = *std::move(read);
  }
  if (const json& state = (*document)["state"]; !state.is_null()) {
    auto read = environment_state_from(compact(state), where);
    if (!read) return std::move(read).error();
    made.there.state = *std::move(read);
  }
  return made;
}

result<state_history::file_map> state_history::files_in(const state_generation& of) const {
  if (of.files_in == of.number) return of.there.files;
  result<state_generation> other = at(of.files_in);
  if (!other) return std::move(other).error();
  if (other->files_in != other->number)
    return deliver_state_history::not_a_state(in_->address(key_of(of.number)),
                                              fmt::format("generation {} has no files", of.files_in));
  return std::move(other->there.files);
}

result<state_generation> state_history::last() const {
  const result<std::int64_t> number = newest();
  if (!number) return number.error();
  if (*number == 0) return state_generation{};
  result<state_generation> made = at(*number);
  if (!made) return made;
  result<file_map> files = files_in(*made);
  if (!files) return std::move(files).error();
  made->there.files = *std::move(files);
  return made;
}

result<bool> state_history::add(const state_generation& before, const wanted_manifests& what) const {
  using namespace deliver_state_history;
  const std::int64_t number = before.number + 1;
  json document = body_of(before, what);
  document.set("digest", oci_text(sha256(compact(document))));
  const std::string text = pretty(document);
  const auto made = in_->put_new(key_of(number), text);
  if (!made || *made) return made;
  // It may be ours, whose answer was lost.
  const auto there = in_->get(key_of(number));
  if (!there) return there.error();
  return *there && **there == text;
}

status state_history::each_deployment(const visit& meet) const {
  const result<std::int64_t> last = newest();
  if (!last) return last.error();
  for (std::int64_t number = *last; number > 0;) {
    const result<state_generation> one = at(number);
    if (!one) return one.error();
    if (one->there.record && !meet(*one)) return {};
    number = one->before;
  }
  return {};
}

result<std::vector<deployment_record>> state_history::history(std::size_t most) const {
  std::vector<deployment_record> records;
  if (most == 0) return records;
  const status read = each_deployment([&](const state_generation& each) {
    records.push_back(*each.there.record);
    return records.size() < most;
  });
  if (!read) return read.error();
  return records;
}

result<std::vector<kept_deployment>> state_history::past() const {
  using namespace deliver_state_history;
  std::vector<kept_deployment> kept;
  std::set<std::int64_t> seen;
  const status read = each_deployment([&](const state_generation& each) {
    const deployment_record& record = *each.there.record;
    if (came_to_a_good_end(record) && seen.insert(record.generation).second) kept.push_back({record, {}});
    return kept.size() < kept_deployments;
  });
  if (!read) return read.error();
  return kept;
}

result<state_history::file_map> state_history::files_of(const deployment_record& of) const {
  std::optional<state_generation> found;
  const status read = each_deployment([&](const state_generation& each) {
    if (deliver_state_history::is_same_deployment(*each.there.record, of)) found = each;
    return !found;
  });
  if (!read) return read.error();
  if (!found) return not_kept(name(), of);
  result<file_map> files = files_in(*found);
  if (files && digest_of_manifests(*files) != of.manifests) return not_kept(name(), of);
  return files;
}

}  // namespace cicd
