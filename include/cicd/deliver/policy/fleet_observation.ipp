// One writer and one strict reader over the lists of members. See fleet_observation.hpp.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/json_place.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/policy/fleet_observation.hpp>
#include <cicd/deliver/policy/observed_members.hpp>
#include <cicd/deliver/records/untrusted.hpp>

namespace cicd {

namespace observed {

using moment = std::chrono::system_clock::time_point;

template <>
const std::vector<std::string_view>& words_of<ref_kind>() {
  static const std::vector<std::string_view> all{"none", "branch", "tag"};
  return all;
}
template <>
const std::vector<std::string_view>& words_of<approval_rule>() {
  static const std::vector<std::string_view> all{"none", "required", "other"};
  return all;
}
template <>
const std::vector<std::string_view>& words_of<version_rule>() {
  static const std::vector<std::string_view> all = [] {
    std::vector<std::string_view> words{"none"};
    for (const std::string_view each : choices_of(static_cast<const version_rule*>(nullptr)).words)
      words.push_back(each);
    return words;
  }();
  return all;
}
template <>
const std::vector<std::string_view>& words_of<remote_place::answer>() {
  static const std::vector<std::string_view> all{"on_it",       "not_on_it", "shallow",
                                                 "tip_unknown", "no_branch", "no_remote"};
  return all;
}
template <>
const std::vector<std::string_view>& words_of<succession::order>() {
  static const std::vector<std::string_view> all{"goes_on", "older", "older_by_date", "unknown_meanwhile"};
  return all;
}
template <>
const std::vector<std::string_view>& words_of<artifact_mark::kind>() {
  static const std::vector<std::string_view> all{"yanked", "lifted", "approved", "withdrawn"};
  return all;
}
template <>
const std::vector<std::string_view>& words_of<upstream_build::state>() {
  static const std::vector<std::string_view> all{"none", "running", "failed", "good"};
  return all;
}
constexpr exit_class classes[] = {exit_class::done,      exit_class::step_failed, exit_class::usage,
                                  exit_class::conflict,  exit_class::corrupt,     exit_class::policy,
                                  exit_class::remote,    exit_class::cannot_save, exit_class::interrupted,
                                  exit_class::terminated};

// --- Writing ---

json written(const std::string& value) {
  return json(value);
}
json written(bool value) {
  return json(value);
}
json written(const digest& value) {
  return json(value ? hex(value) : std::string());
}
json written(const ref_pattern& value) {
  return json(value.str());
}
json written(moment value) {
  return json(utc_text_with_milliseconds(value));
}
json written(std::chrono::milliseconds value) {
  return json(static_cast<std::int64_t>(value.count()));
}
json written(exit_class value) {
  return json(word_for(value));
}
template <typename Enum>
requires std::is_enum_v<Enum> json written(Enum value) {
  return json(words_of<Enum>()[static_cast<std::size_t>(value)]);
}
template <typename T>
json written(const std::vector<T>& all);
template <typename T>
json written(const std::optional<T>& value);

template <has_members T>
json written(const T& of) {
  static const json usual = [] {
    json all(json::object{});
    const T blank{};
    each_member(blank, [&](const char* name, const auto& value) { all.set(name, written(value)); });
    return all;
  }();
  json::object members;
  std::size_t at = 0;
  each_member(of, [&](const char* name, const auto& value) {
    json made = written(value);
    if (made != usual.members()[at++].second) members.emplace_back(name, std::move(made));
  });
  return json(std::move(members));
}
template <typename T>
json written(const std::vector<T>& all) {
  json::array list;
  list.reserve(all.size());
  for (const T& each : all) list.push_back(written(each));
  return json(std::move(list));
}
template <typename T>
json written(const std::optional<T>& value) {
  return value ? written(*value) : json();
}

// --- Reading ---

/// Reads one file, and remembers where it is in it.
class reader {
 public:
  reader(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  bool has_failed() const { return failure_.has_value(); }
  error failure() const { return *failure_; }

  void read(const json& from, std::string& to) {
    if (!from.is_string()) return wrong("a text");
    to = from.text();
  }
  void read(const json& from, bool& to) {
    if (!from.is_boolean()) return wrong("true or false");
    to = from.boolean();
  }
  void read(const json& from, ref_pattern& to) {
    if (!from.is_string() || (!from.text().empty() && !ref_pattern::accepts(from.text())))
      return wrong("a branch or tag name, perhaps with a star", from.text());
    if (!from.text().empty()) to = ref_pattern::from(from.text());
  }
  void read(const json& from, digest& to) {
    const auto value = digest_from(from.text());
    if (!value && !from.text().empty()) return wrong("64 hexadecimal digits", from.text());
    to = value.value_or(digest{});
  }
  void read(const json& from, moment& to) {
    const auto when = utc_from(from.text());
    if (!when) return wrong("a time such as 2026-11-30T08:00:00.000Z", from.text());
    to = *when;
  }
  void read(const json& from, std::chrono::milliseconds& to) {
    if (!from.is_integer()) return wrong("a number of milliseconds");
    to = std::chrono::milliseconds(from.integer());
  }
  void read(const json& from, exit_class& to) {
    std::vector<std::string> words;
    for (const exit_class each : classes) {
      words.emplace_back(word_for(each));
      if (words.back() == from.text()) {
        to = each;
        return;
      }
    }
    one_of(words, from);
  }
  template <typename Enum>
  requires std::is_enum_v<Enum>
  void read(const json& from, Enum& to) {
    const auto& words = words_of<Enum>();
    const auto found = std::ranges::find(words, from.text());
    if (!from.is_string() || found == words.end())
      return one_of(std::vector<std::string>(words.begin(), words.end()), from);
    to = static_cast<Enum>(found - words.begin());
  }
  template <typename T>
  void read(const json& from, std::vector<T>& to) {
    if (!from.is_array()) return wrong("an array");
    to.clear();
    for (std::size_t at = 0; at < from.elements().size() && !failure_; ++at) {
      path_.push_back(std::to_string(at));
      read(from.elements()[at], to.emplace_back());
      path_.pop_back();
    }
  }
  template <typename T>
  void read(const json& from, std::optional<T>& to) {
    if (from.is_null()) return to.reset();
    read(from, to.emplace());
  }
  template <has_members T>
  void read(const json& from, T& to) {
    if (!from.is_object()) return wrong("an object");
    std::vector<std::string> names;
    each_member(to, [&](const char* name, auto&) { names.emplace_back(name); });
    if (!check_names(from, names)) return;
    each_member(to, [&](const char* name, auto& value) {
      const json& member = from[name];
      if (failure_ || member.is_null()) return;
      path_.emplace_back(name);
      read(member, value);
      path_.pop_back();
    });
  }

  bool check_names(const json& from, const std::vector<std::string>& names) {
    for (const auto& [name, value] : from.members()) {
      if (std::ranges::find(names, name) != names.end()) continue;
      path_.push_back(name);
      fail("there is no such member", name, joined(names, ", "), nearest(name, names).value_or(""));
      path_.pop_back();
      return false;
    }
    return true;
  }
  void at(std::string member) { path_.push_back(std::move(member)); }
  void back() { path_.pop_back(); }
  void wrong(std::string allowed, std::string value = {}) {
    fail("a member has a wrong value", value.empty() ? joined(path_, ".") : value, std::move(allowed), {});
  }

 private:
  void one_of(const std::vector<std::string>& words, const json& from) {
    fail("a member has a wrong value", from.is_string() ? from.text() : joined(path_, "."),
         joined(words, ", "), nearest(from.text(), words).value_or(""));
  }
  void fail(std::string what, std::string value, std::string allowed, std::string meant) {
    if (failure_) return;
    failure_ = error{exit_class::usage,
                     fmt::format("{}:{}", file_, line_in_json(text_, path_)),
                     std::move(what),
                     std::move(value),
                     {}};
    failure_ = std::move(*failure_)
                   .with("member", joined(path_, "."))
                   .with("did you mean", std::move(meant))
                   .with("allowed", std::move(allowed))
                   .with("try", "cicd reconcile --plan --record FILE, which writes such a file");
  }

  std::string_view text_;
  const std::string& file_;
  std::vector<std::string> path_;
  std::optional<error> failure_;
};

error not_an_observation(const std::string& file, int line, std::string what, std::string help) {
  return error{exit_class::usage,
               fmt::format("{}:{}", file, line),
               std::move(what),
               std::nullopt,
               {{"allowed", "what cicd reconcile --plan --record FILE writes"}}}
      .with("try", std::move(help));
}

}  // namespace observed

json json_of(const fleet_observation& seen) {
  return json()
      .set("schema", observation_schema)
      .set("at", observed::written(seen.at))
      .set("targets", observed::written(seen.targets));
}

result<fleet_observation> observation_from(std::string_view text, const std::string& file) {
  using namespace observed;
  const result<json> document = parse_json(text);
  if (!document) return not_an_observation(file, 1, "this is not JSON: " + document.error().what, {});
  if (!document->is_object()) return not_an_observation(file, 1, "this is not a JSON object", {});
  if (const auto twice = repeated_member_in(text))
    return not_an_observation(file, twice->line, "a member is there twice: " + twice->name, {});
  const std::int64_t schema = (*document)["schema"].integer();
  if (schema > observation_schema)
    return error{exit_class::corrupt, file, newer_schema(schema, observation_schema), std::nullopt, {}};
  reader in(text, file);
  fleet_observation seen;
  in.check_names(*document, {"schema", "at", "targets"});
  in.at("schema");
  if (schema < 1) in.wrong("1");
  in.back();
  in.at("at");
  in.read((*document)["at"], seen.at);
  in.back();
  in.at("targets");
  in.read((*document)["targets"], seen.targets);
  in.back();
  if (in.has_failed()) return in.failure();
  return seen;
}

}  // namespace cicd
