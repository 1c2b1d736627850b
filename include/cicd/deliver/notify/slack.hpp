// The Web API of Slack, as far as messages need it: chat.postMessage, chat.update, users.lookupByEmail. It
// does not know what is said.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include <cicd/base/error.hpp>
#include <cicd/base/json.hpp>
#include <cicd/base/secret_finder.hpp>
#include <cicd/system/web.hpp>

namespace cicd {

/// Where a message lies.
struct slack_message_id {
  std::string channel, ts;
};

/// Each question is class `remote` where Slack cannot be reached, or refuses, with what helps. One that has
/// too much to do (429, 5xx) is asked again a few times, after as long as it says. The token is masked in all
/// that it says.
class slack {
 public:
  using asker = std::function<result<http_response>(const web_request&)>;
  /// Lets so long pass; whether it may go on.
  using pause = std::function<bool(std::chrono::milliseconds)>;
  slack(std::string api, const secret_value& token, asker ask, pause wait);

  /// `thread`: the message in whose thread it is said; empty: in the channel.
  result<slack_message_id> post(const std::string& channel,
                                json message,
                                const std::string& thread = {}) const;
  /// Whether it is still there to be edited.
  result<bool> update(const slack_message_id& which, json message) const;
  /// The id of the user with that mail address; nothing where there is none.
  result<std::optional<std::string>> user_of(const std::string& mail) const;

 private:
  result<json> ask(const std::string& method, const json& body) const;
  error refused(const std::string& method, const json& answer, const std::string& channel) const;

  std::string api_;
  secret_value token_;
  secret_finder hidden_;
  asker ask_;
  pause wait_;
};

}  // namespace cicd
