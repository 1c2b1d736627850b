// The deployment that is put back, chosen and checked, then put back in one home after the other.
#pragma once

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/fleet_records.hpp>
#include <cicd/deliver/policy/soak.hpp>
#include <cicd/deliver/rollback.hpp>
#include <cicd/deliver/way.hpp>

namespace cicd {

namespace deliver_rollback {
namespace {

bool is_tag(const std::string& to, const std::string& tag) {
  return !tag.empty() && (to == tag || (tag.starts_with('v') && to == tag.substr(1)));
}

/// By what names this deployment alone, or others of the same release.
bool is_called(const deployment_record& record, const std::string& to) {
  constexpr std::size_t least_digits = 7;
  return is_tag(to, record.tag) || to == record.id || to == std::to_string(record.generation)
         || to == "#" + std::to_string(record.generation)
         || (to.size() >= least_digits && record.commit.starts_with(to));
}

/// By what it runs: an image that did not change keeps the tag of an older release.
bool has_image(const deployment_record& record, const std::string& to) {
  if (is_tag(to, record.version)) return true;
  for (const auto& [name, image] : record.images)
    if (to == image.tag || to == oci_text(image.manifest)
        || (to.size() >= 12 && oci_text(image.manifest).starts_with(to)))
      return true;
  return false;
}

/// Whether it is this deployment that runs, as far as what is kept tells.
bool runs_now(const deployment_record& kept, const std::optional<deployment_record>& now) {
  if (!now) return false;
  if (now->outcome == "rolled-back") return now->id == kept.id;
  return now->outcome == "deployed" && now->generation == kept.generation;
}

bool has_same_images(const deployment_record& one, const deployment_record& other) {
  return std::ranges::equal(one.images, other.images, [](const auto& mine, const auto& its) {
    return mine.first == its.first && mine.second.manifest == its.second.manifest;
  });
}

/// Whether a deployment is an older one put back. Files say so; a cluster has the same objects again.
bool puts_back(const deployment_record& newer, const deployment_record& older) {
  if (newer.commit != older.commit || newer.version != older.version || !has_same_images(newer, older))
    return false;
  return newer.outcome == "rolled-back"
         || (newer.manifests == older.manifests && newer.manifests != digest{});
}

using place_in_past = std::vector<kept_deployment>::const_iterator;

/// The deployment that first had what this one has: what came after it was rolled back already.
place_in_past origin_of(place_in_past at, place_in_past end) {
  for (auto older = at + 1; older != end; ++older)
    if (puts_back(at->record, older->record)) at = older;
  return at;
}

place_in_past running_in(const std::vector<kept_deployment>& past,
                         const std::optional<deployment_record>& now) {
  return std::ranges::find_if(past, [&](const kept_deployment& each) { return runs_now(each.record, now); });
}

/// The older deployment that a rollback was putting back when it failed or was killed: it is meant again.
place_in_past put_back_in_vain(const std::vector<kept_deployment>& past,
                               const std::optional<deployment_record>& now) {
  if (!now || came_to_a_good_end(*now) || past.empty()) return past.end();
  return std::find_if(past.begin() + 1, past.end(), [&](const kept_deployment& each) {
    return now->commit == each.record.commit && now->version == each.record.version
           && has_same_images(*now, each.record) && now->manifests == each.record.manifests;
  });
}

/// Whether what runs is this deployment, or was put back from it.
bool runs_already(const std::vector<kept_deployment>& past,
                  const std::optional<deployment_record>& now,
                  const deployment_record& to) {
  const auto running = running_in(past, now);
  return running != past.end()
         && (running->record.generation == to.generation || puts_back(running->record, to));
}

std::string words_to_roll_back(const std::string& subject, const deployment_record& to) {
  return fmt::format("cicd rollback {} --to '#{}'", replaced_all(subject, "/", " "), to.generation);
}

/// What may be put back in place of what runs, each version once, the newest first.
std::vector<const deployment_record*> others_kept(const std::vector<kept_deployment>& past,
                                                  const std::optional<deployment_record>& now) {
  std::vector<const deployment_record*> others;
  for (const kept_deployment& each : past) {
    const bool is_told = std::ranges::any_of(others, [&](const deployment_record* one) {
      return one->commit == each.record.commit && one->version == each.record.version
             && has_same_images(*one, each.record);
    });
    if (each.lacks.empty() && !is_told && !runs_already(past, now, each.record))
      others.push_back(&each.record);
  }
  return others;
}

/// Nothing is there before what runs; what came after it may be.
error nothing_before(const std::vector<kept_deployment>& past,
                     const std::optional<deployment_record>& now,
                     const std::string& subject) {
  const auto running = running_in(past, now);
  const auto others = others_kept(past, now);
  std::vector<std::string> lines;
  for (const deployment_record* each : others) lines.push_back(line_of(facts_of(*each)));
  error none{
      exit_class::usage, subject, "there is nothing to go back to: no earlier deployment is kept", {}, {}};
  if (running != past.end()) none = std::move(none).with("runs", line_of(facts_of(running->record)));
  return std::move(none)
      .with("allowed", joined(lines, "; "))
      .with("try", others.empty() ? "deploy the commit that is to run again"
                                  : words_to_roll_back(subject, *others.front()));
}

/// The deployment to go back to: the one that is named, or the one before what runs and was not rolled back
/// before, whatever differed.
const kept_deployment* meant(const std::vector<kept_deployment>& past,
                             const std::optional<deployment_record>& now,
                             const std::string& to) {
  auto at = past.begin();
  if (to.empty()) {
    const auto running = running_in(past, now);
    if (running != past.end())
      at = origin_of(running, past.end()) + 1;
    else if (const auto failed = put_back_in_vain(past, now); failed != past.end())
      at = failed;
  } else {
    at = std::ranges::find_if(past, [&](const kept_deployment& each) { return is_called(each.record, to); });
    if (at == past.end())
      at =
          std::ranges::find_if(past, [&](const kept_deployment& each) { return has_image(each.record, to); });
  }
  return at == past.end() ? nullptr : &*at;
}

/// What it needs to run again.
status check_images(const action_ports& on, const rollback_ports& ports, const deployment_record& record) {
  for (const auto& [name, kept] : record.images) {
    const result<std::optional<digest>> there = ports.resolve(kept);
    if (!there) return there.error();
    if (*there && **there == kept.manifest) continue;
    return error{exit_class::remote,
                 on.subject(),
                 *there ? "the tag of that deployment's image names another image now"
                        : "the image of that deployment is no longer in its registry",
                 kept.reference,
                 {{"try", "another --to, or deploy the commit again so that it is built"}}};
  }
  return {};
}

/// What a task has done, such as a migration, is not undone by what is put back.
status check_tasks(const action_ports& on,
                   const std::vector<finished_task>& tasks,
                   const deployment_record& to,
                   const rollback_request& request) {
  std::vector<std::string> since;
  for (const finished_task& each : tasks)
    if (each.generation > to.generation)
      since.push_back(fmt::format("{} for {} at {}", each.task, each.version, utc_text(each.when)));
  if (since.empty()) return {};
  if (request.past_migration) {
    on.tell(step_warning{on.subject(), "not undone: task " + joined(since, ", task ")});
    return {};
  }
  return error{
      exit_class::policy,
      on.subject(),
      "a task ran since that deployment, and is not undone by a rollback",
      to.version,
      {{"ran", joined(since, "; ")},
       {"allowed", "a deployment that the task ran for, or a later one"},
       {"try",
        fmt::format("cicd rollback {} {} --to '#{}' --past-migration, where {} works with what the "
                    "task has done",
                    on.pipeline->declared.name.view(), on.place->name.view(), to.generation, to.version)}}};
}

/// Which version the rollback holds out; empty: all.
std::string held_version(const rollback_request& request,
                         const std::optional<deployment_record>& left,
                         const std::string& version) {
  return request.version_only && left && left->version != version ? left->version : std::string();
}

/// What an environment with parts goes back to, in each of its homes, before the first is changed: one
/// release for all. What was put back in some homes only is meant again.
result<std::vector<std::string>> to_put_back_in_all(const rollback_request& request, const action_ports& on) {
  struct seen_home {
    std::string name;
    seen_environment now;
    std::vector<kept_deployment> past;
  };
  std::vector<seen_home> homes;
  for (const open_home& open : on.homes) {
    const result<std::unique_ptr<environment_home>> home = open();
    if (!home) return home.error();
    result<seen_environment> now = (*home)->read();
    if (!now) return std::move(now).error();
    result<std::vector<kept_deployment>> past = (*home)->past();
    if (!past) return std::move(past).error();
    homes.push_back({(*home)->name(), *std::move(now), *std::move(past)});
  }
  const std::optional<deployment_record>& first = homes.front().now.record;
  const bool is_half_done =
      request.to.empty() && first && first->outcome == "rolled-back"
      && std::ranges::any_of(homes, [&](const seen_home& each) {
           const auto& there = each.now.record;
           return !there || !came_to_a_good_end(*there) || !is_same_release(*there, *first);
         });
  const result<deployment_record> to =
      deployment_to_put_back(homes.front().past, first, is_half_done ? first->id : request.to, on.subject());
  if (!to) return to.error();
  std::vector<std::string> all{to->id};
  for (std::size_t at = 1; at < homes.size(); ++at) {
    const auto found = std::ranges::find_if(homes[at].past, [&](const kept_deployment& each) {
      return each.lacks.empty() && is_same_release(each.record, *to);
    });
    if (found == homes[at].past.end())
      return error{exit_class::usage,
                   on.subject(),
                   "a part of the environment keeps no deployment of that version, and nothing was put back",
                   to->version,
                   {{"in", homes[at].name}, {"try", "another --to, or deploy its commit again"}}};
    all.push_back(found->record.id);
  }
  return all;
}

/// Puts it back in one home and holds further deploys there; gives what was put back.
result<deployment_record> roll_back_in(environment_home& home,
                                       const std::string& wanted,
                                       const rollback_request& request,
                                       const action_ports& on,
                                       const rollback_ports& ports,
                                       std::optional<deployment_record>& begun) {
  const result<seen_environment> now = home.read();
  if (!now) return now.error();
  const result<std::vector<kept_deployment>> past = home.past();
  if (!past) return past.error();
  const result<deployment_record> to = deployment_to_put_back(*past, now->record, wanted, on.subject());
  if (!to) return to.error();
  // Of several homes one may have been put back before the next failed.
  if (!request.to.empty() && on.homes.size() == 1 && runs_already(*past, now->record, *to))
    return error{exit_class::usage,
                 on.subject(),
                 "this deployment runs already",
                 to->version,
                 {{"runs", line_of(facts_of(*now->record))},
                  {"try", fmt::format("cicd hold set {} --reason '…', where further deploys are to wait",
                                      replaced_all(on.subject(), "/", " "))}}};
  const auto ask = [&](const std::optional<deployment_hold>& hold) {
    return on.may(
        change::rollback,
        {.hold = hold, .version = to->version, .commit = to->commit, .images = images_to_verify(*to)});
  };
  if (const result<permit> allowed = ask(now->state.hold); !allowed) return allowed.error();
  if (status past_it = check_tasks(on, now->state.tasks, *to, request); !past_it)
    return std::move(past_it).error();
  if (status there = check_images(on, ports, *to); !there) return std::move(there).error();
  const changed_place at = on.at(home);
  on.tell(rollback_started{at, facts_of(*to)});
  begun = *to;

  put_back_request how;
  how.id = on.id;
  how.by = {on.who(), on.time->now()};
  how.hold = {how.by.who, request.reason.empty() ? "rollback to " + to->version : request.reason,
              held_version(request, now->record, to->version), how.by.when};
  how.pipeline = on.pipeline;
  how.place = on.place;
  how.may = ask;
  how.source = ports.source;
  how.done = [&](const deployment_record& record) {
    begun.reset();
    on.tell(deployed{at, facts_of(record), request.reason, deployed_by::rollback});
  };
  how.say = [&](const std::string& text) { on.tell(step_message{on.subject(), text}); };
  how.cancelled = request.cancelled;
  if (status done = home.put_back(*to, how); !done) return std::move(done).error();
  on.tell(held{at, how.hold.who, how.hold.reason, how.hold.version, how.hold.when});
  return to;
}

/// As a person knows what is put back: the images of an environment with parts may have tags of several
/// commits.
std::string version_of(const deployment_record& of, const action_ports& on) {
  return on.place->parts.empty() ? of.version : runs_text(of);
}

/// One failed after others were put back.
error after(error why,
            const std::vector<std::string>& put_back,
            const deployment_record& last,
            const action_ports& on) {
  if (put_back.empty()) return why;
  // Without parts all homes know it by the same id.
  const std::string again = on.place->parts.empty() ? " --to " + last.id : std::string();
  return std::move(why)
      .with("put back", fmt::format("{} in {}; the rest of the environment is not", version_of(last, on),
                                    joined(put_back, ", ")))
      .with("then", fmt::format("cicd rollback {}{}, which puts that version back everywhere",
                                replaced_all(on.subject(), "/", " "), again));
}

}  // namespace
}  // namespace deliver_rollback

result<std::string> roll_back(const rollback_request& request,
                              const action_ports& on,
                              const rollback_ports& ports) {
  if (status can = check_way(on.subject(), on.place->via, way_feature::rollback,
                             "this environment cannot be put back by this command",
                             "deploy the commit that is to run again");
      !can)
    return std::move(can).error();
  if (status may = on.may_begin(change::rollback); !may) return std::move(may).error();
  std::vector<std::string> in_each;
  if (!on.place->parts.empty()) {
    result<std::vector<std::string>> all = deliver_rollback::to_put_back_in_all(request, on);
    if (!all) return std::move(all).error();
    in_each = *std::move(all);
  }
  // One and the same deployment in all homes: without parts it has one id in all of them.
  std::string wanted = request.to;
  deployment_record last;
  std::vector<std::string> put_back;
  for (std::size_t at = 0; at < on.homes.size(); ++at) {
    const result<std::unique_ptr<environment_home>> home = on.homes[at]();
    if (at < in_each.size()) wanted = in_each[at];
    std::optional<deployment_record> begun;
    const result<deployment_record> done =
        home ? deliver_rollback::roll_back_in(**home, wanted, request, on, ports, begun)
             : result<deployment_record>(home.error());
    if (!done) {
      error why = deliver_rollback::after(done.error(), put_back, last, on);
      if (!put_back.empty() && !begun) begun = last;
      if (begun)
        on.tell(rollback_failed{
            {on.pipeline->declared.name.str(), on.place->name.str(), {}}, facts_of(*begun), why});
      return why;
    }
    last = *done;
    put_back.push_back((*home)->name());
    if (wanted.empty()) wanted = done->id;
  }
  return deliver_rollback::version_of(last, on);
}

std::string line_of(const deployment_facts& of) {
  return fmt::format("#{} {} of {} by {}", of.generation, of.version, utc_text(of.when), of.who);
}

result<deployment_record> deployment_to_put_back(const std::vector<kept_deployment>& past,
                                                 const std::optional<deployment_record>& now,
                                                 const std::string& to,
                                                 const std::string& subject) {
  using namespace deliver_rollback;
  std::vector<std::string> there;
  for (const kept_deployment& each : past) there.push_back(line_of(facts_of(each.record)));
  const kept_deployment* const found = meant(past, now, to);
  if (found != nullptr && !found->lacks.empty())
    return error{exit_class::usage,
                 subject,
                 "that deployment cannot be put back: " + found->lacks,
                 found->record.version,
                 {{"try", "deploy its commit again"}}};
  if (found != nullptr) return found->record;
  if (to.empty()) return nothing_before(past, now, subject);
  return error{
      exit_class::usage, subject, "no deployment with that version, commit, digest or number is kept", to, {}}
      .with("allowed", there.empty() ? "none is kept" : joined(there, "; "));
}

}  // namespace cicd
