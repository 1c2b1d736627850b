// The private clone at work: fetch, read, commit, push. See manifest_clone.hpp.
#pragma once

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/deliver/git/git_text.hpp>
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

/// Waits for whoever has the lock, saying once what it is that it has.
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
  // As `git init --bare` makes it (gitrepository-layout(5)), which is a start of git less.
  for (const char* folder : {"/objects", "/refs"})
    if (status made = make_folder(target_->clone + folder); !made) return made;
  const bool is_sha256 = digits == 64;
  const std::string config =
      fmt::format("[core]\n\trepositoryformatversion = {}\n\tfilemode = true\n\tbare = true\n{}",
                  is_sha256 ? 1 : 0, is_sha256 ? "[extensions]\n\tobjectformat = sha256\n" : "");
  if (status written = write_file(target_->clone + "/config", config, durability::fast); !written)
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

/// Nothing on the way to the target or the record may lead elsewhere. What `listed` shows as folders is asked
/// no more.
status manifest_clone::check_parents(const std::string& tip, const std::vector<git_entry>& listed) {
  std::set<std::string> parents;
  for (const std::string& path : {target_->path, record_path(*target_), state_path(*target_)})
    for (std::string& step : deliver_gitops_manifest_clone::steps_of(path)) parents.insert(std::move(step));
  for (const std::string& file : {record_path(*target_), state_path(*target_)}) parents.erase(file);
  for (const git_entry& entry : listed)
    if (entry.is_folder()) parents.erase(entry.path);
  if (parents.empty()) return {};
  std::vector<std::string> words{"ls-tree", "-z", "-t", "--full-tree", tip, "--"};
  words.insert(words.end(), parents.begin(), parents.end());
  const auto above = run_at(tip, words);
  if (!above) return above.error();
  for (const git_entry& entry : git_entries_from(above->out))
    if (parents.contains(entry.path) && !entry.is_folder())
      return deliver_gitops_manifest_clone::not_a_file(*target_, entry);
  return {};
}

result<manifest_contents> manifest_clone::read(const std::vector<git_entry>& entries) const {
  std::string asked;
  for (const git_entry& entry : entries) {
    if (!entry.is_file()) return deliver_gitops_manifest_clone::not_a_file(*target_, entry);
    asked += entry.object + '\n';
  }
  manifest_contents contents;
  if (entries.empty()) return contents;
  const captured printed = run({"cat-file", "--batch"}, asked);
  std::vector<std::optional<std::string>> blobs = git_blobs_from(printed.out);
  const bool whole =
      printed.end.good() && blobs.size() == entries.size()
      && std::all_of(blobs.begin(), blobs.end(), [](const auto& blob) { return blob.has_value(); });
  if (!whole) return git_failure(*git_, target_->clone, "the private clone cannot be read", printed);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].path == record_path(*target_))
      contents.record = std::move(*blobs[i]);
    else if (entries[i].path == state_path(*target_))
      contents.state = std::move(*blobs[i]);
    else
      contents.files.emplace(entries[i].path.substr(target_->path.size() + 1), std::move(*blobs[i]));
  }
  return contents;
}

result<manifest_contents> manifest_clone::contents_at(const std::string& tip) {
  const auto listed = run_at(tip, {"ls-tree", "-r", "-t", "-z", "--full-tree", tip, "--", target_->path + '/',
                                   record_path(*target_), state_path(*target_)});
  if (!listed) return listed.error();
  std::vector<git_entry> entries = git_entries_from(listed->out);
  if (status straight = check_parents(tip, entries); !straight) return std::move(straight).error();
  std::erase_if(entries, [](const git_entry& entry) { return entry.is_folder(); });
  result<manifest_contents> contents = read(entries);
  if (contents || contents.error().kind != exit_class::remote) return contents;
  if (status fetched = fetch_anew(tip); !fetched) return std::move(fetched).error();
  return read(entries);
}

std::optional<std::string> manifest_clone::newest() {
  if (!fetch(std::string(40, '0'))) return std::nullopt;
  std::string tip = held(deliver_gitops_manifest_clone::fetched_ref);
  return tip.empty() ? std::nullopt : std::optional(std::move(tip));
}

