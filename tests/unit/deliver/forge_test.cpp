// What is asked of GitHub, GitLab and Gitea, and how their answers are read.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/base/text.hpp>
#include <cicd/deliver/gitops/forge.hpp>

namespace {

using namespace cicd;
using testing::HasSubstr;

/// Answers one after the other, and keeps what was asked.
struct spoken {
  std::vector<http_response> answers;
  std::vector<web_request> asked{};
  std::vector<std::chrono::milliseconds> waited{};

  forge of(forge_kind kind, const std::string& address) {
    return forge(
        *forge_repository_of(kind, address), secret_value("t0ken\n"),
        [this](const web_request& request) -> result<http_response> {
          asked.push_back(request);
          const http_response answer = answers.front();
          if (answers.size() > 1) answers.erase(answers.begin());
          return answer;
        },
        [this](std::chrono::milliseconds length) {
          waited.push_back(length);
          return true;
        });
  }
  std::string header(const std::string& name) const {
    for (const auto& [key, value] : asked.back().headers)
      if (key == name) return value;
    return {};
  }
};

http_response answer(int status, std::string body) {
  http_response made;
  made.status = status;
  made.body = std::move(body);
  return made;
}

/// As GitHub and Gitea list one.
std::string one_listed(const std::string& branch, const std::string& repository, const std::string& link) {
  return R"([{"number":9,"title":"t","html_url":")" + link + R"(","head":{"ref":")" + branch
         + R"(","label":")" + branch + R"(","repo":{"id":)" + (repository == "team/manifests" ? "1" : "2")
         + R"(}},"base":{"ref":"main","repo":{"id":1}}}])";
}

TEST(forge_repository_of, reads_what_git_and_what_a_browser_is_given) {
  const auto api = [](forge_kind kind, std::string_view address) {
    const auto found = forge_repository_of(kind, address);
    return found ? found->api + " " + found->project : "";
  };
  EXPECT_EQ(api(forge_kind::github, "git@github.com:team/manifests.git"),
            "https://api.github.com team/manifests");
  EXPECT_EQ(api(forge_kind::github, "https://ghe.example.com/team/manifests/"),
            "https://ghe.example.com/api/v3 team/manifests");
  EXPECT_EQ(api(forge_kind::gitlab, "ssh://git@git.example.com:2222/group/sub/manifests.git"),
            "https://git.example.com/api/v4 group/sub/manifests");
  EXPECT_EQ(api(forge_kind::gitea, "http://user:pass@127.0.0.1:3000/team/manifests"),
            "http://127.0.0.1:3000/api/v1 team/manifests");
  EXPECT_EQ(api(forge_kind::github, "ssh://git@ssh.github.com:443/team/manifests.git"),
            "https://api.github.com team/manifests");
  EXPECT_EQ(api(forge_kind::github, "git@octo.ghe.com:team/manifests.git"),
            "https://api.octo.ghe.com team/manifests");
  EXPECT_EQ(api(forge_kind::gitlab, "ssh://git@altssh.gitlab.com:443/team/manifests.git"),
            "https://gitlab.com/api/v4 team/manifests");
  for (const char* address :
       {"/srv/m.git", "https://github.com/one", "github.com", "https:///a/b", "git@host:one.git"})
    EXPECT_EQ(api(forge_kind::github, address), "") << address;
  EXPECT_EQ(api(forge_kind::gitea, "https://h/a/b/c"), "");
}

