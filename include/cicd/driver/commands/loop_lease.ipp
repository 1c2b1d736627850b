// The ways to have a lock for as long as the process lives. See loop_lease.hpp.
#pragma once

#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/values/values.hpp>
#include <cicd/deliver/cluster/standing_lease.hpp>
#include <cicd/driver/commands/loop_lease.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace driver_commands_loop_lease {
namespace {

class no_lease final : public loop_lease {
 public:
  result<lease_view> take() override { return now(); }
  lease_view now() const override { return {.acts = true}; }
};

class file_lease final : public loop_lease {
 public:
  file_lease(std::string path, const std::string& who)
      : path_(std::move(path)), me_(fmt::format("{} (process {})", who, ::getpid())) {}

  result<lease_view> take() override {
    const std::lock_guard hold(mutex_);
    if (lock_) return lease_view{.acts = true};
    auto taken = file_lock::try_take(path_, me_);
    if (!taken) return std::move(taken).error();
    if (taken->has_value()) lock_ = std::move(*taken);
    return lock_ ? lease_view{.acts = true} : lease_view{.other = file_lock::holder_of(path_)};
  }
  lease_view now() const override {
    const std::lock_guard hold(mutex_);
    return {.acts = lock_.has_value()};
  }

 private:
  const std::string path_, me_;
  mutable std::mutex mutex_;
  std::optional<file_lock> lock_;
};

std::string host() {
  std::string name(256, '\0');
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.substr(0, name.find('\0'));
}

/// No other process has had it, also not one of this number in a container that was started again.
std::string identity_of(const std::string& who) {
  return fmt::format("{} at {} (process {}, {:08x})", who, host(), ::getpid(), std::random_device{}());
}

class kubernetes_lease final : public loop_lease {
 public:
  kubernetes_lease(const lease_place& at, const std::string& who, const surroundings& around)
      : lease_(kubernetes::single_calls::by_kubectl(around, over_), at, identity_of(who), {}),
        keeper_([this] { keep(); }) {}
  kubernetes_lease(const kubernetes_lease&) = delete;
  kubernetes_lease& operator=(const kubernetes_lease&) = delete;
  ~kubernetes_lease() override {
    over_.cancel();
    keeper_.join();
    lease_.give_back();
  }

  /// The first time once the first look has ended.
  result<lease_view> take() override {
    std::unique_lock hold(mutex_);
    looked_.wait(hold, [this] { return has_looked_; });
    hold.unlock();
    return now();
  }
  lease_view now() const override {
    const std::lock_guard hold(mutex_);
    return {.acts = lease_.is_held(), .other = lease_.other(), .failure = failure_};
  }

 private:
  void keep() {
    do {
      const status done = lease_.look();
      const std::lock_guard hold(mutex_);
      failure_ = done ? std::nullopt : std::optional(done.error());
      has_looked_ = true;
      looked_.notify_all();
    } while (system_clock_port().wait(lease_.pause(), &over_));
  }

  cancellation over_;
  standing_lease lease_;
  mutable std::mutex mutex_;
  std::condition_variable looked_;
  bool has_looked_ = false;
  std::optional<error> failure_;
  std::thread keeper_;  ///< of all that is above
};

error wrong(const std::string& given, const std::string& what) {
  return error{exit_class::usage, {}, "--lease: " + what, given, {}};
}

}  // namespace
}  // namespace driver_commands_loop_lease

result<std::optional<lease_place>> lease_place_in(const std::string& given) {
  using driver_commands_loop_lease::wrong;
  constexpr std::string_view allowed = "a file, or kubernetes:<namespace>/<name>";
  const std::size_t colon = given.find(':');
  if (colon == given.npos || given.find('/') < colon) return std::optional<lease_place>();
  const std::string scheme = given.substr(0, colon), rest = given.substr(colon + 1);
  const std::vector<std::string> known{"kubernetes"};
  if (scheme != known.front())
    return wrong(given, "unknown kind of lease '" + scheme + "'")
        .with("did you mean", nearest(scheme, known) ? "kubernetes:" + rest : std::string())
        .with("allowed", std::string(allowed))
        .with("try", "./" + given + " for a file of that name");
  const std::size_t slash = rest.find('/');
  const lease_place at{rest.substr(0, slash), slash == rest.npos ? std::string() : rest.substr(slash + 1)};
  if (at.name.empty() || at.namespace_name.empty())
    return wrong(given, "a Lease has a namespace and a name")
        .with("allowed", std::string(allowed))
        .with("try", "kubernetes:fleet/cicd-loop");
  if (!dns_label::accepts(at.namespace_name))
    return wrong(given, "not the name of a namespace: '" + at.namespace_name + "'")
        .with("allowed", std::string(dns_label::allowed()));
  if (!detail::is_dns_name(at.name))
    return wrong(given, "not the name of a Lease: '" + at.name + "'")
        .with("allowed", "lower-case letters, digits, '-' and '.', at most 253");
  return std::optional(at);
}

result<std::unique_ptr<loop_lease>> loop_lease::from(const std::string& given,
                                                     const std::string& who,
                                                     const surroundings& around) {
  using namespace driver_commands_loop_lease;
  if (given.empty()) return std::unique_ptr<loop_lease>(new no_lease);
  const result<std::optional<lease_place>> at = lease_place_in(given);
  if (!at) return at.error();
  if (*at) return std::unique_ptr<loop_lease>(new kubernetes_lease(**at, who, around));
  return std::unique_ptr<loop_lease>(new file_lease(given, who));
}

}  // namespace cicd
