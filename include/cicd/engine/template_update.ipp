// All is decided before the first file is written; git merges what both sides changed.
#pragma once

#include <algorithm>
#include <map>
#include <set>

#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/values/service_name.hpp>
#include <cicd/engine/template_update.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/observe/git_program.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace engine_template_update {
namespace {

using declaring::service_file;

error failure(std::string what, std::string value, exit_class kind = exit_class::usage) {
  return error{kind, {}, std::move(what), std::move(value), {}};
}

/// The folder with the record, `folder` or one above it; empty where there is none.
std::string service_folder(std::string folder) {
  while (!folder.empty() && !exists(folder + "/" + service_record_file))
    folder = folder.substr(0, folder.rfind('/'));
  return folder;
}

/// What lies at a path of the service.
struct present_file {
  enum class what { nothing, file, other } kind = what::nothing;
  std::string text;
  bool is_executable = false;
};

/// `removed` are files that the update takes away before.
result<present_file> file_at(const std::string& folder,
                             const std::string& path,
                             const std::set<std::string>& removed) {
  using what = present_file::what;
  for (auto slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1)) {
    const std::string part = folder + "/" + path.substr(0, slash);
    if (removed.contains(path.substr(0, slash))) return present_file{};
    if (link_target(part) || (exists(part) && !is_folder(part))) return present_file{what::other, {}};
  }
  const std::string whole = folder + "/" + path;
  if (link_target(whole) || is_folder(whole) || is_stream(whole)) return present_file{what::other, {}};
  result<std::optional<std::string>> text = read_below_if_there(folder, path);
  if (!text) return std::move(text).error();
  if (!*text) return present_file{};
  return present_file{what::file, *std::move(*text), access(whole.c_str(), X_OK) == 0};
}

/// A tracked file as git stores it: line ends and filters of the work tree are no change of the service.
result<std::string> stored_text(const std::string& folder,
                                const std::string& path,
                                const surroundings& around) {
  const captured done = observing::ask_git(folder, {"cat-file", "blob", ":./" + path}, around);
  if (!done.end.good()) return observing::git_failure(folder, done);
  return done.out;
}

/// The way back: a text as git would check it out at that path.
result<std::string> checked_out(const std::string& folder,
                                const std::string& path,
                                const std::string& text,
                                const surroundings& around) {
  const auto layout = observing::git_layout_of(folder);
  const std::string top = layout ? layout->top : folder;
  const captured stored = observing::ask_git(folder, {"hash-object", "-w", "--stdin"}, around, text);
  if (!stored.end.good()) return observing::git_failure(folder, stored);
  const captured done =
      observing::ask_git(folder,
                         {"cat-file", "--filters", "--path=" + path_below(folder + "/" + path, top),
                          std::string(trimmed(stored.out))},
                         around);
  if (!done.end.good()) return observing::git_failure(folder, done);
  return done.out;
}

/// Merges texts by `git merge-file`, whose markers name the two sides.
class text_merger {
 public:
  text_merger(const template_update& of, const surroundings& around) : of_(of), around_(around) {}

  /// The merged text; `conflicts` receives whether there are any.
  result<std::string> merged(const std::string& ours,
                             const std::string& base,
                             const std::string& theirs,
                             bool& conflicts) const {
    const auto layout = observing::git_layout_of(of_.folder);
    const std::string place = fmt::format("{}/cicd-update.{}", layout ? layout->own : of_.folder, getpid());
    result<std::string> made = in_folder(place, ours, base, theirs, conflicts);
    (void)remove_tree(place);
    return made;
  }

 private:
  result<std::string> in_folder(const std::string& place,
                                const std::string& ours,
                                const std::string& base,
                                const std::string& theirs,
                                bool& conflicts) const {
    const std::pair<const char*, const std::string*> texts[] = {
        {"/service", &ours}, {"/base", &base}, {"/theirs", &theirs}};
    for (const auto& [name, text] : texts)
      if (status written = write_file(place + name, *text, durability::fast); !written)
        return std::move(written).error();
    const captured done =
        observing::ask_git(of_.folder,
                           {"merge-file", "-p", "-L", of_.after.name, "-L", label(of_.before), "-L",
                            label(of_.after), place + "/service", place + "/base", place + "/theirs"},
                           around_);
    if (done.end.kind != ending::how::exited || done.end.number > 127)
      return observing::git_failure(of_.folder, done);
    conflicts = done.end.number > 0;
    return done.out;
  }
  static std::string label(const service_record& of) { return of.made_from + " " + of.version; }

  const template_update& of_;
  const surroundings& around_;
};

const service_file* find(const std::vector<service_file>& in, const std::string& path) {
  const auto found = std::ranges::find(in, path, &service_file::path);
  return found == in.end() ? nullptr : &*found;
}

/// What the template lost.
file_change without(const service_file& base, const present_file& ours) {
  if (ours.kind == present_file::what::other || ours.text != base.text) return {base.path, merged_file::kept};
  return {base.path, merged_file::removed};
}

