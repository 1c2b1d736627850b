// The calls that a plan takes, in the order of kinds: apply, wait for what goes, prune.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/cluster/apply.hpp>
#include <cicd/deliver/cluster/field_ownership.hpp>
#include <cicd/kubernetes/api/deletion.hpp>

namespace cicd {

namespace deliver_cluster_apply {
namespace {

using kubernetes::api_answer;
using kubernetes::object_key;
using what = planned_object::what;

class applying {
 public:
  applying(kubernetes::cluster& with, const cluster_plan& plan, const apply_setup& setup, applied_plan& done)
      : with_(with), plan_(plan), setup_(setup), done_(done) {}

  status all() {
    for (const planned_object& one : plan_.objects)
      if (status gone = one.waits_for.empty() ? status() : wait_for_end(one); !gone)
        return std::move(gone).error().with("done so far", "nothing was applied");
    const auto rank = [](const planned_object& one) { return kubernetes::order_of(one.key.kind); };
    for (auto from = plan_.objects.begin(); from != plan_.objects.end();) {
      const auto to = std::find_if(from, plan_.objects.end(),
                                   [&](const planned_object& one) { return rank(one) != rank(*from); });
      if (status applied = kind_of(from, to); !applied) return applied;
      from = to;
    }
    return {};
  }

 private:
  using place = std::vector<planned_object>::const_iterator;
  using group = std::vector<const planned_object*>;

  status kind_of(place from, place to) {
    group plain, forced;
    for (; from != to; ++from) {
      if (from->kind == what::add || from->kind == what::change)
        (from->force ? forced : plain).push_back(&*from);
      else if (from->kind == what::same && kubernetes::is_workload(from->key.kind))
        done_.workloads.push_back(from->live);
    }
    if (plain.empty() && forced.empty()) return {};
    for (const planned_object* one : plain) wait_for_kind(*one);
    if (status may = setup_.may_write ? setup_.may_write() : status(); !may) return may;
    for (const group* each : {&plain, &forced})
      for (const planned_object* one : *each)
        if (status ready = hand_over(*one); !ready) return ready;
    if (status applied = apply(plain, false); !applied) return applied;
    return apply(forced, true);
  }

  /// Who owns which field, before the apply. An autoscaler that is declared no longer goes first: it would
  /// write its number over ours.
  status hand_over(const planned_object& one) {
    for (const planned_object& each : plan_.objects)
      if (each.kind == what::remove && scales(each.live, one.wanted)) {
        const api_answer removed = with_.remove(each.key, {}, "Background");
        if (removed.failure && !removed.is_missing())
          return error_of(*removed.failure, setup_.subject, each.key, "remove " + each.key.text());
      }
    return take_over_fields(with_, one.live, one.wanted, one.managers, setup_.subject);
  }

  status apply(const group& of, bool force) {
    if (of.empty()) return {};
    std::vector<json> objects;
    for (const planned_object* one : of)
      objects.push_back(one->kind == what::add ? as_made(*one) : one->wanted);
    std::vector<api_answer> answers = with_.apply(objects, {.force = force});
    for (std::size_t at = 0; at < of.size(); ++at)
      if (status told = took(*of[at], surely(*of[at], objects[at], std::move(answers[at]), force)); !told)
        return told;
    return {};
  }

  /// What was written to an object that is being deleted goes with it: it is made anew when that is gone.
  api_answer surely(const planned_object& one, const json& object, api_answer answer, bool force) {
    for (int tries = 0; tries < 3 && answer && kubernetes::is_being_deleted(answer.object); ++tries) {
      if (status gone = wait_for_end(one); !gone) {
        not_gone_ = std::move(gone).error();
        return answer;
      }
      answer = std::move(with_.apply({object}, {.force = force}).front());
    }
    return answer;
  }

  status wait_for_end(const planned_object& one) const {
    return kubernetes::wait_until_gone(
        with_, one.key, {setup_.subject, setup_.deletion, setup_.cancelled, setup_.say, setup_.time});
  }

  /// With as many pods from the start as its autoscaler will have at least: that one comes later.
  json as_made(const planned_object& one) const {
    json made = one.wanted;
    if (!kubernetes::is_workload(one.key.kind) || !made["spec"]["replicas"].is_null()) return made;
    for (const planned_object& each : plan_.objects)
      if (each.kind != what::remove && scales(each.wanted, made)) {
        json spec = made["spec"];
        spec.set("replicas", each.wanted["spec"]["minReplicas"].integer(1));
        made.set("spec", std::move(spec));
      }
    return made;
  }

