// Removing what a branch has in a cluster. See remove.hpp.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/branch/places.hpp>
#include <cicd/deliver/branch/remove.hpp>
#include <cicd/deliver/cluster/lease.hpp>
#include <cicd/kubernetes/api/deletion.hpp>
#include <cicd/kubernetes/render/workload.hpp>
#include <cicd/observe/git.hpp>

namespace cicd {

namespace deliver_branch_remove {
namespace {

using kubernetes::api_answer;
using kubernetes::object_key;

class ending_of_branch {
 public:
  ending_of_branch(kubernetes::cluster& with, const known_place& of, const branch_end_options& options)
      : with_(with), place_(of.place), options_(options) {}

  result<branch_end> run() {
    result<std::unique_ptr<cluster_lease>> lock =
        cluster_lease::take(with_, place_, options_.holder, {.say = options_.say}, options_.cancelled);
    if (!lock) return std::move(lock).error();
    result<cluster_state> state = read_cluster_state(with_, place_);
    if (!state) return std::move(state).error();
    state_ = *std::move(state);
    if (status read = read_objects(); !read) return std::move(read).error();
    if (status held = (*lock)->still_held(); !held) return std::move(held).error();
    if (status removed = remove_objects(); !removed) return std::move(removed).error();
    if (status told = look_at_claims(); !told) return std::move(told).error();
    if (status removed = remove_namespace(); !removed) return std::move(removed).error();
    if (status gone = wait_until_gone(); !gone) return std::move(gone).error();
    if (status forgotten = forget_cluster_state(with_, place_); !forgotten)
      return std::move(forgotten).error();
    return std::move(end_);
  }

 private:
  std::string fact(const char* name) const {
    const auto found = state_.facts.find(name);
    return found == state_.facts.end() ? std::string() : found->second;
  }

  std::string branch_label() const { return branch_key_of(fact(branch_fact::branch)); }

  /// All of them, before the first is removed.
  status read_objects() {
    keys_ = state_.inventory;
    std::ranges::stable_sort(keys_, std::greater<>{},
                             [](const object_key& each) { return kubernetes::order_of(each.kind); });
    live_ = with_.get_all(keys_);
    for (std::size_t at = 0; at < keys_.size(); ++at)
      if (!live_[at] && !live_[at].is_missing())
        return error_of(*live_[at].failure, place_.text(), keys_[at], "read " + keys_[at].text())
            .with("done so far", "nothing was removed");
    return {};
  }

  bool bears_labels(const json& object) const {
    const json& labels = object["metadata"]["labels"];
    return labels["cicd.dev/pipeline"].text() == place_.pipeline
           && labels["cicd.dev/environment"].text() == place_.environment
           && labels[kubernetes::branch_label].text() == branch_label()
           && labels[kubernetes::track_label].text() == fact(branch_fact::kind);
  }

  status remove_objects() {
    for (std::size_t at = 0; at < keys_.size(); ++at) {
      const object_key& key = keys_[at];
      if (!live_[at] || key.kind == "Namespace" || key.kind == "PersistentVolumeClaim") continue;
      if (!bears_labels(live_[at].object)) {
        end_.kept.push_back(fmt::format("{} stays: it no longer has this branch's labels", key.text()));
        continue;
      }
      if (status removed = remove(key); !removed) return removed;
    }
    return {};
  }

  status remove(const object_key& key) {
    const api_answer answer = with_.remove(key, {}, "Background");
    if (!answer && !answer.is_missing())
      return error_of(*answer.failure, place_.text(), key, "remove " + key.text())
          .with("done so far",
                end_.removed.empty() ? "nothing was removed" : "removed " + joined(end_.removed, ", "));
    end_.removed.push_back(key.text());
    const bool is_held = answer && kubernetes::is_being_deleted(answer.object)
                         && !answer.object["metadata"]["finalizers"].is_null();
    if (is_held || key.kind == "Namespace") held_.push_back(key);
    if (options_.say) options_.say("removed " + key.text());
    return {};
  }

  /// What is known of it stays as long as something of it is there, so that it can be ended again.
  status wait_until_gone() {
    const auto end = options_.time.elapsed() + options_.patience;
    for (auto each = held_.begin(); each != held_.end(); ++each) {
      kubernetes::gone_options how{place_.text(), end - options_.time.elapsed(), options_.cancelled,
                                   options_.say, options_.time};
      how.so.clear();
      how.then = "remove it again";
      status gone = kubernetes::wait_until_gone(with_, *each, how);
      if (gone) continue;
      if (gone.error().kind == exit_class::remote) {
        end_.kept.push_back(fmt::format("whether {} is gone may not be read", each->text()));
        continue;
      }
      state_.inventory.assign(each, held_.end());
      // In a namespace that ends with it there is nothing left to keep it in.
      if (!is_own_namespace()) (void)write_cluster_state(with_, place_, state_);
      return std::move(gone).error().with("done so far", "removed " + joined(end_.removed, ", "));
    }
    return {};
  }