/// What becomes of one file; nothing where it stays as it is.
result<std::optional<file_change>> change_of(const service_file* base,
                                             const service_file* theirs,
                                             const present_file& ours,
                                             const text_merger& with) {
  using what = present_file::what;
  using answer = std::optional<file_change>;
  if (theirs == nullptr) return ours.kind == what::nothing ? answer() : without(*base, ours);
  if (base != nullptr && *base == *theirs) return answer();
  file_change made{theirs->path, base == nullptr ? merged_file::added : merged_file::updated, theirs->text,
                   theirs->is_executable};
  if (ours.kind == what::other) return answer(file_change{theirs->path, merged_file::kept});
  if (ours.kind == what::nothing)
    return answer(base == nullptr ? made : file_change{theirs->path, merged_file::deleted});
  if (ours.text == theirs->text && ours.is_executable == theirs->is_executable) return answer();
  if (base != nullptr && base->is_executable == theirs->is_executable)
    made.is_executable = ours.is_executable;
  if (base != nullptr && (ours.text == base->text || ours.text == theirs->text)) return answer(made);
  // git merges texts alone.
  if (ours.text.find('\0') != std::string::npos) return answer(file_change{theirs->path, merged_file::kept});
  bool conflicts = false;
  result<std::string> text =
      with.merged(ours.text, base == nullptr ? std::string() : base->text, theirs->text, conflicts);
  if (!text) return std::move(text).error();
  made.text = *std::move(text);
  made.how = conflicts ? merged_file::conflict : merged_file::merged;
  if (!conflicts && made.text == ours.text && made.is_executable == ours.is_executable) return answer();
  return answer(made);
}

/// What git can bring back: a file that it does not track, or was told not to look at, is the person's own.
result<std::set<std::string>> tracked_files(const std::string& folder, const surroundings& around) {
  const captured done = observing::ask_git(folder, {"ls-files", "-z", "-v"}, around);
  if (!done.end.good()) return observing::git_failure(folder, done);
  std::set<std::string> paths;
  for (const std::string& each : split(done.out, '\0'))
    if (each.starts_with("H ")) paths.insert(each.substr(2));
  return paths;
}

status plan_files(template_update& of, const surroundings& around) {
  std::set<std::string> paths;
  for (const auto* side : {&of.before.files, &of.after.files})
    for (const service_file& each : *side) paths.insert(each.path);
  const text_merger with(of, around);
  const result<std::set<std::string>> tracked = tracked_files(of.folder, around);
  if (!tracked) return tracked.error();
  std::set<std::string> removed;
  // Those that the template lost first: a folder may come where a file was.
  for (const bool is_lost : {true, false})
    for (const std::string& path : paths) {
      const service_file *before = find(of.before.files, path), *after = find(of.after.files, path);
      if ((after == nullptr) != is_lost) continue;
      result<present_file> ours = file_at(of.folder, path, removed);
      if (!ours) return ours.error();
      const bool is_file = ours->kind == present_file::what::file;
      const bool is_private = is_file && !tracked->contains(path);
      if (is_file && !is_private) {
        result<std::string> stored = stored_text(of.folder, path, around);
        if (!stored) return std::move(stored).error();
        ours->text = *std::move(stored);
      }
      if (is_private && after != nullptr && before != nullptr && *before == *after) continue;
      result<std::optional<file_change>> change = is_private
                                                      ? std::optional(file_change{path, merged_file::kept})
                                                      : change_of(before, after, *ours, with);
      if (!change) return std::move(change).error();
      if (!*change) continue;
      if ((*change)->how == merged_file::removed) removed.insert(path);
      of.changes.push_back(std::move(**change));
    }
  return {};
}

/// The record is the team's file: a path in it is judged like any other from outside.
status check_record(const service_record& of) {
  if (why_no_service_name(of.name))
    return failure("the record has a name that can be none of a service", of.name, exit_class::corrupt);
  for (const service_file& each : of.files)
    for (const std::string& part : split(each.path, '/'))
      if (!relative_path::accepts(each.path) || lower(part) == ".git")
        return failure("the record names a path that leads out of the service", each.path,
                       exit_class::corrupt);
  return {};
}

