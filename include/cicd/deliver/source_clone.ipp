// A clone whose branches are those of its remote, fetched without files.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include <cicd/base/digest.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/git/git_client.hpp>
#include <cicd/deliver/git/git_text.hpp>
#include <cicd/deliver/source_clone.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/in_parallel.hpp>
#include <cicd/system/own_file.hpp>

namespace cicd {

namespace deliver_source_clone {
namespace {

constexpr unsigned fetched_at_once = 8;

error no_clone(const declared_pipeline& pipeline, error why) {
  why.subject = pipeline.declared.name.str();
  why = with_origin(std::move(why), pipeline, "code");
  if (why.kind != exit_class::remote) return why;
  return std::move(why).with("try", fmt::format("git ls-remote {}; where it has moved, its new place in CODE",
                                                shell_quoted(shown_url(pipeline.declared.code.str()))));
}

/// As git names the branch that a clone would check out; empty where the repository says nothing.
std::string default_branch_in(const std::string& printed) {
  constexpr std::string_view before = "ref: refs/heads/", behind = "\tHEAD";
  for (const std::string& line : split(printed, '\n'))
    if (line.starts_with(before) && line.ends_with(behind))
      return line.substr(before.size(), line.size() - before.size() - behind.size());
  return {};
}

class clone {
 public:
  clone(std::string url, std::string folder, git_client git)
      : url_(std::move(url)), folder_(std::move(folder)), git_(std::move(git)) {}

  status make() const {
    const std::string fresh = fmt::format("{}.new-{}", folder_, ::getpid());
    std::error_code ignored;
    remove_unfinished();
    status made = made_at(fresh);
    if (made) {
      std::filesystem::rename(fresh, folder_, ignored);
      if (ignored)
        made =
            error{exit_class::cannot_save, {}, "the clone of the sources cannot be kept", folder_, {}}.with(
                "caused by", ignored.message());
    }
    std::filesystem::remove_all(fresh, ignored);
    return made;
  }

  status refresh() const {
    const std::string head = folder_ + "/.git/HEAD";
    std::error_code ignored;
    const auto asked = std::filesystem::last_write_time(head, ignored);
    const bool is_old =
        ignored || asked + std::chrono::hours(24) < std::filesystem::file_time_type::clock::now();
    if (status done = set_url(folder_); !done) return done;
    if (status done = fetch(folder_); !done) return done;
    const auto is_there = static_cast<bool>(run(folder_, {"rev-parse", "--quiet", "--verify", "HEAD"}));
    return is_there && !is_old ? status() : set_head(folder_);
  }

 private:
  /// What processes left that were ended; the lock is held.
  void remove_unfinished() const {
    const std::filesystem::path own = folder_;
    std::error_code ignored;
    std::vector<std::filesystem::path> left;
    for (const auto& each : std::filesystem::directory_iterator(own.parent_path(), ignored))
      if (each.path().filename().string().starts_with(own.filename().string() + ".new-"))
        left.push_back(each.path());
    for (const std::filesystem::path& each : left) std::filesystem::remove_all(each, ignored);
  }

  status made_at(const std::string& at) const {
    if (status done = run({}, {"init", "--quiet", "--initial-branch=main", at}); !done) return done;
    if (status done = run(at, {"config", "gc.auto", "0"}); !done) return done;
    if (status done = set_url(at); !done) return done;
    if (status done = set_head(at); !done) return done;
    return fetch(at);
  }

  /// The login stays out of files: git gets it with each call.
  status set_url(const std::string& at) const {
    return run(at, {"config", "remote.origin.url", url_without_login(url_)});
  }

  status set_head(const std::string& at) const {
    const captured listed =
        git_.run({}, {"ls-remote", "--symref", "--end-of-options", url_without_login(url_), "HEAD"});
    if (!listed.end.good()) return failed(listed);
    const std::string branch = default_branch_in(listed.out);
    if (branch.empty() || !check_branch_name(branch)) return {};
    return run(at, {"symbolic-ref", "HEAD", "refs/heads/" + branch});
  }

  status fetch(const std::string& at) const {
    return run(at,
               {"fetch", "--quiet", "--prune", "--force", "--no-tags", "--no-auto-maintenance",
                "--no-write-fetch-head", "--no-recurse-submodules", "--update-head-ok", "--filter=blob:none",
                "origin", "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"});
  }

  status run(const std::string& at, std::vector<std::string> words) const {
    const captured done = git_.run(at.empty() ? at : at + "/.git", std::move(words));
    return done.end.good() ? status() : status(failed(done));
  }

  error failed(const captured& from) const {
    return git_failure(git_, url_, "CODE: the repository of the sources does not answer", from);
  }

