// One fetch or `git ls-remote` for a repository.
#pragma once

#include <cicd/deliver/fleet_sources.hpp>

#include <cicd/base/glob.hpp>
#include <cicd/deliver/source_clone.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/observe/git_program.hpp>
#include <cicd/system/in_parallel.hpp>

namespace cicd {

fleet_sources::fleet_sources(const fleet_question& of,
                             delivery& with,
                             const surroundings& around,
                             const cancellation& cancelled)
    : of_(of), with_(with), around_(around), cancelled_(cancelled), settings_(around) {
  for (const deploy_place& each : of_.places) {
    if (each.pipeline.is_elsewhere()) {
      has_clones_ = true;
      continue;
    }
    const auto [top, is_new] = tops_.try_emplace(each.pipeline.repository());
    if (!is_new) continue;
    const auto layout = observing::git_layout_of(top->first);
    top->second = layout ? layout->top : top->first;
  }
}

fleet_sources::source_key fleet_sources::key_of(std::size_t at) const {
  const auto& [pipeline, place] = of_.places[at];
  if (pipeline.is_elsewhere()) return {pipeline.clone_directory, true};
  return {tops_.at(pipeline.repository()), !with_.way_of(place).is_embedded(place)};
}

void fleet_sources::ask() {
  std::set<source_key> keys;
  for (std::size_t at = 0; at < of_.places.size(); ++at)
    if (of_.places[at].place.on.kind != ref_kind::none || !of_.places[at].place.pin.empty()
        || of_.places[at].pipeline.is_elsewhere())
      keys.insert(key_of(at));
  std::vector<std::pair<const source_key, result<source_refs>>> all;
  for (const source_key& each : keys) all.emplace_back(each, source_refs{});
  (void)in_parallel(asked_at_once, all.size(), [&](std::size_t at) -> status {
    all[at].second = read(all[at].first);
    return {};  // what fails is said of the targets that need it
  });
  for (auto& [key, refs] : all) refs_.emplace(key, std::move(refs));
}

result<source_refs> fleet_sources::read(const source_key& key) {
  for (const deploy_place& each : of_.places) {
    if (each.pipeline.clone_directory != key.folder) continue;
    if (status fresh = bring_clone(each.pipeline, clone_need::fresh, around_, &cancelled_); !fresh)
      return std::move(fresh).error();
    return refs_here(key.folder, around_);
  }
  if (!key.is_outside) return refs_here(key.folder, around_);
  source_facts source;
  source.folder = key.folder;
  source.git = git_head_of(key.folder, around_);
  result<std::optional<source_refs>> there =
      refs_on_remote(source, ci_event_of(around_), settings_, around_, &cancelled_);
  if (!there) return std::move(there).error();
  if (!*there) return refs_here(key.folder, around_);
  if (of_.fetches && lacks_any_of(key, **there))
    if (status done = fetch_refs(source, ci_event_of(around_), around_, &cancelled_); !done)
      return std::move(done).error();
  return **std::move(there);
}

/// Whether this clone lacks a commit that one of the repository's targets follows.
bool fleet_sources::lacks_any_of(const source_key& key, const source_refs& refs) const {
  std::string commits;
  for (std::size_t at = 0; at < of_.places.size(); ++at) {
    const trigger& on = of_.places[at].place.on;
    if (key_of(at) != key) continue;
    for (const auto& [name, commit] : refs.tags)
      if (name == of_.places[at].place.pin.view()) commits += commit + "^{commit}\n";
    if (on.kind == ref_kind::none) continue;
    for (const auto& [name, commit] : on.kind == ref_kind::tag ? refs.tags : refs.branches)
      if (ref_matches(on.pattern.view(), name)) commits += commit + "^{commit}\n";
  }
  const captured known = observing::ask_git(key.folder, {"cat-file", "--batch-check"}, around_, commits);
  return known.out.find(" missing\n") != std::string::npos;
}

}  // namespace cicd
