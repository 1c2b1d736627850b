// Slack answers 200 with `ok`, and `error` where that is false; 429 with Retry-After.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/notify/slack.hpp>
#include <cicd/system/url.hpp>

namespace cicd {

namespace deliver_notify_slack {
namespace {

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

/// What helps against an error of Slack's.
std::string help_for(const json& answer, const std::string& channel) {
  const std::string& word = answer["error"].text();
  if (word == "channel_not_found")
    return fmt::format(
        "whether {} is there; a private channel is found once the app is in it: /invite @<app>", channel);
  if (word == "not_in_channel") return fmt::format("in {}: /invite @<app>", channel);
  if (word == "is_archived") return fmt::format("unarchive {}, or name another channel", channel);
  if (is_one_of(word, {"missing_scope", "no_permission"}))
    return fmt::format("give the app the scope {}, and install it again",
                       answer["needed"].text().empty() ? "chat:write" : answer["needed"].text());
  if (is_one_of(word, {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive",
                       "not_allowed_token_type"}))
    return "TOKEN: the token of a bot, xoxb-…, that is still valid";
  if (word == "restricted_action") return fmt::format("let the app post to {}", channel);
  return {};
}

}  // namespace
}  // namespace deliver_notify_slack

slack::slack(std::string api, const secret_value& token, asker ask, pause wait)
    : api_(std::move(api)),
      token_(std::string(trimmed(token.revealed()))),
      hidden_({token_}),
      ask_(std::move(ask)),
      wait_(std::move(wait)) {
  while (api_.ends_with('/')) api_.pop_back();
}

result<json> slack::ask(const std::string& method, const json& body) const {
  using namespace deliver_notify_slack;
  const bool is_lookup = method == "users.lookupByEmail";  // which takes no JSON
  web_request request{.method = "POST", .url = api_ + "/" + method};
  request.headers = {
      {"Authorization", "Bearer " + std::string(token_.revealed())},
      {"Content-Type", is_lookup ? "application/x-www-form-urlencoded" : "application/json; charset=utf-8"},
      {"User-Agent", "cicd"}};
  request.body = is_lookup ? "email=" + percent_encoded(body["email"].text()) : compact(body);
  request.limit = std::chrono::seconds(15);  // longer than notifiers wait for the last of it
  const result<http_response> answer = asked_again(request, ask_, wait_);
  if (!answer) return answer.error();
  const result<json> document = parse_json(answer->body);
  if (answer->status == 200 && document && document->is_object()) return *document;
  error failure{exit_class::remote,
                {},
                fmt::format("Slack does not answer as it should (status {})", answer->status),
                api_ + "/" + method,
                {}};
  return std::move(failure).with(
      "it said", displayable(cut_to(hidden_.masked(std::string(trimmed(answer->body))), 200)));
}

error slack::refused(const std::string& method, const json& answer, const std::string& channel) const {
  const std::string word = displayable(cut_to(hidden_.masked(answer["error"].text()), 100));
  return error{exit_class::remote, {}, fmt::format("Slack refuses {}: {}", method, word), channel, {}}.with(
      "try", deliver_notify_slack::help_for(answer, channel));
}

result<slack_message_id> slack::post(const std::string& channel,
                                     json message,
                                     const std::string& thread) const {
  message.set("channel", channel);
  if (!thread.empty()) message.set("thread_ts", thread);
  const result<json> answer = ask("chat.postMessage", message);
  if (!answer) return answer.error();
  if (!(*answer)["ok"].boolean()) return refused("chat.postMessage", *answer, channel);
  return slack_message_id{(*answer)["channel"].text(), (*answer)["ts"].text()};
}

result<bool> slack::update(const slack_message_id& which, json message) const {
  message.set("channel", which.channel).set("ts", which.ts);
  const result<json> answer = ask("chat.update", message);
  if (!answer) return answer.error();
  if ((*answer)["ok"].boolean()) return true;
  if (deliver_notify_slack::is_one_of((*answer)["error"].text(), {"message_not_found", "cant_update_message",
                                                                  "edit_window_closed", "channel_not_found"}))
    return false;
  return refused("chat.update", *answer, which.channel);
}

result<std::optional<std::string>> slack::user_of(const std::string& mail) const {
  const result<json> answer = ask("users.lookupByEmail", json().set("email", mail));
  if (!answer) return answer.error();
  if ((*answer)["ok"].boolean()) return std::optional((*answer)["user"]["id"].text());
  if ((*answer)["error"].text() == "users_not_found") return std::optional<std::string>();
  return refused("users.lookupByEmail", *answer, mail);
}

}  // namespace cicd