TEST(forge, asks_github_as_its_documentation_says) {
  spoken server{{answer(200, "[]"),
                 answer(201, R"({"number":7,"html_url":"https://github.com/t/m/pull/7","title":"x"})"),
                 answer(200, "{}")}};
  const forge github = server.of(forge_kind::github, "git@github.com:team/manifests.git");
  ASSERT_TRUE(github.open_one("cicd/orders/prod", "main"));
  EXPECT_EQ(server.asked.back().url,
            "https://api.github.com/repos/team/manifests/"
            "pulls?state=open&per_page=100&head=team%3Acicd%2Forders%2Fprod&base=main&page=1");
  EXPECT_EQ(server.header("Authorization"), "Bearer t0ken");
  const auto made = github.make("cicd/orders/prod", "main", {"deploy", "body"});
  ASSERT_TRUE(made) << text_of(made.error());
  EXPECT_EQ(made->link, "https://github.com/t/m/pull/7");
  EXPECT_EQ(server.asked.back().method, "POST");
  EXPECT_EQ(server.asked.back().body,
            R"({"title":"deploy","body":"body","head":"cicd/orders/prod","base":"main"})");
  ASSERT_TRUE(github.close(*made));
  EXPECT_EQ(server.asked.back().method + " " + server.asked.back().url + " " + server.asked.back().body,
            R"(PATCH https://api.github.com/repos/team/manifests/pulls/7 {"state":"closed"})");
}

TEST(forge, asks_gitlab_as_its_documentation_says) {
  spoken server{
      {answer(
           200,
           R"([{"iid":3,"web_url":"https://g/x/-/merge_requests/3","title":"old","source_branch":"b","target_branch":"main","source_project_id":5,"target_project_id":5}])"),
       answer(200, "{}")}};
  const forge gitlab = server.of(forge_kind::gitlab, "https://git.example.com/group/sub/manifests.git");
  const auto open = gitlab.open_one("b", "main");
  ASSERT_TRUE(open && *open);
  EXPECT_EQ((*open)->number, "3");
  EXPECT_EQ(server.asked.back().url,
            "https://git.example.com/api/v4/projects/group%2Fsub%2Fmanifests/"
            "merge_requests?state=opened&per_page=100&source_branch=b&target_branch=main&page=1");
  EXPECT_EQ(server.header("PRIVATE-TOKEN"), "t0ken");
  ASSERT_TRUE(gitlab.retitle(**open, {"new", "body"}));
  EXPECT_EQ(server.asked.back().method + " " + server.asked.back().body,
            R"(PUT {"title":"new","description":"body"})");
  ASSERT_TRUE(gitlab.close(**open));
  EXPECT_EQ(server.asked.back().body, R"({"state_event":"close"})");
}

TEST(forge, looks_through_the_pages_of_gitea_for_the_branch) {
  const auto of = [](const std::string& branch) {
    return R"([{"number":9,"html_url":"https://g/9","title":"t","head":{"label":")" + branch
           + R"(","ref":"refs/pull/9/head","repo":{"id":4}},"base":{"ref":"main","repo":{"id":4}}}])";
  };
  spoken server{{answer(200, of("other")), answer(200, of("mine"))}};
  const auto open =
      server.of(forge_kind::gitea, "https://git.example.com/team/manifests").open_one("mine", "main");
  ASSERT_TRUE(open && *open);
  EXPECT_EQ(server.asked.size(), 2U);
  EXPECT_THAT(server.asked.back().url,
              HasSubstr("/api/v1/repos/team/manifests/pulls?state=open&limit=50&page=2"));
  EXPECT_EQ(server.header("Authorization"), "token t0ken");
  spoken nothing{{answer(200, of("other")), answer(200, "[]")}};
  const auto none =
      nothing.of(forge_kind::gitea, "https://git.example.com/team/manifests").open_one("mine", "main");
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
}

TEST(forge, takes_no_pull_request_of_a_fork_for_its_own) {
  const char* github =
      R"([{"number":1,"html_url":"https://h/1","head":{"ref":"b","label":"b","repo":{"id":8}},"base":{"ref":"main","repo":{"id":7}}},
          {"number":2,"html_url":"https://h/2","head":{"ref":"b","label":"b","repo":null},"base":{"ref":"main","repo":{"id":7}}},
          {"number":3,"html_url":"https://h/3","head":{"ref":"b","label":"b","repo":{"id":7}},"base":{"ref":"main","repo":{"id":7}}}])";
  const char* gitlab =
      R"([{"iid":1,"web_url":"https://h/1","source_branch":"b","target_branch":"main","source_project_id":8,"target_project_id":7},
          {"iid":3,"web_url":"https://h/3","source_branch":"b","target_branch":"main","source_project_id":7,"target_project_id":7}])";
  for (const auto& [kind, body] :
       {std::pair{forge_kind::github, github}, {forge_kind::gitea, github}, {forge_kind::gitlab, gitlab}}) {
    spoken server{{answer(200, body)}};
    const auto open = server.of(kind, "https://git.example.com/team/manifests").open_one("b", "main");
    ASSERT_TRUE(open && *open);
    EXPECT_EQ((*open)->number, "3");
  }
}

TEST(forge, finds_its_own_behind_a_page_of_those_of_forks) {
  const auto of = [](int number, int project) {
    return fmt::format(
        R"([{{"iid":{},"web_url":"https://h","source_branch":"b","target_branch":"main","source_project_id":{},"target_project_id":7}}])",
        number, project);
  };
  spoken server{{answer(200, of(1, 8)), answer(200, of(2, 7))}};
  const auto open = server.of(forge_kind::gitlab, "https://git.example.com/a/b").open_one("b", "main");
  ASSERT_TRUE(open && *open);
  EXPECT_EQ((*open)->number, "2");
}

