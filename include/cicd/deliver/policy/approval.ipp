// Approving, withdrawing and listing, in one home of an environment after the other.
#pragma once

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/policy/approval.hpp>
#include <cicd/deliver/policy/approver.hpp>

namespace cicd {

namespace deliver_policy_approval {
namespace {

status check_approval(const action_ports& on) {
  return check_way(on.subject(), on.place->via, way_feature::approval, "this environment takes no approvals",
                   "a review of the change in its manifest repository");
}

/// Of `APPROVAL other`: a person that is known, and another than the author.
status check_other(const approval_request& request, const deployment_approval& given) {
  if (request.rule != approval_rule::other) return {};
  if (!request.nameless_system.empty())
    return error{exit_class::policy,
                 request.step,
                 "APPROVAL other: it is not known who approves",
                 {},
                 {{"there", request.nameless_system + " names no person in its variables"},
                  {"try", "approve from a job that a user starts, or outside of CI"}}};
  if (request.author.empty())
    return error{exit_class::policy,
                 request.step,
                 "APPROVAL other: the author of the commit is not known",
                 {},
                 {{"try", "git fetch, and approve in a clone that has the commit"}}};
  if (!is_by_author(given, request.author)) return {};
  return error{exit_class::policy,
               request.step,
               "APPROVAL other: the author of the commit cannot approve it",
               displayable(given.who),
               {{"allowed", "another person than " + displayable(request.author)}}};
}

/// By the name that the place itself knows the caller by, else as the CI system or git does.
result<deployment_approval> approval_of(const approval_request& request,
                                        const approvable& what,
                                        environment_home& in,
                                        const action_ports& on) {
  result<std::string> user = in.user();
  if (!user) return std::move(user).error();
  deployment_approval given;
  given.who = user->empty() ? on.who() : *user;
  if (!user->empty()) given.persons = {on.who()};
  given.reason = request.reason;
  given.digest = what.digest;
  given.when = on.time->now();
  given.expires = given.when + request.lasts;
  given.step = request.step;
  given.version = what.version;
  return given;
}

/// In place of what that person said of it before; what has expired goes.
void add_to(std::vector<deployment_approval>& all, const deployment_approval& given) {
  std::erase_if(all, [&](const deployment_approval& each) {
    return each.expires <= given.when || (each.digest == given.digest && each.who == given.who);
  });
  all.push_back(given);
}

using opened_home = std::unique_ptr<environment_home>;

result<seen_environment> seen_in(const open_home& open, opened_home& home) {
  result<opened_home> opened = open();
  if (!opened) return std::move(opened).error();
  home = *std::move(opened);
  return home->read();
}

error none_to_withdraw(const std::string& digest,
                       const std::set<std::string>& there,
                       const action_ports& on) {
  error none{exit_class::usage,
             on.subject(),
             there.empty() ? "nothing is approved here" : "there is no such approval",
             digest.empty() ? std::nullopt : std::optional(digest),
             {}};
  if (there.empty()) return none;
  return std::move(none)
      .with("allowed", joined(std::vector<std::string>(there.begin(), there.end()), ", "))
      .with("try", fmt::format("cicd approve {} {} --list", on.pipeline->declared.name.view(),
                               on.place->name.view()));
}

}  // namespace
}  // namespace deliver_policy_approval

approval_rule approval_rule_of(const graph_step& step) {
  if (step.branch_copy() != nullptr) return step.branch_copy()->approval;
  if (step.branch_share() != nullptr && step.branch_share()->approval != approval_rule::none)
    return step.branch_share()->approval;
  return step.place() == nullptr ? approval_rule::none : step.place()->approval;
}

std::string approve_words(const graph_step& step, int percent, const std::vector<std::string>& take_over) {
  std::string words =
      fmt::format("cicd approve {} {}", step.pipeline->declared.name.view(), step.place()->name.view());
  for (const std::string& each : take_over) words += " --take-over " + shell_quoted(each);
  if (step.branch_copy() != nullptr) return words + " --preview";
  if (step.branch_share() == nullptr) return words;
  words += " --canary";
  const auto& all = step.pipeline->declared.canaries;
  if (std::ranges::count(all, step.branch_share()->in, &canary::in) > 1)
    words += fmt::format(" --service {}", step.branch_share()->service.view());
  return percent > 0 ? words + fmt::format(" --share {}%", percent) : words;
}

std::string notes_words(const declared_pipeline& pipeline,
                        const environment& place,
                        const std::string& commit) {
  return fmt::format("cicd notes {} {} --to {}", pipeline.declared.name.view(), place.name.view(),
                     shell_quoted(commit));
}

digest approval_digest(const artifact_record& artifact,
                       const std::string& environment,
                       const std::vector<std::string>& taken_over) {
  sha256_stream over;
  over.update("artifact\n" + artifact.pipeline + '\n' + environment + '\n' + artifact.commit + '\n'
              + oci_text(artifact.bundle) + '\n');
  for (const auto& [name, image] : artifact.images)
    over.update(name + '=' + image.repository + '@' + oci_text(image.manifest) + '\n');
  for (const std::string& each : taken_over) over.update("taken over from " + each + '\n');
  return over.finish();
}

std::string without_end_of_copy(std::string text) {
  constexpr std::string_view key = "cicd.dev/expires", as_written = "2026-12-07T19:00:00Z";
  for (auto at = text.find(key); at != text.npos; at = text.find(key, at + key.size())) {
    const auto begin = text.find_first_not_of("\": ", at + key.size());
    if (begin != text.npos && utc_from(text.substr(begin, as_written.size())))
      text.erase(begin, as_written.size());
  }
  return text;
}

digest approval_digest(const deployment_record& record, const std::map<std::string, std::string>& files) {
  std::map<std::string, std::string> shown;
  for (const auto& [name, text] : files) shown.emplace(name, without_end_of_copy(text));
  sha256_stream over;
  over.update("manifests\n" + record.pipeline + '\n' + record.environment + '\n');
  for (const auto& [name, image] : record.images) over.update(name + '=' + oci_text(image.manifest) + '\n');
  over.update(oci_text(digest_of_manifests(shown)) + '\n');
  return over.finish();
}

status approve(const approval_request& request,
               const std::vector<approvable>& plans,
               const action_ports& on) {
  using namespace deliver_policy_approval;
  if (status can = check_approval(on); !can) return can;
  if (plans.empty())
    return error{exit_class::usage,
                 request.step,
                 "the plan is not known yet: its images are not built",
                 {},
                 {{"try", request.make_images + ", then approve"}}};
  const result<permit> allowed = on.may(change::approve, {});
  if (!allowed) return allowed.error();
  for (std::size_t at = 0; at < plans.size(); ++at) {
    const approvable& what = plans[at];
    if (what.digest.empty()) continue;  // nothing changes there
    opened_home home;
    if (result<opened_home> opened = on.homes.at(at)(); opened)
      home = *std::move(opened);
    else
      return std::move(opened).error();
    const changed_place where = on.at(*home);
    on.tell(approval_started{where, request.step, what.lines});
    const result<deployment_approval> given = approval_of(request, what, *home, on);
    if (!given) return given.error();
    if (status other = check_other(request, *given); !other) return other;
    if (what.prepare)
      if (status made = what.prepare(*allowed); !made) return made;
    const result<seen_environment> seen = home->read();
    if (!seen) return seen.error();
    environment_state to = seen->state;
    add_to(to.approvals, *given);
    if (status written = home->write(*allowed, *seen, std::move(to), {given->who, given->when}); !written)
      return written;
    on.tell(approved{where, request.step, what.version, given->who, given->reason, given->digest,
                     given->expires});
  }
  return {};
}

status withdraw_approvals(const std::string& id, const action_ports& on) {
  using namespace deliver_policy_approval;
  if (status can = check_approval(on); !can) return can;
  if (status may = on.may_begin(change::approve); !may) return may;
  std::set<std::string> there;
  const auto is_meant = [&](const deployment_approval& each) { return short_approval(each).starts_with(id); };
  bool is_done = false;
  for (const open_home& open : on.homes) {
    opened_home home;
    const result<seen_environment> seen = seen_in(open, home);
    if (!seen) return seen.error();
    environment_state to = seen->state;
    std::vector<deployment_approval> gone;
    for (const deployment_approval& each : to.approvals) {
      there.insert(short_approval(each));
      if (is_meant(each)) gone.push_back(each);
    }
    if (gone.empty()) continue;
    std::erase_if(to.approvals, is_meant);
    const result<permit> allowed = on.may(change::approve, {});
    if (!allowed) return allowed.error();
    const changed_by by{on.who(), on.time->now()};
    if (status written = home->write(*allowed, *seen, std::move(to), by); !written) return written;
    is_done = true;
    for (const deployment_approval& each : gone)
      on.tell(approval_withdrawn{on.at(*home), each.step, each.version, by.who, each.who, each.digest});
  }
  return is_done ? status() : status(none_to_withdraw(id, there, on));
}

status show_approvals(const action_ports& on, const see_approvals& see) {
  using namespace deliver_policy_approval;
  if (status can = check_approval(on); !can) return can;
  for (const open_home& open : on.homes) {
    opened_home home;
    const result<seen_environment> seen = seen_in(open, home);
    if (!seen) return seen.error();
    see(on.at(*home), seen->state.approvals);
  }
  return {};
}

std::string short_approval(const deployment_approval& of) {
  constexpr std::size_t shown = 12;
  return hex(sha256(of.digest + '\n' + of.who)).substr(0, shown);
}

void use_up(std::vector<deployment_approval>& approvals, const std::string& digest) {
  std::erase_if(approvals, [&](const deployment_approval& each) { return each.digest == digest; });
}

}  // namespace cicd
