// What answers of three protocols mean. The bytes are those that the real servers send.
#include <cicd/run/ready_check.hpp>

#include <gtest/gtest.h>

namespace {

using namespace cicd;
using namespace std::string_literals;

std::string said(const std::optional<status>& of) {
  return !of ? "more" : *of ? "ready" : of->error().what;
}

std::string error_of(const std::string& code, const std::string& text) {
  const std::string fields = "SFATAL\0VFATAL\0C"s + code + "\0M"s + text + "\0\0"s;
  return "E\0\0\0"s + static_cast<char>(fields.size() + 4) + fields;
}

TEST(postgres, is_ready_once_it_takes_connections_whomever_it_refuses) {
  EXPECT_EQ(said(judged_postgres("R\0\0\0\x08\0\0\0\0"s)), "ready");
  EXPECT_EQ(said(judged_postgres(error_of("3D000", "database \"postgres\" does not exist"))), "ready");
  EXPECT_EQ(said(judged_postgres(error_of("28000", "no pg_hba.conf entry"))), "ready");
  EXPECT_EQ(said(judged_postgres(error_of("57P03", "the database system is starting up"))),
            "the database system is starting up");
  const std::string whole = error_of("57P03", "starting");
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_EQ(said(judged_postgres(whole.substr(0, length))), "more") << length;
  EXPECT_EQ(said(judged_postgres("HTTP/1.1 400 Bad Request\r\n")), "its answer is not that of PostgreSQL");
  EXPECT_EQ(said(judged_postgres("E\x7f\xff\xff\xff....")), "its answer is not that of PostgreSQL");
  EXPECT_EQ(postgres_question(), "\0\0\0\x25\0\x03\0\0user\0cicd\0database\0postgres\0\0"s);
}

TEST(redis, is_ready_once_it_answers_and_has_its_data) {
  EXPECT_EQ(said(judged_redis("+PONG\r\n")), "ready");
  EXPECT_EQ(said(judged_redis("-NOAUTH Authentication required.\r\n")), "ready");
  EXPECT_EQ(said(judged_redis("-LOADING Redis is loading the dataset in memory\r\n")),
            "LOADING Redis is loading the dataset in memory");
  EXPECT_EQ(said(judged_redis("+PON")), "more");
  EXPECT_EQ(said(judged_redis("HTTP/1.0 200 OK\r\n")), "its answer is not that of Redis");
  EXPECT_EQ(said(judged_redis(std::string(2000, 'x'))), "its answer is not that of Redis");
}

}  // namespace
