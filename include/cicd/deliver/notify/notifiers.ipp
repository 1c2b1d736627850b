// Couriers for what is declared, the facts of releases, and what is remembered.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/options/kinds.hpp>
#include <cicd/deliver/notify/failing_commit.hpp>
#include <cicd/deliver/notify/notifiers.hpp>
#include <cicd/deliver/policy/source_check.hpp>
#include <cicd/deliver/release_notes.hpp>
#include <cicd/observe/ci_event.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/observe/git_commits.hpp>
#include <cicd/system/in_parallel.hpp>

namespace cicd {

namespace deliver_notify_notifiers {
namespace {

/// Where a secret comes from, as text.
std::string source_of(const secret& of, const declared_pipeline& in) {
  std::string text = fmt::format("\n{} {} {}", of.name.view(), of.pass_env.view(), of.aws.view());
  if (!of.file.empty() || !of.command.empty()) text += " " + in.source_directory + " " + of.file.str();
  for (const cicd::text& each : of.command) text += " " + each.str();
  return text;
}

/// Two calls that say the same are one notifier: what they tell of is one message. Secrets of one name are
/// another's in another pipeline, and a program is one of its folder.
std::string identity_of(const notifier& of, const declared_pipeline& in) {
  std::string all = declaring::destination_of(of) + "\n" + of.token.str() + "\n" + of.url.str();
  for (const text& each : of.when) all += "\n" + each.str();
  for (const secret& each : in.declared.secrets)
    if (all.find("secret:" + each.name.str()) != all.npos) all += source_of(each, in);
  return of.command.empty() ? all : all + "\n" + in.source_directory;
}

/// `Ada Lovelace <ada@example.com>`
noticed_commit commit_of(const past_commit& of, const std::string& author) {
  noticed_commit made{.id = of.id, .subject = of.subject};
  const auto open = author.rfind(" <");
  made.author = author.substr(0, open);
  if (open != author.npos && author.ends_with('>'))
    made.mail = author.substr(open + 2, author.size() - open - 3);
  return made;
}

/// The loop finds it again in each pass.
bool is_kept_away(const announcement& of) {
  return of.is.starts_with(word_for(release_stage::waiting)) || of.is == word_for(release_stage::refused);
}

}  // namespace
}  // namespace deliver_notify_notifiers

notifiers::notifiers(notifier_ports ports) : ports_(std::move(ports)), board_(ports_.commit_of) {
  using namespace deliver_notify_notifiers;
  struct declared_one {
    const notifier* of;
    std::vector<const declared_pipeline*> pipelines;
  };
  std::vector<std::pair<std::string, declared_one>> all;
  for (const declared_pipeline& pipeline : ports_.declared.pipelines)
    for (const notifier& each : pipeline.declared.notifiers) {
      // A fork gets no token, and tells no destination.
      if (!ports_.gate.may_have_secrets(pipeline, pipeline.declared.name.str())) continue;
      const std::string identity = identity_of(each, pipeline);
      auto found = std::ranges::find(all, identity, &std::pair<std::string, declared_one>::first);
      if (found == all.end()) found = all.insert(all.end(), {identity, {&each, {}}});
      found->second.pipelines.push_back(&pipeline);
    }
  for (auto& [identity, one] : all) {
    is_remembered_ |= one.of->status == forge_kind::none;
    std::vector<std::string>& names = pipelines_.emplace_back();
    for (const declared_pipeline* each : one.pipelines) names.push_back(each->declared.name.str());
    couriers_.push_back(std::make_unique<courier>(
        *one.of, std::move(one.pipelines),
        courier_ports{.around = ports_.around,
                      .time = ports_.time,
                      .now = [this] { return now(); },
                      .secret_of = [this](const declared_pipeline& of, const std::string& name,
                                          const cancellation& cancelled) -> result<secret_value> {
                        for (const secret& each : of.declared.secrets)
                          if (each.name.view() == name)
                            return ports_.secrets(each, of.source_directory, cancelled);
                        return error{exit_class::usage, {}, "there is no such secret", name, {}};
                      },
                      .commit_of =
                          [this](const std::string& pipeline) {
                            return ports_.commit_of ? ports_.commit_of(pipeline) : std::string();
                          },
                      .author_of =
                          [this](const std::string& pipeline, const std::string& commit) {
                            const declared_pipeline* const of = ports_.declared.find(pipeline);
                            return of == nullptr ? std::string()
                                                 : author_of_followed(*of, commit, ports_.around);
                          },
                      .context_of = [this](const service_notice& of) { return context_of(of); },
                      .masked = ports_.masked,
                      .tells_builds = !ci_event_of(ports_.around).system.empty()}));
  }
}

notifiers::~notifiers() = default;

std::vector<std::pair<std::string, std::vector<std::string>>> notifiers::listed() const {
  std::vector<std::pair<std::string, std::vector<std::string>>> all;
  for (std::size_t at = 0; at < couriers_.size(); ++at)
    all.emplace_back(couriers_[at]->name(), pipelines_[at]);
  return all;
}

void notifiers::hear(const event& happened) {
  if (couriers_.empty()) return;
  {
    const std::lock_guard hold(mutex_);
    if (!board_.hear(happened)) return;
  }
  tell(false);
}

void notifiers::tell(bool is_last) {
  if (is_last) {
    const std::lock_guard hold(mutex_);
    is_last_ = true;
  }
  for (const std::unique_ptr<courier>& each : couriers_) each->tell(is_last);
}

told_state notifiers::now() {
  const std::lock_guard hold(mutex_);
  if (test_) return {.notices = {*test_}, .is_last = true};
  return {.notices = board_.notices(), .builds = board_.builds(), .is_last = is_last_};
}

const declared_pipeline* notifiers::find(const std::string& pipeline,
                                         const environment*& place,
                                         const std::string& name) const {
  const declared_pipeline* found = ports_.declared.find(pipeline);
  if (found == nullptr) return nullptr;
  for (const environment& each : found->declared.environments)
    if (each.name.view() == name) place = &each;
  return found;
}

/// Asks git; of what is not known here there is nothing.
release_context notifiers::context_of(const service_notice& of) const {
  constexpr std::size_t most = 20;
  using namespace deliver_notify_notifiers;
  release_context made;
  made.run_link = ci_run_link(ports_.around);
  const environment* place = nullptr;
  const declared_pipeline* pipeline = find(of.at.pipeline, place, of.at.environment);
  if (pipeline == nullptr) return made;
  const std::string& folder = pipeline->repository();
  const std::string repository = source_of(*pipeline, {}, ports_.around).repository;
  made.commit_link = commit_link(repository, of.commit);
  if (of.before_commit != of.commit)
    made.compare_link = compare_link(repository, of.before_commit, of.commit);
  for (const service& each : pipeline->declared.services) {
    if (place == nullptr || !made.host.empty()) break;
    const std::string host =
        host_of(service_in(pipeline->declared, each.name.view(), of.at.environment)).str();
    if (host.find('{') == host.npos) made.host = host;
  }
  std::vector<past_commit> commits;
  if (!of.before_commit.empty())
    commits = commits_between(folder, of.before_commit, of.commit, ports_.around).value_or(commits);
  else if (!of.commit.empty())
    commits = first_parents(folder, of.commit, 1, ports_.around);
  for (const past_commit& each : commits) {
    if (made.commits.size() < most)
      made.commits.push_back(commit_of(each, author_of(folder, each.id, ports_.around)));
    else
      ++made.more_commits;
  }
  return made;
}

void notifiers::read_memories(errors& failures) {
  for (const changed_place& at : board_.without_memory()) {
    const environment* place = nullptr;
    const declared_pipeline* pipeline = find(at.pipeline, place, at.environment);
    const auto before = pipeline == nullptr || place == nullptr || !is_remembered_
                            ? result<announcement>(announcement())
                            : ports_.gate.announced_of(*pipeline, *place);
    if (!before) failures.push_back(before.error());
    const std::lock_guard hold(mutex_);
    board_.remember(at, before ? *before : announcement());
  }
}

/// Side by side, so that what lies in one repository is one push.
void notifiers::write_memories(errors& failures) {
  constexpr unsigned most_threads = 8;
  std::vector<notice_board::memory> wanted;
  std::map<std::string, std::size_t> services;  // of each message
  told_services heard;
  for (const notice& each : board_.notices()) {
    services[each.key] = each.services.size();
    for (const std::unique_ptr<courier>& one : couriers_) one->add_told(each, heard);
  }
  for (notice_board::memory& each : board_.memories(heard)) {
    for (const std::unique_ptr<courier>& one : couriers_) {
      const auto message = one->message_of(each.key);
      if (!message) continue;
      std::erase_if(each.now.messages, [&](const announced_message& old) { return old.to == message->to; });
      each.now.messages.push_back(*message);
      if (services[each.key] > 1) each.now.is_shared = true;
    }
    // What STATUS says it needs no memory of, but for what is found again.
    const bool says_more = deliver_notify_notifiers::is_kept_away(each.before)
                           || deliver_notify_notifiers::is_kept_away(each.now)
                           || (is_remembered_
                               && (each.now.messages != each.before.messages || !each.now.messages.empty()
                                   || each.now.failing != each.before.failing
                                   || each.now.failing_cron != each.before.failing_cron));
    if (says_more && !(each.now == each.before)) wanted.push_back(std::move(each));
  }
  std::mutex mutex;
  (void)in_parallel(most_threads, wanted.size(), [&](std::size_t at) -> status {
    const environment* place = nullptr;
    const declared_pipeline* pipeline = find(wanted[at].at.pipeline, place, wanted[at].at.environment);
    if (pipeline == nullptr || place == nullptr) return {};
    if (status written = ports_.gate.write_announced(*pipeline, *place, wanted[at].now); !written) {
      const std::lock_guard hold(mutex);
      failures.push_back(error{
          written.error().kind,
          wanted[at].at.text(),
          "what was told is not written down, so that the next message of it is a new one",
          {},
          {}}.with("caused by", written.error().what));
    }
    return {};
  });
  told_ = std::move(heard);
}

bool notifiers::was_told(const event_body& happened) const {
  return std::visit(
      [&](const auto& one) {
        service_notice of;
        if constexpr (requires { of.at = one.at; }) of.at = one.at;
        if constexpr (requires { of.subject = one.cron_job; }) of.subject = one.cron_job;
        return told_.told.contains(of.name());
      },
      happened);
}

errors notifiers::failures_after(std::chrono::milliseconds limit) {
  errors failures;
  const std::chrono::milliseconds until = ports_.time.elapsed() + limit;
  for (const std::unique_ptr<courier>& each : couriers_) {
    each->finish(std::max(until - ports_.time.elapsed(), std::chrono::milliseconds(0)));
    if (std::optional<error> why = each->failure()) failures.push_back(*std::move(why));
  }
  return failures;
}

errors notifiers::finish(std::chrono::milliseconds patience) {
  if (couriers_.empty() || board_.empty()) return {};
  errors failures;
  read_memories(failures);
  tell(true);
  for (error& each : failures_after(patience)) failures.push_back(std::move(each));
  write_memories(failures);
  return failures;
}

errors notifiers::test() {
  notice made{.key = "test"};
  for (const declared_pipeline& each : ports_.declared.pipelines) {
    service_notice one;
    one.at = {each.declared.name.str(), "notify-test", {}};
    one.is = release_stage::test;
    one.commit = git_state_of(each.repository(), ports_.around).commit.value_or("");
    one.who = who(each.source_directory, ports_.around);
    one.kinds = notice_kinds_of({});
    made.services.push_back(std::move(one));
  }
  test_ = std::move(made);
  tell(true);
  return failures_after(std::chrono::seconds(30));
}

}  // namespace cicd
