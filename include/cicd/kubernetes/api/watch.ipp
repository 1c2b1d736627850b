// List, watch, and list again where the server has forgotten; what changed in between is found by comparing.
#pragma once

#include <cicd/kubernetes/api/watch.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include <cicd/kubernetes/api/retries.hpp>

namespace cicd::kubernetes {

namespace kubernetes_api_watch {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds first_pause = 200ms, longest_pause = 10'000ms;
/// The server ends a watch after that many seconds; it is then taken up again.
constexpr int watch_seconds = 290;

using object_map = std::map<std::string, json>;

std::string identity_of(const json& object) {
  const json& about = object["metadata"];
  return about["namespace"].text() + "/" + about["name"].text();
}
std::string version_of(const json& object) {
  return object["metadata"]["resourceVersion"].text();
}
bool is_same_object(const json& one, const json& other) {
  return one["metadata"]["uid"] == other["metadata"]["uid"];
}

/// What no waiting changes: no rights, no such kind, a wrong selector.
bool is_lasting(const api_failure& failure) {
  constexpr std::array<int, 6> lasting{400, 401, 403, 404, 405, 422};
  return failure.reason == api_reason::login
         || std::find(lasting.begin(), lasting.end(), failure.code) != lasting.end();
}

class watcher : public std::enable_shared_from_this<watcher> {
 public:
  watcher(http_client& with, std::string path, std::string query, cluster::watch_request what)
      : with_(with), path_(std::move(path)), query_(std::move(query)), what_(std::move(what)) {}

  void list() {
    listed_.clear();
    list_page({});
  }

  void close() {
    closed_ = true;
    current_.reset();
  }

 private:
  using step = void (watcher::*)();

  std::string target(std::string_view more) const {
    return fmt::format("{}?{}{}{}", path_, query_, query_.empty() ? "" : "&", more);
  }

  void list_page(const std::string& continued) {
    const std::string more = continued.empty() ? "" : "&continue=" + percent_encoded(continued);
    current_ = with_.open({.request = json_request("GET", target("limit=500" + more)),
                           .line = {},
                           .ended = [weak = weak_from_this()](result<http_response> got) {
                             if (const auto self = weak.lock()) self->take_page(answer_from(std::move(got)));
                           }});
  }

  void take_page(api_answer page) {
    if (closed_) return;
    if (page.failure && page.failure->code == 410) return again_after_pause(&watcher::list);
    if (page.failure) return handle(*page.failure, &watcher::list);
    const json& about = page.object["metadata"];
    for (json item : page.object["items"].elements()) {
      item.set("kind", what_.kind);
      listed_[identity_of(item)] = std::move(item);
    }
    if (const std::string next = about["continue"].text(); !next.empty()) return list_page(next);
    version_ = about["resourceVersion"].text();
    failures_ = 0;
    take_list();
  }

  /// Says what is different from what was known.
  void take_list() {
    const object_map before = std::exchange(known_, std::exchange(listed_, {}));
    const object_map now = known_;
    for (const auto& [name, object] : before) {
      const auto still = now.find(name);
      if (still == now.end() || !is_same_object(object, still->second)) say("DELETED", object);
    }
    for (const auto& [name, object] : now) {
      const auto earlier = before.find(name);
      if (earlier == before.end() || !is_same_object(object, earlier->second)) {
        say("ADDED", object);
      } else if (version_of(earlier->second) != version_of(object)) {
        say("MODIFIED", object);
      }
    }
    if (!std::exchange(synced_, true)) say("SYNCED", {});
    if (!closed_) watch();
  }

  void watch() {
    got_any_ = false;
    const std::string more = fmt::format(
        "watch=1&allowWatchBookmarks=true&resourceVersion={}&timeoutSeconds={}", version_, watch_seconds);
    current_ = with_.open({.request = json_request("GET", target(more)),
                           .line =
                               [weak = weak_from_this()](std::string_view line) {
                                 if (const auto self = weak.lock()) self->take_event(line);
                               },
                           .ended =
                               [weak = weak_from_this()](result<http_response> how) {
                                 if (const auto self = weak.lock()) self->watch_ended(std::move(how));
                               }});
  }

  void take_event(std::string_view line) {
    if (closed_ || forgotten_) return;
    const result<json> event = parse_json(line);
    if (!event || !(*event)["object"].is_object()) return;
    const std::string type = (*event)["type"].text();
    const json& object = (*event)["object"];
    if (type == "ERROR") {
      forgotten_ = true;
      return;
    }
    got_any_ = true;
    failures_ = 0;
    if (const std::string version = version_of(object); !version.empty()) version_ = version;
    if (type == "DELETED") {
      known_.erase(identity_of(object));
      say(type, object);
    } else if (type == "ADDED" || type == "MODIFIED") {
      take_change(object);
    }
  }

  void take_change(const json& object) {
    const auto [at, added] = known_.try_emplace(identity_of(object));
    const json before = std::exchange(at->second, object);
    if (!added && version_of(before) == version_of(object)) return;
    if (added || is_same_object(before, object)) return say(added ? "ADDED" : "MODIFIED", object);
    say("DELETED", before);
    say("ADDED", object);
  }

  void watch_ended(result<http_response> how) {
    if (closed_) return;
    if (std::exchange(forgotten_, false)) return again_after_pause(&watcher::list);
    if (how && how->status == 200) return got_any_ ? watch() : again_after_pause(&watcher::watch);
    const api_failure failure = how ? *answer_from(*how).failure : failure_from(how.error());
    if (failure.code == 410) return again_after_pause(&watcher::list);
    handle(failure, &watcher::watch);
  }

  void handle(const api_failure& failure, step next) {
    if (failure.reason == api_reason::cancelled) return;
    if (!is_lasting(failure)) return again_after_pause(next);
    current_.reset();
    if (what_.refused) what_.refused(failure);
  }

  void again_after_pause(step next) {
    const auto pause = std::min(first_pause * (1 << std::min(failures_++, 10)), longest_pause);
    current_ = with_.after(pause, [weak = weak_from_this(), next] {
      if (const auto self = weak.lock()) ((*self).*next)();
    });
  }

  void say(const std::string& type, const json& object) {
    if (!closed_ && what_.changed) what_.changed(type, object);
  }

  http_client& with_;
  const std::string path_, query_;
  const cluster::watch_request what_;
  object_map known_, listed_;
  std::string version_;
  std::shared_ptr<void> current_;  ///< the request or the pause that is under way
  int failures_ = 0;
  bool synced_ = false;
  bool got_any_ = false;
  bool forgotten_ = false;
  bool closed_ = false;
};

}  // namespace
}  // namespace kubernetes_api_watch

std::shared_ptr<void> start_watch(http_client& with,
                                  std::string path,
                                  std::string query,
                                  cluster::watch_request what) {
  const auto made = std::make_shared<kubernetes_api_watch::watcher>(with, std::move(path), std::move(query),
                                                                    std::move(what));
  made->list();
  return {static_cast<void*>(made.get()), [made](const void*) { made->close(); }};
}

}  // namespace cicd::kubernetes
