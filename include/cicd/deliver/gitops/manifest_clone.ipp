// The private clone at work: fetch, read, commit, push. See manifest_clone.hpp.
#pragma once

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/deliver/git/git_text.hpp>
#include <cicd/deliver/git/local_repository.hpp>
#include <cicd/deliver/gitops/manifest_clone.hpp>

namespace cicd {

result<std::string> listed_tip(const manifest_target& target, const git_client& git) {
  const std::string ref = "refs/heads/" + target.branch;
  const captured listed =
      git.run({}, {"ls-remote", "--quiet", "--end-of-options", url_without_login(target.url), ref});
  if (listed.end.good()) return git_ref_in(listed.out, ref);
  return git_failure(git, target.url, "the manifest repository does not answer", listed);
}

bool rest_unless_cancelled(const cancellation* cancelled, std::chrono::milliseconds time) {
  pollfd watched{cancelled == nullptr ? -1 : cancelled->descriptor(), POLLIN, 0};
  (void)::poll(&watched, 1, static_cast<int>(time.count()));
  return cancelled == nullptr || !cancelled->cancelled();
}

error interrupted_commit(const manifest_target& target) {
  return {.kind = exit_class::interrupted,
          .subject = {},
          .what = "interrupted before the manifests were committed",
          .value = shown_url(target.url),
          .notes = {}};
}

namespace deliver_gitops_manifest_clone {

constexpr std::string_view fetched_ref = "refs/cicd/tip";
constexpr std::string_view made_ref = "refs/cicd/made";

/// Waits for the process that has the lock, saying once what it is that it has.
inline result<file_lock> locked(const manifest_target& target,
                                const std::string& path,
                                const std::string& what,
                                const gitops_options& options) {
  for (bool said = false;; said = true) {
    auto lock = file_lock::try_take(path, fmt::format("process {}", ::getpid()));
    if (!lock) return std::move(lock).error();
    if (*lock) return std::move(**lock);
    if (!said && options.say) options.say("waiting for " + file_lock::holder_of(path) + ", which " + what);
    if (!rest_unless_cancelled(options.cancelled, std::chrono::milliseconds(20)))
      return interrupted_commit(target);
  }
}

inline error not_a_file(const manifest_target& target, const git_entry& entry) {
  const char* kind = entry.mode == "120000"   ? "is a link, and is not followed"
                     : entry.mode == "160000" ? "is a submodule"
                                              : "is a file where a folder should be";
  return {.kind = exit_class::usage,
          .subject = {},
          .what = std::string("an entry of the manifest repository ") + kind,
          .value = entry.path,
          .notes = {{"in", shown_url(target.url)}, {"try", "remove it from the branch " + target.branch}}};
}

inline error not_of_git(const std::string& path, const std::string& kind, const std::string& help) {
  return {.kind = exit_class::corrupt,
          .subject = {},
          .what = "a git repository of cicd's own holds something that git does not put there",
          .value = path,
          .notes = {{"it is", kind}, {"try", help}}};
}

/// git would wait for a pipe without end.
inline status check_streams(const std::string& repository, const std::vector<tree_entry>& entries) {
  for (const tree_entry& each : entries)
    if (each.kind == entry_kind::other) {
      const std::string path = repository + '/' + each.path;
      return not_of_git(path, "a pipe, a socket or a device", "rm " + shell_quoted(path));
    }
  return {};
}

/// And it would write through a link to elsewhere.
inline status check_clone(const std::string& clone) {
  const std::string help = "rm -r " + shell_quoted(clone) + ", which is fetched again";
  for (const std::string& path : {clone.substr(0, clone.rfind('/')), clone})
    if (link_target(path)) return not_of_git(path, "a link", "rm " + shell_quoted(path));
  if (!is_folder(clone)) return {};
  const result<std::vector<tree_entry>> entries = list_tree(clone);
  if (!entries) return entries.error();
  for (const tree_entry& each : *entries)
    if (each.kind == entry_kind::link) return not_of_git(clone + '/' + each.path, "a link", help);
  return check_streams(clone, *entries);
}

/// The embedded repository; where a person keeps it by a link, that is theirs to say.
inline status check_embedded(const std::string& repository) {
  if (!is_folder(repository)) return {};
  const result<std::vector<tree_entry>> entries = list_tree(repository);
  return entries ? check_streams(repository, *entries) : status(entries.error());
}

/// `stage`, `stage/orders`: a path and the folders above it.
inline std::vector<std::string> steps_of(const std::string& path) {
  std::vector<std::string> steps;
  for (std::size_t slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1))
    steps.push_back(path.substr(0, slash));
  steps.push_back(path);
  return steps;
}

/// The folder, the record and the state.
inline std::array<std::string, 3> paths_of(const manifest_target& target) {
  return {target.path, record_path(target), state_path(target)};
}

/// The entry of exactly this path in a list that is sorted by path.
inline const git_entry* entry_at(const std::vector<git_entry>& entries, const std::string& path) {
  const auto found = std::ranges::lower_bound(entries, path, {}, &git_entry::path);
  return found != entries.end() && found->path == path ? &*found : nullptr;
}

/// The files of a target, its record and its state. Class `usage` where one of them is something else, or
/// where what leads to them is.
inline result<std::vector<git_entry>> files_of(const manifest_target& target,
                                               const std::vector<git_entry>& entries) {
  std::vector<git_entry> files;
  for (const std::string& path : paths_of(target)) {
    const bool is_folder = path == target.path;
    for (const std::string& step : steps_of(path)) {
      const git_entry* there = entry_at(entries, step);
      if (there == nullptr) continue;
      const bool wants_file = !is_folder && step == path;
      if (wants_file ? !there->is_file() : !there->is_folder()) return not_a_file(target, *there);
      if (wants_file) files.push_back(*there);
    }
  }
  const std::string below = target.path + '/';
  for (auto each = std::ranges::lower_bound(entries, below, {}, &git_entry::path);
       each != entries.end() && each->path.starts_with(below); ++each) {
    if (each->is_folder() || (target.is_shared && !each->is_file())) continue;
    if (!each->is_file()) return not_a_file(target, *each);
    files.push_back(*each);
  }
  return files;
}

inline manifest_contents contents_of(const manifest_target& target,
                                     const std::vector<git_entry>& files,
                                     const std::map<std::string, std::string>& texts) {
  manifest_contents contents;
  for (const git_entry& file : files) {
    const std::string& text = texts.at(file.object);
    if (file.path == record_path(target))
      contents.record = text;
    else if (file.path == state_path(target))
      contents.state = text;
    else
      contents.files.emplace(file.path.substr(target.path.size() + 1), text);
  }
  return contents;
}

/// Of what is no plain file below the folder.
inline std::map<std::string, std::string> modes_of(const manifest_target& target,
                                                   const std::vector<git_entry>& entries) {
  std::map<std::string, std::string> modes;
  const std::string below = target.path + '/';
  for (auto each = std::ranges::lower_bound(entries, below, {}, &git_entry::path);
       each != entries.end() && each->path.starts_with(below); ++each)
    if (!each->is_folder() && each->mode != "100644")
      modes.emplace(each->path.substr(below.size()), each->mode);
  return modes;
}

/// Where another is its author, the message says who it was.
inline std::string message_of(const manifest_change& of) {
  const std::string& message = of.wanted.message;
  const bool says_who = of.target.author.empty() || message.find("\nby: ") != message.npos;
  return says_who
             ? message
             : message + (message.find("\n\n") == message.npos ? "\n" : "") + "by: " + of.wanted.who + '\n';
}

/// What git is to write for it.
inline git_change import_of(const manifest_change& of, const std::string& tip) {
  const auto& [target, now, wanted] = of;
  git_change change{
      .who = target.author.empty() ? wanted.who : target.author,
      .when = std::chrono::duration_cast<std::chrono::seconds>(wanted.when.time_since_epoch()).count(),
      .message = message_of(of),
      .tip = tip,
      .removed = {},
      .written = {},
      .executable = {}};
  for (const auto& [name, content] : now.files)
    if (!wanted.files.contains(name)) change.removed.push_back(target.path + '/' + name);
  for (const auto& [name, content] : wanted.files)
    if (const auto there = now.files.find(name); there == now.files.end() || there->second != content) {
      change.written.emplace(target.path + '/' + name, content);
      const auto mode = now.modes.find(name);
      if (mode != now.modes.end() && mode->second == "100755")
        change.executable.insert(target.path + '/' + name);
    }
  if (wanted.record)
    change.written.emplace(record_path(target), pretty(json_of(*wanted.record)));
  else if (now.record)
    change.removed.push_back(record_path(target));
  if (std::string state = file_text(wanted.state); !state.empty())
    change.written.emplace(state_path(target), std::move(state));
  else if (now.state)
    change.removed.push_back(state_path(target));
  const auto paths = paths_of(target);
  change.asked = {paths.begin(), paths.end()};
  return change;
}

}  // namespace deliver_gitops_manifest_clone

