// Blocks and JSON, within the limits of who shows them.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/notify/notice_text.hpp>

namespace cicd {

namespace deliver_notify_notice_text {
namespace {

constexpr std::string_view ellipsis = "…";

bool is_begin(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
}

const char* sign_of(release_stage stage) {
  switch (stage) {
    case release_stage::deployed:
    case release_stage::approved:
    case release_stage::cron_recovered:
    case release_stage::yank_lifted: return ":white_check_mark:";
    case release_stage::failed:
    case release_stage::refused:
    case release_stage::yanked:
    case release_stage::cron_failed: return ":x:";
    case release_stage::rolled_back: return ":rewind:";
    case release_stage::waiting:
    case release_stage::proposed: return ":hourglass_flowing_sand:";
    case release_stage::deploying: return ":arrows_counterclockwise:";
    case release_stage::removed: return ":wastebasket:";
    case release_stage::test:
    case release_stage::none: break;
  }
  return ":information_source:";
}

/// A text between backticks, which it may not hold.
std::string code(std::string_view text, std::size_t most = 300) {
  return "`" + replaced_all(slack_escaped(text, most), "`", "'") + "`";
}

std::string code_block(const std::string& text) {
  constexpr std::size_t most = 2'500;
  return "```\n" + replaced_all(slack_escaped(text, most), "```", "\"\"\"") + "\n```";
}

/// Only what a browser opens, and what cannot end the link.
std::string link(const std::string& url, const std::string& label) {
  constexpr std::size_t longest = 1'000;
  const bool is_safe = (url.starts_with("https://") || url.starts_with("http://"))
                       && url.find_first_of("<>| \n\r\t\"") == url.npos && url.size() < longest;
  return is_safe ? "<" + replaced_all(url, "&", "&amp;") + "|" + slack_escaped(label, 200) + ">"
                 : slack_escaped(label, 200);
}

std::string state_line(const service_notice& of) {
  std::string line = fmt::format("{} *{}*", sign_of(of.is), slack_escaped(headline_of(of), 500));
  if (of.is == release_stage::none && of.release_is != release_stage::none) {
    service_notice release = of;
    release.is = of.release_is;
    line += "\n" + slack_escaped(headline_of(release), 500);
  }
  return line;
}

std::string facts_line(const service_notice& of) {
  std::vector<std::string> facts;
  if (!of.who.empty()) facts.push_back("by " + slack_escaped(of.who, 100));
  if (!of.before.empty() && of.before != of.version) facts.push_back("after " + code(of.before, 100));
  const std::size_t count = of.context.commits.size() + of.context.more_commits;
  if (count > 0) facts.push_back(fmt::format("{} commit{}", count, count == 1 ? "" : "s"));
  if (!of.link.empty()) facts.push_back(link(of.link, "pull request"));
  if (!of.context.commit_link.empty()) facts.push_back(link(of.context.commit_link, "commit"));
  if (!of.context.compare_link.empty()) facts.push_back(link(of.context.compare_link, "compare"));
  if (!of.context.run_link.empty()) facts.push_back(link(of.context.run_link, "run"));
  if (!of.context.host.empty()) facts.push_back(link("https://" + of.context.host, of.context.host));
  return joined(facts, " · ");
}

bool is_broken(const service_notice& of) {
  return of.is == release_stage::failed;
}

/// Those whose commits are in what broke the environment.
std::vector<const noticed_commit*> authors_of(const service_notice& of) {
  constexpr std::size_t most = 5;
  std::vector<const noticed_commit*> all;
  for (const noticed_commit& each : of.context.commits) {
    const auto is_same = [&](const noticed_commit* one) {
      return one->mail == each.mail && one->author == each.author;
    };
    if (all.size() < most && !each.author.empty() && std::ranges::none_of(all, is_same)) all.push_back(&each);
  }
  return all;
}

std::string authors_line(const service_notice& of, const slack_users& users) {
  std::vector<std::string> names;
  for (const noticed_commit* each : authors_of(of)) {
    const auto user = users.find(each->mail);
    names.push_back(user != users.end() ? "<@" + user->second + ">" : slack_escaped(each->author, 100));
  }
  return names.empty() ? std::string() : "commits by " + joined(names, ", ");
}

std::string commit_lines(const service_notice& of) {
  constexpr std::size_t most = 10;
  std::vector<std::string> lines;
  for (const noticed_commit& each : of.context.commits) {
    if (lines.size() == most) break;
    lines.push_back(fmt::format("{} {}{}", code(each.id.substr(0, 7)), slack_escaped(each.subject, 120),
                                each.author.empty() ? "" : " – " + slack_escaped(each.author, 60)));
  }
  const std::size_t more = of.context.commits.size() + of.context.more_commits - lines.size();
  if (more > 0) lines.push_back(fmt::format("and {} more", more));
  return joined(lines, "\n");
}

/// Adds blocks as long as they have room; what has none is left out, and the last says so.
class block_list {
 public:
  bool section(const std::string& text) {
    return add(text, json().set("type", "section").set("text", markdown(text)));
  }
  bool context(const std::string& text) {
    json elements(json::array{});
    elements.push(markdown(text));
    return add(text, json().set("type", "context").set("elements", std::move(elements)));
  }
  json made() && {
    if (is_full_)
      blocks_.push(
          json().set("type", "section").set("text", markdown("… and more: the record of the run has all")));
    return std::move(blocks_);
  }