  /// Claims are made by the cluster for a StatefulSet, so they are in no inventory.
  status look_at_claims() {
    if (fact(branch_fact::kind) != "preview") return {};
    const std::string selector = is_own_namespace() ? std::string()
                                                    : fmt::format("{},{}={}", place_.selector(),
                                                                  kubernetes::branch_label, branch_label());
    const api_answer claims = with_.list("PersistentVolumeClaim", place_.namespace_name, selector);
    if (!claims) {
      may_store_ = true;
      if (is_own_namespace())
        end_.kept.push_back("whether something is stored in the namespace may not be read");
      return {};
    }
    for (const json& each : claims.object["items"].elements()) {
      const object_key key{"PersistentVolumeClaim", place_.namespace_name, each["metadata"]["name"].text()};
      if (options_.with_claims && bears_labels(each)) {
        if (status removed = remove(key); !removed) return removed;
        continue;
      }
      may_store_ = true;
      end_.kept.push_back(fmt::format(
          "{} stays, with what is stored in it: cicd preview remove --with-claims", displayable(key.text())));
    }
    return {};
  }

  bool is_own_namespace() const {
    return std::ranges::any_of(keys_, [&](const object_key& each) {
      return each.kind == "Namespace" && each.name == place_.namespace_name;
    });
  }

  status remove_namespace() {
    for (std::size_t at = 0; at < keys_.size(); ++at) {
      if (keys_[at].kind != "Namespace" || !live_[at]) continue;
      if (!bears_labels(live_[at].object))
        end_.kept.push_back(fmt::format("{} stays: it was not made for this branch", keys_[at].text()));
      else if (may_store_)
        end_.kept.push_back(fmt::format("{} stays, for what is stored in it", keys_[at].text()));
      else if (status removed = remove(keys_[at]); !removed)
        return removed;
    }
    return {};
  }