  /// A kind whose definition was applied a moment ago is served a moment later.
  void wait_for_kind(const planned_object& of) const {
    const bool is_defined_here = std::ranges::any_of(
        plan_.objects, [](const planned_object& one) { return one.key.kind == "CustomResourceDefinition"; });
    if (kubernetes::kind_named(of.key.kind) != nullptr || !is_defined_here) return;
    const auto end = setup_.time.elapsed() + std::chrono::seconds(10);
    while (!with_.discover(of.wanted["apiVersion"].text(), of.wanted["kind"].text())
           && setup_.time.elapsed() < end
           && setup_.time.wait(std::chrono::milliseconds(100), setup_.cancelled))
      continue;
  }

  status took(const planned_object& one, api_answer answer) {
    if (not_gone_) return *std::move(not_gone_);
    if (!answer)
      return error_of(*answer.failure, setup_.subject, one.key, "apply " + one.key.text())
          .with("done so far", fmt::format("{} of {} objects were applied", done_.changed, to_change()));
    ++done_.changed;
    if (setup_.say)
      setup_.say(fmt::format("{} {}", one.kind == what::add ? "created" : "changed", one.key.text()));
    if (kubernetes::is_workload(one.key.kind)) done_.workloads.push_back(std::move(answer.object));
    return {};
  }

  std::ptrdiff_t to_change() const {
    return std::ranges::count_if(plan_.objects,
                                 [](const planned_object& one) { return one.kind != what::same; });
  }

  kubernetes::cluster& with_;
  const cluster_plan& plan_;
  const apply_setup& setup_;
  applied_plan& done_;
  std::optional<error> not_gone_;
};

}  // namespace
}  // namespace deliver_cluster_apply

status apply_plan(kubernetes::cluster& with,
                  const cluster_plan& plan,
                  const apply_setup& setup,
                  applied_plan& done) {
  return deliver_cluster_apply::applying(with, plan, setup, done).all();
}

std::vector<kubernetes::object_key> remove_undeclared(kubernetes::cluster& with,
                                                      const cluster_plan& plan,
                                                      const apply_setup& setup,
                                                      applied_plan& done) {
  std::vector<kubernetes::object_key> there = plan.staying;
  for (const planned_object& one : plan.objects) {
    if (one.kind != planned_object::what::remove) {
      there.push_back(one.key);
      continue;
    }
    const kubernetes::api_answer removed = with.remove(one.key, {}, "Background");
    if (removed.failure && !removed.is_missing()) {
      there.push_back(one.key);
      done.lines.push_back(
          fmt::format("{} could not be removed: {}", one.key.text(), displayable(removed.failure->message)));
      continue;
    }
    ++done.changed;
    if (removed && kubernetes::is_being_deleted(removed.object)
        && !removed.object["metadata"]["finalizers"].is_null()) {
      there.push_back(one.key);
      done.lines.push_back(fmt::format("{} is being deleted, and waits for {}", one.key.text(),
                                       kubernetes::held_by(removed.object)));
    }
    if (setup.say) setup.say("removed " + one.key.text());
  }
  return there;
}

void remove_stuck_pods(kubernetes::cluster& with, const json& stateful_set, const apply_setup& setup) {
  std::vector<std::string> selector;
  for (const auto& [key, value] : stateful_set["spec"]["selector"]["matchLabels"].members())
    selector.push_back(key + '=' + value.text());
  const std::string in = stateful_set["metadata"]["namespace"].text();
  const auto is_ready = [](const json& one) {
    return one["type"].text() == "Ready" && one["status"].text() == "True";
  };
  const kubernetes::api_answer pods = with.list("Pod", in, joined(selector, ","));
  for (const json& each : pods.object["items"].elements()) {
    if (std::ranges::any_of(each["status"]["conditions"].elements(), is_ready)) continue;
    const std::string name = each["metadata"]["name"].text();
    if (setup.say)
      setup.say(fmt::format("removing pod {}, which never got ready and is in the way", displayable(name)));
    (void)with.remove({"Pod", in, name}, {}, "Background");
  }
}

}  // namespace cicd
