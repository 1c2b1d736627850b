// `VIA gitops`: manifests are committed to a git repository that an agent follows.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>

#include <fmt/format.h>

#include <cicd/base/counted.hpp>
#include <cicd/base/text.hpp>
#include <cicd/deliver/branch_copy.hpp>
#include <cicd/deliver/change_gate.hpp>
#include <cicd/deliver/git/git_client.hpp>
#include <cicd/deliver/git/local_repository.hpp>
#include <cicd/deliver/gitops/copies.hpp>
#include <cicd/deliver/gitops/deploy_secrets.hpp>
#include <cicd/deliver/gitops/gitops.hpp>
#include <cicd/deliver/gitops/manifest_branch.hpp>
#include <cicd/deliver/gitops/proposal.hpp>
#include <cicd/deliver/gitops/repository_home.hpp>
#include <cicd/deliver/gitops/traits.hpp>
#include <cicd/deliver/manifest_values.hpp>
#include <cicd/deliver/manifest_way.hpp>
#include <cicd/deliver/policy/action.hpp>
#include <cicd/deliver/policy/approval.hpp>
#include <cicd/deliver/policy/source_check.hpp>
#include <cicd/deliver/verify.hpp>
#include <cicd/deliver/ways.hpp>
#include <cicd/system/url.hpp>

namespace cicd {

namespace deliver_gitops_way {
namespace {

/// A branch's copy is pushed, also where its environment takes proposals.
bool is_proposed(const graph_step& step) {
  return step.place()->pull_request != forge_kind::none && !step.is_of_branch();
}

class gitops_way : public manifest_way {
 public:
  using manifest_way::manifest_way;

  std::string address_of(const declared_pipeline& pipeline, const environment& place) const override {
    return shown_place(target_of(pipeline, place));
  }
  bool is_embedded(const environment& place) const override { return !place.repository; }
  std::vector<result<deployed_release>> look_at_all(std::span<const deploy_place> all,
                                                    const cancellation* cancelled) const override;
  result<std::vector<deployment_record>> history_of(const declared_pipeline& pipeline,
                                                    const environment& place,
                                                    std::size_t most) const override;
  result<std::optional<deployment_record>> record_at(const declared_pipeline& pipeline,
                                                     const environment& place,
                                                     const std::string& revision,
                                                     const cancellation* cancelled) const override {
    return cicd::record_at(target_of(pipeline, place), revision, in_.around, {cancelled, {}, 1});
  }
  std::vector<open_home> homes_of(const declared_pipeline& pipeline,
                                  const environment& place,
                                  const cancellation* cancelled) const override;
  result<std::optional<open_proposal>> proposal_in(const declared_pipeline& pipeline,
                                                   const environment& place,
                                                   const std::optional<deployment_record>& there,
                                                   const cancellation* cancelled) const override;
  std::shared_ptr<copies_home> copies_of(const declared_pipeline& pipeline,
                                         const environment& place,
                                         const cancellation* cancelled) const override;
  outcome apply(const deploy_request& of, const say_line& say) override;
  status check(const graph_step& step) const override;
  std::vector<note> where_it_is(const graph_step& step) const override {
    // It is not there before the merge.
    const result<environment> there = manifest_place_of(in_, step);
    if (is_proposed(step) || !there) return {};
    const manifest_target target = target_of(*step.pipeline, *there);
    return {{"manifests", fmt::format("git -C {} show {}:{}", shell_quoted(shown_url(target.url)),
                                      target.branch, shell_quoted(target.path))}};
  }

 protected:
  result<manifest_state> read(const declared_pipeline& pipeline,
                              const environment& place,
                              const cancellation* cancelled) const override {
    const manifest_target target = target_of(pipeline, place);
    return branch_of(target)->read(target, {cancelled, {}, 50});
  }
  void announce(const deploy_request& of, bool is_coming) override {
    const result<manifest_target> target = target_of(of.step);
    if (target) branch_of(*target)->announce(target->path, is_coming);
  }
  result<std::optional<std::string>> left_over(const deploy_request& of,
                                               const manifest_state& now) const override;
  bool is_made(const declared_pipeline& pipeline, const environment& place) const override {
    const manifest_target target = target_of(pipeline, place);
    return !target.create || exists(target.url);
  }