 private:
  static json markdown(const std::string& text) {
    return json().set("type", "mrkdwn").set("text", text).set("verbatim", true);
  }
  bool add(const std::string& text, json block) {
    if (text.empty()) return true;
    // One block is kept for what says that there was more.
    if (text.size() > most_characters || size_ + text.size() > most_in_message
        || blocks_.elements().size() + 1 >= most_blocks) {
      is_full_ = true;
      return false;
    }
    size_ += text.size();
    blocks_.push(std::move(block));
    return true;
  }

  json blocks_{json::array{}};
  std::size_t size_ = 0;
  bool is_full_ = false;
};

void add_single(block_list& to, const service_notice& of, const slack_users& users) {
  to.section(state_line(of));
  to.context(facts_line(of));
  if (!of.held.empty()) to.section(":no_entry: on hold, " + slack_escaped(of.held, 1'000));
  const bool is_output = is_broken(of) || of.is == release_stage::cron_failed;
  if (!of.why.empty()) to.section(is_output ? code_block(of.why) : slack_escaped(of.why, 2'000));
  if (is_broken(of)) to.section(authors_line(of, users));
  if (!of.command.empty()) to.section("approve: " + code(of.command, 1'000));
  for (const std::string& each : of.notes) to.context(slack_escaped(each, 500));
  to.section(commit_lines(of));
}

/// How many of a notice are in which stage: `3 deployed, 1 failed`.
std::string counts_of(const notice& of) {
  std::vector<std::pair<std::string, std::size_t>> counts;
  for (const service_notice& each : of.services) {
    const std::string word(word_for(each.is));
    const auto found = std::ranges::find(counts, word, &std::pair<std::string, std::size_t>::first);
    if (found == counts.end())
      counts.emplace_back(word, 1);
    else
      ++found->second;
  }
  std::vector<std::string> words;
  for (const auto& [word, count] : counts) words.push_back(fmt::format("{} {}", count, word));
  return joined(words, ", ");
}

std::string title_of(const notice& of) {
  const service_notice& first = of.services.front();
  if (of.services.size() == 1) return headline_of(first);
  if (first.is == release_stage::none)
    return fmt::format("deploys of {} services to {} are {}", of.services.size(), first.at.environment,
                       first.held.empty() ? "allowed again" : "on hold");
  return fmt::format("{} of {} services in {}: {}", first.version, of.services.size(), first.at.environment,
                     counts_of(of));
}

release_stage worst_of(const notice& of) {
  for (const release_stage each :
       {release_stage::failed, release_stage::refused, release_stage::deploying, release_stage::waiting,
        release_stage::proposed, release_stage::rolled_back})
    if (std::ranges::any_of(of.services, [&](const service_notice& one) { return one.is == each; }))
      return each;
  return of.services.front().is;
}

std::string line_in_group(const service_notice& of) {
  std::string line = fmt::format("{} {}", sign_of(of.is), slack_escaped(of.at.pipeline, 100));
  if (!of.why.empty()) line += ": " + slack_escaped(of.why.substr(0, of.why.find('\n')), 200);
  if (!of.command.empty()) line += ", " + code(of.command);
  return line;
}

void add_group(block_list& to, const notice& of, const slack_users& users) {
  to.section(fmt::format("{} *{}*", sign_of(worst_of(of)), slack_escaped(title_of(of), 500)));
  to.context(facts_line(of.services.front()));
  if (const std::string& held = of.services.front().held; !held.empty())
    to.section(":no_entry: on hold, " + slack_escaped(held, 1'000));
  std::string lines;
  for (const service_notice& each : of.services) {
    const std::string line = line_in_group(each);
    if (lines.size() + line.size() + 1 > most_characters) {
      if (!to.section(lines)) break;
      lines.clear();
    }
    lines += (lines.empty() ? "" : "\n") + line;
  }
  to.section(lines);
  const auto broken = std::ranges::find_if(of.services, is_broken);
  if (broken != of.services.end()) to.section(authors_line(*broken, users));
  to.section(commit_lines(of.services.front()));
}

std::string plain_of(const service_notice& of) {
  std::string text = headline_of(of);
  if (!of.who.empty()) text += ", by " + of.who;
  if (!of.held.empty()) text += "\non hold, " + of.held;
  if (!of.why.empty()) text += "\n" + of.why;
  if (!of.command.empty()) text += "\napprove: " + of.command;
  if (!of.link.empty()) text += "\n" + of.link;
  for (const std::string& each : of.notes) text += "\n" + each;
  return text;
}

void set_text(json& to, const char* name, const std::string& text) {
  if (!text.empty()) to.set(name, text);
}

json links_of(const service_notice& of) {
  json links(json::object{});
  set_text(links, "pull_request", of.link);
  set_text(links, "commit", of.context.commit_link);
  set_text(links, "compare", of.context.compare_link);
  set_text(links, "run", of.context.run_link);
  set_text(links, "host", of.context.host.empty() ? "" : "https://" + of.context.host);
  return links;
}

json json_of_service(const service_notice& of) {
  json one(json::object{});
  one.set("pipeline", of.at.pipeline);
  set_text(one, "environment", of.at.environment);
  set_text(one, "branch", of.at.branch);
  set_text(one, "cron_job", of.subject);
  one.set("is", word_for(of.is));
  set_text(one, "version", of.version);
  set_text(one, "commit", of.commit);
  set_text(one, "who", of.who);
  set_text(one, "before", of.before);
  set_text(one, "before_commit", of.before_commit);
  set_text(one, "now_runs", of.now_runs);
  set_text(one, "share", of.share);
  set_text(one, "why", of.why);
  set_text(one, "approve", of.command);
  set_text(one, "held", of.held);
  if (!of.notes.empty()) one.set("notes", json_texts(of.notes));
  json commits(json::array{});
  for (const noticed_commit& each : of.context.commits)
    commits.push(json().set("id", each.id).set("subject", each.subject).set("author", each.author));
  if (!of.context.commits.empty()) one.set("commits", std::move(commits));
  if (of.context.more_commits > 0)
    one.set("more_commits", static_cast<std::int64_t>(of.context.more_commits));
  if (json links = links_of(of); !links.members().empty()) one.set("links", std::move(links));
  return one;
}

bool has_status(const service_notice& of) {
  return of.subject.empty() && !of.commit.empty() && !of.at.environment.empty()
         && of.is != release_stage::none && of.is != release_stage::removed
         && of.is != release_stage::rolled_back;
}

commit_status status_of_deploy(const service_notice& of) {
  using state = commit_status::state;
  commit_status made{.pipeline = of.at.pipeline, .commit = of.commit, .context = "cicd/" + of.at.text()};
  made.description = headline_of(of);
  if (of.is == release_stage::deployed || of.is == release_stage::test) made.is = state::success;
  if (of.is == release_stage::failed || of.is == release_stage::refused) made.is = state::failure;
  made.link = of.context.run_link;
  if (made.link.empty()) made.link = of.link;
  if (made.link.empty() && !of.context.host.empty()) made.link = "https://" + of.context.host;
  return made;
}

}  // namespace
}  // namespace deliver_notify_notice_text

std::string slack_escaped(std::string_view text, std::size_t most) {
  using namespace deliver_notify_notice_text;
  const std::string shown = displayable(text, newlines::keep);
  std::string made;
  std::size_t last = 0;  // of `made`, where the mark of a cut has room behind it
  for (const char each : shown) {
    if (is_begin(each) && made.size() + ellipsis.size() <= most) last = made.size();
    if (each == '&')
      made += "&amp;";
    else if (each == '<')
      made += "&lt;";
    else if (each == '>')
      made += "&gt;";
    else
      made += each;
    if (made.size() > most) return made.substr(0, last) + std::string(ellipsis);
  }
  return made;
}

std::vector<std::string> mails_in(const notice& of) {
  using namespace deliver_notify_notice_text;
  std::vector<std::string> mails;
  for (const service_notice& each : of.services) {
    if (!is_broken(each)) continue;
    for (const noticed_commit* one : authors_of(each))
      if (!one->mail.empty() && std::ranges::find(mails, one->mail) == mails.end())
        mails.push_back(one->mail);
  }
  return mails;
}

json slack_message(const notice& of, const slack_users& users) {
  using namespace deliver_notify_notice_text;
  block_list blocks;
  if (of.services.size() == 1)
    add_single(blocks, of.services.front(), users);
  else
    add_group(blocks, of, users);
  return json()
      .set("text", slack_escaped(title_of(of), 1'000))
      .set("blocks", std::move(blocks).made())
      .set("unfurl_links", false)
      .set("unfurl_media", false);
}

std::string slack_reply(const notice& of, std::size_t first) {
  const bool is_of_several = of.services.size() > 1 || of.is_shared_elsewhere;
  std::vector<std::string> lines;
  for (std::size_t at = first; at < of.replies.size(); ++at)
    lines.push_back((is_of_several ? of.replies[at].pipeline + ": " : "") + of.replies[at].text);
  return slack_escaped(joined(lines, "\n"));
}

std::string plain_text(const notice& of) {
  using namespace deliver_notify_notice_text;
  if (of.services.size() == 1) return plain_of(of.services.front());
  std::string text = title_of(of);
  for (const service_notice& each : of.services) text += "\n" + plain_of(each);
  return text;
}

json json_of(const notice& of) {
  json services(json::array{}), kinds(json::array{}), happened(json::array{});
  notice_kinds all;
  for (const service_notice& each : of.services) {
    all.insert(each.kinds.begin(), each.kinds.end());
    services.push(deliver_notify_notice_text::json_of_service(each));
  }
  for (const notice_kind each : all) kinds.push(std::string(word_for(each)));
  for (const notice_reply& each : of.replies)
    happened.push(json().set("pipeline", each.pipeline).set("text", each.text));
  return json()
      .set("schema", 1)
      .set("text", plain_text(of))
      .set("kinds", std::move(kinds))
      .set("services", std::move(services))
      .set("happened", std::move(happened));
}

std::vector<commit_status> statuses_of(const std::vector<notice>& all) {
  using namespace deliver_notify_notice_text;
  std::vector<commit_status> made;
  for (const notice& each : all)
    for (const service_notice& one : each.services)
      if (has_status(one)) made.push_back(status_of_deploy(one));
  return made;
}

commit_status with_author(commit_status of, const std::string& author) {
  constexpr std::size_t most = 140;  // of GitHub, which refuses more
  if (author.empty()) return of;
  const std::string by = "; the commit is by " + cut_to(author, most / 2);
  of.description = cut_to(of.description, most - columns(by)) + by;
  return of;
}

commit_status status_of_build(const std::string& pipeline,
                              const notice_board::build_state& build,
                              const std::string& commit) {
  using state = commit_status::state;
  commit_status of{.pipeline = pipeline, .commit = commit, .context = "cicd/" + pipeline};
  of.is = !build.is_good ? state::failure : build.is_over ? state::success : state::pending;
  of.description = build.is_over ? "all steps are good" : "steps are running";
  if (!build.says.empty()) of.description = build.says;
  return of;
}

}  // namespace cicd