/// The service as the newest template would make it.
void render(template_update& of,
            const std::vector<std::string>& set,
            const template_source& templates,
            errors& found) {
  or_errors<declaring::pipeline_template> from = declaring::read_template(of.before.made_from, templates);
  found = std::move(from.errors);
  if (!from) return;
  if (declaring::is_older(from->version, of.before.version))
    found.push_back(failure("the template is older than the one that the service was made of", from->version)
                        .with("allowed", of.before.version + " or later")
                        .with("try", "update the folder of CICD_TEMPLATE_PATH that has " + from->name));
  declaring::parameter_values values = given_values(*from, set, found);
  for (const auto& [name, value] : of.before.parameters) {
    const declaring::template_parameter* known = from->parameter(name);
    if (known == nullptr || values.contains(name)) continue;
    if (known->accepts(value))
      values.emplace(name, value);
    else
      found.push_back(failure(fmt::format("the newest template takes no such value of {}", name), value)
                          .with("did you mean", known->guess(value))
                          .with("allowed", known->allowed_text())
                          .with("try", fmt::format("--set {}=<{}>", name, known->words)));
  }
  for (const std::string& name : without_value(from->parameters, values))
    found.push_back(failure("a parameter has no default, and no value is given", name)
                        .with("allowed", from->parameter(name)->allowed_text())
                        .with("try", fmt::format("--set {}=<{}>", name, from->parameter(name)->words)));
  or_errors<declaring::template_skeleton> skeleton = read_skeleton(*from, templates);
  found.insert(found.end(), skeleton.errors.begin(), skeleton.errors.end());
  if (!found.empty()) return;
  of.after = {from->name, from->version, of.before.name, values_over_defaults(from->parameters, values), {}};
  or_errors<std::vector<service_file>> files =
      rendered(*skeleton, *from, of.before.name, of.after.parameters);
  found = std::move(files.errors);
  if (files) of.after.files = std::move(*files);
}

/// Uncommitted changes would be mixed with the template's.
status check_clean(const std::string& folder, const surroundings& around) {
  if (!observing::git_layout_of(folder))
    return failure("the service is in no git repository, which an update can be undone by", folder)
        .with("try",
              fmt::format("git -C {0} init && git -C {0} add . && git -C {0} commit", shell_quoted(folder)));
  const result<std::vector<std::string>> changes = changes_in(folder, around);
  if (!changes) return changes.error();
  if (changes->empty()) return {};
  error no = failure("the service has uncommitted changes", folder, exit_class::policy);
  for (std::size_t at = 0; at < std::min<std::size_t>(changes->size(), 10); ++at)
    no.notes.push_back({"changed", (*changes)[at]});
  return std::move(no).with(
      "try", fmt::format("git -C {} stash --include-untracked, or commit them", shell_quoted(folder)));
}

}  // namespace
}  // namespace engine_template_update

std::string_view word_for(merged_file how) {
  switch (how) {
    case merged_file::added: return "added";
    case merged_file::updated: return "updated";
    case merged_file::merged: return "merged";
    case merged_file::conflict: return "conflict";
    case merged_file::removed: return "removed";
    case merged_file::kept: return "kept";
    case merged_file::deleted: break;
  }
  return "deleted";
}

bool template_update::has_conflict() const {
  return std::ranges::find(changes, merged_file::conflict, &file_change::how) != changes.end();
}

or_errors<template_update> plan_update(const std::string& folder,
                                       const std::vector<std::string>& set,
                                       const template_source& templates,
                                       const surroundings& around) {
  using namespace engine_template_update;
  or_errors<template_update> planned;
  const auto fail = [&](error why) {
    planned.errors.push_back(std::move(why));
    return planned;
  };
  template_update made{.folder = service_folder(folder), .before = {}, .after = {}, .changes = {}};
  if (made.folder.empty())
    return fail(
        failure("no template made what is here", folder)
            .with("allowed", fmt::format("a folder with {}, which `cicd new` leaves", service_record_file)));
  result<std::string> text = read_below(made.folder, service_record_file);
  if (!text) return fail(std::move(text).error());
  result<service_record> before = service_record_from(*text);
  if (!before) return fail(std::move(before).error());
  if (status good = check_record(*before); !good) return fail(std::move(good).error());
  if (status clean = check_clean(made.folder, around); !clean) return fail(std::move(clean).error());
  made.before = *std::move(before);
  render(made, set, templates, planned.errors);
  if (!planned.errors.empty()) return planned;
  if (status good = plan_files(made, around); !good) return fail(std::move(good).error());
  planned.made = std::move(made);
  return planned;
}

namespace engine_template_update {
namespace {

/// That of the file that is there, with the permission to be executed as it is wanted.
unsigned mode_of(const std::string& path, bool is_executable) {
  struct stat there {};
  if (::stat(path.c_str(), &there) != 0) return is_executable ? 0755 : 0644;
  const unsigned mode = there.st_mode & 0777U;
  return is_executable ? mode | ((mode & 0444U) >> 2U) : mode & ~0111U;
}

status write_checked_out(const template_update& of, const file_change& change, const surroundings& around) {
  const result<std::string> text = checked_out(of.folder, change.path, change.text, around);
  if (!text) return text.error();
  const std::string path = of.folder + "/" + change.path;
  return write_file(path, *text, durability::durable, mode_of(path, change.is_executable));
}

}  // namespace
}  // namespace engine_template_update

status apply_update(const template_update& of, const surroundings& around) {
  using engine_template_update::write_checked_out;
  for (const file_change& each : of.changes) {
    if (each.how == merged_file::kept || each.how == merged_file::deleted) continue;
    const status done = each.how == merged_file::removed ? remove_tree(of.folder + "/" + each.path)
                                                         : write_checked_out(of, each, around);
    if (!done) return done;
  }
  return write_checked_out(of, {.path = service_record_file, .text = of.after.text(), .is_executable = false},
                           around);
}

}  // namespace cicd
