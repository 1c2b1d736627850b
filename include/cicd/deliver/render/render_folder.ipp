// `VIA render`: manifests in a plain folder, which may hold files of other people too. What we wrote is
// listed in `.cicd/files.json`; nothing else is ever removed or written over. The record is written last.
#pragma once

#include <algorithm>

#include <unistd.h>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/deliver/gitops/manifest_clone.hpp>
#include <cicd/deliver/manifest_home.hpp>
#include <cicd/deliver/records/untrusted.hpp>
#include <cicd/deliver/render/render_folder.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/place.hpp>

namespace cicd {
namespace deliver_render_render_folder {

// Below the folder.
constexpr const char* record_file = ".cicd/record.json";
constexpr const char* history_file = ".cicd/history.ndjson";
constexpr const char* list_file = ".cicd/files.json";
constexpr const char* lock_file = ".cicd/lock";
constexpr const char* state_file = ".cicd/state.json";
constexpr const char* past_folder = ".cicd/past";
constexpr std::size_t kept_deployments = 10;

inline error refused(std::string what, const std::string& path, std::string help) {
  return error{.kind = exit_class::usage,
               .subject = {},
               .what = std::move(what),
               .value = path,
               .notes = {{"try", std::move(help)}}};
}

/// No part of a path within the folder may be a link.
inline status check_straight(const std::string& folder, const std::string& name, const char* what) {
  std::string path = folder;
  for (const std::string& part : split(name, '/')) {
    path += '/' + part;
    if (link_target(path))
      return refused(std::string(what) + " is a link, and is not followed", path, "remove the link");
  }
  return {};
}

/// Nothing when there is no such file below the folder.
inline result<std::optional<std::string>> text_in(const std::string& folder, const std::string& name) {
  return read_below_if_there(folder, name, {.limit = 1'000'000'000});
}

/// A file of the records that are kept beside the manifests.
inline result<std::optional<std::string>> own_text(const std::string& folder, const char* name) {
  if (status straight = check_straight(folder, name, "a record of what was rendered"); !straight)
    return std::move(straight).error();
  return text_in(folder, name);
}

/// The names that we wrote; none where there is no list.
inline result<std::vector<std::string>> listed_files(const std::string& folder) {
  const auto text = own_text(folder, list_file);
  if (!text) return text.error();
  if (!*text) return std::vector<std::string>{};
  const auto list = parse_json(**text);
  if (list && (*list)["schema"].integer() == 1 && (*list)["files"].is_array())
    return (*list)["files"].texts();
  return error{.kind = exit_class::corrupt,
               .subject = {},
               .what = "the list of rendered files cannot be read, and is left as it is",
               .value = folder + '/' + list_file,
               .notes = {{"try", "rm " + shell_quoted(folder + '/' + list_file)}}};
}

inline status write_list(const std::string& folder, const std::vector<std::string>& names) {
  json list(json::object{});
  list.set("schema", 1).set("files", json_texts(names));
  return place_text(folder, list_file, pretty(list), durability::durable);
}

/// A path within the folder, on the way to which there is no link.
inline status check_name(const std::string& folder, const std::string& name) {
  for (const std::string& part : split(name, '/'))
    if (part.empty() || part == "." || part == ".." || part == ".cicd")
      return refused("a manifest cannot have this name", name, "a path below its folder");
  return check_straight(folder, name, "a manifest");
}

/// The command that brings back the last record of the history.
inline std::string record_repair(const std::string& folder) {
  return "tail -n 1 " + shell_quoted(folder + '/' + history_file) + " > "
         + shell_quoted(folder + '/' + record_file);
}

/// Files of these names that are there, with their contents.
inline result<std::map<std::string, std::string>> present(const std::string& folder,
                                                          const std::vector<std::string>& names) {
  std::map<std::string, std::string> files;
  for (const std::string& name : names) {
    if (status straight = check_name(folder, name); !straight) return std::move(straight).error();
    auto content = text_in(folder, name);
    if (!content) return std::move(content).error();
    if (*content) files.emplace(name, std::move(**content));
  }
  return files;
}

/// A file that cicd did not write is never written over.
inline status check_foreign(const std::string& folder,
                            const std::vector<std::string>& ours,
                            const wanted_manifests& wanted) {
  for (const auto& [name, content] : wanted.files) {
    if (status straight = check_name(folder, name); !straight) return straight;
    if (std::find(ours.begin(), ours.end(), name) != ours.end()) continue;
    const auto there = text_in(folder, name);
    if (!there) return there.error();
    if (*there && **there != content)
      return error{.kind = exit_class::conflict,
                   .subject = {},
                   .what = "a file that cicd did not write is in the way",
                   .value = folder + '/' + name,
                   .notes = {{"try", "move it away, or give PATH a folder of its own"}}};
  }
  return {};
}

/// One line of history; a line that was cut by a crash before is ended first.
inline status append_history(const std::string& folder, const deployment_record& record) {
  const auto before = own_text(folder, history_file);
  if (!before) return before.error();
  const bool cut = *before && !(*before)->empty() && (*before)->back() != '\n';
  return append_below(folder, history_file, (cut ? "\n" : "") + compact(json_of(record)) + '\n');
}

// --- Deployments of the past ---

inline std::string past_file(std::int64_t generation) {
  return fmt::format("{}/{:06}.json", past_folder, generation);
}

inline json json_of_files(const std::map<std::string, std::string>& files) {
  json::object members;
  for (const auto& [name, content] : files) members.emplace_back(name, content);
  return json(std::move(members));
}

/// Kept before the record names it, and of those before it the last ten.
inline status keep_past(const std::string& folder, const wanted_manifests& wanted) {
  json kept(json::object{});
  kept.set("schema", 1).set("id", wanted.record->id).set("files", json_of_files(wanted.files));
  const std::int64_t generation = wanted.record->generation;
  if (status straight = check_straight(folder, past_file(generation), "a record of what was rendered");
      !straight)
    return straight;
  if (status put = place_text(folder, past_file(generation), compact(kept), durability::durable); !put)
    return put;
  const std::int64_t oldest = generation - static_cast<std::int64_t>(kept_deployments);
  return oldest < 1 ? status{} : remove_below(folder, past_file(oldest));
}

/// What is kept of that deployment; nothing where there is nothing.
inline result<std::optional<std::map<std::string, std::string>>> kept_files(const std::string& folder,
                                                                            const deployment_record& of) {
  using file_map = std::map<std::string, std::string>;
  const auto text = own_text(folder, past_file(of.generation).c_str());
  if (!text) return text.error();
  if (!*text) return std::optional<file_map>{};
  const auto kept = parse_json(**text);
  if (!kept || (*kept)["schema"].integer() != 1 || (*kept)["id"].text() != of.id)
    return std::optional<file_map>{};
  file_map files;
  for (const auto& [name, content] : (*kept)["files"].members()) files.emplace(name, content.text());
  return std::optional(std::move(files));
}

// --- The state ---

inline result<environment_state> state_in(const std::string& folder) {
  const auto text = own_text(folder, state_file);
  if (!text) return text.error();
  if (!*text) return environment_state{};
  const std::string path = folder + '/' + state_file;
  auto state = environment_state_from(**text, path);
  if (!state) return with_repair(std::move(state).error(), "rm " + shell_quoted(path));
  return state;
}

inline status write_state(const std::string& folder, const environment_state& to) {
  if (std::string text = file_text(to); !text.empty())
    return place_text(folder, state_file, text, durability::durable);
  return remove_below(folder, state_file);
}

inline bool is_same(const std::optional<deployment_record>& one,
                    const std::optional<deployment_record>& other) {
  return one.has_value() == other.has_value() && (!one || compact(json_of(*one)) == compact(json_of(*other)));
}

inline std::vector<std::string> names_of(const std::map<std::string, std::string>& files) {
  std::vector<std::string> names;
  for (const auto& [name, content] : files) names.push_back(name);
  return names;
}

/// The list names old and new files before the first of them changes, so that no crash leaves a file of ours
/// behind unlisted.
inline status replace_files(const std::string& folder,
                            const std::vector<std::string>& ours,
                            const manifest_state& now,
                            const wanted_manifests& wanted) {
  std::vector<std::string> both = names_of(wanted.files);
  for (const std::string& name : ours)
    if (!wanted.files.contains(name)) both.push_back(name);
  if (status listed = write_list(folder, both); !listed) return listed;
  for (const auto& [name, content] : wanted.files)
    if (const auto there = now.files.find(name); there == now.files.end() || there->second != content)
      if (status written = place_text(folder, name, content, durability::durable); !written) return written;
  for (const std::string& name : ours)
    if (!wanted.files.contains(name))
      if (status gone = remove_below(folder, name); !gone) return gone;
  return write_list(folder, names_of(wanted.files));
}

inline result<file_lock> locked(const std::string& folder, const cancellation* cancelled) {
  if (status straight = check_straight(folder, lock_file, "a record of what was rendered"); !straight)
    return std::move(straight).error();
  const std::string path = folder + '/' + lock_file;
  for (int waited = 0; waited < 3000; ++waited) {
    auto lock = file_lock::try_take(path, fmt::format("process {}", ::getpid()));
    if (!lock) return std::move(lock).error();
    if (*lock) return std::move(**lock);
    if (!rest_unless_cancelled(cancelled, std::chrono::milliseconds(20)))
      return error{.kind = exit_class::interrupted,
                   .subject = {},
                   .what = "interrupted before the manifests were written",
                   .value = folder,
                   .notes = {}};
  }
  return error{.kind = exit_class::conflict,
               .subject = {},
               .what = "another driver has been writing to this folder for a minute",
               .value = folder,
               .notes = {{"holder", file_lock::holder_of(path)}}};
}

/// Newest first; a line that a crash cut is no record, and the last of a generation counts.
inline std::vector<deployment_record> records_in(const std::string& ndjson, const std::string& where) {
  std::vector<deployment_record> records;
  for (const std::string& line : split(ndjson, '\n')) {
    auto record = record_from(line, where);
    if (!record) continue;
    if (!records.empty() && records.back().generation == record->generation) records.pop_back();
    records.push_back(std::move(*record));
  }
  std::reverse(records.begin(), records.end());
  return records;
}

}  // namespace deliver_render_render_folder

result<manifest_state> read_folder(const std::string& folder) {
  using namespace deliver_render_render_folder;
  manifest_state state;
  const auto ours = listed_files(folder);
  if (!ours) return ours.error();
  auto files = present(folder, *ours);
  if (!files) return std::move(files).error();
  state.files = std::move(*files);
  auto remembered = deliver_render_render_folder::state_in(folder);
  if (!remembered) return std::move(remembered).error();
  state.state = *std::move(remembered);
  const auto text = own_text(folder, record_file);
  if (!text) return text.error();
  if (!*text) return state;
  auto record = record_from(**text, folder + '/' + record_file);
  if (!record) return with_repair(std::move(record).error(), record_repair(folder));
  state.record = std::move(*record);
  return state;
}

result<bool> write_folder(const std::string& folder,
                          const decide_manifests& decide,
                          const cancellation* cancelled) {
  using namespace deliver_render_render_folder;
  const auto lock = locked(folder, cancelled);
  if (!lock) return lock.error();
  const auto now = read_folder(folder);
  if (!now) return now.error();
  auto wanted = decide(*now);
  if (!wanted) return std::move(wanted).error();
  if (!*wanted) return false;
  const auto ours = listed_files(folder);
  if (!ours) return ours.error();
  if (status free = check_foreign(folder, *ours, (*wanted)->wanted); !free) return std::move(free).error();
  if (status written = replace_files(folder, *ours, *now, (*wanted)->wanted); !written)
    return std::move(written).error();
  const wanted_manifests& want = (*wanted)->wanted;
  if (status kept = write_state(folder, want.state); !kept) return std::move(kept).error();
  if (!want.record || is_same(want.record, now->record)) return true;
  if (status kept = keep_past(folder, want); !kept) return std::move(kept).error();
  if (status kept = append_history(folder, *want.record); !kept) return std::move(kept).error();
  if (status kept = place_text(folder, record_file, pretty(json_of(*want.record)), durability::durable);
      !kept)
    return std::move(kept).error();
  return true;
}

result<std::vector<deployment_record>> folder_history(const std::string& folder, std::size_t most) {
  using namespace deliver_render_render_folder;
  const auto text = own_text(folder, history_file);
  if (!text) return text.error();
  std::vector<deployment_record> records = records_in(text->value_or(""), folder + '/' + history_file);
  if (records.size() > most) records.resize(most);
  return records;
}

result<std::vector<kept_deployment>> folder_past(const std::string& folder) {
  using namespace deliver_render_render_folder;
  auto records = folder_history(folder, kept_deployments);
  if (!records) return std::move(records).error();
  std::vector<kept_deployment> past;
  for (deployment_record& each : *records) {
    const auto files = kept_files(folder, each);
    if (!files) return files.error();
    past.push_back({std::move(each), *files ? std::string() : "its manifests are not kept"});
  }
  return past;
}

result<std::map<std::string, std::string>> folder_files_of(const std::string& folder,
                                                           const deployment_record& of) {
  using namespace deliver_render_render_folder;
  auto files = kept_files(folder, of);
  if (!files) return std::move(files).error();
  if (!*files) return not_kept(folder, of);
  if (digest_of_manifests(**files) == of.manifests) return **std::move(files);
  const std::string path = folder + '/' + past_file(of.generation);
  return error{.kind = exit_class::corrupt,
               .subject = {},
               .what = "the manifests that are kept of a deployment are not those of its record",
               .value = path,
               .notes = {{"try", "rm " + shell_quoted(path) + ", and deploy its commit again"}}};
}

std::unique_ptr<environment_home> folder_home(const std::string& folder, const cancellation* cancelled) {
  manifest_store store;
  store.name = folder;
  store.is_embedded = true;
  store.read = [folder] { return read_folder(folder); };
  store.write = [=](const decide_manifests& decide, const manifest_store::say_line&) {
    return write_folder(folder, decide, cancelled);
  };
  store.past = [folder] { return folder_past(folder); };
  store.files_of = [folder](const deployment_record& of) { return folder_files_of(folder, of); };
  return manifest_home(std::move(store));
}

}  // namespace cicd
