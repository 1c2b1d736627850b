// HEAD and refs are read as gitrepository-layout(5) describes them; where that does not suffice (another ref
// format, an annotated tag that is not packed) git is asked once.
#pragma once

#include <cicd/observe/git.hpp>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

#include <cicd/base/text.hpp>
#include <cicd/observe/ci_event.hpp>
#include <cicd/observe/ci_variables.hpp>
#include <cicd/observe/folder_view.hpp>
#include <cicd/observe/git_program.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace observing::git_refs {
namespace {

bool is_commit_name(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) && text.find_first_not_of("0123456789abcdef") == text.npos;
}

std::string first_line(const std::string& path) {
  const auto text = read_file_if_there(path);
  return text && *text ? std::string(trimmed(std::string_view(**text).substr(0, (*text)->find('\n')))) : "";
}

/// A line of packed-refs: `peeled` is what an annotated tag points at.
struct packed_ref {
  std::string name, commit, peeled;
};

std::vector<packed_ref> packed_refs(const git_layout& of) {
  std::vector<packed_ref> refs;
  const auto text = read_file_if_there(of.common + "/packed-refs");
  if (!text || !*text) return refs;
  for (const auto& line : split(**text, '\n')) {
    if (line.starts_with('^') && !refs.empty())
      refs.back().peeled = std::string(trimmed(std::string_view(line).substr(1)));
    else if (const auto space = line.find(' '); !line.starts_with('#') && space != line.npos)
      refs.push_back({line.substr(space + 1), line.substr(0, space), {}});
  }
  return refs;
}

/// Whether refs are plain files; else only git can read them.
bool has_plain_refs(const git_layout& of) {
  return is_folder(of.common + "/refs") && !exists(of.common + "/reftable");
}

// The commit of a full ref name; loose wins over packed. Symbolic refs may lead on, five times as in git.
std::string resolved(const git_layout& of, std::string name, const std::vector<packed_ref>& packed) {
  for (int steps = 0; steps < 5; ++steps) {
    std::string value = first_line(of.own + "/" + name);
    if (value.empty()) value = first_line(of.common + "/" + name);
    if (is_commit_name(value)) return value;
    if (!value.starts_with("ref: ")) {
      const auto found =
          std::find_if(packed.begin(), packed.end(), [&](const packed_ref& ref) { return ref.name == name; });
      return found == packed.end() ? "" : found->commit;
    }
    name = value.substr(5);
  }
  return {};
}

void read_head(const git_layout& of, const std::vector<packed_ref>& packed, git_state& into) {
  constexpr std::string_view branches = "refs/heads/";
  const std::string head = first_line(of.own + "/HEAD");
  if (is_commit_name(head)) into.commit = head;
  if (!head.starts_with("ref: ")) return;
  const std::string name = head.substr(5);
  if (name.starts_with(branches)) into.branch = name.substr(branches.size());
  if (auto commit = resolved(of, name, packed); !commit.empty()) into.commit = std::move(commit);
}

void ask_head(const std::string& folder, const surroundings& around, git_state& into) {
  const auto commit = ask_git(folder, {"rev-parse", "--verify", "--quiet", "HEAD^{commit}"}, around);
  const auto branch = ask_git(folder, {"symbolic-ref", "--quiet", "--short", "HEAD"}, around);
  if (const auto name = trimmed(commit.out); is_commit_name(name)) into.commit = std::string(name);
  if (const auto name = trimmed(branch.out); branch.end.good() && !name.empty())
    into.branch = std::string(name);
  if (commit.end.kind == ending::how::not_started || commit.end.number > 1) {
    into.unknown.push_back("commit and branch are not known: " + git_failure(folder, commit).what);
  }
}

void ask_tags(const std::string& folder, const surroundings& around, git_state& into) {
  const auto answer = ask_git(folder, {"tag", "--points-at", *into.commit}, around);
  if (!answer.end.good()) {
    into.unknown.push_back("tags are not known: " + git_failure(folder, answer).what);
    return;
  }
  for (const auto& line : split(answer.out, '\n')) {
    if (!line.empty()) into.tags.push_back(line);
  }
}

