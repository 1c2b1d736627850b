// What is asked of Slack, and how its answers are read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/deliver/notify/slack.hpp>

namespace {

using namespace cicd;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// Answers one after the other, and keeps what was asked.
struct spoken {
  std::vector<http_response> answers;
  std::vector<web_request> asked{};
  std::vector<long> waited{};

  slack server() {
    return {"https://slack.com/api/", secret_value("xoxb-t0ken\n"),
            [this](const web_request& request) -> result<http_response> {
              asked.push_back(request);
              const http_response answer = answers.front();
              if (answers.size() > 1) answers.erase(answers.begin());
              return answer;
            },
            [this](std::chrono::milliseconds length) {
              waited.push_back(static_cast<long>(length.count()));
              return true;
            }};
  }
};

http_response answer(int status, std::string body, int retry_after = 0) {
  http_response made;
  made.status = status;
  made.body = std::move(body);
  made.retry_after = std::chrono::seconds(retry_after);
  return made;
}

TEST(slack, posts_and_gives_where_the_message_lies) {
  spoken with{{answer(200, R"({"ok":true,"channel":"C1","ts":"17.1"})")}};
  const auto posted = with.server().post("#deploys", json().set("text", "x"), "16.1");
  ASSERT_TRUE(posted);
  EXPECT_EQ(posted->channel + " " + posted->ts, "C1 17.1");
  EXPECT_EQ(with.asked[0].url, "https://slack.com/api/chat.postMessage");
  EXPECT_EQ(with.asked[0].headers[0].second, "Bearer xoxb-t0ken");
  EXPECT_EQ(with.asked[0].body, R"({"text":"x","channel":"#deploys","thread_ts":"16.1"})");
}

TEST(slack, is_asked_again_after_as_long_as_it_says) {
  spoken with{{answer(429, "", 7), answer(503, ""), answer(200, R"({"ok":true,"channel":"C1","ts":"1"})")}};
  EXPECT_TRUE(with.server().post("#deploys", json(json::object{})));
  EXPECT_THAT(with.waited, ElementsAre(7'000, 2'000));
}

TEST(slack, that_never_has_time_is_a_failure_of_a_remote) {
  spoken with{{answer(503, "xoxb-t0ken is busy")}};
  const auto posted = with.server().post("#deploys", json(json::object{}));
  ASSERT_FALSE(posted);
  EXPECT_EQ(posted.error().kind, exit_class::remote);
  EXPECT_EQ(with.asked.size(), 4U);
  EXPECT_THAT(text_of(posted.error()), Not(HasSubstr("t0ken")));
}

TEST(slack, says_what_helps_where_it_refuses) {
  const auto help = [](const char* said) {
    spoken with{{answer(200, said)}};
    return text_of(with.server().post("#deploys", json(json::object{})).error());
  };
  EXPECT_THAT(help(R"({"ok":false,"error":"channel_not_found"})"), HasSubstr("whether #deploys is there"));
  EXPECT_THAT(help(R"({"ok":false,"error":"missing_scope","needed":"chat:write"})"),
              HasSubstr("scope chat:write"));
  EXPECT_THAT(help(R"({"ok":false,"error":"not_in_channel"})"), HasSubstr("/invite"));
  EXPECT_THAT(help(R"({"ok":false,"error":"account_inactive"})"), HasSubstr("still valid"));
}

TEST(slack, tells_a_message_that_is_gone_from_one_that_it_refuses) {
  spoken gone{{answer(200, R"({"ok":false,"error":"message_not_found"})")}};
  const auto edited = gone.server().update({"C1", "17.1"}, json(json::object{}));
  ASSERT_TRUE(edited);
  EXPECT_FALSE(*edited);
  spoken refusing{{answer(200, R"({"ok":false,"error":"msg_too_long"})")}};
  EXPECT_FALSE(refusing.server().update({"C1", "17.1"}, json(json::object{})));
}

TEST(slack, finds_a_user_by_mail_address) {
  spoken with{{answer(200, R"({"ok":true,"user":{"id":"U1"}})")}};
  const auto user = with.server().user_of("ada+x@example.com");
  ASSERT_TRUE(user && *user);
  EXPECT_EQ(**user, "U1");
  EXPECT_EQ(with.asked[0].body, "email=ada%2Bx%40example.com");
  spoken unknown{{answer(200, R"({"ok":false,"error":"users_not_found"})")}};
  const auto none = unknown.server().user_of("x@example.com");
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
}

}  // namespace
