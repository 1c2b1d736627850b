// How git is started and how its failures read. See git_client.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/git/git_client.hpp>
#include <cicd/observe/git_program.hpp>
#include <cicd/system/files.hpp>

namespace cicd {
namespace deliver_git_git_client {

/// Those that are set for each call.
constexpr std::array<std::string_view, 4> set_here{"LC_ALL", "GIT_TERMINAL_PROMPT", "GIT_DEFAULT_REF_FORMAT",
                                                   "GIT_NO_LAZY_FETCH"};

/// A login of a URL, as `scheme://host` and what git's credential protocol knows it by.
struct http_login {
  std::string host, name, password;
};

/// `%20` and its like as what they stand for.
inline std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned value = 0;
    const bool is_code = text[at] == '%' && at + 2 < text.size()
                         && std::from_chars(&text[at + 1], &text[at + 3], value, 16).ptr == &text[at + 3];
    plain += is_code ? static_cast<char>(value) : text[at];
    if (is_code) at += 2;
  }
  return plain;
}

/// Nothing for other schemes, and where there is no login.
inline std::optional<http_login> http_login_in(std::string_view url) {
  const std::string_view login = login_in(url);
  if (login.empty() || (!url.starts_with("http://") && !url.starts_with("https://"))) return {};
  const std::string_view scheme = url.substr(0, url.find("://") + 3), rest = url.substr(scheme.size());
  if (login.data() != rest.data()) return {};
  const std::string_view host = rest.substr(login.size() + 1, rest.find('/') - login.size() - 1);
  const auto colon = login.find(':');
  return http_login{std::string(scheme) + std::string(host), decoded(login.substr(0, colon)),
                    colon == login.npos ? std::string() : decoded(login.substr(colon + 1))};
}

/// Settings of this run, after those that the user gives in the same way (git-config, GIT_CONFIG_COUNT). The
/// helper gets what it says by variables, so that no text of others is read by a shell.
inline void add_login(const http_login& of, const surroundings& around, std::vector<std::string>& to) {
  int count = 0;
  const std::string before = around.get_or("GIT_CONFIG_COUNT", "0");
  std::from_chars(before.data(), before.data() + before.size(), count);
  const auto add = [&](const std::string& key, const std::string& value) {
    to.push_back("GIT_CONFIG_KEY_" + std::to_string(count) + "=credential." + of.host + '.' + key);
    to.push_back("GIT_CONFIG_VALUE_" + std::to_string(count++) + '=' + value);
  };
  if (of.password.empty()) {
    add("username", of.name);
  } else {
    add("helper", "");
    add("helper",
        "!f() { if test \"$1\" = get; then printf 'username=%s\\npassword=%s\\n' \"$CICD_GIT_NAME\" "
        "\"$CICD_GIT_PASSWORD\"; fi; }; f");
    to.insert(to.end(), {"CICD_GIT_NAME=" + of.name, "CICD_GIT_PASSWORD=" + of.password});
  }
  std::erase_if(to, [](const std::string& word) { return word.starts_with("GIT_CONFIG_COUNT="); });
  to.push_back("GIT_CONFIG_COUNT=" + std::to_string(count));
}

/// The user's own environment, since credentials are the user's own, without a way to ask on the terminal.
inline std::vector<std::string> environment_for(const surroundings& around, std::string_view url) {
  std::vector<std::string> variables;
  for (const auto& [name, value] : around.all())
    if (!observing::leads_git_elsewhere(name) && std::ranges::find(set_here, name) == set_here.end())
      variables.push_back(name + '=' + value);
  variables.insert(variables.end(), {"GIT_TERMINAL_PROMPT=0", "LC_ALL=C", "GIT_DEFAULT_REF_FORMAT=files"});
  if (!around.get("SSH_ASKPASS") && !around.get("GIT_ASKPASS"))
    variables.insert(variables.end(), {"SSH_ASKPASS=/bin/false", "SSH_ASKPASS_REQUIRE=force"});
  if (const auto login = http_login_in(url)) add_login(*login, around, variables);
  return variables;
}

/// No hooks of the user's, no helper that a URL could name (GIT_ALLOW_PROTOCOL goes before), commits on disk
/// before they count, no process left behind.
/// A server that takes a connection and says nothing is not waited for as one that sends much.
constexpr std::chrono::seconds longest_question{60};

inline std::vector<std::string> settings() {
  std::vector<std::string> words;
  for (const char* each :
       {"core.hooksPath=/dev/null", "protocol.allow=never", "protocol.file.allow=always",
        "protocol.git.allow=always", "protocol.http.allow=always", "protocol.https.allow=always",
        "protocol.ssh.allow=always", "core.fsync=all", "gc.autoDetach=false", "maintenance.autoDetach=false",
        "http.lowSpeedLimit=1", "http.lowSpeedTime=60"})
    words.insert(words.end(), {"-c", each});
  return words;
}

/// Servers frame what they say by such lines.
inline bool says_nothing(std::string_view line) {
  line = trimmed(line);
  for (const std::string_view name : {"remote:", "error:"})
    if (line.starts_with(name)) line = trimmed(line.substr(name.size()));
  return line.empty();
}

/// The last lines with words that git printed, at most four.
inline std::vector<std::string> last_words(std::string_view printed) {
  std::vector<std::string> lines;
  for (const std::string& line : split(replaced_all(std::string(printed), "\r", "\n"), '\n'))
    if (!says_nothing(line)) lines.push_back(cut_to(displayable(trimmed(line)), 300));
  if (lines.size() > 4) lines.erase(lines.begin(), lines.end() - 4);
  return lines;
}

