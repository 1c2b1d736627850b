// Takeover and renewal. Time is measured here only: no two machines' clocks are compared.
#pragma once

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/cluster/standing_lease.hpp>
#include <cicd/kubernetes/api/api_error.hpp>
#include <cicd/kubernetes/api/deletion.hpp>

namespace cicd {

namespace deliver_cluster_standing_lease {
namespace {

using kubernetes::api_answer;
using kubernetes::object_key;

std::string text_of(const lease_place& at) {
  return "Lease " + at.namespace_name + '/' + at.name;
}

/// `User "system:serviceaccount:fleet:loop" cannot get resource …`
std::string user_in(const std::string& message) {
  constexpr std::string_view before = "User \"";
  const std::size_t start = message.find(before);
  if (start == message.npos) return {};
  const std::size_t end = message.find('"', start + before.size());
  return end == message.npos ? std::string()
                             : message.substr(start + before.size(), end - start - before.size());
}

/// `kind: ServiceAccount …` of one, else `kind: User …`.
std::string subject_of(const std::string& user) {
  const std::vector<std::string> parts = split(user, ':');
  if (parts.size() == 4 && parts[1] == "serviceaccount")
    return fmt::format("{{kind: ServiceAccount, name: {}, namespace: {}}}", parts[3], parts[2]);
  return fmt::format("{{kind: User, name: \"{}\", apiGroup: rbac.authorization.k8s.io}}",
                     displayable(user.empty() ? std::string("<user>") : user));
}

}  // namespace
}  // namespace deliver_cluster_standing_lease

standing_lease::standing_lease(std::unique_ptr<kubernetes::single_calls> by,
                               lease_place at,
                               std::string holder,
                               const options& how)
    : by_(std::move(by)),
      at_(std::move(at)),
      holder_(std::move(holder)),
      lasts_(how.lasts),
      time_(how.time) {}

status standing_lease::look() {
  constexpr int most_tries = 3;  // where others write at the same moment; then it is for the next look
  failed_ = true;
  for (int tries = 0; tries < most_tries; ++tries) {
    if (!is_read_)
      if (status done = read(); !done) return done;
    if (!other().empty() && !is_dead(there_["metadata"]["resourceVersion"].text())) {
      is_read_ = failed_ = false;
      return {};
    }
    const auto asked = time_.elapsed();
    const json next = lease_of(at_, there_, holder_, lasts_, time_);
    // Where no answer comes it may have been written all the same: it is read again before the next write.
    is_read_ = false;
    auto written = there_.is_null() ? by_->create(next) : by_->replace(next);
    if (!written) return std::move(written).error();
    if (*written) {
      there_ = written->object;
      is_read_ = true;
      failed_ = false;
      const std::lock_guard hold(mutex_);
      renewed_ = asked;
      other_.clear();
      return {};
    }
    const bool was_there = !there_.is_null();
    if (written->failure->code != 409 && !(was_there && written->is_missing()))
      return why_not(*written->failure, "take the " + deliver_cluster_standing_lease::text_of(at_));
  }
  return {};
}

/// Whose it is. Where it is another's it was lost, however late that is seen.
status standing_lease::read() {
  auto now = by_->get({"Lease", at_.namespace_name, at_.name});
  if (!now) return std::move(now).error();
  if (now->failure && !now->is_missing())
    return why_not(*now->failure, "read the " + deliver_cluster_standing_lease::text_of(at_));
  if (*now && kubernetes::is_being_deleted(now->object))
    return error{exit_class::conflict,
                 deliver_cluster_standing_lease::text_of(at_),
                 "the Lease is being deleted",
                 kubernetes::held_by(now->object),
                 {{"try", "see what holds it; it is made anew once it is gone"}}};
  there_ = *now ? now->object : json();
  is_read_ = true;
  const std::string who = there_["spec"]["holderIdentity"].text();
  const std::lock_guard hold(mutex_);
  other_ = who == holder_ ? std::string() : who;
  if (who != holder_) renewed_.reset();
  return {};
}

/// What was seen is counted from when its answer came, and a holder counts from before it asks.
bool standing_lease::is_dead(const std::string& version) {
  if (version != seen_) {
    seen_ = version;
    since_ = time_.elapsed();
  }
  return time_.elapsed() - since_ >= lasts_;
}

bool standing_lease::is_held() const {
  const std::lock_guard hold(mutex_);
  return renewed_ && time_.elapsed() - *renewed_ < lasts_;
}

std::string standing_lease::other() const {
  const std::lock_guard hold(mutex_);
  return other_;
}

std::chrono::milliseconds standing_lease::pause() const {
  return std::chrono::milliseconds(lasts_) / (is_held() && !failed_ ? 4 : 6);
}

void standing_lease::give_back() {
  if (!is_held()) return;
  const auto by = by_->uncancelled();
  if (!is_read_) {
    // The last look was cut off, and may have written all the same.
    const auto now = by->get({"Lease", at_.namespace_name, at_.name});
    if (!now || !*now || now->object["spec"]["holderIdentity"].text() != holder_) return;
    there_ = now->object;
  }
  json free = lease_of(at_, there_, {}, lasts_, time_);
  const std::lock_guard hold(mutex_);
  renewed_.reset();
  (void)by->replace(free);
}

error standing_lease::why_not(const kubernetes::api_failure& failure, const std::string& doing) const {
  using namespace deliver_cluster_standing_lease;
  const object_key of{"Lease", at_.namespace_name, at_.name};
  if (failure.code == 404 && failure.message.find("namespaces \"") != std::string::npos)
    return error{exit_class::usage,
                 text_of(at_),
                 "the namespace does not exist",
                 at_.namespace_name,
                 {{"try", "kubectl create namespace " + shell_quoted(at_.namespace_name)
                              + ", or another namespace in --lease"}}};
  error why = kubernetes::error_of(failure, text_of(at_), of, doing);
  if (failure.code != 403) return why;
  std::erase_if(why.notes, [](const note& each) { return each.label == "needed" || each.label == "try"; });
  return std::move(why)
      .with("needed", role_of_lease(at_, user_in(failure.message)))
      .with("try", "apply that as a user who may grant rights in that namespace");
}

std::string role_of_lease(const lease_place& at, const std::string& user) {
  // What is not there yet has no name that a right to make it could be of.
  return fmt::format(R"(apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {{name: cicd-lease-{0}, namespace: {1}}}
rules:
  - {{apiGroups: [coordination.k8s.io], resources: [leases], verbs: [create]}}
  - {{apiGroups: [coordination.k8s.io], resources: [leases], resourceNames: [{0}], verbs: [get, update]}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {{name: cicd-lease-{0}, namespace: {1}}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: cicd-lease-{0}}}
subjects:
  - {2})",
                     at.name, at.namespace_name, deliver_cluster_standing_lease::subject_of(user));
}

}  // namespace cicd
