// A tar of plain files: `head.json` says whose it is, `steps/` and `blobs/` are those of the cache, `tree/`
// what lies in the build tree. Nothing of it is put anywhere before all of it was checked.
#pragma once

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <initializer_list>
#include <map>
#include <set>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/deliver/git/local_repository.hpp>
#include <cicd/engine/handed_on.hpp>
#include <cicd/engine/own_places.hpp>
#include <cicd/image/archive_items.hpp>
#include <cicd/image/layer_items.hpp>
#include <cicd/image/layer_tar.hpp>
#include <cicd/observe/ci_event.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/observe/platform.hpp>
#include <cicd/plan/graph.hpp>
#include <cicd/run/cache.hpp>
#include <cicd/run/journal.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/own_file.hpp>
#include <cicd/system/place.hpp>

namespace cicd {

namespace engine_handed_on {
namespace {

constexpr unsigned readers = 2;

/// A folder that is gone with this.
class scratch_folder {
 public:
  explicit scratch_folder(const workspace& where) : path_(part_name(where.own() + "/handed-on")) {
    (void)make_own_folder(path_);
  }
  ~scratch_folder() { (void)remove_tree(path_); }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string machine_file(const workspace& where) {
  return where.own() + "/ci-machine";
}

/// What a build tree of these jobs is one of.
json head_of(const session& of) {
  return members_of(
      "schema", 1, "commit", git_state_of(of.model.tree.source_root, of.around).commit.value_or(""), "run",
      ci_run_id(of.around), "change", of.where.domain, "machine", machine_in(of.where, of.around));
}

result<std::vector<step_index>> steps_of(const session& of,
                                         const step_graph& graph,
                                         const std::vector<std::string>& targets) {
  std::vector<step_index> steps;
  std::vector<std::string> known;
  for (const target& each : of.targets) known.push_back(each.name);
  for (const std::string& name : targets) {
    const target* found = of.find_target(name);
    const auto step = graph.find(name);
    if (found == nullptr && !step)
      return error{exit_class::usage, {}, "not a target or step", name, {}}
          .with("did you mean", nearest(name, known).value_or(""))
          .with("try", "cicd help-targets");
    if (found != nullptr && !found->command.empty()) return not_made_of_steps(*found);
    for (const std::string& id : found == nullptr ? std::vector<std::string>{name} : found->steps)
      if (const auto one = graph.find(id)) steps.push_back(*one);
  }
  return closure(graph, steps);
}

/// The folders of the build tree that are an environment, or a registry, of their own.
std::vector<std::pair<std::string, std::string>> trees_of(const workspace& where) {
  return {{"registry", where.images()}, {"bucket", where.bucket()}, {"manifests.git", where.manifests()}};
}

/// Of a repository what it holds, and nothing that git reads as configuration, runs, or follows elsewhere:
/// `config`, `hooks/`, `info/`, `commondir`, `objects/info/alternates`.
bool is_of_repository(std::string_view path) {
  if (path == "HEAD" || path == "packed-refs") return true;
  if (path.starts_with("refs/")) return !path.ends_with(".lock");
  const auto is_hex = [](std::string_view text) {
    return text.find_first_not_of("0123456789abcdef") == text.npos;
  };
  const std::vector<std::string> parts = split(path, '/');
  if (parts.size() != 3 || parts[0] != "objects") return false;
  const std::string_view name = parts[2];
  if (parts[1] == "pack")
    return name.starts_with("pack-") && (name.ends_with(".pack") || name.ends_with(".idx"));
  return parts[1].size() == 2 && is_hex(parts[1]) && is_hex(name);
}

/// Whether a path of the file is one below `tree/` that a job may hand on.
bool is_of_tree(std::string_view path) {
  constexpr std::string_view repository = "tree/manifests.git/";
  return path.starts_with(repository)
             ? is_of_repository(path.substr(repository.size()))
             : path.starts_with("tree/registry/") || path.starts_with("tree/bucket/");
}

bool has_digest_in_head(std::string_view path) {
  return path.starts_with("tree/") || path.starts_with("plans/");
}

/// What is put into the file, by path in it.
class collection {
 public:
  void add(const std::string& path, const std::string& from) {
    if (paths_.insert(path).second) items_.push_back(item_of(path, from));
  }

  /// The plain files of a folder of the build tree.
  void add_tree(const std::string& name, const std::string& folder) {
    const auto entries = list_tree(folder);
    if (!entries) return;
    for (const tree_entry& each : *entries)
      if (const std::string path = fmt::format("tree/{}/{}", name, each.path);
          each.kind == entry_kind::file && is_of_tree(path) && !path.ends_with(".lock"))
        add(path, folder + "/" + each.path);
  }

