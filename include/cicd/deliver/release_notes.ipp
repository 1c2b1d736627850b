// Two sides, compared.
#pragma once

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/deliver/release_notes.hpp>
#include <cicd/observe/git.hpp>

namespace cicd {

namespace deliver_release_notes {
namespace {

void add_commits(const std::string& folder, const surroundings& around, release_notes& to) {
  if (to.there.commit.empty() || to.is_same()) return;
  auto comes = commits_between(folder, to.there.commit, to.next.commit, around);
  auto goes = commits_between(folder, to.next.commit, to.there.commit, around);
  if (!comes || !goes) {
    const bool is_shallow = git_state_of(folder, around).shallow;
    to.unknown.push_back(is_shallow
                             ? "the commits: the clone is shallow (git fetch --unshallow --filter=tree:0)"
                             : fmt::format("the commits: this clone does not have {} (git fetch)",
                                           to.there.commit.substr(0, 7)));
    return;
  }
  to.comes = *std::move(comes);
  to.goes = *std::move(goes);
}

void add_options(release_notes& to) {
  if (to.there.commit.empty() || to.is_same()) return;
  for (const notes_side* each : {&to.there, &to.next})
    if (!each->artifact) {
      to.unknown.push_back(fmt::format("the options: there is no artifact of {}", each->commit.substr(0, 7)));
      return;
    }
  result<std::vector<bundle_change>> changes =
      changes_between_bundles(to.there.artifact->bundle, to.next.artifact->bundle, to.there.name);
  if (changes)
    to.options = *std::move(changes);
  else
    to.unknown.push_back("the options: " + changes.error().what);
}

void add_images(release_notes& to) {
  if (to.next.images.empty()) return;
  std::map<std::string, image_change> all;
  for (const auto& [name, image] : to.there.images) all[name].before = image;
  for (const auto& [name, image] : to.next.images) all[name].after = image;
  for (auto& [name, change] : all) {
    change.name = name;
    if (change.before != change.after) to.images.push_back(change);
  }
}

/// The host of `<host>/<path>`; empty for what is no page of the web, such as a path.
std::string host_of_web(const std::string& repository) {
  const std::string host = repository.substr(0, repository.find('/'));
  const bool is_host =
      host.find('.') != host.npos && !host.starts_with('.') && repository.size() > host.size() + 1;
  return is_host ? host : std::string();
}

}  // namespace
}  // namespace deliver_release_notes

std::string commit_link(const std::string& repository, const std::string& commit) {
  const std::string host = deliver_release_notes::host_of_web(repository);
  if (host.empty() || commit.empty()) return {};
  const char* word = host.find("gitlab") != host.npos ? "-/commit"
                     : host == "bitbucket.org"        ? "commits"
                                                      : "commit";
  return fmt::format("https://{}/{}/{}", repository, word, commit);
}

std::string compare_link(const std::string& repository, const std::string& before, const std::string& after) {
  const std::string host = deliver_release_notes::host_of_web(repository);
  if (host.empty() || before.empty() || after.empty()) return {};
  if (host.find("gitlab") != host.npos)
    return fmt::format("https://{}/-/compare/{}...{}", repository, before, after);
  if (host == "bitbucket.org")
    return fmt::format("https://{}/branches/compare/{}..{}", repository, after, before);
  return fmt::format("https://{}/compare/{}...{}", repository, before, after);
}

release_notes notes_between(notes_side there,
                            notes_side next,
                            const std::string& folder,
                            const std::string& repository,
                            const surroundings& around) {
  using namespace deliver_release_notes;
  release_notes made;
  made.there = std::move(there);
  made.next = std::move(next);
  add_commits(folder, around, made);
  add_options(made);
  add_images(made);
  if (!made.is_same()) made.link = compare_link(repository, made.there.commit, made.next.commit);
  return made;
}

}  // namespace cicd