// A loose tag that names another object may be annotated: only its object tells what it points at.
void read_tags(const git_layout& of,
               const std::vector<packed_ref>& packed,
               const surroundings& around,
               git_state& into) {
  constexpr std::string_view tags = "refs/tags/";
  const auto loose = list_tree(of.common + "/refs/tags");
  std::vector<std::string> names;
  for (const auto& entry : loose ? *loose : std::vector<tree_entry>{}) {
    if (entry.kind != entry_kind::file) continue;
    if (first_line(of.common + "/refs/tags/" + entry.path) != *into.commit)
      return ask_tags(into.top, around, into);
    names.push_back(entry.path);
  }
  for (const auto& ref : packed) {
    if (!ref.name.starts_with(tags) || (ref.peeled.empty() ? ref.commit : ref.peeled) != *into.commit)
      continue;
    names.push_back(ref.name.substr(tags.size()));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  into.tags = std::move(names);
}

// Some systems check out a pull request's base and merge into it, so that the head's own branch would be the
// base.
void take_event(const ci_event& event, git_state& into) {
  const auto named = [](const std::string& name) {
    return name.empty() ? std::nullopt : std::optional<std::string>(name);
  };
  if (event.is_proposed()) {
    into.branch = std::nullopt;
    into.built_branch = named(event.source_branch);
    return;
  }
  into.branch_from_ci = !into.branch && !event.branch.empty();
  if (!into.branch) into.branch = named(event.branch);
  into.built_branch = into.branch;
}

// git itself refuses such a repository, since its configuration could start programs.
bool belongs_to_another(const git_layout& of) {
  struct stat now {};
  return ::stat(of.own.c_str(), &now) == 0 && now.st_uid != ::geteuid();
}

void check_owner(const std::string& folder,
                 const git_layout& of,
                 const surroundings& around,
                 git_state& into) {
  if (!belongs_to_another(of)) return;
  const auto answer = ask_git(folder, {"rev-parse", "--git-dir"}, around);
  if (!is_unsafe_owner(answer)) return;
  into.unknown.push_back(
      "whether the tree is clean is not known: git refuses a repository that belongs to another user; try "
      "git config --global --add safe.directory "
      + shell_quoted(of.top));
}

/// The name of the account that runs us; empty where it has none. Several threads may ask.
std::string account_name() {
  passwd account{};
  passwd* found = nullptr;
  std::array<char, 16U << 10U> texts;
  return ::getpwuid_r(::geteuid(), &account, texts.data(), texts.size(), &found) == 0 && found != nullptr
             ? account.pw_name
             : "";
}

std::string user_at_host(const surroundings& around) {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host = {"localhost"};
  auto user = around.get_or("USER", around.get_or("LOGNAME", ""));
  if (user.empty()) user = account_name();
  return (user.empty() ? "user " + std::to_string(::geteuid()) : user) + "@" + host.data();
}

}  // namespace
}  // namespace observing::git_refs

git_state git_head_of(const std::string& folder, const surroundings& around) {
  namespace refs = observing::git_refs;
  git_state now;
  const auto layout = observing::git_layout_of(folder);
  if (!layout) {
    now.unknown.push_back("commit, branch and tags are not known: this is not a git repository");
    return now;
  }
  now.repository = true;
  now.top = layout->top;
  now.shallow = exists(layout->common + "/shallow");
  if (refs::has_plain_refs(*layout))
    refs::read_head(*layout, refs::packed_refs(*layout), now);
  else
    refs::ask_head(now.top, around, now);
  refs::take_event(ci_event_of(around), now);
  if (!now.commit && now.unknown.empty())
    now.unknown.push_back("the commit is not known: the repository has no commit yet");
  return now;
}

git_state git_state_of(const std::string& folder, const surroundings& around) {
  namespace refs = observing::git_refs;
  git_state now = git_head_of(folder, around);
  const auto layout = observing::git_layout_of(folder);
  if (!now.repository || !layout) return now;
  if (now.commit && refs::has_plain_refs(*layout))
    refs::read_tags(*layout, refs::packed_refs(*layout), around, now);
  else if (now.commit)
    refs::ask_tags(now.top, around, now);
  if (now.shallow) now.unknown.push_back("history and older tags are not known: this is a shallow clone");
  refs::check_owner(now.top, *layout, around, now);
  return now;
}

std::optional<std::string> commit_before(const std::string& folder,
                                         const std::string& commit,
                                         const surroundings& around) {
  const captured answer =
      observing::ask_git(folder, {"rev-parse", "--verify", "--quiet", commit + "^"}, around);
  return answer.end.good() ? std::optional(std::string(trimmed(answer.out))) : std::nullopt;
}

result<std::vector<std::string>> changes_in(const std::string& folder,
                                            const surroundings& around,
                                            const std::string& below) {
  const auto answer = observing::ask_git(folder,
                                         {"--literal-pathspecs", "status", "--porcelain=v2", "-z",
                                          "--untracked-files=all", "--ignore-submodules=none", "--", below},
                                         around);
  if (!answer.end.good()) return observing::git_failure(folder, answer);
  std::vector<std::string> paths;
  const auto parts = observing::nul_separated(answer.out);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto kind = parts[i].substr(0, 1);
    const int fields = kind == "1" ? 8 : kind == "2" ? 9 : kind == "u" ? 10 : kind == "?" ? 1 : 0;
    std::size_t at = 0;
    for (int field = 0; field < fields && at != parts[i].npos; ++field)
      at = parts[i].find(' ', at + (field == 0 ? 0 : 1));
    if (fields == 0 || at == parts[i].npos) continue;
    paths.emplace_back(parts[i].substr(at + 1));
    if (kind == "2" && i + 1 < parts.size()) paths.emplace_back(parts[++i]);
  }
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

