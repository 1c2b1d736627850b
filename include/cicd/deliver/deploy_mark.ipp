// A file with a lock for each deploy that is under way; one that is left without its lock is of a run that
// was killed.
#pragma once

#include <unistd.h>

#include <fmt/format.h>

#include <cicd/base/digest.hpp>
#include <cicd/deliver/deploy_mark.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

namespace deliver_deploy_mark {
namespace {

std::string path_of(const std::string& folder, const std::string& run, const std::string& subject) {
  return folder + "/deploys/" + hex(sha256(run + "\n" + subject)).substr(0, 32) + ".lock";
}

}  // namespace
}  // namespace deliver_deploy_mark

deploy_mark::deploy_mark(const std::string& folder, const std::string& run, const std::string& subject)
    : path_(deliver_deploy_mark::path_of(folder, run, subject)) {
  result<std::optional<file_lock>> lock = file_lock::try_take(path_, fmt::format("run {}, {}", run, subject));
  if (lock && *lock) lock_.emplace(*std::move(*lock));
}

/// How it ended is recorded by then, so that no command asks any more.
deploy_mark::~deploy_mark() {
  if (lock_) ::unlink(path_.c_str());
}

bool has_died_here(const std::string& folder, const std::string& run, const std::string& subject) {
  const std::string path = deliver_deploy_mark::path_of(folder, run, subject);
  if (!exists(path)) return false;
  const result<std::optional<file_lock>> lock = file_lock::try_take(path, {});
  return lock && *lock && !has_strays("CICD_RUN=" + run);
}

void forget_mark(const std::string& folder, const std::string& run, const std::string& subject) {
  ::unlink(deliver_deploy_mark::path_of(folder, run, subject).c_str());
}

}  // namespace cicd
