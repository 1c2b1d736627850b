// A git repository on this machine, asked without starting git: where it lies and where a branch points. What
// it does not understand (reftables, symbolic branches) it leaves to git.
#pragma once

#include <optional>
#include <string>

#include <cicd/base/error.hpp>
#include <cicd/deliver/git/git_client.hpp>

namespace cicd {

/// The path that a URL stands for on this machine; empty for all others.
std::string local_path_of(const std::string& url);

/// The same text for all URLs and paths of one repository on this machine, also where it has yet to be made;
/// others as they are.
std::string repository_key(const std::string& url);

/// The commit of `branch`, empty when it does not exist; nothing where git must be asked.
std::optional<std::string> local_tip(const std::string& path, const std::string& branch);

/// `config` of a bare repository, as `git init --bare` makes it (gitrepository-layout(5)), commits on disk
/// before they count.
std::string bare_config(bool is_sha256);

/// Makes a bare repository at `path`, whole or not at all; one that is there stays as it is.
status create_repository(const git_client& git, const std::string& path, const std::string& branch);

}  // namespace cicd