result<std::optional<file_lock>> turn_to_push(const manifest_target& target, const gitops_options& options) {
  if (target.turn.empty()) return std::optional<file_lock>{};
  auto turn = deliver_gitops_manifest_clone::locked(target, target.turn, "writes to " + shown_url(target.url),
                                                    options);
  if (!turn) return std::move(turn).error();
  return std::optional(*std::move(turn));
}

manifest_clone::manifest_clone(const manifest_target& target, const git_client& git, file_lock lock)
    : target_(&target), git_(&git), lock_(std::move(lock)) {}

result<manifest_clone> manifest_clone::open(const manifest_target& target,
                                            const git_client& git,
                                            const gitops_options& options) {
  if (status made = make_folder(target.clone.substr(0, target.clone.rfind('/'))); !made)
    return std::move(made).error();
  auto lock =
      deliver_gitops_manifest_clone::locked(target, target.clone + ".lock", "uses " + target.clone, options);
  if (!lock) return std::move(lock).error();
  if (status plain = deliver_gitops_manifest_clone::check_clone(target.clone); !plain)
    return std::move(plain).error();
  if (target.create)
    if (status plain = deliver_gitops_manifest_clone::check_embedded(local_path_of(target.url)); !plain)
      return std::move(plain).error();
  return manifest_clone(target, git, std::move(*lock));
}