  /// The digests of all that is not named by its own. Nothing is added after it but the head.
  result<json> digests() {
    if (status read = digest_items(items_, readers, nullptr); !read) return std::move(read).error();
    json all(json::array{});
    for (const layer_item& each : items_)
      if (has_digest_in_head(each.path)) all.push(members_of("path", each.path, "sha256", hex(each.content)));
    return all;
  }

  result<std::uint64_t> write(const std::string& file, const std::string& head) {
    std::vector<layer_item> last{item_of("head.json", head)};
    if (status read = digest_items(last, readers, nullptr); !read) return std::move(read).error();
    items_.push_back(std::move(last.front()));
    result<std::vector<layer_item>> settled = settled_items(std::move(items_));
    if (!settled) return std::move(settled).error();
    const std::string part = part_name(file);
    std::ofstream to(part, std::ios::binary | std::ios::trunc);
    std::uint64_t bytes = 0;
    const status written = write_layer_tar(
        *settled,
        [&](std::string_view piece) -> status {
          to.write(piece.data(), static_cast<std::streamsize>(piece.size()));
          bytes += piece.size();
          return to ? status() : status(error{exit_class::cannot_save, {}, "cannot write", part, {}});
        },
        nullptr);
    to.close();
    status done = !written ? written
                  : to     ? rename_over(part, file)
                           : status(error{exit_class::cannot_save, {}, "cannot write", file, {}});
    if (done) return bytes;
    (void)remove_tree(part);
    return std::move(done).error();
  }

 private:
  static layer_item item_of(const std::string& path, const std::string& from) {
    layer_item item;
    item.path = path;
    item.kind = entry_kind::file;
    item.mode = 0644;
    item.from = from;
    return item;
  }