TEST(forge, tells_a_token_that_asked_too_often_from_one_that_is_not_let_in) {
  for (const auto& [status, body] : {std::pair{429, R"({"message":"Retry later"})"},
                                     {403, R"({"message":"API rate limit exceeded for user ID 1."})"}}) {
    spoken server{{answer(status, body)}};
    const auto open =
        server.of(forge_kind::github, "https://github.com/team/manifests").open_one("b", "main");
    ASSERT_FALSE(open);
    EXPECT_EQ(open.error().kind, exit_class::remote);
    EXPECT_THAT(text_of(open.error()), HasSubstr("takes no more requests of this token now"));
  }
}

TEST(forge, reads_each_shape_of_a_refusal) {
  const auto said = [](const std::string& body) {
    spoken server{{answer(403, body)}};
    return text_of(server.of(forge_kind::gitlab, "https://g.example.com/a/b").open_one("b", "main").error());
  };
  EXPECT_THAT(said(R"({"error":"insufficient_scope","error_description":"The request requires more."})"),
              HasSubstr("it said: insufficient_scope The request requires more."));
  EXPECT_THAT(said(R"({"message":["Another open one exists"]})"),
              HasSubstr("it said: [\"Another open one exists\"]"));
  EXPECT_THAT(said(R"({"message":"not found","errors":[]})"), HasSubstr("it said: not found\n"));
  EXPECT_THAT(said("{}"), testing::Not(HasSubstr("it said")));
}

TEST(forge, says_what_the_server_said_and_never_the_token) {
  for (const int status : {401, 403, 404, 422, 500}) {
    spoken server{{answer(status, R"({"message":"no t0ken","errors":[{"message":"t0ken"}]})")}};
    const auto open =
        server.of(forge_kind::github, "https://github.com/team/manifests").open_one("b", "main");
    ASSERT_FALSE(open);
    EXPECT_EQ(open.error().kind, exit_class::remote);
    EXPECT_THAT(text_of(open.error()), HasSubstr("it said: no ***"));
    EXPECT_THAT(text_of(open.error()), testing::Not(HasSubstr("t0ken")));
  }
  const std::string cut = std::string(197, 'x') + "t0ken";
  spoken page{{answer(200, cut)}};
  const auto open = page.of(forge_kind::github, "https://github.com/team/manifests").open_one("b", "main");
  EXPECT_THAT(text_of(open.error()), testing::Not(HasSubstr("xt0")));
}

TEST(forge, shows_a_link_without_the_token_and_only_one_of_the_web) {
  const auto link_of = [](const std::string& link) {
    spoken server{{answer(201, R"({"number":1,"title":"t","html_url":")" + link + "\"}")}};
    const auto made = server.of(forge_kind::gitea, "https://g/team/manifests").make("b", "main", {});
    return made ? made->link : "refused";
  };
  EXPECT_EQ(link_of("https://g/1?t0ken"), "https://g/1?***");
  EXPECT_THAT(link_of(R"(http://g/1\n::error::\u001b)"), testing::Not(testing::ContainsRegex("[\n\x1b]")));
  EXPECT_EQ(link_of("javascript:alert(1)"), "refused");
}

TEST(forge, takes_no_answer_that_is_no_list) {
  for (const char* body : {"<html>", "", "{}", R"({"message":"x"})", "7", "null"}) {
    spoken server{{answer(200, body)}};
    EXPECT_FALSE(server.of(forge_kind::github, "https://github.com/team/manifests").open_one("b", "main"))
        << body;
  }
}

TEST(forge, never_takes_the_pull_request_of_a_fork_for_its_own) {
  for (const forge_kind kind : {forge_kind::github, forge_kind::gitea}) {
    spoken server{{answer(200, one_listed("b", "evil/manifests", "https://g/9")), answer(200, "[]")}};
    const auto open = server.of(kind, "https://g.example.com/team/manifests").open_one("b", "main");
    ASSERT_TRUE(open);
    EXPECT_FALSE(*open);
  }
  spoken gone{
      {answer(200, R"([{"number":9,"html_url":"https://g/9","head":{"ref":"b","label":"b","repo":null},)"
                   R"("base":{"ref":"main","repo":{"id":1}}}])"),
       answer(200, "[]")}};
  EXPECT_FALSE(*gone.of(forge_kind::gitea, "https://g/team/manifests").open_one("b", "main"));
  spoken lab{{answer(200, R"([{"iid":9,"web_url":"https://g/9","source_branch":"b","target_branch":"main",)"
                          R"("source_project_id":99,"target_project_id":5}])")}};
  EXPECT_FALSE(*lab.of(forge_kind::gitlab, "https://g/team/manifests").open_one("b", "main"));
}

