// Locks of bases: what is newer, and what it brings.
#pragma once

#include <cicd/engine/base_update.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/declare/values/image_reference.hpp>
#include <cicd/engine/image_bases.hpp>
#include <cicd/engine/image_step.hpp>
#include <cicd/image/base_image.hpp>
#include <cicd/image/base_layout.hpp>
#include <cicd/image/sbom/readers.hpp>
#include <cicd/image/skopeo.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/report/scan/readers.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace engine_base_update {
namespace {

constexpr std::size_t most_named = 12;

bool lists_packages(std::string_view path) {
  const sbom_file kind = sbom_file_at(path);
  return kind == sbom_file::dpkg_status || kind == sbom_file::apk_installed;
}

/// A program that finds known faults in an image of a layout, and prints SARIF.
struct image_scanner {
  std::string name;
  std::vector<std::string> words;  ///< before the layout
  std::string prefix;              ///< of the layout's path
};
const std::vector<image_scanner> scanners{{"trivy", {"image", "--quiet", "--format", "sarif", "--input"}, ""},
                                          {"grype", {"--quiet", "--output", "sarif"}, "oci-dir:"}};

/// The first of them, and how many more there are.
std::string first_of(std::vector<std::string> all) {
  const std::size_t more = all.size() > most_named ? all.size() - most_named : 0;
  all.resize(all.size() - more);
  for (std::string& each : all) each = displayable(each);
  if (more > 0) all.push_back(fmt::format("and {} more", more));
  return joined(all, ", ");
}

/// What changed between two lists: `libc6 2.36 -> 2.37`, `+ zlib 1.3`, `- bash 5.2`.
std::string differences(const std::map<std::string, std::string>& before,
                        const std::map<std::string, std::string>& after) {
  std::vector<std::string> said;
  for (const auto& [name, value] : after) {
    const auto old = before.find(name);
    if (old == before.end())
      said.push_back(fmt::format("+ {} {}", name, value));
    else if (old->second != value)
      said.push_back(fmt::format("{} {} -> {}", name, old->second, value));
  }
  for (const auto& [name, value] : before)
    if (!after.contains(name)) said.push_back(fmt::format("- {} {}", name, value));
  return first_of(std::move(said));
}

void say_findings(const base_facts& before,
                  const base_facts& after,
                  const std::string& by,
                  std::vector<std::string>& lines) {
  if (!before.findings || !after.findings) return;
  std::vector<std::string> names;
  std::size_t gone = 0, added = 0;
  for (const std::string& each : *after.findings)
    if (!before.findings->contains(each)) ++added, names.push_back("+ " + each);
  for (const std::string& each : *before.findings)
    if (!after.findings->contains(each)) ++gone, names.push_back("- " + each);
  lines.push_back(fmt::format("findings  {} fewer, {} more, by {}{}{}", gone, added, by,
                              names.empty() ? "" : ": ", first_of(names)));
}

class update {
 public:
  update(const session& of, std::chrono::system_clock::time_point now, const cancellation& cancelled)
      : of_(of),
        now_(now),
        cancelled_(cancelled),
        locks_(of),
        cache_(layers_of(of.where, [](const std::string&) {})),
        store_(cache_.folder, cache_.trusted) {}

  status add(const graph_step& step) {
    const auto references = references_of(step);
    if (!references) return references.error();
    for (const named_reference& each : *references) {
      if (each.reference.find('@') != each.reference.npos) continue;
      const auto path = locks_.path_for(*step.pipeline);
      if (!path) return path.error();
      wanted& of =
          wanted_[*path].emplace(each.reference, wanted{step.pipeline->source_directory, {}}).first->second;
      if (!each.platform.empty()) of.platforms.insert(each.platform);
    }
    return {};
  }

  result<std::vector<lock_update>> planned() {
    std::vector<lock_update> all;
    for (const auto& [path, references] : wanted_) {
      result<lock_update> one = planned_in(path, references);
      if (!one) return std::move(one).error();
      all.push_back(*std::move(one));
    }
    return all;
  }

 private:
  struct wanted {
    std::string source;                 ///< a folder of the sources that name it
    std::set<std::string> platforms{};  ///< of PLATFORMS
  };

  result<lock_update> planned_in(const std::string& path, const std::map<std::string, wanted>& references) {
    const auto lock = locks_.read(path);
    if (!lock) return lock.error();
    base_lock now = *lock;
    const auto slash = path.rfind('/');
    lock_update made{base_lock_name, path.substr(0, slash), {}, {}};
    for (const auto& [reference, of] : references)
      if (status looked = look_at(reference, of, now, made); !looked) return looked.error();
    if (now.bases == lock->bases) return made;
    const auto before = read_below_if_there(made.folder, base_lock_name);
    if (!before) return before.error();
    made.locks.push_back({base_lock_name, before->value_or(""), text_of(now), 0644, !before->has_value()});
    return made;
  }

