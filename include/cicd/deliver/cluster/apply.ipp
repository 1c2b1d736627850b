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
#include <cicd/deliver/cluster/order.hpp>
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
    return in_order();
  }

  /// What waited until all pods were ready.
  status last() {
    is_last_ = true;
    if (status applied = in_order(); !applied) return applied;
    for (const planned_object& one : plan_.objects)
      if (one.last && one.instead_of && !is_gone(*one.instead_of))
        if (status removed = remove_replaced(one); !removed) return removed;
    return {};
  }

 private:
  using place = std::vector<planned_object>::const_iterator;
  using group = std::vector<const planned_object*>;

  status in_order() {
    const auto rank = [](const planned_object& one) { return kubernetes::order_of(one.key.kind); };
    for (auto from = plan_.objects.begin(); from != plan_.objects.end();) {
      const auto to = std::find_if(from, plan_.objects.end(),
                                   [&](const planned_object& one) { return rank(one) != rank(*from); });
      if (status applied = kind_of(from, to); !applied) return applied;
      from = to;
    }
    return {};
  }

  /// In its turn, at the end, or both.
  bool is_due(const planned_object& one) const {
    if (setup_.only && !setup_.only(one)) return false;
    if (one.kind != what::add && one.kind != what::change) return false;
    return is_last_ ? one.last : !one.last || !one.until_last.is_null();
  }

  status kind_of(place from, place to) {
    group plain, forced;
    for (; from != to; ++from) {
      if (is_due(*from))
        (from->force ? forced : plain).push_back(&*from);
      else if (!is_last_ && from->kind == what::same && kubernetes::is_workload(from->key.kind)
               && (!setup_.only || setup_.only(*from)))
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
    if (one.anew) return remove_without_pods(one);
    return take_over_fields(with_, one.live, one.wanted, one.managers, setup_.subject);
  }

  status remove_without_pods(const planned_object& one) {
    const api_answer removed = with_.remove(one.key, {}, "Orphan");
    if (removed.failure && !removed.is_missing())
      return error_of(*removed.failure, setup_.subject, one.key, "remove " + one.key.text());
    if (setup_.say) setup_.say(fmt::format("removed {}, whose pods stay", one.key.text()));
    return wait_for_end(one);
  }

  bool is_gone(const object_key& key) const { return std::ranges::find(done_.gone, key) != done_.gone.end(); }

  status remove_replaced(const planned_object& one) {
    const api_answer removed = with_.remove(*one.instead_of, {}, "Background");
    if (removed.failure && !removed.is_missing())
      return error_of(*removed.failure, setup_.subject, *one.instead_of, "remove " + one.instead_of->text());
    done_.gone.push_back(*one.instead_of);
    ++done_.changed;
    if (setup_.say)
      setup_.say(fmt::format("removed {}, in whose place {} is", one.instead_of->text(), one.key.text()));
    return {};
  }

  status apply(const group& of, bool force) {
    if (of.empty()) return {};
    std::vector<json> objects;
    for (const planned_object* one : of) {
      const bool is_new = one->kind == what::add || one->anew;
      const bool waits = !is_last_ && !one->until_last.is_null();
      objects.push_back(is_new ? as_made(*one) : waits ? one->until_last : one->wanted);
    }
    std::vector<api_answer> answers = with_.apply(objects, {.force = force});
    for (std::size_t at = 0; at < of.size(); ++at)
      if (status told = took(*of[at], surely(*of[at], objects[at], std::move(answers[at]), force)); !told)
        return told;
    return {};
  }

  /// What was written to an object that is being deleted goes with it: it is made anew when that is gone. A
  /// webhook that refuses two Ingresses of one host takes the second once the first is gone.
  api_answer surely(const planned_object& one, const json& object, api_answer answer, bool force) {
    if (answer.failure && one.instead_of && is_host_taken(*answer.failure) && remove_replaced(one))
      answer = std::move(with_.apply({object}, {.force = force}).front());
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

  /// With as many pods from the start as its autoscaler will have at least: that one comes later. One that is
  /// made anew begins with as many as there were.
  json as_made(const planned_object& one) const {
    json made = one.wanted;
    if (!kubernetes::is_workload(one.key.kind) || !made["spec"]["replicas"].is_null()) return made;
    if (one.anew) return with_count_of(one.live, std::move(made), one.wanted);
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
  bool is_last_ = false;
};

/// `app=orders,tier=front`
std::string selector_of(const json& map) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : map.members()) parts.push_back(key + '=' + value.text());
  return joined(parts, ",");
}