captured manifest_clone::run(std::vector<std::string> words, std::string input) const {
  return git_->run(target_->clone, std::move(words), std::move(input));
}

status manifest_clone::make(std::size_t digits) {
  if (exists(target_->clone + "/HEAD")) return {};
  if (status gone = remove_tree(target_->clone); !gone) return gone;
  // A start of git less than `git init --bare`.
  for (const char* folder : {"/objects", "/refs"})
    if (status made = make_folder(target_->clone + folder); !made) return made;
  if (status written = write_file(target_->clone + "/config", bare_config(digits == 64), durability::fast);
      !written)
    return written;
  return write_file(target_->clone + "/HEAD", "ref: refs/heads/main\n", durability::fast);
}

status manifest_clone::fetch(const std::string& tip) {
  if (status made = make(tip.size()); !made) return made;
  const std::string from =
      "+refs/heads/" + target_->branch + ':' + std::string(deliver_gitops_manifest_clone::fetched_ref);
  const captured fetched =
      run({"fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules",
           "--end-of-options", url_without_login(target_->url), from});
  if (fetched.end.good()) return {};
  return git_failure(*git_, target_->url, "the manifest repository cannot be fetched", fetched);
}

/// A clone that cannot be used is thrown away: everything in it lies elsewhere too.
status manifest_clone::fetch_anew(const std::string& tip) {
  if (status gone = discard(); !gone) return gone;
  return fetch(tip);
}

