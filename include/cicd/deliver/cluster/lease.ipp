// The Lease: taken by a write that fails where another process wrote first, renewed by a thread on a
// connection of its own. Time is measured here only; no two machines' clocks are compared.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/cluster/lease.hpp>
#include <cicd/deliver/cluster/lease_object.hpp>
#include <cicd/kubernetes/api/api_error.hpp>
#include <cicd/kubernetes/api/deletion.hpp>

namespace cicd {

namespace deliver_cluster_lease {
namespace {

using kubernetes::api_answer;
using kubernetes::object_key;

json lease_object(const cluster_place& place,
                  const json& before,
                  const std::string& holder,
                  std::chrono::seconds lasts,
                  const clock& time) {
  return lease_of({place.namespace_name, place.state_name()}, before, holder, lasts, time);
}

class held_lease : public cluster_lease {
 public:
  held_lease(std::unique_ptr<kubernetes::cluster> own,
             cluster_place place,
             json lease,
             std::chrono::seconds lasts,
             const clock& time)
      : own_(std::move(own)),
        place_(std::move(place)),
        lease_(std::move(lease)),
        lasts_(lasts),
        time_(time),
        renewed_(time.elapsed()) {
    keeper_ = std::thread([this] { keep(); });
  }
  held_lease(const held_lease&) = delete;
  held_lease& operator=(const held_lease&) = delete;

  ~held_lease() override {
    {
      const std::lock_guard hold(mutex_);
      over_ = true;
    }
    wake_.notify_all();
    keeper_.join();
    if (!lost_) give_back();
  }

  status still_held() override {
    const std::lock_guard hold(mutex_);
    if (!lost_ && time_.elapsed() - renewed_ < lasts_) return {};
    lost_ = true;
    return error{
        exit_class::conflict,
        place_.text(),
        "this run lost the lock of the environment: its Lease expired, and another deploy may run now",
        std::nullopt,
        {{"try", "look at what is there with `cicd status`, and deploy again"}}};
  }

 private:
  void keep() {
    std::unique_lock hold(mutex_);
    while (!wake_.wait_for(hold, lasts_ / 4, [this] { return over_; }) && !lost_) {
      const json next = lease_object(place_, lease_, lease_["spec"]["holderIdentity"].text(), lasts_, time_);
      hold.unlock();
      const auto asked = time_.elapsed();
      const api_answer answer = written(next);
      hold.lock();
      if (answer) {
        lease_ = answer.object;
        renewed_ = asked;
      } else if (answer.failure->code == 409 || answer.is_missing()) {
        lost_ = true;
      }
    }
  }

  /// Where an answer of ours was lost on its way, the server has a newer version, with us as the holder
  /// still.
  api_answer written(json next) {
    api_answer answer = own_->replace(next);
    if (answer) return answer;
    const api_answer now = own_->get({"Lease", place_.namespace_name, place_.state_name()});
    if (!now) return now;
    const json& holder = lease_["spec"]["holderIdentity"];
    if (now.object["spec"]["holderIdentity"] != holder)
      return {.object = {}, .failure = kubernetes::api_failure{.code = 409}};
    json metadata = next["metadata"];
    metadata.set("resourceVersion", now.object["metadata"]["resourceVersion"]);
    next.set("metadata", std::move(metadata));
    return own_->replace(next);
  }

  void give_back() { (void)written(lease_object(place_, lease_, {}, lasts_, time_)); }

  std::unique_ptr<kubernetes::cluster> own_;
  cluster_place place_;
  json lease_;
  std::chrono::seconds lasts_;
  const clock& time_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::chrono::milliseconds renewed_;
  bool over_ = false, lost_ = false;
  std::thread keeper_;
};

error held_by(const cluster_place& place, const json& lease) {
  return error{
      exit_class::conflict,
      place.text(),
      "another deploy is running",
      lease["spec"]["holderIdentity"].text(),
      {{"since", lease["spec"]["acquireTime"].text().substr(0, 19)},
       {"try",
        "wait until that run has ended, and deploy again; if it was killed, its lock expires by itself"}}};
}

}  // namespace
}  // namespace deliver_cluster_lease

result<std::unique_ptr<cluster_lease>> cluster_lease::take(kubernetes::cluster& with,
                                                           const cluster_place& place,
                                                           const std::string& holder,
                                                           const options& how,
                                                           const cancellation* cancelled) {
  using namespace deliver_cluster_lease;
  const object_key key{"Lease", place.namespace_name, place.state_name()};
  std::string seen;    // the version under which another held it when we first looked
  int unanswered = 0;  // writes of ours that may have been done
  auto since = how.time.elapsed();
  while (true) {
    if (cancelled != nullptr && cancelled->cancelled())
      return error{exit_class::interrupted, place.text(), "interrupted while it waited for the lock", {}, {}};
    const api_answer now = with.get(key);
    if (now.failure && !now.is_missing())
      return error_of(*now.failure, place.text(), key, "read the lock of " + place.text());
    if (now && kubernetes::is_being_deleted(now.object)) {
      if (status gone = kubernetes::wait_until_gone(
              with, key, {.subject = place.text(), .cancelled = cancelled, .say = how.say, .time = how.time});
          !gone)
        return std::move(gone).error();
      continue;
    }
    const std::string version = now.object["metadata"]["resourceVersion"].text();
    const std::string who = now.object["spec"]["holderIdentity"].text();
    const bool is_held = now && !who.empty() && !(unanswered > 0 && who == holder);
    if (is_held && seen.empty()) {
      seen = version;
      since = how.time.elapsed();
      if (how.say) how.say("the lock is held by " + displayable(who) + "; looking whether it lives");
    } else if (is_held && seen != version) {
      return held_by(place, now.object);
    }
    if (!is_held || how.time.elapsed() - since >= how.lasts) {
      const json wanted = lease_object(place, now ? now.object : json(), holder, how.lasts, how.time);
      const api_answer taken = now ? with.replace(wanted) : with.create(wanted);
      if (taken)
        return std::unique_ptr<cluster_lease>(
            new held_lease(with.second_connection(), place, taken.object, how.lasts, how.time));
      const bool may_be_done = passes_by_itself(*taken.failure) && ++unanswered < 5;
      if (taken.failure->code != 409 && !may_be_done)
        return error_of(*taken.failure, place.text(), key, "take the lock of " + place.text());
      seen.clear();
      continue;
    }
    how.time.wait(std::chrono::milliseconds(500), cancelled);
  }
}

}  // namespace cicd
