// From the words of CACHE_DIRS to folders. A copy is made under another name and renamed, so that half of one
// is none; links that lead out of it are left out, since a tool would write through them.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/counted.hpp>
#include <cicd/base/digest.hpp>
#include <cicd/base/text.hpp>
#include <cicd/observe/maven_snapshots.hpp>
#include <cicd/observe/tools.hpp>
#include <cicd/run/cache.hpp>
#include <cicd/run/tool_caches.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/own_file.hpp>

namespace cicd {

namespace run_tool_caches {
namespace {

constexpr std::string_view maven_variable = "MAVEN_OPTS";

std::string value_in(const std::vector<std::pair<std::string, std::string>>& all, std::string_view name) {
  const auto found = std::ranges::find(all, name, &std::pair<std::string, std::string>::first);
  return found == all.end() ? std::string() : found->second;
}

/// What the step has in that variable by ENV or PASS_ENV.
std::string given(const observed_step& seen, std::string_view name) {
  std::string value = value_in(seen.assignments, name);
  return value.empty() ? value_in(seen.variables, name) : value;
}

bool is_maven(const tool_cache* known) {
  return known != nullptr && known->variable == maven_variable;
}

/// Where the tool keeps it when nothing of ours tells it another place.
std::string default_folder(const cached_folder& of,
                           const std::string& source,
                           const observed_step& seen,
                           const surroundings& around) {
  const tool_cache* known = of.known();
  if (is_maven(known)) return observing::maven_repository(source, around);
  if (known != nullptr)
    if (const std::string told = given(seen, known->variable); told.starts_with('/'))
      return known->tells_above ? told + std::string(known->folder.substr(known->folder.rfind('/'))) : told;
  return of.folder.view().starts_with('~') ? around.home() + of.folder.str().substr(1) : of.folder.str();
}

/// With its links resolved, also where its end is not there yet.
std::string resolved(const std::string& folder) {
  const std::string whole = normal_path(folder);
  if (const auto there = real_path(folder)) return *there;
  for (auto end = whole.rfind('/'); end != 0 && end != whole.npos; end = whole.rfind('/', end - 1))
    if (const auto there = real_path(whole.substr(0, end))) return *there + whole.substr(end);
  return whole;
}

std::string copy_of(const std::string& trusted, const workspace& where) {
  if (where.domain.empty()) return {};
  return domain_folder(where.cache, where.domain) + "/dirs/" + hex(sha256(trusted)).substr(0, 16)
         + trusted.substr(trusted.rfind('/'));
}

/// Maven from 3.9 on keeps the writers of its repository apart by locks of files, when it is told to.
constexpr std::string_view maven_locks =
    "-Daether.syncContext.named.factory=file-lock -Daether.syncContext.named.nameMapper=file-gav";

/// Maven ends before its own code is worth more than the first compiler of the JVM makes of it: half of the
/// processor time, also of 1,200 classes. What the JVM of tests is told is another matter.
constexpr std::string_view maven_quick = "-XX:TieredStopAtLevel=1";

bool maven_can_lock(const graph_step& step, const observed_step& seen) {
  const std::string program = seen.words.empty() ? std::string() : seen.words.front();
  const std::string version =
      program.find('/') == program.npos
          ? [&] {
              const auto tool = std::ranges::find(seen.tools, program, &tool_identity::name);
              return tool == seen.tools.end() ? std::string() : tool->version;
            }()
          : observing::maven_of_wrapper(step.pipeline->source_directory);
  const std::vector<std::string> parts = split(version, '.');
  if (parts.size() < 2) return false;
  const int major = std::atoi(parts[0].c_str()), minor = std::atoi(parts[1].c_str());
  return major > 3 || (major == 3 && minor >= 9);
}

/// What the variable holds, behind what the step has in it already.
void tell(cache_place& place, const tool_cache& known, const graph_step& step, const observed_step& seen) {
  std::vector<std::string> words;
  if (!place.own.empty())
    words.push_back(std::string(known.option)
                    + (known.tells_above ? place.own.substr(0, place.own.rfind('/')) : place.own));
  place.is_shared = known.locks;
  if (is_maven(&known) && maven_can_lock(step, seen)) {
    words.emplace_back(maven_locks);
    place.is_shared = true;
  }
  if (words.empty() && !is_maven(&known)) return;
  if (!known.option.empty())
    if (std::string before = given(seen, known.variable); !before.empty())
      words.insert(words.begin(), std::move(before));
  if (is_maven(&known)) words.insert(words.begin(), std::string(maven_quick));
  place.variable = std::string(known.variable);
  place.value = joined(words, " ");
}

error refused(const cache_place& place, std::string what) {
  return error{exit_class::usage, {}, "CACHE_DIRS: " + std::move(what), place.declared.text(), {}};
}

/// Whether one is the other or lies in it.
bool overlap(const std::string& one, const std::string& other) {
  const auto lies_in = [](const std::string& path, const std::string& folder) {
    return path == folder || path.starts_with(folder + "/");
  };
  return lies_in(one, other) || lies_in(other, one);
}

/// Whether a link of a tree stays in it.
bool stays(const tree_entry& link) {
  const std::string above =
      link.path.find('/') == link.path.npos ? std::string() : "/" + link.path.substr(0, link.path.rfind('/'));
  const std::string root = "/r";
  return !link.link.starts_with('/') && normal_path(root + above + "/" + link.link).starts_with(root + "/");
}

bool is_named(std::string_view names, const std::string& path) {
  const std::string top = path.substr(0, path.find('/'));
  return std::ranges::any_of(split(names, ' '), [&](const std::string& each) { return each == top; });
}

/// Whether a copy has it: all, or what is named.
bool is_copied(const tool_cache* known, const std::string& path) {
  return known == nullptr || known->parts.empty() || is_named(known->parts, path)
         || is_named(known->beside, path);
}

result<std::uint64_t> copy_tree(const std::string& from,
                                const std::string& to,
                                const tool_cache* known,
                                const cancellation* cancelled) {
  std::uint64_t bytes = 0;
  const auto all = list_tree(from, [&](const std::string& below) { return is_copied(known, below); });
  if (!all) return all.error();
  for (const tree_entry& each : *all) {
    if (cancelled != nullptr && cancelled->cancelled())
      return error{exit_class::interrupted, {}, "the copy was interrupted", from, {}};
    const std::string target = to + "/" + each.path;
    if (!is_copied(known, each.path)) continue;
    status done{};
    if (each.kind == entry_kind::folder) done = make_folder(target);
    const bool is_link = each.kind == entry_kind::link && stays(each);
    if (each.kind == entry_kind::file || is_link) done = copy_entry(from + "/" + each.path, target);
    // What a trusted run removes or renames meanwhile is not missed: the tool fetches it.
    if (!done && exists(from + "/" + each.path)) return std::move(done).error();
    if (each.kind == entry_kind::file) bytes += each.size;
  }
  return bytes;
}

/// What those left that were killed while they copied; no other run copies it now.
void sweep_parts(const std::string& own) {
  const auto slash = own.rfind('/');
  const std::string above = own.substr(0, slash), start = own.substr(slash + 1) + ".";
  const auto entries = list_tree(above, [](const std::string&) { return false; });
  if (!entries) return;
  for (const tree_entry& each : *entries)
    if (each.path.starts_with(start) && each.path.ends_with(".part"))
      (void)remove_tree(above + "/" + each.path);
}

}  // namespace
}  // namespace run_tool_caches

std::vector<cache_place> cache_places_of(const graph_step& step,
                                         const observed_step& seen,
                                         const workspace& where,
                                         const surroundings& around) {
  using namespace run_tool_caches;
  std::vector<cache_place> all;
  if (step.command() == nullptr) return all;
  for (const cached_folder& each : step.command()->cache_dirs) {
    const std::string folder = default_folder(each, step.pipeline->source_directory, seen, around);
    cache_place place{.declared = each, .trusted = resolved(folder), .own = {}};
    place.own = copy_of(place.trusted, where);
    if (const tool_cache* known = each.known()) tell(place, *known, step, seen);
    if (each.variable) place.variable = each.variable.str(), place.value = place.used();
    place.is_shared = place.is_shared || step.command()->cache_shared;
    all.push_back(std::move(place));
  }
  return all;
}

std::string maven_repository_for(const graph_step& step, const workspace& where, const surroundings& around) {
  using namespace run_tool_caches;
  const std::string folder = observing::maven_repository(step.pipeline->source_directory, around);
  if (step.command() == nullptr || where.domain.empty()) return folder;
  const auto& all = step.command()->cache_dirs;
  if (std::ranges::none_of(all, [](const cached_folder& each) { return is_maven(each.known()); }))
    return folder;
  const std::string own = copy_of(resolved(folder), where);
  return is_folder(own) ? own : folder;
}

result<std::string> prepare(const cache_place& place, const workspace& where, const cancellation* cancelled) {
  using namespace run_tool_caches;
  const std::string cache = real_path(where.cache).value_or(where.cache);
  for (const std::string& cicds : {cache, real_path(where.build_root).value_or(where.build_root)})
    if (overlap(place.trusted, cicds))
      return refused(place, "the folder holds what cicd keeps, or lies in it")
          .with("it is", place.trusted)
          .with("try", "a folder of the tool alone");
  if (place.value.find_first_of(" \t") != std::string::npos
      && place.own.find_first_of(" \t") != std::string::npos && place.declared.known() != nullptr
      && !place.declared.known()->option.empty())
    return refused(place, "the folder of the copy has a space, which " + place.variable + " cannot hold")
        .with("it is", place.own)
        .with("try", "CICD_CACHE_DIR=<a folder without spaces>");
  if (place.own.empty()) {
    if (place.declared.variable)
      if (status made = make_folder(place.trusted); !made) return std::move(made).error();
    return std::string();
  }
  const std::string domain = domain_folder(where.cache, where.domain);
  const std::string below = place.own.substr(domain.size() + 1);
  if (exists(place.own)) {
    if (is_own_folder_below(domain, below)) return std::string();
    return refused(place, "the copy of this change's runs belongs to another user, or others can write to it")
        .with("it is", place.own);
  }
  if (status made = make_own_folder(place.own.substr(0, place.own.rfind('/'))); !made)
    return std::move(made).error();
  sweep_parts(place.own);
  const std::string part = part_name(place.own);
  if (status made = make_own_folder(part); !made) return std::move(made).error();
  std::uint64_t bytes = 0;
  if (is_folder(place.trusted)) {
    result<std::uint64_t> copied = copy_tree(place.trusted, part, place.declared.known(), cancelled);
    if (!copied) {
      (void)remove_tree(part);
      return std::move(copied).error();
    }
    bytes = *copied;
  }
  if (status there = rename_over(part, place.own); !there) return std::move(there).error();
  return fmt::format("CACHE_DIRS {}: a copy of {} for the runs of this change", place.declared.text(),
                     human_size(bytes));
}

status are_apart(const std::vector<cache_place>& places) {
  using namespace run_tool_caches;
  for (auto one = places.begin(); one != places.end(); ++one)
    for (auto other = places.begin(); other != one; ++other)
      if (one->trusted != other->trusted && overlap(one->trusted, other->trusted))
        return refused(*one, "one folder lies in another")
            .with("it is", one->trusted)
            .with("the other", other->trusted)
            .with("try", "the outer one alone");
  return {};
}

}  // namespace cicd