/// The same where there may be nothing to be fetched yet.
bool manifest_clone::renewed(const std::string& tip) {
  if (!tip.empty()) return static_cast<bool>(fetch_anew(tip));
  return discard() && make(40);
}

status manifest_clone::discard() {
  return remove_tree(target_->clone);
}

std::string manifest_clone::held(std::string_view ref) const {
  return std::string(
      trimmed(read_file_if_there(target_->clone + '/' + std::string(ref)).value_or({}).value_or("")));
}

result<std::string> manifest_clone::bring(const std::string& tip) {
  using namespace deliver_gitops_manifest_clone;
  if (exists(target_->clone + "/HEAD") && (held(fetched_ref) == tip || held(made_ref) == tip)) return tip;
  if (status fetched = fetch(tip); !fetched)
    if (status anew = fetch_anew(tip); !anew) return std::move(anew).error();
  const std::string newest = held(fetched_ref);
  return newest.empty() ? tip : newest;
}

/// Runs `words`, which need `tip`: at once, then in a new clone.
result<captured> manifest_clone::run_at(const std::string& tip, const std::vector<std::string>& words) {
  captured done;
  if (exists(target_->clone + "/HEAD") && (done = run(words)).end.good()) return done;
  if (status fetched = fetch_anew(tip); !fetched) return std::move(fetched).error();
  if ((done = run(words)).end.good()) return done;
  return git_failure(*git_, target_->url, "the manifest repository cannot be read", done);
}

/// By their objects. In a new clone where this one has not all of them.
result<std::map<std::string, std::string>> manifest_clone::blobs(const std::string& tip,
                                                                 const std::string& asked) {
  std::map<std::string, std::string> found;
  if (asked.empty()) return found;
  const std::vector<std::string> objects = split(trimmed(asked), '\n');
  result<std::vector<std::optional<std::string>>> texts = texts_of(tip, asked, objects.size());
  const auto lacks_one = [&] {
    return std::ranges::any_of(*texts, [](const auto& blob) { return !blob.has_value(); });
  };
  if (texts && lacks_one()) {
    if (status fetched = fetch_anew(tip); !fetched) return std::move(fetched).error();
    texts = texts_of(tip, asked, objects.size());
  }
  if (!texts) return std::move(texts).error();
  if (lacks_one())
    return error{exit_class::remote, {}, "the private clone cannot be read", target_->clone, {}};
  for (std::size_t at = 0; at < objects.size(); ++at) found.emplace(objects[at], *std::move((*texts)[at]));
  return found;
}

result<std::vector<result<manifest_contents>>> manifest_clone::contents_at(
    const std::string& tip, std::span<const manifest_target> targets) {
  using namespace deliver_gitops_manifest_clone;
  std::set<std::string> tops{".cicd"};
  for (const manifest_target& each : targets) tops.insert(each.path.substr(0, each.path.find('/')));
  std::vector<std::string> words{"ls-tree", "-r", "-t", "-z", "--full-tree", tip, "--"};
  words.insert(words.end(), tops.begin(), tops.end());
  const auto listed = run_at(tip, words);
  if (!listed) return listed.error();
  std::vector<git_entry> entries = git_entries_from(listed->out);
  std::ranges::sort(entries, {}, &git_entry::path);
  std::vector<result<std::vector<git_entry>>> of_each;
  std::set<std::string> objects;
  for (const manifest_target& each : targets) {
    of_each.push_back(files_of(each, entries));
    if (!of_each.back()) continue;
    for (const git_entry& file : *of_each.back()) objects.insert(file.object);
  }
  std::string asked;
  for (const std::string& each : objects) asked += each + '\n';
  const auto texts = blobs(tip, asked);
  if (!texts) return texts.error();
  std::vector<result<manifest_contents>> all;
  for (std::size_t at = 0; at < targets.size(); ++at)
    if (of_each[at]) {
      manifest_contents contents = contents_of(targets[at], *of_each[at], *texts);
      contents.modes = modes_of(targets[at], entries);
      contents.objects.emplace();
      const auto paths = paths_of(targets[at]);
      for (std::size_t each = 0; each < paths.size(); ++each)
        if (const git_entry* there = entry_at(entries, paths[each]))
          (*contents.objects)[each] = there->object;
      all.emplace_back(std::move(contents));
    } else {
      all.emplace_back(of_each[at].error());
    }
  return all;
}

