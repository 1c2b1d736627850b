// From patterns to names and files.
#pragma once

#include <cicd/engine/files_step.hpp>

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include <cicd/base/counted.hpp>
#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/image/artifact_files.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace engine_files_step {
namespace {

error refused(std::string what, const std::string& value) {
  return error{exit_class::usage, {}, std::move(what), displayable(value), {}};
}

/// Below the last folder that the pattern names without a wildcard; of a path without one its last part.
std::string name_by(const std::string& pattern, const std::string& path) {
  const std::string root = glob_root(pattern);
  return root == path || root.empty() ? (root.empty() ? path : path.substr(path.rfind('/') + 1))
                                      : path.substr(root.size() + 1);
}

result<artifact_file> file_of(const std::string& path, const tree_entry& there, const std::string& named) {
  if (there.kind != entry_kind::file) return refused("a device or pipe cannot be kept", named);
  if (there.size > largest_artifact_file)
    return refused("the file is too large", named)
        .with("is", human_size(there.size))
        .with("allowed", "at most " + human_size(largest_artifact_file));
  return artifact_file{path, (there.mode & 0100U) != 0};
}

/// What the file is, by where its path leads.
result<artifact_file> file_at(const std::string& root, const tree_entry& of) {
  if (of.kind != entry_kind::link) return file_of(root + "/" + of.path, of, of.path);
  const auto real = real_path(root + "/" + of.path);
  if (!real) return refused("a link that leads to nothing", of.path);
  if (path_below(*real, root) == *real) return refused("a link that leads out of the step's folder", of.path);
  if (is_folder(*real)) return refused("a link to a folder cannot be kept", of.path);
  const auto entries = list_tree(real->substr(0, real->rfind('/')), [](const std::string&) { return false; });
  if (!entries) return entries.error();
  const std::string last = real->substr(real->rfind('/') + 1);
  for (const tree_entry& each : *entries)
    if (each.path == last) return file_of(*real, each, of.path);
  return refused("the file is not there any more", of.path);
}

using named_files = std::map<std::string, artifact_file>;

/// A name is one file, and none that another is below.
status add(const std::string& name, artifact_file file, named_files& to) {
  if (valid_utf8(name) != name || displayable(name) != name)
    return refused("the name of the file cannot be kept", name)
        .with("allowed", "UTF-8 without control characters");
  const auto [other, is_new] = to.try_emplace(name, file);
  if (!is_new && other->second.path != file.path)
    return refused("two files have one name", name)
        .with("caused by", fmt::format("{} and {}", other->second.path, file.path))
        .with("try",
              "one pattern whose last folder without a wildcard is above both: the names are below it");
  return {};
}

status check_apart(const named_files& all) {
  for (const auto& each : all)
    for (std::size_t at = each.first.find('/'); at != std::string::npos; at = each.first.find('/', at + 1))
      if (all.contains(each.first.substr(0, at)))
        return refused("two files have one name", each.first.substr(0, at))
            .with("caused by", "one of them would be a folder too, with " + each.first);
  if (all.size() > most_artifact_files)
    return refused("too many files", std::to_string(all.size()))
        .with("allowed", fmt::format("at most {}", most_artifact_files))
        .with("try", "a step that packs them into an archive");
  return {};
}

result<named_files> matching(const task& work, const file_group& of) {
  const auto root = real_path(work.folder);
  if (!root) return refused("the step's folder is not there", work.folder);
  const auto listed = list_tree(*root, [](const std::string& path) { return path != "layout"; });
  if (!listed) return listed.error();
  named_files all;
  std::vector<std::string> left_out;
  for (const path_pattern& each : of.files)
    if (each.view().starts_with('!')) left_out.emplace_back(each.view().substr(1));
  for (const path_pattern& pattern : of.files) {
    if (pattern.view().starts_with('!')) continue;
    bool is_used = false, is_of_folder = false;
    for (const tree_entry& each : *listed) {
      const bool is_out =
          std::ranges::any_of(left_out, [&](const std::string& out) { return glob_matches(out, each.path); });
      if (is_out || each.path == "layout" || !glob_matches(pattern.view(), each.path)) continue;
      is_of_folder = is_of_folder || each.kind == entry_kind::folder;
      if (each.kind == entry_kind::folder) continue;
      result<artifact_file> file = file_at(*root, each);
      if (!file) return file.error();
      if (status added = add(name_by(pattern.str(), each.path), *std::move(file), all); !added)
        return std::move(added).error();
      is_used = true;
    }
    if (!is_used) {
      std::vector<std::string> there;
      for (const tree_entry& each : *listed)
        if (each.kind != entry_kind::folder) there.push_back(each.path);
      error missing = refused("FILES: no file matches", pattern.str());
      if (is_of_folder)
        return std::move(missing).with("try", pattern.str() + "/**, for all that is below it");
      return std::move(missing)
          .with("did you mean", nearest(pattern.view(), there).value_or(""))
          .with("allowed", "what is among the OUTPUTS of a step that AFTER names, or among the sources");
    }
  }
  if (status apart = check_apart(all); !apart) return std::move(apart).error();
  return all;
}

}  // namespace
}  // namespace engine_files_step

outcome build_files_step(const task& work, const cancellation& cancelled) {
  outcome end;
  const file_group& of = *work.step->declared_files();
  const auto files = engine_files_step::matching(work, of);
  const result<digest> made =
      files ? write_files(work.folder + "/layout", *files, &cancelled) : result<digest>(files.error());
  if (!made) {
    end.failure = with_origin(made.error(), *work.step->pipeline, "file_group." + of.name.str() + ".files");
    end.failure->subject = work.step->id;
    return end;
  }
  end.how = step_outcome::ran;
  end.result.artifact = oci_text(*made);
  end.summary = fmt::format("sha256:{}, {}", hex(*made).substr(0, 12), counted(files->size(), "file"));
  return end;
}

}  // namespace cicd