  status look_at(const std::string& reference, const wanted& of, base_lock& now, lock_update& to) {
    skopeo_options options;
    options.cancelled = &cancelled_;
    const auto by = skopeo::found(of_.around, std::move(options));
    if (!by) return by.error();
    const auto there = image_named(*by, reference);
    if (!there) return there.error();
    const auto old = now.bases.find(reference);
    const bool is_new = old == now.bases.end();
    if (!is_new && old->second.image == there->content && old->second.platforms == there->platforms)
      return fetch_locked(reference, of.platforms, old->second, to);
    changed_base change{.reference = reference,
                        .before = is_new ? std::string() : oci_text(old->second.image),
                        .after = oci_text(there->content),
                        .lines = {}};
    const locked_base locked{there->content, there->platforms, utc_text(now_), who(of.source, of_.around)};
    const auto said = lines_of(reference, is_new ? nullptr : &old->second, locked);
    if (!said) return said.error();
    change.lines = *said;
    if (status rest = fetch_rest(reference, of.platforms, locked, change.lines); !rest) return rest;
    now.bases[reference] = locked;
    to.bases.push_back(std::move(change));
    return {};
  }

  /// Nothing is newer; what is built on it may lie in no cache here yet, as that of a platform that PLATFORMS
  /// got since.
  status fetch_locked(const std::string& reference,
                      std::set<std::string> platforms,
                      const locked_base& now,
                      lock_update& to) {
    changed_base same{
        .reference = reference, .before = oci_text(now.image), .after = oci_text(now.image), .lines = {}};
    if (const std::string here = "linux/" + architecture_of_this_machine(); now.platforms.contains(here))
      platforms.insert(here);
    if (status rest = fetch_rest(reference, platforms, now, same.lines); !rest) return rest;
    if (!same.lines.empty()) to.bases.push_back(std::move(same));
    return {};
  }

  result<std::vector<std::string>> lines_of(const std::string& reference,
                                            const locked_base* before,
                                            const locked_base& after) {
    const std::string architecture = architecture_of_this_machine(), platform = "linux/" + architecture;
    std::vector<std::string> names;
    for (const auto& [name, image] : after.platforms) names.push_back(name);
    std::vector<std::string> lines{"platforms " + joined(names, ", ")};
    const auto image = after.platforms.find(platform);
    if (image == after.platforms.end()) {
      lines.push_back("its content was not looked at: no image for " + platform);
      return lines;
    }
    const std::string repository(detail::repository_in(reference));
    const auto folder =
        base_layout_of({repository, image->second, architecture}, {store_, of_.around, &cancelled_});
    if (!folder) return folder.error();
    const auto now = facts_of(*folder);
    if (!now) return now.error();
    std::optional<base_facts> old;
    if (before != nullptr) {
      if (const auto was = before->platforms.find(platform); was != before->platforms.end())
        if (const auto kept =
                base_layout_of({repository, was->second, architecture}, {store_, of_.around, &cancelled_}))
          if (auto facts = facts_of(*kept)) old = *std::move(facts);
      if (!old) lines.push_back("what was locked can no longer be fetched, so it is not compared");
    }
    for (std::string& each : changes_between(old, *now, scanner_)) lines.push_back(std::move(each));
    return lines;
  }

  /// What the images are built on besides this machine's, so that they are built offline.
  status fetch_rest(const std::string& reference,
                    const std::set<std::string>& platforms,
                    const locked_base& now,
                    std::vector<std::string>& lines) {
    for (const std::string& platform : platforms) {
      const auto image = now.platforms.find(platform);
      if (image == now.platforms.end()) {
        lines.push_back("no image for " + platform + ", which PLATFORMS names");
        continue;
      }
      std::vector<std::string> parts = split(platform, '/');
      parts.resize(3);
      const wanted_base what{
          std::string(detail::repository_in(reference)), image->second, parts[1], {}, parts[2]};
      const auto folder = base_layout_of(what, {store_, of_.around, &cancelled_});
      if (!folder) return folder.error();
    }
    return {};
  }