TEST(forge, asks_a_server_again_that_has_too_much_to_do) {
  http_response busy = answer(429, "");
  busy.retry_after = std::chrono::seconds(7);
  spoken server{{answer(503, ""), busy, answer(200, "[]")}};
  EXPECT_TRUE(server.of(forge_kind::github, "https://github.com/team/manifests").open_one("b", "main"));
  EXPECT_EQ(server.waited,
            (std::vector<std::chrono::milliseconds>{std::chrono::seconds(1), std::chrono::seconds(7)}));
  spoken down{{answer(500, "")}};
  EXPECT_FALSE(down.of(forge_kind::github, "https://github.com/team/manifests").open_one("b", "main"));
  EXPECT_EQ(down.asked.size(), 4U);
  busy.retry_after = std::chrono::hours(1);
  spoken long_busy{{busy}};
  const auto open =
      long_busy.of(forge_kind::github, "https://github.com/team/manifests").open_one("b", "main");
  EXPECT_THAT(text_of(open.error()), HasSubstr("again in 3600 s"));
  EXPECT_EQ(long_busy.asked.size(), 1U);
  spoken refused{{answer(401, "")}};
  EXPECT_FALSE(refused.of(forge_kind::github, "https://github.com/team/manifests").open_one("b", "main"));
  EXPECT_EQ(refused.asked.size(), 1U);
}

TEST(forge, takes_what_another_run_opened_meanwhile) {
  for (const int status : {409, 422}) {
    spoken server{{answer(status, R"({"message":"exists"})"),
                   answer(200, one_listed("b", "team/manifests", "https://g/9")), answer(200, "[]")}};
    const auto made = server.of(forge_kind::gitea, "https://g/team/manifests").make("b", "main", {});
    ASSERT_TRUE(made) << text_of(made.error());
    EXPECT_EQ(made->number, "9");
    spoken none{{answer(status, R"({"message":"no commits"})"), answer(200, "[]")}};
    EXPECT_THAT(text_of(none.of(forge_kind::gitea, "https://g/team/manifests").make("b", "main", {}).error()),
                HasSubstr("no commits"));
  }
}

TEST(forge, sets_the_status_of_a_commit) {
  const commit_status good{"app",      commit_status::state::success, "8f3c",
                           "cicd/app", std::string(200, 'x'),         "https://ci/1"};
  const auto asked = [&](forge_kind kind) {
    spoken server{{answer(201, "{}")}};
    EXPECT_TRUE(server.of(kind, "https://g.example.com/team/app").set_status(good));
    return server.asked.back();
  };
  EXPECT_EQ(asked(forge_kind::github).url, "https://g.example.com/api/v3/repos/team/app/statuses/8f3c");
  EXPECT_EQ(asked(forge_kind::gitea).url, "https://g.example.com/api/v1/repos/team/app/statuses/8f3c");
  EXPECT_EQ(asked(forge_kind::gitlab).url, "https://g.example.com/api/v4/projects/team%2Fapp/statuses/8f3c");
  const std::string body = asked(forge_kind::gitea).body;
  EXPECT_THAT(body, HasSubstr(R"({"state":"success","context":"cicd/app","description":"xxx)"));
  EXPECT_THAT(body, HasSubstr(R"(","target_url":"https://ci/1"})"));
  EXPECT_THAT(body, testing::Not(HasSubstr(std::string(141, 'x'))));
}

TEST(forge, knows_the_status_that_is_there_and_says_what_helps_against_a_refusal) {
  const commit_status bad{"app", commit_status::state::failure, "8f3c", "cicd/app", "x", ""};
  spoken same{{answer(400, R"({"message":{"base":["Cannot transition status via :drop from :failed"]}})")}};
  EXPECT_TRUE(same.of(forge_kind::gitlab, "https://g/team/app").set_status(bad));
  EXPECT_THAT(same.asked.back().body, HasSubstr(R"("state":"failed")"));
  spoken refused{{answer(403, R"({"message":"token does not have the required scope"})")}};
  const auto told = refused.of(forge_kind::gitea, "https://g/team/app").set_status(bad);
  EXPECT_THAT(text_of(told.error()), HasSubstr("does not let this token set the status of commits"));
  EXPECT_THAT(text_of(told.error()), HasSubstr("write:repository"));
}

}  // namespace
