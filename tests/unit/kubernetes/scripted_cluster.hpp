// A cluster in memory for what watches one: time passes only as its script and the timers say, so that no
// test waits. What it answers to reads and writes is for each test to say, by deriving from it.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <cicd/kubernetes/api/cluster.hpp>

namespace cicd::kubernetes {

class scripted_cluster : public cluster {
 public:
  using moment = std::chrono::milliseconds;

  /// News for the watches of that kind, at that time.
  void at(moment when, const std::string& type, const json& object) {
    plan(when, [this, type, object] {
      const auto watches = open_;  // who hears the news may open another
      for (const auto& each : watches)
        if (auto watch = each.lock(); watch && watch->kind == object["kind"].text())
          watch->changed(type, object);
    });
  }
  void cancel_at(moment when) {
    plan(when, [this] { cancelled_ = true; });
  }
  void refuse(const std::string& kind) { refused_.push_back(kind); }
  moment now() const { return now_; }
  bool cancelled() const { return cancelled_; }

  std::unique_ptr<cluster> second_connection() override { return nullptr; }
  std::string name() const override { return "test"; }
  int minor_version() const override { return 34; }
  std::string default_namespace() const override { return "shop"; }
  api_answer get(const object_key&) override { return {}; }
  api_answer list(const std::string&, const std::string&, const std::string&) override { return {}; }
  std::vector<api_answer> apply(const std::vector<json>&, const apply_options&) override { return {}; }
  std::vector<api_answer> get_all(const std::vector<object_key>&) override { return {}; }
  api_answer remove(const object_key&, const std::string&, const std::string&) override { return {}; }
  api_answer create(const json&) override { return {}; }
  api_answer replace(const json&) override { return {}; }
  api_answer patch(const object_key&, const std::string&, const json&, const std::string&) override {
    return {};
  }
  api_answer call(const std::string&, const std::string&, const json&) override { return {}; }
  result<std::string> log(const std::string&, const std::string&, const std::string&, bool, int) override {
    return std::string();
  }
  std::optional<kind_facts> discover(const std::string&, const std::string&) override { return std::nullopt; }
  std::shared_ptr<void> follow_log(const std::string&,
                                   const std::string&,
                                   const std::string&,
                                   std::function<void(std::string_view)>,
                                   std::function<void()>) override {
    return nullptr;
  }

  std::shared_ptr<void> watch(watch_request what) override {
    watched.push_back(what.kind + " " + what.namespace_name + " " + what.labels + what.fields);
    auto held = std::make_shared<watch_request>(std::move(what));
    open_.push_back(held);
    if (std::ranges::find(refused_, held->kind) != refused_.end())
      plan(now_, [held] { held->refused({403, "Forbidden", "cannot watch", {}}); });
    return held;
  }
  std::shared_ptr<void> after(moment delay, std::function<void()> callback) override {
    auto held = std::make_shared<std::function<void()>>(std::move(callback));
    plan(now_ + delay, [alive = std::weak_ptr(held)] {
      if (const auto timer = alive.lock()) (*timer)();
    });
    return held;
  }
  status run() override {
    stopped_ = false;
    while (!stopped_) {
      if (cancelled_) return error{exit_class::interrupted, {}, "cancelled", {}, {}};
      if (plan_.empty()) return error{exit_class::remote, {}, "the script is over", {}, {}};
      auto next = plan_.begin();
      now_ = std::max(now_, next->first);
      const auto step = std::move(next->second);
      plan_.erase(next);
      step();
    }
    return {};
  }
  void stop() override { stopped_ = true; }

  std::vector<std::string> watched;

 protected:
  void plan(moment when, std::function<void()> step) { plan_.emplace(when, std::move(step)); }

 private:
  std::multimap<moment, std::function<void()>> plan_;
  std::vector<std::weak_ptr<watch_request>> open_;
  std::vector<std::string> refused_;
  moment now_{0};
  bool stopped_ = false, cancelled_ = false;
};

}  // namespace cicd::kubernetes