  result<base_facts> facts_of(const std::string& folder) {
    const oci_layout layout(folder);
    const auto manifest = manifest_in(layout, {}, architecture_of_this_machine());
    if (!manifest) return manifest.error();
    const auto image =
        base_image_in(layout, *manifest, {.store = store_, .threads = 2, .cancelled = &cancelled_});
    if (!image) return image.error();
    base_facts made;
    for (const image_layer& each : image->layers) {
      made.size += each.layer.size;
      made.layers.push_back(oci_text(each.layer.blob));
    }
    for (const auto& [name, value] : image->config["config"]["Labels"].members())
      made.labels[name] = value.text();
    const auto limit = unpack_limit_of(of_.around);
    if (!limit) return limit.error();
    const auto files = files_in_layers(image->blobs, lists_packages, *limit, &cancelled_);
    if (!files) return files.error();
    made.packages = packages_in(*files);
    made.findings = findings_in(folder);
    return made;
  }

  /// A scanner that is not there, or does not answer, knows nothing.
  std::optional<std::set<std::string>> findings_in(const std::string& folder) {
    for (const image_scanner& each : scanners) {
      if (!find_program(each.name, of_.around.get_or("PATH", ""), "/")) continue;
      command ask{.words = {each.name}, .directory = folder, .environment = of_.around.lines()};
      ask.words.insert(ask.words.end(), each.words.begin(), each.words.end());
      ask.words.push_back(each.prefix + ".");  // a path may hold what such words are split at
      const captured got = run_to_end(ask, {.limit = std::chrono::minutes(10), .cancelled = &cancelled_});
      const auto document =
          read_scan_report({.text = got.out, .name = {}, .command = {}, .is_sarif = true},
                           {.folder = folder, .real_folder = folder, .source = folder, .exists = exists}, {});
      if (!got.end.good() || !document) continue;
      scanner_ = each.name;
      std::set<std::string> rules;
      for (const scan_finding& finding : document->findings) rules.insert(finding.rule);
      return rules;
    }
    return std::nullopt;
  }

  const session& of_;
  std::chrono::system_clock::time_point now_;
  const cancellation& cancelled_;
  base_locks locks_;
  layer_cache cache_;
  layer_store store_;
  std::map<std::string, std::map<std::string, wanted>> wanted_;  ///< by lock and reference
  std::string scanner_;
};

}  // namespace
}  // namespace engine_base_update

std::map<std::string, std::string> packages_in(const wanted_files& files) {
  std::map<std::string, std::string> all;
  for (const auto& [path, text] : files)
    for (const sbom_component& each :
         sbom_file_at(path) == sbom_file::apk_installed ? apk_packages(text) : dpkg_packages(text))
      all[each.name] = each.version;
  return all;
}

std::vector<std::string> changes_between(const std::optional<base_facts>& before,
                                         const base_facts& after,
                                         const std::string& scanner) {
  using namespace engine_base_update;
  std::vector<std::string> lines;
  if (!before) {
    lines.push_back(fmt::format("size      {}", human_size(after.size)));
    lines.push_back(fmt::format("layers    {}", after.layers.size()));
    lines.push_back(fmt::format("packages  {}", after.packages.empty()
                                                    ? std::string("no list that is known")
                                                    : std::to_string(after.packages.size())));
    lines.push_back(fmt::format("labels    {}", after.labels.size()));
    if (after.findings) lines.push_back(fmt::format("findings  {}, by {}", after.findings->size(), scanner));
    return lines;
  }
  if (before->size != after.size)
    lines.push_back(fmt::format("size      {} -> {}", human_size(before->size), human_size(after.size)));
  const auto added = std::ranges::count_if(after.layers, [&](const std::string& each) {
    return std::ranges::find(before->layers, each) == before->layers.end();
  });
  if (added > 0 || before->layers.size() != after.layers.size())
    lines.push_back(
        fmt::format("layers    {} -> {}, {} new", before->layers.size(), after.layers.size(), added));
  if (const std::string said = differences(before->packages, after.packages); !said.empty())
    lines.push_back("packages  " + said);
  if (const std::string said = differences(before->labels, after.labels); !said.empty())
    lines.push_back("labels    " + said);
  say_findings(*before, after, scanner, lines);
  return lines;
}

result<std::vector<lock_update>> plan_base_updates(const session& of,
                                                   const step_graph& graph,
                                                   const std::vector<std::string>& pipelines,
                                                   std::chrono::system_clock::time_point now,
                                                   const cancellation& cancelled) {
  engine_base_update::update made(of, now, cancelled);
  for (const graph_step& each : graph.steps) {
    const std::string name = each.pipeline->declared.name.str();
    if (each.declared_image() == nullptr
        || (!pipelines.empty() && std::ranges::find(pipelines, name) == pipelines.end()))
      continue;
    if (status added = made.add(each); !added) return added.error();
  }
  return made.planned();
}

}  // namespace cicd