inline error refused_url(const std::string& url, std::string what, std::string allowed) {
  return error{.kind = exit_class::usage,
               .subject = {},
               .what = std::move(what),
               .value = shown_url(url),
               .notes = {{"allowed", std::move(allowed)}}};
}

/// The `ext` of `ext::sh -c …`: a program that git would start.
inline std::string helper_in(std::string_view url) {
  const auto colons = url.find("::");
  const std::string_view name = url.substr(0, colons == std::string_view::npos ? 0 : colons);
  const bool is_name = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-'
           || c == '.';
  });
  return is_name ? std::string(name) : std::string();
}

inline bool allowed_by_user(const std::string& helper, const surroundings& around) {
  const std::vector<std::string> allowed = split(around.get_or("GIT_ALLOW_PROTOCOL", ""), ':');
  return std::find(allowed.begin(), allowed.end(), helper) != allowed.end();
}

inline bool is_ref_component(std::string_view part) {
  return !part.empty() && part.front() != '.' && !part.ends_with(".lock");
}

inline bool is_branch_name(std::string_view name) {
  if (name.empty() || name == "@" || name.front() == '/' || name.back() == '/' || name.back() == '.')
    return false;
  if (name.find("..") != name.npos || name.find("@{") != name.npos || name.find("//") != name.npos)
    return false;
  for (char c : name)
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f
        || std::string_view("~^:?*[\\").find(c) != std::string_view::npos)
      return false;
  const std::vector<std::string> parts = split(name, '/');
  return std::all_of(parts.begin(), parts.end(),
                     [](const std::string& part) { return is_ref_component(part); });
}

}  // namespace deliver_git_git_client

git_client::git_client(std::string program,
                       std::vector<std::string> environment,
                       const cancellation* cancelled)
    : program_(std::move(program)), environment_(std::move(environment)), cancelled_(cancelled) {}

result<git_client> git_client::find(const surroundings& around,
                                    const cancellation* cancelled,
                                    std::string_view url) {
  const auto program = find_program("git", around.get_or("PATH", ""), "/");
  if (program) return git_client(*program, deliver_git_git_client::environment_for(around, url), cancelled);
  return error{
      .kind = exit_class::usage, .subject = {}, .what = "git is not on PATH", .value = {}, .notes = {}}
      .with("try", install_hint("git"));
}

captured git_client::run(const std::string& folder,
                         std::vector<std::string> words,
                         std::string input,
                         std::span<const std::string> more) const {
  command what{.words = {program_}, .directory = "/", .environment = environment_};
  what.environment.insert(what.environment.end(), more.begin(), more.end());
  const std::vector<std::string> settings = deliver_git_git_client::settings();
  what.words.insert(what.words.end(), settings.begin(), settings.end());
  const bool asks_only = !words.empty() && words.front() == "ls-remote";
  what.words.emplace_back("--literal-pathspecs");
  if (!folder.empty()) what.words.push_back("--git-dir=" + folder);
  what.words.insert(what.words.end(), std::make_move_iterator(words.begin()),
                    std::make_move_iterator(words.end()));
  capture_options options;
  options.input = std::move(input);
  options.most_bytes = std::size_t{1} << 30U;
  options.cancelled = cancelled_;
  if (asks_only) options.limit = deliver_git_git_client::longest_question;
  return run_to_end(what, options);
}

std::string url_without_login(const std::string& url) {
  const std::string_view login = login_in(url);
  if (login.empty()) return url;
  const auto at = static_cast<std::size_t>(login.data() - url.data());
  const bool is_http = deliver_git_git_client::http_login_in(url).has_value();
  const std::size_t kept = is_http ? 0 : std::min(login.find(':'), login.size());
  return url.substr(0, at + kept) + url.substr(at + login.size() + (is_http ? 1 : 0));
}

error git_failure(const git_client& git, const std::string& url, std::string what, const captured& from) {
  error failure{.kind = exit_class::remote,
                .subject = {},
                .what = std::move(what),
                .value = shown_url(url),
                .notes = {}};
  if (git.cancelled() != nullptr && git.cancelled()->cancelled()) failure.kind = exit_class::interrupted;
  const std::string login(login_in(url));
  for (std::string& line : deliver_git_git_client::last_words(from.err))
    failure.notes.push_back(
        {"git said", login.empty() ? std::move(line) : replaced_all(std::move(line), login, "***")});
  if (failure.notes.empty()) failure.notes.push_back({"caused by", meaning_of(from.end)});
  return failure;
}

status check_repository_url(const std::string& url, const surroundings& around, const std::string& what) {
  using namespace deliver_git_git_client;
  const std::string allowed = "an absolute path, or a URL with file, git, http, https or ssh";
  if (url.empty() || url.front() == '-' || url.find('\n') != url.npos || url.find('\0') != url.npos)
    return refused_url(url, "not the URL of " + what, allowed);
  if (const std::string helper = helper_in(url); !helper.empty() && !allowed_by_user(helper, around))
    return refused_url(url, what + " may not name a program", allowed)
        .with("try", "GIT_ALLOW_PROTOCOL=" + helper + " in the environment, where it is wanted");
  if (const auto login = http_login_in(url);
      login
      && (login->name + login->password).find_first_of(std::string_view("\n\r\0", 3)) != std::string::npos)
    return refused_url(url, "a login cannot hold a line end", "a name and password in one line");
  if (url.front() != '/' && url.find(':') == url.npos)
    return refused_url(url, what + " has no relative path", allowed);
  return {};
}

status check_branch_name(const std::string& branch) {
  if (deliver_git_git_client::is_branch_name(branch)) return {};
  return error{.kind = exit_class::usage,
               .subject = {},
               .what = "no branch can have this name",
               .value = branch,
               .notes = {{"allowed", "a name that git check-ref-format accepts, such as main"}}};
}

}  // namespace cicd