/// Whether its endpoints are pods of its selector, and some are ready. Where that may not be read it is not
/// known.
bool has_turned(kubernetes::cluster& with, const planned_object& service) {
  const std::string& in = service.key.namespace_name;
  const api_answer pods = with.list("Pod", in, selector_of(service.wanted["spec"]["selector"]));
  const api_answer slices = with.list("EndpointSlice", in, "kubernetes.io/service-name=" + service.key.name);
  std::vector<std::string> ours;
  for (const json& each : pods.object["items"].elements()) ours.push_back(each["metadata"]["name"].text());
  std::size_t ready = 0;
  for (const json& slice : slices.object["items"].elements())
    for (const json& each : slice["endpoints"].elements()) {
      if (!each["conditions"]["ready"].boolean()) continue;
      if (std::ranges::find(ours, each["targetRef"]["name"].text()) == ours.end()) return false;
      ++ready;
    }
  return ready > 0;
}

/// An ingress controller applies changes in batches after some seconds, and does not report when it has.
constexpr std::chrono::seconds controller_lag{5};

/// One that lost its Deployment may have been adopted since, and lives with that one.
bool has_owner(kubernetes::cluster& with, const object_key& replica_set) {
  return !with.get(replica_set).object["metadata"]["ownerReferences"].elements().empty();
}

}  // namespace
}  // namespace deliver_cluster_apply

status apply_plan(kubernetes::cluster& with,
                  const cluster_plan& plan,
                  const apply_setup& setup,
                  applied_plan& done) {
  return deliver_cluster_apply::applying(with, plan, setup, done).all();
}

status apply_last(kubernetes::cluster& with,
                  const cluster_plan& plan,
                  const apply_setup& setup,
                  applied_plan& done) {
  return deliver_cluster_apply::applying(with, plan, setup, done).last();
}

status wait_for_routes(kubernetes::cluster& with, const cluster_plan& plan, const apply_setup& setup) {
  using namespace std::chrono_literals;
  const error interrupted{exit_class::interrupted,
                          setup.subject,
                          "interrupted while requests were turned to the new pods",
                          {},
                          {}};
  bool moves_host = false;
  for (const planned_object& one : plan.objects) {
    moves_host = moves_host || (one.last && one.instead_of);
    if (!one.last || one.key.kind != "Service") continue;
    const auto end = setup.time.elapsed() + 10s;
    while (!deliver_cluster_apply::has_turned(with, one) && setup.time.elapsed() < end)
      if (!setup.time.wait(200ms, setup.cancelled)) return interrupted;
    if (setup.say) setup.say(fmt::format("requests to {} go to the new pods", one.key.text()));
  }
  if (moves_host && !setup.time.wait(deliver_cluster_apply::controller_lag, setup.cancelled))
    return interrupted;
  return {};
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
    if (std::ranges::find(done.gone, one.key) != done.gone.end()) continue;
    if (one.key.kind == "ReplicaSet" && deliver_cluster_apply::has_owner(with, one.key)) continue;
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
  const std::string selector =
      deliver_cluster_apply::selector_of(stateful_set["spec"]["selector"]["matchLabels"]);
  const std::string in = stateful_set["metadata"]["namespace"].text();
  const auto is_ready = [](const json& one) {
    return one["type"].text() == "Ready" && one["status"].text() == "True";
  };
  const kubernetes::api_answer pods = with.list("Pod", in, selector);
  for (const json& each : pods.object["items"].elements()) {
    if (std::ranges::any_of(each["status"]["conditions"].elements(), is_ready)) continue;
    const std::string name = each["metadata"]["name"].text();
    if (setup.say)
      setup.say(fmt::format("removing pod {}, which never got ready and is in the way", displayable(name)));
    (void)with.remove({"Pod", in, name}, {}, "Background");
  }
}

}  // namespace cicd