  const std::string url_, folder_;
  const git_client git_;
};

std::function<void(const error&)>& waiting_listener() {
  static std::function<void(const error&)> listener;
  return listener;
}

error held_by_another(const std::string& folder, std::chrono::seconds since) {
  return error{exit_class::conflict,
               {},
               fmt::format("another process has been fetching these sources for {} s", since.count()),
               file_lock::holder_of(folder + ".lock"),
               {{"in", folder}}};
}

status bring(const declared_pipeline& pipeline,
             clone_need need,
             const surroundings& around,
             const cancellation* cancelled) {
  const std::string url = code_url_of(pipeline), &folder = pipeline.clone_directory;
  if (need == clone_need::there && exists(folder + "/.git/HEAD")) return {};
  if (status fine = check_repository_url(url, around, "the repository of CODE"); !fine) return fine;
  result<git_client> git = git_client::find(around, cancelled, url);
  if (!git) return std::move(git).error();
  if (status made = make_own_folder(folder.substr(0, folder.rfind('/'))); !made) return made;
  const result<file_lock> lock = lock_of_clone(folder, cancelled, system_clock_port());
  if (!lock) return lock.error();
  const clone at(url, folder, *std::move(git));
  return exists(folder + "/.git/HEAD") ? at.refresh() : at.make();
}

}  // namespace
}  // namespace deliver_source_clone

void tell_of_waiting_clones(std::function<void(const error&)> tell) {
  deliver_source_clone::waiting_listener() = std::move(tell);
}

result<file_lock> lock_of_clone(const std::string& folder, const cancellation* cancelled, const clock& time) {
  using namespace deliver_source_clone;
  constexpr std::chrono::milliseconds pause{20};
  constexpr std::chrono::seconds patience{5}, limit{600};
  const auto begun = time.elapsed();
  for (bool is_told = false;;) {
    auto lock = file_lock::try_take(folder + ".lock", fmt::format("process {}", ::getpid()));
    if (!lock) return std::move(lock).error();
    if (*lock) return *std::move(*lock);
    const auto since = std::chrono::floor<std::chrono::seconds>(time.elapsed() - begun);
    if (since >= limit)
      return held_by_another(folder, since)
          .with("try", "end that process where it hangs, and run this again");
    if (since >= patience && !std::exchange(is_told, true) && waiting_listener())
      waiting_listener()(
          held_by_another(folder, since).with("then", "this waits for it, for at most 10 minutes"));
    if (!time.wait(pause, cancelled))
      return error{exit_class::interrupted, {}, "interrupted before the sources were fetched", {}, {}};
  }
}

std::string code_url_of(const declared_pipeline& pipeline) {
  const std::string url = pipeline.declared.code.str();
  if (url.empty() || url.find(':') != url.npos || url.starts_with('/')) return url;
  return normal_path(pipeline.source_directory + "/" + url);
}

std::string clone_folder_of(const declared_pipeline& pipeline, const std::string& cache) {
  return cache + "/sources/" + hex(sha256(code_url_of(pipeline))).substr(0, 24);
}

status bring_clone(const declared_pipeline& pipeline,
                   clone_need need,
                   const surroundings& around,
                   const cancellation* cancelled) {
  if (pipeline.clone_directory.empty()) return {};
  status done = deliver_source_clone::bring(pipeline, need, around, cancelled);
  return done ? std::move(done) : status(deliver_source_clone::no_clone(pipeline, std::move(done).error()));
}

result<std::string> file_in_clone(const declared_pipeline& pipeline,
                                  const std::string& commit,
                                  const std::string& path,
                                  const surroundings& around,
                                  const cancellation* cancelled) {
  using namespace deliver_source_clone;
  const std::string url = code_url_of(pipeline), folder = pipeline.clone_directory + "/.git";
  const result<git_client> git = git_client::find(around, cancelled, url);
  if (!git) return git.error();
  const captured listed = git->run(folder, {"ls-tree", "-z", commit, "--", path});
  const std::vector<git_entry> entries = git_entries_from(listed.out);
  if (!listed.end.good() || entries.size() != 1 || !entries.front().is_file())
    return error{exit_class::usage,
                 pipeline.declared.name.str(),
                 "the commit has no such file in the repository of CODE",
                 path,
                 {{"commit", commit.substr(0, 7)}, {"in", displayable(shown_url(url))}}};
  captured content = git->run(folder, {"cat-file", "blob", entries.front().object});
  if (content.end.good()) return std::move(content.out);
  return no_clone(pipeline,
                  git_failure(*git, url, "CODE: the repository of the sources does not answer", content));
}

errors bring_clones(const std::vector<const declared_pipeline*>& pipelines,
                    clone_need need,
                    const surroundings& around,
                    const cancellation* cancelled) {
  std::vector<const declared_pipeline*> each;
  for (const declared_pipeline* one : pipelines)
    if (!one->clone_directory.empty() && std::ranges::none_of(each, [&](const declared_pipeline* other) {
          return other->clone_directory == one->clone_directory;
        }))
      each.push_back(one);
  std::mutex mutex;
  errors failures;
  (void)in_parallel(deliver_source_clone::fetched_at_once, each.size(), [&](std::size_t at) -> status {
    status done = bring_clone(*each[at], need, around, cancelled);
    const std::lock_guard hold(mutex);
    if (!done) failures.push_back(std::move(done).error());
    return {};  // one that fails ends no other
  });
  return failures;
}

}  // namespace cicd
