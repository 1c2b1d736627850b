// The thread of a courier, and each destination.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/json_walk.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/declare/options/kinds.hpp>
#include <cicd/deliver/asked_program.hpp>
#include <cicd/deliver/notify/courier.hpp>
#include <cicd/deliver/policy/source_check.hpp>

namespace cicd {

namespace deliver_notify_courier {
namespace {

std::vector<std::string> words_of(const std::vector<text>& all) {
  std::vector<std::string> words;
  for (const text& each : all) words.push_back(each.str());
  return words;
}

/// Slack's own, which take no member that they do not know.
bool is_webhook_of_slack(const std::string& url) {
  return url.starts_with("https://hooks.slack.com/") || url.starts_with("https://hooks.slack-gov.com/");
}

constexpr std::chrono::seconds least_pause{1};

std::string key_of(const service_notice& of) {
  return of.at.text() + "\n" + of.version + "\n" + of.commit + "\n" + of.before_commit;
}

}  // namespace
}  // namespace deliver_notify_courier

courier::courier(notifier of, std::vector<const declared_pipeline*> pipelines, courier_ports ports)
    : of_(std::move(of)),
      pipelines_(std::move(pipelines)),
      ports_(std::move(ports)),
      kinds_(notice_kinds_of(deliver_notify_courier::words_of(of_.when))) {}

courier::~courier() {
  finish(std::chrono::milliseconds(0));
}

std::string courier::name() const {
  const std::string where = declaring::destination_of(of_);
  if (of_.slack) return "SLACK " + where;
  if (of_.webhook) return "WEBHOOK " + where;
  return (of_.status != forge_kind::none ? "STATUS " : "COMMAND ") + where;
}

/// What is of its pipelines, where that is of interest to it.
std::optional<notice> courier::own_part(const notice& of) const {
  const auto is_own = [&](const std::string& pipeline) { return find(pipeline) != nullptr; };
  notice own = of;
  std::erase_if(own.services, [&](const service_notice& each) { return !is_own(each.at.pipeline); });
  std::erase_if(own.replies, [&](const notice_reply& each) { return !is_own(each.pipeline); });
  std::erase_if(own.messages,
                [&](const announced_message& each) { return each.to != declaring::destination_of(of_); });
  const bool is_wanted =
      of_.status != forge_kind::none ? !statuses_of({own}).empty() : tells(own) || sent_.contains(own.key);
  if (own.services.empty() || !is_wanted) return std::nullopt;
  return own;
}

/// The same with the commits.
std::optional<notice> courier::wanted_part(const notice& of) {
  std::optional<notice> own = own_part(of);
  if (!own) return own;
  for (service_notice& each : own->services) {
    const std::string key = deliver_notify_courier::key_of(each);
    auto known = contexts_.find(key);
    if (known == contexts_.end())
      known = contexts_.emplace(key, masked_context(ports_.context_of(each))).first;
    each.context = known->second;
  }
  return own;
}

void courier::keep_told(const notice& of) {
  for (const service_notice& each : of.services) told_.insert(each.name());
}

void courier::add_told(const notice& of, told_services& to) const {
  const std::optional<notice> own = own_part(of);
  if (!own) return;
  for (const service_notice& each : own->services) {
    to.wanted.insert(each.name());
    if (told_.contains(each.name())) to.told.insert(each.name());
  }
}

release_context courier::masked_context(release_context of) const {
  for (noticed_commit& each : of.commits) {
    each.subject = ports_.masked(std::move(each.subject));
    each.author = ports_.masked(std::move(each.author));
  }
  return of;
}

bool courier::tells(const notice& of) const {
  return std::ranges::any_of(of.services, [&](const service_notice& each) {
    return std::ranges::any_of(each.kinds, [&](notice_kind kind) { return kinds_.contains(kind); });
  });
}

void courier::tell(bool is_last) {
  const std::lock_guard hold(mutex_);
  if (is_over_ || is_done_) return;
  is_ending_ |= is_last;
  has_news_ = true;
  is_idle_ = false;
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.notify_all();
}

void courier::run() {
  const cancellation_scope heard(cancelled_);
  std::unique_lock hold(mutex_);
  for (;;) {
    changed_.wait(hold, [&] { return has_news_ || is_over_; });
    if (!std::exchange(has_news_, false)) return;
    hold.unlock();
    const told_state now = ports_.now();
    hold.lock();
    // A server that refused is asked once more, at the end.
    const bool is_tried = !failure_ || now.is_last;
    if (is_tried) {
      hold.unlock();
      const status told = cancelled_.cancelled()
                              ? status(error{exit_class::interrupted, {}, "interrupted", {}, {}})
                              : bring(now);
      hold.lock();
      failure_ = told ? std::nullopt : std::optional(with_name(told.error()));
    }
    is_done_ = now.is_last;
    is_idle_ = !has_news_ || is_done_;
    changed_.notify_all();
    if (is_done_) return;
    // Slack takes about one message a second and channel; what comes meanwhile goes along.
    changed_.wait_for(hold, deliver_notify_courier::least_pause,
                      [&] { return is_over_ || (has_news_ && is_ending_); });
  }
}

void courier::finish(std::chrono::milliseconds limit) {
  {
    std::unique_lock hold(mutex_);
    if (is_over_) return;
    const bool is_done = changed_.wait_for(hold, limit, [&] { return is_idle_; });
    if (!is_done) cancelled_.cancel();
    if (!is_done) cancelled_.insist();
    is_over_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

/// What was given up was not refused by anyone.
error courier::with_name(error why) const {
  if (why.kind == exit_class::interrupted)
    why = error{exit_class::remote, {}, "it took too long, and was given up", {}, {}};
  error of{why.kind, "pipeline_notify", fmt::format("{}: {}", name(), why.what), why.value, {}};
  of.notes = std::move(why.notes);
  return of;
}

std::optional<error> courier::failure() const {
  return failure_;
}

std::optional<announced_message> courier::message_of(const std::string& key) const {
  const auto found = sent_.find(key);
  if (found == sent_.end() || found->second.where.id.empty()) return std::nullopt;
  return found->second.where;
}

status courier::bring(const told_state& all) {
  if (of_.status != forge_kind::none) return bring_statuses(all);
  status first;
  for (const notice& each : all.notices) {
    if (!of_.slack && !all.is_last) break;  // they cannot edit
    const std::optional<notice> own = wanted_part(each);
    if (!own) continue;
    status told = of_.slack     ? bring_to_slack(*own)
                  : of_.webhook ? bring_to_webhook(*own)
                                : bring_to_command(*own);
    if (told && all.is_last) keep_told(*own);
    if (!told && first) first = std::move(told);
  }
  return first;
}

result<secret_value> courier::token() const {
  return ports_.secret_of(*pipelines_.front(), std::string(name_of(of_.token)), cancelled_);
}

// --- Slack ---------------------------------------------------------------------------------------------

/// Who cannot be found is named; that is no failure.
const slack_users& courier::users_for(const notice& of, const slack& server) {
  for (const std::string& each : mails_in(of)) {
    if (users_.contains(each) || unknown_mails_.contains(each)) continue;
    const auto user = server.user_of(each);
    if (user && *user && !(*user)->empty())
      users_.emplace(each, **user);
    else
      unknown_mails_.insert(each);
  }
  return users_;
}

/// What others wrote, without secrets; the words of the format stay, since a secret may be one of them.
json courier::masked(const json& of) const {
  return with_texts(of, [this](std::string_view member, const std::string& text) {
    const bool is_of_format = member == "type" || member == "is" || member == "kinds";
    return is_of_format ? text : ports_.masked(text);
  });
}

/// Posted once, then edited; what happened since the last time goes to its thread.
status courier::bring_to_slack(const notice& of) {
  sent_message& sent = sent_[of.key];
  const result<secret_value> token = this->token();
  if (!token) return token.error();
  const slack server(of_.url ? of_.url.str() : "https://slack.com/api", *token, ask_, wait_);
  const json message = masked(slack_message(of, users_for(of, server)));
  if (sent.where.id.empty() && !of.messages.empty()) sent.where = of.messages.front();
  const std::string text = compact(message);
  const bool may_edit = !of.is_shared_elsewhere || sent.is_sent;
  bool is_there = !sent.where.id.empty();
  if (is_there && may_edit && text != sent.text) {
    const result<bool> edited = server.update({sent.where.channel, sent.where.id}, message);
    if (!edited) return edited.error();
    is_there = *edited;
  }
  if (!is_there) {
    const result<slack_message_id> posted = server.post(of_.slack.str(), message);
    if (!posted) return posted.error();
    sent.where = {of_.slack.str(), posted->channel, posted->ts};
    sent.replies = of.replies.size();
  }
  sent.text = text;
  sent.is_sent = true;
  if (sent.replies >= of.replies.size()) return {};
  const std::string reply = ports_.masked(slack_reply(of, sent.replies));
  const result<slack_message_id> said =
      server.post(sent.where.channel, json().set("text", reply), sent.where.id);
  if (!said) return said.error();
  sent.replies = of.replies.size();
  return {};
}

// --- Others --------------------------------------------------------------------------------------------

status courier::bring_to_webhook(const notice& of) {
  std::string url = of_.webhook.str();
  const auto named = secret_named_in(of_.webhook.view());
  if (named) {
    const result<secret_value> value = ports_.secret_of(*pipelines_.front(), std::string(*named), cancelled_);
    if (!value) return value.error();
    url = std::string(trimmed(value->revealed()));
  }
  web_request request{.method = "POST", .url = url};
  request.headers = {{"Content-Type", "application/json"}, {"User-Agent", "cicd"}};
  const json body = deliver_notify_courier::is_webhook_of_slack(url) ? slack_message(of, {}) : json_of(of);
  request.body = compact(masked(body));
  request.limit = std::chrono::seconds(15);
  const result<http_response> answer = asked_again(request, ask_, wait_);
  const std::string where = named ? of_.webhook.str() : url;
  // What the client says of the address would show the secret.
  if (!answer)
    return named ? status(error{answer.error().kind, {}, "it cannot be reached", where, {}}) : answer.error();
  if (answer->status >= 200 && answer->status < 300) return {};
  const std::string said = displayable(cut_to(ports_.masked(std::string(trimmed(answer->body))), 200));
  return error{exit_class::remote, {}, fmt::format("it answers with status {}", answer->status), where, {}}
      .with("it said", said);
}

status courier::bring_to_command(const notice& of) {
  const program_end end = ask({.words = deliver_notify_courier::words_of(of_.command),
                               .folder = pipelines_.front()->source_directory,
                               .limit = std::chrono::seconds(10),
                               .input = compact(masked(json_of(of))) + "\n",
                               .masked = ports_.masked},
                              ports_.around, cancelled_);
  if (end.is == program_end::state::yes) return {};
  if (end.is == program_end::state::interrupted)
    return error{exit_class::interrupted, {}, "interrupted", {}, {}};
  const exit_class kind = end.is_missing ? exit_class::usage : exit_class::remote;
  return error{
      kind, {}, end.is_missing ? "it cannot be started: " + end.how : "it ended with " + end.how, {}, {}}
      .with("it said", displayable(end.last_lines, newlines::keep));
}

status courier::bring_statuses(const told_state& all) {
  status first;
  const auto set = [&](const commit_status& each) {
    status told = set_status(each);
    const bool is_set = static_cast<bool>(told);
    if (!is_set && first) first = std::move(told);
    return is_set;
  };
  for (const notice& each : all.notices) {
    const std::optional<notice> own = wanted_part(each);
    if (!own) continue;
    bool is_told = true;
    for (const commit_status& one : statuses_of({*own})) is_told &= set(one);
    if (is_told && all.is_last) keep_told(*own);
  }
  if (!ports_.tells_builds) return first;
  for (const auto& [pipeline, build] : all.builds) {
    if (find(pipeline) == nullptr) continue;
    if (!commits_.contains(pipeline)) commits_[pipeline] = ports_.commit_of(pipeline);
    if (!commits_[pipeline].empty()) set(status_of_build(pipeline, build, commits_[pipeline]));
  }
  return first;
}

const declared_pipeline* courier::find(const std::string& pipeline) const {
  for (const declared_pipeline* each : pipelines_)
    if (each->declared.name.view() == pipeline) return each;
  return nullptr;
}

/// Once for each state.
status courier::set_status(commit_status of) {
  if (of.is == commit_status::state::failure && ports_.author_of) {
    const std::string author = ports_.masked(ports_.author_of(of.pipeline, of.commit));
    of = with_author(std::move(of), author);
  }
  const std::string key = of.context + "\n" + of.commit;
  if (statuses_.contains(key) && statuses_[key] == of) return {};
  const std::string page =
      of_.url ? of_.url.str() : "https://" + source_of(*find(of.pipeline), {}, ports_.around).repository;
  const std::optional<forge_repository> repository = forge_repository_of(of_.status, page);
  const result<secret_value> token = this->token();
  if (!token) return token.error();
  if (!repository)
    return error{
        exit_class::usage, {}, "the remote of the sources does not say where such a server is", page, {}}
        .with("try", "URL https://<host>/<owner>/<repository>");
  status told = forge(*repository, *token, ask_, wait_).set_status(of);
  if (told) statuses_[key] = of;
  return told;
}

}  // namespace cicd
