// Signing: git fast-import cannot, so that each commit is made once more by git commit-tree.
#pragma once

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/deliver/git/git_text.hpp>
#include <cicd/deliver/gitops/manifest_clone.hpp>

namespace cicd {
namespace deliver_gitops_manifest_clone {

/// `GIT_AUTHOR_NAME=…` and the like, of a commit as `git log --format=%an%x00%ae%x00%at%x00%B` prints it.
inline std::vector<std::string> variables_of(const std::string& name,
                                             const std::string& address,
                                             const std::string& when) {
  std::vector<std::string> variables;
  for (const char* role : {"AUTHOR", "COMMITTER"})
    for (const auto& [part, value] :
         {std::pair<const char*, std::string>{"NAME", name}, {"EMAIL", address}, {"DATE", when + " +0000"}})
      variables.push_back(fmt::format("GIT_{}_{}={}", role, part, value));
  return variables;
}

}  // namespace deliver_gitops_manifest_clone

/// The same commit, with the signature of its target's key where it has one.
result<std::string> manifest_clone::signed_anew(const manifest_change& change,
                                                const made_commit& made,
                                                const std::string& parent,
                                                const std::string& tip) {
  using namespace deliver_gitops_manifest_clone;
  const manifest_target& target = change.target;
  std::vector<std::string> words;
  std::string file;
  if (target.signing_key) {
    result<std::string> key = target.signing_key();
    if (!key) return key;
    file = *std::move(key);
    words = {"-c", "gpg.format=ssh", "-c", "user.signingKey=" + file, "commit-tree", "-S"};
  } else {
    words = {"commit-tree", "--no-gpg-sign"};
  }
  if (!parent.empty()) words.insert(words.end(), {"-p", parent});
  words.insert(words.end(), {"-F", "-", made.id + "^{tree}"});
  const git_change what = import_of(change, tip);
  const std::string who = git_ident_of(what.who);
  const auto open = who.rfind(" <");
  const captured done =
      git_->run(target_->clone, words, what.message,
                variables_of(who.substr(0, open), who.substr(open + 2, who.size() - open - 3),
                             fmt::format("{}", what.when)));
  std::string id(trimmed(done.out));
  if (done.end.good() && id.size() == made.id.size()) return id;
  error failure = git_failure(*git_, target_->url, "the commit cannot be signed", done);
  if (failure.kind == exit_class::remote) failure.kind = exit_class::usage;
  if (!target.sign_declared_at.empty())
    failure.notes.insert(failure.notes.begin(), {"declared at", target.sign_declared_at});
  // A file in memory that is gone when this is read; its name is that of the secret.
  for (note& each : failure.notes)
    for (auto at = each.text.find(file); !file.empty() && at != each.text.npos; at = each.text.find(file, at))
      each.text.replace(at, file.size(), "secret:" + file.substr(file.rfind('/') + 1));
  return std::move(failure).with(
      "try", "ssh-keygen on PATH, and with SIGN a secret that is a private SSH key without a passphrase");
}

/// Those after the first that is signed stand on it, so that they are made anew too.
status manifest_clone::sign(const std::string& tip,
                            std::span<const manifest_change> changes,
                            std::vector<made_commit>& made) {
  std::string parent = tip;
  bool has_moved = false;
  for (std::size_t each = 0; each < made.size(); ++each) {
    if (changes[each].target.signing_key || has_moved) {
      result<std::string> id = signed_anew(changes[each], made[each], parent, tip);
      if (!id) {
        made[each].is_unsigned = std::move(id).error();
        return {};
      }
      made[each].id = *std::move(id);
      has_moved = true;
    }
    parent = made[each].id;
  }
  if (!has_moved) return {};
  return write_file(target_->clone + "/refs/cicd/made", parent + '\n', durability::fast);
}

}  // namespace cicd