 private:
  manifest_target target_of(const declared_pipeline& pipeline, const environment& place) const;
  /// Of what the step deploys.
  result<manifest_target> target_of(const graph_step& step) const {
    const result<environment> there = manifest_place_of(in_, step);
    if (!there) return there.error();
    return target_of(*step.pipeline, *there);
  }
  result<std::optional<std::string>> commit(const deploy_request& of,
                                            const decide_manifests& decide,
                                            const say_line& say) const {
    const result<manifest_target> target = target_of(of.step);
    if (!target) return target.error();
    return branch_of(*target)->commit(*target, decide, {&in_.options.cancelled, say, 50});
  }
  deployed told(const deploy_request& of, const written_manifests& what) const;
  status use_up_at_home(const deploy_request& of, const written_manifests& what, const say_line& say) const;
  std::shared_ptr<manifest_branch> branch_of(const manifest_target& target) const;
  status verify(const deploy_request& of, const written_manifests& what, const say_line& say) const;
  manifest_target proposal_of(const declared_pipeline& pipeline, const environment& place) const;
  manifest_target proposal_of(const deploy_request& of) const {
    return proposal_of(of.pipeline(), of.place());
  }
  result<forge_repository> forge_repository_at(const environment& place, const std::string& subject) const;
  result<forge> forge_of(const declared_pipeline& pipeline,
                         const environment& place,
                         const std::string& subject,
                         bool asks_again) const;
  status check_proposed(const deploy_request& of,
                        const manifest_state& proposed,
                        const manifest_state& now) const;
  outcome propose_instead(const deploy_request& of, const say_line& say) const;