result<std::string> manifest_clone::commit(const std::string& tip,
                                           const manifest_contents& now,
                                           const wanted_manifests& wanted) {
  if (status made = make(tip.empty() ? 40 : tip.size()); !made) return std::move(made).error();
  git_change change{
      .who = wanted.who,
      .when = std::chrono::duration_cast<std::chrono::seconds>(wanted.when.time_since_epoch()).count(),
      .message = wanted.message,
      .tip = tip,
      .removed = {},
      .written = {}};
  for (const auto& [name, content] : now.files)
    if (!wanted.files.contains(name)) change.removed.push_back(target_->path + '/' + name);
  for (const auto& [name, content] : wanted.files)
    if (const auto there = now.files.find(name); there == now.files.end() || there->second != content)
      change.written.emplace(target_->path + '/' + name, content);
  if (wanted.record) change.written.emplace(record_path(*target_), pretty(json_of(*wanted.record)));
  if (std::string state = file_text(wanted.state); !state.empty())
    change.written.emplace(state_path(*target_), std::move(state));
  else if (now.state)
    change.removed.push_back(state_path(*target_));
  const std::vector<std::string> words{"fast-import", "--quiet", "--done", "--force"};
  captured made = run(words, git_import_of(change));
  if (!made.end.good() && renewed(tip)) made = run(words, git_import_of(change));
  std::string id(trimmed(made.out));
  if (made.end.good() && (id.size() == 40 || id.size() == 64)) return id;
  error failure = git_failure(*git_, target_->clone, "the commit cannot be made", made);
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

/// 1 is git's own "no"; anything else says that the clone cannot tell.
bool manifest_clone::is_in_history(const std::string& older, const std::string& newer) {
  const std::vector<std::string> words{"merge-base", "--is-ancestor", older, newer};
  if (run({"cat-file", "-e", newer + "^{commit}"}).end.good() || fetch(newer)) {
    const captured asked = run(words);
    if (asked.end.good() || asked.end.shell_status() == 1) return asked.end.good();
  }
  return fetch_anew(newer) && run(words).end.good();
}

result<std::vector<std::optional<manifest_clone::path_change>>> manifest_clone::last_changes(
    const std::string& tip, const std::vector<std::string>& paths) {
  result<seen_paths> seen = look_at(tip, {}, paths);
  if (!seen) return std::move(seen).error();
  return std::move(seen->changes);
}

result<manifest_clone::seen_paths> manifest_clone::look_at(const std::string& tip,
                                                           const std::vector<std::string>& files,
                                                           const std::vector<std::string>& changed) {
  std::vector<std::string> words{"log",
                                 "-z",
                                 "--first-parent",
                                 "-m",
                                 "--raw",
                                 "--no-abbrev",
                                 "--no-renames",
                                 "--format=%x01%H%x02%an <%ae>%x02%at",
                                 changed.size() == 1 ? "--max-count=1" : "--max-count=1000",
                                 tip,
                                 "--"};
  words.insert(words.end(), changed.begin(), changed.end());
  const auto printed = run_at(tip, words);
  if (!printed) return printed.error();
  const std::vector<git_path_change> all = git_changes_from(printed->out);
  seen_paths seen;
  std::string asked;
  for (const std::string& file : files) asked += tip + ':' + file + '\n';
  std::vector<std::size_t> with_text;
  for (const std::string& path : changed) {
    const auto last = std::ranges::find_if(all, [&](const git_path_change& each) {
      return each.path == path || each.path.starts_with(path + '/');
    });
    seen.changes.emplace_back();
    if (last == all.end()) continue;
    seen.changes.back() = path_change{last->commit, last->who, last->when, {}};
    if (last->before.empty() || last->path != path) continue;
    asked += last->before + '\n';
    with_text.push_back(seen.changes.size() - 1);
  }
  if (asked.empty()) return seen;
  auto texts = texts_of(tip, asked, files.size() + with_text.size());
  if (!texts) return std::move(texts).error();
  for (std::size_t at = 0; at < with_text.size(); ++at)
    seen.changes[with_text[at]]->before = std::move((*texts)[files.size() + at]);
  texts->resize(files.size());
  seen.texts = *std::move(texts);
  return seen;
}

/// Of so many names of blobs, a line each; in a new clone where this one has not all of them.
result<std::vector<std::optional<std::string>>> manifest_clone::texts_of(const std::string& tip,
                                                                         const std::string& asked,
                                                                         std::size_t count) {
  captured printed = run({"cat-file", "--batch"}, asked);
  const auto is_whole = [&] { return printed.end.good() && git_blobs_from(printed.out).size() == count; };
  if (is_whole()) return git_blobs_from(printed.out);
  if (status fetched = fetch_anew(tip); !fetched) return std::move(fetched).error();
  printed = run({"cat-file", "--batch"}, asked);
  if (is_whole()) return git_blobs_from(printed.out);
  return git_failure(*git_, target_->clone, "the private clone cannot be read", printed);
}

result<std::vector<manifest_clone::past_record>> manifest_clone::past_records(const std::string& tip,
                                                                              std::size_t most) {
  const std::string record = record_path(*target_);
  auto listed = run_at(
      tip, {"log", "--format=%H", "--first-parent", fmt::format("--max-count={}", most), tip, "--", record});
  if (!listed) return std::move(listed).error();
  const std::vector<std::string> commits = split(trimmed(listed->out), '\n');
  std::string asked;
  for (const std::string& commit : commits) asked += commit + ':' + record + '\n';
  const auto is_whole = [&](const captured& read) {
    return read.end.good() && git_blobs_from(read.out).size() == commits.size();
  };
  // A record that was removed is as missing as one that cannot be read: a new clone tells them apart.
  const auto lacks_one = [](const captured& read) {
    return std::ranges::any_of(git_blobs_from(read.out), [](const auto& blob) { return !blob.has_value(); });
  };
  captured read = run({"cat-file", "--batch"}, asked);
  if ((!is_whole(read) || lacks_one(read)) && fetch_anew(tip)) read = run({"cat-file", "--batch"}, asked);
  if (!is_whole(read)) return git_failure(*git_, target_->clone, "the private clone cannot be read", read);
  std::vector<std::optional<std::string>> blobs = git_blobs_from(read.out);
  std::vector<past_record> past;
  for (std::size_t i = 0; i < commits.size(); ++i)
    if (blobs[i]) past.push_back({commits[i], std::move(*blobs[i])});
  return past;
}

}  // namespace cicd