result<std::vector<manifest_contents::object_names>> manifest_clone::objects_at(
    const std::string& tip, std::span<const manifest_target> targets) {
  std::string asked;
  for (const manifest_target& each : targets)
    for (const std::string& path : deliver_gitops_manifest_clone::paths_of(each))
      asked += tip + ':' + path + '\n';
  const captured printed = run({"cat-file", "--batch-check=%(objectname)"}, asked);
  const std::vector<std::string> lines = split(trimmed(printed.out), '\n');
  std::vector<manifest_contents::object_names> all(targets.size());
  if (!printed.end.good() || lines.size() != 3 * targets.size())
    return git_failure(*git_, target_->clone, "the private clone cannot be read", printed);
  for (std::size_t each = 0; each < lines.size(); ++each)
    if (lines[each].size() == tip.size() && lines[each].find(' ') == std::string::npos)
      all[each / 3][each % 3] = lines[each];
  return all;
}

std::optional<std::string> manifest_clone::newest() {
  if (!fetch(std::string(40, '0'))) return std::nullopt;
  std::string tip = held(deliver_gitops_manifest_clone::fetched_ref);
  return tip.empty() ? std::nullopt : std::optional(std::move(tip));
}

result<std::vector<manifest_clone::made_commit>> manifest_clone::commit(
    const std::string& tip, std::span<const manifest_change> changes) {
  if (status made = make(tip.empty() ? 40 : tip.size()); !made) return std::move(made).error();
  std::vector<git_change> all;
  for (const manifest_change& each : changes)
    all.push_back(deliver_gitops_manifest_clone::import_of(each, tip));
  const std::string stream = git_import_of(all);
  const std::vector<std::string> words{"fast-import", "--quiet", "--done", "--force"};
  captured printed = run(words, stream);
  if (!printed.end.good() && renewed(tip)) printed = run(words, stream);
  const std::vector<git_made> made = git_made_from(printed.out, all);
  std::vector<made_commit> commits;
  for (const git_made& each : made)
    commits.push_back({each.commit, {each.objects[0], each.objects[1], each.objects[2]}});
  if (printed.end.good() && commits.size() == changes.size()) {
    if (status is_signed = sign(tip, changes, commits); !is_signed) return std::move(is_signed).error();
    return commits;
  }
  error failure = git_failure(*git_, target_->clone, "the commit cannot be made", printed);
  if (failure.kind == exit_class::remote) failure.kind = exit_class::cannot_save;
  return failure;
}

captured manifest_clone::push(const std::string& commit, const std::string& tip) const {
  const std::string ref = "refs/heads/" + target_->branch;
  return run({"push", "--quiet", "--no-verify", "--no-follow-tags", "--recurse-submodules=no",
              "--force-with-lease=" + ref + ':' + tip, "--end-of-options", url_without_login(target_->url),
              commit + ':' + ref});
}

captured manifest_clone::try_push(const std::string& commit) const {
  return run({"push", "--dry-run", "--quiet", "--no-verify", "--no-follow-tags", "--recurse-submodules=no",
              "--end-of-options", url_without_login(target_->url),
              commit + ":refs/heads/" + target_->branch});
}

}  // namespace cicd