  kubernetes::cluster& with_;
  const cluster_place& place_;
  const branch_end_options& options_;
  cluster_state state_;
  std::vector<object_key> keys_;
  std::vector<api_answer> live_;
  std::vector<object_key> held_;  ///< removed, and not gone at once
  bool may_store_ = false;
  branch_end end_;
};

}  // namespace
}  // namespace deliver_branch_remove

std::string fact_of(const known_place& of, const char* name) {
  const auto found = of.state.facts.find(name);
  return found == of.state.facts.end() ? std::string() : found->second;
}

removed told_end(const changed_place& at, const known_place& of, const branch_end& end) {
  return {at, fact_of(of, branch_fact::kind), end.removed, end.kept};
}

namespace deliver_branch_remove {
namespace {

/// One that was removed before and is not gone yet.
status wait_for_namespace(kubernetes::cluster& with,
                          const json& of,
                          const action_ports& on,
                          const cancellation* cancelled) {
  kubernetes::gone_options how{on.subject(), deletion_patience(*on.place), cancelled,
                               [&](const std::string& line) {
                                 on.tell(step_message{on.subject(), line});
                               },
                               *on.time};
  how.so.clear();
  how.then = "remove it again";
  return kubernetes::wait_until_gone(with, {"Namespace", "", of["metadata"]["name"].text()}, how);
}

error whose_is_not_known() {
  return error{exit_class::usage,
               {},
               "no branch is checked out, so it is not known whose preview is meant",
               {},
               {{"try", "name it: cicd preview remove <pipeline> <branch>"}}};
}

/// Where the copies are in no cluster.
status remove_kept(const preview_removal_request& request, const action_ports& on, preview_removal& seen) {
  if (request.branch.empty()) return whose_is_not_known();
  if (request.with_claims)
    return error{
        exit_class::usage,
        on.subject(),
        "--with-claims: what is stored by this preview is removed by the agent that follows its folder",
        {},
        {{"allowed", "an environment VIA " + ways_with(way_feature::cluster)},
         {"try", "cicd preview remove without --with-claims"}}};
  const result<std::vector<known_place>> all = on.copies->all();
  if (!all) return all.error();
  std::vector<known_place> meant;
  for (const known_place& each : *all) {
    seen.branches.push_back(fact_of(each, branch_fact::branch));
    if (seen.branches.back() == request.branch) meant.push_back(each);
  }
  if (meant.empty()) return {};
  seen.found = true;
  const result<permit> allowed = on.may(change::branch_end, {});
  if (!allowed) return allowed.error();
  const std::vector<result<branch_end>> ends = on.copies->end(*allowed, meant, {on.who(), on.time->now()});
  for (std::size_t at = 0; at < meant.size(); ++at) {
    if (!ends[at]) return ends[at].error();
    on.tell(told_end(place_of(*on.copies, meant[at]), meant[at], *ends[at]));
  }
  return {};
}

}  // namespace
}  // namespace deliver_branch_remove

branch_end_options end_options(const action_ports& on, const cancellation* cancelled, bool with_claims) {
  return {fmt::format("{}, run {}", on.who(), on.id),
          with_claims,
          cancelled,
          [&on](const std::string& line) {
            if (!line.starts_with("removed ")) on.tell(step_message{on.subject(), line});
          },
          deletion_patience(*on.place),
          *on.time};
}

result<preview_removal> remove_preview(const preview_removal_request& request, const action_ports& on) {
  using namespace deliver_branch_remove;
  preview_removal seen;
  const auto remove_in = [&](const branch_cluster& at) -> status {
    if (request.branch.empty()) return whose_is_not_known();
    for (const json& each : at.ending)
      if (each["metadata"]["labels"][kubernetes::branch_label].text() == branch_key_of(request.branch)) {
        seen.found = true;
        if (status gone = wait_for_namespace(at.with, each, on, request.cancelled); !gone) return gone;
      }
    for (const known_place& each : at.all) {
      if (fact_of(each, branch_fact::kind) != "preview") continue;
      seen.branches.push_back(fact_of(each, branch_fact::branch));
      if (seen.branches.back() != request.branch) continue;
      seen.found = true;
      const result<permit> allowed = on.may(change::branch_end, {});
      if (!allowed) return allowed.error();
      const result<branch_end> end =
          end_branch(*allowed, at.with, each, end_options(on, request.cancelled, request.with_claims));
      if (!end) return end.error();
      on.tell(told_end(place_of(at.with, each), each, *end));
    }
    return {};
  };
  if (status done = each_branch_cluster(on, change::branch_end, remove_in); !done)
    return std::move(done).error();
  if (on.copies != nullptr)
    if (status done = remove_kept(request, on, seen); !done) return std::move(done).error();
  return seen;
}

result<branch_end> end_branch(const permit&,
                              kubernetes::cluster& with,
                              const known_place& of,
                              const branch_end_options& options) {
  return deliver_branch_remove::ending_of_branch(with, of, options).run();
}

std::vector<std::string> retire_canaries(const permit& allowed,
                                         kubernetes::cluster& with,
                                         const cluster_place& environment,
                                         const std::string& commit,
                                         const contains_commit& contains,
                                         const branch_end_options& options) {
  const auto all =
      known_places(with, environment.pipeline, environment.environment, environment.namespace_name);
  if (!all) return {"whether a canary can end now is not known: " + displayable(all.error().what)};
  std::vector<std::string> lines;
  for (const known_place& each : *all) {
    if (fact_of(each, branch_fact::kind) != "canary") continue;
    const std::string whose = displayable(fact_of(each, branch_fact::branch));
    const std::string its = fact_of(each, branch_fact::commit);
    if (its.empty() || (its != commit && contains(its, commit) != true)) {
      lines.push_back(fmt::format("the canary of {} goes on: what runs now does not contain it", whose));
      continue;
    }
    const result<branch_end> end = end_branch(allowed, with, each, options);
    lines.push_back(
        end ? fmt::format("the canary of {} ended: what runs now contains it", whose)
            : fmt::format("the canary of {} should end and did not: {}", whose, end.error().what));
  }
  return lines;
}

std::vector<std::string> retire_after(const permit& allowed,
                                      const open_cluster& open,
                                      const cluster_place& environment,
                                      const declared_pipeline& pipeline,
                                      const std::string& commit,
                                      const surroundings& around,
                                      const branch_end_options& options) {
  const bool has_one = std::ranges::any_of(pipeline.declared.canaries, [&](const canary& each) {
    return each.in.view() == environment.environment;
  });
  if (!has_one) return {};
  const result<std::unique_ptr<kubernetes::cluster>> with = open();
  if (!with) return {"whether a canary can end now is not known: " + displayable(with.error().what)};
  const auto contains = [&](const std::string& older, const std::string& newer) {
    return is_ancestor(pipeline.repository(), older, newer, around);
  };
  return retire_canaries(allowed, **with, environment, commit, contains, options);
}

}  // namespace cicd
