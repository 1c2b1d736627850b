// Questions to Jenkins, GitHub and any server that answers with JSON.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/json_patch.hpp>
#include <cicd/base/json_walk.hpp>
#include <cicd/base/secret_finder.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/declare/placeholders.hpp>
#include <cicd/deliver/gitops/deploy_secrets.hpp>
#include <cicd/deliver/gitops/forge.hpp>
#include <cicd/deliver/upstream.hpp>
#include <cicd/system/web.hpp>

namespace cicd {

namespace deliver_upstream {
namespace {

constexpr std::chrono::seconds longest_answer{10};
constexpr std::size_t most_bytes = 8U << 20U;
constexpr int checks_of_a_page = 100, most_pages = 10;

using state = upstream_build::state;

error not_known(const declared_pipeline& pipeline, const upstream_job& job, std::string why) {
  error unknown{exit_class::remote,
                job.subject,
                job.keyword + " does not tell whether there is a good build",
                job.of.text(),
                {}};
  return with_origin(std::move(unknown), pipeline, job.option).with("caused by", displayable(why));
}

/// What helps where a server shows its builds to authenticated users only.
std::string login_help(upstream_kind kind, const upstream_job& job) {
  if (job.token) {
    if (kind == upstream_kind::jenkins)
      return "a user with the permission Job/Read, and in the secret <user>:<API token>";
    return kind == upstream_kind::github
               ? "a token that may read the checks and the contents of this repository"
               : "a token that may read this document";
  }
  return kind == upstream_kind::jenkins
             ? job.keyword + "_TOKEN secret:<name>, a secret that holds <user>:<API token>"
             : job.keyword + "_TOKEN secret:<name>, a secret that holds a token";
}

error refused(const declared_pipeline& pipeline, const upstream_job& job, const http_response& answer) {
  const upstream_kind kind = job.of.kind;
  const int status = answer.status;
  std::string why = fmt::format("it answers with status {}", status);
  if (status == 401) why = job.token ? "it does not take the login (401)" : "it asks for a login (401)";
  if (status == 403) why = "the login may not see it (403)";
  if (status == 403 && !job.token) why = "it cannot be seen without a login (403)";
  if (status == 404) why = "there is no such page, or the login may not see it (404)";
  if (status >= 300 && status < 400) why = fmt::format("it leads elsewhere (status {})", status);
  if (status == 429) why = "it takes no more requests now (429)";
  error made = not_known(pipeline, job, std::move(why));
  if (status == 401 || status == 403 || status == 404)
    made = std::move(made).with("try", login_help(kind, job));
  return made;
}

result<std::string> authorization(const upstream_job& job, const secret_value& token) {
  const std::string_view text = token.revealed();
  if (job.of.kind != upstream_kind::jenkins) return "Bearer " + std::string(text);
  if (text.find(':') != text.npos) return "Basic " + base64(text);
  return error{exit_class::usage,
               job.subject,
               "the secret of " + job.keyword + "_TOKEN is not a login of Jenkins",
               std::string(name_of(job.token)),
               {{"allowed", "<user>:<API token>, on one line"}}};
}

std::string why_of(const error& failure) {
  std::string why = failure.what;
  for (const note& each : failure.notes)
    if (each.label == "caused by") why += ": " + each.text;
  return why;
}

/// Nothing known of a commit is a document without members.
bool means_nothing_there(upstream_kind kind, const std::string& url, int status) {
  const bool is_of_commit = kind == upstream_kind::json && url.find("{commit}") != url.npos;
  return (is_of_commit && status == 404) || (kind == upstream_kind::github && status == 422);
}

result<json> ask(const way_context& in,
                 const declared_pipeline& pipeline,
                 const upstream_job& job,
                 const std::string& url) {
  const declared_upstream of = job.of;
  web_request request{.url = url};
  request.headers = {
      {"Accept", of.kind == upstream_kind::github ? "application/vnd.github+json" : "application/json"},
      {"User-Agent", "cicd"}};
  request.limit = request.connect_limit = longest_answer;
  request.most_bytes = most_bytes;
  secret_value token;
  if (job.token) {
    if (status may = in.gate.may_have_secrets(pipeline, job.subject); !may) return std::move(may).error();
    result<secret_value> found = token_of(pipeline, job.token, in.options.secrets, in.options.cancelled);
    if (!found) return std::move(found).error();
    token = *std::move(found);
    const result<std::string> header = authorization(job, token);
    if (!header) return header.error();
    request.headers.emplace_back("Authorization", *header);
  }
  web_client client(in.around, &in.options.cancelled, in.time);
  const result<http_response> answer = client.send(request);
  if (!answer) {
    if (in.options.cancelled.cancelled()) return answer.error();
    return not_known(pipeline, job, why_of(answer.error()))
        .with("try", "look at it in a browser, then run again");
  }
  if (means_nothing_there(of.kind, of.url, answer->status)) return json(json::object{});
  if (answer->status != 200) return refused(pipeline, job, *answer);
  result<json> document = parse_json(answer->body);
  if (!document)
    return not_known(pipeline, job, "its answer is not JSON").with("try", login_help(of.kind, job));
  if (!job.token) return *std::move(document);
  // Without what the server repeats of the login.
  return with_texts(*document, [hidden = secret_finder({token})](std::string_view, const std::string& text) {
    return hidden.masked(text);
  });
}

/// As a person knows it, of any value that is not made of others.
std::string text_of(const json& value) {
  if (value.is_string()) return value.text();
  return value.is_null() || value.is_array() || value.is_object() ? std::string() : compact(value);
}

/// What the pointer leads to. Class `usage` where that is not there.
result<json> member_at(const json& document, const char* member, const std::string& pointer) {
  const std::vector<std::string> path = json_pointer_from(pointer).value_or(std::vector<std::string>());
  if (const json* found = json_at(document, path)) return *found;
  std::size_t known = 0;
  while (known < path.size() && json_at(document, std::span(path).first(known + 1)) != nullptr) ++known;
  std::vector<std::string> there;
  for (const auto& [name, value] : json_at(document, std::span(path).first(known))->members())
    there.push_back(name);
  std::string meant = nearest(path[known], there).value_or("");
  std::string before;
  for (std::size_t at = 0; at < known; ++at) before += "/" + path[at];
  if (!meant.empty()) meant = fmt::format("{}={}/{}", member, displayable(before), displayable(meant));
  constexpr std::size_t most_names = 12;
  if (there.size() > most_names) there.resize(most_names);
  return error{
      exit_class::usage, {}, "this JSON pointer points nowhere", fmt::format("{}={}", member, pointer), {}}
      .with("did you mean", std::move(meant))
      .with("there", displayable(joined(there, ", ")));
}

bool is_commit_of(const std::string& text, const std::string& commit) {
  return text.size() >= 7 && lower(commit).starts_with(lower(text));
}

std::string shown_link(const json& link) {
  const std::string text = displayable(link.text());
  return text.starts_with("https://") || text.starts_with("http://") ? text : std::string();
}

/// All check runs, page by page, as one document.
result<json> all_checks(const std::function<result<json>(const std::string&)>& ask_page,
                        const std::string& url) {
  json runs(json::array{});
  for (int page = 1; page <= most_pages; ++page) {
    const result<json> document =
        ask_page(fmt::format("{}?per_page={}&page={}", url, checks_of_a_page, page));
    if (!document) return document;
    const auto& here = (*document)["check_runs"].elements();
    for (const json& each : here) runs.push(each);
    if (here.size() < checks_of_a_page) break;
  }
  return members_of("check_runs", std::move(runs));
}

}  // namespace
}  // namespace deliver_upstream

upstream_job job_of(const declared_pipeline& pipeline, const environment& place) {
  return {*upstream_of(place), place.upstream_token, "UPSTREAM",
          pipeline.declared.name.str() + "/" + place.name.str(),
          "environment." + place.name.str() + ".upstream"};
}

upstream_job job_of(const declared_pipeline& pipeline, const image& of) {
  return {*builder_of(of), of.built_by_token, "BUILT_BY", pipeline.declared.name.str() + "/" + of.name.str(),
          "image." + of.name.str() + ".built_by"};
}

upstream_build build_in_jenkins(const json& job, const std::string& commit) {
  using namespace deliver_upstream;
  upstream_build last;
  for (const json& each : job["builds"].elements()) {
    const bool is_of_it = std::ranges::any_of(each["actions"].elements(), [&](const json& action) {
      return is_commit_of(action["lastBuiltRevision"]["SHA1"].text(), commit);
    });
    if (!is_of_it) continue;
    upstream_build one{state::failed, text_of(each["number"]), shown_link(each["url"]),
                       displayable(each["result"].text())};
    if (each["building"].boolean() || each["result"].is_null()) one.is = state::running;
    if (one.is == state::failed && one.says == "SUCCESS") one.is = state::good;
    if (one.is == state::good) return one;
    if (last.is == state::none) last = one;
  }
  return last;
}

upstream_build build_in_checks(const json& runs, const std::string& name) {
  using namespace deliver_upstream;
  upstream_build all;
  for (const json& each : runs["check_runs"].elements()) {
    if (!name.empty() && each["name"].text() != name) continue;
    const std::string end = each["conclusion"].text();
    upstream_build one{state::failed, text_of(each["id"]), shown_link(each["html_url"]),
                       displayable(each["name"].text() + ": " + (end.empty() ? each["status"].text() : end))};
    if (each["status"].text() != "completed") one.is = state::running;
    if (one.is == state::failed && (end == "success" || end == "neutral" || end == "skipped"))
      one.is = state::good;
    const bool says_more = all.is == state::none || all.is == state::good
                           || (all.is == state::running && one.is == state::failed);
    if (says_more && (all.is != state::good || one.is != state::good)) all = std::move(one);
  }
  return all;
}

result<upstream_build> build_in_document(const declared_upstream& of,
                                         const json& document,
                                         const std::string& commit) {
  using namespace deliver_upstream;
  upstream_build made;
  if (document.is_object() && document.members().empty()) return made;
  if (!of.commit.empty()) {
    const result<json> theirs = member_at(document, "commit", of.commit);
    if (!theirs) return theirs.error();
    if (!is_commit_of(text_of(*theirs), commit)) return made;
  }
  const result<json> end = member_at(document, "result", of.result);
  if (!end) return end.error();
  for (const auto& [member, pointer] : {std::pair{"number", &of.number}, std::pair{"link", &of.link}}) {
    if (pointer->empty()) continue;
    const result<json> value = member_at(document, member, *pointer);
    if (!value) return value.error();
    if (pointer == &of.number)
      made.number = displayable(text_of(*value));
    else
      made.link = shown_link(*value);
  }
  made.says = displayable(text_of(*end));
  if (made.says.empty())
    made.is = state::running;
  else
    made.is = lower(made.says) == lower(of.good) ? state::good : state::failed;
  return made;
}

result<json> upstream_jobs::document_at(const way_context& in,
                                        const declared_pipeline& pipeline,
                                        const upstream_job& job,
                                        const std::string& url) {
  std::shared_ptr<answer> one;
  {
    const std::lock_guard hold(mutex_);
    std::string key = url;
    if (job.token) key += "\n" + pipeline.declared.name.str() + "\n" + job.token.str();
    std::shared_ptr<answer>& known = answers_[key];
    if (known == nullptr) known = std::make_shared<answer>();
    one = known;
  }
  const std::lock_guard hold(one->asking);
  if (!one->document) one->document = deliver_upstream::ask(in, pipeline, job, url);
  return *one->document;
}

result<upstream_build> upstream_jobs::build_of(const way_context& in,
                                               const declared_pipeline& pipeline,
                                               const upstream_job& job,
                                               const std::string& commit) {
  using namespace deliver_upstream;
  const declared_upstream of = job.of;
  const auto asked = [&](const std::string& url) { return document_at(in, pipeline, job, url); };
  if (of.kind == upstream_kind::jenkins) {
    const result<json> page = asked(of.url
                                   + "/api/json?tree=builds%5Bnumber,result,building,url,actions"
                                     "%5BlastBuiltRevision%5BSHA1%5D%5D%5D%7B0,50%7D");
    if (!page) return page.error();
    if (!(*page)["builds"].is_array())
      return not_known(pipeline, job, "its answer is not a job of Jenkins: is this the URL of one?");
    return build_in_jenkins(*page, commit);
  }
  if (of.kind == upstream_kind::github) {
    const auto at = forge_repository_of(forge_kind::github, of.url);
    if (!at) return not_known(pipeline, job, "this is not the URL of a repository");
    const result<json> runs =
        all_checks(asked, fmt::format("{}/repos/{}/commits/{}/check-runs", at->api, at->project, commit));
    if (!runs) return runs.error();
    return build_in_checks(*runs, of.check);
  }
  const result<json> document = asked(with_placeholders(of.url, {{"commit", commit}}));
  if (!document) return document.error();
  result<upstream_build> made = build_in_document(of, *document, commit);
  if (made) return made;
  error why = std::move(made).error();
  why.subject = job.subject;
  return with_origin(std::move(why), pipeline, job.option).with("in", displayable(of.url));
}

}  // namespace cicd
