// Notices as texts: a message of Slack, JSON and plain text for others, the status of a commit. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/json.hpp>
#include <cicd/deliver/gitops/forge.hpp>
#include <cicd/deliver/notify/notice.hpp>

namespace cicd {

/// Slack's limits: a message is refused where it goes over one of them.
inline constexpr std::size_t most_blocks = 50, most_characters = 3'000;
/// Of all blocks together; Slack refuses more than about 13,200, which it does not document.
inline constexpr std::size_t most_in_message = 12'000;

/// Text that cannot become a mention, a link or an entity: `<!channel>` in a commit is text. At most `most`
/// bytes, whole characters.
std::string slack_escaped(std::string_view text, std::size_t most = most_characters);

/// The user ids of Slack, by mail address; who is not in it is named.
using slack_users = std::map<std::string, std::string>;
/// The mail addresses of those whose commits led to a failure.
std::vector<std::string> mails_in(const notice& of);

/// `text` and `blocks` of chat.postMessage and chat.update.
json slack_message(const notice& of, const slack_users& users);
/// `text` of a message in its thread, which says `orders: …` where the notice is of several services.
std::string slack_reply(const notice& of, std::size_t first);

/// The same for a person who reads plain text.
std::string plain_text(const notice& of);
/// The contract "notice" (docs/contracts/notice.md).
json json_of(const notice& of);

/// Of each deploy.
std::vector<commit_status> statuses_of(const std::vector<notice>& all);
/// The same with the author of the commit in what it says, whole where that is too long; as it is without
/// one.
commit_status with_author(commit_status of, const std::string& author);
/// Of a pipeline whose steps were run for `commit`.
commit_status status_of_build(const std::string& pipeline,
                              const notice_board::build_state& build,
                              const std::string& commit);

}  // namespace cicd