  std::vector<layer_item> items_;
  std::set<std::string> paths_;
};

std::vector<digest> blobs_of(const cached_step& entry) {
  std::vector<digest> all;
  for (const file_set* files : {&entry.outputs, &entry.reports})
    for (const observed_file& each : *files) all.push_back(each.content);
  if (entry.log) all.push_back(entry.log);
  return all;
}

/// The entry is there, and all that it is made of.
std::optional<cached_step> whole_entry(const step_cache& cache, const digest& key) {
  std::optional<cached_step> entry = cache.find(key);
  const auto is_there = [&](const digest& each) { return exists(cache.blob_path(each, entry->from)); };
  return entry && std::ranges::all_of(blobs_of(*entry), is_there) ? std::move(entry) : std::nullopt;
}

bool add_step(collection& to, const step_cache& cache, const digest& key) {
  const std::optional<cached_step> entry = whole_entry(cache, key);
  if (!entry) return false;
  to.add("steps/" + hex(key), cache.entry_path(key, entry->from));
  for (const digest& each : blobs_of(*entry))
    to.add("blobs/" + hex(each), cache.blob_path(each, entry->from));
  return true;
}

std::string name_of(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

bool is_plan_name(const std::string& name) {
  return !name.empty() && name.front() != '.' && name.find('/') == name.npos;
}

// --- taking over ---

error is_damaged(const std::string& file, const std::string& member) {
  return error{exit_class::corrupt,
               {},
               "a file of results is damaged",
               file,
               {{"caused by", member + " does not have its digest"}}};
}

error is_of_others(const std::string& file,
                   const char* what,
                   const std::string& theirs,
                   const std::string& own) {
  return error{exit_class::policy,
               {},
               fmt::format("results of another {} are not taken over", what),
               file,
               {{"theirs", theirs.empty() ? "none" : theirs}, {"this", own.empty() ? "none" : own}}};
}

status check_head(const json& head, const json& own, const std::string& file) {
  if (head["schema"].integer() != 1)
    return error{exit_class::usage, {}, "not a file of results", file, {{"try", "cicd cache save " + file}}};
  for (const auto& [key, what] :
       {std::pair("run", "CI run"), std::pair("commit", "commit"), std::pair("change", "change")})
    if (head[key].text() != own[key].text())
      return is_of_others(file, what, head[key].text(), own[key].text());
  return {};
}

using members_by_path = std::map<std::string, const layer_item*, std::less<>>;

std::map<std::string, std::string> digests_in(const json& head) {
  std::map<std::string, std::string> all;
  for (const json& each : head["digests"].elements()) all.emplace(each["path"].text(), each["sha256"].text());
  return all;
}

/// Each blob has the digest that it is named by, all else that which the head says, and nothing else lies in
/// the file.
status check_members(const json& head, const members_by_path& members, const std::string& file) {
  const std::map<std::string, std::string> digests = digests_in(head);
  for (const auto& [path, item] : members) {
    const std::string name = name_of(path);
    const bool is_blob = path == "blobs/" + name, is_step = path == "steps/" + name;
    const bool is_plan = path == "plans/" + name && is_plan_name(name);
    if (!is_blob && !is_step && !is_plan && !is_of_tree(path) && path != "head.json")
      return error{exit_class::usage, {}, "not a file of results", file, {{"caused by", "it holds " + path}}};
    if (is_blob && hex(item->content) != name) return is_damaged(file, path);
    if (is_step && !digest_from(name)) return is_damaged(file, path);
    if (!has_digest_in_head(path)) continue;
    const auto said = digests.find(path);
    if (said == digests.end() || said->second != hex(item->content)) return is_damaged(file, path);
  }
  return {};
}

/// What is said to be in it is there: a file may be cut off.
status check_is_whole(const json& head, const members_by_path& members, const std::string& file) {
  const auto lacks = [&](const std::string& what) {
    return error{
        exit_class::corrupt, {}, "a file of results is damaged", file, {{"caused by", "it lacks " + what}}};
  };
  for (const json& each : head["steps"].elements())
    if (!members.contains("steps/" + each["key"].text())) return lacks(each["step"].text());
  for (const auto& [path, digest] : digests_in(head))
    if (!members.contains(path)) return lacks(path);
  return {};
}

status put_steps(const members_by_path& members, const step_cache& cache, const std::string& file) {
  for (const auto& [path, item] : members) {
    const auto of = digest_from(name_of(path));
    if (!path.starts_with("blobs/") || !of || exists(cache.blob_path(*of))) continue;
    const std::string to = cache.blob_path(*of);
    if (status made = make_folder(to.substr(0, to.rfind('/'))); !made) return made;
    (void)chmod(item->from.c_str(), 0444);
    if (status put = rename_over(item->from, to); !put) return put;
  }
  for (const auto& [path, item] : members) {
    const auto key = digest_from(name_of(path));
    if (!path.starts_with("steps/") || !key || cache.find(*key)) continue;
    const result<std::string> text = read_file(item->from);
    if (!text) return text.error();
    if (status put = write_file(cache.entry_path(*key), *text, durability::fast, 0600); !put) return put;
    if (whole_entry(cache, *key)) continue;
    (void)remove_tree(cache.entry_path(*key));
    return is_damaged(file, path);
  }
  return {};
}

/// Whether the objects of the repository are named by SHA-256: `<ab>/<62>` or `pack-<64>.idx`.
bool has_sha256(const members_by_path& members, const std::string& repository) {
  const std::string start = repository + "objects/";
  const auto first = members.lower_bound(start);
  if (first == members.end() || !first->first.starts_with(start)) return false;
  const std::string name = name_of(first->first);
  return name.size() == 62 || name.find('.') == 5 + 64;
}

/// What a file does not hand on, or git leaves out where there are no objects of its own yet.
status complete_repository(const std::string& folder, bool is_sha256) {
  for (const char* below : {"/refs/heads", "/objects/info"})
    if (status made = make_folder(folder + below); !made) return made;
  if (exists(folder + "/config")) return {};
  return place_text(folder, "config", bare_config(is_sha256), durability::fast);
}

status put_tree(const members_by_path& members, const workspace& where, handed_on& taken) {
  for (const auto& [name, folder] : trees_of(where)) {
    const std::string start = "tree/" + name + "/";
    if (const auto first = members.lower_bound(start);
        first == members.end() || !first->first.starts_with(start))
      continue;
    if (status made = make_folder(folder); !made) return made;
    for (auto at = members.lower_bound(start); at != members.end() && at->first.starts_with(start); ++at)
      if (status put = place_copy(folder, at->first.substr(start.size()), at->second->from, 0644); !put)
        return put;
    if (name != "manifests.git" || !members.contains(start + "HEAD")) continue;
    if (status whole = complete_repository(folder, has_sha256(members, start)); !whole) return whole;
  }
  const std::string plans = where.own() + "/plans";
  if (members.lower_bound("plans/") != members.end())
    if (status made = make_folder(plans); !made) return made;
  for (auto at = members.lower_bound("plans/"); at != members.end() && at->first.starts_with("plans/");
       ++at) {
    taken.plans.push_back(name_of(at->first));
    if (status put = place_copy(plans, taken.plans.back(), at->second->from, 0600); !put) return put;
  }
  return {};
}

}  // namespace
}  // namespace engine_handed_on

std::string machine_in(const workspace& where, const surroundings& around) {
  const std::string run = ci_run_id(around);
  if (run.empty()) return machine_identity();
  const auto text = read_own_file(engine_handed_on::machine_file(where));
  const auto line = text ? text->find('\n') : std::string::npos;
  if (line == std::string::npos || text->substr(0, line) != run) return machine_identity();
  return std::string(trimmed(text->substr(line + 1)));
}

result<handed_on> hand_on(const session& of,
                          const std::vector<std::string>& targets,
                          const std::vector<std::string>& plans,
                          const std::string& file) {
  using namespace engine_handed_on;
  if (status own = check_own_places(of); !own) return std::move(own).error();
  const step_graph graph = graph_of(of.model);
  const result<std::vector<step_index>> steps = steps_of(of, graph, targets);
  if (!steps) return steps.error();
  const journal remembered(of.where.journal());
  const step_cache cache(of.where.cache, of.where.domain);
  const scratch_folder scratch(of.where);
  handed_on made;
  collection all;
  json names(json::array{});
  for (const step_index at : *steps) {
    const graph_step& step = graph.steps[at];
    if (!is_pure(step.kind())) continue;
    const auto last = remembered.last(step.id);
    if (last && add_step(all, cache, last->key))
      made.steps.push_back(step.id), names.push(members_of("step", step.id, "key", hex(last->key)));
    else
      made.left_out.push_back(step.id);
  }
  for (const std::string& plan : plans) {
    if (!is_plain_file(plan))
      return error{
          exit_class::usage, {}, "there is no such saved plan", plan, {{"try", "cicd plan … --out " + plan}}};
    made.plans.push_back(name_of(plan));
    all.add("plans/" + name_of(plan), plan);
  }
  for (const auto& [name, folder] : trees_of(of.where)) all.add_tree(name, folder);
  result<json> digests = all.digests();
  if (!digests) return std::move(digests).error();
  const std::string head = scratch.path() + "/head.json";
  if (status written = write_file(
          head, pretty(head_of(of).set("steps", std::move(names)).set("digests", *std::move(digests))),
          durability::fast);
      !written)
    return std::move(written).error();
  result<std::uint64_t> bytes = all.write(file, head);
  if (!bytes) return std::move(bytes).error();
  made.bytes = *bytes;
  return made;
}

result<handed_on> take_over_from(const session& of, const std::string& file) {
  using namespace engine_handed_on;
  if (status own = check_own_places(of); !own) return std::move(own).error();
  const scratch_folder scratch(of.where);
  result<unpack_limit> limit = unpack_limit_of(of.around);
  if (!limit) return std::move(limit).error();
  result<unpacked_items> unpacked = items_of_tar(file, scratch.path(), *limit, nullptr);
  if (!unpacked) return std::move(unpacked).error();
  std::vector<layer_item>& items = unpacked->items;
  if (status read = digest_items(items, readers, nullptr); !read) return std::move(read).error();
  members_by_path members;
  for (const layer_item& each : items)
    if (each.kind == entry_kind::file)
      members.emplace(each.path, &each);
    else if (each.kind != entry_kind::folder)
      return error{exit_class::usage,
                   {},
                   "not a file of results",
                   file,
                   {{"caused by", "it holds a link: " + each.path}}};
  const auto found = members.find("head.json");
  const result<std::string> text =
      found == members.end() ? result<std::string>(std::string("{}")) : read_file(found->second->from);
  if (!text) return text.error();
  const result<json> head = parse_json(*text);
  if (status own = check_head(head ? *head : json(), head_of(of), file); !own) return std::move(own).error();
  if (status good = check_members(*head, members, file); !good) return std::move(good).error();
  if (status good = check_is_whole(*head, members, file); !good) return std::move(good).error();
  handed_on taken;
  for (const json& each : (*head)["steps"].elements()) taken.steps.push_back(each["step"].text());
  for (const layer_item& each : items) taken.bytes += each.stamp.size;
  if (status put = put_steps(members, step_cache(of.where.cache, of.where.domain), file); !put)
    return std::move(put).error();
  if (status put = put_tree(members, of.where, taken); !put) return std::move(put).error();
  if (const std::string run = ci_run_id(of.around); !run.empty())
    if (status put = write_file(machine_file(of.where), run + "\n" + (*head)["machine"].text() + "\n",
                                durability::fast, 0600);
        !put)
      return std::move(put).error();
  return taken;
}

}  // namespace cicd