  mutable deploy_secrets keys_{in_.options.secrets, in_.around, in_.options.cancelled, in_.options.run_id};
  mutable std::mutex mutex_;                                                  ///< of the next
  mutable std::map<std::string, std::shared_ptr<manifest_branch>> branches_;  ///< by their clones
};

/// One for the whole run, which knows all that the run deploys there.
std::shared_ptr<manifest_branch> gitops_way::branch_of(const manifest_target& target) const {
  const std::lock_guard hold(mutex_);
  std::shared_ptr<manifest_branch>& branch = branches_[target.clone];
  if (branch) return branch;
  branch = manifest_branch::make(target, in_.around);
  for (const graph_step* each : in_.gate.deploys()) {
    if (each->place()->via != deploy_way::gitops) continue;
    const result<manifest_target> other = target_of(*each);
    if (other && other->clone == target.clone) branch->expect(*other);
  }
  return branch;
}

manifest_target gitops_way::target_of(const declared_pipeline& pipeline, const environment& place) const {
  manifest_target target = repository_target(pipeline, place, in_.where.manifests());
  const std::string branch = repository_key(target.url) + "\n" + target.branch,
                    clones = in_.where.own() + "/gitops/";
  target.clone = clones + hex(sha256(branch)).substr(0, 16);
  target.turn = clones + hex(sha256(branch)).substr(0, 16) + ".turn";
  target.is_shared = pipeline.declared.services.empty() && !place.write.empty();
  target.author = place.author.str();
  if (target.is_shared)
    target.values_for = [&pipeline, place](const deployment_record& record, const manifest_state& now) {
      return with_values(pipeline, place, record, now.files, now.modes);
    };
  const auto signs = pipeline.origins.find("environment." + place.name.str() + ".sign");
  if (signs != pipeline.origins.end())
    target.sign_declared_at = signs->second.text(pipeline.source_directory);
  if (place.sign)
    target.signing_key = [this, &pipeline, key = place.sign]() -> result<std::string> {
      if (status may = in_.gate.may_have_secrets(pipeline, pipeline.declared.name.str()); !may)
        return std::move(may).error();
      return keys_.file_of(pipeline, key);
    };
  return target;
}

/// Those of one branch of one repository at once.
std::vector<result<deployed_release>> gitops_way::look_at_all(std::span<const deploy_place> all,
                                                              const cancellation* cancelled) const {
  std::map<std::string, std::vector<std::size_t>> by_branch;
  std::vector<manifest_target> targets;
  for (const deploy_place& each : all) {
    targets.push_back(target_of(each.pipeline, each.place));
    by_branch[targets.back().clone].push_back(targets.size() - 1);
  }
  std::vector<result<deployed_release>> seen(all.size(), deployed_release{});
  for (const auto& [branch, members] : by_branch) {
    std::vector<manifest_target> here;
    for (const std::size_t each : members) here.push_back(targets[each]);
    auto all_there = read_summaries(here, in_.around, {cancelled, {}, 50});
    for (std::size_t each = 0; each < members.size(); ++each)
      if (auto& there = all_there[each])
        seen[members[each]] =
            deployed_release{std::move(there->record), std::move(there->state), std::move(there->reverted)};
      else
        seen[members[each]] = there.error();
  }
  return seen;
}

/// A deployment with VERIFY is written down twice: when it was committed, and how it ended.
result<std::vector<deployment_record>> gitops_way::history_of(const declared_pipeline& pipeline,
                                                              const environment& place,
                                                              std::size_t most) const {
  const auto past = manifest_history(target_of(pipeline, place), 2 * most, in_.around, {});
  if (!past) return past.error();
  std::vector<deployment_record> all;
  for (const past_manifests& each : *past) all.push_back(each.record);
  const auto is_same = [](const deployment_record& one, const deployment_record& next) {
    return one.id == next.id;
  };
  all.erase(std::unique(all.begin(), all.end(), is_same), all.end());
  if (all.size() > most) all.resize(most);
  return all;
}

std::vector<open_home> gitops_way::homes_of(const declared_pipeline& pipeline,
                                            const environment& place,
                                            const cancellation* cancelled) const {
  const manifest_target target = target_of(pipeline, place);
  return {[=, this]() -> result<std::unique_ptr<environment_home>> {
    return repository_home(target, in_.around, cancelled);
  }};
}

std::shared_ptr<copies_home> gitops_way::copies_of(const declared_pipeline& pipeline,
                                                   const environment& place,
                                                   const cancellation* cancelled) const {
  const auto& previews = pipeline.declared.previews;
  const auto of = std::ranges::find_if(previews, [&](const preview& each) { return each.in == place.name; });
  if (of == previews.end()) return nullptr;
  const std::string& name = pipeline.declared.name.str();
  return repository_copies(target_of(pipeline, place_of_copies(place, *of, name)), {name, place.name.str()},
                           in_.around, cancelled);
}

// --- PULL_REQUEST ---

manifest_target gitops_way::proposal_of(const declared_pipeline& pipeline, const environment& place) const {
  return proposal_target(target_of(pipeline, place),
                         proposal_branch(pipeline.declared.name.str(), place.name.str()));
}

result<forge_repository> gitops_way::forge_repository_at(const environment& place,
                                                         const std::string& subject) const {
  const std::string& address = place.pull_request_url ? place.pull_request_url.str() : place.repository.str();
  std::optional<forge_repository> repository = forge_repository_of(place.pull_request, address);
  if (!repository)
    return error{exit_class::usage,
                 subject,
                 "it is not known which repository of the server this is",
                 shown_url(address),
                 {{"try", "PULL_REQUEST_URL https://<host>/<owner>/<repository>"}}};
  const result<url> server = url::from(repository->api);
  if (!server) return server.error();
  if (server->scheme != "https" && !is_this_machine(*server))
    return error{exit_class::usage,
                 subject,
                 "a token is not sent without TLS",
                 shown_url(address),
                 {{"allowed", "https, and http to this machine only"},
                  {"try", "PULL_REQUEST_URL https://<host>/<owner>/<repository>"}}};
  return *std::move(repository);
}

result<forge> gitops_way::forge_of(const declared_pipeline& pipeline,
                                   const environment& place,
                                   const std::string& subject,
                                   bool asks_again) const {
  result<forge_repository> repository = forge_repository_at(place, subject);
  if (!repository) return std::move(repository).error();
  if (status may = in_.gate.may_have_secrets(pipeline, subject); !may) return std::move(may).error();
  const result<secret_value> token =
      token_of(pipeline, place.pull_request_token, in_.options.secrets, in_.options.cancelled);
  if (!token) return token.error();
  return forge(
      *std::move(repository), *token,
      [this](const web_request& request) {
        return web_client(in_.around, &in_.options.cancelled, in_.time).send(request);
      },
      [this, asks_again](std::chrono::milliseconds length) {
        return asks_again && in_.time.wait(length, &in_.options.cancelled);
      });
}

/// The link is the server's to tell; where it cannot be asked, the branch tells the rest.
result<std::optional<open_proposal>> gitops_way::proposal_in(const declared_pipeline& pipeline,
                                                             const environment& place,
                                                             const std::optional<deployment_record>& there,
                                                             const cancellation* cancelled) const {
  if (place.pull_request == forge_kind::none) return std::optional<open_proposal>();
  const manifest_target branch = proposal_of(pipeline, place);
  result<manifest_state> proposed = read_manifests(branch, in_.around, {cancelled, {}, 1});
  if (!proposed) return std::move(proposed).error();
  if (!is_pending(proposed->record, there)
      || !check_source(pipeline, source_of(pipeline, proposed->record, in_.around), proposed->record, {}))
    return std::optional<open_proposal>();
  open_proposal found{.record = *std::move(proposed->record), .branch = branch.branch};
  const result<forge> server =
      forge_of(pipeline, place, pipeline.declared.name.str() + "/" + place.name.str(), false);
  const auto asked = server ? server->open_one(branch.branch, target_of(pipeline, place).branch)
                            : result<std::optional<open_pull_request>>(server.error());
  if (asked && !*asked) return std::optional<open_proposal>();  // closed, and its branch stayed
  if (asked)
    found.link = (*asked)->link;
  else
    found.unknown = asked.error().what;
  return std::optional(std::move(found));
}

/// What would be found out only when images are built and published. A secret that cannot be had is told when
/// it is needed: not every deploy of a run comes to that.
status gitops_way::check(const graph_step& step) const {
  const environment& place = *step.place();
  // What the gate refuses is told first.
  if (const result<environment> there = manifest_place_of(in_, step); !there && in_.gate.may_begin(step))
    return there.error();
  if (is_proposed(step))
    if (const auto repository = forge_repository_at(place, step.id); !repository) return repository.error();
  if (in_.options.rehearses || !in_.gate.may_have_secrets(step)) return {};
  const auto is_at_hand = [&](named_secret of) {
    const auto& all = step.pipeline->declared.secrets;
    const auto found =
        std::ranges::find_if(all, [&](const secret& each) { return each.name.view() == name_of(of); });
    return found != all.end() && (found->pass_env || found->file)
           && declared_source(in_.around)(*found, step.pipeline->source_directory, in_.options.cancelled);
  };
  if (is_proposed(step) && is_at_hand(place.pull_request_token))
    if (const auto token =
            token_of(*step.pipeline, place.pull_request_token, in_.options.secrets, in_.options.cancelled);
        !token)
      return token.error();
  if (place.sign && is_at_hand(place.sign))
    if (const auto key = keys_.file_of(*step.pipeline, place.sign); !key) return key.error();
  return {};
}

/// Pipelines and environments of one name, of two repositories, have one branch: what the other proposes
/// stays.
status gitops_way::check_proposed(const deploy_request& of,
                                  const manifest_state& proposed,
                                  const manifest_state& now) const {
  if (!is_pending(proposed.record, now.record)) return {};
  return check_source(of.pipeline(), source_of(of.pipeline(), proposed.record, in_.around), proposed.record,
                      {of.step.id, of.place().name.str(), "what is proposed"});
}

/// A proposal that what is there has overtaken.
result<std::optional<std::string>> gitops_way::left_over(const deploy_request& of,
                                                         const manifest_state& now) const {
  if (!is_proposed(of.step)) return std::optional<std::string>();
  const result<manifest_state> proposed =
      read_manifests(proposal_of(of), in_.around, {&in_.options.cancelled, {}, 50});
  if (!proposed) return proposed.error();
  if (!is_pending(proposed->record, now.record) || !check_proposed(of, *proposed, now))
    return std::optional<std::string>();
  return std::optional<std::string>(proposed->record->version + " is proposed still, and is superseded");
}

outcome gitops_way::propose_instead(const deploy_request& of, const say_line& say) const {
  const manifest_target main = target_of(of.pipeline(), of.place()), branch = proposal_of(of);
  const gitops_options how{&in_.options.cancelled, say, 50};
  const result<forge> server = forge_of(of.pipeline(), of.place(), of.step.id, true);
  if (!server) return failed_outcome(server.error());
  const result<manifest_state> now = branch_of(main)->read(main, how);
  if (!now) return failed_outcome(now.error());
  const result<manifest_state> proposed = read_manifests(branch, in_.around, how);
  if (!proposed) return failed_outcome(proposed.error());
  if (status ours = check_proposed(of, *proposed, *now); !ours) return failed_outcome(ours.error());
  written_manifests what;
  const auto decided = decision_for(of, what)(*now);
  if (!decided) return failed_outcome(decided.error());
  outcome end;
  end.how = step_outcome::ran;
  if (!*decided) {
    const result<permit> may = may_write(of, *now, now->record ? now->record->version : std::string(), {},
                                         std::vector<image_to_verify>());
    if (!may) return failed_outcome(may.error());
    const auto closed = withdraw_proposal(*may, main, branch, *proposed, *server, in_.around, how);
    if (!closed) return failed_outcome(closed.error());
    end.summary = *closed ? "closed, as it is superseded: " + (*closed)->link : "the proposal is superseded";
    return end;
  }
  // A newer one that is proposed already stays.
  if (is_pending(proposed->record, now->record))
    if (const result<permit> may =
            may_write(of, *proposed, what.record.version, what.approval, images_to_verify(of));
        !may)
      return failed_outcome(may.error());
  const result<open_pull_request> made = propose((*decided)->allowed, main, branch, *now, *proposed,
                                                 (*decided)->wanted, *server, in_.around, how);
  if (!made) return failed_outcome(made.error());
  end.summary = "proposed: " + made->link;
  end.proposals.push_back({.at = {of.pipeline().declared.name.str(), of.place().name.str(), {}},
                           .record = facts_of(what.record),
                           .link = made->link});
  return end;
}

outcome gitops_way::apply(const deploy_request& of, const say_line& say) {
  if (is_proposed(of.step)) {
    announce(of, false);
    return propose_instead(of, say);
  }
  written_manifests what;
  const auto committed = commit(of, decision_for(of, what), say);
  if (!committed) return failed_outcome(committed.error());
  outcome end;
  end.how = step_outcome::ran;
  if (!*committed) {
    end.summary = "another deploy had committed the same manifests already";
    return end;
  }
  const std::string short_commit = (*committed)->substr(0, 7);
  end.summary = fmt::format("{} changed, commit {}", counted(what.files, "manifest"), short_commit);
  if (const auto host = what.facts.find(branch_fact::host); host != what.facts.end())
    end.summary += "; https://" + host->second;
  if (status verified = of.place().verify.empty() ? status() : verify(of, what, say); !verified)
    return failed_outcome(std::move(verified).error().with(
        "left", fmt::format("the manifests are committed as {} and stay; deploying again runs VERIFY again",
                            short_commit)));
  end.deployments.push_back(told(of, what));
  const status used = use_up_at_home(of, what, say);
  if (used) return end;
  outcome failed = failed_outcome(used.error());
  failed.deployments = std::move(end.deployments);
  return failed;
}

/// Of a branch's copy it names the branch.
deployed gitops_way::told(const deploy_request& of, const written_manifests& what) const {
  deployed told = told_of(of, what.record);
  if (!of.step.is_of_branch()) return told;
  told.at.branch = what.record.branch;
  told.at.branch_key = branch_key_of(what.record.branch);
  return told;
}

/// The approval that let a branch's copy in lies with its environment.
status gitops_way::use_up_at_home(const deploy_request& of,
                                  const written_manifests& what,
                                  const say_line& say) const {
  if (!of.step.is_of_branch() || !in_.gate.asks_approval(of.step)) return {};
  const manifest_target home = target_of(of.pipeline(), of.place());
  const auto written =
      branch_of(home)->commit(home,
                              [&](const manifest_state& now) -> result<std::optional<decided_manifests>> {
                                wanted_manifests same = unchanged(now, what.record.who, what.record.when);
                                use_up(same.state.approvals, what.approval);
                                if (same.state.approvals.size() == now.state.approvals.size())
                                  return std::optional<decided_manifests>{};
                                same.message = fmt::format("use up the approval of {} {}\n\nrun: {}\n",
                                                           of.step.id, what.record.version, what.record.id);
                                return std::optional{decided_manifests{std::move(same), *what.allowed}};
                              },
                              {&in_.options.cancelled, say, 50});
  if (written) return {};
  error failure = written.error();
  failure.kind = exit_class::cannot_save;
  return std::move(failure).with("done", "what was approved is committed");
}

/// VERIFY of manifests that are committed; the record says how it ended, for the next deploy to see.
status gitops_way::verify(const deploy_request& of,
                          const written_manifests& what,
                          const say_line& say) const {
  const deployment_record& record = what.record;
  wanted_release tried = release_to_verify(record, of.pipeline(), of.place());
  if (of.step.is_of_branch()) {
    tried.place.branch_key = branch_key_of(record.branch);
    if (const auto host = what.facts.find(branch_fact::host); host != what.facts.end())
      tried.facts.of_branch.host = host->second;
  }
  status verified = run_verify(of.step.id, tried, in_.around, in_.options.cancelled, in_.options.masked, say);
  if (in_.options.cancelled.cancelled()) return verified;
  const decide_manifests decide = [&](const manifest_state& now) -> result<std::optional<decided_manifests>> {
    // A deploy that was recorded meanwhile is newer, and stays.
    if (!now.record || now.record->id != record.id) return std::optional<decided_manifests>{};
    // A hold that came meanwhile is of later deploys, and this one was let in.
    gate_state state;
    state.newer = in_.gate.succession_of(of.step, now.record);
    const result<permit> allowed = in_.gate.may_finish(of.step, std::move(state));
    if (!allowed) return allowed.error();
    wanted_manifests same = unchanged(now, record.who, record.when);
    same.record->outcome = verified ? "deployed" : "failed";
    if (verified) use_up(same.state.approvals, what.approval);
    same.message = fmt::format("verify {} {} in {}: {}\n\nrun: {}\n", record.pipeline, record.version,
                               record.environment, same.record->outcome, record.id);
    return std::optional{decided_manifests{std::move(same), *allowed}};
  };
  const auto noted = commit(of, decide, say);
  if (noted || !verified) return verified;
  return noted.error();
}

const listed_way listed(gitops_traits, make_way<gitops_way>);

}  // namespace
}  // namespace deliver_gitops_way

}  // namespace cicd