std::string who(const std::string& folder, const surroundings& around) {
  namespace refs = observing::git_refs;
  if (std::string person = ci_event_of(around).actor; !person.empty()) return person;
  const auto answer =
      observing::ask_git(folder, {"config", "-z", "--get-regexp", "^user\\.(name|email)$"}, around);
  std::string name = around.get_or("GIT_AUTHOR_NAME", ""), address = around.get_or("GIT_AUTHOR_EMAIL", "");
  for (const auto part : observing::nul_separated(answer.out)) {
    if (part.starts_with("user.name\n") && !around.get("GIT_AUTHOR_NAME")) name = part.substr(10);
    if (part.starts_with("user.email\n") && !around.get("GIT_AUTHOR_EMAIL")) address = part.substr(11);
  }
  return name.empty() && address.empty() ? refs::user_at_host(around) : observing::as_person(name, address);
}

std::optional<std::chrono::system_clock::time_point> committed_at(const std::string& folder,
                                                                  const std::string& commit,
                                                                  const surroundings& around) {
  if (!observing::git_refs::is_commit_name(commit)) return std::nullopt;
  const auto answer =
      observing::ask_git(folder, {"show", "--no-patch", "--format=%ct", commit, "--"}, around);
  std::int64_t seconds = 0;
  const auto read = std::from_chars(answer.out.data(), answer.out.data() + answer.out.size(), seconds);
  if (!answer.end.good() || read.ec != std::errc()) return std::nullopt;
  return std::chrono::system_clock::time_point(std::chrono::seconds(seconds));
}

std::optional<bool> is_ancestor(const std::string& folder,
                                const std::string& older,
                                const std::string& newer,
                                const surroundings& around) {
  if (!observing::git_refs::is_commit_name(older) || !observing::git_refs::is_commit_name(newer))
    return std::nullopt;
  const auto answer = observing::ask_git(folder, {"merge-base", "--is-ancestor", older, newer}, around);
  if (answer.end.kind != ending::how::exited || answer.end.number > 1) return std::nullopt;
  if (answer.end.number == 0) return true;
  // In a shallow clone a true ancestor may lie behind what was cut off, and git says no all the same.
  const auto layout = observing::git_layout_of(folder);
  if (!layout || exists(layout->common + "/shallow")) return std::nullopt;
  return false;
}

namespace observing::git_refs {
namespace {

std::vector<std::string> names_of_refs(const std::string& folder,
                                       std::vector<std::string> words,
                                       const surroundings& around) {
  words.insert(words.begin(), {"for-each-ref", "--format=%(refname:lstrip=2)"});
  const auto answer = ask_git(folder, std::move(words), around);
  std::vector<std::string> names;
  for (std::string& line : split(answer.out, '\n'))
    if (!line.empty()) names.push_back(std::move(line));
  return names;
}

}  // namespace
}  // namespace observing::git_refs

std::vector<std::string> branches_with(const std::string& folder,
                                       const std::string& commit,
                                       const surroundings& around) {
  if (!observing::git_refs::is_commit_name(commit)) return {};
  return observing::git_refs::names_of_refs(folder, {"--contains=" + commit, "refs/heads"}, around);
}

std::vector<std::string> branches_in(const std::string& folder, const surroundings& around) {
  return observing::git_refs::names_of_refs(folder, {"refs/heads"}, around);
}

std::vector<std::string> tags_in(const std::string& folder, const surroundings& around) {
  return observing::git_refs::names_of_refs(folder, {"refs/tags"}, around);
}

namespace observing::git_refs {
namespace {

std::optional<std::string> commit_of_ref(const std::string& folder,
                                         const std::string& ref,
                                         const surroundings& around) {
  const auto answer =
      ask_git(folder, {"rev-parse", "--verify", "--quiet", "--end-of-options", ref + "^{commit}"}, around);
  // A git before 2.30 prints the words of --end-of-options, too.
  const std::vector<std::string> lines = split(std::string(trimmed(answer.out)), '\n');
  if (!answer.end.good() || lines.empty() || !is_commit_name(lines.back())) return std::nullopt;
  return lines.back();
}

}  // namespace
}  // namespace observing::git_refs

std::optional<std::string> commit_of_tag(const std::string& folder,
                                         const std::string& tag,
                                         const surroundings& around) {
  return observing::git_refs::commit_of_ref(folder, "refs/tags/" + tag, around);
}

std::optional<std::string> commit_of_branch(const std::string& folder,
                                            const std::string& branch,
                                            const surroundings& around) {
  if (auto own = observing::git_refs::commit_of_ref(folder, "refs/heads/" + branch, around)) return own;
  for (const std::string& each : observing::git_refs::names_of_refs(folder, {"refs/remotes"}, around))
    if (each.ends_with("/" + branch))
      if (auto theirs = observing::git_refs::commit_of_ref(folder, "refs/remotes/" + each, around))
        return theirs;
  return std::nullopt;
}

}  // namespace cicd
